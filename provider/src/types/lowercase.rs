//! Text that AWS keeps in lower case.

use pulumi_plugin::Spelled;

/// Text whose case means nothing, as AWS keeps it: in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lowercase(String);

impl Lowercase {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T: Into<String>> From<T> for Lowercase {
    fn from(text: T) -> Lowercase {
        Lowercase(text.into().to_lowercase())
    }
}

impl std::fmt::Display for Lowercase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Spelled for Lowercase {
    const WHAT: &'static str = "text";
    const EXAMPLE: &'static str = "web";
    const ANOTHER: &'static str = "data-2";
    fn parse(text: &str) -> Result<Self, String> {
        Ok(Lowercase::from(text))
    }
    fn spell(&self) -> String {
        self.0.clone()
    }
}
