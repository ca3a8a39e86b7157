//! The rows of RDS and the rest of ElastiCache.

use serde_json::{Value, json};

use super::{Row, Second, length, row, two_subnets};
use crate::life::stack::Asked;
use crate::life::with;

pub fn rows() -> Vec<Row> {
    vec![
        subnet_group_row(),
        cluster_parameter_group_row(),
        parameter_group_row(),
        cluster_row(),
        restored_cluster_row(),
        cluster_instance_row(),
        event_subscription_row(),
        cache_parameter_group_row(),
        user_row(),
        user_group_row(),
    ]
}

const TOPIC: &str = "arn:aws:sns:ap-northeast-1:210987654321:alarms";
const ROLE: &str = "arn:aws:iam::123456789012:role/monitoring";
const KEY: &str = "01234567-89ab-cdef-0123-456789abcdef";

/// Two subnets, and a group of them.
fn subnet_group() -> Vec<Asked> {
    let group = json!({"subnetIds": ["${one.id}", "${two.id}"]});
    [two_subnets(), vec![Asked::new("net", "rds:SubnetGroup", group)]].concat()
}

fn key(name: &str) -> Asked {
    Asked::new(name, "kms:Key", json!({}))
}

fn cluster_row() -> Row {
    Row {
        around: [
            subnet_group(),
            vec![Asked::new(
                "parameters",
                "rds:ClusterParameterGroup",
                json!({"name": "own", "family": "aurora-postgresql17"}),
            )],
        ]
        .concat(),
        first: json!({
            "identifier": "web",
            "engineVersion": "17",
            "masterUsername": "appadmin",
            "subnetGroupName": "${net.name}",
            "skipFinalSnapshot": true,
        }),
        given: json!({
            "tags": {"a": "b"},
            "port": 15432,
            "networkType": "DUAL",
            "availabilityZones": ["ap-northeast-1a"],
            "clusterParameterGroupName": "${parameters.name}",
            "serverlessV2ScalingConfiguration": {"minCapacity": 0, "maxCapacity": 4},
            "storageType": "aurora-iopt1",
            "storageEncrypted": false,
            "databaseName": "app",
            "masterUserPassword": "a-password-of-ours",
            "enableIamDatabaseAuthentication": true,
            "backupRetentionPeriod": 7,
            "preferredBackupWindow": "03:00-03:30",
            "preferredMaintenanceWindow": "wed:03:30-wed:04:00",
            "copyTagsToSnapshot": true,
            "enableCloudwatchLogsExports": ["postgresql", "instance"],
            "monitoringInterval": 60,
            "monitoringRoleArn": ROLE,
            "performanceInsightsEnabled": true,
            "performanceInsightsRetentionPeriod": 465,
            "databaseInsightsMode": "advanced",
            "enableHttpEndpoint": true,
            "enableLocalWriteForwarding": true,
            "domain": "d-0123456789",
            "domainIamRoleName": "directory",
            "associatedRoles": [{"roleArn": ROLE, "featureName": "s3Import"}],
            "engineLifecycleSupport": "open-source-rds-extended-support-disabled",
        }),
        needs: vec![
            ("monitoringInterval", json!({"monitoringRoleArn": ROLE})),
            ("performanceInsightsRetentionPeriod", json!({"performanceInsightsEnabled": true})),
            (
                "databaseInsightsMode",
                json!({"performanceInsightsEnabled": true, "performanceInsightsRetentionPeriod": 465}),
            ),
            ("domain", json!({"domainIamRoleName": "directory"})),
            ("domainIamRoleName", json!({"domain": "d-0123456789"})),
            ("monitoringRoleArn", json!({"monitoringInterval": 60})),
        ],
        beside: vec![Asked::new("guard", "ec2:SecurityGroup", json!({"vpcId": "${vpc.id}"})), key("key"), key("other")],
        also: other_clusters(),
        in_place: vec!["tags", "backupRetentionPeriod", "enableHttpEndpoint", "associatedRoles", "copyTagsToSnapshot"],
        other: Some(json!({"identifier": "shop"})),
        unnamed: json!({"identifier": null}),
        second: Second::Refused,
        wrong: wrong_clusters(),
        by_hand: Some(vec![(
            "rds",
            "delete_db_cluster",
            json!({"DBClusterIdentifier": "web", "SkipFinalSnapshot": true}),
        )]),
        // Orders to us; and AWS says `17.4` where the program says `17`.
        untold: vec!["skipFinalSnapshot", "engineVersion"],
        ..row("rds:Cluster", ("rds", "describe_db_clusters", |answer| length(answer, "DBClusters")))
    }
}

