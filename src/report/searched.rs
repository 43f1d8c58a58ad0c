//! What a search over explicit states went through: events, depths, sizes; for people and as JSON.

use std::io::{self, Write};

use anstyle::Style;
use model_checker::explicit::{EventCount, Stats};
use serde_json::{Value as Json, json};
use transition_system::System;

use crate::survey::{counted, grouped};

const DIM: Style = Style::new().dimmed();

/// Most depths that are listed one by one, at the beginning and at the end.
const DEPTHS: usize = 20;

/// Writes it below the first row of a search.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(out: &mut dyn Write, system: &System, stats: &Stats) -> io::Result<()> {
    let how = match (stats.exhaustive, stats.missed) {
        (true, None) => "all",
        (true, Some(_)) => "all but those missed",
        (false, _) => "not all",
    };
    writeln!(
        out,
        "    searched: {} ({how}), {} of them initial, {}, {}",
        counted(stats.states, "state"),
        grouped(u128::from(stats.initial_states)),
        counted(stats.transitions, "transition"),
        size(stats),
    )?;
    events(out, system, stats)?;
    depths(out, stats)
}

fn size(stats: &Stats) -> String {
    let nanoseconds = stats.time.as_nanos() / u128::from(stats.transitions.max(1));
    format!(
        "{} a state, {DIM}{:.1} MiB, {nanoseconds} ns a transition{DIM:#}",
        counted(u64::from(stats.state_bits), "bit"),
        stats.memory_bytes as f64 / f64::from(1 << 20),
    )
}

fn events(out: &mut dyn Write, system: &System, stats: &Stats) -> io::Result<()> {
    let name = |count: &EventCount| system.event(count.event).name.as_str();
    let width = stats
        .events
        .iter()
        .map(|c| name(c).chars().count())
        .max()
        .unwrap_or(0)
        .max(5);
    writeln!(
        out,
        "      {:<width$}  {:>14}  {:>7}  {:>9}",
        "event", "fired", "share", "instances"
    )?;
    for count in &stats.events {
        let remark = remark(count, every_state(stats))
            .map(|r| format!("  {r}"))
            .unwrap_or_default();
        writeln!(
            out,
            "      {:<width$}  {:>14}  {:>5.1} %  {:>9}{remark}",
            name(count),
            grouped(u128::from(count.fired)),
            share(count, stats),
            grouped(u128::from(count.instances)),
        )?;
    }
    Ok(())
}

/// Whether every reachable state was visited for sure.
fn every_state(stats: &Stats) -> bool {
    stats.exhaustive && stats.missed.is_none()
}

/// How much of all transitions, in percent.
fn share(count: &EventCount, stats: &Stats) -> f64 {
    100.0 * count.fired as f64 / stats.transitions.max(1) as f64
}

/// Why an event did not take place.
fn remark(count: &EventCount, exhaustive: bool) -> Option<&'static str> {
    match (count.fired, count.instances) {
        (_, 0) => Some("never enabled: ruled out before the search"),
        _ if count.outside_cone => Some("left out: no property depends on it"),
        (0, _) if exhaustive => Some("never enabled"),
        (0, _) => Some("not yet enabled"),
        (_, _) => None,
    }
}

fn depths(out: &mut dyn Write, stats: &Stats) -> io::Result<()> {
    let levels = &stats.states_by_depth;
    if levels.is_empty() {
        // not breadth first
        return Ok(());
    }
    writeln!(out, "      {:>5}  {:>14}", "depth", "states")?;
    let left_out = DEPTHS..levels.len().saturating_sub(DEPTHS);
    for (depth, states) in levels.iter().enumerate() {
        if !left_out.is_empty() && depth == left_out.start {
            writeln!(out, "      {:>5}", "...")?;
        }
        if !left_out.contains(&depth) {
            writeln!(out, "      {depth:>5}  {:>14}", grouped(u128::from(*states)))?;
        }
    }
    Ok(())
}

/// The same as JSON.
#[must_use]
pub fn json(system: &System, stats: &Stats) -> Json {
    let event = |count: &EventCount| {
        json!({
            "event": system.event(count.event).name,
            "fired": count.fired,
            "instances": count.instances,
            "never_enabled": count.fired == 0 && !count.outside_cone && every_state(stats),
            "left_out": count.outside_cone,
        })
    };
    json!({
        "states": stats.states,
        "initial_states": stats.initial_states,
        "transitions": stats.transitions,
        "depth": stats.depth,
        "exhaustive": stats.exhaustive,
        "states_by_depth": stats.states_by_depth,
        "state_bits": stats.state_bits,
        "memory_bytes": stats.memory_bytes,
        "events": stats.events.iter().map(event).collect::<Vec<_>>(),
        "time_ms": stats.time.as_secs_f64() * 1e3,
    })
}
