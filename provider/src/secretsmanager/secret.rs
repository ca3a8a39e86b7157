//! A secret.

mod inputs;
mod replicas;
mod value;

use aws_sdk_secretsmanager::error::ProvideErrorMetadata as _;
use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::types::StatusType;
use pulumi_plugin::{Again, Error, Fault, Id, Made, Order, Progress, Property, Resource, Result, Wait};

pub use self::inputs::{GenerateSecretString, ReplicaRegion, SecretArgs, SecretInputs};
use crate::aws::{Aws, Doing as _, Tags};
use crate::secretsmanager::tags;
use crate::types::PolicyJson;

/// The stage of the version that readers get.
const CURRENT: &str = "AWSCURRENT";
/// What encrypts a secret for which nobody names a key. Secrets Manager doesn't tell it.
const OWN_KEY: &str = "alias/aws/secretsmanager";

/// A Secrets Manager secret: a text that is encrypted, versioned and given only to those who may read it. A value that AWS generates never comes
/// into the program or its state.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Secret {
    /// The inputs, as Secrets Manager has them.
    #[prop(inputs)]
    pub inputs: SecretInputs,
    /// The ARN. Its end is made up by AWS, and another one for each secret of the same name.
    #[prop(stable)]
    pub arn: String,
    /// The id of the version that is current (`AWSCURRENT`): another one with each new value.
    pub version_id: Option<String>,
}

impl Resource for Secret {
    const TOKEN: &'static str = "gitinfra:secretsmanager:Secret";
    const WAIT: Wait = Wait::seconds(2, 600);
    type Session = Aws;
    type Inputs = SecretInputs;
    type Seen = DescribeSecretOutput;

    fn check(new: &SecretInputs) -> Vec<Fault> {
        new.faults()
    }

    /// With its value, so that nobody reads an empty secret.
    async fn create(aws: &Aws, new: &SecretInputs) -> Result<Made> {
        let name = new.name.as_str();
        let create = aws
            .once()
            .secretsmanager()
            .create_secret()
            .name(name)
            .description(&new.description)
            .set_kms_key_id(new.kms_key_id.clone())
            .client_request_token(&aws.birth().once)
            .set_secret_string(value::first(aws, new).await?)
            .set_tags(Some(aws.newborn(&new.tags)));
        let made = create.send().await;
        let said = made.as_ref().err().and_then(|refusal| refusal.message()).unwrap_or_default();
        if said.contains("scheduled for deletion") || said.contains("marked for deletion") {
            return Err(blocked(aws, name).await?);
        }
        match made.unless(&["ResourceExistsException"]).doing("creating secret", name)? {
            Some(made) => Made::new(made.arn),
            None => match Self::find(aws, &name.into()).await?.and_then(|seen| seen.arn) {
                Some(arn) => Ok(Made::Exists(arn.into())),
                None => {
                    Err(Error::new(format!("secret `{name}` exists already, but can't be seen")).again(Again::Soon))
                }
            },
        }
    }

