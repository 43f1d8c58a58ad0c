//! Reading and writing the folder of a certificate.
//!
//! Takes a path. Gives the regular files in it and in its `model` folder, as text. Guarantees: symbolic links, special
//! files, other folders, names that are no UTF-8 and files larger than the limits are never read, and
//! are told.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use crate::certificate::{CERT_FILE, SOURCE_FOLDER};

/// Largest file that is read, in bytes.
const LIMIT_BYTES: u64 = 128 << 20;
/// Most files that are read.
const LIMIT_FILES: usize = 100_000;

/// The files of a certificate by their path in it (`model/host.wt`), and what is wrong with the folder.
pub(crate) struct Folder {
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) problems: Vec<String>,
}

/// Reads a folder.
///
/// # Errors
/// If it cannot be listed at all.
pub(crate) fn read(dir: &Path) -> Result<Folder, String> {
    let mut folder = Folder {
        files: BTreeMap::new(),
        problems: Vec::new(),
    };
    let kind = fs::symlink_metadata(dir).map_err(|e| format!("`{}` cannot be read: {e}", dir.display()))?;
    // The folder itself may be reached through a link: it is what the user named.
    if !kind.is_dir() && !fs::metadata(dir).is_ok_and(|m| m.is_dir()) {
        return Err(format!("`{}` is not a folder", dir.display()));
    }
    list(dir, "", &mut folder)?;
    if !folder.files.contains_key(CERT_FILE) && folder.problems.is_empty() {
        return Err(format!(
            "`{}` is no certificate: it has no {CERT_FILE}",
            dir.display()
        ));
    }
    Ok(folder)
}

fn list(dir: &Path, prefix: &str, folder: &mut Folder) -> Result<(), String> {
    let entries = fs::read_dir(dir).map_err(|e| format!("`{}` cannot be listed: {e}", dir.display()))?;
    for entry in entries {
        let entry = entry.map_err(|e| format!("`{}` cannot be listed: {e}", dir.display()))?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            folder.problems.push(format!(
                "`{prefix}{}` has a name that is not UTF-8",
                name.to_string_lossy()
            ));
            continue;
        };
        let path = format!("{prefix}{name}");
        let Ok(kind) = entry.file_type() else {
            folder.problems.push(format!("`{path}` cannot be read"));
            continue;
        };
        if kind.is_symlink() {
            folder.problems.push(format!(
                "`{path}` is a symbolic link: a certificate holds its own files"
            ));
        } else if kind.is_dir() && prefix.is_empty() && name == SOURCE_FOLDER {
            list(&entry.path(), &format!("{SOURCE_FOLDER}/"), folder)?;
        } else if !kind.is_file() {
            folder.problems.push(format!(
                "`{path}` does not belong to the certificate: it is no regular file"
            ));
        } else if folder.files.len() >= LIMIT_FILES {
            return Err(format!("`{}` holds more than {LIMIT_FILES} files", dir.display()));
        } else {
            match text(&entry.path()) {
                Ok(text) => {
                    folder.files.insert(path, text);
                }
                Err(what) => folder.problems.push(format!("`{path}` {what}")),
            }
        }
    }
    Ok(())
}

fn text(path: &Path) -> Result<String, String> {
    let file = fs::File::open(path).map_err(|e| format!("cannot be read: {e}"))?;
    let mut bytes = Vec::new();
    file.take(LIMIT_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| format!("cannot be read: {e}"))?;
    if bytes.len() as u64 > LIMIT_BYTES {
        return Err(format!("is larger than {} MiB", LIMIT_BYTES >> 20));
    }
    String::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())
}

/// Writes files into a folder that is new, empty, or holds a certificate, which is replaced.
///
/// # Errors
/// In words for a person.
pub(crate) fn write(dir: &Path, files: &BTreeMap<String, String>) -> Result<(), String> {
    let failed = |path: &Path, e: std::io::Error| format!("`{}` cannot be written: {e}", path.display());
    clear(dir)?;
    let sources = dir.join(SOURCE_FOLDER);
    fs::create_dir_all(&sources).map_err(|e| failed(&sources, e))?;
    for (name, text) in files {
        let path = dir.join(name);
        fs::write(&path, text).map_err(|e| failed(&path, e))?;
    }
    Ok(())
}

/// Removes an old certificate: the files that its kind of folder has, and no others.
fn clear(dir: &Path) -> Result<(), String> {
    if fs::symlink_metadata(dir).is_err() {
        return Ok(());
    }
    let entries = fs::read_dir(dir).map_err(|e| format!("`{}` cannot be listed: {e}", dir.display()))?;
    let names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    if !names.iter().any(|n| n == CERT_FILE) {
        return Err(format!(
            "`{}` is not empty and holds no certificate: choose another folder",
            dir.display()
        ));
    }
    let old = read(dir)?;
    let ours = |path: &str| path == CERT_FILE || path.ends_with(".smt2") || path.starts_with(SOURCE_FOLDER);
    if let Some(foreign) = old.files.keys().find(|path| !ours(path)) {
        return Err(format!(
            "`{}` holds `{foreign}` beside a certificate: choose another folder",
            dir.display()
        ));
    }
    if let Some(problem) = old.problems.first() {
        return Err(format!(
            "the certificate in `{}` is not replaced: {problem}",
            dir.display()
        ));
    }
    for path in old.files.keys() {
        let path = dir.join(path);
        fs::remove_file(&path).map_err(|e| format!("`{}` cannot be replaced: {e}", path.display()))?;
    }
    Ok(())
}
