//! The types that declarations write down, resolved once all names are known.

use super::{Found, ModuleIx, Names, Role, TypeName, Value};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{self, Arith, BoundTerm, ExprKind, TypeKind};
use crate::types::{Form, Ty, Types};

/// Gives constants, variables, definitions and events the types they declare.
pub(super) fn resolve(names: &mut Names<'_>, types: &mut Types, diagnostics: &mut Vec<Diagnostic>) {
    super::new_types::resolve(names, types, diagnostics);
    for i in 0..names.consts.len() {
        let sig = &names.consts[i];
        let ty = if sig.role == Role::Index {
            let mut reader = TypeReader {
                names,
                types,
                diagnostics,
                module: sig.module,
            };
            reader.finite(sig.written, "the members of a family")
        } else {
            run(names, types, diagnostics, sig.module, sig.written)
        };
        names.consts[i].ty = ty;
    }
    for i in 0..names.vars.len() {
        names.vars[i].ty = run(
            names,
            types,
            diagnostics,
            names.vars[i].module,
            names.vars[i].written,
        );
    }
    for i in 0..names.defs.len() {
        let (module, def) = (names.defs[i].module, names.defs[i].def);
        names.defs[i].params = def
            .params
            .iter()
            .map(|p| run(names, types, diagnostics, module, &p.ty))
            .collect();
        names.defs[i].result = run(names, types, diagnostics, module, &def.result);
    }
    for i in 0..names.events.len() {
        let (module, event) = (names.events[i].module, names.events[i].event);
        names.events[i].params = event
            .params
            .iter()
            .map(|p| run(names, types, diagnostics, module, &p.ty))
            .collect();
    }
    super::theory::resolve(names, types, diagnostics);
}

/// Greatest bound of a sequence or multiset.
const LONGEST: u32 = 32;

fn run(
    names: &Names<'_>,
    types: &mut Types,
    diagnostics: &mut Vec<Diagnostic>,
    module: ModuleIx,
    written: &ast::Type,
) -> Ty {
    TypeReader {
        names,
        types,
        diagnostics,
        module,
    }
    .read(written)
}

/// Reads types as written in one module.
pub(crate) struct TypeReader<'n, 'a> {
    pub(crate) names: &'n Names<'a>,
    pub(crate) types: &'n mut Types,
    pub(crate) diagnostics: &'n mut Vec<Diagnostic>,
    pub(crate) module: ModuleIx,
}

impl TypeReader<'_, '_> {
    /// The type; [`Types::ERROR`] (with an error) where it has none.
    pub(crate) fn read(&mut self, ty: &ast::Type) -> Ty {
        match &ty.kind {
            TypeKind::Bool => Types::BOOL,
            TypeKind::Int => Types::INT,
            TypeKind::Range(lo, hi) => self.range(lo, hi, ty.span),
            TypeKind::Name(path) => self.named(path),
            TypeKind::Option(inner) => {
                let inner = self.read(inner);
                self.types.option(inner)
            }
            TypeKind::Set(inner) => {
                let of = self.finite(inner, "the elements of a set");
                self.types.set(of)
            }
            TypeKind::Map(key, value) => {
                let key = self.finite(key, "the keys of a map");
                let value = self.read(value);
                self.types.map(key, value)
            }
            TypeKind::Seq(bound, of) => {
                let (n, of) = (self.length(bound), self.read(of));
                n.map_or(Types::ERROR, |n| self.types.make(Form::Seq(n, of)))
            }
            TypeKind::Multiset(bound, of) => {
                let (n, of) = (self.length(bound), self.finite(of, "the elements of a multiset"));
                let Some(n) = n else { return Types::ERROR };
                let count = self.types.make(Form::Range(0, i64::from(n)));
                self.types.make(Form::Multiset(of, count))
            }
            TypeKind::Tuple(parts) => {
                let parts = parts.iter().map(|p| self.read(p)).collect();
                self.types.make(Form::Tuple(parts))
            }
        }
    }

    /// A type with finitely many values (given the sizes of sorts).
    pub(crate) fn finite(&mut self, ty: &ast::Type, what: &str) -> Ty {
        let out = self.read(ty);
        if self.types.has_int(out) {
            let message = format!("`int` has no end, and {what} must come from a finite type");
            self.diagnostics
                .push(Diagnostic::error("E0307", ty.span, message).help("use a range such as `0..7`"));
            return Types::ERROR;
        }
        out
    }

    fn named(&mut self, path: &ast::Path) -> Ty {
        match self.names.type_named(self.module, path, self.diagnostics) {
            Found::These(list) => match list.first() {
                Some(TypeName::Enum(e)) => self.types.make(Form::Enum(*e)),
                Some(TypeName::Sort(s)) => self.types.make(Form::Sort(*s)),
                Some(TypeName::Record(r)) => self.names[*r].ty,
                Some(TypeName::Alias(a)) => self.names[*a].ty,
                None => Types::ERROR,
            },
            Found::Broken | Found::Nothing => Types::ERROR,
        }
    }

