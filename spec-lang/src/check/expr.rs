//! Expressions, form by form.

use super::body::{Body, Setting};
use super::typed::{TExpr, TKind};
use super::wrong;
use crate::diagnostic::Diagnostic;
use crate::names::{DefIx, Found, Value};
use crate::source::Span;
use crate::syntax::ast::{self, Expr, ExprKind};
use crate::types::{Form, Ty, Types};

pub(super) fn make(kind: TKind, ty: Ty, span: Span) -> TExpr {
    TExpr { kind, ty, span }
}

impl Body<'_, '_> {
    /// An expression. What is wanted is only a hint: it decides what is otherwise open.
    pub(super) fn typed(&mut self, e: &Expr, hint: Option<Ty>) -> TExpr {
        let span = e.span;
        if self.visits == 0 {
            let message = "too much here is open to tell what has which type";
            self.report(
                Diagnostic::error("E0104", span, message)
                    .help("name parts of it with `def`, and so give them types"),
            );
            return wrong(span);
        }
        self.visits -= 1;
        match &e.kind {
            ExprKind::Broken => wrong(span),
            ExprKind::Bool(b) => make(TKind::Bool(*b), Types::BOOL, span),
            ExprKind::Int(n) => make(TKind::Int(*n), Types::INT, span),
            ExprKind::None | ExprKind::Some(_) | ExprKind::Set(_) | ExprKind::Tuple(_) => {
                self.constructor(e, hint)
            }
            ExprKind::Path(path) => self.path(path, hint),
            ExprKind::Call { callee, args } => self.call(callee, args, hint, span),
            ExprKind::Seq(items) => self.sequence(items, hint, span),
            ExprKind::Named { callee, fields } => self.record(callee, fields, span),
            ExprKind::With { base, changes } => self.changed(base, changes, hint, span),
            ExprKind::Index { map, key } => self.index(map, key, span),
            ExprKind::Card(set) => self.card(set, span),
            ExprKind::Value(option) => match self.part(option) {
                Some(part) => self.of_part(&part, &value_field(span), &[], hint, span),
                None => self.value_of(option, hint, span),
            },
            ExprKind::Field(inner, name) => match self.part(inner) {
                Some(part) => self.of_part(&part, name, &[], hint, span),
                None => self.field(inner, name, span),
            },
            ExprKind::Component(tuple, i) => self.component(tuple, *i, span),
            ExprKind::Prime(inner) => self.prime(inner, hint, span),
            ExprKind::Always(_) | ExprKind::Eventually(_) | ExprKind::Until(..) | ExprKind::LeadsTo(..) => {
                self.misplaced_temporal(e);
                wrong(span)
            }
            ExprKind::Side(left, path) => self.side(*left, path, span),
            ExprKind::Compr { binders, body } => self.comprehension(binders, body, span),
            ExprKind::Quant {
                forall,
                binders,
                body,
            } => self.quantified(*forall, binders, body, span),
            ExprKind::Fold { op, binders, body } => self.folded(*op, binders, body, span),
            ExprKind::Lambda { name, ty, body } => self.lambda(name, ty, body, hint, span),
            ExprKind::Match { value, arms } => self.matching(value, arms, hint, span),
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => self.conditional((condition, then, otherwise), hint, span),
            ExprKind::Let { name, value, body } => self.let_in(name, value, body, hint, span),
            ExprKind::Not(a) => {
                let a = self.check(a, Types::BOOL);
                make(TKind::Not(Box::new(a)), Types::BOOL, span)
            }
            ExprKind::Neg(a) => {
                let a = self.check(a, Types::INT);
                make(TKind::Neg(Box::new(a)), Types::INT, span)
            }
            ExprKind::And(parts) => {
                let parts = parts.iter().map(|p| self.check(p, Types::BOOL)).collect();
                make(TKind::And(parts), Types::BOOL, span)
            }
            ExprKind::Or(parts) => {
                let parts = parts.iter().map(|p| self.check(p, Types::BOOL)).collect();
                make(TKind::Or(parts), Types::BOOL, span)
            }
            ExprKind::Binary { op, left, right } => self.binary(*op, left, right, hint, span),
        }
    }

