//! Why a change touches a stack, path by path; and what of its program nobody looks into.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::config::{FILE, fires};
use crate::order::{Order, contents, reads_gone};
use crate::reading::{Reading, UNKNOWN};
use crate::repo::{Fault, Stack, TreeFile, path};

/// What a change means to a stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explained {
    pub stack: String,
    /// The paths that touch it; it stays as it is when there is none.
    pub paths: Vec<Touch>,
    /// The stacks that it reads and that are touched, if only by what those read: it is rolled out as well where that changes what they
    /// put out.
    pub reads: Vec<String>,
    /// What could touch it without being noticed.
    pub not_followed: Option<String>,
    /// The globs of tags by which it is rolled out, in the place of the branch's head.
    pub tags: Vec<String>,
    /// What else is worth knowing of whom it reads and who reads it, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Why it can't be rolled out, whatever changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// A path that changed, and why that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Touch {
    pub path: String,
    pub why: String,
}

impl Explained {
    /// A project that can't be read, or a stack that can't be told from another: nobody knows what touches it.
    pub fn unread(fault: &Fault) -> Explained {
        let stack = fault.stack.clone().unwrap_or_else(|| path::shown(&fault.folder));
        Explained {
            stack,
            paths: Vec::new(),
            reads: Vec::new(),
            not_followed: None,
            tags: Vec::new(),
            notes: Vec::new(),
            refused: Some(fault.failure.with_hints()),
        }
    }
}

/// Explains a change, whose paths are sorted, to each of these stacks. `gone` are those that stand and are not on the branch any more.
pub fn explain(
    stacks: &[Stack],
    changed: &[String],
    (files, reading, gone): (&[TreeFile], &Reading, &BTreeSet<String>),
) -> Vec<Explained> {
    let mut all: Vec<Explained> = stacks.iter().map(|stack| by_files(stack, changed)).collect();
    let order = Order::of(stacks.iter(), files, &reading.here);
    let mut moved: BTreeSet<usize> = (0..all.len()).filter(|at| !all[*at].paths.is_empty()).collect();
    moved.extend(order.followers(moved.clone()));
    // What is rolled out by tags is moved by nothing else.
    for at in (0..all.len()).filter(|at| stacks[*at].tags.is_empty()) {
        let before: Vec<usize> = order.read_by(at).filter(|other| moved.contains(other)).collect();
        all[at].reads = before.into_iter().map(|other| all[other].stack.clone()).collect();
    }
    let contents = contents(files);
    for (at, (explained, stack)) in all.iter_mut().zip(stacks).enumerate() {
        let read = reading.of_gone(stack, &contents, (gone, !explained.paths.is_empty()));
        explained.notes.extend(read.into_iter().map(reads_gone));
        explained.notes.extend(reading.is_unknown(stack, &contents).then(|| format!("it {UNKNOWN}")));
        let elsewhere = || reading.elsewhere(&explained.stack, " if what it reads comes to be another thing");
        explained.notes.extend(Some(()).filter(|()| moved.contains(&at)).and_then(|()| elsewhere()));
    }
    all
}

/// What the changed paths mean to one stack.
fn by_files(stack: &Stack, changed: &[String]) -> Explained {
    let touch = |path: &String| Some(Touch { path: path::shown(path), why: why(stack, path)? });
    let paths = changed.iter().filter_map(touch).collect();
    let refused = stack.check_name().err().map(|failure| failure.with_hints());
    let (reads, notes, tags) = (Vec::new(), Vec::new(), stack.tags.clone());
    Explained { stack: stack.name(), paths, reads, not_followed: not_followed(stack), tags, notes, refused }
}

fn why(stack: &Stack, changed: &str) -> Option<String> {
    let Some(part) = stack.part_of(changed) else {
        let glob = fires(&stack.triggers, changed);
        return reached(stack, changed).or_else(|| Some(format!("{FILE} has the trigger {}", glob?)));
    };
    Some(match part {
        part if part == stack.config_file => "it is the stack's configuration".to_owned(),
        part if part == stack.project_file => "it is the project's file".to_owned(),
        "" => "it lies in the project's folder, the root".to_owned(),
        part if part == stack.folder => format!("it lies in the project's folder {}", path::shown(part)),
        part => format!("{} names {}, or a link leads there", stack.project_file, path::shown(part)),
    })
}

