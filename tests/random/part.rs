//! A module with parameters, and its uses.

use super::Random;
use super::maker::{Definition, Maker, Setting};
use super::tree::Tree;
use super::types::{Named, Ty};

/// A module `part(sort S0, const n: 1..3)`.
pub struct Part {
    pub trees: Vec<Tree>,
    vars: Vec<(String, Ty)>,
    defs: Vec<Definition>,
    claims: Vec<String>,
}

impl Maker {
    /// A module with parameters, and one or two uses of it, whose names can be used from here on. Gives the properties
    /// of the uses.
    pub fn uses(&mut self, trees: &mut Vec<Tree>) -> (Part, Vec<String>) {
        let n = self.random.between(1, 3);
        let mut arguments = vec![self.named.random(&mut self.random, 3.0, 1)];
        if self.random.chance(40) {
            arguments.push(self.named.random(&mut self.random, 2.0, 0));
        }
        let sizes = arguments.iter().map(|t| self.named.size(t) as u32);
        let part = self.module_part(n, sizes.max().unwrap_or(1));
        let mut claims = Vec::new();
        for (argument, name) in arguments.iter().zip(["x", "y"]) {
            let text = self.named.text(argument, &mut self.random);
            let value = match n {
                2 if self.random.chance(50) => "two".to_owned(),
                3 if self.random.chance(50) => "two + 1".to_owned(),
                n => n.to_string(),
            };
            trees.push(Tree::tight(&format!(
                "use part(S0 = {text}, n = {value}) as {name}"
            )));
            let of = |what: &str| format!("{name}::{what}");
            claims.extend(part.claims.iter().map(|c| of(c)));
            let vars = part.vars.iter().map(|(v, t)| (of(v), t.with_sort(argument)));
            self.vars.extend(vars);
            let defs = part.defs.iter().map(|d| Definition {
                name: of(&d.name),
                params: d
                    .params
                    .iter()
                    .map(|(p, t)| (p.clone(), t.with_sort(argument)))
                    .collect(),
                result: d.result.with_sort(argument),
                rigid: d.rigid,
            });
            self.defs.extend(defs);
        }
        (part, claims)
    }

    fn module_part(&mut self, n: i64, size: u32) -> Part {
        let mut maker = Self {
            random: Random(self.random.bits()),
            named: Named {
                bound: Some(("n", n)),
                sorts: vec![size],
                ..Named::default()
            },
            consts: vec![("n".to_owned(), Ty::Int), ("k0".to_owned(), Ty::Sort(0))],
            vars: Vec::new(),
            defs: Vec::new(),
            locals: Vec::new(),
            setting: Setting::State,
            casts: Vec::new(),
            careless: self.careless,
        };
        let mut trees = vec![
            Tree::tight("module part(sort S0, const n: 1..3)"),
            Tree::tight("const k0: S0"),
        ];
        maker.variables(&mut trees, "u", 6.0);
        maker.definitions(&mut trees, "h");
        trees.push(maker.init(0, None));
        for i in 0..1 + maker.random.below(2) {
            let (tree, _) = maker.event(&format!("t{i}"), None);
            trees.push(tree);
        }
        let (more, claims) = maker.properties("c", 2);
        trees.extend(more);
        maker.write_casts(&mut trees);
        Part {
            trees,
            vars: maker.vars,
            defs: maker.defs,
            claims,
        }
    }
}