    fn path(&mut self, path: &ast::Path, hint: Option<Ty>) -> TExpr {
        if let Some(name) = path.single()
            && let Some(local) = self.local(&name.text)
        {
            return make(TKind::Local(local), self.locals[local].1, path.span);
        }
        match self.value(path) {
            Some(list) => self.meaning(path, &list, hint),
            None => wrong(path.span),
        }
    }

    /// What a path of values can mean, if anything.
    pub(super) fn value(&mut self, path: &ast::Path) -> Option<Vec<Value>> {
        let locals: Vec<&str> = self
            .scope
            .iter()
            .map(|(id, _)| self.locals[*id].0.as_str())
            .collect();
        match self
            .names
            .value_named(self.module, path, &locals, self.diagnostics)
        {
            Found::These(list) => Some(list),
            Found::Broken | Found::Nothing => None,
        }
    }

    pub(super) fn meaning(&mut self, path: &ast::Path, list: &[Value], hint: Option<Ty>) -> TExpr {
        let span = path.span;
        let chosen = match list {
            [one] => Some(*one),
            _ => list.iter().copied().find(|v| self.is_of(*v, hint)),
        };
        match chosen {
            Some(Value::Enumerator(e, i)) => {
                let ty = self.types.make(Form::Enum(e));
                make(TKind::Enumerator(e, i), ty, span)
            }
            Some(Value::Const(c)) => make(TKind::Const(c), self.names[c].ty, span),
            Some(Value::Var(v)) => self.variable(v, span),
            Some(Value::Def(d)) => self.call_def(d, &[], span),
            // Perhaps the other side of an equality says which: asked again with a hint.
            None if hint.is_none_or(|h| self.types.has_unknown(h)) => {
                make(TKind::Ambiguous, Types::UNKNOWN, span)
            }
            None => {
                let candidates: Vec<_> = list.iter().map(|v| self.names.span_of(*v)).collect();
                self.ambiguous(span, &candidates);
                wrong(span)
            }
        }
    }

    fn is_of(&self, value: Value, hint: Option<Ty>) -> bool {
        match (value, hint.map(|t| self.types.form(t))) {
            (Value::Enumerator(e, _), Some(Form::Enum(want))) => e == *want,
            (_, _) => false,
        }
    }

    fn variable(&mut self, v: crate::names::VarIx, span: Span) -> TExpr {
        if self.setting == Setting::Rigid {
            let message = format!(
                "`{}` is a variable, and this may speak of constants only",
                self.names[v].name.text
            );
            self.report(
                Diagnostic::error("E0405", span, message)
                    .label(self.names[v].name.span, "declared here")
                    .help(
                        "what holds in the initial states stands in `init`, what holds in all in `invariant`",
                    ),
            );
            return wrong(span);
        }
        if self.setting == Setting::TwoRuns {
            return self.of_which_run(&self.names[v].name.text, span);
        }
        make(TKind::Var(v), self.names[v].ty, span)
    }

    fn call(&mut self, callee: &Expr, args: &[Expr], hint: Option<Ty>, span: Span) -> TExpr {
        if let ExprKind::Side(left, path) = &callee.kind
            && let Some(call) = self.side_call(*left, path, args, span)
        {
            return call;
        }
        if let ExprKind::Path(path) = &callee.kind
            && path.single().is_none_or(|n| self.local(&n.text).is_none())
        {
            if let Some(builtin) = self.builtin(path) {
                return self.call_builtin(builtin, args, hint, span);
            }
            let Some(list) = self.value(path) else {
                self.suggest_builtin(path);
                args.iter().for_each(|a| drop(self.typed(a, None)));
                return wrong(span);
            };
            if let [Value::Def(d)] = list.as_slice()
                && (args.is_empty() || !self.is_relation(*d))
            {
                return self.call_def(*d, args, span);
            }
        }
        if let ExprKind::Field(inner, name) = &callee.kind
            && let Some(part) = self.part(inner)
            && self.is_def_of(&part, name)
        {
            return self.of_part(&part, name, args, None, span);
        }
        self.apply_relation(callee, args, span)
    }

