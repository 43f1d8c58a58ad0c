//! One container of a pod, put together.

use super::pod::{Container, Pod};
use super::{devices, resources, security, volumes};
use crate::facts::{
    Entry, Environment, Fact, FactList, Host, HostPort, Origin, PodContainer, Process, SandboxFacts,
    SandboxKind, Setting,
};
use crate::formats::annotations::report_annotations;
use crate::formats::layers::{CRI, KUBERNETES};
use crate::log::Log;
use crate::source::SourceFile;

/// The facts of a container.
pub(super) fn read(
    source: &SourceFile,
    pod: &Pod<'_>,
    container: &Container<'_>,
    log: &mut Log,
) -> SandboxFacts {
    let namespaces = pod.namespaces.of_container(container);
    let user = security::read_user(pod, container, &namespaces, log);
    let process = read_process(container, log);
    let capabilities = security::read_capabilities(container, &user, &process.no_new_privs, log);
    SandboxFacts {
        name: format!("{}/{}", pod.owner.name, container.name),
        kind: SandboxKind::KubernetesContainer,
        sources: vec![source.name().clone()],
        seccomp: security::read_seccomp(pod, container, log),
        apparmor: security::read_apparmor(pod, container, log),
        selinux: security::read_selinux(pod, container, log),
        mount_label: Fact::unknown("the runtime chooses the label of mounts", Vec::new()),
        filesystem: volumes::read(pod, container, log),
        devices: devices::read(container, log),
        cgroup: resources::read_cgroup(pod, container, log),
        environment: read_environment(pod, log),
        host: Host::unknown("a manifest does not describe the node"),
        pod: Some(read_pod(pod, container, log)),
        notices: Vec::new(),
        invalid: Vec::new(),
        namespaces,
        user,
        capabilities,
        process,
    }
}

fn read_process(container: &Container<'_>, log: &mut Log) -> Process {
    let at = &container.at;
    let command = at.get("command");
    let mut words: Vec<String> = command.strings(log).into_iter().map(|(text, _)| text).collect();
    words.extend(at.get("args").strings(log).into_iter().map(|(text, _)| text));
    let cwd = at.get("workingDir");
    Process {
        args: match command.is_present() {
            true => Fact::given(words, command.place()),
            false => Fact::unknown("the image decides the program", vec![at.place()]),
        },
        cwd: match cwd.string(log) {
            Some(path) => Fact::given(path, cwd.place()),
            None => Fact::unknown("the image decides the working directory", vec![at.place()]),
        },
        env_names: read_env(container, log),
        terminal: at.get("tty").fact(at.get("tty").bool(log), KUBERNETES, false),
        no_new_privs: security::read_no_new_privs(container, log),
        rlimits: Fact::unknown("the node's runtime decides the limits", vec![at.place()]),
        oom_score_adj: Fact::unknown(
            "the kubelet derives it from requests and limits",
            vec![at.place()],
        ),
        scheduler: Fact::default_of(None, CRI, at.place()),
        io_priority: Fact::default_of(None, CRI, at.place()),
        personality: Fact::default_of(None, CRI, at.place()),
        open_files: Fact::unknown(
            "a manifest does not say which descriptors the runtime leaves open",
            vec![at.place()],
        ),
    }
}

fn read_env(container: &Container<'_>, log: &mut Log) -> FactList<String> {
    let at = container.at.get("env");
    let mut names = Vec::new();
    for item in at.items(log) {
        item.is_object(log);
        names.extend(
            item.get("name")
                .string(log)
                .map(|name| Entry::new(name, item.given())),
        );
    }
    at.fact(at.is_present().then_some(names), KUBERNETES, Vec::new())
}

fn read_environment(pod: &Pod<'_>, log: &mut Log) -> Environment {
    let hostname = pod.spec.get("hostname");
    let annotations = read_annotations(pod, log);
    report_annotations(&annotations, log);
    let list = pod.context.get("sysctls");
    let mut sysctls = Vec::new();
    for at in list.items(log) {
        let key = at.get("name").string(log).unwrap_or_default();
        let value = at.get("value").string(log).unwrap_or_default();
        sysctls.push(Entry::new(Setting { key, value }, at.given()));
    }
    Environment {
        hostname: hostname.optional(hostname.string(log), KUBERNETES),
        domainname: Fact::default_of(None, KUBERNETES, pod.spec.place()),
        sysctls: list.fact(list.is_present().then_some(sysctls), KUBERNETES, Vec::new()),
        hooks: Fact::unknown(
            "the node's runtime may run hooks of its own",
            vec![pod.spec.place()],
        ),
        annotations,
        intel_rdt: Fact::default_of(None, KUBERNETES, pod.spec.place()),
        net_devices: Fact::default_of(Vec::new(), KUBERNETES, pod.spec.place()),
        time_offsets: Fact::default_of(Vec::new(), KUBERNETES, pod.spec.place()),
        memory_policy: Fact::unknown("the kubelet's memory manager decides", vec![pod.spec.place()]),
    }
}

