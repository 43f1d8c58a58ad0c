//! The `watertight` command: parses the command line, runs one subcommand, turns its outcome into an exit code.
//!
//! Results go to standard output, everything else to standard error. Only `report` prints.

#![expect(
    unreachable_pub,
    reason = "in a binary, `pub` marks what a file offers to the others"
)]

mod answer;
mod cells;
mod certificate;
mod checkpoint;
mod cli;
mod command;
mod diff;
mod exit;
mod filters;
mod finding;
mod gate;
mod input;
mod jobs;
mod judge;
mod lemmas;
mod library;
mod live;
mod memory;
mod outcome;
mod output;
mod planner;
mod reductions;
mod repair;
mod repl;
mod report;
mod runs;
mod solvers;
mod spec;
mod spill;
mod survey;
mod tool;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};
use command::{Context, Failure};
use exit::Exit;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            let _ = e.print();
            let exit = if e.use_stderr() { Exit::Wrong } else { Exit::Good };
            return ExitCode::from(exit.code());
        }
    };
    let context = Context {
        color: cli.color,
        quiet: cli.quiet,
    };
    let outcome = if cli.version {
        tool::print_version(&context)
    } else {
        dispatch(&cli, &context)
    };
    let exit = outcome.unwrap_or_else(|failure| report_failure(&failure, &context));
    ExitCode::from(exit.code())
}

fn dispatch(cli: &Cli, context: &Context) -> Result<Exit, Failure> {
    match &cli.command {
        Some(Command::Verify(args)) => command::verify::run(args, context),
        Some(Command::Check(args)) => command::check::run(args, context),
        Some(Command::Extract(args)) => command::extract::run(args, context),
        Some(Command::Prove(args)) => command::prove::run(args, context),
        Some(Command::Certify(args)) => command::certify::run(args, context),
        Some(Command::Export(args)) => command::export::run(args, context),
        Some(Command::Models(args)) => command::models::run(args, context),
        Some(Command::Fmt(args)) => command::fmt::run(args, context),
        Some(Command::Explain(args)) => command::explain::run(args, context),
        Some(Command::Show(args)) => command::show::run(args, context),
        Some(Command::Simulate(args)) => command::simulate::run(args, context),
        Some(Command::Repl(args)) => command::repl::run(args, context),
        None => Err(Failure::new("no command given").help("watertight --help lists the commands")),
    }
}

fn report_failure(failure: &Failure, context: &Context) -> Exit {
    if !failure.broken_pipe {
        let _ = report::failure(&mut report::stderr(context.color), failure);
    }
    failure.exit
}
