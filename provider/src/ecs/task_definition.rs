//! A task definition: one revision of a family.

mod container;
mod inputs;
mod linux;
mod log;
mod parts;
pub(crate) mod rules;
mod volume;

use aws_sdk_ecs::operation::describe_task_definition::DescribeTaskDefinitionOutput;
use aws_sdk_ecs::types::{SortOrder, TaskDefinitionField, TaskDefinitionStatus};
use pulumi_plugin::{Error, Fault, Id, Made, Property, Resource, Result, Wait};

pub use self::container::*;
pub use self::inputs::*;
pub use self::linux::*;
pub use self::log::*;
pub use self::parts::*;
pub use self::volume::*;
use crate::aws::{Aws, Doing as _, Tags};
use crate::ecs::{tags, unbuilt};

/// An ECS task definition: containers that run together, and what they need. Each is one revision of its family; every change but that of tags
/// makes a new one, and the old one is deregistered after it.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct TaskDefinition {
    /// The inputs, as ECS has them.
    #[prop(inputs)]
    pub inputs: TaskDefinitionInputs,
    /// The ARN of the revision.
    #[prop(stable)]
    pub arn: String,
    /// The ARN without the revision, of which a policy needs `ARN:*` to allow every revision.
    #[prop(stable)]
    pub arn_without_revision: String,
    /// The revision's number.
    #[prop(stable)]
    pub revision: u32,
}

impl Resource for TaskDefinition {
    const TOKEN: &'static str = "gitinfra:ecs:TaskDefinition";
    const WAIT: Wait = Wait::seconds(1, 300);
    type Session = Aws;
    type Inputs = TaskDefinitionInputs;
    type Seen = DescribeTaskDefinitionOutput;

    fn check(new: &TaskDefinitionInputs) -> Vec<Fault> {
        rules::faults(new)
    }

    /// Every registration makes another revision, so the newest ones of the family are looked at for the token.
    async fn earlier(aws: &Aws, new: &TaskDefinitionInputs) -> Result<Option<Id>> {
        let list = aws.ecs().list_task_definitions().family_prefix(new.family.as_str()).sort(SortOrder::Desc);
        let listed = list.max_results(10).send().await.doing("looking for what an earlier attempt made", "")?;
        for arn in listed.task_definition_arns.unwrap_or_default() {
            let id = Id::from(arn);
            let seen = Self::find(aws, &id).await?;
            if seen.is_some_and(|seen| aws.bears_token(seen.tags())) {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    async fn create(aws: &Aws, new: &TaskDefinitionInputs) -> Result<Made> {
        let once = aws.once().ecs();
        let register = new.write(once.register_task_definition()).map_err(unbuilt)?;
        let made = register.set_tags(Some(aws.newborn(&new.tags))).send().await;
        let made = made.doing("registering task definition", &new.family)?.task_definition;
        Made::new(made.and_then(|definition| definition.task_definition_arn))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<DescribeTaskDefinitionOutput>> {
        let describe = aws.ecs().describe_task_definition().task_definition(id).include(TaskDefinitionField::Tags);
        let seen = match describe.send().await.doing("reading task definition", id) {
            Err(error) if error.message().contains("Unable to describe task definition") => return Ok(None),
            seen => seen?,
        };
        let definition = seen.task_definition();
        let stands = definition.is_some_and(|it| it.status == Some(TaskDefinitionStatus::Active));
        Ok(stands.then_some(seen))
    }

    async fn read(aws: &Aws, id: &Id, seen: DescribeTaskDefinitionOutput) -> Result<Self> {
        let tags = aws.visible(seen.tags.unwrap_or_default());
        let nothing = || Error::new(format!("AWS says nothing of task definition `{id}`"));
        let definition = seen.task_definition.ok_or_else(nothing)?;
        let arn = definition.task_definition_arn.clone().unwrap_or_default();
        let unnumbered = arn.rsplit_once(':').map(|(family, _)| family.to_owned());
        Ok(TaskDefinition {
            revision: crate::aws::number::count(definition.revision),
            inputs: TaskDefinitionInputs { tags, ..TaskDefinitionInputs::read(definition)? },
            arn_without_revision: unnumbered.unwrap_or_default(),
            arn,
        })
    }

    /// A host port that is the usual one may be given or left out.
    fn respell(&mut self, given: &TaskDefinitionInputs) {
        for (name, container) in &mut self.inputs.container_definitions {
            let Some(given) = given.container_definitions.get(name) else { continue };
            let usual = given.port_mappings.iter().filter(|port| port.is_usual());
            for port in usual {
                let seen = PortMapping { host_port: None, ..port.clone() };
                if container.port_mappings.remove(&seen) {
                    container.port_mappings.insert(port.clone());
                }
            }
        }
    }

    async fn update(_: &Aws, _: &Id, _: &Self, _: &TaskDefinitionInputs) -> Result<()> {
        Ok(())
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, &old.arn, set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        if old.inputs.keep_on_delete.value() {
            return Ok(());
        }
        let gone = aws.ecs().deregister_task_definition().task_definition(id).send().await;
        match gone.done("deregistering task definition", id) {
            Err(error) if error.message().contains("in the process of being deleted") => Ok(()),
            done => done,
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}
