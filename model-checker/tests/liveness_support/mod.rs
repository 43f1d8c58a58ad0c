//! Small random graphs as systems, and what is true of their fair runs by enumeration: slow and obvious.

use std::fmt::Write as _;

/// SplitMix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

/// Set of states, as bits.
pub(crate) type States = u32;

/// A formula about sets of states.
#[derive(Clone, Debug)]
pub(crate) enum F {
    In(States),
    Not(Box<F>),
    And(Vec<F>),
    Or(Vec<F>),
    Always(Box<F>),
    Eventually(Box<F>),
    Until(Box<F>, Box<F>),
    LeadsTo(Box<F>, Box<F>),
}

impl F {
    /// A random formula of this depth at most.
    pub(crate) fn random(r: &mut Random, states: usize, depth: usize) -> F {
        let part = |r: &mut Random| Box::new(F::random(r, states, depth.saturating_sub(1)));
        match if depth == 0 { 0 } else { r.below(9) } {
            0 | 1 => F::In(r.below(1 << states) as States),
            2 => F::Not(part(r)),
            3 => F::And(vec![*part(r), *part(r)]),
            4 => F::Or(vec![*part(r), *part(r)]),
            5 => F::Always(part(r)),
            6 => F::Eventually(part(r)),
            7 => F::Until(part(r), part(r)),
            _ => F::LeadsTo(part(r), part(r)),
        }
    }

    /// In the text form of systems, over the variable `x`.
    pub(crate) fn print(&self, out: &mut String) {
        let (word, parts): (&str, Vec<&F>) = match self {
            F::In(set) => {
                out.push_str("(state ");
                print_in(out, "(var x)", *set);
                out.push(')');
                return;
            }
            F::Not(a) => ("not", vec![a]),
            F::And(list) => ("and", list.iter().collect()),
            F::Or(list) => ("or", list.iter().collect()),
            F::Always(a) => ("always", vec![a]),
            F::Eventually(a) => ("eventually", vec![a]),
            F::Until(a, b) => ("until", vec![a, b]),
            F::LeadsTo(a, b) => ("leads-to", vec![a, b]),
        };
        write!(out, "({word}").unwrap();
        for part in parts {
            out.push(' ');
            part.print(out);
        }
        out.push(')');
    }

    /// The truth at each position of a lasso: states, and where the last position leads.
    pub(crate) fn truth(&self, run: &[usize], back: usize) -> Vec<bool> {
        let n = run.len();
        // the positions from `i` on, in order, twice round
        let from = |i: usize| (i..n).chain((0..2).flat_map(move |_| back..n));
        match self {
            F::In(set) => run.iter().map(|s| set >> s & 1 == 1).collect(),
            F::Not(a) => a.truth(run, back).into_iter().map(|x| !x).collect(),
            F::And(list) => {
                let all: Vec<_> = list.iter().map(|f| f.truth(run, back)).collect();
                (0..n).map(|i| all.iter().all(|t| t[i])).collect()
            }
            F::Or(list) => {
                let all: Vec<_> = list.iter().map(|f| f.truth(run, back)).collect();
                (0..n).map(|i| all.iter().any(|t| t[i])).collect()
            }
            F::Always(a) => {
                let a = a.truth(run, back);
                (0..n).map(|i| from(i).all(|j| a[j])).collect()
            }
            F::Eventually(a) => {
                let a = a.truth(run, back);
                (0..n).map(|i| from(i).any(|j| a[j])).collect()
            }
            F::Until(a, b) => {
                let (a, b) = (a.truth(run, back), b.truth(run, back));
                let holds = |i| from(i).find(|j| b[*j] || !a[*j]).is_some_and(|j| b[j]);
                (0..n).map(holds).collect()
            }
            F::LeadsTo(a, b) => {
                let (a, later) = (a.truth(run, back), F::Eventually(b.clone()).truth(run, back));
                (0..n).map(|i| from(i).all(|j| !a[j] || later[j])).collect()
            }
        }
    }
}

fn print_in(out: &mut String, of: &str, set: States) {
    let members: Vec<_> = (0..32)
        .filter(|s| set >> s & 1 == 1)
        .map(|s| format!("(= {of} {s})"))
        .collect();
    match members.as_slice() {
        [] => out.push_str("false"),
        [one] => out.push_str(one),
        _ => write!(out, "(or {})", members.join(" ")).unwrap(),
    }
}

/// A step: from, to, and the instances of actions that it is a step of.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) of: Vec<usize>,
}

/// A graph of states `0..n`, the first initial, with conditions of fairness on instances of actions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    pub(crate) states: usize,
    pub(crate) steps: Vec<Step>,
    /// Whether each instance is strong; `None` without fairness.
    pub(crate) fair: Vec<Option<bool>>,
    /// The events in the text form.
    pub(crate) events: String,
    binders: String,
}

