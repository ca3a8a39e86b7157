"""EC2's refusals and round trips against the running server."""

import pytest
from conftest import refused


class Network:
    """A VPC with what a test asks for, made on first use."""

    def __init__(self, aws):
        self.aws, self.ec2, self.made = aws, aws.ec2, {}

    def once(self, name, make):
        if name not in self.made:
            self.made[name] = make()
        return self.made[name]

    @property
    def vpc(self):
        return self.once("vpc", lambda: self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])

    @property
    def other_vpc(self):
        return self.once("other_vpc", lambda: self.ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"])

    @property
    def subnet(self):
        return self.once("subnet", lambda: self.add_subnet("10.0.0.0/24"))

    def add_subnet(self, cidr, **more):
        return self.ec2.create_subnet(VpcId=self.vpc, CidrBlock=cidr, **more)["Subnet"]["SubnetId"]

    @property
    def igw(self):
        return self.once("igw", self.attached_igw)

    def attached_igw(self):
        igw = self.loose_igw()
        self.ec2.attach_internet_gateway(InternetGatewayId=igw, VpcId=self.vpc)
        return igw

    def loose_igw(self):
        return self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]

    @property
    def eip(self):
        return self.once("eip", lambda: self.ec2.allocate_address(Domain="vpc")["AllocationId"])

    @property
    def nat(self):
        return self.once("nat", lambda: self.igw and self.add_nat())

    def add_nat(self, **more):
        return self.ec2.create_nat_gateway(SubnetId=self.subnet, AllocationId=self.eip, **more)["NatGateway"]["NatGatewayId"]

    def nat_state(self):
        return self.ec2.describe_nat_gateways(NatGatewayIds=[self.nat])["NatGateways"][0]

    @property
    def table(self):
        return self.once("table", lambda: self.ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"])

    @property
    def main_table(self):
        return self.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [self.vpc]}])["RouteTables"][0]

    @property
    def association(self):
        return self.once("association", lambda: self.ec2.associate_route_table(RouteTableId=self.table, SubnetId=self.subnet)["AssociationId"])

    @property
    def group(self):
        return self.once("group", lambda: self.add_group("web"))

    def add_group(self, name, **more):
        return self.ec2.create_security_group(**{"GroupName": name, "Description": "d", "VpcId": self.vpc, **more})["GroupId"]

    @property
    def default_group(self):
        found = self.ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [self.vpc]}, {"Name": "group-name", "Values": ["default"]}])
        return found["SecurityGroups"][0]["GroupId"]

    @property
    def eni(self):
        return self.once("eni", lambda: self.ec2.create_network_interface(SubnetId=self.subnet, Groups=[self.group])["NetworkInterface"]["NetworkInterfaceId"])

    def route(self, destination="0.0.0.0/0", **target):
        return self.ec2.create_route(RouteTableId=self.table, DestinationCidrBlock=destination, **target)

    def allow(self, low=443, high=443, protocol="tcp", egress=False, tags=None, **peers):
        peers = peers or {"IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
        call = self.ec2.authorize_security_group_egress if egress else self.ec2.authorize_security_group_ingress
        ports = {} if low is None else {"FromPort": low, "ToPort": high}
        more = {"TagSpecifications": [{"ResourceType": "security-group-rule", "Tags": tags}]} if tags else {}
        return call(GroupId=self.group, IpPermissions=[{"IpProtocol": protocol, **ports, **peers}], **more)["SecurityGroupRules"]

    def rules(self, **filters):
        return self.ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [self.group]}])["SecurityGroupRules"]


@pytest.fixture
def net(aws):
    return Network(aws)


def tagged(kind, *pairs):
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in pairs]}]


