//! What the program asks of a distribution.

use std::collections::BTreeSet;

use pulumi_plugin::{Fault, Faults, Output, Path, Property, nearest};

use super::behaviors::CdnBehavior;
use super::{CdnOrigin, HEADER, Origins};
use crate::cloudfront::distribution::{HttpVersion, MinimumProtocolVersion, PriceClass};
use crate::components::{SharedArgs, SharedInputs};
use crate::types::{CountryCode, DomainName};

/// What the program asks of a distribution in front of load balancers and buckets.
#[derive(Debug, Clone, Property)]
pub struct CdnInputs {
    /// The ARN of the certificate for `aliases`, in us-east-1. It must be issued.
    pub certificate_arn: Option<Output<String>>,
    /// The id of the hosted zone that gets alias records for `aliases`, and for the `originDomainName` of origins. Left out: somebody else makes them.
    pub zone_id: Option<Output<String>>,
    /// The origins, by names of your choice, which `behaviors` name.
    #[prop(min = 1)]
    pub origins: Origins,
    /// The ARN of a web ACL of scope `CLOUDFRONT`. Default: none.
    pub web_acl_arn: Option<Output<String>>,
    /// How viewers are served.
    #[prop(flatten)]
    pub settings: CdnSettings,
    /// What every component takes.
    #[prop(flatten)]
    pub shared: SharedInputs,
}

/// How viewers are served.
#[derive(Debug, Clone, Property)]
pub struct CdnSettings {
    /// The domain names of viewers, such as `www.example.com`. They need `certificateArn`, and belong to one distribution in all of AWS.
    #[prop(default)]
    pub aliases: BTreeSet<DomainName>,
    /// The name of the origin that gets what no behavior matches. Default: `app`, or the only one that is not a bucket, or the only one.
    pub default_origin: Option<String>,
    /// How the default origin's requests are served; its `pathPattern` is left out.
    pub default_behavior: Option<CdnBehavior>,
    /// How other requests are served, in order: the first one whose path pattern matches applies. Default: `/static/*` from the bucket, if just one
    /// origin is a bucket and it is not the default one.
    pub behaviors: Option<Vec<CdnBehavior>>,
    /// The default root object, which answers requests for `/`, such as `index.html`. Default: none.
    #[prop(default)]
    pub default_root_object: String,
    /// The price class: the parts of the world in which edges serve viewers. Default: `PriceClass_All`.
    #[prop(default = PriceClass::All)]
    pub price_class: PriceClass,
    /// The security policy: the minimum TLS version of viewers. Default: `TLSv1.2_2021`.
    #[prop(default = MinimumProtocolVersion::Tls12In2021)]
    pub minimum_protocol_version: MinimumProtocolVersion,
    /// The newest HTTP version that viewers may use. Default: `http2and3`.
    #[prop(default = HttpVersion::Http2and3)]
    pub http_version: HttpVersion,
    /// Whether viewers may use IPv6. Default: true.
    #[prop(default = true)]
    pub ipv6: bool,
    /// The security headers of all responses, HSTS among them.
    #[prop(default = CdnHeaders::default())]
    pub headers: CdnHeaders,
    /// Whether there are access logs, in a bucket of their own. Default: true.
    #[prop(default = true)]
    pub logs: bool,
    /// The retention of access logs in days. Default: 365.
    #[prop(default = 365, min = 1, max = 3653)]
    pub log_retention_in_days: u32,
    /// Countries (ISO 3166-1, such as `JP`) whose viewers are the only ones that are served. Default: all.
    #[prop(default)]
    pub allow_countries: BTreeSet<CountryCode>,
    /// Countries whose viewers are not served. Default: none.
    #[prop(default)]
    pub block_countries: BTreeSet<CountryCode>,
    /// The name of the header that tells load balancers that a request has come through the distribution. To have another one without an outage, give the one
    /// before as `formerOriginHeaderName`. Default: `X-Origin-Verify`.
    #[prop(default = HEADER.to_owned(), min = 1, max = 128)]
    pub origin_header_name: String,
    /// The name that the header had before: both are sent until this is left out again, in a later roll-out. Edges that have not heard of the new name yet are
    /// so let in until all have. Default: none.
    #[prop(min = 1, max = 128)]
    pub former_origin_header_name: Option<String>,
    /// Any text, such as a date: another one rotates the value of that header, without an outage. Let a rotation come to its end
    /// before you begin the next one.
    #[prop(default)]
    pub origin_header_rotation: String,
    /// How the distribution reads buckets. Default: `originAccessControl`.
    #[prop(default = CdnBucketAccess::OriginAccessControl)]
    pub bucket_access: CdnBucketAccess,
}

/// How a distribution reads buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum CdnBucketAccess {
    /// By an origin access control, which also reads what KMS encrypts.
    #[prop(rename = "originAccessControl")]
    OriginAccessControl,
    /// By an origin access identity (legacy).
    #[prop(rename = "originAccessIdentity")]
    OriginAccessIdentity,
}

