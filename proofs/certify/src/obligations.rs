//! The obligations of a proof by invariant, each as one closed query.
//!
//! Takes a system, a property, an invariant by conjunct, and a scope. Gives every query of the certificate with its
//! file name, in order. Guarantees: the same input gives the same bytes. If every query that says `unsat` has no
//! model, the property is true of every reachable state (a transition property: of every step), for every number of
//! elements of the sorts that the scope leaves open, and nothing that decides a step is undefined there:
//!
//! 1. `1-init`: initial states satisfy every conjunct. 2. `2-step`: a step from a state of the invariant leads to
//!    states that satisfy it. A conjunct that reads nothing that the event assigns is the same formula before and
//!    after, so it has no query. So the invariant holds in every reachable state. 3. `3-property`: it implies
//!    the property. 4. `4-defined`: where the language gives no value, the translation has some fixed one; these
//!    queries show that in a state of the invariant no formula that matters needs such a value, so that nothing above
//!    depends on which one it is.
//!
//! *Cardinality.* `card` over a sort of any size is some number, the same for the same set in the same state. The real one
//! is among the values that it may have, so a query without a model shows what it says; one that must have a model is
//! refused.
//!
//! *Cone.* A query leaves out hypotheses that share no symbol with the rest of it. For one that must have no model that is
//! right because leaving out hypotheses can only add models: what is shown is shown of the whole. For the question whether
//! an event can happen it is right because what is left out has a model by itself (an initial state, `0-init-possible`,
//! which satisfies the invariant by `1-init`), and models of parts that share neither functions nor sorts of open size
//! make one model together. `0-init-possible` itself leaves out nothing.

use std::collections::{BTreeSet, HashSet};
use std::rc::Rc;

use transition_system::subst::post_order;
use transition_system::{Axiom, EventId, Expr, ExprId, Promise, PropertyId, PropertyKind, Scope, System};

use crate::meaning::{At, Meaning, NoForm, Place, When};
use crate::smt::graph::{Graph, Node, S, T};
use crate::smt::names::{file_part, remark};
use crate::smt::print::{Section, query};

/// With more pairs of event and conjunct than this, a step query speaks of all conjuncts of an event together; the
/// same for initial states.
const TOGETHER: usize = 60;

/// What the solvers have to say.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Expected {
    /// There is no model: the obligation holds.
    Unsat,
    /// There is a model: there are initial states.
    Sat,
    /// Either, but all solvers the same: whether an event can happen under the invariant.
    Agree,
}

/// A conjunct of the invariant.
#[derive(Clone, Debug)]
pub(crate) struct Conjunct {
    pub(crate) name: String,
    pub(crate) formula: ExprId,
}

/// A proof as queries are made of it.
pub(crate) struct Claim<'a> {
    pub(crate) system: &'a System,
    pub(crate) property: PropertyId,
    pub(crate) invariant: &'a [Conjunct],
    pub(crate) scope: &'a Scope,
}

/// One query.
pub(crate) struct Query {
    pub(crate) file: String,
    /// What it shows, in words.
    pub(crate) obligation: String,
    pub(crate) expected: Expected,
    pub(crate) text: String,
}

/// All queries of a claim.
pub(crate) fn queries(claim: &Claim<'_>) -> Result<Vec<Query>, NoForm> {
    let mut writer = Writer {
        claim,
        meaning: Meaning::new(claim.system, claim.scope),
        known: Vec::new(),
        assumptions: Vec::new(),
        invariant: Vec::new(),
        files: HashSet::new(),
        out: Vec::new(),
    };
    writer.prepare()?;
    writer.possible()?;
    writer.initial()?;
    writer.steps()?;
    writer.property()?;
    writer.defined()?;
    Ok(writer.out)
}

struct Writer<'a> {
    claim: &'a Claim<'a>,
    meaning: Meaning<'a>,
    /// Ranges and givens of constants.
    known: Sections,
    assumptions: Sections,
    invariant: Sections,
    files: HashSet<String>,
    out: Vec<Query>,
}

type Sections = Vec<Rc<Section>>;

/// What a query is made of.
struct Parts {
    file: String,
    obligation: String,
    expected: Expected,
    hypotheses: Sections,
    core: Sections,
}

