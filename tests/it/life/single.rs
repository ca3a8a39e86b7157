//! Lives that no row can tell.

use serde_json::{Value, json};

use super::stack::{Asked, Stack};
use crate::aws::{Aws, REGION};

const POOL: &str = "ipam-pool-00000000000000004";

/// A VPC, and a range of a pool for it.
fn drawn() -> [Asked; 2] {
    let block = json!({"vpcId": "${vpc.id}", "ipv4IpamPoolId": POOL, "ipv4NetmaskLength": 24});
    [
        Asked::new("vpc", "ec2:Vpc", json!({"cidrBlock": "10.0.0.0/16"})),
        Asked::new("more", "ec2:VpcCidrBlockAssociation", block),
    ]
}

/// The ranges of a VPC beside the one that it was made with.
fn further(aws: &Aws) -> usize {
    let vpcs = aws.call("ec2", "describe_vpcs", json!({"Filters": [{"Name": "cidr", "Values": ["10.0.0.0/16"]}]}));
    let all = vpcs["Vpcs"][0]["CidrBlockAssociationSet"].as_array().into_iter().flatten();
    all.filter(|each| each["CidrBlockState"]["State"] == "associated").count() - 1
}

#[test]
fn a_range_of_a_pool_whose_answer_got_lost_is_found() {
    let aws = Aws::hurried();
    let mut stack = Stack::new(&aws);
    stack.up(&drawn()[..1]).unwrap_or_else(|failure| panic!("{}", failure.words));
    aws.fault(json!({"kind": "lose-answer", "operation": "AssociateVpcCidrBlock", "times": 1}));
    stack.up(&drawn()).unwrap_or_else(|failure| panic!("{}", failure.words));
    aws.heal();
    assert_eq!(further(&aws), 1);
    stack.up(&drawn()[..1]).unwrap_or_else(|failure| panic!("{}", failure.words));
    assert_eq!(further(&aws), 0);
}

/// A dead provider leaves no note of what the VPC had before: nothing is made twice, and the user is told what there is.
#[test]
fn a_range_of_a_pool_that_a_killed_run_may_have_made_is_named() {
    let aws = Aws::hurried();
    let mut stack = Stack::new(&aws);
    stack.up(&drawn()[..1]).unwrap_or_else(|failure| panic!("{}", failure.words));
    aws.fault(json!({"kind": "kill", "operation": "AssociateVpcCidrBlock", "times": 1, "pid": stack.pid()}));
    assert!(stack.up(&drawn()).is_err());
    aws.heal();
    stack.restart();
    let words = stack.up(&drawn()).expect_err("it is not known whose the range is").words;
    for says in ["may have added a range to VPC", "pulumi import gitinfra:ec2:VpcCidrBlockAssociation"] {
        assert!(words.contains(says), "{words}");
    }
    assert_eq!(further(&aws), 1);
}

#[test]
fn a_bucket_of_the_accounts_own_namespace_is_settled() {
    let aws = Aws::hurried();
    let mut stack = Stack::new(&aws);
    let bucket = |namespace: Value| {
        let name = format!("web-{}-{REGION}-an", aws.account);
        [Asked::new("web", "s3:Bucket", json!({"name": name, "bucketNamespace": namespace}))]
    };
    let own = bucket(json!("account-regional"));
    stack.up(&own).unwrap_or_else(|failure| panic!("{}", failure.words));
    stack.refresh().unwrap_or_else(|failure| panic!("{}", failure.words));
    assert_eq!(stack.up(&own).expect("it is settled"), Vec::<String>::new());
    stack.up(&[]).unwrap_or_else(|failure| panic!("{}", failure.words));
}

/// A key is the same by its id, its ARN and an alias, also where it can never be exchanged.
#[test]
fn the_key_of_a_managed_password_may_change_its_name() {
    let aws = Aws::hurried();
    let mut stack = Stack::new(&aws);
    let program = |key: &str| {
        let subnet = |name: &str, range: &str, zone: &str| {
            let zone = format!("{REGION}{zone}");
            Asked::new(name, "ec2:Subnet", json!({"vpcId": "${vpc.id}", "cidrBlock": range, "availabilityZone": zone}))
        };
        let cluster = json!({
            "identifier": "web", "masterUsername": "appadmin", "subnetGroupName": "${net.name}",
            "masterUserSecretKmsKeyId": key, "skipFinalSnapshot": true,
        });
        [
            drawn()[0].clone(),
            subnet("one", "10.0.0.0/24", "a"),
            subnet("two", "10.0.1.0/24", "c"),
            Asked::new("net", "rds:SubnetGroup", json!({"subnetIds": ["${one.id}", "${two.id}"]})),
            Asked::new("key", "kms:Key", json!({})),
            Asked::new("alias", "kms:Alias", json!({"name": "alias/passwords", "targetKeyId": "${key.keyId}"})),
            Asked::new("web", "rds:Cluster", cluster),
        ]
    };
    let mut id = None;
    for key in ["${key.arn}", "${key.keyId}", "${alias.name}", "${alias.arn}", "${key.arn}"] {
        let program = program(key);
        stack.up(&program).unwrap_or_else(|failure| panic!("{key}: {}", failure.words));
        stack.refresh().unwrap_or_else(|failure| panic!("{key}: {}", failure.words));
        assert_eq!(stack.up(&program).expect("it is settled"), Vec::<String>::new(), "{key}");
        let arn = stack.kept("web").outputs["arn"].clone();
        assert_eq!(id.get_or_insert(arn.clone()), &arn, "{key}");
    }
    stack.up(&[]).unwrap_or_else(|failure| panic!("{}", failure.words));
}
