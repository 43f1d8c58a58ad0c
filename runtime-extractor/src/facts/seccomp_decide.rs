//! What a seccomp filter decides for a system call, for all calls whose arguments satisfy a constraint.
//!
//! Semantics, from libseccomp's `_db_rule_add` and the way runc and crun feed it (runc
//! `libcontainer/seccomp/seccomp_linux.go`, `matchCall`): a rule whose action is the default action is not added; the
//! first rule without conditions decides for its system call whatever the conditional ones say; a conditional rule
//! needs all its conditions, except that a rule with two conditions on one argument is added once per
//! condition, so that any of them is enough.

use super::fact::{Fact, Place};
use super::seccomp::{ArgCondition, CompareOp, Seccomp, SeccompAction, SeccompFilter, SeccompRule};
use serde::Serialize;

/// What is known of one argument of the calls that are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ArgValue {
    /// Nothing: the caller chooses.
    Any,
    /// Exactly this.
    Equal(u64),
    /// `value` in the bits of `mask`, anything elsewhere.
    Bits {
        /// The bits that are known.
        mask: u64,
        /// Their value.
        value: u64,
    },
}

/// What is known of the arguments of the calls that are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Args(pub [ArgValue; 6]);

impl Args {
    /// The caller chooses every argument.
    pub const ANY: Self = Self([ArgValue::Any; 6]);

    /// The same with argument `index` (0 to 5) constrained; a larger index changes nothing.
    #[must_use]
    pub fn with(mut self, index: usize, value: ArgValue) -> Self {
        if let Some(slot) = self.0.get_mut(index) {
            *slot = value;
        }
        self
    }

    /// `socket(AF_VSOCK, ..)` as programs call it (the kernel looks at the low word only, a filter may look at both):
    /// reaches agents of the host or of the hypervisor, whatever the network namespace.
    pub const VSOCK: Self = Self::first(ArgValue::Equal(40));
    /// `socket(AF_ALG, ..)`: the kernel's cryptography, a wide surface.
    pub const ALG: Self = Self::first(ArgValue::Equal(38));
    /// `socket(AF_PACKET, ..)`: raw frames.
    pub const PACKET: Self = Self::first(ArgValue::Equal(17));
    /// `clone` and `unshare` with `CLONE_NEWUSER` set.
    pub const NEW_USER: Self = Self::first(ArgValue::Bits {
        mask: 0x1000_0000,
        value: 0x1000_0000,
    });

    /// The first argument is constrained, the caller chooses the others.
    pub const fn first(value: ArgValue) -> Self {
        Self([
            value,
            ArgValue::Any,
            ArgValue::Any,
            ArgValue::Any,
            ArgValue::Any,
            ArgValue::Any,
        ])
    }
}

/// What happens to the calls that were asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All of them get this action.
    Always(SeccompAction),
    /// It depends on arguments (or on the order of overlapping rules); the possible actions, without repetition.
    Depends(Vec<SeccompAction>),
    /// The content of the filter is not known.
    Unknown,
}

/// Whether the calls that were asked about can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// All of them run.
    Always,
    /// With some arguments, or if a tracer or supervisor lets them.
    Sometimes,
    /// None of them runs.
    Never,
    /// The content of the filter is not known: assume both.
    Unknown,
}

/// A decision and the places of configuration that make it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeccompDecision {
    /// What happens.
    pub outcome: Outcome,
    /// The rules, names or defaults that decide.
    pub places: Vec<Place>,
}

impl SeccompDecision {
    /// Whether the calls can run.
    pub fn reach(&self) -> Reach {
        match &self.outcome {
            Outcome::Always(action) => reach_of(*action),
            Outcome::Depends(actions) => match actions.iter().all(|a| reach_of(*a) == Reach::Never) {
                true => Reach::Never,
                false => Reach::Sometimes,
            },
            Outcome::Unknown => Reach::Unknown,
        }
    }
}

/// Whether a call that gets this action runs.
pub(super) fn reach_of(action: SeccompAction) -> Reach {
    match action {
        SeccompAction::Allow | SeccompAction::Log => Reach::Always,
        SeccompAction::Trace(_) | SeccompAction::Notify => Reach::Sometimes,
        SeccompAction::Errno(_)
        | SeccompAction::KillThread
        | SeccompAction::KillProcess
        | SeccompAction::Trap => Reach::Never,
    }
}

/// What the sandbox's seccomp set-up does with the calls of `syscall` whose arguments satisfy `args`.
pub fn decide(seccomp: &Fact<Seccomp>, syscall: &str, args: &Args) -> SeccompDecision {
    let whole = |outcome| SeccompDecision {
        outcome,
        places: seccomp.places().to_vec(),
    };
    match seccomp.known() {
        Some(Seccomp::None | Seccomp::Unconfined) => whole(Outcome::Always(SeccompAction::Allow)),
        Some(Seccomp::Filter(filter)) => filter.decide(syscall, args),
        Some(Seccomp::Programs(programs)) => whole(programs.decide(syscall, args)),
        Some(Seccomp::Strict) => whole(Outcome::Always(match syscall {
            "read" | "write" | "_exit" | "exit" | "sigreturn" | "rt_sigreturn" => SeccompAction::Allow,
            _ => SeccompAction::KillThread,
        })),
        Some(Seccomp::RuntimeDefault | Seccomp::Localhost(_) | Seccomp::Opaque { .. }) | None => {
            whole(Outcome::Unknown)
        }
    }
}

