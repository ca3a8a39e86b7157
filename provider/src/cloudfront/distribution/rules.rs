//! What CloudFront wants of a distribution's properties, alone and together.

use std::collections::BTreeSet;

use pulumi_plugin::{Fault, Path, nearest};

use super::behavior::{DefaultCacheBehavior, Method};
use super::inputs::*;
use super::origin::{Origin, OriginGroup};

/// Everything that is wrong.
pub fn faults(new: &DistributionInputs) -> Vec<Fault> {
    let mut faults = Faults(Vec::new());
    let root = Path::root();
    for (id, origin) in &new.origins {
        faults.origin(origin, &root.key("origins").key(id));
    }
    if new.origins.is_empty() {
        faults.no(&root.key("origins"), "empty; there is at least one");
    }
    for (id, group) in &new.origin_groups {
        faults.group(new, id, group, &root.key("originGroups").key(id));
    }
    let default = &new.default_cache_behavior;
    faults.behavior(new, default, &root.key("defaultCacheBehavior"));
    let mut patterns = BTreeSet::new();
    for (i, each) in new.cache_behaviors.iter().enumerate() {
        let at = root.key("cacheBehaviors").index(i);
        faults.behavior(new, &each.behavior, &at);
        if !patterns.insert(&each.path_pattern) {
            faults.no(&at.key("pathPattern"), format!("`{}` has a behavior already", each.path_pattern));
        }
    }
    faults.certificate(new);
    faults.texts(new);
    faults.errors(new);
    faults.0
}

struct Faults(Vec<Fault>);

impl Faults {
    fn no(&mut self, at: &Path, why: impl Into<String>) {
        self.0.push(Fault::new(at.clone(), why));
    }

    fn origin(&mut self, origin: &Origin, at: &Path) {
        let kinds = [
            ("s3OriginConfig", origin.s3_origin_config.is_some()),
            ("customOriginConfig", origin.custom_origin_config.is_some()),
            ("vpcOriginConfig", origin.vpc_origin_config.is_some()),
        ];
        let given: Vec<_> = kinds.iter().filter(|k| k.1).map(|k| k.0).collect();
        match given[..] {
            [_] => {}
            [] => self.no(
                at,
                "says not what it is: give it one of `s3OriginConfig`, `customOriginConfig` and `vpcOriginConfig`; `{}` takes all defaults",
            ),
            [first, second, ..] => self.no(
                &at.key(second),
                format!("given beside `{first}`, and an origin is of one kind"),
            ),
        }
        let domain = &origin.domain_name;
        if domain.contains(['/', ':']) || !domain.contains('.') {
            self.no(&at.key("domainName"), format!("`{domain}` is not a host name such as www.example.com"));
        }
        if origin.s3_origin_config.is_some() && domain.contains(".s3-website") {
            self.no(
                &at.key("s3OriginConfig"),
                "a bucket's website is another server, `customOriginConfig` with `originProtocolPolicy: http-only`; the bucket itself is NAME.s3.REGION.amazonaws.com",
            );
        }
        let path = &origin.origin_path;
        if !path.is_empty() && (!path.starts_with('/') || path.ends_with('/')) {
            self.no(&at.key("originPath"), format!("`{path}` must begin with a slash and not end with one"));
        }
        let identity = origin.s3_origin_config.as_ref();
        if identity.is_some_and(|s3| !s3.origin_access_identity.is_empty()) && origin.origin_access_control_id.is_some()
        {
            self.no(
                &at.key("originAccessControlId"),
                "given beside `originAccessIdentity`, and the two exclude each other",
            );
        }
        for (name, port) in
            origin.custom_origin_config.iter().flat_map(|c| [("httpPort", c.http_port), ("httpsPort", c.https_port)])
        {
            if !matches!(port, 80 | 443 | 1024..) {
                let at = at.key("customOriginConfig").key(name);
                self.no(&at, format!("{port} is none of 80, 443, 1024 to 65535"));
            }
        }
    }

    fn group(&mut self, new: &DistributionInputs, id: &str, group: &OriginGroup, at: &Path) {
        if new.origins.contains_key(id) {
            self.no(at, format!("`{id}` is the id of an origin too"));
        }
        if group.members.len() != 2 {
            let count = group.members.len();
            self.no(&at.key("members"), format!("{count} of them; a group has two"));
        }
        for (i, member) in group.members.iter().enumerate() {
            if !new.origins.contains_key(member) {
                let known = new.origins.keys().map(String::as_str);
                self.unknown(&at.key("members").index(i), "origin", member, known);
            }
        }
        const CODES: [i32; 9] = [400, 403, 404, 416, 429, 500, 502, 503, 504];
        let wrong = group.status_codes.iter().find(|c| !CODES.contains(c));
        if let Some(code) = wrong {
            self.no(
                &at.key("statusCodes"),
                format!("{code} is none of 400, 403, 404, 416, 429, 500, 502, 503 and 504"),
            );
        }
        if group.status_codes.is_empty() {
            self.no(&at.key("statusCodes"), "empty; there is at least one");
        }
    }

