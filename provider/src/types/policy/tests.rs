//! Spellings that mean the same, and those that don't.

use proptest::prelude::*;

use super::*;

fn policy(text: &str) -> PolicyJson {
    PolicyJson::parse(text).expect("a policy")
}

/// A policy of one statement.
fn one(fields: &str) -> PolicyJson {
    policy(&format!(r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", {fields}}}]}}"#))
}

#[test]
fn sees_one_meaning_in_two_spellings() {
    for (left, right) in [
        (r#""Action": "s3:GetObject""#, r#""Action": ["S3:getobject"]"#),
        (r#""Action": ["a:B", "a:C"]"#, r#""Action": ["a:C", "a:B", "a:B"]"#),
        (r#""Principal": {"AWS": "123456789012"}"#, r#""Principal": {"AWS": ["arn:aws:iam::123456789012:root"]}"#),
        (r#""Principal": {"AWS": "123456789012"}"#, r#""Principal": {"AWS": "arn:aws-cn:iam::123456789012:root"}"#),
        (r#""Principal": "*""#, r#""Principal": {"AWS": "*"}"#),
        (r#""Sid": """#, r#""Effect": "Allow""#),
        (
            r#""Condition": {"Bool": {"aws:SecureTransport": true}}"#,
            r#""Condition": {"Bool": {"aws:securetransport": ["true"]}}"#,
        ),
    ] {
        assert_eq!(one(left), one(right), "{left} {right}");
    }
    let list = policy(r#"{"Statement": [{"Effect": "Deny", "Action": "*"}]}"#);
    let single = policy(r#"{"Version": "2008-10-17", "Statement": {"Action": "*", "Effect": "Deny"}}"#);
    assert_eq!(list, single);
}

#[test]
fn sees_two_meanings() {
    for (left, right) in [
        (r#""Action": "s3:GetObject""#, r#""Action": "s3:GetObject*""#),
        (r#""Action": "s3:GetObject""#, r#""NotAction": "s3:GetObject""#),
        (r#""Resource": "arn:aws:s3:::A""#, r#""Resource": "arn:aws:s3:::a""#),
        (r#""Principal": {"AWS": "*"}"#, r#""Principal": {"Service": "*"}"#),
        (r#""Principal": {"AWS": "arn:aws:iam::123456789012:role/root"}"#, r#""Principal": {"AWS": "123456789012"}"#),
    ] {
        assert_ne!(one(left), one(right), "{left} {right}");
    }
    assert_ne!(policy(r#"{"Version": "2012-10-17", "Statement": []}"#), policy(r#"{"Statement": []}"#));
}

#[test]
fn refuses_what_is_no_policy() {
    for (text, why) in [
        ("", "is not JSON"),
        ("[]", "no `Statement`"),
        (r#"{"Version": "2012-10-17"}"#, "no `Statement`"),
        (r#"{"Statement": ["Allow"]}"#, "not a list of objects"),
    ] {
        let said = PolicyJson::parse(text).expect_err(text);
        assert!(said.contains(why), "{text}: {said}");
    }
}

/// A list in another order, with its case changed where that means nothing, and as a single value where it is one.
fn respelled(items: &[String], turn: usize, upper: bool) -> Json {
    let mut items: Vec<_> = items.iter().map(|item| if upper { item.to_uppercase() } else { item.clone() }).collect();
    let many = items.len().max(1);
    items.rotate_left(turn % many);
    match &items[..] {
        [single] if turn % 2 == 1 => json!(single),
        _ => json!(items),
    }
}

fn spelled(actions: &[String], accounts: &[String], turn: usize, upper: bool) -> String {
    let accounts: Vec<_> =
        accounts.iter().map(|a| if upper { format!("arn:aws:iam::{a}:root") } else { a.clone() }).collect();
    let statement = json!({
        "Effect": "Allow",
        "Action": respelled(actions, turn, upper),
        "Principal": {"AWS": respelled(&accounts, turn, false)},
    });
    let statement = if upper { statement } else { json!([statement]) };
    let policy = json!({"Version": "2012-10-17", "Statement": statement});
    if upper { policy.to_string() } else { format!("{policy:#}") }
}

#[test]
fn a_policy_is_about_its_principals() {
    let policy = json!({"Statement": [
        {"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::1:role/app", "2"], "Service": "ecs.amazonaws.com"}, "Action": "s3:*", "Resource": "arn:aws:s3:::shop"},
        {"Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::1:role/ops"}, "Action": "s3:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"},
    ]});
    let mut names = principals(&policy.to_string().into());
    names.sort();
    assert_eq!(names, ["*", "2", "arn:aws:iam::1:role/app", "arn:aws:iam::1:role/ops", "ecs.amazonaws.com"]);
    assert!(principals(&"arn:aws:iam::1:role/app".into()).is_empty());
}

proptest! {
    #[test]
    fn keeps_the_meaning(
        actions in prop::collection::vec("[a-z]{2,4}:[A-Z][a-z]{1,5}[*]?", 1..5),
        accounts in prop::collection::vec("[0-9]{12}", 1..4),
        turn in 0usize..7,
    ) {
        let plain = policy(&spelled(&actions, &accounts, 0, false));
        let other = policy(&spelled(&actions, &accounts, turn, true));
        prop_assert_eq!(&plain, &other);
        prop_assert_eq!(policy(&plain.to_string()), plain.clone());
        let more: Vec<_> = actions.iter().cloned().chain(["iam:passRole".to_owned()]).collect();
        prop_assert_ne!(policy(&spelled(&more, &accounts, turn, true)), plain);
    }

    #[test]
    fn has_one_canonical_spelling(actions in prop::collection::vec("[a-z:*\"\\\\ ]{1,8}", 0..5)) {
        let text = json!({"Statement": {"Effect": "Allow", "Action": actions}}).to_string();
        let canonical = policy(&text).to_string();
        prop_assert_eq!(policy(&canonical).to_string(), canonical);
    }
}
