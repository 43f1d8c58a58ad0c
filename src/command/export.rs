//! `watertight export`: specifications in the languages of other tools.

use std::io::Write;
use std::path::Path;

use transition_system::{Fairness, PropertyKind, Scope, System};

use super::{Context, Failure, show};
use crate::cli::{Export, GraphLanguage, Target};
use crate::exit::Exit;
use crate::report::graph::Graph;
use crate::survey::Survey;
use crate::{judge, report, spec};

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
    let system = &named.system;
    let given = spec::scope(system, &args.subject.sizes)?;
    let full = spec::full_scope(&model, index, &args.subject.sizes)?;
    let mut exit = Exit::Good;
    let files = match args.to {
        Target::Tla => tla(system, &full, context)?,
        Target::Smt2 => {
            left_out(system, context)?;
            smt2(system, &given)?
        }
        Target::Dot | Target::Mermaid => {
            let (states, all) = show::state_graph(system, &full, args.limit)?;
            exit = all;
            let uses = report::show::graph(&Survey::of(&model, index, None));
            graphs(args.to, &system.name, &states, &uses)
        }
    };
    write(&files, args.output.as_deref(), context)?;
    Ok(exit)
}

fn graphs(to: Target, name: &str, states: &Graph, uses: &Graph) -> Vec<File> {
    let (language, ending) = match to {
        Target::Mermaid => (GraphLanguage::Mermaid, "mmd"),
        Target::Dot | Target::Tla | Target::Smt2 => (GraphLanguage::Dot, "dot"),
    };
    let name = judge::identifier(name);
    let file = |kind: &str, graph: &Graph| File {
        name: format!("{name}.{kind}.{ending}"),
        text: graph.write(language),
    };
    vec![file("states", states), file("uses", uses)]
}

/// Says what has no form in SMT-LIB: temporal properties, and fairness.
fn left_out(system: &System, context: &Context) -> Result<(), Failure> {
    for property in &system.properties {
        if property.kind == PropertyKind::Temporal {
            let message = "is of whole runs, for which SMT-LIB has no form; it is left out";
            let mut err = report::stderr(context.color);
            writeln!(err, "{}: `{}` {message}", property.origin, property.name)?;
        }
    }
    for event in system.events.iter().filter(|e| e.fairness != Fairness::None) {
        let message =
            "is fair, which is said of infinite runs; SMT-LIB has no form for it, and it is left out";
        let mut err = report::stderr(context.color);
        writeln!(err, "{}: `{}` {message}", event.origin, event.name)?;
    }
    Ok(())
}

fn tla(system: &System, scope: &Scope, context: &Context) -> Result<Vec<File>, Failure> {
    let module = export::tla::module(system, scope)
        .map_err(|e| Failure::new(format!("`{}` cannot be exported to TLA+: {e}", system.name)))?;
    for property in &module.left_out {
        writeln!(report::stderr(context.color), "{property}")?;
    }
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
        name: format!("{}.smt2", judge::identifier(&system.name)),
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