/// The chain from the program to a path: `net/index.ts imports shared/a.ts, which reads data`.
fn reached(stack: &Stack, changed: &str) -> Option<String> {
    let way = stack.reach.as_ref()?.way(changed);
    // Where the program begins is no reason, but for whatever has no other.
    let skipped = way.iter().skip(1).take_while(|(_, how)| *how == "begins with" || *how == "has").count();
    let way = if way.len() > skipped + 1 { &way[skipped..] } else { &way[..] };
    let [(first, _), rest @ ..] = way else {
        return None;
    };
    let place = |place: &str| if place.is_empty() { "the root".to_owned() } else { path::shown(place) };
    let steps: Vec<String> = rest.iter().map(|(step, how)| format!("{how} {}", place(step))).collect();
    Some(format!("{} {}", place(first), steps.join(", which ")))
}

/// What could change a program without being noticed.
fn not_followed(stack: &Stack) -> Option<String> {
    let unknown = &stack.reach.as_ref()?.unknown;
    (!unknown.is_empty())
        .then(|| format!("not followed, so that it counts only as a trigger in {FILE}: {}", unknown.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::{Listing, Reach, Step, TreeFile, stacks};

    #[test]
    fn each_path_has_its_reason() {
        let file = |path: &str, text: &str| TreeFile { path: path.to_owned(), content: text.as_bytes().to_vec() };
        let project = "name: net\nruntime: yaml\nmain: ../src/net\n";
        let files = vec![file("net/Pulumi.yaml", project), file("net/Pulumi.dev.yaml", "")];
        let mut stack = stacks(&Listing { files, ..Listing::default() }).stacks.remove(0);
        stack.triggers = vec!["shared/**".to_owned()];
        stack.tags = vec!["v*".to_owned()];
        let step = |by: &str, how| Step { by: by.to_owned(), how };
        let mut reach = Reach { unknown: vec!["src/net/x: `require(..)`".to_owned()], ..Reach::default() };
        reach.files.insert("src/net/x".to_owned(), step("src/net", "begins with"));
        reach.files.insert("lib/a".to_owned(), step("src/net/x", "imports"));
        reach.folders.insert("lib/data".to_owned(), step("lib/a", "reads"));
        stack.reach = Some(std::sync::Arc::new(reach));
        let changed = [
            "README.md",
            "lib/a",
            "lib/data/z",
            "net/Pulumi.dev.yaml",
            "net/Pulumi.yaml",
            "net/a.txt",
            "shared/b",
            "src/net/c",
        ];
        let reader = TreeFile { path: "app/Pulumi.yaml".to_owned(), content: b"name: app\nruntime: yaml".to_vec() };
        let files = vec![reader, TreeFile { path: "app/Pulumi.dev.yaml".to_owned(), content: Vec::new() }];
        let app = stacks(&Listing { files, ..Listing::default() }).stacks.remove(0);
        let mut reading = Reading::default();
        reading.here.insert("app/dev".to_owned(), ["acme/net/dev", "acme/hub/dev"].map(str::to_owned).into());
        let gone = BTreeSet::from(["hub/dev".to_owned()]);
        let mut told = explain(&[app, stack], &changed.map(str::to_owned), (&[], &reading, &gone));
        assert_eq!((told[0].paths.len(), &told[0].reads), (0, &vec!["net/dev".to_owned()]));
        assert_eq!(told[0].notes, ["it reads hub/dev, which left the branch and is not rolled out any more"]);
        let told = told.remove(1);
        assert!(
            told.not_followed.as_ref().is_some_and(|words| words.ends_with("gitinfra.yaml: src/net/x: `require(..)`"))
        );
        assert_eq!(told.tags, ["v*"]);
        let told: Vec<_> = told.paths.iter().map(|touch| (touch.path.as_str(), touch.why.as_str())).collect();
        assert_eq!(
            told,
            [
                ("lib/a", "src/net/x imports lib/a"),
                ("lib/data/z", "src/net/x imports lib/a, which reads lib/data"),
                ("net/Pulumi.dev.yaml", "it is the stack's configuration"),
                ("net/Pulumi.yaml", "it is the project's file"),
                ("net/a.txt", "it lies in the project's folder net"),
                ("shared/b", "gitinfra.yaml has the trigger shared/**"),
                ("src/net/c", "net/Pulumi.yaml names src/net, or a link leads there"),
            ]
        );
    }
}
