//! Structured values as trees of nodes: choice, equality, selection by a key.

use std::sync::Arc;

use transition_system::Value;

use super::dag::{Dag, NodeId};
use super::error::GroundError;
use super::shape::{Scalar, Shape, Tree};

/// A value in every state: a node per scalar.
pub type Term = Tree<NodeId>;

/// Where a key may be among the keys of a map or the elements of a set.
pub enum Places {
    /// At this position.
    At(usize),
    /// At each position under its condition; exactly one condition holds where the key is defined.
    Under(Vec<(usize, NodeId)>),
}

impl Dag {
    /// The term that has these scalars in every state.
    pub fn lift(&mut self, tree: &Tree<i64>, shape: &Shape) -> Term {
        match (tree, shape) {
            (Tree::Scalar(code), Shape::Scalar(Scalar::Bool)) => Tree::Scalar(self.bool(*code != 0)),
            (Tree::Scalar(code), _) => Tree::Scalar(self.int(*code)),
            (Tree::Set(bits), _) => Tree::Set(bits.iter().map(|b| self.bool(*b != 0)).collect()),
            (Tree::Map(parts), Shape::Map(_, _, inner)) => {
                Tree::Map(parts.iter().map(|p| self.lift(p, inner)).collect())
            }
            (Tree::Tuple(parts), Shape::Tuple(shapes)) => {
                Tree::Tuple(parts.iter().zip(shapes).map(|(p, s)| self.lift(p, s)).collect())
            }
            (Tree::Option(flag, payload), Shape::Option(inner)) => {
                Tree::Option(self.bool(*flag != 0), Arc::new(self.lift(payload, inner)))
            }
            (other, _) => other.map(&mut |code| self.int(code)),
        }
    }

    /// The scalars of a term that is the same in every state.
    #[must_use]
    pub fn literals(&self, term: &Term) -> Option<Tree<i64>> {
        let mut known = true;
        let tree = term.map(&mut |node| {
            let value = self.literal(node);
            known &= value.is_some();
            value.unwrap_or(0)
        });
        known.then_some(tree)
    }

    /// `if c then a else b` on terms of one shape.
    pub fn term_ite(&mut self, c: NodeId, a: &Term, b: &Term) -> Term {
        match c {
            Self::TRUE => return a.clone(),
            Self::FALSE => return b.clone(),
            _ => {}
        }
        match (a, b) {
            (Tree::Scalar(x), Tree::Scalar(y)) => Tree::Scalar(self.ite(c, *x, *y)),
            (Tree::Set(xs), Tree::Set(ys)) => Tree::Set(
                xs.iter()
                    .zip(ys.iter())
                    .map(|(x, y)| self.ite(c, *x, *y))
                    .collect(),
            ),
            (Tree::Map(xs), Tree::Map(ys)) => Tree::Map(self.ite_all(c, xs, ys)),
            (Tree::Tuple(xs), Tree::Tuple(ys)) => Tree::Tuple(self.ite_all(c, xs, ys)),
            (Tree::Option(p, x), Tree::Option(q, y)) => {
                Tree::Option(self.ite(c, *p, *q), Arc::new(self.term_ite(c, x, y)))
            }
            (_, _) => a.clone(),
        }
    }

    fn ite_all(&mut self, c: NodeId, xs: &[Term], ys: &[Term]) -> Arc<[Term]> {
        xs.iter().zip(ys).map(|(x, y)| self.term_ite(c, x, y)).collect()
    }

    /// Equality of terms of one shape.
    pub fn term_eq(&mut self, a: &Term, b: &Term) -> NodeId {
        let mut parts = Vec::new();
        super::cells::zip(a, b, &mut |x, y| parts.push(self.eq(x, y)));
        self.and(parts)
    }

    /// Where a key of this shape may be among `keys` (sorted values of the shape).
    ///
    /// # Errors
    /// [`GroundError`] if a key is not of the shape: an internal error.
    pub fn places(&mut self, key: &Term, shape: &Shape, keys: &[Value]) -> Result<Places, GroundError> {
        if let Some(tree) = self.literals(key) {
            let value = shape.decode(&tree);
            // a literal outside is an undefined index: no one may use what is read there
            return Ok(Places::At(keys.binary_search(&value).unwrap_or(0)));
        }
        let mut under = Vec::new();
        for (i, value) in keys.iter().enumerate() {
            let tree = shape.encode(value)?;
            let here = self.lift(&tree, shape);
            let condition = self.term_eq(key, &here);
            if condition != Self::FALSE {
                under.push((i, condition));
            }
        }
        Ok(match under.as_slice() {
            [] => Places::At(0),
            [(i, _)] => Places::At(*i),
            _ => Places::Under(under),
        })
    }

    /// The part at a place.
    pub fn select(&mut self, parts: &[Term], places: &Places) -> Term {
        match places {
            Places::At(i) => parts[*i].clone(),
            Places::Under(under) => {
                let choices: Vec<(NodeId, &Term)> = under.iter().map(|(i, c)| (*c, &parts[*i])).collect();
                self.choose(&choices)
            }
        }
    }

    /// The bit at a place.
    pub fn select_bit(&mut self, bits: &[NodeId], places: &Places) -> NodeId {
        match places {
            Places::At(i) => bits[*i],
            Places::Under(under) => {
                let parts: Vec<_> = under.iter().map(|(i, c)| self.and([*c, bits[*i]])).collect();
                self.or(parts)
            }
        }
    }

    /// The parts with the one at a place replaced.
    pub fn store(&mut self, parts: &[Term], places: &Places, value: &Term) -> Arc<[Term]> {
        let mut out = parts.to_vec();
        match places {
            Places::At(i) => out[*i] = value.clone(),
            Places::Under(under) => {
                for (i, condition) in under {
                    out[*i] = self.term_ite(*condition, value, &parts[*i]);
                }
            }
        }
        out.into()
    }

    /// The term whose condition holds: exactly one does, where this is used. Splits in halves, so that the
    /// result is as deep as the logarithm of the number of choices.
    fn choose(&mut self, choices: &[(NodeId, &Term)]) -> Term {
        match choices {
            [] => Tree::Scalar(Self::FALSE),
            [(_, only)] => (*only).clone(),
            [(c, first), (_, second)] => self.term_ite(*c, first, second),
            _ if matches!(choices[0].1, Tree::Scalar(n) if self.is_boolean(*n)) => {
                let mut parts = Vec::with_capacity(choices.len());
                for (c, term) in choices {
                    if let Tree::Scalar(node) = term {
                        parts.push(self.and([*c, *node]));
                    }
                }
                Tree::Scalar(self.or(parts))
            }
            _ => {
                let (left, right) = choices.split_at(choices.len() / 2);
                let condition = self.or(left.iter().map(|(c, _)| *c));
                let (left, right) = (self.choose(left), self.choose(right));
                self.term_ite(condition, &left, &right)
            }
        }
    }
}
