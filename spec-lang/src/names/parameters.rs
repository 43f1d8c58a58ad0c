//! Parameters of modules.
//!
//! A module with parameters is entered once for each use, with the types and values that the use gives. Without a use,
//! and as the file itself, its sorts are sorts and its constants are open.

use std::collections::{HashMap, HashSet};

use super::collect::Collector;
use super::{Alias, AliasIx, Const, ConstIx, Loaded, ModuleIx, Role, TypeName, Value};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::suggest::nearest;
use crate::syntax::ast::{DeclKind, Header, ModuleParam, UseArg};
use crate::types::Types;

/// What the modules are given.
#[derive(Default)]
pub(super) struct Arguments<'a> {
    uses: HashMap<ModuleIx, Use<'a>>,
    /// The file itself and modules of instances: their constants are open.
    open: HashSet<ModuleIx>,
}

/// One use of a module.
#[derive(Clone, Copy)]
pub(super) struct Use<'a> {
    user: ModuleIx,
    args: &'a [UseArg],
    span: Span,
}

/// Which uses give arguments to which modules.
pub(super) fn arguments(loaded: &[Loaded]) -> Arguments<'_> {
    let mut out = Arguments::default();
    if let Some(root) = loaded.last() {
        out.open.insert(ModuleIx::new(loaded.len() - 1));
        out.open.extend(root.instances.values());
    }
    for (i, module) in loaded.iter().enumerate() {
        for (at, decl) in module.file.decls.iter().enumerate() {
            if let (DeclKind::Use { path, args, .. }, Some(target)) = (&decl.kind, module.uses.get(&at)) {
                let user = ModuleIx::new(i);
                let span = path.span;
                out.uses.insert(*target, Use { user, args, span });
            }
        }
    }
    out
}

impl<'a> Collector<'a, '_> {
    /// Enters the parameters of a module.
    pub(super) fn module_params(&mut self, loaded: &'a Loaded, all: &Arguments<'a>) {
        let given = all.uses.get(&self.ix);
        let open = all.open.contains(&self.ix);
        let header = loaded.file.decls.iter().find_map(|d| match &d.kind {
            DeclKind::Module(header) => Some(header),
            _ => None,
        });
        let params = header.map_or(&[][..], |h: &Header| &h.params);
        if let Some(given) = given {
            self.all_named(params, given);
        }
        for param in params {
            let arg = given.and_then(|g| g.args.iter().find(|a| a.name.text == param.name.text));
            match &param.ty {
                None => self.sort_param(param, arg, given),
                Some(_) => self.const_param(param, arg, given, open),
            }
        }
    }

    /// That a use names parameters of the module, each once, and all of them.
    fn all_named(&mut self, params: &[ModuleParam], given: &Use<'a>) {
        let known = || params.iter().map(|p| p.name.text.as_str());
        for (i, arg) in given.args.iter().enumerate() {
            let text = arg.name.text.as_str();
            if given.args.iter().take(i).any(|a| a.name.text == text) {
                let message = format!("`{text}` is given twice");
                self.diagnostics
                    .push(Diagnostic::error("E0533", arg.name.span, message));
            } else if !known().any(|p| p == text) {
                let message = format!("the module has no parameter `{text}`");
                let help = match nearest(text, known()) {
                    Some(near) => Some(format!("did you mean `{near}`?")),
                    None if params.is_empty() => None,
                    None => Some(format!(
                        "its parameters are `{}`",
                        known().collect::<Vec<_>>().join("`, `")
                    )),
                };
                self.diagnostics
                    .push(Diagnostic::error("E0533", arg.name.span, message).maybe_help(help));
            }
        }
        let missing: Vec<_> = params
            .iter()
            .filter(|p| given.args.iter().all(|a| a.name.text != p.name.text))
            .map(|p| format!("`{}`", p.name.text))
            .collect();
        if !missing.is_empty() {
            let message = format!("this use gives nothing for {}", missing.join(", "));
            self.diagnostics.push(
                Diagnostic::error("E0533", given.span, message)
                    .help("a module with parameters is used as `use m(S = T, n = 3)`"),
            );
        }
    }

    fn sort_param(&mut self, param: &'a ModuleParam, arg: Option<&'a UseArg>, given: Option<&Use<'a>>) {
        let (Some(arg), Some(given)) = (arg, given) else {
            return self.sort(&param.name);
        };
        let Some(written) = &arg.ty else {
            let at = arg.value.as_ref().map_or(arg.name.span, |e| e.span);
            self.other_kind(param, at, "a sort, and takes a type");
            return self.sort(&param.name);
        };
        let ix = AliasIx::new(self.names.aliases.len());
        self.names.aliases.push(Alias {
            module: given.user,
            name: &param.name,
            written,
            ty: Types::ERROR,
        });
        self.type_name(&param.name, TypeName::Alias(ix));
    }

    fn const_param(
        &mut self,
        param: &'a ModuleParam,
        arg: Option<&'a UseArg>,
        given: Option<&Use<'a>>,
        open: bool,
    ) {
        let Some(ty) = &param.ty else { return };
        let value = arg.and_then(|a| a.value.as_ref());
        if let (Some(arg), None) = (arg, value) {
            let at = arg.ty.as_ref().map_or(arg.name.span, |t| t.span);
            self.other_kind(param, at, "a constant, and takes a value");
        }
        let role = match value {
            Some(_) => Role::Argument,
            None if open => Role::Plain,
            None => Role::Unused,
        };
        let ix = ConstIx::new(self.names.consts.len());
        self.names.consts.push(Const {
            module: self.ix,
            name: &param.name,
            doc: "",
            written: ty,
            value,
            scope: given.map_or(self.ix, |g| g.user),
            role,
            ty: Types::ERROR,
        });
        self.value(&param.name, Value::Const(ix));
    }

    fn other_kind(&mut self, param: &ModuleParam, at: Span, what: &str) {
        let message = format!("the parameter `{}` is {what}", param.name.text);
        self.diagnostics
            .push(Diagnostic::error("E0533", at, message).label(param.name.span, "declared here"));
    }
}
