//! The name of an S3 bucket.

use std::net::Ipv4Addr;

use pulumi_plugin::Spelled as _;

spelled! {
    /// The name of an S3 bucket: 3 to 63 lower-case letters, digits, dots and hyphens, and none that AWS keeps for itself.
    BucketName, "a bucket's name", "web-assets", "logs.example.com", canonical
}

as_aws_has_it!(BucketName);

/// How names begin and end that AWS keeps for itself.
const KEPT_PREFIXES: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];
const KEPT_SUFFIXES: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

fn canonical(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if let Some(odd) = text.chars().find(|c| !plain(*c) && !".-".contains(*c)) {
        return Err(format!("`{odd}` is not allowed: there are lower-case letters, digits, dots and hyphens"));
    }
    if !(3..=63).contains(&text.len()) {
        return Err(format!("has {} characters; 3 to 63 are allowed", text.len()));
    }
    if let Some(kept) = KEPT_PREFIXES.iter().find(|kept| text.starts_with(**kept)) {
        return Err(format!("AWS keeps names that begin with `{kept}` for itself"));
    }
    if let Some(kept) = KEPT_SUFFIXES.iter().find(|kept| text.ends_with(**kept)) {
        return Err(format!("AWS keeps names that end with `{kept}` for itself"));
    }
    let ends = text.starts_with(plain) && text.ends_with(plain);
    match ends && !text.contains("..") && text.parse::<Ipv4Addr>().is_err() {
        true => Ok(text.to_owned()),
        false => Err(BucketName::is_not(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::BucketName;

    #[test]
    fn tells_names() {
        for (text, said) in [
            ("web", ""),
            ("logs.example.com", ""),
            ("1-2", ""),
            (&"a".repeat(63), ""),
            (&"a".repeat(64), "has 64 characters; 3 to 63"),
            ("ab", "has 2 characters"),
            ("Web", "`W` is not allowed"),
            ("a_b", "`_` is not allowed"),
            ("-ab", "is not a bucket's name"),
            ("ab.", "is not a bucket's name"),
            ("a..b", "is not a bucket's name"),
            ("192.168.0.1", "is not a bucket's name"),
            ("xn--web", "begin with `xn--`"),
            ("web-s3alias", "end with `-s3alias`"),
        ] {
            let why = BucketName::parse(text).err().unwrap_or_default();
            assert!(why.contains(said) && why.is_empty() == said.is_empty(), "{text}: {why}");
        }
    }
}
