//! An origin request policy.

use std::collections::BTreeSet;

use aws_sdk_cloudfront::operation::get_origin_request_policy::GetOriginRequestPolicyOutput;
use aws_sdk_cloudfront::types::{self as sdk, OriginRequestPolicyConfig, OriginRequestPolicyType};
use pulumi_plugin::{Again, Error, Fault, Faults, Id, Made, Property, Resource, Result, Wait};

use super::policy::{CookiesConfig, QueryStringsConfig, header_names, headers, listed};
use crate::aws::{Aws, Doing as _, word};
use crate::cloudfront::{built, holders, renamed};
use crate::types::{Lowercase, PolicyName};

/// What the program asks of an origin request policy.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct OriginRequestPolicyInputs {
    /// The name: letters, digits, hyphens and underscores, unique among the account's origin request policies. Default: made from the
    /// resource's name.
    #[prop(unique, autoname = 128)]
    pub name: PolicyName,
    /// A comment.
    #[prop(default, max = 128)]
    pub comment: String,
    /// The headers that go to the origin, beside those of the cache key. Default: none.
    #[prop(default)]
    pub headers_config: OriginHeadersConfig,
    /// The cookies that go to the origin. Default: none.
    #[prop(default)]
    pub cookies_config: CookiesConfig,
    /// The query strings that go to the origin. Default: none.
    #[prop(default)]
    pub query_strings_config: QueryStringsConfig,
}

/// Which headers go to the origin.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct OriginHeadersConfig {
    /// The header behavior.
    #[prop(default)]
    pub header_behavior: OriginHeaderBehavior,
    /// The names of the headers, for `whitelist`, `allViewerAndWhitelistCloudFront` and `allExcept`. Their case means nothing.
    #[prop(default)]
    pub headers: BTreeSet<Lowercase>,
}

/// Which headers go to the origin.
#[derive(Debug, Clone, Copy, PartialEq, Default, Property)]
pub enum OriginHeaderBehavior {
    /// None.
    #[default]
    #[prop(rename = "none")]
    None,
    /// Those that are listed.
    #[prop(rename = "whitelist")]
    Whitelist,
    /// All of the viewer's. With them goes `Host`, which S3, API Gateway and Lambda answer with 403.
    #[prop(rename = "allViewer")]
    AllViewer,
    /// All of the viewer's, and those of CloudFront's own that are listed.
    #[prop(rename = "allViewerAndWhitelistCloudFront")]
    AllViewerAndWhitelistCloudFront,
    /// All of the viewer's but those that are listed.
    #[prop(rename = "allExcept")]
    AllExcept,
}

/// A CloudFront origin request policy: what of a request goes to the origin beside the cache key. A cache behavior that has one needs a cache
/// policy, too.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct OriginRequestPolicy {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: OriginRequestPolicyInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
}

impl Resource for OriginRequestPolicy {
    const TOKEN: &'static str = "gitinfra:cloudfront:OriginRequestPolicy";
    const WAIT: Wait = Wait::seconds(1, 1800);
    const FIXED: &'static [(&'static str, &'static str)] = crate::aws::GLOBAL;
    type Session = Aws;
    type Inputs = OriginRequestPolicyInputs;
    type Seen = GetOriginRequestPolicyOutput;

    fn check(new: &OriginRequestPolicyInputs) -> Vec<Fault> {
        Faults::of(new)
            .part("headersConfig", new.headers_config.faults())
            .part("cookiesConfig", new.cookies_config.faults())
            .part("queryStringsConfig", new.query_strings_config.faults())
            .into_vec()
    }

    async fn create(aws: &Aws, new: &OriginRequestPolicyInputs) -> Result<Made> {
        let create = aws.once().cloudfront().create_origin_request_policy().origin_request_policy_config(new.write()?);
        let made = create.send().await.unless(&["OriginRequestPolicyAlreadyExists"]);
        match made.doing("creating origin request policy", &new.name)? {
            Some(made) => Made::new(made.origin_request_policy.map(|policy| policy.id)),
            None => named(aws, new.name.as_str()).await.map(Made::Exists),
        }
    }

