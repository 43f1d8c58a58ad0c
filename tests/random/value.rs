//! Expressions of a type: where something says which type is wanted (`value`), and where nothing does (`known`).

use super::maker::Maker;
use super::tree::{Tree, level};
use super::types::Ty;

pub type Sign = (&'static str, &'static str);

/// An operator that groups to the left.
pub fn left(sign: Sign, at: u8, a: Tree, b: Tree) -> Tree {
    Tree::infix(sign, at, (at, at + 1), a, b)
}

pub fn compare(sign: Sign, a: Tree, b: Tree) -> Tree {
    Tree::infix(
        sign,
        level::COMPARE,
        (level::COMPARE + 1, level::COMPARE + 1),
        a,
        b,
    )
}

impl Maker {
    /// An expression where a value of this type is wanted.
    pub fn value(&mut self, ty: &Ty, depth: u32) -> Tree {
        if depth == 0 {
            return if self.random.chance(60) {
                self.access(ty, 0).unwrap_or_else(|| self.literal(ty, 0))
            } else {
                self.literal(ty, 0)
            };
        }
        match self.random.below(100) {
            0..20 => self.access(ty, depth),
            20..26 => self.applied(ty, depth - 1),
            26..31 => Some(self.conditional(ty, depth - 1, false)),
            31..35 => Some(self.let_in(ty, depth - 1, false)),
            35..40 => Some(self.matched(ty, depth - 1, false)),
            _ => None,
        }
        .unwrap_or_else(|| self.own(ty, depth))
    }

    /// An expression whose type can be told from itself.
    pub fn known(&mut self, ty: &Ty, depth: u32) -> Tree {
        let less = depth.saturating_sub(1);
        let common = match self.random.below(100) {
            0..40 => self.access(ty, less),
            40..52 => self.applied(ty, less),
            52..57 if depth > 0 => Some(self.conditional(ty, less, true)),
            57..61 if depth > 0 => Some(self.let_in(ty, less, true)),
            61..65 if depth > 0 => Some(self.matched(ty, less, true)),
            _ => None,
        };
        common
            .or_else(|| (depth > 0).then(|| self.self_typed(ty, less)).flatten())
            .or_else(|| self.access(ty, less))
            .unwrap_or_else(|| {
                let value = self.value(ty, less);
                self.cast(ty, value)
            })
    }

    /// With a form of its own that says its type.
    fn self_typed(&mut self, ty: &Ty, depth: u32) -> Option<Tree> {
        Some(match ty {
            Ty::Bool | Ty::Int | Ty::Enum(_) | Ty::Record(_) | Ty::Sort(_) => self.own(ty, depth),
            Ty::Option(t) => Tree::call("some", vec![self.known(t, depth)]),
            Ty::Tuple(parts) => {
                let parts = parts.clone();
                Tree::call("", parts.iter().map(|t| self.known(t, depth)).collect())
            }
            Ty::Map(k, v) => self.lambda(k, v, depth, true),
            Ty::Set(t) => self.known_set(t, depth)?,
            Ty::Range(..) | Ty::Seq(..) | Ty::Bag(..) => return None,
        })
    }

    /// An expression with an operator or constructor of the type.
    pub fn own(&mut self, ty: &Ty, depth: u32) -> Tree {
        match ty {
            Ty::Bool => self.truth(depth),
            Ty::Int => self.number(depth),
            Ty::Range(lo, hi) => self.in_range(*lo, *hi, depth),
            Ty::Enum(_) | Ty::Sort(_) => self.literal(ty, depth),
            Ty::Record(_) | Ty::Map(..) if depth > 0 && self.random.chance(30) => self.changed(ty, depth - 1),
            Ty::Record(_) | Ty::Option(_) | Ty::Tuple(_) | Ty::Map(..) => {
                self.literal(ty, depth.saturating_sub(1))
            }
            Ty::Set(t) => self.set(t, depth),
            Ty::Seq(n, t) => self.sequence(*n, t, depth),
            Ty::Bag(n, t) => self.bag(*n, t, depth),
        }
    }

    /// A constructor.
    pub fn literal(&mut self, ty: &Ty, depth: u32) -> Tree {
        match ty {
            Ty::Bool => Tree::atom(*self.random.pick(&["true", "false"])),
            Ty::Int => Tree::atom(self.random.between(0, 4).to_string()),
            Ty::Range(lo, hi) => number(self.random.between(*lo, *hi)),
            Ty::Enum(e) => {
                let name = self.random.pick(&self.named.enums[*e]).clone();
                let shared = self.named.enums.iter().filter(|m| m.contains(&name)).count() > 1;
                let qualified = shared || self.random.chance(20);
                Tree::atom(if qualified { format!("E{e}::{name}") } else { name })
            }
            Ty::Sort(s) => Tree::atom(format!("k{s}")),
            Ty::Record(r) => {
                let mut fields = self.named.records[*r].clone();
                if self.random.chance(20) {
                    fields.reverse();
                }
                let mut tree = Tree::tight(&format!("R{r}("));
                for (i, (name, ty)) in fields.iter().enumerate() {
                    let value = self.element(ty, depth);
                    tree = tree.text(if i > 0 { ", " } else { "" });
                    tree = tree.text(&format!("{name} = ")).inside(value);
                }
                tree.text(")")
            }
            Ty::Option(_) if self.random.chance(35) => Tree::atom("none"),
            Ty::Option(t) => Tree::call("some", vec![self.element(t, depth)]),
            Ty::Set(t) | Ty::Bag(_, t) => {
                let most = if matches!(ty, Ty::Bag(..)) { 1 } else { 3 };
                let items = (0..self.random.below(most + 1))
                    .map(|_| self.element(t, depth))
                    .collect();
                Tree::tight("{").list(items).text("}")
            }
            Ty::Map(k, v) => self.lambda(k, v, depth, false),
            Ty::Tuple(parts) => {
                let parts = parts.clone();
                Tree::call("", parts.iter().map(|t| self.element(t, depth)).collect())
            }
            Ty::Seq(n, t) => {
                let items = (0..self.random.below(*n as usize + 1))
                    .map(|_| self.element(t, depth))
                    .collect();
                Tree::tight("[").list(items).text("]")
            }
        }
    }

