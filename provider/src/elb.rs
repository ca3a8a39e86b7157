//! Elastic Load Balancing: what its resources share.

pub mod action;
mod attributes;
pub mod listener;
pub mod listener_certificate;
pub mod listener_rule;
pub mod load_balancer;
pub mod tags;
pub mod target_group;

use pulumi_plugin::Again;

use crate::aws::Passing;

/// Which of Elastic Load Balancing's refusals pass.
pub(crate) const PASSING: Passing = &[
    // Right after a creation, the next call may reach a part of AWS that has not heard of it.
    ("LoadBalancerNotFound", "", Again::Moment),
    ("TargetGroupNotFound", "", Again::Moment),
    ("ListenerNotFound", "", Again::Moment),
    ("RuleNotFound", "", Again::Moment),
    ("SubnetNotFound", "", Again::Moment),
    // A certificate that was just issued is not known everywhere.
    ("CertificateNotFound", "", Again::Soon),
    ("TrustStoreNotFound", "", Again::Moment),
    ("TrustStoreNotReady", "", Again::Later),
    ("PriorRequestNotComplete", "", Again::Later),
    ("CapacityReservationPending", "", Again::Later),
    // A listener or a rule has just turned to another target group.
    ("ResourceInUse", "in use by a listener or a rule", Again::Held),
    // The load balancer behind a listener has just been taken out of another one's target group.
    ("ResourceInUse", "in use by registered target", Again::Held),
    ("ResourceInUse", "", Again::Never),
    // The bucket's policy has just been put.
    ("InvalidConfigurationRequest", "access denied for bucket", Again::Held),
];

/// The end of an ARN, by which metrics know a thing: `app/web/50dc6c495c0c9188`, `targetgroup/web/73e2d6bc24d8a067`.
pub(crate) fn suffix(arn: &str) -> &str {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    resource.strip_prefix("loadbalancer/").unwrap_or(resource)
}

#[cfg(test)]
mod tests {
    use super::suffix;

    #[test]
    fn metrics_know_a_thing_by_the_end_of_its_arn() {
        let arn = |rest: &str| format!("arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:{rest}");
        assert_eq!(suffix(&arn("loadbalancer/app/web/50dc")), "app/web/50dc");
        assert_eq!(suffix(&arn("targetgroup/web/73e2")), "targetgroup/web/73e2");
    }
}
