//! Whole modules.

use super::Random;
use super::behaviour::Event;
use super::maker::{Definition, Maker, Setting};
use super::tree::{Style, Tree};
use super::types::{Named, Ty};

/// A module, written with few parentheses and words, and with all and signs.
pub struct Module {
    pub bare: String,
    pub full: String,
}

/// Most states that the types of the variables have together.
const STATES: f64 = 1500.0;

/// The module of a seed.
pub fn module(seed: u64) -> Module {
    let mut random = Random(seed);
    let careless = random.chance(40);
    let mut maker = Maker {
        random,
        named: Named::default(),
        consts: vec![("two".to_owned(), Ty::Int)],
        vars: Vec::new(),
        defs: Vec::new(),
        locals: Vec::new(),
        setting: Setting::State,
        casts: Vec::new(),
        careless,
    };
    let mut trees = vec![Tree::tight("module random"), Tree::tight("const two: int = 2")];
    maker.types(&mut trees);
    maker.constants(&mut trees);
    let budget = 2f64.powf(maker.random.between(1, 11) as f64).min(STATES);
    maker.variables(&mut trees, "v", budget);
    maker.definitions(&mut trees, "d");
    trees.push(maker.init(0));
    let mediation = maker.mediation();
    if let Some((tree, _)) = &mediation {
        trees.push(tree.clone());
    }
    let mediation = mediation.map(|(_, m)| m);
    let mut events = Vec::new();
    for i in 0..1 + maker.random.below(3) {
        let (tree, event) = maker.event(&format!("e{i}"), mediation.as_ref());
        trees.push(tree);
        events.push(event);
    }
    let (claims, mut names) = maker.properties("p", 4);
    trees.extend(claims);
    let (claims, more) = maker.theory(&events);
    trees.extend(claims);
    names.extend(more);
    if mediation.is_some() {
        names.push("table.complete".to_owned());
    }
    if maker.random.chance(30) {
        names = maker.composition(&mut trees, &events, &names);
    }
    for (i, ty) in maker.casts.clone().iter().enumerate() {
        let text = maker.named.text(ty, &mut maker.random);
        let text = (text.clone(), maker.named.text(ty, &mut maker.random));
        trees.push(Tree::tight(&format!("def as{i}(x: {}): {} = x", text.0, text.1)));
    }
    trees.push(maker.command(&names));
    let print = |style| trees.iter().map(|t| t.print(style) + "\n").collect::<String>();
    Module {
        bare: print(Style::Bare),
        full: print(Style::Full),
    }
}

impl Maker {
    fn types(&mut self, trees: &mut Vec<Tree>) {
        for i in 0..self.random.below(3) {
            self.named.sorts.push(*self.random.pick(&[1, 2, 2, 2, 3]));
            trees.push(Tree::tight(&format!("sort S{i}")));
        }
        for i in 0..1 + self.random.below(2) {
            let all = if i == 0 { ["A", "B", "C"] } else { ["D", "A", "F"] };
            let names: Vec<String> = all[..1 + self.random.below(3)]
                .iter()
                .map(|s| (*s).to_owned())
                .collect();
            trees.push(Tree::tight(&format!("enum E{i} {{ {} }}", names.join(", "))));
            self.named.enums.push(names);
        }
        for i in 0..self.random.below(3) {
            let mut fields = Vec::new();
            for name in &["a", "b", "value"][..1 + self.random.below(3)] {
                fields.push(((*name).to_owned(), self.named.random(&mut self.random, 3.0, 1)));
            }
            let text: Vec<_> = fields
                .iter()
                .map(|(n, t)| format!("{n}: {}", self.named.text(t, &mut self.random)))
                .collect();
            trees.push(Tree::tight(&format!("record R{i} {{ {} }}", text.join(", "))));
            self.named.records.push(fields);
        }
        for i in 0..self.random.below(3) {
            let ty = self.named.random(&mut self.random, 20.0, 2);
            let text = self.named.text(&ty, &mut self.random);
            trees.push(Tree::tight(&format!("type T{i} = {text}")));
            self.named.aliases.push(ty);
        }
    }

    fn constants(&mut self, trees: &mut Vec<Tree>) {
        for i in 0..self.named.sorts.len() {
            trees.push(Tree::tight(&format!("const k{i}: S{i}")));
            self.consts.push((format!("k{i}"), Ty::Sort(i)));
        }
        if self.random.chance(40) {
            let ty = self.named.random(&mut self.random, 4.0, 2);
            let text = self.named.text(&ty, &mut self.random);
            trees.push(Tree::tight(&format!("const c0: {text}")));
            self.consts.push(("c0".to_owned(), ty));
        }
        if self.random.chance(30) {
            let ty = self.named.random(&mut self.random, 20.0, 2);
            let text = self.named.text(&ty, &mut self.random);
            let value = self.in_setting(Setting::Rigid, |m| m.value(&ty, 2));
            trees.push(Tree::tight(&format!("const c1: {text} = ")).inside(value));
            self.consts.push(("c1".to_owned(), ty));
        }
        if self.random.chance(15) {
            let formula = self.in_setting(Setting::Rigid, |m| m.value(&Ty::Bool, 2));
            trees.push(Tree::tight("assume ").inside(formula));
        }
    }

