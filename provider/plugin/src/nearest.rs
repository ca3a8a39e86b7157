//! The name that somebody probably meant.

/// The candidate that is nearest to a mistyped name, when one is near enough to be meant.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().max(name.len()).div_ceil(3))
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_was_meant() {
        let names = ["cidrBlock", "tags", "enableDnsHostnames", "enableDnsSupport"];
        for (given, meant) in [
            ("cidrblock", Some("cidrBlock")),
            ("cidr_block", Some("cidrBlock")),
            ("tag", Some("tags")),
            ("enableDnsHostname", Some("enableDnsHostnames")),
            ("ipv6", None),
        ] {
            assert_eq!(nearest(given, names), meant, "{given}");
        }
    }
}
