//! A load balancer for HTTPS, closed until somebody is let in.

mod inputs;
mod logs;

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Component, Error, Fault, Function as _, Knobs, Output, Outputs, Result, Scope};

pub use self::inputs::{LoadBalancerArgs, LoadBalancerInputs, LoadBalancerSettings, LoadBalancerSettingsArgs};
use crate::aws::{Aws, Tags};
use crate::components::Report;
use crate::components::security_group::{Group, Peer};
use crate::ec2::get_managed_prefix_list::{GetManagedPrefixList, GetManagedPrefixListInputs};
use crate::ec2::security_group::SecurityGroupOutputs;
use crate::elb::action::{Action, ActionType, ContentType, FixedResponseConfig, RedirectConfig, RedirectStatusCode};
use crate::elb::listener::{Listener, ListenerArgs, ListenerOutputs, ListenerProtocol};
use crate::elb::listener_certificate::{ListenerCertificate, ListenerCertificateArgs};
use crate::elb::load_balancer::{
    self, DesyncMitigationMode, LoadBalancerAttributes, LoadBalancerOutputs, Logs, Scheme,
};
use crate::types::{Arn, CertificateArn, GroupDescription};
use crate::wafv2::web_acl_association::{WebAclAssociation, WebAclAssociationArgs};

/// The addresses from which CloudFront asks origins, as AWS keeps them.
const CLOUDFRONT: &str = "com.amazonaws.global.cloudfront.origin-facing";

/// An Application Load Balancer that answers HTTPS, and sends HTTP there. Nobody is let in who is not named, and a request that no rule is for
/// is refused: each service adds its own rule, and lets the load balancer out to itself.
///
/// One that faces the internet needs the internet gateway of its VPC: subnets of a `gitinfra:index:Network` have it; with others, give it the option
/// `dependsOn` with the gateway.
#[derive(Clone, Outputs)]
pub struct LoadBalancer {
    /// The load balancer's ARN.
    pub arn: Output<String>,
    /// The end of the ARN, by which CloudWatch's metrics know the load balancer: `app/web/50dc6c495c0c9188`.
    pub arn_suffix: Output<String>,
    /// The DNS name.
    pub dns_name: Output<String>,
    /// The id of the hosted zone for alias records that point to the load balancer.
    pub hosted_zone_id: Output<String>,
    /// The ARN of the HTTPS listener, which services add their rules to.
    pub https_listener_arn: Output<String>,
    /// The id of the load balancer's security group, which services let in.
    pub security_group_id: Output<String>,
    /// The name of the bucket of the access logs; empty where there are none.
    pub log_bucket: Output<String>,
    /// What every component gives.
    #[prop(flatten)]
    pub report: Report,
}

/// What has to be known first.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The id of CloudFront's prefix list, where CloudFront is let in.
    cloudfront: Option<String>,
    /// The account's id.
    account: String,
    /// The region.
    region: String,
}

impl Component for LoadBalancer {
    const TOKEN: &'static str = "gitinfra:index:LoadBalancer";
    type Session = Aws;
    type Inputs = LoadBalancerInputs;
    type Facts = Facts;

    fn check(inputs: &LoadBalancerInputs) -> Vec<Fault> {
        inputs.faults()
    }

    fn knobs(inputs: &LoadBalancerInputs) -> Knobs {
        inputs.shared.knobs()
    }

    async fn look(aws: &Aws, inputs: &LoadBalancerInputs) -> Result<Facts> {
        let account = if inputs.settings.access_logs { aws.account().await? } else { String::new() };
        let region = aws.region().to_owned();
        if !inputs.cloud_front() {
            return Ok(Facts { cloudfront: None, account, region });
        }
        let asked = GetManagedPrefixListInputs { name: Some(CLOUDFRONT.to_owned()), id: None };
        let found = GetManagedPrefixList::call(aws, &asked).await?;
        Ok(Facts { cloudfront: Some(found.prefix_list_id), account, region })
    }

    fn build(here: &mut Scope, inputs: LoadBalancerInputs, facts: Facts) -> Result<Self> {
        let logs = inputs.settings.access_logs.then(|| logs::bucket(here, &inputs, &facts));
        let group = group(here, &inputs, facts.cloudfront);
        let balancer = balancer(here, &inputs, &group, logs.as_ref());
        let https = listeners(here, &inputs, &balancer);
        for (name, arn) in &inputs.additional_certificate_arns {
            let args =
                ListenerCertificateArgs { listener_arn: (&https.arn).into(), certificate_arn: certificate(arn).into() };
            here.add::<ListenerCertificate>(format!("certificate-{name}"), args);
        }
        if let Some(acl) = &inputs.web_acl_arn {
            let [resource, acl] =
                [&balancer.arn, acl].map(|arn| arn.try_map(|arn| Arn::parse(&arn).map_err(Error::new)));
            let args =
                WebAclAssociationArgs { resource_arn: resource.into(), web_acl_arn: acl.into(), ..Default::default() };
            here.add::<WebAclAssociation>("web-acl", args);
        }
        Ok(LoadBalancer {
            arn: balancer.arn,
            arn_suffix: balancer.arn_suffix,
            dns_name: balancer.dns_name,
            hosted_zone_id: balancer.zone_id,
            https_listener_arn: https.arn,
            security_group_id: group.id,
            log_bucket: logs.unwrap_or_else(|| Output::known(String::new())),
            report: report(here, &inputs),
        })
    }
}