    async fn ours(aws: &Aws, id: &Id, seen: &DescribeSecretOutput, _: &SecretInputs) -> Result<Option<Id>> {
        Ok(aws.bears_token(seen.tags()).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<DescribeSecretOutput>> {
        let got = aws.secretsmanager().describe_secret().secret_id(id).send().await;
        got.unless(&["ResourceNotFoundException"]).doing("reading secret", id)
    }

    fn progress(seen: &DescribeSecretOutput) -> Progress {
        let copying = |replica: &_| replicas::has(replica, &StatusType::InProgress);
        match seen.deleted_date {
            Some(_) => Progress::Leaving("scheduled for deletion".into()),
            None if seen.replication_status().iter().any(copying) => Progress::Pending("replicating".into()),
            None => Progress::Done,
        }
    }

    /// What can't be replicated is told, and tried again by the next update: the secret itself is fine.
    async fn settled(aws: &Aws, id: &Id) -> Result<Progress> {
        let seen = Self::find(aws, id).await?;
        let mut replicas = seen.iter().flat_map(|seen| seen.replication_status());
        match replicas.find(|replica| replicas::has(replica, &StatusType::Failed)) {
            Some(failed) => Err(replicas::failure(id, failed)),
            None => Ok(Progress::Done),
        }
    }

    async fn read(aws: &Aws, id: &Id, seen: DescribeSecretOutput) -> Result<Self> {
        let (value, resource_policy) = futures::try_join!(value::as_given(aws, id), policy(aws, id))?;
        let replica_regions = replicas::standing(&seen);
        let versions = seen.version_ids_to_stages.unwrap_or_default();
        let current = versions.into_iter().find(|(_, stages)| stages.iter().any(|stage| stage == CURRENT));
        Ok(Secret {
            inputs: SecretInputs {
                name: seen.name.unwrap_or_default().into(),
                description: seen.description.unwrap_or_default(),
                kms_key_id: seen.kms_key_id.filter(|key| !key.is_empty()),
                value,
                generate_secret_string: None,
                resource_policy,
                block_public_policy: Order::unknown(),
                replica_regions,
                force_overwrite_replica_secret: Order::unknown(),
                recovery_window_in_days: None,
                force_delete_without_recovery: Order::unknown(),
                tags: aws.visible(seen.tags.unwrap_or_default()),
            },
            arn: seen.arn.unwrap_or_default(),
            version_id: current.map(|(id, _)| id),
        })
    }

    /// Secrets Manager leaves its own key out, whether or not the program names it.
    fn respell(&mut self, given: &SecretInputs) {
        if self.inputs.kms_key_id.is_none() && given.kms_key_id.as_deref() == Some(OWN_KEY) {
            self.inputs.kms_key_id.clone_from(&given.kms_key_id);
        }
        replicas::respell(&mut self.inputs.replica_regions, &given.replica_regions);
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &SecretInputs) -> Result<()> {
        let was = &old.inputs;
        if (&was.description, &was.kms_key_id) != (&new.description, &new.kms_key_id) {
            let update = aws.secretsmanager().update_secret().secret_id(id).description(&new.description);
            let key = new.kms_key_id.as_deref().unwrap_or_default();
            update.kms_key_id(key).send().await.done("updating secret", id)?;
        }
        value::bring(aws, id, was, new).await?;
        if was.resource_policy != new.resource_policy {
            put_policy(aws, id, new).await?;
        }
        replicas::bring(aws, id, was, new).await
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        let Some(seen) = Self::find(aws, id).await? else { return Ok(()) };
        replicas::remove(aws, id, seen.replication_status().iter().filter_map(|replica| replica.region())).await?;
        let force = old.inputs.force_delete_without_recovery.value();
        let window = old.inputs.recovery_window_in_days.as_ref().and_then(Order::get);
        let delete = aws.secretsmanager().delete_secret().secret_id(id);
        let delete = match (force, window) {
            (true, _) => delete.force_delete_without_recovery(true),
            (false, Some(days)) => delete.recovery_window_in_days(i64::from(*days)),
            (false, None) => delete,
        };
        delete.send().await.unless(&["ResourceNotFoundException"]).done("deleting secret", id)
    }

    /// By force, it is gone after a while, and its name free again. Else it stays for its recovery window.
    fn lingers(old: &Self) -> bool {
        old.inputs.force_delete_without_recovery.value()
    }
}

/// Why a name can't be used: a secret of this name is on its way out.
async fn blocked(aws: &Aws, name: &str) -> Result<Error> {
    let words = format!("creating secret `{name}`: a secret of this name is scheduled for deletion");
    Ok(match Secret::find(aws, &name.into()).await? {
        // It was deleted by force: Secrets Manager frees the name after a while.
        None => Error::new(words).again(Again::Later),
        Some(_) => Error::new(words).hint(format!(
            "`aws secretsmanager restore-secret --secret-id {name}` restores it, then import it; or give another name; \
             `aws secretsmanager delete-secret --force-delete-without-recovery --secret-id {name}` frees the name, and its value is lost"
        )),
    })
}

async fn policy(aws: &Aws, id: &Id) -> Result<Option<PolicyJson>> {
    let got = aws.secretsmanager().get_resource_policy().secret_id(id).send().await;
    let policy = got.doing("reading the resource policy of secret", id)?.resource_policy;
    let policy = policy.as_deref().map(PolicyJson::parse).transpose();
    policy.map_err(|why| Error::new(format!("reading the resource policy of secret `{id}`: it {why}")))
}

async fn put_policy(aws: &Aws, id: &Id, new: &SecretInputs) -> Result<()> {
    let Some(policy) = &new.resource_policy else {
        let delete = aws.secretsmanager().delete_resource_policy().secret_id(id).send().await;
        return delete.done("deleting the resource policy of secret", id);
    };
    let put = aws.secretsmanager().put_resource_policy().secret_id(id).resource_policy(policy.to_string());
    let put = put.block_public_policy(new.block_public_policy.value()).send().await;
    put.done("setting the resource policy of secret", id)
}
