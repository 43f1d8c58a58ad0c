//! Seccomp filters in the form in which the kernel runs them, and what they decide for a system call.
//!
//! The answer is sound for an adversary who chooses what is not known: it holds at least every action that some call gets,
//! by any way into the kernel. See [`bpf`](super::bpf) for how one program is run.

use super::bpf::Call;
use super::fact::Origin;
use super::seccomp::SeccompAction;
use super::seccomp_decide::{Args, Outcome, Reach, reach_of};
use super::syscall_numbers::{Abi, Architecture, Number, number};
use serde::Serialize;
use std::collections::BTreeSet;

/// An instruction of classic BPF (`struct sock_filter`). It is written as its four numbers: `32 0 0 4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "String")]
pub struct Instruction {
    /// Operation.
    pub code: u16,
    /// Instructions skipped if a condition holds.
    pub jt: u8,
    /// Instructions skipped if it does not.
    pub jf: u8,
    /// Operand.
    pub k: u32,
}

impl From<Instruction> for String {
    fn from(i: Instruction) -> Self {
        format!("{} {} {} {}", i.code, i.jt, i.jf, i.k)
    }
}

/// A filter as the kernel runs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeccompProgram {
    /// The instructions.
    pub instructions: Vec<Instruction>,
    /// Where it was read.
    pub origin: Origin,
}

/// The filters of a process, the newest first. A call gets the strictest of their actions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeccompPrograms {
    /// The machine that the process runs on.
    pub architecture: Architecture,
    /// The filters.
    pub programs: Vec<SeccompProgram>,
}

impl SeccompPrograms {
    /// What the filters do with the calls of `syscall` whose arguments satisfy `args`, by the native way into the kernel.
    /// If they stop the call there but not by a way that the kernel may or may not have, the answer is unknown.
    pub fn decide(&self, syscall: &str, args: &Args) -> Outcome {
        let reach = |actions: &BTreeSet<SeccompAction>| actions.iter().any(|a| reach_of(*a) != Reach::Never);
        let Some(native) = self.actions(self.architecture.native(), syscall, args) else {
            return Outcome::Unknown;
        };
        let by_another = |abi: &Abi| self.actions(*abi, syscall, args).is_none_or(|all| reach(&all));
        if !reach(&native) && self.architecture.foreign().iter().any(by_another) {
            return Outcome::Unknown;
        }
        let native: Vec<SeccompAction> = native.into_iter().collect();
        match native.as_slice() {
            [action] => Outcome::Always(*action),
            _ => Outcome::Depends(native),
        }
    }

    /// Every action that a call of `syscall` with such arguments may get by this way into the kernel; `None` if that
    /// cannot be told.
    pub fn actions(&self, abi: Abi, syscall: &str, args: &Args) -> Option<BTreeSet<SeccompAction>> {
        const ENOSYS: u32 = 38;
        let number = match number(abi, syscall) {
            Number::Is(number) => number,
            Number::NotHere => return Some(BTreeSet::from([SeccompAction::Errno(ENOSYS)])),
            Number::Unknown => return None,
        };
        let call = Call {
            number,
            architecture: abi.audit(),
            args,
        };
        let mut all = BTreeSet::from([RETURN_ALLOW]);
        for program in &self.programs {
            let own = call.run(&program.instructions)?;
            all = all
                .iter()
                .flat_map(|a| own.iter().map(|b| strictest(*a, *b)))
                .collect();
        }
        Some(all.into_iter().map(action).collect())
    }
}

/// `SECCOMP_RET_ALLOW`.
const RETURN_ALLOW: u32 = 0x7fff_0000;

/// `SECCOMP_RET_ACTION_FULL`.
const ACTION_BITS: u32 = 0xffff_0000;

/// The value that the kernel takes of a newer and an older filter: the least action as a signed number, also where it knows
/// no such action (`seccomp_run_filters`).
fn strictest(newer: u32, older: u32) -> u32 {
    let rank = |value: u32| (value & ACTION_BITS).cast_signed();
    if rank(older) < rank(newer) { older } else { newer }
}

