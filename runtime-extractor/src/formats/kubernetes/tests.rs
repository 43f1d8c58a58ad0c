use crate::facts::{
    AppArmor, Capability, ContainerRole, DeviceAccess, DeviceKind, DeviceVerdict, Limit, Namespace,
    Propagation, SandboxFacts, Seccomp,
};
use crate::formats::Reading;

const DEPLOYMENT: &str = include_str!("../../../tests/fixtures/deployment.yaml");
const JOBS: &str = include_str!("../../../tests/fixtures/jobs.json");

fn named<'a>(reading: &'a Reading, name: &str) -> &'a SandboxFacts {
    reading
        .sandboxes
        .iter()
        .find(|s| s.name == name)
        .unwrap_or_else(|| panic!("no {name}"))
}

fn pod(spec: &str) -> Reading {
    let indented: String = spec.lines().map(|line| format!("  {line}\n")).collect();
    crate::read(
        "pod.yaml",
        format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n{indented}").as_bytes(),
    )
}

fn invalid(reading: &Reading) -> Vec<&str> {
    let of_sandboxes = reading.sandboxes.iter().flat_map(|s| &s.invalid);
    of_sandboxes
        .chain(&reading.invalid)
        .map(|i| i.message.as_str())
        .collect()
}

#[test]
fn each_container_has_facts_of_its_own() {
    let reading = crate::read("deployment.yaml", DEPLOYMENT.as_bytes());
    assert!(reading.errors.is_empty(), "{:?}", reading.errors);
    let roles: Vec<_> = reading
        .sandboxes
        .iter()
        .map(|s| (s.name.as_str(), s.pod.as_ref().unwrap().role))
        .collect();
    assert_eq!(
        roles,
        [
            ("shop/prepare", ContainerRole::Init),
            ("shop/app", ContainerRole::Main),
            ("shop/agent", ContainerRole::Main)
        ]
    );
    let app = named(&reading, "shop/app");
    assert_eq!(app.pod.as_ref().unwrap().owner, "Deployment/shop");
    assert_eq!(app.pod.as_ref().unwrap().replicas.known(), Some(&Some(3)));
    assert_eq!(app.namespaces.net.known(), Some(&Namespace::Host));
    assert_eq!(app.namespaces.net.places()[0].to_string(), "deployment.yaml:16:7");
    assert_eq!(app.namespaces.pid.known(), Some(&Namespace::SharedWithPod));
    assert_eq!(app.user.uid.known(), Some(&1000));
    assert_eq!(app.user.uid.places()[0].line, 21);
    assert_eq!(app.seccomp.known(), Some(&Seccomp::RuntimeDefault));
    assert!(app.process.no_new_privs.is(|set| *set));
    assert_eq!(app.cgroup.memory.limit.known(), Some(&Limit::Max(256 << 20)));
    assert_eq!(app.cgroup.cpu.quota.known(), Some(&Limit::Max(150_000)));
    assert_eq!(app.cgroup.cpu.shares.known(), Some(&Some(256)));
    let ports = app.pod.as_ref().unwrap().host_ports.known().unwrap();
    assert_eq!(ports[0].value.host_port, 8080);
}

#[test]
fn a_container_overrides_its_pod() {
    let reading = crate::read("deployment.yaml", DEPLOYMENT.as_bytes());
    let agent = named(&reading, "shop/agent");
    assert_eq!(agent.user.uid.known(), Some(&0));
    assert!(agent.user.is_root.is(|root| *root));
    assert_eq!(agent.seccomp.known(), Some(&Seccomp::Unconfined));
    assert_eq!(agent.apparmor.known(), Some(&AppArmor::Unconfined));
    assert_eq!(
        agent.capabilities.attainable.known().unwrap().0.len(),
        Capability::ALL.len()
    );
    assert!(agent.filesystem.masked_paths.known().unwrap().is_empty());
    assert!(agent.devices.all_host_nodes.is(|all| *all));
    let disk = agent
        .devices
        .allowed(DeviceKind::Block, Some(8), Some(0), DeviceAccess::ALL);
    assert_eq!((disk.verdict, disk.places[0].line), (DeviceVerdict::Allowed, 65));
    let log = agent.filesystem.mount_at("/host/log").unwrap();
    assert_eq!(log.host_path(), Some("/var/log/shop"));
    assert_eq!(
        (log.read_only.known(), log.propagation.known()),
        (Some(&true), Some(&Propagation::Shared))
    );
    let sys = agent.filesystem.mount_at("/sys/kernel").unwrap();
    assert_eq!(sys.read_only.known(), Some(&false));
}

