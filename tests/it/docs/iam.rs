//! The page of what IAM must allow for the reference stack.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};

use crate::aws::Aws;
use crate::life::provider::Provider;

/// The most characters that IAM takes in a managed policy, white space not counted.
pub const MOST: usize = 6144;

/// The IAM actions that one stack needed.
#[derive(Debug, Default, PartialEq, Clone)]
pub struct Needed {
    /// To preview it and to look for drift.
    pub preview: BTreeSet<String>,
    /// To roll it out, change it and destroy it.
    pub roll_out: BTreeSet<String>,
    /// In the account of the parent zone.
    pub parent: BTreeSet<String>,
}

pub const PREVIEW: &str = "Preview and drift";
pub const ROLL_OUT: &str = "Roll out, change and destroy";
pub const PARENT: &str = "The parent zone's account";

/// The policies of some parts of the page, as they stand there.
pub fn policies_of(parts: &[&str]) -> Vec<String> {
    let text = std::fs::read_to_string(super::folder().join("iam.md")).expect("there is docs/iam.md");
    parts.iter().flat_map(|title| blocks(part(&text, title))).collect()
}

/// Whether the page is about to be written, so that it can't be asked what is allowed.
pub fn is_being_written() -> bool {
    std::env::var_os("UPDATE").is_some()
}

/// A part of a page.
fn part<'a>(page: &'a str, title: &str) -> &'a str {
    let rest = page.split_once(&format!("## {title}\n")).map(|(_, rest)| rest).unwrap_or_default();
    rest.split("\n## ").next().unwrap_or_default()
}

