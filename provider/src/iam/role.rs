//! A role.

mod policies;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::types::{Role as AwsRole, Tag};
use pulumi_plugin::{After as _, Again, Error, Fault, Id, Property, Resource, Result, Wait};

use crate::aws::tags::changes;
use crate::aws::{Aws, TOKEN_TAG, Tags, Told as _};
use crate::types::PolicyJson;

/// What the program asks of a role.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RoleInputs {
    /// The name, up to 64 characters, unique in the account. Default: made from the resource's own name.
    #[prop(replace, unique, autoname = 64)]
    pub name: String,
    /// Where the role stands among others, such as `/service/`.
    #[prop(replace, default = "/".to_owned())]
    pub path: String,
    /// The trust policy: who may assume the role.
    pub assume_role_policy: PolicyJson,
    /// A note of up to 1000 characters.
    #[prop(default)]
    pub description: String,
    /// How long a session may last, in seconds, up to 12 hours.
    #[prop(default = 3600, min = 3600, max = 43200)]
    pub max_session_duration: u32,
    /// The ARN of the policy that limits what the role can be given.
    pub permissions_boundary: Option<String>,
    /// The ARNs of the managed policies that the role has, and no others. Left out, those are somebody else's business.
    #[prop(given)]
    pub managed_policy_arns: Option<BTreeSet<String>>,
    /// The policies that are part of the role, by their names, and no others. Left out, those are somebody else's business.
    #[prop(given)]
    pub inline_policies: Option<BTreeMap<String, PolicyJson>>,
    /// Whether the role's deletion also takes away the policies that others gave it, and takes it out of instance profiles.
    #[prop(default = false, keep)]
    pub force_detach_policies: bool,
    /// Tags.
    #[prop(default)]
    pub tags: Tags,
}

/// An identity with permissions, which those whom it trusts can assume.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Role {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: RoleInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The id that no other role ever has, not even a later one of the same name.
    #[prop(stable)]
    pub unique_id: String,
}

impl Resource for Role {
    const TOKEN: &'static str = "gitinfra:iam:Role";
    const WAIT: Wait = Wait::seconds(2, 300);
    const FIXED: &'static [(&'static str, &'static str)] = &[("region", "us-east-1")];
    type Session = Aws;
    type Inputs = RoleInputs;

    fn check(new: &RoleInputs) -> Vec<Fault> {
        let named = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
        let mut faults = Vec::new();
        if new.name.is_empty() || new.name.len() > 64 || !new.name.chars().all(named) {
            faults.push(Fault::new("name", "has 1 to 64 letters, digits and `_+=,.@-`"));
        }
        if !(new.path.starts_with('/') && new.path.ends_with('/')) {
            faults.push(Fault::new("path", "begins and ends with `/`, such as `/service/`"));
        }
        if new.description.chars().count() > 1000 {
            faults.push(Fault::new("description", "has more than 1000 characters"));
        }
        faults
    }

    async fn create(aws: &Aws, new: &RoleInputs) -> Result<Id> {
        let create = aws
            .iam()
            .create_role()
            .role_name(&new.name)
            .path(&new.path)
            .assume_role_policy_document(new.assume_role_policy.to_string())
            .description(&new.description)
            .max_session_duration(seconds(new))
            .set_permissions_boundary(new.permissions_boundary.clone())
            .set_tags(Some(tagged(&new.tags)?))
            .tags(tag(TOKEN_TAG, &aws.birth().token)?);
        let made = create.send().await.unless(&["EntityAlreadyExists"]);
        if made.told("creating role", &new.name)?.is_none() {
            born(aws, new).await?;
        }
        let id = Id::from(new.name.as_str());
        policies::bring(aws, &id, new).await.after(&id)?;
        Ok(id)
    }

