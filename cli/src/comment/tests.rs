//! Previews as values, and the Markdown that they become.

use super::*;
use crate::engine::operation::Operation;
use serde_json::json;

fn plain(value: serde_json::Value) -> Option<Shown> {
    Some(crate::engine::value::read(&value))
}

fn property(path: &str, before: Option<Shown>, after: Option<Shown>) -> PropertyChange {
    PropertyChange { path: path.to_owned(), before, after }
}

fn resource(operation: &str, name: &str, properties: Vec<PropertyChange>) -> ResourceChange {
    ResourceChange {
        urn: format!("urn:pulumi:dev::network::gitinfra:ec2:Vpc::{name}"),
        kind: "gitinfra:ec2:Vpc".to_owned(),
        name: name.to_owned(),
        parent: None,
        operation: Operation::new(operation),
        replaced_for: Vec::new(),
        properties,
    }
}

fn stack(name: &str, changes: ChangeSet) -> StackPreview {
    StackPreview {
        name: name.to_owned(),
        reason: "net/Pulumi.yaml changed".to_owned(),
        failure: None,
        changes,
        objections: Vec::new(),
        seal: None,
    }
}

fn preview(stacks: Vec<StackPreview>) -> Preview {
    Preview {
        base: "main".to_owned(),
        base_commit: "aaaaaaaaaaaa".to_owned(),
        head: "add-vpc".to_owned(),
        head_commit: "bbbbbbbbbbbb".to_owned(),
        stacks,
        untouched: vec!["web/dev".to_owned()],
        gone: Vec::new(),
        notes: Vec::new(),
    }
}

#[test]
fn what_would_hold_it_stands_above_the_changes() {
    let objections =
        vec!["over budget: 1 would be deleted".to_owned(), "the policy `sh` refused it: ```no```".to_owned()];
    let held = StackPreview { objections, ..stack("net/dev", ChangeSet::default()) };
    let text = comment(&preview(vec![held]));
    // Without a change nothing is held, but words are words.
    assert!(text.contains("| net/dev |  |  |  |  | ✋ would be held |"), "{text}");
}

