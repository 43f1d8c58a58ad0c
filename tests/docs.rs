//! What the documentation shows is what the program does: every ```` ```console ```` block of the pages is run, in a folder
//! of its own with links to the source tree, and its output compared.
//!
//! A block holds commands, each after `$ `, and below each what it prints (both streams, as a terminal shows them). A
//! first line `? 1` is the exit code, if it is not 0; one that says a verdict may be left out. `[..]` stands for any text in a
//! line, a line `...` for any lines. A command without output below may print anything, but may not be an error. `./x verify` is
//! `watertight verify`, and so on; commands other than these, `cat` and `printf` are for the reader and are not run. A block `` ```wt name.wt `` is a file of that
//! name for the commands below it. `WATERTIGHT_REWRITE=1` replaces outputs that differ.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

const LINKS: &[&str] = &["examples", "models", "tests", "docs"];
const SUBCOMMANDS: &[&str] = &[
    "verify", "check", "prove", "extract", "certify", "models", "explain", "fmt", "export", "show",
    "simulate", "repl",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every page: those of the root, of `docs/` and the tutorial, and the index of the examples.
fn pages() -> Vec<PathBuf> {
    let of = |dir: PathBuf| {
        let entries = std::fs::read_dir(dir).unwrap();
        entries
            .map(|e| e.unwrap().path())
            .filter(|p| p.extension().is_some_and(|e| e == "md"))
    };
    let mut pages: Vec<PathBuf> = of(root())
        .chain(of(root().join("docs")))
        .chain(of(root().join("docs/tutorial")))
        .collect();
    pages.push(root().join("examples/README.md"));
    pages.sort();
    pages
}

/// A command of a block, with the lines of the page that say what it prints.
struct Step {
    command: String,
    output: std::ops::Range<usize>,
}

/// What a page has for us, in order.
enum Item {
    Run(Step),
    File(String, String),
}

fn items(lines: &[&str]) -> Vec<Item> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let Some(info) = lines[at].strip_prefix("```") else {
            at += 1;
            continue;
        };
        let length = lines[at + 1..]
            .iter()
            .position(|l| l.starts_with("```"))
            .unwrap_or_else(|| panic!("a block that does not end, at line {at}"));
        let block = at + 1..at + 1 + length;
        at = block.end + 1;
        if let Some(name) = info.strip_prefix("wt ") {
            out.push(Item::File(name.trim().to_owned(), lines[block].join("\n") + "\n"));
        } else if info == "console" {
            out.extend(steps(lines, block).into_iter().map(Item::Run));
        }
    }
    out
}

fn steps(lines: &[&str], block: std::ops::Range<usize>) -> Vec<Step> {
    let starts: Vec<usize> = block.clone().filter(|i| lines[*i].starts_with("$ ")).collect();
    let ends = starts.iter().skip(1).copied().chain([block.end]);
    let step = |(start, end): (&usize, usize)| {
        let mut last = *start;
        while lines[last].ends_with('\\') {
            last += 1;
        }
        let command = lines[*start..=last].join("\n");
        Step {
            command: command[2..].to_owned(),
            output: last + 1..end,
        }
    };
    starts.iter().zip(ends).map(step).collect()
}

/// A folder with links to what pages speak of.
fn scratch(page: &Path) -> PathBuf {
    let name = page
        .strip_prefix(root())
        .unwrap()
        .to_str()
        .unwrap()
        .replace('/', "-");
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("docs").join(name);
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    for link in LINKS {
        symlink(root().join(link), dir.join(link)).unwrap();
    }
    dir
}

/// Runs a command line as a user would; gives the exit code as `? N` where it is not 0, and what was printed.
fn run(command: &str, dir: &Path) -> Vec<String> {
    let bin = Path::new(env!("CARGO_BIN_EXE_watertight")).parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1\n{command}")])
        .current_dir(dir)
        .env("PATH", format!("{}:{path}", bin.display()))
        .env_remove("NO_COLOR")
        .output()
        .unwrap();
    let code = output.status.code().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let exit = (code != 0).then(|| format!("? {code}"));
    exit.into_iter()
        .chain(text.lines().map(|l| l.trim_end().to_owned()))
        .collect()
}

fn line_fits(pattern: &str, line: &str) -> bool {
    let mut parts = pattern.split("[..]");
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        let Some(found) = rest.find(part) else {
            return false;
        };
        rest = &rest[found + part.len()..];
    }
    rest.ends_with(last)
}

/// Whether lines are what patterns describe; `...` gives way to the first line that fits what follows it.
fn fits(patterns: &[&str], lines: &[String]) -> bool {
    let (mut p, mut l, mut gap) = (0, 0, None);
    while l < lines.len() || p < patterns.len() {
        if patterns.get(p).is_some_and(|x| x.trim() == "...") {
            p += 1;
            gap = Some((p, l));
        } else if p < patterns.len() && l < lines.len() && line_fits(patterns[p], &lines[l]) {
            p += 1;
            l += 1;
        } else if let Some((after, from)) = gap.filter(|(_, from)| *from < lines.len()) {
            (p, l) = (after, from + 1);
            gap = Some((after, from + 1));
        } else {
            return false;
        }
    }
    true
}

/// Hides what differs from run to run: times, and versions of solvers.
fn masked(line: &str) -> String {
    for key in ["\"time_ms\": ", "\"z3\": "] {
        if let Some((before, value)) = line.split_once(key) {
            let end = if value.ends_with(',') { "," } else { "" };
            return format!("{before}{key}[..]{end}");
        }
    }
    let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    for i in 1..words.len() {
        let number = |w: &str| w.starts_with(|c: char| c.is_ascii_digit());
        if matches!(words[i].trim_end_matches(','), "ms" | "s") && number(&words[i - 1]) {
            words[i - 1] = "[..]".to_owned();
        }
        if matches!(words[i - 1].trim_start_matches('"'), "Z3" | "cvc5") && number(&words[i]) {
            let rest = words[i].trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
            words[i] = format!("[..]{rest}");
        }
    }
    words.join(" ")
}

