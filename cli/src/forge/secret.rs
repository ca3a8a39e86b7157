//! A token or a key, which nothing shows.

use std::fmt;

/// Text that is in no `Debug`, no `Display` and no error.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Without the line break that files end with.
    pub fn new(text: &str) -> Secret {
        Secret(text.trim().to_owned())
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
