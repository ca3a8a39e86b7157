//! A monitoring subscription.

use aws_sdk_cloudfront::types::{
    MonitoringSubscription as AwsSubscription, RealtimeMetricsSubscriptionConfig, RealtimeMetricsSubscriptionStatus,
};
use pulumi_plugin::{Id, Made, Property, Resource, Result};

use crate::aws::{Aws, Doing as _};
use crate::cloudfront::built;

/// What says that it is gone: it, or its distribution.
const GONE: [&str; 2] = ["NoSuchMonitoringSubscription", "NoSuchDistribution"];

/// What the program asks of a monitoring subscription.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct MonitoringSubscriptionInputs {
    /// The id of the distribution.
    #[prop(replace, unique)]
    pub distribution_id: String,
}

/// A CloudFront monitoring subscription: the distribution's additional metrics in CloudWatch, for which AWS takes a fee for each distribution. A
/// distribution has one; it is on while this resource stands.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct MonitoringSubscription {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: MonitoringSubscriptionInputs,
}

impl Resource for MonitoringSubscription {
    const TOKEN: &'static str = "gitinfra:cloudfront:MonitoringSubscription";
    const FIXED: &'static [(&'static str, &'static str)] = crate::aws::GLOBAL;
    type Session = Aws;
    type Inputs = MonitoringSubscriptionInputs;
    type Seen = ();

    async fn create(aws: &Aws, new: &MonitoringSubscriptionInputs) -> Result<Made> {
        let on = RealtimeMetricsSubscriptionStatus::Enabled;
        let config = RealtimeMetricsSubscriptionConfig::builder().realtime_metrics_subscription_status(on).build();
        let on = AwsSubscription::builder().realtime_metrics_subscription_config(config.map_err(built)?).build();
        let create = aws.once().cloudfront().create_monitoring_subscription().distribution_id(&new.distribution_id);
        let made = create.monitoring_subscription(on).send().await.unless(&["MonitoringSubscriptionAlreadyExists"]);
        let made = made.doing("creating monitoring subscription of distribution", &new.distribution_id)?;
        let id = Id::from(new.distribution_id.as_str());
        Ok(if made.is_some() { Made::New(id) } else { Made::Exists(id) })
    }

    /// It bears no token: only an attempt of which the answer got lost can have made it.
    async fn ours(aws: &Aws, id: &Id, (): &(), _: &MonitoringSubscriptionInputs) -> Result<Option<Id>> {
        Ok(aws.call().tried().then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<()>> {
        let got = aws.cloudfront().get_monitoring_subscription().distribution_id(id).send().await;
        let got = got.unless(&GONE).doing("reading monitoring subscription of distribution", id)?;
        let config = got.and_then(|got| got.monitoring_subscription?.realtime_metrics_subscription_config);
        let on = |config: &RealtimeMetricsSubscriptionConfig| {
            config.realtime_metrics_subscription_status != RealtimeMetricsSubscriptionStatus::Disabled
        };
        Ok(config.filter(on).map(drop))
    }

    async fn read(_: &Aws, id: &Id, (): ()) -> Result<Self> {
        Ok(MonitoringSubscription { inputs: MonitoringSubscriptionInputs { distribution_id: id.to_string() } })
    }

    async fn update(_: &Aws, _: &Id, _: &Self, _: &MonitoringSubscriptionInputs) -> Result<()> {
        Ok(())
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let delete = aws.cloudfront().delete_monitoring_subscription().distribution_id(id).send().await;
        delete.unless(&GONE).done("deleting monitoring subscription of distribution", id)
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}
