//! The rows of all services but EC2.

use serde_json::{Value, json};

use super::{Listed, Row, Second, large, length, row, two_subnets};
use crate::aws::{ELSEWHERE, REGION};
use crate::life::stack::Asked;
use crate::life::with;

const OPTIMIZED: &str = "658327ea-f89d-4fab-a63d-7e88639e58f6";
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
const LOGS: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:PutLogEvents","Resource":"*"}]}"#;
const BOUNDARY: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

pub fn rows() -> Vec<Row> {
    vec![
        subnet_group_row(),
        replication_group_row(),
        distribution_row(),
        zone_row(),
        record_row(),
        role_row(),
        session_preferences_row(),
    ]
}

fn subnet_group_row() -> Row {
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
    }
}

/// A replication group that comes to several shards in place, and goes back by a new one.
fn sharded() -> Vec<Value> {
    let zones = |one: &str, other: &str, slots: &str| {
        let replicas = [format!("{REGION}{other}")];
        json!({"primaryAvailabilityZone": format!("{REGION}{one}"), "replicaAvailabilityZones": replicas, "slots": slots})
    };
    let shards = [zones("a", "c", "0-9999"), zones("c", "a", "10000-16383")];
    let with = |more: Value| with(&json!({"replicasPerNodeGroup": 1, "automaticFailoverEnabled": true}), &more);
    vec![
        with(json!({"clusterMode": "compatible"})),
        with(json!({"clusterMode": "enabled"})),
        with(json!({"clusterMode": "enabled", "numNodeGroups": 2})),
        with(json!({"clusterMode": "enabled", "numNodeGroups": 2, "nodeGroupConfiguration": shards})),
        json!({"clusterMode": "disabled"}),
    ]
}

fn replication_group_row() -> Row {
    Row {
        around: [
            two_subnets(),
            vec![Asked::new("net", "elasticache:SubnetGroup", json!({"subnetIds": ["${one.id}", "${two.id}"]}))],
        ]
        .concat(),
        first: json!({"replicationGroupId": "web", "nodeType": "cache.t4g.micro", "subnetGroupName": "${net.name}"}),
        given: json!({"description": "for the web", "tags": {"a": "b"}, "snapshotRetentionLimit": 3, "snapshotWindow": "03:00-04:00", "autoMinorVersionUpgrade": false, "replicasPerNodeGroup": 1}),
        beside: vec![
            Asked::new("guard", "ec2:SecurityGroup", json!({"vpcId": "${vpc.id}", "description": "of the cache"})),
            Asked::new("own", "elasticache:ParameterGroup", json!({"name": "own", "family": "valkey8"})),
        ],
        also: sharded()
            .into_iter()
            .chain([
                json!({"securityGroupIds": ["${guard.id}"], "preferredMaintenanceWindow": "wed:03:30-wed:04:30"}),
                json!({"port": 6380}),
                json!({"parameterGroupName": "${own.name}"}),
                json!({"transitEncryptionEnabled": false}),
                json!({"transitEncryptionMode": "preferred"}),
                json!({"transitEncryptionMode": "required"}),
                json!({"replicasPerNodeGroup": 1, "snapshotRetentionLimit": 1, "snapshottingClusterId": "web-002"}),
                json!({"networkType": "dual_stack", "ipDiscovery": "ipv6"}),
                json!({"networkType": "ipv6"}),
                json!({"nodeType": "cache.r6gd.xlarge", "dataTieringEnabled": true}),
                json!({"nodeGroupConfiguration": [{"primaryAvailabilityZone": format!("{REGION}c")}]}),
                json!({"snapshotArns": ["arn:aws:s3:::backups/web.rdb"]}),
                json!({"engineVersion": "9.0", "durability": "sync"}),
                json!({"authToken": "a-token-of-thirty-two-characters"}),
                json!({"authToken": "another-token-of-thirty-characters"}),
            ])
            .collect(),
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
    }
}

fn distribution_row() -> Row {
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
    }
}

/// A VPC in which a private hosted zone answers.
fn inside(vpc: &str) -> Value {
    json!({"vpcId": format!("${{{vpc}.id}}"), "vpcRegion": REGION})
}