/// What is run of a command line; `None` if it is for the reader.
fn runnable(command: &str) -> Option<String> {
    let (first, rest) = command.split_once(' ').unwrap_or((command, ""));
    let word = rest.split(' ').next().unwrap_or_default();
    match first.trim_start_matches('(') {
        "watertight" | "cat" | "printf" | "sed" => Some(command.to_owned()),
        "./x" if SUBCOMMANDS.contains(&word) => Some(format!("watertight {rest}")),
        _ => None,
    }
}

/// Whether the output is what the page shows. A verdict's exit code may be left out.
fn shown(expected: &[&str], actual: &[String]) -> bool {
    let verdict = actual.first().is_some_and(|l| l == "? 1" || l == "? 3");
    match expected.first() {
        None => actual.first().is_none_or(|l| !l.starts_with("? ") || verdict),
        Some(first) if verdict && !first.starts_with("? ") => fits(expected, &actual[1..]),
        Some(_) => fits(expected, actual),
    }
}

/// Runs what a page shows; gives what differs, and the page as it should be.
fn check(page: &Path, text: &str) -> (usize, Vec<String>, String) {
    let lines: Vec<&str> = text.lines().collect();
    let mut fixed: Vec<String> = lines.iter().map(|l| (*l).to_owned()).collect();
    let (dir, mut wrong, mut count) = (scratch(page), Vec::new(), 0);
    let mut replaced: Vec<(std::ops::Range<usize>, Vec<String>)> = Vec::new();
    for item in items(&lines) {
        let step = match item {
            Item::File(name, text) => {
                std::fs::write(dir.join(name), text).unwrap();
                continue;
            }
            Item::Run(step) => step,
        };
        let Some(command) = runnable(&step.command) else {
            continue;
        };
        count += 1;
        let actual = run(&command, &dir);
        let expected: Vec<&str> = lines[step.output.clone()].iter().map(|l| l.trim_end()).collect();
        if !shown(&expected, &actual) {
            let place = format!("{}:{}", page.display(), step.output.start);
            wrong.push(format!("{place}: $ {}\n{}\n", step.command, actual.join("\n")));
            replaced.push((step.output, actual.iter().map(|l| masked(l)).collect()));
        }
    }
    for (range, new) in replaced.into_iter().rev() {
        fixed.splice(range, new);
    }
    (count, wrong, fixed.join("\n") + "\n")
}

#[test]
fn what_pages_show_is_what_happens() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        let (commands, differences, fixed) = check(&page, &text);
        count += commands;
        if !differences.is_empty() && std::env::var_os("WATERTIGHT_REWRITE").is_some() {
            std::fs::write(&page, fixed).unwrap();
            continue;
        }
        wrong.extend(differences);
    }
    assert!(
        wrong.is_empty(),
        "{} of {count} commands print something else:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(count >= 20, "only {count} commands: are the pages read?");
}

#[test]
fn patterns_fit_what_they_say() {
    assert!(line_fits("a [..] b", "a long b") && line_fits("[..]b", "ab") && line_fits("a[..]", "a"));
    assert!(!line_fits("a [..] b", "a b c") && !line_fits("ab", "abc") && !line_fits("a[..]b[..]c", "ab"));
    let lines = ["x".to_owned(), "y".to_owned(), "z".to_owned()];
    assert!(
        fits(&["...", "z"], &lines) && fits(&["x", "..."], &lines) && fits(&["x", "y", "z", "..."], &lines)
    );
    assert!(!fits(&["x", "..."], &lines[1..]) && !fits(&["x"], &lines) && !fits(&["...", "y"], &lines));
    assert_eq!(
        masked("7 sandboxes, 12 ms, Z3 4.13.3"),
        "7 sandboxes, [..] ms, Z3 [..]"
    );
    assert_eq!(
        masked("holds 12 states, Z3 4.13.3, 3 ms"),
        "holds 12 states, Z3 [..], [..] ms"
    );
    assert_eq!(masked(r#"  "engine": "Z3 4.13.3","#), r#"  "engine": "Z3 [..]","#);
    assert_eq!(masked(r#"  "time_ms": 0.12,"#), r#"  "time_ms": [..],"#);
}

/// Links between pages lead somewhere.
#[test]
fn links_lead_somewhere() {
    let mut broken = Vec::new();
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        let mut fence = false;
        for (number, line) in text.lines().enumerate() {
            fence ^= line.starts_with("```");
            let targets = line
                .split("](")
                .skip(1)
                .filter_map(|rest| rest.split_once(')'))
                .map(|(t, _)| t);
            for target in targets.filter(|t| !fence && !t.contains("://")) {
                let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
                let file = if file.is_empty() {
                    page.clone()
                } else {
                    page.parent().unwrap().join(file)
                };
                if !file.exists() || !anchor.is_empty() && !headings(&file).iter().any(|h| h == anchor) {
                    broken.push(format!("{}:{}: {target}", page.display(), number + 1));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// The anchors of a page's headings, as code hosts make them.
fn headings(page: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(page).unwrap();
    let titles = text
        .lines()
        .filter(|l| l.starts_with('#'))
        .map(|l| l.trim_start_matches('#').trim().to_lowercase());
    titles
        .map(|t| {
            t.chars()
                .filter(|c| c.is_alphanumeric() || "-_ ".contains(*c))
                .map(|c| if c == ' ' { '-' } else { c })
                .collect()
        })
        .collect()
}
