//! Certificates as folders with the sources they speak of.

use std::path::Path;

use certify::WriteError;
use spec_lang::{Loader, Source};
use transition_system::{Proof, System};

use crate::command::Failure;
use crate::tool;

/// Writes the certificate of a proof; gives why there is none where a construct has no form in certificates. `sources`
/// are the texts that its system was made of, the root first.
///
/// # Errors
/// A folder that cannot be written.
pub fn write(dir: &Path, proof: &Proof, sources: &[(String, String)]) -> Result<Option<String>, Failure> {
    let found_with = [
        ("watertight", tool::tool().version.to_owned()),
        ("z3", tool::tool().z3),
    ];
    let found_with = found_with.map(|(name, version)| (name.to_owned(), version));
    match certify::write(dir, proof, sources, &found_with) {
        Ok(_) => Ok(None),
        Err(WriteError::NoForm(why)) => Ok(Some(why)),
        Err(WriteError::Folder(why)) => Err(Failure::new(format!("certificate {}: {why}", dir.display()))),
    }
}

/// The system that a certificate speaks of, compiled anew from the sources in it.
///
/// # Errors
/// The folder is no certificate, or its sources do not compile.
pub fn system(dir: &Path) -> Result<System, Failure> {
    let failed = |e: String| Failure::new(format!("certificate {}: {e}", dir.display()));
    let texts = certify::sources(dir).map_err(failed)?;
    let (name, _) = certify::claim(dir).map_err(failed)?;
    let Some((root, text)) = texts.first().cloned() else {
        return Err(failed("it holds no sources".to_owned()));
    };
    let compiled = spec_lang::compile(Source::new(root, text), &Texts(texts));
    let systems = compiled.model.map(|m| m.systems).unwrap_or_default();
    match systems.into_iter().find(|s| s.system.name == name) {
        Some(found) => Ok(found.system),
        None => {
            let why = spec_lang::render(&compiled.diagnostics, &compiled.sources, false);
            Err(failed(format!(
                "its sources do not make a system `{name}`\n{why}"
            )))
        }
    }
}

/// Modules by the name that their text declares.
struct Texts(Vec<(String, String)>);

impl Loader for Texts {
    fn load(&self, module: &str) -> Result<Option<Source>, String> {
        let declares = |text: &str| {
            let line = text.lines().find_map(|l| l.trim_start().strip_prefix("module "));
            line.is_some_and(|rest| rest.split_whitespace().next() == Some(module))
        };
        let found = self.0.iter().find(|(_, text)| declares(text));
        Ok(found.map(|(name, text)| Source::new(name.clone(), text.clone())))
    }
}
