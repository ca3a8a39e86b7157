//! The origins of a distribution.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Fault, Faults, Output, Property, Secret};

use crate::cloudfront::distribution::{
    CustomOriginConfig, IpAddressType, Origin, OriginProtocolPolicy, S3OriginConfig, SslProtocol, VpcOriginConfig,
};
use crate::types::DomainName;

/// An origin: exactly one of these.
#[derive(Debug, Clone, Property)]
pub struct CdnOrigin {
    /// A load balancer, or any other server on the internet, that is asked by HTTPS.
    pub load_balancer: Option<CdnLoadBalancer>,
    /// A load balancer or instance in private subnets.
    pub vpc_origin: Option<CdnVpcOrigin>,
    /// A private bucket.
    pub bucket: Option<CdnBucket>,
}

/// A load balancer on the internet as an origin.
#[derive(Debug, Clone, Property)]
pub struct CdnLoadBalancer {
    /// The DNS name of the load balancer.
    pub dns_name: Output<String>,
    /// The id of the hosted zone in which AWS keeps that name: the load balancer's `hostedZoneId`. Needed with `originDomainName` and `zoneId`.
    pub hosted_zone_id: Option<Output<String>>,
    /// A name that the load balancer's certificate covers, such as `origin.example.com`: CloudFront asks for it. With `zoneId`, its
    /// record is made here. Default: `dnsName`, which works as long as the certificate covers the names that viewers ask for, and these are sent on.
    pub origin_domain_name: Option<DomainName>,
    /// How many seconds a response may take. Default: 30.
    #[prop(default = 30, min = 1, max = 120)]
    pub read_timeout_seconds: i32,
}

/// A load balancer or instance in private subnets as an origin.
#[derive(Debug, Clone, Property)]
pub struct CdnVpcOrigin {
    /// The ARN of the internal load balancer, or of the instance.
    pub arn: Output<String>,
    /// A name that its certificate covers, or its DNS name.
    pub domain_name: Output<String>,
    /// How many seconds a response may take. Default: 30.
    #[prop(default = 30, min = 1, max = 120)]
    pub read_timeout_seconds: i32,
}

/// A private bucket as an origin.
#[derive(Debug, Clone, Property)]
pub struct CdnBucket {
    /// The name of the bucket.
    pub name: Output<String>,
    /// The regional domain name of the bucket, `NAME.s3.REGION.amazonaws.com`.
    pub regional_domain_name: Output<String>,
    /// The ARN of the bucket.
    pub arn: Output<String>,
    /// Whether the bucket gets its policy here: the distribution may read it, and all who do not use TLS are refused. A bucket has one policy: give a
    /// PrivateBucket `policy: false`. With `false` here, let the bucket's own policy allow `s3:GetObject` to cloudfront.amazonaws.com where
    /// `AWS:SourceArn` is the distribution's ARN. Default: true.
    #[prop(default = true)]
    pub write_policy: bool,
}

impl CdnOrigin {
    pub(super) fn faults(&self, zone: bool) -> Vec<Fault> {
        let balancer = self.load_balancer.as_ref().map(|it| {
            let unplaced = zone && it.origin_domain_name.is_some() && it.hosted_zone_id.is_none();
            let why = "missing: the record of `originDomainName` needs it";
            Faults::of(it).when(unplaced, "hostedZoneId", why).into_vec()
        });
        Faults::of(self)
            .one_of(&["loadBalancer", "vpcOrigin", "bucket"])
            .part("loadBalancer", balancer.unwrap_or_default())
            .into_vec()
    }
}

impl CdnLoadBalancer {
    /// The name that CloudFront asks for.
    pub(super) fn host(&self) -> Output<String> {
        let own = self.origin_domain_name.as_ref().map(|name| Output::known(name.to_string()));
        own.unwrap_or_else(|| self.dns_name.clone())
    }
}

/// An origin of which nothing is known but its host name.
fn origin(domain_name: String) -> Origin {
    Origin {
        domain_name,
        origin_path: String::new(),
        custom_headers: BTreeMap::new(),
        connection_attempts: 3,
        connection_timeout: 10,
        response_completion_timeout: None,
        origin_shield: None,
        origin_access_control_id: None,
        s3_origin_config: None,
        custom_origin_config: None,
        vpc_origin_config: None,
    }
}

/// A server that is asked by HTTPS, with a header that it knows, by each of these names.
pub(super) fn server(domain_name: String, headers: BTreeSet<String>, value: Secret<String>, seconds: i32) -> Origin {
    let https = CustomOriginConfig {
        http_port: 80,
        https_port: 443,
        origin_protocol_policy: OriginProtocolPolicy::HttpsOnly,
        origin_ssl_protocols: BTreeSet::from([SslProtocol::Tls12]),
        origin_read_timeout: seconds,
        origin_keepalive_timeout: 5,
        ip_address_type: IpAddressType::Ipv4,
        origin_mtls_config: None,
    };
    Origin {
        custom_headers: headers.into_iter().map(|header| (header, value.clone())).collect(),
        custom_origin_config: Some(https),
        ..origin(domain_name)
    }
}

/// A server in private subnets.
pub(super) fn private(domain_name: String, vpc_origin_id: String, seconds: i32) -> Origin {
    let private = VpcOriginConfig {
        vpc_origin_id,
        owner_account_id: None,
        origin_read_timeout: seconds,
        origin_keepalive_timeout: 5,
    };
    Origin { vpc_origin_config: Some(private), ..origin(domain_name) }
}

/// A bucket that is read by an origin access control, else by an identity.
pub(super) fn bucket(domain_name: String, control: Option<String>, identity: String) -> Origin {
    let s3 = S3OriginConfig { origin_access_identity: identity, origin_read_timeout: 30 };
    Origin { origin_access_control_id: control, s3_origin_config: Some(s3), ..origin(domain_name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each edge has either the old configuration or the new one, and the load balancer asks for one name at a time.
    #[test]
    fn a_header_has_two_names_while_it_gets_another_one() {
        let headers = ["X-Former", "X-Origin-Verify"].map(str::to_owned);
        let origin = server("origin.example.com".into(), BTreeSet::from(headers.clone()), Secret::new("s".into()), 30);
        let sent: Vec<_> =
            origin.custom_headers.iter().map(|(name, value)| (name.clone(), value.expose().clone())).collect();
        assert_eq!(sent, headers.map(|name| (name, "s".to_owned())));
    }
}
