//! In which order the stacks of one commit roll out: who reads whose outputs, as far as project files, programs, configuration
//! and what was rolled out before say so, and who may go next.
//!
//! Named are stacks by a `StackReference` of a YAML program, by texts of a program in another language that read
//! `ORGANIZATION/PROJECT/STACK`, by values of a stack's configuration that read so or `PROJECT/STACK`, and by what the newest run
//! read. Which organisation a stack belongs to is nowhere in a repository, so a stack of another one that has the same project
//! and name counts as well: it costs an order that nobody needs, and never one that somebody does.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::config::any;
use crate::repo::{Stack, TreeFile};

/// The type of what reads outputs of another stack.
pub const REFERENCE: &str = "pulumi:pulumi:StackReference";

/// What is said of a stack that reads outputs of another one which puts out other values by now.
pub fn reads_anew(other: &str) -> String {
    format!("{other}, which it reads, puts out other values")
}

/// What is said of a stack that reads outputs of another one which left the branch.
pub fn reads_gone(other: &str) -> String {
    format!("it reads {other}, which left the branch and is not rolled out any more")
}

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
#[derive(Debug, Default)]
pub struct Order {
    /// For each stack those that have to stand before it.
    reads: Vec<BTreeSet<usize>>,
    /// Of these the ones whose outputs it reads: the others only come before it.
    named: Vec<BTreeSet<usize>>,
    steps: Vec<Step>,
    /// The circles that there are, each as the stacks that wait for one another.
    circles: Vec<Vec<usize>>,
}

impl Order {
    /// The order of these stacks, which `files` declare; `read` is what the newest run of each read, by name. Where stacks name each
    /// other in a circle, what would close it doesn't count.
    pub fn of<'a>(
        stacks: impl Iterator<Item = &'a Stack>,
        files: &[TreeFile],
        read: &BTreeMap<String, Vec<String>>,
    ) -> Order {
        let stacks: Vec<&Stack> = stacks.collect();
        let places: BTreeMap<String, usize> = stacks.iter().enumerate().map(|(at, stack)| (stack.name(), at)).collect();
        let contents = contents(files);
        let (mut reads, mut named) = (vec![BTreeSet::new(); stacks.len()], vec![BTreeSet::new(); stacks.len()]);
        let mut circles = Vec::new();
        for (reader, stack) in stacks.iter().enumerate() {
            let read = read.get(&stack.name()).map(Vec::as_slice).unwrap_or_default();
            let read = self::reads(stack, &contents, read);
            let before = rules(stack, places.keys()).filter(|name| !read.contains(*name));
            for (name, is_read) in read.iter().map(|name| (name, true)).chain(before.map(|name| (name, false))) {
                let Some(other) = places.get(name) else {
                    continue;
                };
                match way(&reads, *other, reader) {
                    None => {
                        reads[reader].insert(*other);
                        named[reader].extend(is_read.then_some(*other));
                    }
                    // Who names himself waits for nobody.
                    Some(way) if way.len() > 1 => circles.push(way),
                    Some(_) => {}
                }
            }
        }
        Order { steps: vec![Step::Waiting; stacks.len()], reads, named, circles }
    }

    /// The circles that there were, each as the stacks that wait for one another.
    pub fn circles(&self) -> &[Vec<usize>] {
        &self.circles
    }

    /// The stacks whose outputs one reads.
    pub fn read_by(&self, stack: usize) -> impl Iterator<Item = usize> {
        self.named[stack].iter().copied()
    }

    /// All that read one of these, if only through others.
    pub fn followers(&self, of: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let mut readers = vec![Vec::new(); self.named.len()];
        for (reader, reads) in self.named.iter().enumerate() {
            reads.iter().for_each(|other| readers[*other].push(reader));
        }
        let (mut found, mut left) = (BTreeSet::new(), Vec::from_iter(of));
        while let Some(other) = left.pop() {
            left.extend(readers[other].iter().copied().filter(|reader| found.insert(*reader)));
        }
        found
    }

    /// All that one of these comes after, if only through others.
    pub fn before(&self, of: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let (mut found, mut left) = (BTreeSet::new(), Vec::from_iter(of));
        while let Some(stack) = left.pop() {
            left.extend(self.reads[stack].iter().copied().filter(|other| found.insert(*other)));
        }
        found
    }

    /// The next stack that waits for nobody. It counts as under way from now on.
    pub fn start_next(&mut self) -> Option<usize> {
        self.start_next_but(&BTreeSet::new())
    }

    /// The same, but none of these.
    pub fn start_next_but(&mut self, resting: &BTreeSet<usize>) -> Option<usize> {
        let is_free = |stack: &usize| self.reads[*stack].iter().all(|other| self.steps[*other] == Step::Done);
        let next = self.waiting_ones().filter(|stack| !resting.contains(stack)).find(is_free)?;
        self.steps[next] = Step::UnderWay;
        Some(next)
    }

    /// Puts a stack back that could not begin. It keeps its place behind those whose outputs it reads.
    pub fn put_back(&mut self, stack: usize) {
        self.steps[stack] = Step::Waiting;
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

    /// Those that have not begun, and could.
    pub fn waiting_ones(&self) -> impl Iterator<Item = usize> {
        (0..self.steps.len()).filter(|stack| self.steps[*stack] == Step::Waiting)
    }

    fn next_blocked(&self) -> Option<(usize, usize)> {
        let undone = |stack: usize| self.reads[stack].iter().copied().find(|other| self.steps[*other] == Step::Undone);
        self.waiting_ones().find_map(|stack| Some((stack, undone(stack)?)))
    }
}

