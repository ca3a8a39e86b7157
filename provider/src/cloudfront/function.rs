//! A function.

use std::collections::BTreeSet;

use aws_sdk_cloudfront::operation::describe_function::DescribeFunctionOutput;
use aws_sdk_cloudfront::primitives::Blob;
use aws_sdk_cloudfront::types::{
    DistributionSummary, FunctionConfig, FunctionStage, KeyValueStoreAssociation, KeyValueStoreAssociations,
};
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Property, Resource, Result, Wait};

use crate::aws::list::{count, some};
use crate::aws::{Aws, Doing as _, Tags, word};
use crate::cloudfront::{built, holders, tags};
use crate::types::{Arn, FunctionName};

/// What the program asks of a function.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct FunctionInputs {
    /// The name: letters, digits, hyphens and underscores, unique in the account. Default: made from the resource's name. A function that a
    /// distribution uses can be replaced only if its name was made up: the new one has to stand first.
    #[prop(replace, unique, autoname = 64)]
    pub name: FunctionName,
    /// A comment.
    #[prop(default, max = 128)]
    pub comment: String,
    /// The runtime. Default: `cloudfront-js-2.0`.
    #[prop(default = Runtime::Js2)]
    pub runtime: Runtime,
    /// The code in JavaScript: a function `handler(event)`. At most 10 KB, unless the account has a higher quota.
    #[prop(min = 1, max = 40960)]
    pub code: String,
    /// The ARN of a key value store, which the code can read; one at most. Needs `cloudfront-js-2.0`. Default: none.
    #[prop(default, max = 1)]
    pub key_value_store_associations: BTreeSet<Arn>,
    /// Whether the function is published: goes from the stage DEVELOPMENT to LIVE, where distributions use it. With `false`, LIVE stays as it is.
    #[prop(default = true)]
    pub publish: bool,
    /// Tags.
    #[prop(default)]
    pub tags: Tags,
}

/// The runtime of a function.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum Runtime {
    /// JavaScript, version 1.
    #[prop(rename = "cloudfront-js-1.0")]
    Js1,
    /// JavaScript, version 2.
    #[prop(rename = "cloudfront-js-2.0")]
    Js2,
}

/// A CloudFront function: code that runs at the edges for each request or response of viewers.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Function {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: FunctionInputs,
    /// The ARN, by which a distribution names it.
    #[prop(stable)]
    pub arn: String,
    /// The status, such as `UNASSOCIATED`.
    pub status: String,
}

impl Resource for Function {
    const TOKEN: &'static str = "gitinfra:cloudfront:Function";
    const WAIT: Wait = Wait::seconds(2, 1800);
    const FIXED: &'static [(&'static str, &'static str)] = crate::aws::GLOBAL;
    type Session = Aws;
    type Inputs = FunctionInputs;
    type Seen = DescribeFunctionOutput;

    fn check(new: &FunctionInputs) -> Vec<Fault> {
        let stores = !new.key_value_store_associations.is_empty();
        Faults::of(new)
            .when(
                stores && new.runtime == Runtime::Js1,
                "runtime",
                "must be `cloudfront-js-2.0` with a key value store",
            )
            .into_vec()
    }

    /// Makes the stage DEVELOPMENT; `update` publishes it.
    async fn create(aws: &Aws, new: &FunctionInputs) -> Result<Made> {
        let create = aws.once().cloudfront().create_function().name(new.name.as_str()).function_config(new.write()?);
        let create = create.function_code(Blob::new(new.code.as_bytes())).tags(tags::newborn(aws, &new.tags));
        let made = create.send().await.unless(&["FunctionAlreadyExists"]).doing("creating function", &new.name)?;
        let id = Id::from(new.name.as_str());
        Ok(if made.is_some() { Made::New(id) } else { Made::Exists(id) })
    }

