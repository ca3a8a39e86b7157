//! What the program asks of a distribution.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Order, Property};

use super::behavior::{CacheBehavior, DefaultCacheBehavior};
use super::origin::{Origin, OriginGroup};
use crate::aws::Tags;
use crate::types::CertificateArn;

/// What the program asks of a distribution.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DistributionInputs {
    /// Alternate domain names (CNAMEs), such as `www.example.com`. They need a certificate that covers them, and belong to one distribution in all
    /// of AWS.
    #[prop(default)]
    pub aliases: BTreeSet<String>,
    /// The id of the Anycast static IP list whose addresses the distribution has. Needs `PriceClass_All`. Default: none.
    pub anycast_ip_list_id: Option<String>,
    /// Cache behaviors, in order: the first one whose path pattern matches a request applies.
    #[prop(default)]
    pub cache_behaviors: Vec<CacheBehavior>,
    /// Cache tags, by which cached content can be invalidated. Default: none.
    pub cache_tag_config: Option<CacheTagConfig>,
    /// The comment.
    #[prop(default, max = 128)]
    pub comment: String,
    /// The connection function, which runs when a viewer connects. Default: none.
    pub connection_function_association: Option<ConnectionFunctionAssociation>,
    /// The id of the continuous deployment policy, by which a part of the traffic goes to a staging distribution.
    pub continuous_deployment_policy_id: Option<String>,
    /// Custom error responses: what viewers get in place of an origin's errors, and how long errors are cached.
    #[prop(default)]
    pub custom_error_responses: BTreeSet<CustomErrorResponse>,
    /// The default cache behavior, for requests that no other cache behavior matches.
    pub default_cache_behavior: DefaultCacheBehavior,
    /// The default root object, which answers requests for `/`, such as `index.html`.
    #[prop(default)]
    pub default_root_object: String,
    /// Whether the distribution is enabled. A disabled one answers no requests.
    #[prop(default = true)]
    pub enabled: bool,
    /// The newest HTTP version that viewers may use.
    #[prop(default = HttpVersion::Http2and3)]
    pub http_version: HttpVersion,
    /// Whether IPv6 is enabled.
    #[prop(default = true)]
    pub is_ipv6_enabled: bool,
    /// Standard logging (legacy): access logs in an S3 bucket. Default: none.
    pub logging: Option<Logging>,
    /// Origins, by ids of your choice, which cache behaviors name.
    #[prop(min = 1)]
    pub origins: BTreeMap<String, Origin>,
    /// Origin groups for origin failover, by ids of your choice.
    #[prop(default)]
    pub origin_groups: BTreeMap<String, OriginGroup>,
    /// The price class: the parts of the world in which edges serve the distribution.
    #[prop(default = PriceClass::All)]
    pub price_class: PriceClass,
    /// Restrictions on who is served.
    #[prop(default)]
    pub restrictions: Restrictions,
    /// Whether this is a staging distribution, for trying changes.
    #[prop(default, replace)]
    pub staging: bool,
    /// The viewer certificate. Default: CloudFront's own for `*.cloudfront.net`, which can't serve `aliases`.
    pub viewer_certificate: Option<ViewerCertificate>,
    /// Mutual TLS with viewers. Default: none.
    pub viewer_mtls_config: Option<ViewerMtlsConfig>,
    /// Whether creation and update wait until the distribution is deployed to all edges, which takes minutes.
    #[prop(default = Order::from(true))]
    pub wait_for_deployment: Order<bool>,
    /// The ARN of the AWS WAF web ACL, of scope CLOUDFRONT; of a WAF Classic web ACL, its id.
    pub web_acl_id: Option<String>,
    /// Tags.
    #[prop(default)]
    pub tags: Tags,
}

/// A custom error response.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct CustomErrorResponse {
    /// The HTTP status code of the origin's error.
    #[prop(min = 400, max = 599)]
    pub error_code: i32,
    /// The HTTP status code that viewers get instead. Needs `responsePagePath`.
    #[prop(min = 200, max = 599)]
    pub response_code: Option<i32>,
    /// The path of the page that viewers get instead, such as `/errors/404.html`. Needs `responseCode`.
    pub response_page_path: Option<String>,
    /// The minimum time to live of the error in the cache, in seconds.
    #[prop(default = 10, min = 0)]
    pub error_caching_min_ttl: i64,
}

