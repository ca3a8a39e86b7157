//! What the program asks of a web ACL.

use std::collections::BTreeMap;

use aws_sdk_wafv2::types as sdk;
use pulumi_plugin::{Property, Result};

use super::super::key::Scope;
use super::super::piece::{Piece, piece, untold, words};
use super::super::rule::{
    AllowAction, BlockAction, CaptchaConfig, ChallengeConfig, CustomResponseBody, Rule, VisibilityConfig,
};
use crate::aws::Tags;
use crate::types::{WafDescription, WafName};

/// The inputs of a WAF web ACL.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct WebAclInputs {
    /// The web ACL's name: 1 to 128 letters, digits, `-` and `_`, unique in its scope and region.
    #[prop(replace, unique, autoname = 128)]
    pub name: WafName,
    /// The scope. `CLOUDFRONT` is in us-east-1 only.
    #[prop(replace, unique)]
    pub scope: Scope,
    /// The default action, for requests that no rule has decided on.
    pub default_action: DefaultAction,
    /// The description, 3 to 256 characters.
    pub description: Option<WafDescription>,
    /// The rules, by name. Their order is that of their priorities.
    #[prop(default)]
    pub rules: BTreeMap<String, Rule>,
    /// The visibility configuration of requests that no rule has decided on.
    pub visibility_config: VisibilityConfig,
    /// The custom response bodies, by keys of your choice, which block actions name. Up to 50.
    #[prop(default, max = 50)]
    pub custom_response_bodies: BTreeMap<String, CustomResponseBody>,
    /// The CAPTCHA configuration. Default: a solved puzzle counts for 300 seconds.
    pub captcha_config: Option<CaptchaConfig>,
    /// The challenge configuration. Default: a solved challenge counts for 300 seconds.
    pub challenge_config: Option<ChallengeConfig>,
    /// The token domains: other domains whose tokens count here. Up to 10.
    #[prop(default, max = 10)]
    pub token_domains: Vec<String>,
    /// The association configuration: how much of a body is inspected.
    pub association_config: Option<AssociationConfig>,
    /// The data protection configuration: what is hidden in logs and samples.
    pub data_protection_config: Option<DataProtectionConfig>,
    /// How load balancers are protected from distributed denial of service at their source.
    #[prop(default = OnSourceDDoSProtectionConfig::default())]
    pub on_source_d_do_s_protection_config: OnSourceDDoSProtectionConfig,
    /// The application configuration: attributes by which AWS advises on rules.
    pub application_config: Option<ApplicationConfig>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

piece! {
    /// What is done with requests that no rule has decided on: exactly one of these.
    DefaultAction = sdk::DefaultAction, {
        /// Allow them.
        allow set_allow: Option<AllowAction>,
        /// Block them.
        block set_block: Option<BlockAction>,
    }
    /// How much of a body is inspected, by the type of the protected resource.
    RequestBodyAssociatedResourceTypeConfig = sdk::RequestBodyAssociatedResourceTypeConfig, ok {
        /// The default size inspection limit.
        default_size_inspection_limit set_default_size_inspection_limit: SizeInspectionLimit,
    }
    /// What is hidden in logs and samples.
    DataProtectionConfig = sdk::DataProtectionConfig, ok {
        /// The data protections.
        #[prop(min = 1, max = 26)]
        data_protections set_data_protections: Vec<DataProtection>,
    }
    /// A part of requests that is hidden in logs and samples.
    DataProtection = sdk::DataProtection, ok {
        /// The field.
        field set_field: FieldToProtect,
        /// The action: how it is hidden.
        action set_action: DataProtectionAction,
        /// Whether details of what a rule matched are left as they are. Default: false.
        #[prop(default)]
        exclude_rule_match_details set_exclude_rule_match_details: bool,
        /// Whether details of rate-based rules are left as they are. Default: false.
        #[prop(default)]
        exclude_rate_based_details set_exclude_rate_based_details: bool,
    }
    /// A field to protect.
    FieldToProtect = sdk::FieldToProtect, ok {
        /// The field type.
        field_type set_field_type: FieldToProtectType,
        /// The field keys: names of headers, cookies or arguments. Default: all.
        #[prop(default, max = 100)]
        field_keys set_field_keys: Vec<String>,
    }
    /// Attributes by which AWS advises on rules.
    ApplicationConfig = sdk::ApplicationConfig, {
        /// The attributes.
        #[prop(default, max = 10)]
        attributes set_attributes: Vec<ApplicationAttribute>,
    }
    /// An attribute of an application.
    ApplicationAttribute = sdk::ApplicationAttribute, {
        /// The name.
        #[prop(min = 1, max = 64)]
        name set_name: String,
        /// The values.
        #[prop(min = 1, max = 10)]
        values set_values: Vec<String>,
    }
    /// How load balancers are protected from distributed denial of service at their source.
    OnSourceDDoSProtectionConfig = sdk::OnSourceDDoSProtectionConfig, ok {
        /// The mode of load balancers towards sources of a low reputation.
        #[prop(default = LowReputationMode::ActiveUnderDdos)]
        alb_low_reputation_mode set_alb_low_reputation_mode: LowReputationMode,
    }
}

