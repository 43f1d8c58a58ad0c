//! How long a library model of about 1,500 lines with an instance takes from text to systems.
//!
//! `cargo bench -p spec-lang` prints the figures; the budget is 30 ms, since this runs for each verdict.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints its figures"
)]

use std::fmt::Write as _;
use std::time::Instant;

use spec_lang::{Loader, Source, compile, render};

struct Library(String);

impl Loader for Library {
    fn load(&self, module: &str) -> Result<Option<Source>, String> {
        Ok((module == "library::host").then(|| Source::new("library/host.wt", self.0.clone())))
    }
}

/// A model in the style of the library: facts as constants, a state that grows, one event an operation.
fn library(operations: usize) -> String {
    let mut out = String::from(
        "/// A generated library model.\nmodule library::host\n\nsort Container\nsort Path\n\
         enum Phase { Absent, Running, Stopped }\n",
    );
    let caps: Vec<_> = (0..41).map(|i| format!("CAP_{i}")).collect();
    let _ = writeln!(out, "enum Cap {{ {} }}", caps.join(", "));
    out.push_str(
        "const caps: Container -> set Cap\nconst userns: Container -> option Container\n\
         const readable: relation Container, Path\nconst budget: 0..3\n\
         var phase: Container -> Phase\nvar holds: set (Container, Path)\nvar spent: 0..3\n\
         def root(c: Container): bool = userns[c] == none\n\
         init {\n  forall c: Container. phase[c] == Running\n  holds == {}\n  spent == 0\n}\n",
    );
    for i in 0..operations {
        let cap = i % 41;
        let _ = write!(
            out,
            "/// Operation {i} of the generated model: what the adversary gains by it.\n\
             const allowed_{i}: set Container\n\
             def can_{i}(c: Container): bool =\n  phase[c] == Running and root(c)\n    \
             and (CAP_{cap} in caps[c] or c in allowed_{i})\n\
             event op_{i}(c: Container, p: Path) by c {{\n  when can_{i}(c)\n  \
             when (c, p) not in holds and (readable(c, p) or spent < budget)\n  holds += (c, p)\n  \
             if not readable(c, p) {{\n    spent := spent + 1\n  }}\n}}\n\
             invariant safe_{i} {{\n  forall c: Container, p: Path. (c, p) in holds => readable(c, p) or can_{i}(c)\n}}\n",
        );
    }
    out
}

fn root(operations: usize) -> String {
    let mut out = String::from(
        "use library::host as host\ninstance prod of host {\n  Container = { web, db }\n  Path = { etc, proc, sys }\n",
    );
    for c in ["web", "db"] {
        let _ = writeln!(out, "  caps[{c}] = {{");
        for i in 0..20 {
            let _ = writeln!(out, "    CAP_{i}, //@ config.json:{i}:17");
        }
        let _ = writeln!(out, "  }}\n  userns[{c}] = none //@ config.json:90:3");
    }
    out.push_str("  readable = { (web, etc) }\n  unknown budget\n");
    for i in 0..operations {
        let _ = writeln!(out, "  allowed_{i} = {{ web }} //@ config.json:{i}:5");
    }
    out.push_str("}\n");
    for i in 0..operations {
        let _ = writeln!(out, "check prod.safe_{i}");
    }
    out
}

/// The library of this repository.
struct Models;

impl Loader for Models {
    fn load(&self, module: &str) -> Result<Option<Source>, String> {
        let path = format!(
            "{}/../models/{}.wt",
            env!("CARGO_MANIFEST_DIR"),
            module.replace("::", "/")
        );
        Ok(std::fs::read_to_string(path)
            .ok()
            .map(|text| Source::new(module, text)))
    }
}

fn measure(what: &str, root: &str, loader: &dyn Loader, rounds: usize) {
    let mut times = Vec::new();
    for _ in 0..rounds {
        let start = Instant::now();
        let out = compile(Source::new("root.wt", root), loader);
        times.push(start.elapsed());
        assert!(
            out.model.is_some(),
            "{}",
            render(&out.diagnostics, &out.sources, false)
        );
    }
    times.sort();
    println!(
        "{what}: median {:?}, best {:?}, worst {:?}",
        times[rounds / 2],
        times[0],
        times[rounds - 1]
    );
}

fn main() {
    let rounds = std::env::args().find_map(|a| a.parse().ok()).unwrap_or(30);
    let operations = 100;
    let library = Library(library(operations));
    let root = root(operations);
    let lines = (library.0.lines().count(), root.lines().count());
    println!("generated library: {} lines, root: {} lines", lines.0, lines.1);
    measure("generated library", &root, &library, rounds);
    measure(
        "linux::host",
        "use linux::host\ninstance prod of host { Workload = { a, b } }\n",
        &Models,
        rounds,
    );
}
