//! Where a distribution's content comes from: its origins and groups of them, and how AWS takes and tells them.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudfront::error::BuildError;
use aws_sdk_cloudfront::types as aws;
use pulumi_plugin::{Property, Result, Secret};

use super::config::{count, some, words};

/// Where content comes from. Exactly one of `s3OriginConfig`, `customOriginConfig` and `vpcOriginConfig` says of what kind it is.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Origin {
    /// The host name: of a bucket `NAME.s3.REGION.amazonaws.com`, of a load balancer or of any other server.
    pub domain_name: String,
    /// What is put before the path of each request, such as `/production`.
    #[prop(default)]
    pub origin_path: String,
    /// Headers that each request to the origin has, by name. An origin that lets in only requests with a secret one can't be reached past the
    /// distribution.
    #[prop(default)]
    pub custom_headers: BTreeMap<String, Secret<String>>,
    /// How often a connection is tried.
    #[prop(default = 3, min = 1, max = 3)]
    pub connection_attempts: i32,
    /// For how many seconds a connection is tried.
    #[prop(default = 10, min = 1, max = 10)]
    pub connection_timeout: i32,
    /// For how many seconds an answer may take in all. Default: as long as it takes.
    pub response_completion_timeout: Option<i32>,
    /// One more cache before the origin, which all others ask. Default: there is none.
    pub origin_shield: Option<OriginShield>,
    /// The origin access control that signs the requests, so that a bucket need not be public.
    pub origin_access_control_id: Option<String>,
    /// It is a bucket of S3.
    pub s3_origin_config: Option<S3OriginConfig>,
    /// It is any other server that the internet reaches; also a bucket as a website.
    pub custom_origin_config: Option<CustomOriginConfig>,
    /// It is a server in a VPC that the internet doesn't reach.
    pub vpc_origin_config: Option<VpcOriginConfig>,
}

/// One more cache before an origin, which all others ask.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct OriginShield {
    /// The region, best the one that is nearest to the origin.
    pub origin_shield_region: String,
}

/// A bucket of S3.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct S3OriginConfig {
    /// The origin access identity, `origin-access-identity/cloudfront/ID`: the old way; better is `originAccessControlId`.
    #[prop(default)]
    pub origin_access_identity: String,
}

/// A server that the internet reaches.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct CustomOriginConfig {
    /// The port for HTTP: 80, 443 or from 1024 to 65535.
    #[prop(default = 80, min = 1, max = 65535)]
    pub http_port: i32,
    /// The port for HTTPS: 80, 443 or from 1024 to 65535.
    #[prop(default = 443, min = 1, max = 65535)]
    pub https_port: i32,
    /// How the origin is spoken to.
    #[prop(default = OriginProtocolPolicy::HttpsOnly)]
    pub origin_protocol_policy: OriginProtocolPolicy,
    /// The versions of TLS that the origin may be spoken to with.
    #[prop(default = BTreeSet::from([SslProtocol::Tls12]))]
    pub origin_ssl_protocols: BTreeSet<SslProtocol>,
    /// For how many seconds an answer, or the next part of it, is waited for.
    #[prop(default = 30, min = 1, max = 120)]
    pub origin_read_timeout: i32,
    /// For how many seconds an idle connection is kept.
    #[prop(default = 5, min = 1, max = 120)]
    pub origin_keepalive_timeout: i32,
    /// Which addresses of the origin are used.
    #[prop(default = IpAddressType::Ipv4)]
    pub ip_address_type: IpAddressType,
}

/// A server in a VPC.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct VpcOriginConfig {
    /// The VPC origin's id.
    pub vpc_origin_id: String,
    /// For how many seconds an answer, or the next part of it, is waited for.
    #[prop(default = 30, min = 1, max = 120)]
    pub origin_read_timeout: i32,
    /// For how many seconds an idle connection is kept.
    #[prop(default = 5, min = 1, max = 120)]
    pub origin_keepalive_timeout: i32,
}

/// How an origin is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum OriginProtocolPolicy {
    /// Always by HTTPS.
    #[prop(rename = "https-only")]
    HttpsOnly,
    /// Always by HTTP.
    #[prop(rename = "http-only")]
    HttpOnly,
    /// As the viewer speaks.
    #[prop(rename = "match-viewer")]
    MatchViewer,
}

