//! The model library, embedded in the binary: `.wt` models of kernel mechanisms, runtimes and theory.
//!
//! A model is a file; adding one is the file and a row of [`MODELS`]. Its documentation is the comment in front
//! of its `module` line, its expected verdicts are its own `check` and `prove` commands.

/// One model of the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Model {
    /// The module's name, as `use` takes it.
    pub name: &'static str,
    /// The file, relative to the library's root.
    pub path: &'static str,
    /// The text.
    pub text: &'static str,
}

macro_rules! models {
    ($($name:literal = $path:literal),* $(,)?) => {
        /// Every model, in order of name.
        pub const MODELS: &[Model] = &[$(Model {
            name: $name,
            path: $path,
            text: include_str!(concat!("../", $path)),
        }),*];
    };
}

models! {
    "classic::alternating_bit" = "classic/alternating_bit.wt",
    "classic::bakery" = "classic/bakery.wt",
    "classic::dining_philosophers" = "classic/dining_philosophers.wt",
    "classic::lock_server" = "classic/lock_server.wt",
    "classic::paxos" = "classic/paxos.wt",
    "classic::peterson" = "classic/peterson.wt",
    "classic::ring_leader" = "classic/ring_leader.wt",
    "classic::sharded_store" = "classic/sharded_store.wt",
    "classic::toy_consensus" = "classic/toy_consensus.wt",
    "classic::two_phase_commit" = "classic/two_phase_commit.wt",
    "linux::capability" = "linux/capability.wt",
    "linux::cgroups" = "linux/cgroups.wt",
    "linux::host" = "linux/host.wt",
    "linux::mount_propagation" = "linux/mount_propagation.wt",
    "linux::namespaces" = "linux/namespaces.wt",
    "linux::user_namespaces" = "linux/user_namespaces.wt",
    "runtime::firecracker" = "runtime/firecracker.wt",
    "runtime::gvisor" = "runtime/gvisor.wt",
    "runtime::kata" = "runtime/kata.wt",
    "theory::composition_fallacy" = "theory/composition_fallacy.wt",
    "theory::fixed_slots" = "theory/fixed_slots.wt",
    "theory::life_cycle" = "theory/life_cycle.wt",
    "theory::ownership" = "theory/ownership.wt",
    "theory::partitioned_cache" = "theory/partitioned_cache.wt",
    "theory::shared_cache" = "theory/shared_cache.wt",
    "theory::two_tenants" = "theory/two_tenants.wt",
}

/// The model with this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Model> {
    MODELS.iter().find(|m| m.name == name)
}

impl Model {
    /// The documentation: the `///` lines in front of `module`, without their marks.
    #[must_use]
    pub fn doc(&self) -> String {
        let lines = self.text.lines().take_while(|l| !l.starts_with("module "));
        let lines: Vec<_> = lines
            .filter_map(|l| l.strip_prefix("///"))
            .map(str::trim)
            .collect();
        lines.join("\n")
    }

    /// The first sentence of the documentation.
    #[must_use]
    pub fn summary(&self) -> String {
        let doc = self.doc().replace('\n', " ");
        match doc.find(". ") {
            Some(end) => doc[..=end].to_owned(),
            None => doc,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_model_is_the_module_it_is_filed_as() {
        for model in MODELS {
            let declared = model.text.lines().find_map(|l| l.strip_prefix("module "));
            assert_eq!(declared.map(str::trim), Some(model.name));
            assert_eq!(model.path, format!("{}.wt", model.name.replace("::", "/")));
            assert!(!model.summary().is_empty(), "{} has no documentation", model.name);
            assert_eq!(find(model.name), Some(model));
        }
    }

    #[test]
    fn every_file_of_the_library_is_in_the_table() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut stack = vec![root.to_path_buf()];
        let mut count = 0;
        while let Some(dir) = stack.pop() {
            for entry in std::fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    stack.push(path);
                } else if path.extension().is_some_and(|e| e == "wt") {
                    let relative = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                    assert!(
                        MODELS.iter().any(|m| m.path == relative),
                        "{relative} is not in MODELS"
                    );
                    count += 1;
                }
            }
        }
        assert_eq!(count, MODELS.len());
    }
}
