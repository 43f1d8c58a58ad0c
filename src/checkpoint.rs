//! Checkpoints of searches, as files of one folder: one for each search, named by its digest.
//!
//! A file is written beside its place and then moved there, so that an interruption leaves the one before.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use model_checker::explicit::Keeper;

/// See the module.
#[derive(Debug)]
pub struct Folder {
    folder: PathBuf,
    /// Time between two checkpoints.
    every: Duration,
    /// Whether searches go on from their checkpoints.
    resume: bool,
    /// The file of the present search.
    file: PathBuf,
    saved: Instant,
    /// Why the last checkpoint of the present search could not be saved.
    problem: Option<String>,
    /// Whether the present search was to go on from a checkpoint that is not there.
    missing: bool,
}

const EXTENSION: &str = "checkpoint";

impl Folder {
    /// Checkpoints in this folder.
    pub fn new(folder: PathBuf, every: Duration, resume: bool) -> Self {
        Self {
            file: folder.clone(),
            folder,
            every,
            resume,
            saved: Instant::now(),
            problem: None,
            missing: false,
        }
    }

    /// Another search is to come.
    pub fn next(&mut self) {
        (self.problem, self.missing) = (None, false);
    }

    /// What is to be said of the present search.
    pub fn notes(&self) -> Vec<String> {
        let missing = self.missing.then(|| {
            let folder = self.folder.display();
            format!("{folder} holds no checkpoint of this search, which was made from the beginning")
        });
        let problem = self.problem.iter();
        let problem = problem.map(|why| format!("the last checkpoint could not be saved: {why}"));
        missing.into_iter().chain(problem).collect()
    }

    /// Makes the folder, and tries whether files can be written there.
    ///
    /// # Errors
    /// Why not.
    pub fn prepare(folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let trial = folder.join(format!("{}.trial", std::process::id()));
        File::create(&trial)?;
        fs::remove_file(&trial)
    }

    /// Whether there is any checkpoint in a folder.
    pub fn holds_any(folder: &Path) -> bool {
        let files = fs::read_dir(folder).into_iter().flatten().flatten();
        files
            .map(|entry| entry.path())
            .any(|path| path.extension().is_some_and(|e| e == EXTENSION))
    }

    fn write(&self, write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let new = self.file.with_extension("new");
        let written = Self::written(&new, write).and_then(|()| fs::rename(&new, &self.file));
        if written.is_err() {
            // a part of a checkpoint is of no use, and takes room
            let _ = fs::remove_file(&new);
        }
        written
    }

    fn written(path: &Path, write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let mut out = BufWriter::new(File::create(path)?);
        write(&mut out)?;
        out.into_inner()
            .map_err(io::IntoInnerError::into_error)?
            .sync_all()
    }
}

impl Keeper for Folder {
    fn begin(&mut self, digest: u64) -> Result<Option<Box<dyn Read + '_>>, String> {
        self.file = self.folder.join(format!("{digest:016x}.{EXTENSION}"));
        self.saved = Instant::now();
        if !self.resume {
            return Ok(None);
        }
        match File::open(&self.file) {
            Ok(file) => Ok(Some(Box::new(BufReader::new(file)))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.missing = true;
                Ok(None)
            }
            Err(error) => Err(format!("{}: {error}", self.file.display())),
        }
    }

    fn is_due(&mut self) -> bool {
        self.saved.elapsed() >= self.every
    }

    fn save(&mut self, write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) {
        self.problem = self
            .write(write)
            .err()
            .map(|error| format!("{}: {error}", self.file.display()));
        self.saved = Instant::now();
    }

    /// Also of a search that is done, if it took so long that it has a checkpoint: it is not done again.
    fn at_end(&mut self, stopped: bool) -> bool {
        stopped || self.file.is_file()
    }
}
