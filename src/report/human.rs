//! The result of `verify` for people: a table of verdicts, then each distinct attack once. What could not be read is
//! no result, and goes to standard error.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::finding::{Answer, Attack, Because, Change, Finding, Remark, Sandbox, Verification};
use crate::survey::counted;

const BOLD: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const OPEN: Style = AnsiColor::Yellow.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// Writes everything.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(out: &mut dyn Write, result: &Verification) -> io::Result<()> {
    for sandbox in &result.sandboxes {
        write_sandbox(out, sandbox)?;
        writeln!(out)?;
    }
    remarks(out, "not verified", &result.skipped)?;
    let n = result.sandboxes.len();
    let ms = result.time_ms.as_secs_f64() * 1e3;
    let plural = if n == 1 { "" } else { "es" };
    writeln!(
        out,
        "{DIM}{n} sandbox{plural}, {ms:.0} ms, Z3 {}{DIM:#}",
        result.tool.z3
    )
}

fn remarks(out: &mut dyn Write, word: &str, list: &[Remark]) -> io::Result<()> {
    let list: Vec<_> = list.iter().map(|r| (word, r.clone())).collect();
    super::remarks(out, &list)
}

fn write_sandbox(out: &mut dyn Write, sandbox: &Sandbox) -> io::Result<()> {
    writeln!(
        out,
        "{BOLD}{}{BOLD:#}  {DIM}{}{DIM:#}",
        sandbox.name,
        sandbox.sources.join(", ")
    )?;
    remarks(out, "invalid configuration", &sandbox.invalid)?;
    remarks(out, "note", &sandbox.notices)?;
    if sandbox.findings.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    for finding in &sandbox.findings {
        row(out, finding)?;
    }
    for (index, finding) in sandbox.findings.iter().enumerate() {
        let Some(attack) = finding.answer.attack() else {
            continue;
        };
        let same = |f: &&Finding| f.answer.attack().is_some_and(|a| same_attack(a, attack));
        if sandbox.findings[..index].iter().any(|f| same(&f)) {
            continue;
        }
        let all: Vec<&Finding> = sandbox.findings.iter().filter(same).collect();
        write_attack(out, &all, attack)?;
    }
    if let Some(changes) = &sandbox.repair {
        write_repair(out, changes)?;
    }
    Ok(())
}

fn same_attack(a: &Attack, b: &Attack) -> bool {
    let events = |x: &Attack| x.steps.iter().map(|s| s.event.clone()).collect::<Vec<_>>();
    events(a) == events(b) && a.assumes == b.assumes
}

fn row(out: &mut dyn Write, finding: &Finding) -> io::Result<()> {
    let (style, word, detail) = match &finding.answer {
        Answer::Proved { certificate, .. } => (
            GOOD,
            "proved",
            certificate
                .as_ref()
                .map(|c| format!("certificate {c}"))
                .unwrap_or_default(),
        ),
        Answer::Violated { attack } => (BAD, "VIOLATED", steps(attack)),
        Answer::Unknown {
            attack: Some(attack), ..
        } => (
            OPEN,
            "depends",
            format!("{}, if {}", steps(attack), assumed(attack)),
        ),
        Answer::Unknown { reason, attack: None } => (OPEN, "unknown", reason.clone()),
    };
    let gate = if finding.gated { "" } else { " (not gated)" };
    writeln!(
        out,
        "  {:<16} of the {:<9} {style}{word:<9}{style:#} {detail}{DIM}{gate}{DIM:#}",
        finding.property, finding.victim
    )
}

fn steps(attack: &Attack) -> String {
    format!("in {}", counted(attack.steps.len() as u64, "step"))
}

fn assumed(attack: &Attack) -> String {
    let parts: Vec<_> = attack.assumes.iter().map(|a| a.sentence.as_str()).collect();
    parts.join(" and ")
}

fn write_attack(out: &mut dyn Write, findings: &[&Finding], attack: &Attack) -> io::Result<()> {
    let certain = findings
        .iter()
        .any(|f| matches!(f.answer, Answer::Violated { .. }));
    let names = names(findings);
    let (style, word) = if certain {
        (BAD, "attack")
    } else {
        (OPEN, "possible attack")
    };
    writeln!(out, "\n  {style}{word}{style:#} on {names}")?;
    for (index, step) in attack.steps.iter().enumerate() {
        writeln!(
            out,
            "  {:>3}. {} {DIM}[{}]{DIM:#}",
            index + 1,
            step.sentence,
            step.event
        )?;
        for because in &step.because {
            write_because(out, because)?;
        }
    }
    for assumption in &attack.assumes {
        let why = assumption
            .why
            .as_ref()
            .map(|e| format!(" ({e})"))
            .unwrap_or_default();
        writeln!(
            out,
            "       it needs that {}{DIM}{why}{DIM:#}",
            assumption.sentence
        )?;
    }
    if !attack.shortest {
        writeln!(out, "       a shorter attack may exist")?;
    }
    for file in findings.iter().filter_map(|f| f.answer.attack()?.run.as_ref()) {
        writeln!(out, "       run: {file}")?;
    }
    if !attack.changes.is_empty() {
        let first = findings
            .first()
            .map(|f| format!("{} of the {}", f.property, f.victim))
            .unwrap_or_default();
        let n = attack.changes.len();
        let together = if n > 1 { ", all of these" } else { "" };
        writeln!(out, "       to prove {first}{together}:")?;
        write_changes(out, &attack.changes, "       ")?;
    }
    Ok(())
}

/// `isolation and integrity of the host; integrity of the workload`.
fn names(findings: &[&Finding]) -> String {
    let mut victims: Vec<&str> = findings.iter().map(|f| f.victim.as_str()).collect();
    victims.dedup();
    let of_victim = |victim: &&str| {
        let properties = findings
            .iter()
            .filter(|f| f.victim == **victim)
            .map(|f| f.property.as_str());
        let properties: Vec<_> = properties.collect();
        format!("{} of the {victim}", properties.join(", "))
    };
    victims.iter().map(of_victim).collect::<Vec<_>>().join("; ")
}

fn write_because(out: &mut dyn Write, because: &Because) -> io::Result<()> {
    match &because.evidence {
        Some(evidence) => writeln!(out, "       {evidence}  {DIM}{}{DIM:#}", because.fact),
        None => writeln!(out, "       {DIM}{}{DIM:#}", because.fact),
    }
}

fn write_changes(out: &mut dyn Write, changes: &[Change], indent: &str) -> io::Result<()> {
    for change in changes {
        writeln!(out, "{indent}  - {}", change.label)?;
        for place in &change.places {
            writeln!(out, "{indent}      {DIM}{place}{DIM:#}")?;
        }
    }
    Ok(())
}

fn write_repair(out: &mut dyn Write, changes: &[Change]) -> io::Result<()> {
    let n = changes.len();
    writeln!(
        out,
        "\n  {BOLD}to prove all gated properties{BOLD:#}, {n} change{} (no smaller set does):",
        if n == 1 { "" } else { "s" }
    )?;
    write_changes(out, changes, "")
}
