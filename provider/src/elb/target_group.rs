//! A target group.

mod attributes;
mod health;
mod inputs;
mod targets;

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::operation::delete_target_group::DeleteTargetGroupError;
use aws_sdk_elasticloadbalancingv2::types::{
    ProtocolEnum, TargetGroup as AwsTargetGroup, TargetGroupAttribute, TargetGroupIpAddressTypeEnum, TargetTypeEnum,
};
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Property, Resource, Result, Wait};

pub use self::attributes::*;
pub use self::inputs::*;
use crate::aws::{Aws, Doing as _, Tags};
use crate::elb::attributes as pairs;
use crate::elb::{suffix, tags};

/// A target group of Elastic Load Balancing: where a load balancer sends requests, and how it checks that the targets are healthy.
///
/// All but the health check, the attributes and the tags takes a new target group. Without a `name` it is made beside the old one, the listener turns
/// to it, and the old one is deleted; with one that stays the same, AWS can't delete it while a listener has it.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct TargetGroup {
    /// The inputs, as AWS has them.
    #[prop(inputs)]
    pub inputs: TargetGroupInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The end of the ARN, by which CloudWatch's metrics know the target group: `targetgroup/web/73e2d6bc24d8a067`.
    #[prop(stable)]
    pub arn_suffix: String,
    /// The ARNs of the load balancers that send requests to the target group.
    pub load_balancer_arns: Vec<String>,
}

impl Resource for TargetGroup {
    const TOKEN: &'static str = "gitinfra:elb:TargetGroup";
    const WAIT: Wait = Wait::seconds(2, 300);
    type Session = Aws;
    type Inputs = TargetGroupInputs;
    type Seen = AwsTargetGroup;

    fn check(new: &TargetGroupInputs) -> Vec<Fault> {
        let known = attributes::table(new);
        let strange = pairs::strange(&new.attributes, &known);
        Faults::of(new)
            .when(!strange.is_empty(), "attributes", format!("this kind of target group has no {}", strange.join(", ")))
            .part("attributes", attributes::faults(new))
            .into_vec()
            .into_iter()
            .chain(health::faults(new))
            .chain(inputs::faults(new))
            .collect()
    }

    /// The old one would have to go first, and AWS doesn't let it go while a listener or a rule sends requests to it.
    async fn prevents(aws: &Aws, id: &Id, _: &TargetGroupInputs, new: &TargetGroupInputs) -> Result<()> {
        let users = Self::find(aws, id).await?.and_then(|seen| seen.load_balancer_arns).unwrap_or_default();
        if users.is_empty() {
            return Ok(());
        }
        let why = format!(
            "target group `{}` can't be replaced under the same name: listeners or rules of {} send requests to it",
            new.name,
            users.join(", ")
        );
        Err(Error::new(why)
            .hint("give another `name`: then the new group is made beside the old one, and the listeners turn to it"))
    }

    /// AWS takes a second creation of the same name and settings for the first one, whoever made that.
    async fn standing(aws: &Aws, new: &TargetGroupInputs) -> Result<Option<Id>> {
        let named = aws.elb().describe_target_groups().names(new.name.as_str()).send().await;
        let named = named.unless(&["TargetGroupNotFound"]).doing("looking for target group", &new.name)?;
        let first = named.and_then(|answer| answer.target_groups?.into_iter().next());
        Ok(first.and_then(|group| group.target_group_arn).map(Id::from))
    }

    async fn create(aws: &Aws, new: &TargetGroupInputs) -> Result<Made> {
        let create = aws
            .once()
            .elb()
            .create_target_group()
            .name(new.name.as_str())
            .target_type(TargetTypeEnum::from(new.target_type.as_str()))
            .set_protocol(new.protocol.map(|protocol| ProtocolEnum::from(protocol.as_str())))
            .set_protocol_version(new.protocol_version.map(|version| version.as_str().to_owned()))
            .set_port(new.port.map(i32::from))
            .set_vpc_id(new.vpc_id.clone())
            .set_ip_address_type(
                (new.target_type == TargetType::Ip)
                    .then(|| TargetGroupIpAddressTypeEnum::from(new.ip_address_type.as_str())),
            )
            .set_target_control_port(new.target_control_port.map(i32::from));
        let create = health::with(create, new);
        // AWS refuses tags at the creation of a group of appliances.
        let tags = (new.protocol != Some(TargetProtocol::Geneve)).then(|| aws.newborn(&new.tags));
        let made = create.set_tags(tags).send().await.unless(&["DuplicateTargetGroupName"]);
        match made.doing("creating target group", &new.name)? {
            Some(made) => Made::new(made.target_groups.and_then(|groups| groups.into_iter().next()?.target_group_arn)),
            None => match Self::standing(aws, new).await? {
                Some(id) => Ok(Made::Exists(id)),
                None => Err(Error::new(format!("a target group `{}` exists, but can't be seen", new.name))),
            },
        }
    }