/// A version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum SslProtocol {
    /// SSL 3, unsafe.
    #[prop(rename = "SSLv3")]
    Ssl3,
    /// TLS 1.0, unsafe.
    #[prop(rename = "TLSv1")]
    Tls1,
    /// TLS 1.1, unsafe.
    #[prop(rename = "TLSv1.1")]
    Tls11,
    /// TLS 1.2, or 1.3 where the origin has it.
    #[prop(rename = "TLSv1.2")]
    Tls12,
}

/// Kinds of IP addresses.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum IpAddressType {
    /// IPv4.
    #[prop(rename = "ipv4")]
    Ipv4,
    /// IPv6.
    #[prop(rename = "ipv6")]
    Ipv6,
    /// Both.
    #[prop(rename = "dualstack")]
    DualStack,
}

/// Two origins, the second of which is asked when the first one fails.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct OriginGroup {
    /// The ids of the two origins, the first one first.
    pub members: Vec<String>,
    /// The HTTP statuses of the first one at which the second one is asked: of 400, 403, 404, 416, 429, 500, 502, 503 and 504.
    pub status_codes: BTreeSet<i32>,
}

impl Origin {
    /// As AWS takes it. What we don't know of stays as it was.
    pub fn write(&self, id: &str, was: Option<&aws::Origin>) -> Result<aws::Origin, BuildError> {
        let headers = self.custom_headers.iter().map(|(name, value)| {
            aws::OriginCustomHeader::builder().header_name(name).header_value(value.expose()).build()
        });
        let headers = headers.collect::<Result<Vec<_>, _>>()?;
        let shield = self.origin_shield.as_ref();
        let origin = aws::Origin::builder()
            .id(id)
            .domain_name(&self.domain_name)
            .origin_path(&self.origin_path)
            .custom_headers(aws::CustomHeaders::builder().quantity(count(&headers)).set_items(some(headers)).build()?)
            .connection_attempts(self.connection_attempts)
            .connection_timeout(self.connection_timeout)
            .set_response_completion_timeout(self.response_completion_timeout)
            .origin_shield(
                aws::OriginShield::builder()
                    .enabled(shield.is_some())
                    .set_origin_shield_region(shield.map(|s| s.origin_shield_region.clone()))
                    .build()?,
            )
            .origin_access_control_id(self.origin_access_control_id.as_deref().unwrap_or_default());
        let s3 = self.s3_origin_config.as_ref().map(|s3| {
            aws::S3OriginConfig::builder()
                .origin_access_identity(&s3.origin_access_identity)
                .set_origin_read_timeout(was.and_then(|w| w.s3_origin_config.as_ref()?.origin_read_timeout))
                .build()
        });
        let custom = self.custom_origin_config.as_ref();
        let custom = custom.map(|custom| {
            let mut made = custom.write()?;
            let was = was.and_then(|w| w.custom_origin_config.as_ref());
            made.origin_mtls_config = was.and_then(|w| w.origin_mtls_config.clone());
            Ok::<_, BuildError>(made)
        });
        let vpc = self.vpc_origin_config.as_ref().map(|vpc| {
            let was = was.and_then(|w| w.vpc_origin_config.as_ref());
            aws::VpcOriginConfig::builder()
                .vpc_origin_id(&vpc.vpc_origin_id)
                .set_owner_account_id(was.and_then(|w| w.owner_account_id.clone()))
                .origin_read_timeout(vpc.origin_read_timeout)
                .origin_keepalive_timeout(vpc.origin_keepalive_timeout)
                .build()
        });
        origin
            .set_s3_origin_config(s3)
            .set_custom_origin_config(custom.transpose()?)
            .set_vpc_origin_config(vpc.transpose()?)
            .build()
    }

