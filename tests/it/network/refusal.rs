//! What is wrong is said, with what would be right, before anything is made.

use crate::aws::{Aws, gitinfra};
use crate::network::of;
use crate::pulumi::Project;

/// Expects that `up` does nothing, and says why.
#[track_caller]
fn refused(aws: &Aws, project: &Project, words: &[&str]) {
    let run = project.up().expect_failure();
    words.iter().fold(run, |run, words| run.expect_says(words));
    assert_eq!(aws.writes_after(0), [""; 0]);
    let left = project.state();
    assert!(
        left.resources.iter().all(|r| r["custom"] != true || r["type"] == "pulumi:providers:gitinfra"),
        "{}",
        left.export
    );
}

/// Networks that can't be, with the words for each.
const NETWORKS: &[(&str, &[&str])] = &[
    ("cidr: 12", &["property cidr", "expected an IPv4 range such as 10.0.0.0/16, got a number"]),
    ("cidr: 10.0.0", &["property cidr", "`10.0.0` is not an IPv4 range such as 10.0.0.0/16"]),
    ("cidr: 10.0.0.0/8", &["property cidr", "`10.0.0.0/8` is a /8; from a /16 to a /28 is allowed"]),
    ("availabilityZoneCount: many", &["availabilityZoneCount", "integer"]),
    ("availabilityZoneCount: 6", &["availabilityZoneCount", "ap-northeast-1 has only 3 availability zones"]),
    ("availabilityZones: [ap-northeast-1x]", &["availabilityZones[0]", "did you mean `ap-northeast-1a`?"]),
    ("cider: 10.0.0.0/16", &["cider", "cidr"]),
    ("nat: some", &["nat", "\"none\", \"single\", \"perAz\""]),
    (
        "tiers: {a: {access: isolated, cidrs: {c: 10.0.0.0/24}}, b: {access: isolated, cidrs: {c: 10.0.0.0/25}}}",
        &["tiers.b.cidrs.c", "`10.0.0.0/25` overlaps tier `a` in zone `c`"],
    ),
    (
        "tiers: {a: {access: isolated, block: 1}, b: {access: isolated, block: 1}}",
        &["tiers.b.block", "tier `a` uses the same block"],
    ),
    ("tiers: {app: {access: private}}, nat: single", &["nat", "there is no tier with `access: public`"]),
    ("overrides: {subnet-publik-c: {}}", &["overrides", "did you mean `subnet-public-c`?"]),
    ("skip: [default_sg]", &["skip", "did you mean `default-sg`?"]),
    ("region: eu-nowhere-1", &["availability zones of `eu-nowhere-1`"]),
    ("secondaryCidrs: {pods: 10.0.128.0/17}", &["secondaryCidrs.pods", "`10.0.128.0/17` overlaps `cidr`"]),
    (
        "secondaryCidrs: {pods: 100.64.0.0/16}, tiers: {pods: {access: isolated, block: 0, secondaryCidr: pod}}",
        &["tiers.pods.secondaryCidr", "did you mean `pods`?"],
    ),
    (
        "ipv6: true, tiers: {a: {access: isolated, cidrs: {c: 10.0.0.0/24, d: 10.0.1.0/24}}}",
        &["tiers.a.ipv6Block", "missing: `ipv6` needs it"],
    ),
    ("natAllocationIds: {x: eipalloc-0}", &["natAllocationIds.x", "no zone `x` is used; there are c, d"]),
    ("nat: none, natAllocationIds: {c: eipalloc-0}", &["natAllocationIds", "`nat` says that there is no NAT gateway"]),
    (
        "nat: instance, natAllocationIds: {c: eipalloc-0}",
        &["natAllocationIds", "`nat` says that there is no NAT gateway"],
    ),
    ("natInstanceType: t4g.micro", &["natInstanceType", "only `nat: instance` has an instance"]),
    ("subnetGroups: true, tiers: {web: {access: isolated, block: 0}}", &["subnetGroups", "there is no tier `data`"]),
    ("vpcId: vpc-0", &["subnetIds", "missing: say which subnets the VPC has"]),
    ("subnetIds: {app: [subnet-0]}", &["subnetIds", "needs `vpcId`"]),
    (
        "vpcId: vpc-0, subnetIds: {app: [subnet-0]}, ipv6: true, nat: none",
        &["property ipv6 ", "property nat ", "can't be given together with `vpcId`"],
    ),
    ("vpcId: vpc-0123456789abcdef0, subnetIds: {app: [subnet-0]}", &["vpc-0123456789abcdef0"]),
];

#[test]
fn a_network_that_can_not_be_is_refused() {
    let aws = Aws::new();
    let project = aws.project(&of(""));
    for (properties, words) in NETWORKS {
        project.program(&of(properties));
        refused(&aws, &project, words);
    }
}

#[test]
fn a_change_that_no_child_has_is_refused() {
    let aws = Aws::new();
    let project = aws.project(&of("overrides: {subnet-public-c: {mapPublicIpOnLunch: true}}"));
    let words = "no such property; did you mean `mapPublicIpOnLaunch`?";
    project.preview().expect_failure().expect_says("overrides.subnet-public-c.mapPublicIpOnLunch").expect_says(words);
    assert_eq!(aws.writes_after(0), [""; 0]);
}

/// A network in an account whose environment differs in one variable; none at all where it is empty.
fn with(aws: &Aws, name: &str, value: &str) -> Project {
    let env = aws.env().into_iter().filter(|(known, _)| *known != name);
    let project = env.fold(Project::yaml(&[gitinfra()], &of("")), |project, (name, value)| project.env(name, value));
    let project = if value.is_empty() { project } else { project.env(name, value) };
    project.line("config:").line("  gitinfra:maxRetries: 0");
    project
}

#[test]
fn without_credentials_nothing_is_done() {
    let aws = Aws::new();
    let hint = "hint: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
    refused(&aws, &with(&aws, "AWS_ACCESS_KEY_ID", ""), &["no usable AWS credentials", hint]);
    let unknown = with(&aws, "AWS_ACCESS_KEY_ID", "AKIAINVALID000000000");
    refused(&aws, &unknown, &["AuthFailure", "AWS does not know these credentials"]);
}

#[test]
fn without_a_region_nothing_is_done() {
    let aws = Aws::new();
    let hint = "hint: set `gitinfra:region` (pulumi config set gitinfra:region REGION) or AWS_REGION";
    refused(&aws, &with(&aws, "AWS_REGION", ""), &["no AWS region is configured", hint]);
}

#[test]
fn an_endpoint_where_nobody_listens_is_named_as_the_trouble() {
    let aws = Aws::new();
    let words = "http://127.0.0.1:1, from AWS_ENDPOINT_URL, or the profile's `endpoint_url`, can't be reached";
    let nowhere = with(&aws, "AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    refused(&aws, &nowhere, &[words, "hint: start what should answer there, or correct AWS_ENDPOINT_URL"]);
}

#[test]
fn another_account_than_the_allowed_is_not_touched() {
    let aws = Aws::new();
    let project = aws.project(&of(""));
    project.line("config:").line("  gitinfra:allowedAccountIds: '[\"111111111111\"]'");
    let words = format!("account {} is not one of the allowed: 111111111111", aws.account);
    refused(&aws, &project, &[&words]);
}
