//! The children of a distribution's component.

use pulumi_plugin::{Error, Output, Scope};
use serde_json::json;

use super::{CdnBucket, CdnBucketAccess, CdnInputs, origins};
use crate::cloudfront::distribution::{DistributionOutputs, Logging, Origin};
use crate::cloudfront::origin_access_control::{OriginAccessControl, OriginAccessControlArgs};
use crate::cloudfront::origin_access_identity::{OriginAccessIdentity, OriginAccessIdentityArgs};
use crate::cloudfront::response_headers_policy::{
    ContentTypeOptions, FrameOption, FrameOptions, ReferrerPolicy, ReferrerPolicyValue, ResponseHeadersPolicy,
    ResponseHeadersPolicyArgs, SecurityHeadersConfig, StrictTransportSecurity,
};
use crate::cloudfront::vpc_origin::{VpcOrigin, VpcOriginArgs};
use crate::components::account::arn;
use crate::components::log_bucket::LogBucket;
use crate::components::policies::{policy, tls_only};
use crate::random::rotating_secret::{RotatingSecret, RotatingSecretArgs, RotatingSecretOutputs};
use crate::route53::record::{Alias, Record, RecordArgs};
use crate::route53::record_type::RecordType;
use crate::s3::bucket::{BucketOutputs, ObjectOwnership};
use crate::s3::bucket_policy::{BucketPolicy, BucketPolicyArgs};
use crate::types::{BucketName, DomainName, PolicyJson};

/// Where the children are added.
pub struct Site<'a> {
    pub here: &'a mut Scope,
    pub inputs: &'a CdnInputs,
}

/// How the distribution reads buckets.
pub struct Reader {
    /// The id of the origin access control.
    control: Option<Output<String>>,
    /// The origin access identity, by which the distribution names it and by which policies do.
    identity: Option<(Output<String>, Output<String>)>,
}

impl Site<'_> {
    /// The secret that load balancers know.
    pub fn secret(&mut self) -> Option<RotatingSecretOutputs> {
        let shared = self.inputs.origins.values().any(|origin| origin.load_balancer.is_some());
        let args = RotatingSecretArgs {
            rotation: self.inputs.settings.origin_header_rotation.clone().into(),
            ..Default::default()
        };
        shared.then(|| self.here.add::<RotatingSecret>("secret", args))
    }

    /// The origins as the distribution takes them, by name.
    pub fn origins(
        &mut self,
        secret: Option<&RotatingSecretOutputs>,
        reader: &Reader,
    ) -> Vec<(String, Output<Origin>)> {
        let inputs = self.inputs;
        let origins = inputs.origins.iter().map(|(name, origin)| {
            let written = if let (Some(balancer), Some(secret)) = (&origin.load_balancer, secret) {
                let (headers, seconds) = (inputs.settings.header_names(), balancer.read_timeout_seconds);
                let host = balancer.host().depends_on(&self.origin_record(name, balancer));
                let both = host.zip(&secret.value.secret_by_type());
                both.map(move |(host, value)| origins::server(host, headers, value, seconds))
            } else if let Some(private) = &origin.vpc_origin {
                let args = VpcOriginArgs { arn: arn(&private.arn).into(), ..Default::default() };
                let vpc_origin = self.here.add::<VpcOrigin>(format!("vpc-origin-{name}"), args);
                let seconds = private.read_timeout_seconds;
                let both = private.domain_name.zip(&vpc_origin.id);
                both.map(move |(host, id)| origins::private(host, id, seconds))
            } else if let Some(bucket) = &origin.bucket {
                reader.origin(bucket)
            } else {
                Output::unknown()
            };
            (name.clone(), written)
        });
        origins.collect()
    }

    /// How buckets are read, where there are any.
    pub fn reader(&mut self) -> Reader {
        let buckets = self.inputs.origins.values().any(|origin| origin.bucket.is_some());
        match self.inputs.settings.bucket_access {
            _ if !buckets => Reader { control: None, identity: None },
            CdnBucketAccess::OriginAccessControl => {
                let control = self.here.add::<OriginAccessControl>("oac", OriginAccessControlArgs::default());
                Reader { control: Some(control.id), identity: None }
            }
            CdnBucketAccess::OriginAccessIdentity => {
                let identity = self.here.add::<OriginAccessIdentity>("oai", OriginAccessIdentityArgs::default());
                Reader { control: None, identity: Some((identity.cloudfront_access_identity_path, identity.iam_arn)) }
            }
        }
    }

    /// The record of the name that CloudFront asks for, where it is made here: known once it stands.
    fn origin_record(&mut self, name: &str, balancer: &super::CdnLoadBalancer) -> Output<String> {
        let given = (&self.inputs.zone_id, &balancer.hosted_zone_id, &balancer.origin_domain_name);
        let (Some(zone), Some(hosted), Some(domain)) = given else { return Output::known(String::new()) };
        let args = RecordArgs {
            zone_id: zone.into(),
            name: domain.clone().into(),
            r#type: RecordType::A.into(),
            alias: alias(&balancer.dns_name, hosted).into(),
            ..Default::default()
        };
        self.here.add::<Record>(format!("origin-record-{name}"), args).id
    }

    /// The response headers policy of all behaviors.
    pub fn headers(&mut self) -> Option<Output<String>> {
        let headers = &self.inputs.settings.headers;
        let hsts = StrictTransportSecurity {
            access_control_max_age_sec: headers.hsts_max_age_seconds,
            include_subdomains: headers.hsts_include_subdomains,
            preload: headers.hsts_preload,
            overrides: true,
        };
        let security = SecurityHeadersConfig {
            content_security_policy: None,
            content_type_options: Some(ContentTypeOptions { overrides: true }),
            frame_options: Some(FrameOptions { frame_option: FrameOption::SameOrigin, overrides: false }),
            referrer_policy: Some(ReferrerPolicy {
                referrer_policy: ReferrerPolicyValue::StrictOriginWhenCrossOrigin,
                overrides: false,
            }),
            strict_transport_security: Some(hsts),
            xss_protection: None,
        };
        let args = ResponseHeadersPolicyArgs { security_headers_config: security.into(), ..Default::default() };
        headers.enabled.then(|| self.here.add::<ResponseHeadersPolicy>("headers", args).id)
    }

    /// The bucket of access logs, to which CloudFront writes by an access control list.
    pub fn log_bucket(&mut self) -> Option<BucketOutputs> {
        let settings = &self.inputs.settings;
        let bucket = LogBucket {
            key: "logs",
            name: Default::default(),
            days: settings.log_retention_in_days,
            ownership: ObjectOwnership::BucketOwnerPreferred,
            statements: Box::new(|_| Vec::new()),
            shared: &self.inputs.shared,
            place: Default::default(),
        };
        settings.logs.then(|| bucket.tell(self.here))
    }

    /// The policies of buckets, by which the distribution reads them.
    pub fn bucket_policies(&mut self, reader: &Reader, distribution: &DistributionOutputs) {
        for (name, origin) in &self.inputs.origins {
            let Some(bucket) = origin.bucket.as_ref().filter(|bucket| bucket.write_policy) else { continue };
            let document = reader.document(&bucket.arn, &distribution.arn);
            let args = BucketPolicyArgs { bucket: bucket.name.map(BucketName::from).into(), policy: document.into() };
            self.here.add::<BucketPolicy>(format!("bucket-policy-{name}"), args);
        }
    }

    /// The alias records of the distribution's names: the ids by which they stand.
    pub fn records(&mut self, distribution: &DistributionOutputs) -> Vec<Output<String>> {
        let Some(zone) = &self.inputs.zone_id else { return Vec::new() };
        let settings = &self.inputs.settings;
        let six = settings.ipv6.then_some((RecordType::Aaaa, "aaaa"));
        let types = [Some((RecordType::A, "a")), six].into_iter().flatten();
        let each = settings.aliases.iter().flat_map(|name| types.clone().map(move |kind| (name, kind)));
        let mut ids = Vec::new();
        for (name, (kind, word)) in each {
            let args = RecordArgs {
                zone_id: zone.into(),
                name: name.clone().into(),
                r#type: kind.into(),
                alias: alias(&distribution.domain_name, &distribution.hosted_zone_id).into(),
                ..Default::default()
            };
            ids.push(self.here.add::<Record>(format!("record-{name}-{word}"), args).id);
        }
        ids
    }
}

