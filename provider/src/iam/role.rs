//! A role.

mod policies;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::operation::delete_role::DeleteRoleError;
use aws_sdk_iam::types::{Role as AwsRole, Tag};
use pulumi_plugin::{Error, Fault, Id, Made, Property, Resource, Result, Wait};

use crate::aws::{Aws, TOKEN_TAG, Tags, Told as _};
use crate::types::PolicyJson;

/// The inputs of an IAM role.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RoleInputs {
    /// The role's name: 1 to 64 letters, digits and `_+=,.@-`, unique in the account. Default: made from the resource's name.
    #[prop(replace, unique, autoname = 64)]
    pub name: String,
    /// The path, which begins and ends with `/`, such as `/service/`. Default: `/`.
    #[prop(replace, default = "/".to_owned())]
    pub path: String,
    /// The trust policy: says who may assume the role.
    pub assume_role_policy: PolicyJson,
    /// A description of up to 1000 characters.
    #[prop(default)]
    pub description: String,
    /// The maximum session duration in seconds: 3600 (one hour) to 43200 (12 hours). Default: 3600.
    #[prop(default = 3600, min = 3600, max = 43200)]
    pub max_session_duration: u32,
    /// The permissions boundary: the ARN of a policy that limits what all other policies can allow the role.
    pub permissions_boundary: Option<String>,
    /// The ARNs of the managed policies that are attached to the role; all others are detached. Left out: attached policies are not managed here.
    #[prop(given)]
    pub managed_policy_arns: Option<BTreeSet<String>>,
    /// The inline policies of the role, by name; all others are deleted. Left out: inline policies are not managed here.
    #[prop(given)]
    pub inline_policies: Option<BTreeMap<String, PolicyJson>>,
    /// Whether deleting the role also removes it from instance profiles, and detaches and deletes policies that others gave it. Default: false.
    #[prop(default = false, keep)]
    pub force_detach_policies: bool,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// An IAM role: an identity with permissions that trusted users, services and accounts can assume.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Role {
    /// The inputs, as IAM has them.
    #[prop(inputs)]
    pub inputs: RoleInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The role id, such as `AROAJQABLZS4A3QDU576Q`: no other role ever has it, not even a later one of the same name.
    #[prop(stable)]
    pub unique_id: String,
}

impl Resource for Role {
    const TOKEN: &'static str = "gitinfra:iam:Role";
    const WAIT: Wait = Wait::seconds(2, 300);
    const FIXED: &'static [(&'static str, &'static str)] = &[("region", "us-east-1")];
    type Session = Aws;
    type Inputs = RoleInputs;
    type Seen = AwsRole;

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

    async fn create(aws: &Aws, new: &RoleInputs) -> Result<Made> {
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
        let made = create.send().await.unless(&["EntityAlreadyExists"]).told("creating role", &new.name)?;
        let id = Id::from(new.name.as_str());
        Ok(if made.is_some() { Made::New(id) } else { Made::Exists(id) })
    }

    async fn ours(aws: &Aws, id: &Id, seen: &AwsRole, _: &RoleInputs) -> Result<Option<Id>> {
        let ours = seen.tags().iter().any(|tag| tag.key == TOKEN_TAG && tag.value == aws.birth().token);
        Ok(ours.then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsRole>> {
        let got = aws.iam().get_role().role_name(id).send().await.unless(&["NoSuchEntity"]);
        Ok(got.told("reading role", id.as_str())?.and_then(|answer| answer.role))
    }

    async fn read(aws: &Aws, id: &Id, seen: AwsRole) -> Result<Self> {
        let (attached, inline) = futures::try_join!(policies::attached(aws, id), policies::inline(aws, id))?;
        let trust = policies::decoded(&seen.assume_role_policy_document.unwrap_or_default());
        Ok(Role {
            inputs: RoleInputs {
                name: seen.role_name,
                path: seen.path,
                assume_role_policy: trust
                    .map_err(|error| error.doing(format!("reading the trust policy of role `{id}`")))?,
                description: seen.description.unwrap_or_default(),
                max_session_duration: seen.max_session_duration.and_then(|s| u32::try_from(s).ok()).unwrap_or(3600),
                permissions_boundary: seen.permissions_boundary.and_then(|b| b.permissions_boundary_arn),
                managed_policy_arns: Some(attached),
                inline_policies: Some(inline),
                force_detach_policies: false,
                tags: aws.visible(seen.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value))),
            },
            arn: seen.arn,
            unique_id: seen.role_id,
        })
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &RoleInputs) -> Result<()> {
        let (iam, old) = (aws.iam(), &old.inputs);
        if old.assume_role_policy != new.assume_role_policy {
            let update = iam.update_assume_role_policy().role_name(id);
            let update = update.policy_document(new.assume_role_policy.to_string()).send().await;
            update.told("setting the trust policy of role", id.as_str())?;
        }
        if (&old.description, old.max_session_duration) != (&new.description, new.max_session_duration) {
            let update = iam.update_role().role_name(id).description(&new.description);
            update.max_session_duration(seconds(new)).send().await.told("updating role", id.as_str())?;
        }
        match &new.permissions_boundary {
            boundary if *boundary == old.permissions_boundary => {}
            Some(arn) => {
                let put = iam.put_role_permissions_boundary().role_name(id).permissions_boundary(arn);
                put.send().await.told("setting the permissions boundary of role", id.as_str())?;
            }
            None => {
                let gone = iam.delete_role_permissions_boundary().role_name(id).send().await;
                gone.unless(&["NoSuchEntity"]).told("removing the permissions boundary of role", id.as_str())?;
            }
        }
        policies::bring(aws, id, old, new).await
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        if !set.is_empty() {
            let set = aws.iam().tag_role().role_name(id).set_tags(Some(tagged(set)?)).send().await;
            set.told("tagging role", id.as_str())?;
        }
        if !unset.is_empty() {
            let removed = aws.iam().untag_role().role_name(id).set_tag_keys(Some(unset.to_vec())).send().await;
            removed.told("removing tags of role", id.as_str())?;
        }
        Ok(())
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        match old.inputs.force_detach_policies {
            true => policies::strip(aws, id).await?,
            false => policies::take(aws, id, &old.inputs).await?,
        }
        let deleted = aws.iam().delete_role().role_name(id).send().await;
        let held = |error: &DeleteRoleError| error.is_delete_conflict_exception();
        if deleted.as_ref().is_err_and(|error| error.as_service_error().is_some_and(held)) {
            return Err(policies::in_the_way(aws, id).await?);
        }
        deleted.unless(&["NoSuchEntity"]).told("deleting role", id.as_str()).map(drop)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
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
