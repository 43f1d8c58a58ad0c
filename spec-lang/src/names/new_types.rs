//! Types that modules declare by name: records, and other names of types. Each is resolved after those that it
//! mentions; none may lead back to itself.

use super::signatures::TypeReader;
use super::{AliasIx, Found, ModuleIx, Names, RecordIx, TypeName};
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{self, TypeKind};
use crate::types::{Form, Types};

/// What is known of a declaration.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

/// Gives records and aliases their types.
pub(super) fn resolve(names: &mut Names<'_>, types: &mut Types, diagnostics: &mut Vec<Diagnostic>) {
    let records = (0..names.records.len()).map(|i| TypeName::Record(RecordIx::new(i)));
    let aliases = (0..names.aliases.len()).map(|i| TypeName::Alias(AliasIx::new(i)));
    let all: Vec<_> = records.chain(aliases).collect();
    let mut state = vec![State::New; all.len()];
    for root in all.iter().copied() {
        let mut work = vec![(root, false)];
        while let Some((at, ready)) = work.pop() {
            let Some(number) = number(names, at) else { continue };
            if ready {
                make(names, types, diagnostics, at);
                state[number] = State::Done;
                continue;
            }
            if state[number] != State::New {
                continue;
            }
            state[number] = State::Open;
            work.push((at, true));
            for below in mentioned(names, at) {
                match self::number(names, below).map(|n| state[n]) {
                    Some(State::New) => work.push((below, false)),
                    Some(State::Open) if on_path(&work, below) => circle(names, at, below, diagnostics),
                    Some(State::Open | State::Done) | None => {}
                }
            }
        }
    }
}

/// Whether a declaration waits for what is looked at: then it leads back to itself.
fn on_path(work: &[(TypeName, bool)], at: TypeName) -> bool {
    work.contains(&(at, true))
}

fn number(names: &Names<'_>, at: TypeName) -> Option<usize> {
    match at {
        TypeName::Record(r) => Some(r.index()),
        TypeName::Alias(a) => Some(names.records.len() + a.index()),
        TypeName::Enum(_) | TypeName::Sort(_) => None,
    }
}

/// The declared types that a declaration mentions.
fn mentioned(names: &Names<'_>, at: TypeName) -> Vec<TypeName> {
    let (module, mut work): (ModuleIx, Vec<&ast::Type>) = match at {
        TypeName::Record(r) => (names[r].module, names[r].fields.iter().map(|f| &f.ty).collect()),
        TypeName::Alias(a) => (names[a].module, vec![names[a].written]),
        TypeName::Enum(_) | TypeName::Sort(_) => return Vec::new(),
    };
    let mut out = Vec::new();
    while let Some(ty) = work.pop() {
        match &ty.kind {
            TypeKind::Bool | TypeKind::Int | TypeKind::Range(..) => {}
            TypeKind::Name(path) => {
                if let Found::These(list) = names.type_named(module, path, &mut Vec::new()) {
                    out.extend(list);
                }
            }
            TypeKind::Option(t) | TypeKind::Set(t) | TypeKind::Seq(_, t) | TypeKind::Multiset(_, t) => {
                work.push(t);
            }
            TypeKind::Map(k, v) => work.extend([&**k, &**v]),
            TypeKind::Tuple(parts) => work.extend(parts),
        }
    }
    out
}

fn circle(names: &Names<'_>, at: TypeName, back: TypeName, diagnostics: &mut Vec<Diagnostic>) {
    let text = |t: TypeName| match t {
        TypeName::Record(r) => names[r].name.text.clone(),
        TypeName::Alias(a) => names[a].name.text.clone(),
        TypeName::Enum(e) => names[e].name.text.clone(),
        TypeName::Sort(s) => names[s].name.text.clone(),
    };
    let message = if at == back {
        format!("the type `{}` is made of itself", text(at))
    } else {
        format!(
            "the types `{}` and `{}` are made of each other",
            text(at),
            text(back)
        )
    };
    diagnostics.push(
        Diagnostic::error("E0323", names.type_span(at), message)
            .help("a value has finitely many parts; for links between things, use a sort and a map"),
    );
}

fn make(names: &mut Names<'_>, types: &mut Types, diagnostics: &mut Vec<Diagnostic>, at: TypeName) {
    let mut read = |names: &Names<'_>, types: &mut Types, module, written: &ast::Type| {
        TypeReader {
            names,
            types,
            diagnostics,
            module,
        }
        .read(written)
    };
    match at {
        TypeName::Record(r) => {
            let (module, fields) = (names[r].module, names[r].fields);
            let fields = fields.iter().map(|f| read(names, types, module, &f.ty)).collect();
            names.records[r.index()].ty = types.make(Form::Record(r, fields));
        }
        TypeName::Alias(a) => {
            let (module, written) = (names[a].module, names[a].written);
            names.aliases[a.index()].ty = read(names, types, module, written);
        }
        TypeName::Enum(_) | TypeName::Sort(_) => {}
    }
}
