//! What stands is neither taken over nor lost: not by another key, not by a wished replacement, not by a position in a list.

use serde_json::json;

use crate::aws::REGION;
use crate::ec2::{Journey, of};
use crate::pulumi::urn;

const AROUND: [(&str, &str, &str); 4] = [
    ("vpc", "Vpc", "cidrBlock: 10.0.0.0/16"),
    ("subnet", "Subnet", "vpcId: '${vpc.id}', cidrBlock: 10.0.0.0/24"),
    ("nat", "NatGateway", "subnetId: '${subnet.id}', connectivityType: private"),
    ("table", "RouteTable", "vpcId: '${vpc.id}'"),
];

/// Each is the only one of its kind in its place, and bears a name that the program might change.
const UNIQUE: [(&str, &str, &str); 5] = [
    ("igw", "InternetGateway", "vpcId: '${vpc.id}'"),
    ("route", "Route", "routeTableId: '${table.id}', destinationCidrBlock: 0.0.0.0/0, natGatewayId: '${nat.id}'"),
    ("link", "RouteTableAssociation", "subnetId: '${subnet.id}', routeTableId: '${table.id}'"),
    ("group", "SecurityGroup", "vpcId: '${vpc.id}', name: web"),
    (
        "rule",
        "SecurityGroupEgressRule",
        "securityGroupId: '${default.id}', ipProtocol: '-1', cidrIpv4: 10.0.0.0/8, description: in",
    ),
];
const DEFAULT: (&str, &str, &str) = ("default", "SecurityGroup", "vpcId: '${vpc.id}'");

fn all() -> Vec<(&'static str, &'static str, &'static str)> {
    [&AROUND[..], &[DEFAULT], &UNIQUE[..]].concat()
}

#[test]
fn another_key_takes_nothing() {
    let j = Journey::of("Vpc", &all());
    let before = j.aws.look();
    let mut aliased = of(&[&AROUND[..], &[DEFAULT]].concat());
    for (name, kind, properties) in UNIQUE {
        let others = all().into_iter().filter(|(other, ..)| *other != name);
        let renamed: Vec<_> = others.chain([("other", kind, properties)]).collect();
        let up = j.project.program(&of(&renamed)).up().expect_failure();
        up.expect_says("creating `other`: `")
            .expect_says("exists already")
            .expect_says("the resource option `aliases`");
        assert_eq!(j.aws.look(), before, "{name}");
        aliased += &format!(
            "  new-{name}: {{type: 'gitinfra:ec2:{kind}', properties: {{{properties}}}, options: {{aliases: [{{name: {name}}}]}}}}\n"
        );
    }
    j.project.program(&aliased).up().expect_ok().expect_steps(&[]);
    assert_eq!(j.aws.look(), before);
    j.project.expect_settled();
    j.ends();
}

#[test]
fn a_wished_replacement_takes_nothing() {
    let j = Journey::of("Vpc", &all());
    let before = j.aws.look();
    for (name, kind, _) in UNIQUE {
        let target = urn(&format!("gitinfra:ec2:{kind}"), name);
        let up = j.project.act("up", &["--replace", &target]).expect_failure();
        up.expect_says("exists already").expect_says("`deleteBeforeReplace: true`");
        assert_eq!(j.aws.look(), before, "{name}");
    }
    j.project.expect_settled().refresh_settled();
    let options = "options: {deleteBeforeReplace: true}";
    let program =
        of(&all()).replace("vpcId: '${vpc.id}'}}\n  route", &format!("vpcId: '${{vpc.id}}'}}, {options}}}\n  route"));
    j.project.program(&program).up().expect_ok();
    let target = urn("gitinfra:ec2:InternetGateway", "igw");
    j.project.act("up", &["--replace", &target]).expect_ok();
    j.project.expect_settled();
    assert_eq!(j.aws.look().count(REGION, "internetGateways"), before.count(REGION, "internetGateways"));
    j.ends();
}

/// The rule that stands in the way is one that the same program drops: the engine deletes it only afterwards.
#[test]
fn a_position_in_a_list_takes_no_rule() {
    let around = [AROUND[0], DEFAULT];
    let j = Journey::of("Vpc", &around);
    let rule = |range: &str| format!("securityGroupId: '${{default.id}}', ipProtocol: '-1', cidrIpv4: {range}");
    let (a, b) = (rule("10.0.0.0/8"), rule("192.168.0.0/16"));
    let two = [("r0", "SecurityGroupIngressRule", a.as_str()), ("r1", "SecurityGroupIngressRule", b.as_str())];
    j.project.program(&of(&[&around[..], &two].concat())).up().expect_ok();
    let (before, second) = (j.aws.look(), j.id_of("r1"));
    let shifted = [("r0", "SecurityGroupIngressRule", b.as_str())];
    let up = j.project.program(&of(&[&around[..], &shifted].concat())).up().expect_failure();
    up.expect_says(&format!("rule `{second}` of the group allows the same traffic")).expect_says("`aliases`");
    assert_eq!(j.aws.look(), before);
    j.ends();
}

/// Everything that belongs to a VPC goes along to the new one in a single update.
#[test]
fn a_vpc_is_replaced_with_all_that_belongs_to_it() {
    let j = Journey::of("Vpc", &[&all()[..], &[("eip", "Eip", "")]].concat());
    let (before, old) = (j.aws.look(), j.id_of("vpc"));
    let elsewhere = of(&[&all()[..], &[("eip", "Eip", "")]].concat())
        .replace("10.0.0.0/16", "10.1.0.0/16")
        .replace("10.0.0.0/24", "10.1.0.0/24");
    let preview = j.project.program(&elsewhere).preview().expect_ok();
    let up = j.project.up().expect_ok();
    assert_eq!(preview.steps(), up.steps());
    assert_ne!(j.id_of("vpc"), old);
    for kind in ["vpcs", "subnets", "internetGateways", "routeTables", "securityGroups"] {
        assert_eq!(j.aws.look().count(REGION, kind), before.count(REGION, kind), "{kind}");
    }
    j.project.expect_settled().refresh_settled();
    j.ends();
}

/// A group that is in use can't be replaced where its name is given: that is said, and what holds it, before long.
#[test]
fn a_group_in_use_with_a_name_says_what_holds_it() {
    let j = Journey::of("Vpc", &[AROUND[0], AROUND[1], UNIQUE[3]]);
    let (subnet, group) = (j.id_of("subnet"), j.id_of("group"));
    let made =
        j.call("create_network_interface", json!({"SubnetId": subnet, "Groups": [group], "Description": "mine"}));
    let interface = made["NetworkInterface"]["NetworkInterfaceId"].clone();
    let described = ("group", "SecurityGroup", "vpcId: '${vpc.id}', name: web, description: for the web");
    j.project.program(&of(&[AROUND[0], AROUND[1], described]));
    let up = j.project.up().expect_failure();
    up.expect_says("`mine`").expect_says("without `name`, a new one can stand beside it");
    j.call("delete_network_interface", json!({"NetworkInterfaceId": interface}));
    j.project.up().expect_ok();
    j.project.expect_settled();
    j.ends();
}

/// Keys that AWS would not take as the name of a group make names that it takes.
#[test]
fn any_key_makes_a_name() {
    let long = "k".repeat(300);
    let keys = ["sg", "sg-web", "default", "ウェブ", "1st", long.as_str()];
    let groups: Vec<_> = keys.iter().map(|key| (*key, "SecurityGroup", "vpcId: '${vpc.id}'")).collect();
    let j = Journey::of("Vpc", &[&AROUND[..1], &groups].concat());
    j.project.expect_settled().refresh_settled();
    j.ends();
}
