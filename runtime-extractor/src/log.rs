//! What a reader has to say beside facts: errors that stop it, notices, and reasons why a runtime would refuse.

use crate::facts::{Invalid, Notice, Place};
use crate::source::ReadError;

/// Collects everything that a reader has to say about one source.
#[derive(Debug, Default)]
pub struct Log {
    /// What keeps the source from being understood.
    pub errors: Vec<ReadError>,
    /// What was seen and not used.
    pub notices: Vec<Notice>,
    /// Why a runtime would refuse the configuration.
    pub invalid: Vec<Invalid>,
}

impl Log {
    /// Reports an error at a place.
    pub fn error(&mut self, place: &Place, message: impl Into<String>, help: Option<String>) {
        self.errors.push(ReadError {
            file: place.file.clone(),
            line: place.line,
            column: place.column,
            message: message.into(),
            help,
        });
    }

    /// Reports something that was seen and not used.
    pub fn notice(&mut self, place: Place, message: impl Into<String>) {
        self.notices.push(Notice {
            place,
            message: message.into(),
        });
    }

    /// Reports a reason why a runtime would refuse the configuration.
    pub fn invalid(&mut self, place: Place, message: impl Into<String>) {
        self.invalid.push(Invalid {
            place,
            message: message.into(),
        });
    }
}

/// Keeps the first `most` errors, and says how many more there were.
pub(crate) fn bound_errors(errors: &mut Vec<ReadError>, most: usize) {
    let extra = errors.len().saturating_sub(most.max(1));
    if extra > 0 {
        errors.truncate(most.max(1));
        if let Some(last) = errors.last_mut() {
            let note = format!("and {extra} more errors");
            last.help = Some(
                last.help
                    .take()
                    .map_or_else(|| note.clone(), |help| format!("{help}; {note}")),
            );
        }
    }
}
