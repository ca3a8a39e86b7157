//! AWS's regions by name.

use pulumi_plugin::{Spelled as _, nearest};

spelled! {
    /// A region's name, such as `ap-northeast-1`. One that AWS opens tomorrow has the same form.
    Region, "a region", "ap-northeast-1", "us-east-1", canonical
}

/// The regions of today, each with the place that people call it by: only to say what was meant.
const TODAY: [(&str, &str); 36] = [
    ("us-east-1", "virginia"),
    ("us-east-2", "ohio"),
    ("us-west-1", "california"),
    ("us-west-2", "oregon"),
    ("ca-central-1", "montreal"),
    ("ca-west-1", "calgary"),
    ("mx-central-1", "mexico"),
    ("sa-east-1", "sao paulo"),
    ("eu-central-1", "frankfurt"),
    ("eu-central-2", "zurich"),
    ("eu-north-1", "stockholm"),
    ("eu-south-1", "milan"),
    ("eu-south-2", "spain"),
    ("eu-west-1", "ireland"),
    ("eu-west-2", "london"),
    ("eu-west-3", "paris"),
    ("af-south-1", "cape town"),
    ("il-central-1", "tel aviv"),
    ("me-central-1", "uae"),
    ("me-south-1", "bahrain"),
    ("ap-east-1", "hong kong"),
    ("ap-east-2", "taipei"),
    ("ap-northeast-1", "tokyo"),
    ("ap-northeast-2", "seoul"),
    ("ap-northeast-3", "osaka"),
    ("ap-south-1", "mumbai"),
    ("ap-south-2", "hyderabad"),
    ("ap-southeast-1", "singapore"),
    ("ap-southeast-2", "sydney"),
    ("ap-southeast-3", "jakarta"),
    ("ap-southeast-4", "melbourne"),
    ("ap-southeast-5", "malaysia"),
    ("ap-southeast-6", "new zealand"),
    ("ap-southeast-7", "thailand"),
    ("cn-north-1", "beijing"),
    ("cn-northwest-1", "ningxia"),
];

/// A name; only its form is looked at.
fn canonical(text: &str) -> Result<String, String> {
    let mut parts: Vec<_> = text.split('-').collect();
    let number = parts.pop().unwrap_or_default();
    let fine = parts.len() >= 2
        && parts.iter().all(|p| !p.is_empty() && p.chars().all(|c| c.is_ascii_lowercase()))
        && !number.is_empty()
        && number.chars().all(|c| c.is_ascii_digit());
    match (fine, meant(text)) {
        (true, _) => Ok(text.to_owned()),
        (false, Some(name)) => Err(format!("`{text}` is not a region; did you mean `{name}`?")),
        (false, None) => Err(Region::is_not(text)),
    }
}

/// The region that somebody probably meant: by its name, one of its zones, or the place where it is.
fn meant(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase().replace('_', "-");
    let by_place = || {
        let place = nearest(&text, TODAY.map(|(_, place)| place))?;
        TODAY.iter().find(|(_, p)| *p == place).map(|(name, _)| *name)
    };
    nearest(&text, TODAY.map(|(name, _)| name)).or_else(by_place)
}

#[cfg(test)]
mod tests {
    use super::Region;

    #[test]
    fn tells_regions() {
        for name in ["ap-northeast-1", "us-gov-west-1", "xx-west-12"] {
            assert_eq!(Region::parse(name).map(|r| r.to_string()).as_deref(), Ok(name));
        }
        for (text, said) in [
            ("tokyo", "did you mean `ap-northeast-1`?"),
            ("Sao Paulo", "did you mean `sa-east-1`?"),
            ("ap-northeast-1a", "did you mean `ap-northeast-1`?"),
            ("AP_NORTHEAST_3", "did you mean `ap-northeast-3`?"),
            ("us-east", "did you mean `us-east-1`?"),
            ("example.com", "is not a region such as ap-northeast-1"),
            ("-a-1", "is not a region"),
            ("", "`` is not a region such as ap-northeast-1"),
        ] {
            let why = Region::parse(text).err().unwrap_or_default();
            assert!(why.contains(said), "{text}: {why}");
        }
    }
}
