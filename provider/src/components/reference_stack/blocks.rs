//! The blocks of a stack: each is a component's settings, what it has otherwise than the stack, or `false` to leave it out.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::conform::conform;
use pulumi_plugin::{Error, Map, Output, Property, Result, Shaped, Value};

use crate::aws::Tags;
use crate::components::alarms::AlarmsSettings;
use crate::components::aurora_postgres::AuroraPostgresSettings;
use crate::components::cdn::CdnSettings;
use crate::components::certificate::CertificateSettings;
use crate::components::cluster::ClusterSettings;
use crate::components::dns_zone::DnsZoneSettings;
use crate::components::fargate_service::FargateServiceSettings;
use crate::components::load_balancer::LoadBalancerSettings;
use crate::components::network::NetworkSettings;
use crate::components::private_bucket::PrivateBucketSettings;
use crate::components::redis::RedisSettings;
use crate::components::session_manager::SessionManagerSettings;
use crate::components::slack_notifier::SlackNotifierSettings;
use crate::components::vpc_endpoints::VpcEndpointsSettings;
use crate::components::waf::WafSettings;
use crate::components::waf_logs::WafLogsSettings;
use crate::components::{Profile, SharedInputs};

/// What a block can have otherwise than its stack.
#[derive(Debug, Clone, Default, Property)]
pub struct OwnSettings {
    /// Tags of the block's resources, beside the stack's.
    #[prop(default)]
    pub tags: Tags,
    /// How careful and how expensive the block's defaults are. Default: the stack's `profile`.
    pub profile: Option<Profile>,
    /// Whether the block's children that hold data get Pulumi's resource option `protect`. Default: the stack's `protectStateful`.
    pub protect_stateful: Option<bool>,
    /// Changes to the inputs of the block's children, by the child's key: a merge patch (RFC 7386).
    #[prop(default)]
    pub overrides: BTreeMap<String, Value>,
    /// Keys of the block's children that are not wanted.
    #[prop(default)]
    pub skip: BTreeSet<String>,
}

impl OwnSettings {
    /// What the block's component takes of what all components take.
    pub fn shared(&self, stack: &SharedInputs) -> SharedInputs {
        let tags = stack.tags.iter().chain(self.tags.iter()).map(|(key, value)| (key.clone(), value.clone()));
        SharedInputs {
            tags: tags.collect(),
            profile: self.profile.unwrap_or(stack.profile),
            protect_stateful: self.protect_stateful.or(stack.protect_stateful),
            overrides: self.overrides.clone(),
            skip: self.skip.clone(),
            ..stack.clone()
        }
    }
}

