//! What a name means where it stands.

use super::{ModuleIx, Names, Structure, TypeName, Value};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::suggest::nearest;
use crate::syntax::ast::Path;

/// What was found under a path: everything it may mean.
#[derive(Debug)]
pub(crate) enum Found<T> {
    /// These, all from one module; more than one only for enumerators.
    These(Vec<T>),
    /// Something that was reported already.
    Broken,
    /// Nothing; an error was reported.
    Nothing,
}

/// The tables a name is looked up in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Type,
    Value,
    Property,
    Structure,
    Event,
    Observer,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::Type => "type",
            Kind::Value => "value",
            Kind::Property => "property",
            Kind::Structure => "component or system",
            Kind::Event => "event",
            Kind::Observer => "observer",
        }
    }
}

impl Names<'_> {
    /// Where a value was declared.
    pub(crate) fn span_of(&self, value: Value) -> Span {
        match value {
            Value::Enumerator(e, i) => self[e]
                .members
                .get(i as usize)
                .map_or(self[e].name.span, |m| m.span),
            Value::Const(c) => self[c].name.span,
            Value::Var(v) => self[v].name.span,
            Value::Def(d) => self[d].def.name.span,
        }
    }

    pub(crate) fn type_span(&self, ty: TypeName) -> Span {
        match ty {
            TypeName::Enum(e) => self[e].name.span,
            TypeName::Sort(s) => self[s].name.span,
            TypeName::Record(r) => self[r].name.span,
            TypeName::Alias(a) => self[a].name.span,
        }
    }

    /// The modules that a qualifier can mean in a module.
    fn qualified(&self, module: ModuleIx, qualifier: &str) -> Vec<ModuleIx> {
        let module = self.file_of(module);
        let here = &self[module];
        let mut out: Vec<_> = here
            .uses
            .iter()
            .filter(|u| u.qualifier == qualifier || u.open && self[u.module].name == qualifier)
            .map(|u| u.module)
            .collect();
        if here.name == qualifier || here.name.rsplit("::").next() == Some(qualifier) {
            out.push(module);
        }
        out.dedup();
        out
    }

    /// The module that an alias or a path names, for instances.
    pub(crate) fn module_named(&self, module: ModuleIx, path: &Path) -> Option<ModuleIx> {
        self.qualified(module, &path.text()).first().copied()
    }

    /// Qualifiers that mean something in a module, for hints.
    pub(crate) fn qualifiers(&self, module: ModuleIx) -> Vec<&str> {
        let uses = &self[self.file_of(module)].uses;
        uses.iter().map(|u| u.qualifier.as_str()).collect()
    }

    /// Looks up a path with `get`, which reads one module's own table.
    fn look<T: Copy>(
        &self,
        module: ModuleIx,
        path: &Path,
        get: impl Fn(ModuleIx, &str) -> Vec<T>,
    ) -> Result<Vec<(ModuleIx, Vec<T>)>, String> {
        let Some((last, before)) = path.names.split_last() else {
            return Ok(Vec::new());
        };
        let in_all = |modules: Vec<ModuleIx>| -> Vec<(ModuleIx, Vec<T>)> {
            let found = modules.into_iter().map(|m| (m, get(m, &last.text)));
            found.filter(|(_, list)| !list.is_empty()).collect()
        };
        if before.is_empty() {
            let own = |m| (m, get(m, &last.text));
            if let Some(own) = self.around(module).map(own).find(|(_, list)| !list.is_empty()) {
                return Ok(vec![own]);
            }
            let mut open: Vec<_> = self[self.file_of(module)]
                .uses
                .iter()
                .filter(|u| u.open)
                .map(|u| u.module)
                .collect();
            open.sort_unstable();
            open.dedup();
            return Ok(in_all(open));
        }
        let parts: Vec<_> = before.iter().map(|n| n.text.as_str()).collect();
        let qualifier = parts.join("::");
        let modules = self.qualified(module, &qualifier);
        if modules.is_empty() {
            Err(qualifier)
        } else {
            Ok(in_all(modules))
        }
    }

    /// What a type's path means.
    pub(crate) fn type_named(
        &self,
        module: ModuleIx,
        path: &Path,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Found<TypeName> {
        let found = self.look(module, path, |m, n| {
            self[m].types.get(n).copied().into_iter().collect()
        });
        self.one(
            module,
            path,
            Kind::Type,
            found,
            |t| self.type_span(t),
            diagnostics,
        )
    }

    /// What the path of a part of a composition means.
    pub(crate) fn structure_named(
        &self,
        module: ModuleIx,
        path: &Path,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Found<Structure> {
        let found = self.look(module, path, |m, n| {
            self[m].structures.get(n).copied().into_iter().collect()
        });
        let span = |s| self.structure_span(s);
        self.one(module, path, Kind::Structure, found, span, diagnostics)
    }

    /// What a property's path means.
    pub(crate) fn property_named(
        &self,
        module: ModuleIx,
        path: &Path,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Found<super::PropertyIx> {
        let found = self.look(module, path, |m, n| {
            self[m].properties.get(n).copied().into_iter().collect()
        });
        self.one(
            module,
            path,
            Kind::Property,
            found,
            |p| self[p].name.span,
            diagnostics,
        )
    }

    /// What an event's path means.
    pub(crate) fn event_named(
        &self,
        module: ModuleIx,
        path: &Path,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Found<super::EventIx> {
        let found = self.look(module, path, |m, n| {
            self[m].events.get(n).copied().into_iter().collect()
        });
        let span = |e: super::EventIx| self[e].event.name.span;
        self.one(module, path, Kind::Event, found, span, diagnostics)
    }

    /// What an observer's path means: a position in the table.
    pub(crate) fn observer_named(
        &self,
        module: ModuleIx,
        path: &Path,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Found<usize> {
        let found = self.look(module, path, |m, n| {
            self[m].observers.get(n).copied().into_iter().collect()
        });
        let span = |o: usize| self.observers[o].written.name.span;
        self.one(module, path, Kind::Observer, found, span, diagnostics)
    }

    /// What a value's path means; `E::A` is the enumerator of the enumeration `E`. `locals` are names that
    /// mean something where the path stands, for hints.
    pub(crate) fn value_named(
        &self,
        module: ModuleIx,
        path: &Path,
        locals: &[&str],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Found<Value> {
        if let Some(member) = self.member(module, path) {
            return Found::These(vec![member]);
        }
        let mut found = self.look(module, path, |m, n| {
            self[m].values.get(n).cloned().unwrap_or_default()
        });
        let before = diagnostics.len();
        if let Some(error) = self.leave_out_private(module, path, &mut found) {
            diagnostics.push(error);
            return Found::Nothing;
        }
        let out = self.one(module, path, Kind::Value, found, |v| self.span_of(v), diagnostics);
        if let (Found::Nothing, Some(error), Some(name)) = (&out, diagnostics.get_mut(before), path.single())
            && let Some(near) = nearest(&name.text, locals.iter().copied())
        {
            error.help = Some(format!("did you mean `{near}`?"));
        }
        out
    }

    /// `E::A` or `module::E::A`.
    fn member(&self, module: ModuleIx, path: &Path) -> Option<Value> {
        let (last, before) = path.names.split_last()?;
        let end = before.last()?;
        let prefix = Path {
            names: before.to_vec(),
            span: end.span,
        };
        let types = self.look(module, &prefix, |m, n| {
            self[m].types.get(n).copied().into_iter().collect()
        });
        let [(_, list)] = types.ok()?.try_into().ok()?;
        let TypeName::Enum(e) = list.first().copied()? else {
            return None;
        };
        let index = self[e].members.iter().position(|m| m.text == last.text)?;
        Some(Value::Enumerator(e, index as u32))
    }

    fn one<T: Copy + PartialEq>(
        &self,
        module: ModuleIx,
        path: &Path,
        kind: Kind,
        found: Result<Vec<(ModuleIx, Vec<T>)>, String>,
        span: impl Fn(T) -> Span,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Found<T> {
        let mut found = match found {
            Ok(found) => found,
            Err(qualifier) => return self.no_qualifier(module, path, &qualifier, diagnostics),
        };
        // one thing under two names, as the decisions that every mediation brings along
        found.dedup_by(|a, b| a.1 == b.1);
        match found.len() {
            0 => self.missing(module, path, kind, diagnostics),
            1 => Found::These(found.into_iter().flat_map(|(_, list)| list).collect()),
            _ => {
                let message = format!("`{}` can mean more than one thing", path.text());
                let mut error = Diagnostic::error("E0203", path.span, message);
                for (m, list) in &found {
                    for item in list {
                        error = error.label(span(*item), format!("one in `{}`", self[*m].name));
                    }
                }
                diagnostics.push(error.help("write the module before it, as in `module::name`"));
                Found::Nothing
            }
        }
    }

    fn no_qualifier<T>(
        &self,
        module: ModuleIx,
        path: &Path,
        qualifier: &str,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Found<T> {
        if self[self.file_of(module)].incomplete {
            return Found::Broken;
        }
        let mut names = self.qualifiers(module);
        names.extend(self.names_of(module, Kind::Type));
        let near = nearest(qualifier, names).map(|n| format!("did you mean `{n}`?"));
        let message = format!("`{qualifier}` is neither a module that is used here nor an enumeration");
        diagnostics.push(Diagnostic::error("E0204", path.span, message).maybe_help(near));
        Found::Nothing
    }

    fn missing<T>(
        &self,
        module: ModuleIx,
        path: &Path,
        kind: Kind,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Found<T> {
        let text = path.names.last().map_or("", |n| n.text.as_str());
        if self[self.file_of(module)].incomplete || self.is_broken(module, text) {
            return Found::Broken;
        }
        let message = format!("there is no {} `{}`", kind.word(), path.text());
        let mut error = Diagnostic::error("E0201", path.span, message);
        if let Some(near) = nearest(text, self.names_of(module, kind)) {
            error = error.help(format!("did you mean `{near}`?"));
        } else if let Some(other) = self.other_kind(module, path, kind) {
            error = error.help(other);
        }
        diagnostics.push(error);
        Found::Nothing
    }

    fn is_broken(&self, module: ModuleIx, text: &str) -> bool {
        let uses = &self[self.file_of(module)].uses;
        self.around(module).any(|m| self[m].broken.contains(text))
            || uses.iter().any(|u| self[u.module].broken.contains(text))
    }

    /// All names of a kind that can be written in a module without a qualifier.
    fn names_of(&self, module: ModuleIx, kind: Kind) -> Vec<&str> {
        let uses = &self[self.file_of(module)].uses;
        let used = uses.iter().filter(|u| u.open).map(|u| u.module);
        let mut out: Vec<&str> = Vec::new();
        for m in self.around(module).chain(used) {
            let module = &self[m];
            match kind {
                Kind::Type => out.extend(module.types.keys().map(String::as_str)),
                Kind::Value => out.extend(module.values.keys().map(String::as_str)),
                Kind::Property => out.extend(module.properties.keys().map(String::as_str)),
                Kind::Structure => out.extend(module.structures.keys().map(String::as_str)),
                Kind::Event => out.extend(module.events.keys().map(String::as_str)),
                Kind::Observer => out.extend(module.observers.keys().map(String::as_str)),
            }
        }
        out.sort_unstable();
        out
    }

    /// A hint where the name means something of another kind.
    fn other_kind(&self, module: ModuleIx, path: &Path, kind: Kind) -> Option<String> {
        let name = path.single()?.text.as_str();
        if self.part_around(module, name).is_some() {
            return Some(format!(
                "`{name}` is a part of the system; what it declares is written `{name}.x`"
            ));
        }
        let uses = &self[self.file_of(module)].uses;
        let used = uses.iter().filter(|u| u.open).map(|u| u.module);
        for m in self.around(module).chain(used) {
            let here = &self[m];
            let what = [
                (Kind::Type, here.types.contains_key(name), "a type"),
                (Kind::Value, here.values.contains_key(name), "a value"),
                (Kind::Property, here.properties.contains_key(name), "a property"),
                (Kind::Event, here.events.contains_key(name), "an event"),
                (
                    Kind::Structure,
                    here.structures.contains_key(name),
                    "a component or system",
                ),
                (Kind::Observer, here.observers.contains_key(name), "an observer"),
            ];
            let hit = what.iter().find(|(k, yes, _)| *yes && *k != kind);
            if let Some((_, _, word)) = hit {
                return Some(format!("`{name}` is {word}, which cannot stand here"));
            }
        }
        let hidden = uses.iter().find(|u| {
            let other = &self[u.module];
            !u.open && (other.types.contains_key(name) || other.values.contains_key(name))
        })?;
        Some(format!("write `{}::{name}`", hidden.qualifier))
    }
}
