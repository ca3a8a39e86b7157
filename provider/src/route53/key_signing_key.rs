//! A key-signing key of a hosted zone.

use aws_sdk_route53::types::{ChangeInfo, KeySigningKey as AwsKey};
use pulumi_plugin::{Again, Error, Fault, Faults, Id, Made, Progress, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _, word};
use crate::route53::{bare, changes, elsewhere};
use crate::types::{Arn, SigningKeyName};

/// The inputs of a key-signing key.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct KeySigningKeyInputs {
    /// The id of the public hosted zone. It can have two key-signing keys.
    #[prop(replace, unique)]
    pub zone_id: String,
    /// The name: 3 to 128 letters, digits and underscores; hyphens become underscores.
    #[prop(replace, unique, autoname = 128)]
    pub name: SigningKeyName,
    /// The ARN of the KMS key, which must be in us-east-1, of key spec `ECC_NIST_P256` and for signing. Its policy must let `dnssec-route53.amazonaws.com` do
    /// `kms:DescribeKey`, `kms:GetPublicKey` and `kms:Sign`, and `kms:CreateGrant` for AWS resources.
    #[prop(replace)]
    pub key_management_service_arn: Arn,
    /// The status: whether the key signs. Default: `ACTIVE`.
    #[prop(default = KeyStatus::Active)]
    pub status: KeyStatus,
}

/// Whether a key-signing key signs.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum KeyStatus {
    /// It does.
    #[prop(rename = "ACTIVE")]
    Active,
    /// It does not.
    #[prop(rename = "INACTIVE")]
    Inactive,
}

/// A key-signing key (KSK): signs the keys of a Route 53 hosted zone, with a KMS key of yours. `Dnssec` then turns signing on; give it the option `dependsOn` with
/// the key, so that signing is turned off before the key is deleted.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct KeySigningKey {
    /// The inputs, as Route 53 has them.
    #[prop(inputs)]
    pub inputs: KeySigningKeyInputs,
    /// The DS record that the parent zone must have: key tag, signing algorithm, digest algorithm, digest.
    #[prop(stable)]
    pub ds_record: String,
    /// The DNSKEY record: flag, protocol, signing algorithm, public key.
    #[prop(stable)]
    pub dnskey_record: String,
    /// The key tag, by which a DS record names the key.
    #[prop(stable)]
    pub key_tag: u32,
    /// The public key.
    #[prop(stable)]
    pub public_key: String,
    /// The digest of the public key.
    #[prop(stable)]
    pub digest_value: String,
    /// The name of the digest algorithm, such as `SHA-256`.
    #[prop(stable)]
    pub digest_algorithm_mnemonic: String,
    /// The number of the digest algorithm, such as 2.
    #[prop(stable)]
    pub digest_algorithm_type: u32,
    /// The name of the signing algorithm, such as `ECDSAP256SHA256`.
    #[prop(stable)]
    pub signing_algorithm_mnemonic: String,
    /// The number of the signing algorithm, such as 13.
    #[prop(stable)]
    pub signing_algorithm_type: u32,
    /// The flag of the key: 257.
    #[prop(stable)]
    pub flag: u32,
}

impl Resource for KeySigningKey {
    const TOKEN: &'static str = "gitinfra:route53:KeySigningKey";
    const WAIT: Wait = Wait::seconds(40, 600);
    const FIXED: &'static [(&'static str, &'static str)] = crate::aws::GLOBAL;
    type Session = Aws;
    type Inputs = KeySigningKeyInputs;
    type Seen = AwsKey;

    fn check(new: &KeySigningKeyInputs) -> Vec<Fault> {
        let elsewhere = elsewhere(&new.key_management_service_arn);
        Faults::of(new).and(elsewhere.map(|why| Fault::new("keyManagementServiceArn", why))).into_vec()
    }

    async fn create(aws: &Aws, new: &KeySigningKeyInputs) -> Result<Made> {
        let reference: String = format!("{}-{}", aws.birth().token, aws.birth().once).chars().take(64).collect();
        let create = aws
            .once()
            .route53()
            .create_key_signing_key()
            .caller_reference(reference)
            .hosted_zone_id(&new.zone_id)
            .name(new.name.as_str())
            .key_management_service_arn(new.key_management_service_arn.as_str())
            .status(new.status.as_str());
        let id = Id::from(format!("{},{}", new.zone_id, new.name));
        let made = create.send().await.unless(&["KeySigningKeyAlreadyExists"]);
        Ok(match made.doing("creating key-signing key", &id)? {
            Some(made) => {
                spreads(aws, &id, made.change_info.as_ref());
                Made::New(id)
            }
            None => Made::Exists(id),
        })
    }

