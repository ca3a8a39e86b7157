//! A parameter.

mod inputs;

use aws_sdk_ssm::operation::put_parameter::builders::PutParameterFluentBuilder;
use aws_sdk_ssm::types::{
    Parameter as AwsParameter, ParameterMetadata, ParameterStringFilter, ParameterTier as AwsTier,
    ParameterType as AwsType, ResourceTypeForTagging,
};
use pulumi_plugin::{Again, Error, Fault, Id, Made, Property, Resource, Result, Secret, Wait};
use serde_json::Value as Json;

pub use self::inputs::{ParameterArgs, ParameterDataType, ParameterInputs, ParameterTier, ParameterType};
use crate::aws::{Aws, Doing as _, Tags, word_or};
use crate::ssm::tags;
use crate::types::JsonText;

/// The key that encrypts a secure string for which nobody names one.
const OWN_KEY: &str = "alias/aws/ssm";
/// How Systems Manager is told that there are no policies.
const NO_POLICIES: &str = "[{}]";

/// A Systems Manager parameter: a value by name, for programs and for other AWS services.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Parameter {
    /// The inputs, as Systems Manager has them.
    #[prop(inputs)]
    pub inputs: ParameterInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The version: one more with each change.
    pub version: i64,
}

impl Resource for Parameter {
    const TOKEN: &'static str = "gitinfra:ssm:Parameter";
    const WAIT: Wait = Wait::seconds(2, 300);
    type Session = Aws;
    type Inputs = ParameterInputs;
    type Seen = AwsParameter;

    fn check(new: &ParameterInputs) -> Vec<Fault> {
        new.faults()
    }

