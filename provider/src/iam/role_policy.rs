//! An inline policy of a role.

use pulumi_plugin::{Error, Fault, Id, Made, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _};
use crate::iam::role::policies::{self, decoded};
use crate::types::{IamName, PolicyJson, RoleName};

/// The inputs of an inline policy of a role.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RolePolicyInputs {
    /// The name of the role that the policy is part of. Leave `inlinePolicies` out on that role: it would delete this policy.
    #[prop(replace, unique)]
    pub role: RoleName,
    /// The policy's name: 1 to 128 letters, digits and `_+=,.@-`, unique in the role. Default: made from the resource's name.
    #[prop(replace, unique, autoname = 128)]
    pub name: IamName,
    /// The policy document. All inline policies of a role together may have 10,240 characters, of which white space doesn't count.
    pub policy: PolicyJson,
}

/// An inline policy of an IAM role: permissions that are part of this one role, and end with it.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RolePolicy {
    /// The inputs, as IAM has them.
    #[prop(inputs)]
    pub inputs: RolePolicyInputs,
}

impl Resource for RolePolicy {
    const TOKEN: &'static str = "gitinfra:iam:RolePolicy";
    const WAIT: Wait = Wait::seconds(1, 300);
    const FIXED: &'static [(&'static str, &'static str)] = crate::aws::GLOBAL;
    type Session = Aws;
    type Inputs = RolePolicyInputs;
    type Seen = PolicyJson;

    fn check(new: &RolePolicyInputs) -> Vec<Fault> {
        policies::size_fault(new.policy.size()).map(|why| Fault::new("policy", why)).into_iter().collect()
    }

    /// IAM overwrites a policy of the same name without a word.
    async fn standing(aws: &Aws, new: &RolePolicyInputs) -> Result<Option<Id>> {
        let id = id(new);
        Ok(Self::find(aws, &id).await?.map(|_| id))
    }

    async fn create(aws: &Aws, new: &RolePolicyInputs) -> Result<Made> {
        put(&aws.once(), new).await?;
        Ok(Made::New(id(new)))
    }

    /// The first attempt has seen that there was none, so that one with this very content is what that attempt put.
    async fn ours(aws: &Aws, id: &Id, seen: &PolicyJson, new: &RolePolicyInputs) -> Result<Option<Id>> {
        Ok((aws.call().tried() && *seen == new.policy).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<PolicyJson>> {
        let (role, name) = parts(id)?;
        let got = aws.iam().get_role_policy().role_name(role).policy_name(name).send().await;
        let got = got.unless(&["NoSuchEntity"]).doing("reading role policy", id)?;
        got.map(|got| decoded(got.policy_document())).transpose()
    }

    async fn read(_: &Aws, id: &Id, policy: PolicyJson) -> Result<Self> {
        let (role, name) = parts(id)?;
        Ok(RolePolicy { inputs: RolePolicyInputs { role: role.into(), name: name.into(), policy } })
    }

    async fn update(aws: &Aws, _: &Id, _: &Self, new: &RolePolicyInputs) -> Result<()> {
        put(aws, new).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let (role, name) = parts(id)?;
        let delete = aws.iam().delete_role_policy().role_name(role).policy_name(name).send().await;
        delete.unless(&["NoSuchEntity"]).done("deleting role policy", id)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

async fn put(aws: &Aws, new: &RolePolicyInputs) -> Result<()> {
    let put = aws.iam().put_role_policy().role_name(new.role.as_str()).policy_name(new.name.as_str());
    put.policy_document(new.policy.to_string()).send().await.done("putting role policy", id(new))
}

/// `ROLE:POLICY`: neither name has a colon.
fn id(new: &RolePolicyInputs) -> Id {
    format!("{}:{}", new.role, new.name).into()
}

fn parts(id: &Id) -> Result<(&str, &str)> {
    let parts = id.as_str().split_once(':').filter(|(role, name)| !role.is_empty() && !name.is_empty());
    parts.ok_or_else(|| Error::new(format!("`{id}` is not the id of a role policy, which is ROLE:POLICY")))
}
