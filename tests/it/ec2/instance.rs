//! Instances: what is changed while they are stopped, their profile, and an address of their own.

use serde_json::{Value, json};

use super::Journey;
use crate::aws::Aws;
use crate::life::stack::{Asked, Stack};

const AROUND: [(&str, &str, &str); 3] = [
    ("vpc", "Vpc", "cidrBlock: 10.0.0.0/16"),
    ("igw", "InternetGateway", "vpcId: '${vpc.id}'"),
    ("subnet", "Subnet", "vpcId: '${igw.vpcId}', cidrBlock: 10.0.0.0/24"),
];
const HOST: &str = "imageSsmParameter: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64, \
                    subnetId: '${subnet.id}', associatePublicIpAddress: true";

fn host(kind: &str, more: &str) -> String {
    format!("{HOST}, instanceType: {kind}{more}")
}

fn told(j: &Journey) -> Value {
    j.call("describe_instances", json!({"InstanceIds": [j.id()]}))["Reservations"][0]["Instances"][0].clone()
}

#[test]
fn its_type_changes_by_a_stop_and_a_start() {
    let j = Journey::of("Instance", &AROUND);
    j.born("RunInstances", &host("t4g.nano", ""));
    let before = told(&j);
    assert_eq!(before["MetadataOptions"]["HttpTokens"], "required");
    j.updates(&host("t4g.micro", ", userData: hello"), &["instanceType", "userData"]);
    let after = told(&j);
    assert_eq!((&after["InstanceType"], &after["State"]["Name"]), (&json!("t4g.micro"), &json!("running")));
    assert_ne!(after["PublicIpAddress"], before["PublicIpAddress"]);
    assert_eq!(j.output("publicIp"), after["PublicIpAddress"]);
    // What AWS has no room for is started again as it was.
    let up = j.project.program(&j.program_text(&host("m7g.metal", ", userData: hello"))).up().expect_failure();
    up.expect_says("InsufficientInstanceCapacity").expect_says("the instance is started again as it was");
    j.project.refresh().expect_ok();
    let back = told(&j);
    assert_eq!((&back["InstanceType"], &back["State"]["Name"]), (&json!("t4g.micro"), &json!("running")));
    // One that somebody has stopped stays stopped.
    j.call("stop_instances", json!({"InstanceIds": [j.id()]}));
    j.project.refresh().expect_ok();
    j.updates(&host("t4g.small", ", userData: hello"), &["instanceType"]);
    let stopped = told(&j);
    assert_eq!((&stopped["InstanceType"], &stopped["State"]["Name"]), (&json!("t4g.small"), &json!("stopped")));
    j.ends();
}

#[test]
fn it_has_a_profile() {
    let j = Journey::of("Instance", &AROUND);
    for name in ["host", "other"] {
        j.aws.call("iam", "create_instance_profile", json!({"InstanceProfileName": name}));
    }
    j.born("RunInstances", &host("t4g.nano", ", iamInstanceProfile: host"));
    j.updates(&host("t4g.nano", ", iamInstanceProfile: other"), &["iamInstanceProfile"]);
    j.drifts(
        |j| {
            let all = j.call("describe_iam_instance_profile_associations", json!({}));
            let id = &all["IamInstanceProfileAssociations"][0]["AssociationId"];
            j.call("disassociate_iam_instance_profile", json!({"AssociationId": id}));
        },
        &["iamInstanceProfile"],
    );
    j.updates(&host("t4g.nano", ""), &["iamInstanceProfile"]);
    for name in ["host", "other"] {
        j.aws.call("iam", "delete_instance_profile", json!({"InstanceProfileName": name}));
    }
    j.ends();
}

#[test]
fn it_has_an_address_of_its_own() {
    let host = host("t4g.nano", "");
    let around = [AROUND[0], AROUND[1], AROUND[2], ("host", "Instance", host.as_str())];
    let j = Journey::of("Eip", &around);
    j.born("AllocateAddress", "instanceId: '${host.id}'");
    // What the program leaves out is somebody else's.
    j.updates("", &["instanceId"]).updates("instanceId: '${host.id}'", &["instanceId"]);
    j.project.refresh().expect_ok();
    assert_eq!(j.project.state().get("host", "/outputs/publicIp"), &j.output("publicIp"));
    j.ends();
}

#[test]
fn one_that_aws_gives_up_at_launch_is_made_anew() {
    let aws = Aws::new();
    let program = |root: Value| {
        let host = json!({
            "imageSsmParameter": "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64", "instanceType": "t4g.nano",
            "subnetId": "${subnet.id}", "rootBlockDevice": root,
        });
        [
            Asked::new("vpc", "ec2:Vpc", json!({"cidrBlock": "10.0.0.0/16"})),
            Asked::new("subnet", "ec2:Subnet", json!({"vpcId": "${vpc.id}", "cidrBlock": "10.0.0.0/24"})),
            Asked::new("host", "ec2:Instance", host),
        ]
    };
    let mut stack = Stack::new(&aws);
    let denied = json!({"kmsKeyId": "arn:aws:kms:ap-northeast-1:123456789012:key/denied"});
    let refused = stack.up(&program(denied)).expect_err("the key can't be used").words;
    assert!(refused.contains("creation failed: Client error on launch"), "{refused}");
    // Nothing of it is in the state, so that the next run makes another one.
    assert!(stack.state.iter().all(|kept| kept.name != "host"));
    let steps = stack.up(&program(json!({}))).unwrap_or_else(|failure| panic!("{}", failure.words));
    assert_eq!(steps, ["create host"]);
    stack.up(&[]).unwrap_or_else(|failure| panic!("{}", failure.words));
}
