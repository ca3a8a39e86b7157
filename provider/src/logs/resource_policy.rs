//! A resource policy of CloudWatch Logs.

use std::collections::HashMap;

use aws_sdk_cloudwatchlogs::types::ResourcePolicy as AwsPolicy;
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Property, Resource, Result};

use crate::aws::{Aws, Doing as _, word};
use crate::types::{LogPolicyName, PolicyJson};

/// The inputs of a resource policy of CloudWatch Logs.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ResourcePolicyInputs {
    /// The policy's name: 1 to 255 characters without `:` and `*`, unique in the region. Default: made from the resource's name.
    #[prop(replace, unique, autoname = 255)]
    pub name: LogPolicyName,
    /// The policy document: lets services of AWS, such as Route 53, write into log groups of the account. At most 51200 characters.
    pub policy: PolicyJson,
}

/// A resource policy of CloudWatch Logs: lets services of AWS write into the log groups of an account in a region. There can be ten.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ResourcePolicy {
    /// The inputs as CloudWatch Logs has them.
    #[prop(inputs)]
    pub inputs: ResourcePolicyInputs,
}

impl Resource for ResourcePolicy {
    const TOKEN: &'static str = "gitinfra:logs:ResourcePolicy";
    type Session = Aws;
    type Inputs = ResourcePolicyInputs;
    type Seen = AwsPolicy;

    fn check(new: &ResourcePolicyInputs) -> Vec<Fault> {
        let size = new.policy.to_string().chars().count();
        let why = format!("has {size} characters; 51200 are allowed");
        Faults::of(new).when(size > 51_200, "policy", why).into_vec()
    }

    /// AWS puts a new policy in the place of one that has its name.
    async fn standing(aws: &Aws, new: &ResourcePolicyInputs) -> Result<Option<Id>> {
        let id = Id::from(new.name.as_str());
        Ok(Self::find(aws, &id).await?.map(|_| id))
    }

    async fn create(aws: &Aws, new: &ResourcePolicyInputs) -> Result<Made> {
        put(&aws.once(), new).await.map_err(|error| error.hint("an account can have ten in each region"))?;
        Ok(Made::New(new.name.as_str().into()))
    }

    /// It can't be marked as ours: after an attempt of which the answer got lost, it is known by what it says.
    async fn ours(aws: &Aws, id: &Id, seen: &AwsPolicy, new: &ResourcePolicyInputs) -> Result<Option<Id>> {
        let same = || document(seen).is_ok_and(|policy| policy == new.policy);
        Ok((aws.call().tried() && same()).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsPolicy>> {
        // The call knows no names.
        let by_name = async |aws: Aws, _| {
            let (mut found, mut next) = (HashMap::new(), None);
            loop {
                let ask = aws.logs().describe_resource_policies().set_next_token(next);
                let page = ask.send().await.doing("reading resource policies", "")?;
                let policies = page.resource_policies.unwrap_or_default().into_iter();
                found.extend(policies.filter_map(|policy| Some((policy.policy_name.clone()?, policy))));
                next = page.next_token;
                if next.is_none() {
                    return Ok(found);
                }
            }
        };
        aws.asked(id, by_name).await
    }

    async fn read(_: &Aws, id: &Id, seen: AwsPolicy) -> Result<Self> {
        let policy = document(&seen)?;
        Ok(ResourcePolicy { inputs: ResourcePolicyInputs { name: id.as_str().into(), policy } })
    }

    async fn update(aws: &Aws, _: &Id, _: &Self, new: &ResourcePolicyInputs) -> Result<()> {
        put(aws, new).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let delete = aws.logs().delete_resource_policy().policy_name(id).send().await;
        delete.unless(&["ResourceNotFoundException"]).done("deleting resource policy", id)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

async fn put(aws: &Aws, new: &ResourcePolicyInputs) -> Result<()> {
    let put = aws.logs().put_resource_policy().policy_name(new.name.as_str());
    put.policy_document(new.policy.to_string()).send().await.done("putting resource policy", &new.name)
}

fn document(seen: &AwsPolicy) -> Result<PolicyJson, Error> {
    word(seen.policy_document().unwrap_or_default())
}
