//! A certificate that Certificate Manager issues.

mod inputs;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_acm::operation::delete_certificate::DeleteCertificateError;
use aws_sdk_acm::types::{
    CertificateDetail, CertificateExport, CertificateOptions, CertificateStatus, CertificateType, DomainValidation,
    DomainValidationOption, Filters, KeyAlgorithm as AwsKeyAlgorithm, ValidationMethod as AwsMethod,
};
use aws_smithy_types::date_time::Format;
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Map, Progress, Property, Resource, Result, Value, Wait, object};

pub use self::inputs::*;
use crate::acm::{given_up, seen, tags};
use crate::aws::{Aws, Doing as _, Tags, list, word, word_or};
use crate::types::{CertificateName, DomainName};

/// A certificate of AWS Certificate Manager, for load balancers and distributions: requested here, and issued once it is proved that its domain names
/// are yours.
///
/// It is made as soon as its validation records are known. Put each of them into its zone, as a `gitinfra:route53:SharedRecord`: certificates of
/// the same name, also in other regions, have the same record. Then take the ARN out of a `gitinfra:acm:CertificateValidation`, which waits
/// until the certificate is issued.
///
/// A load balancer takes a certificate of its own region, CloudFront one of us-east-1: set `region`.
///
/// A certificate that could not be issued is of no use any more: once a refresh has seen that, the next update makes a new one.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Certificate {
    /// The inputs, as Certificate Manager has them.
    #[prop(inputs)]
    pub inputs: CertificateInputs,
    /// The ARN. Use that of a `CertificateValidation` where the certificate has to be issued already.
    #[prop(stable)]
    pub arn: String,
    /// The domain validation options, sorted by name: for each domain name, the record that proves that it is yours. `x` and `*.x` have the same.
    #[prop(stable)]
    pub domain_validation_options: Vec<DomainValidationRecord>,
    /// The status, such as `PENDING_VALIDATION` or `ISSUED`.
    pub status: String,
    /// The time after which the certificate is not valid, such as `2027-01-31T23:59:59Z`; none until it is issued. It is renewed before that, as
    /// long as its validation records stand.
    pub not_after: Option<String>,
    /// The status of the renewal that is due, such as `PENDING_VALIDATION` where a validation record is lost; none while none is due.
    pub renewal_status: Option<String>,
}

/// The record that proves that a domain name is yours.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct DomainValidationRecord {
    /// The domain name of the certificate.
    pub domain_name: String,
    /// The name of the record, without the dot at its end. Empty where nothing is proved by a record.
    pub resource_record_name: String,
    /// The type of the record: `CNAME`.
    pub resource_record_type: String,
    /// The value of the record, without the dot at its end.
    pub resource_record_value: String,
}

impl Resource for Certificate {
    const TOKEN: &'static str = "gitinfra:acm:Certificate";
    // What used it may take minutes to let go of it.
    const WAIT: Wait = Wait::seconds(5, 600);
    type Session = Aws;
    type Inputs = CertificateInputs;
    type Seen = CertificateDetail;

    fn check(new: &CertificateInputs) -> Vec<Fault> {
        let known = |name: &String| {
            CertificateName::parse(name)
                .is_ok_and(|name| name == new.domain_name || new.subject_alternative_names.contains(&name))
        };
        const ALGORITHMS: &str = "only certificates of a private authority have it: give `certificateAuthorityArn`, or take `RSA_2048`, `EC_prime256v1` or `EC_secp384r1`";
        let private =
            matches!(new.key_algorithm, KeyAlgorithm::Rsa3072 | KeyAlgorithm::Rsa4096 | KeyAlgorithm::EcSecp521r1);
        let by_mail = new.validation_method == ValidationMethod::Email;
        let others = new.validation_domains.keys().filter(|name| !known(name)).cloned().collect::<Vec<_>>().join(", ");
        Faults::of(new)
            .when(
                new.domain_name.as_str().len() > 64,
                "domainName",
                "has more than 64 characters; a shorter one must come first, this one among `subjectAlternativeNames`",
            )
            .when(
                !new.validation_domains.is_empty() && !by_mail,
                "validationDomains",
                "needs `validationMethod: EMAIL`",
            )
            .when(new.certificate_authority_arn.is_none() && private, "keyAlgorithm", ALGORITHMS)
            .when(!others.is_empty(), "validationDomains", format!("the certificate is not for {others}"))
            .into_vec()
    }

