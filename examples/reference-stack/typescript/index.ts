// A whole stack for a web application, from its network to its alarms.
import * as pulumi from "@pulumi/pulumi";
import * as gitinfra from "@pulumi/gitinfra";

const config = new pulumi.Config();

const web = new gitinfra.ReferenceStack("web", {
    domain: "app.example.com",
    // The hosted zone of example.com, in another account, and the role that may change it.
    parentZone: {
        zoneId: config.get("parentZoneId") ?? "Z0123456789EXAMPLE",
        assumeRole: { roleArn: config.get("parentRole") ?? "arn:aws:iam::222222222222:role/dns" },
    },
    // How careful and how expensive: dev, standard or fsbp.
    profile: (config.get("profile") as gitinfra.Profile) ?? gitinfra.Profile.Standard,
    service: { image: config.get("image") ?? "public.ecr.aws/nginx/nginx:1.27", port: 8080 },
    // Another text, such as a date, gives CloudFront and the load balancer a new secret, without an outage.
    cdn: { originHeaderRotation: config.get("rotation") ?? "first" },
    slack: { workspaceId: "T07EA123LEP", channelId: "C07EZ1ABC23" },
});

export const url = web.url;
export const vpcId = web.network.apply((network) => network.vpcId);
export const controlsOpen = web.controlsOpen;
