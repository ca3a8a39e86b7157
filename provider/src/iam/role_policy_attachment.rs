//! A managed policy that is attached to a role.

use pulumi_plugin::{Error, Id, Made, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _};
use crate::iam::role::policies::attached;
use crate::types::{Arn, RoleName};

/// The inputs of an attachment of a managed policy to a role.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RolePolicyAttachmentInputs {
    /// The name of the role. Leave `managedPolicyArns` out on that role: it would detach this policy.
    #[prop(replace, unique)]
    pub role: RoleName,
    /// The ARN of the managed policy: AWS's own or the account's. A role may have 10 of them, unless its quota was raised.
    #[prop(replace, unique)]
    pub policy_arn: Arn,
}

/// An attachment of a managed policy to an IAM role.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RolePolicyAttachment {
    /// The inputs, as IAM has them.
    #[prop(inputs)]
    pub inputs: RolePolicyAttachmentInputs,
}

impl Resource for RolePolicyAttachment {
    const TOKEN: &'static str = "gitinfra:iam:RolePolicyAttachment";
    const WAIT: Wait = Wait::seconds(1, 300);
    const FIXED: &'static [(&'static str, &'static str)] = crate::aws::GLOBAL;
    type Session = Aws;
    type Inputs = RolePolicyAttachmentInputs;
    type Seen = ();

    /// To IAM, attaching what is attached is a success. Two resources would share one attachment, and the first deletion would take it from both.
    async fn standing(aws: &Aws, new: &RolePolicyAttachmentInputs) -> Result<Option<Id>> {
        let id = id(new);
        Ok(Self::find(aws, &id).await?.map(|()| id))
    }

    async fn create(aws: &Aws, new: &RolePolicyAttachmentInputs) -> Result<Made> {
        let attach = aws.once().iam().attach_role_policy();
        let attach = attach.role_name(new.role.as_str()).policy_arn(new.policy_arn.as_str());
        attach.send().await.doing("attaching a policy to role", &new.role)?;
        Ok(Made::New(id(new)))
    }

    /// The first attempt has seen that there was none.
    async fn ours(aws: &Aws, id: &Id, (): &(), _: &RolePolicyAttachmentInputs) -> Result<Option<Id>> {
        Ok(aws.call().tried().then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<()>> {
        let (role, arn) = parts(id)?;
        let there = attached(aws, &role.into()).await?;
        Ok(there.iter().any(|there| there.as_str() == arn).then_some(()))
    }

    async fn read(_: &Aws, id: &Id, (): ()) -> Result<Self> {
        let (role, arn) = parts(id)?;
        let policy_arn = Arn::parse(arn).map_err(Error::new)?;
        Ok(RolePolicyAttachment { inputs: RolePolicyAttachmentInputs { role: role.into(), policy_arn } })
    }

    async fn update(_: &Aws, _: &Id, _: &Self, _: &RolePolicyAttachmentInputs) -> Result<()> {
        Ok(())
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let (role, arn) = parts(id)?;
        let detach = aws.iam().detach_role_policy().role_name(role).policy_arn(arn).send().await;
        detach.unless(&["NoSuchEntity"]).done("detaching a policy from role", role)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// `ROLE/POLICY_ARN`: a role's name has no slash.
fn id(new: &RolePolicyAttachmentInputs) -> Id {
    format!("{}/{}", new.role, new.policy_arn).into()
}

fn parts(id: &Id) -> Result<(&str, &str)> {
    let parts = id.as_str().split_once('/').filter(|(role, arn)| !role.is_empty() && Arn::parse(arn).is_ok());
    parts.ok_or_else(|| Error::new(format!("`{id}` is not the id of an attachment, which is ROLE/POLICY_ARN")))
}
