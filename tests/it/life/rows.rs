//! One row of data for each type.

use serde_json::{Value, json};

use super::stack::Asked;
use crate::aws::{Aws, ELSEWHERE, REGION};

/// What becomes of a second resource that asks for the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Second {
    /// It is another one beside the first.
    Another,
    /// There is room for one: the second is refused.
    Refused,
    /// Both are the same thing, which AWS keeps whatever becomes of the resources.
    Shared,
}

/// How things of a kind are counted: a call of boto3, and what of its answer.
pub struct Listed {
    pub service: &'static str,
    pub operation: &'static str,
    pub parameters: Value,
    pub count: fn(&Value) -> usize,
    /// How many of them one resource is.
    pub each: usize,
}

/// How one type lives.
pub struct Row {
    /// The type's module and name: `ec2:Vpc`.
    pub kind: &'static str,
    /// The region that boto3 looks in.
    pub region: &'static str,
    /// What has to be in the account before anything else.
    pub prepare: fn(&Aws),
    /// What has to stand around it.
    pub around: Vec<Asked>,
    /// The properties that it is made with.
    pub first: Value,
    /// Optional properties, each of which is given and dropped again.
    pub given: Value,
    /// What else has to be given with one of these.
    pub needs: Vec<(&'static str, Value)>,
    /// Those of `given` that change in place and may be given together.
    pub in_place: Vec<&'static str>,
    /// Those texts of `given` that can't be given beside the others.
    pub alone: Vec<&'static str>,
    /// What makes it another one beside the first.
    pub other: Option<Value>,
    /// What leaves its name to be made up.
    pub unnamed: Value,
    pub second: Second,
    /// What is refused before anything is made, and in which words.
    pub wrong: Vec<(Value, &'static str)>,
    pub listed: Listed,
    /// How it is deleted by hand: service, operation and parameters.
    pub by_hand: Option<Vec<(&'static str, &'static str, Value)>>,
    /// Whether an update of what was deleted by hand makes it anew.
    pub made_anew: bool,
    /// The id that it is imported by, where it is another than its own.
    pub import_id: Option<&'static str>,
    /// Outputs that an import can't know.
    pub untold: Vec<&'static str>,
    /// What is around it when what it belongs to is replaced, and what then becomes of it.
    pub moved: Option<(Vec<Asked>, Vec<&'static str>)>,
}

impl Row {
    pub fn token(&self) -> String {
        format!("gitinfra:{}", self.kind)
    }

    /// Each optional property, with what has to be given beside it.
    pub fn changes(&self) -> Vec<(String, Value)> {
        let each = self.given.as_object().into_iter().flatten();
        let needs =
            |name: &str| self.needs.iter().find(|(of, _)| *of == name).map_or(json!({}), |(_, more)| more.clone());
        each.map(|(name, value)| (name.clone(), super::with(&needs(name), &json!({name.clone(): value.clone()}))))
            .collect()
    }
}

/// A row of which only what is special is told.
fn row(kind: &'static str, listed: (&'static str, &'static str, fn(&Value) -> usize)) -> Row {
    let (service, operation, count) = listed;
    Row {
        kind,
        region: REGION,
        prepare: |_| {},
        around: Vec::new(),
        first: json!({}),
        given: json!({}),
        needs: Vec::new(),
        in_place: Vec::new(),
        alone: Vec::new(),
        other: None,
        unnamed: json!({}),
        second: Second::Another,
        wrong: Vec::new(),
        listed: Listed { service, operation, parameters: json!({}), count, each: 1 },
        by_hand: None,
        made_anew: false,
        import_id: None,
        untold: Vec::new(),
        moved: None,
    }
}

fn length(answer: &Value, key: &str) -> usize {
    answer[key].as_array().map_or(0, Vec::len)
}

const OPTIMIZED: &str = "658327ea-f89d-4fab-a63d-7e88639e58f6";
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
const BOUNDARY: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

fn vpc() -> Asked {
    Asked::new("vpc", "ec2:Vpc", json!({"cidrBlock": "10.0.0.0/16"}))
}

fn subnet(name: &str, range: &str, zone: &str) -> Asked {
    let properties = json!({"vpcId": "${vpc.id}", "cidrBlock": range, "availabilityZone": format!("{REGION}{zone}")});
    Asked::new(name, "ec2:Subnet", properties)
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

/// Two VPCs with a subnet each in the place of one.
fn two_subnets() -> Vec<Asked> {
    vec![vpc(), subnet("one", "10.0.0.0/24", "a"), subnet("two", "10.0.1.0/24", "c")]
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

/// All of them.
pub fn rows() -> Vec<Row> {
    let mut rows = network();
    rows.extend(others());
    rows
}

fn network() -> Vec<Row> {
    vec![
        Row {
            first: json!({"cidrBlock": "10.0.0.0/16", "tags": {"Name": "web"}}),
            given: json!({"enableDnsHostnames": false, "enableDnsSupport": false, "instanceTenancy": "dedicated", "tags": {"a": "b"}}),
            needs: vec![("enableDnsSupport", json!({"enableDnsHostnames": false}))],
            in_place: vec!["enableDnsHostnames", "tags"],
            other: Some(json!({"cidrBlock": "10.1.0.0/16"})),
            wrong: vec![
                (json!({"cidrBlock": "10.0.0.0/30"}), "/30"),
                (json!({"cidrBlock": "10.0.0.1/16"}), "did you mean `10.0.0.0/16`?"),
            ],
            by_hand: Some(vec![("ec2", "delete_vpc", json!({"VpcId": "${x.id}"}))]),
            ..row("ec2:Vpc", ("ec2", "describe_vpcs", |answer| length(answer, "Vpcs")))
        },
        Row {
            around: vec![vpc()],
            first: json!({"vpcId": "${vpc.id}", "cidrBlock": "10.0.0.0/24"}),
            given: json!({"mapPublicIpOnLaunch": true, "enableResourceNameDnsARecordOnLaunch": true, "privateDnsHostnameTypeOnLaunch": "resource-name", "availabilityZone": format!("{REGION}c"), "tags": {"a": "b"}}),
            in_place: vec!["mapPublicIpOnLaunch", "tags"],
            other: Some(json!({"cidrBlock": "10.0.1.0/24"})),
            second: Second::Refused,
            wrong: vec![
                (json!({"cidrBlock": "10.0.0.0/8"}), "/8"),
                (json!({"assignIpv6AddressOnCreation": true}), "ipv6CidrBlock"),
            ],
            by_hand: Some(vec![("ec2", "delete_subnet", json!({"SubnetId": "${x.id}"}))]),
            ..row("ec2:Subnet", ("ec2", "describe_subnets", |answer| length(answer, "Subnets")))
        },
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
            ..row(
                "ec2:InternetGateway",
                ("ec2", "describe_internet_gateways", |answer| length(answer, "InternetGateways")),
            )
        },
        Row {
            given: json!({"tags": {"a": "b"}}),
            in_place: vec!["tags"],
            other: Some(json!({"tags": {"c": "d"}})),
            by_hand: Some(vec![("ec2", "release_address", json!({"AllocationId": "${x.id}"}))]),
            ..row("ec2:Eip", ("ec2", "describe_addresses", |answer| length(answer, "Addresses")))
        },
        Row {
            around: vec![
                vpc(),
                gateway(),
                subnet("subnet", "10.0.0.0/24", "a"),
                Asked::new("one", "ec2:Eip", json!({})),
            ],
            first: json!({"subnetId": "${subnet.id}", "connectivityType": "private"}),
            given: json!({"tags": {"a": "b"}, "privateIp": "10.0.0.77"}),
            in_place: vec!["tags"],
            other: Some(json!({"tags": {"c": "d"}})),
            wrong: vec![
                (json!({"connectivityType": "public"}), "allocationId"),
                (json!({"allocationId": "${one.id}"}), "allocationId"),
            ],
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
        },
        Row {
            around: vec![vpc()],
            first: json!({"vpcId": "${vpc.id}"}),
            given: json!({"tags": {"a": "b"}}),
            in_place: vec!["tags"],
            other: Some(json!({"tags": {"c": "d"}})),
            by_hand: Some(vec![("ec2", "delete_route_table", json!({"RouteTableId": "${x.id}"}))]),
            ..row("ec2:RouteTable", ("ec2", "describe_route_tables", |answer| length(answer, "RouteTables")))
        },
        Row {
            around: tables(),
            first: json!({"routeTableId": "${table.id}", "destinationCidrBlock": "0.0.0.0/0", "gatewayId": "${igw.id}"}),
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
        },
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
        },
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
        },
        rule("ec2:SecurityGroupIngressRule", false),
        rule("ec2:SecurityGroupEgressRule", true),
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
        },
    ]
}

fn others() -> Vec<Row> {
    vec![
        Row {
            around: two_subnets(),
            first: json!({"name": "web", "subnetIds": ["${one.id}"]}),
            given: json!({"description": "for the web", "tags": {"a": "b"}, "subnetIds": ["${one.id}", "${two.id}"]}),
            in_place: vec!["description", "tags", "subnetIds"],
            other: Some(json!({"name": "shop"})),
            unnamed: json!({"name": null}),
            second: Second::Refused,
            wrong: vec![(json!({"name": "1st"}), "name"), (json!({"subnetIds": []}), "subnetIds")],
            by_hand: Some(vec![("elasticache", "delete_cache_subnet_group", json!({"CacheSubnetGroupName": "web"}))]),
            ..row(
                "elasticache:SubnetGroup",
                ("elasticache", "describe_cache_subnet_groups", |answer| length(answer, "CacheSubnetGroups")),
            )
        },
        Row {
            around: [
                two_subnets(),
                vec![Asked::new("net", "elasticache:SubnetGroup", json!({"subnetIds": ["${one.id}", "${two.id}"]}))],
            ]
            .concat(),
            first: json!({"replicationGroupId": "web", "nodeType": "cache.t4g.micro", "subnetGroupName": "${net.name}"}),
            given: json!({"description": "for the web", "tags": {"a": "b"}, "snapshotRetentionLimit": 3, "snapshotWindow": "03:00-04:00", "autoMinorVersionUpgrade": false, "replicasPerNodeGroup": 1}),
            in_place: vec!["description", "tags", "snapshotRetentionLimit", "replicasPerNodeGroup"],
            other: Some(json!({"replicationGroupId": "shop"})),
            unnamed: json!({"replicationGroupId": null}),
            second: Second::Refused,
            wrong: vec![
                (json!({"replicationGroupId": "1st"}), "replicationGroupId"),
                (json!({"automaticFailoverEnabled": true}), "needs at least one replica"),
            ],
            by_hand: Some(vec![("elasticache", "delete_replication_group", json!({"ReplicationGroupId": "web"}))]),
            ..row(
                "elasticache:ReplicationGroup",
                ("elasticache", "describe_replication_groups", |answer| length(answer, "ReplicationGroups")),
            )
        },
        Row {
            region: ELSEWHERE,
            first: json!({
                "origins": {"app": {"domainName": "app.example.com", "customOriginConfig": {}}},
                "defaultCacheBehavior": {"targetOriginId": "app", "cachePolicyId": OPTIMIZED},
            }),
            given: json!({"comment": "for the web", "tags": {"a": "b"}, "priceClass": "PriceClass_100", "defaultRootObject": "index.html", "httpVersion": "http2"}),
            in_place: vec!["comment", "tags", "priceClass"],
            other: Some(json!({"comment": "another"})),
            wrong: vec![(
                json!({"defaultCacheBehavior": {"targetOriginId": "no", "cachePolicyId": OPTIMIZED}}),
                "targetOriginId",
            )],
            ..row(
                "cloudfront:Distribution",
                ("cloudfront", "list_distributions", |answer| length(&answer["DistributionList"], "Items")),
            )
        },
        Row {
            region: ELSEWHERE,
            first: json!({"name": "example.com"}),
            given: json!({"comment": "for the web", "tags": {"a": "b"}}),
            in_place: vec!["comment", "tags"],
            other: Some(json!({"name": "example.org"})),
            wrong: vec![(json!({"name": "a..b"}), "name")],
            by_hand: Some(vec![("route53", "delete_hosted_zone", json!({"Id": "${x.id}"}))]),
            ..row("route53:Zone", ("route53", "list_hosted_zones", |answer| length(answer, "HostedZones")))
        },
        Row {
            region: ELSEWHERE,
            around: vec![Asked::new("zone", "route53:Zone", json!({"name": "example.com"}))],
            first: json!({"zoneId": "${zone.id}", "name": "www.example.com", "type": "A", "records": ["192.0.2.1"]}),
            given: json!({"ttl": 60, "records": ["192.0.2.2"], "waitForSync": false}),
            in_place: vec!["ttl", "records"],
            other: Some(json!({"name": "shop.example.com"})),
            second: Second::Refused,
            wrong: vec![
                (json!({"type": "AAAA"}), "records"),
                (json!({"records": []}), "records"),
                (json!({"records": ["::1"]}), "records"),
            ],
            listed: Listed {
                service: "route53",
                operation: "list_resource_record_sets",
                parameters: json!({"HostedZoneId": "${zone.id}"}),
                count: |answer| length(answer, "ResourceRecordSets"),
                each: 1,
            },
            by_hand: Some(vec![(
                "route53",
                "change_resource_record_sets",
                json!({
                    "HostedZoneId": "${zone.id}",
                    "ChangeBatch": {"Changes": [{"Action": "DELETE", "ResourceRecordSet": {"Name": "www.example.com.", "Type": "A", "TTL": 300, "ResourceRecords": [{"Value": "192.0.2.1"}]}}]},
                }),
            )]),
            untold: vec!["overwrite", "waitForSync"],
            made_anew: true,
            ..row("route53:Record", ("route53", "", |_| 0))
        },
        Row {
            region: ELSEWHERE,
            first: json!({"name": "web", "assumeRolePolicy": TRUST}),
            given: json!({"description": "for the web", "tags": {"a": "b"}, "maxSessionDuration": 7200, "permissionsBoundary": BOUNDARY, "path": "/service/"}),
            in_place: vec!["description", "tags", "maxSessionDuration"],
            other: Some(json!({"name": "shop"})),
            unnamed: json!({"name": null}),
            second: Second::Refused,
            wrong: vec![
                (json!({"name": "a b"}), "name"),
                (json!({"path": "service"}), "path"),
                (json!({"assumeRolePolicy": "{"}), "assumeRolePolicy"),
            ],
            by_hand: Some(vec![("iam", "delete_role", json!({"RoleName": "web"}))]),
            ..row("iam:Role", ("iam", "list_roles", |answer| length(answer, "Roles")))
        },
        Row {
            first: json!({}),
            given: json!({"idleSessionTimeout": 30, "maxSessionDuration": 60, "runAsEnabled": true, "shellProfile": {"linux": "cd"}}),
            in_place: vec!["idleSessionTimeout", "maxSessionDuration"],
            second: Second::Refused,
            wrong: vec![
                (json!({"s3KeyPrefix": "logs"}), "s3BucketName"),
                (json!({"idleSessionTimeout": 61}), "idleSessionTimeout"),
            ],
            listed: Listed {
                service: "ssm",
                operation: "list_documents",
                parameters: json!({"Filters": [{"Key": "Owner", "Values": ["Self"]}]}),
                count: |answer| length(answer, "DocumentIdentifiers"),
                each: 1,
            },
            by_hand: Some(vec![("ssm", "delete_document", json!({"Name": "SSM-SessionManagerRunShell"}))]),
            untold: vec!["created", "previousContent"],
            ..row("ssm:SessionPreferences", ("ssm", "", |_| 0))
        },
    ]
}
