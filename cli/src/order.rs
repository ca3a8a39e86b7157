//! In which order the stacks of one commit roll out: who reads whose outputs, as far as project files and configuration
//! say so, and who may go next.
//!
//! Named are stacks by a `StackReference` of a YAML program, and by values of a stack's configuration that read
//! `PROJECT/STACK` or `ORGANIZATION/PROJECT/STACK`. What a program in another language reads shows only when it runs. Which
//! organisation a stack belongs to is nowhere in a repository, so a stack of another one that has the same project and name
//! counts as well: it costs an order that nobody needs, and never one that somebody does.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::config::any;
use crate::repo::{Stack, TreeFile};

const REFERENCE: &str = "pulumi:pulumi:StackReference";

/// How far a stack has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Waiting,
    UnderWay,
    Done,
    /// It was tried, or not even that, and does not stand.
    Undone,
}

/// Stacks by their place in a list, and how far each has come.
#[derive(Debug)]
pub struct Order {
    /// For each stack those whose outputs it reads.
    reads: Vec<BTreeSet<usize>>,
    steps: Vec<Step>,
}

impl Order {
    /// The order of these stacks, which `files` declare. Where stacks name each other in a circle, what would close it doesn't
    /// count.
    pub fn of<'a>(stacks: impl Iterator<Item = &'a Stack>, files: &[TreeFile]) -> Order {
        let stacks: Vec<&Stack> = stacks.collect();
        let places: BTreeMap<String, usize> = stacks.iter().enumerate().map(|(at, stack)| (stack.name(), at)).collect();
        let contents = files.iter().map(|file| (file.path.as_str(), file.content.as_slice())).collect();
        let mut reads = vec![BTreeSet::new(); stacks.len()];
        for (reader, stack) in stacks.iter().enumerate() {
            let read = names(stack, &contents);
            let before = places.keys().filter(|name| any(&stack.after, name));
            for other in read.iter().chain(before).filter_map(|name| places.get(name)) {
                if !reaches(&reads, *other, reader) {
                    reads[reader].insert(*other);
                }
            }
        }
        Order { steps: vec![Step::Waiting; stacks.len()], reads }
    }

    /// The next stack that waits for nobody. It counts as under way from now on.
    pub fn start_next(&mut self) -> Option<usize> {
        let is_free = |stack: &usize| self.reads[*stack].iter().all(|other| self.steps[*other] == Step::Done);
        let next = self.waiting_ones().find(is_free)?;
        self.steps[next] = Step::UnderWay;
        Some(next)
    }

    /// Notes that a stack came to its end, and whether it stands now.
    pub fn ended(&mut self, stack: usize, well: bool) {
        self.steps[stack] = if well { Step::Done } else { Step::Undone };
    }

    /// Takes out those that can't go any more, each with one that keeps it back.
    pub fn blocked(&mut self) -> Vec<(usize, usize)> {
        let mut blocked = Vec::new();
        while let Some((stack, other)) = self.next_blocked() {
            self.ended(stack, false);
            blocked.push((stack, other));
        }
        blocked
    }

    /// How many have not begun, and could.
    pub fn waiting(&self) -> usize {
        self.waiting_ones().count()
    }

    fn waiting_ones(&self) -> impl Iterator<Item = usize> {
        (0..self.steps.len()).filter(|stack| self.steps[*stack] == Step::Waiting)
    }

    fn next_blocked(&self) -> Option<(usize, usize)> {
        let undone = |stack: usize| self.reads[stack].iter().copied().find(|other| self.steps[*other] == Step::Undone);
        self.waiting_ones().find_map(|stack| Some((stack, undone(stack)?)))
    }
}

/// Whether a stack is another one, or reads its outputs, if only through others.
fn reaches(reads: &[BTreeSet<usize>], from: usize, to: usize) -> bool {
    let (mut seen, mut left) = (BTreeSet::from([from]), vec![from]);
    while let Some(stack) = left.pop() {
        left.extend(reads[stack].iter().filter(|next| seen.insert(**next)));
    }
    seen.contains(&to)
}

