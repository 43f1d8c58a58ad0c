//! Reads what a user points at: files, bundle folders, standard input, a process. The only place that opens
//! configuration; `live.rs` fills a snapshot of /proc.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use runtime_extractor::instance::HostProfile;
use runtime_extractor::{ReadError, Reading};

use crate::cli::Inputs;
use crate::command::Failure;
use crate::live;

/// Largest file that is read, in bytes; the extractor's own limit is smaller and says so with a place.
const LARGEST: u64 = 256 << 20;

/// Reads everything that the command line names. A file that cannot be read does not keep the others from being
/// read: it is an error of the reading.
///
/// # Errors
/// Standard input asked for twice, or a process that is not there.
pub fn read(inputs: &Inputs) -> Result<Reading, Failure> {
    if let Some(pid) = inputs.pid {
        return live::read(pid);
    }
    if inputs.paths.iter().filter(|p| p.as_os_str() == "-").count() > 1 {
        return Err(Failure::new("standard input can be read only once"));
    }
    let mut reading = Reading::default();
    for path in &inputs.paths {
        reading.extend(read_path(path).unwrap_or_else(|e| Reading::of_errors(vec![e])));
    }
    unique_names(&mut reading);
    Ok(reading)
}

/// Numbers the later of equal names, so that no result takes the place of another.
fn unique_names(reading: &mut Reading) {
    let mut seen = std::collections::BTreeSet::new();
    for sandbox in &mut reading.sandboxes {
        let first = sandbox.name.clone();
        let mut number = 2;
        while !seen.insert(crate::judge::identifier(&sandbox.name)) {
            sandbox.name = format!("{first}#{number}");
            number += 1;
        }
    }
}

/// The facts of the host that the command line gives.
///
/// # Errors
/// An unknown key or value.
pub fn host_profile(inputs: &Inputs) -> Result<HostProfile, Failure> {
    let mut profile = HostProfile::default();
    let mut keys = std::collections::BTreeSet::new();
    for assignment in &inputs.host {
        let key = assignment.split('=').next().unwrap_or_default();
        if !keys.insert(key) {
            return Err(Failure::new(format!("--host: `{key}` is given twice")));
        }
        profile
            .set(assignment)
            .map_err(|e| Failure::new(format!("--host: {}", e.message)).help(e.help))?;
    }
    Ok(profile)
}

fn read_path(path: &Path) -> Result<Reading, ReadError> {
    let (path, name) = if path.as_os_str() == "-" {
        (path.to_path_buf(), "<stdin>".to_owned())
    } else {
        let file = configuration(path)?;
        let name = file.display().to_string();
        (file, name)
    };
    let bytes = read_bytes(&path).map_err(|e| unreadable(&path, &e))?;
    Ok(runtime_extractor::read(&name, &bytes))
}

/// The file itself, or the configuration of a bundle folder.
fn configuration(path: &Path) -> Result<PathBuf, ReadError> {
    let metadata = std::fs::metadata(path).map_err(|e| unreadable(path, &e))?;
    if !metadata.is_dir() {
        return Ok(path.to_path_buf());
    }
    let config = path.join("config.json");
    if config.is_file() {
        return Ok(config);
    }
    let name = path.display().to_string();
    let help = "name the configuration files, or the folder of an OCI bundle";
    let message = "this is a folder without a config.json";
    Err(ReadError::of_source(&name, message, Some(help.to_owned())))
}

fn unreadable(path: &Path, e: &io::Error) -> ReadError {
    let help = hint(e).map(str::to_owned);
    ReadError::of_source(&path.display().to_string(), e.to_string(), help)
}

fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let source: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path)?)
    };
    source.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other(format!(
            "it is larger than {} MiB",
            LARGEST >> 20
        )));
    }
    Ok(bytes)
}

/// The text of a specification.
///
/// # Errors
/// A file that cannot be read, or is no UTF-8 text.
pub fn read_text(path: &Path) -> Result<String, Failure> {
    let bytes = read_bytes(path).map_err(|e| cannot_read(path, &e))?;
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        let message = format!("{}: this is UTF-16 text", path.display());
        return Err(Failure::new(message).help("save it as UTF-8"));
    }
    String::from_utf8(bytes).map_err(|e| {
        let before = &e.as_bytes()[..e.utf8_error().valid_up_to()];
        let line = before.iter().filter(|b| **b == b'\n').count() + 1;
        Failure::new(format!("{}:{line}: this line is not UTF-8 text", path.display()))
    })
}

/// An error about a path, with a hint where one is known.
pub fn cannot_read(path: &Path, e: &io::Error) -> Failure {
    let failure = Failure::new(format!("{}: {e}", path.display()));
    match hint(e) {
        Some(hint) => failure.help(hint),
        None => failure,
    }
}

fn hint(e: &io::Error) -> Option<&'static str> {
    match e.kind() {
        io::ErrorKind::NotFound => Some("check the path; it is relative to the current folder"),
        io::ErrorKind::PermissionDenied => Some("you may not read it; try as another user"),
        _ => None,
    }
}
