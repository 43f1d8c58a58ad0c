//! What `check` is to do with a model: the commands of its file, or what the command line asks for instead.
//!
//! Takes a model and the command line; gives jobs. A formula of the command line becomes a property of a copy of the
//! system, so that every engine, replay and report treats it as one of the file. Sizes replace those of the file.

use std::borrow::Cow;

use spec_lang::ask::{Asked, Question};
use spec_lang::{Command, CommandKind, Model, NamedSystem};
use transition_system::subst::post_order;
use transition_system::{Expr, ExprId, Origin, Promise, Property, PropertyId, PropertyKind, Scope, System};

use crate::cli::{Check, Engine};
use crate::command::Failure;
use crate::spec;

/// Name of the property that says where a run may end; the language cannot write it.
const TERMINAL: &str = "--terminal";

/// One command, with what the command line adds to it.
#[derive(Debug)]
pub struct Job<'m> {
    /// The system as the file has it.
    pub named: &'m NamedSystem,
    /// The system that is checked: the same, with the formulas of the command line as properties behind its own.
    pub system: Cow<'m, System>,
    /// What to do.
    pub command: Command,
    /// The property that says where a run may end.
    pub terminal: Option<PropertyId>,
    /// Whether the runs of witnesses are what was asked for.
    pub seeks: bool,
}

/// The jobs of a model, in order.
///
/// # Errors
/// An unknown system, property or sort; an expression that is wrong; what only explicit states can do, of another engine.
pub fn jobs<'m>(args: &Check, model: &'m Model) -> Result<Vec<Job<'m>>, Failure> {
    fits_engine(args)?;
    let only = match &args.system {
        Some(name) => Some(spec::named(model, Some(name))?.0),
        None => None,
    };
    let commands = if args.prove && args.property.is_empty() {
        proofs(args, model, only)?
    } else if args.property.is_empty() && args.trace_to.is_none() {
        of_file(args, model, only)?
    } else {
        vec![ad_hoc(args, model, only.unwrap_or(0))?]
    };
    commands
        .into_iter()
        .map(|command| job(args, model, command))
        .collect()
}

/// Only explicit states can tell more than the first violation, and where runs end.
fn fits_engine(args: &Check) -> Result<(), Failure> {
    let engine = match args.engine {
        Engine::Auto | Engine::Explicit => return Ok(()),
        Engine::Symbolic => "symbolic",
        Engine::Bmc => "bmc",
    };
    let asked = [
        (args.terminal.is_some(), "--terminal"),
        (args.all_violations, "--all-violations"),
        (args.stats, "--stats"),
    ];
    match asked.iter().find(|(given, _)| *given) {
        Some((_, option)) => Err(Failure::new(format!(
            "{option} is of explicit states, and --engine {engine} visits none"
        ))
        .help("leave out --engine, or take --engine explicit")),
        None => Ok(()),
    }
}

/// The commands of the file, of one system or all, in the sizes that the command line says.
fn of_file(args: &Check, model: &Model, only: Option<usize>) -> Result<Vec<Command>, Failure> {
    let mut sorts: Vec<&str> = args.sizes.iter().filter_map(|s| s.split('=').next()).collect();
    sorts.sort_unstable();
    if let Some(twice) = sorts.windows(2).find(|pair| pair[0].trim() == pair[1].trim()) {
        return Err(spec::two_sizes(twice[0].trim()));
    }
    let mut out: Vec<Command> = Vec::new();
    let mut used = vec![false; args.sizes.len()];
    for command in model
        .commands
        .iter()
        .filter(|c| only.is_none_or(|i| c.system == i))
    {
        let mut command = command.clone();
        let system = &model.systems[command.system].system;
        if command.kind == CommandKind::Check {
            for (text, used) in args.sizes.iter().zip(&mut used) {
                if let Ok(one) = spec::scope(system, std::slice::from_ref(text)) {
                    *used = true;
                    let sizes = one.sizes();
                    command.scope = sizes.fold(command.scope, |scope, (sort, n)| scope.with(sort, n));
                }
            }
        }
        let same = |c: &Command| {
            Command {
                origin: command.origin.clone(),
                ..c.clone()
            } == command
        };
        // commands that differ only in sizes are one now
        if args.sizes.is_empty() || !out.iter().any(same) {
            out.push(command);
        }
    }
    if let Some((text, _)) = args.sizes.iter().zip(&used).find(|(_, used)| !**used) {
        let (_, named) = spec::named(model, args.system.as_deref())?;
        spec::scope(&named.system, std::slice::from_ref(text))?;
        return Err(Failure::new(format!(
            "nothing that is checked has the sort of `{text}`"
        )));
    }
    Ok(out)
}

