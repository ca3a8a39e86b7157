//! A cluster.

mod configuration;
mod holders;

use aws_sdk_ecs::types::{
    Cluster as AwsCluster, ClusterField, ClusterServiceConnectDefaultsRequest, ClusterSetting, ClusterSettingName,
};
use pulumi_plugin::{Fault, Id, Made, Progress, Property, Resource, Result, Wait};

pub use self::configuration::{
    ClusterConfiguration, ExecuteCommandConfiguration, ExecuteCommandLogConfiguration, ExecuteCommandLogging,
    ManagedStorageConfiguration,
};
use crate::aws::list::filled;
use crate::aws::{Aws, Doing as _, Tags, word};
use crate::ecs::{tags, unbuilt};
use crate::types::EcsName;

/// The inputs of an ECS cluster.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ClusterInputs {
    /// The cluster's name: 1 to 255 letters, digits, hyphens and underscores, unique in the account and region. Default: made from the
    /// resource's name.
    #[prop(replace, unique, autoname = 255)]
    pub name: EcsName,
    /// Container Insights: whether CloudWatch gets metrics of tasks and containers. Default: `disabled`, whatever the account's own setting is.
    #[prop(default = ContainerInsights::Disabled)]
    pub container_insights: ContainerInsights,
    /// The configuration of ECS Exec and of storage.
    #[prop(default)]
    pub configuration: ClusterConfiguration,
    /// The Service Connect defaults. Default: none.
    pub service_connect_defaults: Option<ServiceConnectDefaults>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// Whether CloudWatch gets metrics of tasks and containers.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum ContainerInsights {
    /// No.
    #[prop(rename = "disabled")]
    Disabled,
    /// Of clusters, services and task families.
    #[prop(rename = "enabled")]
    Enabled,
    /// Also of single tasks and containers.
    #[prop(rename = "enhanced")]
    Enhanced,
}

/// The Service Connect defaults of a cluster.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ServiceConnectDefaults {
    /// The Cloud Map namespace of services that name none: its ARN, or its name. AWS makes a namespace of the name if there is none.
    #[prop(min = 1, max = 1024)]
    pub namespace: String,
}

/// An ECS cluster: where services and tasks run. Its capacity providers are `ClusterCapacityProviders`.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Cluster {
    /// The inputs, as ECS has them.
    #[prop(inputs)]
    pub inputs: ClusterInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
}

impl Resource for Cluster {
    const TOKEN: &'static str = "gitinfra:ecs:Cluster";
    const WAIT: Wait = Wait::seconds(2, 600);
    type Session = Aws;
    type Inputs = ClusterInputs;
    type Seen = AwsCluster;

    fn check(new: &ClusterInputs) -> Vec<Fault> {
        new.configuration.faults()
    }

    /// AWS answers a creation under a name that is taken with the cluster that has it.
    async fn standing(aws: &Aws, new: &ClusterInputs) -> Result<Option<Id>> {
        let id = Id::from(new.name.as_str());
        Ok(Self::find(aws, &id).await?.map(|_| id))
    }

    async fn create(aws: &Aws, new: &ClusterInputs) -> Result<Made> {
        let create = aws
            .once()
            .ecs()
            .create_cluster()
            .cluster_name(new.name.as_str())
            .settings(new.insights())
            .configuration(new.configuration.write())
            .set_service_connect_defaults(new.service_connect_defaults.as_ref().map(namespace).transpose()?)
            .set_tags(Some(aws.newborn(&new.tags)));
        let made = create.send().await.doing("creating cluster", &new.name)?;
        Made::new(made.cluster.and_then(|cluster| cluster.cluster_name))
    }

