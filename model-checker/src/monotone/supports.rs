//! Supports: the minimal sets of growing cells that make a monotone node true, with all other cells fixed.

use std::collections::HashMap;
use std::rc::Rc;

use super::case::Case;
use crate::ground::{CellId, Node, NodeId, Values};

/// Most supports of one node; beyond, the search gives up being exact.
const MOST: usize = 256;

/// A set of cells, sorted.
pub(super) type Needs = Vec<CellId>;

/// Computes and remembers supports.
pub(super) struct Supports<'c, 'm> {
    case: &'c Case<'m>,
    /// Values that do not depend on growing cells that are false at the start.
    fixed: Values,
    memo: HashMap<(NodeId, bool), Option<Rc<Vec<Needs>>>>,
}

impl<'c, 'm> Supports<'c, 'm> {
    /// With these values of all cells at the start.
    pub(super) fn new(case: &'c Case<'m>, start: &[i64]) -> Self {
        let mut fixed = Values::default();
        let open = |c: CellId| start[c.index()] == 0 && case.growing.binary_search(&c).is_ok();
        case.dag().evaluate(&case.order, &mut fixed, &|c, _| {
            (!open(c)).then(|| start[c.index()])
        });
        Self {
            case,
            fixed,
            memo: HashMap::new(),
        }
    }

    /// The supports of `node` being `want`; `None` if it is not monotone in this direction or there are too many.
    pub(super) fn of(&mut self, node: NodeId, want: bool) -> Option<Rc<Vec<Needs>>> {
        if let Some(value) = self.fixed.get(node) {
            let sets = if (value != 0) == want {
                vec![Vec::new()]
            } else {
                Vec::new()
            };
            return Some(Rc::new(sets));
        }
        if let Some(done) = self.memo.get(&(node, want)) {
            return done.clone();
        }
        let result = self.compute(node, want).map(Rc::new);
        self.memo.insert((node, want), result.clone());
        result
    }

    fn compute(&mut self, node: NodeId, want: bool) -> Option<Vec<Needs>> {
        match (self.case.dag().node(node).clone(), want) {
            (Node::Cell(c), true) => Some(vec![vec![c]]),
            (Node::Not(a), _) => self.of(a, !want).map(|r| r.to_vec()),
            (Node::And(xs), true) | (Node::Or(xs), false) => self.all(&xs, want),
            (Node::And(xs), false) | (Node::Or(xs), true) => self.any(&xs, want),
            (Node::Ite(c, a, b), _) => {
                let mut out = Vec::new();
                for (test, branch) in [(true, a), (false, b)] {
                    let condition = self.of(c, test)?;
                    let value = self.of(branch, want)?;
                    out.extend(product(&condition, &value)?);
                }
                minimal(out)
            }
            (_, _) => None,
        }
    }

    fn all(&mut self, parts: &[NodeId], want: bool) -> Option<Vec<Needs>> {
        let mut out = vec![Vec::new()];
        for part in parts {
            let next = self.of(*part, want)?;
            out = minimal(product(&out, &next)?)?;
        }
        Some(out)
    }

    fn any(&mut self, parts: &[NodeId], want: bool) -> Option<Vec<Needs>> {
        let mut out = Vec::new();
        for part in parts {
            out.extend(self.of(*part, want)?.iter().cloned());
        }
        minimal(out)
    }
}

/// Both sets together.
pub(super) fn union(a: &[CellId], b: &[CellId]) -> Needs {
    let mut out = [a, b].concat();
    out.sort_unstable();
    out.dedup();
    out
}

/// All unions of a set of the one and a set of the other.
pub(super) fn product(a: &[Needs], b: &[Needs]) -> Option<Vec<Needs>> {
    if a.len().saturating_mul(b.len()) > MOST * 4 {
        return None;
    }
    Some(
        a.iter()
            .flat_map(|x| b.iter().map(move |y| union(x, y)))
            .collect(),
    )
}

/// Without sets that contain another one.
fn minimal(mut sets: Vec<Needs>) -> Option<Vec<Needs>> {
    sets.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    sets.dedup();
    let mut out: Vec<Needs> = Vec::new();
    for set in sets {
        let covered = out.iter().any(|s| s.iter().all(|c| set.binary_search(c).is_ok()));
        if !covered {
            out.push(set);
        }
    }
    (out.len() <= MOST).then_some(out)
}
