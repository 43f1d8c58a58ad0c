//! Progress of a long search: one line on a terminal that is rewritten, or lines of JSON for programs.

use std::io::{IsTerminal, Write};

use model_checker::explicit::{Limits, Progress, Snapshot};
use serde_json::{Value as Json, json};

use crate::cli::{Color, ProgressForm};
use crate::command::Context;
use crate::survey::grouped;

/// Tells on standard error where a search is.
#[derive(Debug)]
pub struct Line {
    form: Form,
    color: Color,
    /// What ends the search.
    limits: Limits,
    /// What is searched.
    system: String,
    properties: Vec<String>,
    written: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Nothing,
    Line,
    Json,
}

impl Line {
    /// A line is shown if standard error is a terminal and quiet was not asked for; JSON is, since it was asked for.
    #[must_use]
    pub fn new(context: &Context, form: ProgressForm, limits: Limits) -> Self {
        let form = match form {
            ProgressForm::Json => Form::Json,
            ProgressForm::Line if !context.quiet && std::io::stderr().is_terminal() => Form::Line,
            ProgressForm::Line => Form::Nothing,
        };
        Self {
            form,
            color: context.color,
            limits,
            system: String::new(),
            properties: Vec::new(),
            written: false,
        }
    }

    /// Says what is searched next.
    pub fn about(&mut self, system: &str, properties: Vec<String>) {
        (self.system, self.properties) = (system.to_owned(), properties);
    }

    /// The shares of limits that are used, each from 0 to 1, by name.
    fn used(&self, now: &Snapshot) -> Vec<(&'static str, f64)> {
        let share = |part: f64, whole: f64| (part / whole.max(f64::MIN_POSITIVE)).min(1.0);
        let Limits {
            states,
            memory_bytes,
            time,
        } = self.limits;
        let states = states.map(|n| ("states", share(now.states as f64, n as f64)));
        let memory = memory_bytes.map(|n| ("memory", share(now.memory_bytes as f64, n as f64)));
        let time = time.map(|t| ("time", share(now.elapsed.as_secs_f64(), t.as_secs_f64())));
        states.into_iter().chain(memory).chain(time).collect()
    }

    fn text(&self, now: &Snapshot) -> String {
        let n = |n: u64| grouped(u128::from(n));
        let mut out = format!(
            "{} states, depth {}, {} to do, {} states/s, {} MiB, {:.0} s",
            n(now.states),
            now.depth,
            n(now.queue),
            n(now.states_per_second as u64),
            n(now.memory_bytes >> 20),
            now.elapsed.as_secs_f64()
        );
        if now.disk_bytes > 0 {
            out.push_str(&format!(", {} MiB on disk", n(now.disk_bytes >> 20)));
        }
        if let Some(all) = now.estimate.filter(|all| *all > now.states) {
            out.push_str(&format!(
                ", about {:.0} % of it",
                100.0 * now.states as f64 / all as f64
            ));
        }
        // a limit matters once it is near
        let near = self.used(now).into_iter().filter(|(_, share)| *share >= 0.5);
        for (what, share) in near {
            out.push_str(&format!(", {:.0} % of the {what} limit", 100.0 * share));
        }
        out
    }

    fn json(&self, now: &Snapshot) -> Json {
        let used: serde_json::Map<String, Json> = self
            .used(now)
            .into_iter()
            .map(|(what, share)| (what.to_owned(), ((share * 1e4).round() / 1e4).into()))
            .collect();
        json!({
            "system": self.system,
            "properties": self.properties,
            "states": now.states,
            "transitions": now.transitions,
            "depth": now.depth,
            "queue": now.queue,
            "states_per_second": now.states_per_second.round(),
            "memory_bytes": now.memory_bytes,
            "disk_bytes": now.disk_bytes,
            "elapsed_ms": now.elapsed.as_millis() as u64,
            "estimated_states": now.estimate,
            "limits_used": used,
        })
    }
}

impl Progress for Line {
    fn report(&mut self, now: &Snapshot) {
        // what cannot be told is no reason to stop
        match self.form {
            Form::Nothing => {}
            Form::Line => {
                self.written = true;
                let _ = write!(super::stderr(self.color), "\r\x1b[K{}", self.text(now));
            }
            Form::Json => {
                let _ = writeln!(super::stderr(self.color), "{}", self.json(now));
            }
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.written {
            let _ = write!(super::stderr(self.color), "\r\x1b[K");
        }
    }
}
