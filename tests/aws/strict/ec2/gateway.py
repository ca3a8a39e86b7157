"""Internet gateways: one to a VPC, and not let go while public addresses are mapped behind it."""

from moto.core.responses import ActionResult

from ..response import Refusal
from .nat import MISMATCH
from .network import check_known


def mapped_addresses(backend, vpc_id):
    """Public addresses that the VPC's gateway maps: Elastic IPs in use, and public NAT gateways until they are gone."""
    nats = [
        nat
        for nat in backend.nat_gateways.values()
        if nat.vpc_id == vpc_id and nat.connectivity_type == "public" and nat.state in ("pending", "available", "deleting")
    ]
    enis = [eni for eni in backend.enis.values() if eni.vpc_id == vpc_id and eni.public_ip]
    return nats + enis


class InternetGateways:
    def attach_internet_gateway(self):
        backend, vpc_id = self.ec2_backend, self._get_param("VpcId")
        gateway = backend.get_internet_gateway(self._get_param("InternetGatewayId"))
        backend.get_vpc(vpc_id)
        if gateway.vpc:
            raise Refusal("Resource.AlreadyAssociated", f"resource {gateway.id} is already attached to network {gateway.vpc.id}")
        # moto attaches any number of gateways to one VPC.
        if any(other.vpc and other.vpc.id == vpc_id for other in backend.internet_gateways.values()):
            raise Refusal("InvalidParameterValue", f"Network {vpc_id} already has an internet gateway attached")
        return super().attach_internet_gateway()

    def detach_internet_gateway(self):
        backend, vpc_id = self.ec2_backend, self._get_param("VpcId")
        gateway = backend.get_internet_gateway(self._get_param("InternetGatewayId"))
        backend.get_vpc(vpc_id)
        if not gateway.vpc or gateway.vpc.id != vpc_id:
            raise Refusal("Gateway.NotAttached", f"resource {gateway.id} is not attached to network {vpc_id}")
        # moto detaches at once, whatever stands behind it.
        if mapped_addresses(backend, vpc_id):
            raise Refusal(
                "DependencyViolation",
                f"Network {vpc_id} has some mapped public address(es). Please unmap those public "
                "address(es) before detaching the gateway.",
            )
        return super().detach_internet_gateway()

    def delete_internet_gateway(self):
        gateway = self.ec2_backend.get_internet_gateway(self._get_param("InternetGatewayId"))
        if gateway.vpc:
            raise Refusal("DependencyViolation", f"The internetGateway '{gateway.id}' has dependencies and cannot be deleted.")
        self.forget_tags_of(gateway.id)
        return super().delete_internet_gateway()

    def describe_internet_gateways(self):
        check_known(
            self._get_param("InternetGatewayIds"),
            self.ec2_backend.internet_gateways,
            "InvalidInternetGatewayID.NotFound",
            ("The internetGateway ID '{}' does not exist", "The internetGateway IDs '{}' do not exist"),
        )
        return super().describe_internet_gateways()

    def create_egress_only_internet_gateway(self):
        """moto makes a second one for the same token."""
        backend, token = self.ec2_backend, self._get_param("ClientToken")
        asked = {key: value for key, value in self.params.items() if key != "ClientToken"}
        tokens = backend.__dict__.setdefault("egress_tokens", {})
        if token in tokens:
            gateway, before = tokens[token]
            if before != asked:
                raise Refusal("IdempotentParameterMismatch", MISMATCH)
            return ActionResult({"EgressOnlyInternetGateway": gateway, "ClientToken": token})
        answer = super().create_egress_only_internet_gateway()
        if token:
            tokens[token] = (answer.result["EgressOnlyInternetGateway"], asked)
        return answer

    def delete_egress_only_internet_gateway(self):
        gateway_id = self._get_param("EgressOnlyInternetGatewayId")
        if gateway_id not in self.ec2_backend.egress_only_internet_gateways:
            raise Refusal("InvalidGatewayID.NotFound", f"The eigw ID '{gateway_id}' does not exist")
        self.forget_tags_of(gateway_id)
        return super().delete_egress_only_internet_gateway()
