//! `watertight simulate`: random walks through a specification.

use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};

use model_checker::Budget;
use model_checker::ground::{Ground, NODE_LIMIT};
use model_checker::walk::{WalkOptions, Walks, walk};
use spec_lang::Model;
use spec_lang::ask::{Asked, Question, name_elements};
use transition_system::eval::Evaluator;
use transition_system::replay::{replay, replay_run};
use transition_system::{Origin, Property, PropertyId, PropertyKind, Scope, System};

use super::{Context, Failure};
use crate::cli::{Format, Simulate};
use crate::exit::Exit;
use crate::report::simulate::Simulation;
use crate::{report, spec};

/// Set by SIGINT and SIGTERM.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Names of properties made from the command line; the language cannot write them.
const PREFER: &str = "--prefer";
const UNTIL: &str = "--until";

/// Runs the command.
///
/// # Errors
/// A file that cannot be read, an unknown name, an expression that is wrong, a system that cannot be walked.
pub fn run(args: &Simulate, context: &Context) -> Result<Exit, Failure> {
    // a second handler is an error only in tests that call this twice
    let _ = ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::SeqCst));
    let Some(model) = spec::compile(&args.subject.file, context)?.model else {
        return Ok(Exit::Wrong);
    };
    let (index, _) = spec::choose(&model, &args.subject)?;
    let scope = spec::full_scope(&model, index, &args.subject.sizes)?;
    let (system, watched) = prepare(args, &model, index, &scope)?;
    let find = |name: &str| system.find_property(name).filter(|p| watched.contains(p));
    let seed = args.seed.unwrap_or_else(fresh_seed);
    let options = WalkOptions {
        steps: args.steps,
        walks: args.walks.unwrap_or(if args.trace { 1 } else { 100 }),
        seed,
        prefer: args.prefer.as_ref().and_then(|_| find(PREFER)),
        until: args.until.as_ref().and_then(|_| find(UNTIL)),
        interrupt: Some(&INTERRUPTED),
    };
    let closed = Scope::new();
    let budget = Budget::new(None, None, Some(&INTERRUPTED));
    let ground = Ground::new(&system, &closed, &watched, NODE_LIMIT, &budget).map_err(|e| Failure {
        exit: match e.stopped() {
            Some(_) => Exit::Incomplete,
            None => Exit::Wrong,
        },
        ..Failure::new(e.to_string())
    })?;
    let walks = walk(&ground, &options).map_err(|e| Failure::new(e.to_string()))?;
    recheck(&system, &walks)?;
    let simulation = Simulation {
        model: &model.systems[index].system,
        system: &system,
        watched: &watched,
        scope: &scope,
        options: &options,
        walks: &walks,
        until: args.until.as_deref(),
        show_last: args.trace,
    };
    let mut out = report::stdout(context.color);
    match args.format {
        Format::Human => report::simulate::write(&mut out, &simulation)?,
        Format::Json => report::json(&mut out, &report::simulate::json(&simulation))?,
    }
    Ok(exit(&walks, args))
}

fn exit(walks: &Walks, args: &Simulate) -> Exit {
    if walks.violation.is_some() {
        Exit::Violated
    } else if walks.stop.is_some() || walks.walks == 0 || args.until.is_some() && walks.goal.is_none() {
        Exit::Incomplete
    } else {
        Exit::Good
    }
}

/// The system with what the command line asks for as properties of it, and all that is watched.
fn prepare(
    args: &Simulate,
    model: &Model,
    index: usize,
    scope: &Scope,
) -> Result<(System, Vec<PropertyId>), Failure> {
    let base = &model.systems[index].system;
    let mut watched = watched(args, base)?;
    let named = args.until.as_deref().and_then(|u| base.find_property(u));
    let question = |text| Question { text, truth: true };
    let prefer = args.prefer.as_deref().map(|text| (PREFER, question(text)));
    let until = args.until.as_deref().filter(|_| named.is_none());
    let asked: Vec<(&str, Question<'_>)> = prefer
        .into_iter()
        .chain(until.map(|text| (UNTIL, question(text))))
        .collect();
    let questions: Vec<_> = asked.iter().map(|(_, q)| *q).collect();
    let (mut system, expressions) = if questions.is_empty() {
        let mut system = base.clone();
        name_elements(&mut system, scope);
        (system, Vec::new())
    } else {
        let answer = spec::ask(model, index, scope, &questions)?;
        (answer.system, answer.expressions)
    };
    for ((name, _), Asked { expr, promises, .. }) in asked.iter().zip(expressions) {
        let goal = goal(name, expr, promises);
        watched.push(PropertyId::new(system.properties.len()));
        system.properties.push(goal);
    }
    if let Some(id) = named {
        let property = system.property(id).clone();
        let formula = match property.kind {
            PropertyKind::Witness => property.formula,
            PropertyKind::Invariant => system.arena.not(property.formula),
            PropertyKind::Transition | PropertyKind::Temporal => {
                let message = format!(
                    "`{}` speaks of steps or of runs, and --until of states",
                    property.name
                );
                return Err(
                    Failure::new(message).help("give a formula of a state, a witness or an invariant")
                );
            }
        };
        watched.push(PropertyId::new(system.properties.len()));
        system.properties.push(goal(UNTIL, formula, property.promises));
    }
    Ok((system, watched))
}

fn goal(
    name: &str,
    formula: transition_system::ExprId,
    promises: Vec<transition_system::Promise>,
) -> Property {
    Property {
        name: name.to_owned(),
        doc: String::new(),
        kind: PropertyKind::Witness,
        formula,
        temporal: None,
        promises,
        steps: Vec::new(),
        origin: Origin::unknown(),
    }
}

/// The properties that `--invariant` names, or all.
fn watched(args: &Simulate, system: &System) -> Result<Vec<PropertyId>, Failure> {
    if args.invariant.is_empty() {
        return Ok(system.property_ids().collect());
    }
    let find = |name: &String| {
        system.find_property(name).ok_or_else(|| {
            let names: Vec<_> = system
                .properties
                .iter()
                .map(|p| format!("`{}`", p.name))
                .collect();
            let failure = Failure::new(format!("`{}` has no property `{name}`", system.name));
            if names.is_empty() {
                failure
            } else {
                failure.help(format!("it has {}", names.join(", ")))
            }
        })
    };
    args.invariant.iter().map(find).collect()
}

/// A seed from the randomness that hash tables use.
fn fresh_seed() -> u64 {
    let mut hasher = std::collections::hash_map::RandomState::new().build_hasher();
    hasher.write_u64(0);
    // short enough to be typed
    hasher.finish() % 1_000_000
}

/// Every run that is shown is replayed by the reference evaluator.
fn recheck(system: &System, walks: &Walks) -> Result<(), Failure> {
    let scope = Scope::new();
    let evaluator = Evaluator::new(system, &scope);
    let violation = walks
        .violation
        .iter()
        .map(|v| replay(system, &scope, &v.trace, &v.what));
    let others = walks.goal.iter().chain(&walks.deadlock).chain(&walks.last);
    for result in violation.chain(others.map(|t| replay_run(&evaluator, t))) {
        result.map_err(|e| {
            Failure::new(format!("internal error: a run does not replay: {e}")).help("please report this")
        })?;
    }
    Ok(())
}
