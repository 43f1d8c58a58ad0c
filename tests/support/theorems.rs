//! Properties of the library that are proved for any size without an invariant given.

use transition_system::{PropertyId, System};

use super::corpus;

/// Model and property.
pub const THEOREMS: &[(&str, &str)] = &[
    ("theory/ownership.wt", "isolation"),
    ("theory/ownership.wt", "owners_exist"),
    ("theory/life_cycle.wt", "owners_exist"),
    ("classic/lock_server.wt", "exclusive"),
    ("classic/sharded_store.wt", "one_value"),
    ("classic/toy_consensus.wt", "agreement"),
    ("classic/ring_leader.wt", "one_leader"),
    ("classic/peterson.wt", "exclusion"),
    ("classic/two_phase_commit.wt", "consistent"),
    ("runtime/firecracker.wt", "drives_only"),
    ("runtime/firecracker.wt", "jail_only"),
    ("runtime/gvisor.wt", "given_only"),
    ("runtime/gvisor.wt", "writes_inside"),
    ("runtime/gvisor.wt", "given_only_broken"),
    ("runtime/gvisor.wt", "kernel_last"),
    ("linux/mount_propagation.wt", "host_is_clean"),
    ("linux/user_namespaces.wt", "confined"),
];

/// The system of a model, and the property.
pub fn whole(model: &str, property: &str) -> (System, PropertyId) {
    let library = corpus::library();
    let case = library.iter().find(|c| c.name == model).expect(model);
    let mut systems = case.model.systems.iter().map(|s| &s.system);
    let found = systems.find_map(|s| Some((s.clone(), s.find_property(property)?)));
    found.unwrap_or_else(|| panic!("{model}: {property}?"))
}

/// The system with that property and no other, so that nothing can be borrowed.
pub fn alone(model: &str, property: &str) -> (System, PropertyId) {
    let (mut system, id) = whole(model, property);
    system.properties = vec![system.property(id).clone()];
    let id = system.property_ids().next().unwrap();
    (system, id)
}
