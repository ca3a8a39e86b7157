"""EC2's round trips and pending states against the running server."""

import pytest

from conftest import refused
from network import Network, tagged


@pytest.fixture
def net(aws):
    return Network(aws)


def test_the_words_of_a_gateway_that_cannot_leave(net):
    assert net.nat
    refused(
        lambda: net.ec2.detach_internet_gateway(InternetGatewayId=net.igw, VpcId=net.vpc),
        "DependencyViolation",
        f"Network {net.vpc} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.",
    )


def test_a_zone_is_in_the_state_that_it_was_marked_with(aws, net):
    aws.admin("POST", "zones?account=111111111111", {"ap-northeast-1a": "impaired"})
    zones = net.ec2.describe_availability_zones()["AvailabilityZones"]
    assert {zone["ZoneName"]: zone["State"] for zone in zones}["ap-northeast-1a"] == "impaired"
    only = [{"Name": "state", "Values": ["available"]}]
    available = net.ec2.describe_availability_zones(Filters=only)["AvailabilityZones"]
    assert len(available) == len(zones) - 1 and all(zone["ZoneName"] != "ap-northeast-1a" for zone in available)


def test_ranges_are_canonical(net):
    vpc = net.ec2.create_vpc(CidrBlock="10.5.7.9/16")["Vpc"]
    subnet = net.ec2.create_subnet(VpcId=vpc["VpcId"], CidrBlock="10.5.3.200/24")["Subnet"]
    assert (vpc["CidrBlock"], subnet["CidrBlock"]) == ("10.5.0.0/16", "10.5.3.0/24")
    assert not subnet["MapPublicIpOnLaunch"] and not subnet["DefaultForAz"]


def test_a_vpc_is_pending_first(net):
    net.aws.clock(1000)
    vpc = net.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]
    assert vpc["State"] == "pending"
    net.aws.clock(0)
    assert net.ec2.describe_vpcs(VpcIds=[vpc["VpcId"]])["Vpcs"][0]["State"] == "available"


def test_a_new_vpc_may_be_unseen(net):
    net.aws.clock(1000, eventual=True)
    refused(lambda: net.add_subnet("10.0.0.0/24"), "InvalidVpcID.NotFound")
    net.aws.clock(0, eventual=True)
    assert net.add_subnet("10.0.0.0/24")


def test_the_life_of_a_nat_gateway(net):
    assert net.igw and net.subnet and net.eip
    net.aws.clock(1000)
    nat = net.once("nat", lambda: net.add_nat(ClientToken="t", TagSpecifications=tagged("natgateway", ("Name", "n"))))
    assert net.add_nat(ClientToken="t", TagSpecifications=tagged("natgateway", ("Name", "n"))) == nat
    assert net.nat_state()["State"] == "pending"
    net.route(NatGatewayId=nat)
    net.aws.clock(0)
    seen = net.nat_state()
    assert (seen["State"], seen["Tags"], seen["NatGatewayAddresses"][0]["AllocationId"]) == (
        "available",
        [{"Key": "Name", "Value": "n"}],
        net.eip,
    )
    found = net.ec2.describe_nat_gateways(
        Filters=[{"Name": "tag:Name", "Values": ["n"]}, {"Name": "vpc-id", "Values": [net.vpc]}]
    )
    assert [each["NatGatewayId"] for each in found["NatGateways"]] == [nat]
    net.aws.clock(1000)
    net.ec2.delete_nat_gateway(NatGatewayId=nat)
    assert net.nat_state()["State"] == "deleting"
    refused(lambda: net.ec2.release_address(AllocationId=net.eip), "AuthFailure")
    net.aws.clock(0)
    assert net.nat_state()["State"] == "deleted"
    assert net.ec2.describe_route_tables(RouteTableIds=[net.table])["RouteTables"][0]["Routes"][1]["State"] == "blackhole"
    net.ec2.release_address(AllocationId=net.eip)
    net.ec2.delete_subnet(SubnetId=net.subnet)
    net.ec2.detach_internet_gateway(InternetGatewayId=net.igw, VpcId=net.vpc)
    net.ec2.delete_internet_gateway(InternetGatewayId=net.igw)
    net.ec2.delete_route_table(RouteTableId=net.table)
    net.ec2.delete_vpc(VpcId=net.vpc)
    refused(lambda: net.ec2.describe_vpcs(VpcIds=[net.vpc]), "InvalidVpcID.NotFound")


def test_a_nat_gateway_fails_without_a_gateway(net):
    net.once("nat", net.add_nat)
    assert (net.nat_state()["State"], net.nat_state()["FailureCode"]) == ("failed", "Gateway.NotAttached")