/// The stacks that a stack names, as `PROJECT/STACK`.
fn names(stack: &Stack, contents: &BTreeMap<&str, &[u8]>) -> BTreeSet<String> {
    let read = |path: &str| {
        let text = contents.get(path).and_then(|content| std::str::from_utf8(content).ok());
        text.and_then(|text| serde_saphyr::from_str(text).ok()).unwrap_or_default()
    };
    let (project, config): (Value, Value) = (read(&stack.project_file), read(&stack.config_file));
    let mut texts = Vec::new();
    texts_of(&config["config"], &mut texts);
    let from_config = texts.into_iter().filter_map(qualified);
    from_config.chain(references(stack, &project)).collect()
}

/// The stacks that the `StackReference`s of a YAML program name.
fn references(stack: &Stack, project: &Value) -> Vec<String> {
    let resources = project["resources"].as_object().into_iter().flatten();
    let references = resources.filter(|(_, resource)| resource["type"] == REFERENCE);
    let named = references.map(|(key, resource)| {
        resource["properties"]["name"].as_str().or_else(|| resource["name"].as_str()).unwrap_or(key)
    });
    let mut names: Vec<&str> = named.collect();
    called(project, &mut names);
    names.into_iter().filter_map(|name| referred(&filled_in(name, stack), stack)).collect()
}

/// The stacks that the function of that name reads, wherever it is called in a program.
fn called<'a>(value: &'a Value, names: &mut Vec<&'a str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| called(item, names)),
        Value::Object(fields) => {
            for (name, field) in fields {
                let is_reference = name.eq_ignore_ascii_case("fn::stackReference");
                names.extend(field[0].as_str().filter(|_| is_reference));
                called(field, names);
            }
        }
        _ => {}
    }
}

/// `PROJECT/STACK` for a name in a program as Pulumi reads it: `STACK` and `ORGANIZATION/STACK` are of the program's own project.
fn referred(name: &str, stack: &Stack) -> Option<String> {
    match name.split('/').collect::<Vec<_>>()[..] {
        [own] | [_, own] => Some(format!("{}/{own}", stack.project)),
        [_, project, other] => Some(format!("{project}/{other}")),
        _ => None,
    }
}

/// Every text in a value.
fn texts_of<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts_of(item, texts)),
        Value::Object(fields) => fields.values().for_each(|field| texts_of(field, texts)),
        _ => {}
    }
}

/// `PROJECT/STACK` out of itself or of `ORGANIZATION/PROJECT/STACK`; `None` for any other text.
fn qualified(name: &str) -> Option<String> {
    match name.split('/').collect::<Vec<_>>()[..] {
        [project, stack] | [_, project, stack] => Some(format!("{project}/{stack}")),
        _ => None,
    }
}