    /// Whether a definition is a relation that takes no arguments of its own.
    fn is_relation(&self, d: DefIx) -> bool {
        let columns = self.types.as_set(self.names[d].result);
        self.names[d].params.is_empty() && columns.is_some_and(|t| self.types.as_tuple(t).is_some())
    }

    pub(super) fn call_def(&mut self, d: DefIx, args: &[Expr], span: Span) -> TExpr {
        let sig = &self.names[d];
        let wanted = sig.params.len();
        if args.len() != wanted {
            let message = format!(
                "`{}` takes {}, found {}",
                sig.def.name.text,
                arguments(wanted),
                args.len()
            );
            self.report(Diagnostic::error("E0303", span, message).label(sig.def.name.span, "defined here"));
            return make(TKind::Error, sig.result, span);
        }
        let args = args
            .iter()
            .zip(&sig.params)
            .map(|(a, t)| self.check(a, *t))
            .collect();
        make(TKind::Call(d, args), sig.result, span)
    }

    /// `R(a, b)`: membership in a relation.
    fn apply_relation(&mut self, callee: &Expr, args: &[Expr], span: Span) -> TExpr {
        let relation = self.infer_known(callee);
        let tuple = self.types.as_set(relation.ty);
        let columns = tuple.and_then(|t| Some((self.types.as_tuple(t)?.to_vec(), t)));
        let Some((columns, tuple)) = columns else {
            self.not_callable(&relation, span);
            return wrong(span);
        };
        if columns.len() != args.len() {
            let message = format!(
                "this relation takes {}, found {}",
                arguments(columns.len()),
                args.len()
            );
            self.report(Diagnostic::error("E0303", span, message));
            return make(TKind::Error, Types::BOOL, span);
        }
        let args = args.iter().zip(columns).map(|(a, t)| self.check(a, t)).collect();
        let item = make(TKind::Tuple(args), tuple, span);
        make(TKind::In(Box::new(item), Box::new(relation)), Types::BOOL, span)
    }

    fn not_callable(&mut self, callee: &TExpr, span: Span) {
        if self.types.is_error(callee.ty) {
            return;
        }
        let help = match self.types.form(callee.ty) {
            Form::Map(..) => "a map is read with brackets, as in `m[k]`",
            Form::Set(_) => "membership in a set is written `x in S`",
            _ => "definitions and relations are applied to arguments",
        };
        let message = format!("{} cannot be applied to arguments", self.show(callee.ty));
        self.report(Diagnostic::error("E0304", span, message).help(help));
    }

    fn index(&mut self, map: &Expr, key: &Expr, span: Span) -> TExpr {
        let map = self.infer_known(map);
        match *self.types.form(map.ty) {
            Form::Seq(_, of) => self.item(map, of, key, span),
            Form::Map(k, v) | Form::Multiset(k, v) => {
                let key = self.check(key, k);
                make(TKind::Apply(Box::new(map), Box::new(key)), v, span)
            }
            Form::Error => {
                self.typed(key, None);
                wrong(span)
            }
            _ => {
                let message = format!("{} is not a map and has no keys", self.show(map.ty));
                self.report(Diagnostic::error("E0304", span, message).label(map.span, ""));
                wrong(span)
            }
        }
    }

    fn prime(&mut self, inner: &Expr, hint: Option<Ty>, span: Span) -> TExpr {
        if self.setting != Setting::Step {
            let message = "`'`, the value in the next state, means something in a `transition` only";
            let mut error = Diagnostic::error("E0406", span, message);
            if self.setting == Setting::State {
                error = error.help("in an event, the next value is given by an assignment `x := e`");
            }
            self.report(error);
            return wrong(span);
        }
        self.setting = Setting::State;
        let inner = self.typed(inner, hint);
        self.setting = Setting::Step;
        let ty = inner.ty;
        make(TKind::Prime(Box::new(inner)), ty, span)
    }
}

/// The name of a field that is called `value`, at the end of an expression.
fn value_field(span: Span) -> ast::Name {
    ast::Name {
        text: "value".to_owned(),
        span: Span {
            start: span.end.saturating_sub(5),
            ..span
        },
    }
}

pub(super) fn arguments(n: usize) -> String {
    if n == 1 {
        "1 argument".to_owned()
    } else {
        format!("{n} arguments")
    }
}
