//! Which part of a request a statement looks at, and what is done to it before.

use aws_sdk_wafv2::types as sdk;
use pulumi_plugin::Result;

use super::super::piece::{Piece, marks, piece, untold, words};
use super::matching::FallbackBehavior;
use crate::types::{Lowercase, TransformationType};

piece! {
    /// A field to match, a part of a request: exactly one of these.
    FieldToMatch = sdk::FieldToMatch, {
        /// A single header.
        single_header set_single_header: Option<SingleHeader>,
        /// A single query argument.
        single_query_argument set_single_query_argument: Option<SingleQueryArgument>,
        /// All query arguments.
        all_query_arguments set_all_query_arguments: Option<AllQueryArguments>,
        /// The URI path.
        uri_path set_uri_path: Option<UriPath>,
        /// The query string.
        query_string set_query_string: Option<QueryString>,
        /// The body as plain text.
        body set_body: Option<Body>,
        /// The HTTP method.
        method set_method: Option<Method>,
        /// The body as JSON.
        json_body set_json_body: Option<JsonBody>,
        /// Headers.
        headers set_headers: Option<Headers>,
        /// Cookies.
        cookies set_cookies: Option<Cookies>,
        /// The header order: the names of all headers, joined by colons.
        header_order set_header_order: Option<HeaderOrder>,
        /// The JA3 fingerprint of the client's TLS.
        ja3_fingerprint set_ja3_fingerprint: Option<Ja3Fingerprint>,
        /// The JA4 fingerprint of the client's TLS.
        ja4_fingerprint set_ja4_fingerprint: Option<Ja4Fingerprint>,
        /// The URI fragment.
        uri_fragment set_uri_fragment: Option<UriFragment>,
    }
    /// A single header.
    SingleHeader = sdk::SingleHeader, ok {
        /// The header's name. Its case means nothing.
        #[prop(min = 1, max = 64)]
        name set_name: Lowercase,
    }
    /// A single query argument.
    SingleQueryArgument = sdk::SingleQueryArgument, ok {
        /// The argument's name. Its case means nothing.
        #[prop(min = 1, max = 64)]
        name set_name: Lowercase,
    }
    /// The body of a request as plain text.
    Body = sdk::Body, {
        /// The oversize handling: what becomes of a body that is longer than WAF inspects. Default: CONTINUE.
        #[prop(default = OversizeHandling::Continue)]
        oversize_handling set_oversize_handling: OversizeHandling = OversizeHandling::Continue,
    }
    /// The body of a request as JSON.
    JsonBody = sdk::JsonBody, ok {
        /// The match pattern: which elements are looked at.
        match_pattern set_match_pattern: JsonMatchPattern,
        /// The match scope: keys, values or both.
        match_scope set_match_scope: JsonMatchScope,
        /// The invalid fallback behavior: what becomes of a body that is no valid JSON. Default: WAF looks at what it can read.
        invalid_fallback_behavior set_invalid_fallback_behavior: Option<BodyParsingFallbackBehavior>,
        /// The oversize handling: what becomes of a body that is longer than WAF inspects. Default: CONTINUE.
        #[prop(default = OversizeHandling::Continue)]
        oversize_handling set_oversize_handling: OversizeHandling = OversizeHandling::Continue,
    }
    /// Which elements of a JSON body are looked at: exactly one of these.
    JsonMatchPattern = sdk::JsonMatchPattern, {
        /// All.
        all set_all: Option<All>,
        /// Only those at these paths, as JSON pointers such as `/user/name`.
        included_paths set_included_paths: Option<Vec<String>>,
    }
    /// Headers.
    Headers = sdk::Headers, ok {
        /// The match pattern: which headers are looked at.
        match_pattern set_match_pattern: HeaderMatchPattern,
        /// The match scope: keys, values or both.
        match_scope set_match_scope: MapMatchScope,
        /// The oversize handling: what becomes of more headers than WAF inspects.
        oversize_handling set_oversize_handling: OversizeHandling,
    }
    /// Which headers are looked at: exactly one of these.
    HeaderMatchPattern = sdk::HeaderMatchPattern, {
        /// All.
        all set_all: Option<All>,
        /// Only these.
        included_headers set_included_headers: Option<Vec<Lowercase>>,
        /// All but these.
        excluded_headers set_excluded_headers: Option<Vec<Lowercase>>,
    }
    /// Cookies.
    Cookies = sdk::Cookies, ok {
        /// The match pattern: which cookies are looked at.
        match_pattern set_match_pattern: CookieMatchPattern,
        /// The match scope: keys, values or both.
        match_scope set_match_scope: MapMatchScope,
        /// The oversize handling: what becomes of more cookies than WAF inspects.
        oversize_handling set_oversize_handling: OversizeHandling,
    }
    /// Which cookies are looked at: exactly one of these.
    CookieMatchPattern = sdk::CookieMatchPattern, {
        /// All.
        all set_all: Option<All>,
        /// Only these.
        included_cookies set_included_cookies: Option<Vec<String>>,
        /// All but these.
        excluded_cookies set_excluded_cookies: Option<Vec<String>>,
    }
    /// The header order: the names of all headers, joined by colons.
    HeaderOrder = sdk::HeaderOrder, ok {
        /// The oversize handling: what becomes of more headers than WAF inspects.
        oversize_handling set_oversize_handling: OversizeHandling,
    }
    /// The JA3 fingerprint of the client's TLS.
    Ja3Fingerprint = sdk::Ja3Fingerprint, ok {
        /// The fallback behavior for requests without one.
        fallback_behavior set_fallback_behavior: FallbackBehavior,
    }
    /// The JA4 fingerprint of the client's TLS.
    Ja4Fingerprint = sdk::Ja4Fingerprint, ok {
        /// The fallback behavior for requests without one.
        fallback_behavior set_fallback_behavior: FallbackBehavior,
    }
    /// The URI fragment.
    UriFragment = sdk::UriFragment, {
        /// The fallback behavior for requests without one.
        fallback_behavior set_fallback_behavior: Option<FallbackBehavior>,
    }
    /// A text transformation.
    TextTransformation = sdk::TextTransformation, ok {
        /// The priority: transformations are made in its order, from the lowest.
        #[prop(min = 0)]
        priority set_priority: i32,
        /// The type, such as `NONE`, `LOWERCASE`, `URL_DECODE`, `HTML_ENTITY_DECODE` or `COMPRESS_WHITE_SPACE`.
        r#type set_type: TransformationType,
    }
}

