//! The formats, one file or folder and one row of [`FORMATS`] each.
//!
//! A reader takes a [`Document`] (a tree, or a raw text for formats without one) and gives a [`Reading`]. It opens
//! nothing, and it says something about everything: facts, a notice, a skipped document, an error.

mod annotations;
mod known_keys;
pub mod kubernetes;
pub mod layers;
pub mod live;
mod oci;
mod sysctls;

use crate::facts::{Invalid, Notice, Place, SandboxFacts};
use crate::log::Log;
use crate::source::{Limits, ReadError, SourceFile};
use crate::tree::Node;
use serde::Serialize;

/// A document of a source, as a tree.
#[derive(Debug, Clone)]
pub struct Document<'a> {
    /// The source.
    pub source: &'a SourceFile,
    /// The tree.
    pub node: &'a Node,
    /// A name for what is in it, from the name of the source.
    pub name: String,
    /// Which document of the source this is, from 0.
    pub index: usize,
}

/// A document or a part of one that is not a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Where it is.
    pub place: Place,
    /// What it is, e.g. `Service`.
    pub kind: String,
    /// Why it is not read.
    pub why: String,
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// The containers.
    pub sandboxes: Vec<SandboxFacts>,
    /// What is not a container.
    pub skipped: Vec<Skipped>,
    /// What was seen and not used, outside any container.
    pub notices: Vec<Notice>,
    /// Why a runtime refuses a document that gave no container.
    pub invalid: Vec<Invalid>,
    /// What keeps a document from being understood; it then gives no container.
    pub errors: Vec<ReadError>,
}

impl Reading {
    /// A reading that is only errors.
    pub fn of_errors(errors: Vec<ReadError>) -> Self {
        Self {
            errors,
            ..Self::default()
        }
    }

    /// What a log holds, with the containers.
    pub(crate) fn of_log(log: Log, sandboxes: Vec<SandboxFacts>) -> Self {
        let Log {
            errors,
            notices,
            invalid,
        } = log;
        Self {
            sandboxes,
            skipped: Vec::new(),
            notices,
            invalid,
            errors,
        }
    }

    /// Adds what another reading has.
    pub fn extend(&mut self, other: Self) {
        let Self {
            sandboxes,
            skipped,
            notices,
            invalid,
            errors,
        } = other;
        self.sandboxes.extend(sandboxes);
        self.skipped.extend(skipped);
        self.notices.extend(notices);
        self.invalid.extend(invalid);
        self.errors.extend(errors);
    }
}

/// How a format is recognised and read.
pub enum Reader {
    /// Its documents are trees.
    Tree {
        /// True if a document is of this format.
        recognise: fn(&Document<'_>) -> bool,
        /// Reads a document.
        read: fn(&Document<'_>) -> Reading,
    },
    /// Its sources are bytes of a form of their own.
    Raw {
        /// True if a source is of this format.
        recognise: fn(&[u8]) -> bool,
        /// Reads a source of this name.
        read: fn(&str, &[u8], &Limits) -> Reading,
    },
}

/// A format.
pub struct Format {
    /// Its name, e.g. `oci`.
    pub name: &'static str,
    /// What it is, for lists and help.
    pub about: &'static str,
    /// How it is recognised and read.
    pub reader: Reader,
}

/// The formats, in the order in which they are tried.
pub const FORMATS: &[Format] = &[
    Format {
        name: "oci",
        about: "OCI runtime configuration (config.json), Linux section",
        reader: Reader::Tree {
            recognise: oci::recognise,
            read: oci::read,
        },
    },
    Format {
        name: "kubernetes",
        about: "Kubernetes pods and objects with a pod template, YAML or JSON",
        reader: Reader::Tree {
            recognise: kubernetes::recognise,
            read: kubernetes::read,
        },
    },
    Format {
        name: "live",
        about: "snapshot of a running process's /proc files",
        reader: Reader::Raw {
            recognise: live::ProcSnapshot::is_snapshot,
            read: live::read_bytes,
        },
    },
];