/// What files hold, by their paths.
pub type Contents<'a> = BTreeMap<&'a str, &'a [u8]>;

pub fn contents(files: &[TreeFile]) -> Contents<'_> {
    files.iter().map(|file| (file.path.as_str(), file.content.as_slice())).collect()
}

/// The names of those that have to stand before a stack: whom it names, whom its newest run read, and what rules say of all that there are.
pub fn before<'a>(
    stack: &Stack,
    contents: &Contents<'_>,
    read: &[String],
    all: impl Iterator<Item = &'a String>,
) -> BTreeSet<String> {
    let mut before = reads(stack, contents, read);
    before.extend(rules(stack, all).cloned());
    before
}

/// The names of those whose outputs a stack reads: whom it names, and whom its newest run read.
pub fn reads(stack: &Stack, contents: &Contents<'_>, read: &[String]) -> BTreeSet<String> {
    let mut reads = names(stack, contents);
    reads.extend(read.iter().filter_map(|name| referred(name, &stack.project)));
    reads
}

/// Whether a stack's program reads another one whose name nobody can tell before it runs: there are more references than names.
pub fn is_made_at_run_time(stack: &Stack, contents: &Contents<'_>) -> bool {
    let Texts { project, config } = Texts::of(stack, contents);
    let of_program = stack.reach.as_ref().map(|reach| (reach.references, reach.named)).unwrap_or_default();
    let is_more = of_program.0 > of_program.1 + config.iter().filter(|text| qualified(text).is_some()).count();
    is_more || references(&project).iter().any(|name| filled_in(name, stack).contains("${"))
}

/// Those of all that rules say come before a stack.
fn rules<'a>(stack: &Stack, all: impl Iterator<Item = &'a String>) -> impl Iterator<Item = &'a String> {
    all.take(if stack.after.is_empty() { 0 } else { usize::MAX }).filter(|name| any(&stack.after, name))
}

/// The way from a stack to another one whose outputs it reads, if only through others; `None` where there is none.
fn way(reads: &[BTreeSet<usize>], from: usize, to: usize) -> Option<Vec<usize>> {
    let (mut before, mut left) = (BTreeMap::from([(from, from)]), vec![from]);
    while let Some(stack) = left.pop().filter(|_| !before.contains_key(&to)) {
        for next in &reads[stack] {
            before.entry(*next).or_insert_with(|| {
                left.push(*next);
                stack
            });
        }
    }
    let mut way = vec![to];
    let mut at = to;
    while at != from {
        at = *before.get(&at)?;
        way.push(at);
    }
    way.reverse();
    Some(way)
}

/// Where a stack's files may name others.
struct Texts {
    /// The project's file.
    project: Value,
    /// Texts of the stack's configuration.
    config: Vec<String>,
}

