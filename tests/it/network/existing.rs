//! A VPC that there is already, taken as a network.

use serde_json::Value;

use crate::aws::Aws;
use crate::network::of;

#[test]
fn a_vpc_that_is_there_already_is_told_as_one_that_is_made() {
    let aws = Aws::new();
    let nothing = aws.look();
    let made = aws.project(&of("profile: dev, nat: none"));
    made.up().expect_ok();
    let state = made.state();
    let their = state.get("net", "/outputs").clone();
    let standing = aws.look();
    let ids = |tier: &str| their["subnetIds"][tier].to_string();
    let program = |data: &str, more: &str| {
        let (vpc, public, app) = (&their["vpcId"], ids("public"), ids("app"));
        of(&format!("vpcId: {vpc}, subnetIds: {{public: {public}, app: {app}, data: {data}}}, {more}"))
    };

    let project = aws.project(&program(&ids("data"), "subnetGroups: true"));
    let steps = ["create net", "create net-cache-subnets", "create net-db-subnets"];
    project.up().expect_ok().expect_steps(&steps);
    project.expect_settled().refresh_settled();
    assert_eq!(aws.look(), standing);
    let state = project.state();
    let ours = state.get("net", "/outputs");
    for output in [
        "vpcId",
        "cidr",
        "availabilityZones",
        "subnetIds",
        "subnetsByZone",
        "publicSubnetIds",
        "appSubnetIds",
        "dataSubnetIds",
        "routeTableIds",
        "natPublicIps",
        "defaultSecurityGroupId",
    ] {
        assert_eq!(ours[output], their[output], "{output}");
    }
    assert_eq!(ours["dbSubnetGroupName"], *state.get("net-db-subnets", "/outputs/name"));
    let (met, open) = crate::components::controls(&state, "net");
    assert_eq!((met, open), (vec!["EC2.15".to_owned()], vec!["EC2.2".to_owned(), "EC2.6".to_owned()]));

    let near = their["dataSubnetIds"][0].as_str().unwrap_or_default();
    let wrong = format!("[{}x, {near}, {near}]", &near[..near.len() - 1]);
    project.program(&program(&wrong, ""));
    let told = project.preview().expect_failure().expect_says("subnetIds.data[0]").expect_says("did you mean");
    told.expect_says(&format!("`{near}` is there twice"));

    project.program(&program("[]", "flowLogs: true"));
    let steps = project.up().expect_ok().steps();
    let added = ["flow-log", "flow-log-group", "flow-log-role"].map(|child| format!("create net-{child}"));
    let gone = ["cache-subnets", "db-subnets"].map(|child| format!("delete net-{child}"));
    assert_eq!(steps, [&added[..], &gone, &["update net".to_owned()]].concat());
    assert_eq!(*project.state().get("net", "/outputs/dataSubnetIds"), Value::Array(Vec::new()));
    project.destroy().expect_ok();
    assert_eq!(aws.look(), standing);
    made.destroy().expect_ok();
    assert_eq!(aws.look(), nothing);
}