def test_a_nat_gateway_fails_on_a_used_address(net):
    assert net.nat
    net.made["nat"] = net.add_nat()
    assert (net.nat_state()["State"], net.nat_state()["FailureCode"]) == ("failed", "Resource.AlreadyAssociated")


def test_a_subnet_takes_its_association_along(net):
    assert net.association
    net.ec2.delete_subnet(SubnetId=net.subnet)
    net.ec2.delete_route_table(RouteTableId=net.table)


def test_a_new_group_lets_everything_out(net):
    rules = net.rules()
    assert [(rule["IsEgress"], rule["IpProtocol"], rule["CidrIpv4"], rule["FromPort"]) for rule in rules] == [
        (True, "-1", "0.0.0.0/0", -1)
    ]
    net.ec2.revoke_security_group_egress(GroupId=net.group, SecurityGroupRuleIds=[rules[0]["SecurityGroupRuleId"]])
    assert net.rules() == []


def test_the_default_group_trusts_itself(net):
    rules = net.ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [net.default_group]}])[
        "SecurityGroupRules"
    ]
    assert {(rule["IsEgress"], rule.get("ReferencedGroupInfo", {}).get("GroupId")) for rule in rules} == {
        (False, net.default_group),
        (True, None),
    }


def test_a_rule_is_edited_in_place(net):
    rule = net.allow(tags=[{"Key": "a", "Value": "1"}])[0]
    assert rule["Tags"] == [{"Key": "a", "Value": "1"}]
    net.ec2.modify_security_group_rules(
        GroupId=net.group,
        SecurityGroupRules=[
            {
                "SecurityGroupRuleId": rule["SecurityGroupRuleId"],
                "SecurityGroupRule": {
                    "IpProtocol": "17",
                    "FromPort": 53,
                    "ToPort": 54,
                    "CidrIpv4": "10.1.2.3/16",
                    "Description": "dns",
                },
            }
        ],
    )
    seen = net.ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])["SecurityGroupRules"][0]
    assert (seen["IpProtocol"], seen["FromPort"], seen["ToPort"], seen["CidrIpv4"], seen["Description"]) == (
        "udp",
        53,
        54,
        "10.1.0.0/16",
        "dns",
    )
    assert seen["Tags"] == [{"Key": "a", "Value": "1"}]
    net.ec2.update_security_group_rule_descriptions_ingress(
        GroupId=net.group,
        SecurityGroupRuleDescriptions=[{"SecurityGroupRuleId": rule["SecurityGroupRuleId"], "Description": "names"}],
    )
    group = net.ec2.describe_security_groups(GroupIds=[net.group])["SecurityGroups"][0]
    assert group["IpPermissions"][0]["IpRanges"] == [{"CidrIp": "10.1.0.0/16", "Description": "names"}]


def test_every_kind_of_peer(net):
    lists = net.ec2.describe_managed_prefix_lists()["PrefixLists"]
    made = net.allow(
        IpRanges=[{"CidrIp": "10.0.0.0/8"}],
        Ipv6Ranges=[{"CidrIpv6": "::/0"}],
        UserIdGroupPairs=[{"GroupId": net.group, "Description": "self"}],
        PrefixListIds=[{"PrefixListId": lists[0]["PrefixListId"], "Description": "list"}],
    )
    assert len(made) == 4 and made[2]["ReferencedGroupInfo"]["GroupId"] == net.group
    shown = net.ec2.describe_security_groups(GroupIds=[net.group])["SecurityGroups"][0]["IpPermissions"]
    assert (
        len(shown) == 1
        and shown[0]["PrefixListIds"][0]["Description"] == "list"
        and shown[0]["UserIdGroupPairs"][0]["Description"] == "self"
    )
    net.ec2.revoke_security_group_ingress(GroupId=net.group, IpPermissions=shown)
    assert [rule["IsEgress"] for rule in net.rules()] == [True]


def test_a_refused_list_of_rules_adds_none(net):
    refused(lambda: net.allow(IpRanges=[{"CidrIp": "10.0.0.0/8"}, {"CidrIp": "10.0.0.0/8"}]), "InvalidPermission.Duplicate")
    assert [rule["IsEgress"] for rule in net.rules()] == [True]


def test_tags_come_and_go(net):
    made = {
        "vpc": net.vpc,
        "subnet": net.subnet,
        "igw": net.igw,
        "eip": net.eip,
        "nat": net.nat,
        "table": net.table,
        "group": net.group,
    }
    net.ec2.create_tags(Resources=list(made.values()), Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}])
    net.ec2.delete_tags(Resources=list(made.values()), Tags=[{"Key": "a"}])
    for resource in made.values():
        tags = net.ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [resource]}])["Tags"]
        assert [(tag["Key"], tag["Value"]) for tag in tags] == [("b", "")], resource


