//! Writing a certificate.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use transition_system::text::{print, print_expr, read};
use transition_system::{ConjunctSource, Proof, System};

use crate::certificate::{
    AnySize, CERT_FILE, Certificate, ConjunctEntry, FORMAT_VERSION, MODEL_FILE, Proposer, QueryEntry,
    SOURCE_FOLDER, Size, SourceEntry, kind_of, sha256,
};
use crate::deep;
use crate::folder;
use crate::smt::names::file_part;

/// Why a certificate was not written, in one line for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteError {
    /// A construct has no form in a certificate.
    NoForm(String),
    /// The folder cannot be written.
    Folder(String),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoForm(why) | Self::Folder(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for WriteError {}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Number of queries.
    pub queries: usize,
    /// Number of conjuncts of the invariant.
    pub conjuncts: usize,
}

/// Writes the certificate of a proof into the folder `dir`, which is made if it is not there; an older certificate in it
/// is replaced, anything else is left alone with an error.
///
/// `sources` are the texts that the system was compiled from, with their names, the root first: they become part of the
/// certificate. `found_with` names the solvers that found the proof with their versions, `("z3", "5.4.1")`.
///
/// # Errors
/// [`WriteError`]; of a construct without a form nothing is written.
pub fn write(
    dir: &Path,
    proof: &Proof,
    sources: &[(String, String)],
    found_with: &[(String, String)],
) -> Result<Written, WriteError> {
    let files = deep::run(|| files(proof, sources, found_with)).map_err(WriteError::NoForm)?;
    let queries = files.keys().filter(|f| f.ends_with(".smt2")).count() - 1;
    folder::write(dir, &files).map_err(WriteError::Folder)?;
    Ok(Written {
        queries,
        conjuncts: proof.invariant.len(),
    })
}

fn files(
    proof: &Proof,
    sources: &[(String, String)],
    found_with: &[(String, String)],
) -> Result<BTreeMap<String, String>, String> {
    let system = &proof.system;
    // The system as it reads back: what a checker will have.
    let plain = read(&print(system)).map_err(|e| format!("the system does not read back: {e}"))?;
    let mut files = BTreeMap::new();
    let mut entries = Vec::new();
    for (index, (name, text)) in sources.iter().enumerate() {
        let file = format!("{SOURCE_FOLDER}/{index}-{}", file_part(name));
        entries.push(SourceEntry {
            name: name.clone(),
            file: file.clone(),
            sha256: sha256(text.as_bytes()),
        });
        files.insert(file, text.clone());
    }
    let mut certificate = Certificate {
        format_version: FORMAT_VERSION,
        system: system.name.clone(),
        property: system.property(proof.property).name.clone(),
        kind: kind_of(system, proof.property)?,
        size: size(proof),
        method: proof.method.name().to_owned(),
        found_with: found_with.iter().cloned().collect(),
        sources: entries,
        system_sha256: String::new(),
        invariant: proof
            .invariant
            .iter()
            .map(|c| conjunct(system, &plain, c))
            .collect::<Result<_, _>>()?,
        model_sha256: String::new(),
        queries: Vec::new(),
        seal: String::new(),
    };
    let generated = certificate.regenerate(system)?;
    certificate.system_sha256 = generated.system_sha256;
    certificate.model_sha256 = sha256(generated.model.as_bytes());
    certificate.queries = generated
        .queries
        .iter()
        .map(|q| -> QueryEntry { q.entry.clone() })
        .collect();
    certificate.seal = certificate.seal_of()?;
    files.insert(CERT_FILE.to_owned(), certificate.to_text()?);
    files.insert(MODEL_FILE.to_owned(), generated.model);
    files.extend(generated.queries.into_iter().map(|q| (q.entry.file, q.text)));
    Ok(files)
}

fn size(proof: &Proof) -> Size {
    let sizes: BTreeMap<String, u32> = proof
        .scope
        .iter()
        .flat_map(|scope| scope.sizes())
        .filter(|(sort, _)| proof.system.sort(*sort).elements.is_empty())
        .map(|(sort, n)| (proof.system.sort(sort).name.clone(), n))
        .collect();
    if sizes.is_empty() {
        Size::Any(AnySize::Any)
    } else {
        Size::Sizes(sizes)
    }
}

fn conjunct(
    system: &System,
    plain: &System,
    conjunct: &transition_system::Conjunct,
) -> Result<ConjunctEntry, String> {
    let (from, formula) = match conjunct.source {
        ConjunctSource::Specification(p) if system.property(p).formula != conjunct.formula => {
            return Err(format!(
                "internal error: conjunct `{}` is not the invariant that it is said to be",
                conjunct.name
            ));
        }
        ConjunctSource::Specification(p) => {
            let name = system.property(p).name.clone();
            (
                Proposer::Specification(name),
                print_expr(plain, plain.property(p).formula),
            )
        }
        ConjunctSource::Type => (Proposer::Type, print_expr(system, conjunct.formula)),
        ConjunctSource::Engine => (Proposer::Engine, print_expr(system, conjunct.formula)),
    };
    Ok(ConjunctEntry {
        name: conjunct.name.clone(),
        from,
        formula,
    })
}
