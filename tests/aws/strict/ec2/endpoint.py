"""VPC endpoints: pending, available, deleting; private names and routes of which there is one; interfaces; client tokens."""

import json

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.models.core import TaggedEC2Resource
from moto.ec2.utils import random_vpc_ep_id

from ..clock import CLOCK
from ..response import Refusal
from . import network
from .filter import fits
from .nat import MISMATCH
from .tag import tag_dict

# AWS's seconds.
PENDING, DELETING = 75.0, 90.0
FULL_ACCESS = {"Version": "2008-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
GATEWAYS = ("s3", "dynamodb")
INTERFACES = (
    *("ec2messages", "ssm", "ssmmessages", "ec2", "ecr.api", "ecr.dkr", "logs", "kms", "secretsmanager", "sts", "monitoring"),
    *("sqs", "sns", "s3", "dynamodb", "events", "execute-api", "elasticloadbalancing", "firehose"),
)
FILTERS = ("vpc-endpoint-id", "vpc-id", "service-name", "vpc-endpoint-state", "vpc-endpoint-type", "tag-key")


class VpcEndpoint(TaggedEC2Resource):
    """Takes the place of moto's, which is there at once and for ever, and forgets half of what it is told."""

    def __init__(self, backend, vpc_id, service, kind):
        self.id, self.ec2_backend = random_vpc_ep_id(), backend
        self.vpc_id, self.service_name, self.vpc_endpoint_type = vpc_id, service, kind
        self.born, self.doomed, self.created = CLOCK.now(), None, utcnow()
        self.state = "available" if kind == "Gateway" else "pending"
        self.policy, self.private_dns, self.ip_address_type, self.dns_options = FULL_ACCESS, False, "ipv4", {}
        self.tables, self.groups, self.enis = [], [], {}
        self.prefix_list = None

    def settle(self):
        if self.state == "pending" and CLOCK.passed(self.born, PENDING):
            self.state = "available"
        if self.state == "deleting" and CLOCK.passed(self.doomed, DELETING):
            self.state = "deleted"
            for eni_id in self.enis.values():
                self.ec2_backend.enis.pop(eni_id, None)
            self.ec2_backend.tags.pop(self.id, None)

    def enter(self, subnet):
        backend = self.ec2_backend
        eni = backend.create_network_interface(
            subnet, network.free_address(backend, subnet), group_ids=self.groups, description=f"VPC Endpoint Interface {self.id}"
        )
        eni.status, eni.interface_type, eni.requester_managed = "in-use", "vpc_endpoint", True
        self.enis[subnet.id] = eni.id

    def leave(self, subnet_id):
        self.ec2_backend.enis.pop(self.enis.pop(subnet_id, None), None)

    def lead(self, table_id):
        self.ec2_backend.create_route(table_id, None, gateway_id=self.id, destination_prefix_list_id=self.prefix_list)
        self.tables.append(table_id)

    def leave_table(self, table_id):
        table = self.ec2_backend.route_tables.get(table_id)
        if table:
            table._routes.pop(f"{table_id}~{self.prefix_list}", None)
        self.tables.remove(table_id)

    def view(self):
        names = [f"{self.id}-{self.id[-8:]}.{self.service_name}", *([self.service_name] if self.private_dns else [])]
        backend = self.ec2_backend
        return {
            "VpcEndpointId": self.id,
            "VpcEndpointType": self.vpc_endpoint_type,
            "VpcId": self.vpc_id,
            "ServiceName": self.service_name,
            "ServiceRegion": backend.region_name,
            # In these letters, whatever the model says.
            "State": self.state,
            "PolicyDocument": json.dumps(self.policy),
            "RouteTableIds": self.tables,
            "SubnetIds": list(self.enis),
            "Groups": [{"GroupId": id, "GroupName": backend.get_security_group_from_id(id).name} for id in self.groups],
            "IpAddressType": self.ip_address_type,
            "DnsOptions": self.dns_options,
            "PrivateDnsEnabled": self.private_dns,
            "RequesterManaged": False,
            "NetworkInterfaceIds": list(self.enis.values()),
            "DnsEntries": [{"DnsName": name, "HostedZoneId": "Z2E726K9Y6RL4W"} for name in names] if self.enis else [],
            "CreationTimestamp": self.created,
            "Tags": self.get_tags(),
            "OwnerId": backend.account_id,
        }

    def get_filter_value(self, name, method_name=None):
        have = {
            "vpc-endpoint-id": self.id,
            "vpc-id": self.vpc_id,
            "service-name": self.service_name,
            "vpc-endpoint-state": self.state,
            "vpc-endpoint-type": self.vpc_endpoint_type,
        }
        return have[name] if name in have else super().get_filter_value(name, "DescribeVpcEndpoints")


def settle(backend):
    for endpoint in list(backend.vpc_end_points.values()):
        endpoint.settle()


def invalid(words):
    return Refusal("InvalidParameter", words)


class VpcEndpoints:
    def create_vpc_endpoint(self):
        backend = self.ec2_backend
        token, asked = self._get_param("ClientToken"), {key: value for key, value in self.params.items() if key != "ClientToken"}
        tokens = backend.__dict__.setdefault("endpoint_tokens", {})
        if token in tokens:
            endpoint, before = tokens[token]
            if before != asked:
                raise Refusal("IdempotentParameterMismatch", MISMATCH)
        else:
            endpoint = self.made_endpoint()
            if token:
                tokens[token] = (endpoint, asked)
        return ActionResult({"VpcEndpoint": endpoint.view(), "ClientToken": token})

    def made_endpoint(self):
        backend, kind = self.ec2_backend, self._get_param("VpcEndpointType", "Gateway")
        vpc = backend.get_vpc(self._get_param("VpcId"))
        endpoint = VpcEndpoint(backend, vpc.id, self.service(kind), kind)
        tables = [backend.get_route_table(id).id for id in self._get_param("RouteTableIds", [])]
        groups = self._get_param("SecurityGroupIds", [])
        subnets = [self.own_subnet(id, vpc) for id in self._get_param("SubnetIds", [])]
        private = self._get_bool_param("PrivateDnsEnabled", kind == "Interface")
        if kind == "Gateway":
            if subnets or groups or private:
                raise invalid("Subnet IDs, security group IDs and private DNS are not supported by Gateway endpoints.")
            lists = backend.managed_prefix_lists.values()
            endpoint.prefix_list = next(each.id for each in lists if each.prefix_list_name == endpoint.service_name)
        elif tables:
            raise invalid("Route table IDs are only supported for Gateway type VPC endpoint.")
        self.check_groups(groups, vpc)
        self.check_zones(subnets)
        self.check_tables(endpoint, tables)
        if private:
            self.check_private(endpoint, vpc)
        endpoint.private_dns = private
        endpoint.dns_options = self.dns_options(endpoint)
        endpoint.ip_address_type = self._get_param("IpAddressType", "ipv4")
        if self._get_param("PolicyDocument"):
            endpoint.policy = self.policy()
        if kind != "Gateway":
            endpoint.groups = groups or [group.id for group in backend.groups[vpc.id].values() if group.is_default]
        backend.vpc_end_points[endpoint.id] = endpoint
        for table in tables:
            endpoint.lead(table)
        for subnet in subnets:
            endpoint.enter(subnet)
        endpoint.add_tags(tag_dict(self._get_param("TagSpecifications", [])))
        return endpoint

    def service(self, kind):
        """moto takes any name."""
        name = self._get_param("ServiceName")
        if not name:
            raise Refusal("MissingParameter", "The request must contain the parameter serviceName")
        head = f"com.amazonaws.{self.region}."
        known = {"Gateway": GATEWAYS, "Interface": INTERFACES}.get(kind, ())
        if not (name.startswith(head) and name[len(head) :] in known) and not name.startswith("com.amazonaws.vpce."):
            raise Refusal("InvalidServiceName", f"The Vpc Endpoint Service '{name}' does not exist")
        return name

    def own_subnet(self, subnet_id, vpc):
        subnet = self.ec2_backend.get_subnet(subnet_id)
        if subnet.vpc_id != vpc.id:
            raise invalid(f"The subnet ID '{subnet_id}' does not belong to the VPC '{vpc.id}'.")
        return subnet

    def check_zones(self, subnets):
        zones = [subnet.availability_zone for subnet in subnets]
        if len(set(zones)) < len(zones):
            raise Refusal("DuplicateSubnetsInSameZone", f"Found another VPC endpoint subnet in the availability zone of {subnets[-1].id}")

    def check_groups(self, groups, vpc):
        for group_id in groups:
            if group_id not in self.ec2_backend.groups[vpc.id]:
                raise Refusal("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")

    def others(self, endpoint):
        return [
            other
            for other in self.ec2_backend.vpc_end_points.values()
            if other is not endpoint and (other.vpc_id, other.service_name) == (endpoint.vpc_id, endpoint.service_name)
        ]

    def check_tables(self, endpoint, tables):
        for table_id in tables:
            if self.ec2_backend.get_route_table(table_id).vpc_id != endpoint.vpc_id:
                raise invalid(f"Route table {table_id} does not belong to the VPC {endpoint.vpc_id}.")
            # The routes of a gateway endpoint go with the call that deletes it.
            if any(table_id in other.tables for other in self.others(endpoint)):
                raise Refusal(
                    "RouteAlreadyExists",
                    f"route table {table_id} already has a route with destination-prefix-list-id {endpoint.prefix_list}",
                )

    def check_private(self, endpoint, vpc):
        if endpoint.service_name.startswith("com.amazonaws.vpce."):
            raise invalid(f"Private DNS can't be enabled because the service {endpoint.service_name} does not provide a private DNS name.")
        if not (vpc.enable_dns_support and vpc.enable_dns_hostnames):
            raise invalid(
                "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for "
                f"{vpc.id}"
            )
        if any(other.private_dns and other.state != "deleted" for other in self.others(endpoint)):
            name = endpoint.service_name.removeprefix("com.amazonaws.")
            raise invalid(
                "private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
                f"{name}.amazonaws.com in the VPC {vpc.id}"
            )

    def dns_options(self, endpoint):
        given = self._get_param("DnsOptions") or {}
        if endpoint.vpc_endpoint_type == "Gateway":
            return {"DnsRecordIpType": "service-defined"}
        options = {"DnsRecordIpType": "ipv4", **endpoint.dns_options, **given}
        for name, value in options.items():
            options[name] = value == "true" if value in ("true", "false") else value
        inbound = options.get("PrivateDnsOnlyForInboundResolverEndpoint")
        if inbound and not any(other.vpc_endpoint_type == "Gateway" for other in self.others(endpoint)):
            raise invalid("To set PrivateDnsOnlyForInboundResolverEndpoint to true, the VPC must have a Gateway endpoint for the service.")
        return options

    def policy(self):
        try:
            return json.loads(self._get_param("PolicyDocument"))
        except ValueError:
            raise Refusal("InvalidPolicyDocument", "The policy is not valid JSON.") from None

    def modify_vpc_endpoint(self):
        endpoint = self.known_endpoint(self._get_param("VpcEndpointId"))
        backend = self.ec2_backend
        if endpoint.state != "available":
            raise Refusal("IncorrectState", f"The VPC endpoint {endpoint.id} is in state {endpoint.state}")
        vpc = backend.get_vpc(endpoint.vpc_id)
        tables, subnets = self._get_param("AddRouteTableIds", []), self._get_param("AddSubnetIds", [])
        groups = self._get_param("AddSecurityGroupIds", [])
        private = self._get_bool_param("PrivateDnsEnabled")
        going = self._get_param("RemoveSubnetIds", [])
        arriving = [self.own_subnet(id, vpc) for id in subnets if id not in endpoint.enis]
        self.check_groups(groups, vpc)
        self.check_tables(endpoint, tables)
        self.check_zones([*(backend.get_subnet(id) for id in endpoint.enis if id not in going), *arriving])
        if private and not endpoint.private_dns:
            self.check_private(endpoint, vpc)
        left = [id for id in [*endpoint.groups, *groups] if id not in self._get_param("RemoveSecurityGroupIds", [])]
        if endpoint.groups and not left:
            raise invalid("At least one security group is required.")
        if self._get_param("DnsOptions"):
            endpoint.dns_options = self.dns_options(endpoint)
        if private is not None:
            endpoint.private_dns = private
        endpoint.groups = list(dict.fromkeys(left))
        endpoint.ip_address_type = self._get_param("IpAddressType", endpoint.ip_address_type)
        if self._get_bool_param("ResetPolicy"):
            endpoint.policy = FULL_ACCESS
        if self._get_param("PolicyDocument"):
            endpoint.policy = self.policy()
        for table in self._get_param("RemoveRouteTableIds", []):
            endpoint.leave_table(table)
        for table in tables:
            endpoint.lead(table)
        for subnet_id in going:
            endpoint.leave(subnet_id)
        for subnet in arriving:
            endpoint.enter(subnet)
        return ActionResult({"Return": True})

    def delete_vpc_endpoints(self):
        undone = []
        for endpoint_id in self._get_param("VpcEndpointIds", []):
            endpoint = self.ec2_backend.vpc_end_points.get(endpoint_id)
            if not endpoint or endpoint.state == "deleted":
                error = {"Code": "InvalidVpcEndpoint.NotFound", "Message": f"The Vpc Endpoint Id '{endpoint_id}' does not exist"}
                undone.append({"ResourceId": endpoint_id, "Error": error})
            elif endpoint.state != "deleting":
                for table in list(endpoint.tables):
                    endpoint.leave_table(table)
                endpoint.state, endpoint.doomed = "deleting", CLOCK.now()
        settle(self.ec2_backend)
        return ActionResult({"Unsuccessful": undone})

    def known_endpoint(self, endpoint_id):
        endpoint = self.ec2_backend.vpc_end_points.get(endpoint_id)
        if not endpoint or endpoint.state == "deleted":
            raise Refusal("InvalidVpcEndpointId.NotFound", f"The Vpc Endpoint Id '{endpoint_id}' does not exist")
        return endpoint

    def describe_vpc_endpoints(self):
        wanted = self._get_param("VpcEndpointIds", [])
        for endpoint_id in wanted:
            self.known_endpoint(endpoint_id)
        filters = self._filters_from_querystring()
        for name in filters:
            if name not in FILTERS and not name.startswith("tag:"):
                raise Refusal("InvalidParameterValue", f"The filter '{name}' is invalid")
        found = [
            endpoint.view()
            for endpoint in self.ec2_backend.vpc_end_points.values()
            if endpoint.state != "deleted"
            and (not wanted or endpoint.id in wanted)
            and all(fits(endpoint, name, values) for name, values in filters.items())
        ]
        return ActionResult({"VpcEndpoints": found})

    def describe_prefix_lists(self):
        """moto tells no ranges."""
        lists = self.ec2_backend.describe_managed_prefix_lists(self._get_param("PrefixListIds", []), self._filters_from_querystring())
        return ActionResult(
            {
                "PrefixLists": [
                    {
                        "PrefixListId": each.id,
                        "PrefixListName": each.prefix_list_name,
                        "Cidrs": [entry["Cidr"] for entry in list(each.entries.values())[-1]],
                    }
                    for each in lists
                    if each.prefix_list_name.startswith("com.amazonaws.")
                ]
            }
        )