/// The proofs that the file asks for; of a file that asks for none, of everything that can be proved.
fn proofs(args: &Check, model: &Model, only: Option<usize>) -> Result<Vec<Command>, Failure> {
    let wanted = |c: &&Command| c.kind == CommandKind::Prove && only.is_none_or(|i| c.system == i);
    let mut commands: Vec<Command> = model.commands.iter().filter(wanted).cloned().collect();
    if commands.is_empty() {
        let systems = 0..model.systems.len();
        let systems = systems.filter(|i| only.is_none_or(|o| o == *i));
        commands = systems
            .map(|i| proof(i, everything(&model.systems[i].system)))
            .filter(|c| !c.properties.is_empty())
            .collect();
    }
    if !args.sizes.is_empty() {
        for command in &mut commands {
            command.scope = spec::scope(&model.systems[command.system].system, &args.sizes)?;
        }
    }
    Ok(commands)
}

fn everything(system: &System) -> Vec<PropertyId> {
    let provable = |id: &PropertyId| match system.property(*id).kind {
        PropertyKind::Invariant | PropertyKind::Transition => true,
        PropertyKind::Witness | PropertyKind::Temporal => false,
    };
    system.property_ids().filter(provable).collect()
}

fn proof(system: usize, properties: Vec<PropertyId>) -> Command {
    Command {
        kind: CommandKind::Prove,
        system,
        properties,
        lemmas: None,
        scope: Scope::new(),
        method: None,
        expect: None,
        origin: Origin::unknown(),
    }
}

/// A check of what the command line names; formulas are added by [`job`].
fn ad_hoc(args: &Check, model: &Model, system: usize) -> Result<Command, Failure> {
    let (system, named) = match model.systems.get(system) {
        Some(named) => (system, named),
        None => spec::named(model, args.system.as_deref())?,
    };
    let names = args.property.iter().filter_map(|p| named.system.find_property(p));
    if args.prove {
        return Ok(Command {
            scope: spec::scope(&named.system, &args.sizes)?,
            ..proof(system, names.collect())
        });
    }
    Ok(Command {
        kind: CommandKind::Check,
        system,
        properties: names.collect(),
        lemmas: None,
        scope: spec::full_scope(model, system, &args.sizes)?,
        method: None,
        expect: None,
        origin: Origin::unknown(),
    })
}

fn job<'m>(args: &Check, model: &'m Model, mut command: Command) -> Result<Job<'m>, Failure> {
    let named = &model.systems[command.system];
    let base = &named.system;
    let scope = spec::filled(model, command.system, command.scope.clone());
    let check = command.kind == CommandKind::Check;
    let is_ad_hoc = !command.origin.is_known();
    let formulas: Vec<&String> = match is_ad_hoc {
        true => args
            .property
            .iter()
            .filter(|p| base.find_property(p).is_none())
            .collect(),
        false => Vec::new(),
    };
    let trace_to = args.trace_to.as_ref().filter(|_| is_ad_hoc);
    let terminal = args.terminal.as_ref().filter(|_| check);
    let ends = terminal.filter(|t| base.find_property(t).is_none());
    let truths = formulas.iter().copied().chain(trace_to).chain(ends);
    let truths = truths.map(|text| Question { text, truth: true });
    let values = args.eval.iter().filter(|_| named.two_runs.is_none());
    let questions: Vec<_> = truths
        .chain(values.map(|text| Question { text, truth: false }))
        .collect();
    let mut job = Job {
        named,
        system: Cow::Borrowed(base),
        terminal: None,
        seeks: trace_to.is_some() || args.runs,
        command: command.clone(),
    };
    if !questions.is_empty() {
        // what is to be evaluated is wrong before anything is searched
        let answer = spec::ask(model, command.system, &scope, &questions)?;
        let mut system = reopened(answer.system, base, &answer.expressions);
        let mut asked = answer.expressions.into_iter();
        let invariants = formulas
            .iter()
            .copied()
            .zip(std::iter::repeat(PropertyKind::Invariant));
        for (text, kind) in invariants.chain(trace_to.map(|t| (t, PropertyKind::Witness))) {
            if let Some(Asked { expr, promises, .. }) = asked.next() {
                command.properties.push(PropertyId::new(system.properties.len()));
                system.properties.push(property(text, kind, expr, promises));
            }
        }
        if let Some(Asked { expr, promises, .. }) = ends.and_then(|_| asked.next()) {
            job.terminal = Some(PropertyId::new(system.properties.len()));
            system
                .properties
                .push(property(TERMINAL, PropertyKind::Witness, expr, promises));
        }
        if system.properties.len() > base.properties.len() {
            job.system = Cow::Owned(system);
        }
    }
    if let Some(id) = terminal.and_then(|name| base.find_property(name)) {
        let ends = of_states(base.property(id))?;
        job.terminal = Some(PropertyId::new(job.system.properties.len()));
        job.system.to_mut().properties.push(ends);
    }
    job.command = command;
    Ok(job)
}

