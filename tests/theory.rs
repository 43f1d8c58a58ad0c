//! What `./x theory` refuses: it is run on small theories, each wrong in one way. Without Coq there is nothing to test.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "skips are seen with --nocapture")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// A theorem that the page of [`tried`] names.
const FINE: &str = "Theorem named : True.\nProof. exact I. Qed.\n";

fn coq_is_here() -> bool {
    let here = Command::new("coqc")
        .arg("--version")
        .output()
        .is_ok_and(|o| o.status.success());
    if !here {
        println!("skipped: coqc is not installed");
    }
    here
}

/// Builds the theory that consists of this text; gives the exit code and what was said.
fn tried(name: &str, text: &str) -> (i32, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tree: PathBuf = [env!("CARGO_TARGET_TMPDIR"), "theory", name].iter().collect();
    let _ = std::fs::remove_dir_all(&tree);
    let proofs = tree.join("proofs/theory");
    std::fs::create_dir_all(&proofs).unwrap();
    std::fs::create_dir_all(tree.join("docs")).unwrap();
    std::fs::copy(root.join("proofs/theory/build"), proofs.join("build")).unwrap();
    std::fs::write(proofs.join("_CoqProject"), "-Q . Watertight\nTiny.v\n").unwrap();
    std::fs::write(proofs.join("Tiny.v"), text).unwrap();
    std::fs::write(tree.join("docs/theory.md"), "| `named` |\n").unwrap();
    let output = Command::new("bash")
        .arg(proofs.join("build"))
        .arg(tree.join("out"))
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].map(|b| String::from_utf8(b).unwrap());
    (output.status.code().unwrap(), said.concat())
}

#[test]
fn what_is_proved_passes() {
    if coq_is_here() {
        let (code, said) = tried("proved", FINE);
        assert!(
            code == 0 && said.contains("theorems: 1, none with an axiom"),
            "{said}"
        );
    }
}

#[test]
fn what_is_not_proved_is_refused() {
    let wrong = [
        (
            "false",
            "Theorem named : False.\nProof. exact I. Qed.\n",
            "does not build",
        ),
        (
            "admitted",
            "Theorem named : False.\nProof. Admitted.\n",
            "assumed, not proved",
        ),
        ("axiom", "Axiom named : False.\n", "assumed, not proved"),
        (
            "variable",
            "Variable hole : False.\nTheorem named : False.\nProof. exact hole. Qed.\n",
            "rests on something else",
        ),
        (
            "unused",
            &format!("Variable hole : False.\n{FINE}"),
            "Watertight.Tiny.hole",
        ),
        (
            "classical",
            "From Coq Require Import Classical.\nTheorem named : forall P : Prop, P \\/ ~ P.\nProof. exact classic. Qed.\n",
            "rests on something else",
        ),
        (
            "unlisted",
            "Theorem other : True.\nProof. exact I. Qed.\n",
            "other is missing from docs/theory.md",
        ),
        (
            "empty",
            "Lemma small : True.\nProof. exact I. Qed.\n",
            "no theorems",
        ),
    ];
    if coq_is_here() {
        for (name, text, why) in wrong {
            let (code, said) = tried(name, text);
            assert!(
                code == 1 && said.contains(why),
                "{name}: exit code {code}\n{said}"
            );
        }
    }
}
