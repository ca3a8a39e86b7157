//! Rules between a distribution's properties, and what CloudFront wants of single ones.

use std::collections::BTreeSet;

use pulumi_plugin::{Fault, Faults, Path, nearest};

use super::behavior::{CacheBehavior, DefaultCacheBehavior, LambdaFunctionAssociation, Method};
use super::inputs::*;
use super::origin::{CustomOriginConfig, Origin, OriginGroup};
use crate::aws::EDGE;
use crate::types::CertificateArn;

/// The HTTP status codes at which an origin group can fail over.
const FAILOVER_CODES: [i32; 9] = [400, 403, 404, 416, 429, 500, 502, 503, 504];

/// Everything that is wrong.
pub fn faults(new: &DistributionInputs) -> Vec<Fault> {
    let origins = new.origins.iter().flat_map(|(id, each)| at("origins", id, origin(each)));
    let groups = new.origin_groups.iter().flat_map(|(id, each)| at("originGroups", id, group(new, id, each)));
    Faults::of(new)
        .and(origins)
        .and(groups)
        .part("defaultCacheBehavior", behavior(new, &new.default_cache_behavior))
        .each("cacheBehaviors", &new.cache_behaviors, |each| behavior(new, &each.behavior))
        .and(patterns(new))
        .and(certificate(new))
        .and(texts(new))
        .and(countries(&new.restrictions.geo_restriction))
        .and(errors(&new.custom_error_responses))
        .when(
            new.anycast_ip_list_id.is_some() && new.price_class != PriceClass::All,
            "priceClass",
            "must be `PriceClass_All` with `anycastIpListId`",
        )
        .into_vec()
}

/// The faults of an entry of a map.
fn at(map: &str, id: &str, faults: Vec<Fault>) -> Vec<Fault> {
    faults.into_iter().map(|fault| fault.below(id).below(map)).collect()
}

fn origin(origin: &Origin) -> Vec<Fault> {
    let (domain, path) = (&origin.domain_name, &origin.origin_path);
    let s3 = origin.s3_origin_config.as_ref();
    let custom = origin.custom_origin_config.as_ref();
    let vpc = origin.vpc_origin_config.as_ref().map(|vpc| vpc.origin_read_timeout);
    let part = custom.map(|it| it.origin_read_timeout).or(s3.map(|it| it.origin_read_timeout)).or(vpc);
    let identity = s3.is_some_and(|s3| !s3.origin_access_identity.is_empty());
    Faults::of(origin)
        .one_of(&["s3OriginConfig", "customOriginConfig", "vpcOriginConfig"])
        .when(
            domain.contains(['/', ':']) || !domain.contains('.'),
            "domainName",
            format!("`{domain}` is not a host name such as www.example.com"),
        )
        .when(
            s3.is_some() && domain.contains(".s3-website"),
            "s3OriginConfig",
            "a bucket's website is a custom origin: `customOriginConfig` with `originProtocolPolicy: http-only`; the bucket itself is NAME.s3.REGION.amazonaws.com",
        )
        .when(
            !path.is_empty() && (!path.starts_with('/') || path.ends_with('/')),
            "originPath",
            format!("`{path}` must begin with a slash and not end with one"),
        )
        .when(
            identity && origin.origin_access_control_id.is_some(),
            "originAccessControlId",
            "can't be given together with `originAccessIdentity`",
        )
        .when(
            part.is_some_and(|part| origin.response_completion_timeout.is_some_and(|all| all < part)),
            "responseCompletionTimeout",
            "is less than `originReadTimeout`",
        )
        .part("customOriginConfig", custom.map(ports).unwrap_or_default())
        .into_vec()
}

fn ports(custom: &CustomOriginConfig) -> Vec<Fault> {
    let ports = [("httpPort", custom.http_port), ("httpsPort", custom.https_port)];
    let wrong = ports.into_iter().filter(|(_, port)| !matches!(port, 80 | 443 | 1024..));
    wrong.map(|(name, port)| Fault::new(name, format!("{port} is none of 80, 443, 1024 to 65535"))).collect()
}

fn group(new: &DistributionInputs, id: &str, group: &OriginGroup) -> Vec<Fault> {
    let ids = || new.origins.keys().map(String::as_str);
    let unknown = group.members.iter().enumerate().filter(|(_, member)| !new.origins.contains_key(*member));
    let unknown = unknown.map(|(i, member)| no_such(Path::root().key("members").index(i), "origin", member, ids()));
    let code = group.status_codes.iter().find(|code| !FAILOVER_CODES.contains(code));
    let codes = "400, 403, 404, 416, 429, 500, 502, 503 and 504";
    Faults::of(group)
        .when(new.origins.contains_key(id), Path::root(), format!("`{id}` is the id of an origin too"))
        .and(unknown)
        .and(code.map(|code| Fault::new("statusCodes", format!("{code} is none of {codes}"))))
        .into_vec()
}

/// The fault of a name that nothing has.
fn no_such<'a>(at: impl Into<Path>, what: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Fault {
    let hint = match nearest(name, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", known.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
    };
    Fault::new(at, format!("no {what} has the id `{name}`; {hint}"))
}

