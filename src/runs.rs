//! Runs as files.

use std::path::Path;

use transition_system::{Scope, Trace};

use crate::command::Failure;
use crate::report::run::{self, Shown};

/// Writes a run of a property into a file of this name, with the ending of its form; gives its path.
///
/// # Errors
/// A folder or a file that cannot be written.
pub fn write(
    folder: &Path,
    name: &str,
    shown: &Shown<'_>,
    trace: &Trace,
    (property, scope): (&str, &Scope),
) -> Result<String, Failure> {
    let file = folder.join(format!("{name}.{}", run::ending(shown.form)));
    let mut text = Vec::new();
    run::write(&mut text, shown, trace, (property, scope), "")?;
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&file, anstream::adapter::strip_bytes(&text).into_vec()))
        .map_err(|e| Failure::new(format!("{} cannot be written: {e}", file.display())))?;
    Ok(file.display().to_string())
}
