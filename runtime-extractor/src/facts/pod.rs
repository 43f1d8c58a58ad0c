//! What only a container of a Kubernetes pod has.

use super::fact::{Fact, FactList};
use serde::Serialize;

/// Which of a pod's lists of containers a container is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ContainerRole {
    /// Runs before the others, to its end (or beside them, if it restarts always).
    Init,
    /// Runs.
    Main,
    /// Added to a running pod.
    Ephemeral,
}

/// A port of the node that leads to the container.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct HostPort {
    /// The port of the node.
    pub host_port: u32,
    /// The port of the container.
    pub container_port: Option<u32>,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: String,
    /// The address of the node, if restricted.
    pub host_ip: Option<String>,
}

/// What only a container of a Kubernetes pod has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PodContainer {
    /// The object that holds the pod or its template, e.g. `Deployment/web`.
    pub owner: String,
    /// Namespace of the object, if given.
    pub namespace: Option<String>,
    /// Identifies the pod among those of one reading: sandboxes with the same number share what a pod shares.
    pub pod: usize,
    /// Which list it is in.
    pub role: ContainerRole,
    /// The image.
    pub image: Fact<String>,
    /// `privileged: true`.
    pub privileged: Fact<bool>,
    /// How many pods are asked for; `None` is not said (a DaemonSet has one per node).
    pub replicas: Fact<Option<u64>>,
    /// Must not run as uid 0.
    pub run_as_non_root: Fact<bool>,
    /// Ports of the node.
    pub host_ports: FactList<HostPort>,
    /// The RuntimeClass; `None` is the node's default runtime.
    pub runtime_class: Fact<Option<String>>,
    /// A token of the service account is mounted.
    pub service_account_token: Fact<bool>,
    /// The service account.
    pub service_account: Fact<String>,
    /// Raw block devices: volume, path in the container.
    pub volume_devices: FactList<(String, String)>,
}
