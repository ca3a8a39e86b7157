//! Names of CloudFront's functions and policies.

spelled! {
    /// The name of a CloudFront policy: 1 to 128 letters, digits, hyphens and underscores.
    PolicyName, "a policy's name", "web-assets", "API_v2", policy_name
}

spelled! {
    /// The name of a CloudFront function: 1 to 64 letters, digits, hyphens and underscores.
    FunctionName, "a function's name", "redirect", "rewrite_v2", function_name
}

as_aws_has_it!(PolicyName, FunctionName);

fn policy_name(text: &str) -> Result<String, String> {
    name(text, 128)
}

fn function_name(text: &str) -> Result<String, String> {
    name(text, 64)
}

fn name(text: &str, most: usize) -> Result<String, String> {
    match text.chars().find(|c| !c.is_ascii_alphanumeric() && !"-_".contains(*c)) {
        Some(odd) => Err(format!("`{odd}` is not allowed: there are letters, digits, hyphens and underscores")),
        None if (1..=most).contains(&text.len()) => Ok(text.to_owned()),
        None => Err(format!("has {} characters; 1 to {most} are allowed", text.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::{FunctionName, PolicyName};

    #[test]
    fn tells_names() {
        for (text, policy, function) in
            [("a-B_1", true, true), (&"a".repeat(65), true, false), ("", false, false), ("a b", false, false)]
        {
            assert_eq!(
                (PolicyName::parse(text).is_ok(), FunctionName::parse(text).is_ok()),
                (policy, function),
                "{text}"
            );
        }
    }
}