fn behavior(new: &DistributionInputs, behavior: &DefaultCacheBehavior) -> Vec<Fault> {
    let target = &behavior.target_origin_id;
    let ids = new.origins.keys().chain(new.origin_groups.keys()).map(String::as_str);
    let unknown = !ids.clone().any(|id| id == target);
    Faults::of(behavior)
        .and(unknown.then(|| no_such("targetOriginId", "origin or origin group", target, ids)))
        .and(methods(behavior))
        .and(grpc(new, behavior))
        .and(functions(behavior))
        .into_vec()
}

fn methods(behavior: &DefaultCacheBehavior) -> Vec<Fault> {
    let (allowed, cached) = (&behavior.allowed_methods, &behavior.cached_methods);
    let reads = |methods: &BTreeSet<Method>| methods.contains(&Method::Get) && methods.contains(&Method::Head);
    let with_options = |methods: &BTreeSet<Method>| methods.len() == 3 && methods.contains(&Method::Options);
    let fine = |methods: &BTreeSet<Method>| reads(methods) && (methods.len() == 2 || with_options(methods));
    Faults::of(behavior)
        .when(
            !fine(allowed) && allowed.len() != 7,
            "allowedMethods",
            "must be GET and HEAD; GET, HEAD and OPTIONS; or all seven",
        )
        .when(!fine(cached), "cachedMethods", "must be GET and HEAD; or GET, HEAD and OPTIONS")
        .when(
            fine(cached) && cached.contains(&Method::Options) && !allowed.contains(&Method::Options),
            "cachedMethods",
            "OPTIONS is not one of `allowedMethods`",
        )
        .into_vec()
}

fn grpc(new: &DistributionInputs, behavior: &DefaultCacheBehavior) -> Vec<Fault> {
    let on = behavior.grpc_enabled;
    let over_http2 = matches!(new.http_version, HttpVersion::Http2 | HttpVersion::Http2and3);
    let origin = new.origins.get(&behavior.target_origin_id);
    let in_vpc = origin.is_some_and(|origin| origin.vpc_origin_config.is_some());
    Faults::of(behavior)
        .when(on && behavior.allowed_methods.len() != 7, "grpcEnabled", "needs all seven methods in `allowedMethods`")
        .when(on && !over_http2, "grpcEnabled", "needs HTTP/2: `httpVersion` must be `http2` or `http2and3`")
        .when(on && in_vpc, "grpcEnabled", "a VPC origin does not serve gRPC")
        .into_vec()
}

fn functions(behavior: &DefaultCacheBehavior) -> Vec<Fault> {
    let (functions, lambdas) = (&behavior.function_associations, &behavior.lambda_function_associations);
    let events: BTreeSet<_> = functions.iter().map(|function| function.event_type).collect();
    let edge_events: BTreeSet<_> = lambdas.iter().map(|lambda| lambda.event_type).collect();
    let twice = "an event runs one function at most";
    Faults::of(behavior)
        .when(events.len() < functions.len(), "functionAssociations", twice)
        .when(edge_events.len() < lambdas.len(), "lambdaFunctionAssociations", twice)
        .and(lambdas.iter().flat_map(lambda))
        .into_vec()
}

/// A set has no places, so the ARN says which function it is.
fn lambda(lambda: &LambdaFunctionAssociation) -> Vec<Fault> {
    let arn = &lambda.lambda_function_arn;
    let parts: Vec<_> = arn.split(':').collect();
    let elsewhere = parts.get(3) != Some(&EDGE);
    let unversioned = parts.get(7).is_none_or(|version| version.parse::<u64>().is_err());
    let at = "lambdaFunctionAssociations";
    let fault = |why: &str| Fault::new(at, format!("`{arn}` {why}"));
    let faults = [
        elsewhere.then(|| fault("is not in us-east-1, where Lambda@Edge functions must be")),
        unversioned.then(|| fault("has no version; it must end in `:NAME:7`, for example")),
    ];
    faults.into_iter().flatten().collect()
}

fn patterns(new: &DistributionInputs) -> Vec<Fault> {
    let mut patterns = BTreeSet::new();
    let twice = new.cache_behaviors.iter().enumerate().filter(|(_, each)| !patterns.insert(&each.path_pattern));
    let fault = |(i, each): (usize, &CacheBehavior)| {
        let at = Path::root().key("cacheBehaviors").index(i).key("pathPattern");
        Fault::new(at, format!("`{}` has a behavior already", each.path_pattern))
    };
    twice.map(fault).collect()
}

fn certificate(new: &DistributionInputs) -> Vec<Fault> {
    let needed = new.viewer_certificate.is_none() && !new.aliases.is_empty();
    let own = new.viewer_certificate.as_ref().map(|certificate| {
        let elsewhere = certificate.acm_certificate_arn.as_ref().and_then(elsewhere);
        let faults = Faults::of(certificate).one_of(&["acmCertificateArn", "iamCertificateId"]).into_vec();
        faults.into_iter().chain(elsewhere.map(|why| Fault::new("acmCertificateArn", why))).collect()
    });
    Faults::of(new)
        .when(
            needed,
            "viewerCertificate",
            "missing: `aliases` need a certificate that covers them (`acmCertificateArn`)",
        )
        .part("viewerCertificate", own.unwrap_or_default())
        .into_vec()
}

