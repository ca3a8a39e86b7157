//! A certificate in every region that needs it, validated by DNS.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Component, Error, Fault, Faults, Knobs, Output, Outputs, Property, Result, Scope};

use crate::acm::certificate::{self, CertificateOutputs, DomainValidationRecord, KeyAlgorithm};
use crate::acm::certificate_validation::{CertificateValidation, CertificateValidationArgs};
use crate::aws::{Aws, Common, EDGE};
use crate::components::{Report, SharedArgs, SharedInputs};
use crate::route53::shared_record::{SharedRecord, SharedRecordArgs};
use crate::types::{CertificateArn, CertificateName, DomainName, Region};

/// What the program asks of a certificate.
#[derive(Debug, Clone, Property)]
pub struct CertificateInputs {
    /// The domain name, such as `app.example.com` or `*.example.com`: at most 64 characters.
    pub domain_name: CertificateName,
    /// The id of the public hosted zone that all names are in. It must be delegated: else the certificate is never issued.
    pub zone_id: Output<String>,
    /// What the program says of the certificate itself.
    #[prop(flatten)]
    pub settings: CertificateSettings,
    /// What every component takes.
    #[prop(flatten)]
    pub shared: SharedInputs,
}

/// What the program says of a certificate itself.
#[derive(Debug, Clone, Property)]
pub struct CertificateSettings {
    /// The subject alternative names: other names that the certificate is for, in the same zone. AWS's quota is 10 names in all. Default: none.
    #[prop(default, max = 100)]
    pub subject_alternative_names: BTreeSet<CertificateName>,
    /// The regions that get the certificate. A load balancer needs it in its own region, CloudFront in us-east-1. Default: the component's region and us-east-1.
    #[prop(min = 1)]
    pub regions: Option<BTreeSet<Region>>,
    /// The key algorithm: `RSA_2048`, `EC_prime256v1` or `EC_secp384r1`. Default: `RSA_2048`.
    #[prop(default = KeyAlgorithm::Rsa2048)]
    pub key_algorithm: KeyAlgorithm,
}

/// A certificate of AWS Certificate Manager in one region or several, with the DNS records that prove that the names are yours.
///
/// There is one record for each name, whatever the regions, and one for `x` and `*.x`: AWS wants the same record of all of them. Certificates elsewhere
/// that are for the same names, also in other stacks, share it.
#[derive(Clone, Outputs)]
pub struct Certificate {
    /// The ARN of the certificate in the component's own region. Known once it is issued; empty where `regions` leaves that region out.
    pub certificate_arn: Output<String>,
    /// The ARN of the certificate in each region, by the region's name. Known once all are issued.
    pub certificate_arns: Output<BTreeMap<String, String>>,
    /// What every component gives.
    #[prop(flatten)]
    pub report: Report,
}

impl Component for Certificate {
    const TOKEN: &'static str = "gitinfra:index:Certificate";
    type Session = Aws;
    type Inputs = CertificateInputs;
    /// The component's own region.
    type Facts = Region;

    fn check(inputs: &CertificateInputs) -> Vec<Fault> {
        let long = inputs.domain_name.as_str().len() > 64;
        let public = matches!(
            inputs.settings.key_algorithm,
            KeyAlgorithm::Rsa2048 | KeyAlgorithm::EcPrime256v1 | KeyAlgorithm::EcSecp384r1
        );
        Faults::of(inputs)
            .when(
                long,
                "domainName",
                "has more than 64 characters; a shorter name must come first, this one among `subjectAlternativeNames`",
            )
            .when(
                !public,
                "keyAlgorithm",
                "only certificates of a private authority have it; use `RSA_2048`, `EC_prime256v1` or `EC_secp384r1`",
            )
            .into_vec()
    }

    fn knobs(inputs: &CertificateInputs) -> Knobs {
        inputs.shared.knobs()
    }

    async fn look(aws: &Aws, _: &CertificateInputs) -> Result<Region> {
        Region::parse(aws.region()).map_err(Error::new)
    }

