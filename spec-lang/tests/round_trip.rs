//! What is compiled can be written in the text form of systems and read back: every valid file of the repository.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};

use spec_lang::{Loader, Source, compile, render};
use transition_system::text;
use transition_system::validate::validate;

/// Where modules are looked for.
struct Models(Vec<PathBuf>);

impl Loader for Models {
    fn load(&self, module: &str) -> Result<Option<Source>, String> {
        let file = format!("{}.wt", module.replace("::", "/"));
        let text = self
            .0
            .iter()
            .find_map(|folder| std::fs::read_to_string(folder.join(&file)).ok());
        Ok(text.map(|text| Source::new(module, text)))
    }
}

/// All `.wt` files below a folder but those that are errors on purpose.
fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            if !path.ends_with("errors") {
                files(&path, out);
            }
        } else if path.extension().is_some_and(|e| e == "wt") {
            out.push(path);
        }
    }
}

#[test]
fn every_valid_file_compiles_and_its_systems_are_read_back_as_written() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let models = Models(vec![root.join("../models"), root.join("../tests/cases")]);
    let mut all = Vec::new();
    for folder in ["tests/models", "../tests/cases", "../models"] {
        files(&root.join(folder), &mut all);
    }
    assert!(all.len() > 3);
    for path in all {
        let name = path.display().to_string();
        let out = compile(
            Source::new(name.as_str(), std::fs::read_to_string(&path).unwrap()),
            &models,
        );
        let Some(model) = out.model else {
            panic!("{}", render(&out.diagnostics, &out.sources, false));
        };
        for named in &model.systems {
            let printed = text::print(&named.system);
            let read = text::read(&printed).unwrap_or_else(|e| panic!("{name}: {e:?}\n{printed}"));
            assert_eq!(validate(&read), Ok(()), "{name}");
            assert_eq!(text::print(&read), printed, "{name}");
        }
    }
}
