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
    /// The path of an IAM role or policy: begins and ends with `/`.
    IamPath, "a path that begins and ends with `/`", "/service/", "/", iam_path
}

spelled! {
    /// The name of a Firehose stream: 1 to 64 letters, digits and `_.-`.
    StreamName, "a stream's name", "aws-waf-logs-web", "web_2.logs", stream_name
}

spelled! {
    /// The name of a configuration of Chatbot's: 1 to 128 letters, digits, `-` and `_`.
    ConfigurationName, "a configuration's name", "alarms", "web_2-alarms", configuration_name
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

as_aws_has_it!(GroupName, GroupDescription, RoleName, IamPath, StreamName, ConfigurationName);

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
    let fits = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    let count = text.chars().count();
    match (count, text.chars().find(|c| !fits(*c))) {
        (0, _) => Err("empty; 1 to 64 characters are allowed".into()),
        (65.., _) => Err(format!("has {count} characters; 1 to 64 are allowed")),
        (_, Some(odd)) => Err(format!("`{odd}` is not allowed: there are letters from a to z, digits and _+=,.@-")),
        (_, None) => Ok(text.to_owned()),
    }
}

fn iam_path(text: &str) -> Result<String, String> {
    let ends = text.starts_with('/') && text.ends_with('/');
    match ends && text.len() <= 512 && text.chars().all(|c| c.is_ascii_graphic()) {
        true => Ok(text.to_owned()),
        false => Err(IamPath::is_not(text)),
    }
}

fn configuration_name(text: &str) -> Result<String, String> {
    let count = text.chars().count();
    match text.chars().find(|c| !c.is_ascii_alphanumeric() && !"-_".contains(*c)) {
        _ if !(1..=128).contains(&count) => Err(format!("has {count} characters; 1 to 128 are allowed")),
        Some(odd) => Err(format!("`{odd}` is not allowed: there are letters from a to z, digits, - and _")),
        None => Ok(text.to_owned()),
    }
}

fn stream_name(text: &str) -> Result<String, String> {
    let count = text.chars().count();
    match text.chars().find(|c| !c.is_ascii_alphanumeric() && !"_.-".contains(*c)) {
        _ if !(1..=64).contains(&count) => Err(format!("has {count} characters; 1 to 64 are allowed")),
        Some(odd) => Err(format!("`{odd}` is not allowed: there are letters from a to z, digits and _.-")),
        None => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{GroupDescription, GroupName, IamPath, RoleName};

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
    fn paths_of_roles() {
        let wrong = "is not a path that begins and ends with `/` such as /service/";
        check(
            IamPath::parse,
            &[("/", ""), ("/service/web/", ""), ("service", wrong), ("/service", wrong), ("", wrong), ("/a b/", wrong)],
        );
    }
}
