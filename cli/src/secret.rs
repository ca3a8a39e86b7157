//! A token or a key, which nothing shows.

use std::fmt;
use std::path::Path;

use crate::failure::{Failure, Result};

/// Text that is in no `Debug`, no `Display` and no error.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Without the line break that files end with.
    pub fn new(text: &str) -> Secret {
        Secret(text.trim().to_owned())
    }

    /// Out of a file that holds nothing else.
    pub fn read(path: &Path) -> Result<Secret> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::input(format!("reading {}: {error}", path.display())))?;
        match text.trim().is_empty() {
            true => {
                Err(Failure::input(format!("{} is empty", path.display())).hint("it should hold the token, or the key"))
            }
            false => Ok(Secret::new(&text)),
        }
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(crate::scrub::PLACEHOLDER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_shows_it() {
        let secret = Secret::new("hush-token\n");
        assert_eq!((format!("{secret:?}").as_str(), secret.reveal()), ("[secret]", "hush-token"));
    }
}
