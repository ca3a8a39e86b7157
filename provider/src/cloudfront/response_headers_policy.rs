//! A response headers policy.

mod config;
mod inputs;

use aws_sdk_cloudfront::operation::get_response_headers_policy::GetResponseHeadersPolicyOutput;
use aws_sdk_cloudfront::types::{self as sdk, ResponseHeadersPolicyType};
use pulumi_plugin::{Again, Error, Fault, Id, Made, Property, Resource, Result, Wait};

pub use self::inputs::*;
use crate::aws::{Aws, Doing as _};
use crate::cloudfront::{built, holders, renamed};

/// A CloudFront response headers policy: which headers CloudFront adds to the responses that viewers get, and which it removes.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ResponseHeadersPolicy {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: ResponseHeadersPolicyInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
}

impl Resource for ResponseHeadersPolicy {
    const TOKEN: &'static str = "gitinfra:cloudfront:ResponseHeadersPolicy";
    const WAIT: Wait = Wait::seconds(1, 1800);
    const FIXED: &'static [(&'static str, &'static str)] = crate::aws::GLOBAL;
    type Session = Aws;
    type Inputs = ResponseHeadersPolicyInputs;
    type Seen = GetResponseHeadersPolicyOutput;

    fn check(new: &ResponseHeadersPolicyInputs) -> Vec<Fault> {
        config::faults(new)
    }

    async fn create(aws: &Aws, new: &ResponseHeadersPolicyInputs) -> Result<Made> {
        let create = aws
            .once()
            .cloudfront()
            .create_response_headers_policy()
            .response_headers_policy_config(config::write(new).map_err(built)?);
        let made = create.send().await.unless(&["ResponseHeadersPolicyAlreadyExists"]);
        match made.doing("creating response headers policy", &new.name)? {
            Some(made) => Made::new(made.response_headers_policy.map(|policy| policy.id)),
            None => named(aws, new.name.as_str()).await.map(Made::Exists),
        }
    }

    /// It bears no token. Where an answer got lost, the one that has the name and says the same is what was made.
    async fn ours(
        aws: &Aws,
        id: &Id,
        seen: &GetResponseHeadersPolicyOutput,
        new: &ResponseHeadersPolicyInputs,
    ) -> Result<Option<Id>> {
        Ok((aws.call().tried() && config::read(id, seen.clone())? == *new).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<GetResponseHeadersPolicyOutput>> {
        let got = aws.cloudfront().get_response_headers_policy().id(id).send().await;
        got.unless(&["NoSuchResponseHeadersPolicy"]).doing("reading response headers policy", id)
    }

    async fn read(aws: &Aws, id: &Id, seen: GetResponseHeadersPolicyOutput) -> Result<Self> {
        let arn = format!("arn:{}:cloudfront::{}:response-headers-policy/{id}", aws.partition(), aws.account().await?);
        Ok(ResponseHeadersPolicy { inputs: config::read(id, seen)?, arn })
    }

    async fn update(aws: &Aws, id: &Id, _: &Self, new: &ResponseHeadersPolicyInputs) -> Result<()> {
        let etag = Self::find(aws, id).await?.and_then(|seen| seen.e_tag);
        let update = aws.cloudfront().update_response_headers_policy().id(id).set_if_match(etag);
        update
            .response_headers_policy_config(config::write(new).map_err(built)?)
            .send()
            .await
            .done("changing response headers policy", id)
            .map_err(renamed)
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let Some(seen) = Self::find(aws, id).await? else { return Ok(()) };
        let delete = aws.cloudfront().delete_response_headers_policy().id(id).set_if_match(seen.e_tag).send().await;
        let uses = |each: &sdk::DistributionSummary| {
            holders::named(each).iter().any(|named| named.response_headers_policy == Some(id.as_str()))
        };
        match delete.unless(&["NoSuchResponseHeadersPolicy"]).done("deleting response headers policy", id) {
            Err(error) => Err(holders::held(aws, id, error, uses).await),
            done => done,
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

/// The policy of this account that has a name already.
async fn named(aws: &Aws, name: &str) -> Result<Id> {
    let mut marker = None;
    loop {
        let list = aws
            .cloudfront()
            .list_response_headers_policies()
            .r#type(ResponseHeadersPolicyType::Custom)
            .set_marker(marker);
        let page = list.send().await.doing("listing response headers policies", "")?.response_headers_policy_list;
        let Some(page) = page else { break };
        let mut policies = page.items.unwrap_or_default().into_iter().filter_map(|each| each.response_headers_policy);
        let same = |policy: &sdk::ResponseHeadersPolicy| {
            policy.response_headers_policy_config().is_some_and(|config| config.name == name)
        };
        if let Some(found) = policies.find(same) {
            return Ok(found.id.into());
        }
        marker = page.next_marker.filter(|marker| !marker.is_empty());
        if marker.is_none() {
            break;
        }
    }
    Err(Error::new(format!("a response headers policy `{name}` exists, but is not listed yet")).again(Again::Soon))
}
