//! The DNSSEC signing of a hosted zone.

use aws_sdk_route53::types::DnssecStatus;
use pulumi_plugin::{Error, Id, Made, Progress, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _};
use crate::route53::{bare, changes, key_signing_key};

/// The inputs of a zone's DNSSEC signing.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DnssecInputs {
    /// The id of the public hosted zone, which must have an active key-signing key.
    #[prop(replace, unique)]
    pub zone_id: String,
}

/// The DNSSEC signing of a Route 53 hosted zone: its answers are signed, so that resolvers can tell whether they are forged once the parent zone has the DS record of
/// the `KeySigningKey`.
///
/// Before signing is turned off, the DS record must be gone from the parent zone for as long as its time to live.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Dnssec {
    /// The inputs.
    #[prop(inputs)]
    pub inputs: DnssecInputs,
    /// The status of signing: `SIGNING`, or `ACTION_NEEDED` where Route 53 can't use the key any more.
    pub serve_signature: String,
}

impl Resource for Dnssec {
    const TOKEN: &'static str = "gitinfra:route53:Dnssec";
    const WAIT: Wait = Wait::seconds(40, 600);
    const FIXED: &'static [(&'static str, &'static str)] = crate::aws::GLOBAL;
    type Session = Aws;
    type Inputs = DnssecInputs;
    type Seen = DnssecStatus;

    /// Route 53 says nothing of it where signing is on already.
    async fn standing(aws: &Aws, new: &DnssecInputs) -> Result<Option<Id>> {
        let id = Id::from(new.zone_id.as_str());
        Ok(Self::find(aws, &id).await?.map(|_| id))
    }

    async fn create(aws: &Aws, new: &DnssecInputs) -> Result<Made> {
        let id = Id::from(new.zone_id.as_str());
        let enable = aws.once().route53().enable_hosted_zone_dnssec().hosted_zone_id(&id).send().await;
        let enable = enable.doing("turning on the DNSSEC signing of hosted zone", &id)?;
        if let Some(change) = enable.change_info {
            changes::await_sync(&waiting(&id), changes::Made::of(aws, bare(&change.id)));
        }
        Ok(Made::New(id))
    }

    /// What was not signed before an attempt whose answer got lost is signed because of that.
    async fn ours(aws: &Aws, id: &Id, _: &DnssecStatus, _: &DnssecInputs) -> Result<Option<Id>> {
        Ok(aws.call().tried().then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<DnssecStatus>> {
        let told = aws.route53().get_dnssec().hosted_zone_id(id).send().await;
        let told = told.unless(&["NoSuchHostedZone"]).doing("reading the DNSSEC of hosted zone", id)?;
        let off = |status: &DnssecStatus| status.serve_signature.as_deref().is_none_or(|state| state == "NOT_SIGNING");
        Ok(told.and_then(|told| told.status).filter(|status| !off(status)))
    }

    fn progress(seen: &DnssecStatus) -> Progress {
        let why = seen.status_message.clone().unwrap_or_default();
        match seen.serve_signature.as_deref() {
            Some("SIGNING" | "ACTION_NEEDED") => Progress::Done,
            Some("DELETING") => Progress::Leaving("DELETING".into()),
            Some("INTERNAL_FAILURE") => Progress::Failed(format!("INTERNAL_FAILURE: {why}")),
            other => Progress::Pending(other.unwrap_or("NOT_SIGNING").to_owned()),
        }
    }

    async fn settled(aws: &Aws, id: &Id) -> Result<Progress> {
        changes::synced(aws, &waiting(id)).await
    }

    async fn read(_: &Aws, id: &Id, seen: DnssecStatus) -> Result<Self> {
        Ok(Dnssec {
            inputs: DnssecInputs { zone_id: id.to_string() },
            serve_signature: seen.serve_signature.unwrap_or_default(),
        })
    }

    async fn update(_: &Aws, _: &Id, _: &Self, _: &DnssecInputs) -> Result<()> {
        Ok(())
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let disabled = aws.route53().disable_hosted_zone_dnssec().hosted_zone_id(id).send().await;
        let disabled = disabled.unless(&["DNSSECNotFound", "NoSuchHostedZone"]);
        disabled.done("turning off the DNSSEC signing of hosted zone", id).map_err(in_parent)
    }
}

/// By what its change is known among those of records and keys.
fn waiting(id: &Id) -> String {
    format!("{id},")
}

fn in_parent(error: Error) -> Error {
    match error.message().contains("KeySigningKeyInParentDSRecord") {
        true => error.hint(key_signing_key::PARENT),
        false => error,
    }
}
