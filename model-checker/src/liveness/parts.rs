//! Parts of a product that a fair accepted run can stay in.
//!
//! A strongly connected part is *good* if it meets each set of the automaton; if for each weak condition it has a step of
//! it, or a state in which it is not enabled; and if it has a step of each strong condition that is enabled anywhere in
//! it. Where only the last fails, a run that stays in the part passes the states in which such a condition is enabled
//! only finitely often: they are left out, and the parts of what remains are looked at in turn (Emerson and Lei,
//! *Modalities for Model Checking: Branching Time Logic Strikes Back*, 1987, for Streett conditions).
//!
//! Only pairs whose node is in a part of the automaton that meets each set are looked at: of *p leads to q*, the states
//! that follow a `p` without a `q`, and not all.

use transition_system::Stop;

use super::automaton::Automaton;
use super::components::{Numbers, Vertices};
use super::fair::Conditions;
use super::product::{Pair, Pairs, Product, STUTTER, Steps};
use crate::budget::Budget;

/// The pairs of good parts, part by part.
#[derive(Default)]
pub(super) struct Good {
    pairs: Vec<Pair>,
    ends: Vec<usize>,
}

impl Good {
    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All pairs.
    pub(super) fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    /// The part that a pair is in.
    pub(super) fn part_of(&self, pair: Pair) -> &[Pair] {
        let place = self.pairs.iter().position(|p| *p == pair).unwrap_or(0);
        let part = self.ends.partition_point(|end| *end <= place);
        let start = part.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.pairs[start..self.ends.get(part).copied().unwrap_or(start)]
    }

    fn add(&mut self, part: &[Pair]) {
        self.pairs.extend_from_slice(part);
        self.ends.push(self.pairs.len());
    }
}

/// The pairs that are looked at, numbered in order.
struct Candidates<'p> {
    product: &'p Product<'p>,
    all: Pairs,
    /// For each word of the set, how many pairs stand before it.
    before: Vec<u32>,
    /// Those of them that are looked at now, if not all.
    region: Option<Pairs>,
}

impl<'p> Vertices for Candidates<'p> {
    type Vertex = Pair;
    type Steps = Steps<'p>;

    fn place(&self, pair: Pair) -> usize {
        let (word, bit) = self.all.place(pair);
        let below = self.all.words()[word] & (bit - 1);
        (self.before[word] + below.count_ones()) as usize
    }

    fn steps(&self, pair: Pair) -> Steps<'p> {
        self.product.steps(pair, self.now())
    }

    fn next(&self, steps: &mut Steps<'p>) -> Option<Pair> {
        self.product.next_step(steps, self.now()).map(|(_, to)| to)
    }
}

impl<'p> Candidates<'p> {
    fn new(product: &'p Product<'p>, all: Pairs) -> Self {
        let mut sum = 0;
        let count = |word: &u64| {
            let before = sum;
            sum += word.count_ones();
            before
        };
        let before = all.words().iter().map(count).collect();
        Self {
            product,
            all,
            before,
            region: None,
        }
    }

    fn len(&self) -> usize {
        self.all.words().iter().map(|w| w.count_ones() as usize).sum()
    }

    /// The pairs that are looked at now.
    fn now(&self) -> &Pairs {
        self.region.as_ref().unwrap_or(&self.all)
    }

    /// Looks at these pairs instead of those.
    fn enter(&mut self, pairs: &[Pair], left: &[Pair], numbers: &mut Numbers) {
        let mut region = self.region.take().unwrap_or_else(|| {
            let product = self.product;
            Pairs::new(product.graph.len(), product.automaton.len())
        });
        left.iter().for_each(|pair| region.remove(*pair));
        for pair in pairs {
            region.add(*pair);
            numbers.forget(self.place(*pair));
        }
        self.region = Some(region);
    }
}

/// The pairs of which parts are looked at.
fn promising_pairs(product: &Product<'_>) -> Pairs {
    let nodes = promising(product.automaton);
    let mut all = product.reached.clone();
    for pair in product.reached.each().filter(|pair| !nodes[pair.node as usize]) {
        all.remove(pair);
    }
    all
}

