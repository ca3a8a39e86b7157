//! The signing of a hosted zone: a key, the signature, and the parent zone's word for it.

use std::collections::BTreeSet;

use pulumi_plugin::{Error, Output, Scope};
use serde_json::json;

use super::{DnsZoneInputs, first_region};
use crate::kms::key::{Key, KeyArgs, KeyOutputs, KeySpec, KeyUsage};
use crate::route53::dnssec::{Dnssec, DnssecArgs};
use crate::route53::key_signing_key::{KeySigningKey, KeySigningKeyArgs, KeySigningKeyOutputs};
use crate::route53::record::{Record, RecordArgs};
use crate::route53::record_type::RecordType;
use crate::route53::zone::ZoneOutputs;
use crate::types::{Arn, PolicyJson};

/// How long resolvers remember the DS record: for so long it can't be taken back.
const DS_TTL: u32 = 3600;

/// Signs a zone. A zone whose parent has the DS record must be signed, so the record comes last and goes first.
pub fn sign(here: &mut Scope, inputs: &DnsZoneInputs, zone: &ZoneOutputs, root: &str) -> KeySigningKeyOutputs {
    let key = key(here, zone, root);
    let arn = key.arn.try_map(|arn| Arn::parse(&arn).map_err(Error::new));
    let args = KeySigningKeyArgs {
        zone_id: (&zone.zone_id).into(),
        key_management_service_arn: arn.into(),
        ..Default::default()
    };
    let signing = here.add::<KeySigningKey>("signing-key", args);
    let signed = here.child("dnssec").after(&signing).add::<Dnssec>(DnssecArgs { zone_id: (&zone.zone_id).into() });
    if let Some(parent) = &inputs.parent {
        let args = RecordArgs {
            zone_id: (&parent.zone_id).into(),
            name: inputs.name.clone().into(),
            r#type: RecordType::Ds.into(),
            records: signing.ds_record.map(|record| BTreeSet::from([record])).into(),
            ttl: DS_TTL.into(),
            ..Default::default()
        };
        here.child("ds").at(&parent.place()).after(&signed).add::<Record>(args);
    }
    let ds_record: Output<String> = signing.ds_record.depends_on(&signed.urn);
    KeySigningKeyOutputs { ds_record, ..signing }
}

/// The KMS key, which Route 53 may use for this zone only. It holds no data: once nothing is signed with it, nobody needs it.
fn key(here: &mut Scope, zone: &ZoneOutputs, root: &str) -> KeyOutputs {
    let root = root.to_owned();
    let policy = zone.arn.map(move |zone| {
        let service = json!({"Service": "dnssec-route53.amazonaws.com"});
        let own = json!({"aws:SourceArn": zone});
        PolicyJson::of([
            json!({"Sid": "Account", "Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"}),
            json!({
                "Sid": "Sign", "Effect": "Allow", "Principal": service, "Resource": "*",
                "Action": ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"], "Condition": {"ArnEquals": own},
            }),
            json!({
                "Sid": "Grant", "Effect": "Allow", "Principal": service, "Resource": "*", "Action": "kms:CreateGrant",
                "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
            }),
        ])
    });
    let args = KeyArgs {
        description: format!("{}: signs the hosted zone", here.name()).into(),
        key_spec: KeySpec::EccNistP256.into(),
        key_usage: KeyUsage::SignVerify.into(),
        key_policy: policy.into(),
        ..Default::default()
    };
    here.child("key").at(&first_region()).add::<Key>(args)
}
