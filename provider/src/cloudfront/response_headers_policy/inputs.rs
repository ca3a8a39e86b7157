//! What the program asks of a response headers policy.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::Property;

use crate::types::{Lowercase, PolicyName};

/// What the program asks of a response headers policy.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ResponseHeadersPolicyInputs {
    /// The name: letters, digits, hyphens and underscores, unique among the account's response headers policies. Default: made from the
    /// resource's name.
    #[prop(unique, autoname = 128)]
    pub name: PolicyName,
    /// A comment.
    #[prop(default, max = 128)]
    pub comment: String,
    /// Headers of cross-origin resource sharing (CORS). Default: none.
    pub cors_config: Option<CorsConfig>,
    /// Security headers. Default: none.
    #[prop(default)]
    pub security_headers_config: SecurityHeadersConfig,
    /// The header `Server-Timing`, with what CloudFront did for the request. Default: none.
    pub server_timing_headers_config: Option<ServerTimingHeadersConfig>,
    /// Custom headers, by name: none of those that the other properties are about. Default: none.
    #[prop(default)]
    pub custom_headers: BTreeMap<String, CustomHeader>,
    /// The names of headers that are removed from the origin's responses. Default: none.
    #[prop(default)]
    pub remove_headers: BTreeSet<Lowercase>,
}

/// Headers of cross-origin resource sharing.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct CorsConfig {
    /// The origins that may read responses, such as `https://www.example.com`; `*` for all.
    #[prop(min = 1)]
    pub access_control_allow_origins: BTreeSet<String>,
    /// The request headers that may be sent; `*` for all.
    #[prop(min = 1)]
    pub access_control_allow_headers: BTreeSet<String>,
    /// The HTTP methods; `ALL` for all.
    #[prop(min = 1)]
    pub access_control_allow_methods: BTreeSet<AllowMethod>,
    /// Whether requests may have credentials, such as cookies. Not with `*`.
    #[prop(default)]
    pub access_control_allow_credentials: bool,
    /// The response headers that pages may read; `*` for all. Default: none beyond the usual ones.
    #[prop(default)]
    pub access_control_expose_headers: BTreeSet<String>,
    /// How many seconds a browser may keep the answer to a preflight request. Default: as the browser likes.
    #[prop(min = 0)]
    pub access_control_max_age_sec: Option<i32>,
    /// Whether these headers replace the origin's own.
    #[prop(default = true)]
    pub origin_override: bool,
}

/// An HTTP method that pages of other origins may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum AllowMethod {
    /// All of them.
    #[prop(rename = "ALL")]
    All,
    /// GET.
    #[prop(rename = "GET")]
    Get,
    /// HEAD.
    #[prop(rename = "HEAD")]
    Head,
    /// POST.
    #[prop(rename = "POST")]
    Post,
    /// PUT.
    #[prop(rename = "PUT")]
    Put,
    /// PATCH.
    #[prop(rename = "PATCH")]
    Patch,
    /// DELETE.
    #[prop(rename = "DELETE")]
    Delete,
    /// OPTIONS.
    #[prop(rename = "OPTIONS")]
    Options,
}

/// Security headers.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct SecurityHeadersConfig {
    /// The header `Content-Security-Policy`. Default: none.
    pub content_security_policy: Option<ContentSecurityPolicy>,
    /// The header `X-Content-Type-Options: nosniff`. Default: none.
    pub content_type_options: Option<ContentTypeOptions>,
    /// The header `X-Frame-Options`. Default: none.
    pub frame_options: Option<FrameOptions>,
    /// The header `Referrer-Policy`. Default: none.
    pub referrer_policy: Option<ReferrerPolicy>,
    /// The header `Strict-Transport-Security`. Default: none.
    pub strict_transport_security: Option<StrictTransportSecurity>,
    /// The header `X-XSS-Protection`. Default: none.
    pub xss_protection: Option<XssProtection>,
}