#[test]
fn every_kind_of_change_reads_well() {
    let mut replaced = resource(
        "replace",
        "main",
        vec![property("cidrBlock", plain(json!("10.0.0.0/16")), plain(json!("10.1.0.0/16")))],
    );
    replaced.replaced_for = vec!["cidrBlock".to_owned()];
    let changes = ChangeSet {
        resources: vec![
            resource(
                "create",
                "web",
                vec![property("tags.Name", None, plain(json!("web"))), property("id", None, Some(Shown::Unknown))],
            ),
            resource(
                "update",
                "old",
                vec![property("password", Some(Shown::Secret), Some(Shown::Secret)), property("arn", None, None)],
            ),
            replaced,
            resource("delete", "gone", Vec::new()),
        ],
        outputs: vec![property("vpcId", plain(json!("vpc-1")), Some(Shown::Unknown))],
        ..ChangeSet::default()
    };
    let text = comment(&preview(vec![stack("network/dev", changes), stack("network/prod", ChangeSet::default())]));
    insta::assert_snapshot!(text, @r##"
    ### gitinfra preview: add-vpc into main

    | stack | + create | ~ update | ± replace | - delete | |
    |---|--:|--:|--:|--:|---|
    | network/dev | 1 | 1 | 1 | 1 |  |
    | network/prod |  |  |  |  | no changes |

    <details open><summary><b>network/dev</b>: 1 to create, 1 to update, 1 to replace, 1 to delete</summary>

    <sub>net/Pulumi.yaml changed</sub>

    ```diff
    + create gitinfra:ec2:Vpc web
    +     tags.Name: "web"
    +     id: known after apply
    ~ update gitinfra:ec2:Vpc old
    -     password: [secret]
    +     password: [secret]
          arn differs
    ± replace gitinfra:ec2:Vpc main (because of cidrBlock)
    -     cidrBlock: "10.0.0.0/16"
    +     cidrBlock: "10.1.0.0/16"
    - delete gitinfra:ec2:Vpc gone
      outputs
    -     vpcId: "vpc-1"
    +     vpcId: known after apply
    ```

    </details>

    <sub>previewed the merge of bbbbbbb into aaaaaaa; 1 stack is untouched: web/dev</sub>
    "##);
}

#[test]
fn a_failure_stands_first() {
    let mut failed = stack("network/dev", ChangeSet::default());
    failed.failure = Some("gitinfra:ec2:Vpc web: cidrBlock: `10.0.0.0/8` is larger than /16".to_owned());
    failed.changes.diagnostics =
        vec![Said { severity: Severity::Warning, urn: None, message: "old plugin\n".to_owned() }];
    insta::assert_snapshot!(comment(&preview(vec![failed])), @r##"
    ### gitinfra preview: add-vpc into main

    | stack | + create | ~ update | ± replace | - delete | |
    |---|--:|--:|--:|--:|---|
    | network/dev |  |  |  |  | ❌ preview failed |

    <details open><summary><b>network/dev</b>: the preview failed</summary>

    <sub>net/Pulumi.yaml changed</sub>

    ```text
    gitinfra:ec2:Vpc web: cidrBlock: `10.0.0.0/8` is larger than /16
    ```

    ```text
    warning: old plugin
    ```

    </details>

    <sub>previewed the merge of bbbbbbb into aaaaaaa; 1 stack is untouched: web/dev</sub>
    "##);
}

#[test]
fn nothing_to_do_is_said() {
    insta::assert_snapshot!(comment(&preview(Vec::new())), @r##"
    ### gitinfra preview: add-vpc into main

    No stack uses what this merge changes.

    <sub>previewed the merge of bbbbbbb into aaaaaaa; 1 stack is untouched: web/dev</sub>
    "##);
}

#[test]
fn nothing_leaves_its_place() {
    let hostile = "</details>``` @ada #1 <img src=x> | **b**\n# head";
    let changes = ChangeSet {
        resources: vec![resource(
            "create",
            hostile,
            vec![property(hostile, None, plain(json!(format!("```{hostile}````"))))],
        )],
        diagnostics: vec![Said { severity: Severity::Error, urn: None, message: format!("`````\n{hostile}") }],
        ..ChangeSet::default()
    };
    let mut preview = preview(vec![stack(hostile, changes)]);
    preview.head = hostile.to_owned();
    let text = comment(&preview);
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            Some(open) if ticks.len() >= open.len() => fence = None,
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => {
                let line = line.replace("&#", "&");
                for forbidden in ["@ada", "#1", "<img", "**b**", "``"] {
                    assert!(!line.contains(forbidden), "`{forbidden}` has a meaning in: {line}");
                }
                assert!(!line.starts_with("# head"), "a head line came in: {line}");
            }
            Some(_) => {}
        }
    }
    assert_eq!(fence, None, "every fence is closed");
    assert_eq!(
        text.matches("\n</details>").count(),
        text.matches("<details").count() + text.matches("\n</details>```").count()
    );
}

#[test]
fn nothing_makes_a_comment_too_long() {
    let long = "zäh ".repeat(5_000);
    let said = Said { severity: Severity::Warning, urn: None, message: format!("warned {long}") };
    let changes = ChangeSet {
        outputs: (0..300).map(|at| property(&format!("output{at}"), None, plain(json!("x".repeat(300))))).collect(),
        diagnostics: vec![said],
        ..ChangeSet::default()
    };
    for count in [1, 30, 300] {
        let stacks = (0..count)
            .map(|at| StackPreview { failure: Some(long.clone()), ..stack(&format!("network/{at}"), changes.clone()) });
        let text = comment(&preview(stacks.collect()));
        assert!(text.chars().count() < 65_000, "{}", text.chars().count());
        assert!(text.contains("… and "), "what was cut is told");
        assert_eq!(text.contains("more stacks don't fit here"), count > 1);
    }
}

#[test]
fn what_does_not_fit_is_counted() {
    let long = "x".repeat(5_000);
    let properties = || (0..40).map(|at| property(&format!("p{at}"), None, plain(json!(long)))).collect();
    let resources = (0..10).map(|at| resource("create", &format!("r{at}"), properties())).collect();
    let text = comment(&preview(vec![stack("network/dev", ChangeSet { resources, ..ChangeSet::default() })]));
    assert!(text.len() < 65_000, "{}", text.len());
    assert!(text.contains("more resources change than fit here"), "the rest is told");
    assert!(text.contains("| network/dev | 10 |"), "the table counts all");
    assert!(text.contains("… (5002 characters)"), "long values are cut");
}

/// No character that turns the direction of what follows reaches a reader: it is spelled.
#[test]
fn nothing_is_turned_around() {
    let turned = "a\u{202e}b\u{2069}c\u{200e}d\u{1b}[31m";
    let changes = ChangeSet {
        resources: vec![resource("create", turned, vec![property(turned, None, plain(json!(turned)))])],
        outputs: vec![property(turned, None, plain(json!({turned: turned})))],
        diagnostics: vec![Said { severity: Severity::Error, urn: None, message: turned.to_owned() }],
        ..ChangeSet::default()
    };
    let failed = StackPreview { failure: Some(turned.to_owned()), ..stack(turned, changes.clone()) };
    let mut preview = preview(vec![stack(turned, changes), failed]);
    (preview.head, preview.base, preview.gone) = (turned.to_owned(), turned.to_owned(), vec![turned.to_owned()]);
    let text = comment(&preview);
    let raw = text.chars().find(|c| crate::text::is_steering(*c) && *c != '\n');
    assert_eq!(raw, None, "{text}");
    assert!(text.contains(r"+     a\u202eb\u2069c\u200ed\u001b[31m: "), "{text}");
}

/// The comment of anything is short enough, and whatever opens in it is closed.
#[track_caller]
fn check(preview: &Preview) -> String {
    let text = comment(preview);
    assert!(text.len() <= 65_000, "{} bytes", text.len());
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            Some(open) if line == open => fence = None,
            None if ticks.len() >= 3 => fence = Some(ticks),
            None if line.starts_with('|') => assert!(line.ends_with('|'), "a row is cut: {line}"),
            _ => {}
        }
    }
    assert_eq!(fence, None, "a fence is open");
    assert_eq!(text.matches("<details").count(), text.matches("\n</details>").count(), "details are open");
    text
}

