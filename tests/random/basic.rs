//! Truth values and integers.

use super::maker::{Maker, Setting};
use super::tree::{Tree, level};
use super::types::Ty;
use super::value::{Sign, compare, left, number};

impl Maker {
    pub fn in_range(&mut self, lo: i64, hi: i64, depth: u32) -> Tree {
        if depth == 0 || self.random.chance(40) {
            return number(self.random.between(lo, hi));
        }
        if self.careless && self.random.chance(25) {
            let (a, b) = (self.access(&Ty::Int, 0), self.number(depth - 1));
            let a = a.unwrap_or_else(|| Tree::call("card", vec![self.known(&Ty::set(Ty::Bool), 1)]));
            return left(("+", "+"), level::ADD, a, b);
        }
        // `let` keeps what is inside within the range
        let value = self.known(&Ty::Int, depth - 1);
        let name = self.local_name(&[]);
        let local = || Tree::atom(&*name);
        let low = compare(("<", "<"), local(), number(lo));
        let high = compare((">", ">"), local(), number(hi));
        let out = left(("or", "∨"), level::OR, low, high);
        Tree::open(&format!("let {name} = "))
            .let_value(value)
            .text(" in ")
            .rest(
                Tree::open("if ")
                    .inside(out)
                    .text(&format!(" then {lo} else "))
                    .rest(local()),
            )
    }

    pub fn number(&mut self, depth: u32) -> Tree {
        let Some(less) = depth.checked_sub(1) else {
            return self.literal(&Ty::Int, 0);
        };
        match self.random.below(14) {
            0 | 1 => self.literal(&Ty::Int, 0),
            2 => left(
                ("+", "+"),
                level::ADD,
                self.value(&Ty::Int, less),
                self.value(&Ty::Int, less),
            ),
            3 => left(
                ("-", "-"),
                level::ADD,
                self.value(&Ty::Int, less),
                self.value(&Ty::Int, less),
            ),
            4 => left(
                ("*", "*"),
                level::TIMES,
                self.value(&Ty::Int, less),
                self.value(&Ty::Int, less),
            ),
            5 => {
                let sign = *self.random.pick(&[("/", "/"), ("%", "%")]);
                let by = if self.careless && self.random.chance(30) {
                    self.value(&Ty::Int, less)
                } else {
                    number(*self.random.pick(&[-3, -2, -1, 1, 2, 3]))
                };
                left(sign, level::TIMES, self.value(&Ty::Int, less), by)
            }
            6 => Tree::prefix("-", "-", level::NEGATIVE, self.value(&Ty::Int, less)),
            7 | 8 => self.counted(less),
            9 | 10 => self.folded(less),
            11 => {
                let of = Ty::Range(self.random.between(-2, 0), 3);
                let set = self.known(&Ty::set(of), less);
                let words = if self.careless {
                    &["sum", "min", "max"][..]
                } else {
                    &["sum"]
                };
                let word: &str = words[self.random.below(words.len())];
                Tree::call(word, vec![set])
            }
            _ => self
                .access(&Ty::Int, depth)
                .unwrap_or_else(|| self.literal(&Ty::Int, 0)),
        }
    }

    pub fn truth(&mut self, depth: u32) -> Tree {
        let Some(less) = depth.checked_sub(1) else {
            return self.literal(&Ty::Bool, 0);
        };
        let two = |m: &mut Self| (m.value(&Ty::Bool, less), m.value(&Ty::Bool, less));
        match self.random.below(17) {
            0 => Tree::prefix("not ", "¬", level::NOT, self.value(&Ty::Bool, less)),
            1 => two(self).with_sign(("and", "∧"), level::AND),
            2 => two(self).with_sign(("or", "∨"), level::OR),
            3 => {
                let (a, b) = two(self);
                let at = level::IMPLIES;
                Tree::infix(("=>", "⇒"), at, (at + 1, at), a, b)
            }
            4 => two(self).with_sign(("<=>", "⇔"), level::IFF),
            5..8 => self.equation(less),
            8..10 => {
                let sign = *self
                    .random
                    .pick(&[("<", "<"), ("<=", "≤"), (">", ">"), (">=", "≥")]);
                compare(sign, self.value(&Ty::Int, less), self.value(&Ty::Int, less))
            }
            10 | 11 => self.membership(less),
            12 => {
                let of = self.named.random(&mut self.random, 5.0, 1);
                let (a, b) = (
                    self.known(&Ty::set(of.clone()), less),
                    self.value(&Ty::set(of), less),
                );
                compare(("subset", "⊆"), a, b)
            }
            13..16 => self.quantified(less),
            _ => self.related(less),
        }
    }

    fn equation(&mut self, depth: u32) -> Tree {
        let ty = if self.random.chance(20) {
            Ty::Int
        } else {
            self.named.random(&mut self.random, 20.0, 2)
        };
        let (a, b) = (self.known(&ty, depth), self.value(&ty, depth));
        let swap = self.random.chance(25) && matches!(ty, Ty::Bool | Ty::Int | Ty::Range(..) | Ty::Enum(_));
        let (a, b) = if swap { (b, a) } else { (a, b) };
        compare(*self.random.pick(&[("==", "=="), ("!=", "≠")]), a, b)
    }

    fn quantified(&mut self, depth: u32) -> Tree {
        let word = *self.random.pick(&["forall ", "exists ", "∀ ", "∃ "]);
        let (tree, bound) = self.binders(Tree::open(word), 2, depth, false);
        let body = self.with(bound, |m| m.value(&Ty::Bool, depth));
        tree.text(". ").rest(body)
    }

    fn folded(&mut self, depth: u32) -> Tree {
        let word = if self.careless {
            *self.random.pick(&["sum ", "min ", "max "])
        } else {
            "sum "
        };
        let (tree, bound) = self.binders(Tree::open(word), 2, depth, false);
        let body = self.with(bound, |m| m.value(&Ty::Int, depth));
        tree.text(". ").summand(body)
    }

    /// Formulas one after the other.
    pub fn formulas(&mut self, most: usize, depth: u32) -> Vec<Tree> {
        (0..1 + self.random.below(most))
            .map(|_| self.value(&Ty::Bool, depth))
            .collect()
    }

    pub fn in_setting<T>(&mut self, setting: Setting, make: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.setting, setting);
        let out = make(self);
        self.setting = before;
        out
    }
}

trait WithSign {
    fn with_sign(self, sign: Sign, at: u8) -> Tree;
}

impl WithSign for (Tree, Tree) {
    fn with_sign(self, sign: Sign, at: u8) -> Tree {
        left(sign, at, self.0, self.1)
    }
}
