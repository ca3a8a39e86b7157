"""DB subnet groups: subnets of one VPC and of two zones at least, held by the clusters in them."""

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.models import ec2_backends

from ..response import Refusal
from . import rule


class SubnetGroups:
    """moto overwrites a group of the same name, takes one zone, and loses a group that is changed."""

    def subnet_group(self, name):
        name = (name or "").lower()
        if name not in self.things.subnet_groups:
            raise rule.missing("subgrp", name)
        return self.things.subnet_groups[name]

    def found_subnets(self):
        """(the subnets that a call names, their VPC)."""
        ec2, wanted = ec2_backends[self.current_account][self.region], self.params.get("SubnetIds") or []
        subnets = {subnet.id: subnet for subnet in ec2.describe_subnets()}
        missing = [subnet_id for subnet_id in wanted if subnet_id not in subnets]
        if missing or not wanted:
            raise Refusal("InvalidSubnet", f"Some input subnets in :[{', '.join(missing)}] are invalid.")
        found = [subnets[subnet_id] for subnet_id in wanted]
        if len({subnet.vpc_id for subnet in found}) > 1:
            raise Refusal("InvalidSubnet", "Subnets must belong to the same VPC.")
        if len({subnet.availability_zone for subnet in found}) < 2:
            raise Refusal(
                "DBSubnetGroupDoesNotCoverEnoughAZs",
                "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: "
                f"{found[0].availability_zone}. Add subnets to cover at least 2 AZs.",
            )
        return [
            {
                "SubnetIdentifier": subnet.id,
                "SubnetAvailabilityZone": {"Name": subnet.availability_zone},
                "SubnetStatus": "Active",
            }
            for subnet in found
        ], found[0].vpc_id

    def create_db_subnet_group(self):
        name = rule.check_subnet_group_name(self.params.get("DBSubnetGroupName"))
        if name in self.things.subnet_groups:
            raise Refusal("DBSubnetGroupAlreadyExists", f"The DB subnet group '{name}' already exists.")
        description = rule.needed(self.params.get("DBSubnetGroupDescription"), "DBSubnetGroupDescription")
        subnets, vpc = self.found_subnets()
        arn = self.arn("subgrp", name)
        self.born(arn)
        self.things.subnet_groups[name] = {
            "DBSubnetGroupName": name,
            "DBSubnetGroupDescription": description,
            "VpcId": vpc,
            "SubnetGroupStatus": "Complete",
            "Subnets": subnets,
            "DBSubnetGroupArn": arn,
            "SupportedNetworkTypes": ["IPV4"],
        }
        return ActionResult({"DBSubnetGroup": self.things.subnet_groups[name]})

    def describe_db_subnet_groups(self):
        name = self.params.get("DBSubnetGroupName")
        return self.page("DBSubnetGroups", [self.subnet_group(name)] if name else list(self.things.subnet_groups.values()))

    def modify_db_subnet_group(self):
        group = self.subnet_group(self.params.get("DBSubnetGroupName"))
        subnets, vpc = self.found_subnets()
        if vpc != group["VpcId"]:
            raise rule.value(
                f"The new Subnets are not in the same Vpc as the existing subnet group: {group['VpcId']}"
            )
        kept = {subnet["SubnetIdentifier"] for subnet in subnets}
        used = self.used_subnets(group["DBSubnetGroupName"]) - kept
        if used:
            raise Refusal("SubnetAlreadyInUse", f"The subnet(s) {', '.join(sorted(used))} are in use.")
        group["Subnets"] = subnets
        if self.params.get("DBSubnetGroupDescription"):
            group["DBSubnetGroupDescription"] = self.params["DBSubnetGroupDescription"]
        return ActionResult({"DBSubnetGroup": group})

    def used_subnets(self, name):
        """The subnets that instances of the group's clusters are in."""
        clusters = {key for key, cluster in self.things.clusters.items() if cluster["DBSubnetGroup"] == name}
        members = [each for each in self.things.instances.values() if each["DBClusterIdentifier"] in clusters]
        return {member["eni"].subnet.id for member in members if member["eni"]}

    def default_group(self, vpc):
        """The default security group of a VPC, or of the default one."""
        ec2 = ec2_backends[self.current_account][self.region]
        vpc = vpc or ec2.get_default_vpc().id
        return ec2.get_security_group_from_name("default", vpc).id

    def delete_db_subnet_group(self):
        group = self.subnet_group(self.params.get("DBSubnetGroupName"))
        name = group["DBSubnetGroupName"]
        if any(cluster["DBSubnetGroup"] == name for cluster in self.things.clusters.values()):
            raise Refusal(
                "InvalidDBSubnetGroupStateFault",
                f"Cannot delete the subnet group '{name}' because at least one database instance: is still using it.",
            )
        del self.things.subnet_groups[name], self.things.tags[group["DBSubnetGroupArn"]]
        return EmptyResult()
