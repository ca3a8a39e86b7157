//! The attributes of a load balancer, and which type has which.

use std::collections::BTreeMap;

use pulumi_plugin::Property;

use super::{IpAddressType, LoadBalancerInputs, LoadBalancerType, Scheme};
use crate::elb::attributes::Table;

/// Logs in S3.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Logs {
    /// The name of the S3 bucket, in the same region. Its policy must let Elastic Load Balancing write.
    #[prop(min = 1)]
    pub bucket: String,
    /// The prefix of the logs in the bucket. Default: none.
    #[prop(default)]
    pub prefix: String,
}

/// The attributes of a load balancer. One that is left out is as AWS has it for this type, if its page does not say otherwise.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct LoadBalancerAttributes {
    /// Whether deletion protection is enabled: then nobody can delete the load balancer, this provider included. Default: false.
    pub deletion_protection_enabled: Option<bool>,
    /// Whether cross-zone load balancing is enabled. It always is for an Application Load Balancer. Default: false.
    pub load_balancing_cross_zone_enabled: Option<bool>,
    /// The idle timeout of connections, 1 to 4000 seconds. Application Load Balancers. Default: 60.
    #[prop(min = 1, max = 4000)]
    pub idle_timeout_timeout_seconds: Option<u32>,
    /// The client keep-alive: how long a connection lasts at most, 60 to 604800 seconds. Application Load Balancers. Default: 3600.
    #[prop(min = 60, max = 604_800)]
    pub client_keep_alive_seconds: Option<u32>,
    /// The desync mitigation mode: what becomes of requests that could be read in two ways. Application Load Balancers. Default: `defensive`.
    pub routing_http_desync_mitigation_mode: Option<DesyncMitigationMode>,
    /// Whether headers with invalid names are dropped. Application Load Balancers. Default: true, where AWS would pass them on.
    pub routing_http_drop_invalid_header_fields_enabled: Option<bool>,
    /// Whether the host header is passed on as it is. Application Load Balancers. Default: false.
    pub routing_http_preserve_host_header_enabled: Option<bool>,
    /// Whether headers tell targets the TLS version and cipher suite. Application Load Balancers. Default: false.
    pub routing_http_x_amzn_tls_version_and_cipher_suite_enabled: Option<bool>,
    /// Whether `X-Forwarded-For` has the client's port. Application Load Balancers. Default: false.
    pub routing_http_xff_client_port_enabled: Option<bool>,
    /// The processing mode of the header `X-Forwarded-For`. Application Load Balancers. Default: `append`.
    pub routing_http_xff_header_processing_mode: Option<XffHeaderProcessingMode>,
    /// Whether HTTP/2 is enabled. Application Load Balancers. Default: true.
    pub routing_http2_enabled: Option<bool>,
    /// Whether requests go to targets while AWS WAF can't be reached. Application Load Balancers. Default: false.
    pub waf_fail_open_enabled: Option<bool>,
    /// Whether zonal shift is enabled: then traffic can be turned away from a zone. Default: false.
    pub zonal_shift_config_enabled: Option<bool>,
    /// Whether traffic between an internet gateway and the load balancer is denied, for type `dualstack`. Default: depends on the scheme.
    pub ipv6_deny_all_igw_traffic: Option<bool>,
    /// The client routing policy: which zones' addresses DNS gives to clients in a zone. Network Load Balancers. Default: `any_availability_zone`.
    pub dns_record_client_routing_policy: Option<ClientRoutingPolicy>,
    /// How many secondary addresses each subnet gives, 0 to 7; never fewer than before. Network Load Balancers. Default: 0.
    #[prop(min = 0, max = 7)]
    pub secondary_ips_auto_assigned_per_subnet: Option<u32>,
}

/// What becomes of requests that could be read in two ways.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum DesyncMitigationMode {
    /// All are passed on.
    #[prop(rename = "monitor")]
    Monitor,
    /// Those that are dangerous are stopped.
    #[prop(rename = "defensive")]
    Defensive,
    /// All that break the standard are stopped.
    #[prop(rename = "strictest")]
    Strictest,
}

/// What becomes of the header `X-Forwarded-For`.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum XffHeaderProcessingMode {
    /// The client's address is added.
    #[prop(rename = "append")]
    Append,
    /// It stays as it is.
    #[prop(rename = "preserve")]
    Preserve,
    /// It is removed.
    #[prop(rename = "remove")]
    Remove,
}

