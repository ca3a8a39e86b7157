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
    /// The name of a log group: 1 to 512 letters, digits and `.-_/#`, not beginning with `aws/`.
    LogGroupName, "a log group's name", "/ecs/web", "deploy.log", log_group_name
}

spelled! {
    /// The name of a metric filter: 1 to 512 characters without `:` and `*`.
    MetricFilterName, "a metric filter's name", "errors", "5xx of web", metric_filter_name
}

spelled! {
    /// The name of a resource policy of CloudWatch Logs: 1 to 255 characters without `:` and `*`, and none that AWS keeps for itself.
    LogPolicyName, "a resource policy's name", "route53-queries", "ses/events", log_policy_name
}

as_aws_has_it!(
    GroupName,
    GroupDescription,
    RoleName,
    IamPath,
    LogGroupName,
    MetricFilterName,
    LogPolicyName,
    IamName,
    SecretName,
    DatabaseSubnetGroupName,
    StreamName,
    ConfigurationName
);

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

const SIGNS: &str = " ._-:/()#,@[]+=&;{}!$*";

fn is_group_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || SIGNS.contains(letter)
}

impl GroupDescription {
    /// Words of our own that hold somebody's name: a `-` stands for what AWS does not take.
    pub fn about(words: &str) -> GroupDescription {
        let fitting = words.chars().map(|letter| if is_group_letter(letter) { letter } else { '-' });
        GroupDescription::from(fitting.take(255).collect::<String>())
    }
}

fn group_text(text: &str) -> Result<String, String> {
    let count = text.chars().count();
    if count > 255 {
        return Err(format!("has {count} characters; at most 255 are allowed"));
    }
    match text.chars().find(|letter| !is_group_letter(*letter)) {
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

fn log_group_name(text: &str) -> Result<String, String> {
    if text.starts_with("aws/") {
        return Err(format!(
            "`{text}` is not allowed: AWS keeps what begins with `aws/` for itself; begin with `/aws/`"
        ));
    }
    match counted(text, 512)?.chars().find(|c| !c.is_ascii_alphanumeric() && !".-_/#".contains(*c)) {
        Some(odd) => Err(format!("`{odd}` is not allowed: there are letters from a to z, digits and .-_/#")),
        None => Ok(text.to_owned()),
    }
}

fn metric_filter_name(text: &str) -> Result<String, String> {
    match counted(text, 512)?.chars().find(|c| ":*".contains(*c)) {
        Some(odd) => Err(format!("`{odd}` is not allowed")),
        None => Ok(text.to_owned()),
    }
}

fn log_policy_name(text: &str) -> Result<String, String> {
    if text == "AWSLogDeliveryWrite20150319" {
        return Err(format!("`{text}` is not allowed: AWS's own log delivery changes that policy; give another name"));
    }
    let odd = counted(text, 255)?.chars().find(|c| ":*".contains(*c)).map(|c| c.to_string());
    let odd = odd.or(text.contains("//").then(|| "//".to_owned())).or(text.starts_with('/').then(|| "/".to_owned()));
    match odd.or(text.ends_with('/').then(|| "/".to_owned())) {
        Some(odd) => Err(format!("`{odd}` is not allowed there")),
        None => Ok(text.to_owned()),
    }
}

/// The same text, if it has at least one character and not too many.
fn counted(text: &str, most: usize) -> Result<&str, String> {
    match text.chars().count() {
        0 => Err(format!("empty; 1 to {most} characters are allowed")),
        count if count > most => Err(format!("has {count} characters; 1 to {most} are allowed")),
        _ => Ok(text),
    }
}

spelled! {
    /// The name of an IAM policy or instance profile: 1 to 128 letters, digits and `_+=,.@-`.
    IamName, "a name", "deploy", "web.task@blue", iam_name
}

spelled! {
    /// The name of a secret: 1 to 512 letters, digits and `/_+=.@-`, which doesn't end like an ARN.
    SecretName, "a secret's name", "web/database", "token@blue", secret_name
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

spelled! {
    /// The name of a DB subnet group: a letter, then letters, digits, spaces and `._-`; at most 255 in all. AWS keeps it in lower case.
    DatabaseSubnetGroupName, "a DB subnet group's name", "web", "data_2", subnet_group_name
}

fn subnet_group_name(text: &str) -> Result<String, String> {
    let name = text.to_lowercase();
    let fine = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || " ._-".contains(c))
        && !name.ends_with(' ');
    match (name.chars().count(), fine) {
        (256.., _) => Err(format!("has {} characters; 1 to 255 are allowed", name.chars().count())),
        _ if name == "default" => Err("`default` is AWS's own; give another name".into()),
        (_, true) => Ok(name),
        _ => Err(format!(
            "{}: there are a letter, then letters, digits, spaces and ._-",
            DatabaseSubnetGroupName::is_not(text)
        )),
    }
}

spelled! {
    /// The name of a Firehose stream: 1 to 64 letters, digits and `_.-`.
    StreamName, "a stream's name", "aws-waf-logs-web", "web_2.logs", stream_name
}

spelled! {
    /// The name of a configuration of Chatbot's: 1 to 128 letters, digits, `-` and `_`.
    ConfigurationName, "a configuration's name", "alarms", "web_2-alarms", configuration_name
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
    use super::{
        DatabaseSubnetGroupName, GroupDescription, GroupName, IamName, IamPath, LogGroupName, LogPolicyName,
        MetricFilterName, RoleName, SecretName,
    };

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
        for (words, told) in
            [("web, tasks", "web, tasks"), ("É's 日本", "--s --"), (&"a".repeat(300), &"a".repeat(255))]
        {
            assert_eq!(GroupDescription::about(words).as_str(), told);
        }
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

    #[test]
    fn names_of_logs() {
        check(
            LogGroupName::parse,
            &[
                ("/aws/ecs#web-1_a.b", ""),
                ("aws/ecs", "begin with `/aws/`"),
                ("a b", "` ` is not allowed: there are letters from a to z, digits and .-_/#"),
                ("", "empty; 1 to 512 characters are allowed"),
                (&"a".repeat(513), "has 513 characters; 1 to 512 are allowed"),
            ],
        );
        check(MetricFilterName::parse, &[("5xx of web", ""), ("a:b", "`:` is not allowed"), ("", "empty")]);
        check(
            LogPolicyName::parse,
            &[
                ("ses/events", ""),
                ("a//b", "`//` is not allowed there"),
                ("/a", "`/` is not allowed there"),
                ("a/", "`/` is not allowed there"),
                ("a*", "`*` is not allowed there"),
                ("AWSLogDeliveryWrite20150319", "AWS's own log delivery changes that policy"),
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
    fn names_of_db_subnet_groups() {
        let wrong = "is not a DB subnet group's name such as web";
        check(
            DatabaseSubnetGroupName::parse,
            &[
                ("web", ""),
                ("Data_2 a.b-c", ""),
                (&"a".repeat(256), "has 256 characters; 1 to 255 are allowed"),
                ("default", "`default` is AWS's own"),
                ("1st", wrong),
                ("a/b", wrong),
                ("", wrong),
            ],
        );
        assert_eq!(DatabaseSubnetGroupName::parse("Web").map(|name| name.to_string()), Ok("web".to_owned()));
    }
}
