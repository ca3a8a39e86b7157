//! What the program says of AWS: once for the provider, and again for single resources.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Property, Secret};

use crate::aws::Tags;
use crate::types::{Region, RoleArn};

/// The provider's configuration. What it leaves out is taken from the environment and the shared AWS files, as the AWS CLI does.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Config {
    /// The region, such as `ap-northeast-1`, of every resource that doesn't name one. Default: `AWS_REGION`, then the profile's.
    pub region: Option<Region>,
    /// The profile of the shared AWS files. Default: `AWS_PROFILE`, then `default`.
    pub profile: Option<String>,
    /// The access key's id. Better left to the environment: what stands here is kept, encrypted, in the state.
    pub access_key: Option<Secret<String>>,
    /// The access key's secret; needs `accessKey`.
    pub secret_key: Option<Secret<String>>,
    /// The session token of temporary credentials; needs `accessKey`.
    pub token: Option<Secret<String>>,
    /// A role that is assumed for every resource that doesn't name another one.
    pub assume_role: Option<AssumeRole>,
    /// The address of an AWS-compatible API for all services, such as `http://127.0.0.1:4566`.
    pub endpoint: Option<String>,
    /// Addresses of AWS-compatible APIs for single services, by the service's name: `ec2`, `route53`.
    #[prop(default)]
    pub endpoints: BTreeMap<String, String>,
    /// Tags of every resource that can have tags; a resource's own tags win.
    #[prop(default)]
    pub default_tags: Tags,
    /// Tags that somebody else keeps: neither shown, nor changed, nor removed. A tag that the program itself sets, or `defaultTags`, is the
    /// program's all the same: it is kept as the program has it, and removed when the program no longer sets it.
    pub ignore_tags: Option<IgnoreTags>,
    /// The accounts that may be touched. With any other one, nothing is done.
    #[prop(default)]
    pub allowed_account_ids: BTreeSet<String>,
    /// How often a call is tried again when AWS is throttling or failing, with growing pauses.
    #[prop(default = 9, min = 0, max = 100)]
    pub max_retries: u32,
}

impl Config {
    /// Whether tags of this key are somebody else's.
    pub(super) fn ignores(&self, key: &str) -> bool {
        let ignored = self.ignore_tags.as_ref();
        ignored.is_some_and(|i| i.keys.contains(key) || i.key_prefixes.iter().any(|p| key.starts_with(p)))
    }
}

/// A role in this or another account.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Property)]
#[prop(module = "index")]
pub struct AssumeRole {
    /// The role's ARN.
    pub role_arn: RoleArn,
    /// The external id that the role's trust policy asks for.
    pub external_id: Option<String>,
    /// The name of the session, as it appears in CloudTrail. Default: `gitinfra`.
    pub session_name: Option<String>,
}

/// Which tags are somebody else's.
#[derive(Debug, Clone, PartialEq, Default, Property)]
#[prop(module = "index")]
pub struct IgnoreTags {
    /// Tags of these keys.
    #[prop(default)]
    pub keys: BTreeSet<String>,
    /// Tags whose keys begin with one of these.
    #[prop(default)]
    pub key_prefixes: BTreeSet<String>,
}

/// Inputs of every resource and function.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct Common {
    /// The region. Default: the provider's.
    #[prop(replace)]
    pub region: Option<Region>,
    /// The role to act as, for a resource in another account. Default: the provider's.
    pub assume_role: Option<AssumeRole>,
}
