//! The explicit-state engine beside Spin on the same models: states and transitions, which must agree, processor time for
//! a transition and peak memory for a state. Spin is run depth first and breadth first, exact and without reductions,
//! compiled with `-O3 -march=native`; its better time counts. Needs `spin` and `gcc` (Debian packages).
//!
//! `WATERTIGHT_BENCH_RUNS=n` runs each `n` times in turn (default 3; the least time counts), `WATERTIGHT_BENCH_LARGE=1` adds
//! the instances of more than a hundred million states, without Spin.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark prints, and fails by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

/// A model in an instance.
struct Case {
    name: &'static str,
    model: &'static str,
    check: &'static str,
    spin: &'static str,
    defines: &'static [&'static str],
    /// Greatest depth of Spin's search that is needed.
    depth: &'static str,
}

const CASES: [Case; 5] = [
    Case {
        name: "life cycle 5 x 4",
        model: "models/theory/life_cycle.wt",
        check: "check owners_exist for Container = 5, Resource = 4",
        spin: "life_cycle.pml",
        defines: &["-DN=5", "-DR=4"],
        depth: "3000000",
    },
    Case {
        name: "life cycle 4 x 7",
        model: "models/theory/life_cycle.wt",
        check: "check owners_exist for Container = 4, Resource = 7",
        spin: "life_cycle.pml",
        defines: &["-DN=4", "-DR=7"],
        depth: "20000000",
    },
    Case {
        name: "two-phase commit 8",
        model: "models/classic/two_phase_commit.wt",
        check: "check consistent for Manager = 8",
        spin: "two_phase_commit.pml",
        defines: &["-DN=8"],
        depth: "3000000",
    },
    Case {
        name: "two-phase commit 9",
        model: "models/classic/two_phase_commit.wt",
        check: "check consistent for Manager = 9",
        spin: "two_phase_commit.pml",
        defines: &["-DN=9"],
        depth: "20000000",
    },
    Case {
        name: "sharded store",
        model: "benches/sharded_store.wt",
        check: "check one_owner for Node = 5, Key = 4, Value = 5",
        spin: "sharded_store.pml",
        defines: &[],
        depth: "12000000",
    },
];

/// Whole, and up to symmetry.
const LARGE: (&str, &str, &str) = (
    "life cycle 5 x 7",
    "models/theory/life_cycle.wt",
    "check owners_exist for Container = 5, Resource = 7",
);

/// What one run took.
#[derive(Clone, Copy, Debug)]
struct Took {
    states: u64,
    transitions: u64,
    /// Processor seconds.
    cpu: f64,
    /// Seconds.
    wall: f64,
    /// Bytes.
    memory: f64,
}

