//! Checking a certificate.
//!
//! Takes the folder, the system as the caller compiled it from the sources in the folder, and the solvers. Gives a
//! report. Guarantees: `Accepted` only if nothing in the folder differs by a byte from what the system and the
//! claims of `cert.json` determine, and both solvers gave the answer expected of every obligation.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use transition_system::System;

use crate::certificate::{
    CERT_FILE, Certificate, FORMAT_VERSION, Generated, MODEL_FILE, Regenerated, SOURCE_FOLDER, sha256,
};
use crate::deep;
use crate::folder::{self, Folder};
use crate::obligations::Expected;
use crate::solvers::{Answer, Job, Solver, Solvers, Timed, ask, version};

/// Whether a certificate holds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Outcome {
    /// It is what the model determines, and both solvers agree.
    Accepted,
    /// Something differs, or a solver contradicts.
    Refused,
    /// Nothing speaks against it, but a solver is missing or did not decide.
    Incomplete,
}

/// What a check found.
#[derive(Clone, Debug)]
pub struct CheckReport {
    /// The result.
    pub outcome: Outcome,
    /// Name of the system.
    pub system: String,
    /// Name of the property that is proved.
    pub property: String,
    /// `any size`, or the sizes of sorts.
    pub size: String,
    /// How the proof was found.
    pub method: String,
    /// Names of the invariant's conjuncts with their formulas in text form.
    pub invariant: Vec<(String, String)>,
    /// Why it is refused or incomplete, one line each.
    pub problems: Vec<String>,
    /// What a reader should know: events that can never happen under the invariant.
    pub warnings: Vec<String>,
    /// Every query with the answers.
    pub queries: Vec<QueryReport>,
    /// The solvers that ran, with their versions.
    pub solvers: Vec<(Solver, String)>,
    /// Wall time.
    pub time: Duration,
}

/// One query with the answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryReport {
    /// File in the folder.
    pub file: String,
    /// What it shows, in words.
    pub obligation: String,
    /// What the solvers have to say.
    pub expected: Expected,
    /// What they said.
    pub answers: Vec<SolverAnswer>,
}

/// What one solver said of one query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SolverAnswer {
    /// The solver.
    pub solver: Solver,
    /// Its answer.
    pub answer: Answer,
    /// How long it took.
    pub time: Duration,
}

/// The sources in a certificate: names and texts, the root first. From these the caller compiles the system that
/// [`check`] takes. Digests are checked.
///
/// # Errors
/// One line for a person: the folder is no certificate, or its sources are not those it was made from.
pub fn sources(dir: &Path) -> Result<Vec<(String, String)>, String> {
    let folder = folder::read(dir)?;
    let certificate = described(&folder)?;
    let mut out = Vec::new();
    for source in &certificate.sources {
        match folder.files.get(&source.file) {
            Some(text) if sha256(text.as_bytes()) == source.sha256 => {
                out.push((source.name.clone(), text.clone()))
            }
            Some(_) => {
                return Err(format!(
                    "`{}` is not the text that the certificate was made from",
                    source.file
                ));
            }
            None => return Err(format!("`{}` is missing", source.file)),
        }
    }
    Ok(out)
}

/// The name of the system and of the property that a certificate speaks of.
///
/// # Errors
/// One line for a person.
pub fn claim(dir: &Path) -> Result<(String, String), String> {
    let folder = folder::read(dir)?;
    let certificate = described(&folder)?;
    Ok((certificate.system, certificate.property))
}

/// Checks the certificate in `dir` against `system`, compiled anew from [`sources`]: regenerates every query and
/// compares, then runs both solvers.
///
/// # Errors
/// One line for a person, if there is no certificate to read.
pub fn check(dir: &Path, system: &System, solvers: &Solvers) -> Result<CheckReport, String> {
    let start = Instant::now();
    let folder = folder::read(dir)?;
    let certificate = described(&folder)?;
    let mut report = CheckReport {
        outcome: Outcome::Refused,
        system: certificate.system.clone(),
        property: certificate.property.clone(),
        size: certificate.size_in_words(),
        method: certificate.method.clone(),
        invariant: certificate
            .invariant
            .iter()
            .map(|c| (c.name.clone(), c.formula.clone()))
            .collect(),
        problems: folder.problems.clone(),
        warnings: Vec::new(),
        queries: Vec::new(),
        solvers: Vec::new(),
        time: Duration::ZERO,
    };
    report.problems.extend(own_differences(&folder, &certificate)?);
    match deep::run(|| certificate.regenerate(system)) {
        Ok(made) => {
            report
                .problems
                .extend(differences(&folder, &certificate, system, &made));
            if report.problems.is_empty() {
                run_solvers(&mut report, &made.queries, solvers);
            }
        }
        Err(what) => report.problems.push(what),
    }
    report.time = start.elapsed();
    Ok(report)
}

