//! The names of container repositories.

use pulumi_plugin::Spelled as _;

spelled! {
    /// The name of a container repository: lower-case words, joined by `.`, `_`, `__` or hyphens, in folders by `/`; 2 to 256 characters.
    RepositoryName, "a repository's name of lower-case letters and digits", "shop/web", "tools", repository_name
}

as_aws_has_it!(RepositoryName);

fn repository_name(text: &str) -> Result<String, String> {
    match (2..=256).contains(&text.chars().count()) && text.split('/').all(is_segment) {
        true => Ok(text.to_owned()),
        false => Err(RepositoryName::is_not(text)),
    }
}

/// Words of lower-case letters and digits, with one joint between two.
fn is_segment(segment: &str) -> bool {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let joints = segment.split(word).filter(|joint| !joint.is_empty());
    let fits = |joint: &str| matches!(joint, "." | "_" | "__") || joint.chars().all(|c| c == '-');
    segment.starts_with(word) && segment.ends_with(word) && joints.into_iter().all(fits)
}

#[cfg(test)]
mod tests {
    use super::RepositoryName;

    #[test]
    fn is_made_of_words_and_joints() {
        for (text, fits) in [
            ("web", true),
            ("shop/web-2", true),
            ("a--b", true),
            ("a__b", true),
            ("a.b_c", true),
            ("a___b", false),
            ("a..b", false),
            ("Web", false),
            ("web-", false),
            ("/web", false),
            ("a", false),
            ("", false),
            ("ウェブ", false),
        ] {
            assert_eq!(RepositoryName::parse(text).is_ok(), fits, "{text}");
        }
    }
}
