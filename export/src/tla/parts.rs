//! The definitions of a module that say what happens: sets, constants, `TypeOK`, `Init`, one operator for each event, `Next`.

use transition_system::{BinderId, ConstId, EventId, Expr, ExprId};

use super::given::known;
use super::init::Start;
use super::{Assembly, Symbol};
use crate::NoForm;
use crate::block::Block;

impl Assembly<'_> {
    /// Enumerations, and sorts whose elements are named.
    pub(super) fn sets(&mut self) {
        for id in self.system.enumeration_ids() {
            let head = self.writer.names.enumeration(id).to_owned();
            let values = self.writer.names.enumerators(id);
            self.define("", &head, set(&values));
        }
        for id in self.system.sort_ids() {
            if !self.system.sort(id).elements.is_empty() {
                let head = self.writer.names.sort(id).to_owned();
                let elements = self.writer.names.elements(id).to_vec();
                self.define("", &head, set(&elements));
            }
        }
    }

    /// Constants that are given as a whole, and what is assumed of them alone.
    pub(super) fn constants(&mut self) {
        let system = self.system;
        for id in system.constant_ids() {
            if let Some(value) = known(system, id) {
                let body = self.writer.known(&value, system.constant(id).ty, 0);
                let head = self.writer.names.constant(id).to_owned();
                self.define(&system.constant(id).doc, &head, body);
            }
        }
        for axiom in &system.assumptions {
            if self.is_of_definitions(axiom.formula) {
                let body = self.writer.block(axiom.formula);
                self.body.push(Block::line("ASSUME ").beside(body).text());
            }
        }
    }

    /// Whether a constant has a value in each state.
    fn is_open(&self, id: ConstId) -> bool {
        self.symbols.iter().any(|(s, _, _)| *s == Symbol::Constant(id))
    }

    /// Whether a formula reads nothing that has a value in each state.
    fn is_of_definitions(&self, e: ExprId) -> bool {
        let arena = &self.system.arena;
        let mut stack = vec![e];
        let mut seen = std::collections::HashSet::new();
        while let Some(e) = stack.pop() {
            if !seen.insert(e) {
                continue;
            }
            match arena.expr(e) {
                Expr::Var(_) | Expr::Next(_) => return false,
                Expr::Const(c) if self.is_open(*c) => return false,
                node => stack.extend(node.children()),
            }
        }
        true
    }

    pub(super) fn type_ok(&mut self) {
        let symbols = self.symbols.clone();
        let lines = symbols.iter().map(|(symbol, ty, _)| {
            let set = self.writer.set_of_plain(*ty);
            Block::line(format!("/\\ {} \\in {set}", self.writer.symbol(*symbol)))
        });
        let body = Block::stack(lines.collect::<Vec<_>>());
        self.define("", "TypeOK", body);
        self.invariants.push("TypeOK".to_owned());
    }

    pub(super) fn init(&mut self) -> Result<(), NoForm> {
        let system = self.system;
        let mut formulas = Vec::new();
        let assumed = system
            .assumptions
            .iter()
            .filter(|a| !self.is_of_definitions(a.formula));
        let axioms: Vec<_> = assumed.chain(&system.init).collect();
        for axiom in axioms {
            let promises: Vec<(ExprId, String)> = axiom
                .promises
                .iter()
                .map(|p| (p.holds, format!("undefined: {}", ascii(&p.origin.to_string()))))
                .collect();
            self.uses_assert |= !promises.is_empty();
            formulas.push((axiom.formula, promises));
        }
        let places = self.places_given();
        let start = Start {
            symbols: &self.symbols,
            places,
            formulas,
        };
        let lines = self.writer.init(&start)?;
        self.define("", "Init", bullets("/\\ ", lines));
        Ok(())
    }

    /// What is given of places in constants.
    fn places_given(&mut self) -> Vec<(Symbol, Block)> {
        let system = self.system;
        let mut out = Vec::new();
        let open: Vec<ConstId> = system.constant_ids().filter(|c| self.is_open(*c)).collect();
        for id in open {
            let givens: Vec<_> = system.givens.iter().filter(|g| g.constant == id).collect();
            for given in givens {
                let Some(value) = given.value else { continue };
                let mut place = self.writer.names.constant(id).to_owned();
                for index in &given.indices {
                    let key = self.writer.flat(*index, usize::MAX).unwrap_or_default();
                    place.push_str(&format!("[{key}]"));
                }
                let line = Block::line(format!("{place} = ")).beside(self.writer.block(value));
                out.push((Symbol::Constant(id), line));
            }
        }
        out
    }

    pub(super) fn events(&mut self) {
        for id in self.system.event_ids() {
            self.event(id);
        }
    }

    fn event(&mut self, id: EventId) {
        let system = self.system;
        let event = system.event(id);
        let binders: Vec<_> = event.binders().collect();
        let names: Vec<String> = binders.iter().map(|b| self.writer.enter(*b)).collect();
        let mut lines = Vec::new();
        match system.arena.expr(event.guard) {
            Expr::Bool(true) => {}
            Expr::And(parts) => lines.extend(parts.iter().map(|p| self.writer.block(*p))),
            _ => lines.push(self.writer.block(event.guard)),
        }
        for update in &event.updates {
            let head = format!("{}' = ", self.writer.names.variable(update.variable));
            lines.push(Block::line(head).beside(self.writer.block(update.value)));
        }
        lines.extend(self.unchanged(id));
        self.writer.leave_all(&binders);
        let head = call(self.writer.names.event(id), &names);
        let mut doc = event.doc.clone();
        if event.input {
            doc.push_str("\nAn input from the environment.");
        }
        self.define(&doc, &head, bullets("/\\ ", lines));
    }

    /// `UNCHANGED <<x, y>>`, for what an event does not assign to.
    fn unchanged(&self, id: EventId) -> Option<Block> {
        let updates = &self.system.event(id).updates;
        let changed = |s: &Symbol| updates.iter().any(|u| Symbol::Variable(u.variable) == *s);
        let symbols = self.symbols.iter().map(|(s, _, _)| *s);
        let kept = symbols.filter(|s| !changed(s));
        let kept: Vec<&str> = kept.map(|s| self.writer.symbol(s)).collect();
        if kept.is_empty() {
            return None;
        }
        let names = super::wrapped(&kept, 16);
        let lines: Vec<Block> = names.lines().map(|l| Block::line(l.trim_start())).collect();
        let end = Block::line(">>");
        Some(
            Block::line("UNCHANGED <<")
                .beside(Block::stack(lines))
                .beside(end),
        )
    }

    pub(super) fn next(&mut self) {
        let system = self.system;
        let mut lines = Vec::new();
        for id in system.event_ids() {
            let binders: Vec<_> = system.event(id).binders().collect();
            lines.push(Block::line(self.some_of(id, &binders)));
            self.writer.leave_all(&binders);
        }
        let body = if lines.is_empty() {
            Block::line("UNCHANGED vars")
        } else {
            bullets("\\/ ", lines)
        };
        self.define("", "Next", body);
    }

    /// `\E x \in S : event(x)`: the event for some values of its binders, which are in scope after it.
    pub(super) fn some_of(&mut self, id: EventId, binders: &[BinderId]) -> String {
        let quantifier = match binders {
            [] => String::new(),
            _ => format!("\\E {} : ", self.writer.enter_all(binders)),
        };
        let names: Vec<String> = binders
            .iter()
            .map(|b| self.writer.names.bound(*b).to_owned())
            .collect();
        format!("{quantifier}{}", call(self.writer.names.event(id), &names))
    }
}

/// `name(a, b)`, or `name`.
pub(super) fn call(name: &str, arguments: &[String]) -> String {
    if arguments.is_empty() {
        name.to_owned()
    } else {
        format!("{name}({})", arguments.join(", "))
    }
}

fn set(items: &[String]) -> Block {
    let items: Vec<&str> = items.iter().map(String::as_str).collect();
    let lines = super::wrapped(&items, 3);
    Block::line("{")
        .beside(Block::stack(lines.lines().map(|l| Block::line(l.trim_start()))))
        .beside(Block::line("}"))
}

/// Blocks as a junction list.
pub(super) fn bullets(bullet: &str, parts: Vec<Block>) -> Block {
    Block::stack(parts.into_iter().map(|b| Block::line(bullet).beside(b)))
}

fn ascii(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_ascii() && c != '"' && c != '\\' {
                c
            } else {
                '?'
            }
        })
        .collect()
}
