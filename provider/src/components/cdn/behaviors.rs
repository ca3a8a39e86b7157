//! How requests are served: cache behaviors of a distribution.

use std::collections::BTreeSet;

use pulumi_plugin::{Output, Property};

use super::{CdnInputs, CdnOrigin};
use crate::cloudfront::distribution::{
    CacheBehavior, DefaultCacheBehavior, FunctionAssociation, Method, ViewerEvent, ViewerProtocolPolicy,
};

/// How requests are served.
#[derive(Debug, Clone, Property)]
pub struct CdnBehavior {
    /// The path pattern, such as `/static/*` or `*.jpg`.
    pub path_pattern: Option<String>,
    /// The name of the origin.
    pub origin: Option<String>,
    /// One of AWS's own cache policies. Default: `CachingOptimized` for a bucket, else `CachingDisabled`.
    pub cache_policy: Option<CdnCachePolicy>,
    /// The id of another cache policy.
    pub cache_policy_id: Option<Output<String>>,
    /// One of AWS's own origin request policies. Default: none for a bucket, else `AllViewer`, so that the origin sees what viewers send.
    pub origin_request_policy: Option<CdnOriginRequestPolicy>,
    /// The id of another origin request policy.
    pub origin_request_policy_id: Option<Output<String>>,
    /// The HTTP methods that are sent on: `GET` and `HEAD`; those and `OPTIONS`; or all seven. Default: `GET` and `HEAD` for a bucket, else all seven.
    #[prop(default)]
    pub allowed_methods: BTreeSet<Method>,
    /// The ARN of a CloudFront function that sees requests before anything else.
    pub viewer_request_function_arn: Option<Output<String>>,
    /// The ARN of a CloudFront function that sees responses last.
    pub viewer_response_function_arn: Option<Output<String>>,
    /// Whether responses are compressed for viewers that accept it. Default: true.
    #[prop(default = true)]
    pub compress: bool,
}

/// A cache policy of AWS's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum CdnCachePolicy {
    /// By path alone, for a day, or for as long as the origin says.
    CachingOptimized,
    /// The same, uncompressed.
    CachingOptimizedForUncompressedObjects,
    /// Not at all.
    CachingDisabled,
    /// As the origin's `Cache-Control` says; else not at all.
    UseOriginCacheControlHeaders,
    /// The same, by query strings, too.
    #[prop(rename = "UseOriginCacheControlHeaders-QueryStrings")]
    UseOriginCacheControlHeadersQueryStrings,
}

/// An origin request policy of AWS's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum CdnOriginRequestPolicy {
    /// All that the viewer sends: headers, cookies and query strings.
    AllViewer,
    /// The same but for the header `Host`.
    AllViewerExceptHostHeader,
    /// All that the viewer sends, and what CloudFront knows of the viewer.
    #[prop(rename = "AllViewerAndCloudFrontHeaders-2022-06")]
    AllViewerAndCloudFrontHeaders,
    /// The headers of cross-origin requests to a bucket.
    #[prop(rename = "CORS-S3Origin")]
    CorsS3Origin,
    /// The headers of cross-origin requests to a server.
    #[prop(rename = "CORS-CustomOrigin")]
    CorsCustomOrigin,
}

impl CdnCachePolicy {
    fn id(self) -> &'static str {
        match self {
            Self::CachingOptimized => "658327ea-f89d-4fab-a63d-7e88639e58f6",
            Self::CachingOptimizedForUncompressedObjects => "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",
            Self::CachingDisabled => "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
            Self::UseOriginCacheControlHeaders => "83da9c7e-98b4-4e11-a168-04f0df8e2c65",
            Self::UseOriginCacheControlHeadersQueryStrings => "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
        }
    }
}

impl CdnOriginRequestPolicy {
    fn id(self) -> &'static str {
        match self {
            Self::AllViewer => "216adef6-5c7f-47e4-b989-5492eafa07d3",
            Self::AllViewerExceptHostHeader => "b689b0a8-53d0-40ab-baf2-68738e2966ac",
            Self::AllViewerAndCloudFrontHeaders => "33f36d7e-f396-46d9-90e0-52428a34d9dc",
            Self::CorsS3Origin => "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf",
            Self::CorsCustomOrigin => "59781a5b-3903-41f3-afcb-af62929ccde1",
        }
    }
}

/// A behavior with the origin that it is for.
pub(super) struct Planned {
    behavior: CdnBehavior,
    target: String,
    bucket: bool,
}

/// The default behavior, and then the others in their order.
pub(super) fn plan(inputs: &CdnInputs) -> Vec<Planned> {
    let settings = &inputs.settings;
    let target = inputs.default_name().unwrap_or_default().to_owned();
    let planned = |behavior: CdnBehavior, target: String| {
        let bucket = inputs.origins.get(&target).is_some_and(|origin| origin.bucket.is_some());
        Planned { behavior, target, bucket }
    };
    let default = settings.default_behavior.clone().unwrap_or_else(|| plain(None));
    let mut all = vec![planned(default, target.clone())];
    match &settings.behaviors {
        Some(others) => all.extend(others.iter().map(|it| planned(it.clone(), it.origin.clone().unwrap_or_default()))),
        None => all.extend(only_bucket(inputs, &target).map(|name| planned(plain(Some("/static/*")), name.to_owned()))),
    }
    all
}

