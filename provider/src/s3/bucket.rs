//! A bucket.

mod emptying;
mod further;
mod inputs;
mod lifecycle;
mod listed;
mod notifications;
mod replication;
mod reports;
mod rules;
mod settings;
mod website;

use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, Tag, Tagging};
use pulumi_plugin::{Again, Error, Fault, Id, Made, Property, Resource, Result, Wait};

pub use self::inputs::*;
pub use self::lifecycle::*;
pub use self::notifications::*;
pub use self::replication::*;
pub use self::reports::*;
use self::settings::{Settings, built};
pub use self::website::*;
use crate::aws::tags::{Tag as _, written};
use crate::aws::{Aws, Doing as _, EDGE, Partition, Tags};
use crate::s3::placed;

/// The region in which CreateBucket takes no location, and says of one's own bucket that it was made.
const FIRST_REGION: &str = EDGE;

/// An S3 bucket: keeps objects by key. What is not among its inputs, such as access control lists, is neither read nor changed.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Bucket {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: BucketInputs,
    /// The ARN, `arn:aws:s3:::NAME`.
    #[prop(stable)]
    pub arn: String,
    /// The global domain name, `NAME.s3.amazonaws.com`. For origins, take the regional one.
    #[prop(stable)]
    pub bucket_domain_name: String,
    /// The regional domain name, `NAME.s3.REGION.amazonaws.com`.
    #[prop(stable)]
    pub bucket_regional_domain_name: String,
}

impl Resource for Bucket {
    const TOKEN: &'static str = "gitinfra:s3:Bucket";
    const WAIT: Wait = Wait::seconds(3, 1200);
    type Session = Aws;
    type Inputs = BucketInputs;
    type Seen = Vec<Tag>;

    fn check(new: &BucketInputs) -> Vec<Fault> {
        rules::faults(new)
    }

    /// A bucket with an object lock keeps its versions for good.
    fn replaces(old: &BucketInputs, new: &BucketInputs) -> Vec<&'static str> {
        let locked = old.object_lock_configuration.is_some();
        if locked && !new.versioning { vec!["versioning"] } else { Vec::new() }
    }

    /// In its first region, S3 says of one's own bucket that it was made, unless the call has tags. All calls have, but much hangs on it.
    async fn standing(aws: &Aws, new: &BucketInputs) -> Result<Option<Id>> {
        let id = Id::from(new.name.as_str());
        match aws.region() == FIRST_REGION {
            true => Ok(tags_of_ours(aws, &id).await?.map(|_| id)),
            false => Ok(None),
        }
    }

    async fn create(aws: &Aws, new: &BucketInputs) -> Result<Made> {
        let name = new.name.as_str();
        let place = Some(aws.region()).filter(|region| *region != FIRST_REGION).map(BucketLocationConstraint::from);
        let config = CreateBucketConfiguration::builder().set_location_constraint(place);
        let config = config.set_tags(Some(aws.newborn(&new.tags))).build();
        let namespace = (new.bucket_namespace == BucketNamespace::AccountRegional)
            .then_some(aws_sdk_s3::types::BucketNamespace::AccountRegional);
        let create = aws.once().s3().create_bucket().bucket(name).create_bucket_configuration(config);
        let locks = new.object_lock_configuration.as_ref().map(|_| true);
        let create = create.object_ownership(new.object_ownership.as_str().into()).set_bucket_namespace(namespace);
        let create = create.set_object_lock_enabled_for_bucket(locks);
        let made = create.send().await.unless(&["BucketAlreadyOwnedByYou"]).doing("creating bucket", name);
        Ok(match made.map_err(others)? {
            Some(_) => Made::New(name.into()),
            None => Made::Exists(name.into()),
        })
    }

    async fn ours(aws: &Aws, id: &Id, seen: &Vec<Tag>, _: &BucketInputs) -> Result<Option<Id>> {
        Ok(aws.bears_token(seen).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<Vec<Tag>>> {
        tags_of(aws, id).await
    }

    async fn read(aws: &Aws, id: &Id, seen: Vec<Tag>) -> Result<Self> {
        let inputs = Settings::of(aws, id).await?.read().await?;
        let suffix = Partition::of(aws.region()).domain;
        Ok(Bucket {
            inputs: BucketInputs { tags: aws.visible(seen), ..inputs },
            arn: format!("arn:{}:s3:::{id}", aws.partition()),
            bucket_domain_name: format!("{id}.s3.{suffix}"),
            bucket_regional_domain_name: format!("{id}.s3.{}.{suffix}", aws.region()),
        })
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &BucketInputs) -> Result<()> {
        Settings::of(aws, id).await?.bring(&old.inputs, new).await
    }

    /// S3 takes all tags at once: those that the program doesn't know stay.
    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        let there = tags_of(aws, id).await?.unwrap_or_default();
        let mut tags: Tags = there.iter().map(|tag| (tag.pair().0.to_owned(), tag.pair().1.to_owned())).collect();
        tags.retain(|key, _| !unset.contains(key));
        tags.extend(set.clone());
        let tags = Tagging::builder().set_tag_set(Some(written(&tags))).build().map_err(built)?;
        let put = aws.s3().put_bucket_tagging().bucket(id).expected_bucket_owner(aws.account().await?);
        put.tagging(tags).send().await.done("tagging bucket", id)
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        let empties = old.inputs.force_destroy.value();
        let bucket = Settings::of(aws, id).await?;
        if empties {
            bucket.empty().await?;
        }
        let delete = bucket.s3.delete_bucket().bucket(id).expected_bucket_owner(&bucket.owner).send().await;
        let deleted = delete.unless(&["NoSuchBucket"]).done("deleting bucket", id);
        deleted.map_err(|error| match (error.message().contains("BucketNotEmpty"), empties) {
            // Something has just been written into it.
            (true, true) => error.again(Again::Later),
            (true, false) => error.hint(
                "copy or delete what is in it, or set `forceDestroy: true`, run `pulumi up`, and then destroy; `retainOnDelete: true` leaves the bucket as it is",
            ),
            (false, _) => error,
        })
    }
}

/// The tags of a bucket of this account; nothing where there is no such bucket.
async fn tags_of(aws: &Aws, id: &Id) -> Result<Option<Vec<Tag>>> {
    let get = aws.s3().get_bucket_tagging().bucket(id).expected_bucket_owner(aws.account().await?);
    let got = get.send().await.unless(&["NoSuchTagSet"]).unless(&["NoSuchBucket"]);
    let got = got.doing("reading bucket", id).map_err(placed)?;
    Ok(got.map(|tagged| tagged.map(|tagged| tagged.tag_set).unwrap_or_default()))
}

/// The same, but another account's bucket, or one of another region, is none of ours: then CreateBucket says what is wrong.
async fn tags_of_ours(aws: &Aws, id: &Id) -> Result<Option<Vec<Tag>>> {
    let get = aws.s3().get_bucket_tagging().bucket(id).expected_bucket_owner(aws.account().await?);
    let none = ["NoSuchBucket", "AccessDenied", "PermanentRedirect", "AuthorizationHeaderMalformed"];
    let got = get.send().await.unless(&["NoSuchTagSet"]).unless(&none);
    let got = got.doing("looking for bucket", id)?;
    Ok(got.map(|tagged| tagged.map(|tagged| tagged.tag_set).unwrap_or_default()))
}

/// With the way on where the name is taken.
fn others(error: Error) -> Error {
    match error.message().contains("BucketAlreadyExists") {
        true => error.hint(
            "another account has a bucket of this name, which all of AWS shares: choose another name, or leave it out",
        ),
        false => error,
    }
}