/// The system without names for the elements of sorts that were open, unless a formula has one.
fn reopened(mut system: System, base: &System, asked: &[Asked]) -> System {
    let promises = asked.iter().flat_map(|a| a.promises.iter().map(|p| p.holds));
    let roots: Vec<ExprId> = asked.iter().map(|a| a.expr).chain(promises).collect();
    let named = |e: &ExprId| match system.arena.expr(*e) {
        Expr::Element(sort, _) => base.sort(*sort).elements.is_empty(),
        _ => false,
    };
    if !post_order(&system.arena, &roots).iter().any(named) {
        for (sort, was) in system.sorts.iter_mut().zip(&base.sorts) {
            sort.elements.clone_from(&was.elements);
        }
    }
    system
}

/// The states in which a property of states is true, as those where a run may end.
fn of_states(property: &Property) -> Result<Property, Failure> {
    match property.kind {
        PropertyKind::Witness | PropertyKind::Invariant => Ok(self::property(
            TERMINAL,
            PropertyKind::Witness,
            property.formula,
            property.promises.clone(),
        )),
        PropertyKind::Transition | PropertyKind::Temporal => {
            let message = format!(
                "`{}` speaks of steps or of runs, and --terminal of states",
                property.name
            );
            Err(Failure::new(message).help("give a formula of a state, a witness or an invariant"))
        }
    }
}

fn property(name: &str, kind: PropertyKind, formula: ExprId, promises: Vec<Promise>) -> Property {
    Property {
        name: name.to_owned(),
        doc: String::new(),
        kind,
        formula,
        temporal: None,
        promises,
        steps: Vec::new(),
        origin: Origin::unknown(),
    }
}

/// The values of an expression along a run.
#[derive(Debug, Clone)]
pub struct Values {
    /// As it was asked.
    pub expression: String,
    /// Its type, as the language writes it.
    pub ty: String,
    /// Its value in each state, the initial one first, or why it has none.
    pub values: Vec<Result<String, String>>,
}

/// The values of the expressions of `--eval` along a run of a system in a scope.
///
/// # Errors
/// An expression that means nothing in this scope.
pub fn values(
    args: &Check,
    model: &Model,
    index: usize,
    scope: &Scope,
    run: &transition_system::Trace,
) -> Result<Vec<Values>, Failure> {
    use transition_system::eval::{Bindings, Context, Evaluator};
    if args.eval.is_empty() || model.systems[index].two_runs.is_some() {
        return Ok(Vec::new());
    }
    let questions: Vec<_> = args
        .eval
        .iter()
        .map(|text| Question { text, truth: false })
        .collect();
    let scope = spec::filled(model, index, scope.clone());
    let answer = spec::ask(model, index, &scope, &questions)?;
    let closed = Scope::new();
    let evaluator = Evaluator::new(&answer.system, &closed);
    let along = |asked: &Asked| {
        let states = (0..=run.len()).filter_map(|i| run.state(i));
        let value = |state| {
            let at = Context { state, next: None };
            match evaluator.value(asked.expr, at, &mut Bindings::new()) {
                Ok(value) => Ok(value.show(&answer.system, &asked.view)),
                Err(error) => Err(crate::outcome::describe_undefined(&error)),
            }
        };
        states.map(value).collect()
    };
    let one = |(text, asked): (&String, &Asked)| Values {
        expression: text.clone(),
        ty: asked.ty.clone(),
        values: along(asked),
    };
    Ok(args.eval.iter().zip(&answer.expressions).map(one).collect())
}