    fn unknown<'a>(&mut self, at: &Path, what: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) {
        let hint = match nearest(name, known.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", known.map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")),
        };
        self.no(at, format!("no {what} has the id `{name}`; {hint}"));
    }

    fn behavior(&mut self, new: &DistributionInputs, behavior: &DefaultCacheBehavior, at: &Path) {
        let target = &behavior.target_origin_id;
        if !new.origins.contains_key(target) && !new.origin_groups.contains_key(target) {
            let known = new.origins.keys().chain(new.origin_groups.keys());
            let known = known.map(String::as_str);
            self.unknown(&at.key("targetOriginId"), "origin or origin group", target, known);
        }
        let count = behavior.allowed_methods.len();
        let asks = |method| behavior.allowed_methods.contains(&method);
        let reads = asks(Method::Get) && asks(Method::Head);
        if !(reads && (count == 2 || count == 3 && asks(Method::Options) || count == 7)) {
            self.no(&at.key("allowedMethods"), "must be GET and HEAD; GET, HEAD and OPTIONS; or all seven");
        }
        let cached = &behavior.cached_methods;
        let reads = cached.contains(&Method::Get) && cached.contains(&Method::Head);
        let options = cached.contains(&Method::Options);
        if !(reads && cached.len() == 2 + usize::from(options)) {
            self.no(&at.key("cachedMethods"), "must be GET and HEAD; or GET, HEAD and OPTIONS");
        } else if options && !asks(Method::Options) {
            self.no(&at.key("cachedMethods"), "OPTIONS is not one of `allowedMethods`");
        }
        if behavior.grpc_enabled && !asks(Method::Post) {
            self.no(&at.key("grpcEnabled"), "needs all seven methods in `allowedMethods`");
        }
        self.functions(behavior, at);
    }

    fn functions(&mut self, behavior: &DefaultCacheBehavior, at: &Path) {
        let events = behavior.function_associations.iter().map(|f| f.event_type);
        if events.collect::<BTreeSet<_>>().len() < behavior.function_associations.len() {
            self.no(&at.key("functionAssociations"), "an event calls one function at most");
        }
        let lambdas = &behavior.lambda_function_associations;
        let events = lambdas.iter().map(|l| l.event_type);
        let at = at.key("lambdaFunctionAssociations");
        if events.collect::<BTreeSet<_>>().len() < lambdas.len() {
            self.no(&at, "an event calls one function at most");
        }
        for lambda in lambdas {
            let arn = &lambda.lambda_function_arn;
            let parts: Vec<_> = arn.split(':').collect();
            if parts.get(3) != Some(&"us-east-1") {
                self.no(&at, format!("`{arn}` is not in us-east-1, where functions at the edge come from"));
            }
            if parts.get(7).is_none_or(|v| v.parse::<u64>().is_err()) {
                self.no(&at, format!("`{arn}` names no version: it ends in `:NAME:7`, say"));
            }
        }
    }

    fn certificate(&mut self, new: &DistributionInputs) {
        let at = Path::root().key("viewerCertificate");
        let Some(certificate) = &new.viewer_certificate else {
            if !new.aliases.is_empty() {
                self.no(&at, "missing: `aliases` need a certificate that covers them (`acmCertificateArn`)");
            }
            return;
        };
        let acm = certificate.acm_certificate_arn.as_deref();
        match (acm, &certificate.iam_certificate_id) {
            (None, None) => self.no(
                &at.key("acmCertificateArn"),
                "missing; without a certificate of your own, leave `viewerCertificate` away",
            ),
            (Some(_), Some(_)) => {
                self.no(&at.key("iamCertificateId"), "given beside `acmCertificateArn`, and there is one certificate")
            }
            _ => {}
        }
        let region = acm.and_then(|arn| arn.split(':').nth(3));
        if let Some(region) = region.filter(|r| *r != "us-east-1") {
            self.no(
                &at.key("acmCertificateArn"),
                format!("is in {region}; CloudFront takes certificates in us-east-1 only"),
            );
        }
    }

    fn texts(&mut self, new: &DistributionInputs) {
        let root = Path::root();
        if new.comment.chars().count() > 128 {
            self.no(&root.key("comment"), "has more than 128 characters");
        }
        if new.default_root_object.starts_with('/') {
            self.no(
                &root.key("defaultRootObject"),
                format!(
                    "`{}` begins with a slash; did you mean `{}`?",
                    new.default_root_object,
                    new.default_root_object.trim_start_matches('/')
                ),
            );
        }
        let acl = new.web_acl_id.as_deref().unwrap_or_default();
        if acl.starts_with("arn:") && !(acl.contains(":us-east-1:") && acl.contains(":global/webacl/")) {
            self.no(&root.key("webAclId"), format!("`{acl}` is not a web ACL of scope CLOUDFRONT in us-east-1"));
        }
        let bucket = new.logging.as_ref().map(|l| l.bucket.as_str());
        if let Some(bucket) = bucket.filter(|b| !b.contains(".s3.")) {
            self.no(
                &root.key("logging").key("bucket"),
                format!("`{bucket}` is not the host name of a bucket; did you mean `{bucket}.s3.amazonaws.com`?"),
            );
        }
        let geo = &new.restrictions.geo_restriction;
        let at = root.key("restrictions").key("geoRestriction").key("locations");
        match (geo.restriction_type, geo.locations.is_empty()) {
            (GeoRestrictionType::None, false) => {
                self.no(&at, "given, but `restrictionType` is `none`; it is `whitelist` or `blacklist` with a list")
            }
            (GeoRestrictionType::Whitelist | GeoRestrictionType::Blacklist, true) => {
                self.no(&at, "empty; without countries `restrictionType` is `none`");
            }
            _ => {}
        }
    }

    fn errors(&mut self, new: &DistributionInputs) {
        let at = Path::root().key("customErrorResponses");
        let mut codes = BTreeSet::new();
        for error in &new.custom_error_responses {
            let code = error.error_code;
            if !codes.insert(code) {
                self.no(&at, format!("{code} has a response already"));
            }
            if error.response_code.is_some() != error.response_page_path.is_some() {
                self.no(&at, format!("of {code}: `responseCode` and `responsePagePath` belong together"));
            }
            let path = error.response_page_path.as_deref().unwrap_or("/");
            if !path.starts_with('/') {
                self.no(&at, format!("of {code}: `{path}` must begin with a slash"));
            }
        }
    }
}
