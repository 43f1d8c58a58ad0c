//! What a person would change in a configuration so that a constant of the model has another value.
//!
//! Constants that one key decides share a label: changing the key changes them all.

use super::Evidence;

/// The change that gives `constant`, at these keys, the opposite of its value (for a set: of whether the last key is in
/// it). `None` where the value is the safe one already, and for what no key of the configuration decides.
#[must_use]
pub fn change_label(
    constant: &str,
    path: &[String],
    value: bool,
    evidence: Option<&Evidence>,
) -> Option<String> {
    let safe = matches!(constant, "no_new_privs" | "limited" | "own_cgroup");
    if value == safe {
        return None;
    }
    let key = evidence
        .and_then(|e| e.place.as_ref())
        .map(|p| p.path.as_str())
        .unwrap_or_default();
    let last = path.last().map_or("", String::as_str);
    if key.rsplit('.').next() == Some("privileged") {
        return Some("do not make it privileged".to_owned());
    }
    let mount = mount_key(key);
    Some(match constant {
        "capabilities" | "root_capabilities" | "bounding" => format!("drop CAP_{last}"),
        "allowed_calls" => format!("let the seccomp filter deny {last}"),
        "host_namespace" if last == "User" => USER_NAMESPACE.to_owned(),
        "root_is_host_root" => USER_NAMESPACE.to_owned(),
        "host_namespace" => format!("give it {} namespace of its own", article(last)),
        "starts_as_root" => "run the process as a user other than root".to_owned(),
        "no_new_privs" => "set no_new_privs".to_owned(),
        "readable_paths" | "writable_paths" | "idmapped_paths" | "owned_paths" => {
            format!("remove the mount {}", mount.unwrap_or(key))
        }
        "mounts_propagate" => "make the mount's propagation private".to_owned(),
        "device_nodes" | "open_nodes" if mount.is_none() => {
            format!("remove the {} device node", last.to_lowercase())
        }
        "device_access" => format!("let the device cgroup deny {}", device(last)),
        "writable_files" | "visible_files" | "device_nodes" | "host_groups" if mount.is_some() => {
            format!("remove or restrict the mount {}", mount.unwrap_or(key))
        }
        "writable_files" => "make the kernel's paths read-only again".to_owned(),
        "visible_files" => "mask the kernel's paths again".to_owned(),
        "limited" => format!("set a limit on {}", resource(last)),
        "trusted_group" => "run it without groups of the host".to_owned(),
        "own_cgroup" => "give it a cgroup of its own".to_owned(),
        _ => return None,
    })
}

const USER_NAMESPACE: &str = "give it a user namespace that maps root to an unprivileged id";

/// The mount of a list that a key lies in.
fn mount_key(key: &str) -> Option<&str> {
    let start = key.find("mounts[").or_else(|| key.find("volumeMounts["))?;
    let end = key[start..].find(']')? + start;
    key.get(..=end)
}

fn article(namespace: &str) -> String {
    let article = if namespace.starts_with(['A', 'E', 'I', 'O']) {
        "an"
    } else {
        "a"
    };
    let name = match namespace {
        "Pid" | "Ipc" | "Uts" => namespace.to_uppercase(),
        "Net" => "network".to_owned(),
        _ => namespace.to_lowercase(),
    };
    format!("{article} {name}")
}

fn resource(name: &str) -> &str {
    match name {
        "Processes" => "processes",
        "Memory" => "memory",
        _ => "processor time",
    }
}

fn device(class: &str) -> &str {
    match class {
        "Disk" => "disks",
        "Mem" => "/dev/mem and /dev/port",
        "Kmsg" => "/dev/kmsg",
        "Vfio" => "VFIO devices",
        "Gpu" => "GPUs",
        "Terminal" => "terminals of the host",
        _ => "other devices",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_name_the_thing_to_change() {
        let path = |parts: &[&str]| parts.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            change_label("capabilities", &path(&["workload", "SYS_ADMIN"]), true, None).as_deref(),
            Some("drop CAP_SYS_ADMIN")
        );
        assert_eq!(
            change_label("host_namespace", &path(&["workload", "Pid"]), true, None).as_deref(),
            Some("give it a PID namespace of its own")
        );
        assert_eq!(change_label("cgroup_v1", &[], true, None), None);
        assert_eq!(
            change_label("no_new_privs", &path(&["workload"]), true, None),
            None
        );
        assert_eq!(mount_key("mounts[7].source"), Some("mounts[7]"));
    }
}