impl Default for OnSourceDDoSProtectionConfig {
    fn default() -> Self {
        OnSourceDDoSProtectionConfig { alb_low_reputation_mode: LowReputationMode::ActiveUnderDdos }
    }
}

/// How much of a body is inspected.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct AssociationConfig {
    /// The request body, by the type of the protected resource: `CLOUDFRONT`, `API_GATEWAY`, `COGNITO_USER_POOL`, `APP_RUNNER_SERVICE` or
    /// `VERIFIED_ACCESS_INSTANCE`. WAF always inspects 8 KB for load balancers and AppSync, and 16 KB for others by default.
    #[prop(default)]
    pub request_body: BTreeMap<String, RequestBodyAssociatedResourceTypeConfig>,
}

/// The types of protected resources of which more than 16 KB can be inspected.
pub const TYPES: [&str; 5] =
    ["CLOUDFRONT", "API_GATEWAY", "COGNITO_USER_POOL", "APP_RUNNER_SERVICE", "VERIFIED_ACCESS_INSTANCE"];

impl Piece for AssociationConfig {
    type Aws = sdk::AssociationConfig;
    fn write(&self) -> Result<Option<sdk::AssociationConfig>> {
        let bodies = self.request_body.write()?.map(|bodies| {
            bodies.into_iter().map(|(kind, body)| (sdk::AssociatedResourceType::from(kind.as_str()), body)).collect()
        });
        Ok(Some(sdk::AssociationConfig::builder().set_request_body(bodies).build()))
    }
    fn read(told: Option<sdk::AssociationConfig>) -> Result<Self> {
        let bodies = told.ok_or_else(|| untold("association configuration"))?.request_body;
        let bodies = bodies.map(|bodies| bodies.into_iter().map(|(kind, body)| (kind.as_str().to_owned(), body)));
        Ok(AssociationConfig { request_body: Piece::read(bodies.map(Iterator::collect))? })
    }
}

words! {
    /// How much of a body is inspected.
    SizeInspectionLimit {
        /// 16 KB.
        Kb16 = "KB_16",
        /// 32 KB.
        Kb32 = "KB_32",
        /// 48 KB.
        Kb48 = "KB_48",
        /// 64 KB.
        Kb64 = "KB_64",
    }
    /// A kind of field to protect.
    FieldToProtectType {
        /// A header.
        SingleHeader = "SINGLE_HEADER",
        /// A cookie.
        SingleCookie = "SINGLE_COOKIE",
        /// A query argument.
        SingleQueryArgument = "SINGLE_QUERY_ARGUMENT",
        /// The query string.
        QueryString = "QUERY_STRING",
        /// The body.
        Body = "BODY",
    }
    /// How a field is hidden.
    DataProtectionAction {
        /// It is replaced by `REDACTED`.
        Substitution = "SUBSTITUTION",
        /// It is replaced by its hash.
        Hash = "HASH",
    }
    /// When requests from sources of a low reputation are limited.
    LowReputationMode {
        /// Under a distributed denial of service.
        ActiveUnderDdos = "ACTIVE_UNDER_DDOS",
        /// Always.
        AlwaysOn = "ALWAYS_ON",
    }
}