impl Graph {
    /// Events with a parameter of two values and a choice of the state after; some are alternatives of one.
    pub(crate) fn random(r: &mut Random) -> Graph {
        let mut out = Graph {
            states: 2 + r.below(4),
            ..Graph::default()
        };
        let words = ["none", "weak", "strong"];
        let fair = |k: usize| [None, Some(false), Some(true)][k];
        let events = 1 + r.below(3);
        let alternatives = events > 1 && r.below(2) == 0;
        let whole = r.below(3);
        let shared = out.fair.len();
        if alternatives {
            out.fair.extend([fair(whole), fair(whole)]);
        }
        for event in 0..events {
            let own = r.below(3);
            let mine = out.fair.len();
            out.fair.extend([fair(own), fair(own)]);
            let mut guard = Vec::new();
            for _ in 0..1 + r.below(4) {
                let (p, from, to) = (r.below(2), r.below(out.states), r.below(out.states));
                guard.push(format!(
                    "(and (= ${} {p}) (= (var x) {from}) (= ${} {to}))",
                    2 * event,
                    2 * event + 1
                ));
                let mut of = vec![mine + p];
                if alternatives && event < 2 {
                    of.push(shared + p);
                }
                out.steps.push(Step { from, to, of });
            }
            let last = out.states - 1;
            writeln!(out.binders, "(binder ${} p (range 0 1))", 2 * event).unwrap();
            writeln!(out.binders, "(binder ${} y (range 0 {last}))", 2 * event + 1).unwrap();
            let guard = match guard.as_slice() {
                [one] => one.clone(),
                _ => format!("(or {})", guard.join(" ")),
            };
            let mut marks = String::new();
            if own > 0 {
                write!(marks, " (fair {})", words[own]).unwrap();
            }
            if alternatives && event < 2 {
                write!(marks, " (alternative both {})", words[whole]).unwrap();
            }
            writeln!(
                out.events,
                "(event e{event} (${}) (${}) - {guard} ((x ${})){marks})",
                2 * event,
                2 * event + 1,
                2 * event + 1
            )
            .unwrap();
        }
        out
    }

    /// The system with these properties.
    pub(crate) fn system(&self, properties: &[F]) -> String {
        let mut out = format!("(system random)\n(var x (range 0 {}))\n", self.states - 1);
        out.push_str(&self.binders);
        out.push_str("(init (= (var x) 0))\n");
        out.push_str(&self.events);
        for (i, formula) in properties.iter().enumerate() {
            write!(out, "(temporal p{i} ").unwrap();
            formula.print(&mut out);
            out.push_str(")\n");
        }
        out
    }

    /// Steps that change something.
    fn moves(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|s| s.from != s.to)
    }

    fn enabled(&self, state: usize, instance: usize) -> bool {
        self.moves().any(|s| s.from == state && s.of.contains(&instance))
    }

    /// Whether a run is fair that passes these states, and takes steps of these instances, again and again.
    fn is_fair(&self, states: States, taken: &[bool]) -> bool {
        let inside = || (0..self.states).filter(|s| states >> s & 1 == 1);
        self.fair.iter().enumerate().all(|(i, strong)| match strong {
            None => true,
            Some(false) => taken[i] || inside().any(|s| !self.enabled(s, i)),
            Some(true) => taken[i] || !inside().any(|s| self.enabled(s, i)),
        })
    }

    /// The states reached from some by steps inside of a set.
    pub(crate) fn reach(&self, from: States, inside: States) -> States {
        let mut out = from & inside;
        loop {
            let next = self
                .moves()
                .filter(|s| out >> s.from & 1 == 1)
                .fold(out, |o, s| o | (1 << s.to));
            if next & inside == out {
                return out;
            }
            out = next & inside;
        }
    }

    /// The least number of steps inside of a set from some states to others; `None` if they are not reached.
    pub(crate) fn distance(&self, from: States, inside: States, to: States) -> Option<usize> {
        let mut level = from & inside;
        let mut seen = level;
        for steps in 0.. {
            if level & to != 0 {
                return Some(steps);
            }
            let next = self
                .moves()
                .filter(|s| level >> s.from & 1 == 1)
                .fold(0, |o, s| o | (1 << s.to));
            level = next & inside & !seen;
            seen |= level;
            if level == 0 {
                break;
            }
        }
        None
    }

    /// The sets of states that some fair run passes again and again, taking every step between them.
    pub(crate) fn fair_sets(&self) -> Vec<States> {
        let connected = |set: States| {
            let members = (0..self.states).filter(|s| set >> s & 1 == 1);
            members.into_iter().all(|s| self.reach(1 << s, set) == set)
        };
        let taken = |set: States| -> Vec<bool> {
            let inside = |s: &&Step| set >> s.from & 1 == 1 && set >> s.to & 1 == 1;
            let by = |i: usize| self.moves().filter(inside).any(|s| s.of.contains(&i));
            (0..self.fair.len()).map(by).collect()
        };
        (1..1 << self.states)
            .filter(|set| connected(*set) && self.is_fair(*set, &taken(*set)))
            .collect()
    }

    /// Whether some fair lasso of at most so many steps violates a formula.
    pub(crate) fn has_lasso(&self, formula: &F, length: usize) -> bool {
        let mut work: Vec<(Vec<usize>, Vec<usize>)> = vec![(vec![0], Vec::new())];
        while let Some((run, steps)) = work.pop() {
            let last = run[run.len() - 1];
            // at rest, or round a loop
            let rests = self.is_fair(1 << last, &vec![false; self.fair.len()]);
            if rests && !formula.truth(&run, run.len() - 1)[0] {
                return true;
            }
            for back in (0..run.len() - 1).filter(|b| run[*b] == last) {
                let states = run[back..].iter().fold(0, |set, s| set | (1 << s));
                let mut taken = vec![false; self.fair.len()];
                let of = steps[back..].iter().flat_map(|s| &self.steps[*s].of);
                of.for_each(|i| taken[*i] = true);
                if self.is_fair(states, &taken) && !formula.truth(&run[..run.len() - 1], back)[0] {
                    return true;
                }
            }
            if steps.len() < length {
                for (i, step) in self.steps.iter().enumerate() {
                    if step.from == last && step.to != last {
                        let (mut run, mut steps) = (run.clone(), steps.clone());
                        run.push(step.to);
                        steps.push(i);
                        work.push((run, steps));
                    }
                }
            }
        }
        false
    }
}
