//! Which modules belong to a compilation: the root, and what it uses, each read once, dependencies first.

use std::collections::{HashMap, HashSet};

use super::ModuleIx;
use crate::Loader;
use crate::diagnostic::Diagnostic;
use crate::source::{Source, SourceMap, Span};
use crate::syntax::ast::{DeclKind, File, Name, Path};
use crate::syntax::parse;

/// A parsed module.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The full path; for the root what its header says, or empty.
    pub(crate) name: String,
    pub(crate) file: File,
    /// The module behind each `use`, by position of the declaration.
    pub(crate) uses: HashMap<usize, ModuleIx>,
    /// The module behind the path of each instance that names one in full.
    pub(crate) instances: HashMap<usize, ModuleIx>,
}

/// Most modules, with the copies of those that have parameters.
const MAX_MODULES: usize = 512;

struct Reader<'a> {
    loader: &'a dyn Loader,
    sources: &'a mut SourceMap,
    diagnostics: &'a mut Vec<Diagnostic>,
    /// `None` while a module is being read: a use of it then is a cycle.
    known: HashMap<String, Option<ModuleIx>>,
    stack: Vec<String>,
    /// Names of copies.
    copies: HashSet<String>,
    out: Vec<Loaded>,
}

/// Reads the root and all that it uses; the root comes last.
pub(crate) fn load_all(
    root: Source,
    loader: &dyn Loader,
    sources: &mut SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Loaded> {
    let mut reader = Reader {
        loader,
        sources,
        diagnostics,
        known: HashMap::new(),
        stack: Vec::new(),
        copies: HashSet::new(),
        out: Vec::new(),
    };
    reader.read(root, None);
    reader.out
}

impl Reader<'_> {
    /// Reads a text as the module of that name (the root says its own).
    fn read(&mut self, source: Source, path: Option<String>) -> ModuleIx {
        let source = self.sources.add(source);
        let file = parse(self.sources, source, self.diagnostics);
        self.enter(file, path, None)
    }

    /// Enters a module; a copy for one use has a name of its own.
    fn enter(&mut self, file: File, path: Option<String>, copy: Option<String>) -> ModuleIx {
        let header = self.header(&file);
        let path = match (path, header) {
            (Some(path), Some(header)) => {
                self.check_header(&path, &header);
                path
            }
            (Some(path), None) => path,
            (None, Some(header)) => header.text(),
            (None, None) => String::new(),
        };
        let copied = copy.is_some();
        let name = copy.unwrap_or_else(|| path.clone());
        if !copied {
            self.known.insert(name.clone(), None);
        }
        let mut loaded = Loaded {
            name: name.clone(),
            file,
            uses: HashMap::new(),
            instances: HashMap::new(),
        };
        self.stack.push(path);
        self.dependencies(&mut loaded);
        self.stack.pop();
        let ix = ModuleIx::new(self.out.len());
        self.out.push(loaded);
        if !copied {
            self.known.insert(name, Some(ix));
        }
        ix
    }

    fn dependencies(&mut self, loaded: &mut Loaded) {
        let mut aliases: Vec<String> = vec![loaded.name.clone()];
        for (i, decl) in loaded.file.decls.iter().enumerate() {
            if let DeclKind::Use { path, args, alias } = &decl.kind {
                let last = path.names.last().map(|n| n.text.clone());
                aliases.extend(alias.as_ref().map(|a| a.text.clone()).or(last));
                aliases.push(path.text());
                let module = if args.is_empty() {
                    self.module(path)
                } else {
                    self.copy(loaded, path, alias.as_ref())
                };
                if let Some(module) = module {
                    loaded.uses.insert(i, module);
                }
            }
        }
        for (i, decl) in loaded.file.decls.iter().enumerate() {
            if let DeclKind::Instance(instance) = &decl.kind
                && !aliases.contains(&instance.of.text())
                && !aliases.contains(&before_last(&instance.of))
                && instance.of.names.len() > 1
                && let Some(module) = self.module(&instance.of)
            {
                loaded.instances.insert(i, module);
            }
        }
    }

    fn header(&mut self, file: &File) -> Option<Path> {
        let mut found = None;
        for (i, decl) in file.decls.iter().enumerate() {
            let DeclKind::Module(header) = &decl.kind else {
                continue;
            };
            if i == 0 {
                found = Some(header.path.clone());
                continue;
            }
            self.diagnostics.push(
                Diagnostic::error(
                    "E0501",
                    decl.span,
                    "`module` stands once, before all other declarations",
                )
                .help("a file is one module; put the other declarations into a file of their own"),
            );
        }
        found
    }

    fn check_header(&mut self, wanted: &str, path: &Path) {
        if path.text() != wanted {
            let message = format!(
                "this file is used as `{wanted}` but calls itself `{}`",
                path.text()
            );
            self.diagnostics
                .push(Diagnostic::error("E0502", path.span, message));
        }
    }

    /// The module of this path, read if it was not yet.
    fn module(&mut self, path: &Path) -> Option<ModuleIx> {
        let name = path.text();
        match self.known.get(&name) {
            Some(Some(ix)) => return Some(*ix),
            Some(None) => {
                self.cycle(&name, path.span);
                return None;
            }
            None => {}
        }
        if self.stack.len() > 64 {
            self.diagnostics.push(Diagnostic::error(
                "E0104",
                path.span,
                "modules use each other more than 64 levels deep",
            ));
            return None;
        }
        match self.loader.load(&name) {
            Ok(Some(source)) => Some(self.read(source, Some(name))),
            Ok(None) => {
                let message = format!("there is no module `{name}`");
                self.diagnostics
                    .push(Diagnostic::error("E0503", path.span, message));
                None
            }
            Err(why) => {
                let message = format!("module `{name}` cannot be read: {why}");
                self.diagnostics
                    .push(Diagnostic::error("E0503", path.span, message));
                None
            }
        }
    }

    /// A copy of a module with parameters, for one use of it.
    fn copy(&mut self, user: &Loaded, path: &Path, alias: Option<&Name>) -> Option<ModuleIx> {
        let text = path.text();
        if self.stack.contains(&text) {
            self.cycle(&text, path.span);
            return None;
        }
        let last = alias.or(path.names.last()).map_or("", |n| n.text.as_str());
        let root = self.stack.len() < 2;
        let name = if root {
            last.to_owned()
        } else {
            format!("{}::{last}", user.name)
        };
        if !self.copies.insert(name.clone()) {
            let message = format!("there are two copies of modules under the name `{last}`");
            self.diagnostics.push(
                Diagnostic::error("E0534", path.span, message)
                    .help("each use of a module with parameters is a module of its own; name it with `as`"),
            );
            return None;
        }
        if self.out.len() > MAX_MODULES {
            let message = format!("there are more than {MAX_MODULES} modules and copies of modules");
            self.diagnostics
                .push(Diagnostic::error("E0532", path.span, message));
            return None;
        }
        // Read once as any other module, so that its own errors are reported; then once for each use.
        let first = self.module(path)?;
        let file = self.out.get(first.index())?.file.clone();
        Some(self.enter(file, Some(text), Some(name)))
    }

    fn cycle(&mut self, name: &str, span: Span) {
        let from = self.stack.iter().position(|s| s == name).unwrap_or(0);
        let mut round: Vec<_> = self.stack.iter().skip(from).map(|s| format!("`{s}`")).collect();
        round.push(format!("`{name}`"));
        let message = format!("modules use each other in a circle: {}", round.join(" uses "));
        self.diagnostics.push(
            Diagnostic::error("E0504", span, message).help("move what both need into a module of its own"),
        );
    }
}

/// The path of the module in which a path names something.
fn before_last(path: &Path) -> String {
    let names = path.names.split_last().map_or(&[][..], |(_, before)| before);
    let texts: Vec<_> = names.iter().map(|n| n.text.as_str()).collect();
    texts.join("::")
}