#[test]
fn many_stacks_that_go_away_fit() {
    let mut preview = preview(Vec::new());
    preview.gone = (0..1_200).map(|at| format!("a-project-with-a-long-name-{at}/production")).collect();
    let text = check(&preview);
    assert!(text.contains("**1200 stacks go away; what they rolled out is left standing.**"), "{text}");
    assert!(text.contains("a-project-with-a-long-name-0/production"), "{text}");
    let shown = text.matches("a-project-with-a-long-name-").count();
    assert!(text.contains(&format!("and {} more", 1_200 - shown)), "{text}");
}

#[test]
fn many_rows_fit_and_failures_come_first() {
    let changes = ChangeSet { resources: vec![resource("create", "web", Vec::new())], ..ChangeSet::default() };
    let mut stacks: Vec<_> = (0..900).map(|at| stack(&format!("project-{at:03}/dev"), changes.clone())).collect();
    stacks.push(StackPreview { failure: Some("no luck".to_owned()), ..stack("zoo/dev", ChangeSet::default()) });
    stacks.insert(0, stack("still/dev", ChangeSet::default()));
    let mut preview = preview(stacks);
    preview.gone = (0..1_200).map(|at| format!("gone-{at}/dev")).collect();
    let text = check(&preview);
    assert!(text.contains("**902 stacks: 1 failed, 900 change, 1 has no changes.** In all 900 to create."), "{text}");
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| ") && !line.contains("stack |")).collect();
    assert!(rows[0].contains("zoo/dev"), "{}", rows[0]);
    assert!(rows[1].contains("project-000/dev"), "{}", rows[1]);
    assert!(rows.len() > 100, "{} rows", rows.len());
    assert!(text.contains(&format!("and {} more stacks", 902 - rows.len())), "{text}");
    let (failure, first) = (text.find("<b>zoo/dev</b>"), text.find("<b>project-000/dev</b>"));
    assert!(failure.is_some() && failure < first, "{failure:?} {first:?}");
}

