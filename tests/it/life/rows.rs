//! One row of data for each type.

pub mod balancing;
mod containers;
mod databases;
mod delivery;
mod ec2;
mod firewall;
mod identity;
pub mod left_out;
mod logs;
mod monitoring;
mod names;
mod others;
mod random;
mod sns;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::stack::Asked;
use crate::aws::REGION;

/// What becomes of a second resource that asks for the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Second {
    /// It is another one beside the first.
    Another,
    /// There is room for one: the second is refused.
    Refused,
    /// Both are the same thing, which AWS keeps whatever becomes of the resources.
    Shared,
}

/// How things of a kind are counted: a call of boto3, and what of its answer.
pub struct Listed {
    pub service: &'static str,
    pub operation: &'static str,
    pub parameters: Value,
    pub count: fn(&Value) -> usize,
    /// How many of them one resource is.
    pub each: usize,
}

/// How one type lives.
pub struct Row {
    /// The type's module and name: `ec2:Vpc`.
    pub kind: &'static str,
    /// The region that boto3 looks in.
    pub region: &'static str,
    /// What has to stand around it.
    pub around: Vec<Asked>,
    /// The properties that it is made with.
    pub first: Value,
    /// Optional properties, each of which is given and dropped again.
    pub given: Value,
    /// What else has to be given with one of these.
    pub needs: Vec<(&'static str, Value)>,
    /// What can't stand beside the rest of `given`: laid over `first`, one after another.
    pub also: Vec<Value>,
    /// What has to stand for that, beside what is around it.
    pub beside: Vec<Asked>,
    /// Those of `given` that change in place and may be given together.
    pub in_place: Vec<&'static str>,
    /// What makes it another one beside the first.
    pub other: Option<Value>,
    /// What leaves its name to be made up.
    pub unnamed: Value,
    pub second: Second,
    /// What is refused before anything is made, and in which words.
    pub wrong: Vec<(Value, &'static str)>,
    pub listed: Listed,
    /// How it is deleted by hand: service, operation and parameters.
    pub by_hand: Option<Vec<(&'static str, &'static str, Value)>>,
    /// Whether an update of what was deleted by hand makes it anew.
    pub made_anew: bool,
    /// Outputs that an import can't know.
    pub untold: Vec<&'static str>,
    /// In which words an import is refused, of what no cloud knows.
    pub unknown_to_aws: Option<&'static str>,
}

impl Row {
    pub fn token(&self) -> String {
        format!("gitinfra:{}", self.kind)
    }

    /// The inputs that it tries, and the parts that it has.
    pub fn tried(&self) -> BTreeSet<String> {
        let parts = [
            ("by_hand", self.by_hand.is_some()),
            ("other", self.other.is_some()),
            ("in_place", !self.in_place.is_empty()),
        ];
        let needs = self.needs.iter().map(|(_, more)| more);
        let all = [&self.first, &self.given].into_iter().chain(needs).chain(&self.also).chain(&self.other);
        let names = all.flat_map(|each| each.as_object().into_iter().flatten());
        let given = names.filter(|(_, value)| !value.is_null()).map(|(name, _)| name.clone());
        given.chain(parts.iter().filter(|(_, has)| *has).map(|(part, _)| (*part).to_owned())).collect()
    }

    /// Each optional property, with what has to be given beside it.
    pub fn changes(&self) -> Vec<(String, Value)> {
        let each = self.given.as_object().into_iter().flatten();
        let needs =
            |name: &str| self.needs.iter().find(|(of, _)| *of == name).map_or(json!({}), |(_, more)| more.clone());
        each.map(|(name, value)| (name.clone(), super::with(&needs(name), &json!({name.clone(): value.clone()}))))
            .collect()
    }
}

/// A policy of more than so many characters.
fn large(most: usize) -> Value {
    let statement = json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "x".repeat(most)});
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

/// A row of which only what is special is told.
fn row(kind: &'static str, listed: (&'static str, &'static str, fn(&Value) -> usize)) -> Row {
    let (service, operation, count) = listed;
    Row {
        kind,
        region: REGION,
        around: Vec::new(),
        first: json!({}),
        given: json!({}),
        needs: Vec::new(),
        also: Vec::new(),
        beside: Vec::new(),
        in_place: Vec::new(),
        other: None,
        unnamed: json!({}),
        second: Second::Another,
        wrong: Vec::new(),
        listed: Listed { service, operation, parameters: json!({}), count, each: 1 },
        by_hand: None,
        made_anew: false,
        untold: Vec::new(),
        unknown_to_aws: None,
    }
}

fn length(answer: &Value, key: &str) -> usize {
    answer[key].as_array().map_or(0, Vec::len)
}

fn vpc() -> Asked {
    Asked::new("vpc", "ec2:Vpc", json!({"cidrBlock": "10.0.0.0/16"}))
}

fn subnet(name: &str, range: &str, zone: &str) -> Asked {
    let properties = json!({"vpcId": "${vpc.id}", "cidrBlock": range, "availabilityZone": format!("{REGION}{zone}")});
    Asked::new(name, "ec2:Subnet", properties)
}

/// The IPAM pools of every account that give IPv6 ranges: to VPCs, and to the subnets of a VPC.
const POOL6: &str = "ipam-pool-00000000000000006";
const PLAN6: &str = "ipam-pool-00000000000000016";

/// A VPC with two subnets.
fn two_subnets() -> Vec<Asked> {
    vec![vpc(), subnet("one", "10.0.0.0/24", "a"), subnet("two", "10.0.1.0/24", "c")]
}

/// All of them.
pub fn rows() -> Vec<Row> {
    let groups: &[fn() -> Vec<Row>] = &[
        ec2::rows,
        balancing::rows,
        containers::rows,
        databases::rows,
        delivery::rows,
        firewall::rows,
        identity::rows,
        logs::rows,
        monitoring::rows,
        names::rows,
        others::rows,
        random::rows,
        sns::rows,
    ];
    groups.iter().flat_map(|rows| rows()).collect()
}
