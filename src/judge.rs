//! From facts to findings: instantiates the library model, asks the engine for each property, and reads its
//! answers back into words and places.
//!
//! Decides nothing itself: a verdict is the engine's, and every attack was replayed by the reference evaluator
//! before it is reported.

use model_checker::Budget;
use model_checker::explicit::ConstCell;
use model_checker::monotone::{Attack as Run, Case, Decision, Ineligible, Monotone, without_truths};
use runtime_extractor::facts::SandboxFacts;
use runtime_extractor::instance::{HostProfile, Instance, instance};
use spec_lang::{Compilation, Source};
use transition_system::replay::replay;
use transition_system::{Proof, PropertyId, PropertyKind, Scope, System, Trace};

use crate::cells::{self, Key, Units};
use crate::command::Failure;
use crate::finding::{Answer, Assumption, Attack, AttackStep, Because, Change, Finding};
use crate::gate::Gate;
use crate::library::Library;
use crate::repair::{self, Changes, Tried};

/// What to do beside the verdicts.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Look for the changes that close attacks.
    pub repair: bool,
}

/// The verdicts on one sandbox, and the proofs behind them.
#[derive(Debug)]
pub struct Judgement {
    /// One for each property of the model.
    pub findings: Vec<Finding>,
    /// A smallest set of changes that closes all attacks on gated properties.
    pub repair: Option<Vec<Change>>,
    /// For each proved property its proof, under the finding's name.
    pub proofs: Vec<(String, Proof)>,
    /// For each property with an attack its run, under the finding's name.
    pub runs: Vec<(String, Trace)>,
    /// The system that they are of.
    pub system: System,
    /// The texts that the system was made of, for certificates.
    pub sources: Vec<(String, String)>,
}

/// An identifier of the language made of a name.
#[must_use]
pub fn identifier(name: &str) -> String {
    let mut out: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    if !out.starts_with(|c: char| c.is_ascii_alphabetic()) {
        out.insert_str(0, "sandbox_");
    }
    out
}

/// Judges one sandbox.
///
/// # Errors
/// An internal error: the instance does not compile, or an attack does not replay.
pub fn judge(
    facts: &SandboxFacts,
    host: &HostProfile,
    gate: &Gate,
    wanted: Wanted,
) -> Result<Judgement, Failure> {
    let instance = instance(&identifier(&facts.name), facts, host);
    let (system, sources) = compile(&instance)?;
    let open = without_truths(&system);
    let scope = Scope::new();
    let properties: Vec<PropertyId> = system
        .property_ids()
        .filter(|p| system.property(*p).kind == PropertyKind::Invariant)
        .collect();
    let monotone = Monotone::new(&system, &open, &scope, &properties, &Budget::default())
        .map_err(|e| not_monotone(&e))?;
    let judge = Judge {
        system: &system,
        instance: &instance,
        monotone: &monotone,
        scope: &scope,
        units: Units::of(&system, &instance.evidence),
        wanted,
    };
    let mut findings = Vec::new();
    let (mut proofs, mut runs) = (Vec::new(), Vec::new());
    let mut cases = Vec::new();
    for property in properties {
        let case = monotone.case(property).map_err(|e| not_monotone(&e))?;
        let (finding, behind) = judge.finding(&case, property, gate)?;
        let name = format!("{}.{}", finding.property, finding.victim);
        match behind {
            Some(Behind::Proof(proof)) => proofs.push((name, *proof)),
            Some(Behind::Run(run)) => runs.push((name, *run)),
            None => {}
        }
        if finding.gated && finding.answer.attack().is_some() {
            cases.push(case);
        }
        findings.push(finding);
    }
    let repair = if wanted.repair && !cases.is_empty() {
        judge.repair(&cases)?
    } else {
        None
    };
    Ok(Judgement {
        findings,
        repair,
        proofs,
        runs,
        system,
        sources,
    })
}

/// The system of an instance, with the texts it was made of.
fn compile(instance: &Instance) -> Result<(System, Vec<(String, String)>), Failure> {
    let Compilation {
        sources,
        diagnostics,
        model,
    } = spec_lang::compile(
        Source::new("instance.wt", instance.text.as_str()),
        &Library::default(),
    );
    let system = model
        .and_then(|m| m.systems.into_iter().find(|s| s.instance))
        .map(|s| s.system);
    let Some(system) = system else {
        let text = spec_lang::render(&diagnostics, &sources, false);
        return Err(internal(&format!(
            "the instance of the library model does not compile\n{text}"
        )));
    };
    let texts = sources
        .ids()
        .map(|id| (sources.name(id).to_owned(), sources.text(id).to_string()))
        .collect();
    Ok((system, texts))
}

fn internal(what: &str) -> Failure {
    Failure::new(format!("internal error: {what}")).help("please report this, with the configuration")
}

fn not_monotone(e: &Ineligible) -> Failure {
    internal(&format!("the library model is not monotone: {e}"))
}

/// What a verdict stands on.
enum Behind {
    Proof(Box<Proof>),
    Run(Box<Trace>),
}

