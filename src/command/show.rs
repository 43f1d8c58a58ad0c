//! `watertight show`: what a specification declares.

use std::io::Write;

use model_checker::Budget;
use model_checker::ground::{Ground, GroundError, NODE_LIMIT};
use model_checker::walk::StateGraph;
use serde_json::json;
use spec_lang::{Model, NamedSystem, SourceMap};
use transition_system::{Origin, Scope, System, text};

use super::{Context, Failure};
use crate::cli::{Format, GraphLanguage, Show};
use crate::exit::Exit;
use crate::report::graph::Graph;
use crate::survey::{Survey, word};
use crate::{report, spec, tool};

/// Runs the command.
///
/// # Errors
/// A file that cannot be read, an unknown system or sort, output that cannot be written.
pub fn run(args: &Show, context: &Context) -> Result<Exit, Failure> {
    let spec::Compiled { model, sources, .. } = spec::compile(&args.subject.file, context)?;
    let Some(model) = model else {
        return Ok(Exit::Wrong);
    };
    let (chosen, _) = spec::choose(&model, &args.subject)?;
    let mut out = report::stdout(context.color);
    if let Some(language) = args.graph {
        return graph(&mut out, &model, chosen, language);
    }
    if let Some(language) = args.states {
        return states(&mut out, &model, chosen, args, language);
    }
    let all: Vec<usize> = match args.subject.system {
        Some(_) => vec![chosen],
        None => (0..model.systems.len()).collect(),
    };
    if args.elaborated {
        for index in all {
            elaborated(&mut out, &model.systems[index], &sources)?;
        }
        return Ok(Exit::Good);
    }
    let mut surveys = Vec::new();
    for index in all {
        let sizes = &args.subject.sizes;
        let extra = match sizes.is_empty() {
            true => None,
            false => Some(spec::scope(&model.systems[index].system, sizes)?),
        };
        surveys.push(Survey::of(&model, index, extra.as_ref()));
    }
    match args.format {
        Format::Human => {
            for (i, survey) in surveys.iter().enumerate() {
                if i > 0 {
                    writeln!(out)?;
                }
                report::show::write(&mut out, survey)?;
            }
        }
        Format::Json => {
            let document = json!({ "schema_version": 1, "tool": tool::tool(), "systems": surveys });
            report::json(&mut out, &document)?;
        }
    }
    Ok(Exit::Good)
}

fn graph(
    out: &mut dyn Write,
    model: &Model,
    chosen: usize,
    language: GraphLanguage,
) -> Result<Exit, Failure> {
    let survey = Survey::of(model, chosen, None);
    write!(out, "{}", report::show::graph(&survey).write(language))?;
    Ok(Exit::Good)
}

fn states(
    out: &mut dyn Write,
    model: &Model,
    chosen: usize,
    args: &Show,
    language: GraphLanguage,
) -> Result<Exit, Failure> {
    let scope = spec::full_scope(model, chosen, &args.subject.sizes)?;
    let (graph, exit) = state_graph(&model.systems[chosen].system, &scope, args.limit)?;
    write!(out, "{}", graph.write(language))?;
    Ok(exit)
}

/// The graph of reachable states, of at most so many, and whether these are all.
pub(super) fn state_graph(system: &System, scope: &Scope, limit: usize) -> Result<(Graph, Exit), Failure> {
    let properties: Vec<_> = system.property_ids().collect();
    let failure = |e: GroundError| Failure::new(e.to_string());
    let ground = Ground::new(system, scope, &properties, NODE_LIMIT, &Budget::default()).map_err(failure)?;
    let states = StateGraph::new(&ground, limit).map_err(failure)?;
    let exit = if states.complete {
        Exit::Good
    } else {
        Exit::Incomplete
    };
    Ok((report::states::graph(&states), exit))
}

/// The text form of a system, behind comments that say which declaration each property came from.
fn elaborated(out: &mut dyn Write, named: &NamedSystem, sources: &SourceMap) -> std::io::Result<()> {
    let system = &named.system;
    let kind = match (&named.two_runs, named.instance) {
        (Some(_), _) => "two runs",
        (None, true) => "instance",
        (None, false) => "system",
    };
    writeln!(out, "; {kind} {}", named.name)?;
    for property in &system.properties {
        let word = word(property.kind);
        let origin = if property.origin.is_known() {
            let declared = declared(sources, &property.origin).filter(|d| *d != word);
            let declared = declared.map(|d| format!("`{d}` at ")).unwrap_or_default();
            format!(", from {declared}{}", property.origin)
        } else {
            String::new()
        };
        writeln!(out, "; {word} {}{origin}", property.name)?;
    }
    write!(out, "{}", text::print(system))
}

/// The word with which the declaration at a place begins.
fn declared<'s>(sources: &'s SourceMap, origin: &Origin) -> Option<&'s str> {
    let source = sources.ids().find(|id| *sources.name(*id) == *origin.file)?;
    sources.word_at(source, origin.line, origin.column)
}
