use crate::facts::{
    Bind, Capability, HookStage, HostId, Limit, MountSource, Namespace, OriginKind, Propagation,
    SandboxFacts, Seccomp,
};
use crate::formats::Reading;

const RUNC_SPEC: &str = include_str!("../../../tests/fixtures/runc-spec.json");
const CRUN_SPEC: &str = include_str!("../../../tests/fixtures/crun-spec.json");
const ROOTLESS: &str = include_str!("../../../tests/fixtures/runc-spec-rootless.json");

fn one(text: &str) -> SandboxFacts {
    let reading = crate::read("bundle/config.json", text.as_bytes());
    assert!(reading.errors.is_empty(), "{:?}", reading.errors);
    reading.sandboxes.into_iter().next().unwrap()
}

fn with(more: &str) -> Reading {
    let start = r#"{"ociVersion": "1.0.2", "root": {"path": "r"}, "process": {"cwd": "/", "args": ["sh"]}"#;
    crate::read("config.json", format!("{start}{more}}}").as_bytes())
}

fn messages(reading: &Reading) -> Vec<String> {
    let notices = reading
        .sandboxes
        .iter()
        .flat_map(|s| s.notices.iter().map(|n| &n.message));
    let invalid = reading
        .sandboxes
        .iter()
        .flat_map(|s| s.invalid.iter().map(|i| &i.message));
    let errors = reading.errors.iter().map(|e| &e.message);
    notices.chain(invalid).chain(errors).cloned().collect()
}

fn says(more: &str, word: &str) {
    let said = messages(&with(more));
    assert!(said.iter().any(|m| m.contains(word)), "{more}: {said:?}");
}

#[test]
fn what_the_tools_write_is_read_without_a_remark() {
    for text in [RUNC_SPEC, CRUN_SPEC, ROOTLESS] {
        let facts = one(text);
        assert_eq!(facts.name, "bundle");
        assert!(
            facts.notices.is_empty() && facts.invalid.is_empty(),
            "{:?} {:?}",
            facts.notices,
            facts.invalid
        );
        assert_eq!(facts.namespaces.mnt.known(), Some(&Namespace::New));
        assert_eq!(facts.namespaces.time.known(), Some(&Namespace::Host));
        assert!(facts.process.no_new_privs.is(|set| *set));
        assert_eq!(facts.seccomp.known(), Some(&Seccomp::None));
        assert!(facts.filesystem.masked("/proc/kcore").is_some());
        assert!(
            facts
                .filesystem
                .readonly("/proc/sys/kernel/core_pattern")
                .is_some()
        );
        let caps: Vec<_> = facts.capabilities.attainable.known().unwrap().iter().collect();
        assert_eq!(
            caps,
            [
                Capability::Kill,
                Capability::NetBindService,
                Capability::AuditWrite
            ]
        );
    }
    let rootless = one(ROOTLESS);
    assert_eq!(rootless.namespaces.user.known(), Some(&Namespace::New));
    assert_eq!(rootless.user.host_root_mapped.known(), Some(&true));
}

#[test]
fn an_absent_namespace_is_the_hosts_and_points_at_the_list() {
    let facts = one(RUNC_SPEC);
    let user = &facts.namespaces.user;
    assert_eq!(user.known(), Some(&Namespace::Host));
    assert!(matches!(user.origin.kind, OriginKind::Default(layer) if layer.of == "runtime-spec"));
    let place = &user.places()[0];
    let line = RUNC_SPEC.lines().nth(place.line as usize - 1).unwrap();
    assert!(line.trim_start().starts_with("\"namespaces\""), "{line}");
    assert_eq!(
        (place.path.as_str(), place.absent),
        ("linux.namespaces[user]", true)
    );
}

