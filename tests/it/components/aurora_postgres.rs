//! An Aurora PostgreSQL database.

use serde_json::{Value, json};

use crate::aws::{Aws, gitinfra};
use crate::components::controls;
use crate::pulumi::Project;

/// The only thing of a kind that RDS has.
fn only(aws: &Aws, operation: &str, list: &str) -> Value {
    let found = aws.call("rds", operation, json!({}))[list].clone();
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found:#}");
    found[0].clone()
}

#[test]
fn a_database_lives_from_create_to_destroy() {
    let aws = Aws::hurried();
    let before = aws.look();
    let project = aws.reached_by(Project::example("aurora-postgres", &[gitinfra()]));
    let plan = project.preview().expect_ok().steps();
    let own: Vec<_> = plan.iter().filter_map(|step| step.strip_prefix("create database-")).collect();
    let children =
        ["cluster", "log-postgresql", "monitoring-role", "parameters", "sg", "sg-from-app", "subnets", "writer"];
    assert_eq!(own, children);
    assert_eq!(project.up().expect_ok().steps(), plan);
    project.expect_settled().refresh_settled();

    let state = project.state();
    let outputs = state.get("database", "/outputs");
    let cluster = only(&aws, "describe_db_clusters", "DBClusters");
    for (output, seen) in [
        ("endpoint", "Endpoint"),
        ("readerEndpoint", "ReaderEndpoint"),
        ("clusterArn", "DBClusterArn"),
        ("clusterIdentifier", "DBClusterIdentifier"),
        ("resourceId", "DbClusterResourceId"),
        ("port", "Port"),
        ("database", "DatabaseName"),
    ] {
        assert_eq!(outputs[output], cluster[seen], "{output}");
    }
    assert_eq!(outputs["secretArn"], cluster["MasterUserSecret"]["SecretArn"]);
    let writer = only(&aws, "describe_db_instances", "DBInstances");
    assert_eq!(outputs["instanceIdentifiers"], json!({"writer": writer["DBInstanceIdentifier"]}));
    let logs = aws.call("logs", "describe_log_groups", json!({"logGroupNamePrefix": "/aws/rds/"}))["logGroups"].clone();
    let named = format!("/aws/rds/cluster/{}/postgresql", outputs["clusterIdentifier"].as_str().unwrap_or_default());
    assert_eq!((&logs[0]["logGroupName"], &logs[0]["retentionInDays"]), (&json!(named), &json!(90)));

    let text = project.read("Pulumi.yaml").unwrap_or_default();
    let more = "serverless: {min: 0.5, max: 4}\n      readers: 1\n      parameters: {max_connections: '500'}";
    project.write("Pulumi.yaml", &text.replace("serverless: {min: 0, max: 2}", more));
    project.up().expect_ok().expect_steps(&[
        "create database-reader-1",
        "update database",
        "update database-cluster",
        "update database-parameters",
    ]);
    project.refresh().expect_ok();
    project.expect_settled();
    let there = project.state().get("database", "/outputs/instanceIdentifiers").as_object().map(|it| it.len());
    assert_eq!(there, Some(2));
    project.destroy().expect_ok();
    assert_eq!(aws.look(), before);
    assert_eq!(aws.call("rds", "describe_db_clusters", json!({}))["DBClusters"], json!([]));
    assert_eq!(aws.call("logs", "describe_log_groups", json!({}))["logGroups"], json!([]));
}

