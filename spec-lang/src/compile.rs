//! The whole way, and what comes out of it.

use std::sync::Arc;

use transition_system::{ExprId, Origin, System};

use crate::check::check;
use crate::command::{Command, PairOf, Resolver, Subject};
use crate::diagnostic::{Diagnostic, tidy};
use crate::lint::lint;
use crate::lower::instance::instantiate;
use crate::lower::two_runs::{TwoRuns, pair};
use crate::lower::{Lowered, Program, closure, lower};
use crate::names::{Found, Loaded, ModuleIx, Structure, collect, load_all};
use crate::source::{Source, SourceMap, Span};
use crate::syntax::ast::{Decl, DeclKind, Instance, Path};
use crate::syntax::too_deep;
use crate::types::Types;

/// Where the modules come from that a text uses.
pub trait Loader {
    /// The text of a module, by its full path (`linux::host`); `None` if there is no such module.
    ///
    /// # Errors
    /// If there is one but it cannot be read: why, for the user.
    fn load(&self, module: &str) -> Result<Option<Source>, String>;
}

/// A loader without modules.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoModules;

impl Loader for NoModules {
    fn load(&self, _module: &str) -> Result<Option<Source>, String> {
        Ok(None)
    }
}

/// What a compilation gives.
#[derive(Clone, Debug)]
pub struct Compilation {
    /// All texts that were read, for rendering.
    pub sources: SourceMap,
    /// Errors and warnings, by place.
    pub diagnostics: Vec<Diagnostic>,
    /// The model; `Some` iff there is no error.
    pub model: Option<Model>,
}

/// The systems of a file and what it asks of them.
#[derive(Clone, Debug)]
pub struct Model {
    /// The system of the root module first, if the file declares anything of its own, or the systems that it
    /// composes; then the instances.
    pub systems: Vec<NamedSystem>,
    /// Commands in the order written.
    pub commands: Vec<Command>,
    /// What it was made from.
    pub(crate) compiled: Arc<Compiled>,
}

/// The texts of a model, read.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) loaded: Vec<Loaded>,
    pub(crate) sources: SourceMap,
    pub(crate) root_name: String,
}

/// A system under the name by which commands speak of it.
#[derive(Clone, Debug)]
pub struct NamedSystem {
    /// The name of the instance, of the composed system, or of the root module.
    pub name: String,
    /// Whether it is an instance.
    pub instance: bool,
    /// The system, which obeys [`transition_system::validate`].
    pub system: System,
    /// For a system of two runs, made of a `noninterference`: what a report needs to show them side by side.
    pub two_runs: Option<TwoRuns>,
}

/// Stack for a compilation. Depths are limited (256 levels in a text, 1000 after definitions are written
/// out); this is room for both in a build without optimization.
pub(crate) const STACK_BYTES: usize = 64 << 20;

/// Compiles a text and all that it uses.
#[must_use]
pub fn compile(root: Source, loader: &dyn Loader) -> Compilation {
    stacker::grow(STACK_BYTES, || compile_here(root, loader))
}

fn compile_here(root: Source, loader: &dyn Loader) -> Compilation {
    let mut sources = SourceMap::default();
    let mut diagnostics = Vec::new();
    let root_name = root.name.clone();
    let loaded = load_all(root, loader, &mut sources, &mut diagnostics);
    let mut types = Types::new();
    let names = collect(&loaded, &mut types, &mut diagnostics);
    let checked = check(&names, &mut types, &mut diagnostics);
    let mut model = None;
    // Definitions that go round in a circle cannot be written out; after any other error the rest is looked
    // at too, for its own errors.
    if !diagnostics.iter().any(|d| d.code == "E0205") {
        let program = Program {
            names: &names,
            types: &types,
            checked: &checked,
            sources: &sources,
        };
        let made = build(program, &loaded, &root_name, &mut diagnostics);
        model = Some(made).filter(|_| !diagnostics.iter().any(Diagnostic::is_error));
    }
    if !diagnostics.iter().any(Diagnostic::is_error) {
        lint(&names, &types, &checked, &loaded, &mut diagnostics);
    }
    drop((names, checked));
    let model = model.map(|(systems, commands)| {
        let compiled = Compiled {
            loaded,
            sources: sources.clone(),
            root_name,
        };
        Model {
            systems,
            commands,
            compiled: Arc::new(compiled),
        }
    });
    tidy(&mut diagnostics);
    Compilation {
        sources,
        diagnostics,
        model,
    }
}