#[test]
fn a_joined_namespace_keeps_its_path_unless_it_is_the_hosts() {
    let join = |path: &str| {
        let text = format!(r#", "linux": {{"namespaces": [{{"type": "network", "path": "{path}"}}]}}"#);
        with(&text).sandboxes[0].namespaces.net.clone()
    };
    assert_eq!(
        join("/run/netns/a").known(),
        Some(&Namespace::Join("/run/netns/a".into()))
    );
    assert_eq!(join("/proc/1/ns/net").known(), Some(&Namespace::Host));
    assert_eq!(
        join("/proc/self/ns/net").places()[0].path,
        "linux.namespaces[0].path"
    );
    assert_eq!(join("").known(), Some(&Namespace::New));
}

#[test]
fn ids_are_seen_through_the_map() {
    let facts = |uid: u32| {
        let linux = r#", "linux": {"namespaces": [{"type": "user"}],
           "uidMappings": [{"containerID": 0, "hostID": 100000, "size": 10}],
           "gidMappings": [{"containerID": 0, "hostID": 100000, "size": 10}]}"#;
        let process = format!(r#", "process": {{"cwd": "/", "args": ["sh"], "user": {{"uid": {uid}}}}}"#);
        let text = linux.to_owned() + &process;
        let start = r#"{"ociVersion": "1.0.2", "root": {"path": "r"}"#;
        crate::read("config.json", format!("{start}{text}}}").as_bytes())
            .sandboxes
            .remove(0)
    };
    let root = facts(0);
    assert_eq!(root.user.host_uid.known(), Some(&HostId::Mapped(100_000)));
    assert_eq!(root.user.host_uid.places()[0].path, "linux.uidMappings[0]");
    assert_eq!(root.user.host_root_mapped.known(), Some(&false));
    let stranger = facts(10);
    assert_eq!(stranger.user.host_uid.known(), Some(&HostId::Unmapped));
    assert!(stranger.invalid[0].message.contains("maps no id"));
}

#[test]
fn the_last_mount_option_wins_and_points_at_itself() {
    let reading = with(
        r#", "mounts": [{"destination": "/d", "type": "bind", "source": "/etc",
           "options": ["rbind", "rw", "nosuid", "rslave", "ro", "shared"]},
           {"destination": "/r", "type": "none", "source": "data", "options": ["bind", "rro"]}]"#,
    );
    let mounts = reading.sandboxes[0].filesystem.mounts.known().unwrap();
    let mount = &mounts[0].value;
    assert_eq!(
        (mount.bind.known(), mount.host_path()),
        (Some(&Bind::Recursive), Some("/etc"))
    );
    assert_eq!(mount.read_only.known(), Some(&true));
    assert_eq!(mount.read_only.places()[0].path, "mounts[0].options[4]");
    assert_eq!(mount.propagation.known(), Some(&Propagation::Shared));
    assert_eq!(
        (mount.nosuid.known(), mount.nodev.known()),
        (Some(&true), Some(&false))
    );
    assert_eq!(mount.nodev.places()[0].path, "mounts[0].options[nodev]");
    let other = &mounts[1].value;
    assert_eq!(
        other.source.known(),
        Some(&MountSource::BundlePath("data".into()))
    );
    assert!(other.recursive_read_only.is(|r| *r) && other.read_only.is(|r| *r));
}

#[test]
fn limits_of_nothing_are_none() {
    let reading = with(
        r#", "linux": {"resources": {"memory": {"limit": -1, "swap": 0}, "pids": {"limit": 7},
           "cpu": {"quota": 50000}, "unified": {"memory.max": "1"}}}"#,
    );
    let cgroup = &reading.sandboxes[0].cgroup;
    assert_eq!(cgroup.memory.limit.known(), Some(&Limit::Unlimited));
    assert_eq!(cgroup.pids.known(), Some(&Limit::Max(7)));
    assert_eq!(cgroup.pids.places()[0].path, "linux.resources.pids.limit");
    assert_eq!(cgroup.cpu.quota.known(), Some(&Limit::Max(50_000)));
    assert_eq!(
        cgroup.unified.known().unwrap()[0].origin.places[0].path,
        "linux.resources.unified[\"memory.max\"]"
    );
}

#[test]
fn hooks_say_where_they_run() {
    let reading = with(
        r#", "hooks": {"poststop": [{"path": "/a"}], "startContainer": [{"path": "/b", "timeout": 3}]}"#,
    );
    let hooks = reading.sandboxes[0].environment.hooks.known().unwrap();
    assert_eq!(
        (hooks[0].value.stage, hooks[0].value.timeout_s),
        (HookStage::StartContainer, Some(3))
    );
    assert!(!hooks[0].value.stage.runs_on_host() && hooks[1].value.stage.runs_on_host());
}

#[test]
fn what_no_fact_holds_is_said() {
    says(r#", "linux": {"maskedpath": []}"#, "did you mean `maskedPaths`?");
    says(
        r#", "linux": {"MaskedPaths": []}"#,
        "differs from `maskedPaths` in case",
    );
    says(
        r#", "linux": {"namespaces": [{"type": "networks"}]}"#,
        "did you mean `network`?",
    );
    says(
        r#", "windows": {}, "linux": {}"#,
        "the section for Windows is not verified",
    );
    says(r#", "windows": {}"#, "this is a Windows container");
    says(r#", "vm": {}"#, "the virtual machine around the container");
    says(
        r#", "annotations": {"run.oci.handler": "krun"}"#,
        "changes how crun isolates",
    );
    says(
        r#", "linux": {"uidMappings": [{"containerID": 0, "hostID": 1, "size": 1}]}"#,
        "has no effect",
    );
    says(
        r#", "mounts": [{"destination": "/d", "source": "/", "options": ["bind", "readonly"]}]"#,
        "did you mean `ro`?",
    );
    says(
        r#", "linux": {"seccomp": {"defaultAction": "SCMP_ACT_ERNO"}}"#,
        "did you mean `SCMP_ACT_ERRNO`?",
    );
}

#[test]
fn wrong_types_are_errors_with_their_place() {
    let reading = crate::read(
        "c",
        b"{\"ociVersion\": \"1.0.0\",\n \"hostname\": 5,\n \"mounts\": {}}",
    );
    let errors: Vec<String> = reading.errors.iter().map(ToString::to_string).collect();
    assert!(
        errors.contains(
            &"c:2:2: `hostname` must be a string, not the number `5` (put it in quotes)".to_owned()
        ),
        "{errors:?}"
    );
    assert!(
        errors.contains(&"c:3:2: `mounts` must be a list, not an object".to_owned()),
        "{errors:?}"
    );
    assert!(reading.sandboxes.is_empty());
    let missing = crate::read("c", b"{\"process\": {}, \"root\": {}}");
    assert!(missing.errors[0].message.contains("`ociVersion` is missing"));
}
