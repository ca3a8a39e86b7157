//! What a distribution does with requests, and how AWS takes and tells it.

use std::collections::BTreeSet;

use aws_sdk_cloudfront::error::BuildError;
use aws_sdk_cloudfront::types as aws;
use pulumi_plugin::{Property, Result};

use super::config::{count, filled, some, words};

/// What is done with requests.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DefaultCacheBehavior {
    /// The id of the origin or origin group that is asked.
    pub target_origin_id: String,
    /// Whether viewers may use HTTP.
    #[prop(default = ViewerProtocolPolicy::RedirectToHttps)]
    pub viewer_protocol_policy: ViewerProtocolPolicy,
    /// The methods that are passed on: `GET` and `HEAD`, those and `OPTIONS`, or all seven.
    #[prop(default = BTreeSet::from([Method::Get, Method::Head]))]
    pub allowed_methods: BTreeSet<Method>,
    /// The methods whose answers are cached: `GET` and `HEAD`, or those and `OPTIONS`.
    #[prop(default = BTreeSet::from([Method::Get, Method::Head]))]
    pub cached_methods: BTreeSet<Method>,
    /// The id of the policy that says what is cached, by what and for how long, such as `658327ea-f89d-4fab-a63d-7e88639e58f6` (CachingOptimized)
    /// or `4135ea2d-6df8-44a3-9df3-4b5a84be39ad` (CachingDisabled).
    pub cache_policy_id: String,
    /// The id of the policy that says what of a request the origin gets to see, such as `216adef6-5c7f-47e4-b989-5492eafa07d3` (AllViewer).
    /// Default: what the cache policy says.
    pub origin_request_policy_id: Option<String>,
    /// The id of the policy that says which headers are added to answers, such as `67f7725c-6f97-4210-82d7-5512b31e9d03` (SecurityHeaders).
    pub response_headers_policy_id: Option<String>,
    /// Whether answers are compressed for viewers that take it.
    #[prop(default = true)]
    pub compress: bool,
    /// CloudFront functions, at most one for each event.
    #[prop(default)]
    pub function_associations: BTreeSet<FunctionAssociation>,
    /// Lambda functions at the edge, at most one for each event.
    #[prop(default)]
    pub lambda_function_associations: BTreeSet<LambdaFunctionAssociation>,
    /// The ids of the key groups whose keys sign URLs or cookies; with any, unsigned requests are refused.
    #[prop(default)]
    pub trusted_key_groups: BTreeSet<String>,
    /// The accounts whose keys sign URLs or cookies: the old way; better are `trustedKeyGroups`.
    #[prop(default)]
    pub trusted_signers: BTreeSet<String>,
    /// The ARN of the configuration of real-time logs.
    pub realtime_log_config_arn: Option<String>,
    /// The id of the configuration by which fields of forms are encrypted.
    pub field_level_encryption_id: Option<String>,
    /// Whether gRPC is served. Needs `POST` among the methods, and HTTP/2.
    #[prop(default)]
    pub grpc_enabled: bool,
    /// Whether Microsoft Smooth Streaming is served.
    #[prop(default)]
    pub smooth_streaming: bool,
}

/// What is done with requests whose path fits a pattern.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct CacheBehavior {
    /// The pattern, such as `/static/*` or `*.jpg`; `*` stands for any characters, `?` for one.
    pub path_pattern: String,
    /// What is done.
    #[prop(flatten)]
    pub behavior: DefaultCacheBehavior,
}

/// Whether viewers may use HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum ViewerProtocolPolicy {
    /// They are sent to HTTPS.
    #[prop(rename = "redirect-to-https")]
    RedirectToHttps,
    /// They are refused.
    #[prop(rename = "https-only")]
    HttpsOnly,
    /// They may.
    #[prop(rename = "allow-all")]
    AllowAll,
}

/// A method of HTTP.
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

/// A CloudFront function and when it is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct FunctionAssociation {
    /// When it is called.
    pub event_type: ViewerEvent,
    /// Its ARN.
    pub function_arn: String,
}

/// A moment at which a CloudFront function is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum ViewerEvent {
    /// A request came from a viewer.
    #[prop(rename = "viewer-request")]
    ViewerRequest,
    /// An answer goes to a viewer.
    #[prop(rename = "viewer-response")]
    ViewerResponse,
}

/// A Lambda function at the edge and when it is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct LambdaFunctionAssociation {
    /// When it is called.
    pub event_type: EdgeEvent,
    /// Its ARN, with a version: `arn:aws:lambda:us-east-1:123456789012:function:NAME:7`.
    pub lambda_function_arn: String,
    /// Whether it gets the request's body.
    #[prop(default)]
    pub include_body: bool,
}

/// A moment at which a Lambda function is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum EdgeEvent {
    /// A request came from a viewer.
    #[prop(rename = "viewer-request")]
    ViewerRequest,
    /// An answer goes to a viewer.
    #[prop(rename = "viewer-response")]
    ViewerResponse,
    /// A request goes to the origin.
    #[prop(rename = "origin-request")]
    OriginRequest,
    /// An answer came from the origin.
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
            // Nothing is written as an empty text.
            .field_level_encryption_id(behavior.field_level_encryption_id.as_deref().unwrap_or_default())
            .grpc_config(aws::GrpcConfig::builder().enabled(behavior.grpc_enabled).build()?)
            .smooth_streaming(behavior.smooth_streaming)
            .build()
    }};
}