/// The action of a value. What the kernel does not know it takes for a kill.
fn action(value: u32) -> SeccompAction {
    const MAX_ERRNO: u32 = 4095;
    let data = value & !ACTION_BITS;
    match value & ACTION_BITS {
        RETURN_ALLOW => SeccompAction::Allow,
        0x7ffc_0000 => SeccompAction::Log,
        0x7ff0_0000 => SeccompAction::Trace(data),
        0x7fc0_0000 => SeccompAction::Notify,
        0x0005_0000 => SeccompAction::Errno(data.min(MAX_ERRNO)),
        0x0003_0000 => SeccompAction::Trap,
        0 => SeccompAction::KillThread,
        _ => SeccompAction::KillProcess,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::ArgValue;
    use crate::source::{SourceFile, Span};

    const ALLOW: u32 = 0x7fff_0000;
    const LOG: u32 = 0x7ffc_0000;
    const EPERM: u32 = 0x0005_0001;
    const X86_64: u32 = 0xc000_003e;
    const I386: u32 = 0x4000_0003;
    const KEYCTL: u32 = 250;

    type List = [(u16, u8, u8, u32)];

    fn programs(lists: &[&List]) -> SeccompPrograms {
        let place = SourceFile::of_text("filters", String::new()).place(Span::new(0, 0), "", false);
        let program = |list: &&List| SeccompProgram {
            instructions: list
                .iter()
                .map(|&(code, jt, jf, k)| Instruction { code, jt, jf, k })
                .collect(),
            origin: Origin::observed(place.clone()),
        };
        SeccompPrograms {
            architecture: Architecture::X86_64,
            programs: lists.iter().map(program).collect(),
        }
    }

    /// Denies one call and its x32 twin by the 64-bit way; by others `elsewhere`.
    fn deny(number: u32, elsewhere: u32) -> [(u16, u8, u8, u32); 8] {
        [
            (0x20, 0, 0, 4),
            (0x15, 0, 5, X86_64),
            (0x20, 0, 0, 0),
            (0x15, 2, 0, number),
            (0x15, 1, 0, number | 0x4000_0000),
            (0x06, 0, 0, ALLOW),
            (0x06, 0, 0, EPERM),
            (0x06, 0, 0, elsewhere),
        ]
    }

    const DENIED: Outcome = Outcome::Always(SeccompAction::Errno(1));
    const ALLOWED: Outcome = Outcome::Always(SeccompAction::Allow);

    #[test]
    fn a_number_decides() {
        let filter = programs(&[&deny(KEYCTL, EPERM)]);
        assert_eq!(filter.decide("keyctl", &Args::ANY), DENIED);
        assert_eq!(filter.decide("bpf", &Args::ANY), ALLOWED);
        assert_eq!(filter.decide("no_such_call", &Args::ANY), Outcome::Unknown);
    }

    #[test]
    fn a_way_in_that_the_filter_forgot_leaves_the_answer_open() {
        let forgot_i386 = programs(&[&deny(KEYCTL, ALLOW)]);
        assert_eq!(forgot_i386.decide("keyctl", &Args::ANY), Outcome::Unknown);
        let forgot_x32 = programs(&[&[
            (0x20, 0, 0, 4),
            (0x15, 0, 2, X86_64),
            (0x20, 0, 0, 0),
            (0x15, 0, 1, KEYCTL),
            (0x06, 0, 0, EPERM),
            (0x06, 0, 0, ALLOW),
        ]]);
        assert_eq!(forgot_x32.decide("keyctl", &Args::ANY), Outcome::Unknown);
        // allowed by the native way: that there are others does not matter
        let only_native = programs(&[&[
            (0x20, 0, 0, 4),
            (0x15, 0, 1, I386),
            (0x06, 0, 0, 0),
            (0x06, 0, 0, ALLOW),
        ]]);
        assert_eq!(only_native.decide("keyctl", &Args::ANY), ALLOWED);
    }

    #[test]
    fn the_strictest_of_several_filters_wins() {
        let filter = programs(&[&[(0x06, 0, 0, ALLOW)], &deny(KEYCTL, EPERM), &[(0x06, 0, 0, LOG)]]);
        assert_eq!(filter.decide("keyctl", &Args::ANY), DENIED);
        assert_eq!(
            filter.decide("bpf", &Args::ANY),
            Outcome::Always(SeccompAction::Log)
        );
    }

    #[test]
    fn of_equals_the_newest_wins_and_what_is_no_action_has_its_rank() {
        assert_eq!(strictest(0x0005_0001, 0x0005_0002), 0x0005_0001);
        assert_eq!(strictest(0, 0x8000_0000), 0x8000_0000);
        // unknown to the kernel but weaker than the log action, so the call runs
        assert_eq!(strictest(0x7ffd_0000, LOG), LOG);
        assert_eq!(action(0x7ffd_0000), SeccompAction::KillProcess);
        assert_eq!(action(0x0005_ffff), SeccompAction::Errno(4095));
    }

    #[test]
    fn an_argument_that_is_not_known_leaves_both() {
        // clone with CLONE_NEWUSER is refused: the low word of the first argument is masked
        let filter = programs(&[&[
            (0x20, 0, 0, 16),
            (0x54, 0, 0, 0x1000_0000),
            (0x15, 1, 0, 0x1000_0000),
            (0x06, 0, 0, ALLOW),
            (0x06, 0, 0, EPERM),
        ]]);
        let both = Outcome::Depends(vec![SeccompAction::Allow, SeccompAction::Errno(1)]);
        assert_eq!(filter.decide("clone", &Args::ANY), both);
        assert_eq!(filter.decide("clone", &Args::NEW_USER), DENIED);
        let none = Args::first(ArgValue::Equal(0));
        assert_eq!(filter.decide("clone", &none), ALLOWED);
    }

    #[test]
    fn a_call_that_the_machine_lacks_may_be_there_by_another_way() {
        let open = programs(&[&[(0x06, 0, 0, ALLOW)]]);
        let enosys = BTreeSet::from([SeccompAction::Errno(38)]);
        assert_eq!(open.actions(Abi::X86_64, "umount", &Args::ANY), Some(enosys));
        assert_eq!(open.decide("umount", &Args::ANY), Outcome::Unknown);
        let closed = programs(&[&[(0x06, 0, 0, EPERM)]]);
        let never = Outcome::Always(SeccompAction::Errno(38));
        assert_eq!(closed.decide("umount", &Args::ANY), never);
    }

    #[test]
    fn what_the_kernel_would_not_take_is_not_decided() {
        assert_eq!(
            programs(&[&[(0x05, 0, 0, 9)]]).decide("bpf", &Args::ANY),
            Outcome::Unknown
        );
        assert_eq!(programs(&[&[]]).decide("bpf", &Args::ANY), Outcome::Unknown);
    }
}
