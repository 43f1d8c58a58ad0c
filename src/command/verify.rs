//! `watertight verify`: verdicts on real configurations.

use std::path::Path;
use std::time::Instant;

use runtime_extractor::Reading;
use runtime_extractor::facts::{Place, SandboxFacts};
use transition_system::Scope;

use super::{Context, Failure};
use crate::cli::{Format, TraceFormat, Verify};
use crate::exit::Exit;
use crate::finding::{Answer, Remark, Sandbox, Verification};
use crate::gate::Gate;
use crate::judge::{self, Judgement, Wanted};
use crate::report::run::Shown;
use crate::{certificate, input, report, runs, tool};

/// Runs the command.
///
/// # Errors
/// Input that cannot be read, output that cannot be written, internal errors.
pub fn run(args: &Verify, context: &Context) -> Result<Exit, Failure> {
    let start = Instant::now();
    let gate = Gate::parse(&args.gate)?;
    let host = input::host_profile(&args.inputs)?;
    let reading = input::read(&args.inputs)?;
    let mut sandboxes = Vec::new();
    for facts in &reading.sandboxes {
        let judgement = match facts.invalid.is_empty() {
            true => Some(judge::judge(
                facts,
                &host,
                &gate,
                Wanted { repair: !args.no_fix },
            )?),
            false => None,
        };
        let mut sandbox = described(facts);
        if let Some(mut judgement) = judgement {
            if let Some(dir) = &args.certificate {
                write_certificates(dir, &facts.name, &mut judgement)?;
            }
            if let Some(dir) = &args.trace {
                write_runs(dir, args, &sandbox, &mut judgement)?;
            }
            sandbox.findings = judgement.findings;
            sandbox.repair = judgement.repair;
        }
        sandboxes.push(sandbox);
    }
    let mut result = verification(&reading, sandboxes);
    result.time_ms = start.elapsed();
    let exit = outcome(&result, &reading);
    result.exit_code = exit.code();
    let mut out = report::stdout(context.color);
    match args.format {
        Format::Json => report::json(&mut out, &result)?,
        Format::Human => report::human::write(&mut out, &result)?,
    }
    report::errors(&mut report::stderr(context.color), &result.errors)?;
    Ok(exit)
}

/// Nothing verified is never success: an error where something was refused, else incomplete.
fn outcome(result: &Verification, reading: &Reading) -> Exit {
    let none = if result.sandboxes.is_empty() {
        Exit::Incomplete
    } else {
        Exit::Good
    };
    let invalid = if reading.invalid.is_empty() {
        Exit::Good
    } else {
        Exit::Wrong
    };
    result.exit().and(none).and(invalid)
}

fn remark(place: &Place, message: &str) -> Remark {
    Remark {
        place: place.to_string(),
        message: message.to_owned(),
        help: None,
    }
}

fn described(facts: &SandboxFacts) -> Sandbox {
    Sandbox {
        name: facts.name.clone(),
        sources: facts.sources.iter().map(ToString::to_string).collect(),
        findings: Vec::new(),
        invalid: facts
            .invalid
            .iter()
            .map(|i| remark(&i.place, &i.message))
            .collect(),
        notices: facts
            .notices
            .iter()
            .map(|n| remark(&n.place, &n.message))
            .collect(),
        repair: None,
    }
}

fn verification(reading: &Reading, sandboxes: Vec<Sandbox>) -> Verification {
    let mut skipped: Vec<Remark> = reading
        .skipped
        .iter()
        .map(|s| remark(&s.place, &format!("{}: {}", s.kind, s.why)))
        .collect();
    skipped.extend(reading.notices.iter().map(|n| remark(&n.place, &n.message)));
    let mut errors: Vec<Remark> = reading
        .errors
        .iter()
        .map(|e| Remark {
            place: e.place(),
            message: e.message.clone(),
            help: e.help.clone(),
        })
        .collect();
    errors.extend(
        reading
            .invalid
            .iter()
            .map(|i| remark(&i.place, &format!("invalid configuration: {}", i.message))),
    );
    Verification {
        schema_version: 1,
        tool: tool::tool(),
        sandboxes,
        skipped,
        errors,
        time_ms: std::time::Duration::ZERO,
        exit_code: 0,
    }
}

/// Writes the run of each attack and says where in the finding.
fn write_runs(dir: &Path, args: &Verify, of: &Sandbox, judgement: &mut Judgement) -> Result<(), Failure> {
    let folder = dir.join(judge::identifier(&of.name));
    let shown = Shown {
        system: &judgement.system,
        two_runs: None,
        values: &[],
        form: args.trace_format.unwrap_or(TraceFormat::Itf),
        source: &of.sources.join(", "),
    };
    for (name, run) in &judgement.runs {
        let file = runs::write(&folder, name, &shown, run, (name, &Scope::new()))?;
        let findings = &mut judgement.findings;
        let finding = findings
            .iter_mut()
            .find(|f| format!("{}.{}", f.property, f.victim) == *name);
        if let Some(attack) = finding.and_then(|f| f.answer.attack_mut()) {
            attack.run = Some(file);
        }
    }
    Ok(())
}

/// Writes a certificate for each proved property and says where in the finding.
fn write_certificates(dir: &Path, name: &str, judgement: &mut Judgement) -> Result<(), Failure> {
    let below = dir.join(judge::identifier(name));
    for (property, proof) in &judgement.proofs {
        let folder = below.join(property);
        if let Some(why) = certificate::write(&folder, proof, &judgement.sources)? {
            return Err(Failure::new(format!(
                "internal error: certificate {}: {why}",
                folder.display()
            )));
        }
        let (wanted, victim) = property.split_once('.').unwrap_or((property, ""));
        for finding in judgement
            .findings
            .iter_mut()
            .filter(|f| f.property == wanted && f.victim == victim)
        {
            if let Answer::Proved { certificate, .. } = &mut finding.answer {
                *certificate = Some(folder.display().to_string());
            }
        }
    }
    Ok(())
}