    fn range(&mut self, lo: &ast::Bound, hi: &ast::Bound, span: Span) -> Ty {
        let (Some(low), Some(high)) = (self.bound(lo), self.bound(hi)) else {
            return Types::ERROR;
        };
        if low > high {
            let message = format!("the range `{low}..{high}` is empty");
            self.diagnostics.push(Diagnostic::error("E0309", span, message));
            return Types::ERROR;
        }
        self.types.make(Form::Range(low, high))
    }

    /// How long a sequence can be, or how often a multiset can hold an element.
    fn length(&mut self, bound: &ast::Bound) -> Option<u32> {
        let n = self.bound(bound)?;
        let fits = u32::try_from(n).ok().filter(|n| (1..=LONGEST).contains(n));
        if fits.is_none() {
            let message = format!("a sequence or multiset has a bound from 1 to {LONGEST}, found {n}");
            self.diagnostics
                .push(Diagnostic::error("E0324", bound.span, message));
        }
        fits
    }

    fn bound(&mut self, bound: &ast::Bound) -> Option<i64> {
        let mut terms = vec![self.term(&bound.first)?];
        for (op, term) in &bound.rest {
            let value = self.term(term)?;
            let last = terms.pop();
            match op {
                Arith::Mul => terms.push(last?.checked_mul(value).or_else(|| self.overflow(bound.span))?),
                Arith::Sub => terms.extend([last?, value.checked_neg()?]),
                Arith::Add | Arith::Div | Arith::Mod => terms.extend([last?, value]),
            }
        }
        let sum = terms.into_iter().try_fold(0i64, i64::checked_add);
        sum.or_else(|| self.overflow(bound.span))
    }

    fn overflow(&mut self, span: Span) -> Option<i64> {
        let message = "this number does not fit into 64 bits";
        self.diagnostics.push(Diagnostic::error("E0105", span, message));
        None
    }

    fn term(&mut self, term: &BoundTerm) -> Option<i64> {
        match term {
            BoundTerm::Int(n) => Some(*n),
            BoundTerm::Name { path, negative } => {
                let value = self.constant(path)?;
                if *negative {
                    value.checked_neg()
                } else {
                    Some(value)
                }
            }
        }
    }

    fn constant(&mut self, path: &ast::Path) -> Option<i64> {
        match self.names.value_named(self.module, path, &[], self.diagnostics) {
            Found::These(list) => {
                let value = match list.first() {
                    Some(Value::Const(c)) => self.names[*c]
                        .value
                        .and_then(|e| self.literal(self.names[*c].scope, e, 0)),
                    _ => None,
                };
                if value.is_none() && !self.is_unused(list.first()) {
                    let message = format!("`{}` is not a constant whose number is known here", path.text());
                    self.diagnostics.push(
                        Diagnostic::error("E0310", path.span, message).help(
                            "the bounds of a range are numbers, or constants such as `const N: int = 4`",
                        ),
                    );
                }
                value
            }
            Found::Broken | Found::Nothing => None,
        }
    }

    /// Whether this is a parameter that has no argument because nothing uses what it belongs to.
    fn is_unused(&self, value: Option<&Value>) -> bool {
        matches!(value, Some(Value::Const(c)) if self.names[*c].role == Role::Unused)
    }

    /// The value of a constant's expression of numbers.
    pub(crate) fn literal(&self, module: ModuleIx, e: &ast::Expr, depth: u32) -> Option<i64> {
        if depth > 32 {
            return None;
        }
        match &e.kind {
            ExprKind::Int(n) => Some(*n),
            ExprKind::Neg(a) => self.literal(module, a, depth + 1)?.checked_neg(),
            ExprKind::Binary {
                op: ast::BinaryOp::Arith(op),
                left,
                right,
            } => {
                let (a, b) = (
                    self.literal(module, left, depth + 1)?,
                    self.literal(module, right, depth + 1)?,
                );
                match op {
                    Arith::Add => a.checked_add(b),
                    Arith::Sub => a.checked_sub(b),
                    Arith::Mul => a.checked_mul(b),
                    Arith::Div => a.checked_div_euclid(b),
                    Arith::Mod => a.checked_rem_euclid(b),
                }
            }
            ExprKind::Path(path) => match self.names.value_named(module, path, &[], &mut Vec::new()) {
                Found::These(list) => match list.first() {
                    Some(Value::Const(c)) => {
                        let value = self.names[*c].value?;
                        self.literal(self.names[*c].scope, value, depth + 1)
                    }
                    _ => None,
                },
                Found::Broken | Found::Nothing => None,
            },
            _ => None,
        }
    }
}
