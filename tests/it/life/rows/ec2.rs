//! The rows of EC2's network.

use serde_json::{Value, json};

use super::{Listed, PLAN6, POOL6, Row, Second, length, row, subnet, vpc};
use crate::aws::REGION;
use crate::life::stack::Asked;

/// The IPAM pools of every account: one for VPCs, and two for the subnets of a VPC.
const POOL: &str = "ipam-pool-00000000000000004";
const PLAN: &str = "ipam-pool-00000000000000014";

pub fn rows() -> Vec<Row> {
    vec![
        vpc_row(),
        Row {
            also: drawn_blocks(),
            ..vpc_cidr_block_row(json!({"cidrBlock": "10.9.0.0/16"}), Some(json!({"cidrBlock": "100.64.0.0/16"})))
        },
        vpc_cidr_block_row(json!({"amazonProvidedIpv6CidrBlock": true}), None),
        subnet_row(),
        internet_gateway_row(),
        eip_row(),
        nat_gateway_row(),
        regional_nat_gateway_row(),
        route_table_row(),
        route_row(),
        route_table_association_row(),
        security_group_row(),
        rule("ec2:SecurityGroupIngressRule", false),
        rule("ec2:SecurityGroupEgressRule", true),
        default_security_group_row(),
        egress_only_internet_gateway_row(),
        interface_endpoint_row(),
        gateway_endpoint_row(),
        flow_log_row(),
        instance_row(),
    ]
}

fn vpc_row() -> Row {
    Row {
        first: json!({"cidrBlock": "10.0.0.0/16", "tags": {"Name": "web"}}),
        given: json!({"enableDnsHostnames": false, "enableDnsSupport": false, "instanceTenancy": "dedicated", "tags": {"a": "b"}}),
        needs: vec![("enableDnsSupport", json!({"enableDnsHostnames": false}))],
        also: vec![
            json!({"cidrBlock": null, "ipv4IpamPoolId": POOL}),
            json!({"cidrBlock": null, "ipv4IpamPoolId": POOL, "ipv4NetmaskLength": 24}),
            json!({"cidrBlock": "10.128.64.0/20", "ipv4IpamPoolId": POOL}),
        ],
        in_place: vec!["enableDnsHostnames", "tags"],
        other: Some(json!({"cidrBlock": "10.1.0.0/16"})),
        wrong: vec![
            (json!({"cidrBlock": null}), "one of"),
            (json!({"ipv4NetmaskLength": 20}), "needs `ipv4IpamPoolId`"),
            (json!({"cidrBlock": "10.0.0.0/30"}), "/30"),
            (json!({"cidrBlock": "10.0.0.1/16"}), "did you mean `10.0.0.0/16`?"),
        ],
        by_hand: Some(vec![("ec2", "delete_vpc", json!({"VpcId": "${x.id}"}))]),
        ..row("ec2:Vpc", ("ec2", "describe_vpcs", |answer| length(answer, "Vpcs")))
    }
}

fn vpc_cidr_block_row(range: Value, other: Option<Value>) -> Row {
    let pool = json!({"cidrBlock": null, "amazonProvidedIpv6CidrBlock": false});
    Row {
        around: vec![vpc()],
        first: crate::life::with(&json!({"vpcId": "${vpc.id}"}), &range),
        other,
        second: Second::Refused,
        wrong: vec![
            (pool, "one of"),
            (json!({"ipv4IpamPoolId": "ipam-pool-0", "ipv6IpamPoolId": "ipam-pool-1"}), "only one of"),
            (json!({"ipv4NetmaskLength": 20}), "needs `ipv4IpamPoolId`"),
            (json!({"ipv6Pool": "ipv6pool-ec2-0"}), "ipv6Pool"),
        ],
        by_hand: Some(vec![("ec2", "disassociate_vpc_cidr_block", json!({"AssociationId": "${x.id}"}))]),
        ..row(
            "ec2:VpcCidrBlockAssociation",
            ("ec2", "describe_vpcs", |answer| {
                let vpcs = answer["Vpcs"].as_array().into_iter().flatten();
                let sets = vpcs.flat_map(|vpc| {
                    let state = |each: &Value, name: &str| each[name]["State"] == "associated";
                    let ipv4 = vpc["CidrBlockAssociationSet"].as_array().into_iter().flatten();
                    let ipv6 = vpc["Ipv6CidrBlockAssociationSet"].as_array().into_iter().flatten();
                    let ipv4 = ipv4.filter(move |each| state(each, "CidrBlockState")).map(|_| ());
                    ipv4.chain(ipv6.filter(move |each| state(each, "Ipv6CidrBlockState")).map(|_| ()))
                });
                sets.count()
            }),
        )
    }
}

