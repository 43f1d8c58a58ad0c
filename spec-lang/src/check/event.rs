//! Statements of events.

use super::body::Body;
use super::expr::make;
use super::typed::{SeqOp, TAssign, TExpr, TKind, TStep, TStmt};
use crate::diagnostic::Diagnostic;
use crate::names::Value;
use crate::source::Span;
use crate::suggest::nearest;
use crate::syntax::ast::{Arith, AssignOp, Expr, Name, Place, PlaceStep, Stmt, StmtKind};
use crate::types::{Form, Ty, Types};

impl Body<'_, '_> {
    /// The statements of a block. What `choose` binds is known in the rest of its block.
    pub(super) fn statements(&mut self, list: &[Stmt]) -> Vec<TStmt> {
        list.iter().filter_map(|s| self.statement(s)).collect()
    }

    fn statement(&mut self, stmt: &Stmt) -> Option<TStmt> {
        Some(match &stmt.kind {
            StmtKind::When(e) => TStmt::When(self.check(e, Types::BOOL)),
            StmtKind::Choose { binder, condition } => {
                let binders = self.binders(std::slice::from_ref(binder), "what is chosen");
                let condition = condition.as_ref().map(|e| self.check(e, Types::BOOL));
                TStmt::Choose { binders, condition }
            }
            StmtKind::If {
                condition,
                then,
                otherwise,
            } => TStmt::If {
                condition: self.check(condition, Types::BOOL),
                then: self.scoped(|b| b.statements(then)),
                otherwise: self.scoped(|b| b.statements(otherwise)),
            },
            StmtKind::Either(list) => self.either(list),
            StmtKind::Assign { place, op, value } => {
                TStmt::Assign(self.assignment(place, *op, value, stmt.span)?)
            }
        })
    }

    fn assignment(&mut self, place: &Place, op: AssignOp, value: &Expr, span: Span) -> Option<TAssign> {
        let Some(var) = self.assigned(place) else {
            self.typed(value, None);
            return None;
        };
        let (mut steps, ty) = self.steps(place, self.names[var].ty)?;
        if let (AssignOp::Add | AssignOp::Remove, Some((of, _))) = (op, self.as_multiset(ty)) {
            let key = self.check(value, of);
            let bag = self.read_place(var, &steps, place.span);
            let sign = if op == AssignOp::Add {
                Arith::Add
            } else {
                Arith::Sub
            };
            let value = self.one_more(bag, key.clone(), sign, span);
            steps.push(TStep::Key(key));
            return Some(TAssign {
                var,
                steps,
                op: AssignOp::Set,
                value,
                span,
            });
        }
        let value = match op {
            AssignOp::Set => self.check(value, ty),
            AssignOp::Add | AssignOp::Remove => self.one_element(ty, value, place.span, op)?,
        };
        Some(TAssign {
            var,
            steps,
            op,
            value,
            span,
        })
    }

    /// The variable that a place names.
    fn assigned(&mut self, place: &Place) -> Option<crate::names::VarIx> {
        let path = &place.path;
        if let Some(name) = path.single()
            && let Some(local) = self.local(&name.text)
        {
            let message = format!(
                "`{}` is bound in this event and cannot be assigned",
                self.locals[local].0
            );
            self.report(
                Diagnostic::error("E0401", path.span, message).help("events assign to declared variables"),
            );
            return None;
        }
        let found = self.value(path)?;
        if let [Value::Var(v)] = found.as_slice() {
            return Some(*v);
        }
        let what = match found.first() {
            Some(Value::Const(_)) => "a constant, the same in every state",
            Some(Value::Def(_)) => "a definition",
            _ => "a value",
        };
        let message = format!("`{}` is {what}, and cannot be assigned", path.text());
        let vars = self.names.vars.iter().map(|v| v.name.text.as_str());
        let near = nearest(&path.text(), vars).map(|n| format!("did you mean `{n}`?"));
        let first = found.first().map(|v| self.names.span_of(*v));
        let mut error = Diagnostic::error("E0401", path.span, message).maybe_help(near);
        if let Some(first) = first {
            error = error.label(first, "declared here");
        }
        self.report(error);
        None
    }

