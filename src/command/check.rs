//! placeholder
use super::{Context, Failure};
use crate::cli::Check;
use crate::exit::Exit;
pub fn run(_a: &Check, _c: &Context) -> Result<Exit, Failure> {
    Err(Failure::new("not yet"))
}
