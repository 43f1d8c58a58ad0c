//! Every name of a module, given before anything is written.

use std::collections::HashMap;

use transition_system::{BinderId, ConstId, EnumId, EventId, PropertyId, SortId, System, VarId};

use crate::name::{Namer, plain};

/// Words of TLA+, of the standard modules, of configurations, and what every module here defines.
const RESERVED: &str = "ACTION ASSUME ASSUMPTION AXIOM BOOLEAN BY CASE CHOOSE CONSTANT CONSTANTS COROLLARY DEF \
    DEFINE DEFS DOMAIN ELSE ENABLED EXCEPT EXTENDS FALSE HAVE HIDE IF IN INSTANCE LAMBDA LEMMA LET LOCAL MODULE NEW \
    OBVIOUS OMITTED ONLY OTHER PICK PROOF PROPOSITION PROVE QED RECURSIVE STATE STRING SUBSET SUFFICES TAKE TEMPORAL \
    THEN THEOREM TRUE UNCHANGED UNION USE VARIABLE VARIABLES WITH WITNESS \
    SPECIFICATION INIT NEXT INVARIANT INVARIANTS PROPERTY PROPERTIES CONSTRAINT CONSTRAINTS ACTION_CONSTRAINT \
    ACTION_CONSTRAINTS SYMMETRY VIEW ALIAS TYPE TYPE_CONSTRAINT CHECK_DEADLOCK POSTCONDITION PERIODIC \
    Nat Int Real Infinity Seq Len Append Head Tail SubSeq SelectSeq Cardinality IsFiniteSet Print PrintT Assert \
    JavaTime TLCGet TLCSet Permutations SortSeq RandomElement Any ToString TLCEval TLCExt \
    TypeOK Init Next Spec Fairness vars Option Sum Least Greatest Closure Quotient Remainder go more R_ S_ f_ x_ y_ key1 key2 key3 key4";

/// See the module.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) module: String,
    pub(crate) constants: Vec<String>,
    pub(crate) variables: Vec<String>,
    pub(crate) events: Vec<String>,
    pub(crate) properties: Vec<String>,
    sorts: Vec<String>,
    enums: Vec<String>,
    elements: Vec<Vec<String>>,
    enumerators: Vec<Vec<String>>,
    namer: Namer,
    bound: HashMap<BinderId, String>,
    in_scope: Vec<String>,
}

impl Names {
    pub(crate) fn new(system: &System) -> Self {
        let mut namer = Namer::new(RESERVED.split_whitespace());
        let module = namer.give(&system.name, "module");
        let mut give = |name: &str, kind: &str| namer.give(name, kind);
        let variables = system.variables.iter().map(|v| give(&v.name, "var")).collect();
        let constants = system.constants.iter().map(|c| give(&c.name, "const")).collect();
        let sorts: Vec<String> = system.sorts.iter().map(|s| give(&s.name, "sort")).collect();
        let enums = system
            .enumerations
            .iter()
            .map(|e| give(&e.name, "enum"))
            .collect();
        let events = system.events.iter().map(|e| give(&e.name, "event")).collect();
        let properties = system
            .properties
            .iter()
            .map(|p| give(&p.name, "property"))
            .collect();
        let named = |s: &transition_system::Sort| s.elements.clone();
        let elements = system
            .sorts
            .iter()
            .map(|s| named(s).iter().map(|e| give(e, &plain(&s.name))).collect())
            .collect();
        let enumerators = system.enumerations.iter().map(|e| {
            let mut own = Namer::default();
            e.enumerators.iter().map(|x| own.give(x, "enumerator")).collect()
        });
        Self {
            module,
            constants,
            variables,
            events,
            properties,
            sorts,
            enums,
            elements,
            enumerators: enumerators.collect(),
            namer,
            bound: HashMap::new(),
            in_scope: Vec::new(),
        }
    }

    pub(crate) fn sort(&self, id: SortId) -> &str {
        &self.sorts[id.index()]
    }

    /// The set of an enumeration.
    pub(crate) fn enumeration(&self, id: EnumId) -> &str {
        &self.enums[id.index()]
    }

    pub(crate) fn constant(&self, id: ConstId) -> &str {
        &self.constants[id.index()]
    }

    pub(crate) fn variable(&self, id: VarId) -> &str {
        &self.variables[id.index()]
    }

    pub(crate) fn event(&self, id: EventId) -> &str {
        &self.events[id.index()]
    }

    pub(crate) fn property(&self, id: PropertyId) -> &str {
        &self.properties[id.index()]
    }

    /// The named elements of a sort.
    pub(crate) fn elements(&self, id: SortId) -> &[String] {
        &self.elements[id.index()]
    }

    /// Model values for the elements of an open sort.
    pub(crate) fn model_values(&mut self, id: SortId, size: u32) -> Vec<String> {
        let sort = self.sorts[id.index()].clone();
        (0..size)
            .map(|i| self.namer.give(&format!("{sort}_{i}"), "value"))
            .collect()
    }

    /// An enumerator as a string.
    pub(crate) fn enumerator(&self, of: EnumId, index: u32) -> String {
        format!("\"{}\"", self.enumerators[of.index()][index as usize])
    }

    pub(crate) fn enumerators(&self, of: EnumId) -> Vec<String> {
        let count = self.enumerators[of.index()].len() as u32;
        (0..count).map(|i| self.enumerator(of, i)).collect()
    }

    /// A name of our own for a definition.
    pub(crate) fn fresh(&mut self, name: &str) -> String {
        self.namer.give(name, "definition")
    }

    /// Brings a bound variable into scope; TLA+ does not let it hide anything.
    pub(crate) fn enter(&mut self, binder: BinderId, name: &str) -> String {
        let wish = plain(name);
        let free = |n: &String| !self.namer.has(n) && !self.in_scope.contains(n);
        let mut candidates = std::iter::once(wish.clone()).chain((2u32..).map(|n| format!("{wish}_{n}")));
        let given = candidates.find(free).unwrap_or(wish);
        self.in_scope.push(given.clone());
        self.bound.insert(binder, given.clone());
        given
    }

    /// Ends the scope of a bound variable.
    pub(crate) fn leave(&mut self, binder: BinderId) {
        if let Some(name) = self.bound.remove(&binder) {
            self.in_scope.retain(|n| *n != name);
        }
    }

    pub(crate) fn bound(&self, binder: BinderId) -> &str {
        self.bound.get(&binder).map_or("unbound", String::as_str)
    }
}
