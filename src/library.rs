//! Where `use` finds modules: the embedded library, then files beside the specification.

use std::path::PathBuf;

use spec_lang::{Loader, Source};

/// Looks for `a::b` in the library, then as `a/b.wt` and `b.wt` below the folder of the specification.
#[derive(Debug, Default)]
pub struct Library {
    /// The folder of the specification; none for a text that is not a file.
    pub beside: Option<PathBuf>,
}

impl Loader for Library {
    fn load(&self, module: &str) -> Result<Option<Source>, String> {
        if let Some(model) = models::find(module) {
            return Ok(Some(Source::new(format!("library:{}", model.path), model.text)));
        }
        let Some(folder) = &self.beside else {
            return Ok(None);
        };
        let nested = module.replace("::", "/") + ".wt";
        let last = module.rsplit("::").next().unwrap_or(module).to_owned() + ".wt";
        for name in [nested, last] {
            let path = folder.join(&name);
            if path.is_file() {
                let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
                return Ok(Some(Source::new(path.display().to_string(), text)));
            }
        }
        Ok(None)
    }
}
