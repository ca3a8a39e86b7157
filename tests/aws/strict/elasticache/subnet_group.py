"""Cache subnet groups: made of subnets of one VPC, and held by the replication groups in them."""

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.models import ec2_backends

from ..response import Refusal
from . import rule


class SubnetGroups:
    """moto keeps any subnets and cannot delete a group."""

    def subnet_group(self, name):
        groups = self.elasticache_backend.cache_subnet_groups
        if name not in groups:
            raise Refusal("CacheSubnetGroupNotFoundFault", f"Cache Subnet Group {name} does not exist.")
        return groups[name]

    def subnets_of(self, name):
        """(subnet ids, VPC id) of a group; the one named default stands for the default VPC, if there is one."""
        name = name.lower()
        if name == "default" and name not in self.elasticache_backend.cache_subnet_groups:
            ec2 = ec2_backends[self.current_account][self.region]
            vpc = ec2.get_default_vpc()
            return ([subnet.id for subnet in ec2.describe_subnets(filters={"vpc-id": [vpc.id]})], vpc.id) if vpc else ([], None)
        group = self.subnet_group(name)
        return [subnet["SubnetIdentifier"] for subnet in group["Subnets"]], group["VpcId"]

    def zones_of(self, subnet_ids):
        ec2 = ec2_backends[self.current_account][self.region]
        return {subnet.availability_zone for subnet in ec2.describe_subnets() if subnet.id in subnet_ids}

    def found_subnets(self):
        ec2, wanted = ec2_backends[self.current_account][self.region], self._get_param("SubnetIds") or []
        subnets = {subnet.id: subnet for subnet in ec2.describe_subnets()}
        missing = [subnet_id for subnet_id in wanted if subnet_id not in subnets]
        if missing or not wanted:
            raise Refusal("InvalidSubnet", f"Some input subnets in :[{', '.join(missing)}] are invalid.")
        if len({subnets[subnet_id].vpc_id for subnet_id in wanted}) > 1:
            raise Refusal("InvalidSubnet", "All subnets must belong to the same VPC.")
        return [
            {
                "SubnetIdentifier": subnet_id,
                "SubnetAvailabilityZone": {"Name": subnets[subnet_id].availability_zone},
                "SupportedNetworkTypes": ["ipv4"],
            }
            for subnet_id in wanted
        ], subnets[wanted[0]].vpc_id

    def create_cache_subnet_group(self):
        backend, name = self.elasticache_backend, (self._get_param("CacheSubnetGroupName") or "").lower()
        rule.check_name(name, 255, "CacheSubnetGroupName")
        if name == "default":
            raise rule.value("The name default is reserved for the default cache subnet group.")
        if name in backend.cache_subnet_groups:
            raise Refusal("CacheSubnetGroupAlreadyExists", f"Cache subnet group {name} already exists.")
        self.check_tags(self._get_param("Tags", []))
        subnets, vpc = self.found_subnets()
        arn = f"arn:aws:elasticache:{self.region}:{self.current_account}:subnetgroup:{name}"
        group = {
            "CacheSubnetGroupName": name,
            "CacheSubnetGroupDescription": self._get_param("CacheSubnetGroupDescription") or " ",
            "VpcId": vpc,
            "Subnets": subnets,
            "ARN": arn,
            "SupportedNetworkTypes": ["ipv4"],
        }
        backend.cache_subnet_groups[name] = group
        backend.tagging_service.tag_resource(arn, self._get_param("Tags", []))
        return ActionResult({"CacheSubnetGroup": group})

    def describe_cache_subnet_groups(self):
        name = self._get_param("CacheSubnetGroupName")
        groups = [self.subnet_group(name.lower())] if name else list(self.elasticache_backend.cache_subnet_groups.values())
        return ActionResult({"CacheSubnetGroups": groups})

    def modify_cache_subnet_group(self):
        group = self.subnet_group(self._get_param("CacheSubnetGroupName").lower())
        if self._get_param("SubnetIds"):
            subnets, vpc = self.found_subnets()
            if vpc != group["VpcId"]:
                raise Refusal("InvalidSubnet", "The new subnets must belong to the VPC of the cache subnet group.")
            kept = {subnet["SubnetIdentifier"] for subnet in subnets}
            used = {eni.subnet_id for each in self.users(group["CacheSubnetGroupName"]) for eni in each.enis.values() if eni}
            if used - kept:
                raise Refusal("SubnetInUse", f"The subnet(s) {', '.join(sorted(used - kept))} are in use.")
            group["Subnets"] = subnets
        if self._get_param("CacheSubnetGroupDescription") is not None:
            group["CacheSubnetGroupDescription"] = self._get_param("CacheSubnetGroupDescription")
        return ActionResult({"CacheSubnetGroup": group})

    def users(self, name):
        return [
            group
            for group in self.elasticache_backend.replication_groups.values()
            if group.asked["CacheSubnetGroupName"].lower() == name
        ]

    def delete_cache_subnet_group(self):
        group = self.subnet_group(self._get_param("CacheSubnetGroupName").lower())
        if self.users(group["CacheSubnetGroupName"]):
            raise Refusal(
                "CacheSubnetGroupInUse",
                f"Cache subnet group {group['CacheSubnetGroupName']} is currently in use by a cache cluster.",
            )
        del self.elasticache_backend.cache_subnet_groups[group["CacheSubnetGroupName"]]
        self.elasticache_backend.tagging_service.delete_all_tags_for_resource(group["ARN"])
        return EmptyResult()
