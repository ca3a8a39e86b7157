//! What is refused: by Check with the property's path, by AWS with its own words and what can be done.

use serde_json::{Value, json};

use crate::aws::Aws;
use crate::ec2::{Journey, of};

/// What Check finds is told with the property's path, and nothing is done.
#[test]
fn check_tells_what_is_wrong() {
    let aws = Aws::new();
    let program = of(&[("x", "NatGateway", "subnetId: subnet-1")]);
    let up = aws.project(&program).up().expect_failure();
    up.expect_says("property allocationId").expect_says("a public NAT gateway needs the id of an Elastic IP address");
    assert_eq!(aws.writes_after(0), [] as [String; 0]);
}

#[test]
fn ids_of_an_import_have_a_form() {
    let aws = Aws::new();
    for (kind, id, said) in [
        ("Route", "rtb-1", "it is ROUTETABLEID_DESTINATION, such as rtb-0123_0.0.0.0/0"),
        ("RouteTableAssociation", "rtbassoc-1", "it is SUBNETID/ROUTETABLEID, such as subnet-0123/rtb-4567"),
        ("Subnet", "subnet-0123456789abcdef0", "does not exist"),
    ] {
        let token = format!("gitinfra:ec2:{kind}");
        let project = aws.project("resources: {}\n");
        let import = project.act("import", &[&token, "x", id, "--generate-code=false"]);
        import.expect_failure().expect_says(said);
    }
}

#[test]
fn a_rule_is_not_imported_the_wrong_way() {
    let j = Journey::of(
        "SecurityGroupIngressRule",
        &[
            ("vpc", "Vpc", "cidrBlock: 10.0.0.0/16"),
            ("group", "SecurityGroup", "vpcId: '${vpc.id}'"),
            ("rule", "SecurityGroupEgressRule", "securityGroupId: '${group.id}', ipProtocol: all, cidrIpv4: 0.0.0.0/0"),
        ],
    );
    let (id, group) = (j.id_of("rule"), j.id_of("group"));
    let import = ["gitinfra:ec2:SecurityGroupIngressRule", "x", &id, "--generate-code=false"];
    let said = j.project.act("import", &import).expect_failure();
    said.expect_says("its type is gitinfra:ec2:SecurityGroupEgressRule");
    let import = ["gitinfra:ec2:DefaultSecurityGroup", "x", &group, "--generate-code=false"];
    let said = j.project.act("import", &import).expect_failure();
    said.expect_says("its type is gitinfra:ec2:SecurityGroup");
    j.ends();
}

/// What stands in the way of a deletion is named; once it is gone, so is the resource.
#[test]
fn a_blocker_is_named() {
    let around = [
        ("vpc", "Vpc", "cidrBlock: 10.0.0.0/16"),
        ("subnet", "Subnet", "vpcId: '${vpc.id}', cidrBlock: 10.0.0.0/24"),
        ("group", "SecurityGroup", "vpcId: '${vpc.id}'"),
    ];
    let cases: [(&str, &str, &str); 2] =
        [("subnet", "Subnet", "The subnet"), ("group", "SecurityGroup", "resource sg-")];
    for (name, kind, said) in cases {
        let rest: Vec<_> = around.into_iter().filter(|(n, ..)| *n != name).collect();
        let j = Journey::of("Eip", &around);
        let (subnet, group) = (j.id_of("subnet"), j.id_of("group"));
        let made = j.call(
            "create_network_interface",
            json!({"SubnetId": subnet, "Groups": [group], "Description": "ELB app/web/0123"}),
        );
        let interface = made["NetworkInterface"]["NetworkInterfaceId"].clone();
        impatient(&j, &around, name);
        j.project.program(&of(&rest));
        let up = j.project.up().expect_failure().expect_says(said);
        let up = up.expect_says("DependencyViolation");
        up.expect_says(&format!("still there: network interface {} (`ELB app/web/0123`", text(&interface)));
        assert_eq!(kind, around.iter().find(|(n, ..)| *n == name).map_or("", |r| r.1));
        j.call("delete_network_interface", json!({"NetworkInterfaceId": interface}));
        j.project.up().expect_ok().expect_steps(&[&format!("delete {name}")]);
        j.ends();
    }
}

/// Gives a resource a second to be deleted in.
fn impatient(j: &Journey, resources: &[(&str, &str, &str)], name: &str) {
    let options = "options: {customTimeouts: {delete: 1s}}";
    let program: String = of(resources)
        .lines()
        .map(|line| match line.starts_with(&format!("  {name}:")) {
            true => format!("{}, {options}}}\n", line.trim_end().trim_end_matches('}').to_owned() + "}"),
            false => format!("{line}\n"),
        })
        .collect();
    j.project.program(&program);
    j.project.up().expect_ok();
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
