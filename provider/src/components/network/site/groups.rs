//! The subnet groups of a network: the subnets that databases and caches may be in.

use std::collections::BTreeSet;

use pulumi_plugin::Output;

use super::Site;
use crate::{elasticache, rds};

/// The names of the subnet groups that there are.
#[derive(Default)]
pub struct Groups {
    /// The DB subnet group's.
    pub database: Option<Output<String>>,
    /// The cache subnet group's.
    pub cache: Option<Output<String>>,
}

impl Site<'_> {
    /// The subnet groups of the tier `data`, if they are wanted. A DB subnet group needs two zones.
    pub fn subnet_groups(&mut self, data: &Output<Vec<String>>, zones: usize) -> Groups {
        if !self.inputs.settings.subnet_groups {
            return Groups::default();
        }
        let ids = data.map(|ids| ids.into_iter().collect::<BTreeSet<_>>());
        let database = rds::subnet_group::SubnetGroupArgs { subnet_ids: (&ids).into(), ..Default::default() };
        let cache = elasticache::subnet_group::SubnetGroupArgs { subnet_ids: (&ids).into(), ..Default::default() };
        let add = |site: &mut Self| site.here.add::<rds::subnet_group::SubnetGroup>("db-subnets", database).id;
        Groups {
            database: (zones >= 2).then(|| add(self)),
            cache: Some(self.here.add::<elasticache::subnet_group::SubnetGroup>("cache-subnets", cache).id),
        }
    }
}
