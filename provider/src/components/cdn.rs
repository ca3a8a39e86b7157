//! A distribution in front of load balancers and buckets.

mod behaviors;
mod inputs;
mod origins;
mod site;

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Component, Fault, Knobs, Output, Outputs, Result, Scope};

pub use self::behaviors::*;
pub use self::inputs::*;
pub use self::origins::*;
use self::site::Site;
use crate::aws::Aws;
use crate::cloudfront::distribution::{
    Distribution, DistributionArgs, GeoRestriction, GeoRestrictionType, MinimumProtocolVersion, Restrictions,
    SslSupportMethod, ViewerCertificate,
};
use crate::components::Report;
use crate::components::log_bucket::reported;
use crate::s3::bucket::ObjectOwnership;
use crate::types::CertificateArn;

/// The header that tells a load balancer that a request has come through the distribution.
const HEADER: &str = "X-Origin-Verify";

/// A CloudFront distribution in front of load balancers and buckets: with a header that only the two know, so that nobody goes around it; with access to
/// private buckets; and with the DNS records of its names, which lead to it once it is deployed.
///
/// `originHeaderValues` are two: the value that is sent, and the one that a rotation sends next. A load balancer that lets both in never refuses the
/// distribution: a rotation first has the distribution send what is let in already, and then tells the load balancer the new two.
#[derive(Clone, Outputs)]
pub struct Cdn {
    /// The distribution's id.
    #[prop(early)]
    pub distribution_id: Output<String>,
    /// The distribution's ARN.
    #[prop(early)]
    pub arn: Output<String>,
    /// The distribution's own domain name, such as `d111111abcdef8.cloudfront.net`.
    #[prop(early)]
    pub domain_name: Output<String>,
    /// The address at which viewers reach it: `https://` and the first of `aliases`, else its own domain name. Known once its DNS records stand.
    pub url: Output<String>,
    /// The name of the header that tells load balancers that a request has come through the distribution.
    pub origin_header_name: Output<String>,
    /// The values of that header which a load balancer must let in; secret, and empty where no origin is a load balancer. Known once the first of them is sent
    /// from all edges.
    #[prop(early)]
    pub origin_header_values: Output<Vec<String>>,
    /// The ARN of the origin access identity that reads buckets, for their policies; empty where there is none.
    #[prop(early)]
    pub origin_access_identity_arn: Output<String>,
    /// The name of the bucket of access logs; empty where there are none.
    pub log_bucket_name: Output<String>,
    /// What every component gives.
    #[prop(flatten)]
    pub report: Report,
}

impl Component for Cdn {
    const TOKEN: &'static str = "gitinfra:index:Cdn";
    type Session = Aws;
    type Inputs = CdnInputs;
    type Facts = ();

    fn check(inputs: &CdnInputs) -> Vec<Fault> {
        inputs.faults()
    }

    fn knobs(inputs: &CdnInputs) -> Knobs {
        inputs.shared.knobs()
    }

    async fn look(_: &Aws, _: &CdnInputs) -> Result<()> {
        Ok(())
    }

