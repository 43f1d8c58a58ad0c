use super::*;

fn config(change: &str) -> SandboxFacts {
    let text = format!(
        r#"{{"ociVersion": "1.0.2", "root": {{"path": "r"}},
            "process": {{"cwd": "/", "args": ["sh"] {change}}}"#
    );
    let reading = crate::read("config.json", text.as_bytes());
    assert!(reading.errors.is_empty(), "{:?}", reading.errors);
    reading.sandboxes.into_iter().next().unwrap()
}

fn held(facts: &SandboxFacts) -> (Vec<Capability>, Vec<Capability>) {
    let list = |set: &Fact<CapSet>| set.known().unwrap().iter().collect();
    (
        list(&facts.capabilities.at_start),
        list(&facts.capabilities.attainable),
    )
}

/// What runc 1.1.5 and crun 1.8.1 gave a process, measured on Linux 6.18.
#[test]
fn capabilities_after_execve_are_those_that_were_measured() {
    use Capability::{Chown, Kill};
    let both = vec![Chown, Kill];
    let sets = |user: u32, nnp: bool, sets: &str| {
        held(&config(&format!(
            r#", "user": {{"uid": {user}}}, "noNewPrivileges": {nnp}, "capabilities": {{{sets}}}}}"#
        )))
    };
    let bounding = r#""bounding": ["CAP_CHOWN", "CAP_KILL"]"#;
    let one = |name: &str| format!(r#", "{name}": ["CAP_KILL"]"#);
    let all = |name: &str| format!(r#", "{name}": ["CAP_CHOWN", "CAP_KILL"]"#);
    assert_eq!(sets(0, false, bounding), (both.clone(), both.clone()));
    assert_eq!(sets(0, true, bounding), (vec![], vec![]));
    assert_eq!(
        sets(0, true, &format!("{bounding}{}", one("permitted"))),
        (vec![Kill], vec![Kill])
    );
    assert_eq!(
        sets(0, false, &format!("{bounding}{}", one("permitted"))),
        (both.clone(), both.clone())
    );
    assert_eq!(
        sets(1000, false, &format!("{bounding}{}", all("permitted"))),
        (vec![], both.clone())
    );
    let inherited = format!(
        "{bounding}{}{}{}",
        all("permitted"),
        all("inheritable"),
        one("ambient")
    );
    assert_eq!(sets(1000, false, &inherited), (vec![Kill], both.clone()));
    assert_eq!(sets(1000, true, &inherited), (vec![Kill], vec![Kill]));
    let not_inheritable = format!("{bounding}{}{}", all("permitted"), one("ambient"));
    assert_eq!(sets(1000, false, &not_inheritable), (vec![], both));
    assert_eq!(held(&config("}")), (vec![], vec![]));
}

#[test]
fn names_of_capabilities_are_found_with_and_without_their_prefix() {
    assert_eq!(Capability::ALL.len(), 41);
    for cap in Capability::ALL {
        assert_eq!(Capability::from_name(cap.name()), Some(*cap));
        assert_eq!(
            Capability::from_short_name(&cap.name()[4..].to_lowercase()),
            Some(*cap)
        );
    }
    assert_eq!(
        (Capability::SysAdmin.bit(), Capability::CheckpointRestore.bit()),
        (21, 40)
    );
    assert_eq!(Capability::from_short_name("CAP_KILL"), None);
}

fn filter(default: &str, rules: &str) -> SandboxFacts {
    config(&format!(
        r#"}}, "linux": {{"seccomp": {{"defaultAction": "SCMP_ACT_{default}", "syscalls": [{rules}]}}}}"#
    ))
}

fn rule(name: &str, action: &str, args: &str) -> String {
    format!(r#"{{"names": ["{name}"], "action": "SCMP_ACT_{action}", "args": [{args}]}}"#)
}

fn arg(index: u32, op: &str, value: u64, two: u64) -> String {
    format!(r#"{{"index": {index}, "op": "SCMP_CMP_{op}", "value": {value}, "valueTwo": {two}}}"#)
}

#[test]
fn a_call_is_decided_by_its_rules_and_what_is_known_of_its_arguments() {
    let reach = |facts: &SandboxFacts, call: &str, args: Args| facts.decide_syscall(call, &args).reach();
    let clone = rule("clone", "ALLOW", &arg(0, "MASKED_EQ", 0x7E02_0000, 0));
    let socket = rule("socket", "ALLOW", &arg(0, "NE", 40, 0));
    let facts = filter(
        "ERRNO",
        &format!("{clone},{socket},{}", rule("read", "ALLOW", "")),
    );
    assert_eq!(reach(&facts, "read", Args::ANY), Reach::Always);
    assert_eq!(reach(&facts, "write", Args::ANY), Reach::Never);
    assert_eq!(reach(&facts, "clone", Args::ANY), Reach::Sometimes);
    assert_eq!(reach(&facts, "clone", Args::NEW_USER), Reach::Never);
    assert_eq!(
        reach(&facts, "clone", Args::first(ArgValue::Equal(0x11))),
        Reach::Always
    );
    assert_eq!(reach(&facts, "socket", Args::VSOCK), Reach::Never);
    assert_eq!(reach(&facts, "socket", Args::ALG), Reach::Always);
    assert_eq!(reach(&facts, "socket", Args::ANY), Reach::Sometimes);
    let decision = facts.decide_syscall("write", &Args::ANY);
    assert_eq!(decision.outcome, Outcome::Always(SeccompAction::Errno(1)));
    assert_eq!(decision.places[0].path, "linux.seccomp.defaultAction");
    let decision = facts.decide_syscall("read", &Args::ANY);
    assert_eq!(decision.places[0].path, "linux.seccomp.syscalls[2].names[0]");
}

#[test]
fn comparisons_hold_for_all_none_or_some_of_the_values() {
    let cases = [
        ("EQ", 5, 0, ArgValue::Equal(5), Reach::Always),
        ("EQ", 5, 0, ArgValue::Equal(6), Reach::Never),
        ("EQ", 5, 0, ArgValue::Bits { mask: 1, value: 1 }, Reach::Sometimes),
        ("EQ", 5, 0, ArgValue::Bits { mask: 1, value: 0 }, Reach::Never),
        ("LT", 8, 0, ArgValue::Bits { mask: !7, value: 0 }, Reach::Always),
        ("LT", 8, 0, ArgValue::Bits { mask: 8, value: 8 }, Reach::Never),
        ("LE", 7, 0, ArgValue::Bits { mask: !7, value: 0 }, Reach::Always),
        ("GE", 8, 0, ArgValue::Bits { mask: 8, value: 8 }, Reach::Always),
        ("GT", 8, 0, ArgValue::Equal(8), Reach::Never),
        ("GT", 0, 0, ArgValue::Any, Reach::Sometimes),
        (
            "MASKED_EQ",
            3,
            2,
            ArgValue::Bits { mask: 3, value: 2 },
            Reach::Always,
        ),
        ("MASKED_EQ", 3, 4, ArgValue::Any, Reach::Never),
        ("NE", 5, 0, ArgValue::Any, Reach::Sometimes),
    ];
    for (op, value, two, known, expected) in cases {
        let facts = filter("ERRNO", &rule("x", "ALLOW", &arg(0, op, value, two)));
        let decision = facts.decide_syscall("x", &Args::first(known));
        assert_eq!(decision.reach(), expected, "{op} {value} {two} {known:?}");
    }
}

#[test]
fn order_and_repetition_follow_libseccomp_and_runc() {
    let outcome = |facts: &SandboxFacts, args: Args| facts.decide_syscall("x", &args).outcome;
    let errno = |n: u32| format!(r#"{{"names": ["x"], "action": "SCMP_ACT_ERRNO", "errnoRet": {n}}}"#);
    let first = filter("ALLOW", &format!("{},{}", errno(38), errno(1)));
    assert_eq!(
        outcome(&first, Args::ANY),
        Outcome::Always(SeccompAction::Errno(38))
    );
    let covered = filter(
        "ERRNO",
        &format!(
            "{},{}",
            rule("x", "ALLOW", &arg(0, "EQ", 1, 0)),
            rule("x", "LOG", "")
        ),
    );
    assert_eq!(
        outcome(&covered, Args::first(ArgValue::Equal(1))),
        Outcome::Always(SeccompAction::Log)
    );
    let both = format!("{},{}", arg(0, "EQ", 1, 0), arg(1, "EQ", 2, 0));
    let either = format!("{},{}", arg(0, "EQ", 1, 0), arg(0, "EQ", 2, 0));
    let two = Args::first(ArgValue::Equal(2));
    assert_eq!(
        filter("ERRNO", &rule("x", "ALLOW", &both))
            .decide_syscall("x", &two)
            .reach(),
        Reach::Never
    );
    assert_eq!(
        filter("ERRNO", &rule("x", "ALLOW", &either))
            .decide_syscall("x", &two)
            .reach(),
        Reach::Always
    );
    let same = filter("ERRNO", &rule("x", "ERRNO", ""));
    assert_eq!(
        same.decide_syscall("x", &Args::ANY).places[0].path,
        "linux.seccomp.defaultAction"
    );
    assert_eq!(config("}").decide_syscall("x", &Args::ANY).reach(), Reach::Always);
}

fn devices(rules: &str) -> Devices {
    config(&format!(
        r#"}}, "linux": {{"resources": {{"devices": [{rules}]}}}}"#
    ))
    .devices
}

#[test]
fn the_last_matching_device_rule_decides() {
    let deny_all = r#"{"allow": false, "access": "rwm"}"#;
    let kvm = r#"{"allow": true, "type": "c", "major": 10, "minor": 232, "access": "rw"}"#;
    let ask = |devices: &Devices, kind, major, minor, access| {
        devices.allowed(kind, Some(major), Some(minor), access)
    };
    let (char, block) = (DeviceKind::Char, DeviceKind::Block);
    let list = devices(&format!("{deny_all},{kvm}"));
    assert_eq!(
        ask(&list, char, 10, 232, DeviceAccess::READ).verdict,
        DeviceVerdict::Allowed
    );
    assert_eq!(
        ask(&list, char, 10, 232, DeviceAccess::READ).places[0].path,
        "linux.resources.devices[1]"
    );
    assert_eq!(
        ask(&list, char, 10, 232, DeviceAccess::ALL).verdict,
        DeviceVerdict::Allowed
    );
    assert_eq!(
        ask(&list, block, 8, 0, DeviceAccess::READ).verdict,
        DeviceVerdict::Denied
    );
    assert_eq!(
        ask(&list, block, 8, 0, DeviceAccess::MKNOD).verdict,
        DeviceVerdict::Allowed
    );
    assert_eq!(
        ask(&list, char, 1, 3, DeviceAccess::ALL).verdict,
        DeviceVerdict::Allowed
    );
    let undone = devices(&format!("{kvm},{deny_all}"));
    assert_eq!(
        ask(&undone, char, 10, 232, DeviceAccess::READ).verdict,
        DeviceVerdict::Denied
    );
    let open = devices(kvm);
    assert_eq!(
        ask(&open, block, 8, 0, DeviceAccess::READ).verdict,
        DeviceVerdict::Unknown
    );
    let everything = devices(r#"{"allow": true, "access": "rwm"}"#);
    assert_eq!(
        everything.allowed(block, None, None, DeviceAccess::ALL).verdict,
        DeviceVerdict::Allowed
    );
}

#[test]
fn a_path_belongs_to_the_last_and_longest_mount() {
    let facts = config(
        r#"}, "mounts": [{"destination": "/a", "type": "tmpfs"}, {"destination": "/a/b", "type": "proc"},
            {"destination": "/a/b/", "type": "sysfs"}]"#,
    );
    let at = |path| {
        facts
            .filesystem
            .mount_at(path)
            .and_then(|m| m.fs_type.known().cloned())
    };
    assert_eq!(at("/a/x").as_deref(), Some("tmpfs"));
    assert_eq!(at("/a/b/c").as_deref(), Some("sysfs"));
    assert_eq!(at("/ab"), None);
}