/// What takes a cluster of its own.
fn other_clusters() -> Vec<Value> {
    vec![
        json!({"vpcSecurityGroupIds": ["${guard.id}"]}),
        json!({"manageMasterUserPassword": true}),
        json!({"manageMasterUserPassword": true, "masterUserSecretKmsKeyId": "alias/aws/secretsmanager"}),
        json!({"deleteAutomatedBackups": false}),
        json!({"clusterScalabilityType": "standard"}),
        json!({"performanceInsightsEnabled": true, "performanceInsightsKmsKeyId": "${key.arn}"}),
        // The same key by another name.
        json!({"performanceInsightsEnabled": true, "performanceInsightsKmsKeyId": "${key.keyId}"}),
        json!({"performanceInsightsEnabled": false}),
        json!({"engine": "aurora-mysql", "engineVersion": "8.0", "backtrackWindow": 3600}),
        json!({"engine": "aurora-mysql", "engineVersion": "8.0", "backtrackWindow": 7200}),
        json!({"engine": "aurora-mysql", "engineVersion": "8.0"}),
    ]
}

/// What is refused before a cluster is made.
fn wrong_clusters() -> Vec<(Value, &'static str)> {
    vec![
        (json!({"identifier": "1st"}), "identifier"),
        (json!({"skipFinalSnapshot": null}), "`skipFinalSnapshot: true`"),
        (json!({"finalSnapshotIdentifier": "last"}), "can't be given together"),
        (json!({"masterUsername": null}), "masterUsername"),
        (json!({"masterUsername": "admin"}), "reserved word"),
        (json!({"masterUserPassword": "short"}), "8 to 99"),
        (json!({"engine": "aurora-mysql", "masterUserPassword": "p".repeat(42)}), "8 to 41"),
        (json!({"masterUserPassword": "long-enough", "manageMasterUserPassword": true}), "masterUserPassword"),
        (json!({"manageMasterUserPassword": false}), "masterUserPassword"),
        (json!({"serverlessV2ScalingConfiguration": {"minCapacity": 0.7, "maxCapacity": 4}}), "steps of 0.5"),
        (json!({"serverlessV2ScalingConfiguration": {"minCapacity": 8, "maxCapacity": 4}}), "less than"),
        (json!({"databaseInsightsMode": "advanced"}), "465 days"),
        (json!({"monitoringInterval": 7}), "monitoringInterval"),
        (json!({"monitoringInterval": 60}), "needs a role"),
        (json!({"enableCloudwatchLogsExports": ["audit"]}), "another engine"),
        (json!({"backtrackWindow": 60}), "Aurora MySQL"),
        (json!({"restoreToTime": "2026-02-28T10:00:00Z"}), "sourceDbClusterIdentifier"),
        (json!({"sourceDbClusterIdentifier": "old", "restoreToTime": "now"}), "is not a time"),
        (json!({"snapshotIdentifier": "old", "sourceDbClusterIdentifier": "old"}), "only one of"),
        (
            json!({"preferredBackupWindow": "03:00-04:00", "preferredMaintenanceWindow": "sun:03:30-sun:04:30"}),
            "overlap",
        ),
    ]
}

