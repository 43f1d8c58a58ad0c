//! Instances: elements of sorts, and values of constants.

use super::maker::Maker;
use super::tree::Tree;
use super::types::Ty;

impl Maker {
    /// `instance given of ..`, with values of the constants that have none. Gives for each sort whether its elements are
    /// named.
    pub fn instance(&mut self, trees: &mut Vec<Tree>, of: &str) -> Vec<bool> {
        let sizes = self.named.sorts.clone();
        let named: Vec<bool> = sizes.iter().map(|_| self.random.chance(75)).collect();
        let mut lines = Vec::new();
        for (i, size) in sizes.iter().enumerate().filter(|(i, _)| named[*i]) {
            let elements: Vec<_> = (0..*size).map(|e| element(i, e)).collect();
            lines.push(format!("S{i} = {{ {} }}", elements.join(", ")));
        }
        for (name, ty) in self.consts.clone() {
            if name != "two" && name != "c1" && self.random.chance(85) {
                self.place(&name, &ty, &named, &mut lines);
            }
        }
        let mut text = format!("instance given of {of} {{\n");
        for line in lines {
            let evidence = if self.random.chance(20) {
                " //@ said here"
            } else {
                ""
            };
            text += &format!("  {line}{evidence}\n");
        }
        trees.push(Tree::tight(&(text + "}")));
        named
    }

    /// What is said of a place: all of it, something, or that nothing is known.
    fn place(&mut self, place: &str, ty: &Ty, named: &[bool], lines: &mut Vec<String>) {
        if self.random.chance(6) {
            lines.push(format!("unknown {place}"));
            return;
        }
        match ty {
            Ty::Map(k, v) => {
                for key in self.all(k, named).unwrap_or_default() {
                    if self.random.chance(90) {
                        self.place(&format!("{place}[{key}]"), v, named, lines);
                    }
                }
            }
            Ty::Bag(n, of) => {
                for key in self.all(of, named).unwrap_or_default() {
                    lines.push(format!(
                        "{place}[{key}] = {}",
                        self.random.between(0, i64::from(*n))
                    ));
                }
            }
            Ty::Set(of) if self.random.chance(40) => {
                // no line begins with a sign
                let values = self.all(of, named).unwrap_or_default();
                for value in values.iter().filter(|v| !v.starts_with('-')) {
                    let word = *self.random.pick(&["in", "not in"]);
                    lines.push(format!("{value} {word} {place}"));
                }
            }
            ty => lines.extend(self.constant(ty, named).map(|v| format!("{place} = {v}"))),
        }
    }

    /// Some value, as an instance writes it; `None` if it has no form for it.
    fn constant(&mut self, ty: &Ty, named: &[bool]) -> Option<String> {
        let list = |m: &mut Self, of: &Ty, n: usize| -> Option<String> {
            let values: Option<Vec<_>> = (0..n).map(|_| m.constant(of, named)).collect();
            Some(values?.join(", "))
        };
        Some(match ty {
            Ty::Option(of) if self.random.chance(60) => format!("some({})", self.constant(of, named)?),
            Ty::Option(_) => "none".to_owned(),
            Ty::Set(of) => match self.all(of, named) {
                Some(mut values) => {
                    values.retain(|_| self.random.chance(50));
                    format!("{{ {} }}", values.join(", "))
                }
                None => "{}".to_owned(),
            },
            Ty::Seq(n, of) => {
                let length = self.random.below(*n as usize + 1);
                format!("[{}]", list(self, of, length)?)
            }
            Ty::Tuple(parts) => {
                let values: Option<Vec<_>> = parts.iter().map(|t| self.constant(t, named)).collect();
                format!("({})", values?.join(", "))
            }
            Ty::Record(r) => {
                let fields = self.named.records[*r].clone();
                let values: Option<Vec<_>> = fields
                    .iter()
                    .map(|(name, t)| Some(format!("{name} = {}", self.constant(t, named)?)))
                    .collect();
                format!("R{r}({})", values?.join(", "))
            }
            Ty::Bool | Ty::Range(..) | Ty::Enum(_) | Ty::Sort(_) => {
                let all = self.all(ty, named)?;
                self.random.pick(&all).clone()
            }
            Ty::Int | Ty::Map(..) | Ty::Bag(..) => return None,
        })
    }

    /// All values of a small type, as an instance writes them; `None` if it cannot, or if there are many.
    fn all(&self, ty: &Ty, named: &[bool]) -> Option<Vec<String>> {
        let all = match ty {
            Ty::Bool => vec!["false".to_owned(), "true".to_owned()],
            Ty::Range(lo, hi) => (*lo..=*hi).map(|n| n.to_string()).collect(),
            Ty::Enum(e) => self.named.enums[*e].clone(),
            Ty::Sort(s) if named[*s] => (0..self.named.sorts[*s]).map(|e| element(*s, e)).collect(),
            Ty::Option(of) => {
                let some = self.all(of, named)?;
                let some = some.iter().map(|v| format!("some({v})"));
                std::iter::once("none".to_owned()).chain(some).collect()
            }
            Ty::Tuple(parts) => {
                let mut out = vec![String::new()];
                for part in parts {
                    let values = self.all(part, named)?;
                    let with = |before: &String| {
                        let comma = if before.is_empty() { "" } else { ", " };
                        let before = format!("{before}{comma}");
                        values.iter().map(move |v| format!("{before}{v}"))
                    };
                    out = out.iter().flat_map(with).collect();
                }
                out.iter().map(|v| format!("({v})")).collect()
            }
            Ty::Sort(_) | Ty::Int | Ty::Record(_) | Ty::Set(_) | Ty::Map(..) | Ty::Seq(..) | Ty::Bag(..) => {
                return None;
            }
        };
        Some(all).filter(|all: &Vec<_>| all.len() <= 16)
    }
}

fn element(sort: usize, number: u32) -> String {
    format!("n{sort}{}", ["a", "b", "c"][number as usize % 3])
}