    /// The steps to a place, and the type of what is there.
    fn steps(&mut self, place: &Place, mut ty: Ty) -> Option<(Vec<TStep>, Ty)> {
        let mut out = Vec::new();
        for key in &place.indices {
            ty = self.key_step(place, key, ty, &mut out)?;
        }
        for step in &place.rest {
            ty = match step {
                PlaceStep::Key(key) => self.key_step(place, key, ty, &mut out)?,
                PlaceStep::Field(name) => self.field_step(name, ty, &mut out)?,
            };
        }
        Some((out, ty))
    }

    fn key_step(&mut self, place: &Place, key: &Expr, ty: Ty, out: &mut Vec<TStep>) -> Option<Ty> {
        match *self.types.form(ty) {
            Form::Map(k, v) | Form::Multiset(k, v) => {
                out.push(TStep::Key(self.check(key, k)));
                Some(v)
            }
            Form::Seq(n, of) => {
                out.push(TStep::Item(self.check(key, Types::INT), n));
                Some(of)
            }
            Form::Error => None,
            _ => {
                let message = format!("{} is not a map and has no keys", self.show(ty));
                self.report(Diagnostic::error("E0304", place.span, message));
                None
            }
        }
    }

    fn field_step(&mut self, name: &Name, ty: Ty, out: &mut Vec<TStep>) -> Option<Ty> {
        if let (Ok(i), Some(parts)) = (name.text.parse::<u32>(), self.types.as_tuple(ty)) {
            if let Some(part) = parts.get(i as usize).copied() {
                out.push(TStep::Part(i));
                return Some(part);
            }
            let message = format!("{} has no component {i}", self.show(ty));
            self.report(
                Diagnostic::error("E0304", name.span, message)
                    .help("components of a tuple are counted from 0"),
            );
            return None;
        }
        let (i, field) = self.field_of(ty, name)?;
        // A record of one field is that field.
        if self
            .types
            .as_record(ty)
            .is_some_and(|(_, fields)| fields.len() > 1)
        {
            out.push(TStep::Part(i));
        }
        Some(field)
    }

    /// What is at a place before the event.
    fn read_place(&self, var: crate::names::VarIx, steps: &[TStep], span: Span) -> TExpr {
        let mut out = make(TKind::Var(var), self.names[var].ty, span);
        for step in steps {
            let unknown = || Types::ERROR;
            let ty = match (self.types.form(out.ty), step) {
                (Form::Map(_, v) | Form::Multiset(_, v), TStep::Key(_)) => *v,
                (Form::Seq(_, of), TStep::Item(..)) => *of,
                (Form::Tuple(parts) | Form::Record(_, parts), TStep::Part(i)) => {
                    parts.get(*i as usize).copied().unwrap_or_else(unknown)
                }
                (_, _) => unknown(),
            };
            let kind = match step {
                TStep::Key(key) => TKind::Apply(Box::new(out), Box::new(key.clone())),
                TStep::Item(key, _) => TKind::Seq(SeqOp::Index, vec![out, key.clone()]),
                TStep::Part(i) => TKind::Component(Box::new(out), *i),
            };
            out = make(kind, ty, span);
        }
        out
    }

    /// The element that `+=` adds or `-=` removes.
    fn one_element(&mut self, ty: Ty, value: &Expr, place: Span, op: AssignOp) -> Option<TExpr> {
        let (sign, set_sign) = if op == AssignOp::Add {
            ("+=", "|")
        } else {
            ("-=", "\\")
        };
        let of = match *self.types.form(ty) {
            Form::Set(t) => t,
            Form::Error => return None,
            _ => {
                let integer = self.types.is_integer(ty);
                let message = format!("`{sign}` changes a set by one element, found {}", self.show(ty));
                let help = if integer {
                    "for numbers, write `x := x + 1`"
                } else {
                    "write `x := e`"
                };
                self.report(Diagnostic::error("E0304", place, message).help(help));
                return None;
            }
        };
        let typed = self.typed(value, Some(of));
        if typed.ty == ty && typed.ty != of {
            let message = format!("`{sign}` takes one element, found {}", self.show(ty));
            let help = format!("for a whole set, write `S := S {set_sign} ...`");
            self.report(Diagnostic::error("E0301", typed.span, message).help(help));
            return None;
        }
        Some(self.fit(typed, of))
    }
}