/// Reads a behavior out of one of AWS's two types, which have the same fields and nothing else in common.
macro_rules! read {
    ($told:expr) => {{
        let told = $told;
        let allowed = told.allowed_methods();
        let cached = allowed.and_then(|a| a.cached_methods());
        let functions = told.function_associations().map(|f| f.items());
        let lambdas = told.lambda_function_associations().map(|l| l.items());
        let groups = told.trusted_key_groups().filter(|g| g.enabled());
        let signers = told.trusted_signers().filter(|s| s.enabled());
        let set = |items: &[String]| items.iter().cloned().collect();
        Ok(DefaultCacheBehavior {
            target_origin_id: told.target_origin_id().to_owned(),
            viewer_protocol_policy: words(told.viewer_protocol_policy().as_str())?,
            allowed_methods: methods(allowed.map(|a| a.items()))?,
            cached_methods: methods(cached.map(|c| c.items()))?,
            // Behaviors from before there were policies have none.
            cache_policy_id: told.cache_policy_id().unwrap_or_default().to_owned(),
            origin_request_policy_id: filled(told.origin_request_policy_id()),
            response_headers_policy_id: filled(told.response_headers_policy_id()),
            compress: told.compress().unwrap_or_default(),
            function_associations: functions_of(functions.unwrap_or_default())?,
            lambda_function_associations: lambdas_of(lambdas.unwrap_or_default())?,
            trusted_key_groups: set(groups.map(|g| g.items()).unwrap_or_default()),
            trusted_signers: set(signers.map(|s| s.items()).unwrap_or_default()),
            realtime_log_config_arn: filled(told.realtime_log_config_arn()),
            field_level_encryption_id: filled(told.field_level_encryption_id()),
            grpc_enabled: told.grpc_config().is_some_and(|g| g.enabled()),
            smooth_streaming: told.smooth_streaming().unwrap_or_default(),
        })
    }};
}

impl DefaultCacheBehavior {
    /// As AWS takes it.
    pub fn write(&self) -> Result<aws::DefaultCacheBehavior, BuildError> {
        written!(aws::DefaultCacheBehavior::builder(), self)
    }

    /// As AWS tells it.
    pub fn read(told: &aws::DefaultCacheBehavior) -> Result<DefaultCacheBehavior> {
        read!(told)
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
        let items = self.function_associations.iter().map(|function| {
            aws::FunctionAssociation::builder()
                .event_type(function.event_type.as_str().into())
                .function_arn(&function.function_arn)
                .build()
        });
        let items = items.collect::<Result<Vec<_>, _>>()?;
        aws::FunctionAssociations::builder().quantity(count(&items)).set_items(some(items)).build()
    }

    fn lambdas(&self) -> Result<aws::LambdaFunctionAssociations, BuildError> {
        let items = self.lambda_function_associations.iter().map(|function| {
            aws::LambdaFunctionAssociation::builder()
                .event_type(function.event_type.as_str().into())
                .lambda_function_arn(&function.lambda_function_arn)
                .include_body(function.include_body)
                .build()
        });
        let items = items.collect::<Result<Vec<_>, _>>()?;
        aws::LambdaFunctionAssociations::builder().quantity(count(&items)).set_items(some(items)).build()
    }

    fn key_groups(&self) -> Result<aws::TrustedKeyGroups, BuildError> {
        let groups = &self.trusted_key_groups;
        aws::TrustedKeyGroups::builder()
            .enabled(!groups.is_empty())
            .quantity(count(groups))
            .set_items(some(groups.iter().cloned().collect()))
            .build()
    }

    fn signers(&self) -> Result<aws::TrustedSigners, BuildError> {
        let signers = &self.trusted_signers;
        aws::TrustedSigners::builder()
            .enabled(!signers.is_empty())
            .quantity(count(signers))
            .set_items(some(signers.iter().cloned().collect()))
            .build()
    }
}

impl CacheBehavior {
    /// As AWS takes it.
    pub fn write(&self) -> Result<aws::CacheBehavior, BuildError> {
        let builder = aws::CacheBehavior::builder().path_pattern(&self.path_pattern);
        written!(builder, &self.behavior)
    }

    /// As AWS tells it.
    pub fn read(told: &aws::CacheBehavior) -> Result<CacheBehavior> {
        let behavior: Result<_> = read!(told);
        Ok(CacheBehavior { path_pattern: told.path_pattern().to_owned(), behavior: behavior? })
    }
}

fn methods(told: Option<&[aws::Method]>) -> Result<BTreeSet<Method>> {
    let told = told.unwrap_or_default().iter();
    told.map(|method| words(method.as_str())).collect()
}

fn functions_of(told: &[aws::FunctionAssociation]) -> Result<BTreeSet<FunctionAssociation>> {
    let each = told.iter().map(|function| {
        Ok(FunctionAssociation {
            event_type: words(function.event_type().as_str())?,
            function_arn: function.function_arn().to_owned(),
        })
    });
    each.collect()
}

fn lambdas_of(told: &[aws::LambdaFunctionAssociation]) -> Result<BTreeSet<LambdaFunctionAssociation>> {
    let each = told.iter().map(|function| {
        Ok(LambdaFunctionAssociation {
            event_type: words(function.event_type().as_str())?,
            lambda_function_arn: function.lambda_function_arn().to_owned(),
            include_body: function.include_body().unwrap_or_default(),
        })
    });
    each.collect()
}