/// The nodes of an automaton in parts that have a step inside and meet each set.
fn promising(automaton: &Automaton) -> Vec<bool> {
    struct Nodes<'a>(&'a Automaton);
    impl Vertices for Nodes<'_> {
        type Vertex = u32;
        type Steps = (u32, usize);
        fn place(&self, node: u32) -> usize {
            node as usize
        }
        fn steps(&self, node: u32) -> (u32, usize) {
            (node, 0)
        }
        fn next(&self, (node, at): &mut (u32, usize)) -> Option<u32> {
            *at += 1;
            self.0.next[*node as usize].get(*at - 1).copied()
        }
    }
    let mut out = vec![false; automaton.len()];
    let all = 0..automaton.len() as u32;
    // an automaton is small
    let _ = Numbers::new(automaton.len()).parts(&Nodes(automaton), all, &Budget::default(), |part, _, _| {
        let first = part[0] as usize;
        let round = part.len() > 1 || automaton.next[first].contains(&part[0]);
        let meets = |set: u32| {
            part.iter()
                .any(|n| automaton.accepting[*n as usize].contains(&set))
        };
        if round && (0..automaton.sets as u32).all(meets) {
            part.iter().for_each(|n| out[*n as usize] = true);
        }
    });
    out
}

/// What a part is.
enum Judged {
    Bad,
    Good,
    /// Good perhaps without some pairs.
    Without(Vec<Pair>),
}

/// Judges parts by the conditions of fairness, as words of bits.
struct Judge<'p> {
    product: &'p Product<'p>,
    weak: Vec<u64>,
    strong: Vec<u64>,
    /// For each class of steps, its conditions.
    classes: Vec<Vec<u64>>,
}

impl<'p> Judge<'p> {
    fn new(product: &'p Product<'p>, conditions: &Conditions) -> Self {
        let words = conditions.len().div_ceil(64);
        let bits = |numbers: &mut dyn Iterator<Item = usize>| {
            let mut out = vec![0u64; words];
            numbers.for_each(|n| out[n / 64] |= 1 << (n % 64));
            out
        };
        let all = 0..conditions.len();
        let classes = product.graph.classes.iter();
        Self {
            product,
            weak: bits(&mut all.clone().filter(|c| !conditions.strong[*c])),
            strong: bits(&mut all.filter(|c| conditions.strong[*c])),
            classes: classes
                .map(|list| bits(&mut list.iter().map(|c| *c as usize)))
                .collect(),
        }
    }

    /// Judges a part, of steps that stay in a set and are inside of the part. Of a set that is no part, `Bad` and
    /// `Without` are true of all parts inside.
    fn judge(
        &self,
        part: impl Iterator<Item = Pair> + Clone,
        within: &Pairs,
        inside: impl Fn(Pair) -> bool,
    ) -> Judged {
        let product = self.product;
        let mut met = vec![false; product.automaton.sets];
        let mut sometimes = vec![0u64; self.weak.len()];
        let mut always = vec![u64::MAX; self.weak.len()];
        for Pair { state, node } in part.clone() {
            let sets = &product.automaton.accepting[node as usize];
            sets.iter().for_each(|set| met[*set as usize] = true);
            for (word, here) in product.graph.enabled(state).iter().enumerate() {
                sometimes[word] |= here;
                always[word] &= here;
            }
        }
        if met.contains(&false) {
            return Judged::Bad;
        }
        // a step of it is needed
        let needed = |word: usize| self.weak[word] & always[word] | self.strong[word] & sometimes[word];
        let needed: Vec<u64> = (0..self.weak.len()).map(needed).collect();
        let taken = self.taken(part.clone(), &needed, within, inside);
        let lacking: Vec<u64> = needed
            .iter()
            .zip(&taken)
            .map(|(need, have)| need & !have)
            .collect();
        if lacking
            .iter()
            .zip(&self.weak)
            .any(|(lacks, weak)| lacks & weak != 0)
        {
            return Judged::Bad;
        }
        if lacking.iter().all(|word| *word == 0) {
            return Judged::Good;
        }
        let free = |pair: &Pair| {
            let here = product.graph.enabled(pair.state);
            here.iter().zip(&lacking).all(|(a, b)| a & b == 0)
        };
        let rest: Vec<Pair> = part.filter(free).collect();
        if rest.is_empty() {
            Judged::Bad
        } else {
            Judged::Without(rest)
        }
    }

