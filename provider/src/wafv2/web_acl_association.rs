//! The association of a web ACL with a resource that it protects.

use aws_sdk_wafv2::types::WebAcl as AwsWebAcl;
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Order, Property, Resource, Result, Wait};

use crate::aws::{Aws, Doing as _, word};
use crate::types::Arn;

/// The inputs of the association of a web ACL.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct WebAclAssociationInputs {
    /// The ARN of the resource: a load balancer, a stage of API Gateway, an AppSync API, a Cognito user pool, an App Runner service, a Verified Access
    /// instance or an Amplify app, in the web ACL's region. A CloudFront distribution names its web ACL itself, in `webAclId`.
    #[prop(replace, unique)]
    pub resource_arn: Arn,
    /// The ARN of the web ACL, of scope REGIONAL. Another one takes its place at once: the resource is never without.
    pub web_acl_arn: Arn,
    /// Whether to take the place of another web ACL that the resource has already. Without it, that is refused. Default: false.
    #[prop(default)]
    pub overwrite: Order<bool>,
}

/// The association of a WAF web ACL with a resource, which it protects from then on.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct WebAclAssociation {
    /// The inputs, as WAF has them.
    #[prop(inputs)]
    pub inputs: WebAclAssociationInputs,
}

impl Resource for WebAclAssociation {
    const TOKEN: &'static str = "gitinfra:wafv2:WebAclAssociation";
    const WAIT: Wait = Wait::seconds(5, 900);
    const TAKE_OVER: Option<&'static str> = Some("set `overwrite: true`");
    type Session = Aws;
    type Inputs = WebAclAssociationInputs;
    type Seen = AwsWebAcl;

    fn check(new: &WebAclAssociationInputs) -> Vec<Fault> {
        let (resource, acl) = (&new.resource_arn, &new.web_acl_arn);
        let distribution = resource.service() == "cloudfront";
        let global = acl.resource().starts_with("global/");
        let elsewhere = !distribution && !global && resource.region() != acl.region() && !resource.region().is_empty();
        Faults::of(new)
            .when(distribution, "resourceArn", "is a distribution, which names its web ACL itself: set its `webAclId`")
            .when(global, "webAclArn", "is of scope CLOUDFRONT; a distribution takes it in its `webAclId`")
            .when(elsewhere, "webAclArn", format!("is in {}, and the resource in {}", acl.region(), resource.region()))
            .into_vec()
    }

    /// A resource has one web ACL: associating another one takes its place without a word.
    async fn standing(aws: &Aws, new: &WebAclAssociationInputs) -> Result<Option<Id>> {
        let there = holder(aws, new.resource_arn.as_str()).await?;
        Ok(there.map(|acl| id(&acl.arn, new.resource_arn.as_str())))
    }

    async fn create(aws: &Aws, new: &WebAclAssociationInputs) -> Result<Made> {
        associate(&aws.once(), new).await?;
        Ok(Made::New(id(new.web_acl_arn.as_str(), new.resource_arn.as_str())))
    }

    /// An association bears no token: after a lost answer, the same one is what that attempt made.
    async fn ours(aws: &Aws, id: &Id, seen: &AwsWebAcl, new: &WebAclAssociationInputs) -> Result<Option<Id>> {
        Ok((aws.call().tried() && seen.arn == new.web_acl_arn.as_str()).then(|| id.clone()))
    }

    fn takes_over(new: &WebAclAssociationInputs) -> bool {
        new.overwrite.value()
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsWebAcl>> {
        holder(aws, parts(id)?.1).await
    }

    async fn read(_: &Aws, id: &Id, seen: AwsWebAcl) -> Result<Self> {
        let inputs = WebAclAssociationInputs {
            resource_arn: word(parts(id)?.1)?,
            web_acl_arn: word(seen.arn)?,
            overwrite: Order::unknown(),
        };
        Ok(WebAclAssociation { inputs })
    }

    async fn update(aws: &Aws, _: &Id, old: &Self, new: &WebAclAssociationInputs) -> Result<()> {
        match old.inputs.web_acl_arn == new.web_acl_arn {
            true => Ok(()),
            false => associate(aws, new).await,
        }
    }

    /// Only what is still ours: another web ACL that the resource has got meanwhile stays.
    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        let resource = parts(id)?.1;
        match holder(aws, resource).await? {
            Some(acl) if acl.arn == old.inputs.web_acl_arn.as_str() => {
                let gone = aws.wafv2().disassociate_web_acl().resource_arn(resource).send().await;
                gone.unless(&["WAFNonexistentItemException"]).done("taking the web ACL from", resource)
            }
            _ => Ok(()),
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

fn id(acl: &str, resource: &str) -> Id {
    Id::from(format!("{acl},{resource}"))
}

/// The web ACL's ARN and the resource's. The first is that of the creation; the resource may have another one by now.
fn parts(id: &Id) -> Result<(&str, &str)> {
    let wrong = || Error::new(format!("`{id}` is not the id of an association, which is `WEB_ACL_ARN,RESOURCE_ARN`"));
    id.as_str().split_once(',').filter(|(acl, resource)| !acl.is_empty() && !resource.is_empty()).ok_or_else(wrong)
}

async fn holder(aws: &Aws, resource: &str) -> Result<Option<AwsWebAcl>> {
    let got = aws.wafv2().get_web_acl_for_resource().resource_arn(resource).send().await;
    let got = got.unless(&["WAFNonexistentItemException"]).doing("reading the web ACL of", resource)?;
    Ok(got.and_then(|got| got.web_acl))
}

async fn associate(aws: &Aws, new: &WebAclAssociationInputs) -> Result<()> {
    let resource = new.resource_arn.as_str();
    let associate = aws.wafv2().associate_web_acl().web_acl_arn(new.web_acl_arn.as_str()).resource_arn(resource);
    associate.send().await.done("giving a web ACL to", resource)
}
