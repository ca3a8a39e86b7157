//! What is refused: by Check with the property's path, by AWS with its own words and what can be done.

use serde_json::{Value, json};

use crate::aws::Aws;
use crate::ec2::{Journey, of};

/// Type, properties, the property that is wrong, what is said of it.
const WRONG: [(&str, &str, &str, &str); 18] = [
    (
        "Vpc",
        "cidrBlock: 10.0.0.0/8",
        "cidrBlock",
        "`10.0.0.0/8` is a /8; a VPC has from a /16 to a /28",
    ),
    (
        "Vpc",
        "cidrBlock: 10.0.0.1/16",
        "cidrBlock",
        "did you mean `10.0.0.0/16`?",
    ),
    (
        "Subnet",
        "vpcId: vpc-1, cidrBlock: 10.0.0.0/29",
        "cidrBlock",
        "a subnet has from a /16 to a /28",
    ),
    (
        "Subnet",
        "vpcId: vpc-1, cidrBlock: 10.0.0.0/24, assignIpv6AddressOnCreation: true",
        "assignIpv6AddressOnCreation",
        "give `ipv6CidrBlock`",
    ),
    (
        "NatGateway",
        "subnetId: subnet-1",
        "allocationId",
        "a public NAT gateway needs",
    ),
    (
        "NatGateway",
        "subnetId: subnet-1, allocationId: eipalloc-1, connectivityType: private",
        "allocationId",
        "a private NAT gateway has no Elastic IP address",
    ),
    (
        "Route",
        "routeTableId: rtb-1, gatewayId: igw-1",
        "destinationCidrBlock",
        "a route has one destination",
    ),
    (
        "Route",
        "routeTableId: rtb-1, destinationCidrBlock: 0.0.0.0/0",
        "gatewayId",
        "a route has one target",
    ),
    (
        "Route",
        "routeTableId: rtb-1, destinationCidrBlock: 0.0.0.0/0, destinationIpv6CidrBlock: '::/0', gatewayId: igw-1",
        "destinationIpv6CidrBlock",
        "`destinationCidrBlock` is given too",
    ),
    (
        "Route",
        "routeTableId: rtb-1, destinationCidrBlock: 0.0.0.0/0, gatewayId: igw-1, natGatewayId: nat-1",
        "natGatewayId",
        "`gatewayId` is given too",
    ),
    (
        "SecurityGroup",
        "vpcId: vpc-1, name: sg-web",
        "name",
        "begins with `sg-`",
    ),
    (
        "SecurityGroup",
        "vpcId: vpc-1, description: ウェブ",
        "description",
        "is not allowed",
    ),
    (
        "SecurityGroupIngressRule",
        "securityGroupId: sg-1, ipProtocol: http, cidrIpv4: 0.0.0.0/0",
        "ipProtocol",
        "`http` is not a protocol",
    ),
    (
        "SecurityGroupIngressRule",
        "securityGroupId: sg-1, ipProtocol: tcp, fromPort: 1, cidrIpv4: 0.0.0.0/0",
        "toPort",
        "tcp needs both ports",
    ),
    (
        "SecurityGroupIngressRule",
        "securityGroupId: sg-1, ipProtocol: tcp, fromPort: 2, toPort: 1, cidrIpv4: 0.0.0.0/0",
        "toPort",
        "1 is below `fromPort`, which is 2",
    ),
    (
        "SecurityGroupEgressRule",
        "securityGroupId: sg-1, ipProtocol: all, fromPort: 0, cidrIpv4: 0.0.0.0/0",
        "fromPort",
        "has no ports here",
    ),
    (
        "SecurityGroupEgressRule",
        "securityGroupId: sg-1, ipProtocol: all",
        "cidrIpv4",
        "a rule has one peer",
    ),
    (
        "DefaultSecurityGroup",
        "vpcId: vpc-1, locked: false",
        "locked",
        "is always true",
    ),
];