impl Texts {
    /// Whatever names none is not read for nothing: there may be ten thousand.
    fn of(stack: &Stack, contents: &Contents<'_>) -> Texts {
        let read = |path: &str, hint: &str| -> Value {
            let text = contents.get(path).and_then(|content| std::str::from_utf8(content).ok());
            let text = text.filter(|text| text.contains(hint));
            text.and_then(|text| serde_saphyr::from_str(text).ok()).unwrap_or_default()
        };
        let mut config = Vec::new();
        texts_of(&read(&stack.config_file, "/")["config"], &mut config);
        Texts { project: read(&stack.project_file, "ackReference"), config }
    }
}

/// The stacks that a stack names, as `PROJECT/STACK`.
fn names(stack: &Stack, contents: &Contents<'_>) -> BTreeSet<String> {
    let Texts { project, config } = Texts::of(stack, contents);
    let from_config = config.iter().filter_map(|text| qualified(text));
    let in_program = stack.reach.iter().flat_map(|reach| &reach.names).filter_map(|text| in_text(text, stack));
    let references = references(&project);
    let referred = references.iter().filter_map(|name| referred(&filled_in(name, stack), &stack.project));
    from_config.chain(referred).chain(in_program).collect()
}

/// What the `StackReference`s of a YAML program name, as it is written there.
fn references(project: &Value) -> Vec<&str> {
    let resources = project["resources"].as_object().into_iter().flatten();
    let references = resources.filter(|(_, resource)| resource["type"] == REFERENCE);
    let named = references.map(|(key, resource)| {
        resource["properties"]["name"].as_str().or_else(|| resource["name"].as_str()).unwrap_or(key)
    });
    let mut names: Vec<&str> = named.collect();
    called(project, &mut names);
    names
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
pub fn referred(name: &str, project: &str) -> Option<String> {
    match name.split('/').collect::<Vec<_>>()[..] {
        [own] | [_, own] => Some(format!("{project}/{own}")),
        [_, project, other] => Some(format!("{project}/{other}")),
        _ => None,
    }
}

/// `PROJECT/STACK` for a text of a program. What is filled in there can hardly be anything else than Pulumi's own: a stack of the
/// same name, or one of the same project.
fn in_text(text: &str, stack: &Stack) -> Option<String> {
    let is_filled = |part: &str| part.is_empty() || part.contains(['{', '$', '%']);
    match text.split('/').collect::<Vec<_>>()[..] {
        [_, project, name] => {
            let project = if is_filled(project) { &stack.project } else { project };
            let name = if is_filled(name) { &stack.stack } else { name };
            Some(format!("{project}/{name}"))
        }
        _ => None,
    }
}

/// Every text in a value.
fn texts_of(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
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
        Order::of(stacks(&listing).stacks.iter(), &listing.files, &BTreeMap::new())
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

    #[test]
    fn what_programs_and_earlier_runs_read_counts() {
        let cases = [
            ("organization/net/prod", Some("net/prod")),
            ("organization/net/{}", Some("net/dev")),
            ("acme/net/%s", Some("net/dev")),
            ("acme/net/", Some("net/dev")),
            ("acme/${pulumi.project}/prod", Some("app/prod")),
            ("net/dev", None),
        ];
        let files = [
            file("app/Pulumi.yaml", "name: app\nruntime: nodejs"),
            file("app/Pulumi.dev.yaml", ""),
            file("db/Pulumi.yaml", "name: db\nruntime: go"),
            file("db/Pulumi.dev.yaml", ""),
        ];
        let listing = Listing { files: files.into(), ..Listing::default() };
        let mut found = stacks(&listing).stacks;
        for (text, expected) in cases {
            assert_eq!(in_text(text, &found[0]).as_deref(), expected, "{text}");
        }
        let read = BTreeMap::from([("app/dev".to_owned(), vec!["organization/db/dev".to_owned()])]);
        assert_eq!(Order::of(found.iter(), &listing.files, &read).reads, [BTreeSet::from([1]), BTreeSet::new()]);
        // What a program says closes the circle, and the circle is named.
        let names = BTreeSet::from(["organization/app/{}".to_owned()]);
        found[1].reach = Some(std::sync::Arc::new(crate::repo::Reach { names, ..Default::default() }));
        let order = Order::of(found.iter(), &listing.files, &read);
        assert_eq!(
            (order.reads.clone(), order.circles()),
            (vec![BTreeSet::from([1]), BTreeSet::new()], &[vec![0, 1]][..])
        );
    }

    /// A name that is put together while the program runs is none that could be followed before.
    #[test]
    fn what_nobody_can_tell_before_is_known() {
        let found = |runtime: &str, more: &str, config: &str| {
            let project = format!("name: app\nruntime: {runtime}\n{more}");
            let files = vec![file("app/Pulumi.yaml", &project), file("app/Pulumi.dev.yaml", config)];
            let listing = Listing { files, ..Listing::default() };
            (stacks(&listing).stacks.remove(0), listing)
        };
        let cases = [("organization/net/${pulumi.stack}", false), ("organization/net/${env}", true), ("dev", false)];
        for (name, expected) in cases {
            let (stack, listing) = found("yaml", &reference(name), "");
            assert_eq!(is_made_at_run_time(&stack, &contents(&listing.files)), expected, "{name}");
        }
        for (references, named, config, expected) in [
            (0, 0, "", false),
            (1, 1, "", false),
            (1, 0, "", true),
            (2, 1, "", true),
            (1, 0, "config: {app:net: acme/net/dev}", false),
        ] {
            let (mut stack, listing) = found("python", "", config);
            stack.reach = Some(std::sync::Arc::new(crate::repo::Reach { references, named, ..Default::default() }));
            let is_made = is_made_at_run_time(&stack, &contents(&listing.files));
            assert_eq!(is_made, expected, "{references} {named} {config}");
        }
    }

    /// Whoever only comes after another one reads nothing of it.
    #[test]
    fn whoever_reads_one_follows_it() {
        let project = |name: &str| {
            let text = format!("name: {name}\nruntime: yaml");
            [file(&format!("{name}/Pulumi.yaml"), &text), file(&format!("{name}/Pulumi.dev.yaml"), "")]
        };
        let files = ["app", "db", "late", "net", "web"].map(project).concat();
        let mut found = stacks(&Listing { files, ..Listing::default() }).stacks;
        found[2].after = vec!["net/*".to_owned()];
        let reads = [("app/dev", "acme/db/dev"), ("db/dev", "organization/net/dev"), ("web/dev", "acme/web/dev")];
        let reads = reads.map(|(name, read)| (name.to_owned(), vec![read.to_owned()])).into();
        let mut order = Order::of(found.iter(), &[], &reads);
        assert_eq!(Vec::from_iter(order.followers([3])), [0, 1]);
        assert_eq!((order.read_by(1).collect::<Vec<_>>(), order.read_by(2).count()), (vec![3], 0));
        assert_eq!((Vec::from_iter(order.before([0])), Vec::from_iter(order.before([2, 4]))), (vec![1, 3], vec![3]));
        assert_eq!(rounds(&mut order, &[]), [vec![3, 4], vec![1, 2], vec![0]]);
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
        assert_eq!((chain.blocked(), chain.waiting_ones().count()), (Vec::new(), 0));
        let mut broken = order(&reference("o/db/dev"), "", &reference("o/net/dev"));
        assert_eq!(rounds(&mut broken, &[2]), [[2, 3]]);
        assert_eq!((broken.blocked(), broken.waiting_ones().count()), (vec![(1, 2), (0, 1)], 0));
        let mut stopped = order(&reference("o/db/dev"), "", "");
        assert_eq!(stopped.start_next(), Some(1));
        stopped.ended(1, true);
        assert_eq!((stopped.blocked(), stopped.waiting_ones().count()), (Vec::new(), 3));
    }

    /// One that finds no room keeps its place: others go first, and whoever reads it still waits.
    #[test]
    fn one_that_is_put_back_keeps_its_place() {
        let mut order = order(&reference("o/db/dev"), "", &reference("o/net/dev"));
        assert_eq!((order.start_next(), order.start_next()), (Some(2), Some(3)));
        order.ended(2, true);
        let full = BTreeSet::from([order.start_next().expect("the second of the chain")]);
        order.put_back(1);
        assert_eq!((order.start_next_but(&full), order.blocked(), order.waiting_ones().count()), (None, Vec::new(), 2));
        // Once something has ended it is tried again, and only then whoever reads it.
        order.ended(3, true);
        assert_eq!(rounds(&mut order, &[]), [vec![1], vec![0]]);
    }
}