/// Blocks that come out of pools, each after one that the program names: a VPC has room for one of IPv6.
fn drawn_blocks() -> Vec<Value> {
    let drawn = |block: Value| crate::life::with(&json!({"cidrBlock": null}), &block);
    vec![
        drawn(json!({"ipv4IpamPoolId": POOL})),
        drawn(json!({"ipv4IpamPoolId": POOL, "ipv4NetmaskLength": 24})),
        json!({"cidrBlock": "10.128.64.0/20", "ipv4IpamPoolId": POOL}),
        drawn(json!({"ipv6IpamPoolId": POOL6, "ipv6NetmaskLength": 56})),
        json!({}),
        drawn(json!({"amazonProvidedIpv6CidrBlock": true, "ipv6CidrBlockNetworkBorderGroup": REGION})),
        json!({}),
        drawn(json!({"ipv6Pool": "ipv6pool-ec2-00000000000000001", "ipv6CidrBlock": "2001:db8:1000:1a00::/56"})),
    ]
}

fn subnet_row() -> Row {
    Row {
        around: vec![vpc()],
        // AWS chooses a zone by itself, and not always the same.
        first: json!({"vpcId": "${vpc.id}", "cidrBlock": "10.0.0.0/24", "availabilityZone": format!("{REGION}a")}),
        given: json!({"mapPublicIpOnLaunch": true, "enableResourceNameDnsARecordOnLaunch": true, "privateDnsHostnameTypeOnLaunch": "resource-name", "availabilityZone": format!("{REGION}c"), "tags": {"a": "b"}}),
        beside: vec![Asked::new(
            "six",
            "ec2:VpcCidrBlockAssociation",
            json!({"vpcId": "${vpc.id}", "amazonProvidedIpv6CidrBlock": true}),
        )],
        also: vec![
            json!({"cidrBlock": null, "ipv4IpamPoolId": PLAN, "ipv4NetmaskLength": 26}),
            json!({"vpcId": "${six.vpcId}", "ipv6IpamPoolId": PLAN6}),
            json!({"vpcId": "${six.vpcId}", "ipv6IpamPoolId": PLAN6, "ipv6NetmaskLength": 60, "assignIpv6AddressOnCreation": true}),
            json!({
                "vpcId": "${six.vpcId}", "cidrBlock": null, "ipv6Native": true, "ipv6IpamPoolId": PLAN6,
                "assignIpv6AddressOnCreation": true, "privateDnsHostnameTypeOnLaunch": "resource-name",
            }),
        ],
        in_place: vec!["mapPublicIpOnLaunch", "tags"],
        other: Some(json!({"cidrBlock": "10.0.1.0/24"})),
        second: Second::Refused,
        wrong: vec![
            (json!({"cidrBlock": null}), "one of"),
            (json!({"ipv6NetmaskLength": 64}), "needs `ipv6IpamPoolId`"),
            (json!({"ipv6Native": true}), "`ipv6Native: true`"),
            (json!({"cidrBlock": "10.0.0.0/8"}), "/8"),
            (json!({"assignIpv6AddressOnCreation": true}), "ipv6CidrBlock"),
        ],
        by_hand: Some(vec![("ec2", "delete_subnet", json!({"SubnetId": "${x.id}"}))]),
        ..row("ec2:Subnet", ("ec2", "describe_subnets", |answer| length(answer, "Subnets")))
    }
}

fn internet_gateway_row() -> Row {
    Row {
        around: vec![vpc()],
        first: json!({"vpcId": "${vpc.id}"}),
        given: json!({"tags": {"a": "b"}}),
        in_place: vec!["tags"],
        second: Second::Refused,
        by_hand: Some(vec![
            ("ec2", "detach_internet_gateway", json!({"InternetGatewayId": "${x.id}", "VpcId": "${vpc.id}"})),
            ("ec2", "delete_internet_gateway", json!({"InternetGatewayId": "${x.id}"})),
        ]),
        ..row("ec2:InternetGateway", ("ec2", "describe_internet_gateways", |answer| length(answer, "InternetGateways")))
    }
}

