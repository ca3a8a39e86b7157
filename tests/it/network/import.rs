//! What others have made, taken over into a program.

use serde_json::json;

use crate::aws::Aws;

#[test]
fn what_boto3_has_made_is_taken_over_as_it_is() {
    let aws = Aws::new();
    let nothing = aws.look();
    let tags = |kind: &str| json!([{"ResourceType": kind, "Tags": [{"Key": "Team", "Value": "web"}]}]);
    let vpc = aws.call("ec2", "create_vpc", json!({"CidrBlock": "10.7.0.0/16", "TagSpecifications": tags("vpc")}));
    let vpc = vpc["Vpc"]["VpcId"].as_str().unwrap_or_default().to_owned();
    aws.call("ec2", "modify_vpc_attribute", json!({"VpcId": vpc, "EnableDnsHostnames": {"Value": true}}));
    let subnet = json!({
        "VpcId": vpc, "CidrBlock": "10.7.1.0/24", "AvailabilityZone": "ap-northeast-1a", "TagSpecifications": tags("subnet"),
    });
    let subnet = aws.call("ec2", "create_subnet", subnet);
    let subnet = subnet["Subnet"]["SubnetId"].as_str().unwrap_or_default().to_owned();
    let standing = aws.look();

    let program = |import: [String; 2]| {
        format!(
            "
resources:
  vpc:
    type: gitinfra:ec2:Vpc
    properties: {{cidrBlock: 10.7.0.0/16, tags: {{Team: web}}}}
    options: {{{}}}
  subnet:
    type: gitinfra:ec2:Subnet
    properties: {{vpcId: '${{vpc.id}}', cidrBlock: 10.7.1.0/24, availabilityZone: ap-northeast-1a, tags: {{Team: web}}}}
    options: {{{}}}
",
            import[0], import[1]
        )
    };
    let project = aws.project(&program([format!("import: {vpc}"), format!("import: {subnet}")]));
    let calls = aws.calls().len();
    project.up().expect_ok().expect_steps(&["import subnet", "import vpc"]);
    project.expect_settled();
    project.refresh_settled();
    project.program(&program([String::new(), String::new()]));
    project.expect_settled();
    assert_eq!(aws.writes_after(calls), [""; 0]);
    assert_eq!(aws.look(), standing);

    project.destroy().expect_ok();
    assert_eq!(aws.look(), nothing);
}

#[test]
fn what_is_not_there_can_not_be_imported() {
    let aws = Aws::new();
    let project = aws.project(
        "
resources:
  vpc:
    type: gitinfra:ec2:Vpc
    properties: {cidrBlock: 10.7.0.0/16}
    options: {import: vpc-0123456789abcdef0}
",
    );
    project.up().expect_failure().expect_says("vpc-0123456789abcdef0");
    assert_eq!(aws.writes_after(0), [""; 0]);
}
