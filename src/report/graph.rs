//! Graphs as text: Graphviz and Mermaid.

use std::fmt::Write as _;

use crate::cli::GraphLanguage;

/// How a node is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A rectangle: what happens, or a state.
    Box,
    /// A rectangle with a second line around it: where something starts.
    Start,
    /// A rounded shape: what is stored.
    Round,
    /// Marked: something is wrong here.
    Marked,
}

/// How an edge is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Drawn through.
    Solid,
    /// Dashed.
    Dashed,
    /// Drawn through and thick.
    Thick,
}

/// A node. Its id is its position.
#[derive(Debug)]
pub struct Node {
    /// Text; line breaks are kept.
    pub label: String,
    /// Shape.
    pub shape: Shape,
}

/// A directed edge.
#[derive(Debug)]
pub struct Edge {
    /// Position of the node that it leaves.
    pub from: usize,
    /// Position of the node that it enters.
    pub to: usize,
    /// Text; may be empty.
    pub label: String,
    /// Line.
    pub line: Line,
}

/// A directed graph.
#[derive(Debug, Default)]
pub struct Graph {
    /// Name.
    pub name: String,
    /// Remarks, written as comments.
    pub remarks: Vec<String>,
    /// Nodes.
    pub nodes: Vec<Node>,
    /// Edges.
    pub edges: Vec<Edge>,
}

impl Graph {
    /// Adds a node; gives its position.
    pub fn node(&mut self, label: impl Into<String>, shape: Shape) -> usize {
        self.nodes.push(Node {
            label: label.into(),
            shape,
        });
        self.nodes.len() - 1
    }

    /// Adds an edge.
    pub fn edge(&mut self, from: usize, to: usize, label: impl Into<String>, line: Line) {
        self.edges.push(Edge {
            from,
            to,
            label: label.into(),
            line,
        });
    }

    /// The graph in a language.
    #[must_use]
    pub fn write(&self, language: GraphLanguage) -> String {
        match language {
            GraphLanguage::Dot => self.dot(),
            GraphLanguage::Mermaid => self.mermaid(),
        }
    }

    fn dot(&self) -> String {
        let mut out = String::new();
        for remark in &self.remarks {
            let _ = writeln!(out, "// {remark}");
        }
        let _ = writeln!(out, "digraph {} {{", quoted(&self.name));
        out.push_str("  node [fontname=\"monospace\"];\n");
        for (id, node) in self.nodes.iter().enumerate() {
            let style = match node.shape {
                Shape::Box => "shape=box",
                Shape::Start => "shape=box peripheries=2",
                Shape::Round => "shape=ellipse",
                Shape::Marked => "shape=box style=filled fillcolor=lightpink",
            };
            let _ = writeln!(out, "  n{id} [label={} {style}];", quoted(&node.label));
        }
        for edge in &self.edges {
            let mut parts = Vec::new();
            if !edge.label.is_empty() {
                parts.push(format!("label={}", quoted(&edge.label)));
            }
            match edge.line {
                Line::Solid => {}
                Line::Dashed => parts.push("style=dashed".to_owned()),
                Line::Thick => parts.push("penwidth=2".to_owned()),
            }
            let style = if parts.is_empty() {
                String::new()
            } else {
                format!(" [{}]", parts.join(" "))
            };
            let _ = writeln!(out, "  n{} -> n{}{style};", edge.from, edge.to);
        }
        out.push_str("}\n");
        out
    }

    fn mermaid(&self) -> String {
        let mut out = String::from("flowchart TD\n");
        for remark in &self.remarks {
            let _ = writeln!(out, "  %% {remark}");
        }
        for (id, node) in self.nodes.iter().enumerate() {
            let label = entities(&node.label);
            let _ = match node.shape {
                Shape::Box => writeln!(out, "  n{id}[\"{label}\"]"),
                Shape::Start => writeln!(out, "  n{id}[[\"{label}\"]]"),
                Shape::Round => writeln!(out, "  n{id}([\"{label}\"])"),
                Shape::Marked => writeln!(out, "  n{id}[\"{label}\"]:::marked"),
            };
        }
        for edge in &self.edges {
            let arrow = match edge.line {
                Line::Solid => "-->",
                Line::Dashed => "-.->",
                Line::Thick => "==>",
            };
            let label = if edge.label.is_empty() {
                String::new()
            } else {
                format!("|\"{}\"|", entities(&edge.label))
            };
            let _ = writeln!(out, "  n{} {arrow}{label} n{}", edge.from, edge.to);
        }
        if self.nodes.iter().any(|n| n.shape == Shape::Marked) {
            out.push_str("  classDef marked fill:#fbb\n");
        }
        out
    }
}

/// A string of Graphviz.
fn quoted(text: &str) -> String {
    let inner = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    format!("\"{inner}\"")
}

/// Text between quotes in Mermaid, where some characters mean something.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("<br/>"),
            '"' | '#' | '<' | '>' | '&' | ';' | '`' => {
                let _ = write!(out, "#{};", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_written_so_that_they_read_back() {
        let mut graph = Graph {
            name: "a::b".to_owned(),
            ..Graph::default()
        };
        let first = graph.node("x = \"1\"\ny = {S#0}", Shape::Start);
        let second = graph.node("\\", Shape::Marked);
        graph.edge(first, second, "up()", Line::Thick);
        let dot = graph.write(GraphLanguage::Dot);
        assert!(
            dot.contains(r##"n0 [label="x = \"1\"\ny = {S#0}" shape=box peripheries=2];"##),
            "{dot}"
        );
        assert!(
            dot.contains(r#"n1 [label="\\" "#) && dot.contains(r#"n0 -> n1 [label="up()" penwidth=2];"#),
            "{dot}"
        );
        let mermaid = graph.write(GraphLanguage::Mermaid);
        assert!(
            mermaid.contains("n0[[\"x = #34;1#34;<br/>y = {S#35;0}\"]]"),
            "{mermaid}"
        );
        assert!(mermaid.contains("n0 ==>|\"up()\"| n1"), "{mermaid}");
    }
}