/// All of them in one program: every fault is told at once.
#[test]
fn check_tells_what_is_wrong() {
    let names: Vec<_> = (0..WRONG.len()).map(|i| format!("x{i}")).collect();
    let resources = names.iter().zip(WRONG);
    let resources: Vec<_> = resources
        .map(|(name, (kind, properties, ..))| (name.as_str(), kind, properties))
        .collect();
    let aws = Aws::new();
    let preview = aws.project(&of(&resources)).preview().expect_failure();
    let said = preview.printed();
    for (name, (kind, properties, at, why)) in names.iter().zip(WRONG) {
        let own = said
            .lines()
            .any(|line| line.contains(&format!("property {at} ")) && line.contains(why));
        assert!(
            own,
            "{name} {kind} {{{properties}}}: no `{at}`: {why}\n{said}"
        );
    }
    assert!(
        aws.calls().iter().all(|call| call["service"] == "sts"),
        "a preview called AWS"
    );
}

#[test]
fn ids_of_an_import_have_a_form() {
    let aws = Aws::new();
    for (kind, id, said) in [
        (
            "Route",
            "rtb-1",
            "it is ROUTETABLEID_DESTINATION, such as rtb-0123_0.0.0.0/0",
        ),
        (
            "RouteTableAssociation",
            "rtbassoc-1",
            "it is SUBNETID/ROUTETABLEID, such as subnet-0123/rtb-4567",
        ),
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
            (
                "rule",
                "SecurityGroupEgressRule",
                "securityGroupId: '${group.id}', ipProtocol: all, cidrIpv4: 0.0.0.0/0",
            ),
        ],
    );
    let (id, group) = (j.id_of("rule"), j.id_of("group"));
    let import = [
        "gitinfra:ec2:SecurityGroupIngressRule",
        "x",
        &id,
        "--generate-code=false",
    ];
    let said = j.project.act("import", &import).expect_failure();
    said.expect_says("its type is gitinfra:ec2:SecurityGroupEgressRule");
    let import = [
        "gitinfra:ec2:DefaultSecurityGroup",
        "x",
        &group,
        "--generate-code=false",
    ];
    let said = j.project.act("import", &import).expect_failure();
    said.expect_says("its type is gitinfra:ec2:SecurityGroup");
    j.ends();
}

/// What stands in the way of a deletion is named; once it is gone, so is the resource.
#[test]
fn a_blocker_is_named() {
    let around = [
        ("vpc", "Vpc", "cidrBlock: 10.0.0.0/16"),
        (
            "subnet",
            "Subnet",
            "vpcId: '${vpc.id}', cidrBlock: 10.0.0.0/24",
        ),
        ("group", "SecurityGroup", "vpcId: '${vpc.id}'"),
    ];
    let cases: [(&str, &str, &str); 2] = [
        ("subnet", "Subnet", "The subnet"),
        ("group", "SecurityGroup", "resource sg-"),
    ];
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
        up.expect_says(&format!(
            "still there: network interface {} (`ELB app/web/0123`",
            text(&interface)
        ));
        assert_eq!(
            kind,
            around.iter().find(|(n, ..)| *n == name).map_or("", |r| r.1)
        );
        j.call(
            "delete_network_interface",
            json!({"NetworkInterfaceId": interface}),
        );
        j.project
            .up()
            .expect_ok()
            .expect_steps(&[&format!("delete {name}")]);
        j.ends();
    }
}

/// Gives a resource a second to be deleted in.
fn impatient(j: &Journey, resources: &[(&str, &str, &str)], name: &str) {
    let options = "options: {customTimeouts: {delete: 1s}}";
    let program: String = of(resources)
        .lines()
        .map(|line| match line.starts_with(&format!("  {name}:")) {
            true => format!(
                "{}, {options}}}\n",
                line.trim_end().trim_end_matches('}').to_owned() + "}"
            ),
            false => format!("{line}\n"),
        })
        .collect();
    j.project.program(&program);
    j.project.up().expect_ok();
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
