//! Writes over a file so that a reader finds the old text or the new one, whatever happens in between.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::command::Failure;

/// Replaces the text of a file: written beside it under another name, with its permissions, and then renamed. A
/// symbolic link stays one; what it leads to is replaced.
///
/// # Errors
/// When the folder or the file cannot be written; then the file is as it was.
pub fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let cannot = |e: io::Error| Failure::new(format!("{} cannot be written: {e}", path.display()));
    let target = fs::canonicalize(path).map_err(cannot)?;
    let beside = beside(&target);
    let written = write_beside(&target, &beside, text).and_then(|()| fs::rename(&beside, &target));
    written.map_err(|e| {
        // it may not have come to be
        let _ = fs::remove_file(&beside);
        cannot(e)
    })
}

fn beside(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.{}.new", std::process::id()))
}

fn write_beside(target: &Path, beside: &Path, text: &str) -> io::Result<()> {
    let metadata = fs::metadata(target)?;
    if metadata.permissions().readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only"));
    }
    let mut file = fs::File::create_new(beside)?;
    file.set_permissions(metadata.permissions())?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_with_its_permissions_and_through_links() {
        let dir = std::env::temp_dir().join(format!("watertight-output-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let (file, link) = (dir.join("a.wt"), dir.join("b.wt"));
        fs::write(&file, "old").unwrap();
        let mut permissions = fs::metadata(&file).unwrap().permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o640);
        fs::set_permissions(&file, permissions).unwrap();
        let mut permissions = fs::metadata(&file).unwrap().permissions();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        replace(&link, "new").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(fs::metadata(&file).unwrap().permissions(), permissions);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 2);
        permissions.set_readonly(true);
        fs::set_permissions(&file, permissions).unwrap();
        assert!(replace(&file, "newer").is_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        fs::remove_dir_all(&dir).unwrap();
    }
}
