//! The cases: each a file of `tests/cases/` or a model of the library, with its expectations inside, compiled.
//!
//! In front of its `module`, a case has `//!` lines. Those that begin with a small letter and have ` = ` in them are expectations that the language
//! has no place for; the others say in words what the case is for.
//!
//! ```text
//! //! states = 34               reachable states, in the scope of the first `check`
//! //! initial = 3               initial ones among them
//! //! steps all_commit = 10     length of a shortest run that violates or reaches it; `prod.p` for an instance
//! //! deadlock = 3              steps to a nearest state without an enabled event, or `none`
//! //! vacuous = never_there     an invariant that holds only because its left side is never true
//! //! skip explicit = reason    an engine that does not finish here
//! //! bounded = 4               steps of bounded model checking, where all that is usual takes too long
//! //! states S = 5, T = 2: 34   published number of states in a scope, which the library's test visits
//! ```

use std::path::{Path, PathBuf};

use spec_lang::{Command, CommandKind, Loader, Model, Source};
use transition_system::{PropertyId, System};

/// The folder of the cases.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// A case, compiled.
pub struct Case {
    /// Name of the file, or path in the library.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// Its systems and commands.
    pub model: Model,
    header: Vec<(String, String)>,
    text: String,
}

/// Does something with every case; fails at the end, with all that failed.
pub fn each(mut f: impl FnMut(&Case)) {
    let mut failed = 0;
    for case in all() {
        failed += usize::from(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f(&case))).is_err());
    }
    assert!(failed == 0, "{failed} cases failed, see above");
}

/// Every case, in order of names.
fn all() -> Vec<Case> {
    let entries = std::fs::read_dir(folder()).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|e| e.unwrap().path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "wt"));
    paths.sort();
    assert!(paths.len() >= 40, "the corpus is gone");
    paths.iter().map(|p| Case::read(p)).chain(library()).collect()
}

/// The models of the library that ask something, in order of names.
pub fn library() -> Vec<Case> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models");
    let cases = models::MODELS
        .iter()
        .map(|m| Case::compile(m.path, &root.join(m.path), m.text));
    cases.filter(|c| !c.model.commands.is_empty()).collect()
}

impl Case {
    fn read(path: &Path) -> Self {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let case = Self::compile(&name, path, &std::fs::read_to_string(path).unwrap());
        assert!(!case.model.commands.is_empty(), "{name} asks nothing");
        case
    }

    fn compile(name: &str, path: &Path, text: &str) -> Self {
        let header = text.lines().take_while(|l| l.starts_with("//"));
        let header = header.filter_map(|l| l.strip_prefix("//!")?.trim().split_once(" = "));
        let header: Vec<_> = header
            .filter(|(k, _)| k.starts_with(|c: char| c.is_ascii_lowercase()))
            .collect();
        let known = [
            "states", "states ", "initial", "steps ", "deadlock", "vacuous", "bounded", "skip ",
        ];
        for (key, _) in &header {
            assert!(
                known
                    .iter()
                    .any(|k| key == k || (k.ends_with(' ') && key.starts_with(k))),
                "{name}: `{key}`?"
            );
        }
        let header = header
            .into_iter()
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .collect();
        let compiled = spec_lang::compile(Source::new(name, text), &Beside);
        let messages = spec_lang::render(&compiled.diagnostics, &compiled.sources, false);
        let model = compiled
            .model
            .unwrap_or_else(|| panic!("{name} does not compile\n{messages}"));
        Self {
            name: name.to_owned(),
            path: path.to_owned(),
            model,
            header,
            text: text.to_owned(),
        }
    }

    /// Published numbers of states: the sizes of sorts by name, and the number.
    pub fn published(&self) -> Vec<(Vec<(String, u32)>, u64)> {
        let lines = self.text.lines().filter_map(|l| l.strip_prefix("//! states "));
        let scopes = lines.filter_map(|l| l.split_once(": "));
        let size = |part: &str| {
            let (sort, n) = part.split_once(" = ").unwrap();
            (sort.trim().to_owned(), n.parse().unwrap())
        };
        scopes
            .map(|(scope, n)| (scope.split(',').map(size).collect(), n.trim().parse().unwrap()))
            .collect()
    }

    /// What the header says of a key.
    pub fn says(&self, key: &str) -> Option<&str> {
        self.header
            .iter()
            .find(|(k, _)| k == key)
            .map(|(_, v)| v.as_str())
    }

    /// A number that the header says.
    pub fn number(&self, key: &str) -> Option<u64> {
        self.says(key).map(|v| {
            v.parse()
                .unwrap_or_else(|_| panic!("{}: {key} = {v}?", self.name))
        })
    }

    /// The `check` commands.
    pub fn checks(&self) -> impl Iterator<Item = &Command> {
        self.model
            .commands
            .iter()
            .filter(|c| c.kind == CommandKind::Check)
    }

    /// The system of a command.
    pub fn system(&self, command: &Command) -> &System {
        &self.model.systems[command.system].system
    }

    /// How many steps a shortest run for a property has.
    pub fn steps(&self, command: &Command, property: PropertyId) -> Option<u64> {
        let system = self.system(command);
        let name = &system.property(property).name;
        let long = format!("steps {}.{name}", system.name);
        self.number(&long)
            .or_else(|| self.number(&format!("steps {name}")))
    }
}

/// The library, then files below the folder of the cases.
struct Beside;

impl Loader for Beside {
    fn load(&self, module: &str) -> Result<Option<Source>, String> {
        if let Some(model) = models::find(module) {
            return Ok(Some(Source::new(model.path, model.text)));
        }
        let name = module.replace("::", "/") + ".wt";
        let text = std::fs::read_to_string(folder().join(&name)).ok();
        Ok(text.map(|text| Source::new(name, text)))
    }
}
