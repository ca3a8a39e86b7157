//! A DB parameter group.

use aws_sdk_rds::types::DbParameterGroup;
use pulumi_plugin::{Fault, Id, Made, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _, Tags};
use crate::rds::holders::{named, prevent};
use crate::rds::parameters::{self, Of, Parameters, bring, users};
use crate::rds::tags;
use crate::types::ParameterGroupName;

/// The inputs of a DB parameter group.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ParameterGroupInputs {
    /// The DB parameter group's name: a letter, then letters, digits and single hyphens; at most 255 characters. AWS keeps it in lower case. Default:
    /// made from the resource's name. A group that takes another family can stand beside the old one only under another name.
    #[prop(replace, unique, autoname = 255)]
    pub name: ParameterGroupName,
    /// The parameter group family, such as `aurora-postgresql17`. Another major version of an engine has another family.
    #[prop(replace, min = 1)]
    pub family: String,
    /// The description: 1 to 255 characters.
    #[prop(replace, default = "Managed by Pulumi".to_owned(), min = 1, max = 255)]
    pub description: String,
    /// The parameters by name, in lower case as AWS writes them, such as `{"log_min_duration_statement": "500"}`. One that is no longer given goes back to the engine's default.
    /// A static parameter takes effect with the next reboot of the instances, all others at once.
    #[prop(default)]
    pub parameters: Parameters,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// A DB parameter group: the engine parameters of the single instances that use it.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ParameterGroup {
    /// The inputs, as RDS has them.
    #[prop(inputs)]
    pub inputs: ParameterGroupInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
}

impl Resource for ParameterGroup {
    const TOKEN: &'static str = "gitinfra:rds:ParameterGroup";
    const WAIT: Wait = Wait::seconds(2, 3600);
    type Session = Aws;
    type Inputs = ParameterGroupInputs;
    type Seen = DbParameterGroup;

    fn check(new: &ParameterGroupInputs) -> Vec<Fault> {
        parameters::faults(&new.parameters)
    }

    async fn prevents(aws: &Aws, id: &Id, _: &ParameterGroupInputs, _: &ParameterGroupInputs) -> Result<()> {
        prevent(id, "DB parameter group", &users(aws, Of::Instance, id).await?)
    }

    async fn create(aws: &Aws, new: &ParameterGroupInputs) -> Result<Made> {
        let name = new.name.as_str();
        let create = aws
            .once()
            .rds()
            .create_db_parameter_group()
            .db_parameter_group_name(name)
            .db_parameter_group_family(&new.family)
            .description(&new.description)
            .set_tags(Some(aws.newborn(&new.tags)));
        let made = create.send().await.unless(&["DBParameterGroupAlreadyExists"]);
        Ok(match made.doing("creating DB parameter group", name)? {
            Some(_) => Made::New(name.into()),
            None => Made::Exists(name.into()),
        })
    }

    async fn ours(aws: &Aws, id: &Id, seen: &DbParameterGroup, _: &ParameterGroupInputs) -> Result<Option<Id>> {
        let tags = tags::list(aws, seen.db_parameter_group_arn().unwrap_or_default()).await?;
        Ok(aws.bears_token(tags).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<DbParameterGroup>> {
        let asked = aws.rds().describe_db_parameter_groups().db_parameter_group_name(id).send().await;
        let answer = asked.unless(&["DBParameterGroupNotFound"]).doing("reading DB parameter group", id)?;
        Ok(answer.and_then(|a| a.db_parameter_groups?.pop()))
    }

    async fn read(aws: &Aws, id: &Id, seen: DbParameterGroup) -> Result<Self> {
        let arn = seen.db_parameter_group_arn.unwrap_or_default();
        let (parameters, tags) = futures::try_join!(parameters::read(aws, Of::Instance, id), tags::visible(aws, &arn))?;
        Ok(ParameterGroup {
            inputs: ParameterGroupInputs {
                name: seen.db_parameter_group_name.unwrap_or_default().into(),
                family: seen.db_parameter_group_family.unwrap_or_default(),
                description: seen.description.unwrap_or_default(),
                parameters,
                tags,
            },
            arn,
        })
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &ParameterGroupInputs) -> Result<()> {
        bring(aws, Of::Instance, id, &old.inputs.parameters, &new.parameters).await
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, &old.arn, set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let delete = aws.rds().delete_db_parameter_group().db_parameter_group_name(id).send().await;
        match delete.unless(&["DBParameterGroupNotFound"]).done("deleting DB parameter group", id) {
            Err(refused) => Err(named(refused, &users(aws, Of::Instance, id).await?)),
            deleted => deleted,
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}
