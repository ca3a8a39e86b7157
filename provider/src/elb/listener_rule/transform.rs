//! What becomes of a request before it is sent on.

use aws_sdk_elasticloadbalancingv2::types as sdk;
use pulumi_plugin::{Error, Fault, Property, Result};

use crate::aws::{list, word};

/// A transform of a request.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Transform {
    /// The type of the transform.
    pub r#type: TransformType,
    /// How the host is rewritten.
    pub host_header_rewrite_config: Option<Rewrites>,
    /// How path and query are rewritten.
    pub url_rewrite_config: Option<Rewrites>,
}

/// The type of a transform.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum TransformType {
    /// The host is rewritten.
    #[prop(rename = "host-header-rewrite")]
    HostHeaderRewrite,
    /// Path and query are rewritten.
    #[prop(rename = "url-rewrite")]
    UrlRewrite,
}

/// How text is rewritten.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Rewrites {
    /// The rewrites: AWS takes one.
    #[prop(min = 1, max = 1)]
    pub rewrites: Vec<Rewrite>,
}

/// A rewrite.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Rewrite {
    /// The regular expression, of up to 1024 characters.
    #[prop(min = 1, max = 1024)]
    pub regex: String,
    /// The text in its place, of up to 2048 characters, in which `$1` stands for what its first group matched.
    #[prop(max = 2048)]
    pub replace: String,
}

/// What is wrong with transforms.
pub(super) fn faults(transforms: &[Transform]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (i, transform) in transforms.iter().enumerate() {
        let host = transform.r#type == TransformType::HostHeaderRewrite;
        let mut wrong = |at: &str, why: &str| faults.push(Fault::new(at, why).below_index(i).below("transforms"));
        if host != transform.host_header_rewrite_config.is_some() {
            wrong("hostHeaderRewriteConfig", "`host-header-rewrite` needs it, and no other type has it");
        }
        if host == transform.url_rewrite_config.is_some() {
            wrong("urlRewriteConfig", "`url-rewrite` needs it, and no other type has it");
        }
        if transforms[..i].iter().any(|before| before.r#type == transform.r#type) {
            wrong("type", "a rule has one transform of a type");
        }
    }
    faults
}

/// Transforms as AWS takes them; nothing where there are none.
pub(super) fn written(transforms: &[Transform]) -> Option<Vec<sdk::RuleTransform>> {
    let rewrites = |it: &Rewrites| {
        let each =
            it.rewrites.iter().map(|it| sdk::RewriteConfig::builder().regex(&it.regex).replace(&it.replace).build());
        Some(each.collect::<Vec<_>>())
    };
    list::some(transforms.iter().map(|transform| {
        let host = transform.host_header_rewrite_config.as_ref();
        let host = host.map(|it| sdk::HostHeaderRewriteConfig::builder().set_rewrites(rewrites(it)).build());
        let url = transform.url_rewrite_config.as_ref();
        let url = url.map(|it| sdk::UrlRewriteConfig::builder().set_rewrites(rewrites(it)).build());
        let built = sdk::RuleTransform::builder().r#type(transform.r#type.as_str().into());
        built.set_host_header_rewrite_config(host).set_url_rewrite_config(url).build()
    }))
}

/// Transforms as AWS tells them.
pub(super) fn read(told: &[sdk::RuleTransform]) -> Result<Vec<Transform>> {
    let rewrites = |told: &[sdk::RewriteConfig]| Rewrites {
        rewrites: told
            .iter()
            .map(|it| Rewrite {
                regex: it.regex.clone().unwrap_or_default(),
                replace: it.replace.clone().unwrap_or_default(),
            })
            .collect(),
    };
    let each = told.iter().map(|it| {
        let kind = it.r#type.as_ref().ok_or_else(|| Error::new("AWS says nothing of a transform's type"))?;
        Ok(Transform {
            r#type: word(kind)?,
            host_header_rewrite_config: it.host_header_rewrite_config.as_ref().map(|it| rewrites(it.rewrites())),
            url_rewrite_config: it.url_rewrite_config.as_ref().map(|it| rewrites(it.rewrites())),
        })
    });
    each.collect()
}

/// AWS promises no order of transforms: they are said in the program's.
pub(super) fn respell(seen: &mut [Transform], given: &[Transform]) {
    let place = |it: &Transform| given.iter().position(|given| given == it).unwrap_or(given.len());
    seen.sort_by_key(place);
}
