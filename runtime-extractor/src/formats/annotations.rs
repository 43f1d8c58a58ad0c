//! Annotations with which a runtime isolates differently than the configuration says.

use crate::facts::{FactList, Setting};
use crate::log::Log;

/// Beginnings of annotations with which a runtime isolates differently, and whose they are.
const RUNTIME_ANNOTATIONS: [(&str, &str); 8] = [
    ("run.oci.handler", "crun"),
    ("run.oci.seccomp", "crun"),
    ("run.oci.keep_original_groups", "crun"),
    ("run.oci.mount_context_type", "crun"),
    ("run.oci.systemd", "crun"),
    ("run.oci.hooks", "crun"),
    ("io.katacontainers.config", "Kata Containers"),
    ("dev.gvisor", "gVisor"),
];

/// Reports annotations with which a runtime isolates differently.
pub(super) fn report_annotations(annotations: &FactList<Setting>, log: &mut Log) {
    for entry in annotations.known().into_iter().flatten() {
        let hit = RUNTIME_ANNOTATIONS
            .iter()
            .find(|(prefix, _)| entry.value.key.starts_with(prefix));
        if let (Some((_, runtime)), Some(place)) = (hit, entry.origin.place()) {
            let message = format!(
                "the annotation `{}` changes how {runtime} isolates: not taken into account",
                entry.value.key
            );
            log.notice(place.clone(), message);
        }
    }
}