impl Reader {
    fn origin(&self, bucket: &CdnBucket) -> Output<Origin> {
        let control = self.control.as_ref().map_or_else(|| Output::known(None), |id| id.map(Some));
        let identity = self.identity.as_ref().map_or_else(|| Output::known(String::new()), |(path, _)| path.clone());
        let all = bucket.regional_domain_name.zip(&control).zip(&identity);
        all.map(|((host, control), identity)| origins::bucket(host, control, identity))
    }

    /// The ARN of the origin access identity; empty where there is none.
    pub fn identity_arn(&self) -> Output<String> {
        self.identity.as_ref().map_or_else(|| Output::known(String::new()), |(_, arn)| arn.clone())
    }

    /// The policy of a bucket: the distribution may read it.
    fn document(&self, bucket: &Output<String>, distribution: &Output<String>) -> Output<PolicyJson> {
        let (by, identity) = match &self.identity {
            Some((_, arn)) => (arn, true),
            None => (distribution, false),
        };
        bucket.zip(by).try_map(move |(bucket, by)| {
            let mut read = json!({
                "Sid": "Distribution", "Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"},
                "Action": "s3:GetObject", "Resource": format!("{bucket}/*"),
            });
            match identity {
                true => read["Principal"] = json!({"AWS": by}),
                false => read["Condition"] = json!({"StringEquals": {"AWS:SourceArn": by}}),
            }
            policy([tls_only(&bucket), read])
        })
    }
}

/// An alias of what AWS keeps a name of.
fn alias(name: &Output<String>, zone: &Output<String>) -> Output<Alias> {
    name.zip(zone).try_map(|(name, zone_id)| {
        let name = DomainName::parse(&name).map_err(Error::new)?;
        Ok(Alias { name, zone_id, evaluate_target_health: false })
    })
}

/// Where the distribution writes its logs.
pub fn logging(bucket: &BucketOutputs) -> Output<Logging> {
    bucket.bucket_domain_name.map(|bucket| Logging { bucket, prefix: String::new(), include_cookies: false })
}
