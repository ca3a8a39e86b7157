//! What the program asks of a load balancer.

use std::collections::BTreeMap;

use pulumi_plugin::{Fault, Faults, Output, Property};

use crate::components::security_group::{self, Peer};
use crate::components::{SharedArgs, SharedInputs};
use crate::elb::load_balancer::DesyncMitigationMode;

/// The security policies that AWS's control ELB.17 takes.
const RECOMMENDED: [&str; 8] = [
    "ELBSecurityPolicy-TLS13-1-2-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-3-2021-06",
    "ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
];

/// What the program asks of a load balancer.
#[derive(Debug, Clone, Property)]
pub struct LoadBalancerInputs {
    /// The id of the VPC.
    pub vpc_id: Output<String>,
    /// The ids of the subnets, in two availability zones at least: public ones, unless it is `internal`.
    #[prop(min = 2)]
    pub subnet_ids: Output<Vec<String>>,
    /// The ARN of the certificate, which must be issued and in the load balancer's region: the output `certificateArn` of a `gitinfra:index:Certificate`.
    pub certificate_arn: Output<String>,
    /// The ARNs of more certificates, each by a name of your choice: clients get the one that is for the host they ask for. Default: none.
    #[prop(default)]
    pub additional_certificate_arns: BTreeMap<String, Output<String>>,
    /// The ARN of the WAF web ACL, of scope `REGIONAL`, that protects the load balancer. Default: none.
    pub web_acl_arn: Option<Output<String>>,
    /// Whether CloudFront is let in, by HTTPS, beside those that `allowFrom` names. With it, a security group has room for five more rules; one of `allowFrom` that
    /// names no port counts as two. Default: as `cloudFrontOnly`.
    pub allow_cloud_front: Option<bool>,
    /// What the program says of the load balancer itself.
    #[prop(flatten)]
    pub settings: LoadBalancerSettings,
    /// What every component takes.
    #[prop(flatten)]
    pub shared: SharedInputs,
}

/// What the program says of a load balancer itself.
#[derive(Debug, Clone, Property)]
pub struct LoadBalancerSettings {
    /// Whether it is reached from its VPC only, and not from the internet. Another value takes a new load balancer. Default: false.
    #[prop(default)]
    pub internal: bool,
    /// The inbound traffic that is allowed, each kind by a name of your choice: without a `port` both 443 and 80, where clients are sent to 443. For everybody:
    /// `{everybody: {cidr: 0.0.0.0/0}}`. Default: none.
    #[prop(default)]
    pub allow_from: BTreeMap<String, Peer>,
    /// Whether CloudFront is let in, and nobody else. It is AWS's list of CloudFront's addresses, which distributions of other people's come from, too: a
    /// service's `requireHeader` tells them apart. AWS counts it as 55 rules of the 60 that a security group can have. Default: false.
    #[prop(default)]
    pub cloud_front_only: bool,
    /// The outbound traffic that is allowed, each kind by a name of your choice, beside what services add for themselves. Default: none.
    #[prop(default)]
    pub allow_to: BTreeMap<String, Peer>,
    /// The security policy: which protocols and ciphers of TLS there are. Default: `ELBSecurityPolicy-TLS13-1-2-2021-06`, TLS 1.2 and 1.3.
    pub ssl_policy: Option<String>,
    /// Whether headers with invalid names are dropped. Default: true.
    #[prop(default = true)]
    pub drop_invalid_header_fields: bool,
    /// The desync mitigation mode: what becomes of requests that could be read in two ways. Default: `defensive`.
    #[prop(default = DesyncMitigationMode::Defensive)]
    pub desync_mitigation_mode: DesyncMitigationMode,
    /// The idle timeout of connections, 1 to 4000 seconds. Default: 60.
    #[prop(default = 60, min = 1, max = 4000)]
    pub idle_timeout: u32,
    /// Whether deletion protection is on: nobody deletes the load balancer before it is off again, `pulumi destroy` included. Default: as
    /// `protectStateful`.
    pub deletion_protection: Option<bool>,
    /// Whether requests are logged, in a bucket of the load balancer's own. Default: true.
    #[prop(default = true)]
    pub access_logs: bool,
    /// The retention of the access logs in days. Default: 90.
    #[prop(default = 90, min = 1, max = 36500)]
    pub access_log_retention_days: i32,
}

impl LoadBalancerInputs {
    /// Whether CloudFront is let in.
    pub fn cloud_front(&self) -> bool {
        self.settings.cloud_front_only || self.allow_cloud_front == Some(true)
    }

    /// Whether deletion protection is on.
    pub fn protected(&self) -> bool {
        self.settings.deletion_protection.unwrap_or(self.shared.protects())
    }

    /// What is wrong between the properties.
    pub fn faults(&self) -> Vec<Fault> {
        let settings = &self.settings;
        // One that says no port means both listeners'.
        let ported =
            |(name, peer): (&String, &Peer)| (name.clone(), Peer { port: peer.port.or(Some(443)), ..peer.clone() });
        let from: BTreeMap<_, _> = settings.allow_from.iter().map(ported).collect();
        Faults::of(self)
            .excludes("cloudFrontOnly", "allowFrom")
            .and(security_group::faults("allowFrom", &from))
            .and(security_group::faults("allowTo", &settings.allow_to))
            .into_vec()
    }
}

impl LoadBalancerSettings {
    /// Whether AWS recommends the security policy.
    pub fn has_recommended_policy(&self) -> bool {
        self.ssl_policy.as_deref().is_none_or(|policy| RECOMMENDED.contains(&policy))
    }
}
