//! A managed policy of the account.

use aws_sdk_iam::types::Policy as AwsPolicy;
use pulumi_plugin::{Again, Error, Fault, Faults, Id, Made, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _, Tags};
use crate::iam::role::policies::decoded;
use crate::iam::tags;
use crate::types::{IamName, IamPath, PolicyJson};

/// How many versions of a policy IAM keeps.
const MOST_VERSIONS: usize = 5;

/// The inputs of a managed policy.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct PolicyInputs {
    /// The policy's name: 1 to 128 letters, digits and `_+=,.@-`, unique in the account whatever its path. Default: made from the resource's name.
    #[prop(replace, unique, autoname = 128)]
    pub name: IamName,
    /// The path, which begins and ends with `/`, such as `/service/`. Default: `/`.
    #[prop(replace, default = IamPath::from("/"))]
    pub path: IamPath,
    /// A description of up to 1000 characters. IAM doesn't change it: another one takes a new policy.
    #[prop(replace, default, max = 1000)]
    pub description: String,
    /// The policy document, of up to 6,144 characters without white space. A change makes a new default version; the oldest of five goes.
    pub policy: PolicyJson,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// An IAM managed policy: permissions that can be attached to roles, users and groups, or be their permissions boundary.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Policy {
    /// The inputs, as IAM has them.
    #[prop(inputs)]
    pub inputs: PolicyInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The policy id, such as `ANPAJQABLZS4A3QDU576Q`: no other policy ever has it, not even a later one of the same name.
    #[prop(stable)]
    pub policy_id: String,
}

/// A policy with the document of its default version.
pub struct Seen {
    policy: AwsPolicy,
    document: PolicyJson,
}

impl Resource for Policy {
    const TOKEN: &'static str = "gitinfra:iam:Policy";
    const WAIT: Wait = Wait::seconds(2, 300);
    const FIXED: &'static [(&'static str, &'static str)] = crate::aws::GLOBAL;
    type Session = Aws;
    type Inputs = PolicyInputs;
    type Seen = Seen;

    fn check(new: &PolicyInputs) -> Vec<Fault> {
        let size = new.policy.size();
        let why = format!("has {size} characters without white space; 6144 are allowed");
        Faults::of(new).when(size > 6144, "policy", why).into_vec()
    }

    /// To IAM, names are the same in capitals.
    fn collides(old: &PolicyInputs, new: &PolicyInputs) -> bool {
        old.name.as_str().eq_ignore_ascii_case(new.name.as_str())
    }

    async fn create(aws: &Aws, new: &PolicyInputs) -> Result<Made> {
        let create = aws
            .once()
            .iam()
            .create_policy()
            .policy_name(new.name.as_str())
            .path(new.path.as_str())
            .description(&new.description)
            .policy_document(new.policy.to_string())
            .set_tags(Some(aws.newborn(&new.tags)));
        let made = create.send().await.unless(&["EntityAlreadyExists"]);
        match made.doing("creating policy", &new.name)? {
            Some(made) => Made::new(made.policy.and_then(|policy| policy.arn)),
            None => Ok(Made::Exists(named(aws, &new.name).await?)),
        }
    }

