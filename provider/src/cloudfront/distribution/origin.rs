//! Origins of a distribution and groups of them, and how AWS takes and returns them.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudfront::error::BuildError;
use aws_sdk_cloudfront::types as aws;
use pulumi_plugin::{Property, Result, Secret};

use crate::aws::list::{count, filled, some};
use crate::aws::{word, word_or};

/// An origin: a server that CloudFront gets content from. Exactly one of `s3OriginConfig`, `customOriginConfig` and `vpcOriginConfig` gives its
/// kind.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Origin {
    /// The host name: of a bucket `NAME.s3.REGION.amazonaws.com`, of a load balancer or of any other server.
    pub domain_name: String,
    /// The origin path, which is put before the path of each request, such as `/production`.
    #[prop(default)]
    pub origin_path: String,
    /// Custom headers that CloudFront adds to each request to the origin, by name. With a secret value the origin can refuse requests that have
    /// not come through the distribution.
    #[prop(default)]
    pub custom_headers: BTreeMap<String, Secret<String>>,
    /// How many times CloudFront tries to connect.
    #[prop(default = 3, min = 1, max = 3)]
    pub connection_attempts: i32,
    /// The connection timeout, in seconds.
    #[prop(default = 10, min = 1, max = 10)]
    pub connection_timeout: i32,
    /// The response completion timeout: how many seconds a whole response may take. Default: no limit.
    pub response_completion_timeout: Option<i32>,
    /// Origin Shield. Default: none.
    pub origin_shield: Option<OriginShield>,
    /// The id of the origin access control, by which CloudFront signs requests, so that a bucket need not be public.
    pub origin_access_control_id: Option<String>,
    /// An S3 bucket.
    pub s3_origin_config: Option<S3OriginConfig>,
    /// Any other server on the internet, such as a load balancer or a bucket's website.
    pub custom_origin_config: Option<CustomOriginConfig>,
    /// A VPC origin: a server in a private subnet.
    pub vpc_origin_config: Option<VpcOriginConfig>,
}

/// Origin Shield: one more cache before an origin, through which all edges ask.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct OriginShield {
    /// The AWS region of Origin Shield, best the one nearest to the origin.
    pub origin_shield_region: String,
}

/// An S3 bucket as an origin.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct S3OriginConfig {
    /// The origin access identity, `origin-access-identity/cloudfront/ID`. AWS recommends `originAccessControlId` instead.
    #[prop(default)]
    pub origin_access_identity: String,
    /// The response timeout, in seconds.
    #[prop(default = 30, min = 1, max = 120)]
    pub origin_read_timeout: i32,
}

/// A custom origin: a server on the internet.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct CustomOriginConfig {
    /// The HTTP port: 80, 443 or from 1024 to 65535.
    #[prop(default = 80, min = 80, max = 65535)]
    pub http_port: i32,
    /// The HTTPS port: 80, 443 or from 1024 to 65535.
    #[prop(default = 443, min = 80, max = 65535)]
    pub https_port: i32,
    /// The origin protocol policy: whether CloudFront connects by HTTP or HTTPS.
    #[prop(default = OriginProtocolPolicy::HttpsOnly)]
    pub origin_protocol_policy: OriginProtocolPolicy,
    /// The SSL and TLS versions that CloudFront may use with the origin.
    #[prop(default = BTreeSet::from([SslProtocol::Tls12]), min = 1)]
    pub origin_ssl_protocols: BTreeSet<SslProtocol>,
    /// The response timeout, in seconds: for the first part of a response and for each next one.
    #[prop(default = 30, min = 1, max = 120)]
    pub origin_read_timeout: i32,
    /// The keep-alive timeout, in seconds: how long an idle connection is kept.
    #[prop(default = 5, min = 1, max = 120)]
    pub origin_keepalive_timeout: i32,
    /// The IP addresses of the origin that CloudFront connects to.
    #[prop(default = IpAddressType::Ipv4)]
    pub ip_address_type: IpAddressType,
    /// Mutual TLS with the origin. Default: none.
    pub origin_mtls_config: Option<OriginMtlsConfig>,
}

/// Mutual TLS with an origin.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct OriginMtlsConfig {
    /// The ARN of the client certificate in ACM, in us-east-1, that CloudFront shows to the origin.
    pub client_certificate_arn: String,
}

/// A VPC origin.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct VpcOriginConfig {
    /// The VPC origin's id.
    pub vpc_origin_id: String,
    /// The account that owns the VPC origin. Default: the distribution's own.
    pub owner_account_id: Option<String>,
    /// The response timeout, in seconds: for the first part of a response and for each next one.
    #[prop(default = 30, min = 1, max = 120)]
    pub origin_read_timeout: i32,
    /// The keep-alive timeout, in seconds: how long an idle connection is kept.
    #[prop(default = 5, min = 1, max = 120)]
    pub origin_keepalive_timeout: i32,
}

