//! The names of ECS's clusters, services and task definition families.

use pulumi_plugin::Spelled as _;

spelled! {
    /// A name as ECS takes it: 1 to 255 letters, digits, hyphens and underscores.
    EcsName, "a name of letters, digits, hyphens and underscores", "web", "shop_2", ecs_name
}

spelled! {
    /// A cluster: its name, or its ARN, which comes down to the name.
    ClusterName, "a cluster's name or ARN", "web", "shop_2", cluster_name
}

as_aws_has_it!(EcsName, ClusterName);

fn ecs_name(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match (text.chars().count(), text.chars().find(|c| !fits(*c))) {
        (0, _) => Err("empty; 1 to 255 characters are allowed".into()),
        (count @ 256.., _) => Err(format!("has {count} characters; 1 to 255 are allowed")),
        (_, Some(odd)) => Err(format!("`{odd}` is not allowed: there are letters from a to z, digits, - and _")),
        (_, None) => Ok(text.to_owned()),
    }
}

fn cluster_name(text: &str) -> Result<String, String> {
    let resource = text.starts_with("arn:").then(|| text.splitn(6, ':').nth(5).unwrap_or_default());
    match resource.map(|resource| resource.strip_prefix("cluster/")) {
        None => ecs_name(text),
        Some(Some(name)) if text.split(':').nth(2) == Some("ecs") => ecs_name(name),
        Some(_) => Err(ClusterName::is_not(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::{ClusterName, EcsName};

    #[test]
    fn names_are_letters_digits_hyphens_and_underscores() {
        for (text, said) in [
            ("web", ""),
            ("1_Web-2", ""),
            (&"a".repeat(255), ""),
            ("", "empty; 1 to 255 characters are allowed"),
            (&"a".repeat(256), "has 256 characters; 1 to 255 are allowed"),
            ("a/b", "`/` is not allowed"),
            ("ウェブ", "`ウ` is not allowed"),
        ] {
            let why = EcsName::parse(text).err().unwrap_or_default();
            assert!(why.contains(said) && why.is_empty() == said.is_empty(), "{text}: {why}");
        }
    }

    #[test]
    fn a_clusters_arn_comes_down_to_its_name() {
        for (text, name) in [
            ("web", Some("web")),
            ("arn:aws:ecs:ap-northeast-1:123456789012:cluster/web", Some("web")),
            ("arn:aws:ecs:ap-northeast-1:123456789012:service/web/shop", None),
            ("arn:aws:eks:ap-northeast-1:123456789012:cluster/web", None),
            ("arn:aws:ecs:ap-northeast-1:123456789012:cluster/", None),
            ("a b", None),
        ] {
            assert_eq!(ClusterName::parse(text).as_ref().ok().map(ClusterName::as_str), name, "{text}");
        }
    }
}
