//! Accounts with their regions, and what stands in each by lane.

use std::collections::BTreeMap;

use super::kinds::Lane;
use super::model::Model;
use super::place::{GLOBAL, Region};

/// What stands in a region, by lane.
#[derive(Debug, Default, Clone)]
pub struct Contents {
    pub names: Vec<usize>,
    pub path: Vec<usize>,
    /// Left of the path: buckets that a distribution serves.
    pub origins: Vec<usize>,
    pub guards: Vec<usize>,
    pub logs: Vec<usize>,
    pub vpcs: Vec<usize>,
}

impl Contents {
    pub fn has_middle(&self) -> bool {
        !(self.path.is_empty() && self.origins.is_empty() && self.guards.is_empty() && self.vpcs.is_empty())
    }

    pub fn is_logs_only(&self) -> bool {
        !self.has_middle() && self.names.is_empty()
    }
}

/// An account with its regions.
pub struct Account<'a> {
    pub name: &'a str,
    pub regions: BTreeMap<&'a str, Contents>,
    pub identity: Vec<usize>,
    pub weight: usize,
}

impl Account<'_> {
    pub fn is_names_only(&self) -> bool {
        let boxes: usize = self.regions.values().map(|region| region.names.len()).sum();
        let rest = self.regions.values().any(|region| region.has_middle() || !region.logs.is_empty());
        !rest && self.identity.is_empty() && boxes <= 3
    }
}

/// The one with most things first.
pub fn accounts(model: &Model) -> Vec<Account<'_>> {
    let mut accounts: BTreeMap<&str, Account<'_>> = BTreeMap::new();
    for (at, node) in model.nodes.iter().enumerate() {
        let account = entry(&mut accounts, &node.region);
        account.weight += node.things.len();
        if node.lane == Lane::Identity {
            account.identity.push(at);
            continue;
        }
        let region = account.regions.entry(&node.region.name).or_default();
        match node.lane {
            Lane::Names | Lane::Subnet => region.names.push(at),
            Lane::Path if node.token == "s3:Bucket" => region.origins.push(at),
            Lane::Path => region.path.push(at),
            Lane::Guard => region.guards.push(at),
            Lane::Logs => region.logs.push(at),
            // They are in their VPC's plan.
            Lane::Inside | Lane::Gate | Lane::Door | Lane::Vpc | Lane::Identity => {}
        }
    }
    for (at, vpc) in model.vpcs.iter().enumerate() {
        let account = entry(&mut accounts, &vpc.region);
        account.weight += 1 + vpc.subnets.len();
        account.regions.entry(&vpc.region.name).or_default().vpcs.push(at);
    }
    let mut accounts: Vec<Account<'_>> = accounts.into_values().collect();
    accounts.sort_by(|a, b| b.weight.cmp(&a.weight).then_with(|| a.name.cmp(b.name)));
    accounts
}

fn entry<'m, 'a>(accounts: &'m mut BTreeMap<&'a str, Account<'a>>, region: &'a Region) -> &'m mut Account<'a> {
    let new = || Account { name: &region.account, regions: BTreeMap::new(), identity: Vec::new(), weight: 0 };
    accounts.entry(&region.account).or_insert_with(new)
}

/// The region of an account that only helps its global services: us-east-1 without a VPC beside a distribution.
pub fn helper<'a>(account: &'a Account<'_>) -> Option<&'a Contents> {
    let global = account.regions.get(GLOBAL)?;
    let helper = account.regions.get("us-east-1")?;
    let is_small = helper.names.len() + helper.guards.len() + helper.origins.len() <= 5;
    (!global.path.is_empty() && helper.vpcs.is_empty() && helper.path.is_empty() && is_small).then_some(helper)
}
