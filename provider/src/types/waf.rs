//! Texts as WAF takes them.

use pulumi_plugin::Spelled as _;

spelled! {
    /// The name of a thing of WAF's: 1 to 128 letters, digits, `-` and `_`.
    WafName, "a name of letters, digits, `-` and `_`", "web", "shop_2-blue", name
}

spelled! {
    /// The description of a thing of WAF's.
    WafDescription, "a description", "Managed by gitinfra", "https://example.com/a_b", description
}

spelled! {
    /// A country: two letters (ISO 3166-1).
    CountryCode, "a country's two letters", "JP", "DE", country
}

spelled! {
    /// A text transformation of WAF's, to which AWS adds new ones.
    TransformationType, "a text transformation", "NONE", "URL_DECODE", transformation
}

as_aws_has_it!(WafName, WafDescription);

fn name(text: &str) -> Result<String, String> {
    let count = text.chars().count();
    match text.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) {
        _ if !(1..=128).contains(&count) => Err(format!("has {count} characters; 1 to 128 are allowed")),
        true => Ok(text.to_owned()),
        false => Err(WafName::is_not(text)),
    }
}

fn country(text: &str) -> Result<String, String> {
    match text.len() == 2 && text.chars().all(|c| c.is_ascii_uppercase()) {
        true => Ok(text.to_owned()),
        false => Err(CountryCode::is_not(text)),
    }
}

fn transformation(text: &str) -> Result<String, String> {
    match !text.is_empty() && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_') {
        true => Ok(text.to_owned()),
        false => Err(TransformationType::is_not(text)),
    }
}

/// WAF takes back less than it tells: none is told as an empty text, which it then refuses.
fn description(text: &str) -> Result<String, String> {
    const SIGNS: &str = "_+=:#@/-,.";
    let count = text.chars().count();
    match text.chars().find(|c| !c.is_ascii_alphanumeric() && !SIGNS.contains(*c) && *c != ' ') {
        _ if !(3..=256).contains(&count) => Err(format!("has {count} characters; 3 to 256 are allowed")),
        Some(odd) => {
            Err(format!("`{odd}` is not allowed: there are letters from a to z, digits, inner spaces and {SIGNS}"))
        }
        None if text.trim() != text || text.starts_with(['+', '_']) || text.ends_with('_') => {
            Err("must not begin or end with a space, `_` or `+`".into())
        }
        None => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{WafDescription, WafName};

    #[test]
    fn names_and_descriptions() {
        for (text, said) in [("web-1_b", ""), ("", "has 0 characters"), ("a b", "is not a name of letters")] {
            let why = WafName::parse(text).err().unwrap_or_default();
            assert!(why.contains(said) && why.is_empty() == said.is_empty(), "{text}: {why}");
        }
        for (text, said) in [
            ("for the web", ""),
            ("ab", "has 2 characters; 3 to 256 are allowed"),
            ("", "has 0 characters"),
            ("for (all)", "`(` is not allowed"),
            (" for all", "must not begin or end with a space"),
        ] {
            let why = WafDescription::parse(text).err().unwrap_or_default();
            assert!(why.contains(said) && why.is_empty() == said.is_empty(), "{text}: {why}");
        }
    }
}