/// Databases side by side in one VPC.
fn program(databases: &[(&str, &str)]) -> String {
    let databases = databases.iter().map(|(name, given)| {
        let place = "vpcId: '${vpc.id}', dbSubnetGroupName: '${subnets.name}'";
        format!("  {name}: {{type: 'gitinfra:index:AuroraPostgres', properties: {{{place}, {given}}}}}\n")
    });
    format!(
        "
resources:
  vpc: {{type: 'gitinfra:ec2:Vpc', properties: {{cidrBlock: 10.0.0.0/16}}}}
  one: {{type: 'gitinfra:ec2:Subnet', properties: {{vpcId: '${{vpc.id}}', cidrBlock: 10.0.0.0/24, availabilityZone: ap-northeast-1a}}}}
  two: {{type: 'gitinfra:ec2:Subnet', properties: {{vpcId: '${{vpc.id}}', cidrBlock: 10.0.1.0/24, availabilityZone: ap-northeast-1c}}}}
  subnets: {{type: 'gitinfra:rds:SubnetGroup', properties: {{subnetIds: ['${{one.id}}', '${{two.id}}']}}}}
  topic: {{type: 'gitinfra:sns:Topic'}}
  zone: {{type: 'gitinfra:route53:Zone', properties: {{name: internal.example, vpcs: [{{vpcId: '${{vpc.id}}', vpcRegion: ap-northeast-1}}]}}}}
{}",
        databases.collect::<String>()
    )
}

/// What is looked at for a control, in a cluster, its writer and its parameters.
fn is_met(aws: &Aws, control: &str, cluster: &Value, writer: &Value, parameters: &Value) -> bool {
    let events = || aws.call("rds", "describe_event_subscriptions", json!({}))["EventSubscriptionsList"].clone();
    let told = |kind: &str, category: &str| {
        let fits = |it: &Value| {
            let categories = it["EventCategoriesList"].as_array().cloned().unwrap_or_default();
            it["SourceType"] == kind && categories.contains(&json!(category))
        };
        events().as_array().is_some_and(|all| all.iter().any(fits))
    };
    let tls = parameters
        .as_array()
        .is_some_and(|all| all.iter().any(|it| it["ParameterName"] == "rds.force_ssl" && it["ParameterValue"] == "1"));
    assert!(tls, "TLS is always required: {parameters}");
    match control {
        "RDS.2" => writer["PubliclyAccessible"] == false,
        "RDS.3" | "RDS.27" => cluster["StorageEncrypted"] == true,
        "RDS.6" => writer["MonitoringInterval"].as_i64() > Some(0),
        "RDS.7" | "RDS.8" => cluster["DeletionProtection"] == true,
        "RDS.9" | "RDS.37" => cluster["EnabledCloudwatchLogsExports"] == json!(["postgresql"]),
        "RDS.10" | "RDS.12" => cluster["IAMDatabaseAuthenticationEnabled"] == true,
        "RDS.11" => cluster["BackupRetentionPeriod"].as_i64() >= Some(7),
        "RDS.13" | "RDS.35" => writer["AutoMinorVersionUpgrade"] == true,
        "RDS.15" => cluster["DBClusterMembers"].as_array().is_some_and(|all| all.len() > 1),
        "RDS.16" | "RDS.17" => cluster["CopyTagsToSnapshot"] == true,
        "RDS.19" => told("db-cluster", "maintenance") && told("db-cluster", "failure"),
        "RDS.20" => told("db-instance", "maintenance") && told("db-instance", "failure"),
        "RDS.21" => told("db-parameter-group", "configuration change"),
        "RDS.22" => told("db-security-group", "failure"),
        "RDS.23" => cluster["Port"] != 5432,
        "RDS.24" | "RDS.25" => cluster["MasterUsername"] == "appadmin",
        other => panic!("nobody looks at {other}"),
    }
}