    async fn read(aws: &Aws, id: &Id) -> Result<Option<Self>> {
        let Some(role) = find(aws, id.as_str()).await? else {
            return Ok(None);
        };
        let (attached, inline) = futures::try_join!(policies::attached(aws, id), policies::inline(aws, id))?;
        let trust = policies::decoded(role.assume_role_policy_document().unwrap_or_default());
        let boundary = role.permissions_boundary().and_then(|b| b.permissions_boundary_arn());
        Ok(Some(Role {
            inputs: RoleInputs {
                name: role.role_name().to_owned(),
                path: role.path().to_owned(),
                assume_role_policy: trust
                    .map_err(|error| error.doing(format!("reading the trust policy of role `{id}`")))?,
                description: role.description().unwrap_or_default().to_owned(),
                max_session_duration: role.max_session_duration().and_then(|s| u32::try_from(s).ok()).unwrap_or(3600),
                permissions_boundary: boundary.map(str::to_owned),
                managed_policy_arns: Some(attached),
                inline_policies: Some(inline),
                force_detach_policies: false,
                tags: aws.visible(role.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned()))),
            },
            arn: role.arn().to_owned(),
            unique_id: role.role_id().to_owned(),
        }))
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &RoleInputs) -> Result<()> {
        let (iam, name, old) = (aws.iam(), id.as_str(), &old.inputs);
        if old.assume_role_policy != new.assume_role_policy {
            let update = iam.update_assume_role_policy().role_name(name);
            let update = update.policy_document(new.assume_role_policy.to_string()).send().await;
            update.told("setting the trust policy of role", name)?;
        }
        if (&old.description, old.max_session_duration) != (&new.description, new.max_session_duration) {
            let update = iam.update_role().role_name(name).description(&new.description);
            update.max_session_duration(seconds(new)).send().await.told("updating role", name)?;
        }
        match &new.permissions_boundary {
            boundary if *boundary == old.permissions_boundary => {}
            Some(arn) => {
                let put = iam.put_role_permissions_boundary().role_name(name).permissions_boundary(arn);
                put.send().await.told("limiting role", name).map(drop)?;
            }
            None => {
                let gone = iam.delete_role_permissions_boundary().role_name(name).send().await;
                gone.unless(&["NoSuchEntity"]).told("no longer limiting role", name).map(drop)?;
            }
        }
        policies::bring(aws, id, new).await?;
        retag(aws, name, &old.tags, &new.tags).await
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        match old.inputs.force_detach_policies {
            true => policies::strip(aws, id).await?,
            false => policies::take(aws, id, &old.inputs).await?,
        }
        let deleted = aws.iam().delete_role().role_name(id.as_str()).send().await;
        if matches!(&deleted, Err(error) if error.as_service_error().is_some_and(|e| e.is_delete_conflict_exception()))
        {
            return Err(policies::in_the_way(aws, id).await?);
        }
        deleted.unless(&["NoSuchEntity"]).told("deleting role", id.as_str()).map(drop)
    }
}

/// The role of this very creation, which an attempt made whose answer got lost; any other of the name is somebody else's.
async fn born(aws: &Aws, new: &RoleInputs) -> Result<()> {
    let name = &new.name;
    let Some(role) = find(aws, name).await? else {
        return Err(Error::new(format!("role `{name}` is not seen everywhere yet")).again(Again::Soon));
    };
    let ours = role.tags().iter().any(|tag| tag.key() == TOKEN_TAG && tag.value() == aws.birth().token);
    match ours {
        true => Ok(()),
        false => Err(Error::new(format!("creating role `{name}`: there is one of this name already, {}", role.arn()))
            .hint(format!("choose another `name`, or take it over: `pulumi import {} NAME {name}`", Role::TOKEN))),
    }
}

async fn find(aws: &Aws, name: &str) -> Result<Option<AwsRole>> {
    let got = aws.iam().get_role().role_name(name).send().await.unless(&["NoSuchEntity"]);
    Ok(got.told("reading role", name)?.and_then(|answer| answer.role().cloned()))
}

fn seconds(new: &RoleInputs) -> i32 {
    i32::try_from(new.max_session_duration).unwrap_or(i32::MAX)
}

fn tag(key: &str, value: &str) -> Result<Tag> {
    Tag::builder().key(key).value(value).build().map_err(|error| Error::new(error.to_string()))
}

fn tagged(tags: &Tags) -> Result<Vec<Tag>> {
    tags.iter().map(|(key, value)| tag(key, value)).collect()
}

async fn retag(aws: &Aws, name: &str, old: &Tags, new: &Tags) -> Result<()> {
    let (set, removed) = changes(old, new);
    if !set.is_empty() {
        let set = aws.iam().tag_role().role_name(name).set_tags(Some(tagged(&set)?)).send().await;
        set.told("tagging role", name)?;
    }
    if !removed.is_empty() {
        let removed = aws.iam().untag_role().role_name(name).set_tag_keys(Some(removed)).send().await;
        removed.told("removing tags of role", name)?;
    }
    Ok(())
}
