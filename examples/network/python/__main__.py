"""A VPC with public, app and data subnets in two availability zones."""

import pulumi
import pulumi_gitinfra as gitinfra

config = pulumi.Config()

network = gitinfra.Network(
    "network",
    cidr=config.get("cidr") or "10.0.0.0/16",
    availability_zone_count=config.get_int("zones") or 2,
    nat=gitinfra.Nat.SINGLE,
    tags={"Project": "network"},
)

pulumi.export("vpcId", network.vpc_id)
pulumi.export("publicSubnetIds", network.public_subnet_ids)
pulumi.export("appSubnetIds", network.app_subnet_ids)
pulumi.export("dataSubnetIds", network.data_subnet_ids)
pulumi.export("subnetsByZone", network.subnets_by_zone)
pulumi.export("natPublicIps", network.nat_public_ips)