    /// The same of a pair alone, which can only stutter.
    fn judge_one(&self, Pair { state, node }: Pair) -> Judged {
        let automaton = self.product.automaton;
        let stays = automaton.next[node as usize].contains(&node);
        let accepts = automaton.accepting[node as usize].len() == automaton.sets;
        let rests = self.product.graph.enabled(state).iter().all(|word| *word == 0);
        if stays && accepts && rests {
            Judged::Good
        } else {
            Judged::Bad
        }
    }

    /// Which of these conditions a part has a step of.
    fn taken(
        &self,
        part: impl Iterator<Item = Pair>,
        needed: &[u64],
        within: &Pairs,
        inside: impl Fn(Pair) -> bool,
    ) -> Vec<u64> {
        let mut out = vec![0u64; needed.len()];
        for pair in part {
            if out.iter().zip(needed).all(|(have, need)| need & !have == 0) {
                break;
            }
            self.product.after(pair, within, |class, to| {
                let of = self.classes.get(class as usize).map_or(&[][..], Vec::as_slice);
                let news = of.iter().zip(&out).zip(needed).any(|((c, o), n)| c & n & !o != 0);
                if class != STUTTER && news && inside(to) {
                    out.iter_mut().zip(of).for_each(|(sum, bits)| *sum |= bits);
                }
                true
            });
        }
        out
    }

    /// What is left of a set without pairs that are in no good part, as far as that is seen of the set as a whole: it may be
    /// that no step of a strong condition stays in the set.
    fn trimmed(&self, mut all: Pairs) -> Option<Pairs> {
        loop {
            match self.judge(all.each(), &all, |_| true) {
                Judged::Bad => return None,
                Judged::Good => return Some(all),
                Judged::Without(rest) => {
                    all = Pairs::new(self.product.graph.len(), self.product.automaton.len());
                    rest.into_iter().for_each(|pair| {
                        all.add(pair);
                    });
                }
            }
        }
    }
}

/// The good parts, in at most `left` bytes.
///
/// # Errors
/// Why they were not searched to the end.
pub(super) fn good(
    product: &Product<'_>,
    conditions: &Conditions,
    budget: &Budget<'_>,
    (left, limit): (u64, u64),
) -> Result<Good, Stop> {
    let judge = Judge::new(product, conditions);
    let Some(all) = judge.trimmed(promising_pairs(product)) else {
        return Ok(Good::default());
    };
    let mut candidates = Candidates::new(product, all);
    if Numbers::bytes_of(candidates.len() as u64) > left {
        return Err(Stop::MemoryLimit(limit));
    }
    let mut numbers = Numbers::new(candidates.len());
    let mut out = Good::default();
    let mut regions: Vec<Vec<Pair>> = Vec::new();
    let mut pairs: Vec<Pair> = Vec::new();
    loop {
        let now = candidates.now();
        let mut found = |part: &[Pair], number: u32, numbers: &Numbers| {
            let inside = |pair| numbers.is_in(candidates.place(pair), number);
            let judged = match part {
                [one] => judge.judge_one(*one),
                _ => judge.judge(part.iter().copied(), now, inside),
            };
            match judged {
                Judged::Bad => {}
                Judged::Good => out.add(part),
                Judged::Without(rest) => regions.push(rest),
            }
        };
        if candidates.region.is_none() {
            numbers.parts(&candidates, candidates.all.each(), budget, &mut found)?;
        } else {
            numbers.parts(&candidates, pairs.iter().copied(), budget, &mut found)?;
        }
        let Some(rest) = regions.pop() else {
            return Ok(out);
        };
        let left = std::mem::replace(&mut pairs, rest);
        candidates.enter(&pairs, &left, &mut numbers);
    }
}
