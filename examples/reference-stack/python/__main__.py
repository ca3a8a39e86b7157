"""A whole stack for a web application, from its network to its alarms."""

import pulumi
import pulumi_gitinfra as gitinfra

config = pulumi.Config()

web = gitinfra.ReferenceStack(
    "web",
    domain="app.example.com",
    # The hosted zone of example.com, in another account, and the role that may change it.
    parent_zone=gitinfra.ParentZoneArgs(
        zone_id=config.get("parentZoneId") or "Z0123456789EXAMPLE",
        assume_role=gitinfra.AssumeRoleArgs(
            role_arn=config.get("parentRole") or "arn:aws:iam::222222222222:role/dns",
        ),
    ),
    # How careful and how expensive: dev, standard or fsbp.
    profile=gitinfra.Profile(config.get("profile") or "standard"),
    # Blocks are given as their classes: where something else could be given, Pulumi does not translate the keys of a dict.
    service=gitinfra.ServiceBlockArgs(image=config.get("image") or "public.ecr.aws/nginx/nginx:1.27", port=8080),
    # Another text, such as a date, gives CloudFront and the load balancer a new secret, without an outage.
    cdn=gitinfra.CdnBlockArgs(origin_header_rotation=config.get("rotation") or "first"),
    slack=gitinfra.SlackBlockArgs(workspace_id="T07EA123LEP", channel_id="C07EZ1ABC23"),
)

pulumi.export("url", web.url)
pulumi.export("vpcId", web.network.apply(lambda network: network.vpc_id))
pulumi.export("controlsOpen", web.controls_open)
