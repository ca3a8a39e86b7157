//! What faces the world: web ACLs, the load balancer and the distribution.

use std::collections::BTreeMap;

use pulumi_plugin::Result;

use super::super::wires::BalancerWires;
use super::Site;
use crate::components::cdn::Cdn;
use crate::components::load_balancer::LoadBalancer;
use crate::components::waf::Waf;
use crate::components::waf_logs::WafLogs;
use crate::wafv2::key::Scope as WafScope;

impl Site<'_> {
    /// The web ACLs of what there is, and their logs.
    pub fn waf(&mut self) -> (BTreeMap<String, Waf>, BTreeMap<String, WafLogs>) {
        let (mut acls, mut logs) = (BTreeMap::new(), BTreeMap::new());
        for (scope, word) in self.plan.blocks.scopes() {
            let Some(inputs) = self.plan.waf(scope) else { continue };
            let acl = self.part::<Waf>(format!("waf-{word}"), inputs);
            let arn = acl.web_acl_arn.clone();
            if let Some(inputs) = self.plan.waf_logs(scope, &arn) {
                logs.insert(word.to_owned(), self.part::<WafLogs>(format!("waf-logs-{word}"), inputs));
            }
            match scope {
                WafScope::Cloudfront => self.wires.cdn_acl = Some(arn),
                WafScope::Regional => self.wires.regional_acl = Some(arn),
            }
            acls.insert(word.to_owned(), acl);
        }
        (acls, logs)
    }

    pub fn load_balancer(&mut self) -> Option<LoadBalancer> {
        let inputs = self.plan.load_balancer(&self.wires)?;
        let balancer = self.part::<LoadBalancer>("load-balancer", inputs);
        self.wires.balancer = BalancerWires {
            dns_name: balancer.dns_name.clone(),
            zone_id: balancer.hosted_zone_id.clone(),
            listener: balancer.https_listener_arn.clone(),
            group: balancer.security_group_id.clone(),
            suffix: balancer.arn_suffix.clone(),
        };
        Some(balancer)
    }

    pub fn cdn(&mut self) -> Result<Option<Cdn>> {
        let Some(inputs) = self.plan.cdn(&self.wires)? else { return Ok(None) };
        let cdn = self.part::<Cdn>("cdn", inputs);
        self.wires.distribution = cdn.distribution_id.clone();
        let app = self.plan.blocks.load_balancer.is_some();
        self.wires.header = app.then(|| cdn.origin_header_values.clone());
        Ok(Some(cdn))
    }
}
