//! What the program asks of a distribution.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::Property;

use super::behavior::{CacheBehavior, DefaultCacheBehavior};
use super::origin::{Origin, OriginGroup};
use crate::aws::Tags;

/// What the program asks of a distribution.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DistributionInputs {
    /// The host names beside its own, such as `www.example.com`. They need a certificate that covers them, and belong to one distribution in
    /// all of AWS.
    #[prop(default)]
    pub aliases: BTreeSet<String>,
    /// What is done with requests whose path fits a pattern; the first that fits counts.
    #[prop(default)]
    pub cache_behaviors: Vec<CacheBehavior>,
    /// What it is for, at most 128 characters.
    #[prop(default)]
    pub comment: String,
    /// The policy by which a part of the traffic goes to a staging distribution.
    pub continuous_deployment_policy_id: Option<String>,
    /// What viewers get in place of an origin's errors, and for how long errors are cached.
    #[prop(default)]
    pub custom_error_responses: BTreeSet<CustomErrorResponse>,
    /// What is done with all other requests.
    pub default_cache_behavior: DefaultCacheBehavior,
    /// What is answered to a request for `/`, such as `index.html`.
    #[prop(default)]
    pub default_root_object: String,
    /// Whether it answers.
    #[prop(default = true)]
    pub enabled: bool,
    /// The newest version of HTTP that viewers may use.
    #[prop(default = HttpVersion::Http2and3)]
    pub http_version: HttpVersion,
    /// Whether it has IPv6 addresses too.
    #[prop(default = true)]
    pub is_ipv6_enabled: bool,
    /// Where its access logs go. Default: there are none.
    pub logging: Option<Logging>,
    /// Where the content comes from, by ids of your choice; cache behaviors name them.
    pub origins: BTreeMap<String, Origin>,
    /// Pairs of origins, the second of which is asked when the first one fails, by ids of your choice.
    #[prop(default)]
    pub origin_groups: BTreeMap<String, OriginGroup>,
    /// In which parts of the world it is near to viewers.
    #[prop(default = PriceClass::All)]
    pub price_class: PriceClass,
    /// From where it may be reached.
    #[prop(default)]
    pub restrictions: Restrictions,
    /// Whether it is a staging distribution, on which changes are tried.
    #[prop(default, replace)]
    pub staging: bool,
    /// The certificate that viewers see. Default: the one of `*.cloudfront.net`, which can't serve `aliases`.
    pub viewer_certificate: Option<ViewerCertificate>,
    /// Whether creation and update end only when the change has reached every edge, which takes minutes.
    #[prop(default = Some(true), keep)]
    pub wait_for_deployment: Option<bool>,
    /// The ARN of the web ACL, of scope CLOUDFRONT, that decides which requests are let in; of an old one (WAF Classic), its id.
    pub web_acl_id: Option<String>,
    /// Tags.
    #[prop(default)]
    pub tags: Tags,
}

/// What viewers get in place of an origin's error.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct CustomErrorResponse {
    /// The origin's HTTP status.
    #[prop(min = 400, max = 599)]
    pub error_code: i32,
    /// The HTTP status that viewers get instead. Needs `responsePagePath`.
    #[prop(min = 200, max = 599)]
    pub response_code: Option<i32>,
    /// The path of the page that viewers get instead, such as `/errors/404.html`. Needs `responseCode`.
    pub response_page_path: Option<String>,
    /// For how many seconds the error is cached, at least.
    #[prop(default = 10, min = 0)]
    pub error_caching_min_ttl: i64,
}

/// The newest version of HTTP that viewers may use.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum HttpVersion {
    /// HTTP/1.1.
    #[prop(rename = "http1.1")]
    Http11,
    /// HTTP/2.
    #[prop(rename = "http2")]
    Http2,
    /// HTTP/3, but not HTTP/2.
    #[prop(rename = "http3")]
    Http3,
    /// HTTP/2 and HTTP/3.
    #[prop(rename = "http2and3")]
    Http2and3,
}

