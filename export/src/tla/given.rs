//! Constants that an instance gives as a whole, at once or place by place.

use std::collections::BTreeMap;

use transition_system::value::domain_size;
use transition_system::{ConstId, ExprId, Given, Scope, System, Type, TypeId};

use super::expr::Writer;
use crate::block::Block;

/// Deepest map that is put together from its places: the keys are `key1`, `key2`, ...
const DEEPEST: usize = 4;
/// Most keys of such a map.
const MOST_KEYS: u64 = 4096;

/// A value that is known as a whole.
#[derive(Clone, Debug)]
pub(super) enum Known {
    Value(ExprId),
    /// For every key of the map, in the order given.
    Places(Vec<(ExprId, Known)>),
}

/// The value of a constant, if it is given as a whole.
pub(super) fn known(system: &System, id: ConstId) -> Option<Known> {
    let givens: Vec<&Given> = system.givens.iter().filter(|g| g.constant == id).collect();
    put_together(system, system.constant(id).ty, &givens, 0)
}

/// The value of the place that the first `depth` indices of all givens lead to.
fn put_together(system: &System, ty: TypeId, givens: &[&Given], depth: usize) -> Option<Known> {
    if let Some(whole) = givens.iter().find(|g| g.indices.len() == depth) {
        return whole.value.map(Known::Value);
    }
    let Type::Map(key, value) = *system.arena.type_of_id(ty) else {
        return None;
    };
    let mut order = Vec::new();
    let mut by_key: BTreeMap<ExprId, Vec<&Given>> = BTreeMap::new();
    for given in givens {
        let key = given.indices[depth];
        let group = by_key.entry(key).or_default();
        if group.is_empty() {
            order.push(key);
        }
        group.push(given);
    }
    let keys = domain_size(system, &Scope::new(), key, MOST_KEYS).ok()?;
    if order.len() as u64 != keys || depth == DEEPEST {
        return None;
    }
    let places = order
        .into_iter()
        .map(|k| Some((k, put_together(system, value, &by_key[&k], depth + 1)?)));
    Some(Known::Places(places.collect::<Option<_>>()?))
}

impl Writer<'_> {
    /// A known value of this type; inside of so many maps.
    pub(super) fn known(&mut self, value: &Known, ty: TypeId, depth: usize) -> Block {
        let (places, types) = match (value, self.system.arena.type_of_id(ty)) {
            (Known::Value(e), _) => return self.block(*e),
            (Known::Places(places), Type::Map(key, value)) => (places, (*key, *value)),
            (Known::Places(_), _) => return Block::line("{}"),
        };
        let name = format!("key{}", depth + 1);
        let head = format!("[{name} \\in {} |-> ", self.set_of_plain(types.0));
        let mut lines = Vec::new();
        for (i, (key, inner)) in places.iter().enumerate() {
            let word = if i == 0 { "CASE " } else { "  [] " };
            let case = Block::line(format!("{word}{name} = ")).beside(self.operand(*key));
            lines.push(
                case.beside(Block::line(" -> "))
                    .beside(self.known(inner, types.1, depth + 1)),
            );
        }
        Block::line(head)
            .beside(Block::stack(lines))
            .beside(Block::line("]"))
    }
}