/// The security group. Whom it lets in is said here; whom it lets out to, each service says.
fn group(here: &mut Scope, inputs: &LoadBalancerInputs, cloudfront: Option<String>) -> SecurityGroupOutputs {
    let mut allow_from = BTreeMap::new();
    if let Some(list) = cloudfront {
        // One rule only: AWS counts it as 55 of the 60 that a group can have. CloudFront comes by HTTPS.
        allow_from.insert("cloudfront".to_owned(), Peer::prefix_list(list, HTTPS));
    }
    for (name, peer) in inputs.settings.allow_from.clone() {
        if peer.port.is_none() {
            allow_from.insert(format!("{name}-http"), Peer { port: Some(HTTP), ..peer.clone() });
        }
        let port = peer.port.or(Some(HTTPS));
        allow_from.insert(name, Peer { port, ..peer });
    }
    let group = Group {
        key: "sg",
        vpc_id: inputs.vpc_id.clone(),
        described: false,
        description: GroupDescription::about(&format!("{}, load balancer", here.name())),
        allow_from,
        allow_to: inputs.settings.allow_to.clone(),
    };
    group.tell(here)
}

const HTTP: i32 = 80;
const HTTPS: i32 = 443;

fn balancer(
    here: &mut Scope,
    inputs: &LoadBalancerInputs,
    group: &SecurityGroupOutputs,
    logs: Option<&Output<String>>,
) -> LoadBalancerOutputs {
    let settings = &inputs.settings;
    let attributes = LoadBalancerAttributes {
        deletion_protection_enabled: Some(inputs.protected()),
        idle_timeout_timeout_seconds: Some(settings.idle_timeout),
        routing_http_desync_mitigation_mode: Some(settings.desync_mitigation_mode),
        routing_http_drop_invalid_header_fields_enabled: Some(settings.drop_invalid_header_fields),
        ..Default::default()
    };
    let scheme = if settings.internal { Scheme::Internal } else { Scheme::InternetFacing };
    let args = load_balancer::LoadBalancerArgs {
        scheme: scheme.into(),
        subnets: inputs.subnet_ids.map(|ids| ids.into_iter().collect::<BTreeSet<_>>()).into(),
        security_groups: group.id.map(|id| BTreeSet::from([id])).into(),
        access_logs: logs.map(|name| name.map(|bucket| Logs { bucket, prefix: String::new() })).into(),
        attributes: attributes.into(),
        tags: Tags::from([("Name".into(), here.name().to_owned())]).into(),
        ..Default::default()
    };
    here.add::<load_balancer::LoadBalancer>("lb", args)
}

/// HTTP is sent to HTTPS; what comes by HTTPS and no rule is for is refused. Gives the HTTPS listener.
fn listeners(here: &mut Scope, inputs: &LoadBalancerInputs, balancer: &LoadBalancerOutputs) -> ListenerOutputs {
    let args = ListenerArgs {
        load_balancer_arn: (&balancer.arn).into(),
        port: 80.into(),
        protocol: ListenerProtocol::Http.into(),
        default_actions: vec![to_https()].into(),
        ..Default::default()
    };
    here.add::<Listener>("http", args);
    let args = ListenerArgs {
        load_balancer_arn: (&balancer.arn).into(),
        port: 443.into(),
        protocol: ListenerProtocol::Https.into(),
        ssl_policy: inputs.settings.ssl_policy.clone().into(),
        certificate_arn: certificate(&inputs.certificate_arn).into(),
        default_actions: vec![refusal(inputs.settings.cloud_front_only)].into(),
        ..Default::default()
    };
    here.add::<Listener>("https", args)
}

fn certificate(arn: &Output<String>) -> Output<CertificateArn> {
    arn.try_map(|arn| CertificateArn::parse(&arn).map_err(Error::new))
}

/// Somebody who comes past CloudFront is forbidden; else there is nothing to be found.
fn refusal(cloud_front_only: bool) -> Action {
    let (code, words) = if cloud_front_only { ("403", "Forbidden") } else { ("404", "Not found") };
    let answer = FixedResponseConfig {
        status_code: code.to_owned(),
        content_type: ContentType::Plain,
        message_body: words.to_owned(),
    };
    Action { fixed_response_config: Some(answer), ..Action::of(ActionType::FixedResponse) }
}

fn to_https() -> Action {
    let to = RedirectConfig {
        status_code: RedirectStatusCode::Http301,
        protocol: "HTTPS".to_owned(),
        host: "#{host}".to_owned(),
        port: "443".to_owned(),
        path: "/#{path}".to_owned(),
        query: "#{query}".to_owned(),
    };
    Action { redirect_config: Some(to), ..Action::of(ActionType::Redirect) }
}

fn report(here: &Scope, inputs: &LoadBalancerInputs) -> Report {
    let settings = &inputs.settings;
    let strict = settings.desync_mitigation_mode != DesyncMitigationMode::Monitor;
    let report = Report::of(here)
        .meets("ELB.1")
        .meets_if(settings.drop_invalid_header_fields, "ELB.4", "dropInvalidHeaderFields is off")
        .meets_if(inputs.settings.access_logs, "ELB.5", "accessLogs is off")
        .meets_if(inputs.protected(), "ELB.6", "deletionProtection is off")
        .meets_if(strict, "ELB.12", "desyncMitigationMode is monitor")
        .meets("ELB.13")
        .meets_if(settings.has_recommended_policy(), "ELB.17", "sslPolicy is none of those that AWS recommends")
        .meets("ELB.18");
    match inputs.settings.access_logs {
        true => logs::report(report),
        false => report,
    }
}
