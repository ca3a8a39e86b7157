//! Route tables, routes and associations.

use serde_json::json;

use crate::ec2::{Journey, tag};

const VPC: (&str, &str, &str) = ("vpc", "Vpc", "cidrBlock: 10.0.0.0/16");
const IGW: (&str, &str, &str) = ("igw", "InternetGateway", "vpcId: '${vpc.id}'");
const SUBNET: (&str, &str, &str) = (
    "subnet",
    "Subnet",
    "vpcId: '${vpc.id}', cidrBlock: 10.0.0.0/24",
);
const ONE: (&str, &str, &str) = ("one", "RouteTable", "vpcId: '${vpc.id}'");
const TWO: (&str, &str, &str) = ("two", "RouteTable", "vpcId: '${vpc.id}'");
const NAT: (&str, &str, &str) = (
    "nat",
    "NatGateway",
    "subnetId: '${subnet.id}', connectivityType: private",
);

#[test]
fn a_route_table_lives() {
    let other = ("other", "Vpc", "cidrBlock: 10.1.0.0/16");
    let j = Journey::of("RouteTable", &[VPC, other]);
    j.born("CreateRouteTable", "vpcId: '${vpc.id}', tags: {a: b}");
    j.updates("vpcId: '${vpc.id}', tags: {a: c}", &["tags.a"]);
    j.drifts(
        |j| {
            drop(j.call(
                "create_tags",
                json!({"Resources": [j.id()], "Tags": tag("by", "hand")}),
            ))
        },
        &["tags.by"],
    );
    j.imported_as(&j.id());
    j.replaced("vpcId: '${other.id}'");
    j.ends();
}

#[test]
fn a_route_lives() {
    let j = Journey::of("Route", &[VPC, IGW, SUBNET, ONE, TWO, NAT]);
    let to = |table: &str, rest: &str| format!("routeTableId: '${{{table}.id}}', {rest}");
    j.born(
        "CreateRoute",
        &to(
            "one",
            "destinationCidrBlock: 0.0.0.0/0, gatewayId: '${igw.id}'",
        ),
    );
    assert_eq!(j.id(), format!("{}_0.0.0.0/0", j.id_of("one")));
    j.updates(
        &to(
            "one",
            "destinationCidrBlock: 0.0.0.0/0, natGatewayId: '${nat.id}'",
        ),
        &["gatewayId", "natGatewayId"],
    );
    j.drifts(
        |j| {
            let (table, igw) = (j.id_of("one"), j.id_of("igw"));
            let to = json!({"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": igw});
            j.call("replace_route", to);
        },
        &["natGatewayId"],
    );
    j.imported_as(&j.id());
    j.replaced(&to(
        "one",
        "destinationCidrBlock: 172.16.0.0/12, natGatewayId: '${nat.id}'",
    ));
    j.replaced(&to(
        "two",
        "destinationIpv6CidrBlock: '2001:DB8::/32', gatewayId: '${igw.id}'",
    ));
    assert_eq!(j.id(), format!("{}_2001:db8::/32", j.id_of("two")));
    j.imported_as(&j.id());
    j.ends();
}

#[test]
fn an_association_lives() {
    let more = (
        "more",
        "Subnet",
        "vpcId: '${vpc.id}', cidrBlock: 10.0.1.0/24",
    );
    let j = Journey::of("RouteTableAssociation", &[VPC, SUBNET, more, ONE, TWO]);
    j.born(
        "AssociateRouteTable",
        "subnetId: '${subnet.id}', routeTableId: '${one.id}'",
    );
    j.aws
        .fault(json!({"kind": "lose-answer", "operation": "ReplaceRouteTableAssociation"}));
    j.updates(
        "subnetId: '${subnet.id}', routeTableId: '${two.id}'",
        &["routeTableId"],
    );
    j.drifts(
        |j| {
            let (now, one) = (j.output("associationId"), j.id_of("one"));
            let back = json!({"AssociationId": now, "RouteTableId": one});
            j.call("replace_route_table_association", back);
        },
        &["routeTableId"],
    );
    j.imported_as(&format!("{}/{}", j.id_of("subnet"), j.id_of("two")));
    j.replaced("subnetId: '${more.id}', routeTableId: '${two.id}'");
    j.ends();
}