impl Took {
    fn ns(&self) -> f64 {
        self.cpu * 1e9 / self.transitions as f64
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Runs a command under GNU time; its standard output, and processor time, time and memory.
fn timed(program: &Path, args: &[&str]) -> (String, f64, f64, f64) {
    let output = Command::new("/usr/bin/time")
        .args(["-f", "%U %S %e %M"])
        .arg(program)
        .args(args)
        .output()
        .expect("GNU time (Debian: apt install time)");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let last = errors.lines().last().unwrap_or_default();
    let numbers: Vec<f64> = last.split(' ').filter_map(|n| n.parse().ok()).collect();
    let [user, system, wall, kib] = numbers[..] else {
        panic!("{}: {errors}{text}", program.display());
    };
    (text, user + system, wall, kib * 1024.0)
}

/// The number before a word, written in full or with an exponent.
fn before(text: &str, word: &str) -> Option<f64> {
    let at = text.find(word)?;
    text[..at].split_whitespace().next_back()?.parse().ok()
}

fn watertight(file: &Path, threads: &str, more: &[&str]) -> Took {
    let file = file.to_str().expect("a path in UTF-8");
    let args = [&["check", file, "--quiet", "--threads", threads], more].concat();
    let (text, cpu, wall, memory) = timed(Path::new(env!("CARGO_BIN_EXE_watertight")), &args);
    let number = |word| before(&text, word).unwrap_or_else(|| panic!("{text}"));
    assert!(text.contains("  holds  "), "{text}");
    Took {
        states: number(" states,") as u64,
        transitions: number(" transitions,") as u64,
        cpu,
        wall,
        memory,
    }
}

fn specification(folder: &Path, name: &str, model: &str, check: &str) -> PathBuf {
    let text = std::fs::read_to_string(root().join(model)).expect("a model of the library");
    let (declarations, _) = text.split_once("\ncheck ").expect("a check in the model");
    let file = folder.join(format!("{}.wt", name.replace(' ', "_")));
    std::fs::write(&file, format!("{declarations}\n{check}\n")).expect("a file under target/");
    file
}

/// Spin's verifiers of a case, depth first and breadth first.
fn spin(folder: &Path, case: &Case) -> Option<[PathBuf; 2]> {
    let source = root().join("benches/spin").join(case.spin);
    let run =
        |program: &str, args: &[&str]| Command::new(program).current_dir(folder).args(args).output().ok();
    let mut args = vec!["-a"];
    args.extend(case.defines);
    args.push(source.to_str()?);
    run("spin", &args)?;
    let verifier = |name: &str, flag: &str| {
        let args = [
            "-O3",
            "-march=native",
            "-DSAFETY",
            "-DNOREDUCE",
            "-DMEMLIM=16000",
            flag,
            "-o",
            name,
            "pan.c",
        ];
        let output = run("gcc", &args)?;
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Some(folder.join(name))
    };
    Some([
        verifier("depth_first", "-DNOBFS")?,
        verifier("breadth_first", "-DBFS")?,
    ])
}

fn verifier(program: &Path, case: &Case) -> Took {
    let depth = format!("-m{}", case.depth);
    let (text, cpu, wall, memory) = timed(program, &[&depth, "-w26"]);
    let number = |word| before(&text, word).unwrap_or_else(|| panic!("{text}"));
    assert!(text.contains("errors: 0"), "{text}");
    assert!(!text.contains("max search depth too small"), "{text}");
    Took {
        states: number(" states, stored") as u64,
        transitions: number(" transitions (=") as u64,
        cpu,
        wall,
        memory,
    }
}

fn least(runs: &[Took]) -> Took {
    let by = |a: &&Took, b: &&Took| a.cpu.total_cmp(&b.cpu);
    *runs.iter().min_by(by).expect("at least one run")
}

fn main() {
    let runs: usize = std::env::var("WATERTIGHT_BENCH_RUNS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(3);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bench-explicit");
    std::fs::create_dir_all(&folder).expect("a folder under target/");
    println!(
        "{:<20} {:>12} {:>13} {:>9} {:>9} {:>9} {:>9} {:>7} {:>9} {:>9}",
        "",
        "states",
        "transitions",
        "Spin DFS",
        "Spin BFS",
        "1 thread",
        "2 threads",
        "ratio",
        "B/state",
        "speed-up"
    );
    for case in &CASES {
        row(case, &folder, runs);
    }
    if std::env::var("WATERTIGHT_BENCH_LARGE").is_ok() {
        let (name, model, check) = LARGE;
        let file = specification(&folder, name, model, check);
        for (name, more) in [(name, &[] as &[&str]), ("  up to symmetry", &["--symmetry"])] {
            let took = watertight(&file, "2", more);
            println!(
                "{name:<20} {:>12} {:>13} {:>39.1} {:>17.1}   {:.1} s, {:.2} GiB",
                took.states,
                took.transitions,
                took.ns(),
                took.memory / took.states as f64,
                took.wall,
                took.memory / f64::from(1 << 30),
            );
        }
    }
    println!(
        "processor ns a transition, the least of {runs} runs in turn; ratio: the better of Spin to one thread"
    );
}

fn row(case: &Case, folder: &Path, runs: usize) {
    let file = specification(folder, case.name, case.model, case.check);
    let spin = spin(folder, case);
    let (mut one, mut two, mut deep, mut broad) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs {
        one.push(watertight(&file, "1", &[]));
        two.push(watertight(&file, "2", &[]));
        if let Some([depth_first, breadth_first]) = &spin {
            deep.push(verifier(depth_first, case));
            broad.push(verifier(breadth_first, case));
        }
    }
    let (one, two) = (least(&one), least(&two));
    let of = |runs: &[Took]| (!runs.is_empty()).then(|| least(runs));
    let (deep, broad) = (of(&deep), of(&broad));
    for other in deep.iter().chain(&broad) {
        // Spin counts the step to the initial state, and prints large numbers with eight digits
        let differs = other.transitions.abs_diff(one.transitions + 1) as f64 / one.transitions as f64;
        assert!(
            other.states == one.states && differs < 1e-7,
            "{}: {other:?} {one:?}",
            case.name
        );
    }
    let ns = |took: Option<Took>| took.map_or_else(|| "-".to_owned(), |t| format!("{:.1}", t.ns()));
    let better = deep.iter().chain(&broad).map(Took::ns).min_by(f64::total_cmp);
    println!(
        "{:<20} {:>12} {:>13} {:>9} {:>9} {:>9.1} {:>9.1} {:>7} {:>9.1} {:>9.2}",
        case.name,
        one.states,
        one.transitions,
        ns(deep),
        ns(broad),
        one.ns(),
        two.ns(),
        better.map_or_else(|| "-".to_owned(), |b| format!("{:.1}", b / one.ns())),
        one.memory / one.states as f64,
        one.wall / two.wall,
    );
}
