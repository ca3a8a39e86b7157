//! What stands between the Internet and the service.

use std::collections::BTreeMap;

use pulumi_plugin::{Output, Result};

use super::super::wires::Wires;
use super::Plan;
use crate::components::cdn::{CdnBucket, CdnInputs, CdnLoadBalancer, CdnOrigin};
use crate::components::load_balancer::LoadBalancerInputs;
use crate::components::waf::{WafForwardedIp, WafInputs};
use crate::components::waf_logs::WafLogsInputs;
use crate::wafv2::key::Scope as WafScope;

impl Plan<'_> {
    pub fn load_balancer(&self, wires: &Wires) -> Option<LoadBalancerInputs> {
        let block = self.blocks.load_balancer.as_ref()?;
        let mut settings = block.settings.clone();
        // CloudFront is let in wherever it is, whoever else is.
        let cdn = self.blocks.cdn.is_some();
        settings.cloud_front_only |= cdn && settings.allow_from.is_empty();
        Some(LoadBalancerInputs {
            vpc_id: wires.vpc_id.clone(),
            subnet_ids: if settings.internal { wires.app.clone() } else { wires.public.clone() },
            certificate_arn: wires.certificate.clone(),
            additional_certificate_arns: BTreeMap::new(),
            web_acl_arn: wires.regional_acl.clone(),
            allow_cloud_front: (cdn && !settings.cloud_front_only).then_some(true),
            settings,
            shared: self.shared(&block.own),
        })
    }

    pub fn cdn(&self, wires: &Wires) -> Result<Option<CdnInputs>> {
        let Some(block) = &self.blocks.cdn else { return Ok(None) };
        let mut settings = block.settings.clone();
        settings.aliases.insert(self.inputs.domain.clone());
        // The name is the stack's own, whose record is made last: so the distribution waits for no load balancer.
        let origin = Output::known(self.origin()?.to_string());
        let app = self.blocks.load_balancer.as_ref().map(|_| CdnLoadBalancer {
            dns_name: origin,
            hosted_zone_id: None,
            origin_domain_name: None,
            read_timeout_seconds: 30,
        });
        let bucket = self.blocks.bucket.as_ref().map(|_| CdnBucket {
            name: wires.bucket.name.clone(),
            regional_domain_name: wires.bucket.host.clone(),
            arn: wires.bucket.arn.clone(),
            write_policy: !self.writes_bucket_policy(),
        });
        let none = || CdnOrigin { load_balancer: None, vpc_origin: None, bucket: None };
        let app = app.map(|it| ("app".to_owned(), CdnOrigin { load_balancer: Some(it), ..none() }));
        let bucket = bucket.map(|it| ("static".to_owned(), CdnOrigin { bucket: Some(it), ..none() }));
        Ok(Some(CdnInputs {
            certificate_arn: Some(wires.cdn_certificate.clone()),
            // The stack makes the records, so that each stays one record when it comes to lead elsewhere.
            zone_id: None,
            origins: app.into_iter().chain(bucket).collect(),
            web_acl_arn: wires.cdn_acl.clone(),
            settings,
            shared: self.shared(&block.own),
        }))
    }

    /// A web ACL of the scope.
    pub fn waf(&self, scope: WafScope) -> Option<WafInputs> {
        let block = self.blocks.waf.as_ref()?;
        let mut settings = block.settings.clone();
        if scope == WafScope::Regional && self.blocks.cdn.is_some() {
            let header = || WafForwardedIp { header_name: "X-Forwarded-For".to_owned() };
            settings.forwarded_ip = settings.forwarded_ip.or_else(|| Some(header()));
        }
        if scope == WafScope::Cloudfront {
            settings.forwarded_ip = None;
        }
        Some(WafInputs { scope, associate: BTreeMap::new(), settings, shared: self.shared(&block.own) })
    }

    pub fn waf_logs(&self, scope: WafScope, acl: &Output<String>) -> Option<WafLogsInputs> {
        let block = self.blocks.waf_logs.as_ref()?;
        let (settings, shared) = (block.settings.clone(), self.shared(&block.own));
        Some(WafLogsInputs { web_acl_arn: acl.clone(), scope, settings, shared })
    }
}