NONE = "0123456789abcdef0"
MANY = [(f"k{i}", "v") for i in range(51)]
REFUSALS = [
    ("a VPC too large", "InvalidVpc.Range", lambda n: n.ec2.create_vpc(CidrBlock="10.0.0.0/8")),
    ("a VPC too small", "InvalidVpc.Range", lambda n: n.ec2.create_vpc(CidrBlock="10.0.0.0/29")),
    ("a VPC's range is garbage", "InvalidParameterValue", lambda n: n.ec2.create_vpc(CidrBlock="10.0.0/16")),
    ("a VPC's range has no mask", "InvalidParameterValue", lambda n: n.ec2.create_vpc(CidrBlock="10.0.0.0")),
    ("a tag of AWS", "InvalidParameterValue", lambda n: n.ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tagged("vpc", ("aws:x", "1")))),
    ("51 tags", "TagLimitExceeded", lambda n: n.ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tagged("vpc", *MANY))),
    ("a tag of another type", "InvalidParameterValue", lambda n: n.ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tagged("subnet", ("a", "1")))),
    ("a tag twice", "InvalidParameterValue", lambda n: n.ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tagged("vpc", ("a", "1"), ("a", "2")))),
    ("a long tag", "InvalidParameterValue", lambda n: n.ec2.create_tags(Resources=[n.vpc], Tags=[{"Key": "k" * 129, "Value": ""}])),
    ("51 tags later", "TagLimitExceeded", lambda n: n.ec2.create_tags(Resources=[n.vpc], Tags=[{"Key": k, "Value": v} for k, v in MANY])),
    ("tags of no NAT", "NatGatewayNotFound", lambda n: n.ec2.create_tags(Resources=[f"nat-{NONE}"], Tags=[{"Key": "a", "Value": "b"}])),
    ("an unknown VPC", "InvalidVpcID.NotFound", lambda n: n.ec2.describe_vpcs(VpcIds=[n.vpc, f"vpc-{NONE}"])),
    ("two attributes at once", "InvalidParameterCombination", lambda n: n.ec2.modify_vpc_attribute(
        VpcId=n.vpc, EnableDnsSupport={"Value": True}, EnableDnsHostnames={"Value": True})),
    ("a VPC with a subnet", "DependencyViolation", lambda n: n.subnet and n.ec2.delete_vpc(VpcId=n.vpc)),
    ("a VPC with a gateway", "DependencyViolation", lambda n: n.igw and n.ec2.delete_vpc(VpcId=n.vpc)),
    ("a VPC with a group", "DependencyViolation", lambda n: n.group and n.ec2.delete_vpc(VpcId=n.vpc)),
    ("a VPC with a route table", "DependencyViolation", lambda n: n.table and n.ec2.delete_vpc(VpcId=n.vpc)),
    ("a subnet in no VPC", "InvalidVpcID.NotFound", lambda n: n.ec2.create_subnet(VpcId=f"vpc-{NONE}", CidrBlock="10.0.0.0/24")),
    ("a subnet outside", "InvalidSubnet.Range", lambda n: n.add_subnet("10.9.0.0/24")),
    ("a subnet too small", "InvalidSubnet.Range", lambda n: n.add_subnet("10.0.0.0/29")),
    ("a subnet's range is garbage", "InvalidParameterValue", lambda n: n.add_subnet("ten")),
    ("overlapping subnets", "InvalidSubnet.Conflict", lambda n: n.subnet and n.add_subnet("10.0.0.128/25")),
    ("a zone of another region", "InvalidParameterValue", lambda n: n.add_subnet("10.0.5.0/24", AvailabilityZone="us-east-1a")),
    ("a zone id of another region", "InvalidParameterValue", lambda n: n.add_subnet("10.0.5.0/24", AvailabilityZoneId="use1-az1")),
    ("an unknown subnet", "InvalidSubnetID.NotFound", lambda n: n.ec2.describe_subnets(SubnetIds=[n.subnet, f"subnet-{NONE}"])),
    ("a subnet with a NAT", "DependencyViolation", lambda n: n.nat and n.ec2.delete_subnet(SubnetId=n.subnet)),
    ("a subnet with an interface", "DependencyViolation", lambda n: n.eni and n.ec2.delete_subnet(SubnetId=n.subnet)),
    ("a second gateway", "InvalidParameterValue", lambda n: n.igw and n.attached_igw()),
    ("a gateway attached twice", "Resource.AlreadyAssociated", lambda n: n.ec2.attach_internet_gateway(InternetGatewayId=n.igw, VpcId=n.other_vpc)),
    ("a gateway not attached", "Gateway.NotAttached", lambda n: n.ec2.detach_internet_gateway(InternetGatewayId=n.loose_igw(), VpcId=n.vpc)),
    ("a gateway before a NAT", "DependencyViolation", lambda n: n.nat and n.ec2.detach_internet_gateway(InternetGatewayId=n.igw, VpcId=n.vpc)),
    ("a gateway before an address", "DependencyViolation", lambda n: n.igw and n.ec2.associate_address(
        AllocationId=n.eip, NetworkInterfaceId=n.eni) and n.ec2.detach_internet_gateway(InternetGatewayId=n.igw, VpcId=n.vpc)),
    ("an attached gateway", "DependencyViolation", lambda n: n.ec2.delete_internet_gateway(InternetGatewayId=n.igw)),
    ("an unknown gateway", "InvalidInternetGatewayID.NotFound", lambda n: n.ec2.describe_internet_gateways(InternetGatewayIds=[f"igw-{NONE}"])),
    ("a NAT's address", "AuthFailure", lambda n: n.nat and n.ec2.release_address(AllocationId=n.eip)),
    ("an interface's address", "InvalidIPAddress.InUse", lambda n: n.ec2.associate_address(
        AllocationId=n.eip, NetworkInterfaceId=n.eni) and n.ec2.release_address(AllocationId=n.eip)),
    ("an unknown address", "InvalidAllocationID.NotFound", lambda n: n.ec2.release_address(AllocationId=f"eipalloc-{NONE}")),
    ("a NAT in no subnet", "InvalidSubnetID.NotFound", lambda n: n.ec2.create_nat_gateway(SubnetId=f"subnet-{NONE}", AllocationId=n.eip)),
    ("a NAT of no address", "InvalidAllocationID.NotFound", lambda n: n.ec2.create_nat_gateway(SubnetId=n.subnet, AllocationId=f"eipalloc-{NONE}")),
    ("a public NAT without address", "MissingParameter", lambda n: n.ec2.create_nat_gateway(SubnetId=n.subnet)),
    ("a token for two NATs", "IdempotentParameterMismatch", lambda n: n.add_nat(ClientToken="t") and n.ec2.create_nat_gateway(
        SubnetId=n.subnet, ConnectivityType="private", ClientToken="t")),
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
    ("the local route", "InvalidParameterValue", lambda n: n.ec2.delete_route(RouteTableId=n.table, DestinationCidrBlock="10.0.0.0/16")),
    ("an unknown route", "InvalidRoute.NotFound", lambda n: n.ec2.delete_route(RouteTableId=n.table, DestinationCidrBlock="1.0.0.0/8")),
    ("a route to replace", "InvalidParameterValue", lambda n: n.ec2.replace_route(RouteTableId=n.table, DestinationCidrBlock="1.0.0.0/8", GatewayId=n.igw)),
    ("an associated table", "DependencyViolation", lambda n: n.association and n.ec2.delete_route_table(RouteTableId=n.table)),
    ("the main table", "DependencyViolation", lambda n: n.ec2.delete_route_table(RouteTableId=n.main_table["RouteTableId"])),
    ("the main association", "InvalidParameterValue", lambda n: n.ec2.disassociate_route_table(
        AssociationId=n.main_table["Associations"][0]["RouteTableAssociationId"])),
    ("a subnet of two tables", "Resource.AlreadyAssociated", lambda n: n.association and n.ec2.associate_route_table(
        RouteTableId=n.ec2.create_route_table(VpcId=n.vpc)["RouteTable"]["RouteTableId"], SubnetId=n.subnet)),
    ("a subnet of another network", "InvalidParameterValue", lambda n: n.ec2.associate_route_table(
        RouteTableId=n.ec2.create_route_table(VpcId=n.other_vpc)["RouteTable"]["RouteTableId"], SubnetId=n.subnet)),
    ("an unknown association", "InvalidAssociationID.NotFound", lambda n: n.ec2.disassociate_route_table(AssociationId=f"rtbassoc-{NONE}")),
    ("a group in no VPC", "InvalidVpcID.NotFound", lambda n: n.add_group("x", VpcId=f"vpc-{NONE}")),
    ("a group twice", "InvalidGroup.Duplicate", lambda n: n.group and n.add_group("web")),
    ("a group named default", "InvalidParameterValue", lambda n: n.add_group("default")),
    ("a group named sg-", "InvalidParameterValue", lambda n: n.add_group("sg-web")),
    ("a group's odd description", "InvalidParameterValue", lambda n: n.add_group("x", Description="é")),
    ("the default group", "CannotDelete", lambda n: n.ec2.delete_security_group(GroupId=n.default_group)),
    ("a referenced group", "DependencyViolation", lambda n: n.allow(UserIdGroupPairs=[{"GroupId": n.once("peer", lambda: n.add_group("peer"))}])
     and n.ec2.delete_security_group(GroupId=n.made["peer"])),
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
    ("a peer of another network", "InvalidGroup.NotFound", lambda n: n.allow(UserIdGroupPairs=[{"GroupId": n.add_group("x", VpcId=n.other_vpc)}])),
    ("a rule twice", "InvalidPermission.Duplicate", lambda n: [n.allow() for _ in range(2)]),
    ("a rule twice, spelled apart", "InvalidPermission.Duplicate", lambda n: n.allow() and n.allow(protocol="6", IpRanges=[{"CidrIp": "10.9.9.9/8"}])),
    ("an egress rule twice", "InvalidPermission.Duplicate", lambda n: n.allow(None, protocol="-1", egress=True, IpRanges=[{"CidrIp": "0.0.0.0/0"}])),
    ("a rule's odd description", "InvalidParameterValue", lambda n: n.allow(IpRanges=[{"CidrIp": "10.0.0.0/8", "Description": "a<b"}])),
    ("61 rules", "RulesPerSecurityGroupLimitExceeded", lambda n: n.allow(IpRanges=[{"CidrIp": f"10.{i}.0.0/16"} for i in range(61)])),
    ("an unknown rule id", "InvalidSecurityGroupRuleId.NotFound", lambda n: n.ec2.revoke_security_group_ingress(
        GroupId=n.group, SecurityGroupRuleIds=[f"sgr-{NONE}"])),
    ("an unknown rule", "InvalidPermission.NotFound", lambda n: n.ec2.revoke_security_group_ingress(
        GroupId=n.group, IpProtocol="tcp", FromPort=1, ToPort=2, CidrIp="1.0.0.0/8")),
    ("a rule of another kind", "InvalidParameterValue", lambda n: n.ec2.modify_security_group_rules(GroupId=n.group, SecurityGroupRules=[
        {"SecurityGroupRuleId": n.allow()[0]["SecurityGroupRuleId"], "SecurityGroupRule": {
            "IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "CidrIpv6": "::/0"}}])),
]


@pytest.mark.parametrize("code, call", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refuses(net, code, call):
    refused(lambda: call(net), code)


def test_the_words_of_a_gateway_that_cannot_leave(net):
    net.nat
    refused(lambda: net.ec2.detach_internet_gateway(InternetGatewayId=net.igw, VpcId=net.vpc), "DependencyViolation",
            f"Network {net.vpc} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.")


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
    net.igw, net.subnet, net.eip
    net.aws.clock(1000)
    nat = net.once("nat", lambda: net.add_nat(ClientToken="t", TagSpecifications=tagged("natgateway", ("Name", "n"))))
    assert net.add_nat(ClientToken="t", TagSpecifications=tagged("natgateway", ("Name", "n"))) == nat
    assert net.nat_state()["State"] == "pending"
    net.route(NatGatewayId=nat)
    net.aws.clock(0)
    seen = net.nat_state()
    assert (seen["State"], seen["Tags"], seen["NatGatewayAddresses"][0]["AllocationId"]) == ("available", [{"Key": "Name", "Value": "n"}], net.eip)
    found = net.ec2.describe_nat_gateways(Filters=[{"Name": "tag:Name", "Values": ["n"]}, {"Name": "vpc-id", "Values": [net.vpc]}])
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
    net.nat
    net.made["nat"] = net.add_nat()
    assert (net.nat_state()["State"], net.nat_state()["FailureCode"]) == ("failed", "Resource.AlreadyAssociated")


def test_a_subnet_takes_its_association_along(net):
    net.association
    net.ec2.delete_subnet(SubnetId=net.subnet)
    net.ec2.delete_route_table(RouteTableId=net.table)


def test_a_new_group_lets_everything_out(net):
    rules = net.rules()
    assert [(rule["IsEgress"], rule["IpProtocol"], rule["CidrIpv4"], rule["FromPort"]) for rule in rules] == [(True, "-1", "0.0.0.0/0", -1)]
    net.ec2.revoke_security_group_egress(GroupId=net.group, SecurityGroupRuleIds=[rules[0]["SecurityGroupRuleId"]])
    assert net.rules() == []


def test_the_default_group_trusts_itself(net):
    rules = net.ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [net.default_group]}])["SecurityGroupRules"]
    assert {(rule["IsEgress"], rule.get("ReferencedGroupInfo", {}).get("GroupId")) for rule in rules} == {(False, net.default_group), (True, None)}


def test_a_rule_is_edited_in_place(net):
    rule = net.allow(tags=[{"Key": "a", "Value": "1"}])[0]
    assert rule["Tags"] == [{"Key": "a", "Value": "1"}]
    net.ec2.modify_security_group_rules(GroupId=net.group, SecurityGroupRules=[{"SecurityGroupRuleId": rule["SecurityGroupRuleId"], "SecurityGroupRule": {
        "IpProtocol": "17", "FromPort": 53, "ToPort": 54, "CidrIpv4": "10.1.2.3/16", "Description": "dns"}}])
    seen = net.ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])["SecurityGroupRules"][0]
    assert (seen["IpProtocol"], seen["FromPort"], seen["ToPort"], seen["CidrIpv4"], seen["Description"]) == ("udp", 53, 54, "10.1.0.0/16", "dns")
    assert seen["Tags"] == [{"Key": "a", "Value": "1"}]
    net.ec2.update_security_group_rule_descriptions_ingress(GroupId=net.group, SecurityGroupRuleDescriptions=[
        {"SecurityGroupRuleId": rule["SecurityGroupRuleId"], "Description": "names"}])
    group = net.ec2.describe_security_groups(GroupIds=[net.group])["SecurityGroups"][0]
    assert group["IpPermissions"][0]["IpRanges"] == [{"CidrIp": "10.1.0.0/16", "Description": "names"}]


