//! Violations planted at known depths are found with runs of exactly that length, however the search is done.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value as Json;

/// A lift among switches: `level` steps up and one for each switch, and no run is shorter. Doors open and close all the while,
/// and a cabin that was sent down comes up again one by one.
fn specification(level: u32) -> PathBuf {
    let text = format!(
        "sort Switch
sort Door
var level: 0..40
var on: set Switch
var open: set Door
init {{ level == 0; on == {{}}; open == {{}} }}
event up {{ when level < 40; level := level + 1 }}
event down {{ when level > 0; level := level - 1 }}
event fall {{ when level > 2; level := 0 }}
event turn(s: Switch) {{ when s not in on; on += s }}
event let_go(s: Switch) {{ on -= s }}
event door(d: Door) {{ when level == 0; open += d }}
invariant planted {{ not (level == {level} and forall s: Switch. s in on) }}
check planted for Switch = 5, Door = 3 expect violated
"
    );
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("planted-{level}.wt"));
    std::fs::write(&path, text).unwrap();
    path
}

fn check(level: u32, args: &[&str]) -> Json {
    let output = Command::new(env!("CARGO_BIN_EXE_watertight"))
        .args(["check", "--format", "json", "--quiet", "--engine", "explicit"])
        .args(args)
        .arg(specification(level))
        .output()
        .unwrap();
    let json: Json = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    json["results"][0].clone()
}

#[test]
fn violations_are_found_at_the_depth_at_which_they_were_planted() {
    let spill = format!("{}/planted-spill", env!("CARGO_TARGET_TMPDIR"));
    let ways: [&[&str]; 6] = [
        &["--threads", "1"],
        &["--threads", "2"],
        &["--portable"],
        &["--symmetry"],
        &["--deadlock"],
        &["--max-memory", "1", "--spill", &spill],
    ];
    for level in [0, 1, 2, 7, 24, 40] {
        for args in ways {
            let result = check(level, args);
            assert_eq!(result["verdict"], "violated", "{level} {args:?}: {result}");
            let steps = result["trace"]["steps"].as_array().unwrap().len();
            assert_eq!(steps, level as usize + 5, "{level} {args:?}");
        }
        // depth first a run is a run
        let result = check(level, &["--order", "depth-first"]);
        assert_eq!(result["verdict"], "violated", "{level}: {result}");
        assert!(result["trace"]["steps"].as_array().unwrap().len() >= level as usize + 5);
    }
}
