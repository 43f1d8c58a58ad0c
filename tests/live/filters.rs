//! What the filters of a running container decide, as the kernel has them, against what the configuration says.

use std::collections::BTreeSet;
use std::path::Path;

use runtime_extractor::Limits;
use runtime_extractor::facts::{
    Abi, ArgValue, Args, Outcome, SandboxFacts, Seccomp, SeccompAction, SeccompFilter, SeccompPrograms,
    numbered_calls,
};
use runtime_extractor::formats::live::{ProcFile, ProcSnapshot, read};
use serde_json::Value as Json;

/// Arguments that every way into the kernel has the same knowledge of.
const NARROW: [Args; 5] = [
    Args::ANY,
    Args::NEW_USER,
    Args::VSOCK,
    Args::ALG,
    Args::first(ArgValue::Equal(0)),
];

/// Arguments whose high word matters: a filter sees it, and 32-bit ways in have none.
const WIDE: [Args; 3] = [
    Args::first(ArgValue::Equal(0x1_0000_0028)),
    Args::first(ArgValue::Bits {
        mask: 0xffff_ffff,
        value: 40,
    }),
    Args::first(ArgValue::Bits {
        mask: 0xffff_ffff_0000_0000,
        value: 0x0000_0001_0000_0000,
    }),
];

/// Compares every call whose number is known, by every way in; how many comparisons that were.
pub(crate) fn compare(name: &str, config: &Path, extracted: &Json) -> usize {
    let bytes = std::fs::read(config).unwrap();
    let file = runtime_extractor::read("config.json", &bytes).sandboxes;
    let Some(Seccomp::Filter(filter)) = file[0].seccomp.known() else {
        return 0;
    };
    let live = process(extracted);
    let Some(Seccomp::Programs(programs)) = live.seccomp.known() else {
        panic!("{name}: {:?}", live.seccomp);
    };
    if std::env::consts::ARCH != "x86_64" {
        return 0;
    }
    let mut compared = 0;
    for call in numbered_calls() {
        for args in NARROW.iter().chain(&WIDE) {
            compared += one(name, filter, programs, Abi::X86_64, call, args);
        }
        for args in &NARROW {
            compared += one(name, filter, programs, Abi::X32, call, args);
            compared += one(name, filter, programs, Abi::I386, call, args);
            let wanted = file[0].decide_syscall(call, args).reach();
            let found = live.decide_syscall(call, args).reach();
            let native = filter_action(programs, Abi::X86_64, call, args).is_some();
            assert!(
                !native || wanted == found,
                "{name}: {call} {args:?}: {wanted:?} {found:?}"
            );
        }
    }
    compared
}

fn one(
    name: &str,
    filter: &SeccompFilter,
    programs: &SeccompPrograms,
    abi: Abi,
    call: &str,
    args: &Args,
) -> usize {
    let Some(found) = filter_action(programs, abi, call, args) else {
        return 0;
    };
    let wanted = match filter.decide(call, args).outcome {
        Outcome::Always(action) => vec![action],
        Outcome::Depends(actions) => actions,
        Outcome::Unknown => panic!("{name}: {call}"),
    };
    let architecture = match abi {
        Abi::X32 => "SCMP_ARCH_X32",
        Abi::I386 => "SCMP_ARCH_X86",
        Abi::X86_64 | Abi::Aarch64 | Abi::Arm => "",
    };
    let covered = architecture.is_empty() || filter.architectures.iter().any(|a| a.value == architecture);
    let wanted: BTreeSet<SeccompAction> = if covered {
        wanted.into_iter().map(without_number).collect()
    } else {
        BTreeSet::from([SeccompAction::KillThread])
    };
    assert_eq!(found, wanted, "{name}: {call} {args:?} by {abi:?}");
    1
}

/// `None` where the call is not there.
fn filter_action(
    programs: &SeccompPrograms,
    abi: Abi,
    call: &str,
    args: &Args,
) -> Option<BTreeSet<SeccompAction>> {
    let actions = programs.actions(abi, call, args).unwrap();
    let absent = BTreeSet::from([SeccompAction::Errno(38)]);
    let there = abi.has(call);
    assert!(there || actions == absent);
    there.then(|| actions.into_iter().map(without_number).collect())
}

/// runc answers ENOSYS for calls that are newer than every rule, whatever number the configuration says.
fn without_number(action: SeccompAction) -> SeccompAction {
    match action {
        SeccompAction::Errno(_) => SeccompAction::Errno(0),
        other => other,
    }
}

/// The facts of the filters that `extract --pid` printed.
fn process(extracted: &Json) -> SandboxFacts {
    let programs = &extracted["sandboxes"][0]["seccomp"]["value"]["known"]["programs"];
    let mut text = format!("arch {}\n", programs["architecture"].as_str().unwrap());
    for (index, program) in programs["programs"].as_array().unwrap().iter().enumerate() {
        text += &format!("filter {index}\n");
        for instruction in program["instructions"].as_array().unwrap() {
            text += instruction.as_str().unwrap();
            text += "\n";
        }
    }
    let snapshot = ProcSnapshot::new("live", "/proc/1")
        .with(ProcFile::Status, &b"Seccomp:\t2\n"[..])
        .with(ProcFile::SeccompFilters, text.into_bytes());
    read(&snapshot, &Limits::default()).sandboxes.remove(0)
}
