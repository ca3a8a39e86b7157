//! AWS's words for ours.

use pulumi_plugin::{Error, Property, Result};

/// One of our words for one of AWS's. A word that is not known here is refused, and never read as another one.
pub fn word<T: Property>(aws: impl AsRef<str>) -> Result<T> {
    let aws = aws.as_ref();
    T::decode(&aws.into()).map_err(|fault| {
        Error::new(format!("AWS says `{aws}`: {}", fault.why)).hint("a newer version of the provider may know it")
    })
}

/// The same where AWS leaves the word out for one of them.
pub fn word_or<T: Property>(aws: Option<impl AsRef<str>>, absent: T) -> Result<T> {
    aws.map_or(Ok(absent), word)
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::Tenancy as AwsTenancy;

    use super::{word, word_or};
    use crate::ec2::vpc::Tenancy;

    #[test]
    fn an_unknown_word_is_refused() {
        assert_eq!(word(AwsTenancy::Dedicated).ok(), Some(Tenancy::Dedicated));
        assert_eq!(word_or(None::<&AwsTenancy>, Tenancy::Default).ok(), Some(Tenancy::Default));
        let refused = word_or(Some(&AwsTenancy::Host), Tenancy::Default).expect_err("a VPC has no such tenancy");
        let words = refused.to_string();
        assert!(words.contains("AWS says `host`") && words.contains("a newer version of the provider"), "{words}");
    }
}
