//! Devices of a container of a pod: what a privileged one has, raw block volumes, and what device plugins give.

use super::pod::Container;
use super::resources::standard_rules;
use crate::facts::{
    DeviceAccess, DeviceKind, DeviceNode, DevicePolicy, DeviceRule, Devices, Entry, Fact, Origin,
};
use crate::formats::layers::{CRI, KUBERNETES};
use crate::log::Log;
use crate::view::At;

/// What the resources of known device plugins give, by a part of the resource's name; a node stands for its like.
const PLUGINS: &[(&str, &str)] = &[
    ("nvidia.com/", "/dev/nvidia0"),
    ("amd.com/gpu", "/dev/kfd"),
    ("gpu.intel.com/", "/dev/dri/card0"),
    ("devices.kubevirt.io/kvm", "/dev/kvm"),
    ("devices.kubevirt.io/tun", "/dev/net/tun"),
    ("vfio", "/dev/vfio/vfio"),
    ("gpu", "/dev/dri/card0"),
];

/// The devices: a privileged container has all, any other the standard ones, its raw block volumes, and what device
/// plugins give. Of the latter two the manifest does not say which devices of the node they are.
pub(super) fn read(container: &Container<'_>, log: &mut Log) -> Devices {
    let privileged = container.privileged.is(|p| *p);
    let raw = container.at.get("volumeDevices");
    let mut nodes = Vec::new();
    let mut open: Vec<(String, Origin)> = Vec::new();
    for at in raw.items(log) {
        let path = at.get("devicePath").string(log).unwrap_or_default();
        let why = "whether a raw block volume is a disk of the node is not in the manifest";
        open.push((why.to_owned(), at.given()));
        nodes.push(Entry::new(node(path, DeviceKind::Block), at.given()));
    }
    for (name, origin) in plugins(container, log) {
        let why = format!("the devices that the plugin of `{name}` gives are not in the manifest");
        open.push((why, origin.clone()));
        nodes.push(Entry::new(node(plugin_path(&name), DeviceKind::Char), origin));
    }
    let origin = match open.first() {
        Some((_, origin)) => origin.clone(),
        None => Origin::default_of(KUBERNETES, raw.place()),
    };
    Devices {
        nodes: Fact::new(nodes, origin),
        all_host_nodes: container.privileged.clone(),
        policy: match open.first() {
            Some((why, origin)) if !privileged => Fact::unknown(why.clone(), origin.places.clone()),
            Some(_) | None => policy(container, privileged),
        },
    }
}

fn policy(container: &Container<'_>, privileged: bool) -> Fact<DevicePolicy> {
    let origin = match privileged {
        true => container.privileged.origin.clone(),
        false => Origin::default_of(CRI, container.context.get("privileged").place()),
    };
    let everything = DeviceRule {
        allow: privileged,
        kind: None,
        major: None,
        minor: None,
        access: DeviceAccess::ALL,
    };
    let mut rules = vec![Entry::new(everything, origin.clone())];
    rules.extend(standard_rules(&origin));
    let default_allow = Fact::new(privileged, origin.clone());
    Fact::new(DevicePolicy { default_allow, rules }, origin)
}

fn node(path: String, kind: DeviceKind) -> DeviceNode {
    DeviceNode {
        path,
        kind: Some(kind),
        major: None,
        minor: None,
        file_mode: None,
        uid: None,
        gid: None,
    }
}

/// A usual path of what a resource gives; for an unknown one a path of no known kind.
fn plugin_path(name: &str) -> String {
    let known = PLUGINS.iter().find(|(part, _)| name.contains(part));
    known.map_or_else(|| format!("/dev/{name}"), |(_, path)| (*path).to_owned())
}

/// Extended resources that are asked for, and claims (dynamic resource allocation): a plugin on the node decides what
/// they are. The domain of Kubernetes itself has none.
fn plugins(container: &Container<'_>, log: &mut Log) -> Vec<(String, Origin)> {
    let (mut quiet, mut silent) = (Log::default(), Log::default());
    let limits = container.at.at(&["resources", "limits"]);
    let extended = |(key, at): (&str, At<'_>)| {
        let (domain, _) = key.split_once('/')?;
        let own = domain == "kubernetes.io" || domain.ends_with(".kubernetes.io");
        let none = at
            .string_or_number(&mut quiet)
            .is_some_and(|amount| amount == "0");
        (!own && !none).then(|| (key.to_owned(), at.given()))
    };
    let mut all: Vec<(String, Origin)> = limits
        .members(&mut silent)
        .into_iter()
        .filter_map(extended)
        .collect();
    for at in container.at.at(&["resources", "claims"]).items(log) {
        let name = at.get("name").string(log).unwrap_or_default();
        all.push((format!("claim/{name}"), at.given()));
    }
    all
}
