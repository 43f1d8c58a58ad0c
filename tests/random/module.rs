//! Whole modules.

use std::fmt;

use super::Random;
use super::maker::{Definition, Maker, Setting};
use super::tree::{Style, Tree};
use super::types::{Named, Ty};

/// A file, and the module that it uses, if it uses one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub root: String,
    pub part: Option<String>,
}

impl Text {
    /// Each of the files changed.
    pub fn map(&self, change: impl Fn(&str) -> String) -> Self {
        Self {
            root: change(&self.root),
            part: self.part.as_deref().map(change),
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.root)?;
        match &self.part {
            Some(part) => write!(f, "// part.wt\n{part}"),
            None => Ok(()),
        }
    }
}

/// A module, written with few parentheses and words, and with all and signs.
pub struct Module {
    pub bare: Text,
    pub full: Text,
    /// What it has besides the usual.
    pub has: Has,
}

/// What not every module has.
#[derive(Clone, Copy, Debug)]
pub struct Has {
    /// A `noninterference`.
    flow: bool,
    /// An instance.
    pub instance: bool,
    /// A use of a module with parameters.
    pub part: bool,
    composition: bool,
}

impl Has {
    fn random(random: &mut Random) -> Self {
        let flow = random.chance(22);
        Self {
            flow,
            instance: random.chance(25),
            part: random.chance(22),
            composition: !flow && random.chance(35),
        }
    }
}

/// Most states that the types of the variables have together.
const STATES: f64 = 1500.0;

/// The module of a seed.
pub fn module(seed: u64) -> Module {
    let mut random = Random(seed);
    let careless = random.chance(40);
    let has = Has::random(&mut random);
    let mut maker = Maker {
        random,
        named: Named {
            bound: Some(("two", 2)),
            ..Named::default()
        },
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
    let (part, used) = match has.part.then(|| maker.uses(&mut trees)) {
        Some((part, names)) => (Some(part.trees), names),
        None => (None, Vec::new()),
    };
    let names = maker.file(&mut trees, has, used);
    maker.write_casts(&mut trees);
    maker.commands(&mut trees, &names, has);
    let print = |trees: &[Tree], style| trees.iter().map(|t| t.print(style) + "\n").collect::<String>();
    let text = |style| Text {
        root: print(&trees, style),
        part: part.as_ref().map(|p| print(p, style)),
    };
    Module {
        bare: text(Style::Bare),
        full: text(Style::Full),
        has,
    }
}

impl Maker {
    /// The declarations of a file behind those of types; gives the names of properties, also of what is used.
    fn file(&mut self, trees: &mut Vec<Tree>, has: Has, used: Vec<String>) -> Vec<String> {
        self.constants(trees, has.instance);
        // two runs have the square of the states of one
        let most = if has.flow {
            4
        } else if has.part {
            8
        } else {
            11
        };
        let budget = 2f64.powf(self.random.between(1, most) as f64).min(STATES);
        let before = self.vars.len();
        self.variables(trees, "v", budget);
        self.definitions(trees, "d");
        let secret = has.flow.then(|| self.several_values());
        trees.push(self.init(before, secret.as_ref().map(|(name, _)| &**name)));
        let mediation = self.mediation();
        if let Some((tree, _)) = &mediation {
            trees.push(tree.clone());
        }
        let mediation = mediation.map(|(_, m)| m);
        let mut events = Vec::new();
        for i in 0..1 + self.random.below(3) {
            let (tree, event) = self.event(&format!("e{i}"), mediation.as_ref());
            trees.push(tree);
            events.push(event);
        }
        let (claims, mut names) = self.properties("p", 4);
        trees.extend(claims);
        let (claims, more) = self.theory(&events);
        trees.extend(claims);
        names.extend(more);
        if mediation.is_some() {
            names.push("table.complete".to_owned());
        }
        if let Some(secret) = secret {
            names.push(self.flow(trees, &events, secret));
        }
        names.extend(used);
        if has.composition {
            names = self.composition(trees, &names);
        }
        names
    }

    /// The definitions that give a type to what has none.
    pub fn write_casts(&mut self, trees: &mut Vec<Tree>) {
        for (i, ty) in self.casts.clone().iter().enumerate() {
            let (from, to) = (
                self.named.text(ty, &mut self.random),
                self.named.text(ty, &mut self.random),
            );
            trees.push(Tree::tight(&format!("def as{i}(x: {from}): {to} = x")));
        }
    }

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

    fn constants(&mut self, trees: &mut Vec<Tree>, given: bool) {
        for i in 0..self.named.sorts.len() {
            trees.push(Tree::tight(&format!("const k{i}: S{i}")));
            self.consts.push((format!("k{i}"), Ty::Sort(i)));
        }
        let most = if given { 16.0 } else { 4.0 };
        for name in ["c0", "c2"] {
            if self.random.chance(if given { 75 } else { 22 }) {
                let ty = self.named.random(&mut self.random, most, 2);
                let text = self.named.text(&ty, &mut self.random);
                trees.push(Tree::tight(&format!("const {name}: {text}")));
                self.consts.push((name.to_owned(), ty));
            }
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
    pub fn variables(&mut self, trees: &mut Vec<Tree>, prefix: &str, mut budget: f64) -> f64 {
        let mut size = 1.0;
        for i in 0..4 {
            let ty = self.named.several(&mut self.random, budget.min(300.0), 3);
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

    pub fn definitions(&mut self, trees: &mut Vec<Tree>, prefix: &str) {
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
    fn composition(&mut self, trees: &mut Vec<Tree>, names: &[String]) -> Vec<String> {
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
        members.push(self.init(shared.0, None));
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

    /// What is asked: of the module, or of an instance of it, sometimes of both.
    fn commands(&mut self, trees: &mut Vec<Tree>, names: &[String], has: Has) {
        let mut named = vec![false; self.named.sorts.len()];
        if !has.instance || self.random.chance(15) {
            trees.push(self.command(names, &named));
        }
        if has.instance {
            named = self.instance(trees, if has.composition { "Whole" } else { "random" });
            let of = |name: &String| format!("given.{}", name.strip_prefix("Whole.").unwrap_or(name));
            let names: Vec<_> = names.iter().map(of).collect();
            trees.push(self.command(&names, &named));
        }
    }

    fn command(&self, names: &[String], named: &[bool]) -> Tree {
        let sorts = self.named.sorts.iter().enumerate().filter(|(i, _)| !named[*i]);
        let sizes: Vec<_> = sorts.map(|(i, n)| format!("S{i} = {n}")).collect();
        let scope = if sizes.is_empty() {
            String::new()
        } else {
            format!(" for {}", sizes.join(", "))
        };
        Tree::tight(&format!("check {}{scope}", names.join(", ")))
    }
}