/// Why CloudFront does not take a certificate for the place that it is in.
fn elsewhere(arn: &CertificateArn) -> Option<String> {
    match (arn.partition(), arn.region()) {
        ("aws-cn", _) => {
            let way =
                "upload it (`aws iam upload-server-certificate --path /cloudfront/`), and give `iamCertificateId`";
            Some(format!("CloudFront in China takes certificates of IAM only: {way}"))
        }
        (_, EDGE) => None,
        (_, region) => Some(format!("is in {region}; CloudFront takes certificates in us-east-1 only")),
    }
}

fn texts(new: &DistributionInputs) -> Vec<Fault> {
    let object = &new.default_root_object;
    let acl = new.web_acl_id.as_deref().unwrap_or_default();
    let bucket = new.logging.as_ref().map_or("any.s3.", |logging| logging.bucket.as_str());
    Faults::of(new)
        .when(
            object.starts_with('/'),
            "defaultRootObject",
            format!("`{object}` begins with a slash; did you mean `{}`?", object.trim_start_matches('/')),
        )
        .when(
            acl.starts_with("arn:") && !(acl.contains(":us-east-1:") && acl.contains(":global/webacl/")),
            "webAclId",
            format!("`{acl}` is not a web ACL of scope CLOUDFRONT in us-east-1"),
        )
        .when(
            !bucket.contains(".s3."),
            Path::root().key("logging").key("bucket"),
            format!("`{bucket}` is not the host name of a bucket; did you mean `{bucket}.s3.amazonaws.com`?"),
        )
        .into_vec()
}

fn countries(geo: &GeoRestriction) -> Vec<Fault> {
    let unrestricted = geo.restriction_type == GeoRestrictionType::None;
    let faults = Faults::of(geo)
        .when(
            unrestricted && !geo.locations.is_empty(),
            "locations",
            "given, but `restrictionType` is `none`; with countries it is `whitelist` or `blacklist`",
        )
        .when(
            !unrestricted && geo.locations.is_empty(),
            "locations",
            "empty; without countries `restrictionType` is `none`",
        )
        .into_vec();
    at("restrictions", "geoRestriction", faults)
}

fn errors(errors: &BTreeSet<CustomErrorResponse>) -> Vec<Fault> {
    let mut codes = BTreeSet::new();
    let mut faults = Vec::new();
    for error in errors {
        let code = error.error_code;
        let mut fault = |why: String| faults.push(Fault::new("customErrorResponses", why));
        if !codes.insert(code) {
            fault(format!("{code} has a response already"));
        }
        if error.response_code.is_some() != error.response_page_path.is_some() {
            fault(format!("of {code}: `responseCode` and `responsePagePath` must be given together"));
        }
        let path = error.response_page_path.as_deref().unwrap_or("/");
        if !path.starts_with('/') {
            fault(format!("of {code}: `{path}` must begin with a slash"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use pulumi_plugin::conform::conform;
    use pulumi_plugin::{Property as _, Shaped as _, Value};
    use serde_json::json;

    use super::{CertificateArn, Origin, elsewhere, origin};

    #[test]
    fn a_certificate_is_where_cloudfront_takes_it() {
        use pulumi_plugin::Spelled as _;
        for (place, why) in [
            ("aws:acm:us-east-1", None),
            ("aws:acm:eu-west-1", Some("in us-east-1 only")),
            ("aws-cn:acm:cn-north-1", Some("give `iamCertificateId`")),
        ] {
            let arn = format!("arn:{place}:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef");
            let told = elsewhere(&CertificateArn::parse(&arn).expect("an ARN"));
            assert_eq!(told.is_some(), why.is_some(), "{place}: {told:?}");
            assert!(told.is_none_or(|told| told.contains(why.unwrap_or_default())), "{place}");
        }
    }

    #[test]
    fn a_whole_response_may_take_as_long_as_a_part_of_it() {
        for (kind, config) in [
            ("customOriginConfig", json!({"originReadTimeout": 60})),
            ("s3OriginConfig", json!({"originReadTimeout": 60})),
            ("vpcOriginConfig", json!({"originReadTimeout": 60, "vpcOriginId": "vo_1"})),
        ] {
            for (whole, why) in [(59, Some("is less than `originReadTimeout`")), (60, None)] {
                let given = json!({"domainName": "a.example.com", "responseCompletionTimeout": whole, kind: config});
                let given = Value::from_json(&given);
                let checked = conform(&[Origin::shape()], given.as_object().expect("properties"));
                assert_eq!(checked.faults, [], "{kind}");
                let asked = Origin::decode(&Value::Object(checked.properties)).expect("conforming inputs");
                let faults = origin(&asked);
                assert_eq!(faults.first().map(|fault| fault.why.as_str()), why, "{kind} {whole}");
            }
        }
    }
}