/// A copy of another cluster: what a restoration takes no word of comes afterwards.
fn restored_cluster_row() -> Row {
    let source = json!({"identifier": "source", "engineVersion": "17", "masterUsername": "appadmin", "subnetGroupName": "${net.name}", "skipFinalSnapshot": true});
    Row {
        around: [subnet_group(), vec![Asked::new("source", "rds:Cluster", source)]].concat(),
        first: json!({
            "identifier": "web",
            "sourceDbClusterIdentifier": "${source.identifier}",
            "useLatestRestorableTime": true,
            "masterUserPassword": "a-password-of-ours",
            "subnetGroupName": "${net.name}",
            "skipFinalSnapshot": true,
            "backupRetentionPeriod": 7,
            "enableHttpEndpoint": true,
        }),
        given: json!({"restoreType": "copy-on-write", "kmsKeyId": KEY, "tags": {"a": "b"}, "performanceInsightsEnabled": true}),
        also: vec![
            json!({"useLatestRestorableTime": null, "restoreToTime": "2026-02-28T10:00:00Z"}),
            json!({"sourceDbClusterIdentifier": null, "sourceDbClusterResourceId": "${source.clusterResourceId}"}),
        ],
        in_place: vec!["tags", "performanceInsightsEnabled"],
        other: Some(json!({"identifier": "shop"})),
        unnamed: json!({"identifier": null}),
        second: Second::Refused,
        untold: vec!["skipFinalSnapshot", "masterUserPassword", "sourceDbClusterIdentifier", "useLatestRestorableTime"],
        ..row("rds:Cluster", ("rds", "describe_db_clusters", |answer| length(answer, "DBClusters")))
    }
}

fn cluster_instance_row() -> Row {
    let cluster = json!({
        "masterUsername": "appadmin",
        "subnetGroupName": "${net.name}",
        "skipFinalSnapshot": true,
        "serverlessV2ScalingConfiguration": {"minCapacity": 0.5, "maxCapacity": 4},
    });
    Row {
        around: [
            subnet_group(),
            vec![
                Asked::new("cluster", "rds:Cluster", cluster),
                Asked::new("parameters", "rds:ParameterGroup", json!({"name": "own", "family": "aurora-postgresql17"})),
            ],
        ]
        .concat(),
        // AWS chooses a zone by itself, and not always the same.
        first: json!({
            "identifier": "web-1",
            "clusterIdentifier": "${cluster.id}",
            "instanceClass": "db.serverless",
            "availabilityZone": "ap-northeast-1a",
        }),
        given: json!({
            "tags": {"a": "b"},
            "parameterGroupName": "${parameters.name}",
            "availabilityZone": "ap-northeast-1c",
            "promotionTier": 0,
            "publiclyAccessible": true,
            "autoMinorVersionUpgrade": false,
            "preferredMaintenanceWindow": "wed:03:30-wed:04:00",
            "caCertificateIdentifier": "rds-ca-ecc384-g1",
            "certificateRotationRestart": false,
            "monitoringInterval": 60,
            "monitoringRoleArn": ROLE,
            "enablePerformanceInsights": true,
        }),
        needs: vec![
            ("monitoringInterval", json!({"monitoringRoleArn": ROLE})),
            ("monitoringRoleArn", json!({"monitoringInterval": 60})),
        ],
        beside: vec![key("key"), key("other")],
        also: vec![
            json!({"enablePerformanceInsights": true, "performanceInsightsRetentionPeriod": 31}),
            json!({"enablePerformanceInsights": false}),
            json!({"enablePerformanceInsights": true, "performanceInsightsKmsKeyId": "${key.arn}"}),
            json!({"enablePerformanceInsights": true, "performanceInsightsKmsKeyId": "${key.keyId}"}),
            json!({"enablePerformanceInsights": true, "performanceInsightsKmsKeyId": "${other.arn}"}),
        ],
        in_place: vec!["tags", "promotionTier", "publiclyAccessible"],
        other: Some(json!({"identifier": "web-2"})),
        unnamed: json!({"identifier": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"identifier": "1st"}), "identifier"),
            (json!({"instanceClass": "r8g.large"}), "did you mean `db.r8g.large`?"),
            (json!({"promotionTier": 16}), "promotionTier"),
            (json!({"monitoringInterval": 7}), "monitoringInterval"),
        ],
        by_hand: Some(vec![(
            "rds",
            "delete_db_instance",
            json!({"DBInstanceIdentifier": "web-1", "SkipFinalSnapshot": true}),
        )]),
        untold: vec!["certificateRotationRestart"],
        ..row("rds:ClusterInstance", ("rds", "describe_db_instances", |answer| length(answer, "DBInstances")))
    }
}

