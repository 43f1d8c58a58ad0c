//! The least ranges that hold what is written: so that `{ 1, 3 }` can be gone through.
//!
//! The elements of a set in braces are of type `int` where nothing says more; where each has bounds of its own, the
//! set is one of the range between the least and the greatest of them.

use super::body::Body;
use super::typed::{TExpr, TKind};
use super::wrong;
use crate::diagnostic::Diagnostic;
use crate::names::TypeReader;
use crate::syntax::ast::{Arith, Expr};
use crate::types::{Form, Ty};

impl Body<'_, '_> {
    /// A set whose elements can be listed, or whatever else is written there.
    pub(super) fn listed_set(&mut self, e: &Expr, what: &str) -> TExpr {
        let set = self.infer_known(e);
        let Some(of) = self.types.as_set(set.ty).filter(|t| self.types.has_int(*t)) else {
            return set;
        };
        if self.types.is_error(of) {
            return set;
        }
        match self.hull_of_elements(&set) {
            Some(of) => {
                let want = self.types.set(of);
                self.check(e, want)
            }
            None => {
                let message = format!(
                    "the numbers in this set have no bounds, and {what} must come from a finite type"
                );
                self.report(
                    Diagnostic::error("E0307", set.span, message)
                        .help("give the set to a `def` with a type such as `set 0..7`"),
                );
                wrong(set.span)
            }
        }
    }

    /// A type without `int` that all elements of a set as written have.
    fn hull_of_elements(&mut self, set: &TExpr) -> Option<Ty> {
        match &set.kind {
            TKind::Set(items) => {
                let mut out = None;
                for item in items {
                    let hull = self.hull(item)?;
                    out = Some(match out {
                        Some(before) => self.merged(before, hull)?,
                        None => hull,
                    });
                }
                out
            }
            TKind::SetOp(_, a, b) | TKind::If(_, a, b) => {
                let (a, b) = (self.hull_of_elements(a)?, self.hull_of_elements(b)?);
                self.merged(a, b)
            }
            _ => self.types.as_set(set.ty).filter(|t| !self.types.has_int(*t)),
        }
    }

    fn hull(&mut self, e: &TExpr) -> Option<Ty> {
        if !self.types.has_int(e.ty) {
            return Some(e.ty);
        }
        if let Some((lo, hi)) = self.interval(e) {
            return Some(self.types.make(Form::Range(lo, hi)));
        }
        match &e.kind {
            TKind::Tuple(parts) => {
                let parts = parts.iter().map(|p| self.hull(p)).collect::<Option<Vec<_>>>()?;
                Some(self.types.make(Form::Tuple(parts)))
            }
            TKind::Some(inner) => {
                let inner = self.hull(inner)?;
                Some(self.types.option(inner))
            }
            TKind::If(_, a, b) => {
                let (a, b) = (self.hull(a)?, self.hull(b)?);
                self.merged(a, b)
            }
            _ => None,
        }
    }

    /// The least and greatest value that an integer can have, as far as its text tells.
    fn interval(&mut self, e: &TExpr) -> Option<(i64, i64)> {
        match &e.kind {
            TKind::Int(n) => Some((*n, *n)),
            TKind::Neg(a) => {
                let (lo, hi) = self.interval(a)?;
                Some((hi.checked_neg()?, lo.checked_neg()?))
            }
            TKind::Arith(op, a, b) => {
                let (a, b) = (self.interval(a)?, self.interval(b)?);
                arithmetic(*op, a, b)
            }
            TKind::If(_, a, b) => {
                let (a, b) = (self.interval(a)?, self.interval(b)?);
                Some((a.0.min(b.0), a.1.max(b.1)))
            }
            TKind::Const(c) => self.known_number(*c).or_else(|| self.declared_range(e)),
            _ => self.declared_range(e),
        }
    }

    fn known_number(&mut self, c: crate::names::ConstIx) -> Option<(i64, i64)> {
        let sig = &self.names[c];
        let reader = TypeReader {
            names: self.names,
            types: self.types,
            diagnostics: self.diagnostics,
            module: sig.module,
        };
        let value = reader.literal(sig.module, sig.value?, 0)?;
        Some((value, value))
    }

    /// The range that was declared for what an expression reads, also where it is used as an `int`.
    fn declared_range(&self, e: &TExpr) -> Option<(i64, i64)> {
        let ty = match &e.kind {
            TKind::Var(v) => self.names[*v].ty,
            TKind::Const(c) => self.names[*c].ty,
            TKind::Local(l) => self.locals.get(*l)?.1,
            TKind::Call(d, _) => self.names[*d].result,
            TKind::Apply(map, _) => self.types.as_map(map.ty)?.1,
            TKind::Value(option) => self.types.as_option(option.ty)?,
            TKind::Component(tuple, i) => *self.types.as_tuple(tuple.ty)?.get(*i as usize)?,
            _ => e.ty,
        };
        match *self.types.form(ty) {
            Form::Range(lo, hi) => Some((lo, hi)),
            _ => None,
        }
    }

    /// The least type that holds the values of both.
    fn merged(&mut self, a: Ty, b: Ty) -> Option<Ty> {
        if a == b {
            return Some(a);
        }
        let form = match (self.types.form(a).clone(), self.types.form(b).clone()) {
            (Form::Range(l1, h1), Form::Range(l2, h2)) => Form::Range(l1.min(l2), h1.max(h2)),
            (Form::Option(x), Form::Option(y)) => Form::Option(self.merged(x, y)?),
            (Form::Tuple(xs), Form::Tuple(ys)) if xs.len() == ys.len() => {
                let parts = xs.into_iter().zip(ys).map(|(x, y)| self.merged(x, y));
                Form::Tuple(parts.collect::<Option<_>>()?)
            }
            (_, _) => return None,
        };
        Some(self.types.make(form))
    }
}

fn arithmetic(op: Arith, (l1, h1): (i64, i64), (l2, h2): (i64, i64)) -> Option<(i64, i64)> {
    match op {
        Arith::Add => Some((l1.checked_add(l2)?, h1.checked_add(h2)?)),
        Arith::Sub => Some((l1.checked_sub(h2)?, h1.checked_sub(l2)?)),
        Arith::Mul => {
            let corners = [
                l1.checked_mul(l2)?,
                l1.checked_mul(h2)?,
                h1.checked_mul(l2)?,
                h1.checked_mul(h2)?,
            ];
            Some((corners.into_iter().min()?, corners.into_iter().max()?))
        }
        Arith::Mod if l2 > 0 => Some((0, h2 - 1)),
        Arith::Div | Arith::Mod => None,
    }
}