#[test]
fn added_and_dropped_capabilities_compose() {
    let reading = crate::read("deployment.yaml", DEPLOYMENT.as_bytes());
    let app = &named(&reading, "shop/app").capabilities;
    assert_eq!(
        app.bounding.known().unwrap().iter().collect::<Vec<_>>(),
        [Capability::NetBindService]
    );
    assert!(
        app.at_start.known().unwrap().0.is_empty(),
        "a user other than root starts without capabilities"
    );
    let caps = |text: &str| {
        let reading = pod(&format!(
            "containers:\n- {{name: c, image: i, securityContext: {{capabilities: {text}}}}}"
        ));
        let facts = &reading.sandboxes[0];
        let notices = facts.notices.len();
        (facts.capabilities.bounding.known().unwrap().0.len(), notices)
    };
    assert_eq!(caps("{}"), (14, 0));
    assert_eq!(caps("{drop: [all]}"), (0, 0));
    assert_eq!(caps("{add: [ALL], drop: [sys_admin]}"), (40, 0));
    assert_eq!(caps("{add: [ALL], drop: [ALL]}"), (0, 0));
    assert_eq!(caps("{add: [CAP_SYS_ADMIN], drop: [CAP_CHOWN]}"), (15, 2));
    assert_eq!(caps("{add: [SYS_ADMINN]}"), (14, 1));
}

#[test]
fn volumes_keep_their_kind() {
    let reading = crate::read("deployment.yaml", DEPLOYMENT.as_bytes());
    let app = &named(&reading, "shop/app").filesystem;
    let source = |path| format!("{:?}", app.mount_at(path).unwrap().source.known());
    assert!(source("/cache").contains("emptyDir") && source("/etc/shop").contains("configMap"));
    assert!(app.mount_at("/etc/shop").unwrap().read_only.is(|ro| *ro));
    assert!(app.mount_at("/cache").unwrap().read_only.is(|ro| !*ro));
}

#[test]
fn lists_and_templates_are_found_and_the_rest_is_named() {
    let reading = crate::read("jobs.json", JOBS.as_bytes());
    assert!(reading.errors.is_empty(), "{:?}", reading.errors);
    let names: Vec<_> = reading.sandboxes.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["nightly/main", "shape/c"]);
    assert_eq!(
        (reading.skipped[0].kind.as_str(), reading.skipped[0].place.line),
        ("ConfigMap", 9)
    );
    let main = named(&reading, "nightly/main");
    assert_eq!(main.namespaces.user.known(), Some(&Namespace::SharedWithPod));
    assert_eq!(main.user.host_root_mapped.known(), Some(&false));
    assert!(main.user.uid.known().is_none() && main.user.is_root.known().is_none());
    assert!(main.filesystem.masked_paths.known().unwrap().is_empty());
    assert_ne!(
        main.pod.as_ref().unwrap().pod,
        named(&reading, "shape/c").pod.as_ref().unwrap().pod
    );
}

#[test]
fn what_the_api_refuses_is_invalid() {
    let container = "containers:\n- name: c\n  image: i\n";
    for (spec, word) in [
        (
            format!("{container}  securityContext: {{privileged: true, allowPrivilegeEscalation: false}}"),
            "privileged",
        ),
        (
            format!("{container}  securityContext: {{runAsUser: 0, runAsNonRoot: true}}"),
            "as root",
        ),
        (
            format!("{container}  volumeMounts: [{{name: v, mountPath: /v}}]"),
            "no volume `v`",
        ),
        (
            format!("hostPID: true\nshareProcessNamespace: true\n{container}"),
            "cannot both",
        ),
        (
            format!("hostNetwork: true\nhostUsers: false\n{container}"),
            "hostUsers: false",
        ),
        (format!("{container}- name: c\n  image: i"), "second container"),
        ("initContainers: []".to_owned(), "at least one container"),
        ("containers: [{image: i}]".to_owned(), "needs a name"),
    ] {
        let reading = pod(&spec);
        let messages = invalid(&reading);
        assert!(messages.iter().any(|m| m.contains(word)), "{spec}: {messages:?}");
    }
}

