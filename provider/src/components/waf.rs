//! A web ACL with the rules that most sites want.

mod inputs;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Component, Fault, Knobs, Output, Outputs, Result, Scope};

pub use self::inputs::*;
use crate::aws::{Aws, Common};
use crate::components::Report;
use crate::components::account::{arn, edge};
use crate::types::IpRange;
use crate::wafv2::ip_set::{IpAddressVersion, IpSet, IpSetArgs};
use crate::wafv2::key::Scope as WafScope;
use crate::wafv2::rule::{AllowAction, VisibilityConfig};
use crate::wafv2::web_acl::{DefaultAction, WebAcl, WebAclArgs};
use crate::wafv2::web_acl_association::{WebAclAssociation, WebAclAssociationArgs};

/// A WAF web ACL with AWS's managed rules, a limit of requests, and lists of addresses and countries; associated with what it protects. Everything of
/// scope `CLOUDFRONT` is in us-east-1, whatever the region.
#[derive(Clone, Outputs)]
pub struct Waf {
    /// The ARN of the web ACL. A CloudFront distribution names it.
    pub web_acl_arn: Output<String>,
    /// The capacity of the web ACL in WCU; more than 1,500 cost extra.
    pub capacity: Output<i64>,
    /// What every component gives.
    #[prop(flatten)]
    pub report: Report,
}

impl Component for Waf {
    const TOKEN: &'static str = "gitinfra:index:Waf";
    type Session = Aws;
    type Inputs = WafInputs;
    type Facts = ();

    fn check(inputs: &WafInputs) -> Vec<Fault> {
        inputs.faults()
    }

    fn knobs(inputs: &WafInputs) -> Knobs {
        inputs.shared.knobs()
    }

    async fn look(_: &Aws, _: &WafInputs) -> Result<()> {
        Ok(())
    }

    fn build(here: &mut Scope, inputs: WafInputs, (): ()) -> Result<Self> {
        let place = place(inputs.scope)?;
        let sets = sets(here, &inputs, &place);
        let (name, settings) = (here.name().to_owned(), inputs.settings.clone());
        let args = WebAclArgs {
            scope: inputs.scope.into(),
            default_action: DefaultAction { allow: Some(AllowAction { custom_request_handling: None }), block: None }
                .into(),
            rules: Output::all_by_key(sets).map(move |arns| rules::rules(&name, &settings, &arns)).into(),
            visibility_config: visibility(here.name(), "all").into(),
            ..Default::default()
        };
        let acl = here.child("web-acl").at(&place).add::<WebAcl>(args);
        for (key, resource) in &inputs.associate {
            let args = WebAclAssociationArgs {
                resource_arn: arn(resource).into(),
                web_acl_arn: arn(&acl.arn).into(),
                ..Default::default()
            };
            here.add::<WebAclAssociation>(format!("association-{key}"), args);
        }
        let some = inputs.settings.has_rules();
        let report = Report::of(here).meets_if(some, "WAF.10", "all rules are off").meets("WAF.12");
        Ok(Waf { web_acl_arn: acl.arn, capacity: acl.capacity, report })
    }
}

/// Where all of a scope is, if not in the component's own region.
pub fn place(scope: WafScope) -> Result<Common> {
    match scope {
        WafScope::Cloudfront => edge(),
        WafScope::Regional => Ok(Common::default()),
    }
}

/// The IP sets, by the names of their rules; one for each version of addresses that a list has.
fn sets(here: &mut Scope, inputs: &WafInputs, place: &Common) -> Vec<(String, Output<String>)> {
    let lists = [("allow", &inputs.settings.allow_ips), ("block", &inputs.settings.block_ips)];
    let mut sets = Vec::new();
    for (list, ranges) in lists {
        let (six, four): (BTreeSet<IpRange>, BTreeSet<IpRange>) =
            ranges.iter().partition(|range| range.0.addr().is_ipv6());
        for (version, kind, ranges) in [("ipv4", IpAddressVersion::Ipv4, four), ("ipv6", IpAddressVersion::Ipv6, six)] {
            if ranges.is_empty() {
                continue;
            }
            let key = format!("{list}-{version}");
            let args = IpSetArgs {
                scope: inputs.scope.into(),
                ip_address_version: kind.into(),
                addresses: ranges.into(),
                ..Default::default()
            };
            let set = here.child(key.clone()).at(place).add::<IpSet>(args);
            sets.push((key, set.arn));
        }
    }
    sets
}

/// Metrics and samples of a rule, under a name that CloudWatch takes.
fn visibility(component: &str, rule: &str) -> VisibilityConfig {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '-' };
    // CloudWatch takes 128 characters in all.
    let room = 127_usize.saturating_sub(rule.len());
    let name: String = component.chars().map(plain).take(room).collect();
    VisibilityConfig {
        sampled_requests_enabled: true,
        cloud_watch_metrics_enabled: true,
        metric_name: format!("{name}-{rule}"),
    }
}

/// ARNs by the names of their rules.
type Arns = BTreeMap<String, String>;

#[cfg(test)]
mod tests {
    use super::visibility;

    #[test]
    fn a_metric_has_a_name_that_cloudwatch_takes() {
        for (component, rule, name) in [
            ("web", "all", "web-all".to_owned()),
            ("w.b", "core", "w-b-core".to_owned()),
            (&"n".repeat(200), "x", "n".repeat(126) + "-x"),
        ] {
            assert_eq!(visibility(component, rule).metric_name, name);
        }
        assert_eq!(visibility(&"n".repeat(200), &"r".repeat(40)).metric_name.len(), 128);
    }
}
