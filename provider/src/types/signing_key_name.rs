//! The names of key-signing keys.

use pulumi_plugin::Spelled as _;

spelled! {
    /// The name of a key-signing key: 3 to 128 letters, digits and underscores. Hyphens become underscores.
    SigningKeyName, "a key-signing key's name of 3 to 128 letters, digits and underscores", "example_com", "key_2", canonical
}

as_aws_has_it!(SigningKeyName);

fn canonical(text: &str) -> Result<String, String> {
    let name = text.replace('-', "_");
    let fits = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && (3..=128).contains(&name.len());
    if fits { Ok(name) } else { Err(SigningKeyName::is_not(text)) }
}

#[cfg(test)]
mod tests {
    use super::SigningKeyName;

    #[test]
    fn has_letters_digits_and_underscores() {
        for (text, expected) in [("web-1", Some("web_1")), ("ab", None), ("a.b.c", None), ("a_b", Some("a_b"))] {
            assert_eq!(SigningKeyName::parse(text).ok().map(|name| name.to_string()).as_deref(), expected, "{text}");
        }
    }
}
