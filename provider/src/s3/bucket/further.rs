//! Settings that are this resource's only where the program gives them. What it leaves out is neither read nor changed.

use aws_sdk_s3::types as aws;
use pulumi_plugin::Result;

use super::inputs::*;
use super::notifications::NotificationConfiguration;
use super::replication::ReplicationConfiguration;
use super::settings::{Settings, built};
use super::website::WebsiteConfiguration;
use crate::aws::{Doing as _, word};

impl Settings<'_> {
    /// Reads what the program gives.
    pub async fn read_further(&self, inputs: BucketInputs) -> Result<BucketInputs> {
        let given = |name: &str| self.aws.call().given.contains_key(name);
        let (notification_configuration, website_configuration, replication_configuration, accelerate, object_lock) = futures::try_join!(
            wanted(given("notificationConfiguration"), self.notifications()),
            wanted(given("websiteConfiguration"), self.website()),
            wanted(given("replicationConfiguration"), self.replication()),
            wanted(given("accelerateStatus"), self.accelerate()),
            wanted(given("objectLockConfiguration"), self.object_lock()),
        )?;
        Ok(BucketInputs {
            notification_configuration,
            website_configuration,
            replication_configuration,
            accelerate_status: accelerate,
            object_lock_configuration: object_lock.flatten(),
            ..inputs
        })
    }

    /// Brings what the program gives.
    pub async fn bring_further(&self, old: &BucketInputs, new: &BucketInputs) -> Result<()> {
        if let Some(lock) = changed(&old.object_lock_configuration, &new.object_lock_configuration) {
            self.put_object_lock(lock).await?;
        }
        if let Some(website) = changed(&old.website_configuration, &new.website_configuration) {
            self.put_website(website).await?;
        }
        let replication = changed(&old.replication_configuration, &new.replication_configuration);
        if let Some(replication) = replication.filter(|it| !it.rules.is_empty()) {
            self.put_replication(replication).await?;
        }
        if let Some(status) = changed(&old.accelerate_status, &new.accelerate_status) {
            let config = aws::AccelerateConfiguration::builder().status(status.as_str().into()).build();
            let put = self.s3.put_bucket_accelerate_configuration().bucket(self.id);
            let put = put.expected_bucket_owner(&self.owner).accelerate_configuration(config).send().await;
            put.done("setting the transfer acceleration of bucket", self.id)?;
        }
        if let Some(notifications) = changed(&old.notification_configuration, &new.notification_configuration) {
            let put = self.s3.put_bucket_notification_configuration().bucket(self.id);
            let put = put.notification_configuration(notifications.write().map_err(built)?);
            let put = put.expected_bucket_owner(&self.owner).send().await;
            put.done("setting the notifications of bucket", self.id)?;
        }
        Ok(())
    }

    /// Removes the replication where the program wants none: S3 suspends no versioning under it.
    pub async fn end_replication(&self, old: &BucketInputs, new: &BucketInputs) -> Result<()> {
        let replication = changed(&old.replication_configuration, &new.replication_configuration);
        match replication.filter(|it| it.rules.is_empty()) {
            Some(none) => self.put_replication(none).await,
            None => Ok(()),
        }
    }

    async fn notifications(&self) -> Result<NotificationConfiguration> {
        let get = self.s3.get_bucket_notification_configuration().bucket(self.id).expected_bucket_owner(&self.owner);
        let got = get.send().await.doing("reading the notifications of bucket", self.id)?;
        NotificationConfiguration::read(got)
    }

    async fn website(&self) -> Result<WebsiteConfiguration> {
        let get = self.s3.get_bucket_website().bucket(self.id).expected_bucket_owner(&self.owner);
        let got = get.send().await.unless(&["NoSuchWebsiteConfiguration"]);
        let got = got.doing("reading the website of bucket", self.id)?;
        got.map_or_else(|| Ok(WebsiteConfiguration::default()), WebsiteConfiguration::read)
    }

    async fn put_website(&self, website: &WebsiteConfiguration) -> Result<()> {
        if *website == WebsiteConfiguration::default() {
            let delete = self.s3.delete_bucket_website().bucket(self.id).expected_bucket_owner(&self.owner);
            return delete.send().await.done("removing the website of bucket", self.id);
        }
        let put = self.s3.put_bucket_website().bucket(self.id).expected_bucket_owner(&self.owner);
        let put = put.website_configuration(website.write().map_err(built)?).send().await;
        put.done("setting the website of bucket", self.id)
    }

    async fn replication(&self) -> Result<ReplicationConfiguration> {
        let get = self.s3.get_bucket_replication().bucket(self.id).expected_bucket_owner(&self.owner);
        let got = get.send().await.unless(&["ReplicationConfigurationNotFoundError"]);
        let got = got.doing("reading the replication of bucket", self.id)?;
        let told = got.and_then(|got| got.replication_configuration);
        told.map_or_else(|| Ok(ReplicationConfiguration::default()), ReplicationConfiguration::read)
    }

    async fn put_replication(&self, replication: &ReplicationConfiguration) -> Result<()> {
        if replication.rules.is_empty() {
            let delete = self.s3.delete_bucket_replication().bucket(self.id).expected_bucket_owner(&self.owner);
            return delete.send().await.done("removing the replication of bucket", self.id);
        }
        let put = self.s3.put_bucket_replication().bucket(self.id).expected_bucket_owner(&self.owner);
        let put = put.replication_configuration(replication.write().map_err(built)?).send().await;
        put.done("setting the replication of bucket", self.id)
    }

    /// Until it is first set, there is no status.
    async fn accelerate(&self) -> Result<AccelerateStatus> {
        let get = self.s3.get_bucket_accelerate_configuration().bucket(self.id).expected_bucket_owner(&self.owner);
        let got = get.send().await.doing("reading the transfer acceleration of bucket", self.id)?;
        got.status.map_or(Ok(AccelerateStatus::Suspended), word)
    }

    /// Whether there is an object lock, with the retention of new objects.
    async fn object_lock(&self) -> Result<Option<ObjectLockConfiguration>> {
        let get = self.s3.get_object_lock_configuration().bucket(self.id).expected_bucket_owner(&self.owner);
        let got = get.send().await.unless(&["ObjectLockConfigurationNotFoundError"]);
        let got = got.doing("reading the object lock of bucket", self.id)?;
        let Some(lock) = got.and_then(|got| got.object_lock_configuration) else { return Ok(None) };
        let retention = lock.rule.and_then(|rule| rule.default_retention).map(|retention| {
            let mode = word(retention.mode.as_ref().map_or("", |mode| mode.as_str()))?;
            Ok::<_, pulumi_plugin::Error>(DefaultRetention { mode, days: retention.days, years: retention.years })
        });
        Ok(Some(ObjectLockConfiguration { default_retention: retention.transpose()? }))
    }

    async fn put_object_lock(&self, lock: &ObjectLockConfiguration) -> Result<()> {
        let rule = lock.default_retention.as_ref().map(|retention| {
            let written = aws::DefaultRetention::builder().mode(retention.mode.as_str().into());
            let retention = written.set_days(retention.days).set_years(retention.years).build();
            aws::ObjectLockRule::builder().default_retention(retention).build()
        });
        let config = aws::ObjectLockConfiguration::builder().object_lock_enabled(aws::ObjectLockEnabled::Enabled);
        let put = self.s3.put_object_lock_configuration().bucket(self.id).expected_bucket_owner(&self.owner);
        let put = put.object_lock_configuration(config.set_rule(rule).build()).send().await;
        put.done("setting the object lock of bucket", self.id)
    }
}

/// What the program gives, if it is something else than before.
fn changed<'a, T: PartialEq>(old: &Option<T>, new: &'a Option<T>) -> Option<&'a T> {
    new.as_ref().filter(|new| old.as_ref() != Some(new))
}

/// Only what is wanted is asked for.
async fn wanted<T>(is: bool, ask: impl Future<Output = Result<T>>) -> Result<Option<T>> {
    if is { ask.await.map(Some) } else { Ok(None) }
}