#[test]
fn wrong_types_are_errors_and_drop_the_pod_only() {
    let text = "apiVersion: v1\nkind: Pod\nspec:\n  hostPID: 'yes'\n  containers: [{name: a, image: i}]\n\
                ---\napiVersion: v1\nkind: Pod\nspec: {containers: [{name: b, image: i}]}\n";
    let reading = crate::read("f.yaml", text.as_bytes());
    assert_eq!(reading.errors.len(), 1);
    let message = reading.errors[0].to_string();
    assert_eq!(
        message,
        "f.yaml:4:3: `spec.hostPID` must be a boolean, not the string `yes`"
    );
    assert_eq!(reading.sandboxes.len(), 1);
}

#[test]
fn unknown_fields_are_noticed_with_a_suggestion() {
    let reading = pod(
        "hostPid: true\ncontainers: [{name: c, image: i, securityContext: {readOnlyRootFileSystem: true}}]",
    );
    let messages: Vec<_> = reading.sandboxes[0]
        .notices
        .iter()
        .map(|n| n.message.as_str())
        .collect();
    assert!(
        messages
            .iter()
            .any(|m| m.contains("`hostPid`") && m.contains("did you mean `hostPID`?")),
        "{messages:?}"
    );
    assert!(
        messages
            .iter()
            .any(|m| m.contains("did you mean `readOnlyRootFilesystem`?")),
        "{messages:?}"
    );
}

#[test]
fn a_misspelt_kind_and_a_custom_one_say_what_they_are() {
    let reading = crate::read("f", b"kind: Deploymnt\napiVersion: v1\n");
    assert!(reading.skipped[0].why.contains("did you mean `Deployment`?"));
    let rollout =
        "apiVersion: argoproj.io/v1\nkind: Rollout\nspec: {template: {spec: {containers: [{name: a}]}}}\n";
    let reading = crate::read("f", rollout.as_bytes());
    assert!(reading.skipped[0].why.contains("holds a pod template"));
}

#[test]
fn devices_that_the_node_chooses_are_not_known() {
    for (what, class) in [
        ("resources: {limits: {nvidia.com/gpu: 1}}", "/dev/nvidia0"),
        (
            "resources: {limits: {example.com/dongle: \"2\"}}",
            "/dev/example.com/dongle",
        ),
        (
            "resources: {claims: [{name: accelerator}]}",
            "/dev/claim/accelerator",
        ),
        ("volumeDevices: [{name: d, devicePath: /dev/xvda}]", "/dev/xvda"),
    ] {
        let reading = pod(&format!("containers:\n- name: c\n  image: i\n  {what}"));
        let devices = &named(&reading, "p/c").devices;
        assert!(devices.policy.known().is_none(), "{what}");
        assert_eq!(devices.nodes.known().unwrap()[0].value.path, class);
    }
    for none in [
        "limits: {cpu: 1, hugepages-2Mi: 2Mi}",
        "limits: {nvidia.com/gpu: 0}",
    ] {
        let reading = pod(&format!(
            "containers:\n- name: c\n  image: i\n  resources: {{{none}}}"
        ));
        let devices = &named(&reading, "p/c").devices;
        assert!(
            devices.policy.known().is_some() && devices.nodes.known().unwrap().is_empty(),
            "{none}"
        );
    }
}

#[test]
fn a_sysctl_of_the_host_is_refused() {
    let with = |more: &str, name: &str| {
        let context = format!("securityContext: {{sysctls: [{{name: {name}, value: x}}]}}");
        let text = format!("{more}\n{context}\ncontainers:\n- {{name: c, image: i}}");
        invalid(&pod(&text))
            .iter()
            .map(|m| (*m).to_owned())
            .collect::<Vec<_>>()
    };
    for name in ["kernel.core_pattern", "vm.overcommit_memory", "kernel/modprobe"] {
        assert_eq!(with("restartPolicy: Always", name).len(), 1, "{name}");
    }
    for name in ["net.ipv4.tcp_syncookies", "kernel.shmmax", "fs.mqueue.msg_max"] {
        assert_eq!(
            with("restartPolicy: Always", name),
            Vec::<String>::new(),
            "{name}"
        );
    }
    assert_eq!(with("hostNetwork: true", "net.ipv4.ip_forward").len(), 1);
    assert_eq!(with("hostIPC: true", "kernel.shmmax").len(), 1);
}
