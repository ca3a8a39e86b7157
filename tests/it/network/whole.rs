//! A network with all that it can have, and how it comes to that and back.

use serde_json::{Value, json};

use crate::aws::{Aws, Look, REGION};

const TIERS: &str = "public: {access: public}, app: {access: private}, data: {access: isolated}";

/// A program of an address and a network, `net`, in two zones.
fn program(properties: &str) -> String {
    format!(
        "
resources:
  ip: {{type: 'gitinfra:ec2:Eip'}}
  net: {{type: 'gitinfra:index:Network', properties: {{profile: dev, {properties}}}}}
"
    )
}

/// The routes of a table to everywhere: `eigw` where one leads to such a gateway.
fn everywhere(look: &Look, table: &str) -> Vec<(String, String)> {
    let routes = look.named(REGION, "routeTables", table)["Routes"].as_array().cloned().unwrap_or_default();
    let routes = routes.iter().filter_map(|route| {
        let to = route["DestinationCidrBlock"].as_str().or(route["DestinationIpv6CidrBlock"].as_str())?;
        let targets = ["GatewayId", "NatGatewayId", "EgressOnlyInternetGatewayId"];
        let target = targets.iter().find_map(|target| route[target].as_str())?;
        let kind = target.rsplit_once('-').map_or(target, |(kind, _)| kind);
        (to.ends_with("/0")).then(|| (to.to_owned(), kind.to_owned()))
    });
    let mut routes: Vec<_> = routes.collect();
    routes.sort();
    routes
}

fn pairs(routes: &[(&str, &str)]) -> Vec<(String, String)> {
    routes.iter().map(|(to, by)| ((*to).to_owned(), (*by).to_owned())).collect()
}

/// The parts of a VPC's IPv6 range that its subnets have: `app-c 2` for the third of the /64s.
fn parts(look: &Look) -> Vec<(String, u8)> {
    let all = look.of(REGION, "subnets").iter().filter_map(|subnet| {
        let name = subnet["tags"]["Name"].as_str()?.trim_start_matches("net-subnet-").to_owned();
        let range = subnet["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"].as_str()?;
        let fourth = range.split(':').nth(3).unwrap_or_default();
        Some((name, u8::from_str_radix(&fourth[fourth.len().saturating_sub(2)..], 16).unwrap_or_default()))
    });
    let mut parts: Vec<_> = all.collect();
    parts.sort();
    parts
}

