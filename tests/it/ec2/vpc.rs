//! VPCs, their internet gateway and their default security group.

use serde_json::json;

use crate::ec2::{Journey, tag};

const VPC: (&str, &str, &str) = ("vpc", "Vpc", "cidrBlock: 10.0.0.0/16, tags: {Name: main}");

#[test]
fn a_vpc_lives() {
    let j = Journey::of("Vpc", &[]);
    j.born("CreateVpc", "cidrBlock: 10.0.0.0/16, tags: {a: '1'}");
    j.updates(
        "cidrBlock: 10.0.0.0/16, enableDnsHostnames: false, tags: {a: '2', b: '1'}",
        &["enableDnsHostnames", "tags.a", "tags.b"],
    );
    j.updates("cidrBlock: 10.0.0.0/16", &["enableDnsHostnames", "tags.a", "tags.b"]);
    j.drifts(
        |j| {
            let on = json!({"Value": false});
            let id = j.id();
            j.call("modify_vpc_attribute", json!({"VpcId": id, "EnableDnsHostnames": on}));
            j.call("create_tags", json!({"Resources": [id], "Tags": tag("by", "hand")}));
        },
        &["enableDnsHostnames", "tags.by"],
    );
    j.imported_as(&j.id());
    j.replaced("cidrBlock: 10.1.0.0/16, instanceTenancy: dedicated");
    j.updates("cidrBlock: 10.1.0.0/16", &["instanceTenancy"]);
    j.replaced("cidrBlock: 10.1.0.0/16, instanceTenancy: dedicated");
    j.ends();
}

#[test]
fn an_internet_gateway_lives() {
    let other = ("other", "Vpc", "cidrBlock: 10.1.0.0/16");
    let j = Journey::of("InternetGateway", &[VPC, other]);
    j.born("AttachInternetGateway", "vpcId: '${vpc.id}'");
    j.updates("vpcId: '${vpc.id}', tags: {a: b}", &["tags.a"]);
    j.replaced("vpcId: '${other.id}', tags: {a: b}");
    j.replaced("tags: {a: b}");
    j.replaced("vpcId: '${vpc.id}'");
    let both = json!({"InternetGatewayId": j.id(), "VpcId": j.id_of("vpc")});
    j.call("detach_internet_gateway", both);
    j.project.refresh().expect_ok();
    j.replaced("vpcId: '${vpc.id}'");
    j.imported_as(&j.id());
    j.ends();
}

#[test]
fn an_internet_gateway_is_made_once() {
    let j = Journey::of("InternetGateway", &[VPC]);
    j.born("CreateInternetGateway", "vpcId: '${vpc.id}'").ends();
}

#[test]
fn a_default_security_group_is_locked() {
    let j = Journey::of("DefaultSecurityGroup", &[VPC]);
    j.born("RevokeSecurityGroupIngress", "vpcId: '${vpc.id}', tags: {a: b}");
    let group = j.id();
    let rules = || {
        let filter = json!([{"Name": "group-id", "Values": [group]}]);
        let found = j.call("describe_security_group_rules", json!({"Filters": filter}));
        found["SecurityGroupRules"].as_array().map(Vec::len)
    };
    assert_eq!(rules(), Some(0));
    j.updates("vpcId: '${vpc.id}', tags: {a: c}", &["tags.a"]);
    j.drifts(
        |j| {
            let open = json!({"GroupId": group, "IpProtocol": "-1", "CidrIp": "0.0.0.0/0"});
            j.call("authorize_security_group_ingress", open);
        },
        &["locked"],
    );
    assert_eq!(rules(), Some(0));
    j.imported_as(&group);
    j.ends();
}
