//! `watertight check`: runs the commands of specifications.

use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use model_checker::explicit::{Limits, Lossy, Order};
use serde_json::json;
use spec_lang::{Model, SourceMap};
use transition_system::Trace;

use super::{Context, Failure};
use crate::checkpoint::Folder;
use crate::cli::{Check, Format, SearchOrder, TraceFormat};
use crate::exit::Exit;
use crate::jobs::{self, Job};
use crate::outcome::Outcome;
use crate::planner::{Planner, Search};
use crate::report::run::Shown;
use crate::spec::compile;
use crate::spill::Scratch;
use crate::{certificate, judge, lemmas, memory, report, runs, tool};

/// Set by SIGINT and SIGTERM; the engines look at it.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);
/// Most bytes of a search, unless the user says otherwise.
const USUAL_MEMORY: u64 = 8 << 30;

/// Runs the command.
///
/// # Errors
/// A file that cannot be read, output that cannot be written.
pub fn run(args: &Check, context: &Context) -> Result<Exit, Failure> {
    // a second handler is an error only in tests that call this twice
    let _ = ctrlc::set_handler(interrupt);
    if let Some(folder) = args.checkpoint.as_ref().filter(|_| args.resume)
        && !Folder::holds_any(folder)
    {
        let message = format!("{}: there is no checkpoint to go on from", folder.display());
        return Err(Failure::new(message).help("leave out --resume to search from the beginning"));
    }
    let refused = misplaced(args).or_else(|| oversized(args, memory::free()));
    if let Some(failure) = refused {
        return Err(failure);
    }
    for (option, folder) in [("--checkpoint", &args.checkpoint), ("--spill", &args.spill)] {
        if let Some(folder) = folder {
            usable(option, folder)?;
        }
    }
    let mut out = report::stdout(context.color);
    let mut exit = Exit::Good;
    let mut documents = Vec::new();
    let mut warnings = Vec::new();
    let mut emitted: Vec<String> = Vec::new();
    for path in &args.files {
        let compiled = match compile(path, context) {
            Ok(compiled) => compiled,
            // the other files are checked all the same
            Err(failure) if failure.exit == Exit::Wrong => {
                report::failure(&mut report::stderr(context.color), &failure)?;
                exit = exit.and(Exit::Wrong);
                continue;
            }
            Err(failure) => return Err(failure),
        };
        warnings.extend(report::check::warnings(&compiled.warnings, &compiled.sources));
        let Some(model) = &compiled.model else {
            exit = exit.and(Exit::Wrong);
            continue;
        };
        let jobs = jobs::jobs(args, model)?;
        if args.format == Format::Human {
            writeln!(out, "{}", path.display())?;
        }
        if jobs.is_empty() {
            exit = exit.and(Exit::Incomplete);
            let message = "nothing was checked: the file has no `check` or `prove` command";
            writeln!(report::stderr(context.color), "{}: {message}", path.display())?;
        }
        let several = model.systems.iter().filter(|s| s.two_runs.is_none()).count() > 1;
        let sources = texts(&compiled.sources);
        let source = path.display().to_string();
        let mut told = report::check::Told::default();
        for job in &jobs {
            let shown = Shown {
                system: &job.system,
                two_runs: job.named.two_runs.as_ref(),
                form: args.trace_format.unwrap_or(TraceFormat::Text),
                values: &[],
                source: &source,
            };
            for mut row in planner(args, context, job).run(&job.system, &job.command) {
                evaluate(args, model, job.command.system, &mut row);
                if let Some(dir) = &args.certificate {
                    write_certificate(dir, &mut row, &sources)?;
                }
                emitted.extend(lemmas::text(&row).filter(|_| args.emit_lemmas.is_some()));
                if let Some(dir) = &args.trace {
                    let form = args.trace_format.unwrap_or(TraceFormat::Itf);
                    write_run(dir, form, &shown, &mut row)?;
                }
                exit = exit.and(row.exit());
                match args.format {
                    Format::Human => {
                        report::check::write(&mut out, &shown, &row, (several, job.seeks, &mut told))?;
                    }
                    Format::Json => documents.push(document(path, job, &row)),
                }
            }
        }
    }
    if let Some(file) = &args.emit_lemmas {
        let nothing = "// nothing was found that the file does not have\n".to_owned();
        let text = if emitted.is_empty() {
            nothing
        } else {
            emitted.join("\n")
        };
        std::fs::write(file, text).map_err(|e| Failure::new(format!("{}: {e}", file.display())))?;
    }
    if args.format == Format::Json {
        let all = json!({
            "schema_version": 1,
            "tool": tool::tool(),
            "results": documents,
            "warnings": warnings,
            "exit_code": exit.code(),
        });
        report::json(&mut out, &all)?;
    }
    Ok(exit)
}