    fn replaces(old: &ParameterInputs, new: &ParameterInputs) -> Vec<&'static str> {
        match (old.tier, new.tier) {
            (ParameterTier::Advanced, ParameterTier::Standard) => vec!["tier"],
            _ => Vec::new(),
        }
    }

    async fn create(aws: &Aws, new: &ParameterInputs) -> Result<Made> {
        let put = written(&aws.once(), new).set_policies(new.policies.as_ref().map(|all| all.as_str().to_owned()));
        let made = put.set_tags(Some(aws.newborn(&new.tags))).send().await;
        let id = Id::from(new.name.as_str());
        Ok(match made.unless(&["ParameterAlreadyExists"]).doing("creating parameter", &id)? {
            Some(_) => Made::New(id),
            None => Made::Exists(id),
        })
    }

    async fn ours(aws: &Aws, id: &Id, _: &AwsParameter, _: &ParameterInputs) -> Result<Option<Id>> {
        let tags = tags::list(aws, ResourceTypeForTagging::Parameter, id.as_str()).await?;
        Ok(aws.bears_token(tags).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsParameter>> {
        let got = aws.ssm().get_parameter().name(id).with_decryption(true).send().await;
        let got = got.unless(&["ParameterNotFound"]).doing("reading parameter", id)?;
        Ok(got.and_then(|answer| answer.parameter))
    }

    async fn read(aws: &Aws, id: &Id, seen: AwsParameter) -> Result<Self> {
        let tags = tags::list(aws, ResourceTypeForTagging::Parameter, id.as_str());
        let (about, tags) = futures::try_join!(described(aws, id, seen.version), tags)?;
        let policies = policies(&about);
        Ok(Parameter {
            inputs: ParameterInputs {
                name: id.as_str().into(),
                kind: word_or(seen.r#type, ParameterType::String)?,
                value: Secret::new(seen.value.unwrap_or_default()),
                description: about.description.unwrap_or_default(),
                key_id: about.key_id,
                allowed_pattern: about.allowed_pattern.unwrap_or_default(),
                tier: word_or(about.tier, ParameterTier::Standard)?,
                data_type: word_or(seen.data_type, ParameterDataType::Text)?,
                policies,
                tags: aws.visible(tags),
            },
            arn: seen.arn.unwrap_or_default(),
            version: seen.version,
        })
    }

    /// Systems Manager names its own key, and the tier that it chose.
    fn respell(&mut self, given: &ParameterInputs) {
        if given.key_id.is_none() && self.inputs.key_id.as_deref() == Some(OWN_KEY) {
            self.inputs.key_id = None;
        }
        if given.tier == ParameterTier::IntelligentTiering {
            self.inputs.tier = given.tier;
        }
    }

    /// All of it each time: what is left out would stay. One that is gone would be made anew, without its tags.
    async fn update(aws: &Aws, id: &Id, old: &Self, new: &ParameterInputs) -> Result<()> {
        if Self::find(aws, id).await?.is_none() {
            return Err(Error::new(format!("setting parameter `{id}`: it is not there")));
        }
        aws.call().once("put", put(aws, id, old, new)).await?;
        let waits = new.data_type == ParameterDataType::Ec2Image;
        match waits && Self::find(aws, id).await?.and_then(|seen| seen.value).as_ref() != Some(new.value.expose()) {
            true => {
                let checking =
                    format!("setting parameter `{id}`: AWS has not yet taken its value for the id of an AMI");
                Err(Error::new(checking).again(Again::Later))
            }
            false => Ok(()),
        }
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, ResourceTypeForTagging::Parameter, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let delete = aws.ssm().delete_parameter().name(id).send().await;
        delete.unless(&["ParameterNotFound"]).done("deleting parameter", id)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

async fn put(aws: &Aws, id: &Id, old: &Parameter, new: &ParameterInputs) -> Result<()> {
    let dropped = old.inputs.policies.as_ref().map(|_| NO_POLICIES);
    let policies = new.policies.as_ref().map(JsonText::as_str).or(dropped).map(str::to_owned);
    let put = written(aws, new).set_policies(policies).overwrite(true).send().await;
    put.done("setting parameter", id).map_err(|error| match error.message().contains("ParameterMaxVersionLimitExceeded") {
        true => error.hint(
            "AWS keeps 100 versions, and drops the oldest one only if it has no label: move its label to a newer version, or remove it with \
             `aws ssm unlabel-parameter-version`",
        ),
        false => error,
    })
}

fn written(aws: &Aws, new: &ParameterInputs) -> PutParameterFluentBuilder {
    aws.ssm()
        .put_parameter()
        .name(new.name.as_str())
        .r#type(AwsType::from(new.kind.as_str()))
        .value(new.value.expose())
        .description(&new.description)
        .set_key_id(new.key_id.clone())
        .allowed_pattern(&new.allowed_pattern)
        .tier(AwsTier::from(new.tier.as_str()))
        .data_type(new.data_type.as_str())
}

/// What Systems Manager says of a version of a parameter beside its value. It may be late with that.
async fn described(aws: &Aws, id: &Id, version: i64) -> Result<ParameterMetadata> {
    let filter = ParameterStringFilter::builder().key("Name").option("Equals").values(id).build();
    let filter = filter.map_err(|error| Error::new(format!("reading parameter `{id}`: {error}")))?;
    let pages = aws.ssm().describe_parameters().parameter_filters(filter).into_paginator().send();
    let pages = pages.collect::<Result<Vec<_>, _>>().await.doing("reading parameter", id)?;
    let told = pages.into_iter().flat_map(|page| page.parameters.unwrap_or_default()).next();
    let late = || {
        let words = format!("reading parameter `{id}`: its version {version} is not described yet");
        Error::new(words).again(Again::Soon)
    };
    told.filter(|about| about.version >= version).ok_or_else(late)
}

/// The policies as one list.
fn policies(about: &ParameterMetadata) -> Option<JsonText> {
    let each = about.policies().iter().filter_map(|policy| serde_json::from_str::<Json>(policy.policy_text()?).ok());
    let each: Vec<_> = each.collect();
    (!each.is_empty()).then(|| Json::Array(each).to_string().into())
}
