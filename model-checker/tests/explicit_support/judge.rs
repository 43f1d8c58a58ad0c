//! What a search says of a system, held against what the reference evaluator finds.

use model_checker::explicit::Tuning;
use transition_system::{Owner, PropertyId, PropertyKind, Scope, System, Vacuity, Verdict, Wrong};

use super::{Reference, replayed};

/// Without machine code, on one thread.
pub const PORTABLE: Tuning = Tuning {
    native_after: None,
    round_words: 1 << 10,
    shared_states: usize::MAX,
    compress_after: 10,
    disk_after: 100,
};

/// Machine code from the start, small rounds, shared by threads.
pub const NATIVE: Tuning = Tuning {
    native_after: Some(0),
    round_words: 1 << 10,
    shared_states: 1,
    compress_after: 10,
    disk_after: 10,
};

/// A verdict where `init` or an assumption is undefined.
pub fn undefined_at_start(system: &System, scope: &Scope, verdict: &Verdict) {
    let Verdict::Violated(violation) = verdict else {
        panic!("{verdict:?}");
    };
    assert!(matches!(
        violation.what,
        Wrong::Undefined {
            owner: Owner::Init(_) | Owner::Assumption(_),
            ..
        }
    ));
    assert_eq!(replayed(system, scope, verdict), Some(0));
}

/// A verdict on a property.
pub fn judge(system: &System, scope: &Scope, expected: &Reference, id: PropertyId, verdict: &Verdict) {
    let kind = system.property(id).kind;
    let decided = expected.decided.get(&id).copied();
    // at one depth either may come first
    let (wrong, right) = expected.undefined_there.get(&id).copied().unwrap_or_default();
    let undefined = expected.undefined;
    match verdict {
        // a replay of an undefined two-state property needs a next state, which a claim about one state has not
        Verdict::Violated(v)
            if kind == PropertyKind::Transition
                && matches!(
                    &v.what,
                    Wrong::Undefined {
                        owner: Owner::Property(_),
                        ..
                    }
                ) =>
        {
            assert_eq!(Some(v.trace.len()), decided);
        }
        Verdict::Violated(v) => {
            let length = replayed(system, scope, verdict).expect("a violation has a run");
            match &v.what {
                Wrong::Undefined {
                    owner: Owner::Event(..),
                    ..
                } => {
                    assert_eq!(Some(length), undefined);
                    assert!(decided.is_none_or(|d| d > length), "the property comes first");
                }
                _ => {
                    assert_eq!(Some(length), decided);
                    assert!(kind != PropertyKind::Witness || wrong);
                    assert!(undefined.is_none_or(|u| length <= u + 1));
                }
            }
        }
        Verdict::Holds(coverage) if kind == PropertyKind::Witness => {
            assert!(decided.is_some() && right, "{coverage:?}");
        }
        Verdict::Holds(coverage) => {
            assert!(coverage.exhaustive && decided.is_none() && undefined.is_none());
        }
        Verdict::Vacuous(Vacuity::NeverReached(_)) => {
            assert!(kind == PropertyKind::Witness && decided.is_none() && undefined.is_none());
        }
        Verdict::Vacuous(Vacuity::NoInitialState) => assert_eq!(expected.initial, 0),
        Verdict::Proved(_) | Verdict::Unknown(_) => panic!("{verdict:?}"),
    }
}

/// A verdict on a property from a search whose runs need not be shortest, and in which either of what is wrong may come
/// first.
pub fn judge_loosely(
    system: &System,
    scope: &Scope,
    expected: &Reference,
    id: PropertyId,
    verdict: &Verdict,
) {
    let kind = system.property(id).kind;
    let decided = expected.decided.get(&id).copied();
    match verdict {
        Verdict::Violated(v) => {
            assert!(!v.shortest);
            let of_event = matches!(
                &v.what,
                Wrong::Undefined {
                    owner: Owner::Event(..),
                    ..
                }
            );
            let least = if of_event { expected.undefined } else { decided };
            assert!(least.is_some_and(|least| least <= v.trace.len()), "{verdict:?}");
            let of_step = matches!(
                &v.what,
                Wrong::Undefined {
                    owner: Owner::Property(_),
                    ..
                }
            ) && kind == PropertyKind::Transition;
            if !of_step {
                replayed(system, scope, verdict);
            }
        }
        Verdict::Holds(_) if kind == PropertyKind::Witness => assert!(decided.is_some()),
        Verdict::Holds(coverage) => {
            assert!(coverage.exhaustive && decided.is_none() && expected.undefined.is_none());
        }
        Verdict::Vacuous(Vacuity::NeverReached(_)) => {
            assert!(kind == PropertyKind::Witness && decided.is_none() && expected.undefined.is_none());
        }
        Verdict::Vacuous(Vacuity::NoInitialState) => assert_eq!(expected.initial, 0),
        Verdict::Proved(_) | Verdict::Unknown(_) => panic!("{verdict:?}"),
    }
}
