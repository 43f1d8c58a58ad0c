//! What follows from all bodies together: definitions and constants that go round in a circle, and
//! definitions that speak of the state where only constants may be spoken of.

use super::Checked;
use super::typed::{TDef, TExpr, TKind};
use crate::diagnostic::Diagnostic;
use crate::names::{ConstIx, DefIx, Names};
use crate::source::Span;

/// A body that another can refer to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Node {
    Def(DefIx),
    Const(ConstIx),
}

/// What a body refers to directly.
#[derive(Default, Debug)]
struct Refers {
    nodes: Vec<(Node, Span)>,
    state: bool,
}

struct Graph<'g, 'a> {
    names: &'g Names<'a>,
    defs: Vec<Refers>,
    consts: Vec<Refers>,
    diagnostics: &'g mut Vec<Diagnostic>,
}

/// Reports circles, and state where there must be none; gives which definitions speak of the state.
pub(super) fn check(names: &Names<'_>, checked: &Checked, diagnostics: &mut Vec<Diagnostic>) -> Vec<bool> {
    let refers = |def: &TDef| refers(&def.body);
    let mut graph = Graph {
        names,
        defs: checked.defs.iter().map(refers).collect(),
        consts: checked
            .consts
            .iter()
            .map(|c| c.as_ref().map(refers).unwrap_or_default())
            .collect(),
        diagnostics,
    };
    let state = graph.run();
    let rigid = checked.assumes.iter().map(|f| &f.body);
    let flows = checked.flows.iter().filter_map(|f| f.condition.as_ref());
    let rigid = rigid.chain(checked.consts.iter().flatten().map(|c| &c.body));
    for body in checked.flows.iter().flat_map(|f| &f.lemmas).flatten() {
        graph.of_which_run(body, &state);
    }
    for body in rigid.chain(flows) {
        for (node, span) in self::refers(body).nodes {
            if let Node::Def(d) = node
                && state.get(d.index()).copied().unwrap_or(false)
            {
                let text = &names[d].def.name.text;
                let message = format!("`{text}` depends on variables, and this may speak of constants only");
                graph.diagnostics.push(
                    Diagnostic::error("E0405", span, message).label(names[d].def.name.span, "defined here"),
                );
            }
        }
    }
    state
}

/// Whether an expression speaks of the state, if these definitions do.
pub(super) fn speaks_of_state(e: &TExpr, defs: &[bool]) -> bool {
    let mut work = vec![e];
    while let Some(e) = work.pop() {
        match &e.kind {
            TKind::Var(_) | TKind::Lifted(..) => return true,
            TKind::Call(d, _) if defs.get(d.index()).copied().unwrap_or(false) => return true,
            _ => e.children(&mut work),
        }
    }
    false
}

/// A step of the walk: go into a node, or leave it.
enum Visit {
    Enter(Node, Span),
    Leave(Node),
}

impl Graph<'_, '_> {
    /// Reports definitions that depend on the state in a formula of two runs that does not say of which.
    fn of_which_run(&mut self, body: &TExpr, state: &[bool]) {
        for (node, span) in refers(body).nodes {
            if let Node::Def(d) = node
                && state.get(d.index()).copied().unwrap_or(false)
            {
                let text = &self.names[d].def.name.text;
                let message = format!("`{text}` depends on variables, and may differ between the two runs");
                self.diagnostics.push(
                    Diagnostic::error("E0426", span, message)
                        .label(self.names[d].def.name.span, "defined here")
                        .help(format!("write `left.{text}` or `right.{text}`")),
                );
            }
        }
    }

    fn refers(&self, node: Node) -> &Refers {
        match node {
            Node::Def(d) => &self.defs[d.index()],
            Node::Const(c) => &self.consts[c.index()],
        }
    }

    fn number(&self, node: Node) -> usize {
        match node {
            Node::Def(d) => d.index(),
            Node::Const(c) => self.defs.len() + c.index(),
        }
    }

    /// Walks all bodies; gives which definitions depend on the state.
    fn run(&mut self) -> Vec<bool> {
        let count = self.defs.len() + self.consts.len();
        let mut done = vec![false; count];
        let mut state = vec![false; count];
        let mut path: Vec<Node> = Vec::new();
        let defs = (0..self.defs.len()).map(|i| Node::Def(DefIx::new(i)));
        let consts = (0..self.consts.len()).map(|i| Node::Const(ConstIx::new(i)));
        for root in defs.chain(consts).collect::<Vec<_>>() {
            let mut work = vec![Visit::Enter(root, self.span(root))];
            while let Some(visit) = work.pop() {
                match visit {
                    Visit::Enter(node, span) if path.contains(&node) => self.circle(&path, node, span),
                    Visit::Enter(node, _) if done[self.number(node)] => {}
                    Visit::Enter(node, _) => {
                        path.push(node);
                        work.push(Visit::Leave(node));
                        work.extend(self.refers(node).nodes.iter().map(|(n, s)| Visit::Enter(*n, *s)));
                    }
                    Visit::Leave(node) => {
                        path.pop();
                        let i = self.number(node);
                        done[i] = true;
                        let below = self
                            .refers(node)
                            .nodes
                            .iter()
                            .any(|(n, _)| state[self.number(*n)]);
                        state[i] = self.refers(node).state || below;
                    }
                }
            }
        }
        state
    }

    fn span(&self, node: Node) -> Span {
        match node {
            Node::Def(d) => self.names[d].def.name.span,
            Node::Const(c) => self.names[c].name.span,
        }
    }

    fn circle(&mut self, path: &[Node], node: Node, span: Span) {
        let from = path.iter().position(|n| *n == node).unwrap_or(0);
        let text = |n: &Node| match n {
            Node::Def(d) => format!("`{}`", self.names[*d].def.name.text),
            Node::Const(c) => format!("`{}`", self.names[*c].name.text),
        };
        let mut round: Vec<_> = path.iter().skip(from).map(text).collect();
        round.push(text(&node));
        let message = format!("defined by itself: {}", round.join(" uses "));
        self.diagnostics
            .push(Diagnostic::error("E0205", span, message).help(
                "definitions are shorthand and are written out where they are used; there is no recursion",
            ));
    }
}

fn refers(e: &TExpr) -> Refers {
    let mut out = Refers::default();
    let mut work = vec![e];
    while let Some(e) = work.pop() {
        if let TKind::Side(_, inner) = &e.kind {
            // says of which run it is
            inner.children(&mut work);
            continue;
        }
        if let TKind::Call(d, _) = &e.kind {
            out.nodes.push((Node::Def(*d), e.span));
        } else if let TKind::Const(c) = &e.kind {
            out.nodes.push((Node::Const(*c), e.span));
        } else if let TKind::Var(_) | TKind::Lifted(..) = &e.kind {
            out.state = true;
        }
        e.children(&mut work);
    }
    out
}
