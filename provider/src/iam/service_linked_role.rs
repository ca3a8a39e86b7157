//! A service-linked role.

use aws_sdk_iam::error::ProvideErrorMetadata as _;
use aws_sdk_iam::types::{DeletionTaskFailureReasonType, DeletionTaskStatusType, Role as AwsRole};
use pulumi_plugin::{Again, Error, Id, Made, Property, Resource, Result, Value, Wait};

use crate::aws::{Aws, Doing as _};

/// The path of all service-linked roles; the service's name follows.
const PATH: &str = "/aws-service-role/";

/// The inputs of a service-linked role.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ServiceLinkedRoleInputs {
    /// The AWS service that the role is linked to, such as `ecs.amazonaws.com`.
    #[prop(replace, unique)]
    pub aws_service_name: String,
    /// The custom suffix of the role's name, for the few services that take one: 1 to 64 letters, digits and `_+=,.@-`. Left out later, the
    /// role stays what it is; another one takes a new role.
    #[prop(initial, unique, min = 1, max = 64)]
    pub custom_suffix: Option<String>,
    /// The description of the role, up to 1000 characters. Left out: what it is.
    #[prop(given, max = 1000)]
    pub description: Option<String>,
}

/// An IAM service-linked role: a role that only one AWS service can assume, with permissions that the service itself defines. An account has one
/// of each service: where it exists already, this resource takes it as it is, and leaves it when it is deleted. One that it created is deleted,
/// unless the service still uses it.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ServiceLinkedRole {
    /// The inputs, as IAM has them.
    #[prop(inputs)]
    pub inputs: ServiceLinkedRoleInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The role's name, such as `AWSServiceRoleForECS`.
    #[prop(stable)]
    pub name: String,
    /// The role id: no other role ever has it, not even a later one of the same name.
    #[prop(stable)]
    pub unique_id: String,
    /// Whether this resource created the role, so that its deletion deletes the role.
    #[prop(stable, keep)]
    pub created: bool,
}

impl Resource for ServiceLinkedRole {
    const TOKEN: &'static str = "gitinfra:iam:ServiceLinkedRole";
    const WAIT: Wait = Wait::seconds(5, 600);
    const FIXED: &'static [(&'static str, &'static str)] = crate::aws::GLOBAL;
    type Session = Aws;
    type Inputs = ServiceLinkedRoleInputs;
    type Seen = AwsRole;

    /// Looked for before the first attempt, so that after a lost answer one that stands is known to be ours.
    async fn standing(aws: &Aws, new: &ServiceLinkedRoleInputs) -> Result<Option<Id>> {
        let list = aws.iam().list_roles().path_prefix(format!("{PATH}{}/", new.aws_service_name));
        let roles = list.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        let roles = roles.doing("looking for the service-linked role of", &new.aws_service_name)?;
        Ok(roles.into_iter().find(|role| is_asked_for(&role.role_name, new)).map(|role| role.arn.into()))
    }

    async fn create(aws: &Aws, new: &ServiceLinkedRoleInputs) -> Result<Made> {
        let create = aws.once().iam().create_service_linked_role().aws_service_name(&new.aws_service_name);
        let create = create.set_custom_suffix(new.custom_suffix.clone()).set_description(new.description.clone());
        let made = create.send().await;
        if let Some(name) = made.as_ref().err().and_then(|refusal| taken_name(refusal.message()?)) {
            let role = format!("role{PATH}{}/{name}", new.aws_service_name);
            let id = format!("arn:{}:iam::{}:{role}", aws.partition(), aws.account().await?);
            return Ok(Made::Exists(id.into()));
        }
        let made = made.doing("creating the service-linked role of", &new.aws_service_name)?;
        match Made::new(made.role.map(|role| role.arn))? {
            Made::New(id) => Ok(Made::New(id.keeping("created", &true))),
            other => Ok(other),
        }
    }

    /// One that was there before was taken over by the first attempt.
    async fn ours(aws: &Aws, id: &Id, _: &AwsRole, _: &ServiceLinkedRoleInputs) -> Result<Option<Id>> {
        Ok(aws.call().tried().then(|| id.clone().keeping("created", &true)))
    }

