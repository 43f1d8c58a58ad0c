//! Mount options: the words of the runtime specification (config.md, "Linux mount options"), and what they set.

use crate::facts::{Bind, Entry, Origin, Propagation};
use crate::log::Log;
use crate::suggest::nearest;
use crate::view::At;

/// A flag that words switch on and off; the last word wins.
#[derive(Debug, Default)]
pub(super) struct Flag(Option<(bool, Origin)>);

impl Flag {
    /// What the words say, with the word that decides.
    pub(super) fn get(&self) -> Option<(bool, &Origin)> {
        self.0.as_ref().map(|(value, origin)| (*value, origin))
    }

    fn set(&mut self, value: bool, origin: &Origin) {
        self.0 = Some((value, origin.clone()));
    }
}

/// What the options of a mount say.
#[derive(Debug, Default)]
pub(super) struct Options {
    pub(super) read_only: Flag,
    pub(super) recursive_read_only: Flag,
    pub(super) nosuid: Flag,
    pub(super) nodev: Flag,
    pub(super) noexec: Flag,
    pub(super) bind: Option<(Bind, Origin)>,
    pub(super) propagation: Option<(Propagation, Origin)>,
    /// True if with the mounts below.
    pub(super) id_map: Option<(bool, Origin)>,
    pub(super) all: Vec<Entry<String>>,
    meaningless: Vec<Entry<String>>,
}

/// Words that a mount takes and that set nothing of the vocabulary.
const NEUTRAL: &[&str] = &[
    "async",
    "atime",
    "defaults",
    "diratime",
    "dirsync",
    "iversion",
    "lazytime",
    "loud",
    "mand",
    "noatime",
    "nodiratime",
    "noiversion",
    "nolazytime",
    "nomand",
    "norelatime",
    "nostrictatime",
    "nosymfollow",
    "relatime",
    "remount",
    "silent",
    "strictatime",
    "symfollow",
    "sync",
    "tmpcopyup",
    "copy-symlink",
    "ratime",
    "rdiratime",
    "rnoatime",
    "rnodiratime",
    "rnorelatime",
    "rnostrictatime",
    "rnosymfollow",
    "rrelatime",
    "rstrictatime",
    "rsymfollow",
    "Z",
    "z",
    "U",
    "src-nofollow",
    "dest-nofollow",
];

/// Words that set something of the vocabulary.
const MEANING: &[&str] = &[
    "ro",
    "rw",
    "rro",
    "rrw",
    "suid",
    "nosuid",
    "rsuid",
    "rnosuid",
    "dev",
    "nodev",
    "rdev",
    "rnodev",
    "exec",
    "noexec",
    "rexec",
    "rnoexec",
    "bind",
    "rbind",
    "private",
    "rprivate",
    "slave",
    "rslave",
    "shared",
    "rshared",
    "unbindable",
    "runbindable",
    "idmap",
    "ridmap",
];

/// Reads the options of a mount.
pub(super) fn read_options(at: &At<'_>, log: &mut Log) -> Options {
    let mut options = Options::default();
    for (word, item) in at.strings(log) {
        options.add(&word, &item.given());
        options.all.push(Entry::new(word, item.given()));
    }
    options
}

impl Options {
    /// Takes one word.
    pub(super) fn add(&mut self, word: &str, origin: &Origin) {
        match word {
            "ro" => self.read_only.set(true, origin),
            "rw" => self.read_only.set(false, origin),
            "rro" => {
                self.read_only.set(true, origin);
                self.recursive_read_only.set(true, origin);
            }
            "rrw" => {
                self.read_only.set(false, origin);
                self.recursive_read_only.set(false, origin);
            }
            "nosuid" | "rnosuid" => self.nosuid.set(true, origin),
            "suid" | "rsuid" => self.nosuid.set(false, origin),
            "nodev" | "rnodev" => self.nodev.set(true, origin),
            "dev" | "rdev" => self.nodev.set(false, origin),
            "noexec" | "rnoexec" => self.noexec.set(true, origin),
            "exec" | "rexec" => self.noexec.set(false, origin),
            "bind" => self.bind = Some((Bind::Plain, origin.clone())),
            "rbind" => self.bind = Some((Bind::Recursive, origin.clone())),
            "private" | "rprivate" => self.propagation = Some((Propagation::Private, origin.clone())),
            "slave" | "rslave" => self.propagation = Some((Propagation::Slave, origin.clone())),
            "shared" | "rshared" => self.propagation = Some((Propagation::Shared, origin.clone())),
            "unbindable" | "runbindable" => {
                self.propagation = Some((Propagation::Unbindable, origin.clone()))
            }
            "idmap" => self.id_map = Some((false, origin.clone())),
            "ridmap" => self.id_map = Some((true, origin.clone())),
            _ if NEUTRAL.contains(&word) || word.contains('=') => {}
            _ => self.meaningless.push(Entry::new(word.to_owned(), origin.clone())),
        }
    }

    /// Reports words that a bind mount ignores: whoever wrote `readonly` believes something that is not so.
    pub(super) fn report_meaningless(&self, log: &mut Log) {
        for entry in &self.meaningless {
            let near = match entry.value.as_str() {
                "readonly" | "read-only" => Some("ro"),
                word => nearest(word, MEANING.iter().chain(NEUTRAL).copied()),
            };
            let hint = near.map_or_else(String::new, |n| format!("; did you mean `{n}`?"));
            if let Some(place) = entry.origin.place() {
                log.notice(
                    place.clone(),
                    format!("the option `{}` means nothing to a bind mount{hint}", entry.value),
                );
            }
        }
    }
}
