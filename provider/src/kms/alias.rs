//! An alias of a key.

use aws_sdk_kms::types::{KeyMetadata, KeyState};
use pulumi_plugin::{Error, Id, Made, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _};
use crate::kms::sent;
use crate::types::AliasName;

/// The inputs of an alias.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct AliasInputs {
    /// The alias name: `alias/` and up to 250 letters, digits and `:/_-`, not beginning with `aws/`. `alias/` is added where it is left out.
    /// Default: made from the resource's name.
    #[prop(replace, unique, autoname = 250)]
    pub name: AliasName,
    /// The target key: the id or the ARN of a key in the same region. Another one must be of the same type and usage.
    pub target_key_id: String,
}

/// A KMS alias: a name for a key, under which the key can be exchanged.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Alias {
    /// The inputs, as KMS has them.
    #[prop(inputs)]
    pub inputs: AliasInputs,
    /// The ARN of the alias.
    #[prop(stable)]
    pub arn: String,
    /// The ARN of the key.
    pub target_key_arn: String,
}

impl Resource for Alias {
    const TOKEN: &'static str = "gitinfra:kms:Alias";
    const WAIT: Wait = Wait::seconds(2, 300);
    type Session = Aws;
    type Inputs = AliasInputs;
    type Seen = KeyMetadata;

    async fn create(aws: &Aws, new: &AliasInputs) -> Result<Made> {
        let id = Id::from(new.name.as_str());
        let create = aws.once().kms().create_alias().alias_name(&id).target_key_id(&new.target_key_id).send().await;
        match create.unless(&["AlreadyExistsException"]).doing("creating alias", &id)? {
            Some(_) => Ok(Made::New(id)),
            None => match Self::find(aws, &id).await? {
                Some(key) if key.key_state == Some(KeyState::PendingDeletion) => Err(held(&id, &key)),
                _ => Ok(Made::Exists(id)),
            },
        }
    }

    /// An alias has no tags. After a lost answer, one of our key's is what that attempt made.
    async fn ours(aws: &Aws, id: &Id, seen: &KeyMetadata, new: &AliasInputs) -> Result<Option<Id>> {
        Ok((aws.call().tried() && is_of(seen, &new.target_key_id)).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<KeyMetadata>> {
        let got = aws.kms().describe_key().key_id(id).send().await.unless(&["NotFoundException"]);
        Ok(got.doing("reading alias", id)?.and_then(|answer| answer.key_metadata))
    }

    async fn read(aws: &Aws, id: &Id, seen: KeyMetadata) -> Result<Self> {
        sent::awaited(aws, id, |target: &String| is_of(&seen, target))?;
        let key = seen.arn.unwrap_or_default();
        let place = key.split_once(":key/").map_or("", |(place, _)| place);
        let name = AliasName::parse(id.as_str()).map_err(Error::new)?;
        Ok(Alias {
            inputs: AliasInputs { name, target_key_id: seen.key_id },
            arn: format!("{place}:{id}"),
            target_key_arn: key,
        })
    }

    /// KMS tells a key's id, also where the program gives the ARN.
    fn respell(&mut self, given: &AliasInputs) {
        if given.target_key_id == self.target_key_arn {
            self.inputs.target_key_id.clone_from(&given.target_key_id);
        }
    }

    async fn update(aws: &Aws, id: &Id, _: &Self, new: &AliasInputs) -> Result<()> {
        let update = aws.kms().update_alias().alias_name(id).target_key_id(&new.target_key_id).send().await;
        update.done("setting the key of alias", id)?;
        sent::note(aws, id, new.target_key_id.clone());
        Ok(())
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        let Some(seen) = Self::find(aws, id).await? else { return Ok(()) };
        if seen.arn() != Some(&old.target_key_arn) {
            let other = format!("alias `{id}` leads to another key by now, {}: it is left", seen.key_id());
            aws.call().warn(other).await;
            return Ok(());
        }
        let delete = aws.kms().delete_alias().alias_name(id).send().await;
        delete.unless(&["NotFoundException"]).done("deleting alias", id)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// Whether an id or an ARN is a key's.
fn is_of(key: &KeyMetadata, target: &str) -> bool {
    key.key_id() == target || key.arn() == Some(target)
}

/// An alias of a key that is being deleted blocks its name until the key is gone.
fn held(id: &Id, key: &KeyMetadata) -> Error {
    let key = key.key_id();
    Error::new(format!("creating alias `{id}`: it exists already, and leads to key `{key}`, which is pending deletion"))
        .hint(format!(
            "`aws kms delete-alias --alias-name {id}` frees the name; or keep the key: `aws kms cancel-key-deletion --key-id {key}`, and import the alias"
        ))
}
