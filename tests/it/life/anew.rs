//! What a resource names is deleted and made anew under the same name: nothing differs, and yet what AWS had tied to the old one is gone.

use serde_json::{Value, json};

use super::stack::{Asked, Stack};
use super::wire::UNKNOWN;
use super::{Trial, with, with_every_row};
use crate::aws::Aws;

const SERVICE: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
const IMAGE: &str = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";

/// Whatever names something with a name of its own is there afterwards, and at rest.
#[test]
fn what_it_names_is_made_anew_in_its_place() {
    with_every_row(|row| {
        let variants = row.changes().into_iter().map(|(_, more)| with(&row.first, &more));
        for parent in row.around.iter().filter(|asked| asked.properties["name"].is_string()) {
            let names = |properties: &Value| properties.to_string().contains(&format!("${{{}.", parent.name));
            for properties in std::iter::once(row.first.clone()).chain(variants.clone()).filter(names) {
                let mut t = Trial::of(row);
                t.up(&[("x", &properties)]);
                t.stack.replace_first.insert(parent.name.clone());
                let what = format!("`{}` is made anew below {properties}", parent.name);
                let program = t.program(&[("x", &properties)]);
                match t.stack.up(&program) {
                    Ok(_) => {}
                    // AWS deletes nothing that others hold.
                    Err(failure) if HELD.iter().any(|held| failure.words.contains(held)) => continue,
                    Err(failure) => panic!("{what}: {}", failure.words),
                }
                let gone = t.stack.refresh().unwrap_or_else(|failure| panic!("{what}: {}", failure.words));
                let steps = t.try_up(&[("x", &properties)]).unwrap_or_else(|words| panic!("{what}, then: {words}"));
                assert!(gone.is_empty() && steps.is_empty(), "{what}, then: gone {gone:?}, {steps:?}");
                t.expect_count(1);
            }
        }
    });
}

/// In which words AWS says that something is in use.
const HELD: [&str; 4] = ["InUse", "in use", "still members", "it still has"];

fn role() -> Asked {
    Asked::new("parent", "iam:Role", json!({"name": "task", "assumeRolePolicy": SERVICE}))
}

fn allows(action: &str) -> Value {
    let who = json!({"AWS": "${parent.arn}"});
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": who, "Action": action, "Resource": "*"}]})
}

fn topic() -> Asked {
    Asked::new("parent", "sns:Topic", json!({"name": "alarms"}))
}

/// A channel that hears of the topic.
fn channel() -> Asked {
    let properties = json!({
        "configurationName": "alarms", "slackWorkspaceId": "T07EA123LEP", "slackChannelId": "C07EZ1ABC23",
        "iamRoleArn": "arn:aws:iam::123456789012:role/chatbot", "snsTopicArns": ["${parent.arn}"],
    });
    Asked::new("x", "chatbot:SlackChannelConfiguration", properties)
}

/// How many subscriptions the topic has.
fn subscriptions(aws: &Aws, stack: &Stack) -> usize {
    let topic = json!({"TopicArn": stack.kept("parent").id});
    aws.call("sns", "list_subscriptions_by_topic", topic)["Subscriptions"].as_array().map_or(0, Vec::len)
}

/// A stack with what names the parent, which comes before it, in which the parent is then made anew under its name.
fn after(program: &[Asked]) -> (Aws, Stack) {
    let aws = Aws::hurried();
    let mut stack = Stack::new(&aws);
    stack.up(program).unwrap_or_else(|failure| panic!("{}", failure.words));
    stack.replace_first.insert("parent".to_owned());
    let steps = stack.up(program).unwrap_or_else(|failure| panic!("{}", failure.words));
    assert_eq!(steps, ["replace-in-its-place parent", "update x"]);
    let gone = stack.refresh().unwrap_or_else(|failure| panic!("{}", failure.words));
    let steps = stack.up(program).unwrap_or_else(|failure| panic!("{}", failure.words));
    assert!(gone.is_empty() && steps.is_empty(), "not at rest: {gone:?}, {steps:?}");
    (aws, stack)
}

#[test]
fn chatbot_subscribes_again() {
    let (aws, stack) = after(&[topic(), channel()]);
    assert_eq!(subscriptions(&aws, &stack), 1);
}

#[test]
fn rds_looks_for_the_topic_again() {
    let (aws, _) = after(&[
        topic(),
        Asked::new("x", "rds:EventSubscription", json!({"name": "web", "snsTopicArn": "${parent.arn}"})),
    ]);
    let told = aws.call("rds", "describe_event_subscriptions", json!({}));
    assert_eq!(told["EventSubscriptionsList"][0]["Status"], "active");
}

