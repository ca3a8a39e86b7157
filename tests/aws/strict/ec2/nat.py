"""NAT gateways: pending, available or failed, deleting, deleted; client tokens; the address and interface they hold."""

import datetime

from moto.core.responses import ActionResult
from moto.ec2.models.core import TaggedEC2Resource
from moto.ec2.utils import random_nat_gateway_id

from ..clock import CLOCK
from ..response import Refusal
from . import network
from .filter import like
from .network import check_known
from .tag import tag_dict

# AWS's seconds.
PENDING, FAILING, DELETING, SPREADING = 90.0, 10.0, 55.0, 20.0
FILTERS = ("nat-gateway-id", "state", "subnet-id", "vpc-id", "tag-key")
MISMATCH = (
    "The request uses the same client token as a previous, but non-identical request. Do not reuse a client token with "
    "different requests, unless the requests are identical"
)


class Secondary:
    """A secondary address, or one of a regional gateway."""

    def __init__(self, nat, eni, address=None, zone=None):
        self.nat, self.eni, self.address, self.zone = nat, eni, address, zone
        self.association_id = None
        if address and eni:
            self.association_id = nat.ec2_backend.associate_address(eni=eni, allocation_id=address.allocation_id).association_id
        elif address:
            # Of a regional gateway: its interfaces are in no subnet.
            self.association_id = address.association_id = f"eipassoc-{address.id.partition('-')[2]}"
        self.change("associating" if address else "assigning")

    def change(self, status):
        self.status, self.since = status, CLOCK.now()

    def settle(self):
        if not CLOCK.passed(self.since, SPREADING):
            return
        if self.status in ("associating", "assigning"):
            self.status = "succeeded"
        elif self.status in ("disassociating", "unassigning"):
            self.let_go()

    def let_go(self):
        held = self.address and self.address.association_id == self.association_id
        if held and self.eni:
            self.nat.ec2_backend.disassociate_address(association_id=self.association_id)
        elif held:
            self.address.association_id = None
        if self.eni:
            self.nat.ec2_backend.enis.pop(self.eni.id, None)
        self.nat.secondary.remove(self)

    def view(self):
        seen = {
            "NetworkInterfaceId": self.eni and self.eni.id,
            "PrivateIp": self.eni and self.eni.private_ip_address,
            "AssociationId": self.association_id,
            "AllocationId": self.address and self.address.id,
            "PublicIp": self.address and self.address.public_ip,
            "IsPrimary": False,
            "Status": self.status,
        }
        return {**seen, **({"AvailabilityZone": self.zone[0], "AvailabilityZoneId": self.zone[1]} if self.zone else {})}


class NatGateway(TaggedEC2Resource):
    """Takes the place of moto's, which is available at once, forgets a failure and never lets go of its address."""

    def __init__(self, backend, subnet, address, connectivity_type, failure, private_ip=None):
        self.id = random_nat_gateway_id()
        self.ec2_backend = backend
        self.subnet_id, self.vpc_id = subnet.id, subnet.vpc_id
        self.connectivity_type = connectivity_type
        self.address, self.failure = address, failure
        self.born, self.doomed, self.state = CLOCK.now(), None, "pending"
        self.eni, self.private_ip, self.association_id = None, None, None
        self.secondary, self.regional = [], None
        if not failure:
            self.private_ip = network.free_address(backend, subnet, private_ip)
            self.eni = backend.create_network_interface(
                subnet, self.private_ip, description=f"Interface for NAT Gateway {self.id}"
            )
            self.eni.status, self.eni.interface_type, self.eni.requester_managed = "in-use", "nat_gateway", True
            if address:
                self.association_id = backend.associate_address(eni=self.eni, allocation_id=address.allocation_id).association_id

    def settle(self):
        if self.state == "pending" and CLOCK.passed(self.born, FAILING if self.failure else PENDING):
            self.state = "failed" if self.failure else "available"
        if self.state == "deleting" and CLOCK.passed(self.doomed, DELETING):
            self.state = "deleted"
            self.let_go()
        for each in list(self.secondary):
            each.settle()

    def let_go(self):
        for each in list(self.secondary):
            each.let_go()
        if self.address and self.association_id and self.address.association_id == self.association_id:
            self.ec2_backend.disassociate_address(association_id=self.association_id)
        if self.eni:
            self.ec2_backend.enis.pop(self.eni.id, None)

    def view(self):
        address = {
            "NetworkInterfaceId": self.eni and self.eni.id,
            "PrivateIp": self.private_ip,
            "AssociationId": self.association_id,
            "AllocationId": self.address and self.address.id,
            "PublicIp": self.association_id and self.address.public_ip,
            "IsPrimary": True,
            "Status": "failed" if self.state == "failed" else "succeeded",
        }
        seen = {
            "NatGatewayId": self.id,
            "State": self.state,
            "SubnetId": self.subnet_id,
            "VpcId": self.vpc_id,
            "Tags": self.get_tags(),
            "ConnectivityType": self.connectivity_type,
            "CreateTime": moment(self.born),
            "AvailabilityMode": "zonal",
            "NatGatewayAddresses": [address, *(each.view() for each in self.secondary)],
        }
        if self.state == "failed":
            seen["FailureCode"], seen["FailureMessage"] = self.failure
        if self.state == "deleted":
            seen["DeleteTime"] = moment(self.doomed)
        return seen

    def add(self, subnet, address=None, private_ip=None, zone=None):
        """A secondary address: in a subnet, an interface of its own stands for it."""
        if not subnet:
            self.secondary.append(Secondary(self, None, address, zone))
            return
        eni = self.ec2_backend.create_network_interface(
            subnet, network.free_address(self.ec2_backend, subnet, private_ip), description=f"Interface for NAT Gateway {self.id}"
        )
        eni.status, eni.interface_type, eni.requester_managed = "in-use", "nat_gateway", True
        self.secondary.append(Secondary(self, eni, address, zone))

    def fits(self, name, values):
        tags = {tag["key"]: tag["value"] for tag in self.get_tags()}
        have = {
            "nat-gateway-id": [self.id],
            "state": [self.state],
            "subnet-id": [self.subnet_id],
            "vpc-id": [self.vpc_id],
            "tag-key": list(tags),
        }
        found = have[name] if name in have else [tags[name[4:]]] if name[4:] in tags else []
        return any(like(item, value) for item in found for value in values)


