//! Initial states and events.

use super::maker::Maker;
use super::tree::{Style, Tree, level};
use super::types::Ty;
use super::value::compare;

/// A declared event, as far as others speak of it.
#[derive(Clone, Debug)]
pub struct Event {
    pub name: String,
    pub actor: Option<Ty>,
    pub alternatives: bool,
}

/// A place that was assigned: in a variable, and at a key that is something bound, if it is.
type Assigned = Vec<(String, Option<String>)>;

impl Maker {
    /// `init` of the variables from this one on: most get a value, some are left open, and so is mostly the one named.
    pub fn init(&mut self, from: usize, open: Option<&str>) -> Tree {
        let vars = self.vars[from..].to_vec();
        let mut formulas = Vec::new();
        for (name, ty) in &vars {
            let place = Tree::atom(&**name);
            if open == Some(name) && self.random.chance(75) {
                continue;
            }
            let formula = match (self.random.below(10), ty) {
                (0..2, _) => continue,
                (2, _) => self.value(&Ty::Bool, 2),
                (3..6, Ty::Map(k, v)) => {
                    let key = self.local_name(&[]);
                    let text = self.named.text(k, &mut self.random);
                    let place = Tree::behind(place, &format!("[{key}]"));
                    let value = self.with(vec![(key.clone(), (**k).clone())], |m| m.literal(v, 1));
                    Tree::open(&format!("forall {key}: {text}. ")).rest(compare(("==", "=="), place, value))
                }
                (_, ty) => compare(("==", "=="), place, self.literal(ty, 1)),
            };
            formulas.push(formula);
        }
        Tree::tight("init { ").formulas(formulas).text(" }")
    }

    /// An event, of those that may go through a mediation with a key of this type.
    pub fn event(&mut self, name: &str, mediation: Option<&(String, Ty)>) -> (Tree, Event) {
        let marks = *self
            .random
            .pick(&["", "", "", "", "fair ", "strong fair ", "input ", "input fair "]);
        let mut params: Vec<(String, Ty)> = Vec::new();
        for _ in 0..self.random.below(3) {
            let name = self.local_name(&params);
            let ty = if self.random.chance(50) {
                self.named.several(&mut self.random, 4.0, 1)
            } else {
                self.named.random(&mut self.random, 4.0, 1)
            };
            params.push((name, ty));
        }
        let mut tree = Tree::tight(&format!("{marks}event {name}"));
        let text: Vec<_> = params
            .iter()
            .map(|(n, t)| format!("{n}: {}", self.named.text(t, &mut self.random)))
            .collect();
        if !text.is_empty() || self.random.chance(50) {
            tree = tree.text(&format!("({})", text.join(", ")));
        }
        let mut actor = None;
        if !params.is_empty() && self.random.chance(50) {
            let (name, ty) = self.random.pick(&params).clone();
            tree = tree.text(&format!(" by {name}"));
            actor = Some(ty);
        }
        if let Some((mediation, ty)) = mediation
            && self.random.chance(60)
        {
            let arg = self.with(params.clone(), |m| {
                m.access(ty, 0).unwrap_or_else(|| m.literal(ty, 0))
            });
            tree = tree.text(&format!(" via {mediation}(")).inside(arg).text(")");
            if self.random.chance(40) {
                tree = tree.text(" is Allow, Virtualize");
            }
        }
        let alternatives = self.random.chance(15);
        let body = self.with(params.clone(), |m| m.body(alternatives));
        let event = Event {
            name: name.to_owned(),
            actor,
            alternatives,
        };
        (tree.text(" {\n").join(body).text("}"), event)
    }

    fn body(&mut self, alternatives: bool) -> Tree {
        let mut assigned = Vec::new();
        let before = self.locals.len();
        let mut tree = self.block(&mut assigned, 2);
        if alternatives {
            for (i, name) in ["lost", "kept", "late"].iter().enumerate() {
                if i == 2 && self.random.chance(60) {
                    break;
                }
                let mark = if self.random.chance(15) { "fair " } else { "" };
                let head = if i == 0 { "  either " } else { " or " };
                let mut inner = assigned.clone();
                let local = self.locals.len();
                let block = self.block(&mut inner, 1);
                self.locals.truncate(local);
                tree = tree
                    .text(&format!("{head}{mark}{name} {{\n"))
                    .join(block)
                    .text("  }");
            }
            tree = tree.text("\n");
        }
        self.locals.truncate(before);
        tree
    }

