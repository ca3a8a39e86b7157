//! Service Connect: how services find each other, and how AWS takes and returns that.

use aws_sdk_ecs::error::BuildError;
use aws_sdk_ecs::types as aws;
use pulumi_plugin::{Error, Property, Result};

use crate::aws::list::filled;
use crate::aws::number::{count, port, signed};
use crate::aws::{word, word_or};
use crate::ecs::task_definition::LogConfiguration;

/// The Service Connect configuration of a service.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ServiceConnectConfiguration {
    /// Whether Service Connect is used. Default: true.
    #[prop(default = true)]
    pub enabled: bool,
    /// The Cloud Map namespace, by name or ARN. Default: the cluster's.
    pub namespace: Option<String>,
    /// The services that others can reach.
    #[prop(default)]
    pub services: Vec<ServiceConnectService>,
    /// The log configuration of the proxy.
    pub log_configuration: Option<LogConfiguration>,
    /// The access log of the proxy.
    pub access_log_configuration: Option<ServiceConnectAccessLog>,
}

/// A port that others reach by Service Connect.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ServiceConnectService {
    /// The port name: the `name` of one of the port mappings.
    pub port_name: String,
    /// The discovery name in Cloud Map. Default: the port name.
    pub discovery_name: Option<String>,
    /// The client aliases: by which name and port others reach it.
    #[prop(default, max = 1)]
    pub client_aliases: Vec<ServiceConnectClientAlias>,
    /// The ingress port override: the port that the proxy listens on.
    pub ingress_port_override: Option<u16>,
    /// The timeouts.
    pub timeout: Option<ServiceConnectTimeout>,
    /// TLS between the proxies.
    pub tls: Option<ServiceConnectTls>,
}

/// A name and port by which others reach a service.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ServiceConnectClientAlias {
    /// The port.
    pub port: u16,
    /// The DNS name. Default: the discovery name, a dot and the namespace.
    pub dns_name: Option<String>,
    /// The test traffic rules, for blue/green deployments.
    pub test_traffic_rules: Option<TestTrafficRules>,
}

/// Which requests are test traffic.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct TestTrafficRules {
    /// The header that they have.
    pub header: TestTrafficHeader,
}

/// A header of test traffic.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct TestTrafficHeader {
    /// The name.
    pub name: String,
    /// The value. Default: any.
    pub value: Option<TestTrafficHeaderValue>,
}

/// The value of a header of test traffic.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct TestTrafficHeaderValue {
    /// The exact value.
    pub exact: String,
}

/// The timeouts of a service.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ServiceConnectTimeout {
    /// The idle timeout in seconds; 0 for none.
    pub idle_timeout_seconds: Option<u32>,
    /// The per-request timeout in seconds; 0 for none.
    pub per_request_timeout_seconds: Option<u32>,
}

/// TLS between the proxies.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ServiceConnectTls {
    /// The certificate authority that issues the certificates.
    pub issuer_certificate_authority: ServiceConnectTlsAuthority,
    /// The KMS key that encrypts them.
    pub kms_key: Option<String>,
    /// The role with which Service Connect asks for them.
    pub role_arn: Option<String>,
}

/// A certificate authority.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ServiceConnectTlsAuthority {
    /// The ARN of the private CA.
    pub aws_pca_authority_arn: String,
}

/// The access log of the proxy.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ServiceConnectAccessLog {
    /// The format.
    pub format: AccessLogFormat,
    /// Whether query parameters are logged. Default: `DISABLED`.
    #[prop(default = IncludeQueryParameters::Disabled)]
    pub include_query_parameters: IncludeQueryParameters,
}

/// The format of an access log.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum AccessLogFormat {
    /// Text.
    #[prop(rename = "TEXT")]
    Text,
    /// JSON.
    #[prop(rename = "JSON")]
    Json,
}

/// Whether query parameters are logged.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum IncludeQueryParameters {
    /// They are not.
    #[prop(rename = "DISABLED")]
    Disabled,
    /// They are.
    #[prop(rename = "ENABLED")]
    Enabled,
}

impl ServiceConnectConfiguration {
    pub(super) fn write(&self) -> Result<aws::ServiceConnectConfiguration, BuildError> {
        let services = self.services.iter().map(ServiceConnectService::write).collect::<Result<_, _>>()?;
        let access = self.access_log_configuration.as_ref().map(|it| {
            let written = aws::ServiceConnectAccessLogConfiguration::builder().format(it.format.as_str().into());
            written.include_query_parameters(it.include_query_parameters.as_str().into()).build()
        });
        Ok(aws::ServiceConnectConfiguration::builder()
            .enabled(self.enabled)
            .set_namespace(self.namespace.clone())
            .set_services(Some(services))
            .set_log_configuration(self.log_configuration.as_ref().map(LogConfiguration::write).transpose()?)
            .set_access_log_configuration(access.transpose()?)
            .build())
    }

