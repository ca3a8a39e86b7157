//! Rate-based statements.

use std::collections::BTreeSet;

use aws_sdk_wafv2::types as sdk;
use pulumi_plugin::{Property, Result};

use super::super::piece::{Piece, incomplete, marks, piece, untold, words};
use super::StatementL2;
use super::field::TextTransformation;
use super::matching::{FallbackBehavior, ForwardedIpConfig};

/// A rate-based statement: counts requests, and matches those of whoever sends too many.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct RateBasedStatement {
    /// The limit: how many requests are allowed in the evaluation window, 10 to 2,000,000,000.
    #[prop(min = 10, max = 2000000000)]
    pub limit: i64,
    /// The evaluation window in seconds: 60, 120, 300 or 600. Default: 300.
    #[prop(default = 300, min = 60, max = 600)]
    pub evaluation_window_sec: i64,
    /// The aggregate key type: what requests are counted by.
    pub aggregate_key_type: RateBasedStatementAggregateKeyType,
    /// The custom keys that requests are counted by. Needed with `CUSTOM_KEYS`.
    #[prop(default, max = 5)]
    pub custom_keys: Vec<RateBasedStatementCustomKey>,
    /// The forwarded IP configuration: the header that holds the client's address. Needed with `FORWARDED_IP`.
    pub forwarded_ip_config: Option<ForwardedIpConfig>,
    /// The scope-down statement: only requests that match it are counted. Needed with `CONSTANT`.
    pub scope_down_statement: Option<StatementL2>,
}

impl Piece for RateBasedStatement {
    type Aws = sdk::RateBasedStatement;
    fn write(&self) -> Result<Option<sdk::RateBasedStatement>> {
        let built = sdk::RateBasedStatement::builder()
            .limit(self.limit)
            .evaluation_window_sec(self.evaluation_window_sec)
            .set_aggregate_key_type(self.aggregate_key_type.write()?)
            .set_custom_keys(self.custom_keys.write()?)
            .set_forwarded_ip_config(self.forwarded_ip_config.write()?)
            .set_scope_down_statement(self.scope_down_statement.write()?.map(Box::new));
        built.build().map(Some).map_err(incomplete)
    }
    fn read(told: Option<sdk::RateBasedStatement>) -> Result<Self> {
        let told = told.ok_or_else(|| untold("rate-based statement"))?;
        Ok(RateBasedStatement {
            limit: told.limit,
            // AWS may leave the default out.
            evaluation_window_sec: if told.evaluation_window_sec == 0 { 300 } else { told.evaluation_window_sec },
            aggregate_key_type: Piece::read(Some(told.aggregate_key_type))?,
            custom_keys: Piece::read(told.custom_keys)?,
            forwarded_ip_config: Piece::read(told.forwarded_ip_config)?,
            scope_down_statement: Piece::read(told.scope_down_statement.map(|inner| *inner))?,
        })
    }
}

words! {
    /// What requests are counted by.
    RateBasedStatementAggregateKeyType {
        /// The IP address that the request comes from.
        Ip = "IP",
        /// The IP address in a header.
        ForwardedIp = "FORWARDED_IP",
        /// Custom keys.
        CustomKeys = "CUSTOM_KEYS",
        /// All are counted together.
        Constant = "CONSTANT",
    }
}

piece! {
    /// A custom key that requests are counted by: exactly one of these.
    RateBasedStatementCustomKey = sdk::RateBasedStatementCustomKey, {
        /// A header.
        header set_header: Option<RateLimitHeader>,
        /// A cookie.
        cookie set_cookie: Option<RateLimitCookie>,
        /// A query argument.
        query_argument set_query_argument: Option<RateLimitQueryArgument>,
        /// The query string.
        query_string set_query_string: Option<RateLimitQueryString>,
        /// The HTTP method.
        http_method set_http_method: Option<RateLimitHttpMethod>,
        /// The IP address in a header. Needs `forwardedIpConfig`.
        forwarded_ip set_forwarded_ip: Option<RateLimitForwardedIp>,
        /// The IP address that the request comes from.
        ip set_ip: Option<RateLimitIp>,
        /// A label namespace.
        label_namespace set_label_namespace: Option<RateLimitLabelNamespace>,
        /// The URI path.
        uri_path set_uri_path: Option<RateLimitUriPath>,
        /// The JA3 fingerprint of the client's TLS.
        ja3_fingerprint set_ja3_fingerprint: Option<RateLimitJa3Fingerprint>,
        /// The JA4 fingerprint of the client's TLS.
        ja4_fingerprint set_ja4_fingerprint: Option<RateLimitJa4Fingerprint>,
        /// The autonomous system that the request comes from.
        asn set_asn: Option<RateLimitAsn>,
    }
    /// A header that requests are counted by.
    RateLimitHeader = sdk::RateLimitHeader, ok {
        /// The header's name.
        #[prop(min = 1, max = 64)]
        name set_name: String,
        /// The text transformations.
        #[prop(min = 1, max = 10)]
        text_transformations set_text_transformations: BTreeSet<TextTransformation>,
    }
    /// A cookie that requests are counted by.
    RateLimitCookie = sdk::RateLimitCookie, ok {
        /// The cookie's name.
        #[prop(min = 1, max = 64)]
        name set_name: String,
        /// The text transformations.
        #[prop(min = 1, max = 10)]
        text_transformations set_text_transformations: BTreeSet<TextTransformation>,
    }
    /// A query argument that requests are counted by.
    RateLimitQueryArgument = sdk::RateLimitQueryArgument, ok {
        /// The argument's name.
        #[prop(min = 1, max = 64)]
        name set_name: String,
        /// The text transformations.
        #[prop(min = 1, max = 10)]
        text_transformations set_text_transformations: BTreeSet<TextTransformation>,
    }
    /// The query string that requests are counted by.
    RateLimitQueryString = sdk::RateLimitQueryString, ok {
        /// The text transformations.
        #[prop(min = 1, max = 10)]
        text_transformations set_text_transformations: BTreeSet<TextTransformation>,
    }
    /// A label namespace that requests are counted by.
    RateLimitLabelNamespace = sdk::RateLimitLabelNamespace, ok {
        /// The namespace.
        #[prop(min = 1, max = 1024)]
        namespace set_namespace: String,
    }
    /// The URI path that requests are counted by.
    RateLimitUriPath = sdk::RateLimitUriPath, ok {
        /// The text transformations.
        #[prop(min = 1, max = 10)]
        text_transformations set_text_transformations: BTreeSet<TextTransformation>,
    }
    /// The JA3 fingerprint that requests are counted by.
    RateLimitJa3Fingerprint = sdk::RateLimitJa3Fingerprint, ok {
        /// The fallback behavior for requests without one.
        fallback_behavior set_fallback_behavior: FallbackBehavior,
    }
    /// The JA4 fingerprint that requests are counted by.
    RateLimitJa4Fingerprint = sdk::RateLimitJa4Fingerprint, ok {
        /// The fallback behavior for requests without one.
        fallback_behavior set_fallback_behavior: FallbackBehavior,
    }
}

marks! {
    /// The HTTP method that requests are counted by. It has no properties.
    RateLimitHttpMethod;
    /// The IP address in a header that requests are counted by. It has no properties.
    RateLimitForwardedIp;
    /// The IP address that requests are counted by. It has no properties.
    RateLimitIp;
    /// The autonomous system that requests are counted by. It has no properties.
    RateLimitAsn;
}
