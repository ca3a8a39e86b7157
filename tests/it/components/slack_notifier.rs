//! Messages of alarms in a Slack channel.

use serde_json::{Value, json};

use super::lived::{begun, ended};
use crate::aws::{Aws, ELSEWHERE, REGION};

/// What a service may do by a policy, with the account that it must come from.
fn allowed(policy: &Value, service: &str, account: &str) -> Vec<String> {
    let policy: Value = serde_json::from_str(policy.as_str().unwrap_or_default()).expect("a policy");
    let statements = policy["Statement"].as_array().cloned().unwrap_or_default();
    let own = statements.iter().filter(|it| it["Principal"]["Service"].to_string().contains(service));
    let own = own.filter(|it| it["Condition"]["StringEquals"]["aws:SourceAccount"] == account);
    let actions = own.map(|it| it["Action"].clone());
    actions.map(|it| if it.is_array() { it } else { json!([it]) }).map(|it| it.to_string()).collect()
}

#[test]
fn alarms_of_two_regions_come_to_one_channel() {
    let aws = Aws::new();
    let project = begun(&aws, "slack-notifier");
    let state = project.state();
    let topics = state.get("notifier", "/outputs/topicArns").clone();
    assert_eq!(topics[REGION], *state.get("notifier", "/outputs/topicArn"));
    assert_eq!(state.get("notifier", "/outputs/controls"), &json!(["SNS.4"]));

    let told = aws.call_in("eu-west-1", "chatbot", "describe_slack_channel_configurations", json!({}));
    let slack = &told["SlackChannelConfigurations"][0];
    assert_eq!(slack["ChatConfigurationArn"], *state.get("notifier", "/outputs/configurationArn"));
    assert_eq!(slack["SnsTopicArns"].as_array().map(Vec::len), Some(2));
    assert_eq!(slack["GuardrailPolicyArns"], json!(["arn:aws:iam::aws:policy/ReadOnlyAccess"]));

    for region in [REGION, ELSEWHERE] {
        let asked = json!({"TopicArn": topics[region]});
        let topic = aws.call_in(region, "sns", "get_topic_attributes", asked)["Attributes"].clone();
        assert_eq!(allowed(&topic["Policy"], "cloudwatch.amazonaws.com", &aws.account), [r#"["sns:Publish"]"#]);
        let asked = json!({"KeyId": topic["KmsMasterKeyId"], "PolicyName": "default"});
        let key = aws.call_in(region, "kms", "get_key_policy", asked);
        let uses = [r#"["kms:Decrypt","kms:GenerateDataKey*"]"#];
        assert_eq!(allowed(&key["Policy"], "events.rds.amazonaws.com", &aws.account), uses);
    }
    ended(&project, "slack-notifier");
    for region in [REGION, ELSEWHERE] {
        assert_eq!(aws.call_in(region, "sns", "list_topics", json!({}))["Topics"], json!([]));
    }
}

#[test]
fn odd_ids_are_refused_before_anything_is_made() {
    let aws = Aws::new();
    let project = aws.project(
        "
resources:
  notifier:
    type: gitinfra:index:SlackNotifier
    properties: {workspaceId: '#alarms', channelId: my-channel, chatbotRegion: ap-northeast-1}
",
    );
    let refused = project.preview().expect_failure();
    let refused =
        refused.expect_says("`#alarms` is not an id such as T07EA123LEP").expect_says("`my-channel` is not an id");
    refused.expect_says("is none of us-east-2");
}
