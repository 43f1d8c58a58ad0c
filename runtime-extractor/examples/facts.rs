//! Prints the facts of the files that are named, as JSON: `cargo run --example facts -- config.json`.
#![allow(clippy::print_stdout, reason = "an example")]

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for name in std::env::args().skip(1) {
        let reading = runtime_extractor::read(&name, &std::fs::read(&name)?);
        println!("{}", serde_json::to_string_pretty(&reading)?);
    }
    Ok(())
}
