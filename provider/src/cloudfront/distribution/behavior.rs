//! Cache behaviors of a distribution, and how AWS takes and returns them.

use std::collections::BTreeSet;

use aws_sdk_cloudfront::error::BuildError;
use aws_sdk_cloudfront::types as aws;
use pulumi_plugin::{Property, Result};

use crate::aws::list::{count, filled, some};
use crate::aws::word;

/// A cache behavior: what CloudFront does with requests.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DefaultCacheBehavior {
    /// The id of the origin or origin group that requests go to.
    pub target_origin_id: String,
    /// The viewer protocol policy: whether viewers may use HTTP.
    #[prop(default = ViewerProtocolPolicy::RedirectToHttps)]
    pub viewer_protocol_policy: ViewerProtocolPolicy,
    /// The HTTP methods that are sent on to the origin: `GET` and `HEAD`; those and `OPTIONS`; or all seven.
    #[prop(default = BTreeSet::from([Method::Get, Method::Head]))]
    pub allowed_methods: BTreeSet<Method>,
    /// The HTTP methods whose responses are cached: `GET` and `HEAD`; or those and `OPTIONS`.
    #[prop(default = BTreeSet::from([Method::Get, Method::Head]))]
    pub cached_methods: BTreeSet<Method>,
    /// The id of the cache policy: what is cached, by what and for how long. `658327ea-f89d-4fab-a63d-7e88639e58f6` is CachingOptimized,
    /// `4135ea2d-6df8-44a3-9df3-4b5a84be39ad` CachingDisabled.
    pub cache_policy_id: String,
    /// The id of the origin request policy: what else of a request the origin gets. `216adef6-5c7f-47e4-b989-5492eafa07d3` is AllViewer.
    /// Default: what the cache policy names.
    pub origin_request_policy_id: Option<String>,
    /// The id of the response headers policy: the headers that are added to responses. `67f7725c-6f97-4210-82d7-5512b31e9d03` is
    /// SecurityHeadersPolicy.
    pub response_headers_policy_id: Option<String>,
    /// Compression: whether responses are compressed for viewers that accept it.
    #[prop(default = true)]
    pub compress: bool,
    /// CloudFront functions, at most one for each event.
    #[prop(default)]
    pub function_associations: BTreeSet<FunctionAssociation>,
    /// Lambda@Edge functions, at most one for each event.
    #[prop(default)]
    pub lambda_function_associations: BTreeSet<LambdaFunctionAssociation>,
    /// The ids of the trusted key groups, whose keys sign URLs or cookies. With any, unsigned requests are refused.
    #[prop(default)]
    pub trusted_key_groups: BTreeSet<String>,
    /// The accounts that are trusted signers. AWS recommends `trustedKeyGroups` instead.
    #[prop(default)]
    pub trusted_signers: BTreeSet<String>,
    /// The ARN of the real-time log configuration.
    pub realtime_log_config_arn: Option<String>,
    /// The id of the field-level encryption configuration.
    pub field_level_encryption_id: Option<String>,
    /// Whether gRPC is served. Needs all seven `allowedMethods`, and HTTP/2.
    #[prop(default)]
    pub grpc_enabled: bool,
    /// Whether Microsoft Smooth Streaming is served.
    #[prop(default)]
    pub smooth_streaming: bool,
}

/// A cache behavior for the requests whose path matches a pattern.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct CacheBehavior {
    /// The path pattern, such as `/static/*` or `*.jpg`: `*` stands for any characters, `?` for one.
    pub path_pattern: String,
    /// What CloudFront does with them.
    #[prop(flatten)]
    pub behavior: DefaultCacheBehavior,
}

/// Whether viewers may use HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum ViewerProtocolPolicy {
    /// HTTP requests are redirected to HTTPS.
    #[prop(rename = "redirect-to-https")]
    RedirectToHttps,
    /// HTTP requests are refused.
    #[prop(rename = "https-only")]
    HttpsOnly,
    /// HTTP and HTTPS are served.
    #[prop(rename = "allow-all")]
    AllowAll,
}

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum Method {
    /// DELETE.
    #[prop(rename = "DELETE")]
    Delete,
    /// GET.
    #[prop(rename = "GET")]
    Get,
    /// HEAD.
    #[prop(rename = "HEAD")]
    Head,
    /// OPTIONS.
    #[prop(rename = "OPTIONS")]
    Options,
    /// PATCH.
    #[prop(rename = "PATCH")]
    Patch,
    /// POST.
    #[prop(rename = "POST")]
    Post,
    /// PUT.
    #[prop(rename = "PUT")]
    Put,
}

