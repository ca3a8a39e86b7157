//! VPC endpoints for services of AWS.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::aws::{Aws, REGION, gitinfra};
use crate::components::controls;
use crate::pulumi::Project;

/// The endpoints by the short names of their services.
fn endpoints(aws: &Aws) -> BTreeMap<String, Value> {
    let found = aws.call("ec2", "describe_vpc_endpoints", json!({}));
    let found = found["VpcEndpoints"].as_array().cloned().unwrap_or_default().into_iter();
    let there = found.filter(|endpoint| endpoint["State"] == "available");
    let name = |endpoint: &Value| {
        let name = endpoint["ServiceName"].as_str().unwrap_or_default();
        name.trim_start_matches(&format!("com.amazonaws.{REGION}.")).to_owned()
    };
    there.map(|endpoint| (name(&endpoint), endpoint)).collect()
}

#[test]
fn endpoints_live_from_create_to_destroy() {
    let aws = Aws::new();
    let before = aws.look();
    let project = aws.reached_by(Project::example("vpc-endpoints", &[gitinfra()]));
    let plan = project.preview().expect_ok().steps();
    let own: Vec<_> = plan.iter().filter_map(|step| step.strip_prefix("create endpoints-")).collect();
    // AWS takes few calls about endpoints in a second: no more of them here than it takes at once.
    let names = ["ec2messages", "s3", "ssm", "ssmmessages"];
    let mut expected: Vec<_> = names.iter().map(|name| format!("endpoint-{name}")).collect();
    expected.extend(["sg".to_owned(), "sg-from-vpc".to_owned()]);
    expected.sort();
    assert_eq!(own, expected);
    assert_eq!(project.up().expect_ok().steps(), plan);
    project.expect_settled().refresh_settled();

    let state = project.state();
    let there = endpoints(&aws);
    assert_eq!(there.len(), names.len(), "{there:#?}");
    let group = state.get("endpoints", "/outputs/securityGroupId");
    for (service, endpoint) in &there {
        assert_eq!(endpoint["VpcEndpointId"], state.get("endpoints", "/outputs/endpointIds")[service], "{service}");
        let count = |what: &str| endpoint[what].as_array().map_or(0, Vec::len);
        match service.as_str() {
            "s3" => assert_eq!((count("RouteTableIds"), &endpoint["VpcEndpointType"]), (4, &json!("Gateway"))),
            _ => {
                assert_eq!((count("SubnetIds"), &endpoint["PrivateDnsEnabled"]), (2, &json!(true)), "{service}");
                assert_eq!(endpoint["Groups"][0]["GroupId"], *group, "{service}");
            }
        }
    }
    let rules = json!({"Filters": [{"Name": "group-id", "Values": [group]}]});
    let rules = aws.call("ec2", "describe_security_group_rules", rules)["SecurityGroupRules"].clone();
    let allowed: Vec<_> =
        rules.as_array().into_iter().flatten().map(|rule| (&rule["CidrIpv4"], &rule["ToPort"])).collect();
    assert_eq!(allowed, [(&json!("10.0.0.0/16"), &json!(443))], "HTTPS from the VPC, and nothing outwards");
    let (met, open) = controls(&state, "endpoints");
    assert_eq!((met, open), (vec!["EC2.57".into()], vec!["EC2.10".into(), "EC2.55".into(), "EC2.56".into()]));

    let text = project.read("Pulumi.yaml").unwrap_or_default();
    let own = json!({"StringEquals": {"aws:PrincipalAccount": aws.account}});
    let allowed = json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": own});
    let policy = json!({"Version": "2012-10-17", "Statement": [allowed]});
    project.write(
        "Pulumi.yaml",
        &text.replace("presets: [ssm]", &format!("services: [ssm, s3, ecr.api]\n      policy: {policy}")),
    );
    let expected = [
        "create endpoints-endpoint-ecr-api",
        "delete endpoints-endpoint-ec2messages",
        "delete endpoints-endpoint-ssmmessages",
        "update endpoints",
        "update endpoints-endpoint-s3",
        "update endpoints-endpoint-ssm",
    ];
    assert_eq!(project.up().expect_ok().steps(), expected);
    project.expect_settled();
    let told = |endpoint: &Value| endpoint["PolicyDocument"].as_str().unwrap_or_default().contains(&aws.account);
    assert!(endpoints(&aws).values().all(told), "every endpoint has the policy");
    project.write("Pulumi.yaml", &text.replace("[ssm]", "[all]"));
    let all = project.preview().expect_ok();
    let made = all.steps().into_iter().filter(|step| step.starts_with("create endpoints-endpoint-"));
    assert_eq!(made.count(), 10, "{all}");
    project.destroy().expect_ok();
    assert_eq!((endpoints(&aws).len(), aws.look()), (0, before));
}

#[test]
fn what_is_no_service_is_refused() {
    let aws = Aws::new();
    let program = |given: &str| {
        format!(
            "resources:\n  e: {{type: 'gitinfra:index:VpcEndpoints', properties: {{vpcId: vpc-0, vpcCidr: 10.0.0.0/16, {given}}}}}\n"
        )
    };
    let project = aws.project(&program(""));
    for (given, words) in [
        ("services: [SQS]", &["property services[0]", "`SQS` is not the name of a service such as `sqs`"][..]),
        ("presets: []", &["property services", "no service is left"]),
        ("services: [sqs, s3]", &["property subnetIds", "missing: the endpoint of `sqs`", "property routeTableIds"]),
        ("presets: [esc]", &["property presets[0]", "`esc` is not one of `ssm`, `ecs`, `all`"]),
    ] {
        project.program(&program(given));
        words.iter().fold(project.preview().expect_failure(), |run, words| run.expect_says(words));
    }
}