impl SeccompFilter {
    /// What the filter does with the calls of `syscall` whose arguments satisfy `args`.
    pub fn decide(&self, syscall: &str, args: &Args) -> SeccompDecision {
        let rules: Vec<(&SeccompRule, &Place)> = self.rules_for(syscall).collect();
        if let Some((rule, place)) = rules.iter().find(|(rule, _)| rule.args.is_empty()) {
            return always(rule.action, vec![(*place).clone()]);
        }
        let mut possible: Vec<SeccompAction> = Vec::new();
        let mut places: Vec<Place> = Vec::new();
        let mut certain = false;
        for (rule, place) in rules {
            let truth = rule_truth(rule, args);
            if truth != Truth::No {
                push_new(&mut possible, rule.action);
                places.push(place.clone());
            }
            certain |= truth == Truth::Yes;
        }
        if !certain {
            push_new(&mut possible, self.default_action);
            places.extend(self.default_origin.places.iter().cloned());
        }
        match possible.as_slice() {
            [action] => always(*action, places),
            _ => SeccompDecision {
                outcome: Outcome::Depends(possible),
                places,
            },
        }
    }

    /// The rules that name `syscall` and are not the default anyway, with the place of the name.
    fn rules_for<'a>(&'a self, syscall: &'a str) -> impl Iterator<Item = (&'a SeccompRule, &'a Place)> {
        self.rules
            .iter()
            .filter(|rule| rule.action != self.default_action)
            .filter_map(move |rule| {
                let name = rule.names.iter().find(|n| n.value == syscall)?;
                name.origin.place().map(|place| (rule, place))
            })
    }
}

fn always(action: SeccompAction, places: Vec<Place>) -> SeccompDecision {
    SeccompDecision {
        outcome: Outcome::Always(action),
        places,
    }
}

fn push_new(actions: &mut Vec<SeccompAction>, action: SeccompAction) {
    if !actions.contains(&action) {
        actions.push(action);
    }
}

/// Whether a condition holds for all, none or some of the calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Truth {
    Yes,
    No,
    Maybe,
}

fn rule_truth(rule: &SeccompRule, args: &Args) -> Truth {
    let truths = || rule.args.iter().map(|c| condition_truth(&c.value, args));
    let repeated = rule.args.iter().enumerate().any(|(i, a)| {
        let earlier = rule.args.get(..i).unwrap_or_default();
        earlier.iter().any(|b| b.value.index == a.value.index)
    });
    let (decisive, otherwise) = if repeated {
        (Truth::Yes, Truth::No)
    } else {
        (Truth::No, Truth::Yes)
    };
    if truths().any(|t| t == decisive) {
        decisive
    } else if truths().any(|t| t == Truth::Maybe) {
        Truth::Maybe
    } else {
        otherwise
    }
}

fn condition_truth(condition: &ArgCondition, args: &Args) -> Truth {
    let known = args
        .0
        .get(condition.index as usize)
        .copied()
        .unwrap_or(ArgValue::Any);
    let (mask, value) = match known {
        ArgValue::Any => (0, 0),
        ArgValue::Equal(value) => (u64::MAX, value),
        ArgValue::Bits { mask, value } => (mask, value & mask),
    };
    let (least, most) = (value, value | !mask);
    let bound = condition.value;
    match condition.op {
        CompareOp::Equal => masked_truth(u64::MAX, bound, mask, value),
        CompareOp::NotEqual => not(masked_truth(u64::MAX, bound, mask, value)),
        CompareOp::MaskedEqual => masked_truth(condition.value, condition.value_two, mask, value),
        CompareOp::Less => less_truth(least, most, bound),
        CompareOp::GreaterEqual => not(less_truth(least, most, bound)),
        CompareOp::LessEqual => not(greater_truth(least, most, bound)),
        CompareOp::Greater => greater_truth(least, most, bound),
    }
}

/// Whether `argument & mask == datum`, when `known` bits of the argument have `value`.
fn masked_truth(mask: u64, datum: u64, known: u64, value: u64) -> Truth {
    if datum & !mask != 0 || (datum ^ value) & known & mask != 0 {
        Truth::No
    } else if mask & !known == 0 {
        Truth::Yes
    } else {
        Truth::Maybe
    }
}

fn less_truth(least: u64, most: u64, bound: u64) -> Truth {
    if most < bound {
        Truth::Yes
    } else if least >= bound {
        Truth::No
    } else {
        Truth::Maybe
    }
}

fn greater_truth(least: u64, most: u64, bound: u64) -> Truth {
    if least > bound {
        Truth::Yes
    } else if most <= bound {
        Truth::No
    } else {
        Truth::Maybe
    }
}

fn not(truth: Truth) -> Truth {
    match truth {
        Truth::Yes => Truth::No,
        Truth::No => Truth::Yes,
        Truth::Maybe => Truth::Maybe,
    }
}
