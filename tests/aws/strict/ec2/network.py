"""VPCs and subnets: ranges, zones, pending states, and what keeps one from being deleted."""

import copy
import ipaddress

from moto.core.responses import ActionResult, EmptyResult

from ..clock import CLOCK
from ..response import Refusal
from ..zone import MARKED

PENDING = 1.0


def canonical(cidr):
    """AWS clears the host bits of a range; moto keeps what it was given. None if it is no IPv4 range with a mask."""
    try:
        return str(ipaddress.IPv4Network(cidr, strict=False)) if "/" in cidr else None
    except ValueError:
        return None


def settle(backend):
    """VPCs and subnets are pending for about a second."""
    for thing in [*backend.vpcs.values(), *(subnet for zone in backend.subnets.values() for subnet in zone.values())]:
        born = getattr(thing, "born", None)
        if born and thing.state == "pending" and CLOCK.passed(born, PENDING):
            thing.state = "available"


def free_address(backend, subnet, wanted=None):
    """A private address of the subnet that nothing has; the first four and the last one are AWS's. moto takes any, more than once."""
    network = ipaddress.ip_network(subnet.cidr_block)
    used = {eni.private_ip_address for eni in backend.enis.values() if eni.subnet.id == subnet.id}
    if wanted:
        place = int(ipaddress.ip_address(wanted)) - int(network.network_address)
        if not 4 <= place < network.num_addresses - 1:
            raise Refusal("InvalidParameterValue", f"Address {wanted} does not fall within the subnet's address range")
        if wanted in used:
            raise Refusal("InvalidIPAddress.InUse", f"Address {wanted} is in use.")
        return wanted
    for place in range(4, network.num_addresses - 1):
        if str(network[place]) not in used:
            return str(network[place])
    raise Refusal("InsufficientFreeAddressesInSubnet", f"The subnet {subnet.id} has no free address.")


def ranges6(subnet):
    """The IPv6 ranges that a subnet has."""
    return [association["ipv6CidrBlock"] for association in associations6(subnet)]


def associations6(subnet):
    """moto keeps those that it had, and shows a state within the state."""
    each = subnet.ipv6_cidr_block_associations.values()
    return [{**a, "ipv6CidrBlockState": dict(a["ipv6CidrBlockState"])} for a in each if a["ipv6CidrBlockState"]["State"] == "associated"]


def be_born(thing):
    thing.born = CLOCK.now()
    thing.state = "pending"


# The pool of IPv6 addresses that every account has brought along, and its range.
OWN6 = "ipv6pool-ec2-00000000000000001", "2001:db8:1000::/40"


def check_known(wanted, known, code, words):
    """moto names any id of the request, or all of them, when one of several is unknown."""
    missing = [item for item in wanted or [] if item not in known]
    if missing:
        ids = "', '".join(missing)
        raise Refusal(code, words[len(missing) > 1].format(ids))