/// The header `Content-Security-Policy`.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ContentSecurityPolicy {
    /// The policy, such as `default-src 'self'`.
    #[prop(min = 1)]
    pub content_security_policy: String,
    /// Whether it replaces the origin's own.
    #[prop(default = true, rename = "override")]
    pub overrides: bool,
}

/// The header `X-Content-Type-Options: nosniff`.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ContentTypeOptions {
    /// Whether it replaces the origin's own.
    #[prop(default = true, rename = "override")]
    pub overrides: bool,
}

/// The header `X-Frame-Options`.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct FrameOptions {
    /// Which pages may show this one in a frame.
    pub frame_option: FrameOption,
    /// Whether it replaces the origin's own.
    #[prop(default = true, rename = "override")]
    pub overrides: bool,
}

/// Which pages may show a page in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum FrameOption {
    /// None.
    #[prop(rename = "DENY")]
    Deny,
    /// Those of the same origin.
    #[prop(rename = "SAMEORIGIN")]
    SameOrigin,
}

/// The header `Referrer-Policy`.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ReferrerPolicy {
    /// What browsers tell of the page that a request comes from.
    pub referrer_policy: ReferrerPolicyValue,
    /// Whether it replaces the origin's own.
    #[prop(default = true, rename = "override")]
    pub overrides: bool,
}

/// What browsers tell of the page that a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum ReferrerPolicyValue {
    /// Nothing.
    #[prop(rename = "no-referrer")]
    NoReferrer,
    /// The whole address, but not from HTTPS to HTTP.
    #[prop(rename = "no-referrer-when-downgrade")]
    NoReferrerWhenDowngrade,
    /// The origin.
    #[prop(rename = "origin")]
    Origin,
    /// The whole address to the same origin, to others the origin.
    #[prop(rename = "origin-when-cross-origin")]
    OriginWhenCrossOrigin,
    /// The whole address to the same origin, to others nothing.
    #[prop(rename = "same-origin")]
    SameOrigin,
    /// The origin, but not from HTTPS to HTTP.
    #[prop(rename = "strict-origin")]
    StrictOrigin,
    /// The whole address to the same origin, to others the origin, but not from HTTPS to HTTP.
    #[prop(rename = "strict-origin-when-cross-origin")]
    StrictOriginWhenCrossOrigin,
    /// The whole address, always.
    #[prop(rename = "unsafe-url")]
    UnsafeUrl,
}

/// The header `Strict-Transport-Security`.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct StrictTransportSecurity {
    /// For how many seconds browsers ask by HTTPS only.
    #[prop(min = 0)]
    pub access_control_max_age_sec: i32,
    /// Whether that is for all subdomains, too.
    #[prop(default)]
    pub include_subdomains: bool,
    /// Whether the domain may be in the list that browsers come with.
    #[prop(default)]
    pub preload: bool,
    /// Whether it replaces the origin's own.
    #[prop(default = true, rename = "override")]
    pub overrides: bool,
}

/// The header `X-XSS-Protection`.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct XssProtection {
    /// Whether the protection is on: `1`, else `0`.
    pub protection: bool,
    /// Whether browsers block the page: `mode=block`.
    #[prop(default)]
    pub mode_block: bool,
    /// The address that gets reports. Not with `modeBlock`.
    pub report_uri: Option<String>,
    /// Whether it replaces the origin's own.
    #[prop(default = true, rename = "override")]
    pub overrides: bool,
}

/// The header `Server-Timing`.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ServerTimingHeadersConfig {
    /// Whether it is added.
    #[prop(default = true)]
    pub enabled: bool,
    /// To how many percent of the responses: 0 to 100, with up to four decimals.
    #[prop(default = 0.0, min = 0, max = 100)]
    pub sampling_rate: f64,
}

/// A custom header.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct CustomHeader {
    /// The value.
    pub value: String,
    /// Whether it replaces the origin's own.
    #[prop(default = true, rename = "override")]
    pub overrides: bool,
}
