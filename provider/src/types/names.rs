//! Names and descriptions within AWS's limits.

use pulumi_plugin::Spelled as _;

spelled! {
    /// The name of a security group: 1 to 255 of AWS's characters, and none that AWS keeps for itself.
    GroupName, "a security group's name", "web", "data (blue)", group_name
}

spelled! {
    /// The description of a security group or of one of its rules: up to 255 of AWS's characters.
    GroupDescription, "a description", "Managed by gitinfra", "for the web servers", group_text
}

spelled! {
    /// The name of a role: 1 to 64 letters, digits and `_+=,.@-`.
    RoleName, "a role's name", "deploy", "web.task@blue", role_name
}

spelled! {
    /// The name of an IAM policy or instance profile: 1 to 128 letters, digits and `_+=,.@-`.
    IamName, "a name", "deploy", "web.task@blue", iam_name
}

spelled! {
    /// The path of an IAM role or policy: begins and ends with `/`.
    IamPath, "a path that begins and ends with `/`", "/service/", "/", iam_path
}

spelled! {
    /// The name of a secret: 1 to 512 letters, digits and `/_+=.@-`, which doesn't end like an ARN.
    SecretName, "a secret's name", "web/database", "token@blue", secret_name
}

/// AWS's own text is taken as it is: what AWS keeps is never refused when it is read.
macro_rules! as_aws_has_it {
    ($($name:ident),*) => {$(
        impl<T: Into<String>> From<T> for $name {
            fn from(text: T) -> $name {
                $name(text.into())
            }
        }
    )*};
}

as_aws_has_it!(GroupName, GroupDescription, RoleName, IamName, IamPath, SecretName);

fn group_name(text: &str) -> Result<String, String> {
    if text.starts_with("sg-") || text.eq_ignore_ascii_case("default") {
        return Err(format!(
            "`{text}` is not allowed: AWS keeps `default` and what begins with `sg-` for itself; give another name"
        ));
    }
    match text.is_empty() {
        true => Err("empty; 1 to 255 characters are allowed".into()),
        false => group_text(text),
    }
}

fn group_text(text: &str) -> Result<String, String> {
    const SIGNS: &str = " ._-:/()#,@[]+=&;{}!$*";
    let count = text.chars().count();
    if count > 255 {
        return Err(format!("has {count} characters; at most 255 are allowed"));
    }
    match text.chars().find(|c| !c.is_ascii_alphanumeric() && !SIGNS.contains(*c)) {
        Some(odd) => Err(format!(
            "`{odd}` is not allowed: there are letters from a to z, digits, spaces and {}",
            SIGNS.trim_start()
        )),
        None => Ok(text.to_owned()),
    }
}

fn role_name(text: &str) -> Result<String, String> {
    name_within(64, text)
}

fn iam_name(text: &str) -> Result<String, String> {
    name_within(128, text)
}

fn name_within(most: usize, text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    let count = text.chars().count();
    match text.chars().find(|c| !fits(*c)) {
        _ if count == 0 => Err(format!("empty; 1 to {most} characters are allowed")),
        _ if count > most => Err(format!("has {count} characters; 1 to {most} are allowed")),
        Some(odd) => Err(format!("`{odd}` is not allowed: there are letters from a to z, digits and _+=,.@-")),
        None => Ok(text.to_owned()),
    }
}

/// The ARN of a secret ends in a hyphen and six characters that AWS makes up; AWS would take a name that ends like that for a part of an ARN.
fn secret_name(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c);
    let count = text.chars().count();
    let like_arn =
        text.rsplit_once('-').is_some_and(|(_, end)| end.len() == 6 && end.chars().all(|c| c.is_ascii_alphanumeric()));
    match text.chars().find(|c| !fits(*c)) {
        _ if count == 0 => Err("empty; 1 to 512 characters are allowed".into()),
        _ if count > 512 => Err(format!("has {count} characters; 1 to 512 are allowed")),
        Some(odd) => Err(format!("`{odd}` is not allowed: there are letters from a to z, digits and /_+=.@-")),
        None if like_arn => {
            Err(format!("`{text}` ends in a hyphen and six characters, as the ARNs of secrets do; give another name"))
        }
        None => Ok(text.to_owned()),
    }
}

fn iam_path(text: &str) -> Result<String, String> {
    let ends = text.starts_with('/') && text.ends_with('/');
    match ends && text.len() <= 512 && text.chars().all(|c| c.is_ascii_graphic()) {
        true => Ok(text.to_owned()),
        false => Err(IamPath::is_not(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::{GroupDescription, GroupName, IamName, IamPath, RoleName, SecretName};

    #[track_caller]
    fn check<T>(parse: fn(&str) -> Result<T, String>, cases: &[(&str, &str)]) {
        for (text, said) in cases {
            let why = parse(text).err().unwrap_or_default();
            assert!(why.contains(said) && why.is_empty() == said.is_empty(), "{text}: {why}");
        }
    }

    #[test]
    fn names_of_security_groups() {
        check(
            GroupName::parse,
            &[
                ("web", ""),
                ("web (blue), $1", ""),
                (&"a".repeat(255), ""),
                ("", "empty; 1 to 255 characters are allowed"),
                (&"a".repeat(256), "has 256 characters; at most 255 are allowed"),
                ("sg-web", "AWS keeps `default` and what begins with `sg-` for itself"),
                ("sg", ""),
                ("Default", "`Default` is not allowed"),
                ("ウェブ", "`ウ` is not allowed: there are letters from a to z, digits, spaces and ._-:/"),
            ],
        );
        assert_eq!(GroupName::from("default").as_str(), "default");
    }

    #[test]
    fn descriptions_of_security_groups() {
        check(
            GroupDescription::parse,
            &[("", ""), ("sg-web", ""), ("it's", "`'` is not allowed"), (&"é".repeat(256), "has 256 characters")],
        );
    }

    #[test]
    fn names_of_roles() {
        check(
            RoleName::parse,
            &[
                ("deploy", ""),
                ("web.task@blue_+=,-", ""),
                (&"a".repeat(64), ""),
                (&"a".repeat(65), "has 65 characters; 1 to 64 are allowed"),
                ("", "empty; 1 to 64 characters are allowed"),
                ("a/b", "`/` is not allowed: there are letters from a to z, digits and _+=,.@-"),
            ],
        );
    }

    #[test]
    fn names_of_policies() {
        check(
            IamName::parse,
            &[
                ("deploy", ""),
                (&"a".repeat(128), ""),
                (&"a".repeat(129), "has 129 characters; 1 to 128 are allowed"),
                ("", "empty; 1 to 128 characters are allowed"),
                ("a:b", "`:` is not allowed"),
            ],
        );
    }

    #[test]
    fn names_of_secrets() {
        check(
            SecretName::parse,
            &[
                ("web/database", ""),
                ("web-secret7", ""),
                ("web-secret", "ends in a hyphen and six characters"),
                (&"a".repeat(513), "has 513 characters; 1 to 512 are allowed"),
                ("", "empty; 1 to 512 characters are allowed"),
                ("a b", "` ` is not allowed"),
            ],
        );
    }

    #[test]
    fn paths_of_roles() {
        let wrong = "is not a path that begins and ends with `/` such as /service/";
        check(
            IamPath::parse,
            &[("/", ""), ("/service/web/", ""), ("service", wrong), ("/service", wrong), ("", wrong), ("/a b/", wrong)],
        );
    }
}