    /// What says that it is not used is none.
    pub(super) fn read(seen: aws::ServiceConnectConfiguration) -> Result<Option<ServiceConnectConfiguration>> {
        if !seen.enabled {
            return Ok(None);
        }
        let access = seen.access_log_configuration.map(|it| {
            let include_query_parameters = word_or(it.include_query_parameters, IncludeQueryParameters::Disabled)?;
            Ok::<_, Error>(ServiceConnectAccessLog { format: word(it.format)?, include_query_parameters })
        });
        let services = seen.services.unwrap_or_default().into_iter();
        Ok(Some(ServiceConnectConfiguration {
            enabled: true,
            namespace: filled(seen.namespace),
            services: services.map(ServiceConnectService::read).collect(),
            log_configuration: seen.log_configuration.map(LogConfiguration::read).transpose()?,
            access_log_configuration: access.transpose()?,
        }))
    }
}

impl ServiceConnectService {
    fn write(&self) -> Result<aws::ServiceConnectService, BuildError> {
        let aliases = self.client_aliases.iter().map(ServiceConnectClientAlias::write).collect::<Result<_, _>>()?;
        let timeout = self.timeout.as_ref().map(|it| {
            aws::TimeoutConfiguration::builder()
                .set_idle_timeout_seconds(it.idle_timeout_seconds.map(signed))
                .set_per_request_timeout_seconds(it.per_request_timeout_seconds.map(signed))
                .build()
        });
        aws::ServiceConnectService::builder()
            .port_name(&self.port_name)
            .set_discovery_name(self.discovery_name.clone())
            .set_client_aliases(Some(aliases))
            .set_ingress_port_override(self.ingress_port_override.map(i32::from))
            .set_timeout(timeout)
            .set_tls(self.tls.as_ref().map(ServiceConnectTls::write))
            .build()
    }

    fn read(seen: aws::ServiceConnectService) -> ServiceConnectService {
        ServiceConnectService {
            port_name: seen.port_name,
            discovery_name: filled(seen.discovery_name),
            client_aliases: seen
                .client_aliases
                .unwrap_or_default()
                .into_iter()
                .map(ServiceConnectClientAlias::read)
                .collect(),
            ingress_port_override: seen.ingress_port_override.map(port),
            timeout: seen.timeout.map(|it| ServiceConnectTimeout {
                idle_timeout_seconds: it.idle_timeout_seconds.map(count),
                per_request_timeout_seconds: it.per_request_timeout_seconds.map(count),
            }),
            tls: seen.tls.map(ServiceConnectTls::read),
        }
    }
}

impl ServiceConnectTls {
    fn write(&self) -> aws::ServiceConnectTlsConfiguration {
        let authority = &self.issuer_certificate_authority.aws_pca_authority_arn;
        let authority = aws::ServiceConnectTlsCertificateAuthority::builder().aws_pca_authority_arn(authority).build();
        aws::ServiceConnectTlsConfiguration::builder()
            .issuer_certificate_authority(authority)
            .set_kms_key(self.kms_key.clone())
            .set_role_arn(self.role_arn.clone())
            .build()
    }

    fn read(seen: aws::ServiceConnectTlsConfiguration) -> ServiceConnectTls {
        let authority = seen.issuer_certificate_authority.and_then(|it| it.aws_pca_authority_arn);
        ServiceConnectTls {
            issuer_certificate_authority: ServiceConnectTlsAuthority {
                aws_pca_authority_arn: authority.unwrap_or_default(),
            },
            kms_key: filled(seen.kms_key),
            role_arn: filled(seen.role_arn),
        }
    }
}

impl ServiceConnectClientAlias {
    fn write(&self) -> Result<aws::ServiceConnectClientAlias, BuildError> {
        let rules = self.test_traffic_rules.as_ref().map(|rules| {
            let exact = |it: &TestTrafficHeaderValue| {
                aws::ServiceConnectTestTrafficHeaderMatchRules::builder().exact(&it.exact).build()
            };
            let header = aws::ServiceConnectTestTrafficHeaderRules::builder().name(&rules.header.name);
            let header = header.set_value(rules.header.value.as_ref().map(exact).transpose()?).build()?;
            Ok::<_, BuildError>(aws::ServiceConnectTestTrafficRules::builder().header(header).build())
        });
        aws::ServiceConnectClientAlias::builder()
            .port(i32::from(self.port))
            .set_dns_name(self.dns_name.clone())
            .set_test_traffic_rules(rules.transpose()?)
            .build()
    }

    fn read(seen: aws::ServiceConnectClientAlias) -> ServiceConnectClientAlias {
        let header = seen.test_traffic_rules.and_then(|rules| rules.header);
        let header = header.map(|header| TestTrafficHeader {
            name: header.name,
            value: header.value.map(|it| TestTrafficHeaderValue { exact: it.exact }),
        });
        ServiceConnectClientAlias {
            port: port(seen.port),
            dns_name: filled(seen.dns_name),
            test_traffic_rules: header.map(|header| TestTrafficRules { header }),
        }
    }
}
