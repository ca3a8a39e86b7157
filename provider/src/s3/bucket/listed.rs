//! Settings of which a bucket has several, each by an id: how they are listed, put and removed. They are this resource's only where the program
//! gives them.

use std::collections::BTreeMap;

use pulumi_plugin::Result;

use super::inputs::BucketInputs;
use super::reports::*;
use super::settings::{Settings, built};
use crate::aws::Doing as _;

/// The settings: the property and its type; the calls that list, put and remove them; what the answer and the request call them; and in words.
macro_rules! listed {
    ($($property:ident: $type:ident, $list:ident $put:ident $delete:ident, $told:ident $given:ident, $name:literal, $words:literal;)*) => {
        impl Settings<'_> {
            /// Reads what the program gives.
            pub async fn read_listed(&self, mut inputs: BucketInputs) -> Result<BucketInputs> {
                $(
                    if self.aws.call().given.contains_key($name) {
                        inputs.$property = Some(self.$property().await?);
                    }
                )*
                Ok(inputs)
            }

            /// Brings what the program gives, one after another.
            pub async fn bring_listed(&self, old: &BucketInputs, new: &BucketInputs) -> Result<()> {
                $(
                    if let Some(new) = new.$property.as_ref().filter(|new| old.$property.as_ref() != Some(new)) {
                        let there = self.$property().await?;
                        for (id, config) in new.iter().filter(|(id, config)| there.get(*id) != Some(*config)) {
                            let put = self.s3.$put().bucket(self.id).expected_bucket_owner(&self.owner).id(id);
                            let put = put.$given(config.write(id).map_err(built)?).send().await;
                            put.done(concat!("setting the ", $words, " of bucket"), self.id)?;
                        }
                        for id in there.keys().filter(|id| !new.contains_key(*id)) {
                            let delete = self.s3.$delete().bucket(self.id).expected_bucket_owner(&self.owner).id(id);
                            let deleted = delete.send().await.unless(&["NoSuchConfiguration"]);
                            deleted.done(concat!("removing the ", $words, " of bucket"), self.id)?;
                        }
                    }
                )*
                Ok(())
            }

            $(
                async fn $property(&self) -> Result<BTreeMap<String, $type>> {
                    let (mut all, mut next) = (BTreeMap::new(), None);
                    loop {
                        let list = self.s3.$list().bucket(self.id).expected_bucket_owner(&self.owner);
                        let page = list.set_continuation_token(next).send().await;
                        let page = page.doing(concat!("reading the ", $words, " of bucket"), self.id)?;
                        for told in page.$told.unwrap_or_default() {
                            let (id, config) = $type::read(told)?;
                            all.insert(id, config);
                        }
                        next = page.next_continuation_token;
                        if next.is_none() {
                            return Ok(all);
                        }
                    }
                }
            )*
        }
    };
}

listed! {
    analytics_configurations: AnalyticsConfiguration,
        list_bucket_analytics_configurations put_bucket_analytics_configuration delete_bucket_analytics_configuration,
        analytics_configuration_list analytics_configuration, "analyticsConfigurations", "storage class analyses";
    intelligent_tiering_configurations: IntelligentTieringConfiguration,
        list_bucket_intelligent_tiering_configurations put_bucket_intelligent_tiering_configuration delete_bucket_intelligent_tiering_configuration,
        intelligent_tiering_configuration_list intelligent_tiering_configuration, "intelligentTieringConfigurations", "intelligent tiering";
    inventory_configurations: InventoryConfiguration,
        list_bucket_inventory_configurations put_bucket_inventory_configuration delete_bucket_inventory_configuration,
        inventory_configuration_list inventory_configuration, "inventoryConfigurations", "inventories";
    metrics_configurations: MetricsConfiguration,
        list_bucket_metrics_configurations put_bucket_metrics_configuration delete_bucket_metrics_configuration,
        metrics_configuration_list metrics_configuration, "metricsConfigurations", "metrics";
}
