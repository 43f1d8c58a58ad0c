//! The normal form of a packed state: one for all states that differ by an exchange of like elements, or at least few.
//!
//! Elements are told apart by what the cells say of them: each has a colour, which is made again of its colour and of
//! what stands in the cells that mention it, with the colours of the other elements there, until no more colours
//! appear (colour refinement: Weisfeiler and Leman 1968; McKay, Piperno, "Practical graph isomorphism, II", 2014). Elements
//! of a class are then renamed in order of colour. Where elements of one colour can be exchanged and the state
//! stays as it is, their order does not matter. Where not, each of them in turn is given a colour of its own, and the
//! least of the states so made is taken. Those that lead to the same state as the first of them are not looked
//! into further (they differ by a symmetry of the state), and beyond [`TRIALS`] the rest is left out: the result is
//! then still a state that differs by an exchange, but may not be the same for all of them.

use std::sync::Arc;

use super::fields::{Element, Field, Fields};

/// Colourings tried for one state.
const TRIALS: u32 = 200;

/// Elements that are alike, in order.
#[derive(Clone, Debug)]
pub(super) struct Class {
    pub(super) members: Vec<Element>,
    /// Whether no cell holds one of them, and each is the only key of the cells that mention it: then those of one
    /// colour can be exchanged, once all others are told apart.
    pub(super) simple: bool,
}

/// What does not change.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) fields: Fields,
    /// Those that are not simple come first.
    pub(super) classes: Vec<Class>,
    /// Colours by class.
    pub(super) colours: Vec<u64>,
    /// Whether every cell speaks of one element only: then colours are made once.
    pub(super) local: bool,
}

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Normaliser {
    pub(super) group: Arc<Group>,
    codes: Vec<u64>,
    source: Vec<u64>,
    /// The best renaming so far.
    to: Vec<Element>,
    best: Vec<u64>,
    /// The last one tried.
    trial: Trial,
    /// Colours at each depth of the search.
    levels: Vec<Vec<u64>>,
    trials: u32,
}

#[derive(Clone, Debug, Default)]
struct Trial {
    to: Vec<Element>,
    state: Vec<u64>,
    order: Vec<Element>,
    sums: Vec<u64>,
    sorted: Vec<u64>,
}

impl Normaliser {
    pub(super) fn new(group: Arc<Group>, words: usize) -> Self {
        let elements = group.fields.elements();
        let identity: Vec<Element> = (0..elements as u32).collect();
        Self {
            codes: Vec::new(),
            source: vec![0; words],
            best: vec![0; words],
            trial: Trial {
                to: identity.clone(),
                state: vec![0; words],
                ..Trial::default()
            },
            to: identity,
            levels: Vec::new(),
            trials: 0,
            group,
        }
    }

    /// Puts packed states, one after the other, into their normal form.
    pub(crate) fn all(&mut self, states: &mut [u64]) {
        for state in states.chunks_exact_mut(self.source.len()) {
            self.one(state);
        }
    }

    /// Puts a state into its normal form; gives the new name of each element.
    pub(super) fn one(&mut self, state: &mut [u64]) -> &[Element] {
        let group = self.group.clone();
        self.source.copy_from_slice(state);
        group.fields.read(state, &mut self.codes);
        self.trials = 0;
        self.level(0).copy_from_slice(&group.colours);
        self.refine(0);
        self.best.clear();
        if self.ambiguous(0).is_none() {
            self.visit(0);
        } else {
            self.search(0);
        }
        state.copy_from_slice(&self.best);
        &self.to
    }

    fn level(&mut self, depth: usize) -> &mut Vec<u64> {
        let elements = self.to.len();
        while self.levels.len() <= depth {
            self.levels.push(vec![0; elements]);
        }
        &mut self.levels[depth]
    }

    /// Visits the states that the colours of a depth leave possible. The first one is left in `first`.
    fn search(&mut self, depth: usize) -> Vec<u64> {
        let Some(alike) = self.ambiguous(depth) else {
            self.visit(depth);
            return self.trial.state.clone();
        };
        let mut first = Vec::new();
        for (position, element) in alike.iter().enumerate() {
            if position > 0 && self.trials >= TRIALS {
                break;
            }
            let state = (&self.source[..], &self.codes[..]);
            let (fields, to) = (&self.group.fields, &mut self.trial.to);
            let before = &alike[..position];
            if before
                .iter()
                .any(|other| exchangeable(fields, state, to, *other, *element))
            {
                continue;
            }
            self.single_out(depth, *element);
            if position == 0 {
                first = self.search(depth + 1);
                continue;
            }
            if self.first_of(depth + 1) != first {
                self.single_out(depth, *element);
                self.search(depth + 1);
            }
        }
        first
    }

    /// The first state that the colours of a depth leave possible.
    fn first_of(&mut self, depth: usize) -> Vec<u64> {
        let mut at = depth;
        while let Some(alike) = self.ambiguous(at) {
            self.single_out(at, alike[0]);
            at += 1;
        }
        self.arrange(at);
        self.trial.state.clone()
    }

    /// Gives one element a colour of its own at the next depth.
    fn single_out(&mut self, depth: usize, element: Element) {
        let colours = self.levels[depth].clone();
        let next = self.level(depth + 1);
        *next = colours;
        next[element as usize] = mix(next[element as usize], ALONE);
        self.refine(depth + 1);
    }

