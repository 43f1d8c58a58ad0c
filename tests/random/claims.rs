//! Properties, and the declarations of the theory.

use super::behaviour::Event;
use super::maker::{Maker, Setting};
use super::tree::Tree;
use super::types::Ty;

/// Declarations, and the names of the properties that come with them.
pub type Claims = (Vec<Tree>, Vec<String>);

impl Maker {
    /// Invariants, witnesses, transitions, temporal properties; names begin with this.
    pub fn properties(&mut self, prefix: &str, most: usize) -> Claims {
        let (mut trees, mut names) = (Vec::new(), Vec::new());
        for i in 0..1 + self.random.below(most) {
            let name = format!("{prefix}{i}");
            let tree = match self.random.below(8) {
                0..4 => {
                    let formulas = self.formulas(2, 3);
                    Tree::tight(&format!("invariant {name} {{ ")).formulas(formulas)
                }
                4 => {
                    let formulas = self.formulas(1, 3);
                    Tree::tight(&format!("witness {name} {{ ")).formulas(formulas)
                }
                5 | 6 => {
                    let formulas = self.in_setting(Setting::Step, |m| m.formulas(2, 3));
                    Tree::tight(&format!("transition {name} {{ ")).formulas(formulas)
                }
                _ => {
                    let formula = self.temporal(2);
                    Tree::tight(&format!("temporal {name} {{ ")).inside(formula)
                }
            };
            trees.push(tree.text(" }"));
            names.push(name);
        }
        (trees, names)
    }

    /// `integrity` and `resource`, about variables and events that there are.
    pub fn theory(&mut self, events: &[Event]) -> Claims {
        let (mut trees, mut names) = (Vec::new(), Vec::new());
        if self.random.chance(25) {
            trees.push(self.integrity(events));
            names.push("rules".to_owned());
        }
        if self.random.chance(25) {
            let (tree, parts) = self.resource();
            trees.push(tree);
            names.extend(parts.into_iter().map(|p| format!("held.{p}")));
        }
        (trees, names)
    }

    fn integrity(&mut self, events: &[Event]) -> Tree {
        let vars = self.vars.clone();
        let (name, mut ty) = self.random.pick(&vars).clone();
        let (mut place, mut bound) = (name, Vec::new());
        while let Ty::Map(k, v) = ty {
            let key = format!("key{}", bound.len());
            place += &format!("[{key}]");
            bound.push((key, *k));
            ty = *v;
        }
        let actors: Vec<_> = events.iter().filter_map(|e| e.actor.clone()).collect();
        let mut writer = String::new();
        if !actors.is_empty() && self.random.chance(70) {
            let ty = self.random.pick(&actors).clone();
            writer = format!(" by actor: {}", self.named.text(&ty, &mut self.random));
            bound.push(("actor".to_owned(), ty));
        }
        let condition = self.with(bound, |m| m.value(&Ty::Bool, 2));
        let mut tree =
            Tree::tight(&format!("integrity rules {{ writes({place}){writer} only if ")).inside(condition);
        let alone: Vec<_> = events
            .iter()
            .filter(|e| e.actor.is_none() && !e.alternatives)
            .collect();
        if !alone.is_empty() && self.random.chance(50) {
            tree = tree.text(&format!("; system only {}", self.random.pick(&alone).name));
        }
        tree.text(" }")
    }

    fn resource(&mut self) -> (Tree, Vec<&'static str>) {
        let holder = self.named.random(&mut self.random, 4.0, 1);
        let text = self.named.text(&holder, &mut self.random);
        let hard = self.random.chance(50);
        let of = if hard {
            let of = self.named.random(&mut self.random, 4.0, 1);
            Ty::set(of)
        } else {
            Ty::Int
        };
        let who = vec![("who".to_owned(), holder)];
        let amount = self.with(who.clone(), |m| m.known(&of, 2));
        let tree = Tree::tight(&format!("resource held(who: {text}) = ")).inside(amount);
        if hard {
            return (tree.text(" { hard }"), vec!["disjoint"]);
        }
        let limit = self.with(who, |m| m.value(&Ty::Int, 1));
        let total = self.value(&Ty::Int, 1);
        match self.random.below(3) {
            0 => (
                tree.text(" { soft limit ").inside(limit).text(" }"),
                vec!["limited"],
            ),
            1 => (
                tree.text(" { soft total ").inside(total).text(" }"),
                vec!["total"],
            ),
            _ => (
                tree.text(" { soft limit ")
                    .inside(limit)
                    .text(" total ")
                    .inside(total)
                    .text(" }"),
                vec!["limited", "total"],
            ),
        }
    }

    /// A table over the keys of some map, with its name and the type of its parameter.
    pub fn mediation(&mut self) -> Option<(Tree, (String, Ty))> {
        let maps: Vec<_> = self
            .vars
            .iter()
            .filter(|(_, t)| matches!(t, Ty::Map(..)))
            .cloned()
            .collect();
        if maps.is_empty() || !self.random.chance(30) {
            return None;
        }
        let (var, ty) = self.random.pick(&maps).clone();
        let Ty::Map(key, _) = ty else { return None };
        let text = self.named.text(&key, &mut self.random);
        let bound = vec![("at".to_owned(), (*key).clone())];
        let condition = self.with(bound, |m| m.value(&Ty::Bool, 2));
        let tree = Tree::tight(&format!(
            "mediate table(at: {text}) guards {var}[at] {{\n  case ("
        ))
        .inside(condition)
        .text(") => Deny\n  default => Allow\n}");
        Some((tree, ("table".to_owned(), *key)))
    }
}