fn eip_row() -> Row {
    Row {
        given: json!({"tags": {"a": "b"}}),
        also: vec![json!({"instanceId": "${server.id}"})],
        beside: vec![vpc(), gateway(), subnet("net", "10.0.0.0/24", "a"), server("server", "net")],
        in_place: vec!["tags"],
        other: Some(json!({"tags": {"c": "d"}})),
        by_hand: Some(vec![("ec2", "release_address", json!({"AllocationId": "${x.id}"}))]),
        ..row("ec2:Eip", ("ec2", "describe_addresses", |answer| length(answer, "Addresses")))
    }
}

/// A small instance in a subnet.
fn server(name: &str, subnet: &str) -> Asked {
    let properties =
        json!({"imageSsmParameter": IMAGE, "instanceType": "t4g.nano", "subnetId": format!("${{{subnet}.id}}")});
    Asked::new(name, "ec2:Instance", properties)
}

fn nat_gateway_row() -> Row {
    Row {
        around: vec![vpc(), gateway(), subnet("subnet", "10.0.0.0/24", "a"), Asked::new("one", "ec2:Eip", json!({}))],
        first: json!({"subnetId": "${subnet.id}", "connectivityType": "private"}),
        given: json!({
            "tags": {"a": "b"},
            "privateIp": "10.0.0.77",
            "secondaryPrivateIpAddresses": ["10.0.0.99"],
        }),
        needs: vec![("secondaryPrivateIpAddresses", json!({"maxDrainDurationSeconds": 1}))],
        in_place: vec!["tags", "secondaryPrivateIpAddresses"],
        other: Some(json!({"secondaryPrivateIpAddressCount": 2})),
        wrong: vec![
            (json!({"connectivityType": "public"}), "allocationId"),
            (json!({"allocationId": "${one.id}"}), "allocationId"),
            (json!({"secondaryAllocationIds": ["eipalloc-0123456789abcdef0"]}), "no Elastic IP addresses"),
            (json!({"maxDrainDurationSeconds": 0}), "maxDrainDurationSeconds"),
        ],
        ..nat_gateway_of()
    }
}

fn nat_gateway_of() -> Row {
    Row {
        by_hand: Some(vec![("ec2", "delete_nat_gateway", json!({"NatGatewayId": "${x.id}"}))]),
        ..row(
            "ec2:NatGateway",
            ("ec2", "describe_nat_gateways", |answer| {
                let all = answer["NatGateways"].as_array();
                all.map_or(0, |all| {
                    all.iter().filter(|nat| nat["State"] != "deleted" && nat["State"] != "failed").count()
                })
            }),
        )
    }
}

fn regional_nat_gateway_row() -> Row {
    let zone = json!({"availabilityZone": format!("{REGION}a"), "allocationIds": ["${one.id}"]});
    Row {
        around: vec![vpc(), gateway(), Asked::new("one", "ec2:Eip", json!({}))],
        first: json!({"availabilityMode": "regional", "vpcId": "${vpc.id}"}),
        given: json!({"availabilityZoneAddresses": [zone], "tags": {"a": "b"}}),
        in_place: vec!["tags"],
        other: Some(json!({"tags": {"c": "d"}})),
        wrong: vec![
            (json!({"connectivityType": "private"}), "always public"),
            (json!({"subnetId": "subnet-0123456789abcdef0"}), "only a zonal NAT gateway"),
            (json!({"availabilityMode": "zonal"}), "subnetId"),
            (json!({"availabilityZoneAddresses": [{"allocationIds": ["eipalloc-0"]}]}), "one of `availabilityZone`"),
        ],
        ..nat_gateway_of()
    }
}