fn section(remark: impl Into<String>, formulas: Vec<T>) -> Rc<Section> {
    Rc::new(Section {
        remark: remark.into(),
        formulas,
    })
}

impl Writer<'_> {
    fn prepare(&mut self) -> Result<(), NoForm> {
        let (system, now) = (self.claim.system, At::closed(When::Now));
        for id in system.constant_ids() {
            let typed = self.meaning.typed(Place::Constant(id), system.constant(id).ty)?;
            let name = remark(&system.constant(id).name);
            self.known.push(section(format!("range of {name}"), vec![typed]));
        }
        for given in &system.givens {
            let Some(value) = given.value else { continue };
            let formula = self.meaning.given(given.constant, &given.indices, value)?;
            let name = remark(&system.constant(given.constant).name);
            self.known.push(section(format!("given: {name}"), vec![formula]));
        }
        for (i, axiom) in system.assumptions.iter().enumerate() {
            let formula = self.meaning.formula(axiom.formula, &now)?;
            self.assumptions
                .push(section(format!("assumption {i}"), vec![formula]));
        }
        for conjunct in self.claim.invariant {
            let formula = self.meaning.formula(conjunct.formula, &now)?;
            self.invariant.push(section(
                format!("invariant: {}", remark(&conjunct.name)),
                vec![formula],
            ));
        }
        Ok(())
    }

    /// Initial states: ranges of variables, and `init`.
    fn start(&mut self, formulas: usize) -> Result<Sections, NoForm> {
        let (system, now) = (self.claim.system, At::closed(When::Now));
        let mut out = Vec::new();
        for id in system.variable_ids() {
            let typed = self.meaning.typed(Place::Variable(id), system.variable(id).ty)?;
            out.push(section(
                format!("range of {}", remark(&system.variable(id).name)),
                vec![typed],
            ));
        }
        for (i, axiom) in system.init.iter().enumerate().take(formulas) {
            let formula = self.meaning.formula(axiom.formula, &now)?;
            out.push(section(format!("init {i}"), vec![formula]));
        }
        Ok(out)
    }

    /// An event happens: ranges of arguments, guard, promises.
    fn happens(&mut self, event: EventId) -> Result<Sections, NoForm> {
        let decl = self.claim.system.event(event);
        let at = self.meaning.arguments(event, When::Now);
        let name = remark(&decl.name);
        let mut formulas = self.argument_ranges(event)?;
        formulas.push(self.meaning.formula(decl.guard, &at)?);
        let mut out = vec![section(format!("{name} is enabled"), formulas)];
        let promises = decl
            .promises
            .iter()
            .map(|p| self.meaning.formula(p.holds, &at))
            .collect::<Result<Vec<_>, _>>()?;
        if !promises.is_empty() {
            out.push(section(
                format!("{name} is defined (shown in 4-defined)"),
                promises,
            ));
        }
        Ok(out)
    }

    fn argument_ranges(&mut self, event: EventId) -> Result<Vec<T>, NoForm> {
        let system = self.claim.system;
        let binders: Vec<_> = system.event(event).binders().collect();
        let mut out = Vec::new();
        for (i, b) in binders.into_iter().enumerate() {
            out.push(
                self.meaning
                    .typed(Place::Argument(event, i), system.arena.binder_info(b).ty)?,
            );
        }
        Ok(out)
    }

    fn add(&mut self, parts: Parts) -> Result<(), NoForm> {
        let mut sections = match parts.expected {
            Expected::Unsat | Expected::Agree => cone(&self.meaning.graph, parts.hypotheses, &parts.core),
            Expected::Sat => parts.hypotheses,
        };
        sections.extend(parts.core);
        let roots: Vec<T> = sections.iter().flat_map(|s| s.formulas.iter().copied()).collect();
        if parts.expected == Expected::Sat && self.meaning.rests_on_uncounted(&roots) {
            let why = "initial states rest on `card` over a sort of any size, and a certificate shows that there is one";
            return Err(NoForm(why.to_owned()));
        }
        let answer = match parts.expected {
            Expected::Unsat => "unsat",
            Expected::Sat => "sat",
            Expected::Agree => "sat or unsat, by all solvers alike",
        };
        let head = [
            format!("{}: {}", remark(&self.claim.system.name), parts.obligation),
            format!("expected: {answer}"),
        ];
        let text = query(&self.meaning.graph, &head, &sections).map_err(NoForm)?;
        let file = self.unique(parts.file);
        self.out.push(Query {
            file,
            obligation: parts.obligation,
            expected: parts.expected,
            text,
        });
        Ok(())
    }

    /// A file name that no other query has.
    fn unique(&mut self, stem: String) -> String {
        let mut file = format!("{stem}.smt2");
        let mut number = 2;
        while !self.files.insert(file.clone()) {
            file = format!("{stem}~{number}.smt2");
            number += 1;
        }
        file
    }

    fn event_name(&self, event: EventId) -> (String, String) {
        let name = &self.claim.system.event(event).name;
        (remark(name), file_part(name))
    }

    // ---- the queries ----

    /// What holds of constants.
    fn constants(&self) -> Sections {
        self.known.iter().chain(&self.assumptions).cloned().collect()
    }

    /// What holds of constants and of states of the invariant.
    fn hypotheses(&self) -> Sections {
        self.constants()
            .into_iter()
            .chain(self.invariant.iter().cloned())
            .collect()
    }

    fn possible(&mut self) -> Result<(), NoForm> {
        let core = self.start(usize::MAX)?;
        self.add(Parts {
            file: "0-init-possible".to_owned(),
            obligation: "there is an initial state".to_owned(),
            expected: Expected::Sat,
            hypotheses: self.constants(),
            core,
        })?;
        for event in self.claim.system.event_ids() {
            let (name, part) = self.event_name(event);
            let core = self.happens(event)?;
            self.add(Parts {
                file: format!("0-step-{part}-possible"),
                obligation: format!("{name} can happen in some state of the invariant"),
                expected: Expected::Agree,
                hypotheses: self.hypotheses(),
                core,
            })?;
        }
        Ok(())
    }

    /// The formula that one of `claims` is false.
    fn denied(&mut self, claims: Vec<T>) -> T {
        let all = self.meaning.graph.and(claims);
        self.meaning.graph.not(all)
    }

    fn initial(&mut self) -> Result<(), NoForm> {
        let count = self.claim.invariant.len();
        let groups: Vec<Vec<usize>> = if count > TOGETHER {
            vec![(0..count).collect()]
        } else {
            (0..count).map(|i| vec![i]).collect()
        };
        let mut hypotheses = self.constants();
        hypotheses.extend(self.start(usize::MAX)?);
        for group in groups {
            let (file, words) = self.group_name("1-init", "initial states satisfy", &group, count > 1);
            let claims = group
                .iter()
                .flat_map(|c| self.invariant[*c].formulas.clone())
                .collect();
            let denied = self.denied(claims);
            self.add(Parts {
                file,
                obligation: words,
                expected: Expected::Unsat,
                hypotheses: hypotheses.clone(),
                core: vec![section("but not: what is claimed", vec![denied])],
            })?;
        }
        Ok(())
    }

    fn group_name(&self, file: &str, words: &str, group: &[usize], several: bool) -> (String, String) {
        match group {
            [one] => {
                let name = &self.claim.invariant[*one].name;
                (
                    format!("{file}-{}", file_part(name)),
                    format!("{words} {}", remark(name)),
                )
            }
            _ if several => (file.to_owned(), format!("{words} the conjuncts of the invariant")),
            _ => (file.to_owned(), format!("{words} the invariant")),
        }
    }

    fn steps(&mut self) -> Result<(), NoForm> {
        let system = self.claim.system;
        let touched: Vec<(EventId, Vec<usize>)> = system
            .event_ids()
            .map(|e| {
                (
                    e,
                    (0..self.claim.invariant.len())
                        .filter(|c| self.touches(e, *c))
                        .collect(),
                )
            })
            .collect();
        let together = touched.iter().map(|(_, cs)| cs.len()).sum::<usize>() > TOGETHER;
        for (event, conjuncts) in touched {
            let groups: Vec<Vec<usize>> = if together && !conjuncts.is_empty() {
                vec![conjuncts]
            } else {
                conjuncts.into_iter().map(|c| vec![c]).collect()
            };
            for group in groups {
                self.step(event, &group)?;
            }
        }
        Ok(())
    }

    /// Whether an event assigns a variable that a conjunct reads.
    fn touches(&self, event: EventId, conjunct: usize) -> bool {
        let (system, formula) = (self.claim.system, self.claim.invariant[conjunct].formula);
        let updates = &system.event(event).updates;
        post_order(&system.arena, &[formula]).into_iter().any(
            |id| matches!(system.arena.expr(id), Expr::Var(v) if updates.iter().any(|u| u.variable == *v)),
        )
    }

    fn step(&mut self, event: EventId, group: &[usize]) -> Result<(), NoForm> {
        let (name, part) = self.event_name(event);
        let after = At::closed(When::After(event));
        let mut core = self.happens(event)?;
        let mut claims = Vec::new();
        for c in group {
            claims.push(self.meaning.formula(self.claim.invariant[*c].formula, &after)?);
        }
        let denied = self.denied(claims);
        core.push(section(
            format!("but after {name}, not: what is claimed"),
            vec![denied],
        ));
        let (file, words) = self.group_name(&format!("2-step-{part}"), &format!("{name} keeps"), group, true);
        self.with_invariant(file, words, core)
    }

    /// An obligation of all states of the invariant.
    fn with_invariant(&mut self, file: String, obligation: String, core: Sections) -> Result<(), NoForm> {
        let hypotheses = self.hypotheses();
        self.add(Parts {
            file,
            obligation,
            expected: Expected::Unsat,
            hypotheses,
            core,
        })
    }

    fn property(&mut self) -> Result<(), NoForm> {
        let system = self.claim.system;
        let decl = system.property(self.claim.property);
        let name = remark(&decl.name);
        match decl.kind {
            PropertyKind::Invariant | PropertyKind::Witness | PropertyKind::Temporal => {
                let claim = self.meaning.formula(decl.formula, &At::closed(When::Now))?;
                let denied = self.denied(vec![claim]);
                let core = vec![section(format!("but not: {name}"), vec![denied])];
                self.with_invariant(
                    "3-property".to_owned(),
                    format!("the invariant implies {name}"),
                    core,
                )
            }
            PropertyKind::Transition => {
                for event in system.event_ids() {
                    let (event_name, part) = self.event_name(event);
                    let mut core = self.happens(event)?;
                    let at = self.meaning.arguments(event, When::Step(event));
                    let claim = self.meaning.formula(decl.of_step(event).0, &at)?;
                    let denied = self.denied(vec![claim]);
                    core.push(section(format!("but not: {name}"), vec![denied]));
                    let words = format!("every step of {event_name} satisfies {name}");
                    self.with_invariant(format!("3-property-{part}"), words, core)?;
                }
                Ok(())
            }
        }
    }

    // ---- promises ----

    fn defined(&mut self) -> Result<(), NoForm> {
        let system = self.claim.system;
        let now = At::closed(When::Now);
        for (i, axiom) in system.assumptions.iter().enumerate() {
            self.axiom_defined("assumption", i, axiom, true)?;
        }
        for (i, axiom) in system.init.iter().enumerate() {
            self.axiom_defined("init", i, axiom, false)?;
        }
        for event in system.event_ids() {
            let (name, part) = self.event_name(event);
            let at = self.meaning.arguments(event, When::Now);
            let ranges = self.argument_ranges(event)?;
            let before = vec![section(format!("arguments of {name}"), ranges)];
            let file = format!("4-defined-event-{part}");
            self.promises(
                &file,
                &format!("{name} is defined"),
                &system.event(event).promises,
                &at,
                before,
            )?;
        }
        let decl = system.property(self.claim.property);
        let words = format!("{} is defined", remark(&decl.name));
        match decl.kind {
            PropertyKind::Invariant | PropertyKind::Witness | PropertyKind::Temporal => {
                self.promises("4-defined-property", &words, &decl.promises, &now, Vec::new())
            }
            PropertyKind::Transition => {
                for event in system.event_ids() {
                    let (_, promises) = decl.of_step(event);
                    if promises.is_empty() {
                        continue;
                    }
                    let (name, part) = self.event_name(event);
                    let before = self.happens(event)?;
                    let file = format!("4-defined-property-{part}");
                    let words = format!("{words} of every step of {name}");
                    let at = self.meaning.arguments(event, When::Step(event));
                    self.promises(&file, &words, promises, &at, before)?;
                }
                Ok(())
            }
        }
    }

    /// One query for each promise, with those before it taken for granted.
    fn promises(
        &mut self,
        file: &str,
        words: &str,
        promises: &[Promise],
        at: &At,
        before: Sections,
    ) -> Result<(), NoForm> {
        let mut earlier = before.iter().flat_map(|s| s.formulas.clone()).collect::<Vec<_>>();
        for (k, promise) in promises.iter().enumerate() {
            let holds = self.meaning.formula(promise.holds, at)?;
            let denied = self.denied(vec![holds]);
            let core = vec![
                section("what is taken for granted here", earlier.clone()),
                section("but not: the promise", vec![denied]),
            ];
            self.with_invariant(format!("{file}-{k}"), format!("{words} (promise {k})"), core)?;
            earlier.push(holds);
        }
        Ok(())
    }

    fn axiom_defined(
        &mut self,
        kind: &str,
        index: usize,
        axiom: &Axiom,
        assumption: bool,
    ) -> Result<(), NoForm> {
        let now = At::closed(When::Now);
        let mut earlier = Vec::new();
        for (k, promise) in axiom.promises.iter().enumerate() {
            let holds = self.meaning.formula(promise.holds, &now)?;
            let denied = self.denied(vec![holds]);
            let granted = if assumption { index } else { self.assumptions.len() };
            let mut hypotheses: Sections = self
                .known
                .iter()
                .chain(self.assumptions.iter().take(granted))
                .cloned()
                .collect();
            if !assumption {
                hypotheses.extend(self.start(index)?);
            }
            self.add(Parts {
                file: format!("4-defined-{kind}-{index}-{k}"),
                obligation: format!("{kind} {index} is defined (promise {k})"),
                expected: Expected::Unsat,
                hypotheses,
                core: vec![
                    section("what is taken for granted here", earlier.clone()),
                    section("but not: the promise", vec![denied]),
                ],
            })?;
            earlier.push(holds);
        }
        Ok(())
    }
}

