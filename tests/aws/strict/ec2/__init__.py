"""EC2 as strict as AWS, for the resources that make a network."""

import re

from moto.ec2 import urls, utils
from moto.ec2.models import EC2Backend, security_groups
from moto.ec2.models.core import TaggedEC2Resource
from moto.ec2.models.elastic_ip_addresses import ElasticAddress
from moto.ec2.models.route_tables import Route
from moto.ec2.models.subnets import Subnet
from moto.ec2.responses import EC2Response

from ..clock import CLOCK
from ..response import Refusal, Strict, serve
from . import filter, identity
from .address import Addresses
from .endpoint import VpcEndpoints
from .endpoint import settle as settle_endpoints
from .flow_log import FlowLogs
from .gateway import InternetGateways
from .instance import Instances
from .instance import settle as settle_instances
from .ipam import Ipam
from .nat import NatGateways, settle
from .network import Networks, associations6
from .route import Routes, route_interface, route_state
from .rule import permissions
from .security_group import SecurityGroups, trusting
from .tag import Tags, tags_of

# How long a new VPC or subnet may be unknown to other calls, in AWS's seconds.
UNSEEN = 2.0
SHY = re.compile(r"^(vpc|subnet)-[0-9a-f]+$")


class EC2(Strict, Tags, Networks, Ipam, InternetGateways, Addresses, NatGateways, Routes, SecurityGroups, VpcEndpoints, FlowLogs, Instances, EC2Response):
    def before(self):
        identity.check(self.params)
        settle(self.ec2_backend)
        settle_endpoints(self.ec2_backend)
        settle_instances(self.ec2_backend)
        for watcher in CLOCK.watchers:
            watcher(self.current_account, self.region)
        self.check_tag_specifications()
        if CLOCK.eventual:
            self.look_away(self.params)

    def look_away(self, value):
        """AWS is eventually consistent: what was made a moment ago may not be found yet."""
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, (list, tuple)):
            for inner in value:
                self.look_away(inner)
        elif isinstance(value, str) and SHY.match(value):
            born = getattr(self.find(value), "born", None)
            if born and not CLOCK.passed(born, UNSEEN):
                raise unknown(value)

    def find(self, resource_id):
        if resource_id.startswith("vpc-"):
            return self.ec2_backend.vpcs.get(resource_id)
        return next((zone[resource_id] for zone in self.ec2_backend.subnets.values() if resource_id in zone), None)


def unknown(resource_id):
    if resource_id.startswith("vpc-"):
        return Refusal("InvalidVpcID.NotFound", f"The vpc ID '{resource_id}' does not exist")
    return Refusal("InvalidSubnetID.NotFound", f"The subnet ID '{resource_id}' does not exist")


def install():
    serve(urls, EC2)
    EC2Backend.create_vpc = trusting(EC2Backend.create_vpc)
    Route.state = property(route_state)
    Route.network_interface_id = property(route_interface)
    Subnet.ipv6_cidr_block_association_set = property(associations6)
    # Where an address comes from, which moto doesn't say, and what has it: nothing is no empty text.
    ElasticAddress.public_ipv4_pool = "amazon"
    ElasticAddress.instance_id = property(lambda address: address.instance and address.instance.id)
    ElasticAddress.network_interface_id = property(lambda address: address.eni and address.eni.id)
    ElasticAddress.network_border_group = property(lambda address: address.ec2_backend.region_name)
    # moto groups rules by ports too, but forgets the description of prefix lists.
    security_groups.SecurityGroup._flattened_rules = lambda _group, rules: permissions(rules)
    utils.is_filter_matching = filter.fits
    # moto reads the tags of one resource by walking over those of all.
    TaggedEC2Resource.get_tags = tags_of
