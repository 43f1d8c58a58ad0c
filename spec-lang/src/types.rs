//! Types as the checker sees them: interned, with two that only it knows (one not yet known, and one that
//! stands for an error and agrees with everything).

use std::collections::HashMap;

use crate::names::{EnumIx, Names, RecordIx, SortIx};

/// A type; equal types have equal handles.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Ty(u32);

impl Ty {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// The form of a type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Form {
    /// Reported already.
    Error,
    /// Of the elements of `{}`, or what `none` is none of.
    Unknown,
    Bool,
    Int,
    Range(i64, i64),
    Enum(EnumIx),
    Sort(SortIx),
    Option(Ty),
    Set(Ty),
    Map(Ty, Ty),
    Tuple(Vec<Ty>),
    /// A record, with the types of its fields.
    Record(RecordIx, Vec<Ty>),
    /// Sequences of at most so many.
    Seq(u32, Ty),
    /// Multisets: of which elements, and how often each (a range from 0).
    Multiset(Ty, Ty),
}

/// What holds anywhere inside a type.
#[derive(Clone, Copy, Default, Debug)]
struct Facts {
    error: bool,
    unknown: bool,
    int: bool,
}

/// All types of a compilation.
#[derive(Debug)]
pub(crate) struct Types {
    forms: Vec<Form>,
    facts: Vec<Facts>,
    ids: HashMap<Form, Ty>,
}

impl Types {
    pub(crate) const ERROR: Ty = Ty(0);
    pub(crate) const UNKNOWN: Ty = Ty(1);
    pub(crate) const BOOL: Ty = Ty(2);
    pub(crate) const INT: Ty = Ty(3);

    pub(crate) fn new() -> Self {
        let mut out = Self {
            forms: Vec::new(),
            facts: Vec::new(),
            ids: HashMap::new(),
        };
        for form in [Form::Error, Form::Unknown, Form::Bool, Form::Int] {
            out.make(form);
        }
        out
    }

    /// The type of this form.
    pub(crate) fn make(&mut self, form: Form) -> Ty {
        if let Some(ty) = self.ids.get(&form) {
            return *ty;
        }
        let ty = Ty(self.forms.len() as u32);
        let mut facts = Facts {
            error: form == Form::Error,
            unknown: form == Form::Unknown,
            int: form == Form::Int,
        };
        for part in parts(&form) {
            let inner = self.facts[part.0 as usize];
            facts.error |= inner.error;
            facts.unknown |= inner.unknown;
            facts.int |= inner.int;
        }
        self.forms.push(form.clone());
        self.facts.push(facts);
        self.ids.insert(form, ty);
        ty
    }

    pub(crate) fn form(&self, ty: Ty) -> &Form {
        &self.forms[ty.0 as usize]
    }

    /// Number of types; handles are below.
    pub(crate) fn count(&self) -> usize {
        self.forms.len()
    }

    pub(crate) fn option(&mut self, of: Ty) -> Ty {
        self.make(Form::Option(of))
    }

    pub(crate) fn set(&mut self, of: Ty) -> Ty {
        self.make(Form::Set(of))
    }

    pub(crate) fn map(&mut self, key: Ty, value: Ty) -> Ty {
        self.make(Form::Map(key, value))
    }

    /// The element type of a set.
    pub(crate) fn as_set(&self, ty: Ty) -> Option<Ty> {
        if let Form::Set(of) = self.form(ty) {
            Some(*of)
        } else {
            None
        }
    }

    /// The type inside an option.
    pub(crate) fn as_option(&self, ty: Ty) -> Option<Ty> {
        if let Form::Option(of) = self.form(ty) {
            Some(*of)
        } else {
            None
        }
    }

    /// Keys and values of a map.
    pub(crate) fn as_map(&self, ty: Ty) -> Option<(Ty, Ty)> {
        if let Form::Map(k, v) = self.form(ty) {
            Some((*k, *v))
        } else {
            None
        }
    }

    /// Keys and values of what is a map of the system: maps, and multisets.
    pub(crate) fn as_entries(&self, ty: Ty) -> Option<(Ty, Ty)> {
        match self.form(ty) {
            Form::Map(k, v) | Form::Multiset(k, v) => Some((*k, *v)),
            _ => None,
        }
    }

