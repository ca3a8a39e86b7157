//! A cluster with all that is around it, by the real engine.

use serde_json::json;

use crate::aws::Aws;

const PROGRAM: &str = "
variables:
  version: {'fn::invoke': {function: 'gitinfra:rds:getEngineVersion', arguments: {version: '16', latest: LATEST}}}
resources:
  vpc: {type: 'gitinfra:ec2:Vpc', properties: {cidrBlock: 10.0.0.0/16}}
  one: {type: 'gitinfra:ec2:Subnet', properties: {vpcId: '${vpc.id}', cidrBlock: 10.0.0.0/24, availabilityZone: ap-northeast-1a}}
  two: {type: 'gitinfra:ec2:Subnet', properties: {vpcId: '${vpc.id}', cidrBlock: 10.0.1.0/24, availabilityZone: ap-northeast-1c}}
  three: {type: 'gitinfra:ec2:Subnet', properties: {vpcId: '${vpc.id}', cidrBlock: 10.0.2.0/24, availabilityZone: ap-northeast-1d}}
  net: {type: 'gitinfra:rds:SubnetGroup', properties: {subnetIds: ['${one.id}', '${two.id}', '${three.id}']}}
  parameters:
    type: gitinfra:rds:ClusterParameterGroup
    properties: {family: '${version.parameterGroupFamily}', parameters: {rds.force_ssl: '1', max_connections: '500'}}
  cluster:
    type: gitinfra:rds:Cluster
    properties:
      engineVersion: ${version.version}
      masterUsername: appadmin
      subnetGroupName: ${net.name}
      clusterParameterGroupName: ${parameters.name}
      serverlessV2ScalingConfiguration: {minCapacity: 0.5, maxCapacity: MOST}
      finalSnapshotIdentifier: last
  writer:
    type: gitinfra:rds:ClusterInstance
    properties: {clusterIdentifier: '${cluster.id}', instanceClass: db.serverless}
";

fn program(latest: bool, most: u32) -> String {
    PROGRAM.replace("LATEST", &latest.to_string()).replace("MOST", &most.to_string())
}

#[test]
fn a_cluster_lives_from_create_to_destroy() {
    let aws = Aws::new();
    let project = aws.project(&program(false, 2));
    let preview = project.preview().expect_ok();
    project.up().expect_ok();
    project.expect_settled().refresh_settled();
    let state = project.state();
    preview.expect_foreseen(&state, "cluster");
    assert_eq!(state.text("cluster", "/outputs/engineVersion"), "16.6");
    assert!(state.text("cluster", "/outputs/endpoint").contains(".cluster-"));

    // AWS lets no subnet go that an instance is in, which is told before anything is changed.
    let writer = aws.call("rds", "describe_db_instances", json!({}))["DBInstances"][0].clone();
    let zones = [("one", "ap-northeast-1a"), ("two", "ap-northeast-1c"), ("three", "ap-northeast-1d")];
    for (subnet, zone) in zones {
        let others = zones.map(|(name, _)| name).into_iter().filter(|name| *name != subnet);
        let others = others.map(|name| format!("'${{{name}.id}}'")).collect::<Vec<_>>().join(", ");
        project.program(&program(false, 2).replace("'${one.id}', '${two.id}', '${three.id}'", &others));
        let preview = project.preview();
        match writer["AvailabilityZone"] == zone {
            true => drop(preview.expect_failure().expect_says(&format!("can't leave {zone}, where there is instance"))),
            false => drop(preview.expect_ok().expect_steps(&["update net"])),
        }
    }

    project.program(&program(false, 4));
    project.up().expect_ok().expect_steps(&["update cluster"]);
    project.program(&program(true, 4));
    project.up().expect_ok().expect_steps(&["update cluster"]);
    project.expect_settled();
    project.refresh().expect_ok();
    project.expect_settled();
    assert_eq!(project.state().text("cluster", "/outputs/engineVersionActual"), "16.9");

    project.destroy().expect_ok();
    let left = aws.call("rds", "describe_db_cluster_snapshots", json!({}));
    assert_eq!(left["DBClusterSnapshots"][0]["DBClusterSnapshotIdentifier"], "last");
    assert_eq!(aws.call("rds", "describe_db_clusters", json!({}))["DBClusters"], json!([]));
}
