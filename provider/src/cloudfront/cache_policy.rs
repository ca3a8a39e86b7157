//! A cache policy.

use std::collections::BTreeSet;

use aws_sdk_cloudfront::operation::get_cache_policy::GetCachePolicyOutput;
use aws_sdk_cloudfront::types::{self as sdk, CachePolicyConfig, CachePolicyType};
use pulumi_plugin::{Again, Error, Fault, Faults, Id, Made, Property, Resource, Result, Wait};

use super::policy::{Chosen, CookiesConfig, QueryStringsConfig, header_names, headers, listed};
use crate::aws::{Aws, Doing as _, word};
use crate::cloudfront::{built, holders, renamed};
use crate::types::{Lowercase, PolicyName};

/// What the program asks of a cache policy.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct CachePolicyInputs {
    /// The name: letters, digits, hyphens and underscores, unique among the account's cache policies. Default: made from the resource's name.
    #[prop(unique, autoname = 128)]
    pub name: PolicyName,
    /// A comment.
    #[prop(default, max = 128)]
    pub comment: String,
    /// The minimum time to live of objects in the cache, in seconds.
    #[prop(default = 0, min = 0)]
    pub min_ttl: i64,
    /// The default time to live, in seconds, of objects for which the origin says none. Default: 86400, a day.
    #[prop(default = 86_400, min = 0)]
    pub default_ttl: i64,
    /// The maximum time to live, in seconds, whatever the origin says. Default: 31536000, a year.
    #[prop(default = 31_536_000, min = 0)]
    pub max_ttl: i64,
    /// What of a request makes the cache key, and goes to the origin. Default: nothing but host and path.
    #[prop(default)]
    pub parameters_in_cache_key_and_forwarded_to_origin: CacheKeyParameters,
}

/// What of a request makes the cache key, and goes to the origin.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct CacheKeyParameters {
    /// Whether objects are cached and served compressed with gzip, where viewers take that.
    #[prop(default)]
    pub enable_accept_encoding_gzip: bool,
    /// The same with Brotli.
    #[prop(default)]
    pub enable_accept_encoding_brotli: bool,
    /// The headers.
    #[prop(default)]
    pub headers_config: CacheHeadersConfig,
    /// The cookies.
    #[prop(default)]
    pub cookies_config: CookiesConfig,
    /// The query strings.
    #[prop(default)]
    pub query_strings_config: QueryStringsConfig,
}

/// Which headers make the cache key.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct CacheHeadersConfig {
    /// The header behavior.
    #[prop(default)]
    pub header_behavior: CacheHeaderBehavior,
    /// The names of the headers, for `whitelist`. Their case means nothing.
    #[prop(default)]
    pub headers: BTreeSet<Lowercase>,
}

/// Which headers make the cache key.
#[derive(Debug, Clone, Copy, PartialEq, Default, Property)]
pub enum CacheHeaderBehavior {
    /// None.
    #[default]
    #[prop(rename = "none")]
    None,
    /// Those that are listed.
    #[prop(rename = "whitelist")]
    Whitelist,
}

/// A CloudFront cache policy: how long objects are cached, and what of a request makes the key in the cache.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct CachePolicy {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: CachePolicyInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
}

impl Resource for CachePolicy {
    const TOKEN: &'static str = "gitinfra:cloudfront:CachePolicy";
    const WAIT: Wait = Wait::seconds(1, 1800);
    const FIXED: &'static [(&'static str, &'static str)] = crate::aws::GLOBAL;
    type Session = Aws;
    type Inputs = CachePolicyInputs;
    type Seen = GetCachePolicyOutput;

    fn check(new: &CachePolicyInputs) -> Vec<Fault> {
        Faults::of(new)
            .when(new.default_ttl < new.min_ttl, "defaultTtl", "is less than `minTtl`")
            .when(new.max_ttl < new.default_ttl, "maxTtl", "is less than `defaultTtl`")
            .part(
                "parametersInCacheKeyAndForwardedToOrigin",
                new.parameters_in_cache_key_and_forwarded_to_origin.faults(new.max_ttl > 0),
            )
            .into_vec()
    }