fn read_annotations(pod: &Pod<'_>, log: &mut Log) -> FactList<Setting> {
    let at = pod.metadata.get("annotations");
    let mut settings = Vec::new();
    for (key, item) in at.members(log) {
        if let Some(value) = item.string(log) {
            settings.push(Entry::new(
                Setting {
                    key: key.to_owned(),
                    value,
                },
                item.given(),
            ));
        }
    }
    at.fact(at.is_present().then_some(settings), KUBERNETES, Vec::new())
}

fn read_pod(pod: &Pod<'_>, container: &Container<'_>, log: &mut Log) -> PodContainer {
    let at = &container.at;
    let image = at.get("image");
    let class = pod.spec.get("runtimeClassName");
    let class_name = class.string(log);
    if let Some(name) = &class_name {
        let message =
            format!("RuntimeClass `{name}` decides the runtime on the node: read as an ordinary container");
        log.notice(class.place(), message);
    }
    let account = ["serviceAccountName", "serviceAccount"].map(|key| pod.spec.get(key));
    let account = account
        .into_iter()
        .find(|a| a.is_present())
        .unwrap_or_else(|| pod.spec.get("serviceAccountName"));
    let token = pod.spec.get("automountServiceAccountToken");
    let replicas = pod.owner.spec.get("replicas");
    PodContainer {
        owner: format!("{}/{}", pod.owner.kind, pod.owner.name),
        namespace: pod.owner.namespace.clone(),
        pod: pod.number,
        role: container.role,
        image: match image.string(log) {
            Some(name) => Fact::given(name, image.place()),
            None => Fact::unknown("no image is named", vec![image.place()]),
        },
        privileged: container.privileged.clone(),
        replicas: replicas.optional(replicas.u64(log), KUBERNETES),
        run_as_non_root: security::read_non_root(pod, container, log),
        host_ports: read_ports(pod, container, log),
        runtime_class: class.optional(class_name, KUBERNETES),
        service_account_token: token.fact(token.bool(log), KUBERNETES, true),
        service_account: account.fact(account.string(log), KUBERNETES, "default".to_owned()),
        volume_devices: read_volume_devices(container, log),
    }
}

/// Ports of the node; with the host's network every port of the container is one.
fn read_ports(pod: &Pod<'_>, container: &Container<'_>, log: &mut Log) -> FactList<HostPort> {
    let list = container.at.get("ports");
    let host_network = pod.namespaces.network.is(|on| *on);
    let mut ports = Vec::new();
    for at in list.items(log) {
        if !at.is_object(log) {
            continue;
        }
        let container_port = at.get("containerPort").u32(log);
        let given = at.get("hostPort").u32(log).filter(|port| *port > 0);
        let Some(host_port) = given.or(container_port.filter(|_| host_network)) else {
            continue;
        };
        let port = HostPort {
            host_port,
            container_port,
            protocol: at.get("protocol").string(log).unwrap_or_else(|| "TCP".to_owned()),
            host_ip: at.get("hostIP").string(log),
        };
        let origin = match given {
            Some(_) => at.get("hostPort").given(),
            None => Origin::derived(
                "with the host's network a container's port is the node's",
                vec![at.place()],
            ),
        };
        ports.push(Entry::new(port, origin));
    }
    list.fact(list.is_present().then_some(ports), KUBERNETES, Vec::new())
}

fn read_volume_devices(container: &Container<'_>, log: &mut Log) -> FactList<(String, String)> {
    let list = container.at.get("volumeDevices");
    let mut devices = Vec::new();
    for at in list.items(log) {
        let name = at.get("name").string(log).unwrap_or_default();
        let path = at.get("devicePath").string(log).unwrap_or_default();
        devices.push(Entry::new((name, path), at.given()));
    }
    list.fact(list.is_present().then_some(devices), KUBERNETES, Vec::new())
}

/// Says to which hosts the kubelet is made to connect: it does so from the node's network.
pub(super) fn report_handlers(container: &Container<'_>, log: &mut Log) {
    const HANDLERS: [&[&str]; 5] = [
        &["livenessProbe"],
        &["readinessProbe"],
        &["startupProbe"],
        &["lifecycle", "postStart"],
        &["lifecycle", "preStop"],
    ];
    let mut quiet = Log::default();
    for handler in HANDLERS {
        for action in ["httpGet", "tcpSocket"] {
            let host = container.at.at(handler).at(&[action, "host"]);
            let name = host.string(&mut quiet).filter(|name| !name.is_empty());
            if let Some(name) = name {
                log.notice(
                    host.place(),
                    format!("the kubelet connects to `{name}` from the node's network"),
                );
            }
        }
    }
}
