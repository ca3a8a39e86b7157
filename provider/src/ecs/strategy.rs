//! Capacity provider strategies: on what kind of capacity tasks run, and in what shares.

use aws_sdk_ecs::error::BuildError;
use aws_sdk_ecs::types::CapacityProviderStrategyItem as AwsItem;
use pulumi_plugin::{Fault, Property};

use crate::aws::number::{count, signed};

/// One item of a capacity provider strategy.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct CapacityProviderStrategyItem {
    /// The name of the capacity provider: `FARGATE`, `FARGATE_SPOT`, or one of the account's own.
    pub capacity_provider: String,
    /// The base: how many tasks at least run on this provider. Only one item of a strategy may have one.
    #[prop(default, max = 100_000)]
    pub base: u32,
    /// The weight: its share of the tasks beyond the base, by the sum of all weights.
    #[prop(default, max = 1000)]
    pub weight: u32,
}

/// What is wrong with a strategy that is the property `name`.
pub fn faults(name: &str, items: &[CapacityProviderStrategyItem]) -> Vec<Fault> {
    let fargate = |item: &CapacityProviderStrategyItem| item.capacity_provider.starts_with("FARGATE");
    let mut faults = Vec::new();
    if items.iter().filter(|item| item.base > 0).count() > 1 {
        faults.push(Fault::new(name, "only one item may have a `base`"));
    }
    if !items.is_empty() && items.iter().all(|item| item.weight == 0) {
        faults.push(Fault::new(name, "at least one item needs a `weight` of more than 0"));
    }
    if items.iter().any(fargate) && !items.iter().all(fargate) {
        faults.push(Fault::new(name, "Fargate's capacity providers can't be mixed with others"));
    }
    faults
}

/// As AWS takes it.
pub fn write(items: &[CapacityProviderStrategyItem]) -> Result<Vec<AwsItem>, BuildError> {
    let item = |item: &CapacityProviderStrategyItem| {
        let written = AwsItem::builder().capacity_provider(&item.capacity_provider);
        written.base(signed(item.base)).weight(signed(item.weight)).build()
    };
    items.iter().map(item).collect()
}

/// As AWS returns it.
pub fn read(items: Option<Vec<AwsItem>>) -> Vec<CapacityProviderStrategyItem> {
    let items = items.unwrap_or_default().into_iter();
    let each = items.map(|item| CapacityProviderStrategyItem {
        capacity_provider: item.capacity_provider,
        base: count(item.base),
        weight: count(item.weight),
    });
    each.collect()
}
