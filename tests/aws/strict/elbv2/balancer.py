"""Load balancers: subnets and groups that are there, attributes of their type, provisioning, and interfaces that outlive them."""

import ipaddress
import re

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.models import ec2_backends

from ..acm import release
from ..clock import CLOCK
from ..ec2.network import free_address, ranges6
from ..response import Refusal

# AWS's seconds until it is active, and until its interfaces are gone.
PROVISIONING, LINGERING = 120.0, 60.0
# Its hosted zone, by whether it is a network load balancer and by region.
ZONES = {
    ("application", "ap-northeast-1"): "Z14GRHDCWA56QT",
    ("application", "us-east-1"): "Z35SXDOTRQ7X7K",
    ("network", "ap-northeast-1"): "Z31USIVHYNEOWT",
    ("network", "us-east-1"): "Z26RNL4JYFTOTI",
}
COMMON = {"deletion_protection.enabled": "false"}
ATTRIBUTES = {
    "application": {
        **COMMON,
        "access_logs.s3.enabled": "false",
        "access_logs.s3.bucket": "",
        "access_logs.s3.prefix": "",
        "connection_logs.s3.enabled": "false",
        "connection_logs.s3.bucket": "",
        "connection_logs.s3.prefix": "",
        "health_check_logs.s3.enabled": "false",
        "health_check_logs.s3.bucket": "",
        "health_check_logs.s3.prefix": "",
        "client_keep_alive.seconds": "3600",
        "idle_timeout.timeout_seconds": "60",
        "ipv6.deny_all_igw_traffic": "false",
        "load_balancing.cross_zone.enabled": "true",
        "routing.http.desync_mitigation_mode": "defensive",
        "routing.http.drop_invalid_header_fields.enabled": "false",
        "routing.http.preserve_host_header.enabled": "false",
        "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
        "routing.http.xff_client_port.enabled": "false",
        "routing.http.xff_header_processing.mode": "append",
        "routing.http2.enabled": "true",
        "waf.fail_open.enabled": "false",
        "zonal_shift.config.enabled": "false",
    },
    "network": {
        **COMMON,
        "access_logs.s3.enabled": "false",
        "access_logs.s3.bucket": "",
        "access_logs.s3.prefix": "",
        "ipv6.deny_all_igw_traffic": "false",
        "load_balancing.cross_zone.enabled": "false",
        "dns_record.client_routing_policy": "any_availability_zone",
        "secondary_ips.auto_assigned.per_subnet": "0",
        "zonal_shift.config.enabled": "false",
    },
    "gateway": {**COMMON, "load_balancing.cross_zone.enabled": "false"},
}


def activate(self):
    if self.state == "provisioning" and CLOCK.passed(getattr(self, "born", 0), PROVISIONING):
        self.state = "active"


def zones(self):
    """The zones, with the addresses that a mapping gave."""
    given = {mapping["SubnetId"]: mapping for mapping in getattr(self, "mappings", [])}

    def addresses(mapping):
        told = {
            "AllocationId": mapping.get("AllocationId"),
            "PrivateIPv4Address": mapping.get("PrivateIPv4Address"),
            "IPv6Address": mapping.get("IPv6Address"),
        }
        return [{name: value for name, value in told.items() if value}] if any(told.values()) else []

    return [
        {
            "SubnetId": subnet.id,
            "ZoneName": subnet.availability_zone,
            "LoadBalancerAddresses": addresses(given.get(subnet.id, {})),
            "SourceNatIpv6Prefixes": prefixes(self, subnet, given.get(subnet.id, {})),
        }
        for subnet in self.subnets
    ]


def prefixes(self, subnet, mapping):
    """The IPv6 prefix of a zone for source NAT: the one that is asked for, else the last of the subnet."""
    if getattr(self, "enable_prefix_for_ipv6_source_nat", "off") != "on":
        return []
    asked = mapping.get("SourceNatIpv6Prefix")
    own = ipaddress.ip_network(ranges6(subnet)[0])
    return [str(ipaddress.ip_network((own.broadcast_address, 80), strict=False)) if asked in (None, "auto_assigned") else asked]


