//! Caches: the journeys of their resources through the real engine, seen through boto3.

mod change;
mod life;
mod loss;
mod refusal;

use serde_json::{Value, json};

use crate::aws::{Aws, REGION};
use crate::pulumi::Project;

/// A token as AWS takes it.
const TOKEN: &str = "a-token-of-sixteen";

/// A VPC with two subnets and two security groups, made by hand.
struct Ground {
    aws: Aws,
    vpc: String,
    subnets: Vec<String>,
    groups: Vec<String>,
}

impl Ground {
    fn new(aws: Aws) -> Ground {
        let vpc = aws.call("ec2", "create_vpc", json!({"CidrBlock": "10.0.0.0/16"}));
        let vpc = text(&vpc, "/Vpc/VpcId");
        let subnet = |n: &str, zone: &str| {
            let asked = json!({"VpcId": vpc, "CidrBlock": format!("10.0.{n}.0/24"), "AvailabilityZone": format!("{REGION}{zone}")});
            text(&aws.call("ec2", "create_subnet", asked), "/Subnet/SubnetId")
        };
        let group = |name: &str| {
            let asked = json!({"GroupName": name, "Description": "d", "VpcId": vpc});
            text(&aws.call("ec2", "create_security_group", asked), "/GroupId")
        };
        Ground { subnets: vec![subnet("0", "a"), subnet("1", "c")], groups: vec![group("one"), group("two")], vpc, aws }
    }

    /// A subnet group and a replication group with more properties, one a line.
    fn program(&self, more: &str) -> String {
        let subnets = self.subnets.join(", ");
        let more: String = more.lines().map(|line| format!("      {}\n", line.trim())).collect();
        format!(
            "
resources:
  net:
    type: gitinfra:elasticache:SubnetGroup
    properties: {{name: Net, subnetIds: [{subnets}]}}
  cache:
    type: gitinfra:elasticache:ReplicationGroup
    properties:
      replicationGroupId: Web
      subnetGroupName: ${{net.name}}
{more}"
        )
    }

    fn project(&self, more: &str) -> Project {
        self.aws.project(&self.program(more))
    }

    fn group(&self) -> Value {
        let asked = json!({"ReplicationGroupId": "web"});
        let told = self.aws.call("elasticache", "describe_replication_groups", asked);
        told["ReplicationGroups"][0].clone()
    }

    fn node(&self) -> Value {
        let asked = json!({"CacheClusterId": "web-001", "ShowCacheNodeInfo": true});
        self.aws.call("elasticache", "describe_cache_clusters", asked)["CacheClusters"][0].clone()
    }

    fn count(&self) -> usize {
        let all = self.aws.call("elasticache", "describe_replication_groups", json!({}));
        all["ReplicationGroups"].as_array().map_or(0, Vec::len)
    }

    /// The operations on caches that changed something, in order, after so many calls.
    fn writes_after(&self, calls: usize) -> Vec<String> {
        self.aws.writes_after(calls)
    }
}

#[track_caller]
fn text(value: &Value, at: &str) -> String {
    let found = value.pointer(at).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("no text at {at} in {value:#}")).to_owned()
}

const SMALL: &str = "nodeType: cache.t4g.micro";
