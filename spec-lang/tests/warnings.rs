//! Warnings about what is rarely meant: none in the library, none where a construct has a use.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};

use spec_lang::{Compilation, Loader, Source, compile, render};

/// The library, and modules beside a file.
struct Folders(Vec<PathBuf>);

impl Loader for Folders {
    fn load(&self, module: &str) -> Result<Option<Source>, String> {
        let name = module.replace("::", "/") + ".wt";
        let text = self
            .0
            .iter()
            .find_map(|f| std::fs::read_to_string(f.join(&name)).ok());
        Ok(text.map(|t| Source::new(name, t)))
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|e| e == "wt") {
            out.push(path);
        }
    }
    out.sort();
}

fn shown(out: &Compilation) -> String {
    render(&out.diagnostics, &out.sources, false)
}

#[test]
fn the_library_has_no_warnings() {
    let folder = root().join("models");
    let mut models = Vec::new();
    files(&folder, &mut models);
    assert!(models.len() > 20);
    let loader = Folders(vec![folder]);
    let found: Vec<_> = models
        .iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            shown(&compile(Source::new(path.display().to_string(), text), &loader))
        })
        .filter(|s| !s.is_empty())
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The codes of a text with a claim, so that it is held to what it declares.
fn codes(text: &str) -> Vec<&'static str> {
    let text = format!("{text}\nvar on: bool\nevent turn {{ on := not on }}\nwitness lit {{ on }}\n");
    let out = compile(
        Source::new("test.wt", text),
        &Folders(vec![root().join("models")]),
    );
    assert!(out.model.is_some(), "{}", shown(&out));
    out.diagnostics.iter().map(|d| d.code).collect()
}

#[test]
fn what_others_may_use_is_not_unused() {
    assert_eq!(codes("def f: bool = true"), ["E0602"]);
    assert_eq!(
        codes("module m\ndef f: bool = true\nconst c: bool"),
        [] as [&str; 0]
    );
    assert_eq!(codes("module m\nprivate def f: bool = true"), ["E0602"]);
    assert_eq!(codes("module m\ndef f: bool = true\ncheck lit"), ["E0602"]);
}

#[test]
fn components_are_looked_at_once_and_offer_what_they_declare() {
    let component = "component C() { var up: bool  def idle: bool = not up  event go { up := up or true } }";
    assert_eq!(codes(component), [] as [&str; 0]);
    let system = format!("{component}\nsystem S = C() as a || C() as b renaming go to start");
    assert_eq!(codes(&system), ["E0602"]);
    let read = format!("{system} {{ invariant some_idle {{ a.idle }} }}");
    assert_eq!(codes(&read), [] as [&str; 0]);
}

#[test]
fn a_file_that_claims_nothing_or_is_wrong_is_not_held_to_anything() {
    let warnings = |text: &str| {
        compile(Source::new("test.wt", text), &Folders(Vec::new()))
            .diagnostics
            .len()
    };
    assert_eq!(
        warnings("sort Node\nvar seen: set Node\nevent visit(n: Node) { seen += n }"),
        0
    );
    assert_eq!(
        warnings("sort Node\nvar seen: set Node\ninvariant i { sen == {} }"),
        1
    );
}

#[test]
fn an_instance_of_a_library_model_has_no_warnings_of_its_own() {
    let out = compile(
        Source::new(
            "test.wt",
            "use linux::cgroups\ninstance one of cgroups { Group = { g } Process = { p } }",
        ),
        &Folders(vec![root().join("models")]),
    );
    assert!(out.model.is_some(), "{}", shown(&out));
    assert!(
        out.diagnostics.iter().all(|d| !d.code.starts_with("E06")),
        "{}",
        shown(&out)
    );
}

/// Long lists and deep texts are looked at once, not once for each part.
#[test]
fn many_names_are_looked_at_in_a_moment() {
    let mut text = "sort Node\nvar seen: set Node\n".to_owned();
    for i in 0..3000 {
        text += &format!("def d{i}(n: Node): bool = n in seen and exists m: Node. m != n and m in seen\n");
        text += &format!("event e{i}(n: Node) {{ when d{i}(n)  seen -= n }}\n");
    }
    text += "invariant few { card(seen) <= 3 }";
    let start = std::time::Instant::now();
    let out = compile(Source::new("test.wt", text), &Folders(Vec::new()));
    assert_eq!(out.diagnostics, []);
    assert!(start.elapsed().as_secs() < 20);
}