    async fn ours(aws: &Aws, id: &Id, seen: &DescribeFunctionOutput, _: &FunctionInputs) -> Result<Option<Id>> {
        let arn = arn(seen);
        let answer = aws.cloudfront().list_tags_for_resource().resource(&arn).send().await;
        let tags = answer.doing("reading the tags of", &arn)?.tags.and_then(|tags| tags.items).unwrap_or_default();
        Ok(aws.bears_token(tags).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<DescribeFunctionOutput>> {
        described(aws, id, FunctionStage::Development).await
    }

    /// `publish` is whether LIVE is what DEVELOPMENT is: after a run that was killed between the two, it shows as a difference.
    async fn read(aws: &Aws, id: &Id, seen: DescribeFunctionOutput) -> Result<Self> {
        let arn = arn(&seen);
        let (code, live, live_code, tags) = futures::try_join!(
            code(aws, id, FunctionStage::Development),
            described(aws, id, FunctionStage::Live),
            code(aws, id, FunctionStage::Live),
            tags::visible(aws, &arn),
        )?;
        let config = |of: DescribeFunctionOutput| of.function_summary.and_then(|summary| summary.function_config);
        let status = seen.function_summary.as_ref().and_then(|summary| summary.status.clone()).unwrap_or_default();
        let live = live.and_then(config);
        let own = config(seen).ok_or_else(|| Error::new(format!("`{id}` has no configuration")))?;
        let publish = live.as_ref() == Some(&own) && live_code == code;
        let stores = own.key_value_store_associations.and_then(|stores| stores.items).unwrap_or_default();
        Ok(Function {
            inputs: FunctionInputs {
                name: String::from(id).into(),
                comment: own.comment,
                runtime: word(own.runtime)?,
                code: code.unwrap_or_default(),
                key_value_store_associations: stores
                    .into_iter()
                    .map(|store| word(store.key_value_store_arn))
                    .collect::<Result<_>>()?,
                publish,
                tags,
            },
            arn,
            status,
        })
    }

    /// Where the program doesn't publish, it leaves open what is published.
    fn respell(&mut self, given: &FunctionInputs) {
        self.inputs.publish &= given.publish;
    }

    /// CloudFront publishes only with the ETag that an update has just answered.
    async fn update(aws: &Aws, id: &Id, _: &Self, new: &FunctionInputs) -> Result<()> {
        let etag = Self::find(aws, id).await?.and_then(|seen| seen.e_tag);
        let update = aws.cloudfront().update_function().name(id).set_if_match(etag).function_config(new.write()?);
        let updated = update.function_code(Blob::new(new.code.as_bytes())).send().await;
        let updated = updated.doing("changing function", id)?;
        if !new.publish {
            return Ok(());
        }
        let etag = match updated.e_tag {
            Some(etag) => Some(etag),
            None => Self::find(aws, id).await?.and_then(|seen| seen.e_tag),
        };
        aws.cloudfront().publish_function().name(id).set_if_match(etag).send().await.done("publishing function", id)
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, &old.arn, set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        let Some(seen) = Self::find(aws, id).await? else { return Ok(()) };
        let delete = aws.cloudfront().delete_function().name(id).set_if_match(seen.e_tag).send().await;
        match delete.unless(&["NoSuchFunctionExists"]).done("deleting function", id) {
            Err(error) => Err(holders::held(aws, id, error, |each| uses(each, &old.arn)).await),
            done => done,
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

fn uses(distribution: &DistributionSummary, arn: &str) -> bool {
    holders::named(distribution).iter().any(|named| named.functions.contains(&arn))
}

fn arn(seen: &DescribeFunctionOutput) -> String {
    let summary = seen.function_summary.as_ref();
    let metadata = summary.and_then(|summary| summary.function_metadata.as_ref());
    metadata.map(|metadata| metadata.function_arn.clone()).unwrap_or_default()
}

async fn described(aws: &Aws, id: &Id, stage: FunctionStage) -> Result<Option<DescribeFunctionOutput>> {
    let got = aws.cloudfront().describe_function().name(id).stage(stage).send().await;
    got.unless(&["NoSuchFunctionExists"]).doing("reading function", id)
}

/// The code of a stage, if there is such a stage.
async fn code(aws: &Aws, id: &Id, stage: FunctionStage) -> Result<Option<String>> {
    let got = aws.cloudfront().get_function().name(id).stage(stage).send().await;
    let got = got.unless(&["NoSuchFunctionExists"]).doing("reading the code of function", id)?;
    let code = got.and_then(|got| got.function_code);
    Ok(code.map(|code| String::from_utf8_lossy(code.as_ref()).into_owned()))
}

impl FunctionInputs {
    fn write(&self) -> Result<FunctionConfig> {
        let stores = self.key_value_store_associations.iter();
        let stores = stores.map(|arn| KeyValueStoreAssociation::builder().key_value_store_arn(arn.as_str()).build());
        let stores = stores.collect::<Result<Vec<_>, _>>().map_err(built)?;
        let stores = KeyValueStoreAssociations::builder().quantity(count(&stores)).set_items(some(stores));
        FunctionConfig::builder()
            .comment(&self.comment)
            .runtime(self.runtime.as_str().into())
            .key_value_store_associations(stores.build().map_err(built)?)
            .build()
            .map_err(built)
    }
}