#[test]
fn each_profile_meets_the_controls_that_it_claims() {
    let aws = Aws::hurried();
    let cname = "cname: {zoneId: '${zone.zoneId}', name: db.internal.example}";
    let project = aws.project(&program(&[
        ("dev", "profile: dev, version: '16', instanceClass: db.t4g.medium"),
        ("standard", &format!("{cname}, topicArn: '${{topic.arn}}', allowFrom: {{vpc: {{cidr: 10.0.0.0/16}}}}")),
        ("fsbp", "profile: fsbp, topicArn: '${topic.arn}', finalSnapshotIdentifier: last, monitoringInterval: 0"),
    ]));
    project.up().expect_ok();
    project.expect_settled().refresh_settled();
    let state = project.state();
    let events = ["RDS.19", "RDS.20", "RDS.21", "RDS.22"];
    let dev = [&["RDS.7", "RDS.8", "RDS.11", "RDS.15"], &events[..], &["RDS.23", "RDS.46"]].concat();
    for (profile, open) in [("dev", &dev[..]), ("standard", &["RDS.23", "RDS.46"]), ("fsbp", &["RDS.6", "RDS.46"])] {
        let said = controls(&state, profile);
        assert_eq!(said.1, open, "{profile}");
        let id = state.get(profile, "/outputs/clusterIdentifier");
        let cluster =
            aws.call("rds", "describe_db_clusters", json!({"DBClusterIdentifier": id}))["DBClusters"][0].clone();
        let writer = json!({"DBInstanceIdentifier": state.get(profile, "/outputs/instanceIdentifiers/writer")});
        let writer = aws.call("rds", "describe_db_instances", writer)["DBInstances"][0].clone();
        let group = json!({"DBClusterParameterGroupName": cluster["DBClusterParameterGroup"]});
        let parameters = aws.call("rds", "describe_db_cluster_parameters", group)["Parameters"].clone();
        for control in &said.0 {
            assert!(is_met(&aws, control, &cluster, &writer, &parameters), "{profile} {control}: {cluster:#}");
        }
        assert_eq!(said.0.len() + said.1.len(), 24, "{profile}: {said:?}");
        assert_eq!(state.get(&format!("{profile}-cluster"), "/protect") == true, profile != "dev", "{profile}");
    }
    assert_eq!(state.get("fsbp", "/outputs/port"), &json!(15432));
    assert_eq!(state.get("standard-sg-from-vpc", "/outputs/fromPort"), &json!(5432), "the port can be left out");
    assert_eq!(state.text("standard", "/outputs/cname"), "db.internal.example");
    let group = state.text("standard", "/outputs/securityGroupId").trim_start_matches("sg-");
    let snapshot = state.text("standard-cluster", "/outputs/finalSnapshotIdentifier");
    assert_eq!(snapshot, format!("final-standard-{group}"), "no two databases have the same final snapshot");
    project.destroy().expect_failure().expect_says("protect");
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let aws = Aws::new();
    let wrong = "subnetIds: [subnet-0], version: new, instanceClass: r8g.large, serverless: {min: 0.3, max: 0.5}, adminUsername: admin, \
                 database: my-app, monitoringInterval: 7, parameters: {rds.force_ssl: '0'}, logExports: [slowquery], allowFrom: {a: {}}, \
                 finalSnapshot: false, finalSnapshotIdentifier: last";
    let project = aws.project(&program(&[("db", wrong)]));
    let told = project.preview().expect_failure();
    let places =
        ["dbSubnetGroupName", "serverless.min", "serverless.max", "adminUsername", "logExports", "allowFrom.a"];
    let told = places.iter().fold(told, |told, place| told.expect_says(&format!("property {place} ")));
    for words in [
        "only one of `subnetIds` and `dbSubnetGroupName` can be given",
        "no final snapshot is taken; set `finalSnapshot: true`",
        "`new` is not a version such as `17` or `17.4`",
        "can't be given together with `instanceClass`",
        "0.3 is not 0 to 256 in steps of 0.5",
        "0.5 is not 1 to 256",
        "did you mean `db.r8g.large`?",
        "`admin` is a reserved word of the engine",
        "`my-app` is not a letter, then letters",
        "7 is not one of 0, 1, 5, 10, 15, 30 and 60 seconds",
        "`rds.force_ssl` is set here",
        "`slowquery` is a log of Aurora MySQL",
        "needs exactly one of `cidr`",
    ] {
        assert!(told.printed().contains(words), "{words}\n{told}");
    }
    assert_eq!(aws.writes_after(0), [""; 0]);
}
