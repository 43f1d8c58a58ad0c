//! Universal clauses over schemas.
//!
//! A clause says that no elements, different where [`Clause::distinct`] says so, satisfy all of some literals. Given as a term of a
//! frame for queries, as a formula of the language for certificates and reports.

use std::collections::HashMap;

use transition_system::subst::substitute;
use transition_system::{Arena, Conjunct, ConjunctSource, ExprId, Quantifier, SortId, System, Type, TypeId};

use super::vocabulary::Vocabulary;
use crate::symbolic::encoder::{Encoder, Result};
use crate::symbolic::term::TermId;
use crate::symbolic::value::{FrameId, ValId};

/// A schema of some variables of a clause, or its negation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Literal {
    pub(super) schema: usize,
    pub(super) args: Vec<usize>,
    pub(super) holds: bool,
}

/// A literal over elements: schema, elements by sort and index, truth value.
pub(super) type Fact = (usize, Vec<(SortId, u32)>, bool);

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Clause {
    /// The sort of each variable.
    pub(super) variables: Vec<SortId>,
    /// Pairs of variables of one sort that are different.
    pub(super) distinct: Vec<(usize, usize)>,
    /// What is not all true.
    pub(super) literals: Vec<Literal>,
}

impl Clause {
    /// The clause of literals over elements, given as a sort and a number each. Elements become variables, in order of use.
    pub(super) fn new(literals: &[Fact]) -> Self {
        let mut elements: Vec<(SortId, u32)> = Vec::new();
        let mut out = Vec::new();
        for (schema, args, holds) in literals {
            let args = args
                .iter()
                .map(|e| match elements.iter().position(|x| x == e) {
                    Some(i) => i,
                    None => {
                        elements.push(*e);
                        elements.len() - 1
                    }
                })
                .collect();
            out.push(Literal {
                schema: *schema,
                args,
                holds: *holds,
            });
        }
        let variables: Vec<SortId> = elements.iter().map(|(s, _)| *s).collect();
        let pairs = (0..variables.len()).flat_map(|i| (i + 1..variables.len()).map(move |j| (i, j)));
        let distinct = pairs.filter(|(i, j)| variables[*i] == variables[*j]).collect();
        Self {
            variables,
            distinct,
            literals: out,
        }
    }

    /// The clause as a term about a frame.
    pub(super) fn term(
        &self,
        vocabulary: &Vocabulary,
        encoder: &mut Encoder<'_>,
        frame: FrameId,
        types: &HashMap<SortId, TypeId>,
    ) -> Result<TermId> {
        self.quantified(vocabulary, encoder, frame, types, &mut Vec::new())
    }

    fn quantified(
        &self,
        vocabulary: &Vocabulary,
        encoder: &mut Encoder<'_>,
        frame: FrameId,
        types: &HashMap<SortId, TypeId>,
        values: &mut Vec<ValId>,
    ) -> Result<TermId> {
        if let Some(sort) = self.variables.get(values.len()) {
            let ty = types[sort];
            return encoder.quantify(Quantifier::Forall, ty, &mut |encoder, value| {
                values.push(value);
                let inner = self.quantified(vocabulary, encoder, frame, types, values);
                values.pop();
                inner
            });
        }
        let mut parts = Vec::new();
        for (i, j) in &self.distinct {
            parts.push(encoder.equal(values[*i], values[*j], types[&self.variables[*i]])?);
        }
        for literal in &self.literals {
            let schema = &vocabulary.schemas[literal.schema];
            let mut env = encoder.closed();
            for ((binder, _), arg) in schema.args.iter().zip(&literal.args) {
                env = encoder.bind(env, *binder, values[*arg]);
            }
            let term = encoder.formula(schema.formula, env, frame)?;
            parts.push(if literal.holds {
                encoder.terms.not(term)
            } else {
                term
            });
        }
        Ok(encoder.terms.or(parts))
    }

    /// The clause as a formula of the system.
    pub(super) fn formula(&self, vocabulary: &Vocabulary, system: &mut System) -> ExprId {
        let mut used: HashMap<String, u32> = HashMap::new();
        let mut binders = Vec::new();
        for sort in &self.variables {
            let letter = system.sort(*sort).name.to_lowercase();
            let letter: String = letter.chars().filter(char::is_ascii_alphabetic).take(1).collect();
            let count = used.entry(letter.clone()).or_insert(0);
            *count += 1;
            let ty = system.arena.ty(Type::Sort(*sort));
            binders.push(system.arena.binder(format!("{letter}{count}"), ty));
        }
        let arena = &mut system.arena;
        let bound: Vec<ExprId> = binders.iter().map(|b| arena.bound(*b)).collect();
        let body = self.body(vocabulary, arena, &bound);
        arena.forall(&binders, body)
    }

    /// As an implication whose left side are what is different and the literals that hold, and the right side those that do not.
    fn body(&self, vocabulary: &Vocabulary, arena: &mut Arena, bound: &[ExprId]) -> ExprId {
        let pairs = self.distinct.iter();
        let different = pairs.map(|(i, j)| arena.ne(bound[*i], bound[*j])).collect();
        let (mut left, mut right): (Vec<ExprId>, Vec<ExprId>) = (different, Vec::new());
        for literal in &self.literals {
            let schema = &vocabulary.schemas[literal.schema];
            let with = schema.args.iter().zip(&literal.args);
            let with: HashMap<_, _> = with.map(|((binder, _), arg)| (*binder, bound[*arg])).collect();
            let atom = substitute(arena, schema.formula, &with);
            if literal.holds {
                left.push(atom);
            } else {
                right.push(atom);
            }
        }
        if right.is_empty() {
            let last = left.pop();
            right.extend(last.map(|atom| arena.not(atom)));
        }
        let (left, right) = (arena.and(left), arena.or(right));
        arena.implies(left, right)
    }

    /// The clause as a conjunct of an invariant.
    pub(super) fn conjunct(&self, vocabulary: &Vocabulary, system: &mut System, number: usize) -> Conjunct {
        Conjunct {
            name: format!("found-{number}"),
            formula: self.formula(vocabulary, system),
            source: ConjunctSource::Engine,
        }
    }
}