/// Where access logs go.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Logging {
    /// The host name of the bucket, such as `logs.s3.amazonaws.com`. It must allow ACLs.
    pub bucket: String,
    /// What the names of the logs begin with, such as `web/`.
    #[prop(default)]
    pub prefix: String,
    /// Whether cookies are logged.
    #[prop(default)]
    pub include_cookies: bool,
}

/// In which parts of the world it is near to viewers.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum PriceClass {
    /// In all of them.
    #[prop(rename = "PriceClass_All")]
    All,
    /// Not in the dearest ones: South America, Australia and New Zealand.
    #[prop(rename = "PriceClass_200")]
    P200,
    /// North America, Europe and Israel.
    #[prop(rename = "PriceClass_100")]
    P100,
}

/// From where it may be reached.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct Restrictions {
    /// By the viewer's country.
    #[prop(default)]
    pub geo_restriction: GeoRestriction,
}

/// From which countries it may be reached.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct GeoRestriction {
    /// What the list of countries means.
    #[prop(default)]
    pub restriction_type: GeoRestrictionType,
    /// The countries, by their two letters (ISO 3166-1): `JP`.
    #[prop(default)]
    pub locations: BTreeSet<String>,
}

/// What a list of countries means.
#[derive(Debug, Clone, Copy, PartialEq, Default, Property)]
pub enum GeoRestrictionType {
    /// Every country may.
    #[default]
    #[prop(rename = "none")]
    None,
    /// Only these may.
    #[prop(rename = "whitelist")]
    Whitelist,
    /// All but these may.
    #[prop(rename = "blacklist")]
    Blacklist,
}

/// The certificate that viewers see: of ACM or of IAM.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ViewerCertificate {
    /// The ARN of a certificate of ACM, issued, in us-east-1.
    pub acm_certificate_arn: Option<String>,
    /// The id of a certificate that was uploaded to IAM.
    pub iam_certificate_id: Option<String>,
    /// The oldest TLS version and the ciphers that viewers may use.
    #[prop(default = MinimumProtocolVersion::Tls12In2021)]
    pub minimum_protocol_version: MinimumProtocolVersion,
    /// Which viewers are served.
    #[prop(default = SslSupportMethod::SniOnly)]
    pub ssl_support_method: SslSupportMethod,
}

/// The oldest TLS version and the ciphers that viewers may use, as AWS chose them in a year.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum MinimumProtocolVersion {
    /// SSL 3, unsafe; only with `vip`.
    #[prop(rename = "SSLv3")]
    Ssl3,
    /// TLS 1.0, unsafe.
    #[prop(rename = "TLSv1")]
    Tls1,
    /// TLS 1.0 with the ciphers of 2016, unsafe.
    #[prop(rename = "TLSv1_2016")]
    Tls1In2016,
    /// TLS 1.1, unsafe.
    #[prop(rename = "TLSv1.1_2016")]
    Tls11In2016,
    /// TLS 1.2 with the ciphers of 2018.
    #[prop(rename = "TLSv1.2_2018")]
    Tls12In2018,
    /// TLS 1.2 with the ciphers of 2019.
    #[prop(rename = "TLSv1.2_2019")]
    Tls12In2019,
    /// TLS 1.2 with the ciphers of 2021.
    #[prop(rename = "TLSv1.2_2021")]
    Tls12In2021,
    /// TLS 1.2 with the ciphers of 2025.
    #[prop(rename = "TLSv1.2_2025")]
    Tls12In2025,
    /// TLS 1.3.
    #[prop(rename = "TLSv1.3_2025")]
    Tls13In2025,
}

/// Which viewers are served over HTTPS.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum SslSupportMethod {
    /// Those that say which host they want (SNI): all of today's.
    #[prop(rename = "sni-only")]
    SniOnly,
    /// All, through addresses of its own; costs hundreds of dollars a month.
    #[prop(rename = "vip")]
    Vip,
    /// All, through static addresses that AWS arranged.
    #[prop(rename = "static-ip")]
    StaticIp,
}