fn route_table_row() -> Row {
    Row {
        around: vec![vpc()],
        first: json!({"vpcId": "${vpc.id}"}),
        given: json!({"tags": {"a": "b"}}),
        in_place: vec!["tags"],
        other: Some(json!({"tags": {"c": "d"}})),
        by_hand: Some(vec![("ec2", "delete_route_table", json!({"RouteTableId": "${x.id}"}))]),
        ..row("ec2:RouteTable", ("ec2", "describe_route_tables", |answer| length(answer, "RouteTables")))
    }
}

fn route_row() -> Row {
    Row {
        around: [tables(), vec![server("server", "subnet")]].concat(),
        first: json!({"routeTableId": "${table.id}", "destinationCidrBlock": "0.0.0.0/0", "gatewayId": "${igw.id}"}),
        also: vec![json!({"gatewayId": null, "instanceId": "${server.id}"})],
        other: Some(json!({"destinationCidrBlock": "172.16.0.0/12"})),
        second: Second::Refused,
        wrong: vec![
            (json!({"destinationIpv6CidrBlock": "::/0"}), "only one of"),
            (json!({"gatewayId": null}), "one of"),
            (json!({"destinationCidrBlock": "1.2.3.4/0"}), "did you mean `0.0.0.0/0`?"),
        ],
        by_hand: Some(vec![(
            "ec2",
            "delete_route",
            json!({"RouteTableId": "${table.id}", "DestinationCidrBlock": "0.0.0.0/0"}),
        )]),
        ..row(
            "ec2:Route",
            ("ec2", "describe_route_tables", |answer| {
                let tables = answer["RouteTables"].as_array();
                tables.map_or(0, |all| all.iter().map(|table| length(table, "Routes")).sum())
            }),
        )
    }
}

fn route_table_association_row() -> Row {
    Row {
        around: tables(),
        first: json!({"subnetId": "${subnet.id}", "routeTableId": "${table.id}"}),
        given: json!({"routeTableId": "${main.id}"}),
        in_place: vec!["routeTableId"],
        other: Some(json!({"subnetId": "${more.id}"})),
        second: Second::Refused,
        by_hand: Some(vec![("ec2", "disassociate_route_table", json!({"AssociationId": "${x.associationId}"}))]),

        ..row(
            "ec2:RouteTableAssociation",
            ("ec2", "describe_route_tables", |answer| {
                let tables = answer["RouteTables"].as_array();
                tables.map_or(0, |all| all.iter().map(|table| length(table, "Associations")).sum())
            }),
        )
    }
}

fn security_group_row() -> Row {
    Row {
        around: vec![vpc()],
        first: json!({"vpcId": "${vpc.id}", "name": "web"}),
        given: json!({"description": "for the web", "tags": {"a": "b"}}),
        in_place: vec!["tags"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "sg-web"}), "sg-"),
            (json!({"name": "default"}), "default"),
            (json!({"description": "日本"}), "description"),
        ],
        by_hand: Some(vec![("ec2", "delete_security_group", json!({"GroupId": "${x.id}"}))]),
        ..row("ec2:SecurityGroup", ("ec2", "describe_security_groups", |answer| length(answer, "SecurityGroups")))
    }
}

fn default_security_group_row() -> Row {
    Row {
        around: vec![vpc()],
        first: json!({"vpcId": "${vpc.id}"}),
        given: json!({"tags": {"a": "b"}}),
        in_place: vec!["tags"],
        second: Second::Shared,
        wrong: vec![(json!({"locked": false}), "locked")],
        listed: Listed {
            service: "ec2",
            operation: "describe_security_groups",
            parameters: json!({}),
            count: |answer| length(answer, "SecurityGroups"),
            each: 0,
        },
        ..row("ec2:DefaultSecurityGroup", ("ec2", "describe_security_groups", |_| 0))
    }
}

fn egress_only_internet_gateway_row() -> Row {
    let delete = json!({"EgressOnlyInternetGatewayId": "${x.id}"});
    Row {
        around: vec![vpc()],
        first: json!({"vpcId": "${vpc.id}"}),
        given: json!({"tags": {"a": "b"}}),
        in_place: vec!["tags"],
        other: Some(json!({"tags": {"c": "d"}})),
        by_hand: Some(vec![("ec2", "delete_egress_only_internet_gateway", delete)]),
        ..row(
            "ec2:EgressOnlyInternetGateway",
            ("ec2", "describe_egress_only_internet_gateways", |answer| length(answer, "EgressOnlyInternetGateways")),
        )
    }
}

