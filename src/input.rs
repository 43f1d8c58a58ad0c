//! Reads what a user points at: files, bundle folders, standard input, a process. The only place that opens
//! configuration; `live.rs` fills a snapshot of /proc.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use runtime_extractor::Reading;
use runtime_extractor::instance::HostProfile;

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
        reading.extend(read_path(path)?);
    }
    Ok(reading)
}

/// The facts of the host that the command line gives.
///
/// # Errors
/// An unknown key or value.
pub fn host_profile(inputs: &Inputs) -> Result<HostProfile, Failure> {
    let mut profile = HostProfile::default();
    for assignment in &inputs.host {
        profile
            .set(assignment)
            .map_err(|e| Failure::new(format!("--host: {}", e.message)).help(e.help))?;
    }
    Ok(profile)
}

fn read_path(path: &Path) -> Result<Reading, Failure> {
    let (path, name) = if path.as_os_str() == "-" {
        (path.to_path_buf(), "<stdin>".to_owned())
    } else {
        let file = configuration(path)?;
        let name = file.display().to_string();
        (file, name)
    };
    let bytes = read_bytes(&path).map_err(|e| cannot_read(&path, &e))?;
    Ok(runtime_extractor::read(&name, &bytes))
}

/// The file itself, or the configuration of a bundle folder.
fn configuration(path: &Path) -> Result<PathBuf, Failure> {
    let metadata = std::fs::metadata(path).map_err(|e| cannot_read(path, &e))?;
    if !metadata.is_dir() {
        return Ok(path.to_path_buf());
    }
    let config = path.join("config.json");
    if config.is_file() {
        return Ok(config);
    }
    Err(
        Failure::new(format!("{} is a folder without a config.json", path.display()))
            .help("name the configuration files, or the folder of an OCI bundle"),
    )
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

/// An error about a path, with a hint where one is known.
pub fn cannot_read(path: &Path, e: &io::Error) -> Failure {
    let failure = Failure::new(format!("{}: {e}", path.display()));
    match e.kind() {
        io::ErrorKind::NotFound => failure.help("check the path; it is relative to the current folder"),
        io::ErrorKind::PermissionDenied => failure.help("you may not read it; try as another user"),
        _ => failure,
    }
}