    /// Statements; what they choose stays bound.
    fn block(&mut self, assigned: &mut Assigned, depth: u32) -> Tree {
        let mut tree = Tree::tight("");
        for i in 0..1 + self.random.below(3) {
            let statement = match self.random.below(10) {
                0..2 if i == 0 => Some(Tree::tight("when ").inside(self.value(&Ty::Bool, 2))),
                2 => Some(self.choice()),
                3 if depth > 0 => Some(self.branch(assigned, depth - 1)),
                _ => self.assignment(assigned),
            };
            if let Some(statement) = statement {
                let end = *self.random.pick(&["\n", "\n", ";\n"]);
                tree = tree.text("  ").join(statement).text(end);
            }
        }
        tree
    }

    fn choice(&mut self) -> Tree {
        let (tree, bound) = self.binders(Tree::tight("choose "), 1, 1, false);
        self.locals.extend(bound);
        if self.random.chance(40) {
            return tree;
        }
        let condition = self.value(&Ty::Bool, 2);
        tree.text(" where ").inside(condition)
    }

    fn branch(&mut self, assigned: &mut Assigned, depth: u32) -> Tree {
        let condition = self.value(&Ty::Bool, 2);
        let mut tree = Tree::tight("if ").inside(condition).text(" {\n");
        let (locals, mut other) = (self.locals.len(), assigned.clone());
        tree = tree.join(self.block(assigned, depth)).text("  }");
        self.locals.truncate(locals);
        if self.random.chance(50) {
            tree = tree
                .text(" else {\n")
                .join(self.block(&mut other, depth))
                .text("  }");
            self.locals.truncate(locals);
        }
        assigned.extend(other);
        tree
    }

    /// An assignment to a place that was not assigned; `None` if there is none.
    fn assignment(&mut self, assigned: &mut Assigned) -> Option<Tree> {
        let vars = self.vars.clone();
        let (name, ty) = self.random.pick(&vars).clone();
        if self.hidden(&name) {
            return None;
        }
        let (mut place, mut at) = (Tree::atom(&*name), ty);
        let mut first = None;
        for depth in 0..3 {
            let (next, of) = match &at {
                Ty::Map(k, v) if self.random.chance(80) => {
                    let key = self.value(k, 1);
                    if depth == 0 {
                        // keys of which it can be told that they are the same are an error
                        let text = key.print(Style::Bare);
                        first = Some(text).filter(|t| self.hidden(t));
                    }
                    (place.text("[").inside(key).text("]"), (**v).clone())
                }
                Ty::Seq(_, of) if self.careless && self.random.chance(30) => (
                    place.text("[").inside(self.value(&Ty::Int, 1)).text("]"),
                    (**of).clone(),
                ),
                Ty::Record(r) if self.random.chance(60) => {
                    let (field, ty) = self.random.pick(&self.named.records[*r]).clone();
                    (place.text(&format!(".{field}")), ty)
                }
                Ty::Tuple(parts) if self.random.chance(60) => {
                    let i = self.random.below(parts.len());
                    (place.text(&format!(".{i}")), parts[i].clone())
                }
                _ => break,
            };
            (place, at) = (next, of);
        }
        let clash = assigned
            .iter()
            .any(|(n, key)| *n == name && (key.is_none() || first.is_none() || *key == first));
        if clash || assigned.iter().any(|(n, _)| *n == name) && !self.careless {
            return None;
        }
        assigned.push((name, first));
        Some(self.change(place, &at))
    }

    fn change(&mut self, place: Tree, ty: &Ty) -> Tree {
        if let Ty::Set(of) | Ty::Bag(_, of) = ty
            && self.random.chance(60)
            && (self.careless || matches!(ty, Ty::Set(_)))
        {
            let sign = *self.random.pick(&["+=", "-="]);
            let value = self.value(of, 1);
            return place.text(&format!(" {sign} ")).inside(value);
        }
        let value = self.value(ty, 2);
        place.text(" := ").inside(value)
    }

    /// A formula about runs.
    pub fn temporal(&mut self, depth: u32) -> Tree {
        let Some(less) = depth.checked_sub(1) else {
            return self.value(&Ty::Bool, 1);
        };
        let (at, sides) = (level::LEADS, (level::LEADS + 1, level::LEADS + 1));
        match self.random.below(9) {
            0 | 1 => Tree::prefix("always ", "□ ", level::NOT, self.temporal(less)),
            2 | 3 => Tree::prefix("eventually ", "◇ ", level::NOT, self.temporal(less)),
            4 | 5 => Tree::infix(("~>", "↝"), at, sides, self.temporal(less), self.temporal(less)),
            6 => Tree::infix(
                ("until", "until"),
                at,
                sides,
                self.temporal(less),
                self.temporal(less),
            ),
            7 => Tree::prefix("not ", "¬", level::NOT, self.temporal(less)),
            _ => {
                let sides = (level::IMPLIES + 1, level::IMPLIES);
                Tree::infix(
                    ("=>", "⇒"),
                    level::IMPLIES,
                    sides,
                    self.temporal(less),
                    self.temporal(less),
                )
            }
        }
    }
}