def test_describe_tags_names_kinds_as_aws_does(net):
    made = {"elastic-ip": net.eip, "natgateway": net.nat, "internet-gateway": net.igw, "route-table": net.table}
    net.ec2.create_tags(Resources=list(made.values()), Tags=[{"Key": "a", "Value": "1"}])
    for kind, resource in made.items():
        tags = net.ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [resource]}])["Tags"]
        assert {tag["ResourceType"] for tag in tags} == {kind}, resource


@pytest.mark.parametrize(
    "kind, make",
    [
        (
            "elastic-ip",
            lambda n, tags: n.ec2.describe_addresses(
                AllocationIds=[n.ec2.allocate_address(TagSpecifications=tags)["AllocationId"]]
            )["Addresses"][0],
        ),
        ("internet-gateway", lambda n, tags: n.ec2.create_internet_gateway(TagSpecifications=tags)["InternetGateway"]),
        ("route-table", lambda n, tags: n.ec2.create_route_table(VpcId=n.vpc, TagSpecifications=tags)["RouteTable"]),
        (
            "security-group",
            lambda n, tags: n.ec2.describe_security_groups(GroupIds=[n.add_group("t", TagSpecifications=tags)])["SecurityGroups"][
                0
            ],
        ),
        ("subnet", lambda n, tags: n.ec2.create_subnet(VpcId=n.vpc, CidrBlock="10.0.8.0/24", TagSpecifications=tags)["Subnet"]),
        ("vpc", lambda n, tags: n.ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tags)["Vpc"]),
    ],
)
def test_tags_are_kept_from_birth(net, kind, make):
    assert make(net, tagged(kind, ("Name", "x")))["Tags"] == [{"Key": "Name", "Value": "x"}]


@pytest.mark.parametrize(
    "describe, answer, resource",
    [
        ("describe_vpcs", "Vpcs", "vpc"),
        ("describe_subnets", "Subnets", "subnet"),
        ("describe_internet_gateways", "InternetGateways", "igw"),
        ("describe_addresses", "Addresses", "eip"),
        ("describe_nat_gateways", "NatGateways", "nat"),
        ("describe_route_tables", "RouteTables", "table"),
        ("describe_security_groups", "SecurityGroups", "group"),
    ],
)
def test_resources_are_found_by_a_tag(net, describe, answer, resource):
    net.ec2.create_tags(Resources=[getattr(net, resource)], Tags=[{"Key": "our:token", "Value": "x"}])
    call = getattr(net.ec2, describe)
    assert len(call(Filters=[{"Name": "tag:our:token", "Values": ["x"]}])[answer]) == 1
    assert len(call(Filters=[{"Name": "tag-key", "Values": ["our:token"]}])[answer]) == 1
    assert call(Filters=[{"Name": "tag:our:token", "Values": ["y"]}])[answer] == []


def test_rules_are_found_by_a_tag(net):
    made = net.allow(tags=[{"Key": "our:token", "Value": "x"}])
    net.allow(80, 80)
    found = net.ec2.describe_security_group_rules(
        Filters=[{"Name": "tag:our:token", "Values": ["x"]}, {"Name": "group-id", "Values": [net.group]}]
    )
    assert [rule["SecurityGroupRuleId"] for rule in found["SecurityGroupRules"]] == [made[0]["SecurityGroupRuleId"]]


def test_associations_and_routes_move(net):
    other = net.ec2.create_route_table(VpcId=net.vpc)["RouteTable"]["RouteTableId"]
    moved = net.ec2.replace_route_table_association(AssociationId=net.association, RouteTableId=other)["NewAssociationId"]
    assert moved != net.association
    assert net.ec2.associate_route_table(RouteTableId=other, SubnetId=net.subnet)["AssociationId"] == moved
    tables = net.ec2.describe_route_tables(Filters=[{"Name": "association.route-table-association-id", "Values": [moved]}])[
        "RouteTables"
    ]
    assert [table["RouteTableId"] for table in tables] == [other]
    net.route(GatewayId=net.igw)
    net.ec2.replace_route(RouteTableId=net.table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=net.nat)
    route = net.ec2.describe_route_tables(RouteTableIds=[net.table])["RouteTables"][0]["Routes"][1]
    assert (route["NatGatewayId"], route["State"], route["Origin"]) == (
        net.nat,
        "active",
        "CreateRoute",
    ) and "GatewayId" not in route