    async fn ours(aws: &Aws, id: &Id, seen: &Seen, _: &PolicyInputs) -> Result<Option<Id>> {
        Ok(aws.bears_token(seen.policy.tags()).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<Seen>> {
        let got = aws.iam().get_policy().policy_arn(id).send().await.unless(&["NoSuchEntity"]);
        let Some(policy) = got.doing("reading policy", id)?.and_then(|answer| answer.policy) else { return Ok(None) };
        let version = policy.default_version_id().unwrap_or_default();
        let version = aws.iam().get_policy_version().policy_arn(id).version_id(version).send().await;
        let version = version.doing("reading the document of policy", id)?.policy_version;
        let document = decoded(version.and_then(|version| version.document).as_deref().unwrap_or_default())?;
        Ok(Some(Seen { policy, document }))
    }

    async fn read(aws: &Aws, _: &Id, Seen { policy, document }: Seen) -> Result<Self> {
        Ok(Policy {
            inputs: PolicyInputs {
                name: policy.policy_name.unwrap_or_default().into(),
                path: policy.path.unwrap_or_default().into(),
                description: policy.description.unwrap_or_default(),
                policy: document,
                tags: aws.visible(policy.tags.unwrap_or_default()),
            },
            arn: policy.arn.unwrap_or_default(),
            policy_id: policy.policy_id.unwrap_or_default(),
        })
    }

    async fn update(aws: &Aws, id: &Id, _: &Self, new: &PolicyInputs) -> Result<()> {
        // An earlier attempt, whose answer got lost, may have made the version.
        if Self::find(aws, id).await?.is_some_and(|seen| seen.document == new.policy) {
            return Ok(());
        }
        let others = other_versions(aws, id).await?;
        if others.len() + 1 >= MOST_VERSIONS
            && let Some(oldest) = others.first()
        {
            delete_version(aws, id, oldest).await?;
        }
        let create = aws.once().iam().create_policy_version().policy_arn(id).set_as_default(true);
        create.policy_document(new.policy.to_string()).send().await.done("setting the document of policy", id)
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag_policy(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        // Before any version goes: a policy that stays keeps them all.
        refuse_used(aws, id).await?;
        for version in other_versions(aws, id).await? {
            delete_version(aws, id, &version).await?;
        }
        let delete = aws.iam().delete_policy().policy_arn(id).send().await;
        delete.unless(&["NoSuchEntity"]).done("deleting policy", id)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// The id of the policy that has a name already, in whichever path and capitals.
async fn named(aws: &Aws, name: &IamName) -> Result<Id> {
    let list = aws.iam().list_policies().scope("Local".into()).into_paginator().items().send();
    let all = list.collect::<Result<Vec<_>, _>>().await.doing("looking for policy", name)?;
    let same = |policy: &AwsPolicy| policy.policy_name().is_some_and(|n| n.eq_ignore_ascii_case(name.as_str()));
    match all.into_iter().find(same).and_then(|policy| policy.arn) {
        Some(arn) => Ok(arn.into()),
        None => Err(Error::new(format!("policy `{name}` exists already, but can't be seen")).again(Again::Soon)),
    }
}

/// The ids of all versions but the default one, the oldest first.
async fn other_versions(aws: &Aws, id: &Id) -> Result<Vec<String>> {
    let list = aws.iam().list_policy_versions().policy_arn(id).into_paginator().items().send();
    let all = list.collect::<Result<Vec<_>, _>>().await.unless(&["NoSuchEntity"]);
    let all = all.doing("reading the versions of policy", id)?.unwrap_or_default();
    let others = all.into_iter().filter(|version| !version.is_default_version);
    let mut others: Vec<_> = others.filter_map(|version| version.version_id).collect();
    others.sort_by_key(|version| version.trim_start_matches('v').parse::<u32>().unwrap_or(u32::MAX));
    Ok(others)
}

async fn delete_version(aws: &Aws, id: &Id, version: &str) -> Result<()> {
    let delete = aws.iam().delete_policy_version().policy_arn(id).version_id(version).send().await;
    delete.unless(&["NoSuchEntity"]).done(format!("deleting version {version} of policy"), id)
}

/// Refuses the deletion of a policy that others use: it would change what they may do.
async fn refuse_used(aws: &Aws, id: &Id) -> Result<()> {
    let list = aws.iam().list_entities_for_policy().policy_arn(id).into_paginator().send();
    let pages = list.collect::<Result<Vec<_>, _>>().await.unless(&["NoSuchEntity"]);
    let pages = pages.doing("reading who uses policy", id)?.unwrap_or_default();
    let roles = pages.iter().flat_map(|page| page.policy_roles()).filter_map(|role| role.role_name());
    let users = pages.iter().flat_map(|page| page.policy_users()).filter_map(|user| user.user_name());
    let groups = pages.iter().flat_map(|page| page.policy_groups()).filter_map(|group| group.group_name());
    let used: Vec<_> = [
        roles.map(|name| format!("role `{name}`")).collect::<Vec<_>>(),
        users.map(|name| format!("user `{name}`")).collect(),
        groups.map(|name| format!("group `{name}`")).collect(),
    ]
    .concat();
    match used.is_empty() {
        true => Ok(()),
        false => Err(Error::new(format!(
            "deleting policy `{id}`: it is attached to, or the permissions boundary of, {}",
            used.join(", ")
        ))
        .hint("detach it there first; this provider doesn't take permissions from what it doesn't manage")
        .again(Again::Held)),
    }
}
