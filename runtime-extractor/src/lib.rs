//! Reads real container configuration into [`facts`], each with the place it came from.
//!
//! Takes the names and the bytes of sources; opens no file and asks no system: only the command does. Gives, for
//! every container that a source describes, one [`facts::SandboxFacts`].
//!
//! ```
//! let reading = runtime_extractor::read("config.json", br#"{"ociVersion": "1.0.2", "linux": {}}"#);
//! let facts = &reading.sandboxes[0];
//! assert_eq!(facts.namespaces.pid.known(), Some(&runtime_extractor::facts::Namespace::Host));
//! assert_eq!(facts.namespaces.pid.places()[0].to_string(), "config.json:1:25");
//! ```

mod detect;
pub mod facts;
pub mod formats;
pub mod instance;
pub mod log;
pub mod source;
mod suggest;
pub mod tree;
pub mod view;

pub use detect::{read, read_with};
pub use formats::{FORMATS, Format, Reading, Skipped};
pub use source::{Limits, ReadError};