    fn build(here: &mut Scope, inputs: CdnInputs, (): ()) -> Result<Self> {
        let name = here.name().to_owned();
        let settings = &inputs.settings;
        let mut site = Site { here, inputs: &inputs };
        let secret = site.secret();
        let reader = site.reader();
        let origins = site.origins(secret.as_ref(), &reader);
        let headers = site.headers();
        let logs = site.log_bucket();
        let plan = behaviors::plan(&inputs);
        let args = DistributionArgs {
            aliases: settings.aliases.iter().map(ToString::to_string).collect::<BTreeSet<_>>().into(),
            comment: name.into(),
            cache_behaviors: behaviors::others(&plan, headers.as_ref()).into(),
            default_cache_behavior: behaviors::default(&plan, headers.as_ref()).into(),
            default_root_object: settings.default_root_object.clone().into(),
            http_version: settings.http_version.into(),
            is_ipv6_enabled: settings.ipv6.into(),
            logging: logs.as_ref().map(site::logging).into(),
            origins: Output::all_by_key(origins).into(),
            price_class: settings.price_class.into(),
            restrictions: restrictions(settings).into(),
            viewer_certificate: viewer_certificate(&inputs).into(),
            web_acl_id: inputs.web_acl_arn.clone().into(),
            ..Default::default()
        };
        let distribution = site.here.add::<Distribution>("distribution", args);
        site.bucket_policies(&reader, &distribution);
        let records = site.records(&distribution);
        let host = settings.aliases.first().map(|name| Output::known(name.to_string()));
        let host = host.unwrap_or_else(|| distribution.domain_name.clone());
        let url = records.iter().fold(host.depends_on(&distribution.arn), |url, record| url.depends_on(record));
        let values = match &secret {
            Some(secret) => {
                secret.value.zip(&secret.next).map(|(now, next)| vec![now.expose().clone(), next.expose().clone()])
            }
            None => Output::known(Vec::new()),
        };
        Ok(Cdn {
            distribution_id: distribution.id.clone(),
            arn: distribution.arn.clone(),
            domain_name: distribution.domain_name.clone(),
            url: url.map(|host| format!("https://{host}")),
            origin_header_name: Output::known(settings.origin_header_name.clone()),
            origin_header_values: values.depends_on(&distribution.arn),
            origin_access_identity_arn: reader.identity_arn(),
            log_bucket_name: logs.as_ref().map_or_else(|| Output::known(String::new()), |bucket| bucket.id.clone()),
            report: report(site.here, &inputs),
        })
    }
}

fn restrictions(settings: &CdnSettings) -> Restrictions {
    let (restriction_type, locations) = match (&settings.allow_countries, &settings.block_countries) {
        (allowed, _) if !allowed.is_empty() => (GeoRestrictionType::Whitelist, allowed),
        (_, blocked) if !blocked.is_empty() => (GeoRestrictionType::Blacklist, blocked),
        (none, _) => (GeoRestrictionType::None, none),
    };
    let locations = locations.iter().map(ToString::to_string).collect();
    Restrictions { geo_restriction: GeoRestriction { restriction_type, locations } }
}

fn viewer_certificate(inputs: &CdnInputs) -> Option<Output<ViewerCertificate>> {
    let minimum_protocol_version = inputs.settings.minimum_protocol_version;
    let arn = inputs.certificate_arn.as_ref()?;
    Some(arn.try_map(move |arn| {
        let arn = CertificateArn::parse(&arn).map_err(pulumi_plugin::Error::new)?;
        Ok(ViewerCertificate {
            acm_certificate_arn: Some(arn),
            iam_certificate_id: None,
            minimum_protocol_version,
            ssl_support_method: SslSupportMethod::SniOnly,
        })
    }))
}

fn report(here: &Scope, inputs: &CdnInputs) -> Report {
    let settings = &inputs.settings;
    let root = !settings.default_root_object.is_empty() || inputs.default_origin().is_none_or(|it| it.bucket.is_none());
    let buckets = inputs.origins.values().any(|origin| origin.bucket.is_some());
    let certificate = inputs.certificate_arn.is_some();
    let own = "viewers get CloudFront's own certificate for *.cloudfront.net, which allows TLS 1.0";
    let recent = matches!(
        settings.minimum_protocol_version,
        MinimumProtocolVersion::Tls12In2021 | MinimumProtocolVersion::Tls12In2025 | MinimumProtocolVersion::Tls13In2025
    );
    let report = Report::of(here)
        .meets_if(root, "CloudFront.1", "there is no defaultRootObject")
        .meets("CloudFront.3")
        .open("CloudFront.4", "no origin has a second one to fail over to")
        .meets_if(settings.logs, "CloudFront.5", "logs are off")
        .meets_if(inputs.web_acl_arn.is_some(), "CloudFront.6", "there is no webAclArn")
        .meets_if(certificate, "CloudFront.7", own)
        .meets("CloudFront.8")
        .meets("CloudFront.9")
        .meets("CloudFront.10")
        .meets("CloudFront.12")
        .meets_if(
            !buckets || settings.bucket_access == CdnBucketAccess::OriginAccessControl,
            "CloudFront.13",
            "an origin access identity is used",
        )
        .meets_if(
            certificate && recent,
            "CloudFront.15",
            if recent { own } else { "minimumProtocolVersion is an old one" },
        );
    match settings.logs {
        true => reported(report, ObjectOwnership::BucketOwnerPreferred),
        false => report,
    }
}

/// Origins by their names.
type Origins = BTreeMap<String, CdnOrigin>;
