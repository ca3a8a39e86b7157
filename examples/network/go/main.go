// A VPC with public, app and data subnets in two availability zones.
package main

import (
	"github.com/gitinfra/gitinfra/sdk/go/gitinfra"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		cidr, zones, nat := "10.0.0.0/16", 2, gitinfra.NatSingle

		cfg := config.New(ctx, "")
		if value, err := cfg.Try("cidr"); err == nil {
			cidr = value
		}
		if value, err := cfg.TryInt("zones"); err == nil {
			zones = value
		}

		network, err := gitinfra.NewNetwork(ctx, "network", &gitinfra.NetworkArgs{
			Cidr:                  &cidr,
			AvailabilityZoneCount: &zones,
			Nat:                   &nat,
			Tags:                  map[string]string{"Project": "network"},
		})
		if err != nil {
			return err
		}

		ctx.Export("vpcId", network.VpcId)
		ctx.Export("publicSubnetIds", network.PublicSubnetIds)
		ctx.Export("appSubnetIds", network.AppSubnetIds)
		ctx.Export("dataSubnetIds", network.DataSubnetIds)
		ctx.Export("subnetsByZone", network.SubnetsByZone)
		ctx.Export("natPublicIps", network.NatPublicIps)
		return nil
	})
}