#[test]
fn all_that_a_network_can_have_comes_and_goes_and_moves_nothing() {
    let aws = Aws::new();
    let before = aws.look();
    let project = aws.project(&program("nat: single"));
    project.up().expect_ok();
    let plain = aws.look();
    let ids = |look: &Look| {
        let own = look.of(REGION, "subnets").iter().filter(|it| !it["tags"]["Name"].to_string().contains("pods"));
        own.map(|subnet| subnet["id"].clone()).collect::<Vec<_>>()
    };

    let all = format!(
        "nat: regional, ipv6: true, flowLogs: true, subnetGroups: true, secondaryCidrs: {{pods: 100.64.0.0/16}}, \
         tiers: {{{TIERS}, pods: {{access: isolated, block: 0, secondaryCidr: pods, ipv6Block: 3}}}}"
    );
    project.program(&program(&all));
    let up = project.up().expect_ok();
    let replaced: Vec<_> = up.steps().into_iter().filter(|step| step.contains("replace")).collect();
    assert_eq!(replaced, [""; 0]);
    project.expect_settled().refresh_settled();
    let look = aws.look();
    assert_eq!(ids(&look), ids(&plain), "no subnet has moved");
    let c = |tier: &str, part: u8| (format!("{tier}-c"), part);
    let d = |tier: &str, part: u8| (format!("{tier}-d"), part);
    let expected = [
        c("app", 10),
        d("app", 11),
        c("data", 18),
        d("data", 19),
        c("pods", 26),
        d("pods", 27),
        c("public", 2),
        d("public", 3),
    ];
    assert_eq!(parts(&look), expected);
    let pods = look.named(REGION, "subnets", "net-subnet-pods-c");
    assert_eq!((&pods["CidrBlock"], &pods["AssignIpv6AddressOnCreation"]), (&json!("100.64.8.0/22"), &json!(true)));
    assert_eq!(everywhere(&look, "net-rtb-public"), pairs(&[("0.0.0.0/0", "igw"), ("::/0", "igw")]));
    assert_eq!(everywhere(&look, "net-rtb-app-c"), pairs(&[("0.0.0.0/0", "nat"), ("::/0", "eigw")]));
    assert_eq!(everywhere(&look, "net-rtb-data"), pairs(&[]));
    let [nat] = look.of(REGION, "natGateways") else { panic!("one NAT gateway for all zones: {:#}", look.0) };
    assert_eq!(nat["AvailabilityMode"], "regional");
    let state = project.state();
    let outputs = state.get("net", "/outputs");
    assert_eq!(
        outputs["ipv6Cidr"],
        look.named(REGION, "vpcs", "net")["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
    );
    let log = aws.call("ec2", "describe_flow_logs", json!({}))["FlowLogs"][0].clone();
    assert_eq!((&log["ResourceId"], &log["TrafficType"]), (&outputs["vpcId"], &json!("ALL")));
    let groups = aws.call("logs", "describe_log_groups", json!({}))["logGroups"].clone();
    assert_eq!((&groups[0]["logGroupName"], &groups[0]["retentionInDays"]), (&log["LogGroupName"], &json!(90)));
    let group = json!({"DBSubnetGroupName": outputs["dbSubnetGroupName"]});
    let group = aws.call("rds", "describe_db_subnet_groups", group)["DBSubnetGroups"][0]["Subnets"].clone();
    assert_eq!(group.as_array().map(Vec::len), Some(2));
    let group = json!({"CacheSubnetGroupName": outputs["cacheSubnetGroupName"]});
    let group = aws.call("elasticache", "describe_cache_subnet_groups", group)["CacheSubnetGroups"][0].clone();
    assert_eq!(group["VpcId"], outputs["vpcId"]);
    let (met, open) = crate::components::controls(&state, "net");
    assert_eq!(met, ["EC2.2", "EC2.6", "EC2.15", "EC2.16", "EC2.18", "EC2.19", "EC2.21"]);
    assert_eq!(open, ["EC2.10", "EC2.172"]);
    let acls = json!({"Filters": [{"Name": "vpc-id", "Values": [outputs["vpcId"]]}]});
    let acls = aws.call("ec2", "describe_network_acls", acls)["NetworkAcls"].clone();
    assert_eq!(acls.as_array().map(|all| all.iter().all(|acl| acl["IsDefault"] == true)), Some(true));
    let own = outputs["defaultSecurityGroupId"].clone();
    let rules = json!({"Filters": [{"Name": "group-id", "Values": [own]}]});
    assert_eq!(aws.call("ec2", "describe_security_group_rules", rules)["SecurityGroupRules"], json!([]));

    project.program(&program("nat: single, natAllocationIds: {c: '${ip.id}'}"));
    project.up().expect_ok();
    project.expect_settled();
    let look = aws.look();
    assert_eq!((ids(&look), parts(&look)), (ids(&plain), Vec::new()));
    let state = project.state();
    assert_eq!(state.get("net", "/outputs/natPublicIps"), &json!({"c": state.get("ip", "/outputs/publicIp")}));
    assert_eq!(look.count(REGION, "addresses"), 1, "no address is allocated beside the own one");
    let regional = program("nat: regional, natAllocationIds: {c: '${ip.id}'}");
    project.program(&regional);
    project.preview().expect_failure().expect_says("AWS gives an address to one at a time");
    project.program(&program("nat: none"));
    project.up().expect_ok();
    project.program(&regional);
    let nat = project.preview().expect_ok().outcome("net-nat")["inputs"]["availabilityZoneAddresses"].clone();
    assert_eq!(nat, json!([{"availabilityZone": "ap-northeast-1c", "allocationIds": [state.get("ip", "/id")]}]));
    project.destroy().expect_ok();
    assert_eq!(aws.look(), before);
    let empty = |service: &str, operation: &str, list: &str| {
        let left = aws.call(service, operation, json!({}))[list].clone();
        assert!(left.as_array().is_some_and(|left: &Vec<Value>| left.is_empty()), "{list}: {left:#}");
    };
    empty("ec2", "describe_flow_logs", "FlowLogs");
    empty("ec2", "describe_egress_only_internet_gateways", "EgressOnlyInternetGateways");
    empty("logs", "describe_log_groups", "logGroups");
}

#[test]
fn each_profile_meets_the_controls_that_it_claims() {
    let aws = Aws::new();
    let network = |profile: &str, zones: &str| {
        format!("  {profile}: {{type: 'gitinfra:index:Network', properties: {{profile: {profile}, {zones}}}}}\n")
    };
    let zones = "availabilityZoneCount: 2";
    let networks = ["dev", "standard", "fsbp"].map(|profile| network(profile, zones)).concat();
    let project = aws.project(&format!("resources:\n{networks}"));
    project.up().expect_ok();
    let (state, look) = (project.state(), aws.look());
    let logs = aws.call("ec2", "describe_flow_logs", json!({}))["FlowLogs"].clone();
    for (profile, open, nats) in [
        ("dev", &["EC2.6", "EC2.10", "EC2.172"][..], 1),
        ("standard", &["EC2.10", "EC2.172"], 2),
        ("fsbp", &["EC2.10", "EC2.172"], 2),
    ] {
        let (met, not) = crate::components::controls(&state, profile);
        let all = ["EC2.2", "EC2.6", "EC2.15", "EC2.16", "EC2.18", "EC2.19", "EC2.21"];
        let claimed: Vec<_> = all.into_iter().filter(|control| !open.contains(control)).collect();
        assert_eq!(
            (met, not),
            (claimed.iter().map(|&it| it.into()).collect(), open.iter().map(|&it| it.into()).collect())
        );
        let vpc = state.get(profile, "/outputs/vpcId");
        let of = |kind: &str| {
            look.of(REGION, kind).iter().filter(|thing| thing["VpcId"] == *vpc).cloned().collect::<Vec<_>>()
        };
        let logged = logs.as_array().is_some_and(|all| all.iter().any(|log| log["ResourceId"] == *vpc));
        assert_eq!(logged, claimed.contains(&"EC2.6"), "{profile}");
        assert!(of("subnets").iter().all(|subnet| subnet["MapPublicIpOnLaunch"] == false), "{profile}: EC2.15");
        let rules = of("securityGroups")
            .into_iter()
            .map(|group| [group["IpPermissions"].clone(), group["IpPermissionsEgress"].clone()]);
        assert_eq!(rules.flatten().collect::<Vec<_>>(), [json!([]), json!([])], "{profile}: EC2.2, EC2.18, EC2.19");
        assert_eq!(of("natGateways").len(), nats, "{profile}");
    }
    project.destroy().expect_ok();
}
