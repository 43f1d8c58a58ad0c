//! How long one `watertight verify` takes from start to finish, and how much memory, beside what a Python interpreter
//! needs to start, in the same run. The goal is 0.3 s and 200 MB for one configuration.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark prints, and fails by panicking"
)]

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 21;

/// Median and greatest wall time of a command.
fn time(program: &str, args: &[&str]) -> Option<(Duration, Duration)> {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        Command::new(program)
            .args(args)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .ok()?;
        times.push(start.elapsed());
    }
    times.sort();
    Some((times[RUNS / 2], times[RUNS - 1]))
}

/// Peak resident memory in MiB, as GNU time tells it; `None` where that is not installed.
fn memory(program: &str, args: &[&str]) -> Option<f64> {
    let output = Command::new("/usr/bin/time")
        .args(["-f", "%M", program])
        .args(args)
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let last = text
        .lines()
        .rfind(|l| l.trim().chars().all(|c| c.is_ascii_digit()))?;
    Some(last.trim().parse::<f64>().ok()? / 1024.0)
}

fn row(name: &str, program: &str, args: &[&str], baseline: Option<Duration>) {
    let Some((median, greatest)) = time(program, args) else {
        println!("{name:<34} not there");
        return;
    };
    let ms = |d: Duration| d.as_secs_f64() * 1e3;
    let ratio = baseline
        .map(|b| format!("{:.2}", ms(median) / ms(b)))
        .unwrap_or_else(|| "-".to_owned());
    let memory = memory(program, args)
        .map(|m| format!("{m:.0}"))
        .unwrap_or_else(|| "?".to_owned());
    println!(
        "{name:<34} {:>9.1} {:>9.1} {memory:>8} {ratio:>8}",
        ms(median),
        ms(greatest)
    );
}

fn main() {
    let program = env!("CARGO_BIN_EXE_watertight");
    let examples = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples");
    println!(
        "{RUNS} runs each\n{:<34} {:>9} {:>9} {:>8} {:>8}",
        "", "median ms", "most ms", "MiB", "ratio"
    );
    let baseline = time("python3", &["-c", "pass"]).map(|(median, _)| median);
    row("python3 -c pass", "python3", &["-c", "pass"], baseline);
    row("watertight models (start alone)", program, &["models"], baseline);
    for name in [
        "runc-spec",
        "docker-default",
        "docker-hardened",
        "docker-privileged",
    ] {
        let file = examples.join(name).join("config.json");
        row(
            &format!("verify {name}"),
            program,
            &["verify", file.to_str().unwrap()],
            baseline,
        );
    }
    let pod = examples.join("k8s-privileged/pod.yaml");
    row(
        "verify k8s-privileged",
        program,
        &["verify", pod.to_str().unwrap()],
        baseline,
    );
}
