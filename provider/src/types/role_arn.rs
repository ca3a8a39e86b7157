//! The ARNs of IAM roles.

use pulumi_plugin::Spelled as _;

spelled! {
    /// A role's ARN: `arn:aws:iam::123456789012:role/path/deploy`.
    RoleArn, "a role's ARN", "arn:aws:iam::123456789012:role/deploy", "arn:aws:iam::210987654321:role/path/audit", canonical
}

/// An ARN; whether there is such a role is AWS's to say.
fn canonical(text: &str) -> Result<String, String> {
    let parts: Vec<_> = text.splitn(6, ':').collect();
    match parts[..] {
        ["arn", _, "iam", "", account, name] if is_account(account) && is_role(name) => Ok(text.to_owned()),
        // What `aws sts get-caller-identity` shows of somebody who has assumed it.
        ["arn", partition, "sts", "", account, session] if session.starts_with("assumed-role/") => {
            let name = session.split('/').nth(1).unwrap_or_default();
            Err(format!("`{text}` is a session of a role; did you mean `arn:{partition}:iam::{account}:role/{name}`?"))
        }
        _ => Err(RoleArn::is_not(text)),
    }
}

fn is_role(name: &str) -> bool {
    name.strip_prefix("role/").is_some_and(|n| !n.is_empty())
}

/// Whether this has the form of an account's id.
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::RoleArn;

    #[test]
    fn tells_roles() {
        for (arn, said) in [
            ("arn:aws:iam::123456789012:role/deploy", ""),
            ("arn:aws-cn:iam::123456789012:role/path/deploy", ""),
            ("arn:aws:iam::123456789012:user/ann", "is not a role's ARN"),
            ("arn:aws:iam::123456789012:role/", "is not a role's ARN"),
            ("arn:aws:iam::1234:role/deploy", "is not a role's ARN"),
            ("arn:aws:iam:us-east-1:123456789012:role/deploy", "is not a role's ARN"),
            ("deploy", "is not a role's ARN"),
            (
                "arn:aws:sts::123456789012:assumed-role/deploy/ann",
                "did you mean `arn:aws:iam::123456789012:role/deploy`?",
            ),
        ] {
            let why = RoleArn::parse(arn).err().unwrap_or_default();
            assert!(why.contains(said) && why.is_empty() == said.is_empty(), "{arn}: {why}");
        }
    }
}
