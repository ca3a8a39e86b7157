//! A group of users of caches.

use std::collections::BTreeSet;

use aws_sdk_elasticache::types::UserGroup as AwsUserGroup;
use pulumi_plugin::{Error, Id, Made, Progress, Property, Resource, Result, Wait};

use crate::aws::list::some;
use crate::aws::{Aws, Doing as _, Tags, word};
use crate::elasticache::replication_group::Engine;
use crate::elasticache::tags;
use crate::types::{Identifier, Lowercase};

/// The inputs of a user group.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct UserGroupInputs {
    /// The user group id: a letter, then letters, digits and single hyphens; at most 40 characters. AWS keeps it in lower case. Default: made from the
    /// resource's name.
    #[prop(replace, unique, autoname = 40)]
    pub user_group_id: Identifier<40>,
    /// The engine. Caches of the engine `redis` take groups of `redis` alone, those of `valkey` take both. Default: `valkey`.
    #[prop(default = Engine::Valkey)]
    pub engine: Engine,
    /// The ids of the users. A group of the engine `redis` holds exactly one user whose name is `default`.
    #[prop(default)]
    pub user_ids: BTreeSet<Lowercase>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// A user group: the users that may log in to the caches that use it.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct UserGroup {
    /// The inputs, as ElastiCache has them.
    #[prop(inputs)]
    pub inputs: UserGroupInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
}

impl Resource for UserGroup {
    const TOKEN: &'static str = "gitinfra:elasticache:UserGroup";
    const WAIT: Wait = Wait::seconds(20, 1800);
    type Session = Aws;
    type Inputs = UserGroupInputs;
    type Seen = AwsUserGroup;

    async fn create(aws: &Aws, new: &UserGroupInputs) -> Result<Made> {
        let id = new.user_group_id.as_str();
        let create = aws
            .once()
            .elasticache()
            .create_user_group()
            .user_group_id(id)
            .engine(new.engine.as_str())
            .set_user_ids(some(new.user_ids.iter().map(Lowercase::to_string)))
            .set_tags(Some(aws.newborn(&new.tags)));
        let made = create.send().await.unless(&["UserGroupAlreadyExists"]).doing("creating user group", id);
        let made = made.map_err(explained)?;
        Ok(if made.is_some() { Made::New(id.into()) } else { Made::Exists(id.into()) })
    }

    async fn ours(aws: &Aws, id: &Id, seen: &AwsUserGroup, _: &UserGroupInputs) -> Result<Option<Id>> {
        let tags = tags::list(aws, seen.arn().unwrap_or_default()).await?;
        Ok(aws.bears_token(tags).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsUserGroup>> {
        let asked = aws.elasticache().describe_user_groups().user_group_id(id).send().await;
        let answer = asked.unless(&["UserGroupNotFound"]).doing("reading user group", id)?;
        Ok(answer.and_then(|a| a.user_groups?.pop()))
    }

    fn progress(seen: &AwsUserGroup) -> Progress {
        match seen.status().unwrap_or_default() {
            "active" => Progress::Done,
            "deleting" => Progress::Leaving("deleting".into()),
            state => Progress::Pending(state.to_owned()),
        }
    }

    async fn read(aws: &Aws, _: &Id, seen: AwsUserGroup) -> Result<Self> {
        let arn = seen.arn.unwrap_or_default();
        Ok(UserGroup {
            inputs: UserGroupInputs {
                user_group_id: seen.user_group_id.unwrap_or_default().into(),
                engine: word(seen.engine.unwrap_or_default().to_lowercase())?,
                user_ids: seen.user_ids.unwrap_or_default().into_iter().map(Lowercase::from).collect(),
                tags: tags::visible(aws, &arn).await?,
            },
            arn,
        })
    }

    /// One call for all: the user named `default` can only be exchanged. AWS drops the whole call for one user who is not a member any more, so that
    /// members are looked at first.
    async fn update(aws: &Aws, id: &Id, old: &Self, new: &UserGroupInputs) -> Result<()> {
        let seen = UserGroup::find(aws, id).await?.and_then(|group| group.user_ids).unwrap_or_default();
        let there: BTreeSet<_> = seen.into_iter().map(Lowercase::from).collect();
        let add = some(new.user_ids.difference(&there).map(Lowercase::to_string));
        let remove = some(there.difference(&new.user_ids).map(Lowercase::to_string));
        let engine = (old.inputs.engine != new.engine).then(|| new.engine.as_str().to_owned());
        if add.is_none() && remove.is_none() && engine.is_none() {
            return Ok(());
        }
        let modify = aws.elasticache().modify_user_group().user_group_id(id).set_engine(engine);
        let modified = modify.set_user_ids_to_add(add).set_user_ids_to_remove(remove).send().await;
        modified.done("changing user group", id).map_err(explained)
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, &old.arn, set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let delete = aws.elasticache().delete_user_group().user_group_id(id).send().await;
        let deleted = delete.unless(&["UserGroupNotFound"]).done("deleting user group", id);
        match deleted {
            Err(refused) if refused.message().contains("in use") => Err(held(aws, id, refused).await),
            deleted => deleted,
        }
    }
}

/// A refusal for the user named `default`, with the way on.
fn explained(refused: Error) -> Error {
    match refused.message().contains("DefaultUserRequired") {
        true => refused.hint(
            "a group of the engine `redis` needs one user whose `userName` is `default`, under a `userId` of your own",
        ),
        false => refused,
    }
}

/// A refusal to delete a group that caches use, with their ids.
async fn held(aws: &Aws, id: &Id, refused: Error) -> Error {
    let group = UserGroup::find(aws, id).await.ok().flatten();
    let caches = group.and_then(|group| group.replication_groups).unwrap_or_default();
    match caches.is_empty() {
        true => refused,
        false => refused.hint(format!("used by {}: take it out of their `userGroupIds` first", caches.join(", "))),
    }
}