/// The security headers of all responses: with `Strict-Transport-Security` go `X-Content-Type-Options`, `X-Frame-Options` and `Referrer-Policy`. What
/// the application says of frames and referrers stays as it is.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct CdnHeaders {
    /// Whether they are added. Default: true.
    #[prop(default = true)]
    pub enabled: bool,
    /// HSTS: for how many seconds browsers ask by HTTPS only. Default: 31536000, a year.
    #[prop(default = 31_536_000, min = 0)]
    pub hsts_max_age_seconds: i32,
    /// HSTS: whether that is for all subdomains, too. Default: false.
    #[prop(default = false)]
    pub hsts_include_subdomains: bool,
    /// HSTS: whether the domain may be in the list that browsers come with, from which it is hard to get away. Default: false.
    #[prop(default = false)]
    pub hsts_preload: bool,
}

impl Default for CdnHeaders {
    fn default() -> Self {
        CdnHeaders {
            enabled: true,
            hsts_max_age_seconds: 31_536_000,
            hsts_include_subdomains: false,
            hsts_preload: false,
        }
    }
}

impl CdnSettings {
    /// The names by which load balancers are sent the header.
    pub fn header_names(&self) -> BTreeSet<String> {
        self.former_origin_header_name.iter().chain([&self.origin_header_name]).cloned().collect()
    }
}

impl CdnInputs {
    /// The name of the origin that gets what no behavior matches, where there is no doubt.
    pub fn default_name(&self) -> Option<&str> {
        if let Some(name) = &self.settings.default_origin {
            return Some(name);
        }
        let servers = self.origins.iter().filter(|(_, origin)| origin.bucket.is_none()).map(|(name, _)| name).collect();
        let app = self.origins.get_key_value("app").map(|(name, _)| name.as_str());
        app.or_else(|| only(servers)).or_else(|| only(self.origins.keys().collect()))
    }

    /// The origin that gets what no behavior matches.
    pub fn default_origin(&self) -> Option<&CdnOrigin> {
        self.origins.get(self.default_name()?)
    }

    /// Everything that is wrong.
    pub fn faults(&self) -> Vec<Fault> {
        let settings = &self.settings;
        let origins = self.origins.iter().flat_map(|(name, origin)| {
            let faults = origin.faults(self.zone_id.is_some()).into_iter();
            faults.map(move |fault| fault.below(name).below("origins"))
        });
        let doubt = self.origins.len() > 1 && self.default_name().is_none();
        let unknown = settings.default_origin.as_deref().and_then(|name| self.no_such(name));
        Faults::of(self)
            .and(origins)
            .when(doubt, "defaultOrigin", "missing: there are several origins, and none is called `app`")
            .and(unknown.map(|why| Fault::new("defaultOrigin", why)))
            .when(
                !settings.aliases.is_empty() && self.certificate_arn.is_none(),
                "certificateArn",
                "missing: `aliases` need a certificate that covers them, in us-east-1",
            )
            .excludes("allowCountries", "blockCountries")
            .part("defaultBehavior", settings.default_behavior.iter().flat_map(|it| self.behavior(it, true)).collect())
            .each("behaviors", settings.behaviors.iter().flatten(), |it| self.behavior(it, false))
            .and(self.twice())
            .into_vec()
    }

    fn behavior(&self, behavior: &CdnBehavior, default: bool) -> Vec<Fault> {
        let named = behavior.origin.as_deref();
        let unknown = named.and_then(|name| self.no_such(name)).map(|why| Fault::new("origin", why));
        Faults::of(behavior)
            .and(unknown)
            .when(!default && named.is_none(), "origin", "missing: the name of an origin")
            .when(default && named.is_some(), "origin", "`defaultOrigin` says it")
            .when(!default && behavior.path_pattern.is_none(), "pathPattern", "missing: such as `/static/*`")
            .when(default && behavior.path_pattern.is_some(), "pathPattern", "the default behavior has none")
            .at_most_one_of(&["cachePolicy", "cachePolicyId"])
            .at_most_one_of(&["originRequestPolicy", "originRequestPolicyId"])
            .into_vec()
    }

    /// The patterns that have a behavior already.
    fn twice(&self) -> Vec<Fault> {
        let mut seen = BTreeSet::new();
        let patterns =
            self.settings.behaviors.iter().flatten().map(|it| it.path_pattern.as_deref().unwrap_or_default());
        let twice = patterns.enumerate().filter(|(_, pattern)| !pattern.is_empty() && !seen.insert(*pattern));
        let at = |i| Path::root().key("behaviors").index(i).key("pathPattern");
        twice.map(|(i, pattern)| Fault::new(at(i), format!("`{pattern}` has a behavior already"))).collect()
    }

    /// What is wrong with the name of an origin that nothing has.
    fn no_such(&self, name: &str) -> Option<String> {
        if self.origins.contains_key(name) {
            return None;
        }
        let names = self.origins.keys().map(String::as_str);
        let near = nearest(name, names.clone()).map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
        Some(format!("no origin `{name}`; {near}there are {}", names.collect::<Vec<_>>().join(", ")))
    }
}

/// The one there is.
fn only(mut names: Vec<&String>) -> Option<&str> {
    match (names.pop(), names.is_empty()) {
        (Some(name), true) => Some(name.as_str()),
        _ => None,
    }
}
