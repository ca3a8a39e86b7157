"""The addresses of NAT gateways and the ranges of VPCs: what is refused, and how they come and go, against the running server."""

import pytest

from conftest import refused
from network import Network


class Addresses(Network):
    """A network whose NAT gateways have more than one address."""

    def eips(self, count):
        return [self.ec2.allocate_address(Domain="vpc")["AllocationId"] for _ in range(count)]

    def private(self, **more):
        made = self.ec2.create_nat_gateway(SubnetId=self.subnet, ConnectivityType="private", **more)
        return made["NatGateway"]["NatGatewayId"]

    def regional(self, **more):
        about = {"AvailabilityMode": "regional", "VpcId": self.vpc}
        return self.igw and self.ec2.create_nat_gateway(**{**about, **more})["NatGateway"]["NatGatewayId"]

    def told(self, nat):
        return self.ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0]

    def associate(self, nat, *allocations, **more):
        self.ec2.associate_nat_gateway_address(NatGatewayId=nat, AllocationIds=list(allocations), **more)

    def widen(self, cidr="10.9.0.0/16"):
        made = self.ec2.associate_vpc_cidr_block(VpcId=self.vpc, CidrBlock=cidr)
        return made["CidrBlockAssociation"]["AssociationId"]


REFUSALS = [
    ("an address in use", "Resource.AlreadyAssociated", lambda n: n.associate(n.nat, n.eip)),
    ("an address of a private gateway", "InvalidParameterValue", lambda n: n.associate(n.private(), *n.eips(1))),
    ("a regional one in a subnet", "InvalidParameterCombination", lambda n: n.regional(SubnetId=n.subnet)),
    (
        "an association that is not there",
        "InvalidAssociationID.NotFound",
        lambda n: n.ec2.disassociate_nat_gateway_address(NatGatewayId=n.nat, AssociationIds=["eipassoc-0123456789abcdef0"]),
    ),
    ("a range of another network", "InvalidVpc.Range", lambda n: n.widen("172.16.0.0/16")),
    ("a range that overlaps", "InvalidVpc.Range", lambda n: n.widen("10.0.128.0/20")),
    (
        "a range with a subnet",
        "InvalidCidrBlock.InUse",
        lambda n: n.once("range", n.widen)
        and n.add_subnet("10.9.0.0/24")
        and n.ec2.disassociate_vpc_cidr_block(AssociationId=n.once("range", n.widen)),
    ),
    (
        "a range that is not there",
        "InvalidVpcCidrBlockAssociationID.NotFound",
        lambda n: n.vpc and n.ec2.disassociate_vpc_cidr_block(AssociationId="vpc-cidr-assoc-0123456789abcdef0"),
    ),
]


@pytest.mark.parametrize("code, call", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refuses(aws, code, call):
    refused(lambda: call(Addresses(aws)), code)


def test_secondary_addresses_drain(aws):
    net = Addresses(aws)
    one, two = net.eips(2)
    net.associate(net.nat, one)
    secondary = net.told(net.nat)["NatGatewayAddresses"][1]
    aws.clock(1000)
    net.ec2.disassociate_nat_gateway_address(NatGatewayId=net.nat, AssociationIds=[secondary["AssociationId"]])
    assert net.told(net.nat)["NatGatewayAddresses"][1]["Status"] == "disassociating"
    refused(lambda: net.associate(net.nat, two), "IncorrectState")
    refused(lambda: net.ec2.release_address(AllocationId=one), "AuthFailure")
    aws.clock(0)
    assert len(net.told(net.nat)["NatGatewayAddresses"]) == 1
    net.ec2.release_address(AllocationId=one)


def test_private_addresses_come_and_go(aws):
    net = Addresses(aws)
    nat = net.private(SecondaryPrivateIpAddressCount=2)
    net.ec2.assign_private_nat_gateway_address(NatGatewayId=nat, PrivateIpAddresses=["10.0.0.99"])
    addresses = [each["PrivateIp"] for each in net.told(nat)["NatGatewayAddresses"]]
    assert (len(addresses), addresses[3]) == (4, "10.0.0.99")
    net.ec2.unassign_private_nat_gateway_address(NatGatewayId=nat, PrivateIpAddresses=addresses[1:3])
    assert [each["PrivateIp"] for each in net.told(nat)["NatGatewayAddresses"]] == [addresses[0], "10.0.0.99"]


def test_a_regional_one_has_addresses_in_zones(aws):
    net = Addresses(aws)
    one, two = net.eips(2)
    nat = net.regional(AvailabilityZoneAddresses=[{"AvailabilityZone": "ap-northeast-1a", "AllocationIds": [one]}])
    net.associate(nat, two, AvailabilityZone="ap-northeast-1c")
    told = net.told(nat)
    assert (told["AvailabilityMode"], told["AutoProvisionZones"]) == ("regional", "disabled")
    zones = [(each["AvailabilityZone"], each["AllocationId"]) for each in told["NatGatewayAddresses"]]
    assert zones == [("ap-northeast-1a", one), ("ap-northeast-1c", two)]
    net.ec2.delete_nat_gateway(NatGatewayId=nat)
    net.ec2.release_address(AllocationId=one)


def test_an_automatic_one_has_no_addresses_of_ours(aws):
    net = Addresses(aws)
    assert net.told(net.regional())["AutoProvisionZones"] == "enabled"