    fn foretold(new: &CertificateInputs) -> Map {
        if new.certificate_authority_arn.is_some() || new.validation_method != ValidationMethod::Dns {
            return Map::new();
        }
        let unknown = |name: &str| {
            object([
                ("domainName", name.into()),
                ("resourceRecordName", Value::Unknown),
                ("resourceRecordType", "CNAME".into()),
                ("resourceRecordValue", Value::Unknown),
            ])
        };
        let records = names(new).into_iter().map(unknown).collect::<Vec<_>>();
        Map::from([("domainValidationOptions".to_owned(), Value::from(records))])
    }

    fn spent(&self) -> Option<&'static str> {
        matches!(self.status.as_str(), "FAILED" | "VALIDATION_TIMED_OUT" | "EXPIRED" | "REVOKED" | "INACTIVE")
            .then_some("status")
    }

    async fn earlier(aws: &Aws, new: &CertificateInputs) -> Result<Option<Id>> {
        let all = Filters::builder()
            .set_key_types(Some(AwsKeyAlgorithm::values().iter().map(|key| AwsKeyAlgorithm::from(*key)).collect()));
        let listed = aws
            .acm()
            .list_certificates()
            .certificate_statuses(CertificateStatus::PendingValidation)
            .certificate_statuses(CertificateStatus::Issued)
            .includes(all.build());
        let mut listed = listed.into_paginator().items().send();
        while let Some(each) = listed.next().await {
            let each = each.doing("looking for what an earlier attempt made", "")?;
            let Some(arn) =
                each.certificate_arn.filter(|_| each.domain_name.as_deref() == Some(new.domain_name.as_str()))
            else {
                continue;
            };
            if aws.bears_token(tags::list(aws, &arn).await?) {
                return Ok(Some(Id::from(arn)));
            }
        }
        Ok(None)
    }

    async fn create(aws: &Aws, new: &CertificateInputs) -> Result<Made> {
        let export = if new.certificate_export { CertificateExport::Enabled } else { CertificateExport::Disabled };
        let private = new.certificate_authority_arn.is_some();
        let method = Some(AwsMethod::from(new.validation_method.as_str())).filter(|_| !private);
        let mails = new.validation_domains.iter().filter(|_| !private).map(|(name, domain)| {
            DomainValidationOption::builder().domain_name(name).validation_domain(domain.as_str()).build()
        });
        let mails = mails.collect::<Result<Vec<_>, _>>().map_err(|error| Error::new(error.to_string()))?;
        let request = aws
            .once()
            .acm()
            .request_certificate()
            .idempotency_token(&aws.birth().once)
            .domain_name(new.domain_name.as_str())
            .set_subject_alternative_names(list::some(new.subject_alternative_names.iter().map(ToString::to_string)))
            .set_validation_method(method)
            .set_domain_validation_options(list::some(mails))
            .key_algorithm(AwsKeyAlgorithm::from(new.key_algorithm.as_str()))
            .set_certificate_authority_arn(new.certificate_authority_arn.as_ref().map(ToString::to_string))
            .set_options((!private).then(|| CertificateOptions::builder().export(export).build()))
            .set_tags(Some(aws.newborn(&new.tags)));
        let made = request.send().await.doing("requesting certificate for", &new.domain_name)?;
        Made::new(made.certificate_arn)
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<CertificateDetail>> {
        seen(aws, id.as_str()).await
    }

    /// The records come some seconds later, and not all at once.
    fn progress(seen: &CertificateDetail) -> Progress {
        let pending = seen.status == Some(CertificateStatus::PendingValidation);
        match given_up(seen) {
            Some(why) => Progress::Failed(why),
            None if pending && is_private(seen) => Progress::Pending("PENDING_VALIDATION".into()),
            None if pending && !is_proved(seen) => Progress::Pending("waiting for its validation records".into()),
            None => Progress::Done,
        }
    }

    async fn read(aws: &Aws, id: &Id, seen: CertificateDetail) -> Result<Self> {
        if seen.r#type == Some(CertificateType::Imported) {
            return Err(Error::new(format!(
                "certificate `{id}` was not issued by Certificate Manager, but imported into it"
            )));
        }
        let options = seen.domain_validation_options.unwrap_or_default();
        let method = options.iter().find_map(|option| option.validation_method.clone());
        let main = name(seen.domain_name)?;
        let others = seen.subject_alternative_names.unwrap_or_default().into_iter().map(|other| name(Some(other)));
        let others: BTreeSet<_> = others.filter(|other| other.as_ref().ok() != Some(&main)).collect::<Result<_>>()?;
        // Certificate Manager takes `RSA_2048`, and says `RSA-2048`.
        let algorithm = seen.key_algorithm.map(|it| it.as_str().replace('-', "_"));
        let export = seen.options.and_then(|options| options.export);
        let mut records: Vec<_> = options.iter().map(record).collect();
        records.sort();
        Ok(Certificate {
            inputs: CertificateInputs {
                domain_name: main,
                subject_alternative_names: others,
                validation_method: word_or(method.as_ref(), ValidationMethod::Dns)?,
                validation_domains: mail_domains(&options)?,
                key_algorithm: word_or(algorithm, KeyAlgorithm::Rsa2048)?,
                certificate_authority_arn: seen.certificate_authority_arn.map(word).transpose()?,
                certificate_export: export == Some(CertificateExport::Enabled),
                tags: aws.visible(tags::list(aws, id.as_str()).await?),
            },
            arn: id.to_string(),
            domain_validation_options: records,
            status: seen.status.map_or_else(String::new, |status| status.as_str().to_owned()),
            not_after: seen.not_after.and_then(|time| time.fmt(Format::DateTime).ok()),
            renewal_status: seen.renewal_summary.map(|renewal| renewal.renewal_status.as_str().to_owned()),
        })
    }

    /// Certificate Manager adds the domain name to the alternative names, where programs may have it, too. Of a private authority it validates
    /// nothing, and its certificates can always be exported.
    fn respell(&mut self, given: &CertificateInputs) {
        if self.inputs.certificate_authority_arn.is_some() {
            self.inputs.validation_method = given.validation_method;
            self.inputs.validation_domains.clone_from(&given.validation_domains);
            self.inputs.certificate_export = given.certificate_export;
        }
        if given.subject_alternative_names.contains(&self.inputs.domain_name) {
            self.inputs.subject_alternative_names.insert(self.inputs.domain_name.clone());
        }
    }

    async fn update(_: &Aws, _: &Id, _: &Self, _: &CertificateInputs) -> Result<()> {
        Ok(())
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let deleted = aws.acm().delete_certificate().certificate_arn(id).send().await;
        let used = |error: &DeleteCertificateError| error.is_resource_in_use_exception();
        let used = deleted.as_ref().is_err_and(|error| error.as_service_error().is_some_and(used));
        let done = deleted.unless(&["ResourceNotFoundException"]).done("deleting certificate", id);
        match done {
            Err(error) if used => Err(held(error, seen(aws, id.as_str()).await?)),
            done => done,
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// All names of a certificate, sorted.
fn names(new: &CertificateInputs) -> BTreeSet<&str> {
    new.subject_alternative_names.iter().chain([&new.domain_name]).map(CertificateName::as_str).collect()
}

/// A name as it was read.
fn name(name: Option<String>) -> Result<CertificateName> {
    word(name.unwrap_or_default())
}

fn is_private(seen: &CertificateDetail) -> bool {
    seen.r#type == Some(CertificateType::Private)
}

/// Whether it is known for each name by what it is to be proved.
fn is_proved(seen: &CertificateDetail) -> bool {
    let options = seen.domain_validation_options();
    let known = |option: &DomainValidation| {
        option.validation_method == Some(AwsMethod::Email) || option.resource_record.is_some()
    };
    options.len() >= seen.subject_alternative_names().len().max(1) && options.iter().all(known)
}

fn record(option: &DomainValidation) -> DomainValidationRecord {
    let record = option.resource_record.as_ref();
    let text = |text: Option<&str>| text.unwrap_or_default().trim_end_matches('.').to_owned();
    DomainValidationRecord {
        domain_name: option.domain_name.clone(),
        resource_record_name: text(record.map(|record| record.name.as_str())),
        resource_record_type: text(record.map(|record| record.r#type.as_str())),
        resource_record_value: text(record.map(|record| record.value.as_str())),
    }
}

/// The domains whose mailboxes are asked, where they are others than the names themselves.
fn mail_domains(options: &[DomainValidation]) -> Result<BTreeMap<String, DomainName>> {
    let mails = options.iter().filter(|option| option.validation_method == Some(AwsMethod::Email));
    let others = mails.filter_map(|option| {
        let domain = option.validation_domain.as_ref().filter(|domain| **domain != option.domain_name)?;
        Some(word(domain).map(|domain| (option.domain_name.clone(), domain)))
    });
    others.collect()
}

/// The refusal to delete a certificate that is in use, with what uses it.
fn held(error: Error, seen: Option<CertificateDetail>) -> Error {
    let users = seen.and_then(|seen| seen.in_use_by).unwrap_or_default();
    match users.is_empty() {
        true => error,
        false => {
            error.hint(format!("it is in use by {}: give them another certificate, or delete them", users.join(", ")))
        }
    }
}
