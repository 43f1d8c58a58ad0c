//! What the tests of the explicit engine share: reading systems, and a slow search by the reference
//! evaluator to compare with.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "each test binary uses a part; a test fails by panicking"
)]

use std::collections::{BTreeMap, VecDeque};

use transition_system::eval::{Bindings, Context, Evaluator};
use transition_system::promise::add_promises;
use transition_system::replay::{replay, replay_run};
use transition_system::{
    Origin, PromiseKind, PropertyId, PropertyKind, Scope, State, System, Trace, Verdict, text, validate,
};

pub mod disk;
pub mod judge;
pub mod processes;
pub mod random;
pub mod seeds;

pub fn system(text: &str) -> System {
    finished(text::read(text).expect("the text is a system"))
}

pub fn finished(mut system: System) -> System {
    add_promises(&mut system, &|_| Origin::unknown());
    if let Err(broken) = validate::validate(&system) {
        panic!("{broken:?}\n{}", text::print(&system));
    }
    system
}

pub fn scope(system: &System, sizes: &[(&str, u32)]) -> Scope {
    sizes.iter().fold(Scope::new(), |scope, (name, size)| {
        scope.with(system.find_sort(name).expect("a sort"), *size)
    })
}

pub fn property(system: &System, name: &str) -> PropertyId {
    system.find_property(name).expect("a property")
}

pub fn all_properties(system: &System) -> Vec<PropertyId> {
    system.property_ids().collect()
}

/// What a slow search finds.
#[derive(Debug, Default)]
pub struct Reference {
    pub states: u64,
    pub initial: u64,
    pub transitions: u64,
    /// For each property: the least number of steps to where it is false or undefined (a witness: true).
    pub decided: BTreeMap<PropertyId, usize>,
    /// For each property: whether it was undefined somewhere at that depth, and whether decided without that.
    pub undefined_there: BTreeMap<PropertyId, (bool, bool)>,
    /// Least depth of a state in which an event is undefined.
    pub undefined: Option<usize>,
    /// Least depth of a state in which no event is enabled or undefined.
    pub deadlock: Option<usize>,
    pub depth: usize,
    /// Every reachable state.
    pub all: Vec<State>,
}

/// Initial states are undefined: a promise of an assumption or of `init` is broken.
#[derive(Debug)]
pub struct UndefinedStart;

/// Searches by the reference evaluator. A broken promise counts as undefined even where evaluation stops
/// before it meets the partial operator.
pub fn reference(system: &System, scope: &Scope) -> Result<Reference, UndefinedStart> {
    let evaluator = Evaluator::new(system, scope);
    let mut out = Reference::default();
    let mut seen: BTreeMap<State, usize> = BTreeMap::new();
    let mut queue: VecDeque<State> = VecDeque::new();
    for state in initial_states(system, scope)? {
        seen.insert(state.clone(), 0);
        queue.push_back(state);
        out.initial += 1;
    }
    while let Some(state) = queue.pop_front() {
        let depth = seen[&state];
        out.depth = depth;
        for property in system.property_ids() {
            if system.property(property).kind != PropertyKind::Transition {
                decide(&evaluator, &mut out, property, &state, None, depth);
            }
        }
        let mut quiet = true;
        for event in system.event_ids() {
            for args in evaluator.arguments(event).expect("small domains") {
                let decl = system.event(event);
                let mut env: Bindings = decl.binders().zip(args.iter().cloned()).collect();
                let at = Context {
                    state: &state,
                    next: None,
                };
                let broken = decl
                    .promises
                    .iter()
                    .filter(|p| p.kind != PromiseKind::Agreement)
                    .any(|p| evaluator.truth(p.holds, at, &mut env) != Ok(true));
                match evaluator.fire(event, &args, &state) {
                    _ if broken => {
                        quiet = false;
                        out.undefined.get_or_insert(depth);
                    }
                    Err(_) => {
                        quiet = false;
                        out.undefined.get_or_insert(depth);
                    }
                    Ok(None) => {}
                    Ok(Some(next)) => {
                        quiet = false;
                        out.transitions += 1;
                        for property in system.property_ids() {
                            if system.property(property).kind == PropertyKind::Transition {
                                decide(&evaluator, &mut out, property, &state, Some(&next), depth + 1);
                            }
                        }
                        if !seen.contains_key(&next) {
                            seen.insert(next.clone(), depth + 1);
                            queue.push_back(next);
                        }
                    }
                }
            }
        }
        if quiet {
            out.deadlock.get_or_insert(depth);
        }
    }
    out.states = seen.len() as u64;
    out.all = seen.into_keys().collect();
    Ok(out)
}