fn zone_row() -> Row {
    Row {
        region: ELSEWHERE,
        first: json!({"name": "example.com"}),
        given: json!({"comment": "for the web", "tags": {"a": "b"}}),
        also: vec![json!({"vpcs": [inside("one")]}), json!({"vpcs": [inside("one"), inside("two")]})],
        beside: vec![
            Asked::new("one", "ec2:Vpc", json!({"cidrBlock": "10.0.0.0/16"})),
            Asked::new("two", "ec2:Vpc", json!({"cidrBlock": "10.1.0.0/16"})),
        ],
        in_place: vec!["comment", "tags"],
        other: Some(json!({"name": "example.org"})),
        wrong: vec![(json!({"name": "a..b"}), "name")],
        by_hand: Some(vec![("route53", "delete_hosted_zone", json!({"Id": "${x.id}"}))]),
        ..row("route53:Zone", ("route53", "list_hosted_zones", |answer| length(answer, "HostedZones")))
    }
}

fn record_row() -> Row {
    Row {
        region: ELSEWHERE,
        around: vec![Asked::new("zone", "route53:Zone", json!({"name": "example.com"}))],
        first: json!({"zoneId": "${zone.id}", "name": "www.example.com", "type": "A", "records": ["192.0.2.1"]}),
        given: json!({"ttl": 60, "records": ["192.0.2.2"], "waitForSync": false}),
        beside: vec![
            Asked::new(
                "check",
                "route53:HealthCheck",
                json!({"type": "HTTPS", "fullyQualifiedDomainName": "www.example.com"}),
            ),
            Asked::new(
                "target",
                "route53:Record",
                json!({"zoneId": "${zone.id}", "name": "target.example.com", "type": "A", "records": ["192.0.2.9"]}),
            ),
        ],
        also: vec![
            json!({"setIdentifier": "a", "weight": 10}),
            json!({"setIdentifier": "a", "weight": 0}),
            json!({"setIdentifier": "a", "latencyRegion": "us-east-1"}),
            json!({"setIdentifier": "a", "failover": "SECONDARY"}),
            json!({"setIdentifier": "a", "failover": "PRIMARY", "healthCheckId": "${check.id}"}),
            json!({"setIdentifier": "a", "geoLocation": {"countryCode": "JP"}}),
            json!({"setIdentifier": "a", "geoProximityLocation": {"awsRegion": REGION, "bias": 10}}),
            json!({"setIdentifier": "a", "multiValueAnswer": true}),
            json!({"records": null, "alias": {"name": "target.example.com", "zoneId": "${zone.id}"}}),
        ],
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
    }
}

fn role_row() -> Row {
    Row {
        region: ELSEWHERE,
        first: json!({"name": "web", "assumeRolePolicy": TRUST}),
        given: json!({"description": "for the web", "tags": {"a": "b"}, "maxSessionDuration": 7200, "permissionsBoundary": BOUNDARY, "path": "/service/"}),
        also: vec![
            json!({"inlinePolicies": {"logs": LOGS}, "managedPolicyArns": [BOUNDARY]}),
            json!({"inlinePolicies": {}, "managedPolicyArns": [], "assumeRolePolicy": TRUST.replace("ec2", "ecs")}),
        ],
        in_place: vec!["description", "tags", "maxSessionDuration"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "a b"}), "name"),
            (json!({"path": "service"}), "path"),
            (json!({"assumeRolePolicy": "{"}), "assumeRolePolicy"),
            (json!({"inlinePolicies": {"a": large(6000), "b": large(6000)}}), "10240 are allowed"),
        ],
        by_hand: Some(vec![("iam", "delete_role", json!({"RoleName": "web"}))]),
        ..row("iam:Role", ("iam", "list_roles", |answer| length(answer, "Roles")))
    }
}

fn session_preferences_row() -> Row {
    Row {
        first: json!({}),
        given: json!({
            "idleSessionTimeout": 30, "maxSessionDuration": 60, "runAsEnabled": true, "runAsDefaultUser": "ec2-user", "shellProfile": {"linux": "cd"},
            "cloudWatchLogGroupName": "sessions", "cloudWatchEncryptionEnabled": false, "cloudWatchStreamingEnabled": false,
            "s3BucketName": "sessions-of-the-team", "s3EncryptionEnabled": false,
        }),
        needs: vec![("runAsDefaultUser", json!({"runAsEnabled": true}))],
        beside: vec![Asked::new("key", "kms:Key", json!({}))],
        also: vec![
            json!({"kmsKeyId": "${key.arn}"}),
            json!({"s3BucketName": "sessions-of-the-team", "s3EncryptionEnabled": false, "s3KeyPrefix": "logs"}),
        ],
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
    }
}
