//! What is in scope where an expression is made, and names that lead to values of a type.

use super::Random;
use super::tree::Tree;
use super::types::{Named, Ty};

/// Of what an expression may speak.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Setting {
    /// Constants only.
    Rigid,
    State,
    /// Of the next state, too.
    Step,
}

#[derive(Clone, Debug)]
pub struct Definition {
    pub name: String,
    pub params: Vec<(String, Ty)>,
    pub result: Ty,
    pub rigid: bool,
}

pub struct Maker {
    pub random: Random,
    pub named: Named,
    pub consts: Vec<(String, Ty)>,
    pub vars: Vec<(String, Ty)>,
    pub defs: Vec<Definition>,
    /// Parameters and bound names, the innermost last.
    pub locals: Vec<(String, Ty)>,
    pub setting: Setting,
    /// Definitions that give a type to what has none of its own: `def as0(x: T): T = x`.
    pub casts: Vec<Ty>,
    /// Whether promises may be broken on purpose.
    pub careless: bool,
}

/// Names of bound values, few, so that they hide each other.
const LOCALS: [&str; 6] = ["p", "q", "r", "s", "two", "len"];

impl Maker {
    /// A name for something bound, not one of these.
    pub fn local_name(&mut self, but: &[(String, Ty)]) -> String {
        loop {
            let most = if self.random.chance(5) { LOCALS.len() } else { 4 };
            let name = LOCALS[self.random.below(most)];
            if but.iter().all(|(n, _)| n != name) {
                return name.to_owned();
            }
        }
    }

    /// With these names bound.
    pub fn with<T>(&mut self, bound: Vec<(String, Ty)>, make: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.locals.len();
        self.locals.extend(bound);
        let out = make(self);
        self.locals.truncate(before);
        out
    }

    /// Whether a name that every module has means something else here.
    pub fn hidden(&self, name: &str) -> bool {
        self.locals.iter().any(|(n, _)| n == name)
    }

    fn visible(&self) -> Vec<(String, Ty)> {
        let mut out: Vec<(String, Ty)> = Vec::new();
        let vars: &[_] = if self.setting == Setting::Rigid {
            &[]
        } else {
            &self.vars
        };
        for (name, ty) in self.locals.iter().rev().chain(vars).chain(&self.consts) {
            if out.iter().all(|(n, _)| n != name) {
                out.push((name.clone(), ty.clone()));
            }
        }
        out
    }

    /// A name, or a part of what it names, of just this type (for `int`, of any integer).
    pub fn access(&mut self, ty: &Ty, depth: u32) -> Option<Tree> {
        let visible = self.visible();
        if visible.is_empty() {
            return None;
        }
        for _ in 0..5 {
            let (name, mut at) = visible[self.random.below(visible.len())].clone();
            let mut tree = Tree::atom(&*name);
            let is_var = self.vars.iter().any(|(n, _)| *n == name) && !self.hidden(&name);
            if self.setting == Setting::Step && is_var && self.random.chance(50) {
                tree = Tree::behind(tree, "'");
            }
            for _ in 0..3 {
                if at == *ty || *ty == Ty::Int && at.is_integer() {
                    return Some(tree);
                }
                let Some((next, of)) = self.step(tree, &at, depth) else {
                    break;
                };
                (tree, at) = (next, of);
            }
        }
        None
    }

