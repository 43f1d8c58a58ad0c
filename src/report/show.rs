//! What a specification declares, for people, and its graph of events and variables.

use std::io::{self, Write};

use anstyle::Style;

use super::graph::{Graph, Line, Shape};
use crate::survey::{EventRow, PlaceRow, SpaceRow, Survey, TypeRow};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Widest table that is written as a matrix, in characters.
const WIDEST: usize = 110;

/// Writes the survey of one system.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(out: &mut dyn Write, survey: &Survey) -> io::Result<()> {
    let kind = if survey.instance { "instance" } else { "system" };
    writeln!(out, "{BOLD}{kind} {}{BOLD:#}", survey.system)?;
    types(out, &survey.types)?;
    places(out, "const", &survey.constants)?;
    places(out, "var", &survey.variables)?;
    for component in &survey.components {
        let (owns, events) = (component.variables.join(", "), component.events.join(", "));
        writeln!(out, "  component {}: {}", component.name, component.of)?;
        writeln!(
            out,
            "    owns {}; takes part in {}",
            or_nothing(&owns),
            or_nothing(&events)
        )?;
    }
    for event in &survey.events {
        writeln!(out, "  event {}{}", signature(event), remark(&event.doc))?;
    }
    for property in &survey.properties {
        writeln!(
            out,
            "  {} {}{}",
            property.kind,
            property.name,
            remark(&property.doc)
        )?;
    }
    writeln!(out, "{BOLD}state space{BOLD:#}")?;
    survey.spaces.iter().try_for_each(|s| space(out, s))?;
    writeln!(
        out,
        "{BOLD}who reads (r) and writes (w) what; g: the guard reads it{BOLD:#}"
    )?;
    uses(out, survey)?;
    writeln!(out, "{BOLD}which event may enable which{BOLD:#}")?;
    let width = survey
        .events
        .iter()
        .map(|e| e.name.chars().count())
        .max()
        .unwrap_or(0);
    for event in &survey.events {
        let list = if event.enables.is_empty() {
            "none".to_owned()
        } else {
            event.enables.join(", ")
        };
        writeln!(out, "  {:<width$}  {list}", event.name)?;
    }
    Ok(())
}

fn or_nothing(list: &str) -> &str {
    if list.is_empty() { "nothing" } else { list }
}

/// The first line of a documentation, behind a few blanks.
fn remark(doc: &str) -> String {
    let line = doc.lines().next().unwrap_or("").trim();
    if line.is_empty() {
        String::new()
    } else {
        format!("   {DIM}{line}{DIM:#}")
    }
}

fn types(out: &mut dyn Write, rows: &[TypeRow]) -> io::Result<()> {
    for row in rows {
        let elements = if row.elements.is_empty() {
            "   any number of elements".to_owned()
        } else {
            format!(" {{ {} }}", row.elements.join(", "))
        };
        writeln!(out, "  {} {}{elements}", row.kind, row.name)?;
    }
    Ok(())
}

fn places(out: &mut dyn Write, word: &str, rows: &[PlaceRow]) -> io::Result<()> {
    for row in rows {
        let given = if row.given { "   given" } else { "" };
        writeln!(
            out,
            "  {word} {}: {}{given}{}",
            row.name,
            row.ty,
            remark(&row.doc)
        )?;
    }
    Ok(())
}

