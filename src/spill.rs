//! Files for states that there is no memory for: unnamed, so that nothing is left behind however the program ends.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use model_checker::explicit::{Disk, Pile};

/// A folder for such files; made when the first is.
#[derive(Debug)]
pub struct Scratch {
    folder: PathBuf,
    made: AtomicU64,
}

impl Scratch {
    /// In this folder.
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            made: AtomicU64::new(0),
        }
    }
}

impl Disk for Scratch {
    fn pile(&self) -> io::Result<Box<dyn Pile>> {
        let of = |path: &Path, error: &io::Error| {
            io::Error::new(error.kind(), format!("{}: {error}", path.display()))
        };
        fs::create_dir_all(&self.folder).map_err(|error| of(&self.folder, &error))?;
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let path = self
            .folder
            .join(format!("{}-{number}.states", std::process::id()));
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(|error| of(&path, &error))?;
        // the file lives on until it is closed
        fs::remove_file(&path)?;
        Ok(Box::new(Unnamed(file)))
    }
}

#[derive(Debug)]
struct Unnamed(File);

impl Pile for Unnamed {
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        self.0.write_all_at(bytes, at)
    }

    fn read_at(&self, bytes: &mut [u8], at: u64) -> io::Result<()> {
        self.0.read_exact_at(bytes, at)
    }
}