def test_ipv6_routes(net):
    place = {"RouteTableId": net.table, "DestinationIpv6CidrBlock": "::/0"}
    net.ec2.create_route(**place, GatewayId=net.igw)
    refused(lambda: net.ec2.create_route(**place, GatewayId=net.igw), "RouteAlreadyExists")
    net.ec2.replace_route(**place, GatewayId=net.igw)
    net.ec2.delete_route(**place)


def test_routes_lead_through_everything(net):
    """A route changes its kind of target, and nothing is left of the old one."""
    place = {"RouteTableId": net.table, "DestinationCidrBlock": "172.16.0.0/12"}
    targets = {
        "VpcPeeringConnectionId": net.peering,
        "TransitGatewayId": net.transit,
        "NetworkInterfaceId": net.eni,
        "VpcEndpointId": net.balanced,
        "NatGatewayId": net.nat,
    }
    make = net.ec2.create_route
    for name, target in targets.items():
        make(**place, **{name: target})
        make = net.ec2.replace_route
        found = net.ec2.describe_route_tables(RouteTableIds=[net.table])["RouteTables"][0]["Routes"][-1]
        seen = {key: value for key, value in found.items() if key.endswith(("Id", "CidrBlock"))}
        shown = {"VpcEndpointId": "GatewayId"}.get(name, name)
        assert seen == {"DestinationCidrBlock": "172.16.0.0/12", shown: target} and found["State"] == "active"
    net.ec2.create_route(RouteTableId=net.table, DestinationIpv6CidrBlock="::/0", EgressOnlyInternetGatewayId=net.egress)
    net.ec2.create_route(RouteTableId=net.table, DestinationPrefixListId=net.prefixes, TransitGatewayId=net.transit)
    net.ec2.replace_route(RouteTableId=net.table, DestinationPrefixListId=net.prefixes, VpcPeeringConnectionId=net.peering)
    net.ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=net.peering)
    found = net.ec2.describe_route_tables(RouteTableIds=[net.table])["RouteTables"][0]["Routes"]
    listed = next(route for route in found if route.get("DestinationPrefixListId") == net.prefixes)
    assert (listed["State"], listed["VpcPeeringConnectionId"]) == ("blackhole", net.peering)


def test_subnets_have_ipv6_ranges(net):
    block = net.block6
    subnet = net.add_subnet("10.0.8.0/24", Ipv6CidrBlock=block.replace("::/56", "::/64"))
    seen = net.ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]
    (range6,) = seen["Ipv6CidrBlockAssociationSet"]
    assert (range6["Ipv6CidrBlock"], range6["Ipv6CidrBlockState"]["State"]) == (block.replace("::/56", "::/64"), "associated")
    assert not seen["AssignIpv6AddressOnCreation"]
    net.ec2.modify_subnet_attribute(SubnetId=subnet, AssignIpv6AddressOnCreation={"Value": True})
    away = {"AssociationId": range6["AssociationId"]}
    refused(lambda: net.ec2.disassociate_subnet_cidr_block(**away), "InvalidCidrBlock.InUse")
    net.ec2.modify_subnet_attribute(SubnetId=subnet, AssignIpv6AddressOnCreation={"Value": False})
    net.ec2.disassociate_subnet_cidr_block(**away)
    assert not net.ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]["Ipv6CidrBlockAssociationSet"]
    net.ec2.associate_subnet_cidr_block(SubnetId=subnet, Ipv6CidrBlock=block.replace("00::/56", "01::/64"))


def test_attributes_are_kept(net):
    net.ec2.modify_vpc_attribute(VpcId=net.vpc, EnableDnsHostnames={"Value": True})
    net.ec2.modify_vpc_attribute(VpcId=net.vpc, EnableDnsSupport={"Value": False})
    seen = [net.ec2.describe_vpc_attribute(VpcId=net.vpc, Attribute=name) for name in ("enableDnsHostnames", "enableDnsSupport")]
    assert (seen[0]["EnableDnsHostnames"]["Value"], seen[1]["EnableDnsSupport"]["Value"]) == (True, False)
    net.ec2.modify_subnet_attribute(SubnetId=net.subnet, MapPublicIpOnLaunch={"Value": True})
    assert net.ec2.describe_subnets(SubnetIds=[net.subnet])["Subnets"][0]["MapPublicIpOnLaunch"]


