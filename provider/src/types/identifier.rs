//! Names as ElastiCache and RDS take them.

use pulumi_plugin::Spelled;

/// A name of a letter, then letters, digits and single hyphens, at most `MAX` in all. AWS keeps it in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier<const MAX: usize>(String);

impl<const MAX: usize> Identifier<MAX> {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// AWS's own text is taken as it is: what AWS keeps is never refused when it is read.
impl<T: Into<String>, const MAX: usize> From<T> for Identifier<MAX> {
    fn from(text: T) -> Self {
        Identifier(text.into().to_lowercase())
    }
}

impl<const MAX: usize> std::fmt::Display for Identifier<MAX> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> Spelled for Identifier<MAX> {
    const WHAT: &'static str = "a name of a letter, then letters, digits and single hyphens,";
    const EXAMPLE: &'static str = "web";
    const ANOTHER: &'static str = "data-2";
    fn parse(text: &str) -> Result<Self, String> {
        let name = text.to_lowercase();
        let count = name.chars().count();
        if !(1..=MAX).contains(&count) {
            return Err(match count {
                0 => format!("empty; 1 to {MAX} characters are allowed"),
                _ => format!("has {count} characters; 1 to {MAX} are allowed"),
            });
        }
        let fine = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !name.ends_with('-')
            && !name.contains("--");
        match fine {
            true => Ok(Identifier(name)),
            false => Err(Self::is_not(text)),
        }
    }
    fn spell(&self) -> String {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use pulumi_plugin::Spelled as _;

    use super::Identifier;

    #[test]
    fn is_a_letter_then_letters_digits_and_single_hyphens() {
        const ODD: &str = "is not a name of a letter, then letters, digits and single hyphens, such as web";
        for (text, expected) in [
            ("web-2", Ok("web-2")),
            ("Web", Ok("web")),
            ("a", Ok("a")),
            ("1st", Err(ODD)),
            ("web-", Err(ODD)),
            ("-web", Err(ODD)),
            ("we--b", Err(ODD)),
            ("we_b", Err(ODD)),
            ("日本", Err(ODD)),
            ("", Err("empty; 1 to 5 characters are allowed")),
            ("abcdef", Err("has 6 characters; 1 to 5 are allowed")),
        ] {
            match (Identifier::<5>::parse(text), expected) {
                (Ok(name), Ok(expected)) => assert_eq!(name.as_str(), expected),
                (Err(why), Err(expected)) => assert!(why.contains(expected), "{why}"),
                (parsed, _) => panic!("{text}: {parsed:?}"),
            }
        }
    }
}
