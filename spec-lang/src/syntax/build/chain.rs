//! Operators: from a flat sequence to a tree, by precedence.
//!
//! From loosest to tightest: `<=>`; `=>` (to the right); `or`; `and`; `not`; comparisons, `in`, `subset` (which do
//! not chain); `|` and `\`; `&`; `+` and `-`; `*`, `/`, `%` and `><`; `-` as a sign. All but `=>` group to the left. In
//! temporal formulas `~>` and `until` stand between `=>` and `or`, and do not chain; `always` and `eventually` stand with
//! `not`.

use super::super::ast::{Arith, BinaryOp, Compare, Expr, ExprKind, SetOp};
use super::super::{Pair, Rule};
use super::Builder;
use crate::source::Span;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Not,
    Neg,
    And,
    Or,
    Binary(BinaryOp),
    Always,
    Eventually,
    Until,
    LeadsTo,
}

impl Operator {
    fn precedence(self) -> u8 {
        match self {
            Operator::Binary(BinaryOp::Iff) => 1,
            Operator::Binary(BinaryOp::Implies) => 2,
            Operator::Until | Operator::LeadsTo => 3,
            Operator::Or => 4,
            Operator::And => 5,
            Operator::Not | Operator::Always | Operator::Eventually => 6,
            Operator::Binary(BinaryOp::Compare(_)) => 7,
            Operator::Binary(BinaryOp::Set(SetOp::Union | SetOp::Diff)) => 8,
            Operator::Binary(BinaryOp::Set(SetOp::Inter)) => 9,
            Operator::Binary(BinaryOp::Arith(Arith::Add | Arith::Sub)) => 10,
            Operator::Binary(BinaryOp::Product | BinaryOp::Arith(Arith::Mul | Arith::Div | Arith::Mod)) => 11,
            Operator::Neg => 12,
        }
    }

    fn of_prefix(text: &str) -> Self {
        match text {
            "-" => Operator::Neg,
            "always" | "□" => Operator::Always,
            "eventually" | "◇" => Operator::Eventually,
            _ => Operator::Not,
        }
    }

    fn of_infix(text: &str) -> Option<Self> {
        use BinaryOp::{Arith as A, Compare as C, Set as S};
        Some(match text {
            "and" | "∧" | "&&" | "/\\" => Operator::And,
            "or" | "∨" | "||" | "\\/" => Operator::Or,
            "until" => Operator::Until,
            "~>" | "↝" => Operator::LeadsTo,
            _ => Operator::Binary(match text {
                "<=>" | "⇔" => BinaryOp::Iff,
                "=>" | "⇒" => BinaryOp::Implies,
                "==" | "=" => C(Compare::Eq),
                "!=" | "≠" => C(Compare::Ne),
                "<" => C(Compare::Lt),
                "<=" | "≤" => C(Compare::Le),
                ">" => C(Compare::Gt),
                ">=" | "≥" => C(Compare::Ge),
                "in" | "∈" => C(Compare::In),
                "subset" | "⊆" => C(Compare::Subset),
                "|" | "∪" => S(SetOp::Union),
                "&" | "∩" => S(SetOp::Inter),
                "\\" => S(SetOp::Diff),
                "><" | "×" => BinaryOp::Product,
                "+" => A(Arith::Add),
                "-" => A(Arith::Sub),
                "*" => A(Arith::Mul),
                "/" => A(Arith::Div),
                "%" => A(Arith::Mod),
                "∉" => C(Compare::NotIn),
                _ if text.starts_with("not") => C(Compare::NotIn),
                _ => return None,
            }),
        })
    }
}

/// How an operator of another language is written here.
fn foreign(text: &str) -> Option<&'static str> {
    Some(match text {
        "&&" | "/\\" => "and",
        "||" | "\\/" => "or",
        "=" => "==",
        "!" => "not",
        _ => return None,
    })
}

struct Chain {
    operands: Vec<Expr>,
    /// Operators waiting for their right side; the place of a prefix operator.
    waiting: Vec<(Operator, Span)>,
}

