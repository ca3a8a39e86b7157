//! What leads from block to block.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::Output;

use crate::types::{Cidr, PolicyJson};

/// What leads from block to block. Each is set once the block that it comes from has been added.
pub struct Wires {
    pub vpc_id: Output<String>,
    pub cidr: Output<Cidr>,
    /// The other IPv4 ranges of the VPC, by name.
    pub ranges: BTreeMap<String, Cidr>,
    /// The subnets in which there is a jump host already.
    pub hosts: BTreeSet<String>,
    pub public: Output<Vec<String>>,
    pub app: Output<Vec<String>>,
    pub data: Output<Vec<String>>,
    pub tables: Output<BTreeMap<String, String>>,
    pub zone_id: Output<String>,
    pub private_zone_id: Option<Output<String>>,
    /// The security group of those that reach database and cache.
    pub clients: Output<String>,
    /// The same, once it is let out to both, and both answer: what is made after them waits for it, and neither waits for the other.
    pub let_out: Output<String>,
    pub certificate: Output<String>,
    pub cdn_certificate: Output<String>,
    pub topic: Option<Output<String>>,
    pub cdn_topic: Option<Output<String>>,
    pub regional_acl: Option<Output<String>>,
    pub cdn_acl: Option<Output<String>>,
    pub balancer: BalancerWires,
    pub bucket: BucketWires,
    pub header: Option<Output<Vec<String>>>,
    pub cluster: Output<String>,
    pub service: Option<(Output<String>, Output<String>)>,
    pub environment: BTreeMap<String, Output<String>>,
    pub secrets: BTreeMap<String, Output<String>>,
    /// What the containers may do beside what the program says, by name.
    pub policies: BTreeMap<String, Output<PolicyJson>>,
    pub aurora: Output<String>,
    pub instances: Output<BTreeMap<String, String>>,
    pub nodes: Output<Vec<String>>,
    pub distribution: Output<String>,
}

/// What leads from the load balancer to others.
pub struct BalancerWires {
    pub dns_name: Output<String>,
    pub zone_id: Output<String>,
    pub listener: Output<String>,
    pub group: Output<String>,
    pub suffix: Output<String>,
}

/// What leads from the bucket to others.
pub struct BucketWires {
    pub name: Output<String>,
    pub arn: Output<String>,
    pub host: Output<String>,
}

impl Wires {
    /// Nothing is known of any.
    pub fn unknown() -> Wires {
        let one = Output::<String>::unknown;
        let several = Output::<Vec<String>>::unknown;
        Wires {
            vpc_id: one(),
            cidr: Output::unknown(),
            ranges: BTreeMap::new(),
            hosts: BTreeSet::new(),
            public: several(),
            app: several(),
            data: several(),
            tables: Output::unknown(),
            zone_id: one(),
            private_zone_id: None,
            clients: one(),
            let_out: one(),
            certificate: one(),
            cdn_certificate: one(),
            topic: None,
            cdn_topic: None,
            regional_acl: None,
            cdn_acl: None,
            balancer: BalancerWires { dns_name: one(), zone_id: one(), listener: one(), group: one(), suffix: one() },
            bucket: BucketWires { name: one(), arn: one(), host: one() },
            header: None,
            cluster: one(),
            service: None,
            environment: BTreeMap::new(),
            secrets: BTreeMap::new(),
            policies: BTreeMap::new(),
            aurora: one(),
            instances: Output::unknown(),
            nodes: several(),
            distribution: one(),
        }
    }
}
