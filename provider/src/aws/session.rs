//! What a resource is handed: AWS in one region and account, and the call that it answers.

use std::sync::Arc;

use aws_config::SdkConfig;
use pulumi_plugin::{Birth, Call, Result, Value};

use crate::aws::clients::{Clients, Place};
use crate::aws::pacing::Named;
use crate::aws::{AssumeRole, Config, Tags};

/// AWS as one resource reaches it.
pub struct Aws {
    clients: Arc<Clients>,
    config: Arc<Config>,
    place: Place,
    sdk: SdkConfig,
    call: Call,
}

/// The client of each service.
macro_rules! services {
    ($($name:ident: $sdk:ident, $endpoint:literal, $doc:literal;)*) => {
        /// The names by which the configuration gives services an address.
        pub(super) const SERVICES: &[&str] = &[$($endpoint),*];

        impl Aws {
            $(
                #[doc = $doc]
                pub fn $name(&self) -> $sdk::Client {
                    self.clients.client(&self.place, || {
                        let config = self.clients.for_service($endpoint, &self.sdk);
                        let config = $sdk::config::Builder::from(&config).interceptor(Named).build();
                        $sdk::Client::from_conf(config)
                    })
                }
            )*
        }
    };
}

services! {
    cloudfront: aws_sdk_cloudfront, "cloudfront", "Amazon CloudFront.";
    ec2: aws_sdk_ec2, "ec2", "Amazon EC2 and VPC.";
    elasticache: aws_sdk_elasticache, "elasticache", "Amazon ElastiCache.";
    iam: aws_sdk_iam, "iam", "AWS IAM.";
    route53: aws_sdk_route53, "route53", "Amazon Route 53.";
    ssm: aws_sdk_ssm, "ssm", "AWS Systems Manager.";
    sts: aws_sdk_sts, "sts", "AWS STS.";
}

impl Aws {
    pub(super) async fn open(
        clients: Arc<Clients>,
        config: Arc<Config>,
        region: String,
        role: Option<AssumeRole>,
        call: Call,
    ) -> Result<Aws> {
        let place = (region, role);
        let sdk = clients.at(&place).await;
        clients.guard(&config.allowed_account_ids, &place, &sdk).await?;
        Ok(Aws { clients, config, place, sdk, call })
    }

    /// The region.
    pub fn region(&self) -> &str {
        &self.place.0
    }

    /// Where this is: the same for every resource of the region that acts as the same role.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The account that calls are made in. Asked once a role.
    pub async fn account(&self) -> Result<String> {
        self.clients.account(&self.place, &self.sdk).await
    }

    /// The ARN of a thing of this region: `arn:aws:ec2:REGION:ACCOUNT:vpc/vpc-1`, in the partition that the region belongs to.
    pub fn arn(&self, service: &str, account: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{account}:{resource}", self.partition(), self.region())
    }

    /// The partition that the region belongs to: `aws`, `aws-cn`.
    pub fn partition(&self) -> &'static str {
        match self.region() {
            cn if cn.starts_with("cn-") => "aws-cn",
            gov if gov.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    /// The call of the engine that this answers.
    pub fn call(&self) -> &Call {
        &self.call
    }

    /// What the resource's creation is known by.
    pub fn birth(&self) -> &Birth {
        &self.call.birth
    }

    /// The tags as the user sees them: without AWS's own, ours, and those that somebody else keeps.
    pub fn visible(&self, tags: impl IntoIterator<Item = (String, String)>) -> Tags {
        tags.into_iter().filter(|(key, _)| !self.hidden(key)).collect()
    }

    fn hidden(&self, key: &str) -> bool {
        let ignored = self.config.ignore_tags.as_ref();
        let ignored =
            ignored.is_some_and(|i| i.keys.contains(key) || i.key_prefixes.iter().any(|p| key.starts_with(p)));
        let given = self.call.given.get("tags").and_then(Value::as_object);
        key.starts_with("aws:")
            || key == crate::aws::TOKEN_TAG
            // What the program sets is the program's, whoever else has tags that look like it.
            || ignored && !given.is_some_and(|tags| tags.contains_key(key))
    }
}