/// What `cert.json` says.
fn described(folder: &Folder) -> Result<Certificate, String> {
    let text = match folder.files.get(CERT_FILE) {
        Some(text) => text,
        None => {
            return Err(folder
                .problems
                .first()
                .cloned()
                .unwrap_or_else(|| format!("{CERT_FILE} is missing")));
        }
    };
    let whole: serde_json::Value =
        serde_json::from_str(text).map_err(|e| format!("{CERT_FILE} is not JSON: {e}"))?;
    let version = whole.get("format_version").and_then(serde_json::Value::as_u64);
    if version != Some(u64::from(FORMAT_VERSION)) {
        let found = version.map_or("none".to_owned(), |v| v.to_string());
        return Err(format!(
            "{CERT_FILE} has format version {found}, this program reads {FORMAT_VERSION}"
        ));
    }
    serde_json::from_str(text)
        .map_err(|e| format!("{CERT_FILE} does not have the form of a certificate: {e}"))
}

/// Where the folder differs from what `cert.json` itself says of it.
fn own_differences(folder: &Folder, certificate: &Certificate) -> Result<Vec<String>, String> {
    let mut out = Vec::new();
    let written = folder.files.get(CERT_FILE).map_or("", String::as_str);
    if let Some(what) = difference(written, &certificate.to_text()?) {
        out.push(format!("{CERT_FILE} is not as it was written: {what}"));
    }
    if certificate.seal != certificate.seal_of()? {
        out.push(format!(
            "{CERT_FILE} was changed after it was written: its seal is of another text"
        ));
    }
    let mut known: BTreeSet<&str> = BTreeSet::from([CERT_FILE, MODEL_FILE]);
    for source in &certificate.sources {
        known.insert(&source.file);
        let plain = source
            .file
            .strip_prefix(SOURCE_FOLDER)
            .and_then(|f| f.strip_prefix('/'));
        if plain.is_none_or(|f| f.contains('/') || f.starts_with('.') || f.is_empty()) {
            out.push(format!(
                "{CERT_FILE} names a source file outside of the folder: `{}`",
                source.file
            ));
            continue;
        }
        match folder.files.get(&source.file) {
            Some(text) if sha256(text.as_bytes()) == source.sha256 => {}
            Some(_) => out.push(format!(
                "`{}` is not the text that the certificate was made from",
                source.file
            )),
            None => out.push(format!("`{}` is missing", source.file)),
        }
    }
    known.extend(certificate.queries.iter().map(|q| q.file.as_str()));
    for file in folder.files.keys() {
        if !known.contains(file.as_str()) {
            out.push(format!("`{file}` does not belong to the certificate"));
        }
    }
    Ok(out)
}

