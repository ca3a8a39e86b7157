// A VPC with public, app and data subnets in two availability zones.
import * as pulumi from "@pulumi/pulumi";
import * as gitinfra from "@pulumi/gitinfra";

const config = new pulumi.Config();

const network = new gitinfra.Network("network", {
    cidr: config.get("cidr") ?? "10.0.0.0/16",
    availabilityZoneCount: config.getNumber("zones") ?? 2,
    nat: gitinfra.Nat.Single,
    tags: { Project: "network" },
});

export const vpcId = network.vpcId;
export const publicSubnetIds = network.publicSubnetIds;
export const appSubnetIds = network.appSubnetIds;
export const dataSubnetIds = network.dataSubnetIds;
export const subnetsByZone = network.subnetsByZone;
export const natPublicIps = network.natPublicIps;