/// A CloudFront function, and the event at which it runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct FunctionAssociation {
    /// The event.
    pub event_type: ViewerEvent,
    /// The function's ARN.
    pub function_arn: String,
}

/// An event at which a CloudFront function runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum ViewerEvent {
    /// A request from a viewer has arrived.
    #[prop(rename = "viewer-request")]
    ViewerRequest,
    /// A response goes to a viewer.
    #[prop(rename = "viewer-response")]
    ViewerResponse,
}

/// A Lambda@Edge function, and the event at which it runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct LambdaFunctionAssociation {
    /// The event.
    pub event_type: EdgeEvent,
    /// The function's ARN with a version: `arn:aws:lambda:us-east-1:123456789012:function:NAME:7`.
    pub lambda_function_arn: String,
    /// Whether the function gets the request's body.
    #[prop(default)]
    pub include_body: bool,
}

/// An event at which a Lambda@Edge function runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum EdgeEvent {
    /// A request from a viewer has arrived.
    #[prop(rename = "viewer-request")]
    ViewerRequest,
    /// A response goes to a viewer.
    #[prop(rename = "viewer-response")]
    ViewerResponse,
    /// A request goes to the origin.
    #[prop(rename = "origin-request")]
    OriginRequest,
    /// A response from the origin has arrived.
    #[prop(rename = "origin-response")]
    OriginResponse,
}

/// Writes a behavior into one of AWS's two builders, which have the same methods and nothing else in common.
macro_rules! written {
    ($builder:expr, $behavior:expr) => {{
        let behavior: &DefaultCacheBehavior = $behavior;
        $builder
            .target_origin_id(&behavior.target_origin_id)
            .viewer_protocol_policy(behavior.viewer_protocol_policy.as_str().into())
            .allowed_methods(behavior.methods()?)
            .cache_policy_id(&behavior.cache_policy_id)
            .set_origin_request_policy_id(behavior.origin_request_policy_id.clone())
            .set_response_headers_policy_id(behavior.response_headers_policy_id.clone())
            .compress(behavior.compress)
            .function_associations(behavior.functions()?)
            .lambda_function_associations(behavior.lambdas()?)
            .trusted_key_groups(behavior.key_groups()?)
            .trusted_signers(behavior.signers()?)
            .set_realtime_log_config_arn(behavior.realtime_log_config_arn.clone())
            // CloudFront represents "none" as an empty string.
            .field_level_encryption_id(behavior.field_level_encryption_id.as_deref().unwrap_or_default())
            .grpc_config(aws::GrpcConfig::builder().enabled(behavior.grpc_enabled).build()?)
            .smooth_streaming(behavior.smooth_streaming)
            .build()
    }};
}

/// Reads a behavior out of one of AWS's two types, which have the same fields and nothing else in common.
macro_rules! read {
    ($behavior:expr) => {{
        let behavior = $behavior;
        let (allowed, cached) = behavior.allowed_methods.map(|a| (a.items, a.cached_methods)).unwrap_or_default();
        let functions = behavior.function_associations.and_then(|f| f.items).unwrap_or_default().into_iter();
        let lambdas = behavior.lambda_function_associations.and_then(|l| l.items).unwrap_or_default().into_iter();
        let groups = behavior.trusted_key_groups.filter(|g| g.enabled).and_then(|g| g.items);
        let signers = behavior.trusted_signers.filter(|s| s.enabled).and_then(|s| s.items);
        DefaultCacheBehavior {
            target_origin_id: behavior.target_origin_id,
            viewer_protocol_policy: word(behavior.viewer_protocol_policy)?,
            allowed_methods: allowed.iter().map(word).collect::<Result<_>>()?,
            cached_methods: cached.iter().flat_map(|c| &c.items).map(word).collect::<Result<_>>()?,
            // Behaviors from before there were cache policies have none.
            cache_policy_id: behavior.cache_policy_id.unwrap_or_default(),
            origin_request_policy_id: filled(behavior.origin_request_policy_id),
            response_headers_policy_id: filled(behavior.response_headers_policy_id),
            compress: behavior.compress.unwrap_or_default(),
            function_associations: functions.map(FunctionAssociation::read).collect::<Result<_>>()?,
            lambda_function_associations: lambdas.map(LambdaFunctionAssociation::read).collect::<Result<_>>()?,
            trusted_key_groups: groups.into_iter().flatten().collect(),
            trusted_signers: signers.into_iter().flatten().collect(),
            realtime_log_config_arn: filled(behavior.realtime_log_config_arn),
            field_level_encryption_id: filled(behavior.field_level_encryption_id),
            grpc_enabled: behavior.grpc_config.is_some_and(|g| g.enabled),
            smooth_streaming: behavior.smooth_streaming.unwrap_or_default(),
        }
    }};
}

