//! Subscriptions against the emulator: topics of other accounts, and URLs with a password.

use serde_json::{Value, json};

use crate::aws::Aws;
use crate::life::stack::{Asked, Stack};

/// A topic of another account, to which an account may subscribe.
fn shared(owner: &Aws, with: &Aws) -> Value {
    let topic = owner.call("sns", "create_topic", json!({"Name": "shared"}))["TopicArn"].clone();
    let who = json!({"AWS": format!("arn:aws:iam::{}:root", with.account)});
    let statement =
        json!({"Sid": "other", "Effect": "Allow", "Principal": who, "Action": "sns:Subscribe", "Resource": topic});
    let policy = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    let asked = json!({"TopicArn": topic, "AttributeName": "Policy", "AttributeValue": policy});
    owner.call("sns", "set_topic_attributes", asked);
    topic
}

#[test]
fn a_topic_of_another_account_is_subscribed_to() {
    let aws = Aws::new();
    let topic = shared(&aws.another(), &aws);
    let queue = format!("arn:aws:sqs:{}:{}:jobs", crate::aws::REGION, aws.account);
    let asked = |raw: bool| {
        let properties = json!({"topicArn": topic, "protocol": "sqs", "endpoint": queue, "rawMessageDelivery": raw});
        vec![Asked::new("x", "sns:Subscription", properties)]
    };
    let mut stack = Stack::new(&aws);
    assert_eq!(stack.up(&asked(false)).expect("it is made"), ["create x"]);
    assert_eq!(stack.refresh().expect("it is read"), Vec::<String>::new());
    assert_eq!(stack.up(&asked(true)).expect("it is changed"), ["update x"]);
    assert_eq!(stack.up(&[]).expect("it is deleted"), ["delete x"]);
}

#[test]
fn a_password_in_a_url_is_no_difference_and_is_not_told() {
    let aws = Aws::new();
    let topic = aws.call("sns", "create_topic", json!({"Name": "web"}))["TopicArn"].clone();
    let asked = |password: &str, more: Value| {
        let endpoint = format!("https://user:{password}@example.com/in");
        let properties = json!({"topicArn": topic, "protocol": "https", "endpoint": endpoint});
        vec![Asked::new("x", "sns:Subscription", crate::life::with(&properties, &more))]
    };
    let mut stack = Stack::new(&aws);
    stack.up(&asked("s3cret", json!({}))).expect("it is made");
    assert_eq!(stack.refresh().expect("it is read"), Vec::<String>::new());
    assert_eq!(stack.up(&asked("s3cret", json!({}))).expect("it is settled"), Vec::<String>::new());

    let refused =
        Stack::new(&aws).up(&asked("s3cret", json!({"topicArn": format!("{}x", topic.as_str().unwrap_or_default())})));
    let why = format!("{:?}", refused.expect_err("there is no such topic"));
    assert!(why.contains("https://user:****@example.com/in") && !why.contains("s3cret"), "{why}");
}