/// An event as the language declares it.
fn signature(event: &EventRow) -> String {
    let list = |binders: &[(String, String)]| {
        let one = |(name, ty): &(String, String)| format!("{name}: {ty}");
        binders.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    let mut out = event.words.iter().map(|w| format!("{w} ")).collect::<String>();
    out += &format!("{}({})", event.name, list(&event.parameters));
    if let Some(actor) = &event.actor {
        out += &format!(" by {actor}");
    }
    if !event.choices.is_empty() {
        out += &format!(" choose {}", list(&event.choices));
    }
    out
}

fn space(out: &mut dyn Write, row: &SpaceRow) -> io::Result<()> {
    let scope = if row.scope.is_empty() {
        String::new()
    } else {
        format!(" for {}", row.scope)
    };
    let question = match (row.question.as_str(), row.scope.is_empty()) {
        ("any", _) => "all".to_owned(),
        ("--for", _) => format!("for {}", row.scope),
        (question, _) => format!("{question}{scope}"),
    };
    if let Some(why) = &row.unknown {
        return writeln!(out, "  {question}: {why}");
    }
    let constants = match row.constants_bits {
        Some(0.0) => String::new(),
        Some(bits) => format!(", times {} choices of constants ({bits} bits)", row.constants),
        None => ", times constants without bounds".to_owned(),
    };
    match row.states_bits {
        None => writeln!(out, "  {question}: a variable has no bounds{constants}"),
        Some(bits) => {
            let words = if row.packed_words == 1 {
                "a word".to_owned()
            } else {
                format!("{} words", row.packed_words)
            };
            writeln!(
                out,
                "  {question}: {} states ({bits} bits){constants}; packed, {} bits in {words}",
                row.states, row.packed_bits
            )
        }
    }
}

/// A row of the table: its name, and for each variable what is done with it.
fn rows(survey: &Survey) -> Vec<(String, Vec<String>)> {
    let has = |list: &[String], name: &str| list.iter().any(|n| n == name);
    let mut out = Vec::new();
    for event in &survey.events {
        let cell = |v: &PlaceRow| {
            let guard = if has(&event.guard, &v.name) { "g" } else { "" };
            let reads = if guard.is_empty() && has(&event.reads, &v.name) {
                "r"
            } else {
                guard
            };
            format!("{reads}{}", if has(&event.writes, &v.name) { "w" } else { "" })
        };
        out.push((event.name.clone(), survey.variables.iter().map(cell).collect()));
    }
    for property in &survey.properties {
        let cell = |v: &PlaceRow| {
            if has(&property.reads, &v.name) {
                "r".to_owned()
            } else {
                String::new()
            }
        };
        let name = format!("{} {}", property.kind, property.name);
        out.push((name, survey.variables.iter().map(cell).collect()));
    }
    out
}

fn uses(out: &mut dyn Write, survey: &Survey) -> io::Result<()> {
    let rows = rows(survey);
    let first = rows.iter().map(|(n, _)| n.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = survey
        .variables
        .iter()
        .map(|v| v.name.chars().count().max(2))
        .collect();
    if first + widths.iter().map(|w| w + 2).sum::<usize>() > WIDEST {
        return listed(out, survey, &rows, first);
    }
    let line = |name: &str, cells: &mut dyn Iterator<Item = &str>| {
        let mut line = format!("  {name:<first$}");
        for (cell, width) in cells.zip(&widths) {
            line += &format!("  {cell:<width$}");
        }
        line.trim_end().to_owned()
    };
    writeln!(
        out,
        "{}",
        line("", &mut survey.variables.iter().map(|v| v.name.as_str()))
    )?;
    for (name, cells) in &rows {
        let shown = cells.iter().map(|c| if c.is_empty() { "." } else { c.as_str() });
        writeln!(out, "{}", line(name, &mut shown.into_iter()))?;
    }
    Ok(())
}

/// The table of a system with many variables: each row names those that are used.
fn listed(
    out: &mut dyn Write,
    survey: &Survey,
    rows: &[(String, Vec<String>)],
    width: usize,
) -> io::Result<()> {
    for (name, cells) in rows {
        let used = survey.variables.iter().zip(cells).filter(|(_, c)| !c.is_empty());
        let used: Vec<_> = used.map(|(v, c)| format!("{}:{c}", v.name)).collect();
        writeln!(out, "  {name:<width$}  {}", used.join(" "))?;
    }
    Ok(())
}

/// The graph of events and variables. Solid: an event reads or writes a variable; dashed: an event may enable another.
#[must_use]
pub fn graph(survey: &Survey) -> Graph {
    let mut graph = Graph {
        name: survey.system.clone(),
        remarks: vec![
            "boxes are events, round nodes are variables".to_owned(),
            "variable to event: the event reads it; event to variable: it writes it; dashed: it may enable"
                .to_owned(),
        ],
        ..Graph::default()
    };
    let events: Vec<usize> = survey
        .events
        .iter()
        .map(|e| graph.node(&e.name, Shape::Box))
        .collect();
    let variables: Vec<usize> = survey
        .variables
        .iter()
        .map(|v| graph.node(&v.name, Shape::Round))
        .collect();
    for (event, node) in survey.events.iter().zip(&events) {
        for (variable, place) in survey.variables.iter().zip(&variables) {
            if event.reads.contains(&variable.name) {
                graph.edge(*place, *node, "", Line::Solid);
            }
            if event.writes.contains(&variable.name) {
                graph.edge(*node, *place, "", Line::Thick);
            }
        }
        for (other, to) in survey.events.iter().zip(&events) {
            if event.enables.contains(&other.name) {
                graph.edge(*node, *to, "", Line::Dashed);
            }
        }
    }
    graph
}