def moment(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).replace(tzinfo=None, microsecond=0)


def settle(backend):
    network.settle(backend)
    for nat in list(backend.nat_gateways.values()):
        nat.settle()


class RegionalNatGateway(NatGateway):
    """One that is in all zones of a VPC: its addresses are named, or AWS's."""

    def __init__(self, backend, vpc, automatic, failure):
        self.id = random_nat_gateway_id()
        self.ec2_backend, self.subnet_id, self.vpc_id = backend, None, vpc.id
        self.connectivity_type, self.address, self.failure = "public", None, failure
        self.born, self.doomed, self.state = CLOCK.now(), None, "pending"
        self.eni, self.private_ip, self.association_id = None, None, None
        self.secondary, self.regional = [], automatic
        self.table = f"rtb-{self.id[4:]}"

    def view(self):
        automatic = "enabled" if self.regional else "disabled"
        mode = {"AvailabilityMode": "regional", "AutoProvisionZones": automatic, "AutoScalingIps": automatic}
        addresses = [each.view() for each in self.secondary]
        return {**super().view(), **mode, "RouteTableId": self.table, "NatGatewayAddresses": addresses}


class NatGateways:
    def create_nat_gateway(self):
        backend = self.ec2_backend
        token, asked = self._get_param("ClientToken"), {key: value for key, value in self.params.items() if key != "ClientToken"}
        # moto makes a second gateway for the same token.
        tokens = backend.__dict__.setdefault("nat_tokens", {})
        if token in tokens:
            nat, before = tokens[token]
            if before != asked:
                raise Refusal("IdempotentParameterMismatch", MISMATCH)
        else:
            nat = self.made_nat()
            if token:
                tokens[token] = (nat, asked)
        return ActionResult({"NatGateway": nat.view(), "ClientToken": token})

    def made_regional(self):
        backend, given = self.ec2_backend, self._get_param("AvailabilityZoneAddresses", [])
        vpc = backend.get_vpc(self._get_param("VpcId"))
        for name in ("SubnetId", "AllocationId", "PrivateIpAddress", "SecondaryAllocationIds"):
            if self._get_param(name):
                raise Refusal("InvalidParameterCombination", f"{name} cannot be specified for a regional NAT gateway")
        nat = RegionalNatGateway(backend, vpc, not given, self.unattached(vpc.id))
        for each in given:
            for allocation_id in each.get("AllocationIds", []):
                nat.add(None, self.free_eip(allocation_id), zone=self.zone_of(each))
        return nat

    def zone_of(self, given):
        for zone in self.ec2_backend.describe_availability_zones():
            if given.get("AvailabilityZone") == zone.name or given.get("AvailabilityZoneId") == zone.zone_id:
                return zone.name, zone.zone_id
        raise Refusal("InvalidParameterValue", "The availability zone does not exist")

    def free_eip(self, allocation_id):
        address = next((address for address in self.ec2_backend.addresses if address.id == allocation_id), None)
        if not address:
            raise Refusal("InvalidAllocationID.NotFound", f"The allocation ID '{allocation_id}' does not exist")
        if address.association_id:
            raise Refusal("Resource.AlreadyAssociated", f"Elastic IP address [{address.id}] is already associated")
        return address

    def changing(self):
        """The gateway whose addresses are to change."""
        nat = self.known_nat(self._get_param("NatGatewayId"))
        if nat.state != "available" or any(each.status != "succeeded" for each in nat.secondary):
            raise Refusal("IncorrectState", f"The NAT gateway {nat.id} is changing")
        return nat

    def subnet_of(self, nat):
        return self.ec2_backend.get_subnet(nat.subnet_id) if nat.subnet_id else None

    def told(self, nat):
        return ActionResult({"NatGatewayId": nat.id, "NatGatewayAddresses": nat.view()["NatGatewayAddresses"]})

    def associate_nat_gateway_address(self):
        """moto lacks it, and the next three."""
        nat, private = self.changing(), list(self._get_param("PrivateIpAddresses", []))
        if nat.connectivity_type == "private":
            raise Refusal("InvalidParameterValue", "A private NAT gateway has no Elastic IP addresses")
        named = {name: self._get_param(name) for name in ("AvailabilityZone", "AvailabilityZoneId")}
        zone = None if nat.subnet_id else self.zone_of(named)
        addresses = [self.free_eip(each) for each in self._get_param("AllocationIds", [])]
        for address in addresses:
            nat.add(self.subnet_of(nat), address, private.pop(0) if private else None, zone)
        return self.told(nat)

    def disassociate_nat_gateway_address(self):
        nat = self.changing()
        for association_id in self._get_param("AssociationIds", []):
            each = next((each for each in nat.secondary if each.association_id == association_id), None)
            if not each:
                raise Refusal("InvalidAssociationID.NotFound", f"The association ID '{association_id}' does not exist")
            each.change("disassociating")
        return self.told(nat)

    def assign_private_nat_gateway_address(self):
        nat, count = self.changing(), self._get_int_param("PrivateIpAddressCount", 0)
        for private_ip in [*self._get_param("PrivateIpAddresses", []), *[None] * count]:
            nat.add(self.subnet_of(nat), private_ip=private_ip)
        return self.told(nat)

    def unassign_private_nat_gateway_address(self):
        nat, going = self.changing(), self._get_param("PrivateIpAddresses", [])
        for each in [each for each in nat.secondary if each.eni and each.eni.private_ip_address in going]:
            each.change("unassigning")
        return self.told(nat)

    def made_nat(self):
        if self._get_param("AvailabilityMode") == "regional":
            nat = self.made_regional()
        else:
            nat = self.made_zonal()
        nat.add_tags(tag_dict(self._get_param("TagSpecifications", [])))
        self.ec2_backend.nat_gateways[nat.id] = nat
        return nat

    def made_zonal(self):
        backend, allocation_id = self.ec2_backend, self._get_param("AllocationId")
        kind = self._get_param("ConnectivityType", "public")
        subnet = backend.get_subnet(self._get_param("SubnetId"))
        if kind == "private" and allocation_id:
            raise Refusal("InvalidParameterCombination", "AllocationId cannot be specified for a private NAT gateway")
        if kind == "public" and not allocation_id:
            raise Refusal("MissingParameter", "The request must contain the parameter AllocationId")
        address = next((address for address in backend.addresses if address.id == allocation_id), None)
        if allocation_id and not address:
            raise Refusal("InvalidAllocationID.NotFound", f"The allocation ID '{allocation_id}' does not exist")
        nat = NatGateway(backend, subnet, address, kind, self.failure(kind, subnet, address), self._get_param("PrivateIpAddress"))
        private = list(self._get_param("SecondaryPrivateIpAddresses", []))
        for each in [self.free_eip(each) for each in self._get_param("SecondaryAllocationIds", [])]:
            nat.add(subnet, each, private.pop(0) if private else None)
        for private_ip in [*private, *[None] * self._get_int_param("SecondaryPrivateIpAddressCount", 0)]:
            nat.add(subnet, private_ip=private_ip)
        return nat

    def failure(self, kind, subnet, address):
        """Why the gateway will come to nothing; AWS accepts the call and says it later. moto never does."""
        if kind == "private":
            return None
        if address.association_id:
            return "Resource.AlreadyAssociated", f"Elastic IP address [{address.id}] is already associated"
        return self.unattached(subnet.vpc_id)

    def unattached(self, vpc_id):
        if not any(igw.vpc and igw.vpc.id == vpc_id for igw in self.ec2_backend.internet_gateways.values()):
            return "Gateway.NotAttached", f"Network {vpc_id} has no Internet gateway attached"
        return None

    def delete_nat_gateway(self):
        nat = self.known_nat(self._get_param("NatGatewayId"))
        if nat.state == "failed":
            nat.state, nat.doomed = "deleted", CLOCK.now()
        elif nat.state in ("pending", "available"):
            nat.state, nat.doomed = "deleting", CLOCK.now()
        return ActionResult({"NatGatewayId": nat.id})

    def known_nat(self, nat_id):
        nat = self.ec2_backend.nat_gateways.get(nat_id)
        if not nat:
            raise Refusal("NatGatewayNotFound", f"NAT gateway {nat_id} was not found")
        return nat

    def describe_nat_gateways(self):
        nats, wanted = self.ec2_backend.nat_gateways, self._get_param("NatGatewayIds", [])
        check_known(wanted, nats, "NatGatewayNotFound", ("NAT gateway {} was not found", "NAT gateways {} were not found"))
        filters = self._filters_from_querystring()
        for name in filters:
            if name not in FILTERS and not name.startswith("tag:"):
                raise Refusal("InvalidParameterValue", f"The filter '{name}' is invalid")
        found = [
            nat
            for nat in nats.values()
            if (not wanted or nat.id in wanted) and all(nat.fits(name, values) for name, values in filters.items())
        ]
        return ActionResult({"NatGateways": [nat.view() for nat in found]})
