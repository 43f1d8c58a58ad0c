//! Which properties decide the exit code.

use crate::command::Failure;

const PROPERTIES: &[&str] = &["isolation", "integrity", "confidentiality", "availability"];
const VICTIMS: &[&str] = &["host", "workload"];

/// A set of properties, each for some victims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate(Vec<(&'static str, &'static str)>);

impl Gate {
    /// Reads names such as `isolation`, `integrity.host`, `all`.
    ///
    /// # Errors
    /// An unknown name.
    pub fn parse(names: &[String]) -> Result<Self, Failure> {
        let mut all = Vec::new();
        for name in names {
            let (property, victim) = match name.split_once('.') {
                Some((property, victim)) => (property, Some(victim)),
                None => (name.as_str(), None),
            };
            let properties: Vec<_> = PROPERTIES
                .iter()
                .filter(|p| property == "all" || **p == property)
                .copied()
                .collect();
            let victims: Vec<_> = VICTIMS
                .iter()
                .filter(|v| victim.is_none_or(|w| w == **v))
                .copied()
                .collect();
            if properties.is_empty() || victims.is_empty() {
                return Err(
                    Failure::new(format!("--gate: `{name}` is not a property")).help(format!(
                        "properties are {} and all, each also with .host or .workload",
                        PROPERTIES.join(", ")
                    )),
                );
            }
            all.extend(
                properties
                    .iter()
                    .flat_map(|p| victims.iter().map(move |v| (*p, *v))),
            );
        }
        Ok(Self(all))
    }

    /// Whether a property for a victim is in the set.
    #[must_use]
    pub fn covers(&self, property: &str, victim: &str) -> bool {
        self.0.iter().any(|(p, v)| *p == property && *v == victim)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(names: &[&str]) -> Result<Gate, Failure> {
        Gate::parse(&names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn names_cover_what_they_say() {
        let some = gate(&["isolation", "integrity.host"]).unwrap();
        assert!(some.covers("isolation", "workload") && some.covers("integrity", "host"));
        assert!(!some.covers("integrity", "workload") && !some.covers("availability", "host"));
        assert!(gate(&["all"]).unwrap().covers("availability", "workload"));
    }

    #[test]
    fn unknown_names_are_refused() {
        assert!(gate(&["isolatoin"]).is_err() && gate(&["isolation.guest"]).is_err());
    }
}
