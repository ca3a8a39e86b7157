//! The names of Systems Manager's parameters and documents.

use pulumi_plugin::Spelled as _;

spelled! {
    /// The name of a parameter: letters, digits and `_.-`, in up to 15 levels that begin with `/`.
    ParameterName, "a parameter's name", "/web/database/url", "token", parameter
}

spelled! {
    /// The name of a document: 3 to 128 letters, digits and `_.-`.
    DocumentName, "a document's name", "restart-web", "Audit_2.0", document
}

as_aws_has_it!(ParameterName, DocumentName);

/// What AWS keeps for its own documents.
const RESERVED: [&str; 3] = ["aws", "amazon", "amzn"];

fn parameter(text: &str) -> Result<String, String> {
    let count = text.chars().count();
    if count > 1011 {
        return Err(format!("has {count} characters; at most 1011 are allowed, with the beginning of its ARN"));
    }
    let first = text.trim_start_matches('/').to_ascii_lowercase();
    if first.starts_with("aws") || first.starts_with("ssm") {
        return Err(format!("`{text}` is not allowed: AWS keeps what begins with `aws` or `ssm` for itself"));
    }
    let levels: Vec<_> = text.strip_prefix('/').unwrap_or(text).split('/').collect();
    if levels.len() > 15 {
        return Err(format!("has {} levels; at most 15 are allowed", levels.len()));
    }
    if levels.len() > 1 && !text.starts_with('/') {
        return Err(format!("`{text}` has levels, so that it must begin with `/`"));
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    match levels.iter().all(|level| !level.is_empty() && level.chars().all(fits)) {
        true => Ok(text.to_owned()),
        false => Err(ParameterName::is_not(text)),
    }
}

fn document(text: &str) -> Result<String, String> {
    let small = text.to_ascii_lowercase();
    if small == "ssm-sessionmanagerrunshell" {
        return Err(format!("`{text}` is what ssm:SessionPreferences is for"));
    }
    if RESERVED.iter().any(|reserved| small.starts_with(reserved)) {
        return Err(format!(
            "`{text}` is not allowed: AWS keeps what begins with `aws`, `amazon` or `amzn` for itself"
        ));
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    match (3..=128).contains(&text.chars().count()) && text.chars().all(fits) {
        true => Ok(text.to_owned()),
        false => Err(format!("{}: 3 to 128 letters, digits and _.-", DocumentName::is_not(text))),
    }
}

#[cfg(test)]
mod tests {
    use super::{DocumentName, ParameterName};

    #[track_caller]
    fn check<T>(parse: fn(&str) -> Result<T, String>, cases: &[(&str, &str)]) {
        for (text, said) in cases {
            let why = parse(text).err().unwrap_or_default();
            assert!(why.contains(said) && why.is_empty() == said.is_empty(), "{text}: {why}");
        }
    }

    #[test]
    fn names_of_parameters() {
        check(
            ParameterName::parse,
            &[
                ("token", ""),
                ("/web/database_1/url.x-y", ""),
                (&"/a".repeat(15), ""),
                (&"/a".repeat(16), "has 16 levels"),
                ("web/url", "must begin with `/`"),
                ("/web//url", "is not a parameter's name"),
                ("/web/", "is not a parameter's name"),
                ("", "is not a parameter's name"),
                ("a b", "is not a parameter's name"),
                ("/aws/x", "AWS keeps what begins with `aws` or `ssm`"),
                ("SSMx", "for itself"),
                (&"a".repeat(1012), "has 1012 characters"),
            ],
        );
    }

    #[test]
    fn names_of_documents() {
        check(
            DocumentName::parse,
            &[
                ("restart-web", ""),
                ("ab", "3 to 128"),
                (&"a".repeat(129), "3 to 128"),
                ("a/b", "3 to 128"),
                ("AWS-Restart", "AWS keeps what begins with"),
                ("amzn-x", "AWS keeps what begins with"),
                ("SSM-SessionManagerRunShell", "ssm:SessionPreferences"),
            ],
        );
    }
}