/// The structs of blocks: settings, and what is otherwise than in the stack.
macro_rules! blocks {
    ($($(#[$doc:meta])* $block:ident: $settings:ty;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Property)]
        pub struct $block {
            /// The settings.
            #[prop(flatten)]
            pub settings: $settings,
            /// What it has otherwise than the stack.
            #[prop(flatten)]
            pub own: OwnSettings,
        }
    )*};
}

/// Blocks that can be left out.
macro_rules! choices {
    ($($choice:ident: $block:ident;)*) => {$(
        /// A block, or whether there is one.
        #[derive(Debug, Clone, Property)]
        #[allow(clippy::large_enum_variant, reason = "a program has one of each, and not all of them are large")]
        pub enum $choice {
            /// Its settings.
            Settings($block),
            /// `false`: it is left out; `true`: it is as it usually is.
            Wanted(bool),
        }

        impl $choice {
            /// The block, as it usually is where nothing is said; nothing if it is left out.
            pub fn block(choice: Option<&$choice>) -> Result<Option<$block>> {
                match choice {
                    Some($choice::Settings(block)) => Ok(Some(block.clone())),
                    Some($choice::Wanted(false)) => Ok(None),
                    Some($choice::Wanted(true)) | None => usual().map(Some),
                }
            }
        }
    )*};
}

/// A block of which nothing is said.
pub fn usual<B: Property + Shaped>() -> Result<B> {
    let conformed = conform(&[B::shape()], &Map::new());
    if !conformed.faults.is_empty() {
        return Err(Error::invalid(conformed.faults));
    }
    Ok(B::decode(&Value::Object(conformed.properties))?)
}

blocks! {
    /// The network of a stack.
    NetworkBlock: NetworkSettings;
    /// The hosted zone of a stack.
    DnsBlock: DnsZoneSettings;
    /// The certificates of a stack, for its domain and for the name by which CloudFront asks the load balancer.
    CertificateBlock: CertificateSettings;
    /// The ECS cluster of a stack.
    ClusterBlock: ClusterSettings;
    /// The load balancer of a stack.
    LoadBalancerBlock: LoadBalancerSettings;
    /// The service of a stack.
    ServiceBlock: FargateServiceSettings;
    /// The Aurora PostgreSQL database of a stack.
    AuroraBlock: AuroraPostgresSettings;
    /// The Redis cache of a stack.
    RedisBlock: RedisSettings;
    /// The private bucket of a stack, for static files.
    BucketBlock: PrivateBucketSettings;
    /// The CloudFront distribution of a stack.
    CdnBlock: CdnSettings;
    /// The web ACLs of a stack: one for the distribution, and one for the load balancer.
    WafBlock: WafSettings;
    /// The logs of a stack's web ACLs.
    WafLogsBlock: WafLogsSettings;
    /// The alarms of a stack.
    AlarmsBlock: AlarmsSettings;
    /// The Slack channel that a stack's alarms come to.
    SlackBlock: SlackNotifierSettings;
    /// Session Manager's preferences, and a jump host.
    SessionManagerBlock: SessionManagerSettings;
    /// The VPC endpoints of a stack.
    VpcEndpointsBlock: VpcEndpointsSettings;
}

choices! {
    LoadBalancerChoice: LoadBalancerBlock;
    ServiceChoice: ServiceBlock;
    AuroraChoice: AuroraBlock;
    RedisChoice: RedisBlock;
    BucketChoice: BucketBlock;
    CdnChoice: CdnBlock;
    WafChoice: WafBlock;
    WafLogsChoice: WafLogsBlock;
    AlarmsChoice: AlarmsBlock;
    SessionManagerChoice: SessionManagerBlock;
    VpcEndpointsChoice: VpcEndpointsBlock;
}

/// A hosted zone that there is already. Its parent zone delegates it.
#[derive(Debug, Clone, Property)]
pub struct ExistingZone {
    /// The id of the public hosted zone in which the stack's domain is.
    pub zone_id: Output<String>,
}

/// Certificates that there are already.
#[derive(Debug, Clone, Property)]
pub struct ExistingCertificate {
    /// The ARN of the issued certificate in the stack's region, for the domain and for `origin.` before it.
    pub certificate_arn: Output<String>,
    /// The ARN of the issued certificate in us-east-1, for the domain. Needed unless `cdn` is `false`.
    pub cloud_front_certificate_arn: Option<Output<String>>,
}

/// An ECS cluster that there is already.
#[derive(Debug, Clone, Property)]
pub struct ExistingCluster {
    /// The cluster's name. It must have the capacity providers `FARGATE` and `FARGATE_SPOT`.
    pub cluster_name: Output<String>,
}

/// An SNS topic that there is already.
#[derive(Debug, Clone, Property)]
pub struct ExistingTopic {
    /// The ARN of the topic that alarms tell, in the stack's region.
    pub topic_arn: Output<String>,
    /// The ARN of the topic that alarms of CloudFront tell, in us-east-1. Default: there are no such alarms.
    pub cloud_front_topic_arn: Option<Output<String>>,
}

/// A hosted zone: its settings, or one that there is already.
#[derive(Debug, Clone, Property)]
pub enum DnsChoice {
    /// One that there is already.
    Existing(ExistingZone),
    /// One that is made.
    Settings(DnsBlock),
}

/// Certificates: their settings, or ones that there are already.
#[derive(Debug, Clone, Property)]
pub enum CertificateChoice {
    /// Ones that there are already.
    Existing(ExistingCertificate),
    /// Ones that are made.
    Settings(CertificateBlock),
}

/// An ECS cluster: its settings, or one that there is already.
#[derive(Debug, Clone, Property)]
pub enum ClusterChoice {
    /// One that there is already.
    Existing(ExistingCluster),
    /// One that is made.
    Settings(ClusterBlock),
}

/// Who is told of alarms: a Slack channel, a topic that there is already, or nobody.
#[derive(Debug, Clone, Property)]
#[expect(clippy::large_enum_variant, reason = "a program has one of each")]
pub enum SlackChoice {
    /// A topic that there is already.
    Existing(ExistingTopic),
    /// A Slack channel.
    Settings(SlackBlock),
    /// `false`: nobody.
    Wanted(bool),
}