    /// It bears no token. Where an answer got lost, the one that has the name and says the same is what was made.
    async fn ours(
        aws: &Aws,
        id: &Id,
        seen: &GetOriginRequestPolicyOutput,
        new: &OriginRequestPolicyInputs,
    ) -> Result<Option<Id>> {
        Ok((aws.call().tried() && read(id, seen.clone())? == *new).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<GetOriginRequestPolicyOutput>> {
        let got = aws.cloudfront().get_origin_request_policy().id(id).send().await;
        got.unless(&["NoSuchOriginRequestPolicy"]).doing("reading origin request policy", id)
    }

    async fn read(aws: &Aws, id: &Id, seen: GetOriginRequestPolicyOutput) -> Result<Self> {
        let arn = format!("arn:{}:cloudfront::{}:origin-request-policy/{id}", aws.partition(), aws.account().await?);
        Ok(OriginRequestPolicy { inputs: read(id, seen)?, arn })
    }

    async fn update(aws: &Aws, id: &Id, _: &Self, new: &OriginRequestPolicyInputs) -> Result<()> {
        let etag = Self::find(aws, id).await?.and_then(|seen| seen.e_tag);
        let update = aws.cloudfront().update_origin_request_policy().id(id).set_if_match(etag);
        update
            .origin_request_policy_config(new.write()?)
            .send()
            .await
            .done("changing origin request policy", id)
            .map_err(renamed)
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let Some(seen) = Self::find(aws, id).await? else { return Ok(()) };
        let delete = aws.cloudfront().delete_origin_request_policy().id(id).set_if_match(seen.e_tag).send().await;
        let uses = |each: &sdk::DistributionSummary| {
            holders::named(each).iter().any(|named| named.origin_request_policy == Some(id.as_str()))
        };
        match delete.unless(&["NoSuchOriginRequestPolicy"]).done("deleting origin request policy", id) {
            Err(error) => Err(holders::held(aws, id, error, uses).await),
            done => done,
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

impl OriginHeaderBehavior {
    fn lists(self) -> bool {
        !matches!(self, OriginHeaderBehavior::None | OriginHeaderBehavior::AllViewer)
    }
}

impl OriginHeadersConfig {
    fn faults(&self) -> Vec<Fault> {
        let own = self.header_behavior == OriginHeaderBehavior::AllViewerAndWhitelistCloudFront;
        let cached = self.header_behavior == OriginHeaderBehavior::Whitelist;
        let keyed = |name: &&Lowercase| ["authorization", "accept-encoding"].contains(&name.as_str());
        let foreign = self.headers.iter().find(|name| own && !name.as_str().starts_with("cloudfront-"));
        let keyed = self.headers.iter().find(|name| cached && keyed(name));
        let names = Faults::of(self)
            .when(foreign.is_some(), "headers", "with this behavior, all must begin with `CloudFront-`")
            .when(
                keyed.is_some(),
                "headers",
                "`authorization` and `accept-encoding` go to the origin by a cache policy only",
            );
        listed(names, "headers", self.header_behavior.lists(), self.headers.is_empty())
    }

    fn write(&self) -> Result<sdk::OriginRequestPolicyHeadersConfig> {
        sdk::OriginRequestPolicyHeadersConfig::builder()
            .header_behavior(self.header_behavior.as_str().into())
            .set_headers(self.header_behavior.lists().then(|| headers(&self.headers)).transpose()?)
            .build()
            .map_err(built)
    }
}

impl OriginRequestPolicyInputs {
    fn write(&self) -> Result<OriginRequestPolicyConfig> {
        let (cookies, strings) = (&self.cookies_config, &self.query_strings_config);
        let cookies = sdk::OriginRequestPolicyCookiesConfig::builder()
            .cookie_behavior(cookies.cookie_behavior.as_str().into())
            .set_cookies(cookies.names()?);
        let strings = sdk::OriginRequestPolicyQueryStringsConfig::builder()
            .query_string_behavior(strings.query_string_behavior.as_str().into())
            .set_query_strings(strings.names()?);
        OriginRequestPolicyConfig::builder()
            .name(self.name.as_str())
            .comment(&self.comment)
            .headers_config(self.headers_config.write()?)
            .cookies_config(cookies.build().map_err(built)?)
            .query_strings_config(strings.build().map_err(built)?)
            .build()
            .map_err(built)
    }
}

fn read(id: &Id, seen: GetOriginRequestPolicyOutput) -> Result<OriginRequestPolicyInputs> {
    let config = seen.origin_request_policy.and_then(|policy| policy.origin_request_policy_config);
    let config = config.ok_or_else(|| Error::new(format!("`{id}` has no configuration")))?;
    let mut read = OriginRequestPolicyInputs {
        name: config.name.into(),
        comment: config.comment.unwrap_or_default(),
        headers_config: OriginHeadersConfig::default(),
        cookies_config: CookiesConfig::default(),
        query_strings_config: QueryStringsConfig::default(),
    };
    if let Some(config) = config.headers_config {
        let header_behavior = word(config.header_behavior)?;
        read.headers_config = OriginHeadersConfig { header_behavior, headers: header_names(config.headers) };
    }
    if let Some(config) = config.cookies_config {
        let cookies = config.cookies.and_then(|names| names.items).unwrap_or_default().into_iter().collect();
        read.cookies_config = CookiesConfig { cookie_behavior: word(config.cookie_behavior)?, cookies };
    }
    if let Some(config) = config.query_strings_config {
        let names = config.query_strings.and_then(|names| names.items).unwrap_or_default();
        let (query_strings, behavior) = (names.into_iter().collect(), config.query_string_behavior);
        read.query_strings_config = QueryStringsConfig { query_string_behavior: word(behavior)?, query_strings };
    }
    Ok(read)
}

/// The policy of this account that has a name already.
async fn named(aws: &Aws, name: &str) -> Result<Id> {
    let mut marker = None;
    loop {
        let list =
            aws.cloudfront().list_origin_request_policies().r#type(OriginRequestPolicyType::Custom).set_marker(marker);
        let page = list.send().await.doing("listing origin request policies", "")?.origin_request_policy_list;
        let Some(page) = page else { break };
        let mut policies = page.items.unwrap_or_default().into_iter().filter_map(|each| each.origin_request_policy);
        let same = |policy: &sdk::OriginRequestPolicy| {
            policy.origin_request_policy_config().is_some_and(|config| config.name == name)
        };
        if let Some(found) = policies.find(same) {
            return Ok(found.id.into());
        }
        marker = page.next_marker.filter(|marker| !marker.is_empty());
        if marker.is_none() {
            break;
        }
    }
    Err(Error::new(format!("an origin request policy `{name}` exists, but is not listed yet")).again(Again::Soon))
}