/// Which zones' addresses DNS gives to clients in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum ClientRoutingPolicy {
    /// All zones'.
    #[prop(rename = "any_availability_zone")]
    AnyAvailabilityZone,
    /// Their own zone's.
    #[prop(rename = "availability_zone_affinity")]
    AvailabilityZoneAffinity,
    /// Mostly their own zone's.
    #[prop(rename = "partial_availability_zone_affinity")]
    PartialAvailabilityZoneAffinity,
}

/// Which attributes a type has.
pub(super) fn table(of: &LoadBalancerInputs) -> Vec<(&'static str, Option<&'static str>)> {
    let mut all = match of.r#type {
        LoadBalancerType::Application => APPLICATION,
        LoadBalancerType::Network => NETWORK,
        LoadBalancerType::Gateway => return GATEWAY.to_vec(),
    }
    .to_vec();
    let denied = of.scheme == Scheme::Internal && of.ip_address_type != IpAddressType::Ipv4;
    all.push(("ipv6.deny_all_igw_traffic", Some(if denied { "true" } else { "false" })));
    all
}

const APPLICATION: &Table = &[
    ("deletion_protection.enabled", Some("false")),
    ("load_balancing.cross_zone.enabled", Some("true")),
    ("idle_timeout.timeout_seconds", Some("60")),
    ("client_keep_alive.seconds", Some("3600")),
    ("routing.http.desync_mitigation_mode", Some("defensive")),
    ("routing.http.drop_invalid_header_fields.enabled", Some("true")),
    ("routing.http.preserve_host_header.enabled", Some("false")),
    ("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", Some("false")),
    ("routing.http.xff_client_port.enabled", Some("false")),
    ("routing.http.xff_header_processing.mode", Some("append")),
    ("routing.http2.enabled", Some("true")),
    ("waf.fail_open.enabled", Some("false")),
    ("zonal_shift.config.enabled", Some("false")),
];

const NETWORK: &Table = &[
    ("deletion_protection.enabled", Some("false")),
    ("load_balancing.cross_zone.enabled", Some("false")),
    ("zonal_shift.config.enabled", Some("false")),
    ("dns_record.client_routing_policy", Some("any_availability_zone")),
    // It can't be lowered, so one that is taken out stays.
    ("secondary_ips.auto_assigned.per_subnet", None),
];

const GATEWAY: &Table =
    &[("deletion_protection.enabled", Some("false")), ("load_balancing.cross_zone.enabled", Some("false"))];

/// Logs of a kind, as AWS tells of them.
pub(super) fn logs(kind: &str, told: &BTreeMap<String, String>) -> Option<Logs> {
    let value = |part: &str| told.get(&format!("{kind}.s3.{part}")).cloned().unwrap_or_default();
    (value("enabled") == "true").then(|| Logs { bucket: value("bucket"), prefix: value("prefix") })
}

/// What has to be sent to come from some logs to others. AWS refuses an empty bucket, so that the name stays where logs are turned off.
pub(super) fn log_changes(kind: &'static str, old: &Option<Logs>, new: &Option<Logs>) -> Vec<(&'static str, String)> {
    let [enabled, bucket, prefix] = match kind {
        "access_logs" => ["access_logs.s3.enabled", "access_logs.s3.bucket", "access_logs.s3.prefix"],
        "connection_logs" => ["connection_logs.s3.enabled", "connection_logs.s3.bucket", "connection_logs.s3.prefix"],
        _ => ["health_check_logs.s3.enabled", "health_check_logs.s3.bucket", "health_check_logs.s3.prefix"],
    };
    match new {
        _ if old == new => Vec::new(),
        None => vec![(enabled, "false".to_owned())],
        Some(logs) => vec![(enabled, "true".to_owned()), (bucket, logs.bucket.clone()), (prefix, logs.prefix.clone())],
    }
}

#[cfg(test)]
mod tests {
    use pulumi_plugin::Shaped as _;

    use super::{APPLICATION, GATEWAY, LoadBalancerAttributes, Logs, NETWORK, log_changes};
    use crate::elb::attributes::property;

    #[test]
    fn each_key_is_a_property() {
        for (key, _) in [APPLICATION, NETWORK, GATEWAY].concat() {
            assert!(LoadBalancerAttributes::shape().field(&property(key)).is_some(), "{key}");
        }
    }

    #[test]
    fn no_empty_bucket_is_sent() {
        let logs = Some(Logs { bucket: "logs".into(), prefix: String::new() });
        assert_eq!(log_changes("access_logs", &logs, &None), [("access_logs.s3.enabled", "false".to_owned())]);
        assert_eq!(log_changes("access_logs", &None, &logs).len(), 3);
        assert_eq!(log_changes("access_logs", &logs, &logs), []);
    }
}
