//! Expressions on sets, relations, sequences and multisets.

use super::maker::Maker;
use super::tree::{Tree, level};
use super::types::Ty;
use super::value::{compare, left};

const SET_SIGNS: [((&str, &str), u8); 3] = [
    (("|", "∪"), level::UNION),
    (("\\", "\\"), level::UNION),
    (("&", "∩"), level::MEET),
];

fn pair(of: &Ty) -> Option<(&Ty, &Ty)> {
    match of {
        Ty::Tuple(parts) => match parts.as_slice() {
            [a, b] => Some((a, b)),
            _ => None,
        },
        _ => None,
    }
}

impl Maker {
    /// A set of values of `of`.
    pub fn set(&mut self, of: &Ty, depth: u32) -> Tree {
        let ty = Ty::set(of.clone());
        let Some(less) = depth.checked_sub(1) else {
            return self.literal(&ty, 0);
        };
        match self.random.below(6) {
            0 | 1 => self.literal(&ty, less),
            2 => {
                let (a, b) = (self.value(&ty, less), self.value(&ty, less));
                let (sign, at) = *self.random.pick(&SET_SIGNS);
                left(sign, at, a, b)
            }
            _ => self
                .known_set(of, less)
                .unwrap_or_else(|| self.literal(&ty, less)),
        }
    }

    /// A set that says what it is of.
    pub fn known_set(&mut self, of: &Ty, depth: u32) -> Option<Tree> {
        let ty = Ty::set(of.clone());
        match self.random.below(7) {
            0 => {
                let (a, b) = (self.known(&ty, depth), self.value(&ty, depth));
                let (sign, at) = *self.random.pick(&SET_SIGNS);
                Some(left(sign, at, a, b))
            }
            1 => {
                let s = self.known(&Ty::Seq(2, Box::new(of.clone())), depth);
                Some(Tree::call("elems", vec![s]))
            }
            2 => {
                let word = *self.random.pick(&["dom", "ran"]);
                let other = self.named.random(&mut self.random, 3.0, 1);
                let columns = if word == "dom" {
                    vec![of.clone(), other]
                } else {
                    vec![other, of.clone()]
                };
                let relation = self.known(&Ty::set(Ty::Tuple(columns)), depth);
                Some(Tree::call(word, vec![relation]))
            }
            3 => {
                let other = self.named.random(&mut self.random, 3.0, 1);
                let relation = self.known(&Ty::set(Ty::Tuple(vec![other.clone(), of.clone()])), depth);
                let set = self.value(&Ty::set(other), depth);
                Some(Tree::call("image", vec![relation, set]))
            }
            4 | 5 if pair(of).is_some() => self.relation(of, depth),
            _ => Some(self.comprehension(of, depth)),
        }
    }

    fn relation(&mut self, of: &Ty, depth: u32) -> Option<Tree> {
        let (a, b) = pair(of)?;
        let (a, b, ty) = (a.clone(), b.clone(), Ty::set(of.clone()));
        let related = |x: &Ty, y: &Ty| Ty::set(Ty::Tuple(vec![x.clone(), y.clone()]));
        Some(match self.random.below(5) {
            0 => {
                let sides = (self.known(&Ty::set(a), depth), self.known(&Ty::set(b), depth));
                left(("><", "×"), level::TIMES, sides.0, sides.1)
            }
            1 => Tree::call("inverse", vec![self.known(&related(&b, &a), depth)]),
            2 => {
                let middle = self.named.random(&mut self.random, 3.0, 1);
                let first = self.known(&related(&a, &middle), depth);
                Tree::call("compose", vec![first, self.known(&related(&middle, &b), depth)])
            }
            3 => {
                let relation = self.known(&ty, depth);
                Tree::call("restrict", vec![relation, self.value(&Ty::set(a), depth)])
            }
            _ if a == b => {
                let word = *self.random.pick(&["closure", "rclosure"]);
                Tree::call(word, vec![self.known(&ty, depth)])
            }
            _ => return None,
        })
    }

