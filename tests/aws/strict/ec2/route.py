"""Route tables, their associations and routes: targets must exist and belong to the table's own network."""

import ipaddress

from ..response import Refusal
from .network import canonical, check_known

TARGETS = (
    "GatewayId",
    "NatGatewayId",
    "InstanceId",
    "NetworkInterfaceId",
    "VpcPeeringConnectionId",
    "EgressOnlyInternetGatewayId",
    "TransitGatewayId",
    "CarrierGatewayId",
    "VpcEndpointId",
    "LocalGatewayId",
    "CoreNetworkArn",
)
DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")


def route_state(route):
    """A route whose target is gone is a black hole; moto calls it active."""
    backend = route.route_table.ec2_backend
    if route.nat_gateway and route.nat_gateway.state in ("deleting", "deleted", "failed"):
        return "blackhole"
    if route.gateway and route.gateway.id.startswith("igw-"):
        vpc = route.gateway.vpc
        if route.gateway.id not in backend.internet_gateways or not vpc or vpc.id != route.route_table.vpc_id:
            return "blackhole"
    return "active"


class Routes:
    def create_route(self):
        self.check_route()
        table, destination = self.table(), self.destination()
        if f"{table.id}~{destination}" in table._routes:
            raise Refusal("RouteAlreadyExists", f"The route identified by {destination} already exists.")
        return super().create_route()

    def replace_route(self):
        self.check_route()
        return super().replace_route()

    def delete_route(self):
        self.canonicalise()
        table, destination = self.table(), self.destination()
        route = table._routes.get(f"{table.id}~{destination}")
        if not route:
            raise Refusal(
                "InvalidRoute.NotFound", f"no route with destination-cidr-block {destination} in route table {table.id}"
            )
        # moto removes the local route.
        if route.local:
            raise Refusal("InvalidParameterValue", f"cannot remove local route {destination} in route table {table.id}")
        return super().delete_route()

    def table(self):
        return self.ec2_backend.get_route_table(self._get_param("RouteTableId"))

    def destination(self):
        return next((self._get_param(name) for name in DESTINATIONS if self._get_param(name)), None)

    def canonicalise(self):
        given = self._get_param("DestinationCidrBlock")
        if given:
            cidr = canonical(given)
            if cidr is None:
                raise Refusal(
                    "InvalidParameterValue",
                    f"Value ({given}) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.",
                )
            self.params["DestinationCidrBlock"] = cidr
        given = self._get_param("DestinationIpv6CidrBlock")
        if given:
            try:
                self.params["DestinationIpv6CidrBlock"] = str(ipaddress.IPv6Network(given, strict=False))
            except ValueError:
                raise Refusal(
                    "InvalidParameterValue",
                    f"Value ({given}) for parameter destinationIpv6CidrBlock is invalid. This is not a valid CIDR block.",
                ) from None

    def check_route(self):
        self.canonicalise()
        table = self.table()
        if not self.destination():
            raise Refusal(
                "MissingParameter", "The request must contain the parameter destinationCidrBlock or destinationIpv6CidrBlock"
            )
        targets = [name for name in TARGETS if self._get_param(name)]
        if len(targets) != 1:
            raise Refusal(
                "InvalidParameterCombination" if targets else "MissingParameter",
                "The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId, "
                "vpcPeeringConnectionId, transitGatewayId, egressOnlyInternetGatewayId, instanceId",
            )
        if targets == ["GatewayId"]:
            self.check_gateway(table, self._get_param("GatewayId"))
        if targets == ["NatGatewayId"]:
            self.check_nat(table, self._get_param("NatGatewayId"))
        if self._get_param("DestinationPrefixListId"):
            self.check_prefix_list(self._get_param("DestinationPrefixListId"))

    def check_gateway(self, table, gateway_id):
        if not gateway_id.startswith("igw-"):
            return
        gateway = self.ec2_backend.internet_gateways.get(gateway_id)
        if not gateway:
            raise Refusal("InvalidGatewayID.NotFound", f"The gateway ID '{gateway_id}' does not exist")
        # moto lets a route lead through another network's gateway.
        if not gateway.vpc or gateway.vpc.id != table.vpc_id:
            raise Refusal(
                "InvalidParameterValue", f"route table {table.id} and network gateway {gateway_id} belong to different networks"
            )
        destination, own = self._get_param("DestinationCidrBlock"), self.ec2_backend.get_vpc(table.vpc_id).cidr_block
        if destination and ipaddress.ip_network(destination).subnet_of(ipaddress.ip_network(own)):
            raise Refusal(
                "InvalidParameterValue",
                f"The destination CIDR block {destination} is equal to or more specific than one of "
                "this VPC's CIDR blocks. This route can target only an interface or an instance.",
            )

    def check_nat(self, table, nat_id):
        nat = self.ec2_backend.nat_gateways.get(nat_id)
        # A pending gateway is good enough for AWS; moto takes even an unknown one.
        if not nat or nat.state in ("deleted", "failed"):
            raise Refusal("InvalidNatGatewayID.NotFound", f"The natGateway ID '{nat_id}' does not exist")
        if nat.vpc_id != table.vpc_id:
            raise Refusal(
                "InvalidParameterValue", f"route table {table.id} and NAT gateway {nat_id} belong to different networks"
            )

    def associate_route_table(self):
        backend, subnet_id = self.ec2_backend, self._get_param("SubnetId")
        table = self.table()
        if subnet_id:
            subnet = backend.get_subnet(subnet_id)
            if subnet.vpc_id != table.vpc_id:
                raise Refusal(
                    "InvalidParameterValue", f"Route table {table.id} and subnet {subnet_id} belong to different networks"
                )
            # moto answers with the other table's association.
            if any(subnet_id in other._associations.values() for other in backend.route_tables.values() if other is not table):
                raise Refusal(
                    "Resource.AlreadyAssociated",
                    f"the specified association for route table {table.id} conflicts with an existing association",
                )
        elif not self._get_param("GatewayId"):
            raise Refusal("MissingParameter", "The request must contain exactly one of subnetId, gatewayId")
        return super().associate_route_table()

    def disassociate_route_table(self):
        association_id = self._get_param("AssociationId")
        if any(table.main_association_id == association_id for table in self.ec2_backend.route_tables.values()):
            raise Refusal("InvalidParameterValue", f"cannot disassociate the main route table association {association_id}")
        return super().disassociate_route_table()

    def replace_route_table_association(self):
        backend, association_id = self.ec2_backend, self._get_param("AssociationId")
        table = self.table()
        owner = next((other for other in backend.route_tables.values() if association_id in other.all_associations_ids), None)
        if owner and owner.vpc_id != table.vpc_id:
            raise Refusal(
                "InvalidParameterValue", f"Route table {table.id} and association {association_id} belong to different networks"
            )
        return super().replace_route_table_association()

    def delete_route_table(self):
        table = self.table()
        if table.main_association_id or table._associations:
            raise Refusal("DependencyViolation", f"The routeTable '{table.id}' has dependencies and cannot be deleted.")
        self.forget_tags_of(table.id)
        return super().delete_route_table()

    def describe_route_tables(self):
        check_known(
            self._get_param("RouteTableIds"),
            self.ec2_backend.route_tables,
            "InvalidRouteTableID.NotFound",
            ("The routeTable ID '{}' does not exist", "The routeTable IDs '{}' do not exist"),
        )
        return super().describe_route_tables()