fn build(
    program: Program<'_, '_>,
    loaded: &[Loaded],
    root_name: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Vec<NamedSystem>, Vec<Command>) {
    let mut commands = Vec::new();
    let mut subjects = Vec::new();
    if let Some(file) = loaded.last() {
        let root = ModuleIx::new(loaded.len() - 1);
        subjects = all_subjects(program, file, root, root_name, diagnostics);
        let mut resolver = Resolver {
            program,
            root,
            subjects: &subjects,
            diagnostics,
        };
        for decl in &file.file.decls {
            if let DeclKind::Command(command) = &decl.kind {
                commands.extend(resolver.resolve(command, decl.span));
            }
        }
    }
    let systems = subjects
        .into_iter()
        .map(|s| complete(program, s, diagnostics))
        .collect();
    (systems, commands)
}

/// The systems of the root file, without promises.
pub(crate) fn all_subjects(
    program: Program<'_, '_>,
    file: &Loaded,
    root: ModuleIx,
    root_name: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Subject> {
    let instances: Vec<(usize, &Decl, &Instance)> = file
        .file
        .decls
        .iter()
        .enumerate()
        .filter_map(|(i, d)| match &d.kind {
            DeclKind::Instance(instance) => Some((i, d, instance)),
            _ => None,
        })
        .collect();
    let mut out = composed_systems(program, root, diagnostics);
    if out.is_empty()
        && !declares_system(file)
        && (instances.is_empty() || file.file.decls.iter().any(is_own))
    {
        let stem = root_name.rsplit(['/', '\\']).next().unwrap_or(root_name);
        let stem = stem.strip_suffix(".wt").unwrap_or(stem);
        let name = if file.name.is_empty() { stem } else { &file.name };
        out.push(Subject {
            instance: None,
            composed: false,
            module: root,
            lowered: lower(program, root, name.to_owned(), diagnostics),
            pair: None,
        });
    }
    let mut made: Vec<(ModuleIx, Lowered)> = Vec::new();
    for (i, decl, instance) in instances {
        let named = file.instances.get(&i).copied();
        let Some(module) = named.or_else(|| instance_of(program, root, &instance.of)) else {
            no_module(program, root, instance, diagnostics);
            continue;
        };
        repeated(&out, decl, instance, diagnostics);
        let base = match made.iter().find(|(m, _)| *m == module) {
            Some((_, base)) => base.clone(),
            None => {
                let base = lower(program, module, program.names[module].name.clone(), diagnostics);
                made.push((module, base.clone()));
                base
            }
        };
        out.push(Subject {
            instance: Some(instance.name.text.clone()),
            composed: false,
            module,
            lowered: instantiate(program, module, instance, base, diagnostics),
            pair: None,
        });
    }
    pairs(program, &mut out, diagnostics);
    out
}

/// The systems that a file composes.
fn composed_systems(
    program: Program<'_, '_>,
    root: ModuleIx,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Subject> {
    let own = program.names.systems.iter().filter(|s| s.module == root);
    let mut out = Vec::new();
    for system in own {
        if let Some(space) = system.space {
            let name = system.system.name.text.clone();
            out.push(Subject {
                instance: Some(name.clone()),
                composed: true,
                pair: None,
                module: space,
                lowered: lower(program, space, name, diagnostics),
            });
        }
    }
    out
}

fn declares_system(file: &Loaded) -> bool {
    file.file
        .decls
        .iter()
        .any(|d| matches!(d.kind, DeclKind::System(_)))
}

/// What an instance is of: a module, or the space of a system.
fn instance_of(program: Program<'_, '_>, root: ModuleIx, path: &Path) -> Option<ModuleIx> {
    let names = program.names;
    names
        .module_named(root, path)
        .or_else(|| match names.structure_named(root, path, &mut Vec::new()) {
            Found::These(list) => match list.first()? {
                Structure::System(s) => names[*s].space,
                Structure::Component(_) => None,
            },
            Found::Broken | Found::Nothing => None,
        })
}

/// Adds the systems of two runs, behind those that they are made of.
fn pairs(program: Program<'_, '_>, subjects: &mut Vec<Subject>, diagnostics: &mut Vec<Diagnostic>) {
    for base in 0..subjects.len() {
        let members = closure(program.names, subjects[base].module);
        for (flow, decl) in program.names.flows.iter().enumerate() {
            if !members[decl.module.index()] {
                continue;
            }
            let one = &subjects[base];
            let made = pair(program, one.module, &one.lowered, flow, diagnostics);
            subjects.push(Subject {
                instance: one.instance.clone(),
                composed: one.composed,
                module: one.module,
                lowered: made.lowered,
                pair: Some(PairOf {
                    base,
                    lifted: made.lifted,
                    view: made.view,
                }),
            });
        }
    }
}

/// Whether a declaration makes the file a system of its own.
fn is_own(decl: &Decl) -> bool {
    match decl.kind {
        DeclKind::Module(_)
        | DeclKind::Use { .. }
        | DeclKind::Command(_)
        | DeclKind::Instance(_)
        | DeclKind::Component(_)
        | DeclKind::System(_) => false,
        DeclKind::Sort(_)
        | DeclKind::Enum { .. }
        | DeclKind::Alias { .. }
        | DeclKind::Record { .. }
        | DeclKind::Const { .. }
        | DeclKind::Assume(_)
        | DeclKind::Var { .. }
        | DeclKind::Def(_)
        | DeclKind::Init(_)
        | DeclKind::Event(_)
        | DeclKind::Property { .. }
        | DeclKind::Theory(_) => true,
    }
}

fn no_module(
    program: Program<'_, '_>,
    root: ModuleIx,
    instance: &Instance,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if program.names[root].incomplete {
        return;
    }
    let text = instance.of.text();
    let known = program.names.qualifiers(root);
    let near = crate::suggest::nearest(&text, known).map(|n| format!("did you mean `{n}`?"));
    let message = format!("`{text}` is not a module that is used here");
    let error = Diagnostic::error("E0503", instance.of.span, message)
        .help(format!("add `use path::to::{text}` above"))
        .maybe_help(near);
    diagnostics.push(error);
}

fn repeated(before: &[Subject], decl: &Decl, instance: &Instance, diagnostics: &mut Vec<Diagnostic>) {
    if before
        .iter()
        .any(|s| s.instance.as_deref() == Some(instance.name.text.as_str()))
    {
        let message = format!("`{}` is declared twice", instance.name.text);
        diagnostics.push(Diagnostic::error("E0202", decl.head, message));
    }
}

/// Adds promises, and holds the system against the rule book.
pub(crate) fn complete(
    program: Program<'_, '_>,
    subject: Subject,
    diagnostics: &mut Vec<Diagnostic>,
) -> NamedSystem {
    let Lowered {
        mut system, places, ..
    } = subject.lowered;
    let sources = program.sources;
    let place = |id: ExprId| {
        places
            .get(&id)
            .map_or_else(Origin::unknown, |s| sources.origin(*s))
    };
    if let Some(deep) = too_deep_system(&system) {
        let span = places
            .get(&deep)
            .copied()
            .or_else(|| sources.ids().last().map(start));
        diagnostics.extend(span.map(too_deep));
    } else if !diagnostics.iter().any(Diagnostic::is_error) {
        transition_system::promise::add_promises(&mut system, &place);
        hold_to_rules(&system, sources, diagnostics);
    }
    NamedSystem {
        name: system.name.clone(),
        instance: subject.instance.is_some() && !subject.composed,
        system,
        two_runs: subject.pair.map(|p| p.view),
    }
}

/// A broken rule is a defect of this crate, whatever the text.
fn hold_to_rules(system: &System, sources: &SourceMap, diagnostics: &mut Vec<Diagnostic>) {
    let Err(broken) = transition_system::validate::validate(system) else {
        return;
    };
    let Some(span) = sources.ids().last().map(start) else {
        return;
    };
    for rule in broken.into_iter().take(3) {
        let message = format!(
            "the system of `{}` breaks rule {}: {}",
            system.name, rule.rule, rule.what
        );
        diagnostics.push(
            Diagnostic::error("E0900", span, message)
                .help("this is a defect of Watertight; please report it"),
        );
    }
}

fn start(source: crate::source::SourceId) -> Span {
    Span {
        source,
        start: 0,
        end: 0,
    }
}

/// An expression nested deeper than engines should be asked to follow.
fn too_deep_system(system: &System) -> Option<ExprId> {
    let mut depths: Vec<usize> = Vec::with_capacity(system.arena.expr_count());
    for i in 0..system.arena.expr_count() {
        let mut depth = 0;
        let id = ExprId::new(i);
        system
            .arena
            .expr(id)
            .for_each_child(|c| depth = depth.max(depths.get(c.index()).copied().unwrap_or(0) + 1));
        if depth > crate::lower::MAX_LOWERED_DEPTH {
            return Some(id);
        }
        depths.push(depth);
    }
    None
}
