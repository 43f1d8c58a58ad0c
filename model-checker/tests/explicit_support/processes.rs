//! Random systems of a few processes that walk through four places each, on their own or by way of two shared counters and a
//! register of each; half of the time the processes are elements of a sort, which all do the same.

use transition_system::{Scope, System};

use super::random::Random;

/// Greatest value of a register.
const MOST: usize = 1;

struct Processes {
    random: Random,
    alike: bool,
    count: usize,
    registers: bool,
}

/// The system of a seed.
pub fn processes(seed: u64) -> (System, Scope) {
    let mut random = Random(seed);
    let (alike, registers) = (random.chance(50), random.chance(65));
    let count = if registers && !alike {
        2
    } else {
        2 + random.below(2)
    };
    let mut maker = Processes {
        random,
        alike,
        count,
        registers,
    };
    let text = maker.text();
    let system = super::system(&text);
    let sizes = [("P", count as u32)];
    let scope = super::scope(&system, if alike { &sizes } else { &[] });
    (system, scope)
}

impl Processes {
    fn text(&mut self) -> String {
        let mut lines = vec!["(system processes)".to_owned()];
        if self.alike {
            lines.push("(sort P)".to_owned());
            lines.push("(binder $p p (sort P))".to_owned());
            lines.push("(binder $q q (sort P))".to_owned());
        }
        self.variables("at", 3, true, &mut lines);
        if self.registers {
            let set = self.random.chance(70);
            self.variables("r", MOST, set, &mut lines);
        }
        for shared in 0..2 {
            lines.push(format!("(var s{shared} (range 0 2))"));
            lines.push(format!("(init (= (var s{shared}) 0))"));
        }
        let kinds = if self.alike { 1 } else { self.count };
        for process in 0..kinds {
            for event in 0..3 + self.random.below(3) {
                let step = self.step(process, event);
                lines.push(step);
            }
        }
        for kind in ["invariant", "witness", "transition"] {
            let name = &kind[..1];
            let formula = self.claim(kind);
            lines.push(format!("({kind} {name} {formula})"));
        }
        lines.join("\n")
    }

    /// A variable of each process, and that it is 0 in the beginning.
    fn variables(&self, name: &str, most: usize, set: bool, lines: &mut Vec<String>) {
        if self.alike {
            lines.push(format!("(var {name} (map (sort P) (range 0 {most})))"));
            if set {
                lines.push(format!("(init (forall $q (= (apply (var {name}) $q) 0)))"));
            }
            return;
        }
        for process in 0..self.count {
            lines.push(format!("(var {name}{process} (range 0 {most}))"));
            if set {
                lines.push(format!("(init (= (var {name}{process}) 0))"));
            }
        }
    }

    fn of(&self, name: &str, process: usize) -> String {
        if self.alike {
            format!("(apply (var {name}) $p)")
        } else {
            format!("(var {name}{process})")
        }
    }

    fn set(&self, name: &str, process: usize, value: &str) -> String {
        if self.alike {
            format!("({name} (store (var {name}) $p {value}))")
        } else {
            format!("({name}{process} {value})")
        }
    }

    fn step(&mut self, process: usize, event: usize) -> String {
        let from = if event < 3 { event } else { self.random.below(4) };
        let to = if self.random.chance(85) {
            (from + 1).min(3)
        } else {
            self.random.below(4)
        };
        let mut guards = vec![format!("(= {} {from})", self.of("at", process))];
        let mut updates = vec![self.set("at", process, &to.to_string())];
        let shared = self.random.below(2);
        if self.random.chance(25) {
            guards.push(format!("(= (var s{shared}) {})", self.random.below(2)));
        }
        if self.random.chance(25) {
            let value = match self.random.below(3) {
                0 => format!("(narrow (range 0 2) (+ (var s{shared}) 1))"),
                1 if self.registers => format!("(narrow (range 0 2) {})", self.of("r", process)),
                n => n.to_string(),
            };
            if self.random.chance(50) {
                guards.push(format!("(< (var s{shared}) 2)"));
            }
            updates.push(format!("(s{shared} {value})"));
        }
        if self.registers {
            self.register(process, shared, &mut guards, &mut updates);
        }
        let params = if self.alike { "($p)" } else { "()" };
        let guard = match &guards[..] {
            [one] => one.clone(),
            all => format!("(and {})", all.join(" ")),
        };
        format!(
            "(event e{process}_{event} {params} () - {guard} ({}))",
            updates.join(" ")
        )
    }

    /// What a step does with the register of its process.
    fn register(
        &mut self,
        process: usize,
        shared: usize,
        guards: &mut Vec<String>,
        updates: &mut Vec<String>,
    ) {
        let own = self.of("r", process);
        if self.random.chance(20) {
            guards.push(format!("(= {own} {})", self.random.below(MOST + 1)));
        }
        if self.random.chance(45) {
            let value = match self.random.below(4) {
                0 => format!("(ite (= (var s{shared}) 0) 0 1)"),
                1 => format!("(narrow (range 0 {MOST}) (- {MOST} {own}))"),
                _ => self.random.below(MOST + 1).to_string(),
            };
            updates.push(self.set("r", process, &value));
        }
    }

    fn claim(&mut self, kind: &str) -> String {
        let (place, shared) = (self.random.below(4), self.random.below(2));
        let register = self.registers && self.random.chance(30);
        let some = |name: &str, process: usize, value: usize| {
            if self.alike {
                format!("(= (apply (var {name}) $q) {value})")
            } else {
                format!("(= (var {name}{process}) {value})")
            }
        };
        let process = self.random.below(self.count);
        let value = self.random.below(MOST + 1);
        let mut some_at = some("at", process, place);
        if register {
            some_at = format!("(and {some_at} {})", some("r", process, value));
        }
        if self.alike {
            some_at = format!("(exists $q {some_at})");
        }
        let here = match self.random.below(3) {
            0 => format!("(= (var s{shared}) {})", self.random.below(3)),
            1 => some_at,
            _ => format!("(and {some_at} (= (var s{shared}) {}))", self.random.below(3)),
        };
        match kind {
            "witness" => here,
            "invariant" => format!("(not {here})"),
            _ => format!("(<= (var s{shared}) (next s{shared}))"),
        }
    }
}