impl DefaultCacheBehavior {
    /// As AWS takes it.
    pub fn write(&self) -> Result<aws::DefaultCacheBehavior, BuildError> {
        written!(aws::DefaultCacheBehavior::builder(), self)
    }

    /// As AWS returns it.
    pub fn read(behavior: aws::DefaultCacheBehavior) -> Result<DefaultCacheBehavior> {
        Ok(read!(behavior))
    }

    fn methods(&self) -> Result<aws::AllowedMethods, BuildError> {
        let list = |methods: &BTreeSet<Method>| Some(methods.iter().map(|m| m.as_str().into()).collect());
        let cached = aws::CachedMethods::builder()
            .quantity(count(&self.cached_methods))
            .set_items(list(&self.cached_methods))
            .build()?;
        aws::AllowedMethods::builder()
            .quantity(count(&self.allowed_methods))
            .set_items(list(&self.allowed_methods))
            .cached_methods(cached)
            .build()
    }

    fn functions(&self) -> Result<aws::FunctionAssociations, BuildError> {
        let items = self.function_associations.iter().map(FunctionAssociation::write);
        let items = items.collect::<Result<Vec<_>, _>>()?;
        aws::FunctionAssociations::builder().quantity(count(&items)).set_items(some(items)).build()
    }

    fn lambdas(&self) -> Result<aws::LambdaFunctionAssociations, BuildError> {
        let items = self.lambda_function_associations.iter().map(LambdaFunctionAssociation::write);
        let items = items.collect::<Result<Vec<_>, _>>()?;
        aws::LambdaFunctionAssociations::builder().quantity(count(&items)).set_items(some(items)).build()
    }

    fn key_groups(&self) -> Result<aws::TrustedKeyGroups, BuildError> {
        let groups = &self.trusted_key_groups;
        let written = aws::TrustedKeyGroups::builder().enabled(!groups.is_empty()).quantity(count(groups));
        written.set_items(some(groups.iter().cloned())).build()
    }

    fn signers(&self) -> Result<aws::TrustedSigners, BuildError> {
        let signers = &self.trusted_signers;
        let written = aws::TrustedSigners::builder().enabled(!signers.is_empty()).quantity(count(signers));
        written.set_items(some(signers.iter().cloned())).build()
    }
}

impl CacheBehavior {
    /// As AWS takes it.
    pub fn write(&self) -> Result<aws::CacheBehavior, BuildError> {
        let builder = aws::CacheBehavior::builder().path_pattern(&self.path_pattern);
        written!(builder, &self.behavior)
    }

    /// As AWS returns it.
    pub fn read(mut behavior: aws::CacheBehavior) -> Result<CacheBehavior> {
        let path_pattern = std::mem::take(&mut behavior.path_pattern);
        Ok(CacheBehavior { path_pattern, behavior: read!(behavior) })
    }
}

impl FunctionAssociation {
    fn write(&self) -> Result<aws::FunctionAssociation, BuildError> {
        let written = aws::FunctionAssociation::builder().event_type(self.event_type.as_str().into());
        written.function_arn(&self.function_arn).build()
    }

    fn read(function: aws::FunctionAssociation) -> Result<FunctionAssociation> {
        Ok(FunctionAssociation { event_type: word(function.event_type)?, function_arn: function.function_arn })
    }
}

impl LambdaFunctionAssociation {
    fn write(&self) -> Result<aws::LambdaFunctionAssociation, BuildError> {
        let written = aws::LambdaFunctionAssociation::builder().event_type(self.event_type.as_str().into());
        written.lambda_function_arn(&self.lambda_function_arn).include_body(self.include_body).build()
    }

    fn read(function: aws::LambdaFunctionAssociation) -> Result<LambdaFunctionAssociation> {
        Ok(LambdaFunctionAssociation {
            event_type: word(function.event_type)?,
            lambda_function_arn: function.lambda_function_arn,
            include_body: function.include_body.unwrap_or_default(),
        })
    }
}
