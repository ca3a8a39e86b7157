"""What EC2 refuses, and with which code, against the running server."""

import pytest

from conftest import refused
from network import Network, tagged

NONE = "0123456789abcdef0"
MANY = [(f"k{i}", "v") for i in range(51)]
REFUSALS = [
    ("a VPC too large", "InvalidVpc.Range", lambda n: n.ec2.create_vpc(CidrBlock="10.0.0.0/8")),
    ("a VPC too small", "InvalidVpc.Range", lambda n: n.ec2.create_vpc(CidrBlock="10.0.0.0/29")),
    ("a VPC's range is garbage", "InvalidParameterValue", lambda n: n.ec2.create_vpc(CidrBlock="10.0.0/16")),
    ("a VPC's range has no mask", "InvalidParameterValue", lambda n: n.ec2.create_vpc(CidrBlock="10.0.0.0")),
    (
        "a tag of AWS",
        "InvalidParameterValue",
        lambda n: n.ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tagged("vpc", ("aws:x", "1"))),
    ),
    ("51 tags", "TagLimitExceeded", lambda n: n.ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tagged("vpc", *MANY))),
    (
        "a tag of another type",
        "InvalidParameterValue",
        lambda n: n.ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tagged("subnet", ("a", "1"))),
    ),
    (
        "a tag twice",
        "InvalidParameterValue",
        lambda n: n.ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tagged("vpc", ("a", "1"), ("a", "2"))),
    ),
    (
        "a long tag",
        "InvalidParameterValue",
        lambda n: n.ec2.create_tags(Resources=[n.vpc], Tags=[{"Key": "k" * 129, "Value": ""}]),
    ),
    (
        "51 tags later",
        "TagLimitExceeded",
        lambda n: n.ec2.create_tags(Resources=[n.vpc], Tags=[{"Key": k, "Value": v} for k, v in MANY]),
    ),
    (
        "tags of no NAT",
        "NatGatewayNotFound",
        lambda n: n.ec2.create_tags(Resources=[f"nat-{NONE}"], Tags=[{"Key": "a", "Value": "b"}]),
    ),
    ("a malformed VPC id", "InvalidVpcID.Malformed", lambda n: n.ec2.describe_vpcs(VpcIds=["web"])),
    ("a malformed subnet id", "InvalidSubnetID.Malformed", lambda n: n.ec2.delete_subnet(SubnetId="subnet-x")),
    (
        "a malformed rule id",
        "InvalidSecurityGroupRuleId.Malformed",
        lambda n: n.ec2.describe_security_group_rules(SecurityGroupRuleIds=["sg-1"]),
    ),
    ("an unknown tenancy", "InvalidParameterValue", lambda n: n.ec2.create_vpc(CidrBlock="10.0.0.0/16", InstanceTenancy="odd")),
    (
        "a NAT's interface",
        "InvalidParameterValue",
        lambda n: n.nat and n.ec2.delete_network_interface(NetworkInterfaceId=n.nat_interface),
    ),
    ("a NAT's address outside", "InvalidParameterValue", lambda n: n.igw and n.add_nat(PrivateIpAddress="10.9.9.9")),
    ("a NAT's address of AWS", "InvalidParameterValue", lambda n: n.igw and n.add_nat(PrivateIpAddress="10.0.0.1")),
    (
        "an unknown filter",
        "InvalidParameterValue",
        lambda n: n.ec2.describe_nat_gateways(Filters=[{"Name": "color", "Values": ["red"]}]),
    ),
    ("an unknown VPC", "InvalidVpcID.NotFound", lambda n: n.ec2.describe_vpcs(VpcIds=[n.vpc, f"vpc-{NONE}"])),
    (
        "two attributes at once",
        "InvalidParameterCombination",
        lambda n: n.ec2.modify_vpc_attribute(VpcId=n.vpc, EnableDnsSupport={"Value": True}, EnableDnsHostnames={"Value": True}),
    ),
    ("a VPC with a subnet", "DependencyViolation", lambda n: n.subnet and n.ec2.delete_vpc(VpcId=n.vpc)),
    ("a VPC with a gateway", "DependencyViolation", lambda n: n.igw and n.ec2.delete_vpc(VpcId=n.vpc)),
    ("a VPC with a group", "DependencyViolation", lambda n: n.group and n.ec2.delete_vpc(VpcId=n.vpc)),
    ("a VPC with a route table", "DependencyViolation", lambda n: n.table and n.ec2.delete_vpc(VpcId=n.vpc)),
    ("a subnet in no VPC", "InvalidVpcID.NotFound", lambda n: n.ec2.create_subnet(VpcId=f"vpc-{NONE}", CidrBlock="10.0.0.0/24")),
    ("a subnet outside", "InvalidSubnet.Range", lambda n: n.add_subnet("10.9.0.0/24")),
    ("a subnet too small", "InvalidSubnet.Range", lambda n: n.add_subnet("10.0.0.0/29")),
    ("a subnet's range is garbage", "InvalidParameterValue", lambda n: n.add_subnet("ten")),
    ("an IPv6 range that is none", "InvalidParameterValue", lambda n: n.add_subnet("10.0.8.0/24", Ipv6CidrBlock="2001:db8::1/64")),
    ("an IPv6 range outside", "InvalidSubnet.Range", lambda n: n.block6 and n.add_subnet("10.0.8.0/24", Ipv6CidrBlock="2001:db8::/64")),
    (
        "an IPv6 range too small",
        "InvalidSubnet.Range",
        lambda n: n.add_subnet("10.0.8.0/24", Ipv6CidrBlock=n.block6.replace("/56", "/80")),
    ),
    (
        "an IPv6 range twice",
        "InvalidSubnet.Conflict",
        lambda n: [n.add_subnet(f"10.0.{i}.0/24", Ipv6CidrBlock=n.block6.replace("/56", "/64")) for i in (8, 9)],
    ),
    (
        "IPv6 addresses of no range",
        "InvalidParameterValue",
        lambda n: n.ec2.modify_subnet_attribute(SubnetId=n.subnet, AssignIpv6AddressOnCreation={"Value": True}),
    ),
    ("a route by no interface", "InvalidNetworkInterfaceID.NotFound", lambda n: n.route(NetworkInterfaceId=f"eni-{NONE}")),
    ("a route by no peering", "InvalidVpcPeeringConnectionID.NotFound", lambda n: n.route(VpcPeeringConnectionId=f"pcx-{NONE}")),
    ("a route by no endpoint", "InvalidVpcEndpointId.NotFound", lambda n: n.route(VpcEndpointId=f"vpce-{NONE}")),
    ("a route by a loose transit gateway", "InvalidTransitGatewayID.NotFound", lambda n: n.route(TransitGatewayId=n.loose_transit())),
    ("IPv4 by an egress-only gateway", "InvalidParameterValue", lambda n: n.route(EgressOnlyInternetGatewayId=n.egress)),
    (
        "a route replaced that is not there",
        "InvalidParameterValue",
        lambda n: n.ec2.replace_route(RouteTableId=n.table, DestinationCidrBlock="0.0.0.0/0", GatewayId=n.igw),
    ),
    ("overlapping subnets", "InvalidSubnet.Conflict", lambda n: n.subnet and n.add_subnet("10.0.0.128/25")),
    ("a zone of another region", "InvalidParameterValue", lambda n: n.add_subnet("10.0.5.0/24", AvailabilityZone="us-east-1a")),
    (
        "a zone id of another region",
        "InvalidParameterValue",
        lambda n: n.add_subnet("10.0.5.0/24", AvailabilityZoneId="use1-az1"),
    ),
    ("an unknown subnet", "InvalidSubnetID.NotFound", lambda n: n.ec2.describe_subnets(SubnetIds=[n.subnet, f"subnet-{NONE}"])),
    ("a subnet with a NAT", "DependencyViolation", lambda n: n.nat and n.ec2.delete_subnet(SubnetId=n.subnet)),
    ("a subnet with an interface", "DependencyViolation", lambda n: n.eni and n.ec2.delete_subnet(SubnetId=n.subnet)),
    ("a second gateway", "InvalidParameterValue", lambda n: n.igw and n.attached_igw()),
    (
        "a gateway attached twice",
        "Resource.AlreadyAssociated",
        lambda n: n.ec2.attach_internet_gateway(InternetGatewayId=n.igw, VpcId=n.other_vpc),
    ),
    (
        "a gateway not attached",
        "Gateway.NotAttached",
        lambda n: n.ec2.detach_internet_gateway(InternetGatewayId=n.loose_igw(), VpcId=n.vpc),
    ),
    (
        "a gateway before a NAT",
        "DependencyViolation",
        lambda n: n.nat and n.ec2.detach_internet_gateway(InternetGatewayId=n.igw, VpcId=n.vpc),
    ),
    (
        "a gateway before an address",
        "DependencyViolation",
        lambda n: (
            n.igw
            and n.ec2.associate_address(AllocationId=n.eip, NetworkInterfaceId=n.eni)
            and n.ec2.detach_internet_gateway(InternetGatewayId=n.igw, VpcId=n.vpc)
        ),
    ),
    ("an attached gateway", "DependencyViolation", lambda n: n.ec2.delete_internet_gateway(InternetGatewayId=n.igw)),
    (
        "an unknown gateway",
        "InvalidInternetGatewayID.NotFound",
        lambda n: n.ec2.describe_internet_gateways(InternetGatewayIds=[f"igw-{NONE}"]),
    ),
    ("a NAT's address", "AuthFailure", lambda n: n.nat and n.ec2.release_address(AllocationId=n.eip)),
    (
        "an interface's address",
        "InvalidIPAddress.InUse",
        lambda n: (
            n.ec2.associate_address(AllocationId=n.eip, NetworkInterfaceId=n.eni) and n.ec2.release_address(AllocationId=n.eip)
        ),
    ),
    ("an unknown address", "InvalidAllocationID.NotFound", lambda n: n.ec2.release_address(AllocationId=f"eipalloc-{NONE}")),
    (
        "a NAT in no subnet",
        "InvalidSubnetID.NotFound",
        lambda n: n.ec2.create_nat_gateway(SubnetId=f"subnet-{NONE}", AllocationId=n.eip),
    ),
    (
        "a NAT of no address",
        "InvalidAllocationID.NotFound",
        lambda n: n.ec2.create_nat_gateway(SubnetId=n.subnet, AllocationId=f"eipalloc-{NONE}"),
    ),
    ("a public NAT without address", "MissingParameter", lambda n: n.ec2.create_nat_gateway(SubnetId=n.subnet)),
    (
        "a token for two NATs",
        "IdempotentParameterMismatch",
        lambda n: (
            n.add_nat(ClientToken="t")
            and n.ec2.create_nat_gateway(SubnetId=n.subnet, ConnectivityType="private", ClientToken="t")
        ),
    ),
    ("an unknown NAT", "NatGatewayNotFound", lambda n: n.ec2.delete_nat_gateway(NatGatewayId=f"nat-{NONE}")),
    ("NATs, one unknown", "NatGatewayNotFound", lambda n: n.ec2.describe_nat_gateways(NatGatewayIds=[n.nat, f"nat-{NONE}"])),
    ("a route to no gateway", "InvalidGatewayID.NotFound", lambda n: n.route(GatewayId=f"igw-{NONE}")),
    ("a route to no NAT", "InvalidNatGatewayID.NotFound", lambda n: n.route(NatGatewayId=f"nat-{NONE}")),
    ("a route to a loose gateway", "InvalidParameterValue", lambda n: n.route(GatewayId=n.loose_igw())),
    ("a route twice", "RouteAlreadyExists", lambda n: [n.route(GatewayId=n.igw) for _ in range(2)]),
    ("a route with a bad range", "InvalidParameterValue", lambda n: n.route("10.0.0.0/33", GatewayId=n.igw)),
    ("a route to nothing", "MissingParameter", lambda n: n.route()),
    ("a route to two", "InvalidParameterCombination", lambda n: n.route(GatewayId=n.igw, NatGatewayId=n.nat)),
    ("a route for the local range", "InvalidParameterValue", lambda n: n.route("10.0.0.0/16", GatewayId=n.igw)),
    (
        "the local route",
        "InvalidParameterValue",
        lambda n: n.ec2.delete_route(RouteTableId=n.table, DestinationCidrBlock="10.0.0.0/16"),
    ),
    (
        "an unknown route",
        "InvalidRoute.NotFound",
        lambda n: n.ec2.delete_route(RouteTableId=n.table, DestinationCidrBlock="1.0.0.0/8"),
    ),
    (
        "a route to replace",
        "InvalidParameterValue",
        lambda n: n.ec2.replace_route(RouteTableId=n.table, DestinationCidrBlock="1.0.0.0/8", GatewayId=n.igw),
    ),
    ("an associated table", "DependencyViolation", lambda n: n.association and n.ec2.delete_route_table(RouteTableId=n.table)),
    ("the main table", "DependencyViolation", lambda n: n.ec2.delete_route_table(RouteTableId=n.main_table["RouteTableId"])),
    (
        "the main association",
        "InvalidParameterValue",
        lambda n: n.ec2.disassociate_route_table(AssociationId=n.main_table["Associations"][0]["RouteTableAssociationId"]),
    ),
    (
        "a subnet of two tables",
        "Resource.AlreadyAssociated",
        lambda n: (
            n.association
            and n.ec2.associate_route_table(
                RouteTableId=n.ec2.create_route_table(VpcId=n.vpc)["RouteTable"]["RouteTableId"], SubnetId=n.subnet
            )
        ),
    ),
    (
        "a subnet of another network",
        "InvalidParameterValue",
        lambda n: n.ec2.associate_route_table(
            RouteTableId=n.ec2.create_route_table(VpcId=n.other_vpc)["RouteTable"]["RouteTableId"], SubnetId=n.subnet
        ),
    ),
    (
        "an unknown association",
        "InvalidAssociationID.NotFound",
        lambda n: n.ec2.disassociate_route_table(AssociationId=f"rtbassoc-{NONE}"),
    ),
    ("a group in no VPC", "InvalidVpcID.NotFound", lambda n: n.add_group("x", VpcId=f"vpc-{NONE}")),
    ("a group twice", "InvalidGroup.Duplicate", lambda n: n.group and n.add_group("web")),
    ("a group named default", "InvalidParameterValue", lambda n: n.add_group("default")),
    ("a group named sg-", "InvalidParameterValue", lambda n: n.add_group("sg-web")),
    ("a group's odd description", "InvalidParameterValue", lambda n: n.add_group("x", Description="é")),
    ("the default group", "CannotDelete", lambda n: n.ec2.delete_security_group(GroupId=n.default_group)),
    (
        "a referenced group",
        "DependencyViolation",
        lambda n: (
            n.allow(UserIdGroupPairs=[{"GroupId": n.once("peer", lambda: n.add_group("peer"))}])
            and n.ec2.delete_security_group(GroupId=n.made["peer"])
        ),
    ),
    ("a group of an interface", "DependencyViolation", lambda n: n.eni and n.ec2.delete_security_group(GroupId=n.group)),
    ("an unknown group", "InvalidGroup.NotFound", lambda n: n.ec2.describe_security_groups(GroupIds=[n.group, f"sg-{NONE}"])),
    ("a port out of range", "InvalidParameterValue", lambda n: n.allow(70000, 70000)),
    ("ports upside down", "InvalidParameterValue", lambda n: n.allow(90, 80)),
    ("no ports", "InvalidParameterValue", lambda n: n.allow(None)),
    ("an unknown protocol", "InvalidParameterValue", lambda n: n.allow(protocol="foo")),
    ("a bad range", "InvalidParameterValue", lambda n: n.allow(IpRanges=[{"CidrIp": "10.0.0.0/33"}])),
    ("a bad IPv6 range", "InvalidParameterValue", lambda n: n.allow(Ipv6Ranges=[{"CidrIpv6": "10.0.0.0/8"}])),
    ("an unknown prefix list", "InvalidPrefixListId.NotFound", lambda n: n.allow(PrefixListIds=[{"PrefixListId": f"pl-{NONE}"}])),
    ("an unknown peer", "InvalidGroup.NotFound", lambda n: n.allow(UserIdGroupPairs=[{"GroupId": f"sg-{NONE}"}])),
    (
        "a peer of another network",
        "InvalidGroup.NotFound",
        lambda n: n.allow(UserIdGroupPairs=[{"GroupId": n.add_group("x", VpcId=n.other_vpc)}]),
    ),
    ("a rule twice", "InvalidPermission.Duplicate", lambda n: [n.allow() for _ in range(2)]),
    (
        "a rule twice, spelled apart",
        "InvalidPermission.Duplicate",
        lambda n: n.allow() and n.allow(protocol="6", IpRanges=[{"CidrIp": "10.9.9.9/8"}]),
    ),
    (
        "an egress rule twice",
        "InvalidPermission.Duplicate",
        lambda n: n.allow(None, protocol="-1", egress=True, IpRanges=[{"CidrIp": "0.0.0.0/0"}]),
    ),
    (
        "a rule's odd description",
        "InvalidParameterValue",
        lambda n: n.allow(IpRanges=[{"CidrIp": "10.0.0.0/8", "Description": "a<b"}]),
    ),
    (
        "61 rules",
        "RulesPerSecurityGroupLimitExceeded",
        lambda n: n.allow(IpRanges=[{"CidrIp": f"10.{i}.0.0/16"} for i in range(61)]),
    ),
    (
        "an unknown rule id",
        "InvalidSecurityGroupRuleId.NotFound",
        lambda n: n.ec2.revoke_security_group_ingress(GroupId=n.group, SecurityGroupRuleIds=[f"sgr-{NONE}"]),
    ),
    (
        "an unknown rule",
        "InvalidPermission.NotFound",
        lambda n: n.ec2.revoke_security_group_ingress(
            GroupId=n.group, IpProtocol="tcp", FromPort=1, ToPort=2, CidrIp="1.0.0.0/8"
        ),
    ),
    (
        "a rule of another kind",
        "InvalidParameterValue",
        lambda n: n.ec2.modify_security_group_rules(
            GroupId=n.group,
            SecurityGroupRules=[
                {
                    "SecurityGroupRuleId": n.allow()[0]["SecurityGroupRuleId"],
                    "SecurityGroupRule": {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "CidrIpv6": "::/0"},
                }
            ],
        ),
    ),
]


@pytest.mark.parametrize("code, call", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refuses(aws, code, call):
    net = Network(aws)
    refused(lambda: call(net), code)