    async fn ours(aws: &Aws, id: &Id, _: &AwsTargetGroup, _: &TargetGroupInputs) -> Result<Option<Id>> {
        Ok(aws.bears_token(tags::list(aws, id.as_str()).await?).then(|| id.clone()))
    }

    async fn finish(aws: &Aws, id: &Id, new: &TargetGroupInputs) -> Result<()> {
        match new.protocol {
            Some(TargetProtocol::Geneve) => tags::add(aws, id.as_str(), aws.newborn(&new.tags)).await,
            _ => Ok(()),
        }
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsTargetGroup>> {
        let asked = aws.elb().describe_target_groups().target_group_arns(id).send().await;
        let answer = asked.unless(&["TargetGroupNotFound"]).doing("reading target group", id)?;
        Ok(answer.and_then(|answer| answer.target_groups?.into_iter().next()))
    }

    async fn read(aws: &Aws, id: &Id, seen: AwsTargetGroup) -> Result<Self> {
        let (told, tags, targets) =
            futures::try_join!(attributes_of(aws, id), tags::visible(aws, id.as_str()), targets::registered(aws, id))?;
        let arns = seen.load_balancer_arns.clone().unwrap_or_default();
        let mut inputs = inputs::read(&seen)?;
        inputs.attributes = pairs::read(&told, &attributes::table(&inputs))?;
        inputs.targets = Some(targets);
        inputs.tags = tags;
        Ok(TargetGroup {
            inputs,
            arn: id.to_string(),
            arn_suffix: suffix(id.as_str()).to_owned(),
            load_balancer_arns: arns,
        })
    }

    fn respell(&mut self, given: &TargetGroupInputs) {
        let table = attributes::table(&self.inputs);
        pairs::respell(&mut self.inputs.attributes, &given.attributes, &table);
        health::respell(&mut self.inputs, given);
        targets::respell(&mut self.inputs, given);
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &TargetGroupInputs) -> Result<()> {
        health::bring(aws, id, &old.inputs, new).await?;
        let changed = pairs::changes(&old.inputs.attributes, &new.attributes, &attributes::table(new));
        if !changed.is_empty() {
            let changed =
                changed.into_iter().map(|(key, value)| TargetGroupAttribute::builder().key(key).value(value).build());
            let modify =
                aws.elb().modify_target_group_attributes().target_group_arn(id).set_attributes(Some(changed.collect()));
            modify.send().await.done("changing the attributes of target group", id)?;
        }
        targets::bring(aws, id, new).await
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let deleted = aws.elb().delete_target_group().target_group_arn(id).send().await;
        let used = |error: &DeleteTargetGroupError| error.is_resource_in_use_exception();
        let used = deleted.as_ref().is_err_and(|error| error.as_service_error().is_some_and(used));
        let done = deleted.unless(&["TargetGroupNotFound"]).done("deleting target group", id);
        match done {
            Err(error) if used => Err(held(error, Self::find(aws, id).await?)),
            done => done,
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

async fn attributes_of(aws: &Aws, id: &Id) -> Result<BTreeMap<String, String>> {
    let told = aws.elb().describe_target_group_attributes().target_group_arn(id).send().await;
    let told = told.doing("reading the attributes of target group", id)?.attributes.unwrap_or_default();
    Ok(told.into_iter().filter_map(|pair| Some((pair.key?, pair.value?))).collect())
}

/// The refusal to delete a target group that is in use, with whose listeners use it.
fn held(error: Error, seen: Option<AwsTargetGroup>) -> Error {
    let arns = seen.and_then(|seen| seen.load_balancer_arns).unwrap_or_default();
    match arns.is_empty() {
        true => error,
        false => error.hint(format!(
            "listeners or rules of {} send requests to it: if they are this program's and it is to be replaced, give another `name`, so that the new one stands beside it",
            arns.join(", ")
        )),
    }
}
