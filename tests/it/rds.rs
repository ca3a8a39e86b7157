//! What is RDS's own, beside the trials that all types go through: data that must not be lost, versions, passwords and parameters.

mod cache;
mod data;
mod journey;
mod parameters;
mod version;

use serde_json::{Value, json};

use crate::aws::Aws;
use crate::life::stack::{Asked, Stack};

/// A stack with a cluster's surroundings: two subnets and a group of them.
struct Ground {
    aws: Aws,
    stack: Stack,
}

impl Ground {
    fn new() -> Ground {
        Ground::on(Aws::new())
    }

    fn on(aws: Aws) -> Ground {
        Ground { stack: Stack::new(&aws), aws }
    }

    /// Brings the stack to these resources, in the network: the steps.
    #[track_caller]
    fn up(&mut self, own: &[Asked]) -> Vec<String> {
        self.try_up(own).unwrap_or_else(|words| panic!("{words}"))
    }

    fn try_up(&mut self, own: &[Asked]) -> Result<Vec<String>, String> {
        let program: Vec<_> = network().into_iter().chain(own.iter().cloned()).collect();
        let steps = self.stack.up(&program).map_err(|failure| failure.words)?;
        Ok(steps
            .into_iter()
            .filter(|step| own.iter().any(|asked| step.ends_with(&format!(" {}", asked.name))))
            .collect())
    }

    #[track_caller]
    fn refused(&mut self, own: &[Asked]) -> String {
        match self.try_up(own) {
            Ok(steps) => panic!("not refused: {steps:?}"),
            Err(words) => words,
        }
    }

    /// Neither the program nor what AWS says leaves anything to do.
    #[track_caller]
    fn settled(&mut self, own: &[Asked]) {
        let gone = self.stack.refresh().unwrap_or_else(|failure| panic!("{}", failure.words));
        assert!(gone.is_empty(), "gone: {gone:?}");
        assert_eq!(self.up(own), Vec::<String>::new());
    }

    #[track_caller]
    fn cluster(&self) -> Value {
        self.aws.call("rds", "describe_db_clusters", json!({"DBClusterIdentifier": "web"}))["DBClusters"][0].clone()
    }

    #[track_caller]
    fn count(&self, operation: &str, key: &str) -> usize {
        self.aws.call("rds", operation, json!({}))[key].as_array().map_or(0, Vec::len)
    }
}

fn network() -> Vec<Asked> {
    let subnet = |name: &str, range: &str, zone: &str| {
        Asked::new(
            name,
            "ec2:Subnet",
            json!({"vpcId": "${vpc.id}", "cidrBlock": range, "availabilityZone": format!("ap-northeast-1{zone}")}),
        )
    };
    vec![
        Asked::new("vpc", "ec2:Vpc", json!({"cidrBlock": "10.0.0.0/16"})),
        subnet("one", "10.0.0.0/24", "a"),
        subnet("two", "10.0.1.0/24", "c"),
        Asked::new("net", "rds:SubnetGroup", json!({"subnetIds": ["${one.id}", "${two.id}"]})),
    ]
}

/// The cluster `web`, with more properties; `null` takes one away.
fn cluster(more: Value) -> Asked {
    let mut all = json!({"identifier": "web", "masterUsername": "appadmin", "subnetGroupName": "${net.name}", "skipFinalSnapshot": true});
    for (name, value) in more.as_object().into_iter().flatten() {
        all[name] = value.clone();
    }
    all.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
    Asked::new("cluster", "rds:Cluster", all)
}

/// An instance of it.
fn instance(name: &str) -> Asked {
    let properties = json!({"identifier": name, "clusterIdentifier": "${cluster.id}", "instanceClass": "db.r8g.large"});
    Asked::new(name, "rds:ClusterInstance", properties)
}