/// The hypotheses that are connected with `core` by symbols they share: functions, and sorts of any size (through
/// whose number of elements formulas can depend on each other).
fn cone(graph: &Graph, hypotheses: Sections, core: &[Rc<Section>]) -> Sections {
    let mut reached: BTreeSet<String> = core.iter().flat_map(|s| symbols(graph, &s.formulas)).collect();
    let mut open: Vec<(usize, BTreeSet<String>)> = hypotheses
        .iter()
        .map(|s| symbols(graph, &s.formulas))
        .enumerate()
        .collect();
    let mut kept = BTreeSet::new();
    loop {
        let before = kept.len();
        open.retain(|(i, own)| {
            // A formula without symbols is true or false by itself, and stays.
            let connected = own.is_empty() || own.iter().any(|s| reached.contains(s));
            if connected {
                reached.extend(own.iter().cloned());
                kept.insert(*i);
            }
            !connected
        });
        if kept.len() == before {
            break;
        }
    }
    kept.into_iter()
        .filter_map(|i| hypotheses.get(i).cloned())
        .collect()
}

fn symbols(graph: &Graph, formulas: &[T]) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for t in graph.reach(formulas) {
        if let Node::Call(f, _) = graph.node(t) {
            out.insert(graph.function(*f).symbol.clone());
        }
        let sort = match graph.node(t) {
            Node::Quantified(_, v, _) => graph.variable_sort(*v),
            Node::Truth(_)
            | Node::Number(_)
            | Node::Element(..)
            | Node::Call(..)
            | Node::Variable(_)
            | Node::Apply(..) => graph.sort(t),
        };
        if let (S::Named(_), Some(info)) = (sort, graph.sort_info(sort))
            && info.elements.is_none()
        {
            out.insert(info.symbol.clone());
        }
    }
    out
}
