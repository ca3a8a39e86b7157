//! An instance profile: how an EC2 instance gets a role.

use aws_sdk_iam::types::InstanceProfile as AwsProfile;
use pulumi_plugin::{Id, Made, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _, Tags};
use crate::iam::tags;
use crate::types::{IamName, IamPath, RoleName};

/// The inputs of an instance profile.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct InstanceProfileInputs {
    /// The instance profile's name: 1 to 128 letters, digits and `_+=,.@-`, unique in the account. Default: made from the resource's name.
    #[prop(replace, unique, autoname = 128)]
    pub name: IamName,
    /// The path, which begins and ends with `/`, such as `/service/`. Default: `/`.
    #[prop(replace, default = IamPath::from("/"))]
    pub path: IamPath,
    /// The name of the role that instances with this profile have. Left out: none.
    pub role: Option<RoleName>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// An IAM instance profile: it gives a role to EC2 instances. EC2 may know a new one only after some seconds.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct InstanceProfile {
    /// The inputs, as IAM has them.
    #[prop(inputs)]
    pub inputs: InstanceProfileInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The instance profile's id, such as `AIPAJQABLZS4A3QDU576Q`: no other one ever has it, not even a later one of the same name.
    #[prop(stable)]
    pub unique_id: String,
}

impl Resource for InstanceProfile {
    const TOKEN: &'static str = "gitinfra:iam:InstanceProfile";
    const WAIT: Wait = Wait::seconds(2, 300);
    const FIXED: &'static [(&'static str, &'static str)] = crate::aws::GLOBAL;
    type Session = Aws;
    type Inputs = InstanceProfileInputs;
    type Seen = AwsProfile;

    /// To IAM, names are the same in capitals.
    fn collides(old: &InstanceProfileInputs, new: &InstanceProfileInputs) -> bool {
        old.name.as_str().eq_ignore_ascii_case(new.name.as_str())
    }

    async fn create(aws: &Aws, new: &InstanceProfileInputs) -> Result<Made> {
        let create = aws
            .once()
            .iam()
            .create_instance_profile()
            .instance_profile_name(new.name.as_str())
            .path(new.path.as_str())
            .set_tags(Some(aws.newborn(&new.tags)));
        let made = create.send().await.unless(&["EntityAlreadyExists"]);
        let id = Id::from(new.name.as_str());
        Ok(match made.doing("creating instance profile", &new.name)? {
            Some(_) => Made::New(id),
            None => Made::Exists(id),
        })
    }

    async fn ours(aws: &Aws, id: &Id, seen: &AwsProfile, _: &InstanceProfileInputs) -> Result<Option<Id>> {
        Ok(aws.bears_token(seen.tags()).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsProfile>> {
        let got = aws.iam().get_instance_profile().instance_profile_name(id).send().await;
        let got = got.unless(&["NoSuchEntity"]).doing("reading instance profile", id)?;
        Ok(got.and_then(|answer| answer.instance_profile))
    }

    async fn read(aws: &Aws, _: &Id, seen: AwsProfile) -> Result<Self> {
        let role = seen.roles.into_iter().next();
        Ok(InstanceProfile {
            inputs: InstanceProfileInputs {
                name: seen.instance_profile_name.into(),
                path: seen.path.into(),
                role: role.map(|role| role.role_name.into()),
                tags: aws.visible(seen.tags.unwrap_or_default()),
            },
            arn: seen.arn,
            unique_id: seen.instance_profile_id,
        })
    }

    /// There is room for one role, so the old one goes first.
    async fn update(aws: &Aws, id: &Id, _: &Self, new: &InstanceProfileInputs) -> Result<()> {
        let wanted = new.role.as_ref().map(RoleName::as_str);
        let there = roles(aws, id).await?;
        for role in there.iter().filter(|role| Some(role.as_str()) != wanted) {
            take_out(aws, id, role).await?;
        }
        match wanted.filter(|wanted| !there.iter().any(|role| role == wanted)) {
            None => Ok(()),
            Some(role) => {
                let add = aws.iam().add_role_to_instance_profile().instance_profile_name(id).role_name(role);
                add.send().await.done("putting a role into instance profile", id)
            }
        }
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag_instance_profile(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        for role in roles(aws, id).await? {
            take_out(aws, id, &role).await?;
        }
        let delete = aws.iam().delete_instance_profile().instance_profile_name(id).send().await;
        delete.unless(&["NoSuchEntity"]).done("deleting instance profile", id)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// The names of the roles that are in the profile now: none or one.
async fn roles(aws: &Aws, id: &Id) -> Result<Vec<String>> {
    let seen = InstanceProfile::find(aws, id).await?;
    Ok(seen.into_iter().flat_map(|seen| seen.roles).map(|role| role.role_name).collect())
}

async fn take_out(aws: &Aws, id: &Id, role: &str) -> Result<()> {
    let out = aws.iam().remove_role_from_instance_profile().instance_profile_name(id).role_name(role);
    out.send().await.unless(&["NoSuchEntity"]).done("taking a role out of instance profile", id)
}