fn service(name: &str) -> String {
    format!("com.amazonaws.{REGION}.{name}")
}

fn endpoint_row(first: Value) -> Row {
    Row {
        first,
        second: Second::Refused,
        by_hand: Some(vec![("ec2", "delete_vpc_endpoints", json!({"VpcEndpointIds": ["${x.id}"]}))]),
        ..row(
            "ec2:VpcEndpoint",
            ("ec2", "describe_vpc_endpoints", |answer| {
                let all = answer["VpcEndpoints"].as_array();
                all.map_or(0, |all| all.iter().filter(|each| each["State"] != "deleting").count())
            }),
        )
    }
}

fn interface_endpoint_row() -> Row {
    let policy = json!({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ssm:*", "Resource": "*"}]});
    let mut around = super::two_subnets();
    around.push(Asked::new("group", "ec2:SecurityGroup", json!({"vpcId": "${vpc.id}"})));
    Row {
        around,
        given: json!({
            "policyDocument": policy,
            "privateDnsEnabled": false,
            "ipAddressType": "dualstack",
            "dnsOptions": {"dnsRecordIpType": "dualstack"},
            "subnetIds": ["${two.id}"],
            "securityGroupIds": ["${group.id}"],
            "tags": {"a": "b"},
        }),
        in_place: vec!["policyDocument", "privateDnsEnabled", "subnetIds", "securityGroupIds", "tags"],
        other: Some(json!({"serviceName": service("ec2messages")})),
        wrong: vec![
            (json!({"serviceName": null}), "one of `serviceName`"),
            (json!({"routeTableIds": ["rtb-0123456789abcdef0"]}), "only a `Gateway` endpoint has it"),
            (
                json!({"serviceNetworkArn": "arn:aws:vpc-lattice:us-east-1:123456789012:servicenetwork/sn-0"}),
                "only one of",
            ),
            (json!({"dnsOptions": {"privateDnsSpecifiedDomains": ["example.com"]}}), "privateDnsPreference"),
        ],
        ..endpoint_row(json!({
            "vpcId": "${vpc.id}",
            "vpcEndpointType": "Interface",
            "serviceName": service("ssm"),
            "subnetIds": ["${one.id}"],
        }))
    }
}

fn gateway_endpoint_row() -> Row {
    let policy = json!({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:Get*", "Resource": "*"}]});
    let table = |name| Asked::new(name, "ec2:RouteTable", json!({"vpcId": "${vpc.id}"}));
    Row {
        around: vec![vpc(), table("table"), table("more")],
        given: json!({"policyDocument": policy, "routeTableIds": ["${table.id}", "${more.id}"], "tags": {"a": "b"}}),
        in_place: vec!["policyDocument", "routeTableIds", "tags"],
        other: Some(json!({"serviceName": service("dynamodb")})),
        wrong: vec![
            (json!({"subnetIds": ["subnet-0123456789abcdef0"]}), "another type than `Gateway`"),
            (json!({"privateDnsEnabled": true}), "another type than `Gateway`"),
            (json!({"securityGroupIds": ["sg-0123456789abcdef0"]}), "another type than `Gateway`"),
        ],
        ..endpoint_row(json!({"vpcId": "${vpc.id}", "serviceName": service("s3"), "routeTableIds": ["${table.id}"]}))
    }
}

/// A flow log that goes to files.
fn filed(more: Value) -> Value {
    let files = json!({"logDestinationType": "s3", "logDestination": "${files.arn}", "deliverLogsPermissionArn": null});
    crate::life::with(&files, &more)
}

fn flow_log_row() -> Row {
    let trust = json!({"Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }]});
    let group = |name| Asked::new(name, "logs:LogGroup", json!({}));
    Row {
        around: vec![
            vpc(),
            group("group"),
            group("more"),
            Asked::new("role", "iam:Role", json!({"assumeRolePolicy": trust})),
        ],
        first: json!({
            "resourceType": "VPC",
            "resourceId": "${vpc.id}",
            "trafficType": "ALL",
            "logDestination": "${group.arn}",
            "deliverLogsPermissionArn": "${role.arn}",
        }),
        given: json!({
            "trafficType": "REJECT",
            "logDestination": "${more.arn}",
            "logFormat": "${srcaddr} ${dstaddr} ${action}",
            "maxAggregationInterval": 60,
            "tagFieldSpecifications": [{"resourceType": "instance", "tagKeys": ["Name"]}],
            "tags": {"a": "b"},
        }),
        also: vec![
            filed(json!({})),
            filed(json!({"destinationOptions": {"fileFormat": "parquet", "perHourPartition": true}})),
        ],
        beside: vec![Asked::new("files", "s3:Bucket", json!({"forceDestroy": true}))],
        in_place: vec!["tags"],
        other: Some(json!({"logDestination": "${more.arn}"})),
        second: Second::Refused,
        wrong: vec![
            (json!({"trafficType": null}), "`ACCEPT`, `REJECT` or `ALL`"),
            (json!({"resourceType": "TransitGateway"}), "transit gateways"),
            (json!({"deliverLogsPermissionArn": null}), "needs a role"),
            (
                json!({"logDestinationType": "s3", "deliverLogsPermissionArn": "arn:aws:iam::123456789012:role/flow"}),
                "takes no role",
            ),
            (json!({"maxAggregationInterval": 61}), "60 or 600"),
            (json!({"destinationOptions": {"fileFormat": "parquet"}}), "only for `s3`"),
            (json!({"logDestination": "logs"}), "the ARN of a log group, a bucket or a delivery stream"),
        ],
        by_hand: Some(vec![("ec2", "delete_flow_logs", json!({"FlowLogIds": ["${x.id}"]}))]),
        ..row("ec2:FlowLog", ("ec2", "describe_flow_logs", |answer| length(answer, "FlowLogs")))
    }
}

/// The parameter of an AMI.
const IMAGE: &str = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";

fn instance_row() -> Row {
    let group = Asked::new("group", "ec2:SecurityGroup", json!({"vpcId": "${vpc.id}"}));
    let trust = json!({"Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": "ec2.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }]});
    Row {
        around: vec![vpc(), subnet("one", "10.0.0.0/24", "a"), group],
        also: vec![
            json!({"iamInstanceProfile": "${profile.name}"}),
            json!({"availabilityZone": format!("{REGION}a")}),
            json!({"imageSsmParameter": null, "imageId": "${peer.imageId}"}),
            json!({"keyName": "ops"}),
            json!({"subnetId": "${dual.id}", "ipv6AddressCount": 1}),
            json!({"subnetId": "${dual.id}", "ipv6AddressCount": 2}),
        ],
        beside: vec![
            server("peer", "one"),
            Asked::new(
                "six",
                "ec2:VpcCidrBlockAssociation",
                json!({"vpcId": "${vpc.id}", "ipv6IpamPoolId": POOL6, "ipv6NetmaskLength": 56}),
            ),
            Asked::new(
                "dual",
                "ec2:Subnet",
                json!({
                    "vpcId": "${six.vpcId}", "cidrBlock": "10.0.4.0/24", "availabilityZone": format!("{REGION}a"),
                    "ipv6IpamPoolId": PLAN6,
                }),
            ),
            Asked::new("role", "iam:Role", json!({"assumeRolePolicy": trust})),
            Asked::new("profile", "iam:InstanceProfile", json!({"role": "${role.name}"})),
        ],
        first: json!({"imageSsmParameter": IMAGE, "instanceType": "t4g.nano", "subnetId": "${one.id}"}),
        given: json!({
            "instanceType": "t4g.micro",
            "securityGroupIds": ["${group.id}"],
            "associatePublicIpAddress": true,
            "privateIpAddress": "10.0.0.77",
            "tenancy": "dedicated",
            "enclaveOptions": {"enabled": true},
            "hibernationOptions": {"configured": true},
            "userData": "#!/bin/sh\necho hello",
            "rootBlockDevice": {"volumeSize": 20, "iops": 4000, "throughput": 200, "deleteOnTermination": false},
            "metadataOptions": {"httpPutResponseHopLimit": 2, "instanceMetadataTags": "enabled"},
            "cpuOptions": {"coreCount": 2, "threadsPerCore": 1},
            "creditSpecification": {"cpuCredits": "standard"},
            "ebsOptimized": true,
            "monitoring": true,
            "sourceDestCheck": false,
            "disableApiTermination": true,
            "disableApiStop": true,
            "instanceInitiatedShutdownBehavior": "terminate",
            "tags": {"a": "b"},
        }),
        in_place: vec!["instanceType", "userData", "metadataOptions", "disableApiStop", "monitoring", "tags"],
        other: Some(json!({"tags": {"c": "d"}})),
        wrong: wrong_instances(),
        // Of the root volume an import tells more: its size and its key.
        untold: vec!["imageSsmParameter", "rootBlockDevice"],
        by_hand: Some(vec![("ec2", "terminate_instances", json!({"InstanceIds": ["${x.id}"]}))]),
        ..row(
            "ec2:Instance",
            ("ec2", "describe_instances", |answer| {
                let all = answer["Reservations"].as_array().into_iter().flatten();
                let all = all.flat_map(|each| each["Instances"].as_array().into_iter().flatten());
                all.filter(|each| each["State"]["Name"] != "terminated" && each["State"]["Name"] != "shutting-down")
                    .count()
            }),
        )
    }
}

/// What AWS refuses of an instance, and words of it.
fn wrong_instances() -> Vec<(Value, &'static str)> {
    vec![
        (json!({"imageSsmParameter": null}), "one of `imageId`"),
        (json!({"imageId": "ami-0123456789abcdef0"}), "only one of"),
        (json!({"rootBlockDevice": {"volumeType": "io2"}}), "`io1` and `io2` need it"),
        (json!({"rootBlockDevice": {"volumeType": "gp2", "throughput": 200}}), "only `gp3` has it"),
        (json!({"metadataOptions": {"httpPutResponseHopLimit": 65}}), "httpPutResponseHopLimit"),
        (json!({"instanceType": "m7g.medium", "creditSpecification": {"cpuCredits": "standard"}}), "no CPU credits"),
    ]
}

fn gateway() -> Asked {
    Asked::new("igw", "ec2:InternetGateway", json!({"vpcId": "${vpc.id}"}))
}

fn tables() -> Vec<Asked> {
    let table = |name| Asked::new(name, "ec2:RouteTable", json!({"vpcId": "${vpc.id}"}));
    vec![
        vpc(),
        gateway(),
        subnet("subnet", "10.0.0.0/24", "a"),
        subnet("more", "10.0.1.0/24", "c"),
        table("table"),
        table("main"),
    ]
}

fn group() -> Vec<Asked> {
    vec![vpc(), Asked::new("group", "ec2:SecurityGroup", json!({"vpcId": "${vpc.id}"}))]
}

fn rule(kind: &'static str, egress: bool) -> Row {
    let count = if egress {
        |answer: &Value| {
            answer["SecurityGroupRules"].as_array().map_or(0, |rules| {
                rules.iter().filter(|rule| rule["IsEgress"] == true && rule["CidrIpv4"] != "0.0.0.0/0").count()
            })
        }
    } else {
        |answer: &Value| {
            answer["SecurityGroupRules"]
                .as_array()
                .map_or(0, |rules| rules.iter().filter(|rule| rule["IsEgress"] == false).count())
        }
    };
    let operation = if egress { "revoke_security_group_egress" } else { "revoke_security_group_ingress" };
    Row {
        around: group(),
        first: json!({"securityGroupId": "${group.id}", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "cidrIpv4": "10.0.0.0/8"}),
        given: json!({"description": "for the web", "tags": {"a": "b"}}),
        in_place: vec!["description", "tags"],
        other: Some(json!({"fromPort": 80, "toPort": 80})),
        second: Second::Refused,
        wrong: vec![
            (json!({"toPort": 80}), "toPort"),
            (json!({"cidrIpv6": "::/0"}), "cidrIpv6"),
            (json!({"fromPort": null}), "fromPort"),
            (json!({"cidrIpv4": "10.0.0.1/8"}), "did you mean `10.0.0.0/8`?"),
        ],
        by_hand: Some(vec![("ec2", operation, json!({"GroupId": "${group.id}", "SecurityGroupRuleIds": ["${x.id}"]}))]),
        ..row(kind, ("ec2", "describe_security_group_rules", count))
    }
}
