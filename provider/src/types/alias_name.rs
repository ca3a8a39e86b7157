//! The names of KMS's aliases.

use pulumi_plugin::Spelled as _;

/// What all names begin with.
const HEAD: &str = "alias/";

spelled! {
    /// An alias name: `alias/` and letters, digits and `:/_-`, at most 256 characters in all.
    AliasName, "an alias name", "alias/web", "alias/data/blue", canonical
}

fn canonical(text: &str) -> Result<String, String> {
    let name = text.strip_prefix(HEAD).unwrap_or(text);
    if name.starts_with("aws/") {
        return Err(format!("`{text}` is not allowed: AWS keeps what begins with `alias/aws/` for itself"));
    }
    let count = name.chars().count();
    if count > 250 {
        return Err(format!("has {} characters; at most 256 are allowed", count + HEAD.len()));
    }
    match !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || ":/_-".contains(c)) {
        true => Ok(format!("{HEAD}{name}")),
        false => Err(AliasName::is_not(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::AliasName;

    #[test]
    fn begins_with_alias() {
        for (text, expected) in [
            ("alias/web", Ok("alias/web")),
            ("web", Ok("alias/web")),
            ("data:blue/1_-", Ok("alias/data:blue/1_-")),
            ("alias/aws/s3", Err("AWS keeps what begins with `alias/aws/` for itself")),
            ("aws/s3", Err("for itself")),
            ("awsome", Ok("alias/awsome")),
            ("alias/", Err("is not an alias name such as alias/web")),
            ("", Err("is not an alias name")),
            ("a b", Err("is not an alias name")),
            (&"a".repeat(251), Err("has 257 characters; at most 256 are allowed")),
        ] {
            match (AliasName::parse(text), expected) {
                (Ok(name), Ok(expected)) => assert_eq!(name.as_str(), expected),
                (Err(why), Err(expected)) => assert!(why.contains(expected), "{why}"),
                (parsed, _) => panic!("{text}: {parsed:?}"),
            }
        }
    }
}