/// A name of a YAML program with what Pulumi itself fills in.
fn filled_in(name: &str, stack: &Stack) -> String {
    let filled = name.replace("${pulumi.stack}", &stack.stack).replace("${pulumi.project}", &stack.project);
    filled.replace("${pulumi.organization}", "organization")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::{Listing, stacks};

    fn file(path: &str, text: &str) -> TreeFile {
        TreeFile { path: path.to_owned(), content: text.as_bytes().to_vec() }
    }

    /// The order of `app/dev`, `db/dev`, `net/dev` and `net/prod`, with what the first two say.
    fn order(app: &str, app_config: &str, db: &str) -> Order {
        let files = [
            file("app/Pulumi.yaml", &format!("name: app\nruntime: yaml\n{app}")),
            file("app/Pulumi.dev.yaml", app_config),
            file("db/Pulumi.yaml", &format!("name: db\nruntime: yaml\n{db}")),
            file("db/Pulumi.dev.yaml", ""),
            file("net/Pulumi.yaml", "name: net\nruntime: yaml"),
            file("net/Pulumi.dev.yaml", ""),
            file("net/Pulumi.prod.yaml", "{"),
        ];
        let listing = Listing { files: files.into(), ..Listing::default() };
        Order::of(stacks(&listing).stacks.iter(), &listing.files)
    }

    fn reference(name: &str) -> String {
        format!("resources: {{r: {{type: '{REFERENCE}', properties: {{name: '{name}'}}}}}}")
    }

    #[test]
    fn who_reads_whom() {
        let none: [&[usize]; 2] = [&[], &[]];
        let cases = [
            ("".to_owned(), "".to_owned(), "".to_owned(), none),
            (reference("organization/net/dev"), "".to_owned(), "".to_owned(), [&[2], &[]]),
            (reference("acme/net/${pulumi.stack}"), "".to_owned(), reference("acme/net/prod"), [&[2], &[3]]),
            (reference("${pulumi.organization}/db/dev"), "".to_owned(), reference("o/net/dev"), [&[1], &[2]]),
            (format!("resources: {{o/net/dev: {{type: '{REFERENCE}'}}}}"), "".to_owned(), "".to_owned(), [&[2], &[]]),
            (
                "outputs: {x: {deep: {'fn::stackReference': [o/net/dev, vpcId]}}}".to_owned(),
                "".to_owned(),
                "".to_owned(),
                [&[2], &[]],
            ),
            // Of two parts the first is an organisation.
            (reference("net/dev"), "".to_owned(), reference("organization/prod"), none),
            ("".to_owned(), "config: {app:net: acme/net/prod}".to_owned(), "".to_owned(), [&[3], &[]]),
            ("".to_owned(), "config: {app:all: {deep: [net/dev, db/dev]}}".to_owned(), "".to_owned(), [&[1, 2], &[]]),
            // Itself, strangers, paths and other types name nobody.
            (reference("o/app/dev"), "config: {app:x: net/dev/y/z, app:y: other/dev}".to_owned(), "".to_owned(), none),
            (reference("dev"), "".to_owned(), "".to_owned(), none),
            (
                "resources: {r: {type: 'a:b:C', properties: {name: net/dev}}}".to_owned(),
                "".to_owned(),
                "".to_owned(),
                none,
            ),
            // What would close a circle does not count.
            (reference("o/db/dev"), "".to_owned(), reference("o/app/dev"), [&[1], &[]]),
        ];
        for (app, config, db, expected) in cases {
            let reads = order(&app, &config, &db).reads;
            let found: Vec<Vec<usize>> = reads[..2].iter().map(|reads| reads.iter().copied().collect()).collect();
            assert_eq!(found, expected, "{app} {config} {db}");
        }
    }

    /// Lets everybody go, as many at once as may, and says who went in which round.
    fn rounds(order: &mut Order, fails: &[usize]) -> Vec<Vec<usize>> {
        let mut rounds = Vec::new();
        loop {
            let round: Vec<usize> = std::iter::from_fn(|| order.start_next()).collect();
            if round.is_empty() {
                return rounds;
            }
            round.iter().for_each(|stack| order.ended(*stack, !fails.contains(stack)));
            rounds.push(round);
        }
    }

    #[test]
    fn who_goes_when() {
        let mut chain = order(&reference("o/db/dev"), "", &reference("o/net/dev"));
        assert_eq!(rounds(&mut chain, &[]), [vec![2, 3], vec![1], vec![0]]);
        assert_eq!((chain.blocked(), chain.waiting()), (Vec::new(), 0));
        let mut broken = order(&reference("o/db/dev"), "", &reference("o/net/dev"));
        assert_eq!(rounds(&mut broken, &[2]), [[2, 3]]);
        assert_eq!((broken.blocked(), broken.waiting()), (vec![(1, 2), (0, 1)], 0));
        let mut stopped = order(&reference("o/db/dev"), "", "");
        assert_eq!(stopped.start_next(), Some(1));
        stopped.ended(1, true);
        assert_eq!((stopped.blocked(), stopped.waiting()), (Vec::new(), 3));
    }
}
