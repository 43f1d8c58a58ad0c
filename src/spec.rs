//! Specifications as the command line names them: a file or a model of the library, one of its systems, sizes of sorts.

use std::io::Write;
use std::path::Path;

use spec_lang::ask::{Answer, Question};
use spec_lang::{CommandKind, Diagnostic, Model, NamedSystem, Severity, Source, SourceMap};
use transition_system::{Scope, System};

use crate::cli::Subject;
use crate::command::{Context, Failure};
use crate::library::Library;
use crate::{input, report};

/// A compiled specification.
#[derive(Debug)]
pub struct Compiled {
    /// The model; `None` if there are errors, which were reported.
    pub model: Option<Model>,
    /// The texts.
    pub sources: SourceMap,
    /// What was warned of, whether or not it was printed.
    pub warnings: Vec<Diagnostic>,
}

/// Compiles a file, or a model of the library by its name; errors and warnings go to standard error.
///
/// # Errors
/// A file that cannot be read, output that cannot be written.
pub fn compile(path: &Path, context: &Context) -> Result<Compiled, Failure> {
    let library = Library {
        beside: path.parent().map(Path::to_path_buf),
    };
    let compilation = spec_lang::compile(source(path)?, &library);
    let shown: Vec<_> = compilation
        .diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Error || !context.quiet)
        .cloned()
        .collect();
    if !shown.is_empty() {
        let text = spec_lang::render(&shown, &compilation.sources, true);
        writeln!(report::stderr(context.color), "{text}")?;
    }
    let mut warnings = compilation.diagnostics;
    warnings.retain(|d| d.severity == Severity::Warning);
    Ok(Compiled {
        model: compilation.model,
        sources: compilation.sources,
        warnings,
    })
}

fn source(path: &Path) -> Result<Source, Failure> {
    let name = path.display().to_string();
    if let Some(model) = models::find(&name).filter(|_| !path.exists()) {
        return Ok(Source::new(format!("library:{}", model.path), model.text));
    }
    Ok(Source::new(name, input::read_text(path)?))
}

/// The system that `--system` names, or the only one, or the first.
///
/// # Errors
/// No system of this name.
pub fn choose<'m>(model: &'m Model, subject: &Subject) -> Result<(usize, &'m NamedSystem), Failure> {
    named(model, subject.system.as_deref())
}

/// The system of this name, or the only one, or the first.
///
/// # Errors
/// No system of this name.
pub fn named<'m>(model: &'m Model, name: Option<&str>) -> Result<(usize, &'m NamedSystem), Failure> {
    let all = &model.systems;
    let found = match name {
        Some(name) => all.iter().position(|s| s.name == *name),
        None => Some(0),
    };
    match found.and_then(|i| Some((i, all.get(i)?))) {
        Some(found) => Ok(found),
        None => {
            let name = name.unwrap_or("");
            let names: Vec<_> = all.iter().map(|s| format!("`{}`", s.name)).collect();
            let help = if names.is_empty() {
                "the file declares nothing".to_owned()
            } else {
                format!("the file has {}", names.join(", "))
            };
            Err(Failure::new(format!("there is no system `{name}`")).help(help))
        }
    }
}

/// What `--for` says: sizes by name of sort.
///
/// # Errors
/// An unknown sort, one whose elements are named, a size that is not one.
pub fn scope(system: &System, sizes: &[String]) -> Result<Scope, Failure> {
    let mut scope = Scope::new();
    for text in sizes {
        let (name, size) = text
            .split_once('=')
            .ok_or_else(|| Failure::new(format!("`{text}` is not a size")).help("write `--for Sort=3`"))?;
        let (name, size) = (name.trim(), size.trim());
        let Some(sort) = system.find_sort(name) else {
            let open = system.sorts.iter().filter(|s| s.elements.is_empty());
            let open: Vec<_> = open.map(|s| format!("`{}`", s.name)).collect();
            let help = if open.is_empty() {
                format!("no sort of `{}` is open", system.name)
            } else {
                format!("its open sorts are {}", open.join(", "))
            };
            return Err(Failure::new(format!("`{}` has no sort `{name}`", system.name)).help(help));
        };
        if !system.sort(sort).elements.is_empty() {
            return Err(Failure::new(format!(
                "the elements of `{name}` are named already, so it has a size"
            )));
        }
        if scope.size(sort).is_some() {
            return Err(two_sizes(name));
        }
        match size.parse::<u32>() {
            Ok(n @ 1..=4096) => scope = scope.with(sort, n),
            Ok(_) | Err(_) => {
                return Err(Failure::new(format!("`{size}` is not a size of `{name}`"))
                    .help("a sort has from 1 to 4096 elements"));
            }
        }
    }
    Ok(scope)
}

/// What is said where `--for` gives a sort a size twice.
#[must_use]
pub fn two_sizes(sort: &str) -> Failure {
    Failure::new(format!("`{sort}` is given two sizes")).help("write `--for` with each sort once")
}

/// A scope with a size for every open sort: what `--for` says, else what the first `check` that has one says, else 2.
///
/// # Errors
/// See [`scope`].
pub fn full_scope(model: &Model, index: usize, sizes: &[String]) -> Result<Scope, Failure> {
    let out = scope(&model.systems[index].system, sizes)?;
    Ok(filled(model, index, out))
}

/// A scope with a size for every open sort that has none yet: what the first `check` that has one says, else 2.
#[must_use]
pub fn filled(model: &Model, index: usize, mut out: Scope) -> Scope {
    let system = &model.systems[index].system;
    let checks = model
        .commands
        .iter()
        .filter(|c| c.system == index && c.kind == CommandKind::Check);
    let scopes: Vec<_> = checks.map(|c| &c.scope).collect();
    for sort in system.sort_ids().filter(|s| system.sort(*s).elements.is_empty()) {
        if out.size(sort).is_none() {
            let size = scopes.iter().find_map(|s| s.size(sort)).unwrap_or(2);
            out = out.with(sort, size);
        }
    }
    out
}

/// Expressions of a system, with elements as many as the scope says. What is wrong is a failure with the rendered text.
///
/// # Errors
/// An expression that is wrong.
pub fn ask(
    model: &Model,
    index: usize,
    scope: &Scope,
    questions: &[Question<'_>],
) -> Result<Answer, Failure> {
    model.ask(index, scope, questions).map_err(|rejected| {
        let text = spec_lang::render(&rejected.diagnostics, &rejected.sources, false);
        Failure::rendered(text.trim_end())
    })
}
