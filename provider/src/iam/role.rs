//! A role.

pub(super) mod policies;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::operation::delete_role::DeleteRoleError;
use aws_sdk_iam::types::Role as AwsRole;
use pulumi_plugin::{Fault, Id, Made, Order, Property, Resource, Result, Wait};

use crate::aws::number::signed;
use crate::aws::{Aws, Doing as _, Tags, word};
use crate::iam::tags;
use crate::types::{Arn, IamPath, PolicyJson, RoleName};

/// The inputs of an IAM role.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RoleInputs {
    /// The role's name: 1 to 64 letters, digits and `_+=,.@-`, unique in the account. Default: made from the resource's name.
    #[prop(replace, unique, autoname = 64)]
    pub name: RoleName,
    /// The path, which begins and ends with `/`, such as `/service/`. Default: `/`.
    #[prop(replace, default = IamPath::from("/"))]
    pub path: IamPath,
    /// The trust policy: says who may assume the role.
    pub assume_role_policy: PolicyJson,
    /// A description of up to 1000 characters.
    #[prop(default, max = 1000)]
    pub description: String,
    /// The maximum session duration in seconds: 3600 (one hour) to 43200 (12 hours). Default: 3600.
    #[prop(default = 3600, min = 3600, max = 43200)]
    pub max_session_duration: u32,
    /// The permissions boundary: the ARN of a policy that limits what all other policies can allow the role.
    pub permissions_boundary: Option<Arn>,
    /// The ARNs of the managed policies that are attached to the role; all others are detached. Left out: attached policies are not managed here.
    #[prop(given)]
    pub managed_policy_arns: Option<BTreeSet<Arn>>,
    /// The inline policies of the role, by name; all others are deleted. Left out: inline policies are not managed here.
    #[prop(given)]
    pub inline_policies: Option<BTreeMap<String, PolicyJson>>,
    /// Whether deleting the role also removes it from instance profiles, and detaches and deletes policies that others gave it. Default: false.
    #[prop(default)]
    pub force_detach_policies: Order<bool>,
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
    const FIXED: &'static [(&'static str, &'static str)] = crate::aws::GLOBAL;
    type Session = Aws;
    type Inputs = RoleInputs;
    type Seen = AwsRole;

    fn check(new: &RoleInputs) -> Vec<Fault> {
        let size = new.inline_policies.iter().flatten().map(|(_, policy)| policy.size()).sum();
        policies::size_fault(size).map(|why| Fault::new("inlinePolicies", why)).into_iter().collect()
    }

    /// To IAM, names are the same in capitals.
    fn collides(old: &RoleInputs, new: &RoleInputs) -> bool {
        old.name.as_str().eq_ignore_ascii_case(new.name.as_str())
    }

    async fn create(aws: &Aws, new: &RoleInputs) -> Result<Made> {
        let create = aws
            .once()
            .iam()
            .create_role()
            .role_name(new.name.as_str())
            .path(new.path.as_str())
            .assume_role_policy_document(new.assume_role_policy.to_string())
            .description(&new.description)
            .max_session_duration(signed(new.max_session_duration))
            .set_permissions_boundary(new.permissions_boundary.as_ref().map(Arn::to_string))
            .set_tags(Some(aws.newborn(&new.tags)));
        let made = create.send().await.unless(&["EntityAlreadyExists"]).doing("creating role", &new.name)?;
        let id = Id::from(new.name.as_str());
        Ok(if made.is_some() { Made::New(id) } else { Made::Exists(id) })
    }

    async fn ours(aws: &Aws, id: &Id, seen: &AwsRole, _: &RoleInputs) -> Result<Option<Id>> {
        Ok(aws.bears_token(seen.tags()).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsRole>> {
        let got = aws.iam().get_role().role_name(id).send().await.unless(&["NoSuchEntity"]);
        Ok(got.doing("reading role", id)?.and_then(|answer| answer.role))
    }

    async fn read(aws: &Aws, id: &Id, seen: AwsRole) -> Result<Self> {
        let (attached, inline) = futures::try_join!(policies::attached(aws, id), policies::inline(aws, id))?;
        let trust = policies::decoded(&seen.assume_role_policy_document.unwrap_or_default());
        let boundary = seen.permissions_boundary.and_then(|boundary| boundary.permissions_boundary_arn);
        Ok(Role {
            inputs: RoleInputs {
                name: seen.role_name.into(),
                path: seen.path.into(),
                assume_role_policy: trust
                    .map_err(|error| error.doing(format!("reading the trust policy of role `{id}`")))?,
                description: seen.description.unwrap_or_default(),
                max_session_duration: seen.max_session_duration.and_then(|s| u32::try_from(s).ok()).unwrap_or(3600),
                permissions_boundary: boundary.map(word).transpose()?,
                managed_policy_arns: Some(attached),
                inline_policies: Some(inline),
                force_detach_policies: Order::unknown(),
                tags: aws.visible(seen.tags.unwrap_or_default()),
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
            update.done("setting the trust policy of role", id)?;
        }
        if (&old.description, old.max_session_duration) != (&new.description, new.max_session_duration) {
            let update = iam.update_role().role_name(id).description(&new.description);
            update.max_session_duration(signed(new.max_session_duration)).send().await.done("updating role", id)?;
        }
        match &new.permissions_boundary {
            boundary if *boundary == old.permissions_boundary => {}
            Some(arn) => {
                let put = iam.put_role_permissions_boundary().role_name(id).permissions_boundary(arn.as_str());
                put.send().await.done("setting the permissions boundary of role", id)?;
            }
            None => {
                let gone = iam.delete_role_permissions_boundary().role_name(id).send().await;
                gone.unless(&["NoSuchEntity"]).done("removing the permissions boundary of role", id)?;
            }
        }
        policies::bring(aws, id, old, new).await
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag_role(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        match old.inputs.force_detach_policies.value() {
            true => policies::strip(aws, id).await?,
            false => policies::take(aws, id, &old.inputs).await?,
        }
        let deleted = aws.iam().delete_role().role_name(id).send().await;
        let held = |error: &DeleteRoleError| error.is_delete_conflict_exception();
        if deleted.as_ref().is_err_and(|error| error.as_service_error().is_some_and(held)) {
            return Err(policies::in_the_way(aws, id).await?);
        }
        deleted.unless(&["NoSuchEntity"]).done("deleting role", id)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}