fn subnet_group_row() -> Row {
    Row {
        around: two_subnets(),
        first: json!({"name": "web", "subnetIds": ["${one.id}", "${two.id}"]}),
        given: json!({"description": "for the web", "tags": {"a": "b"}}),
        in_place: vec!["description", "tags"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "1st"}), "name"),
            (json!({"name": "default"}), "`default` is AWS's own"),
            (json!({"subnetIds": ["${one.id}"]}), "subnetIds"),
        ],
        by_hand: Some(vec![("rds", "delete_db_subnet_group", json!({"DBSubnetGroupName": "web"}))]),
        ..row("rds:SubnetGroup", ("rds", "describe_db_subnet_groups", |answer| length(answer, "DBSubnetGroups")))
    }
}

fn cluster_parameter_group_row() -> Row {
    Row {
        first: json!({"name": "web", "family": "aurora-postgresql17", "parameters": {"rds.force_ssl": "1", "timezone": "Asia/Tokyo"}}),
        given: json!({
            "description": "for the web",
            "tags": {"a": "b"},
            "parameters": {"log_statement": "ddl", "max_connections": "500", "password_encryption": "scram-sha-256", "rds.accepted_password_auth_method": "scram"},
        }),
        in_place: vec!["tags", "parameters"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "1st"}), "name"),
            (json!({"family": ""}), "family"),
            (json!({"parameters": {"TimeZone": "UTC"}}), "AWS writes it in lower case: `timezone`"),
        ],
        by_hand: Some(vec![(
            "rds",
            "delete_db_cluster_parameter_group",
            json!({"DBClusterParameterGroupName": "web"}),
        )]),
        // An import knows nothing of parameters that have the value that they would have anyway.
        untold: vec!["parameters"],
        ..row(
            "rds:ClusterParameterGroup",
            ("rds", "describe_db_cluster_parameter_groups", |answer| length(answer, "DBClusterParameterGroups")),
        )
    }
}

fn parameter_group_row() -> Row {
    Row {
        first: json!({"name": "web", "family": "aurora-postgresql17", "parameters": {"log_statement": "ddl"}}),
        given: json!({"description": "for the web", "tags": {"a": "b"}, "parameters": {"log_lock_waits": "1", "work_mem": "8192"}}),
        in_place: vec!["tags", "parameters"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![(json!({"name": "a--b"}), "name"), (json!({"description": ""}), "description")],
        by_hand: Some(vec![("rds", "delete_db_parameter_group", json!({"DBParameterGroupName": "web"}))]),
        ..row(
            "rds:ParameterGroup",
            ("rds", "describe_db_parameter_groups", |answer| length(answer, "DBParameterGroups")),
        )
    }
}

fn event_subscription_row() -> Row {
    let group = |name: &str| json!({"name": name, "family": "aurora-postgresql17"});
    Row {
        around: vec![
            Asked::new("one", "rds:ParameterGroup", group("one")),
            Asked::new("two", "rds:ParameterGroup", group("two")),
        ],
        first: json!({"name": "web", "snsTopicArn": TOPIC, "sourceType": "db-parameter-group", "sourceIds": ["${one.name}"]}),
        given: json!({
            "snsTopicArn": "arn:aws:sns:ap-northeast-1:210987654321:others",
            "sourceIds": ["${two.name}"],
            "eventCategories": ["configuration change"],
            "enabled": false,
            "tags": {"a": "b"},
        }),
        in_place: vec!["snsTopicArn", "sourceIds", "enabled", "tags"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"name": "1st"}), "name"),
            (json!({"snsTopicArn": "alarms"}), "snsTopicArn"),
            (json!({"sourceType": null}), "needs `sourceType`"),
            (json!({"sourceType": null, "sourceIds": [], "eventCategories": ["failover"]}), "needs `sourceType`"),
        ],
        by_hand: Some(vec![("rds", "delete_event_subscription", json!({"SubscriptionName": "web"}))]),
        ..row(
            "rds:EventSubscription",
            ("rds", "describe_event_subscriptions", |answer| length(answer, "EventSubscriptionsList")),
        )
    }
}

