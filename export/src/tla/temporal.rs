//! Fairness and temporal properties.

use transition_system::{BinderId, EventId, Fairness, Property, Temporal, fair_actions};

use super::Assembly;
use super::expr::sign;
use super::parts::call;
use crate::NoForm;
use crate::block::Block;

impl Assembly<'_> {
    /// `Fairness`, if runs are fair to anything, and `Spec`.
    pub(super) fn fairness(&mut self) {
        let mut lines = Vec::new();
        for action in fair_actions(self.system) {
            let operator = match action.fairness {
                Fairness::None => continue,
                Fairness::Weak => "WF_vars",
                Fairness::Strong => "SF_vars",
            };
            let Some(first) = action.events.first() else {
                continue;
            };
            let params = self.system.event(*first).params.clone();
            let head = if params.is_empty() {
                String::new()
            } else {
                format!("\\A {} : ", self.writer.enter_all(&params))
            };
            let parts: Vec<String> = action.events.iter().map(|e| self.action(*e, &params)).collect();
            self.writer.leave_all(&params);
            let whole = match parts.as_slice() {
                [one] => one.clone(),
                _ => format!("({})", parts.join(") \\/ (")),
            };
            lines.push(Block::line(format!("/\\ {head}{operator}({whole})")));
        }
        self.fair = !lines.is_empty();
        if self.fair {
            self.define("", "Fairness", Block::stack(lines));
        }
        let spec = if self.fair {
            "Init /\\ [][Next]_vars /\\ Fairness"
        } else {
            "Init /\\ [][Next]_vars"
        };
        self.define("", "Spec", Block::line(spec));
    }

    /// `\E c \in S : event(p, c)`: the event for these parameters and some choice.
    fn action(&mut self, id: EventId, params: &[BinderId]) -> String {
        let choices = self.system.event(id).choices.clone();
        let some = match choices.as_slice() {
            [] => String::new(),
            _ => format!("\\E {} : ", self.writer.enter_all(&choices)),
        };
        let names = params.iter().chain(&choices);
        let names: Vec<String> = names.map(|b| self.writer.names.bound(*b).to_owned()).collect();
        let out = format!("{some}{}", call(self.writer.names.event(id), &names));
        self.writer.leave_all(&choices);
        out
    }

    /// The formula of a temporal property.
    pub(super) fn temporal(&mut self, property: &Property) -> Result<Block, NoForm> {
        match &property.temporal {
            Some(formula) => self.formula(formula, property),
            None => Ok(Block::line("TRUE")),
        }
    }

    fn formula(&mut self, formula: &Temporal, of: &Property) -> Result<Block, NoForm> {
        let list = |this: &mut Self, bullet: &str, parts: &[Temporal]| {
            let parts: Result<Vec<Block>, NoForm> = parts
                .iter()
                .map(|p| Ok(Block::line(bullet).beside(this.formula(p, of)?)))
                .collect();
            Ok(Block::stack(parts?))
        };
        Ok(match formula {
            Temporal::State(e) => self.writer.block(*e),
            Temporal::Not(a) => Block::line("~").beside(self.operand(a, of)?),
            Temporal::And(parts) => list(self, "/\\ ", parts)?,
            Temporal::Or(parts) => list(self, "\\/ ", parts)?,
            Temporal::Implies(a, b) => self.infix("=>", a, b, of)?,
            Temporal::Iff(a, b) => self.infix("<=>", a, b, of)?,
            Temporal::LeadsTo(a, b) => self.infix("~>", a, b, of)?,
            Temporal::Always(a) => Block::line("[]").beside(self.operand(a, of)?),
            Temporal::Eventually(a) => Block::line("<>").beside(self.operand(a, of)?),
            Temporal::Until(..) => {
                let what = format!("`until`, in `{}`, has no form in TLA+", of.name);
                return Err(NoForm::new(what, &of.origin));
            }
            Temporal::Quant(q, b, body) => {
                let head = format!("{} {} : ", sign(*q), self.writer.enter_all(&[*b]));
                let body = self.formula(body, of);
                self.writer.leave_all(&[*b]);
                Block::line(head).beside(body?)
            }
        })
    }

    fn operand(&mut self, a: &Temporal, of: &Property) -> Result<Block, NoForm> {
        let inner = self.formula(a, of)?;
        Ok(Block::line("(").beside(inner).beside(Block::line(")")))
    }

    fn infix(&mut self, sign: &str, a: &Temporal, b: &Temporal, of: &Property) -> Result<Block, NoForm> {
        let sign = Block::line(format!(" {sign} "));
        Ok(self.operand(a, of)?.beside(sign).beside(self.operand(b, of)?))
    }
}
