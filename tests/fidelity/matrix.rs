//! What was measured: `matrix.tsv`, a row for each probe under each configuration, a column for each set-up.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Which runtime started the containers, and which cgroup version it used. The kernel has hierarchies of version 1 in
/// all four: under version 2 the runtime leaves its processes in their roots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Setup {
    RuncV1,
    RuncV2,
    CrunV1,
    CrunV2,
}

impl Setup {
    pub(crate) const ALL: [Self; 4] = [Self::RuncV1, Self::RuncV2, Self::CrunV1, Self::CrunV2];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::RuncV1 => "runc-v1",
            Self::RuncV2 => "runc-v2",
            Self::CrunV1 => "crun-v1",
            Self::CrunV2 => "crun-v2",
        }
    }

    pub(crate) fn is_runc(self) -> bool {
        matches!(self, Self::RuncV1 | Self::RuncV2)
    }

    pub(crate) fn uses_cgroup_v1(self) -> bool {
        matches!(self, Self::RuncV1 | Self::CrunV1)
    }
}

/// The answers of the mediation relation, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    Absent,
    Deny,
    Virtualize,
    Allow,
}

impl Outcome {
    pub(crate) const ALL: [Self; 4] = [Self::Absent, Self::Deny, Self::Virtualize, Self::Allow];

    /// What a cell says; nothing where the measured kernel lacks the feature or the container did not start.
    fn of_cell(text: &str) -> Option<Self> {
        let word = text.split('(').next().unwrap_or_default();
        match (word, text) {
            (_, "virt(masked)") => Some(Self::Absent),
            ("allow" | "allow-self", _) => Some(Self::Allow),
            ("virt", _) => Some(Self::Virtualize),
            ("deny", _) => Some(Self::Deny),
            ("absent", _) => Some(Self::Absent),
            ("nokernel" | "norun" | "-" | "", _) => None,
            _ => panic!("an outcome that this test does not know: {text}"),
        }
    }
}

/// All measurements.
pub(crate) struct Matrix {
    folder: PathBuf,
    cells: BTreeMap<(String, String), Vec<String>>,
}

impl Matrix {
    /// The folder that `WATERTIGHT_FIDELITY` names, or the one that is kept beside the repository. `None`, and a line
    /// that says so, where there is none.
    pub(crate) fn find() -> Option<Self> {
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fidelity");
        let folder = std::env::var_os("WATERTIGHT_FIDELITY").map_or(beside, PathBuf::from);
        let text = match std::fs::read_to_string(folder.join("matrix.tsv")) {
            Ok(text) => text,
            Err(e) => {
                let file = folder.join("matrix.tsv");
                println!(
                    "skipped: no measurements: {}: {e} (WATERTIGHT_FIDELITY names their folder)",
                    file.display()
                );
                return None;
            }
        };
        let mut cells = BTreeMap::new();
        for line in text.lines().skip(1) {
            let fields: Vec<&str> = line.split('\t').collect();
            let [probe, config, _host, outcomes @ .., _agree] = fields.as_slice() else {
                panic!("a row with too few fields: {line}");
            };
            assert_eq!(outcomes.len(), Setup::ALL.len(), "{line}");
            let outcomes = outcomes.iter().map(|o| (*o).to_owned()).collect();
            cells.insert(((*probe).to_owned(), (*config).to_owned()), outcomes);
        }
        Some(Self { folder, cells })
    }

    /// The names of all configurations.
    pub(crate) fn configurations(&self) -> BTreeSet<String> {
        let entries = std::fs::read_dir(self.folder.join("configs")).unwrap();
        let names = entries.map(|e| e.unwrap().path());
        names
            .map(|p| p.file_stem().unwrap().to_str().unwrap().to_owned())
            .collect()
    }

    /// The text of a configuration. The socket that the harness made stands for an engine's.
    pub(crate) fn configuration(&self, name: &str) -> String {
        let file = self.folder.join("configs").join(name).with_extension("json");
        let text = std::fs::read_to_string(file).unwrap();
        text.replace("/srv/lab/ctl.sock", "/run/docker.sock")
    }

    /// Whether a configuration was measured at all.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.cells.keys().any(|(_, config)| config == name)
    }

    pub(crate) fn run<'a>(&'a self, config: &'a str, setup: Setup) -> Run<'a> {
        Run {
            matrix: self,
            config,
            setup,
        }
    }
}

/// One configuration in one set-up.
#[derive(Clone, Copy)]
pub(crate) struct Run<'a> {
    matrix: &'a Matrix,
    pub(crate) config: &'a str,
    pub(crate) setup: Setup,
}

impl Run<'_> {
    /// The cell of a probe as it stands.
    pub(crate) fn text(&self, probe: &str) -> &str {
        let row = self.matrix.cells.get(&(probe.to_owned(), self.config.to_owned()));
        let row = row.unwrap_or_else(|| panic!("no probe {probe} of {}", self.config));
        &row[self.setup as usize]
    }

    /// What a probe saw.
    pub(crate) fn get(&self, probe: &str) -> Option<Outcome> {
        Outcome::of_cell(self.text(probe))
    }

    /// The most that any of these probes got.
    pub(crate) fn best(&self, probes: &[&str]) -> Option<Outcome> {
        probes.iter().filter_map(|p| self.get(p)).max()
    }

    /// Whether the container started.
    pub(crate) fn started(&self) -> bool {
        self.get("n2h").is_some()
    }
}
