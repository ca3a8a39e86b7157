//! Networks in several regions and accounts, out of one program.

use crate::aws::{Aws, ELSEWHERE, REGION};

#[test]
fn providers_in_two_accounts_and_a_region_of_ones_own() {
    let aws = Aws::new();
    let their = aws.another();
    let before = (aws.look(), their.look());
    let key = their.access_key();
    let one = "availabilityZoneCount: 1, nat: none";
    let other = "availabilityZones: [us-east-1a], nat: none";
    let program = format!(
        "
resources:
  here: {{type: 'pulumi:providers:gitinfra', properties: {{region: {REGION}, allowedAccountIds: ['{}']}}}}
  there: {{type: 'pulumi:providers:gitinfra', properties: {{region: {ELSEWHERE}, accessKey: {key}, secretKey: s3cr3t, defaultTags: {{Owner: them}}}}}}
  a: {{type: 'gitinfra:index:Network', properties: {{{one}}}, options: {{provider: '${{here}}'}}}}
  b: {{type: 'gitinfra:index:Network', properties: {{{other}, region: {ELSEWHERE}}}, options: {{provider: '${{here}}'}}}}
  c: {{type: 'gitinfra:index:Network', properties: {{{other}}}, options: {{provider: '${{there}}'}}}}
outputs:
  a: ${{a.availabilityZones}}
  b: ${{b.availabilityZones}}
",
        aws.account
    );
    let project = aws.project(&program);
    let up = project.up().expect_ok();
    assert!(!up.printed().contains("s3cr3t"));
    let (ours, theirs) = (aws.look(), their.look());
    let counts = |kind| {
        [
            ours.count(REGION, kind),
            ours.count(ELSEWHERE, kind),
            theirs.count(REGION, kind),
            theirs.count(ELSEWHERE, kind),
        ]
    };
    assert_eq!(counts("vpcs"), [1, 1, 0, 1]);
    assert_eq!(counts("subnets"), [3, 3, 0, 3]);
    assert_eq!(theirs.named(ELSEWHERE, "subnets", "c-subnet-app-a")["tags"]["Owner"], "them");
    let zone = ours.named(ELSEWHERE, "subnets", "b-subnet-app-a")["AvailabilityZone"].clone();
    assert_eq!(zone, format!("{ELSEWHERE}a"));
    let state = project.state().export;
    assert!(!state.contains("s3cr3t") && !state.contains(&key), "credentials are encrypted in the state");
    project.expect_settled();
    project.refresh_settled();
    project.destroy().expect_ok();
    assert_eq!((aws.look(), their.look()), before);
}

#[test]
fn another_region_is_another_network() {
    let aws = Aws::new();
    let before = aws.look();
    let project = aws.project(&crate::network::of("availabilityZones: [ap-northeast-1a], nat: none"));
    project.up().expect_ok();
    project.program(&crate::network::of("availabilityZones: [us-east-1a], nat: none, region: us-east-1"));
    project.up().expect_ok();
    let look = aws.look();
    assert_eq!((look.count(REGION, "vpcs"), look.count(ELSEWHERE, "vpcs")), (0, 1));
    project.expect_settled();
    project.destroy().expect_ok();
    assert_eq!(aws.look(), before);
}