    /// The account shares it.
    fn takes_over(_: &ServiceLinkedRoleInputs) -> bool {
        true
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsRole>> {
        let got = aws.iam().get_role().role_name(name(id)?).send().await.unless(&["NoSuchEntity"]);
        Ok(got.doing("reading service-linked role", id)?.and_then(|answer| answer.role))
    }

    async fn read(aws: &Aws, _: &Id, seen: AwsRole) -> Result<Self> {
        // A name doesn't tell whether its end is a suffix or the service's own.
        let given = aws.call().given.get("customSuffix").and_then(Value::as_str);
        let suffix = given.filter(|suffix| seen.role_name.ends_with(&format!("_{suffix}")));
        Ok(ServiceLinkedRole {
            inputs: ServiceLinkedRoleInputs {
                aws_service_name: seen.path.trim_start_matches(PATH).trim_end_matches('/').to_owned(),
                custom_suffix: suffix.map(str::to_owned),
                description: Some(seen.description.unwrap_or_default()),
            },
            arn: seen.arn,
            name: seen.role_name,
            unique_id: seen.role_id,
            created: false,
        })
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &ServiceLinkedRoleInputs) -> Result<()> {
        match &new.description {
            Some(description) if old.inputs.description.as_ref() != Some(description) => {
                let update = aws.iam().update_role().role_name(name(id)?).description(description).send().await;
                update.done("setting the description of service-linked role", id)
            }
            _ => Ok(()),
        }
    }

    /// IAM deletes it in a task. While that runs, the same call answers the same task.
    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        if !old.created {
            aws.call().status("it was there before, so it stays").await;
            return Ok(());
        }
        let delete = aws.iam().delete_service_linked_role().role_name(name(id)?).send().await;
        let Some(task) = delete.unless(&["NoSuchEntity"]).doing("deleting service-linked role", id)? else {
            return Ok(());
        };
        let ask = aws.iam().get_service_linked_role_deletion_status().deletion_task_id(task.deletion_task_id);
        let answer = ask.send().await.doing("reading how far the deletion is of", id)?;
        match answer.status {
            DeletionTaskStatusType::Succeeded => Ok(()),
            DeletionTaskStatusType::Failed => Err(used(id, answer.reason)),
            status => Err(Error::new(format!("deleting service-linked role `{id}`: {status}")).again(Again::Later)),
        }
    }

    fn lingers(old: &Self) -> bool {
        old.created
    }
}

/// The role's name, which ends its ARN.
fn name(id: &Id) -> Result<&str> {
    let role = id.as_str().split_once(&format!(":role{PATH}")).and_then(|(_, rest)| rest.split_once('/'));
    role.map(|(_, name)| name).ok_or_else(|| {
        Error::new(format!("`{id}` is not the ARN of a service-linked role, which has the path {PATH}SERVICE/"))
    })
}

/// Whether a role of the service is the one that is asked for. Names without a suffix have an underscore where the service is a part of another
/// one: `AWSServiceRoleForApplicationAutoScaling_ECSService` of `ecs.application-autoscaling.amazonaws.com`.
fn is_asked_for(name: &str, new: &ServiceLinkedRoleInputs) -> bool {
    let is_part = new.aws_service_name.trim_end_matches(".cn").split('.').count() > 3;
    match &new.custom_suffix {
        Some(suffix) => name.ends_with(&format!("_{suffix}")),
        None => is_part || !name.contains('_'),
    }
}

/// The role's name out of AWS's refusal to make another one.
fn taken_name(refusal: &str) -> Option<&str> {
    let (before, _) = refusal.split_once(" has been taken in this account")?;
    before.strip_prefix("Service role name ")
}

/// Why the role can't be deleted: what still uses it.
fn used(id: &Id, reason: Option<DeletionTaskFailureReasonType>) -> Error {
    let usage = reason.iter().flat_map(|reason| reason.role_usage_list());
    let usage = usage.flat_map(|usage| usage.resources().iter().map(String::as_str));
    let why =
        reason.as_ref().and_then(|reason| reason.reason()).unwrap_or("AWS does not say why").trim_end_matches('.');
    let used: Vec<_> = usage.collect();
    let by = if used.is_empty() { String::new() } else { format!(": {}", used.join(", ")) };
    Error::new(format!("deleting service-linked role `{id}`: {why}{by}")).hint(
        "delete what uses it first; or take it out of the state and leave it, which costs nothing: `pulumi state delete URN`",
    )
}

#[cfg(test)]
mod tests {
    use super::{ServiceLinkedRoleInputs, is_asked_for, name, taken_name};

    #[test]
    fn tells_a_suffix_from_a_name() {
        for (service, suffix, name, expected) in [
            ("autoscaling.amazonaws.com", None, "AWSServiceRoleForAutoScaling", true),
            ("autoscaling.amazonaws.com", None, "AWSServiceRoleForAutoScaling_web", false),
            ("autoscaling.amazonaws.com", Some("web"), "AWSServiceRoleForAutoScaling_web", true),
            ("autoscaling.amazonaws.com", Some("web"), "AWSServiceRoleForAutoScaling", false),
            (
                "ecs.application-autoscaling.amazonaws.com",
                None,
                "AWSServiceRoleForApplicationAutoScaling_ECSService",
                true,
            ),
        ] {
            let asked = ServiceLinkedRoleInputs {
                aws_service_name: service.into(),
                custom_suffix: suffix.map(str::to_owned),
                description: None,
            };
            assert_eq!(is_asked_for(name, &asked), expected, "{service} {name}");
        }
    }

    #[test]
    fn knows_names() {
        let refusal =
            "Service role name AWSServiceRoleForECS has been taken in this account, please try a different suffix.";
        assert_eq!(taken_name(refusal), Some("AWSServiceRoleForECS"));
        assert_eq!(taken_name("Custom suffix is not allowed for ecs.amazonaws.com"), None);
        let id = "arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS".into();
        assert_eq!(name(&id).ok(), Some("AWSServiceRoleForECS"));
        assert!(name(&"arn:aws:iam::123456789012:role/web".into()).is_err());
    }
}
