//! `watertight export`: specifications in the languages of other tools.

use std::io::Write;
use std::path::Path;

use transition_system::{Scope, System};

use super::{Context, Failure};
use crate::cli::{Export, Target};
use crate::exit::Exit;
use crate::{report, spec};

/// A text with the name of its file.
struct File {
    name: String,
    text: String,
}

/// Runs the command.
///
/// # Errors
/// A file that cannot be read or written, an unknown system or sort, a construct without a form in the language.
pub fn run(args: &Export, context: &Context) -> Result<Exit, Failure> {
    let Some(model) = spec::compile(&args.subject.file, context)?.model else {
        return Ok(Exit::Wrong);
    };
    let (index, named) = spec::choose(&model, &args.subject)?;
    let sizes = &args.subject.sizes;
    let files = match args.to {
        Target::Tla => tla(&named.system, &spec::full_scope(&model, index, sizes)?)?,
        Target::Smt2 => smt2(&named.system, &spec::scope(&named.system, sizes)?)?,
    };
    write(&files, args.output.as_deref(), context)?;
    Ok(Exit::Good)
}

fn tla(system: &System, scope: &Scope) -> Result<Vec<File>, Failure> {
    let module = export::tla::module(system, scope)
        .map_err(|e| Failure::new(format!("`{}` cannot be exported to TLA+: {e}", system.name)))?;
    Ok(vec![
        File {
            name: format!("{}.tla", module.name),
            text: module.tla,
        },
        File {
            name: format!("{}.cfg", module.name),
            text: module.cfg,
        },
    ])
}

fn smt2(system: &System, scope: &Scope) -> Result<Vec<File>, Failure> {
    let text = certify::smt_lib(system, scope)
        .map_err(|e| Failure::new(format!("`{}` cannot be exported to SMT-LIB: {e}", system.name)))?;
    Ok(vec![File {
        name: format!("{}.smt2", crate::judge::identifier(&system.name)),
        text,
    }])
}

/// Into the folder, naming each file; or the first to standard output.
fn write(files: &[File], folder: Option<&Path>, context: &Context) -> Result<(), Failure> {
    let mut out = report::stdout(context.color);
    let Some(folder) = folder else {
        if let Some(first) = files.first() {
            write!(out, "{}", first.text)?;
        }
        return Ok(());
    };
    std::fs::create_dir_all(folder)
        .map_err(|e| Failure::new(format!("{} cannot be made: {e}", folder.display())))?;
    for file in files {
        let path = folder.join(&file.name);
        std::fs::write(&path, &file.text)
            .map_err(|e| Failure::new(format!("{} cannot be written: {e}", path.display())))?;
        writeln!(out, "{}", path.display())?;
    }
    Ok(())
}
