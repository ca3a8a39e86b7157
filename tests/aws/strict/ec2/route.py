"""Route tables, their associations and routes: targets must exist and belong to the table's own network."""

import ipaddress

from moto.core.responses import EmptyResult

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
    "OdbNetworkArn",
)
# What no account has here: AWS's refusal of one that is not there.
ABSENT = {
    "LocalGatewayId": ("InvalidLocalGatewayID.NotFound", "The local gateway ID '{}' does not exist"),
    "CoreNetworkArn": ("InvalidParameterValue", "The core network '{}' does not exist."),
    "OdbNetworkArn": ("InvalidParameterValue", "The ODB network '{}' does not exist."),
}
DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")


def route_interface(route):
    """The network interface of a route: with an instance, AWS shows that instance's. moto shows none."""
    if route.interface:
        return route.interface.id
    return next((eni.id for eni in route.instance.nics.values()), None) if route.instance else None


def route_state(route):
    """A route whose target is gone is a black hole; moto calls it active."""
    backend = route.route_table.ec2_backend
    if route.nat_gateway and route.nat_gateway.state in ("deleting", "deleted", "failed"):
        return "blackhole"
    if route.gateway and route.gateway.id.startswith("igw-"):
        vpc = route.gateway.vpc
        if route.gateway.id not in backend.internet_gateways or not vpc or vpc.id != route.route_table.vpc_id:
            return "blackhole"
    gone = (
        route.interface and route.interface.id not in backend.enis,
        route.egress_only_igw and route.egress_only_igw.id not in backend.egress_only_internet_gateways,
        route.transit_gateway and route.transit_gateway.id not in backend.transit_gateways,
        route.vpc_endpoint_id and route.vpc_endpoint_id not in backend.vpc_end_points,
        route.vpc_pcx and route.vpc_pcx.status["Code"] != "active",
    )
    return "blackhole" if any(gone) else "active"


class Routes:
    def create_route(self):
        self.check_route()
        table, destination = self.table(), self.destination()
        if f"{table.id}~{destination}" in table._routes:
            raise Refusal("RouteAlreadyExists", f"The route identified by {destination} already exists.")
        return super().create_route()

    def replace_route(self):
        self.check_route()
        table, destination = self.table(), self.destination()
        old = table._routes.pop(f"{table.id}~{destination}", None)
        if not old:
            raise Refusal(
                "InvalidParameterValue",
                f"There is no route defined for '{destination}' in the route table. Use CreateRoute instead.",
            )
        # moto keeps some kinds of old target beside the new one: the route is made anew.
        try:
            super().create_route()
        except Exception:
            table._routes[old.id] = old
            raise
        return EmptyResult()

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
        checks = {
            "GatewayId": self.check_gateway,
            "NatGatewayId": self.check_nat,
            "NetworkInterfaceId": self.check_interface,
            "VpcPeeringConnectionId": self.check_peering,
            "EgressOnlyInternetGatewayId": self.check_egress_only,
            "TransitGatewayId": self.check_transit,
            "VpcEndpointId": self.check_endpoint,
            "CarrierGatewayId": self.check_carrier,
            "InstanceId": self.check_instance,
        }
        if targets[0] in ABSENT:
            code, words = ABSENT[targets[0]]
            raise Refusal(code, words.format(self._get_param(targets[0])))
        if targets[0] in checks:
            checks[targets[0]](table, self._get_param(targets[0]))
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

    def check_interface(self, table, interface_id):
        interface = self.ec2_backend.get_network_interface(interface_id)
        # moto takes the interfaces of any network.
        if interface.vpc_id != table.vpc_id:
            raise Refusal(
                "InvalidParameterValue", f"route table {table.id} and interface {interface_id} belong to different networks"
            )

    def check_peering(self, table, peering_id):
        peering = self.ec2_backend.vpc_pcxs.get(peering_id)
        if not peering:
            raise Refusal("InvalidVpcPeeringConnectionID.NotFound", f"The vpcPeeringConnection ID '{peering_id}' does not exist")
        if table.vpc_id not in (peering.vpc.id, peering.peer_vpc.id):
            raise Refusal(
                "InvalidParameterValue",
                f"route table {table.id} and peering connection {peering_id} belong to different networks",
            )

    def check_egress_only(self, table, gateway_id):
        gateway = self.ec2_backend.egress_only_internet_gateways.get(gateway_id)
        if not gateway:
            raise Refusal("InvalidGatewayID.NotFound", f"The eigw ID '{gateway_id}' does not exist")
        if gateway.vpc_id != table.vpc_id:
            raise Refusal(
                "InvalidParameterValue", f"route table {table.id} and network gateway {gateway_id} belong to different networks"
            )
        if not self._get_param("DestinationIpv6CidrBlock"):
            raise Refusal("InvalidParameterValue", f"The egress-only internet gateway {gateway_id} takes IPv6 traffic only.")

    def check_transit(self, table, gateway_id):
        # moto takes even one that it doesn't know, and makes a route to nowhere.
        attached = self.ec2_backend.transit_gateway_attachments.values()
        if not any(a.transit_gateway_id == gateway_id and a.resource_id == table.vpc_id for a in attached):
            raise Refusal("InvalidTransitGatewayID.NotFound", f"The transitGateway ID '{gateway_id}' does not exist.")

    def check_endpoint(self, table, endpoint_id):
        endpoint = self.ec2_backend.vpc_end_points.get(endpoint_id)
        if not endpoint:
            raise Refusal("InvalidVpcEndpointId.NotFound", f"The Vpc Endpoint Id '{endpoint_id}' does not exist")
        if endpoint.vpc_id != table.vpc_id:
            raise Refusal(
                "InvalidParameterValue", f"route table {table.id} and endpoint {endpoint_id} belong to different networks"
            )

    def check_carrier(self, table, gateway_id):
        # moto takes even one that it doesn't know, and makes a route to nowhere.
        gateway = self.ec2_backend.carrier_gateways.get(gateway_id)
        if not gateway:
            raise Refusal("InvalidCarrierGatewayID.NotFound", f"The carrierGateway ID '{gateway_id}' does not exist")
        if gateway.vpc_id != table.vpc_id:
            raise Refusal(
                "InvalidParameterValue", f"route table {table.id} and network gateway {gateway_id} belong to different networks"
            )

    def check_instance(self, table, instance_id):
        # moto takes the instances of any network, and those with several interfaces.
        instance = self.ec2_backend.get_instance(instance_id)
        interfaces = list(instance.nics.values())
        if len(interfaces) > 1:
            raise Refusal(
                "InvalidInstanceID",
                f"There are multiple interfaces attached to instance '{instance_id}'. Please specify an interface ID for the operation instead.",
            )
        if interfaces and interfaces[0].vpc_id != table.vpc_id:
            raise Refusal(
                "InvalidParameterValue", f"route table {table.id} and interface {interfaces[0].id} belong to different networks"
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
