//! Tags.

use std::collections::BTreeMap;

use pulumi_plugin::{Property as _, Value};

use crate::aws::Aws;

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// The tag by which a creation whose answer got lost finds what it made.
pub const TOKEN_TAG: &str = "gitinfra:create-token";

/// The tag of an instance that we have stopped to change it, and that is to be started again.
pub const STOPPED_TAG: &str = "gitinfra:stopped-to-change";

/// A tag as some service has it.
pub trait Tag {
    /// Its key and its value.
    fn pair(&self) -> (&str, &str);
}

/// A tag as some service takes it.
pub trait NewTag: Tag + Sized {
    /// One of this key and value. There always is one: the SDK only refuses what lacks either.
    fn of(key: &str, value: &str) -> Option<Self>;
}

impl Tag for (String, String) {
    fn pair(&self) -> (&str, &str) {
        (&self.0, &self.1)
    }
}

impl NewTag for (String, String) {
    fn of(key: &str, value: &str) -> Option<Self> {
        Some((key.to_owned(), value.to_owned()))
    }
}

impl<T: Tag> Tag for &T {
    fn pair(&self) -> (&str, &str) {
        (*self).pair()
    }
}

/// What SDKs keep texts in.
trait Text {
    fn text(&self) -> &str;
}

impl Text for String {
    fn text(&self) -> &str {
        self
    }
}

impl Text for Option<String> {
    fn text(&self) -> &str {
        self.as_deref().unwrap_or_default()
    }
}

/// The tags of each service: what its SDK calls their two halves, and `ok` where it may refuse to build one.
macro_rules! tags {
    (@ $built:expr, ok) => {
        $built.ok()
    };
    (@ $built:expr,) => {
        Some($built)
    };
    ($($sdk:ident $key:ident $value:ident $($ok:ident)?;)*) => {
        $(
            impl Tag for $sdk::types::Tag {
                fn pair(&self) -> (&str, &str) {
                    (self.$key.text(), self.$value.text())
                }
            }

            impl NewTag for $sdk::types::Tag {
                fn of(key: &str, value: &str) -> Option<Self> {
                    tags!(@ $sdk::types::Tag::builder().$key(key).$value(value).build(), $($ok)?)
                }
            }
        )*

        #[cfg(test)]
        #[test]
        fn every_services_tags_go_there_and_back() {
            $(tests::there_and_back::<$sdk::types::Tag>();)*
        }
    };
}

tags! {
    aws_sdk_acm key value ok;
    aws_sdk_chatbot tag_key tag_value ok;
    aws_sdk_cloudfront key value ok;
    aws_sdk_cloudwatch key value;
    aws_sdk_ec2 key value;
    aws_sdk_ecr key value ok;
    aws_sdk_ecs key value;
    aws_sdk_elasticache key value;
    aws_sdk_elasticloadbalancingv2 key value;
    aws_sdk_firehose key value ok;
    aws_sdk_iam key value ok;
    aws_sdk_kms tag_key tag_value ok;
    aws_sdk_rds key value;
    aws_sdk_route53 key value;
    aws_sdk_s3 key value ok;
    aws_sdk_secretsmanager key value;
    aws_sdk_sns key value ok;
    aws_sdk_ssm key value ok;
    aws_sdk_wafv2 key value ok;
}

/// Tags as a service takes them.
pub fn written<T: NewTag>(tags: &Tags) -> Vec<T> {
    tags.iter().filter_map(|(key, value)| T::of(key, value)).collect()
}

impl Aws {
    /// The tags of a new resource: the user's, and the one by which a creation whose answer got lost is found again.
    pub fn newborn<T: NewTag>(&self, tags: &Tags) -> Vec<T> {
        let mut written = written(tags);
        written.extend(T::of(TOKEN_TAG, &self.birth().token));
        written
    }

    /// Whether these are the tags of what this very creation made.
    pub fn bears_token(&self, tags: impl IntoIterator<Item = impl Tag>) -> bool {
        tags.into_iter().any(|tag| tag.pair() == (TOKEN_TAG, self.birth().token.as_str()))
    }

    /// The tags as the user sees them: without AWS's own, ours, and those that somebody else keeps.
    pub fn visible(&self, tags: impl IntoIterator<Item = impl Tag>) -> Tags {
        let tags = tags.into_iter();
        let tags = tags.map(|tag| (tag.pair().0.to_owned(), tag.pair().1.to_owned()));
        tags.filter(|(key, _)| !self.hides(key)).collect()
    }

    /// The tags that the program gives, or that the state has: the best that is known while AWS lists none. None is known for an import.
    pub fn known_tags(&self) -> Option<Tags> {
        Tags::decode(self.call().given.get("tags")?).ok()
    }

    fn hides(&self, key: &str) -> bool {
        let given = self.call().given.get("tags").and_then(Value::as_object);
        key.starts_with("aws:")
            || [TOKEN_TAG, STOPPED_TAG].contains(&key)
            // What the program sets is the program's, whoever else has tags that look like it.
            || self.config().ignores(key) && !given.is_some_and(|tags| tags.contains_key(key))
    }
}

#[cfg(test)]
mod tests {
    use super::{NewTag, Tags, written};

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[track_caller]
    pub fn there_and_back<T: NewTag>() {
        let tags = tags(&[("Name", "web"), ("empty", "")]);
        let back = written::<T>(&tags).iter().map(|tag| (tag.pair().0.to_owned(), tag.pair().1.to_owned())).collect();
        assert_eq!(tags, back);
    }
}
