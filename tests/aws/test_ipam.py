"""IPAM pools against the running server: what they give, refuse, and get back."""

import pytest

from conftest import refused
from network import Network

VPCS, VPCS6, SUBNETS, SUBNETS6 = (f"ipam-pool-{number:0>17}" for number in (4, 6, 14, 16))
NO_SIZE = "The request cannot contain empty CIDR and Netmask Length for a pool with no default allocation netmask length set."


@pytest.fixture
def net(aws):
    return Network(aws)


def vpc_of(net, **more):
    return net.ec2.create_vpc(Ipv4IpamPoolId=VPCS, **more)["Vpc"]


def subnet_of(net, **more):
    return net.ec2.create_subnet(VpcId=net.vpc, **more)["Subnet"]


def held(net, pool):
    return {each["ResourceId"]: each["Cidr"] for each in net.ec2.get_ipam_pool_allocations(IpamPoolId=pool)["IpamPoolAllocations"]}


def test_vpcs_get_ranges_until_there_are_none(net):
    made = [vpc_of(net, Ipv4NetmaskLength=18) for _ in range(4)]
    assert [vpc["CidrBlock"] for vpc in made] == [f"10.128.{i}.0/18" for i in (0, 64, 128, 192)]
    assert held(net, VPCS) == {vpc["VpcId"]: vpc["CidrBlock"] for vpc in made}
    refused(lambda: vpc_of(net), "InvalidParameterValue", "The allocation size is too big for the pool.")
    net.aws.clock(1000)
    net.ec2.delete_vpc(VpcId=made[1]["VpcId"])
    refused(lambda: vpc_of(net), "InvalidParameterValue", "The allocation size is too big for the pool.")
    net.aws.clock(0)
    assert vpc_of(net)["CidrBlock"] == "10.128.64.0/20"


def test_a_refused_creation_takes_nothing(net):
    refused(lambda: subnet_of(net, Ipv4IpamPoolId=SUBNETS, Ipv4NetmaskLength=28, Ipv6CidrBlock="2001:db8::/64"), "InvalidSubnet.Range")
    assert held(net, SUBNETS) == {}


def test_a_vpc_names_the_range_of_the_pool(net):
    assert vpc_of(net, CidrBlock="10.128.16.0/20")["CidrBlock"] == "10.128.16.0/20"
    refused(lambda: vpc_of(net, CidrBlock="10.128.16.0/20"), "InvalidParameterValue", "is not available")


def test_subnets_are_parts_of_their_vpc(net):
    assert net.subnet
    first, second = (subnet_of(net, Ipv4IpamPoolId=SUBNETS, Ipv4NetmaskLength=24) for _ in range(2))
    assert [first["CidrBlock"], second["CidrBlock"]] == ["10.0.1.0/24", "10.0.2.0/24"]
    net.ec2.delete_subnet(SubnetId=first["SubnetId"])
    assert subnet_of(net, Ipv4IpamPoolId=SUBNETS, Ipv4NetmaskLength=24)["CidrBlock"] == "10.0.1.0/24"


def test_ranges_of_ipv6(net):
    made = net.ec2.associate_vpc_cidr_block(VpcId=net.vpc, Ipv6IpamPoolId=VPCS6)["Ipv6CidrBlockAssociation"]
    assert (made["Ipv6CidrBlock"], made["Ipv6Pool"]) == ("2600:1f26:4000::/56", "IPAM Managed")
    subnet = subnet_of(net, CidrBlock="10.0.0.0/24", Ipv6IpamPoolId=SUBNETS6)
    (association,) = subnet["Ipv6CidrBlockAssociationSet"]
    assert association["Ipv6CidrBlock"] == "2600:1f26:4000::/64"
    net.ec2.disassociate_subnet_cidr_block(AssociationId=association["AssociationId"])
    assert held(net, SUBNETS6) == {}
    more = net.ec2.associate_subnet_cidr_block(SubnetId=subnet["SubnetId"], Ipv6IpamPoolId=SUBNETS6, Ipv6NetmaskLength=60)
    assert more["Ipv6CidrBlockAssociation"]["Ipv6CidrBlock"] == "2600:1f26:4000::/60"


def test_a_subnet_without_ipv4(net):
    only = {"Ipv6Native": True, "Ipv6CidrBlock": net.block6.replace("/56", "/64")}
    subnet = subnet_of(net, **only)
    assert (subnet.get("CidrBlock"), subnet["Ipv6Native"], subnet["AssignIpv6AddressOnCreation"]) == (None, True, True)
    assert subnet["PrivateDnsNameOptionsOnLaunch"]["HostnameType"] == "resource-name"
    for change in ({"AssignIpv6AddressOnCreation": {"Value": False}}, {"PrivateDnsHostnameTypeOnLaunch": "ip-name"}):
        refused(lambda change=change: net.ec2.modify_subnet_attribute(SubnetId=subnet["SubnetId"], **change), "InvalidParameterValue")
    assert net.subnet


@pytest.mark.parametrize(
    "code, words, call",
    [
        ("MissingParameter", "", lambda n: n.ec2.create_vpc()),
        ("MissingParameter", "ipv4IpamPoolId", lambda n: n.ec2.create_vpc(CidrBlock="10.0.0.0/16", Ipv4NetmaskLength=20)),
        ("InvalidIpamPoolId.NotFound", "", lambda n: n.ec2.create_vpc(Ipv4IpamPoolId="ipam-pool-0123456789abcdef0")),
        ("InvalidParameterValue", "IPv6", lambda n: n.ec2.create_vpc(Ipv4IpamPoolId=VPCS6)),
        ("InvalidParameterValue", "18 to 28", lambda n: vpc_of(n, Ipv4NetmaskLength=16)),
        ("InvalidParameterCombination", "both", lambda n: vpc_of(n, CidrBlock="10.128.0.0/20", Ipv4NetmaskLength=20)),
        ("InvalidParameterCombination", NO_SIZE, lambda n: subnet_of(n, Ipv4IpamPoolId=SUBNETS)),
        ("InvalidParameterValue", "this type", lambda n: subnet_of(n, Ipv4IpamPoolId=VPCS)),
        ("MissingParameter", "", lambda n: subnet_of(n, Ipv6Native=True)),
        (
            "InvalidParameterCombination",
            "",
            lambda n: subnet_of(n, Ipv6Native=True, CidrBlock="10.0.0.0/24", Ipv6CidrBlock=n.block6.replace("/56", "/64")),
        ),
        ("InvalidIpamPoolId.NotFound", "", lambda n: n.ec2.get_ipam_pool_allocations(IpamPoolId="ipam-pool-0123456789abcdef0")),
    ],
)
def test_refuses(net, code, words, call):
    refused(lambda: call(net), code, *([words] if words else []))


@pytest.mark.parametrize("asked", [{"CidrBlock": "10.9.0.0/16"}, {"Ipv4IpamPoolId": VPCS}, {"Ipv6IpamPoolId": VPCS6, "Ipv6NetmaskLength": 56}, {"AmazonProvidedIpv6CidrBlock": True}])
def test_a_range_goes_without_a_refusal(net, asked):
    made = net.ec2.associate_vpc_cidr_block(VpcId=net.vpc, **asked)
    each = made.get("CidrBlockAssociation") or made["Ipv6CidrBlockAssociation"]
    net.ec2.disassociate_vpc_cidr_block(AssociationId=each["AssociationId"])