/// The only origin that is a bucket, if it is not the default one.
fn only_bucket<'a>(inputs: &'a CdnInputs, default: &str) -> Option<&'a str> {
    let is_bucket = |(_, origin): &(&String, &CdnOrigin)| origin.bucket.is_some();
    let mut buckets = inputs.origins.iter().filter(is_bucket).map(|(name, _)| name.as_str());
    match (buckets.next(), buckets.next()) {
        (Some(name), None) if name != default => Some(name),
        _ => None,
    }
}

fn plain(pattern: Option<&str>) -> CdnBehavior {
    CdnBehavior {
        path_pattern: pattern.map(str::to_owned),
        origin: None,
        cache_policy: None,
        cache_policy_id: None,
        origin_request_policy: None,
        origin_request_policy_id: None,
        allowed_methods: BTreeSet::new(),
        viewer_request_function_arn: None,
        viewer_response_function_arn: None,
        compress: true,
    }
}

/// The default behavior as the distribution takes it. `headers`: the id of the response headers policy.
pub(super) fn default(plan: &[Planned], headers: Option<&Output<String>>) -> Output<DefaultCacheBehavior> {
    plan.first().map_or_else(Output::unknown, |planned| planned.written(headers))
}

/// The other behaviors as the distribution takes them.
pub(super) fn others(plan: &[Planned], headers: Option<&Output<String>>) -> Output<Vec<CacheBehavior>> {
    let others = plan.iter().skip(1).map(|planned| {
        let path_pattern = planned.behavior.path_pattern.clone().unwrap_or_default();
        planned.written(headers).map(|behavior| CacheBehavior { path_pattern, behavior })
    });
    Output::all(others)
}

impl Planned {
    fn written(&self, headers: Option<&Output<String>>) -> Output<DefaultCacheBehavior> {
        let functions = Output::all(self.functions());
        let ids = self.cache_policy().zip(&self.request_policy()).zip(&maybe(headers)).zip(&functions);
        let (target, methods, compress) = (self.target.clone(), self.methods(), self.behavior.compress);
        ids.map(move |(((cache, request), headers), functions)| DefaultCacheBehavior {
            target_origin_id: target,
            viewer_protocol_policy: ViewerProtocolPolicy::RedirectToHttps,
            allowed_methods: methods,
            cached_methods: BTreeSet::from([Method::Get, Method::Head]),
            cache_policy_id: cache,
            origin_request_policy_id: request,
            response_headers_policy_id: headers,
            compress,
            function_associations: functions.into_iter().collect(),
            lambda_function_associations: BTreeSet::new(),
            trusted_key_groups: BTreeSet::new(),
            trusted_signers: BTreeSet::new(),
            realtime_log_config_arn: None,
            field_level_encryption_id: None,
            grpc_enabled: false,
            smooth_streaming: false,
        })
    }

    fn cache_policy(&self) -> Output<String> {
        let usual = if self.bucket { CdnCachePolicy::CachingOptimized } else { CdnCachePolicy::CachingDisabled };
        let own = || self.behavior.cache_policy.unwrap_or(usual).id().to_owned();
        self.behavior.cache_policy_id.clone().unwrap_or_else(|| own().into())
    }

    fn request_policy(&self) -> Output<Option<String>> {
        let usual = (!self.bucket).then_some(CdnOriginRequestPolicy::AllViewer);
        let own = self.behavior.origin_request_policy.or(usual).map(|policy| policy.id().to_owned());
        match &self.behavior.origin_request_policy_id {
            Some(id) => id.map(Some),
            None => own.into(),
        }
    }

    fn methods(&self) -> BTreeSet<Method> {
        use Method::{Delete, Get, Head, Options, Patch, Post, Put};
        match (&self.behavior.allowed_methods, self.bucket) {
            (given, _) if !given.is_empty() => given.clone(),
            (_, true) => BTreeSet::from([Get, Head]),
            (_, false) => BTreeSet::from([Delete, Get, Head, Options, Patch, Post, Put]),
        }
    }

    fn functions(&self) -> Vec<Output<FunctionAssociation>> {
        let behavior = &self.behavior;
        let both = [
            (ViewerEvent::ViewerRequest, &behavior.viewer_request_function_arn),
            (ViewerEvent::ViewerResponse, &behavior.viewer_response_function_arn),
        ];
        let given = both.into_iter().filter_map(|(event, arn)| Some((event, arn.as_ref()?)));
        given
            .map(|(event_type, arn)| arn.map(move |function_arn| FunctionAssociation { event_type, function_arn }))
            .collect()
    }
}

/// What may be left out.
fn maybe(given: Option<&Output<String>>) -> Output<Option<String>> {
    given.map_or_else(|| Output::known(None), |given| given.map(Some))
}
