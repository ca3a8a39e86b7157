//! The ARNs of IAM roles.

use pulumi_plugin::shape::{Format, Type};
use pulumi_plugin::{Fault, Path, Property, Value};

/// A role's ARN: `arn:aws:iam::123456789012:role/path/deploy`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleArn(String);

impl RoleArn {
    /// Reads an ARN; whether there is such a role is AWS's to say.
    pub fn parse(text: &str) -> Result<RoleArn, String> {
        let parts: Vec<_> = text.splitn(6, ':').collect();
        match parts[..] {
            ["arn", _, "iam", "", account, name] if is_account(account) && is_role(name) => {
                Ok(RoleArn(text.to_owned()))
            }
            // What `aws sts get-caller-identity` shows of somebody who has assumed it.
            ["arn", partition, "sts", "", account, session] if session.starts_with("assumed-role/") => {
                let name = session.split('/').nth(1).unwrap_or_default();
                Err(format!(
                    "`{text}` is a session of a role; did you mean `arn:{partition}:iam::{account}:role/{name}`?"
                ))
            }
            _ => Err(format!("`{text}` is not a role's ARN such as arn:aws:iam::123456789012:role/deploy")),
        }
    }

    /// The ARN as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_role(name: &str) -> bool {
    name.strip_prefix("role/").is_some_and(|n| !n.is_empty())
}

/// Whether this has the form of an account's id.
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.chars().all(|c| c.is_ascii_digit())
}

impl Property for RoleArn {
    fn ty() -> Type {
        static FORMAT: Format = Format {
            what: "a role's ARN such as arn:aws:iam::123456789012:role/deploy",
            or_object: false,
            canonical: |value| RoleArn::parse(value.as_str().unwrap_or_default()).map(|arn| Value::from(arn.0)),
            meaning: None,
        };
        Type::Format(&FORMAT)
    }
    fn decode(value: &Value) -> Result<Self, Fault> {
        RoleArn::parse(value.as_str().unwrap_or_default()).map_err(|why| Fault::new(Path::root(), why))
    }
    fn encode(&self) -> Value {
        self.0.as_str().into()
    }
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
