//! Route tables, routes and associations.

use serde_json::{Value, json};

use crate::ec2::{Journey, of, tag};

const VPC: (&str, &str, &str) = ("vpc", "Vpc", "cidrBlock: 10.0.0.0/16");
const IGW: (&str, &str, &str) = ("igw", "InternetGateway", "vpcId: '${vpc.id}'");
const SUBNET: (&str, &str, &str) = ("subnet", "Subnet", "vpcId: '${vpc.id}', cidrBlock: 10.0.0.0/24");
const ONE: (&str, &str, &str) = ("one", "RouteTable", "vpcId: '${vpc.id}'");
const TWO: (&str, &str, &str) = ("two", "RouteTable", "vpcId: '${vpc.id}'");
const NAT: (&str, &str, &str) = ("nat", "NatGateway", "subnetId: '${subnet.id}', connectivityType: private");

#[test]
fn a_route_table_lives() {
    let other = ("other", "Vpc", "cidrBlock: 10.1.0.0/16");
    let j = Journey::of("RouteTable", &[VPC, other]);
    j.born("CreateRouteTable", "vpcId: '${vpc.id}', tags: {a: b}");
    j.updates("vpcId: '${vpc.id}', tags: {a: c}", &["tags.a"]);
    j.drifts(|j| drop(j.call("create_tags", json!({"Resources": [j.id()], "Tags": tag("by", "hand")}))), &["tags.by"]);
    j.imported_as(&j.id());
    j.replaced("vpcId: '${other.id}'");
    j.ends();
}

#[test]
fn a_route_lives() {
    let j = Journey::of("Route", &[VPC, IGW, SUBNET, ONE, TWO, NAT]);
    let to = |table: &str, rest: &str| format!("routeTableId: '${{{table}.id}}', {rest}");
    j.born("CreateRoute", &to("one", "destinationCidrBlock: 0.0.0.0/0, gatewayId: '${igw.id}'"));
    assert_eq!(j.id(), format!("{}_0.0.0.0/0", j.id_of("one")));
    j.updates(&to("one", "destinationCidrBlock: 0.0.0.0/0, natGatewayId: '${nat.id}'"), &["gatewayId", "natGatewayId"]);
    j.drifts(
        |j| {
            let (table, igw) = (j.id_of("one"), j.id_of("igw"));
            let to = json!({"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": igw});
            j.call("replace_route", to);
        },
        &["natGatewayId"],
    );
    j.imported_as(&j.id());
    j.replaced(&to("one", "destinationCidrBlock: 172.16.0.0/12, natGatewayId: '${nat.id}'"));
    j.replaced(&to("two", "destinationIpv6CidrBlock: '2001:DB8::/32', gatewayId: '${igw.id}'"));
    assert_eq!(j.id(), format!("{}_2001:db8::/32", j.id_of("two")));
    j.imported_as(&j.id());
    j.ends();
}

/// What routes lead through that this provider doesn't make: made beside the journey, and gone before it ends.
struct Beside {
    peering: String,
    transit: String,
    attachment: String,
    interface: String,
    balanced: String,
    egress: String,
    prefixes: String,
    carrier: String,
    instance: String,
}

impl Beside {
    #[track_caller]
    fn of(j: &Journey) -> Beside {
        let [vpc, other, subnet] = ["vpc", "other", "subnet"].map(|name| j.id_of(name));
        let made = |operation: &str, parameters: Value, at: &str| {
            let answer = j.call(operation, parameters);
            answer.pointer(at).and_then(Value::as_str).expect(at).to_owned()
        };
        let peering = made(
            "create_vpc_peering_connection",
            json!({"VpcId": vpc, "PeerVpcId": other}),
            "/VpcPeeringConnection/VpcPeeringConnectionId",
        );
        j.call("accept_vpc_peering_connection", json!({"VpcPeeringConnectionId": peering}));
        let transit = made("create_transit_gateway", json!({}), "/TransitGateway/TransitGatewayId");
        let attachment = made(
            "create_transit_gateway_vpc_attachment",
            json!({"TransitGatewayId": transit, "VpcId": vpc, "SubnetIds": [subnet]}),
            "/TransitGatewayVpcAttachment/TransitGatewayAttachmentId",
        );
        let service = "com.amazonaws.vpce.ap-northeast-1.vpce-svc-0123456789abcdef0";
        Beside {
            interface: made(
                "create_network_interface",
                json!({"SubnetId": subnet}),
                "/NetworkInterface/NetworkInterfaceId",
            ),
            balanced: made(
                "create_vpc_endpoint",
                json!({"VpcEndpointType": "GatewayLoadBalancer", "VpcId": vpc, "ServiceName": service, "SubnetIds": [subnet]}),
                "/VpcEndpoint/VpcEndpointId",
            ),
            egress: made(
                "create_egress_only_internet_gateway",
                json!({"VpcId": vpc}),
                "/EgressOnlyInternetGateway/EgressOnlyInternetGatewayId",
            ),
            prefixes: made(
                "create_managed_prefix_list",
                json!({"PrefixListName": "offices", "MaxEntries": 2, "AddressFamily": "IPv4"}),
                "/PrefixList/PrefixListId",
            ),
            carrier: made("create_carrier_gateway", json!({"VpcId": vpc}), "/CarrierGateway/CarrierGatewayId"),
            instance: made(
                "run_instances",
                json!({"ImageId": "ami-12c6146b", "MinCount": 1, "MaxCount": 1, "SubnetId": subnet}),
                "/Instances/0/InstanceId",
            ),
            peering,
            transit,
            attachment,
        }
    }