marks! {
    /// All of them. It has no properties.
    All;
    /// All query arguments. It has no properties.
    AllQueryArguments;
    /// The URI path. It has no properties.
    UriPath;
    /// The query string. It has no properties.
    QueryString;
    /// The HTTP method. It has no properties.
    Method;
}

words! {
    /// What becomes of what is longer than WAF inspects.
    OversizeHandling {
        /// As much as WAF inspects is looked at.
        Continue = "CONTINUE",
        /// It matches.
        Match = "MATCH",
        /// It does not match.
        NoMatch = "NO_MATCH",
    }
    /// Which parts of JSON are looked at.
    JsonMatchScope {
        /// Keys and values.
        All = "ALL",
        /// Keys.
        Key = "KEY",
        /// Values.
        Value = "VALUE",
    }
    /// Which parts of headers or cookies are looked at.
    MapMatchScope {
        /// Keys and values.
        All = "ALL",
        /// Keys.
        Key = "KEY",
        /// Values.
        Value = "VALUE",
    }
    /// What becomes of a body that is no valid JSON.
    BodyParsingFallbackBehavior {
        /// It matches.
        Match = "MATCH",
        /// It does not match.
        NoMatch = "NO_MATCH",
        /// It is looked at as plain text.
        EvaluateAsString = "EVALUATE_AS_STRING",
    }
}

impl Piece for TransformationType {
    type Aws = sdk::TextTransformationType;
    fn write(&self) -> Result<Option<sdk::TextTransformationType>> {
        Ok(Some(self.as_str().into()))
    }
    fn read(told: Option<sdk::TextTransformationType>) -> Result<TransformationType> {
        crate::aws::word(told.ok_or_else(|| untold("text transformation"))?)
    }
}