    /// As AWS tells it.
    pub fn read(told: &aws::Origin) -> Result<Origin> {
        let headers = told.custom_headers().map(|h| h.items()).unwrap_or_default();
        let headers = headers.iter().map(|header| {
            let value = Secret::new(header.header_value().to_owned());
            (header.header_name().to_owned(), value)
        });
        let shield = told.origin_shield().filter(|s| s.enabled());
        let control = told.origin_access_control_id().unwrap_or_default();
        let custom = told.custom_origin_config().map(CustomOriginConfig::read);
        Ok(Origin {
            domain_name: told.domain_name().to_owned(),
            origin_path: told.origin_path().unwrap_or_default().to_owned(),
            custom_headers: headers.collect(),
            connection_attempts: told.connection_attempts().unwrap_or(3),
            connection_timeout: told.connection_timeout().unwrap_or(10),
            response_completion_timeout: told.response_completion_timeout(),
            origin_shield: shield.map(|shield| OriginShield {
                origin_shield_region: shield.origin_shield_region().unwrap_or_default().to_owned(),
            }),
            origin_access_control_id: Some(control.to_owned()).filter(|id| !id.is_empty()),
            s3_origin_config: told
                .s3_origin_config()
                .map(|s3| S3OriginConfig { origin_access_identity: s3.origin_access_identity().to_owned() }),
            custom_origin_config: custom.transpose()?,
            vpc_origin_config: told.vpc_origin_config().map(|vpc| VpcOriginConfig {
                vpc_origin_id: vpc.vpc_origin_id().to_owned(),
                origin_read_timeout: vpc.origin_read_timeout().unwrap_or(30),
                origin_keepalive_timeout: vpc.origin_keepalive_timeout().unwrap_or(5),
            }),
        })
    }
}

impl CustomOriginConfig {
    fn write(&self) -> Result<aws::CustomOriginConfig, BuildError> {
        let protocols = self.origin_ssl_protocols.iter();
        let protocols = protocols.map(|p| aws::SslProtocol::from(p.as_str()));
        aws::CustomOriginConfig::builder()
            .http_port(self.http_port)
            .https_port(self.https_port)
            .origin_protocol_policy(self.origin_protocol_policy.as_str().into())
            .origin_ssl_protocols(
                aws::OriginSslProtocols::builder()
                    .quantity(count(&self.origin_ssl_protocols))
                    .set_items(Some(protocols.collect()))
                    .build()?,
            )
            .origin_read_timeout(self.origin_read_timeout)
            .origin_keepalive_timeout(self.origin_keepalive_timeout)
            .ip_address_type(self.ip_address_type.as_str().into())
            .build()
    }

    fn read(told: &aws::CustomOriginConfig) -> Result<CustomOriginConfig> {
        let protocols = told.origin_ssl_protocols().map(|p| p.items());
        let addresses = told.ip_address_type().map(|t| t.as_str());
        Ok(CustomOriginConfig {
            http_port: told.http_port(),
            https_port: told.https_port(),
            origin_protocol_policy: words(told.origin_protocol_policy().as_str())?,
            origin_ssl_protocols: protocols
                .unwrap_or_default()
                .iter()
                .map(|p| words(p.as_str()))
                .collect::<Result<_>>()?,
            origin_read_timeout: told.origin_read_timeout().unwrap_or(30),
            origin_keepalive_timeout: told.origin_keepalive_timeout().unwrap_or(5),
            ip_address_type: words(addresses.unwrap_or("ipv4"))?,
        })
    }
}

impl OriginGroup {
    /// As AWS takes it.
    pub fn write(&self, id: &str) -> Result<aws::OriginGroup, BuildError> {
        let members = self.members.iter();
        let members = members.map(|id| aws::OriginGroupMember::builder().origin_id(id).build());
        let codes = aws::StatusCodes::builder()
            .quantity(count(&self.status_codes))
            .set_items(Some(self.status_codes.iter().copied().collect()))
            .build()?;
        aws::OriginGroup::builder()
            .id(id)
            .failover_criteria(aws::OriginGroupFailoverCriteria::builder().status_codes(codes).build())
            .members(
                aws::OriginGroupMembers::builder()
                    .quantity(count(&self.members))
                    .set_items(Some(members.collect::<Result<_, _>>()?))
                    .build()?,
            )
            .build()
    }

    /// As AWS tells it.
    pub fn read(told: &aws::OriginGroup) -> OriginGroup {
        let members = told.members().map(|m| m.items()).unwrap_or_default();
        let codes = told.failover_criteria().and_then(|f| f.status_codes());
        OriginGroup {
            members: members.iter().map(|m| m.origin_id().to_owned()).collect(),
            status_codes: codes.map(|c| c.items()).unwrap_or_default().iter().copied().collect(),
        }
    }
}
