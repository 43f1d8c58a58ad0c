//! A running process, from the bytes of its `/proc` files.
//!
//! Takes a [`ProcSnapshot`] that somebody who may read `/proc` has filled; gives one [`SandboxFacts`] whose facts are
//! observed. A file that is not there makes its facts unknown, never absent. What no file shows (the device rules of
//! cgroup v2) is unknown too.

mod filters;
mod groups;
mod hierarchies;
mod mountinfo;
mod mounts;
mod namespaces;
mod process;
mod snapshot;
mod status;

pub use hierarchies::{cgroup_mounts, controller_mount};
pub use snapshot::{PROBED_PATHS, ProcFile, ProcSnapshot};

use super::Reading;
use crate::facts::{Fact, FactList, Host, Place, SandboxFacts, SandboxKind};
use crate::log::Log;
use crate::source::{Limits, SourceFile, Span};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A file of the snapshot as text.
struct Text {
    source: SourceFile,
}

impl Text {
    /// A place for something that the whole file says: its first line.
    fn whole(&self) -> Place {
        let end = self.source.lines().next().map_or(0, |(span, _)| span.end);
        self.source.place(Span::new(0, end), "", false)
    }
}

/// The files of the snapshot that are text.
struct Texts(BTreeMap<ProcFile, Text>);

impl Texts {
    fn get(&self, file: ProcFile) -> Option<&Text> {
        self.0.get(&file)
    }
}

/// The lines of a file as words, with their places; the first word is the path of the place.
fn lists_of(text: &Text) -> Vec<(Place, Vec<&str>)> {
    let lines = text.source.lines().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(span, line)| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let path = words.first().copied().unwrap_or_default();
            (text.source.place(span, path, false), words)
        })
        .collect()
}

/// Reads the binary form of a snapshot.
pub fn read_bytes(name: &str, bytes: &[u8], limits: &Limits) -> Reading {
    match ProcSnapshot::from_bytes(name, bytes, limits) {
        Ok(snapshot) => read(&snapshot, limits),
        Err(error) => Reading::of_errors(vec![error]),
    }
}

/// Reads a process.
pub fn read(snapshot: &ProcSnapshot, limits: &Limits) -> Reading {
    let mut log = Log::default();
    let mut texts = Texts(BTreeMap::new());
    for file in ProcFile::ALL {
        match snapshot.text(*file, limits) {
            Some(Ok(source)) => {
                texts.0.insert(*file, Text { source });
            }
            Some(Err(error)) => log.errors.push(error),
            None => {}
        }
    }
    if !texts.0.contains_key(&ProcFile::Status) && !texts.0.contains_key(&ProcFile::Ns) {
        let source = SourceFile::of_text(&snapshot.root, String::new());
        let help = "only root may read every process";
        log.errors.push(source.error(
            0,
            "neither `status` nor the namespaces of the process could be read",
            Some(help),
        ));
    }
    let facts = build(snapshot, &texts, &mut log);
    let facts = log.errors.is_empty().then_some(facts);
    let facts = facts.map(|facts| SandboxFacts {
        notices: std::mem::take(&mut log.notices),
        ..facts
    });
    Reading::of_log(log, facts.into_iter().collect())
}

fn build(snapshot: &ProcSnapshot, texts: &Texts, log: &mut Log) -> SandboxFacts {
    let namespaces = namespaces::read(texts);
    let process = process::read(texts);
    let files = groups::GroupFiles::new(texts);
    let cgroup = groups::read(texts, &files);
    let (apparmor, selinux) = process::labels(texts, log);
    SandboxFacts {
        name: snapshot.name.clone(),
        kind: SandboxKind::LiveProcess,
        sources: snapshot
            .files
            .keys()
            .map(|file| Arc::from(snapshot.file_name(*file)))
            .collect(),
        user: status::read_user(texts, &namespaces),
        capabilities: status::read_capabilities(texts, &process.no_new_privs, log),
        seccomp: status::read_seccomp(texts),
        apparmor,
        selinux,
        mount_label: Fact::unknown("the label of mounts is among the options of each", Vec::new()),
        filesystem: mounts::read(texts, log),
        devices: groups::devices(texts, &files, &cgroup, log),
        host: host(texts, &cgroup.memberships),
        environment: process::environment(),
        pod: None,
        notices: Vec::new(),
        invalid: Vec::new(),
        namespaces,
        cgroup,
        process,
    }
}

fn host(texts: &Texts, memberships: &FactList<crate::facts::Membership>) -> Host {
    let mut host = Host::unknown("the process does not show it");
    host.cgroup_version = hierarchies::version(memberships);
    if let Some(text) = texts.get(ProcFile::Osrelease) {
        host.kernel = Fact::observed(text.source.text().trim().to_owned(), text.whole());
    }
    if let Some(text) = texts.get(ProcFile::MountsHost) {
        host.cgroup_mounts = Fact::observed(cgroup_mounts(&text.source), text.whole());
    }
    host
}
