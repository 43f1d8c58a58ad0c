//! Which modules belong to a compilation: the root, and what it uses, each read once, dependencies first.

use std::collections::HashMap;

use super::ModuleIx;
use crate::Loader;
use crate::diagnostic::Diagnostic;
use crate::source::{Source, SourceMap, Span};
use crate::syntax::ast::{DeclKind, File, Path};
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

struct Reader<'a> {
    loader: &'a dyn Loader,
    sources: &'a mut SourceMap,
    diagnostics: &'a mut Vec<Diagnostic>,
    /// `None` while a module is being read: a use of it then is a cycle.
    known: HashMap<String, Option<ModuleIx>>,
    stack: Vec<String>,
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
        out: Vec::new(),
    };
    reader.read(root, None);
    reader.out
}

impl Reader<'_> {
    /// Reads a text as the module of that name (the root says its own).
    fn read(&mut self, source: Source, name: Option<String>) -> ModuleIx {
        let source = self.sources.add(source);
        let file = parse(self.sources, source, self.diagnostics);
        let header = self.header(&file);
        let name = match (name, header) {
            (Some(name), Some(path)) => {
                self.check_header(&name, &path);
                name
            }
            (Some(name), None) => name,
            (None, Some(path)) => path.text(),
            (None, None) => String::new(),
        };
        self.known.insert(name.clone(), None);
        self.stack.push(name.clone());
        let mut loaded = Loaded {
            name: name.clone(),
            file,
            uses: HashMap::new(),
            instances: HashMap::new(),
        };
        self.dependencies(&mut loaded);
        self.stack.pop();
        let ix = ModuleIx::new(self.out.len());
        self.out.push(loaded);
        self.known.insert(name, Some(ix));
        ix
    }

    fn dependencies(&mut self, loaded: &mut Loaded) {
        let mut aliases: Vec<String> = vec![loaded.name.clone()];
        for (i, decl) in loaded.file.decls.iter().enumerate() {
            if let DeclKind::Use { path, alias } = &decl.kind {
                let last = path.names.last().map(|n| n.text.clone());
                aliases.extend(alias.as_ref().map(|a| a.text.clone()).or(last));
                aliases.push(path.text());
                if let Some(module) = self.module(path) {
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
            let DeclKind::Module(path) = &decl.kind else {
                continue;
            };
            if i == 0 {
                found = Some(path.clone());
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
