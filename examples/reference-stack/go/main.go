// A whole stack for a web application, from its network to its alarms.
package main

import (
	"github.com/gitinfra/gitinfra/sdk/go/gitinfra"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

// setting gives a value of the configuration, or what it is without one.
func setting(cfg *config.Config, key, otherwise string) string {
	if value := cfg.Get(key); value != "" {
		return value
	}
	return otherwise
}

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		cfg := config.New(ctx, "")
		// How careful and how expensive: dev, standard or fsbp.
		profile := gitinfra.Profile(setting(cfg, "profile", "standard"))
		// Another text, such as a date, gives CloudFront and the load balancer a new secret, without an outage.
		rotation := setting(cfg, "rotation", "first")

		web, err := gitinfra.NewReferenceStack(ctx, "web", &gitinfra.ReferenceStackArgs{
			Domain: "app.example.com",
			// The hosted zone of example.com, in another account, and the role that may change it.
			ParentZone: &gitinfra.ParentZoneArgs{
				ZoneId: pulumi.String(setting(cfg, "parentZoneId", "Z0123456789EXAMPLE")),
				AssumeRole: &gitinfra.AssumeRoleArgs{
					RoleArn: pulumi.String(setting(cfg, "parentRole", "arn:aws:iam::222222222222:role/dns")),
				},
			},
			Profile: &profile,
			Service: &gitinfra.ServiceBlockArgs{
				Image: pulumi.String(setting(cfg, "image", "public.ecr.aws/nginx/nginx:1.27")),
				Port:  pulumi.Int(8080),
			},
			Cdn:   &gitinfra.CdnBlockArgs{OriginHeaderRotation: pulumi.String(rotation)},
			Slack: &gitinfra.SlackBlockArgs{WorkspaceId: pulumi.String("T07EA123LEP"), ChannelId: pulumi.String("C07EZ1ABC23")},
		})
		if err != nil {
			return err
		}

		ctx.Export("url", web.Url)
		ctx.Export("vpcId", web.Network.VpcId())
		ctx.Export("controlsOpen", web.ControlsOpen)
		return nil
	})
}