    /// A part of what is constructed; at the end, constructed itself.
    fn element(&mut self, ty: &Ty, depth: u32) -> Tree {
        match depth.checked_sub(1) {
            Some(less) => self.value(ty, less),
            None => self.literal(ty, 0),
        }
    }

    fn any(&mut self, ty: &Ty, depth: u32, known: bool) -> Tree {
        if known {
            self.known(ty, depth)
        } else {
            self.value(ty, depth)
        }
    }

    fn lambda(&mut self, k: &Ty, v: &Ty, depth: u32, known: bool) -> Tree {
        let name = self.local_name(&[]);
        let text = self.named.text(k, &mut self.random);
        let body = self.with(vec![(name.clone(), k.clone())], |m| {
            if known {
                m.known(v, depth)
            } else {
                m.element(v, depth)
            }
        });
        Tree::tight(&format!("[{name}: {text} => "))
            .inside(body)
            .text("]")
    }

    fn conditional(&mut self, ty: &Ty, depth: u32, known: bool) -> Tree {
        let condition = self.value(&Ty::Bool, depth);
        let (a, b) = (self.any(ty, depth, known), self.any(ty, depth, known));
        Tree::open("if ")
            .inside(condition)
            .text(" then ")
            .inside(a)
            .text(" else ")
            .rest(b)
    }

    fn let_in(&mut self, ty: &Ty, depth: u32, known: bool) -> Tree {
        let of = self.named.random(&mut self.random, 16.0, 2);
        let value = self.known(&of, depth);
        let name = self.local_name(&[]);
        let body = self.with(vec![(name.clone(), of)], |m| m.any(ty, depth, known));
        Tree::open(&format!("let {name} = "))
            .let_value(value)
            .text(" in ")
            .rest(body)
    }

    fn matched(&mut self, ty: &Ty, depth: u32, known: bool) -> Tree {
        let open = |value| Tree::tight("match ").inside(value).text(" { ");
        if !self.named.enums.is_empty() && self.random.chance(50) {
            let e = self.random.below(self.named.enums.len());
            let mut tree = open(self.known(&Ty::Enum(e), depth));
            let names = self.named.enums[e].clone();
            let split = self.random.below(names.len());
            for (i, name) in names.iter().enumerate() {
                let last = i == split && self.random.chance(40);
                let qualified = if self.random.chance(20) {
                    format!("E{e}::")
                } else {
                    String::new()
                };
                let pattern = if last {
                    "_".to_owned()
                } else {
                    format!("{qualified}{name}")
                };
                let body = self.any(ty, depth, known);
                tree = tree
                    .text(&format!("{}{pattern} => ", if i > 0 { ", " } else { "" }))
                    .inside(body);
                if last {
                    break;
                }
            }
            return tree.text(" }");
        }
        if self.random.chance(25) {
            let tree = open(self.known(&Ty::Bool, depth));
            let (a, b) = (self.any(ty, depth, known), self.any(ty, depth, known));
            return tree
                .text("true => ")
                .inside(a)
                .text(", false => ")
                .inside(b)
                .text(" }");
        }
        let of = self.named.random(&mut self.random, 6.0, 1);
        let tree = open(self.known(&Ty::option(of.clone()), depth));
        let name = self.local_name(&[]);
        let none = self.any(ty, depth, known);
        let some = self.with(vec![(name.clone(), of)], |m| m.any(ty, depth, known));
        tree.text("none => ")
            .inside(none)
            .text(&format!(", some({name}) => "))
            .inside(some)
            .text(" }")
    }

    /// `.with(..)`
    fn changed(&mut self, ty: &Ty, depth: u32) -> Tree {
        let change = match ty {
            Ty::Record(r) => {
                let fields = self.named.records[*r].clone();
                let (name, ty) = self.random.pick(&fields).clone();
                let value = self.value(&ty, depth);
                Tree::tight(&format!("{name} = ")).inside(value)
            }
            Ty::Map(k, v) => {
                let mut tree = Tree::tight("");
                for i in 0..1 + usize::from(self.random.chance(30)) {
                    let (key, value) = (self.value(k, depth), self.value(v, depth));
                    tree = tree.text(if i > 0 { ", " } else { "" });
                    tree = tree.inside(key).text(" -> ").inside(value);
                }
                tree
            }
            _ => return self.literal(ty, depth),
        };
        let base = self.known(ty, depth);
        Tree::behind(base, ".with(").join(change).text(")")
    }
}

pub fn number(n: i64) -> Tree {
    if n < 0 {
        Tree::prefix("-", "-", level::NEGATIVE, Tree::atom((-n).to_string()))
    } else {
        Tree::atom(n.to_string())
    }
}
