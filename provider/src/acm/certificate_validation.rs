//! The wait until a certificate is issued.

use std::collections::BTreeSet;

use aws_sdk_acm::types::{CertificateDetail, CertificateStatus, CertificateType, DomainStatus, DomainValidation};
use pulumi_plugin::{Again, Error, Id, Made, Progress, Property, Resource, Result, Wait};

use crate::acm::{given_up, seen};
use crate::aws::Aws;
use crate::types::{CertificateArn, DomainName};

/// The inputs of a certificate's validation.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct CertificateValidationInputs {
    /// The ARN of the certificate.
    #[prop(replace)]
    pub certificate_arn: CertificateArn,
    /// The names of the validation records that the program makes, so that the wait begins after them, and one that is missing is told at once.
    #[prop(given, keep)]
    pub validation_record_fqdns: Option<BTreeSet<DomainName>>,
}

/// The validation of a certificate: done when Certificate Manager has issued it. AWS has no such thing; it makes what needs an issued certificate wait
/// for it, and its end deletes nothing.
///
/// Certificate Manager usually issues a certificate within a minute after its records can be looked up. It never does where the zone is not the one
/// that the domain's registrar or parent zone points to, or where a CAA record forbids it.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct CertificateValidation {
    /// The inputs.
    #[prop(inputs)]
    pub inputs: CertificateValidationInputs,
}

impl Resource for CertificateValidation {
    const TOKEN: &'static str = "gitinfra:acm:CertificateValidation";
    const WAIT: Wait = Wait::seconds(60, 4500);
    type Session = Aws;
    type Inputs = CertificateValidationInputs;
    type Seen = CertificateDetail;

    async fn create(aws: &Aws, new: &CertificateValidationInputs) -> Result<Made> {
        let arn = new.certificate_arn.as_str();
        let Some(seen) = seen(aws, arn).await? else {
            let gone = Error::new(format!("there is no certificate `{arn}` in region {}", aws.region()));
            return Err(gone.again(Again::Moment));
        };
        if seen.r#type != Some(CertificateType::AmazonIssued) {
            return Err(Error::new(format!("certificate `{arn}` needs no validation: Amazon does not issue it")));
        }
        if let Some(given) = &new.validation_record_fqdns {
            complete(&seen, given)?;
        }
        Ok(Made::New(Id::from(arn)))
    }

    /// What can't be used any more is validated no more.
    async fn find(aws: &Aws, id: &Id) -> Result<Option<CertificateDetail>> {
        let ended = [CertificateStatus::Expired, CertificateStatus::Revoked, CertificateStatus::Inactive];
        let seen = seen(aws, id.as_str()).await?;
        Ok(seen.filter(|seen| !seen.status.as_ref().is_some_and(|status| ended.contains(status))))
    }

    fn progress(seen: &CertificateDetail) -> Progress {
        match given_up(seen) {
            Some(why) => Progress::Failed(format!("{why}; `pulumi up --refresh` makes a new certificate")),
            None if seen.status == Some(CertificateStatus::Issued) => Progress::Done,
            None => Progress::Pending(format!("PENDING_VALIDATION, waiting for {}", awaited(seen))),
        }
    }

    async fn read(_: &Aws, id: &Id, _: CertificateDetail) -> Result<Self> {
        let certificate_arn = CertificateArn::parse(id.as_str()).map_err(Error::new)?;
        Ok(CertificateValidation {
            inputs: CertificateValidationInputs { certificate_arn, validation_record_fqdns: None },
        })
    }

    async fn update(_: &Aws, _: &Id, _: &Self, _: &CertificateValidationInputs) -> Result<()> {
        Ok(())
    }

    async fn delete(_: &Aws, _: &Id, _: &Self) -> Result<()> {
        Ok(())
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// What the certificate still waits for.
fn awaited(seen: &CertificateDetail) -> String {
    let proved = |option: &&DomainValidation| option.validation_status != Some(DomainStatus::Success);
    let names = seen.domain_validation_options().iter().filter(proved).map(|option| match &option.resource_record {
        Some(record) => format!("{} {} {}", record.name, record.r#type.as_str(), record.value),
        None => format!("the owner of {}", option.domain_name),
    });
    names.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ")
}

/// Refuses to wait for records that the program does not make.
fn complete(seen: &CertificateDetail, given: &BTreeSet<DomainName>) -> Result<()> {
    let records = seen.domain_validation_options().iter().filter_map(|option| option.resource_record.as_ref());
    let missing = records.filter(|record| DomainName::parse(&record.name).is_ok_and(|name| !given.contains(&name)));
    let missing: BTreeSet<_> = missing.map(|record| record.name.trim_end_matches('.')).collect();
    match missing.is_empty() {
        true => Ok(()),
        false => {
            let names = missing.into_iter().collect::<Vec<_>>().join(", ");
            Err(Error::new(format!(
                "`validationRecordFqdns` lacks {names}, without which the certificate is not issued"
            )))
        }
    }
}