    /// Greatest length and elements of a sequence.
    pub(crate) fn as_seq(&self, ty: Ty) -> Option<(u32, Ty)> {
        if let Form::Seq(n, of) = self.form(ty) {
            Some((*n, *of))
        } else {
            None
        }
    }

    /// A record and the types of its fields.
    pub(crate) fn as_record(&self, ty: Ty) -> Option<(RecordIx, &[Ty])> {
        if let Form::Record(r, fields) = self.form(ty) {
            Some((*r, fields))
        } else {
            None
        }
    }

    /// The components of a tuple.
    pub(crate) fn as_tuple(&self, ty: Ty) -> Option<&[Ty]> {
        if let Form::Tuple(parts) = self.form(ty) {
            Some(parts)
        } else {
            None
        }
    }

    /// Whether any part is an error.
    pub(crate) fn is_error(&self, ty: Ty) -> bool {
        self.facts[ty.0 as usize].error
    }

    /// Whether any part is not yet known.
    pub(crate) fn has_unknown(&self, ty: Ty) -> bool {
        self.facts[ty.0 as usize].unknown
    }

    /// Whether any part is `int`, which has no end.
    pub(crate) fn has_int(&self, ty: Ty) -> bool {
        self.facts[ty.0 as usize].int
    }

    pub(crate) fn is_integer(&self, ty: Ty) -> bool {
        matches!(self.form(ty), Form::Int | Form::Range(..))
    }

    /// `int` for a range, else the type itself: for where any integer will do.
    pub(crate) fn widened(&self, ty: Ty) -> Ty {
        match self.form(ty) {
            Form::Range(..) => Self::INT,
            Form::Error
            | Form::Unknown
            | Form::Bool
            | Form::Int
            | Form::Enum(_)
            | Form::Sort(_)
            | Form::Option(_)
            | Form::Set(_)
            | Form::Map(..)
            | Form::Tuple(_)
            | Form::Record(..)
            | Form::Seq(..)
            | Form::Multiset(..) => ty,
        }
    }

    /// The type as the language writes it.
    pub(crate) fn show(&self, names: &Names<'_>, ty: Ty) -> String {
        match self.form(ty) {
            Form::Error | Form::Unknown => "_".to_owned(),
            Form::Bool => "bool".to_owned(),
            Form::Int => "int".to_owned(),
            Form::Range(lo, hi) => format!("{lo}..{hi}"),
            Form::Enum(e) => names[*e].name.text.clone(),
            Form::Sort(s) => names[*s].name.text.clone(),
            Form::Option(t) => format!("option {}", self.show_inner(names, *t)),
            Form::Set(t) => match self.as_tuple(*t) {
                Some(columns) => format!("relation {}", self.show_list(names, columns)),
                None => format!("set {}", self.show_inner(names, *t)),
            },
            Form::Map(k, v) => format!("{} -> {}", self.show_inner(names, *k), self.show(names, *v)),
            Form::Tuple(parts) => format!("({})", self.show_list(names, parts)),
            Form::Record(r, _) => names[*r].name.text.clone(),
            Form::Seq(n, t) => format!("seq[{n}] {}", self.show_inner(names, *t)),
            Form::Multiset(t, count) => match self.form(*count) {
                Form::Range(_, n) => format!("multiset[{n}] {}", self.show_inner(names, *t)),
                _ => format!("multiset[_] {}", self.show_inner(names, *t)),
            },
        }
    }

    fn show_inner(&self, names: &Names<'_>, ty: Ty) -> String {
        let text = self.show(names, ty);
        if matches!(self.form(ty), Form::Map(..)) {
            format!("({text})")
        } else {
            text
        }
    }

    fn show_list(&self, names: &Names<'_>, parts: &[Ty]) -> String {
        let list: Vec<_> = parts.iter().map(|t| self.show_inner(names, *t)).collect();
        list.join(", ")
    }
}

fn parts(form: &Form) -> Vec<Ty> {
    match form {
        Form::Error
        | Form::Unknown
        | Form::Bool
        | Form::Int
        | Form::Range(..)
        | Form::Enum(_)
        | Form::Sort(_) => Vec::new(),
        Form::Option(t) | Form::Set(t) | Form::Seq(_, t) => vec![*t],
        Form::Map(k, v) | Form::Multiset(k, v) => vec![*k, *v],
        Form::Tuple(ts) | Form::Record(_, ts) => ts.clone(),
    }
}