    async fn ours(aws: &Aws, id: &Id, seen: &AwsCluster, _: &ClusterInputs) -> Result<Option<Id>> {
        Ok(aws.bears_token(seen.tags()).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsCluster>> {
        let describe = aws.ecs().describe_clusters().clusters(id).include(ClusterField::Configurations);
        let described = describe.include(ClusterField::Settings).include(ClusterField::Tags).send().await;
        let found = described.doing("reading cluster", id)?.clusters.and_then(|mut clusters| clusters.pop());
        // A deleted cluster is told of for a while.
        Ok(found.filter(|cluster| cluster.status() != Some("INACTIVE")))
    }

    fn progress(seen: &AwsCluster) -> Progress {
        match (seen.status().unwrap_or_default(), seen.attachments_status()) {
            ("ACTIVE", Some(state)) if state.ends_with("_IN_PROGRESS") => Progress::Pending(state.to_owned()),
            ("ACTIVE", _) => Progress::Done,
            ("DEPROVISIONING", _) => Progress::Leaving("DEPROVISIONING".to_owned()),
            ("FAILED", _) => Progress::Failed("its capacity providers could not be made".to_owned()),
            (state, _) => Progress::Pending(state.to_owned()),
        }
    }

    async fn read(aws: &Aws, _: &Id, seen: AwsCluster) -> Result<Self> {
        let insights = |setting: &&ClusterSetting| setting.name == Some(ClusterSettingName::ContainerInsights);
        let insights = seen.settings().iter().find(insights).and_then(|setting| setting.value());
        let container_insights = insights.map_or(Ok(ContainerInsights::Disabled), word)?;
        let namespace = filled(seen.service_connect_defaults.and_then(|defaults| defaults.namespace));
        Ok(Cluster {
            inputs: ClusterInputs {
                name: seen.cluster_name.unwrap_or_default().into(),
                container_insights,
                configuration: ClusterConfiguration::read(seen.configuration)?,
                service_connect_defaults: namespace.map(|namespace| ServiceConnectDefaults { namespace }),
                tags: aws.visible(seen.tags.unwrap_or_default()),
            },
            arn: seen.cluster_arn.unwrap_or_default(),
        })
    }

    /// AWS tells the ARN of a namespace that was given by its name.
    fn respell(&mut self, given: &ClusterInputs) {
        let told = |defaults: &&ServiceConnectDefaults| !defaults.namespace.starts_with("arn:");
        if let (Some(seen), Some(given)) =
            (&mut self.inputs.service_connect_defaults, given.service_connect_defaults.as_ref().filter(told))
        {
            seen.namespace.clone_from(&given.namespace);
        }
    }

    /// Settings and configuration are sent together: AWS has forgotten the one when only the other was sent.
    async fn update(aws: &Aws, id: &Id, old: &Self, new: &ClusterInputs) -> Result<()> {
        let none = ServiceConnectDefaults { namespace: String::new() };
        let defaults = match (&old.inputs.service_connect_defaults, &new.service_connect_defaults) {
            (old, new) if old == new => None,
            // An empty name takes the old one away.
            (_, new) => Some(namespace(new.as_ref().unwrap_or(&none))?),
        };
        let update = aws.ecs().update_cluster().cluster(id).settings(new.insights());
        let update = update.configuration(new.configuration.write()).set_service_connect_defaults(defaults);
        update.send().await.done("changing cluster", id)
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, &old.arn, set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let deleted = aws.ecs().delete_cluster().cluster(id).send().await;
        match deleted.unless(&["ClusterNotFoundException"]).done("deleting cluster", id) {
            Err(error) if error.message().contains("ClusterContains") => Err(holders::named(aws, id, error).await),
            done => done,
        }
    }
}

impl ClusterInputs {
    /// A setting can't be removed, so that it is always said.
    fn insights(&self) -> ClusterSetting {
        let setting = ClusterSetting::builder().name(ClusterSettingName::ContainerInsights);
        setting.value(self.container_insights.as_str()).build()
    }
}

fn namespace(defaults: &ServiceConnectDefaults) -> Result<ClusterServiceConnectDefaultsRequest> {
    let request = ClusterServiceConnectDefaultsRequest::builder().namespace(&defaults.namespace).build();
    request.map_err(unbuilt)
}
