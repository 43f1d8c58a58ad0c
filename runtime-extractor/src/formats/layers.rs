//! The layers whose defaults appear as facts, each with the versions for which the default was established.

use crate::facts::Layer;

/// The runtime specification itself.
pub const RUNTIME_SPEC: Layer = Layer {
    of: "runtime-spec",
    version: "1.0 to 1.3",
};
/// What runc does where the specification leaves it open.
pub const RUNC: Layer = Layer {
    of: "runc",
    version: "1.1",
};
/// What runc or crun does, whichever isolates less.
pub const RUNC_OR_CRUN: Layer = Layer {
    of: "runc or crun, whichever isolates less",
    version: "runc 1.1, crun 1.8",
};
/// The API of Kubernetes.
pub const KUBERNETES: Layer = Layer {
    of: "kubernetes",
    version: "1.0 to 1.35",
};
/// A kubelet without options of its own.
pub const KUBELET: Layer = Layer {
    of: "kubelet",
    version: "1.22 to 1.35, default configuration",
};
/// containerd or CRI-O, whichever isolates less.
pub const CRI: Layer = Layer {
    of: "containerd or CRI-O, whichever isolates less",
    version: "containerd 1.6 to 2.1, CRI-O 1.28 to 1.33",
};
/// The kernel.
pub const KERNEL: Layer = Layer {
    of: "linux",
    version: "5.9 and later",
};
