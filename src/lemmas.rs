//! Conjuncts that the machine found, in the language.

use export::formula::formula;
use transition_system::{ConjunctSource, Proof};

use crate::outcome::Outcome;

/// Names of conjuncts that an engine looked for begin so.
const FOUND: &str = "found-";

/// The conjuncts of a proof that nobody wrote, as formulas.
#[must_use]
pub fn found(proof: &Proof) -> Vec<String> {
    let conjuncts = proof.invariant.iter();
    conjuncts
        .filter(|c| c.source == ConjunctSource::Engine && c.name.starts_with(FOUND))
        .map(|c| formula(&proof.system, c.formula))
        .collect()
}

/// What to put behind a module so that it proves a property with the conjuncts that were found; nothing where none were.
#[must_use]
pub fn text(row: &Outcome) -> Option<String> {
    let proof = row.proof()?;
    let formulas = found(proof);
    if formulas.is_empty() {
        return None;
    }
    let base: String = row
        .property
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    let names: Vec<String> = (1..=formulas.len()).map(|i| format!("{base}_{i}")).collect();
    let mut out = format!("// found for `{}` of {}\n", row.property, row.system);
    for (name, formula) in names.iter().zip(&formulas) {
        out.push_str(&format!("invariant {name} {{ {formula} }}\n"));
    }
    let written = |c: &&transition_system::Conjunct| match c.source {
        ConjunctSource::Specification(p) => p != proof.property,
        ConjunctSource::Type | ConjunctSource::Engine => false,
    };
    let others = proof.invariant.iter().filter(written).map(|c| c.name.clone());
    let all: Vec<String> = names.into_iter().chain(others).collect();
    out.push_str(&format!(
        "prove {} using {} expect proved\n",
        row.property,
        all.join(", ")
    ));
    Some(out)
}
