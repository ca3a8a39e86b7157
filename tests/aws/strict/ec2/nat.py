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
PENDING, FAILING, DELETING = 90.0, 10.0, 55.0
FILTERS = ("nat-gateway-id", "state", "subnet-id", "vpc-id", "tag-key")
MISMATCH = (
    "The request uses the same client token as a previous, but non-identical request. Do not reuse a client token with "
    "different requests, unless the requests are identical"
)


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

    def let_go(self):
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
            "NatGatewayAddresses": [address],
        }
        if self.state == "failed":
            seen["FailureCode"], seen["FailureMessage"] = self.failure
        if self.state == "deleted":
            seen["DeleteTime"] = moment(self.doomed)
        return seen

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

    def made_nat(self):
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
        nat.add_tags(tag_dict(self._get_param("TagSpecifications", [])))
        backend.nat_gateways[nat.id] = nat
        return nat

    def failure(self, kind, subnet, address):
        """Why the gateway will come to nothing; AWS accepts the call and says it later. moto never does."""
        if kind == "private":
            return None
        if address.association_id:
            return "Resource.AlreadyAssociated", f"Elastic IP address [{address.id}] is already associated"
        if not any(igw.vpc and igw.vpc.id == subnet.vpc_id for igw in self.ec2_backend.internet_gateways.values()):
            return "Gateway.NotAttached", f"Network {subnet.vpc_id} has no Internet gateway attached"
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