/// The worst that names, values and words can be.
#[test]
fn nothing_hostile_makes_a_comment_too_long() {
    for wild in ["`", "&", "ä", "\u{202e}", "\n", "@", "~"] {
        let long = wild.repeat(20_000);
        let one = property(&long, plain(json!(long)), plain(json!([long])));
        let mut replaced = resource("replace", &long, vec![one.clone()]);
        replaced.replaced_for = vec![long.clone()];
        let diagnostics = vec![Said { severity: Severity::Error, urn: None, message: format!("x{long}") }];
        let changes = ChangeSet { resources: vec![replaced], outputs: vec![one], diagnostics, ..ChangeSet::default() };
        let failed =
            StackPreview { failure: Some(long.clone()), reason: long.clone(), ..stack(&long, changes.clone()) };
        for count in [1, 20] {
            let mut stacks = vec![failed.clone(); count];
            stacks.extend(vec![StackPreview { reason: long.clone(), ..stack(&long, changes.clone()) }; 3]);
            let mut preview = preview(stacks);
            (preview.head, preview.base) = (long.clone(), long.clone());
            (preview.gone, preview.untouched) = (vec![long.clone(); count], vec![long.clone()]);
            check(&preview);
        }
    }
}

/// Many resources in several stacks, and forges with little room: nothing stands twice, nothing is cut, and what is left out is
/// told.
#[test]
fn several_comments_go_on_where_the_last_one_ended() {
    let stack_of = |at: usize, count: usize| {
        let value = "x".repeat(40 * (at + 1));
        let one =
            |i: usize| resource("create", &format!("r{at}-{i:03}."), vec![property("p", None, plain(json!(value)))]);
        let resources = (0..count).map(one).collect();
        let outputs = vec![property(&format!("output{at}."), None, plain(json!("v")))];
        stack(&format!("network/{at}"), ChangeSet { resources, outputs, ..ChangeSet::default() })
    };
    let preview = preview(vec![stack_of(0, 3), stack_of(1, 120), stack_of(2, 0), stack_of(3, 60)]);
    let names: Vec<String> =
        (0..120).map(|i| format!("r1-{i:03}.")).chain((0..60).map(|i| format!("r3-{i:03}."))).collect();
    for (bytes, comments, html) in
        [(60_000, 3, true), (12_000, 3, true), (12_000, 9, false), (6_000, 2, false), (3_000, 1, true)]
    {
        let parts = parts(&preview, &Room { bytes, comments, html });
        assert!((1..=comments).contains(&parts.len()));
        let mut told = 0;
        for (at, part) in parts.iter().enumerate() {
            assert!(part.len() <= bytes, "{} of {bytes} bytes", part.len());
            assert_eq!(part.matches("```").count() % 2, 0, "a fence is open: {part}");
            assert_eq!(part.matches("<details").count(), part.matches("\n</details>").count());
            assert!(html || !part.contains('<'), "{part}");
            assert_eq!(at > 0, part.starts_with("### gitinfra preview: add-vpc into main, continued\n"));
            told += names.iter().filter(|name| part.contains(name.as_str())).count();
        }
        let all = parts.concat();
        assert!(names.iter().all(|name| all.matches(name.as_str()).count() <= 1), "a resource stands twice");
        let left_out =
            all.contains("more resources change than fit here") || all.contains("more stacks don't fit here");
        assert_eq!(
            left_out,
            told < names.len(),
            "{bytes} bytes, {comments} comments: {told} of {} are told",
            names.len()
        );
        assert_eq!(all.contains("output3."), told == names.len());
    }
}

/// A resource that has no room anywhere ends its stack's part, and not the rest.
#[test]
fn a_resource_that_no_comment_has_room_for_is_counted() {
    let value = "x".repeat(390);
    let huge =
        resource("create", "huge", (0..60).map(|at| property(&format!("p{at}"), None, plain(json!(value)))).collect());
    let small = resource("create", "small", Vec::new());
    let of = |resources| ChangeSet { resources, ..ChangeSet::default() };
    let preview = preview(vec![stack("network/a", of(vec![huge, small.clone()])), stack("network/b", of(vec![small]))]);
    let parts = parts(&preview, &Room { bytes: 8_000, comments: 5, html: true });
    let all = parts.concat();
    assert!(parts.iter().all(|part| part.len() <= 8_000) && parts.len() < 4, "{} parts", parts.len());
    assert!(all.contains("2 more resources change than fit here."), "{all}");
    assert!(all.contains("<b>network/b</b>: 1 to create"), "{all}");
}

#[test]
fn addresses_become_no_links() {
    let mut preview = preview(Vec::new());
    preview.head = "see https://example.com/x".to_owned();
    let text = comment(&preview);
    assert!(!text.contains("https://") && text.contains("https:&#8203;//"), "{text}");
}