/// Whether a folder can be used that is needed only when a search is long: it must not turn out then that it cannot.
fn usable(option: &str, folder: &Path) -> Result<(), Failure> {
    Folder::prepare(folder).map_err(|error| {
        let message = format!(
            "{option} {}: no files can be written there: {error}",
            folder.display()
        );
        Failure::new(message).help("name a folder; it is made if it is not there")
    })
}

/// Finds the values of the expressions of `--eval` along the runs of a row.
fn evaluate(args: &Check, model: &Model, system: usize, row: &mut Outcome) {
    let size = row.size.clone();
    let along = |run: &Trace| jobs::values(args, model, system, &size, run);
    let own = row.trace().map_or(Ok(Vec::new()), along);
    match own {
        Ok(values) => row.values = values,
        // the expression is right in the scope of the command; the run is of another
        Err(failure) => row.notes.push(format!("--eval: {}", failure.message)),
    }
    for one in &mut row.ways {
        one.values = along(&one.way.violation.trace).unwrap_or_default();
    }
}

fn document(path: &Path, job: &Job<'_>, row: &Outcome) -> serde_json::Value {
    let mut json = report::check::json((&job.system, job.named.two_runs.as_ref()), row);
    json["file"] = path.display().to_string().into();
    json
}

/// What is kept of a state, if not all.
fn lossy(args: &Check) -> Option<Lossy> {
    let hash = args.hash_compact.map(Lossy::HashCompaction);
    hash.or_else(|| args.bit_state.map(|mebibytes| Lossy::BitState(mebibytes << 20)))
}

/// The order that is asked for, or that goes with what is kept.
fn order(args: &Check) -> Order {
    match args.order {
        Some(SearchOrder::BreadthFirst) => Order::BreadthFirst,
        Some(SearchOrder::DepthFirst) => Order::DepthFirst,
        Some(SearchOrder::Swarm) => Order::Swarm,
        None if lossy(args).is_some() => Order::DepthFirst,
        None => Order::BreadthFirst,
    }
}

/// What does not go with the order that is asked for, and why.
fn misplaced(args: &Check) -> Option<Failure> {
    match (order(args), lossy(args)) {
        (Order::BreadthFirst, Some(_)) => Some(Failure::new(
            "--order breadth-first keeps states whole, from which it finds runs again: without --hash-compact and --bit-state",
        )),
        (Order::Swarm, None) => Some(Failure::new(
            "--order swarm is for --hash-compact or --bit-state: one search that keeps states whole finds the same",
        )),
        (Order::DepthFirst | Order::Swarm, _) => breadth_first_only(args),
        (Order::BreadthFirst, None) => None,
    }
}

/// The options that are for another order than the one that is asked for.
fn breadth_first_only(args: &Check) -> Option<Failure> {
    let options = [
        ("--checkpoint", args.checkpoint.is_some()),
        ("--spill", args.spill.is_some()),
        ("--all-violations", args.all_violations),
        ("--symmetry", args.symmetry),
        ("--partial-order", args.partial_order),
        ("--merge-steps", args.merge_steps),
        ("--forget-dead", args.forget_dead),
    ];
    let given: Vec<&str> = options
        .iter()
        .filter(|(_, given)| *given)
        .map(|(o, _)| *o)
        .collect();
    let (are, without) = match given.len() {
        0 => return None,
        1 => ("is", "it"),
        _ => ("are", "them"),
    };
    let cause = match (args.order, args.bit_state) {
        (Some(_), _) => "--order",
        (None, Some(_)) => "--bit-state",
        (None, None) => "--hash-compact",
    };
    let message = format!(
        "{} {are} for the search breadth first, which {cause} asks not to make",
        given.join(", ")
    );
    Some(Failure::new(message).help(format!("leave {without} out, or {cause}")))
}

