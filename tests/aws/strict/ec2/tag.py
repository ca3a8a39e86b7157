"""EC2 tags: which resource takes them at birth, and what AWS refuses in them."""

from moto.core.responses import EmptyResult
from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE, get_prefix

from ..response import Refusal

# The resource type that each create call may tag.
TAGGABLE = {
    "AllocateAddress": "elastic-ip",
    "AuthorizeSecurityGroupEgress": "security-group-rule",
    "AuthorizeSecurityGroupIngress": "security-group-rule",
    "CreateEgressOnlyInternetGateway": "egress-only-internet-gateway",
    "CreateFlowLogs": "vpc-flow-log",
    "CreateInternetGateway": "internet-gateway",
    "CreateNatGateway": "natgateway",
    "CreateRouteTable": "route-table",
    "CreateSecurityGroup": "security-group",
    "CreateSubnet": "subnet",
    "CreateVpc": "vpc",
    "CreateVpcEndpoint": "vpc-endpoint",
    "RunInstances": "instance",
}
# What is made beside it, and may have tags of its own.
ALSO = {"RunInstances": ("volume", "network-interface")}
# Resources whose absence moto's CreateTags does not notice: where they are kept, and AWS's words for one that is not there.
UNKNOWN = {
    "nat": ("NatGatewayNotFound", "NAT gateway {} was not found"),
    "eipalloc": ("InvalidAllocationID.NotFound", "The allocation ID '{}' does not exist"),
    "sgr": ("InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '{}' does not exist"),
}

# What AWS calls the kinds whose names moto makes up, in the answers of DescribeTags.
EC2_PREFIX_TO_RESOURCE.update({"eipalloc": "elastic-ip", "fl": "vpc-flow-log", "nat": "natgateway"})
EC2_PREFIX_TO_RESOURCE.update({"pl": "prefix-list", "vpce-svc": "vpc-endpoint-service"})


def tags_of(resource):
    kind = EC2_PREFIX_TO_RESOURCE.get(get_prefix(resource.id), "") if resource.id else ""
    kept = resource.ec2_backend.tags.get(resource.id, {}) if resource.id else {}
    return [{"resource_id": resource.id, "key": key, "value": value, "resource_type": kind} for key, value in kept.items()]


def tag_dict(specifications):
    """Key to value, over all of a call's tag specifications."""
    return {tag["Key"]: tag.get("Value", "") for spec in specifications or [] for tag in spec.get("Tags", [])}


def check_tags(tags, already=()):
    keys = [tag.get("Key", "") for tag in tags]
    for tag in tags:
        key, value = tag.get("Key", ""), tag.get("Value") or ""
        if key.lower().startswith("aws:"):
            raise Refusal("InvalidParameterValue", f"Tag keys starting with 'aws:' are reserved for internal use: {key}")
        if not key:
            raise Refusal("InvalidParameterValue", "Tag key cannot be empty.")
        if len(key) > 128:
            raise Refusal("InvalidParameterValue", f"Tag key exceeds the maximum length of 128 characters: {key}")
        if len(value) > 256:
            raise Refusal("InvalidParameterValue", f"Tag value exceeds the maximum length of 256 characters: {value}")
    if len(set(keys)) < len(keys):
        raise Refusal("InvalidParameterValue", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    if len(set(keys) | set(already)) > 50:
        raise Refusal("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")


class Tags:
    def check_tag_specifications(self):
        action = self._get_action()
        wanted = TAGGABLE.get(action)
        if not wanted:
            return
        for spec in self._get_param("TagSpecifications", []):
            kind = spec.get("ResourceType")
            if kind not in (wanted, *ALSO.get(action, ())):
                raise Refusal("InvalidParameterValue", f"'{kind}' is not a valid taggable resource type for this operation.")
            check_tags(spec.get("Tags", []))

    def create_tags(self):
        backend, resources = self.ec2_backend, self._get_param("Resources", [])
        for resource_id in resources:
            self.check_exists(resource_id)
            check_tags(self._get_param("Tags", []), backend.tags.get(resource_id, {}))
        if self.params.get("Tags"):
            # A tag without a value has the empty one; moto refuses it.
            for tag in self.params["Tags"]:
                tag.setdefault("Value", "")
        return super().create_tags()

    def delete_tags(self):
        if not self._get_param("Tags", []):
            # Without a list, every tag of the resources goes.
            for resource_id in self._get_param("Resources", []):
                self.ec2_backend.tags.pop(resource_id, None)
            return EmptyResult()
        return super().delete_tags()

    def check_exists(self, resource_id):
        backend, prefix = self.ec2_backend, resource_id.partition("-")[0]
        if prefix not in UNKNOWN:
            return
        groups = (group for groups in backend.groups.values() for group in groups.values())
        kept = {
            "nat": lambda: backend.nat_gateways,
            "eipalloc": lambda: [address.id for address in backend.addresses],
            "sgr": lambda: [rule.id for group in groups for rule in group.ingress_rules + group.egress_rules],
        }[prefix]()
        if resource_id not in kept:
            code, words = UNKNOWN[prefix]
            raise Refusal(code, words.format(resource_id))