def let_go(backend, ec2):
    """The interfaces of deleted load balancers that have gone by now."""
    leaving = backend.__dict__.setdefault("leaving", [])
    for doomed, interfaces in list(leaving):
        if CLOCK.passed(doomed, LINGERING):
            for interface in interfaces:
                ec2.enis.pop(interface, None)
            leaving.remove((doomed, interfaces))


def suffix(arn):
    return arn.split(":loadbalancer/", 1)[1]


class Balancers:
    def balancer(self, arn=None):
        found = self.elbv2_backend.load_balancers.get(arn or self.params.get("LoadBalancerArn"))
        if not found:
            raise Refusal("LoadBalancerNotFound", "One or more load balancers not found")
        return found

    @property
    def ec2(self):
        return ec2_backends[self.current_account][self.region]

    def found_subnets(self, kind, vpc=None):
        mappings = self.params.get("SubnetMappings") or [{"SubnetId": each} for each in self.params.get("Subnets") or []]
        known = {subnet.id: subnet for zone in self.ec2.subnets.values() for subnet in zone.values()}
        wanted = [mapping["SubnetId"] for mapping in mappings]
        missing = [subnet for subnet in wanted if subnet not in known]
        if missing:
            raise Refusal("SubnetNotFound", f"The subnet ID '{missing[0]}' does not exist")
        subnets = [known[subnet] for subnet in wanted]
        if len({subnet.availability_zone for subnet in subnets}) < len(subnets):
            raise Refusal(
                "InvalidConfigurationRequest",
                "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
            )
        if not subnets or (kind == "application" and len(subnets) < 2):
            raise Refusal("ValidationError", "At least two subnets in two different Availability Zones must be specified")
        if len({subnet.vpc_id for subnet in subnets} | ({vpc} if vpc else set())) > 1:
            raise Refusal("InvalidConfigurationRequest", "All subnets must belong to the same VPC")
        return subnets, mappings

    def found_groups(self, vpc):
        groups = self.params.get("SecurityGroups") or []
        for group in groups:
            found = self.ec2.get_security_group_from_id(group)
            if not found:
                raise Refusal("InvalidConfigurationRequest", f"The security group '{group}' does not exist")
            if found.vpc_id != vpc:
                raise Refusal("InvalidConfigurationRequest", f"Security group '{group}' does not belong to VPC '{vpc}'")
        return groups

    def create_load_balancer(self):
        params, backend = self.params, self.elbv2_backend
        name, kind, scheme = params["Name"], params.get("Type", "application"), params.get("Scheme", "internet-facing")
        if not re.match(r"^(?!internal-)(?!-)[A-Za-z0-9-]{1,32}(?<!-)$", name):
            raise Refusal("ValidationError", f"The load balancer name '{name}' is not valid")
        self.check_tags(params.get("Tags") or [])
        settings = {key: value for key, value in params.items() if key != "Tags"}
        twin = next((each for each in backend.load_balancers.values() if each.name == name), None)
        if twin and twin.settings == settings:
            return ActionResult({"LoadBalancers": [twin]})
        if twin:
            raise Refusal("DuplicateLoadBalancerName", f"A load balancer with the same name '{name}' exists, but with different settings")
        subnets, mappings = self.found_subnets(kind)
        vpc = subnets[0].vpc_id
        gateways = self.ec2.internet_gateways.values()
        if scheme == "internet-facing" and kind != "gateway" and not any(g.vpc and g.vpc.id == vpc for g in gateways):
            raise Refusal("InvalidSubnet", f"VPC {vpc} has no internet gateway")
        groups = self.found_groups(vpc)
        if not groups and kind == "application":
            groups = [group.id for group in self.ec2.groups[vpc].values() if group.is_default]
        # moto takes the subnets from one of the two only, and knows two types of addresses.
        wanted, params["IpAddressType"] = params.get("IpAddressType", "ipv4"), "ipv4"
        answer = super().create_load_balancer()
        made = answer.result["LoadBalancers"][0]
        short = {"application": "app", "network": "net", "gateway": "gwy"}[kind]
        self.renamed(made, made.arn.replace(":loadbalancer/app/", f":loadbalancer/{short}/"))
        made.ip_address_type, made.security_groups, made.scheme = wanted, groups, scheme
        made.born, made.settings, made.mappings = CLOCK.now(), settings, mappings
        made.canonical_hosted_zone_id = ZONES.get((kind, self.region), "Z2P70J7EXAMPLE")
        made.dns_name = f"{name}-{abs(hash(made.arn)) % 10**9}.{self.region}.elb.amazonaws.com"
        made.attrs = dict(ATTRIBUTES[kind])
        made.capacity, made.enable_prefix_for_ipv6_source_nat = None, "off" if kind == "network" else None
        made.enforce_security_group_inbound_rules_on_private_link_traffic = "on" if kind == "network" and groups else None
        self.set_prefix(made)
        self.take_interfaces(made)
        return answer

    def renamed(self, made, arn):
        """moto calls all of them applications."""
        backend = self.elbv2_backend
        if arn != made.arn:
            backend.load_balancers[arn] = backend.load_balancers.pop(made.arn)
            tags = backend.tagging_service.get_tag_dict_for_resource(made.arn)
            backend.tagging_service.tag_resource(arn, [{"Key": key, "Value": value} for key, value in tags.items()])
            made.arn = arn

    def take_interfaces(self, made):
        """One in each subnet, with the groups."""
        have = made.__dict__.setdefault("interfaces", {})
        wanted = {subnet.id: subnet for subnet in made.subnets}
        for subnet in [subnet for subnet in have if subnet not in wanted]:
            self.ec2.enis.pop(have.pop(subnet), None)
        for subnet_id, subnet in wanted.items():
            if subnet_id not in have:
                eni = self.ec2.create_network_interface(
                    subnet, free_address(self.ec2, subnet), group_ids=list(made.security_groups), description=f"ELB {suffix(made.arn)}"
                )
                eni.status, eni.requester_managed = "in-use", True
                have[subnet_id] = eni.id

    def describe_load_balancers(self):
        known = self.elbv2_backend.load_balancers
        names = {each.name: each for each in known.values()}
        for arn in self.params.get("LoadBalancerArns") or []:
            self.balancer(arn)
        missing = [name for name in self.params.get("Names") or [] if name not in names]
        if missing:
            raise Refusal("LoadBalancerNotFound", f"Load balancers '{missing}' not found")
        return super().describe_load_balancers()

    def describe_load_balancer_attributes(self):
        return ActionResult({"Attributes": self.balancer().attrs})

    def modify_load_balancer_attributes(self):
        found, pairs = self.balancer(), self.params.get("Attributes") or []
        if len(pairs) > 20:
            raise Refusal("ValidationError", "The maximum number of attributes in a call is 20")
        wanted = {pair["Key"]: pair.get("Value", "") for pair in pairs}
        for key, value in wanted.items():
            if key not in ATTRIBUTES[found.type]:
                raise Refusal("ValidationError", f"Load balancer attribute key '{key}' is not recognized")
            if key.endswith("s3.bucket") and not value:
                raise Refusal("ValidationError", f"The value of '{key}' cannot be empty")
            if key == "load_balancing.cross_zone.enabled" and found.type == "application" and value != "true":
                raise Refusal("InvalidConfigurationRequest", "Cross-zone load balancing can't be disabled for an application load balancer")
        for kind in ("access_logs", "connection_logs", "health_check_logs"):
            if wanted.get(f"{kind}.s3.enabled") == "true":
                self.check_bucket({**found.attrs, **wanted}[f"{kind}.s3.bucket"])
        found.attrs.update(wanted)
        return ActionResult({"Attributes": found.attrs})

    def check_bucket(self, name):
        from moto.s3.models import s3_backends

        bucket = s3_backends[self.current_account]["aws"].buckets.get(name)
        policy = str(getattr(bucket, "policy", "") or "")
        if "elasticloadbalancing" not in policy:
            raise Refusal("InvalidConfigurationRequest", f"Access Denied for bucket: {name}. Please check S3bucket permission")

    def set_subnets(self):
        found = self.balancer()
        subnets, mappings = self.found_subnets(found.type, found.vpc_id)
        held = {subnet.availability_zone: subnet for subnet in found.subnets}
        if found.type == "network" and any(held.get(each.availability_zone, each) is not each for each in subnets):
            raise Refusal("InvalidConfigurationRequest", "The subnet of an enabled Availability Zone can't be changed: remove the zone first")
        found.subnets, found.mappings = subnets, mappings
        self.set_prefix(found)
        self.take_interfaces(found)
        return ActionResult({"AvailabilityZones": zones(found)})

    def set_prefix(self, found):
        wanted = self.params.get("EnablePrefixForIpv6SourceNat")
        if wanted and found.type != "network":
            raise Refusal("InvalidConfigurationRequest", "Source NAT by an IPv6 prefix is only supported for network load balancers")
        if wanted == "on" and (found.ip_address_type != "dualstack" or not all(ranges6(subnet) for subnet in found.subnets)):
            raise Refusal("InvalidConfigurationRequest", "Source NAT by an IPv6 prefix needs the IP address type 'dualstack'")
        if wanted:
            found.enable_prefix_for_ipv6_source_nat = wanted

    def capacity_view(self, found):
        """moto tells a state, and no capacity."""
        told = [{"AvailabilityZone": subnet.availability_zone, "State": {"Code": "provisioned"}} for subnet in found.subnets]
        capacity = {"MinimumLoadBalancerCapacity": {"CapacityUnits": found.capacity}} if found.capacity else {}
        return ActionResult({**capacity, "DecreaseRequestsRemaining": 2, "CapacityReservationState": told if capacity else []})

    def describe_capacity_reservation(self):
        return self.capacity_view(self.balancer())

    def modify_capacity_reservation(self):
        found, wanted = self.balancer(), (self.params.get("MinimumLoadBalancerCapacity") or {}).get("CapacityUnits")
        if bool(wanted) == bool(self.params.get("ResetCapacityReservation")):
            raise Refusal("InvalidConfigurationRequest", "Either a minimum capacity or a reset must be specified")
        if wanted and wanted < 100:
            raise Refusal("InvalidConfigurationRequest", f"The capacity units '{wanted}' must be 100 at least")
        found.capacity = wanted
        return self.capacity_view(found)

    def set_security_groups(self):
        found = self.balancer()
        groups = self.found_groups(found.vpc_id)
        if not groups or (found.type == "network" and not found.security_groups):
            raise Refusal("InvalidConfigurationRequest", "Security groups can't be set for the load balancer")
        found.security_groups = groups
        enforced = self.params.get("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic")
        if enforced and found.type != "network":
            raise Refusal("InvalidConfigurationRequest", "Inbound rules on PrivateLink traffic are only of network load balancers")
        if enforced:
            found.enforce_security_group_inbound_rules_on_private_link_traffic = enforced
        return ActionResult({"SecurityGroupIds": groups})

    def set_ip_address_type(self):
        found, wanted = self.balancer(), self.params["IpAddressType"]
        if wanted != "ipv4" and not all(subnet.ipv6_cidr_block_associations for subnet in found.subnets):
            raise Refusal("ValidationError", f"You must specify subnets with an associated IPv6 CIDR block for '{wanted}'")
        found.ip_address_type = wanted
        return ActionResult({"IpAddressType": wanted})

    def delete_load_balancer(self):
        found = self.elbv2_backend.load_balancers.get(self.params["LoadBalancerArn"])
        if not found:
            return EmptyResult()
        if found.attrs["deletion_protection.enabled"] == "true":
            raise Refusal("OperationNotPermitted", f"Load balancer '{found.arn}' cannot be deleted because deletion protection is enabled")
        for listener in found.listeners.values():
            for arn in [listener.certificate, *getattr(listener, "further", [])]:
                release(self.current_account, self.region, arn)
        self.elbv2_backend.__dict__.setdefault("leaving", []).append((CLOCK.now(), list(found.interfaces.values())))
        return super().delete_load_balancer()