/// The blocks of JSON of a text.
fn blocks(text: &str) -> Vec<String> {
    let rests = text.split("```json\n").skip(1);
    rests.map(|rest| rest.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// Holds the page to what the stack needed: everything of it is allowed. `UPDATE=1` writes the page.
pub fn expect_allowed(needed: &Needed) {
    let path = super::folder().join("iam.md");
    if is_being_written() {
        std::fs::write(&path, page(needed)).expect("the page can be written");
    }
    let allowed = read(&std::fs::read_to_string(&path).unwrap_or_default());
    // What a preview may do, a roll-out may do as well; and so may it look at what only time makes it look at.
    let all = &allowed.preview | &allowed.roll_out;
    let lacking = [&needed.preview - &all, &needed.roll_out - &all, &needed.parent - &allowed.parent];
    let lacking: Vec<_> = lacking.iter().flatten().collect();
    assert!(lacking.is_empty(), "docs/iam.md does not allow {lacking:?}; UPDATE=1 writes what this test needs");
}

#[test]
fn the_page_allows_nothing_that_no_resource_needs() {
    let text = std::fs::read_to_string(super::folder().join("iam.md")).expect("there is docs/iam.md");
    let allowed = read(&text);
    assert!(
        page(&allowed) == text,
        "docs/iam.md is not as it is written: UPDATE=1 with the reference stack's journey writes it"
    );
    let lives = crate::life::actions::listed();
    let needed: BTreeSet<_> = lives.values().flat_map(BTreeMap::values).flatten().cloned().collect();
    let all = &(&allowed.preview | &allowed.roll_out) | &allowed.parent;
    let needless: Vec<_> = all.difference(&needed).filter(|action| !BEYOND_LIVES.contains(&action.as_str())).collect();
    assert!(needless.is_empty(), "no resource or function needs {needless:?}");
    assert!(
        !allowed.preview.iter().any(|action| action.contains(":Create") || action.contains(":Delete")),
        "{:?}",
        allowed.preview
    );
}

/// What a stack needs and no resource by itself: acting as a role in another account.
const BEYOND_LIVES: [&str; 1] = ["sts:AssumeRole"];

/// The page in Markdown.
pub fn page(needed: &Needed) -> String {
    let head = "# What IAM must allow\n\nThe least that the [reference stack](../examples/reference-stack/Pulumi.yaml) needs, \
        counted by the emulator while a test rolls it out, changes it and destroys it, and tried by a role that has just these policies. Another stack needs what stands on \
        [the pages of its resources](README.md) under \"IAM actions\".\n\n\
        A managed policy has 6,144 characters at most, so each list is several policies where it has to be. `Resource` is `*`: bound it by \
        account, region or tags where your own rules ask for it. `iam:PassRole` and `iam:CreateServiceLinkedRole` are worth a condition on \
        `iam:PassedToService` and `iam:AWSServiceName`.\n";
    let lists = [
        (PREVIEW, "Reads only: for pull requests, and for `gitinfra drift`.", &needed.preview),
        (ROLL_OUT, "Beside what a preview needs.", &needed.roll_out),
        (PARENT, "For the role that is assumed to write the delegation.", &needed.parent),
    ];
    let section = |(title, what, actions): (&str, &str, &BTreeSet<String>)| {
        let policies: String = policies(actions).iter().map(|policy| format!("\n```json\n{policy}\n```\n")).collect();
        format!("\n## {title}\n\n{what}\n{policies}")
    };
    format!("{head}{}", lists.into_iter().map(section).collect::<String>())
}

/// Policies that allow actions, a statement a service, none too long.
fn policies(actions: &BTreeSet<String>) -> Vec<String> {
    let mut services: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for action in actions {
        services.entry(action.split(':').next().unwrap_or_default()).or_default().push(action);
    }
    let mut policies: Vec<Vec<String>> = Vec::new();
    for statement in services.values().map(|actions| statement(actions)) {
        match policies.last_mut().filter(|last| size(&policy(last)) + size(&statement) < MOST) {
            Some(last) => last.push(statement),
            None => policies.push(vec![statement]),
        }
    }
    policies.iter().map(|statements| policy(statements)).collect()
}

fn statement(actions: &[&String]) -> String {
    let lines: Vec<_> = actions.iter().map(|action| format!("        \"{action}\"")).collect();
    format!(
        "    {{\n      \"Effect\": \"Allow\",\n      \"Action\": [\n{}\n      ],\n      \"Resource\": \"*\"\n    }}",
        lines.join(",\n")
    )
}

fn policy(statements: &[String]) -> String {
    format!("{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n{}\n  ]\n}}", statements.join(",\n"))
}

/// Its length as IAM counts it.
pub fn size(policy: &str) -> usize {
    policy.chars().filter(|c| !c.is_whitespace()).count()
}

/// What a page allows.
pub fn read(page: &str) -> Needed {
    let section = |title: &str| {
        let own = part(page, title).lines();
        let quoted = own.filter_map(|line| line.trim().trim_end_matches(',').strip_prefix('"')?.strip_suffix('"'));
        quoted.filter(|text| text.contains(':') && !text.contains(' ')).map(str::to_owned).collect()
    };
    Needed { preview: section(PREVIEW), roll_out: section(ROLL_OUT), parent: section(PARENT) }
}

#[test]
fn a_page_allows_what_was_needed() {
    let set = |range: std::ops::Range<u32>| range.map(|i| format!("s{}:DescribeSomethingLong{i}", i % 40)).collect();
    let needed = Needed { preview: set(0..900), roll_out: set(0..3), parent: BTreeSet::new() };
    let page = page(&needed);
    assert_eq!(read(&page), needed);
    let blocks = blocks(&page);
    assert!(blocks.len() > 2, "{}", blocks.len());
    for block in blocks {
        assert!(size(&block) <= MOST, "{}", size(&block));
        assert!(serde_json::from_str::<Value>(&block).is_ok());
    }
}

/// Takes an action out of the policies that have it.
fn without(policies: Vec<String>, action: &str) -> Vec<String> {
    let line = format!("        \"{action}\"");
    assert!(policies.iter().any(|policy| policy.contains(&line)), "the page has no {action}");
    let take = |policy: String| {
        let mut policy: Value = serde_json::from_str(&policy).expect("a policy is JSON");
        for statement in policy["Statement"].as_array_mut().into_iter().flatten() {
            statement["Action"].as_array_mut().into_iter().for_each(|all| all.retain(|it| it != action));
        }
        policy["Statement"].as_array_mut().into_iter().for_each(|all| all.retain(|it| it["Action"] != json!([])));
        policy.to_string()
    };
    policies.into_iter().map(take).collect()
}

/// In the wire form of each family of services: the refusal says which action it is, and what to do.
#[test]
fn an_action_that_is_taken_away_is_named() {
    let aws = Aws::hurried();
    let all = policies_of(&[PREVIEW, ROLL_OUT]);
    for (number, (token, inputs, action)) in [
        ("ec2:Vpc", json!({"cidrBlock": "10.0.0.0/16"}), "ec2:CreateVpc"),
        ("ec2:Vpc", json!({"cidrBlock": "10.0.0.0/16"}), "ec2:CreateTags"),
        ("sns:Topic", json!({"name": "t"}), "sns:CreateTopic"),
        ("ecs:Cluster", json!({"name": "c"}), "ecs:CreateCluster"),
        ("logs:LogGroup", json!({"name": "/g"}), "logs:CreateLogGroup"),
        ("route53:Zone", json!({"name": "acting.example.net"}), "route53:CreateHostedZone"),
        ("s3:Bucket", json!({"name": "acting-example-net"}), "s3:CreateBucket"),
    ]
    .into_iter()
    .enumerate()
    {
        let session = aws.acting(&format!("lacking-{number}"), &without(all.clone(), action));
        let told = session.iter().map(|(name, value)| (*name, Path::new(value)));
        let mut provider = Provider::start_with(&aws, told);
        let urn = crate::pulumi::urn(&format!("gitinfra:{token}"), "it");
        let checked = provider.check(&urn, &json!({}), &inputs, 1).expect("its inputs are right");
        let words = provider.create(&urn, &checked).expect_err(action).words;
        let names = words.contains(&format!("not authorized to perform: {action} on resource"));
        let hint =
            words.contains(&format!("allow `{action}` in a policy of the role or user whose credentials are in use"));
        assert!(names && hint, "{action}: {words}");
    }
}