    async fn create(aws: &Aws, new: &CachePolicyInputs) -> Result<Made> {
        let create = aws.once().cloudfront().create_cache_policy().cache_policy_config(new.write()?);
        let made = create.send().await.unless(&["CachePolicyAlreadyExists"]);
        match made.doing("creating cache policy", &new.name)? {
            Some(made) => Made::new(made.cache_policy.map(|policy| policy.id)),
            None => named(aws, new.name.as_str()).await.map(Made::Exists),
        }
    }

    /// It bears no token. Where an answer got lost, the one that has the name and says the same is what was made.
    async fn ours(aws: &Aws, id: &Id, seen: &GetCachePolicyOutput, new: &CachePolicyInputs) -> Result<Option<Id>> {
        Ok((aws.call().tried() && read(id, seen.clone())? == *new).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<GetCachePolicyOutput>> {
        let got = aws.cloudfront().get_cache_policy().id(id).send().await;
        got.unless(&["NoSuchCachePolicy"]).doing("reading cache policy", id)
    }

    async fn read(aws: &Aws, id: &Id, seen: GetCachePolicyOutput) -> Result<Self> {
        let arn = format!("arn:{}:cloudfront::{}:cache-policy/{id}", aws.partition(), aws.account().await?);
        Ok(CachePolicy { inputs: read(id, seen)?, arn })
    }

    async fn update(aws: &Aws, id: &Id, _: &Self, new: &CachePolicyInputs) -> Result<()> {
        let etag = Self::find(aws, id).await?.and_then(|seen| seen.e_tag);
        let update = aws.cloudfront().update_cache_policy().id(id).set_if_match(etag);
        update.cache_policy_config(new.write()?).send().await.done("changing cache policy", id).map_err(renamed)
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let Some(seen) = Self::find(aws, id).await? else { return Ok(()) };
        let delete = aws.cloudfront().delete_cache_policy().id(id).set_if_match(seen.e_tag).send().await;
        let uses = |each: &sdk::DistributionSummary| {
            holders::named(each).iter().any(|named| named.cache_policy == Some(id.as_str()))
        };
        match delete.unless(&["NoSuchCachePolicy"]).done("deleting cache policy", id) {
            Err(error) => Err(holders::held(aws, id, error, uses).await),
            done => done,
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

impl CacheKeyParameters {
    fn faults(&self, caches: bool) -> Vec<Fault> {
        const OFF: &str =
            "nothing is cached with a `maxTtl` of 0, so it can't be given; `maxTtl: 1` caches for a second";
        let whitelist = self.headers_config.header_behavior == CacheHeaderBehavior::Whitelist;
        let encoding = self.headers_config.headers.contains(&Lowercase::from("accept-encoding"));
        let compresses = self.enable_accept_encoding_gzip || self.enable_accept_encoding_brotli;
        let (cookies, strings) = (&self.cookies_config, &self.query_strings_config);
        let headers = &self.headers_config;
        Faults::of(self)
            .part("headersConfig", listed(Faults::of(headers), "headers", whitelist, headers.headers.is_empty()))
            .part("cookiesConfig", cookies.faults())
            .part("queryStringsConfig", strings.faults())
            .when(!caches && self.enable_accept_encoding_gzip, "enableAcceptEncodingGzip", OFF)
            .when(!caches && self.enable_accept_encoding_brotli, "enableAcceptEncodingBrotli", OFF)
            .when(!caches && whitelist, "headersConfig.headerBehavior", OFF)
            .when(!caches && cookies.cookie_behavior != Chosen::None, "cookiesConfig.cookieBehavior", OFF)
            .when(
                !caches && strings.query_string_behavior != Chosen::None,
                "queryStringsConfig.queryStringBehavior",
                OFF,
            )
            .when(
                compresses && encoding,
                "headersConfig.headers",
                "`accept-encoding` can't be listed where CloudFront compresses: it is in the key already",
            )
            .into_vec()
    }

    fn write(&self) -> Result<sdk::ParametersInCacheKeyAndForwardedToOrigin> {
        let (names, cookies, strings) = (&self.headers_config, &self.cookies_config, &self.query_strings_config);
        let whitelist = names.header_behavior == CacheHeaderBehavior::Whitelist;
        let names = sdk::CachePolicyHeadersConfig::builder()
            .header_behavior(names.header_behavior.as_str().into())
            .set_headers(whitelist.then(|| headers(&names.headers)).transpose()?);
        let cookies = sdk::CachePolicyCookiesConfig::builder()
            .cookie_behavior(cookies.cookie_behavior.as_str().into())
            .set_cookies(cookies.names()?);
        let strings = sdk::CachePolicyQueryStringsConfig::builder()
            .query_string_behavior(strings.query_string_behavior.as_str().into())
            .set_query_strings(strings.names()?);
        sdk::ParametersInCacheKeyAndForwardedToOrigin::builder()
            .enable_accept_encoding_gzip(self.enable_accept_encoding_gzip)
            .enable_accept_encoding_brotli(self.enable_accept_encoding_brotli)
            .headers_config(names.build().map_err(built)?)
            .cookies_config(cookies.build().map_err(built)?)
            .query_strings_config(strings.build().map_err(built)?)
            .build()
            .map_err(built)
    }

    fn read(key: sdk::ParametersInCacheKeyAndForwardedToOrigin) -> Result<CacheKeyParameters> {
        let mut read = CacheKeyParameters {
            enable_accept_encoding_gzip: key.enable_accept_encoding_gzip,
            enable_accept_encoding_brotli: key.enable_accept_encoding_brotli.unwrap_or_default(),
            ..CacheKeyParameters::default()
        };
        if let Some(config) = key.headers_config {
            let header_behavior = word(config.header_behavior)?;
            read.headers_config = CacheHeadersConfig { header_behavior, headers: header_names(config.headers) };
        }
        if let Some(config) = key.cookies_config {
            let cookies = config.cookies.and_then(|names| names.items).unwrap_or_default().into_iter().collect();
            read.cookies_config = CookiesConfig { cookie_behavior: word(config.cookie_behavior)?, cookies };
        }
        if let Some(config) = key.query_strings_config {
            let names = config.query_strings.and_then(|names| names.items).unwrap_or_default();
            let (query_strings, behavior) = (names.into_iter().collect(), config.query_string_behavior);
            read.query_strings_config = QueryStringsConfig { query_string_behavior: word(behavior)?, query_strings };
        }
        Ok(read)
    }
}

impl CachePolicyInputs {
    fn write(&self) -> Result<CachePolicyConfig> {
        CachePolicyConfig::builder()
            .name(self.name.as_str())
            .comment(&self.comment)
            .min_ttl(self.min_ttl)
            .default_ttl(self.default_ttl)
            .max_ttl(self.max_ttl)
            .parameters_in_cache_key_and_forwarded_to_origin(
                self.parameters_in_cache_key_and_forwarded_to_origin.write()?,
            )
            .build()
            .map_err(built)
    }
}

fn read(id: &Id, seen: GetCachePolicyOutput) -> Result<CachePolicyInputs> {
    let config = seen.cache_policy.and_then(|policy| policy.cache_policy_config);
    let config = config.ok_or_else(|| Error::new(format!("`{id}` has no configuration")))?;
    let key = config.parameters_in_cache_key_and_forwarded_to_origin;
    Ok(CachePolicyInputs {
        name: config.name.into(),
        comment: config.comment.unwrap_or_default(),
        min_ttl: config.min_ttl,
        default_ttl: config.default_ttl.unwrap_or(86_400.max(config.min_ttl)),
        max_ttl: config.max_ttl.unwrap_or(31_536_000.max(config.min_ttl)),
        parameters_in_cache_key_and_forwarded_to_origin: key
            .map_or_else(|| Ok(CacheKeyParameters::default()), CacheKeyParameters::read)?,
    })
}

/// The policy of this account that has a name already.
async fn named(aws: &Aws, name: &str) -> Result<Id> {
    let mut marker = None;
    loop {
        let list = aws.cloudfront().list_cache_policies().r#type(CachePolicyType::Custom).set_marker(marker);
        let page = list.send().await.doing("listing cache policies", "")?.cache_policy_list;
        let Some(page) = page else { break };
        let mut policies = page.items.unwrap_or_default().into_iter().filter_map(|each| each.cache_policy);
        let same = |policy: &sdk::CachePolicy| policy.cache_policy_config().is_some_and(|config| config.name == name);
        if let Some(found) = policies.find(same) {
            return Ok(found.id.into());
        }
        marker = page.next_marker.filter(|marker| !marker.is_empty());
        if marker.is_none() {
            break;
        }
    }
    Err(Error::new(format!("a cache policy `{name}` exists, but is not listed yet")).again(Again::Soon))
}