    /// The first elements of one class and colour that cannot all be exchanged, in order.
    fn ambiguous(&mut self, depth: usize) -> Option<Vec<Element>> {
        let (colours, trial) = (&self.levels[depth], &mut self.trial);
        let state = (&self.source[..], &self.codes[..]);
        let same = |a: &Element, b: &Element| colours[*a as usize] == colours[*b as usize];
        for class in self.group.classes.iter().take_while(|c| !c.simple) {
            sort(&class.members, colours, &mut trial.order);
            for alike in trial.order.chunk_by(same).filter(|alike| alike.len() > 1) {
                let mut pairs = alike.windows(2);
                if !pairs.all(|p| exchangeable(&self.group.fields, state, &mut trial.to, p[0], p[1])) {
                    return Some(alike.to_vec());
                }
            }
        }
        None
    }

    /// Renames in order of the colours of a depth.
    fn arrange(&mut self, depth: usize) {
        let (group, trial) = (&self.group, &mut self.trial);
        (0..).zip(trial.to.iter_mut()).for_each(|(i, to)| *to = i);
        for class in &group.classes {
            sort(&class.members, &self.levels[depth], &mut trial.order);
            for (element, name) in trial.order.iter().zip(&class.members) {
                trial.to[*element as usize] = *name;
            }
        }
        let fields = &group.fields;
        fields.rename(&self.source, &self.codes, &trial.to, &mut trial.state);
    }

    /// Keeps the state of a depth if it is the least so far.
    fn visit(&mut self, depth: usize) {
        self.arrange(depth);
        if self.best.is_empty() || self.trial.state < self.best {
            self.best.clone_from(&self.trial.state);
            self.to.clone_from(&self.trial.to);
        }
    }

    /// Makes the colours of a depth finer until there are no more.
    fn refine(&mut self, depth: usize) {
        self.trials += 1;
        let (fields, trial) = (&self.group.fields, &mut self.trial);
        let colours = &mut self.levels[depth];
        let mut count = different(colours, &mut trial.sorted);
        while count < colours.len() {
            trial.sums.clear();
            trial.sums.resize(colours.len(), 0);
            for (field, code) in fields.fields.iter().zip(&self.codes) {
                told(field, *code, &self.source, colours, &mut trial.sums);
            }
            for (colour, sum) in colours.iter_mut().zip(&trial.sums) {
                *colour = mix(colour.wrapping_add(*sum), AGAIN);
            }
            if self.group.local {
                break;
            }
            let now = different(colours, &mut trial.sorted);
            if now <= count {
                break;
            }
            count = now;
        }
    }
}

const ALONE: u64 = 0x8CB9_2BA7_2F3D_8DD7;
const AGAIN: u64 = 0xE703_7ED1_A0B4_28DB;
const HELD: u64 = 0x5895_58CC_5D0A_8A5B;

/// Two words as one, which tells their order.
fn mix(a: u64, b: u64) -> u64 {
    let wide = u128::from(a ^ 0xA076_1D64_78BD_642F) * u128::from(b ^ 0x1D8E_4E27_C47D_124F);
    (wide as u64) ^ ((wide >> 64) as u64)
}

/// Adds what a cell says of the elements that it mentions.
fn told(field: &Field, code: u64, state: &[u64], colours: &[u64], sums: &mut [u64]) {
    let colour = |element: Element| colours[element as usize];
    let element = field.element(code, state);
    if element.is_none() && code == 0 {
        return;
    }
    let value = match element {
        // whether it is one of the keys as well
        Some(held) => {
            let same = field.keys.iter().position(|(key, _)| *key == held);
            mix(
                colour(held),
                HELD.wrapping_add(same.map_or(0, |at| at as u64 + 1)),
            )
        }
        None => code,
    };
    if let ([(key, _)], None) = (&*field.keys, element) {
        sums[*key as usize] = sums[*key as usize].wrapping_add(mix(field.seed, value));
        return;
    }
    let keys = field.keys.iter();
    let whole = keys.fold(mix(field.seed, value), |whole, (key, _)| mix(whole, colour(*key)));
    for (at, (key, _)) in field.keys.iter().enumerate() {
        sums[*key as usize] = sums[*key as usize].wrapping_add(mix(whole, at as u64));
    }
    if let Some(held) = element {
        sums[held as usize] = sums[held as usize].wrapping_add(mix(whole, HELD));
    }
}

/// Whether a state, with its codes, is the same where two elements of one class are exchanged.
fn exchangeable(
    fields: &Fields,
    (source, codes): (&[u64], &[u64]),
    to: &mut [Element],
    a: Element,
    b: Element,
) -> bool {
    (0..).zip(to.iter_mut()).for_each(|(i, to)| *to = i);
    to.swap(a as usize, b as usize);
    let keeps =
        |(field, code): (&Field, &u64)| codes[fields.moved(field, to)] == field.renamed(*code, source, to);
    fields.fields.iter().zip(codes).all(keeps)
}

/// Elements in order of colour, then of number.
fn sort(members: &[Element], colours: &[u64], out: &mut Vec<Element>) {
    out.clear();
    out.extend_from_slice(members);
    out.sort_by_key(|element| colours[*element as usize]);
}

/// How many different colours there are.
fn different(colours: &[u64], sorted: &mut Vec<u64>) -> usize {
    sorted.clear();
    sorted.extend_from_slice(colours);
    sorted.sort_unstable();
    sorted.dedup();
    sorted.len()
}