/// Why a field of bits is more than there is memory, of which so many bytes are free.
fn oversized(args: &Check, free: Option<u64>) -> Option<Failure> {
    let mebibytes = args.bit_state?;
    let fields = match order(args) {
        Order::Swarm => threads(args) as u64,
        Order::BreadthFirst | Order::DepthFirst => 1,
    };
    let all = mebibytes.saturating_mul(fields);
    let of_threads = match fields {
        1 => String::new(),
        n => format!(" for {n} threads"),
    };
    let needs = format!("--bit-state {mebibytes} needs more than {all} MiB{of_threads}");
    // the run that is searched takes some as well
    if let Some(most) = args.max_memory.filter(|most| all >= *most) {
        let message = format!("{needs}, and --max-memory allows {most} MiB");
        return Some(Failure::new(message).help("take a smaller field, or raise --max-memory"));
    }
    let most = free.map(|bytes| bytes >> 20).filter(|most| all >= *most)?;
    let message = format!("{needs}, and {most} MiB are free");
    Some(Failure::new(message).help("take a smaller field"))
}

/// What ends a search.
fn limits(args: &Check) -> Limits {
    let free = || memory::free().unwrap_or(u64::MAX);
    let most = match (args.max_memory, args.bit_state) {
        (Some(mebibytes), _) => mebibytes << 20,
        (None, Some(_)) => free(),
        (None, None) => free().min(USUAL_MEMORY),
    };
    Limits {
        states: args.max_states,
        memory_bytes: Some(most),
        time: args.timeout.map(Duration::from_secs),
    }
}

fn planner<'a>(args: &Check, context: &Context, job: &Job<'_>) -> Planner<'a> {
    let limits = limits(args);
    Planner {
        search: Search {
            engine: args.engine,
            depth: args.depth,
            threads: threads(args),
            portable: args.portable,
            limits,
            progress_interval: Duration::from_secs_f64(args.progress_every),
            deadlock: args.deadlock || job.terminal.is_some(),
            terminal: job.terminal,
            all_violations: args.all_violations,
            stats: args.stats,
            symmetry: args.symmetry,
            partial_order: args.partial_order,
            merge_steps: args.merge_steps,
            forget_dead: args.forget_dead,
            settle: !args.no_settle,
            order: order(args),
            lossy: lossy(args),
            seed: args.seed,
        },
        since: Instant::now(),
        interrupt: &INTERRUPTED,
        progress: report::progress::Line::new(context, args.progress, limits),
        disk: args.spill.clone().map(Scratch::new),
        keeper: args.checkpoint.clone().map(|folder| {
            let every = Duration::from_secs(args.checkpoint_every);
            Folder::new(folder, every, args.resume)
        }),
        ends: None,
    }
}

/// The first signal asks the engines to stop; the second ends the program, wherever it is.
fn interrupt() {
    if INTERRUPTED.swap(true, Ordering::SeqCst) {
        std::process::exit(i32::from(Exit::Incomplete.code()));
    }
}

fn texts(sources: &SourceMap) -> Vec<(String, String)> {
    let text = |id| (sources.name(id).to_owned(), sources.text(id).to_string());
    sources.ids().map(text).collect()
}

/// Writes the run of a row into a file of its own, and notes where.
fn write_run(dir: &Path, form: TraceFormat, shown: &Shown<'_>, row: &mut Outcome) -> Result<(), Failure> {
    let Some(run) = row.trace() else { return Ok(()) };
    let shown = Shown { form, ..*shown };
    let folder = dir.join(judge::identifier(&row.system));
    let name = judge::identifier(&row.property);
    let file = runs::write(&folder, &name, &shown, run, (&row.property, &row.size))?;
    row.notes.push(format!("run: {file}"));
    Ok(())
}

fn write_certificate(dir: &Path, row: &mut Outcome, sources: &[(String, String)]) -> Result<(), Failure> {
    if let Some(proof) = row.proof() {
        let folder = dir
            .join(judge::identifier(&row.system))
            .join(judge::identifier(&row.property));
        match certificate::write(&folder, proof, sources)? {
            None => row.certificate = Some(folder.display().to_string()),
            Some(why) => row.uncertified = Some(why),
        }
    }
    Ok(())
}

/// As many threads as are asked for, or as the machine runs at once.
fn threads(args: &Check) -> usize {
    let available = || std::thread::available_parallelism().map_or(1, usize::from);
    args.threads.map_or_else(available, usize::from)
}