    fn build(here: &mut Scope, inputs: CertificateInputs, own: Region) -> Result<Self> {
        let regions = regions(&inputs.settings, &own)?;
        let certificates: Vec<_> = regions.iter().map(|region| (region, request(here, &inputs, region))).collect();
        // Whichever region is asked, the records are the same.
        let asked = certificates.iter().find(|(region, _)| **region == own).or(certificates.first());
        let Some((_, asked)) = asked else {
            return Err(Fault::new("regions", "empty; at least one is required").into());
        };
        let records: Vec<_> = bases(&inputs).iter().map(|name| prove(here, &inputs.zone_id, name, asked)).collect();
        let issued = certificates.iter().map(|(region, it)| (region.to_string(), validate(here, region, it, &records)));
        let issued: BTreeMap<_, _> = issued.collect();
        let none = || Output::known(String::new());
        Ok(Certificate {
            certificate_arn: issued.get(own.as_str()).cloned().unwrap_or_else(none),
            certificate_arns: Output::all_by_key(issued),
            report: Report::of(here).meets("ACM.1").meets("ACM.2"),
        })
    }
}

/// The regions that get the certificate.
fn regions(settings: &CertificateSettings, own: &Region) -> Result<BTreeSet<Region>> {
    match &settings.regions {
        Some(regions) => Ok(regions.clone()),
        None => Ok(BTreeSet::from([own.clone(), Region::parse(EDGE).map_err(Error::new)?])),
    }
}

/// The names that have to be proved: that of `*.x` is `x`.
fn bases(inputs: &CertificateInputs) -> BTreeSet<String> {
    let names = inputs.settings.subject_alternative_names.iter().chain([&inputs.domain_name]);
    names.map(|name| name.base().to_owned()).collect()
}

fn at(region: &Region) -> Common {
    Common { region: Some(region.clone()), ..Common::default() }
}

/// The certificate in a region, as soon as AWS has said how it is proved.
fn request(here: &mut Scope, inputs: &CertificateInputs, region: &Region) -> CertificateOutputs {
    let mut others = inputs.settings.subject_alternative_names.clone();
    others.remove(&inputs.domain_name);
    let args = certificate::CertificateArgs {
        domain_name: inputs.domain_name.clone().into(),
        subject_alternative_names: others.into(),
        key_algorithm: inputs.settings.key_algorithm.into(),
        ..Default::default()
    };
    here.child(format!("certificate-{region}")).at(&at(region)).add::<certificate::Certificate>(args)
}

/// The record that proves a name; gives the record's own name.
fn prove(here: &mut Scope, zone_id: &Output<String>, name: &str, asked: &CertificateOutputs) -> Output<DomainName> {
    let base = name.to_owned();
    let record = asked.domain_validation_options.try_map(move |options| {
        let for_base = |option: &DomainValidationRecord| option.domain_name.trim_start_matches("*.") == base;
        let missing = || Error::new(format!("the certificate has no validation record of `{base}`"));
        options.into_iter().find(for_base).ok_or_else(missing)
    });
    let fqdn = record.try_map(|it| DomainName::parse(&it.resource_record_name).map_err(Error::new));
    let args = SharedRecordArgs {
        zone_id: zone_id.into(),
        name: (&fqdn).into(),
        records: record.map(|it| BTreeSet::from([it.resource_record_value])).into(),
        ..Default::default()
    };
    let made = here.add::<SharedRecord>(format!("record-{name}"), args);
    fqdn.depends_on(&made.urn)
}

/// The ARN of a region's certificate, once it is issued.
fn validate(
    here: &mut Scope,
    region: &Region,
    asked: &CertificateOutputs,
    records: &[Output<DomainName>],
) -> Output<String> {
    let fqdns = Output::all(records.iter().cloned()).map(|all| all.into_iter().collect::<BTreeSet<_>>());
    let arn = asked.arn.try_map(|arn| CertificateArn::parse(&arn).map_err(Error::new));
    let args = CertificateValidationArgs { certificate_arn: arn.into(), validation_record_fqdns: fqdns.into() };
    let issued = here.child(format!("validation-{region}")).at(&at(region)).add::<CertificateValidation>(args);
    issued.id
}