class Networks:
    def check_cidr(self, low=16, high=28, code="InvalidVpc.Range"):
        given = self._get_param("CidrBlock")
        if given is None:
            raise Refusal("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.")
        cidr = canonical(given)
        if cidr is None:
            raise Refusal(
                "InvalidParameterValue", f"Value ({given}) for parameter cidrBlock is invalid. This is not a valid CIDR block."
            )
        if not low <= int(cidr.split("/")[1]) <= high:
            raise Refusal(code, f"The CIDR '{given}' is invalid.")
        self.params["CidrBlock"] = cidr

    def describe_availability_zones(self):
        filters = self._filters_from_querystring()
        wanted = filters.pop("state", None)
        names, ids = self._get_param("ZoneNames", []), self._get_param("ZoneIds", [])
        zones = [self.marked(zone) for zone in self.ec2_backend.describe_availability_zones(filters, zone_names=names, zone_ids=ids)]
        return ActionResult({"AvailabilityZones": [zone for zone in zones if wanted is None or zone.state in wanted]})

    def marked(self, zone):
        """All accounts share moto's zones."""
        zone = copy.copy(zone)
        zone.state = MARKED.get((self.current_account, zone.name), zone.state)
        return zone

    def create_vpc(self):
        tenancy = self._get_param("InstanceTenancy", "default")
        if tenancy not in ("default", "dedicated", "host"):
            raise Refusal("InvalidParameterValue", f"Value ({tenancy}) for parameter instanceTenancy is invalid.")
        return self.hold("vpc", self.born_vpc, self.allocate(4))

    def born_vpc(self):
        self.check_cidr()
        answer = super().create_vpc()
        be_born(answer.result["Vpc"])
        return answer.result["Vpc"].id, answer

    def delete_vpc(self):
        backend, vpc_id = self.ec2_backend, self._get_param("VpcId")
        backend.get_vpc(vpc_id)
        # moto looks at subnets, route tables and VPN gateways only.
        held = [
            *(gateway for gateway in backend.internet_gateways.values() if gateway.vpc and gateway.vpc.id == vpc_id),
            *(gateway for gateway in backend.egress_only_internet_gateways.values() if gateway.vpc_id == vpc_id),
            *(group for group in backend.groups[vpc_id].values() if not group.is_default),
            *(
                endpoint
                for endpoint in backend.vpc_end_points.values()
                if endpoint.vpc_id == vpc_id and endpoint.state != "deleted"
            ),
            *(eni for eni in backend.enis.values() if eni.vpc_id == vpc_id),
            *(nat for nat in backend.nat_gateways.values() if nat.vpc_id == vpc_id and nat.state not in ("deleted", "failed")),
        ]
        if held:
            raise Refusal("DependencyViolation", f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")
        answer = super().delete_vpc()
        # What AWS made with the VPC goes with it; moto keeps the network ACL.
        for acl_id in [acl.id for acl in backend.network_acls.values() if acl.vpc_id == vpc_id]:
            del backend.network_acls[acl_id]
        self.forget_tags_of(vpc_id)
        self.release(vpc_id)
        return answer

    def associate_vpc_cidr_block(self):
        """moto takes any range, and has it at once."""
        vpc = self.ec2_backend.get_vpc(self._get_param("VpcId"))
        if self._get_bool_param("AmazonProvidedIpv6CidrBlock"):
            return self.amazons6(vpc)
        if self._get_param("Ipv6IpamPoolId"):
            return self.hold("vpc", lambda: (vpc.id, self.associated6(vpc, "IPAM Managed")), self.allocate(6))
        if self._get_param("Ipv6Pool"):
            return self.associated6(vpc, self.own_pool6())
        return self.hold("vpc", lambda: (vpc.id, self.associated(vpc)), self.allocate(4))

    def amazons6(self, vpc):
        group = self._get_param("Ipv6CidrBlockNetworkBorderGroup")
        if group not in (None, self.region):
            raise Refusal("InvalidParameterValue", f"Invalid Network Border Group '{group}'")
        answer = super().associate_vpc_cidr_block()
        # moto has another name for it.
        for each in vpc.get_cidr_block_association_set(ipv6=True):
            each["network_border_group"] = self.region
        return answer

    def own_pool6(self):
        """The pool of addresses that the account has brought along, out of which a range has to be named."""
        pool, given = self._get_param("Ipv6Pool"), self._get_param("Ipv6CidrBlock")
        if pool != OWN6[0]:
            raise Refusal("InvalidIpv6PoolID.NotFound", f"The ipv6Pool ID '{pool}' does not exist")
        if given is None or not ipaddress.ip_network(given).subnet_of(ipaddress.ip_network(OWN6[1])):
            raise Refusal("InvalidParameterValue", f"The CIDR '{given}' is not part of the pool '{pool}'.")
        return pool

    def associated6(self, vpc, pool):
        """A range out of a pool; moto knows Amazon's only."""
        made = vpc.associate_vpc_cidr_block(None, amazon_provided_ipv6_cidr_block=True, ipv6_cidr_block_network_border_group=self.region)
        made["cidr_block"], made["ipv6_pool"], made["network_border_group"] = self._get_param("Ipv6CidrBlock"), pool, self.region
        shown = {
            "AssociationId": made["association_id"],
            "Ipv6CidrBlock": made["cidr_block"],
            "Ipv6CidrBlockState": {"State": "associating"},
            "NetworkBorderGroup": self.region,
            "Ipv6Pool": made["ipv6_pool"],
        }
        return ActionResult({"VpcId": vpc.id, "Ipv6CidrBlockAssociation": shown})

    def associated(self, vpc):
        self.check_cidr()
        block = ipaddress.ip_network(self._get_param("CidrBlock"))
        living = [each for each in vpc.get_cidr_block_association_set() if each["cidr_block_state"]["state"] != "disassociated"]
        own, shared = ipaddress.ip_network(vpc.cidr_block), ipaddress.ip_network("100.64.0.0/10")
        private = [ipaddress.ip_network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
        homes = [each for each in private if own.subnet_of(each)]
        foreign = homes and any(block.subnet_of(each) for each in private if each not in homes)
        if foreign and not block.subnet_of(shared):
            raise Refusal(
                "InvalidVpc.Range",
                f"The CIDR '{block}' is restricted. Use a CIDR from the same private address range as the current VPC CIDR, "
                "or use a publicly-routable CIDR.",
            )
        if any(block.overlaps(ipaddress.ip_network(each["cidr_block"])) for each in living):
            raise Refusal("InvalidVpc.Range", f"The CIDR '{block}' conflicts with another CIDR of the VPC")
        return super().associate_vpc_cidr_block()

    def disassociate_vpc_cidr_block(self):
        backend, association_id = self.ec2_backend, self._get_param("AssociationId")
        owned = ((vpc, vpc._cidr_block_association_set.get(association_id)) for vpc in backend.vpcs.values())
        vpc, association = next(((vpc, each) for vpc, each in owned if each), (None, None))
        if not association or association["cidr_block_state"]["state"] == "disassociated":
            words = f"The vpcCidrBlockAssociation ID '{association_id}' does not exist"
            raise Refusal("InvalidVpcCidrBlockAssociationID.NotFound", words)
        block = ipaddress.ip_network(association["cidr_block"])
        subnets = (subnet for zone in backend.subnets.values() for subnet in zone.values() if subnet.vpc_id == vpc.id)
        ranges = (ipaddress.ip_network(each) for subnet in subnets for each in [subnet.cidr_block, *ranges6(subnet)] if each)
        if any(each.version == block.version and each.subnet_of(block) for each in ranges):
            raise Refusal("InvalidCidrBlock.InUse", f"The vpc currently has a subnet within CIDR block {block}")
        # moto takes the local routes away, and refuses to where there is none, after the range is gone.
        for table in backend.route_tables.values():
            if table.vpc_id == vpc.id:
                table._routes.setdefault(f"{table.id}~{association['cidr_block']}", True)
        self.release(vpc.id, association["cidr_block"])
        return super().disassociate_vpc_cidr_block()

    def forget_tags_of(self, resource_id):
        """Tags go with their resource; moto still lists them."""
        self.ec2_backend.tags.pop(resource_id, None)

    def describe_vpcs(self):
        check_known(
            self._get_param("VpcIds"),
            self.ec2_backend.vpcs,
            "InvalidVpcID.NotFound",
            ("The vpc ID '{}' does not exist", "The vpc IDs '{}' do not exist"),
        )
        return super().describe_vpcs()

    def modify_vpc_attribute(self):
        self.ec2_backend.get_vpc(self._get_param("VpcId"))
        self.check_single(("EnableDnsSupport", "EnableDnsHostnames", "EnableNetworkAddressUsageMetrics"))
        return super().modify_vpc_attribute()

    def check_single(self, attributes):
        """AWS changes one attribute a call; moto takes all."""
        given = [name[0].lower() + name[1:] for name in attributes if self._get_param(name) is not None]
        if len(given) > 1:
            raise Refusal("InvalidParameterCombination", f"Fields for multiple attribute types specified: {', '.join(given)}")
        if not given:
            raise Refusal("InvalidParameterCombination", "No attributes specified.")

    def create_subnet(self):
        backend = self.ec2_backend
        vpc = backend.get_vpc(self._get_param("VpcId"))
        self.check_zone()
        return self.hold("subnet", lambda: self.born_subnet(vpc), self.allocate(4, vpc), self.allocate(6, vpc))

    def born_subnet(self, vpc):
        if not self._get_bool_param("Ipv6Native", False):
            self.check_cidr(code="InvalidSubnet.Range")
        self.check_cidr6(vpc)
        answer = super().create_subnet()
        subnet = answer.result["Subnet"]
        if subnet.ipv6_native:
            # moto shows an empty range, counts IPv6 addresses, and names of IPv4 addresses.
            subnet.cidr_block, subnet._available_ip_addresses = None, 0
            subnet.private_dns_name_options_on_launch["HostnameType"] = "resource-name"
        # moto takes the first subnet of a zone for the default one, which gives public addresses.
        subnet.default_for_az = subnet.map_public_ip_on_launch = False
        be_born(subnet)
        return subnet.id, answer

    def check_cidr6(self, vpc):
        """An IPv6 range of a subnet: a part of the VPC's that no other subnet has. moto takes anything."""
        given = self._get_param("Ipv6CidrBlock")
        if given is None:
            return
        try:
            block = ipaddress.IPv6Network(given)
        except ValueError:
            raise Refusal(
                "InvalidParameterValue", f"Value ({given}) for parameter ipv6CidrBlock is invalid. This is not a valid CIDR block."
            ) from None
        within = [ipaddress.ip_network(own["cidr_block"]) for own in vpc.get_cidr_block_association_set(ipv6=True)]
        if block.prefixlen not in range(44, 65, 4) or not any(block.subnet_of(own) for own in within):
            raise Refusal("InvalidSubnet.Range", f"The CIDR '{given}' is invalid.")
        subnets = (subnet for zone in self.ec2_backend.subnets.values() for subnet in zone.values())
        if any(block.overlaps(ipaddress.ip_network(own)) for subnet in subnets if subnet.vpc_id == vpc.id for own in ranges6(subnet)):
            raise Refusal("InvalidSubnet.Conflict", f"The CIDR '{given}' conflicts with another subnet")

    def associate_subnet_cidr_block(self):
        subnet = self.ec2_backend.get_subnet(self._get_param("SubnetId"))
        vpc = self.ec2_backend.get_vpc(subnet.vpc_id)
        return self.hold("subnet", lambda: (subnet.id, self.associated_subnet(subnet, vpc)), self.allocate(6, vpc))

    def associated_subnet(self, subnet, vpc):
        self.check_cidr6(vpc)
        if ranges6(subnet):
            raise Refusal("InvalidSubnet.Conflict", f"The subnet '{subnet.id}' has an IPv6 CIDR block already.")
        return super().associate_subnet_cidr_block()

    def disassociate_subnet_cidr_block(self):
        subnet = self.ec2_backend.get_subnet_from_ipv6_association(self._get_param("AssociationId"))
        if subnet and subnet.assign_ipv6_address_on_creation:
            raise Refusal(
                "InvalidCidrBlock.InUse", f"The subnet '{subnet.id}' assigns addresses of the range to new network interfaces."
            )
        if subnet:
            self.release(subnet.id, next(iter(ranges6(subnet)), None))
        return super().disassociate_subnet_cidr_block()

    def check_zone(self):
        zones = self.ec2_backend.describe_availability_zones()
        for parameter, known in (
            ("AvailabilityZone", [zone.name for zone in zones]),
            ("AvailabilityZoneId", [zone.zone_id for zone in zones]),
        ):
            given = self._get_param(parameter)
            if given is not None and given not in known:
                name = parameter[0].lower() + parameter[1:]
                raise Refusal(
                    "InvalidParameterValue",
                    f"Value ({given}) for parameter {name} is invalid. Subnets can currently "
                    f"only be created in the following availability zones: {', '.join(known)}.",
                )

    def delete_subnet(self):
        backend, subnet_id = self.ec2_backend, self._get_param("SubnetId")
        backend.get_subnet(subnet_id)
        # moto deletes a subnet under its network interfaces.
        if any(eni.subnet.id == subnet_id for eni in backend.enis.values()):
            raise Refusal("DependencyViolation", f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")
        # The route table's association goes with the subnet; moto keeps it, and the route table could never be deleted.
        for table in backend.route_tables.values():
            for association in [key for key, target in table._associations.items() if target == subnet_id]:
                del table._associations[association]
        for acl in backend.network_acls.values():
            for association in [key for key, each in acl._associations.items() if each.subnet_id == subnet_id]:
                del acl._associations[association]
        backend.delete_subnet(subnet_id)
        self.forget_tags_of(subnet_id)
        self.release(subnet_id)
        return EmptyResult()

    def describe_subnets(self):
        known = {subnet_id for zone in self.ec2_backend.subnets.values() for subnet_id in zone}
        check_known(
            self._get_param("SubnetIds"),
            known,
            "InvalidSubnetID.NotFound",
            ("The subnet ID '{}' does not exist", "The subnet IDs '{}' do not exist"),
        )
        return super().describe_subnets()

    def modify_subnet_attribute(self):
        self.ec2_backend.get_subnet(self._get_param("SubnetId"))
        self.check_single(
            (
                "MapPublicIpOnLaunch",
                "AssignIpv6AddressOnCreation",
                "EnableDns64",
                "PrivateDnsHostnameTypeOnLaunch",
                "EnableResourceNameDnsARecordOnLaunch",
                "EnableResourceNameDnsAAAARecordOnLaunch",
            )
        )
        subnet = self.ec2_backend.get_subnet(self._get_param("SubnetId"))
        if self._get_param("AssignIpv6AddressOnCreation.Value") and not ranges6(subnet):
            raise Refusal(
                "InvalidParameterValue",
                f"Invalid value 'true' for assignIpv6AddressOnCreation. The subnet '{subnet.id}' has no IPv6 CIDR block.",
            )
        if subnet.ipv6_native:
            self.check_native()
        self.change_dns_attribute()
        return super().modify_subnet_attribute()

    def check_native(self):
        """A subnet without IPv4 gives IPv6 addresses to all, and names that no IPv4 address makes up."""
        if self._get_param("AssignIpv6AddressOnCreation.Value") is False:
            raise Refusal("InvalidParameterValue", "Invalid value 'false' for assignIpv6AddressOnCreation of an IPv6 only subnet.")
        if self._get_param("PrivateDnsHostnameTypeOnLaunch") == "ip-name":
            raise Refusal("InvalidParameterValue", "Invalid value 'ip-name' for privateDnsHostnameTypeOnLaunch of an IPv6 only subnet.")
        if self._get_param("MapPublicIpOnLaunch.Value") or self._get_param("EnableResourceNameDnsARecordOnLaunch.Value"):
            raise Refusal("InvalidParameterValue", "An IPv6 only subnet has no IPv4 addresses.")

    def change_dns_attribute(self):
        """Attributes that moto takes and forgets."""
        subnet = self.ec2_backend.get_subnet(self._get_param("SubnetId"))
        options = subnet.private_dns_name_options_on_launch
        if self._get_param("EnableDns64") is not None:
            subnet.enable_dns64 = self._get_param("EnableDns64.Value")
        if self._get_param("EnableResourceNameDnsAAAARecordOnLaunch") is not None:
            options["EnableResourceNameDnsAAAARecord"] = self._get_param("EnableResourceNameDnsAAAARecordOnLaunch.Value")
        if self._get_param("PrivateDnsHostnameTypeOnLaunch") is not None:
            options["HostnameType"] = self._get_param("PrivateDnsHostnameTypeOnLaunch")

    def delete_network_interface(self):
        eni = self.ec2_backend.get_network_interface(self._get_param("NetworkInterfaceId"))
        # moto deletes the interface of a NAT gateway.
        if eni.requester_managed or eni.attachment_id:
            raise Refusal("InvalidParameterValue", f"Network interface '{eni.id}' is currently in use.")
        return super().delete_network_interface()