/// Whether CloudFront connects to an origin by HTTP or HTTPS.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum OriginProtocolPolicy {
    /// Always HTTPS.
    #[prop(rename = "https-only")]
    HttpsOnly,
    /// Always HTTP.
    #[prop(rename = "http-only")]
    HttpOnly,
    /// The protocol of the viewer's request.
    #[prop(rename = "match-viewer")]
    MatchViewer,
}

/// A version of SSL or TLS.
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

/// The IP addresses of an origin that CloudFront connects to.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum IpAddressType {
    /// IPv4.
    #[prop(rename = "ipv4")]
    Ipv4,
    /// IPv6.
    #[prop(rename = "ipv6")]
    Ipv6,
    /// IPv4 and IPv6.
    #[prop(rename = "dualstack")]
    DualStack,
}

/// An origin group: a primary origin, and a second one for origin failover.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct OriginGroup {
    /// The ids of the two origins, the primary one first.
    #[prop(min = 2, max = 2)]
    pub members: Vec<String>,
    /// The HTTP status codes of the primary origin at which CloudFront asks the second one: of 400, 403, 404, 416, 429, 500, 502, 503 and 504.
    #[prop(min = 1)]
    pub status_codes: BTreeSet<i32>,
    /// The selection criteria: by which CloudFront chooses between the two.
    #[prop(default = SelectionCriteria::Default)]
    pub selection_criteria: SelectionCriteria,
}

/// By what CloudFront chooses between the origins of a group.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum SelectionCriteria {
    /// By the status codes.
    #[prop(rename = "default")]
    Default,
    /// By the quality of media that AWS Elemental MediaPackage reports.
    #[prop(rename = "media-quality-based")]
    MediaQualityBased,
}

impl Origin {
    /// As AWS takes it.
    pub fn write(&self, id: &str) -> Result<aws::Origin, BuildError> {
        let shield = self.origin_shield.as_ref().map(|shield| shield.origin_shield_region.clone());
        let shield = aws::OriginShield::builder().enabled(shield.is_some()).set_origin_shield_region(shield).build()?;
        aws::Origin::builder()
            .id(id)
            .domain_name(&self.domain_name)
            .origin_path(&self.origin_path)
            .custom_headers(self.headers()?)
            .connection_attempts(self.connection_attempts)
            .connection_timeout(self.connection_timeout)
            .set_response_completion_timeout(self.response_completion_timeout)
            .origin_shield(shield)
            .origin_access_control_id(self.origin_access_control_id.as_deref().unwrap_or_default())
            .set_s3_origin_config(self.s3_origin_config.as_ref().map(S3OriginConfig::write))
            .set_custom_origin_config(self.custom_origin_config.as_ref().map(CustomOriginConfig::write).transpose()?)
            .set_vpc_origin_config(self.vpc_origin_config.as_ref().map(VpcOriginConfig::write).transpose()?)
            .build()
    }

    fn headers(&self) -> Result<aws::CustomHeaders, BuildError> {
        let header = |(name, value): (&String, &Secret<String>)| {
            aws::OriginCustomHeader::builder().header_name(name).header_value(value.expose()).build()
        };
        let headers = self.custom_headers.iter().map(header).collect::<Result<Vec<_>, _>>()?;
        aws::CustomHeaders::builder().quantity(count(&headers)).set_items(some(headers)).build()
    }

    /// As AWS returns it.
    pub fn read(origin: aws::Origin) -> Result<Origin> {
        let headers = origin.custom_headers.and_then(|headers| headers.items).unwrap_or_default().into_iter();
        let shield = origin.origin_shield.filter(|shield| shield.enabled);
        Ok(Origin {
            domain_name: origin.domain_name,
            origin_path: origin.origin_path.unwrap_or_default(),
            custom_headers: headers.map(|header| (header.header_name, Secret::new(header.header_value))).collect(),
            connection_attempts: origin.connection_attempts.unwrap_or(3),
            connection_timeout: origin.connection_timeout.unwrap_or(10),
            response_completion_timeout: origin.response_completion_timeout,
            origin_shield: shield
                .map(|shield| OriginShield { origin_shield_region: shield.origin_shield_region.unwrap_or_default() }),
            origin_access_control_id: filled(origin.origin_access_control_id),
            s3_origin_config: origin.s3_origin_config.map(S3OriginConfig::read),
            custom_origin_config: origin.custom_origin_config.map(CustomOriginConfig::read).transpose()?,
            vpc_origin_config: origin.vpc_origin_config.map(VpcOriginConfig::read),
        })
    }
}

impl S3OriginConfig {
    fn write(&self) -> aws::S3OriginConfig {
        let written = aws::S3OriginConfig::builder().origin_access_identity(&self.origin_access_identity);
        written.origin_read_timeout(self.origin_read_timeout).build()
    }