/// Where the folder differs from what the model determines.
fn differences(
    folder: &Folder,
    certificate: &Certificate,
    system: &System,
    made: &Regenerated,
) -> Vec<String> {
    let mut out = Vec::new();
    if certificate.system != system.name {
        out.push(format!(
            "the certificate is of `{}`, the model is `{}`",
            certificate.system, system.name
        ));
    }
    if certificate.system_sha256 != made.system_sha256 {
        out.push("the model is not the one that the certificate is about: its system differs".to_owned());
    }
    if certificate.model_sha256 != sha256(made.model.as_bytes()) {
        out.push(format!(
            "{CERT_FILE} has another digest for {MODEL_FILE} than the model gives"
        ));
    }
    let mut expected: BTreeMap<&str, &str> = BTreeMap::from([(MODEL_FILE, made.model.as_str())]);
    expected.extend(
        made.queries
            .iter()
            .map(|q| (q.entry.file.as_str(), q.text.as_str())),
    );
    for (file, text) in expected {
        match folder.files.get(file) {
            Some(found) => {
                if let Some(what) = difference(found, text) {
                    out.push(format!("`{file}` is not what the model gives: {what}"));
                }
            }
            None => out.push(format!("`{file}` is missing")),
        }
    }
    let listed: Vec<_> = made.queries.iter().map(|q| q.entry.clone()).collect();
    for pair in certificate.queries.iter().zip(&listed) {
        if pair.0 != pair.1 {
            out.push(format!(
                "{CERT_FILE} describes `{}` otherwise than the model gives it",
                pair.1.file
            ));
        }
    }
    if certificate.queries.len() != listed.len() {
        let (has, needs) = (certificate.queries.len(), listed.len());
        out.push(format!(
            "{CERT_FILE} lists {has} queries, the model gives {needs}"
        ));
    }
    out
}

/// The first line in which two texts differ.
fn difference(found: &str, expected: &str) -> Option<String> {
    if found == expected {
        return None;
    }
    let (mut a, mut b) = (found.split('\n'), expected.split('\n'));
    let mut line = 1;
    loop {
        match (a.next(), b.next()) {
            (Some(x), Some(y)) if x == y => line += 1,
            (None, None) => return Some("its bytes differ".to_owned()),
            (x, y) => {
                let show =
                    |text: Option<&str>| text.map_or("nothing".to_owned(), |t| format!("`{}`", shortened(t)));
                return Some(format!("line {line} is {}, should be {}", show(x), show(y)));
            }
        }
    }
}

fn shortened(text: &str) -> String {
    let mut out: String = text
        .chars()
        .take(120)
        .map(|c| if c.is_control() { '?' } else { c })
        .collect();
    if out.len() < text.len() {
        out.push('…');
    }
    out
}

/// For a guard (a query that is no claim, and should mostly be satisfiable) one solver that finds a model is enough, and often only one finds one
/// soon: so guards get this long at first, and more only if nobody has an answer.
const GUARD_TIME: Duration = Duration::from_secs(2);

/// What each solver says of each query.
fn answers(queries: &[Generated], usable: &[(Solver, &Path)], time: Duration) -> Vec<(Solver, Vec<Timed>)> {
    let is_guard = |q: &Generated| matches!(q.entry.expected, Expected::Sat | Expected::Agree);
    let jobs = |wanted: &dyn Fn(usize) -> bool, most: Duration| -> (Vec<usize>, Vec<Job<'_>>) {
        let wanted = queries.iter().enumerate().filter(|(i, _)| wanted(*i));
        wanted
            .map(|(i, q)| {
                let (text, expected, time) = (q.text.as_str(), q.entry.expected, time.min(most));
                (i, Job { text, expected, time })
            })
            .unzip()
    };
    let nothing = Timed {
        answer: Answer::Undecided,
        time: Duration::ZERO,
    };
    let mut out: Vec<(Solver, Vec<Timed>)> = usable
        .iter()
        .map(|(solver, _)| (*solver, vec![nothing.clone(); queries.len()]))
        .collect();
    let mut fill = |(which, jobs): (Vec<usize>, Vec<Job<'_>>), rounds: usize| {
        for ((_, all), new) in out.iter_mut().zip(ask_all(usable, &jobs, rounds)) {
            for (index, timed) in which.iter().zip(new) {
                all[*index] = timed;
            }
        }
        let open = |i: &usize| out.iter().all(|(_, a)| a[*i].answer == Answer::Undecided);
        (0..queries.len()).filter(open).collect::<Vec<usize>>()
    };
    fill(jobs(&|i| !is_guard(&queries[i]), time), 2);
    let open = fill(jobs(&|i| is_guard(&queries[i]), GUARD_TIME), 1);
    fill(jobs(&|i| is_guard(&queries[i]) && open.contains(&i), time), 2);
    out
}