    fn comprehension(&mut self, of: &Ty, depth: u32) -> Tree {
        let parts = match of {
            Ty::Tuple(parts) if self.random.chance(60) => parts.clone(),
            _ => vec![of.clone()],
        };
        let mut bound: Vec<(String, Ty)> = Vec::new();
        let mut tree = Tree::tight("{");
        for (i, part) in parts.iter().enumerate() {
            let name = self.local_name(&bound);
            tree = tree.text(&format!("{}{name}", if i > 0 { ", " } else { " " }));
            tree = if depth > 0 && self.random.chance(35) {
                let before = bound.clone();
                let set = self.with(before, |m| m.known(&Ty::set(part.clone()), depth - 1));
                tree.text(" in ").domain(set, true)
            } else {
                let text = self.named.text(part, &mut self.random);
                tree.text(&format!(": {text}"))
            };
            bound.push((name, part.clone()));
        }
        let body = self.with(bound, |m| m.value(&Ty::Bool, depth));
        tree.text(" | ").inside(body).text(" }")
    }

    pub fn membership(&mut self, depth: u32) -> Tree {
        let of = self.named.random(&mut self.random, 6.0, 1);
        let (item, set) = match self.random.below(3) {
            0 if of.is_integer() => (self.value(&Ty::Int, depth), self.known(&Ty::set(of), depth)),
            1 => (self.known(&of, depth), self.value(&Ty::set(of), depth)),
            _ => (self.known(&of, depth), self.known(&Ty::set(of), depth)),
        };
        compare(*self.random.pick(&[("in", "∈"), ("not in", "∉")]), item, set)
    }

    /// `R(a, b)`
    pub fn related(&mut self, depth: u32) -> Tree {
        let (a, b) = (
            self.named.random(&mut self.random, 3.0, 1),
            self.named.random(&mut self.random, 3.0, 1),
        );
        let relation = self.known(&Ty::set(Ty::Tuple(vec![a.clone(), b.clone()])), depth);
        let args = vec![self.value(&a, depth), self.value(&b, depth)];
        Tree::behind(relation, "(").list(args).text(")")
    }

    /// The size of something.
    pub fn counted(&mut self, depth: u32) -> Tree {
        let of = self.named.random(&mut self.random, 4.0, 1);
        match self.random.below(3) {
            0 => Tree::call("card", vec![self.known(&Ty::set(of), depth)]),
            1 => Tree::call("card", vec![self.known(&Ty::Bag(2, Box::new(of)), depth)]),
            _ if self.hidden("len") => Tree::atom("1"),
            _ => Tree::call("len", vec![self.known(&Ty::Seq(2, Box::new(of)), depth)]),
        }
    }

    pub fn sequence(&mut self, n: u32, of: &Ty, depth: u32) -> Tree {
        let ty = Ty::Seq(n, Box::new(of.clone()));
        let Some(less) = depth.checked_sub(1).filter(|_| self.careless) else {
            return self.literal(&ty, depth.min(1));
        };
        match self.random.below(6) {
            0 | 1 => self.literal(&ty, less),
            2 => Tree::call("append", vec![self.value(&ty, less), self.value(of, less)]),
            3 => Tree::call("prepend", vec![self.value(of, less), self.value(&ty, less)]),
            4 => Tree::call("concat", vec![self.value(&ty, less), self.value(&ty, less)]),
            _ => {
                let word = *self.random.pick(&["tail", "front"]);
                Tree::call(word, vec![self.value(&ty, less)])
            }
        }
    }

    pub fn bag(&mut self, n: u32, of: &Ty, depth: u32) -> Tree {
        let ty = Ty::Bag(n, Box::new(of.clone()));
        let Some(less) = depth.checked_sub(1) else {
            return self.literal(&ty, 0);
        };
        let sign = match self.random.below(4) {
            0 if self.careless => ("+", "+"),
            1 => ("-", "-"),
            _ => return self.literal(&ty, less),
        };
        left(sign, level::ADD, self.known(&ty, less), self.value(&ty, less))
    }
}
