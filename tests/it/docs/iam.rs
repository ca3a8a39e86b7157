//! The page of what IAM must allow for the reference stack.

use std::collections::{BTreeMap, BTreeSet};

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

const PREVIEW: &str = "Preview and drift";
const ROLL_OUT: &str = "Roll out, change and destroy";
const PARENT: &str = "The parent zone's account";

/// Holds the page to what the stack needed: everything of it is allowed. `UPDATE=1` writes the page.
pub fn expect_allowed(needed: &Needed) {
    let path = super::folder().join("iam.md");
    if std::env::var_os("UPDATE").is_some() {
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
        counted by the emulator while a test rolls it out, changes it and destroys it. Another stack needs what stands on \
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
        let rest = page.split_once(&format!("## {title}\n")).map(|(_, rest)| rest).unwrap_or_default();
        let own = rest.split("\n## ").next().unwrap_or_default();
        let quoted =
            own.lines().filter_map(|line| line.trim().trim_end_matches(',').strip_prefix('"')?.strip_suffix('"'));
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
    let blocks: Vec<_> =
        page.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default()).collect();
    assert!(blocks.len() > 2, "{}", blocks.len());
    for block in blocks {
        assert!(size(block) <= MOST, "{}", size(block));
        assert!(serde_json::from_str::<serde_json::Value>(block).is_ok());
    }
}
