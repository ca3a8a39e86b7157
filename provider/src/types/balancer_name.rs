//! The names of load balancers and target groups.

use pulumi_plugin::Spelled as _;

spelled! {
    /// The name of a load balancer: 1 to 32 letters, digits and hyphens.
    BalancerName, "a load balancer's name of letters, digits and hyphens", "web", "shop-2", balancer
}

spelled! {
    /// The name of a target group: 1 to 32 letters, digits and hyphens.
    TargetGroupName, "a target group's name of letters, digits and hyphens", "web", "shop-2", group
}

as_aws_has_it!(BalancerName, TargetGroupName);

fn balancer(text: &str) -> Result<String, String> {
    match text.starts_with("internal-") {
        true => Err(format!("`{text}` is not allowed: AWS keeps what begins with `internal-` for itself")),
        false => named(text, BalancerName::is_not(text)),
    }
}

fn group(text: &str) -> Result<String, String> {
    named(text, TargetGroupName::is_not(text))
}

fn named(text: &str, is_not: String) -> Result<String, String> {
    let count = text.chars().count();
    if !(1..=32).contains(&count) {
        return Err(match count {
            0 => "empty; 1 to 32 characters are allowed".to_owned(),
            _ => format!("has {count} characters; 1 to 32 are allowed"),
        });
    }
    let fits = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    match fits && !text.starts_with('-') && !text.ends_with('-') {
        true => Ok(text.to_owned()),
        false => Err(is_not),
    }
}

#[cfg(test)]
mod tests {
    use super::{BalancerName, TargetGroupName};

    #[test]
    fn have_32_characters_at_most() {
        for (text, said) in [
            ("web", ""),
            ("Web--2", ""),
            ("-web", "is not a load balancer's name"),
            ("web-", "is not a load balancer's name"),
            ("web_1", "is not a load balancer's name"),
            ("internal-web", "AWS keeps what begins with `internal-`"),
            ("", "empty"),
            (&"a".repeat(33), "has 33 characters; 1 to 32 are allowed"),
        ] {
            let why = BalancerName::parse(text).err().unwrap_or_default();
            assert!(why.contains(said) && why.is_empty() == said.is_empty(), "{text}: {why}");
        }
        assert!(TargetGroupName::parse("internal-web").is_ok());
    }
}