def test_names_of_hosts_are_kept(net):
    for attribute in (
        {"EnableDns64": {"Value": True}},
        {"EnableResourceNameDnsAAAARecordOnLaunch": {"Value": True}},
        {"EnableResourceNameDnsARecordOnLaunch": {"Value": True}},
        {"PrivateDnsHostnameTypeOnLaunch": "resource-name"},
    ):
        net.ec2.modify_subnet_attribute(SubnetId=net.subnet, **attribute)
    seen = net.ec2.describe_subnets(SubnetIds=[net.subnet])["Subnets"][0]
    assert seen["EnableDns64"] and seen["PrivateDnsNameOptionsOnLaunch"] == {
        "HostnameType": "resource-name",
        "EnableResourceNameDnsARecord": True,
        "EnableResourceNameDnsAAAARecord": True,
    }


def test_a_nat_gateway_takes_the_next_free_address(net):
    assert net.nat_state()["NatGatewayAddresses"][0]["PrivateIp"] == "10.0.0.4"
    address = net.ec2.describe_addresses(AllocationIds=[net.eip])["Addresses"][0]
    assert (address["PrivateIpAddress"], address["NetworkBorderGroup"]) == ("10.0.0.4", "ap-northeast-1")


def test_a_zone_may_be_named_by_its_id(net):
    zone = net.ec2.describe_availability_zones()["AvailabilityZones"][-1]
    subnet = net.ec2.create_subnet(VpcId=net.vpc, CidrBlock="10.0.1.0/24", AvailabilityZoneId=zone["ZoneId"])["Subnet"]
    assert (subnet["AvailabilityZone"], subnet["AvailabilityZoneId"]) == (zone["ZoneName"], zone["ZoneId"])


@pytest.mark.parametrize(
    "describe, answer, name, values, count",
    [
        ("describe_route_tables", "RouteTables", "association.subnet-id", lambda n: [n.subnet, "subnet-0123456789abcdef0"], 1),
        ("describe_route_tables", "RouteTables", "association.subnet-id", lambda n: ["subnet-0123456789abcdef0"], 0),
        ("describe_route_tables", "RouteTables", "route.destination-cidr-block", lambda n: ["0.0.0.0/0", "9.0.0.0/8"], 1),
        ("describe_subnets", "Subnets", "subnet-id", lambda n: [n.subnet, "subnet-0123456789abcdef0"], 1),
        ("describe_subnets", "Subnets", "cidr-block", lambda n: ["10.0.0.*"], 1),
        ("describe_vpcs", "Vpcs", "is-default", lambda n: ["true"], 1),
        ("describe_vpcs", "Vpcs", "tag:Name", lambda n: ["we?", "none"], 1),
        ("describe_vpcs", "Vpcs", "tag:Name", lambda n: ["WEB"], 0),
        ("describe_network_interfaces", "NetworkInterfaces", "group-id", lambda n: [n.group, "sg-0123456789abcdef0"], 1),
        ("describe_nat_gateways", "NatGateways", "state", lambda n: ["pending", "available"], 1),
        ("describe_internet_gateways", "InternetGateways", "attachment.vpc-id", lambda n: [n.vpc, "vpc-0123456789abcdef0"], 1),
    ],
)
def test_a_filter_takes_any_of_its_values(net, describe, answer, name, values, count):
    net.ec2.create_tags(Resources=[net.vpc], Tags=[{"Key": "Name", "Value": "web"}])
    assert net.eni and net.association
    # The table has two associations, of which one is asked for.
    net.ec2.associate_route_table(RouteTableId=net.table, SubnetId=net.add_subnet("10.0.9.0/24"))
    net.route(NatGatewayId=net.nat)
    found = getattr(net.ec2, describe)(Filters=[{"Name": name, "Values": values(net)}])[answer]
    assert len(found) == count


def listed(ec2):
    """How much of each kind there is."""
    kinds = {
        "describe_network_acls": "NetworkAcls",
        "describe_network_interfaces": "NetworkInterfaces",
        "describe_route_tables": "RouteTables",
        "describe_security_groups": "SecurityGroups",
        "describe_security_group_rules": "SecurityGroupRules",
        "describe_subnets": "Subnets",
        "describe_tags": "Tags",
        "describe_vpcs": "Vpcs",
    }
    return {answer: len(getattr(ec2, describe)()[answer]) for describe, answer in kinds.items()}


def test_a_vpc_leaves_nothing_behind(net):
    before = listed(net.ec2)
    net.ec2.create_tags(Resources=[net.vpc, net.subnet, net.group], Tags=[{"Key": "a", "Value": "1"}])
    net.ec2.delete_subnet(SubnetId=net.subnet)
    net.ec2.delete_security_group(GroupId=net.group)
    net.ec2.delete_vpc(VpcId=net.vpc)
    assert listed(net.ec2) == before
