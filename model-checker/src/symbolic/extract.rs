//! From a model of a finite scope back to states of the system.
//!
//! Takes a model and the encoding it is of, whose sorts are all finite. Gives states, arguments and values
//! as the reference evaluator has them, or nothing where an integer of the model is beyond `i64`.

use std::collections::{BTreeMap, BTreeSet};

use transition_system::value::domain;
use transition_system::{State, Type, TypeId, Value};

use super::encoder::Encoder;
use super::solver::{Model, Session};
use super::term::Base;
use super::value::{EnvId, FrameId, Val, ValId};

/// Most keys of a map or candidates for elements of a set that are read.
const READ_LIMIT: u64 = 1 << 16;

/// What values are read with.
pub(super) struct Reader<'r, 'a> {
    pub(super) encoder: &'r mut Encoder<'a>,
    pub(super) session: &'r mut Session<'a>,
    pub(super) model: &'r Model,
}

impl Reader<'_, '_> {
    /// A state of the model.
    pub(super) fn state(&mut self, frame: FrameId) -> Option<State> {
        let system = self.encoder.system;
        let constants = self.encoder.constants.clone();
        let constants = system
            .constants
            .iter()
            .zip(constants)
            .map(|(c, v)| self.value(v, c.ty))
            .collect::<Option<_>>()?;
        let variables = self.encoder.variables(frame);
        let variables = system
            .variables
            .iter()
            .zip(variables)
            .map(|(x, v)| self.value(v, x.ty))
            .collect::<Option<_>>()?;
        Some(State { constants, variables })
    }

    /// The arguments of an event.
    pub(super) fn arguments(&mut self, event: transition_system::EventId, env: EnvId) -> Option<Vec<Value>> {
        let system = self.encoder.system;
        system
            .event(event)
            .binders()
            .map(|b| {
                let value = self.encoder.binding(env, b).ok()?;
                self.value(value, system.arena.binder_info(b).ty)
            })
            .collect()
    }

    /// A value of the model.
    pub(super) fn value(&mut self, id: ValId, ty: TypeId) -> Option<Value> {
        let system = self.encoder.system;
        match (self.encoder.get(id).clone(), system.arena.type_of_id(ty)) {
            (Val::Leaf(term), _) => match self.encoder.terms.base(term) {
                Base::Bool => self
                    .session
                    .truth(self.encoder, self.model, term)
                    .map(Value::Bool),
                Base::Int => self
                    .session
                    .integer(self.encoder, self.model, term)
                    .map(Value::Int),
                Base::Enum(e) => Some(Value::Enumerator(
                    e,
                    self.session.element(self.encoder, self.model, term)?,
                )),
                Base::Sort(s) => Some(Value::Element(
                    s,
                    self.session.element(self.encoder, self.model, term)?,
                )),
                Base::Event => None,
            },
            (Val::Option(some, value), Type::Option(inner)) => {
                if self.session.truth(self.encoder, self.model, some)? {
                    Some(Value::Some(Box::new(self.value(value, *inner)?)))
                } else {
                    Some(Value::None)
                }
            }
            (Val::Tuple(items), Type::Tuple(parts)) => {
                let items = items
                    .into_iter()
                    .zip(parts)
                    .map(|(v, t)| self.value(v, *t))
                    .collect::<Option<_>>()?;
                Some(Value::Tuple(items))
            }
            (_, Type::Set(elem)) => self.set(id, *elem),
            (_, Type::Map(key, value)) => self.map(id, *key, *value),
            (_, _) => None,
        }
    }

    fn set(&mut self, id: ValId, elem: TypeId) -> Option<Value> {
        let mut items = BTreeSet::new();
        for item in domain(self.encoder.system, &self.encoder.scope, elem, READ_LIMIT).ok()? {
            let key = self.encoder.lift(&item, elem).ok()?;
            let member = self.encoder.member(key, id).ok()?;
            if self.session.truth(self.encoder, self.model, member)? {
                items.insert(item);
            }
        }
        Some(Value::Set(items))
    }

    fn map(&mut self, id: ValId, key_ty: TypeId, value_ty: TypeId) -> Option<Value> {
        let mut entries = BTreeMap::new();
        for key in domain(self.encoder.system, &self.encoder.scope, key_ty, READ_LIMIT).ok()? {
            let at = self.encoder.lift(&key, key_ty).ok()?;
            let value = self.encoder.apply(id, at).ok()?;
            entries.insert(key, self.value(value, value_ty)?);
        }
        Some(Value::Map(entries))
    }
}