    fn read(s3: aws::S3OriginConfig) -> S3OriginConfig {
        S3OriginConfig {
            origin_access_identity: s3.origin_access_identity,
            origin_read_timeout: s3.origin_read_timeout.unwrap_or(30),
        }
    }
}

impl CustomOriginConfig {
    fn write(&self) -> Result<aws::CustomOriginConfig, BuildError> {
        let protocols = &self.origin_ssl_protocols;
        let items = protocols.iter().map(|protocol| aws::SslProtocol::from(protocol.as_str()));
        let protocols = aws::OriginSslProtocols::builder().quantity(count(protocols)).set_items(some(items)).build()?;
        let mtls = self.origin_mtls_config.as_ref();
        let mtls =
            mtls.map(|m| aws::OriginMtlsConfig::builder().client_certificate_arn(&m.client_certificate_arn).build());
        aws::CustomOriginConfig::builder()
            .http_port(self.http_port)
            .https_port(self.https_port)
            .origin_protocol_policy(self.origin_protocol_policy.as_str().into())
            .origin_ssl_protocols(protocols)
            .origin_read_timeout(self.origin_read_timeout)
            .origin_keepalive_timeout(self.origin_keepalive_timeout)
            .ip_address_type(self.ip_address_type.as_str().into())
            .set_origin_mtls_config(mtls.transpose()?)
            .build()
    }

    fn read(custom: aws::CustomOriginConfig) -> Result<CustomOriginConfig> {
        let protocols = custom.origin_ssl_protocols.map(|protocols| protocols.items).unwrap_or_default();
        let mtls = custom.origin_mtls_config;
        Ok(CustomOriginConfig {
            http_port: custom.http_port,
            https_port: custom.https_port,
            origin_protocol_policy: word(custom.origin_protocol_policy)?,
            origin_ssl_protocols: protocols.into_iter().map(word).collect::<Result<_>>()?,
            origin_read_timeout: custom.origin_read_timeout.unwrap_or(30),
            origin_keepalive_timeout: custom.origin_keepalive_timeout.unwrap_or(5),
            ip_address_type: word_or(custom.ip_address_type, IpAddressType::Ipv4)?,
            origin_mtls_config: mtls.map(|m| OriginMtlsConfig { client_certificate_arn: m.client_certificate_arn }),
        })
    }
}

impl VpcOriginConfig {
    fn write(&self) -> Result<aws::VpcOriginConfig, BuildError> {
        aws::VpcOriginConfig::builder()
            .vpc_origin_id(&self.vpc_origin_id)
            .set_owner_account_id(self.owner_account_id.clone())
            .origin_read_timeout(self.origin_read_timeout)
            .origin_keepalive_timeout(self.origin_keepalive_timeout)
            .build()
    }

    fn read(vpc: aws::VpcOriginConfig) -> VpcOriginConfig {
        VpcOriginConfig {
            vpc_origin_id: vpc.vpc_origin_id,
            owner_account_id: filled(vpc.owner_account_id),
            origin_read_timeout: vpc.origin_read_timeout.unwrap_or(30),
            origin_keepalive_timeout: vpc.origin_keepalive_timeout.unwrap_or(5),
        }
    }
}

impl OriginGroup {
    /// As AWS takes it.
    pub fn write(&self, id: &str) -> Result<aws::OriginGroup, BuildError> {
        let members = self.members.iter().map(|id| aws::OriginGroupMember::builder().origin_id(id).build());
        let members = members.collect::<Result<Vec<_>, _>>()?;
        let members = aws::OriginGroupMembers::builder().quantity(count(&members)).set_items(some(members)).build()?;
        let codes = self.status_codes.iter().copied();
        let codes = aws::StatusCodes::builder().quantity(count(&self.status_codes)).set_items(some(codes)).build()?;
        let by_media = self.selection_criteria == SelectionCriteria::MediaQualityBased;
        aws::OriginGroup::builder()
            .id(id)
            .failover_criteria(aws::OriginGroupFailoverCriteria::builder().status_codes(codes).build())
            .members(members)
            .set_selection_criteria(by_media.then_some(aws::OriginGroupSelectionCriteria::MediaQualityBased))
            .build()
    }

    /// As AWS returns it.
    pub fn read(group: aws::OriginGroup) -> Result<OriginGroup> {
        let members = group.members.map(|members| members.items).unwrap_or_default().into_iter();
        let codes = group.failover_criteria.and_then(|criteria| criteria.status_codes);
        Ok(OriginGroup {
            members: members.map(|member| member.origin_id).collect(),
            status_codes: codes.map(|codes| codes.items).unwrap_or_default().into_iter().collect(),
            selection_criteria: word_or(group.selection_criteria, SelectionCriteria::Default)?,
        })
    }
}
