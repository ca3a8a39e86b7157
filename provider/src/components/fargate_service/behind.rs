//! What is between a load balancer and a service: a target group, the rule of the listener, and two doors.

use std::collections::BTreeSet;

use pulumi_plugin::{Output, Scope};

use super::inputs::{FargateServiceInputs, ServiceListener};
use super::priority;
use crate::aws::Tags;
use crate::components::security_group::Peer;
use crate::ec2::security_group::SecurityGroupOutputs;
use crate::ec2::security_group_egress_rule::SecurityGroupEgressRule;
use crate::ec2::security_group_ingress_rule::SecurityGroupIngressRule;
use crate::elb::action::{Action, ActionType};
use crate::elb::listener_rule::{Condition, Field, HttpHeaderConfig, ListenerRule, ListenerRuleArgs, Patterns};
use crate::elb::target_group::{
    Matcher, TargetGroup, TargetGroupArgs, TargetGroupAttributes, TargetGroupOutputs, TargetProtocol, TargetType,
};

/// What is between a load balancer and a service.
pub struct Behind {
    /// The target group.
    pub group: TargetGroupOutputs,
    /// The URNs of what has to be there for requests to come through.
    pub ready: Vec<Output<String>>,
    /// The label of the target group's requests among CloudWatch's metrics.
    pub label: Output<String>,
}

/// Target group, rule and doors.
pub fn tell(
    here: &mut Scope,
    inputs: &FargateServiceInputs,
    listener: &ServiceListener,
    own: &SecurityGroupOutputs,
) -> Behind {
    let group = target_group(here, inputs, listener);
    let settings = &inputs.settings;
    let forward = group.arn.map(|arn| vec![Action { target_group_arn: Some(arn), ..Action::of(ActionType::Forward) }]);
    // Without the header it is a rule by itself, which in former versions, and while the header was asked for, was the one.
    let apart = listener.separate_rules && listener.require_header.is_none() && settings.priority.is_none();
    let usual = match apart {
        true => priority::apart(here.name(), &settings.hosts, &settings.paths),
        false => priority::of(here.name(), &settings.hosts, &settings.paths),
    };
    let args = ListenerRuleArgs {
        listener_arn: (&listener.listener_arn).into(),
        priority: settings.priority.unwrap_or(usual).into(),
        conditions: conditions(inputs, listener).into(),
        actions: forward.into(),
        ..Default::default()
    };
    let place = if apart { here.child("rule-open").aliases(["rule"]) } else { here.child("rule") };
    let rule = place.add::<ListenerRule>(args);
    let [from, to] = doors(here, settings.port, listener, own);
    let label = listener.listener_arn.zip(&group.arn_suffix);
    let label = label.map(|(listener, group)| format!("{}/{group}", balancer_of(&listener)));
    Behind { group, ready: vec![rule.urn, from, to], label }
}

/// The tag of a target group that says which load balancer it is behind.
const BEHIND: &str = "LoadBalancer";

/// Each task is registered with its own port, so the group's does not matter: it never changes, for that would take another group. Another load
/// balancer does, for a group has one at a time.
fn target_group(here: &mut Scope, inputs: &FargateServiceInputs, listener: &ServiceListener) -> TargetGroupOutputs {
    let check = &inputs.settings.health_check;
    let attributes = TargetGroupAttributes {
        deregistration_delay_timeout_seconds: Some(inputs.settings.deregistration_delay),
        ..Default::default()
    };
    let balancer = listener.listener_arn.map(|arn| Tags::from([(BEHIND.to_owned(), balancer_of(&arn).to_owned())]));
    let args = TargetGroupArgs {
        target_type: TargetType::Ip.into(),
        protocol: TargetProtocol::Http.into(),
        port: 80.into(),
        vpc_id: (&inputs.vpc_id).into(),
        health_check_path: check.path.clone().into(),
        health_check_interval_seconds: check.interval.into(),
        health_check_timeout_seconds: check.timeout.into(),
        healthy_threshold_count: check.healthy_threshold.into(),
        unhealthy_threshold_count: check.unhealthy_threshold.into(),
        matcher: Matcher { http_code: Some(check.matcher.clone()), grpc_code: None }.into(),
        attributes: attributes.into(),
        tags: balancer.into(),
        ..Default::default()
    };
    here.child("tg").replace_on([format!("tags.{BEHIND}")]).add::<TargetGroup>(args)
}

/// Which requests the service takes. The values of a header are a secret.
fn conditions(inputs: &FargateServiceInputs, listener: &ServiceListener) -> Output<Vec<Condition>> {
    let settings = &inputs.settings;
    let patterns = |values: &BTreeSet<String>| Some(Patterns { values: values.clone(), regex_values: BTreeSet::new() });
    let mut known = Vec::new();
    if !settings.hosts.is_empty() {
        known.push(Condition { host_header_config: patterns(&settings.hosts), ..Condition::of(Field::HostHeader) });
    }
    if !settings.paths.is_empty() {
        known.push(Condition { path_pattern_config: patterns(&settings.paths), ..Condition::of(Field::PathPattern) });
    }
    let Some(header) = &listener.require_header else {
        // A rule has a condition: all paths.
        let all = || Condition {
            path_pattern_config: patterns(&BTreeSet::from(["/*".to_owned()])),
            ..Condition::of(Field::PathPattern)
        };
        return Output::known(if known.is_empty() { vec![all()] } else { known });
    };
    let conditions = header.name.zip(&header.values).map(|(name, values)| {
        let values = values.into_iter().collect();
        let header = HttpHeaderConfig { http_header_name: name, values, regex_values: BTreeSet::new() };
        known.push(Condition { http_header_config: Some(header), ..Condition::of(Field::HttpHeader) });
        known
    });
    conditions.secret()
}

/// The load balancer is let out to the service and into it. A door to another port is another door: the old one is shut when nobody uses it any more.
fn doors(here: &mut Scope, port: u16, listener: &ServiceListener, own: &SecurityGroupOutputs) -> [Output<String>; 2] {
    let balancer = &listener.security_group_id;
    let from = Peer::group(balancer.clone(), port.into()).rule(&own.id, "load balancer");
    let from = here.add::<SecurityGroupIngressRule>(format!("sg-from-lb-{port}"), from);
    let to = Peer::group(own.id.clone(), port.into()).rule(balancer, here.name());
    let to = here.add::<SecurityGroupEgressRule>(format!("lb-to-sg-{port}"), to);
    [from.urn, to.urn]
}

/// The load balancer that a listener's ARN is of, as CloudWatch's metrics know it: `app/NAME/ID`.
fn balancer_of(listener: &str) -> &str {
    let rest = listener.split_once(":listener/").map_or(listener, |(_, rest)| rest);
    rest.rsplit_once('/').map_or(rest, |(balancer, _)| balancer)
}

#[cfg(test)]
mod tests {
    use super::balancer_of;

    #[test]
    fn a_listener_says_its_load_balancer() {
        let arn =
            "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/web/50dc6c495c0c9188/f2f7dc8efc522ab2";
        assert_eq!(balancer_of(arn), "app/web/50dc6c495c0c9188");
    }
}
