//! The names of scaling policies.

spelled! {
    /// The name of a scaling policy: 1 to 255 printable characters, and no `/`, which parts the id.
    ScalingPolicyName, "a policy's name", "cpu", "requests per target", policy_name
}

as_aws_has_it!(ScalingPolicyName);

fn policy_name(text: &str) -> Result<String, String> {
    match (text.chars().count(), text.chars().find(|c| c.is_control() || *c == '/')) {
        (0, _) => Err("empty; 1 to 255 characters are allowed".into()),
        (count @ 256.., _) => Err(format!("has {count} characters; 1 to 255 are allowed")),
        (_, Some(odd)) => Err(format!("`{}` is not allowed", odd.escape_default())),
        (_, None) => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::ScalingPolicyName;

    #[test]
    fn has_no_slash() {
        for (text, said) in [
            ("cpu", ""),
            ("requests per target", ""),
            ("a/b", "`/` is not allowed"),
            ("a\nb", "`\\n` is not allowed"),
            ("", "empty"),
        ] {
            let why = ScalingPolicyName::parse(text).err().unwrap_or_default();
            assert!(why.contains(said) && why.is_empty() == said.is_empty(), "{text}: {why}");
        }
    }
}