def test_every_kind_of_peer(net):
    lists = net.ec2.describe_managed_prefix_lists()["PrefixLists"]
    made = net.allow(IpRanges=[{"CidrIp": "10.0.0.0/8"}], Ipv6Ranges=[{"CidrIpv6": "::/0"}], UserIdGroupPairs=[{"GroupId": net.group, "Description": "self"}],
                     PrefixListIds=[{"PrefixListId": lists[0]["PrefixListId"], "Description": "list"}])
    assert len(made) == 4 and made[2]["ReferencedGroupInfo"]["GroupId"] == net.group
    shown = net.ec2.describe_security_groups(GroupIds=[net.group])["SecurityGroups"][0]["IpPermissions"]
    assert len(shown) == 1 and shown[0]["PrefixListIds"][0]["Description"] == "list" and shown[0]["UserIdGroupPairs"][0]["Description"] == "self"
    net.ec2.revoke_security_group_ingress(GroupId=net.group, IpPermissions=shown)
    assert [rule["IsEgress"] for rule in net.rules()] == [True]


def test_a_refused_list_of_rules_adds_none(net):
    refused(lambda: net.allow(IpRanges=[{"CidrIp": "10.0.0.0/8"}, {"CidrIp": "10.0.0.0/8"}]), "InvalidPermission.Duplicate")
    assert [rule["IsEgress"] for rule in net.rules()] == [True]