struct Judge<'a> {
    system: &'a System,
    instance: &'a Instance,
    monotone: &'a Monotone<'a>,
    scope: &'a Scope,
    units: Units,
    wanted: Wanted,
}

impl Judge<'_> {
    fn finding(
        &self,
        case: &Case<'_>,
        id: PropertyId,
        gate: &Gate,
    ) -> Result<(Finding, Option<Behind>), Failure> {
        let property = self.system.property(id);
        let name = property.name.rsplit("::").next().unwrap_or(&property.name);
        let (property_name, victim) = name.rsplit_once('_').unwrap_or((name, ""));
        let (answer, behind) = match case.decide(&[]) {
            Err(why) => (
                Answer::Unknown {
                    reason: why.to_string(),
                    attack: None,
                },
                None,
            ),
            Ok(Decision::Proved(proof)) => {
                let answer = Answer::Proved {
                    method: proof.method.name().to_owned(),
                    conjuncts: proof.invariant.len(),
                    certificate: None,
                };
                (answer, Some(Behind::Proof(proof)))
            }
            Ok(Decision::Violated(run)) => {
                let answer = self.violated(case, &run)?;
                (answer, Some(Behind::Run(Box::new(run.violation.trace))))
            }
        };
        let finding = Finding {
            property: property_name.to_owned(),
            victim: victim.to_owned(),
            statement: property.doc.trim().to_owned(),
            gated: gate.covers(property_name, victim),
            answer,
        };
        Ok((finding, behind))
    }

    fn violated(&self, case: &Case<'_>, run: &Run) -> Result<Answer, Failure> {
        let violation = &run.violation;
        replay(self.system, self.scope, &violation.trace, &violation.what)
            .map_err(|e| internal(&format!("an attack does not replay: {e}")))?;
        let steps = violation.trace.steps.iter().zip(&run.steps);
        let steps = steps
            .map(|(step, rests)| {
                let event = self.system.event(step.event);
                AttackStep {
                    event: violation.trace.call(self.system, step),
                    sentence: event.doc.trim().to_owned(),
                    because: rests.iter().map(|cell| self.because(cell)).collect(),
                }
            })
            .collect();
        let assumes: Vec<Assumption> = run.assumed.iter().map(|cell| self.assumption(cell)).collect();
        let changes = if self.wanted.repair {
            self.smallest(&[case])?.unwrap_or_default()
        } else {
            Vec::new()
        };
        let attack = Attack {
            steps,
            shortest: violation.shortest,
            assumes,
            changes,
            run: None,
        };
        Ok(if run.unconditional {
            Answer::Violated { attack }
        } else {
            let facts: Vec<_> = attack.assumes.iter().map(|a| a.sentence.as_str()).collect();
            let reason = format!("it is violated if {}", facts.join(" and "));
            Answer::Unknown {
                reason,
                attack: Some(attack),
            }
        })
    }

    fn key(cell: &ConstCell) -> Key {
        (cell.constant, cell.path.clone())
    }

    fn because(&self, cell: &ConstCell) -> Because {
        let key = Self::key(cell);
        Because {
            fact: cells::describe(self.system, &key, &cell.value),
            evidence: cells::evidence_of(self.system, &self.instance.evidence, &key),
        }
    }

    fn assumption(&self, cell: &ConstCell) -> Assumption {
        let key = Self::key(cell);
        Assumption {
            fact: cells::describe(self.system, &key, &cell.value),
            sentence: cells::sentence(self.system, &key, &cell.value),
            why: cells::evidence_of(self.system, &self.instance.evidence, &key),
        }
    }

    fn repair(&self, cases: &[Case<'_>]) -> Result<Option<Vec<Change>>, Failure> {
        self.smallest(&cases.iter().collect::<Vec<_>>())
    }

    /// A smallest set of changes after which every one of these properties is proved.
    fn smallest(&self, cases: &[&Case<'_>]) -> Result<Option<Vec<Change>>, Failure> {
        let found = repair::smallest(|made: &Changes| {
            let edits: Vec<_> = made
                .iter()
                .flat_map(|unit| &self.units.units[*unit].edits)
                .filter_map(|((constant, path), value)| Some((self.monotone.cell(*constant, path)?, *value)))
                .collect();
            for case in cases {
                if let Decision::Violated(run) = case.decide(&edits).map_err(|e| not_monotone(&e))? {
                    let rests = run.steps.iter().flatten().chain(&run.end);
                    let units = rests.filter_map(|cell| self.units.of_cell(&Self::key(cell)));
                    return Ok::<_, Failure>(Tried::Attack(units.filter(|u| !made.contains(u)).collect()));
                }
            }
            Ok(Tried::Closed)
        })?;
        Ok(found.map(|changes| changes.into_iter().map(|unit| self.change(unit)).collect()))
    }

    fn change(&self, unit: usize) -> Change {
        let unit = &self.units.units[unit];
        Change {
            label: unit.label.clone(),
            places: unit.places.clone(),
        }
    }
}
