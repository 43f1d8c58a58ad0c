//! placeholder
use super::{Context, Failure};
use crate::cli::Certify;
use crate::exit::Exit;
pub fn run(_a: &Certify, _c: &Context) -> Result<Exit, Failure> {
    Err(Failure::new("not yet"))
}