    /// It bears no token: after a lost answer, one with the same KMS key is what that attempt made.
    async fn ours(aws: &Aws, id: &Id, seen: &AwsKey, new: &KeySigningKeyInputs) -> Result<Option<Id>> {
        let same = seen.kms_arn.as_deref() == Some(new.key_management_service_arn.as_str());
        Ok((aws.call().tried() && same).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsKey>> {
        let (zone, name) = parts(id)?;
        let told = aws.route53().get_dnssec().hosted_zone_id(zone).send().await;
        let told = told.unless(&["NoSuchHostedZone"]).doing("reading the DNSSEC of hosted zone", zone)?;
        let keys = told.map(|told| told.key_signing_keys).unwrap_or_default();
        Ok(keys.into_iter().find(|key| key.name.as_deref() == Some(name)))
    }

    fn progress(seen: &AwsKey) -> Progress {
        let why = seen.status_message.clone().unwrap_or_default();
        match seen.status.as_deref() {
            Some("DELETING") => Progress::Leaving("DELETING".into()),
            Some("INTERNAL_FAILURE") => Progress::Failed(format!("INTERNAL_FAILURE: {why}")),
            _ => Progress::Done,
        }
    }

    async fn settled(aws: &Aws, id: &Id) -> Result<Progress> {
        changes::synced(aws, id.as_str()).await
    }

    async fn read(_: &Aws, id: &Id, seen: AwsKey) -> Result<Self> {
        let (zone, name) = parts(id)?;
        let number = |number: i32| u32::try_from(number).unwrap_or_default();
        let active = matches!(seen.status.as_deref(), Some("ACTIVE" | "ACTION_NEEDED"));
        Ok(KeySigningKey {
            inputs: KeySigningKeyInputs {
                zone_id: zone.to_owned(),
                name: name.into(),
                key_management_service_arn: word(seen.kms_arn.unwrap_or_default())?,
                status: if active { KeyStatus::Active } else { KeyStatus::Inactive },
            },
            ds_record: seen.ds_record.unwrap_or_default(),
            dnskey_record: seen.dnskey_record.unwrap_or_default(),
            key_tag: number(seen.key_tag),
            public_key: seen.public_key.unwrap_or_default(),
            digest_value: seen.digest_value.unwrap_or_default(),
            digest_algorithm_mnemonic: seen.digest_algorithm_mnemonic.unwrap_or_default(),
            digest_algorithm_type: number(seen.digest_algorithm_type),
            signing_algorithm_mnemonic: seen.signing_algorithm_mnemonic.unwrap_or_default(),
            signing_algorithm_type: number(seen.signing_algorithm_type),
            flag: number(seen.flag),
        })
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &KeySigningKeyInputs) -> Result<()> {
        match new.status {
            status if status == old.inputs.status => Ok(()),
            KeyStatus::Active => {
                let (zone, name) = parts(id)?;
                let activate = aws.route53().activate_key_signing_key().hosted_zone_id(zone).name(name).send().await;
                spreads(aws, id, activate.doing("activating key-signing key", id)?.change_info.as_ref());
                Ok(())
            }
            KeyStatus::Inactive => deactivate(aws, id).await,
        }
    }

    /// Route 53 deletes a key that does not sign any more; until that has spread, this is called again.
    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let Some(seen) = Self::find(aws, id).await? else { return Ok(()) };
        if matches!(seen.status.as_deref(), Some("ACTIVE" | "ACTION_NEEDED")) {
            deactivate(aws, id).await?;
        }
        if let Progress::Pending(_) = changes::synced(aws, id.as_str()).await? {
            return Err(Error::new(format!("the deactivation of key-signing key `{id}` spreads")).again(Again::Later));
        }
        let (zone, name) = parts(id)?;
        let deleted = aws.route53().delete_key_signing_key().hosted_zone_id(zone).name(name).send().await;
        deleted.unless(&["NoSuchKeySigningKey", "NoSuchHostedZone"]).done("deleting key-signing key", id)
    }
}

/// The zone and the name that an id says.
fn parts(id: &Id) -> Result<(&str, &str)> {
    let malformed = || Error::new(format!("`{id}` is not the id of a key-signing key, which is ZONEID,NAME"));
    id.as_str().split_once(',').ok_or_else(malformed)
}

/// From now on it is ready when the change has reached all name servers.
fn spreads(aws: &Aws, id: &Id, change: Option<&ChangeInfo>) {
    if let Some(change) = change {
        changes::await_sync(id.as_str(), changes::Made::of(aws, bare(&change.id)));
    }
}

async fn deactivate(aws: &Aws, id: &Id) -> Result<()> {
    let (zone, name) = parts(id)?;
    let deactivated = aws.route53().deactivate_key_signing_key().hosted_zone_id(zone).name(name).send().await;
    let gone = ["NoSuchKeySigningKey", "NoSuchHostedZone"];
    let deactivated = deactivated.unless(&gone).doing("deactivating key-signing key", id);
    let deactivated = deactivated.map_err(|error| match error.message() {
        said if said.contains("KeySigningKeyInUse") => {
            error.hint("it is the last active key of a zone that is signed: give the `Dnssec` of the zone the resource option `dependsOn` with this key")
        }
        said if said.contains("KeySigningKeyInParentDSRecord") => error.hint(PARENT),
        _ => error,
    });
    spreads(aws, id, deactivated?.and_then(|answer| answer.change_info).as_ref());
    Ok(())
}

/// What to do where resolvers still expect signatures.
pub(super) const PARENT: &str = "remove the DS record from the parent zone, or at the registrar, and wait until its time to live is over: resolvers would take the zone's answers for forged";