    #[track_caller]
    fn end(&self, j: &Journey) {
        for (operation, parameters) in [
            ("delete_vpc_peering_connection", json!({"VpcPeeringConnectionId": self.peering})),
            ("delete_transit_gateway_vpc_attachment", json!({"TransitGatewayAttachmentId": self.attachment})),
            ("delete_transit_gateway", json!({"TransitGatewayId": self.transit})),
            ("delete_network_interface", json!({"NetworkInterfaceId": self.interface})),
            ("delete_vpc_endpoints", json!({"VpcEndpointIds": [self.balanced]})),
            ("delete_egress_only_internet_gateway", json!({"EgressOnlyInternetGatewayId": self.egress})),
            ("delete_managed_prefix_list", json!({"PrefixListId": self.prefixes})),
            ("delete_carrier_gateway", json!({"CarrierGatewayId": self.carrier})),
            ("terminate_instances", json!({"InstanceIds": [self.instance]})),
        ] {
            j.call(operation, parameters);
        }
    }
}

#[test]
fn a_route_leads_through_everything() {
    let other = ("other", "Vpc", "cidrBlock: 10.1.0.0/16");
    let j = Journey::of("Route", &[VPC, other, SUBNET, ONE]);
    let beside = Beside::of(&j);
    let to =
        |destination: &str, name: &str, id: &str| format!("routeTableId: '${{one.id}}', {destination}, {name}: '{id}'");
    let v4 = "destinationCidrBlock: 172.16.0.0/12";
    j.born("CreateRoute", &to(v4, "vpcPeeringConnectionId", &beside.peering));
    j.imported_as(&j.id());
    let mut before = "vpcPeeringConnectionId";
    for (name, id) in [
        ("transitGatewayId", &beside.transit),
        ("networkInterfaceId", &beside.interface),
        ("vpcEndpointId", &beside.balanced),
        ("carrierGatewayId", &beside.carrier),
        ("instanceId", &beside.instance),
        ("vpcPeeringConnectionId", &beside.peering),
    ] {
        j.updates(&to(v4, name, id), &[before, name]);
        j.imported_as(&j.id());
        before = name;
    }
    let v6 = "destinationIpv6CidrBlock: '::/0'";
    j.replaced(&to(v6, "egressOnlyInternetGatewayId", &beside.egress));
    assert_eq!(j.id(), format!("{}_::/0", j.id_of("one")));
    j.imported_as(&j.id());
    let list = format!("destinationPrefixListId: {}", beside.prefixes);
    j.replaced(&to(&list, "transitGatewayId", &beside.transit));
    assert_eq!(j.id(), format!("{}_{}", j.id_of("one"), beside.prefixes));
    j.imported_as(&j.id());
    j.updates(&to(&list, "vpcPeeringConnectionId", &beside.peering), &["transitGatewayId", "vpcPeeringConnectionId"]);
    beside.end(&j);
    j.ends();
}

/// A target that another network has is refused in AWS's words; the route is not taken for made.
#[test]
fn a_route_to_elsewhere_is_refused() {
    let other = ("other", "Vpc", "cidrBlock: 10.1.0.0/16");
    let igw = ("igw", "InternetGateway", "vpcId: '${other.id}'");
    let route = ("x", "Route", "routeTableId: '${one.id}', destinationCidrBlock: 0.0.0.0/0, gatewayId: '${igw.id}'");
    let j = Journey::of("Route", &[VPC, other, igw, ONE]);
    let up = j.project.program(&of(&[VPC, other, igw, ONE, route])).up();
    up.expect_failure().expect_says("belong to different networks");
    assert!(!j.project.state().names().contains(&"x"));
}

#[test]
fn an_association_lives() {
    let more = ("more", "Subnet", "vpcId: '${vpc.id}', cidrBlock: 10.0.1.0/24");
    let j = Journey::of("RouteTableAssociation", &[VPC, SUBNET, more, ONE, TWO]);
    j.born("AssociateRouteTable", "subnetId: '${subnet.id}', routeTableId: '${one.id}'");
    j.aws.fault(json!({"kind": "lose-answer", "operation": "ReplaceRouteTableAssociation"}));
    j.updates("subnetId: '${subnet.id}', routeTableId: '${two.id}'", &["routeTableId"]);
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
