//! Flows of information: secrets, observers, and what must not flow.

use super::behaviour::Event;
use super::maker::{Maker, Setting};
use super::tree::Tree;
use super::types::Ty;
use super::value::compare;

impl Maker {
    /// `secret`, `observer` and `noninterference` about a variable; the last has the name `flow`.
    pub fn flow(&mut self, trees: &mut Vec<Tree>, events: &[Event], secret: (String, Ty)) -> String {
        let actors: Vec<_> = events.iter().filter_map(|e| e.actor.clone()).collect();
        let from = if !actors.is_empty() && self.random.chance(80) {
            self.random.pick(&actors).clone()
        } else {
            self.named.several(&mut self.random, 3.0, 0)
        };
        let to = if self.random.chance(60) {
            from.clone()
        } else {
            self.named.several(&mut self.random, 3.0, 0)
        };
        trees.push(self.secret(secret, &from));
        trees.push(self.observer("sees", &to));
        let named = self.random.chance(50);
        if named && self.random.chance(50) {
            let tree = self.observer("looks", &to);
            trees.push(tree);
        }
        let texts = [&from, &to].map(|t| self.named.text(t, &mut self.random));
        let weak = if self.random.chance(30) { "secrets of " } else { "" };
        let mut tree = Tree::tight(&format!(
            "noninterference flow {{\n  from {weak}i: {} to j: {}",
            texts[0], texts[1]
        ));
        if self.random.chance(50) {
            let bound = vec![("i".to_owned(), from.clone()), ("j".to_owned(), to.clone())];
            let condition = if from == to && self.random.chance(70) {
                compare(("!=", "≠"), Tree::atom("i"), Tree::atom("j"))
            } else {
                self.in_setting(Setting::Rigid, |m| m.with(bound, |m| m.value(&Ty::Bool, 1)))
            };
            tree = tree.text(" where ").inside(condition);
        }
        if named {
            tree = tree.text(" by sees");
        }
        tree = tree.text("\n");
        if self.random.chance(30) {
            // a qualified name has no side
            let own = self.vars.iter().filter(|(n, _)| !n.contains("::"));
            let own: Vec<_> = own.map(|(n, _)| n.clone()).collect();
            let name = self.random.pick(&own).clone();
            let sides = ["left", "right"].map(|side| Tree::atom(format!("{side}.{name}")));
            let [left, right] = sides;
            tree = tree
                .text("  lemma alike { ")
                .inside(compare(("==", "=="), left, right))
                .text(" }\n");
        }
        trees.push(tree.text("}"));
        "flow".to_owned()
    }

    /// A variable, mostly one with more than one value.
    pub fn several_values(&mut self) -> (String, Ty) {
        let several = self.vars.iter().filter(|(_, t)| self.named.size(t) > 1.0);
        let several: Vec<_> = several.cloned().collect();
        if several.is_empty() {
            self.random.pick(&self.vars).clone()
        } else {
            self.random.pick(&several).clone()
        }
    }

    fn secret(&mut self, (name, mut ty): (String, Ty), from: &Ty) -> Tree {
        let (mut place, mut bound) = (name, Vec::new());
        while let Ty::Map(k, v) = ty {
            let key = format!("key{}", bound.len());
            place += &format!("[{key}]");
            bound.push((key, *k));
            ty = *v;
        }
        let owner = match self.random.below(6) {
            0..3 => from.clone(),
            3 => Ty::option(from.clone()),
            _ => Ty::set(from.clone()),
        };
        let owner = match &owner {
            // everyone's
            Ty::Set(of) if self.random.chance(60) => {
                let text = self.named.text(of, &mut self.random);
                Tree::tight(&format!("{{ p: {text} | true }}"))
            }
            owner => self.with(bound, |m| m.known(owner, 1)),
        };
        Tree::tight(&format!("secret {place} of ")).inside(owner)
    }

    /// What someone sees: values, and sets with a value for each element.
    fn observer(&mut self, name: &str, to: &Ty) -> Tree {
        let text = self.named.text(to, &mut self.random);
        let mut tree = Tree::tight(&format!("observer {name}(who: {text}) {{\n"));
        let who = vec![("who".to_owned(), to.clone())];
        for _ in 0..1 + self.random.below(2) {
            let ty = self.named.random(&mut self.random, 8.0, 2);
            let seen = if self.random.chance(35) {
                let (binders, bound) =
                    self.with(who.clone(), |m| m.binders(Tree::tight(" for "), 1, 1, false));
                let all = who.iter().cloned().chain(bound).collect();
                let value = self.with(all, |m| m.known(&ty, 1));
                Tree::tight("(").inside(value).text(")").join(binders)
            } else if self.random.chance(50) {
                Tree::atom(self.several_values().0)
            } else {
                let value = self.with(who.clone(), |m| m.known(&ty, 2));
                Tree::tight("(").inside(value).text(")")
            };
            tree = tree.text("  ").join(seen).text(";\n");
        }
        tree.text("}")
    }
}