    /// Variables with at most so many values together; gives how many.
    fn variables(&mut self, trees: &mut Vec<Tree>, prefix: &str, mut budget: f64) -> f64 {
        let mut size = 1.0;
        for i in 0..4 {
            let ty = self.named.random(&mut self.random, budget.min(300.0), 3);
            let values = self.named.size(&ty);
            if i > 0 && (values > budget || self.random.chance(15)) {
                break;
            }
            let text = self.named.text(&ty, &mut self.random);
            trees.push(Tree::tight(&format!("var {prefix}{i}: {text}")));
            self.vars.push((format!("{prefix}{i}"), ty));
            budget /= values;
            size *= values;
        }
        size
    }

    fn definitions(&mut self, trees: &mut Vec<Tree>, prefix: &str) {
        for i in 0..self.random.below(4) {
            let name = format!("{prefix}{i}");
            let mut params: Vec<(String, Ty)> = Vec::new();
            for _ in 0..self.random.below(3) {
                let name = self.local_name(&params);
                let ty = if self.random.chance(15) {
                    Ty::Int
                } else {
                    self.named.random(&mut self.random, 6.0, 2)
                };
                params.push((name, ty));
            }
            let result = match self.random.below(5) {
                0 => Ty::Int,
                1 => Ty::Bool,
                _ => self.named.random(&mut self.random, 20.0, 2),
            };
            let rigid = self.random.chance(30);
            let setting = if rigid { Setting::Rigid } else { Setting::State };
            let body = self.in_setting(setting, |m| m.with(params.clone(), |m| m.value(&result, 3)));
            let list: Vec<_> = params
                .iter()
                .map(|(n, t)| format!("{n}: {}", self.named.text(t, &mut self.random)))
                .collect();
            let list = if list.is_empty() && i % 2 == 0 {
                String::new()
            } else {
                format!("({})", list.join(", "))
            };
            let text = self.named.text(&result, &mut self.random);
            trees.push(Tree::tight(&format!("def {name}{list}: {text} = ")).inside(body));
            self.defs.push(Definition {
                name,
                params,
                result,
                rigid,
            });
        }
    }

    /// A component, and a system of it; gives the properties of the system.
    fn composition(&mut self, trees: &mut Vec<Tree>, events: &[Event], names: &[String]) -> Vec<String> {
        let shared = (self.vars.len(), self.defs.len());
        let ty = self.named.random(&mut self.random, 3.0, 0);
        let text = self.named.text(&ty, &mut self.random);
        let mut members = Vec::new();
        self.consts.push(("me".to_owned(), ty.clone()));
        self.variables(&mut members, "w", 3.0);
        if self.random.chance(30) {
            members[0] = Tree::tight("private ").join(members[0].clone());
        }
        self.definitions(&mut members, "f");
        members.push(self.init(shared.0));
        for i in 0..1 + self.random.below(2) {
            let (tree, _) = self.event(&format!("g{i}"), None);
            members.push(tree);
        }
        let (claims, own) = self.properties("o", 2);
        members.extend(claims);
        self.consts.pop();
        self.vars.truncate(shared.0);
        self.defs.truncate(shared.1);
        let mut component = Tree::tight(&format!("component Part(me: {text}) {{\n"));
        for member in members {
            component = component.join(member).text("\n");
        }
        trees.push(component.text("}"));
        let _ = events;
        let argument = |m: &mut Self| m.in_setting(Setting::Rigid, |m| m.value(&ty, 1));
        let mut system = Tree::tight("system Whole = Part(")
            .inside(argument(self))
            .text(") as one");
        let mut all: Vec<String> = own.iter().map(|n| format!("Whole.one.{n}")).collect();
        if self.random.chance(50) {
            let change = *self.random.pick(&[" hiding g0", " renaming g0 to other", ""]);
            let argument = argument(self);
            system = system
                .text(" || Part(")
                .inside(argument)
                .text(&format!(") as another{change}"));
            all.extend(own.iter().map(|n| format!("Whole.another.{n}")));
        } else if self.random.chance(50) {
            system = Tree::tight("system Whole = Part(key) as one for key: ").text(&text);
        }
        let (claims, more) = self.properties("w", 1);
        system = system.text(" {\n");
        for claim in claims {
            system = system.join(claim).text("\n");
        }
        trees.push(system.text("}"));
        all.extend(names.iter().chain(&more).map(|n| format!("Whole.{n}")));
        all
    }

    fn command(&mut self, names: &[String]) -> Tree {
        let sizes: Vec<_> = self
            .named
            .sorts
            .iter()
            .enumerate()
            .map(|(i, n)| format!("S{i} = {n}"))
            .collect();
        let scope = if sizes.is_empty() {
            String::new()
        } else {
            format!(" for {}", sizes.join(", "))
        };
        Tree::tight(&format!("check {}{scope}", names.join(", ")))
    }
}
