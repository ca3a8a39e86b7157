//! What a resource is handed: AWS in one region and account, and the call that it answers.

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_types::region::Region;
use pulumi_plugin::{Birth, Call, Result};

use crate::aws::clients::{Clients, Place};
use crate::aws::operation::Named;
use crate::aws::{AssumeRole, Config, Partition, Passing};
use crate::{
    acm, appautoscaling, chatbot, cloudfront, cloudwatch, ec2, ecr, ecs, elasticache, elb, firehose, iam, kms, logs,
    rds, route53, s3, secretsmanager, sns, ssm, sts, wafv2,
};

/// AWS as one resource reaches it.
#[derive(Clone)]
pub struct Aws {
    clients: Arc<Clients>,
    config: Arc<Config>,
    place: Place,
    sdk: SdkConfig,
    call: Call,
    once: bool,
}

/// The client of each service, with the name by which the configuration gives it an address, and which of its refusals pass.
macro_rules! services {
    ($($name:ident: $sdk:ident, $endpoint:literal, $passing:path, $doc:literal;)*) => {
        /// The names by which the configuration gives services an address.
        pub(super) const SERVICES: &[&str] = &[$($endpoint),*];

        impl Aws {
            $(
                #[doc = $doc]
                pub fn $name(&self) -> $sdk::Client {
                    self.clients.client(&self.place, self.once, || {
                        let config = self.clients.for_service($endpoint, &self.sdk);
                        let mut config = $sdk::config::Builder::from(&config).interceptor(self.named($passing));
                        if self.once {
                            config.set_retry_config(Some(RetryConfig::disabled()));
                        }
                        $sdk::Client::from_conf(config.build())
                    })
                }
            )*
        }
    };
}

services! {
    acm: aws_sdk_acm, "acm", acm::PASSING, "AWS Certificate Manager.";
    appautoscaling: aws_sdk_applicationautoscaling, "application-autoscaling", appautoscaling::PASSING, "Application Auto Scaling.";
    chatbot: aws_sdk_chatbot, "chatbot", chatbot::PASSING, "Amazon Q Developer in chat applications, which was AWS Chatbot.";
    cloudfront: aws_sdk_cloudfront, "cloudfront", cloudfront::PASSING, "Amazon CloudFront.";
    cloudwatch: aws_sdk_cloudwatch, "cloudwatch", cloudwatch::PASSING, "Amazon CloudWatch.";
    ec2: aws_sdk_ec2, "ec2", ec2::PASSING, "Amazon EC2 and VPC.";
    ecr: aws_sdk_ecr, "ecr", ecr::PASSING, "Amazon ECR.";
    ecs: aws_sdk_ecs, "ecs", ecs::PASSING, "Amazon ECS.";
    elasticache: aws_sdk_elasticache, "elasticache", elasticache::PASSING, "Amazon ElastiCache.";
    elb: aws_sdk_elasticloadbalancingv2, "elbv2", elb::PASSING, "Elastic Load Balancing.";
    firehose: aws_sdk_firehose, "firehose", firehose::PASSING, "Amazon Data Firehose.";
    iam: aws_sdk_iam, "iam", iam::PASSING, "AWS IAM.";
    kms: aws_sdk_kms, "kms", kms::PASSING, "AWS KMS.";
    logs: aws_sdk_cloudwatchlogs, "logs", logs::PASSING, "Amazon CloudWatch Logs.";
    rds: aws_sdk_rds, "rds", rds::PASSING, "Amazon RDS.";
    route53: aws_sdk_route53, "route53", route53::PASSING, "Amazon Route 53.";
    s3: aws_sdk_s3, "s3", s3::PASSING, "Amazon S3.";
    secretsmanager: aws_sdk_secretsmanager, "secretsmanager", secretsmanager::PASSING, "AWS Secrets Manager.";
    sns: aws_sdk_sns, "sns", sns::PASSING, "Amazon SNS.";
    ssm: aws_sdk_ssm, "ssm", ssm::PASSING, "AWS Systems Manager.";
    sts: aws_sdk_sts, "sts", sts::PASSING, "AWS STS.";
    wafv2: aws_sdk_wafv2, "wafv2", wafv2::PASSING, "AWS WAF.";
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
        Ok(Aws { clients, config, place, sdk, call, once: false })
    }

    /// What tells the HTTP client which call a request is of, and who makes it.
    fn named(&self, passing: Passing) -> Named {
        let role = self.place.1.as_ref().and_then(|role| role.role_arn.as_str().rsplit('/').next());
        Named { passing, grants: self.clients.grants(), role: role.map(str::to_owned) }
    }

    /// The same AWS, through clients that the SDK does not have repeat a call. For creations: a repetition after a lost answer would make a
    /// twin.
    pub fn once(&self) -> Aws {
        Aws { once: true, ..self.clone() }
    }

    /// The same AWS in another region, for a service that is not in every one.
    pub fn at(&self, region: &str) -> Aws {
        let sdk = self.sdk.to_builder().region(Region::new(region.to_owned())).build();
        Aws { place: (region.to_owned(), self.place.1.clone()), sdk, ..self.clone() }
    }

    /// AWS in the same region, as a role.
    pub async fn acting_as(&self, role: &AssumeRole) -> Aws {
        let place = (self.place.0.clone(), Some(role.clone()));
        Aws { sdk: self.clients.at(&place).await, place, ..self.clone() }
    }

    /// What the provider keeps of a type for all calls at this place: the default at first.
    pub fn kept<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        self.kept_for::<(), T>()
    }

    /// The same, one for each kind.
    pub(super) fn kept_for<K: 'static, T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        self.clients.kept::<K, T>(&self.place)
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
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

    /// The name of the partition that the region belongs to: `aws`, `aws-cn`.
    pub fn partition(&self) -> &'static str {
        Partition::of(self.region()).name
    }

    /// The call of the engine that this answers.
    pub fn call(&self) -> &Call {
        &self.call
    }

    /// What the resource's creation is known by.
    pub fn birth(&self) -> &Birth {
        &self.call.birth
    }
}
