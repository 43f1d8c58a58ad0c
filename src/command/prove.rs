//! `watertight prove`: as `watertight check`, where everything is to be proved.

use std::ffi::OsString;

use clap::Parser;

use super::{Context, Failure, check};
use crate::cli::{Check, Prove};
use crate::exit::Exit;

/// The options of `check` with their usual values.
#[derive(Debug, Parser)]
struct Usual {
    #[command(flatten)]
    check: Check,
}

/// Runs the command.
///
/// # Errors
/// As [`check::run`].
pub fn run(args: &Prove, context: &Context) -> Result<Exit, Failure> {
    let separator = ["prove", "--"].map(OsString::from);
    let files = args.files.iter().map(|f| f.clone().into_os_string());
    let usual =
        Usual::try_parse_from(separator.into_iter().chain(files)).map_err(|e| Failure::new(e.to_string()))?;
    let check = Check {
        prove: true,
        system: args.system.clone(),
        property: args.property.clone(),
        sizes: args.sizes.clone(),
        emit_lemmas: args.emit_lemmas.clone(),
        certificate: args.certificate.clone(),
        timeout: args.timeout,
        format: args.format,
        ..usual.check
    };
    check::run(&check, context)
}