impl Builder<'_> {
    /// A sequence of prefix operators, operands and infix operators.
    pub(super) fn chain(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let span = self.span(&pair);
        let items: Vec<_> = pair.into_inner().collect();
        if let [only] = items.as_slice() {
            let built = self.deeper(1, span, |b| b.operand(only.clone()));
            return built.unwrap_or(Some(broken(span)));
        }
        let levels = levels(&items);
        let built = self.deeper(levels + 1, span, |b| b.operators(items));
        built.unwrap_or(Some(broken(span)))
    }

    fn operators(&mut self, items: Vec<Pair<'_>>) -> Option<Expr> {
        let mut chain = Chain {
            operands: Vec::new(),
            waiting: Vec::new(),
        };
        for item in items {
            let span = self.span(&item);
            match item.as_rule() {
                Rule::prefix | Rule::t_prefix => {
                    self.report_foreign(item.as_str(), span);
                    chain.waiting.push((Operator::of_prefix(item.as_str()), span));
                }
                Rule::infix
                | Rule::infix_no_in
                | Rule::infix_no_implies
                | Rule::arith_op
                | Rule::set_op
                | Rule::bar_free_op
                | Rule::t_infix => {
                    self.report_foreign(item.as_str(), span);
                    let op = Operator::of_infix(item.as_str())?;
                    self.reduce_tighter(&mut chain, op)?;
                    chain.waiting.push((op, span));
                }
                _ => chain.operands.push(self.operand(item)?),
            }
        }
        while let Some((op, span)) = chain.waiting.pop() {
            self.reduce(&mut chain, op, span)?;
        }
        chain.operands.pop()
    }

    fn report_foreign(&mut self, text: &str, span: Span) {
        if let Some(ours) = foreign(text) {
            let message = format!("`{text}` is written `{ours}` here");
            self.error("E0107", span, message);
        }
    }

    fn reduce_tighter(&mut self, chain: &mut Chain, next: Operator) -> Option<()> {
        let right = next == Operator::Binary(BinaryOp::Implies);
        while let Some((op, span)) = chain.waiting.last().copied() {
            let (old, new) = (op.precedence(), next.precedence());
            if old < new || (old == new && right) {
                break;
            }
            chain.waiting.pop();
            self.reduce(chain, op, span)?;
        }
        Some(())
    }

    fn reduce(&mut self, chain: &mut Chain, op: Operator, at: Span) -> Option<()> {
        let right = chain.operands.pop()?;
        let made = match op {
            Operator::Not => unary(at, right, ExprKind::Not),
            Operator::Neg => negative(at, right),
            Operator::And => join(chain.operands.pop()?, right, true),
            Operator::Or => join(chain.operands.pop()?, right, false),
            Operator::Always => unary(at, right, ExprKind::Always),
            Operator::Eventually => unary(at, right, ExprKind::Eventually),
            Operator::Until | Operator::LeadsTo => {
                let left = chain.operands.pop()?;
                self.temporal(op, left, right, at)
            }
            Operator::Binary(op) => {
                let left = chain.operands.pop()?;
                if self.is_chained(op, &left, &right, at) {
                    chain.operands.push(broken(left.span.to(right.span)));
                    return Some(());
                }
                plain(
                    left.span.to(right.span),
                    ExprKind::Binary {
                        op,
                        left: Box::new(left),
                        right: Box::new(right),
                    },
                )
            }
        };
        chain.operands.push(made);
        Some(())
    }

    /// `p until q` or `p ~> q`, neither of which chains.
    fn temporal(&mut self, op: Operator, left: Expr, right: Expr, at: Span) -> Expr {
        let span = left.span.to(right.span);
        if matches!(left.kind, ExprKind::Until(..) | ExprKind::LeadsTo(..)) && !left.parens {
            self.error("E0409", at, "`~>` and `until` cannot be chained").help =
                Some("use parentheses to say which belongs together".to_owned());
            return broken(span);
        }
        let (left, right) = (Box::new(left), Box::new(right));
        plain(
            span,
            if op == Operator::Until {
                ExprKind::Until(left, right)
            } else {
                ExprKind::LeadsTo(left, right)
            },
        )
    }

    /// Whether this compares a comparison, which is reported.
    fn is_chained(&mut self, op: BinaryOp, left: &Expr, right: &Expr, at: Span) -> bool {
        let is_comparison = |e: &Expr| {
            let comparison = matches!(
                e.kind,
                ExprKind::Binary {
                    op: BinaryOp::Compare(_),
                    ..
                }
            );
            comparison && !e.parens
        };
        let chained = matches!(op, BinaryOp::Compare(_)) && (is_comparison(left) || is_comparison(right));
        if chained {
            self.error("E0108", at, "comparisons cannot be chained").help =
                Some("write `a < b and b < c`, or use parentheses to compare truth values".to_owned());
        }
        chained
    }
}

/// How deep the tree of a sequence becomes at most: `and` and `or` make it wider, and what stands between two
/// of them is not inside each other.
fn levels(items: &[Pair<'_>]) -> usize {
    let (mut loose, mut here, mut most) = (0, 0, 0);
    for item in items {
        let op = match item.as_rule() {
            Rule::prefix | Rule::t_prefix => Some(Operator::Not),
            Rule::infix
            | Rule::infix_no_in
            | Rule::infix_no_implies
            | Rule::arith_op
            | Rule::set_op
            | Rule::bar_free_op
            | Rule::t_infix => Operator::of_infix(item.as_str()),
            _ => None,
        };
        match op {
            Some(Operator::Binary(BinaryOp::Iff | BinaryOp::Implies)) => {
                loose += 1;
                here = 0;
            }
            Some(Operator::And | Operator::Or) => here = 0,
            Some(
                Operator::Not
                | Operator::Neg
                | Operator::Binary(_)
                | Operator::Always
                | Operator::Eventually
                | Operator::Until
                | Operator::LeadsTo,
            ) => here += 1,
            None => {}
        }
        most = most.max(here);
    }
    loose + most + 1
}

pub(super) fn plain(span: Span, kind: ExprKind) -> Expr {
    Expr {
        kind,
        span,
        parens: false,
    }
}

pub(super) fn broken(span: Span) -> Expr {
    plain(span, ExprKind::Broken)
}

fn unary(at: Span, operand: Expr, make: fn(Box<Expr>) -> ExprKind) -> Expr {
    plain(at.to(operand.span), make(Box::new(operand)))
}

fn negative(at: Span, operand: Expr) -> Expr {
    match operand.kind {
        ExprKind::Int(n) if !operand.parens => plain(at.to(operand.span), ExprKind::Int(-n)),
        _ => unary(at, operand, ExprKind::Neg),
    }
}

/// `left and right`, flat.
fn join(left: Expr, right: Expr, and: bool) -> Expr {
    let span = left.span.to(right.span);
    let mut parts = match (left.kind, and) {
        (ExprKind::And(parts), true) | (ExprKind::Or(parts), false) if !left.parens => parts,
        (kind, _) => vec![Expr { kind, ..left }],
    };
    parts.push(right);
    plain(
        span,
        if and {
            ExprKind::And(parts)
        } else {
            ExprKind::Or(parts)
        },
    )
}
