//! A pod: what its containers share, and the positions from which each of them is read.

use crate::facts::{ContainerRole, Fact, Namespace, NamespaceKind, Namespaces};
use crate::formats::layers::{CRI, KUBERNETES};
use crate::log::Log;
use crate::view::At;

/// Containers and volumes that are read of a pod, each.
const MOST_ITEMS: usize = 500;

/// The object that holds a pod or its template.
pub(super) struct Owner<'a> {
    /// E.g. `Deployment`.
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) namespace: Option<String>,
    pub(super) spec: At<'a>,
}

/// A pod or a pod template.
pub(super) struct Pod<'a> {
    pub(super) owner: Owner<'a>,
    /// Number of the pod among those of the source.
    pub(super) number: usize,
    pub(super) metadata: At<'a>,
    pub(super) spec: At<'a>,
    /// Its security context.
    pub(super) context: At<'a>,
    pub(super) namespaces: PodNamespaces,
}

/// A container with its own security context.
pub(super) struct Container<'a> {
    pub(super) name: String,
    pub(super) role: ContainerRole,
    pub(super) at: At<'a>,
    pub(super) context: At<'a>,
    pub(super) privileged: Fact<bool>,
}

/// The switches of a pod that share the host's namespaces.
pub(super) struct PodNamespaces {
    pub(super) network: Fact<bool>,
    pid: Fact<bool>,
    pub(super) ipc: Fact<bool>,
    share_process: Fact<bool>,
    /// `hostUsers`.
    pub(super) users: Fact<bool>,
}

impl PodNamespaces {
    /// Reads the switches and refuses what the API refuses.
    pub(super) fn read(spec: &At<'_>, log: &mut Log) -> Self {
        let switch = |key: &str, default: bool, log: &mut Log| {
            let at = spec.get(key);
            at.fact(at.bool(log), KUBERNETES, default)
        };
        let all = Self {
            network: switch("hostNetwork", false, log),
            pid: switch("hostPID", false, log),
            ipc: switch("hostIPC", false, log),
            share_process: switch("shareProcessNamespace", false, log),
            users: switch("hostUsers", true, log),
        };
        all.check(spec, log);
        all
    }

    fn check(&self, spec: &At<'_>, log: &mut Log) {
        let on = |fact: &Fact<bool>| fact.is(|set| *set);
        if on(&self.pid) && on(&self.share_process) {
            let message = "`shareProcessNamespace` and `hostPID` cannot both be set";
            log.invalid(spec.get("shareProcessNamespace").place(), message);
        }
        if on(&self.users) {
            return;
        }
        for (key, fact) in [
            ("hostNetwork", &self.network),
            ("hostPID", &self.pid),
            ("hostIPC", &self.ipc),
        ] {
            if on(fact) {
                log.invalid(
                    spec.get(key).place(),
                    format!("`{key}` cannot be set with `hostUsers: false`"),
                );
            }
        }
    }

    /// The namespaces of a container (containerd and CRI-O: a pod without `hostNetwork` has one network, IPC and UTS
    /// namespace for all its containers; with it, it has the host's network and UTS namespaces).
    pub(super) fn of_container(&self, container: &Container<'_>) -> Namespaces {
        Namespaces::from_fn(|kind| match kind {
            NamespaceKind::Mnt => Fact::default_of(Namespace::New, CRI, container.at.place()),
            NamespaceKind::Pid if self.share_process.is(|s| *s) => {
                Fact::new(Namespace::SharedWithPod, self.share_process.origin.clone())
            }
            NamespaceKind::Pid => host_or(&self.pid, Namespace::New),
            NamespaceKind::Net | NamespaceKind::Uts => host_or(&self.network, Namespace::SharedWithPod),
            NamespaceKind::Ipc => host_or(&self.ipc, Namespace::SharedWithPod),
            NamespaceKind::User => host_or(&self.users, Namespace::SharedWithPod),
            NamespaceKind::Time => Fact::default_of(Namespace::Host, CRI, container.at.place()),
            NamespaceKind::Cgroup if container.privileged.is(|p| *p) => {
                Fact::new(Namespace::Host, container.privileged.origin.clone())
            }
            NamespaceKind::Cgroup => Fact::unknown(
                "a container has a cgroup namespace of its own on cgroup v2, and the host's on v1",
                vec![container.at.place()],
            ),
        })
    }
}

fn host_or(switch: &Fact<bool>, otherwise: Namespace) -> Fact<Namespace> {
    switch.map(|host| if *host { Namespace::Host } else { otherwise })
}

impl<'a> Pod<'a> {
    /// True if the pod has more of something than is read.
    pub(super) fn is_too_large(&self, log: &mut Log) -> bool {
        let mut quiet = Log::default();
        let mut large = false;
        for key in ["initContainers", "containers", "ephemeralContainers", "volumes"] {
            let at = self.spec.get(key);
            if at.items(&mut quiet).len() > MOST_ITEMS {
                let message = format!("`{}` has more than {MOST_ITEMS} entries", at.path());
                log.error(
                    &at.place(),
                    message,
                    Some("no cluster takes so large a pod".to_owned()),
                );
                large = true;
            }
        }
        large
    }

    /// The containers of all lists, each with what is wrong with its name.
    pub(super) fn containers(&self, log: &mut Log) -> Vec<Container<'a>> {
        let lists = [
            ("initContainers", ContainerRole::Init),
            ("containers", ContainerRole::Main),
            ("ephemeralContainers", ContainerRole::Ephemeral),
        ];
        let mut all: Vec<Container<'a>> = Vec::new();
        for (key, role) in lists {
            for at in self.spec.get(key).items(log) {
                if !at.is_object(log) {
                    continue;
                }
                let container = self.container(at, role, log);
                if all.iter().any(|c| c.name == container.name) {
                    let message = format!("a second container `{}`", container.name);
                    log.invalid(container.at.get("name").place(), message);
                }
                all.push(container);
            }
        }
        if !all.iter().any(|c| c.role == ContainerRole::Main) {
            log.invalid(
                self.spec.get("containers").place(),
                "a pod needs at least one container",
            );
        }
        all
    }

    fn container(&self, at: At<'a>, role: ContainerRole, log: &mut Log) -> Container<'a> {
        let name = at.get("name").string(log).filter(|name| !name.is_empty());
        if name.is_none() {
            log.invalid(at.get("name").place(), "a container needs a name");
        }
        let context = at.get("securityContext");
        context.is_object(log);
        let privileged = context.get("privileged");
        let privileged = privileged.fact(privileged.bool(log), KUBERNETES, false);
        Container {
            name: name.unwrap_or_else(|| at.path().to_owned()),
            role,
            context,
            privileged,
            at,
        }
    }
}

impl<'a> Container<'a> {
    /// A setting that the container's security context has, or else the pod's; absent at the container's.
    pub(super) fn setting(&self, pod: &Pod<'a>, key: &str) -> At<'a> {
        let own = self.context.get(key);
        let shared = pod.context.get(key);
        if !own.is_present() && shared.is_present() {
            shared
        } else {
            own
        }
    }
}