fn cache_parameter_group_row() -> Row {
    Row {
        first: json!({"name": "web", "family": "valkey8", "parameters": {"maxmemory-policy": "allkeys-lru"}}),
        given: json!({
            "description": "for the web",
            "tags": {"a": "b"},
            "parameters": {"timeout": "60", "databases": "32", "activedefrag": "no", "reserved-memory": "1000"},
        }),
        in_place: vec!["tags", "parameters"],
        other: Some(json!({"name": "shop"})),
        unnamed: json!({"name": null}),
        second: Second::Refused,
        wrong: vec![(json!({"name": "a--b"}), "name"), (json!({"family": ""}), "family")],
        by_hand: Some(vec![("elasticache", "delete_cache_parameter_group", json!({"CacheParameterGroupName": "web"}))]),
        ..row(
            "elasticache:ParameterGroup",
            ("elasticache", "describe_cache_parameter_groups", |answer| length(answer, "CacheParameterGroups")),
        )
    }
}

fn user_row() -> Row {
    Row {
        first: json!({"userId": "app", "userName": "app", "accessString": "on ~app:* +@read", "passwords": ["sixteen-characters"]}),
        given: json!({
            "accessString": "on ~app:* +@read +@write",
            "engine": "redis",
            "passwords": ["sixteen-characters", "sixteen-characters-2"],
            "tags": {"a": "b"},
        }),
        also: vec![
            json!({"authenticationType": "iam", "passwords": null}),
            json!({"authenticationType": "no-password-required", "passwords": null, "engine": "redis"}),
        ],
        in_place: vec!["accessString", "engine", "passwords", "tags"],
        other: Some(json!({"userId": "shop"})),
        unnamed: json!({"userId": null}),
        second: Second::Refused,
        wrong: vec![
            (json!({"userId": "1st"}), "userId"),
            (json!({"userId": "default"}), "AWS's own user"),
            (json!({"passwords": null}), "passwords"),
            (json!({"passwords": ["short"]}), "16 to 128"),
            (json!({"authenticationType": "iam"}), "only the authentication type `password`"),
            (json!({"authenticationType": "iam", "passwords": null, "userName": "other"}), "the same as `userId`"),
            (json!({"authenticationType": "no-password-required", "passwords": null}), "authenticationType"),
        ],
        by_hand: Some(vec![("elasticache", "delete_user", json!({"UserId": "app"}))]),
        // AWS never returns them, and has other words for the same permissions.
        untold: vec!["passwords", "accessString"],
        ..row("elasticache:User", ("elasticache", "describe_users", |answer| length(answer, "Users")))
    }
}

fn user_group_row() -> Row {
    let user = |id: &str| json!({"userId": id, "userName": id, "accessString": "on ~* +@all", "passwords": ["sixteen-characters"]});
    Row {
        around: vec![
            Asked::new("one", "elasticache:User", user("one")),
            Asked::new("two", "elasticache:User", user("two")),
        ],
        first: json!({"userGroupId": "web"}),
        given: json!({"userIds": ["${one.id}", "${two.id}"], "tags": {"a": "b"}}),
        also: vec![json!({"engine": "redis", "userIds": ["${all.id}"]})],
        // Redis OSS has a user `default` in every group.
        beside: vec![Asked::new(
            "all",
            "elasticache:User",
            with(&user("all"), &json!({"userName": "default", "engine": "redis"})),
        )],
        in_place: vec!["userIds", "tags"],
        other: Some(json!({"userGroupId": "shop"})),
        unnamed: json!({"userGroupId": null}),
        second: Second::Refused,
        wrong: vec![(json!({"userGroupId": "a--b"}), "userGroupId"), (json!({"engine": "memcached"}), "engine")],
        by_hand: Some(vec![("elasticache", "delete_user_group", json!({"UserGroupId": "web"}))]),
        ..row("elasticache:UserGroup", ("elasticache", "describe_user_groups", |answer| length(answer, "UserGroups")))
    }
}