/// All initial states.
pub fn initial_states(system: &System, scope: &Scope) -> Result<Vec<State>, UndefinedStart> {
    let mut bare = system.clone();
    bare.assumptions.clear();
    bare.init.clear();
    let evaluator = Evaluator::new(system, scope);
    let mut out = Vec::new();
    for state in Evaluator::new(&bare, scope)
        .initial_states()
        .expect("small domains")
    {
        let at = Context {
            state: &state,
            next: None,
        };
        let mut allowed = true;
        for axiom in system.assumptions.iter().chain(&system.init) {
            let holds = |e| evaluator.truth(e, at, &mut Bindings::new()) == Ok(true);
            if allowed && !axiom.promises.iter().all(|p| holds(p.holds)) {
                return Err(UndefinedStart);
            }
            allowed = allowed && holds(axiom.formula);
        }
        if allowed {
            out.push(state);
        }
    }
    Ok(out)
}

fn decide(
    evaluator: &Evaluator<'_>,
    out: &mut Reference,
    property: PropertyId,
    state: &State,
    next: Option<&State>,
    depth: usize,
) {
    if out.decided.get(&property).is_some_and(|d| *d < depth) {
        return;
    }
    let decl = evaluator.system.property(property);
    let at = Context { state, next };
    let holds = |e| evaluator.truth(e, at, &mut Bindings::new());
    let undefined = !decl.promises.iter().all(|p| holds(p.holds) == Ok(true));
    let decided = match (undefined, decl.kind) {
        (true, _) => true,
        (false, PropertyKind::Witness) => holds(decl.formula) == Ok(true),
        (false, PropertyKind::Invariant | PropertyKind::Transition) => holds(decl.formula) != Ok(true),
        (false, PropertyKind::Temporal) => false,
    };
    if decided {
        out.decided.insert(property, depth);
        let there = out.undefined_there.entry(property).or_default();
        *there = (there.0 | undefined, there.1 | !undefined);
    }
}

/// Replays what a verdict claims; gives the length of its trace.
pub fn replayed(system: &System, scope: &Scope, verdict: &Verdict) -> Option<usize> {
    match verdict {
        Verdict::Violated(violation) => {
            assert_eq!(
                replay(system, scope, &violation.trace, &violation.what),
                Ok(()),
                "{:?}\n{}",
                violation,
                text::print(system)
            );
            Some(violation.trace.len())
        }
        Verdict::Proved(_) | Verdict::Holds(_) | Verdict::Vacuous(_) | Verdict::Unknown(_) => None,
    }
}

/// Replays a run to a witness.
pub fn replayed_witness(system: &System, scope: &Scope, property: PropertyId, trace: &Trace) {
    let evaluator = Evaluator::new(system, scope);
    assert_eq!(replay_run(&evaluator, trace), Ok(()));
    let at = Context {
        state: trace.last(),
        next: None,
    };
    let formula = system.property(property).formula;
    assert_eq!(evaluator.truth(formula, at, &mut Bindings::new()), Ok(true));
}

pub const BOXES: &str = "
(system boxes)
(enum Phase Absent Created Running Paused Stopped)
(sort Container)
(sort Resource)
(var phase (map (sort Container) (enum Phase)))
(var owner (map (sort Resource) (option (sort Container))))
(binder $c c (sort Container))
(binder $r r (sort Resource))
(init (forall $c (= (apply (var phase) $c) (enumerator Phase Absent))))
(init (forall $r (= (apply (var owner) $r) (none (option (sort Container))))))
(event create ($c) () - (= (apply (var phase) $c) (enumerator Phase Absent))
  ((phase (store (var phase) $c (enumerator Phase Created)))))
(event start ($c) () - (or (= (apply (var phase) $c) (enumerator Phase Created)) (= (apply (var phase) $c) (enumerator Phase Stopped)))
  ((phase (store (var phase) $c (enumerator Phase Running)))))
(event pause ($c) () - (= (apply (var phase) $c) (enumerator Phase Running))
  ((phase (store (var phase) $c (enumerator Phase Paused)))))
(event resume ($c) () - (= (apply (var phase) $c) (enumerator Phase Paused))
  ((phase (store (var phase) $c (enumerator Phase Running)))))
(event stop ($c) () - (or (= (apply (var phase) $c) (enumerator Phase Running)) (= (apply (var phase) $c) (enumerator Phase Paused)))
  ((phase (store (var phase) $c (enumerator Phase Stopped)))))
(event delete ($c) () - (and (= (apply (var phase) $c) (enumerator Phase Stopped)) (forall $r (not (= (apply (var owner) $r) (some (option (sort Container)) $c)))))
  ((phase (store (var phase) $c (enumerator Phase Absent)))))
(event grant ($c $r) () $c (and (= (apply (var phase) $c) (enumerator Phase Running)) (= (apply (var owner) $r) (none (option (sort Container)))))
  ((owner (store (var owner) $r (some (option (sort Container)) $c)))))
(event release ($c $r) () $c (= (apply (var owner) $r) (some (option (sort Container)) $c))
  ((owner (store (var owner) $r (none (option (sort Container)))))))
(invariant owners_exist (forall $r (forall $c (=> (= (apply (var owner) $r) (some (option (sort Container)) $c)) (not (= (apply (var phase) $c) (enumerator Phase Absent)))))))
(witness all_owned (forall $r (is-some (apply (var owner) $r))))
(invariant nobody_pauses (forall $c (not (= (apply (var phase) $c) (enumerator Phase Paused)))))
";
