//! Every system of the corpus in the scope of its first `check`.

use std::path::{Path, PathBuf};

use spec_lang::{Loader, Source};
use transition_system::{Scope, System};

/// A system in a scope.
pub(crate) struct Case {
    /// Name of the file, without its ending.
    pub(crate) name: String,
    /// The system.
    pub(crate) system: System,
    /// Sizes.
    pub(crate) scope: Scope,
}

/// The root of the source tree.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_path_buf()
}

struct Library;

impl Loader for Library {
    fn load(&self, module: &str) -> Result<Option<Source>, String> {
        if let Some(model) = models::find(module) {
            return Ok(Some(Source::new(model.path, model.text)));
        }
        let folder = root().join("tests/cases/modules");
        let last = module.rsplit("::").next().unwrap();
        let paths = [module.replace("::", "/"), last.to_owned()].map(|n| folder.join(n + ".wt"));
        let found = paths.iter().find(|p| p.is_file());
        Ok(found.map(|p| Source::new(p.display().to_string(), std::fs::read_to_string(p).unwrap())))
    }
}

/// Every system of `tests/cases/` and of the library that a `check` gives a scope to.
pub(crate) fn cases() -> Vec<Case> {
    let entries = std::fs::read_dir(root().join("tests/cases")).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|e| e.unwrap().path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "wt"));
    paths.sort();
    let mut texts: Vec<(String, String)> = paths
        .iter()
        .map(|p| {
            let name = p.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(p).unwrap())
        })
        .collect();
    texts.extend(
        models::MODELS
            .iter()
            .map(|m| (m.name.to_owned(), m.text.to_owned())),
    );
    texts.iter().flat_map(|(name, text)| of(name, text)).collect()
}

fn of(name: &str, text: &str) -> Vec<Case> {
    let compiled = spec_lang::compile(Source::new(name, text), &Library);
    let model = compiled.model.unwrap_or_else(|| {
        let text = spec_lang::render(&compiled.diagnostics, &compiled.sources, false);
        panic!("{name} does not compile\n{text}")
    });
    let mut out = Vec::new();
    for (index, named) in model.systems.iter().enumerate() {
        let open = named
            .system
            .sort_ids()
            .filter(|s| named.system.sort(*s).elements.is_empty());
        let open: Vec<_> = open.collect();
        let mut scopes = model
            .commands
            .iter()
            .filter(|c| c.system == index)
            .map(|c| &c.scope);
        if let Some(scope) = scopes.find(|s| open.iter().all(|sort| s.size(*sort).is_some())) {
            out.push(Case {
                name: name.to_owned(),
                system: named.system.clone(),
                scope: scope.clone(),
            });
        }
    }
    out
}