    /// A part of a value.
    fn step(&mut self, tree: Tree, ty: &Ty, depth: u32) -> Option<(Tree, Ty)> {
        let key = |m: &mut Self, ty: &Ty| {
            if depth == 0 {
                m.literal(ty, 0)
            } else {
                m.value(ty, 0)
            }
        };
        Some(match ty {
            Ty::Map(k, v) => {
                let key = key(self, k);
                (Tree::behind(tree, "[").inside(key).text("]"), (**v).clone())
            }
            Ty::Tuple(parts) => {
                let i = self.random.below(parts.len());
                (Tree::behind(tree, &format!(".{i}")), parts[i].clone())
            }
            Ty::Record(r) => {
                let fields = self.named.records[*r].clone();
                let (name, ty) = self.random.pick(&fields).clone();
                (Tree::behind(tree, &format!(".{name}")), ty)
            }
            Ty::Option(t) if self.careless && self.random.chance(20) => {
                (Tree::behind(tree, ".value"), (**t).clone())
            }
            Ty::Seq(_, t) if self.careless && self.random.chance(20) => {
                let item = match self.random.below(3) {
                    0 => Tree::call("head", vec![tree]),
                    1 => Tree::call("last", vec![tree]),
                    _ => {
                        let key = key(self, &Ty::Int);
                        Tree::behind(tree, "[").inside(key).text("]")
                    }
                };
                (item, (**t).clone())
            }
            Ty::Bag(n, t) => {
                let key = key(self, t);
                let tree = if self.random.chance(50) {
                    Tree::call("count", vec![tree, key])
                } else {
                    Tree::behind(tree, "[").inside(key).text("]")
                };
                (tree, Ty::Range(0, i64::from(*n)))
            }
            Ty::Bool
            | Ty::Int
            | Ty::Range(..)
            | Ty::Enum(_)
            | Ty::Sort(_)
            | Ty::Option(_)
            | Ty::Set(_)
            | Ty::Seq(..) => return None,
        })
    }

    /// A definition with this result, applied.
    pub fn applied(&mut self, ty: &Ty, depth: u32) -> Option<Tree> {
        let fits = |d: &&Definition| {
            (d.result == *ty || *ty == Ty::Int && d.result.is_integer())
                && (d.rigid || self.setting != Setting::Rigid)
        };
        let fitting: Vec<_> = self.defs.iter().filter(fits).cloned().collect();
        if fitting.is_empty() {
            return None;
        }
        let def = self.random.pick(&fitting).clone();
        if def.params.is_empty() && self.random.chance(70) {
            return Some(Tree::atom(def.name));
        }
        let args = def.params.iter().map(|(_, t)| self.value(t, depth)).collect();
        Some(Tree::call(&def.name, args))
    }

    /// An expression with a type of its own.
    pub fn cast(&mut self, ty: &Ty, value: Tree) -> Tree {
        let i = self.casts.iter().position(|t| t == ty).unwrap_or_else(|| {
            self.casts.push(ty.clone());
            self.casts.len() - 1
        });
        Tree::call(&format!("as{i}"), vec![value])
    }

    /// Some binders, written as `x, y: T, z in S`, and what they bind. A domain does not see what stands beside it.
    pub fn binders(
        &mut self,
        tree: Tree,
        most: usize,
        depth: u32,
        in_braces: bool,
    ) -> (Tree, Vec<(String, Ty)>) {
        let (mut tree, mut bound): (Tree, Vec<(String, Ty)>) = (tree, Vec::new());
        for i in 0..1 + self.random.below(most) {
            if i > 0 {
                tree = tree.text(", ");
            }
            let ty = self.named.random(&mut self.random, 5.0, 1);
            let mut names = Vec::new();
            for _ in 0..if most > 1 && bound.is_empty() && self.random.chance(20) {
                2
            } else {
                1
            } {
                let taken: Vec<_> = bound.iter().chain(&names).cloned().collect();
                names.push((self.local_name(&taken), ty.clone()));
            }
            let text: Vec<_> = names.iter().map(|(n, _)| n.as_str()).collect();
            tree = tree.text(&text.join(", "));
            tree = if self.random.chance(65) || depth == 0 {
                let text = self.named.text(&ty, &mut self.random);
                tree.text(&format!(": {text}"))
            } else {
                let before = bound.clone();
                let set = self.with(before, |m| m.known(&Ty::set(ty.clone()), depth - 1));
                tree.text(" in ").domain(set, in_braces)
            };
            bound.extend(names);
            if bound.len() >= 3 {
                break;
            }
        }
        (tree, bound)
    }
}