#[test]
fn an_instance_gets_the_new_profile() {
    let trusted = Asked::new("role", "iam:Role", json!({"name": "web", "assumeRolePolicy": SERVICE}));
    let (aws, _) = after(&[
        Asked::new("vpc", "ec2:Vpc", json!({"cidrBlock": "10.0.0.0/16"})),
        Asked::new("subnet", "ec2:Subnet", json!({"vpcId": "${vpc.id}", "cidrBlock": "10.0.0.0/24"})),
        trusted,
        Asked::new("parent", "iam:InstanceProfile", json!({"name": "web", "role": "${role.name}"})),
        Asked::new(
            "x",
            "ec2:Instance",
            json!({
                "imageSsmParameter": IMAGE, "instanceType": "t4g.nano", "subnetId": "${subnet.id}",
                "iamInstanceProfile": "${parent.name}",
            }),
        ),
    ]);
    let profile = aws.call("iam", "get_instance_profile", json!({"InstanceProfileName": "web"}));
    let told = aws.call("ec2", "describe_iam_instance_profile_associations", json!({}));
    let associated = &told["IamInstanceProfileAssociations"][0]["IamInstanceProfile"]["Id"];
    assert_eq!(*associated, profile["InstanceProfile"]["InstanceProfileId"]);
}

/// AWS shows the unique id of a role that is gone, so what is at rest names the new one.
#[test]
fn policies_name_the_new_role() {
    let bucket = Asked::new("bucket", "s3:Bucket", json!({}));
    let trust =
        json!({"Statement": [{"Effect": "Allow", "Principal": {"AWS": "${parent.arn}"}, "Action": "sts:AssumeRole"}]});
    let kms = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": {"AWS": "${parent.arn}"}, "Action": "kms:Decrypt", "Resource": "*"},
    ]});
    let mut list = allows("s3:ListBucket");
    list["Statement"][0]["Resource"] = json!("${bucket.arn}");
    let mut pull = allows("ecr:BatchGetImage");
    pull["Statement"][0].as_object_mut().expect("a statement").remove("Resource");
    let cases = [
        (vec![bucket], "s3:BucketPolicy", json!({"bucket": "${bucket.id}", "policy": list})),
        (
            vec![Asked::new("topic", "sns:Topic", json!({"name": "alarms"}))],
            "sns:TopicPolicy",
            json!({"topicArn": "${topic.arn}", "policy": allows("sns:Publish")}),
        ),
        (vec![], "iam:Role", json!({"name": "other", "assumeRolePolicy": trust})),
        (vec![], "kms:Key", json!({"keyPolicy": kms})),
        (vec![], "ecr:Repository", json!({"name": "web", "repositoryPolicy": pull})),
        (
            vec![],
            "secretsmanager:Secret",
            json!({"name": "web", "value": "s3cret", "resourcePolicy": allows("secretsmanager:GetSecretValue")}),
        ),
    ];
    for (around, kind, properties) in cases {
        let program: Vec<_> = around.into_iter().chain([role(), Asked::new("x", kind, properties)]).collect();
        after(&program);
    }
}

/// Chatbot refuses, and the next run knows all the same that it has not heard of the new topic.
#[test]
fn what_was_not_told_again_is_told_in_the_next_run() {
    let aws = Aws::hurried();
    let mut stack = Stack::new(&aws);
    let program = [topic(), channel()];
    stack.up(&program).unwrap_or_else(|failure| panic!("{}", failure.words));
    aws.fault(json!({
        "kind": "error", "operation": "UpdateSlackChannelConfiguration", "code": "AccessDeniedException", "message": "no", "status": 403,
    }));
    stack.replace_first.insert("parent".to_owned());
    stack.up(&program).expect_err("it is refused");
    aws.heal();
    stack.refresh().unwrap_or_else(|failure| panic!("{}", failure.words));
    assert_eq!(stack.up(&program).unwrap_or_else(|failure| panic!("{}", failure.words)), ["update x"]);
    assert_eq!(subscriptions(&aws, &stack), 1);
    assert_eq!(stack.up(&program).unwrap_or_else(|failure| panic!("{}", failure.words)), Vec::<String>::new());
}

/// A topic that somebody has deleted is made anew by the next run.
#[test]
fn what_was_deleted_by_hand_is_told_again_once_it_is_made_anew() {
    let aws = Aws::hurried();
    let mut stack = Stack::new(&aws);
    let program = [topic(), channel()];
    stack.up(&program).unwrap_or_else(|failure| panic!("{}", failure.words));
    aws.call("sns", "delete_topic", json!({"TopicArn": stack.kept("parent").id}));
    assert_eq!(stack.refresh().unwrap_or_else(|failure| panic!("{}", failure.words)), ["parent"]);
    let steps = stack.up(&program).unwrap_or_else(|failure| panic!("{}", failure.words));
    assert_eq!(steps, ["create parent", "update x"]);
    assert_eq!(subscriptions(&aws, &stack), 1);
}

/// What the engine asks before it deletes something first: which of those that name it could not keep what they have.
pub fn unsure(inputs: &Value, properties: &Value, replaced: &[String]) -> Option<Value> {
    let names = |value: &Value| {
        let text = value.to_string();
        replaced.iter().any(|name| text.contains(&format!("${{{name}.")))
    };
    let unknown = properties.as_object().into_iter().flatten().filter(|(_, value)| names(value));
    let unknown: serde_json::Map<_, _> = unknown.map(|(name, _)| (name.clone(), json!(UNKNOWN))).collect();
    (!unknown.is_empty()).then(|| with(inputs, &unknown.into()))
}
