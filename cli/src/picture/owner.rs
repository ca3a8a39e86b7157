//! Whose part each thing is: most resources of a stack are no box of their own, but belong to one.

use std::collections::HashMap;

use super::kinds::{self, PARTS, Part};
use super::stock::{Stock, Thing};

/// Things by whatever names them: id, ARN, name.
pub struct Index<'a> {
    stock: &'a Stock,
    by: HashMap<String, Vec<usize>>,
}

/// Properties by whose values others know a thing.
const NAMES: &[&str] =
    &["arn", "name", "zoneId", "keyId", "identifier", "replicationGroupId", "allocationId", "vpcOriginArn"];

impl<'a> Index<'a> {
    pub fn of(stock: &'a Stock) -> Index<'a> {
        let mut by: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, thing) in stock.things.iter().enumerate().filter(|(_, thing)| thing.is_ours() && !thing.is_component) {
            for name in names(thing) {
                let known = by.entry(name).or_default();
                if !known.contains(&at) {
                    known.push(at);
                }
            }
        }
        Index { stock, by }
    }

    /// The thing of a type that is named so; of any type where none is given.
    pub fn find(&self, name: &str, token: &str) -> Option<usize> {
        let found = self.by.get(name).filter(|_| !name.is_empty())?;
        found.iter().copied().find(|at| token.is_empty() || self.stock.things[*at].kind == token)
    }
}

fn names(thing: &Thing) -> Vec<String> {
    let mut names: Vec<String> = vec![thing.id.clone()];
    // What is in another zone, bucket or key is named by it, and isn't it.
    let own = |name: &&&str| !PARTS.iter().any(|part| part.token == thing.kind && part.names.contains(*name));
    names.extend(NAMES.iter().filter(own).map(|name| thing.text(name).to_owned()));
    if thing.kind == "ecs:Service" {
        let cluster = thing.text("cluster").rsplit('/').next().unwrap_or_default();
        names.push(format!("service/{cluster}/{}", thing.text("name")));
    }
    names.retain(|name| !name.is_empty());
    names
}

/// For each thing the one whose box it is in; itself where it has one of its own.
pub fn owners(stock: &Stock, index: &Index<'_>) -> Vec<usize> {
    let direct: Vec<usize> = (0..stock.things.len()).map(|at| owner(stock, index, at).unwrap_or(at)).collect();
    let last = |start: usize| {
        let mut at = start;
        // A part of a part; never longer than there are things, whatever a state says.
        for _ in 0..stock.things.len() {
            if direct[at] == at {
                break;
            }
            at = direct[at];
        }
        at
    };
    (0..direct.len()).map(last).collect()
}

fn owner(stock: &Stock, index: &Index<'_>, at: usize) -> Option<usize> {
    let thing = &stock.things[at];
    if !thing.is_ours() || thing.is_component {
        return None;
    }
    if thing.kind == "s3:Bucket" {
        return receiver(stock, thing);
    }
    let rows = PARTS.iter().filter(|part| part.token == thing.kind);
    rows.filter_map(|part| by_property(index, thing, part).or_else(|| by_mention(stock, thing, part)))
        .find(|found| *found != at)
}

fn by_property(index: &Index<'_>, thing: &Thing, part: &Part) -> Option<usize> {
    part.names.iter().find_map(|property| {
        let mut values = thing.texts(property);
        values.push(thing.text(property));
        values.into_iter().find_map(|value| index.find(value, kinds::named_type(property)))
    })
}

/// The first that names it, by the order of the table: an instance's security group is the instance's and no endpoint's.
fn by_mention(stock: &Stock, thing: &Thing, part: &Part) -> Option<usize> {
    let own: Vec<String> = names(thing);
    let names_it = |other: &Thing| own.iter().any(|name| other.mentions(name));
    part.named_by.iter().find_map(|token| {
        stock.things.iter().position(|other| other.kind == *token && other.is_ours() && names_it(other))
    })
}

/// The load balancer whose logs a bucket gets.
fn receiver(stock: &Stock, bucket: &Thing) -> Option<usize> {
    let name = [bucket.text("name"), &bucket.id];
    let gets = |other: &Thing| {
        let logs = ["accessLogs.bucket", "connectionLogs.bucket"];
        other.kind == "elb:LoadBalancer"
            && logs.iter().any(|path| name.contains(&other.text(path)) && !other.text(path).is_empty())
    };
    stock.things.iter().position(gets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::stock::tests::stock;
    use serde_json::json;

    #[test]
    fn parts_find_their_owners() {
        let stock = stock(&[
            (
                "gitinfra:elb:LoadBalancer",
                "web",
                "arn:lb",
                json!({"securityGroups": ["sg-1"], "accessLogs": {"bucket": "logs"}}),
            ),
            ("gitinfra:elb:Listener", "l", "arn:l", json!({"loadBalancerArn": "arn:lb"})),
            ("gitinfra:elb:ListenerRule", "r", "arn:r", json!({"listenerArn": "arn:l"})),
            ("gitinfra:ec2:SecurityGroup", "sg", "sg-1", json!({"vpcId": "vpc-1"})),
            ("gitinfra:ec2:SecurityGroupIngressRule", "in", "sgr-1", json!({"securityGroupId": "sg-1"})),
            ("gitinfra:s3:Bucket", "logs", "logs", json!({"name": "logs"})),
            ("gitinfra:s3:BucketPolicy", "logs", "logs", json!({"bucket": "logs"})),
            ("gitinfra:ec2:Vpc", "vpc", "vpc-1", json!({})),
            ("gitinfra:ec2:SecurityGroup", "unused", "sg-2", json!({"vpcId": "vpc-1"})),
            ("gitinfra:ec2:Eip", "alone", "eipalloc-1", json!({})),
            ("gitinfra:ecs:Cluster", "c", "arn:c", json!({"name": "web"})),
            ("gitinfra:ecs:Service", "s", "arn:s", json!({"name": "web", "cluster": "arn:c"})),
            ("gitinfra:ecs:ClusterCapacityProviders", "p", "web", json!({"cluster": "web"})),
            ("random:index/randomId:RandomId", "web", "arn:lb", json!({})),
        ]);
        let index = Index::of(&stock);
        assert_eq!(owners(&stock, &index), [0, 0, 0, 0, 0, 0, 0, 7, 7, 9, 11, 11, 11, 13]);
    }
}
