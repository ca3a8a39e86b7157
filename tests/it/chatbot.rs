//! Slack channel configurations against the emulator, by the real engine.

use serde_json::json;

use crate::aws::Aws;

/// A configuration `alarms` of a workspace, and the workspaces that there are.
fn program(workspace: &str) -> String {
    format!(
        "
variables:
  known:
    fn::invoke: {{function: 'gitinfra:chatbot:getSlackWorkspaces', arguments: {{}}}}
resources:
  alarms:
    type: gitinfra:chatbot:SlackChannelConfiguration
    properties:
      configurationName: alarms
      slackWorkspaceId: {workspace}
      slackChannelId: C07EZ1ABC23
      iamRoleArn: arn:aws:iam::123456789012:role/chatbot
outputs: {{known: '${{known.workspaces}}'}}
"
    )
}

#[test]
fn a_workspace_that_nobody_has_authorised_does_not_use_up_the_name() {
    let aws = Aws::new();
    let project = aws.project(&program("T0OTHER"));
    project
        .up()
        .expect_failure()
        .expect_says("not authorised for Slack workspace `T0OTHER`; there are T07EA123LEP (Example), T0SHOP (Shop)")
        .expect_says("authorise it once in the console");
    assert!(aws.writes_after(0).is_empty());
    // The id comes from what there is. The API is in another region than the resource.
    project.program(&program("${known.workspaces[0].slackWorkspaceId}"));
    project.up().expect_ok().expect_steps(&["create alarms"]);
    project.expect_settled().refresh_settled();
    assert_eq!(project.state().text("alarms", "/outputs/slackTeamName"), "Example");
    let told = aws.call_in("eu-west-1", "chatbot", "describe_slack_channel_configurations", json!({}));
    let arn = format!("arn:aws:chatbot::{}:chat-configuration/slack-channel/alarms", aws.account);
    assert_eq!(told["SlackChannelConfigurations"][0]["ChatConfigurationArn"], arn.as_str());
    project.destroy().expect_ok();
}
