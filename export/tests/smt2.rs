//! Transition systems as SMT-LIB are read by Z3 and cvc5, and they find initial states of many.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "skips are seen with --nocapture")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command as Program;

use support::{Case, cases, root};

/// A solver: its name, where `./x` puts it, and how its time is limited.
const SOLVERS: [(&str, &str, &str); 2] = [
    ("z3", "target/z3/bin/z3", "-T:2"),
    ("cvc5", "target/cvc5/cvc5", "--tlimit=2000"),
];

fn program(name: &str, fetched: &str) -> Option<PathBuf> {
    let fetched = root().join(fetched);
    if fetched.is_file() {
        return Some(fetched);
    }
    let found = Program::new(name).arg("--version").output();
    found
        .is_ok_and(|o| o.status.success())
        .then(|| PathBuf::from(name))
}

/// Asks whether there is an initial state; what the solver says.
fn ask(case: &Case, text: &str, program: &Path, limit: &str) -> String {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("smt2");
    std::fs::create_dir_all(&dir).unwrap();
    let file = dir.join(format!(
        "{}-{}.smt2",
        case.name.replace(':', "_"),
        case.system.name.replace(':', "_")
    ));
    let asked = format!("{text}(assert constants)\n(assert init)\n(check-sat)\n");
    std::fs::write(&file, asked).unwrap();
    let output = Program::new(program).arg(limit).arg(&file).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn solvers_read_every_system() {
    let mut wrong = Vec::new();
    for (name, fetched, limit) in SOLVERS {
        let Some(program) = program(name, fetched) else {
            println!("skipped: {name} is not there");
            continue;
        };
        let (mut read, mut satisfied) = (0, 0);
        for case in cases() {
            let text = match certify::smt_lib(&case.system, &case.scope) {
                Ok(text) => text,
                Err(why) => {
                    println!("no form: {}: {why}", case.name);
                    continue;
                }
            };
            let said = ask(&case, &text, &program, limit);
            match said.trim() {
                "sat" => satisfied += 1,
                "unsat" | "unknown" | "timeout" => {}
                said if said.contains("interrupted by timeout") => {}
                said => wrong.push(format!("{name} {}: {said}", case.name)),
            }
            read += 1;
        }
        println!("{name}: {read} systems");
        assert!(
            read > 100 && satisfied > 20,
            "{read} systems, {satisfied} have initial states"
        );
    }
    assert_eq!(wrong, Vec::<String>::new());
}