def test_tags_come_and_go(net):
    made = {"vpc": net.vpc, "subnet": net.subnet, "igw": net.igw, "eip": net.eip, "nat": net.nat, "table": net.table, "group": net.group}
    net.ec2.create_tags(Resources=list(made.values()), Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}])
    net.ec2.delete_tags(Resources=list(made.values()), Tags=[{"Key": "a"}])
    for resource in made.values():
        tags = net.ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [resource]}])["Tags"]
        assert [(tag["Key"], tag["Value"]) for tag in tags] == [("b", "")], resource


@pytest.mark.parametrize("kind, make", [
    ("elastic-ip", lambda n, tags: n.ec2.describe_addresses(AllocationIds=[n.ec2.allocate_address(TagSpecifications=tags)["AllocationId"]])["Addresses"][0]),
    ("internet-gateway", lambda n, tags: n.ec2.create_internet_gateway(TagSpecifications=tags)["InternetGateway"]),
    ("route-table", lambda n, tags: n.ec2.create_route_table(VpcId=n.vpc, TagSpecifications=tags)["RouteTable"]),
    ("security-group", lambda n, tags: n.ec2.describe_security_groups(GroupIds=[n.add_group("t", TagSpecifications=tags)])["SecurityGroups"][0]),
    ("subnet", lambda n, tags: n.ec2.create_subnet(VpcId=n.vpc, CidrBlock="10.0.8.0/24", TagSpecifications=tags)["Subnet"]),
    ("vpc", lambda n, tags: n.ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tags)["Vpc"]),
])
def test_tags_are_kept_from_birth(net, kind, make):
    assert make(net, tagged(kind, ("Name", "x")))["Tags"] == [{"Key": "Name", "Value": "x"}]