/// The newest HTTP version that viewers may use.
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

/// Cache tags.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct CacheTagConfig {
    /// The response header in which the origin gives the tags.
    pub header_name: String,
}

/// A connection function.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ConnectionFunctionAssociation {
    /// The connection function's id.
    pub id: String,
}

/// Standard logging (legacy): access logs in an S3 bucket.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Logging {
    /// The bucket's host name, such as `logs.s3.amazonaws.com`. The bucket must allow ACLs.
    pub bucket: String,
    /// The prefix of the logs' names, such as `web/`.
    #[prop(default)]
    pub prefix: String,
    /// Whether cookies are logged.
    #[prop(default)]
    pub include_cookies: bool,
}

/// The parts of the world in which edges serve a distribution.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum PriceClass {
    /// All edges.
    #[prop(rename = "PriceClass_All")]
    All,
    /// All but the most expensive ones: South America, Australia and New Zealand.
    #[prop(rename = "PriceClass_200")]
    P200,
    /// North America, Europe and Israel.
    #[prop(rename = "PriceClass_100")]
    P100,
}

/// Restrictions on who is served.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct Restrictions {
    /// The geographic restriction, by the viewer's country.
    #[prop(default)]
    pub geo_restriction: GeoRestriction,
}

/// A geographic restriction.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct GeoRestriction {
    /// The restriction type: what the countries are.
    #[prop(default)]
    pub restriction_type: GeoRestrictionType,
    /// The countries, by their two letters (ISO 3166-1): `JP`.
    #[prop(default)]
    pub locations: BTreeSet<String>,
}

/// What the countries of a geographic restriction are.
#[derive(Debug, Clone, Copy, PartialEq, Default, Property)]
pub enum GeoRestrictionType {
    /// There is no restriction.
    #[default]
    #[prop(rename = "none")]
    None,
    /// An allow list: only these countries are served.
    #[prop(rename = "whitelist")]
    Whitelist,
    /// A block list: these countries are not served.
    #[prop(rename = "blacklist")]
    Blacklist,
}

/// A viewer certificate, of ACM or of IAM.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ViewerCertificate {
    /// The ARN of an ACM certificate in us-east-1, which must be issued. CloudFront in China takes none of ACM.
    pub acm_certificate_arn: Option<CertificateArn>,
    /// The id of a certificate that was uploaded to IAM.
    pub iam_certificate_id: Option<String>,
    /// The security policy: the minimum TLS version and the ciphers.
    #[prop(default = MinimumProtocolVersion::Tls12In2021)]
    pub minimum_protocol_version: MinimumProtocolVersion,
    /// The SSL support method: which viewers are served over HTTPS.
    #[prop(default = SslSupportMethod::SniOnly)]
    pub ssl_support_method: SslSupportMethod,
}

/// A security policy: the minimum TLS version, with the ciphers that AWS chose for it in a year.
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
    /// Viewers that send the host name (SNI): all of today's.
    #[prop(rename = "sni-only")]
    SniOnly,
    /// All viewers, through dedicated IP addresses; costs hundreds of dollars a month.
    #[prop(rename = "vip")]
    Vip,
    /// All viewers, through static IP addresses that AWS has set up.
    #[prop(rename = "static-ip")]
    StaticIp,
}

/// Mutual TLS with viewers.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ViewerMtlsConfig {
    /// The mode: whether viewers must show a client certificate.
    #[prop(default = ViewerMtlsMode::Required)]
    pub mode: ViewerMtlsMode,
    /// The trust store that client certificates are checked against.
    pub trust_store_config: Option<TrustStoreConfig>,
}

/// Whether viewers must show a client certificate.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum ViewerMtlsMode {
    /// Viewers must show a valid one.
    #[prop(rename = "required")]
    Required,
    /// Viewers may show one, which must be valid then.
    #[prop(rename = "optional")]
    Optional,
    /// Certificates are passed on without a check.
    #[prop(rename = "passthrough")]
    Passthrough,
}

/// The trust store of mutual TLS.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct TrustStoreConfig {
    /// The trust store's id.
    pub trust_store_id: String,
    /// Whether CloudFront sends viewers the names of the trust store's certificate authorities.
    #[prop(default)]
    pub advertise_trust_store_ca_names: bool,
    /// Whether expired certificates are accepted.
    #[prop(default)]
    pub ignore_certificate_expiry: bool,
}
