//! Running the solvers.
//!
//! Takes closed queries and the paths of two programs, Z3 and cvc5, none of which shares code with what found the
//! proof (Z3 is found as a library there; here it reads text). Gives one answer for each query and solver.
//! Many queries go through one process, parted by `(reset)`; a process that dies or is late is ended and the rest go to
//! a new one. A query that a solver does not decide is asked again with another strategy. Guarantees: an
//! answer is taken only between the marks of its own query; every limit holds, since the process is killed.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::obligations::Expected;

/// Time beyond a query's limit after which its process is killed.
const GRACE: Duration = Duration::from_secs(3);

/// Where the solvers are, and how long they may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solvers {
    /// The Z3 program.
    pub z3: Option<PathBuf>,
    /// The cvc5 program.
    pub cvc5: Option<PathBuf>,
    /// Longest time for one query and one strategy.
    pub query_time: Duration,
}

/// A solver.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Solver {
    /// Z3.
    Z3,
    /// cvc5.
    Cvc5,
}

impl Solver {
    /// Both.
    pub const ALL: [Solver; 2] = [Solver::Z3, Solver::Cvc5];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Solver::Z3 => "Z3",
            Solver::Cvc5 => "cvc5",
        }
    }

    fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        match self {
            Solver::Z3 => command.args(["-in", "-smt2"]),
            Solver::Cvc5 => command.args(["--lang=smt2", "-q"]),
        };
        command
    }

    /// Options to try, in order, as commands.
    fn strategies(self, expected: Expected) -> &'static [&'static str] {
        match (self, expected) {
            (Solver::Z3, _) => &[
                "(set-option :smt.random_seed 1)",
                "(set-option :smt.random_seed 7)\n(set-option :smt.auto_config false)",
            ],
            (Solver::Cvc5, Expected::Unsat) => &[
                "(set-option :full-saturate-quant true)",
                "(set-option :finite-model-find true)",
            ],
            (Solver::Cvc5, Expected::Sat | Expected::Agree) => &[
                "(set-option :finite-model-find true)",
                "(set-option :full-saturate-quant true)",
            ],
        }
    }

    fn time_limit(self, time: Duration) -> String {
        match self {
            Solver::Z3 => format!("(set-option :timeout {})", time.as_millis()),
            Solver::Cvc5 => format!("(set-option :tlimit-per {})", time.as_millis()),
        }
    }
}

/// What a solver says of a query.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// There is no model.
    Unsat,
    /// There is one.
    Sat,
    /// Not decided within the limits.
    Undecided,
    /// The solver refused the query or died; its message.
    Failed(String),
}

/// One query for the solvers.
#[derive(Clone, Copy)]
pub(crate) struct Job<'q> {
    pub(crate) text: &'q str,
    pub(crate) expected: Expected,
    /// Longest time for one strategy.
    pub(crate) time: Duration,
}

/// An answer and how long it took.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Timed {
    pub(crate) answer: Answer,
    pub(crate) time: Duration,
}

/// The version of a program, as it says itself.
///
/// # Errors
/// A line for the user if the program cannot be run or does not say.
pub(crate) fn version(solver: Solver, program: &Path) -> Result<String, String> {
    let fail = |what: String| format!("{} cannot be run: `{}`: {what}", solver.name(), program.display());
    let output = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .map_err(|e| fail(e.to_string()))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()))
        .find(|word| word.contains('.') && word.starts_with(|c: char| c.is_ascii_digit()))
        .map(str::to_owned)
        .ok_or_else(|| fail("it does not say its version".to_owned()))
}

/// The answers of one solver, in the order of the queries; what it does not decide is asked up to `rounds` times, each with
/// another strategy.
pub(crate) fn ask(solver: Solver, program: &Path, jobs: &[Job<'_>], rounds: usize) -> Vec<Timed> {
    let nothing = Timed {
        answer: Answer::Undecided,
        time: Duration::ZERO,
    };
    let mut answers = vec![nothing; jobs.len()];
    for round in 0..rounds {
        let open: Vec<usize> = (0..jobs.len())
            .filter(|i| matches!(answers[*i].answer, Answer::Undecided))
            .collect();
        let mut rest = open.as_slice();
        while !rest.is_empty() {
            let done = run(solver, program, jobs, rest, round, &mut answers);
            rest = rest.get(done.max(1)..).unwrap_or_default();
        }
    }
    answers
}

/// Sends the queries `which` through one process; returns how many were dealt with.
fn run(
    solver: Solver,
    program: &Path,
    jobs: &[Job<'_>],
    which: &[usize],
    round: usize,
    answers: &mut [Timed],
) -> usize {
    let mut input = String::new();
    for index in which {
        let job = &jobs[*index];
        let strategies = solver.strategies(job.expected);
        let strategy = strategies
            .get(round)
            .or(strategies.last())
            .copied()
            .unwrap_or_default();
        input.push_str("(reset)\n");
        input.push_str(&solver.time_limit(job.time));
        input.push('\n');
        input.push_str(strategy);
        input.push_str(&format!("\n(echo \"begin {index}\")\n"));
        input.push_str(job.text);
        input.push_str(&format!("\n(echo \"end {index}\")\n"));
    }
    input.push_str("(exit)\n");
    let mut process = match start(solver, program, input) {
        Ok(process) => process,
        Err(what) => {
            for index in which {
                answers[*index].answer = Answer::Failed(what.clone());
            }
            return which.len();
        }
    };
    let mut done = 0;
    for index in which {
        let begin = Instant::now();
        let answer = one(&process.lines, *index, jobs[*index].time + GRACE);
        let lost = answer.is_none();
        answers[*index] = Timed {
            answer: answer.unwrap_or(Answer::Undecided),
            time: begin.elapsed(),
        };
        done += 1;
        if lost {
            break;
        }
    }
    process.end();
    done
}

/// A running solver. Its input is written by a thread of its own.
struct Process {
    child: Child,
    lines: Receiver<String>,
}

impl Process {
    /// Ends the process; it may have ended itself.
    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start(solver: Solver, program: &Path, input: String) -> Result<Process, String> {
    let mut child = solver
        .command(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| e.to_string())?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    if let Some(mut stdin) = stdin {
        // A solver that stops reading makes this fail, which shows as a missing answer.
        std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    }
    let (sender, lines) = channel();
    if let Some(stdout) = stdout {
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
    }
    Ok(Process { child, lines })
}

/// The answer between the marks of one query; `None` if the process died or is late.
fn one(lines: &Receiver<String>, index: usize, time: Duration) -> Option<Answer> {
    let end = Instant::now() + time;
    let (mut begun, mut answer) = (false, None);
    loop {
        let left = end.saturating_duration_since(Instant::now());
        let line = match lines.recv_timeout(left) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
        };
        let line = line.trim().trim_matches('"');
        if line == format!("begin {index}") {
            begun = true;
        } else if line == format!("end {index}") {
            return Some(answer.unwrap_or_else(|| Answer::Failed("it gave no answer".to_owned())));
        } else if begun && answer.is_none() {
            answer = match line {
                "unsat" => Some(Answer::Unsat),
                "sat" => Some(Answer::Sat),
                "unknown" | "timeout" => Some(Answer::Undecided),
                _ if line.starts_with("(error") => Some(Answer::Failed(line.to_owned())),
                _ => None,
            };
        }
    }
}