/// Asks all solvers at the same time.
fn ask_all(usable: &[(Solver, &Path)], jobs: &[Job<'_>], rounds: usize) -> Vec<Vec<Timed>> {
    std::thread::scope(|threads| {
        let running: Vec<_> = usable
            .iter()
            .map(|(solver, program)| threads.spawn(move || ask(*solver, program, jobs, rounds)))
            .collect();
        running
            .into_iter()
            .map(|t| t.join().unwrap_or_default())
            .collect()
    })
}

/// Runs both solvers, at the same time, and judges their answers.
fn run_solvers(report: &mut CheckReport, queries: &[Generated], solvers: &Solvers) {
    let mut usable = Vec::new();
    let mut incomplete = Vec::new();
    for (solver, program) in [(Solver::Z3, &solvers.z3), (Solver::Cvc5, &solvers.cvc5)] {
        let Some(program) = program else {
            incomplete.push(format!(
                "{} not found: the certificate is not checked by it",
                solver.name()
            ));
            continue;
        };
        match version(solver, program) {
            Ok(version) => {
                report.solvers.push((solver, version));
                usable.push((solver, program.as_path()));
            }
            Err(what) => incomplete.push(what),
        }
    }
    let answers = answers(queries, &usable, solvers.query_time);
    let mut refused = Vec::new();
    for (index, query) in queries.iter().enumerate() {
        let answers: Vec<SolverAnswer> = answers
            .iter()
            .map(|(solver, list)| match list.get(index) {
                Some(timed) => SolverAnswer {
                    solver: *solver,
                    answer: timed.answer.clone(),
                    time: timed.time,
                },
                None => SolverAnswer {
                    solver: *solver,
                    answer: Answer::Undecided,
                    time: Duration::ZERO,
                },
            })
            .collect();
        judge(
            query,
            &answers,
            &mut refused,
            &mut incomplete,
            &mut report.warnings,
        );
        let entry = &query.entry;
        report.queries.push(QueryReport {
            file: entry.file.clone(),
            obligation: entry.obligation.clone(),
            expected: entry.expected,
            answers,
        });
    }
    report.outcome = match (refused.is_empty(), incomplete.is_empty()) {
        (false, _) => Outcome::Refused,
        (true, false) => Outcome::Incomplete,
        (true, true) => Outcome::Accepted,
    };
    report.problems.extend(refused);
    report.problems.extend(incomplete);
}

fn judge(
    query: &Generated,
    answers: &[SolverAnswer],
    refused: &mut Vec<String>,
    incomplete: &mut Vec<String>,
    warnings: &mut Vec<String>,
) {
    let (file, obligation) = (&query.entry.file, &query.entry.obligation);
    let said = |wanted: &Answer| {
        answers
            .iter()
            .find(|a| a.answer == *wanted)
            .map(|a| a.solver.name())
    };
    let (sat, unsat) = (said(&Answer::Sat), said(&Answer::Unsat));
    if let (Some(one), Some(other), Expected::Sat | Expected::Agree) = (sat, unsat, query.entry.expected) {
        refused.push(format!("`{file}`: {one} and {other} contradict each other"));
        return;
    }
    match query.entry.expected {
        Expected::Unsat => {
            if let Some(solver) = sat {
                refused.push(format!("`{file}`: {solver} refutes that {obligation}"));
                return;
            }
            for a in answers {
                match &a.answer {
                    Answer::Undecided => incomplete.push(format!(
                        "`{file}`: {} could not decide whether {obligation}",
                        a.solver.name()
                    )),
                    Answer::Failed(what) => {
                        incomplete.push(format!("`{file}`: {} failed: {what}", a.solver.name()))
                    }
                    Answer::Sat | Answer::Unsat => {}
                }
            }
        }
        Expected::Sat if unsat.is_some() => refused.push(format!(
            "`{file}`: there is no initial state, so that the property holds only because nothing can happen"
        )),
        Expected::Sat if sat.is_none() && !answers.is_empty() => {
            incomplete.push(format!("`{file}`: no solver could decide whether {obligation}"));
        }
        Expected::Sat => {}
        Expected::Agree if unsat.is_some() => {
            warnings.push(format!("it is never so that {obligation} (`{file}`)"));
        }
        Expected::Agree if sat.is_none() && !answers.is_empty() => {
            warnings.push(format!("not decided whether {obligation} (`{file}`)"));
        }
        Expected::Agree => {}
    }
}
