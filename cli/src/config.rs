//! `gitinfra.yaml`: what a repository says about its own stacks. It is read from the branch that is rolled out or merged into,
//! so that whoever asks for a merge can't change what is done with it.

mod effective;
mod fault;
mod guard;
mod idle;
mod labels;
mod noise;
mod stateful;
mod surroundings;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

use crate::called;
use crate::failure::{Failure, Result};
use crate::glob::matches;
use crate::repo::{Found, Stack};
use crate::tags;
use guard::{Judge, Part};
use labels::Labels;
use noise::ScheduleParts;
use surroundings::{Said, Side, Variables};

pub use effective::{Effective, OfAll, OfWork, Variable};
pub use fault::wrong;
pub use guard::{Act, Approvals, Bound, Budget, Guard, Pack, Policy};
pub use noise::{Drift, Schedule, Then};
pub use surroundings::{Sources, Surroundings, Work};

/// Where it lies.
pub const FILE: &str = "gitinfra.yaml";

/// Its JSON schema.
pub const SCHEMA: &str = include_str!("../schema/config.json");

/// What it says; without a file, nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The commit that it is of, where it was read out of one.
    #[serde(skip)]
    commit: Option<String>,
    /// The stacks that are rolled out, as globs of their names; all when there is none.
    include: Option<Vec<String>>,
    /// Those that are left alone.
    exclude: Vec<String>,
    rules: Vec<Rule>,
    /// What holds for every stack; a rule may say otherwise.
    budgets: Vec<Budget>,
    approvals: Option<Approvals>,
    policies: Vec<Judge>,
    sealed: Option<bool>,
    apply: Option<Apply>,
    /// What is said of drift.
    pub drift: Drift,
    concurrency: Vec<Concurrency>,
    /// Variables that the engine sees.
    environment: Variables,
    /// What holds for previews and for roll-outs alone.
    preview: Side,
    rollout: Side,
}

/// By what a pull request is rolled out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Apply {
    /// By its merge, and by nothing before it.
    #[default]
    Merge,
    /// By a command in a comment, before its merge; by the merge what nobody rolled out before.
    Command,
}

/// How many stacks of a backend are worked on at once, whoever works on them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Concurrency {
    /// Globs of the backends' addresses.
    backends: Vec<String>,
    most: std::num::NonZeroU16,
}

/// What holds for some stacks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    stacks: Vec<Spanned<String>>,
    /// Globs of paths whose change rolls them out as well.
    #[serde(default)]
    triggers: Vec<String>,
    /// Globs of the names of stacks that have to stand before.
    #[serde(default)]
    after: Vec<Spanned<String>>,
    /// What they are found by.
    #[serde(default)]
    labels: Labels,
    /// Whether only what the stacks need is checked out for them.
    sparse: Option<bool>,
    /// The only branch from which they are rolled out.
    branch: Option<String>,
    /// Globs of the tags of which the newest is rolled out, in the place of the branch's head; `!` takes out.
    tags: Option<Vec<String>>,
    /// How much of some kinds of resources one roll-out may delete or replace.
    #[serde(default)]
    budgets: Vec<Budget>,
    /// How often they are looked at for drift.
    #[serde(default)]
    drift: ScheduleParts,
    /// How many have to allow a roll-out, and who may.
    approvals: Option<Approvals>,
    /// Programs and policy packs that judge what a roll-out would do.
    #[serde(default)]
    policies: Vec<Judge>,
    /// Whether only what a sealed preview showed is rolled out.
    sealed: Option<bool>,
    /// Whether a command may roll a pull request out before its merge.
    apply: Option<Apply>,
    /// Variables that the engine sees.
    #[serde(default)]
    environment: Variables,
    /// What holds for previews and for roll-outs alone.
    #[serde(default)]
    preview: Side,
    #[serde(default)]
    rollout: Side,
}

impl Rule {
    fn fits(&self, stack: &str) -> bool {
        self.glob_of(stack).is_some()
    }

    /// The first of its globs that fits a stack.
    fn glob_of(&self, stack: &str) -> Option<&Spanned<String>> {
        self.stacks.iter().find(|glob| matches(&glob.value, stack))
    }

    fn said(&self) -> Said<'_> {
        Said { environment: &self.environment, preview: &self.preview, rollout: &self.rollout }
    }

    fn part(&self) -> Part<'_> {
        let Rule { budgets, approvals, policies, sealed, .. } = self;
        Part { budgets, approvals: approvals.as_ref(), policies, sealed: *sealed }
    }
}

impl Config {
    /// The same, as what a commit says: its policies run among the files of that.
    pub fn of(self, commit: &str) -> Config {
        Config { commit: Some(commit.to_owned()), ..self }
    }

    pub fn read(text: &str) -> Result<Config> {
        // A file of comments alone is no document.
        let is_nothing = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
        if text.lines().all(is_nothing) {
            return Ok(Config::default());
        }
        serde_saphyr::from_str(text).map_err(|error| wrong(FILE, "config", error.without_snippet()))
    }

    /// The stacks that are rolled out from a branch, with what the rules say of each.
    pub fn apply(&self, found: Found, branch: &str) -> Found {
        let Found { stacks, mut faults } = found.without(|folder| self.leaves(folder));
        faults.retain(|fault| fault.stack.as_deref().is_none_or(|name| self.left_out(name, branch).is_none()));
        let kept = stacks.into_iter().filter(|stack| self.left_out(&stack.name(), branch).is_none());
        Found { stacks: kept.map(|stack| self.ruled(stack)).collect(), faults }
    }

    /// Refuses stacks that are named and left out, and says why they are.
    pub fn refuse_left_out(&self, found: &Found, wanted: &[String], branch: &str) -> Result<()> {
        let names: Vec<String> = found.stacks.iter().map(Stack::name).collect();
        let known = names.iter().map(String::as_str).collect();
        // One that is not known at all is refused in better words elsewhere.
        for name in wanted.iter().filter_map(|wanted| called::stack(wanted, &known).ok()) {
            let stack = found.stacks.iter().find(|stack| stack.name() == name);
            if let Some(why) = stack.and_then(|stack| self.why_left_out(stack, branch)) {
                return Err(Failure::input(format!("`{name}` is not rolled out from {branch}: {why}")));
            }
        }
        Ok(())
    }

    /// Those that are rolled out from another branch alone, with that branch.
    pub fn elsewhere<'a>(&'a self, found: &'a Found, branch: &str) -> Vec<(String, &'a str)> {
        let stacks = found.stacks.iter().filter(|stack| !self.leaves(&stack.folder)).map(Stack::name);
        let taken = stacks.filter(|name| self.not_taken(name).is_none());
        let from = taken.filter_map(|name| self.branch_of(&name).filter(|own| *own != branch).map(|own| (name, own)));
        from.collect()
    }

    /// Those that are rolled out from no branch any more, since they are excluded or not included.
    pub fn taken_out(&self, found: &Found) -> BTreeSet<String> {
        let is_out = |stack: &&Stack| self.leaves(&stack.folder) || self.not_taken(&stack.name()).is_some();
        found.stacks.iter().filter(is_out).map(Stack::name).collect()
    }

    /// Whether a folder is left out, or lies in one that is: `exclude` names it with a slash at its end.
    fn leaves(&self, folder: &str) -> bool {
        let within = format!("{folder}/");
        let globs = self.exclude.iter().filter(|glob| glob.ends_with('/'));
        globs.map(|glob| format!("{glob}**")).any(|glob| matches(&glob, &within))
    }

    /// Why a stack in its folder is not rolled out from a branch; `None` when it is.
    fn why_left_out(&self, stack: &Stack, branch: &str) -> Option<String> {
        let of_folder = self.leaves(&stack.folder).then(|| format!("{FILE} excludes its folder"));
        of_folder.or_else(|| self.left_out(&stack.name(), branch))
    }

    /// Why a stack is not rolled out from a branch; `None` when it is.
    fn left_out(&self, name: &str, branch: &str) -> Option<String> {
        let own = || self.branch_of(name).filter(|own| *own != branch);
        self.not_taken(name).or_else(|| own().map(|own| format!("by {FILE} it is from {own}")))
    }

    /// Why a stack is rolled out from no branch.
    fn not_taken(&self, name: &str) -> Option<String> {
        if any(&self.exclude, name) {
            return Some(format!("{FILE} excludes it"));
        }
        let is_other = self.include.as_ref().is_some_and(|include| !any(include, name));
        is_other.then(|| format!("{FILE} includes others only"))
    }

    /// The only branch that a stack is rolled out from, where there is one.
    fn branch_of(&self, name: &str) -> Option<&str> {
        self.rules.iter().filter(|rule| rule.fits(name)).filter_map(|rule| rule.branch.as_deref()).next_back()
    }

    fn ruled(&self, mut stack: Stack) -> Stack {
        let name = stack.name();
        for rule in self.rules_of(&name) {
            stack.triggers.extend(rule.triggers.iter().cloned());
            stack.after.extend(rule.after.iter().map(|glob| glob.value.clone()));
            stack.sparse = rule.sparse.unwrap_or(stack.sparse);
            if let Some(tags) = &rule.tags {
                stack.tags.clone_from(tags);
            }
        }
        stack
    }

    /// Whether some stacks may be rolled out by tags.
    pub fn has_tags(&self) -> bool {
        self.rules.iter().any(|rule| rule.tags.as_ref().is_some_and(|tags| !tags.is_empty()))
    }

    /// Whether a stack is rolled out by tags.
    pub fn is_by_tag(&self, name: &str) -> bool {
        let tags = self.rules_of(name).filter_map(|rule| rule.tags.as_ref()).last();
        tags.is_some_and(|tags| !tags.is_empty())
    }

    /// Whether some stack is rolled out by a tag of this name, so that it matters when the tag was made.
    pub fn wants_tag(&self, name: &str) -> bool {
        self.rules.iter().filter_map(|rule| rule.tags.as_deref()).any(|globs| tags::fits(globs, name))
    }

    /// Whether some backend has a limit.
    pub fn has_limits(&self) -> bool {
        !self.concurrency.is_empty()
    }

    /// How many stacks of a backend are rolled out at once at most, by the first rule that fits.
    pub fn most_at_once(&self, backend: &str) -> Option<u16> {
        self.concurrency.iter().find(|rule| any(&rule.backends, backend)).map(|rule| rule.most.get())
    }

    /// What is asked of a stack's roll-outs.
    pub fn guard(&self, name: &str) -> Guard {
        let Config { budgets, approvals, policies, sealed, .. } = self;
        let all = Part { budgets, approvals: approvals.as_ref(), policies, sealed: *sealed };
        let guard = Guard::of(std::iter::once(all).chain(self.rules_of(name).map(Rule::part)));
        guard.of_commit(self.commit.as_deref())
    }

    /// Whether a command may roll out some stack before a merge.
    pub fn has_commands(&self) -> bool {
        self.rules.iter().map(|rule| rule.apply).chain([self.apply]).any(|apply| apply == Some(Apply::Command))
    }

    /// Whether a command may roll out a stack before a merge.
    pub fn is_by_command(&self, name: &str) -> bool {
        self.apply_of(name) == Apply::Command && !self.is_by_tag(name)
    }

    /// By what pull requests are rolled out that change a stack.
    fn apply_of(&self, name: &str) -> Apply {
        let own = self.rules_of(name).filter_map(|rule| rule.apply).last();
        own.or(self.apply).unwrap_or_default()
    }

    /// What a stack's previews or roll-outs see and may take. What is missing is a failure.
    pub fn surroundings(&self, name: &str, work: Work, sources: Sources<'_>) -> Result<Surroundings> {
        Surroundings::of(self.said(name), name, work, sources)
    }

    /// What is said of a stack's variables and times, for all first.
    fn said<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Said<'a>> {
        let all = Said { environment: &self.environment, preview: &self.preview, rollout: &self.rollout };
        std::iter::once(all).chain(self.rules_of(name).map(Rule::said))
    }

    /// Every key that names a variable or a file of this machine, and why it can't be had here, where it can't. No value is told.
    pub fn references(&self, sources: Sources<'_>) -> Vec<(String, Option<Failure>)> {
        let all = Said { environment: &self.environment, preview: &self.preview, rollout: &self.rollout };
        let of_rule = |(at, rule): (usize, &'_ Rule)| {
            let named =
                rule.said().references().map(|(key, value)| (format!("rules[{at}].{key}"), value.lacks(sources)));
            named.collect::<Vec<_>>()
        };
        let own = all.references().map(|(key, value)| (key, value.lacks(sources)));
        own.chain(self.rules.iter().enumerate().flat_map(of_rule)).collect()
    }

    /// How often a stack is looked at for drift; `None` where nobody wants that.
    pub fn schedule(&self, name: &str) -> Option<Schedule> {
        let own = self.rules_of(name).map(|rule| rule.drift);
        Schedule::of(std::iter::once(self.drift.schedule()).chain(own))
    }

    fn rules_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Rule> {
        self.rules.iter().filter(|rule| rule.fits(name))
    }
}

/// Whether one of several globs fits.
pub fn any(globs: &[String], text: &str) -> bool {
    fitting(globs, text).is_some()
}

/// The first of several globs that fits.
pub fn fitting<'a>(globs: &'a [String], text: &str) -> Option<&'a str> {
    globs.iter().find(|glob| matches(glob, text)).map(String::as_str)
}

/// The first of a stack's triggers that a changed path sets off. A submodule changes as the path of its folder, which `dir/**` means as well.
pub fn fires<'a>(triggers: &'a [String], changed: &str) -> Option<&'a str> {
    fitting(triggers, changed).or_else(|| fitting(triggers, &format!("{changed}/")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::{Listing, TreeFile, stacks};
    use std::collections::BTreeSet;

    fn found() -> Found {
        let file = |path: &str, text: &str| TreeFile { path: path.to_owned(), content: text.as_bytes().to_vec() };
        let files = ["net", "web"].map(|name| {
            let project = file(&format!("{name}/Pulumi.yaml"), &format!("name: {name}\nruntime: yaml"));
            let configs = ["dev", "prod"].map(|stack| file(&format!("{name}/Pulumi.{stack}.yaml"), ""));
            [vec![project], configs.to_vec()].concat()
        });
        stacks(&Listing { files: files.concat(), ..Listing::default() })
    }

    fn names(text: &str, branch: &str) -> Vec<String> {
        let config = Config::read(text).expect("a configuration");
        config.apply(found(), branch).stacks.iter().map(Stack::name).collect()
    }

    #[test]
    fn stacks_are_taken_and_left() {
        let all = ["net/dev", "net/prod", "web/dev", "web/prod"];
        let cases: [(&str, &str, &[&str]); 10] = [
            ("", "main", &all),
            ("# nothing", "main", &all),
            ("include: ['net/*']", "main", &all[..2]),
            ("include: []", "main", &[]),
            ("exclude: ['*/dev']", "main", &["net/prod", "web/prod"]),
            ("exclude: ['net/']", "main", &all[2..]),
            ("exclude: ['we*/']", "main", &all[..2]),
            ("exclude: ['n/', 'net']", "main", &all),
            ("rules: [{stacks: ['*/prod'], branch: release}]", "main", &["net/dev", "web/dev"]),
            (
                "rules: [{stacks: ['**'], branch: release}, {stacks: ['web/*'], branch: main}]",
                "release",
                &["net/dev", "net/prod"],
            ),
        ];
        for (text, branch, expected) in cases {
            assert_eq!(names(text, branch), expected, "{text}");
        }
        let out = |text: &str| Config::read(text).expect("a configuration").taken_out(&found());
        assert_eq!(
            out("exclude: ['*/dev', 'web/']").into_iter().collect::<Vec<_>>(),
            ["net/dev", "web/dev", "web/prod"]
        );
        assert!(out("rules: [{stacks: ['*/prod'], branch: release}]").is_empty(), "another branch has them");
    }

    #[test]
    fn the_last_rule_says_by_what_it_is_rolled_out() {
        let cases = [
            ("", Apply::Merge),
            ("apply: command", Apply::Command),
            ("rules: [{stacks: ['web/*'], apply: command}]", Apply::Command),
            ("rules: [{stacks: ['net/*'], apply: command}]", Apply::Merge),
            ("apply: command\nrules: [{stacks: ['web/*'], apply: merge}]", Apply::Merge),
            ("rules: [{stacks: ['**'], apply: merge}, {stacks: ['*/prod'], apply: command}]", Apply::Command),
        ];
        for (text, expected) in cases {
            assert_eq!(Config::read(text).expect("a configuration").apply_of("web/prod"), expected, "{text}");
        }
        assert!(Config::read("apply: never").is_err());
    }

    #[test]
    fn a_folder_that_is_left_out_has_no_faults_and_no_twins() {
        let file = |path: &str, text: &str| TreeFile { path: path.to_owned(), content: text.as_bytes().to_vec() };
        let paths = ["net", "testdata/1", "testdata/2", "templates/x"];
        let project = |folder: &&str| if folder.starts_with("temp") { "name: [" } else { "name: net\nruntime: yaml" };
        let projects = paths.iter().map(|folder| file(&format!("{folder}/Pulumi.yaml"), project(folder)));
        let configs = paths.iter().map(|folder| file(&format!("{folder}/Pulumi.dev.yaml"), ""));
        let found = stacks(&Listing { files: projects.chain(configs).collect(), ..Listing::default() });
        let hints = found.failure().expect("faults").hints;
        for hint in ["exclude: ['templates/x/']", "exclude: ['testdata/2/']"] {
            assert!(hints.iter().any(|said| said.contains(hint)), "{hint}: {hints:?}");
        }
        let cases = [
            ("", vec![], 2),
            ("exclude: ['templates/']", vec![], 1),
            ("exclude: ['testdata/2/']", vec![], 2),
            ("exclude: ['testdata/']", vec!["net"], 1),
            ("exclude: ['testdata/', 'templates/x/']", vec!["net"], 0),
            ("exclude: ['testdata/', 'templates/', 'net/']", vec![], 0),
        ];
        for (text, folders, faults) in cases {
            let left = Config::read(text).expect("a configuration").apply(found.clone(), "main");
            assert_eq!(left.stacks.iter().map(|stack| stack.folder.as_str()).collect::<Vec<_>>(), folders, "{text}");
            assert_eq!(left.faults.len(), faults, "{text}: {:?}", left.faults);
        }
    }

    #[test]
    fn rules_add_up() {
        let text =
            "rules:\n- {stacks: ['web/*'], triggers: [a], after: ['net/*']}\n- {stacks: ['*/dev'], triggers: [b]}\n";
        let stacks = Config::read(text).expect("a configuration").apply(found(), "main").stacks;
        let told: Vec<_> = stacks.iter().map(|stack| (stack.triggers.concat(), stack.after.concat())).collect();
        let expected = [("b", ""), ("", ""), ("ab", "net/*"), ("a", "net/*")];
        assert_eq!(told, expected.map(|(triggers, after)| (triggers.to_owned(), after.to_owned())));
    }

    #[test]
    fn a_trigger_fires_at_a_submodule_too() {
        let triggers = ["shared/**".to_owned(), "lib".to_owned()];
        let cases = [
            ("shared/a.ts", Some("shared/**")),
            ("shared", Some("shared/**")),
            ("lib", Some("lib")),
            ("shared2", None),
        ];
        for (changed, expected) in cases {
            assert_eq!(fires(&triggers, changed), expected, "{changed}");
        }
    }

    #[test]
    fn the_last_word_on_tags_counts() {
        let text = "rules:\n- {stacks: ['**'], tags: ['v*']}\n- {stacks: ['web/*'], tags: ['web-*', '!*-rc*']}\n- {stacks: [net/dev], tags: []}\n";
        let config = Config::read(text).expect("a configuration");
        let told: Vec<_> = config.apply(found(), "main").stacks.iter().map(|stack| stack.tags.join(" ")).collect();
        assert_eq!(told, ["", "v*", "web-* !*-rc*", "web-* !*-rc*"]);
        assert!(config.has_tags() && config.wants_tag("v1") && !config.wants_tag("web-rc1"));
        assert!(config.is_by_tag("web/dev") && config.is_by_tag("net/prod") && !config.is_by_tag("net/dev"));
        assert!(!Config::read("rules: [{stacks: ['**'], tags: []}]").expect("a configuration").has_tags());
    }

    #[test]
    fn a_fault_is_told_with_its_place() {
        let cases = [
            ("exlude: []", "gitinfra.yaml:1:1: there is no key `exlude`", "did you mean `exclude`?"),
            (
                "rules:\n- stacks: [a]\n  trigers: [b]\n",
                "gitinfra.yaml:3:3: there is no key `trigers`",
                "did you mean `triggers`?",
            ),
            ("rules:\n- triggers: [b]\n", "`stacks` is missing", "schema config"),
            ("include: {a: b}", "gitinfra.yaml:1:10: a list has to stand here", "schema config"),
            (
                "apply: comand",
                "gitinfra.yaml:1:8: there is no `comand` here",
                "did you mean `command`?it is one of: merge, command",
            ),
            ("drift: {then: fix}", "there is no `fix` here", "it is one of: report, reconcile"),
            ("approvals: {count: two}", "gitinfra.yaml:1:20: a whole number of 0 or more has to stand here", ""),
            ("approvals: {count: -1}", "a whole number of 0 or more has to stand here", ""),
            (
                "approvals: {count: 3, from: [ada, lee, Ada]}",
                "gitinfra.yaml:1:12: `count` asks for 3, and `from` names 2",
                "schema config",
            ),
            ("sealed: maybe", "gitinfra.yaml:1:9: true or false has to stand here", ""),
            ("include: [[a]]", "gitinfra.yaml:1:11: a text has to stand here", ""),
            ("rules: [a]", "gitinfra.yaml:1:9: keys with their values have to stand here", ""),
            (
                "budgets: [{types: ['**'], deletes: some}]",
                "gitinfra.yaml:1:27: a whole number of 0 or more, or `any` has to stand here",
                "",
            ),
            ("budgets: [{types: ['**'], deletes: -1}]", "a whole number of 0 or more, or `any` has to stand here", ""),
            ("concurrency: [{backends: ['**'], most: 0}]", "a whole number of 1 or more has to stand here", ""),
            ("policies: [{command: []}]", "`command` is empty", ""),
            ("policies: [{pack: a, command: [b]}]", "gitinfra.yaml:1:12: it is either `command`, or `pack`", ""),
            ("policies: [{config: a.json}]", "it is either `command`, or `pack`", ""),
            ("policies: [{pack: /etc/pack}]", "`pack` is a path below the repository's root", ""),
            ("policies: [{pack: a/../../b}]", "`pack` is a path below the repository's root", ""),
            ("policies: [{pack: 'a,b'}]", "without commas", ""),
            ("policies: [{pack: a, config: ../b}]", "`config` is a path below the repository's root", ""),
            ("policies: [{packs: a}]", "there is no key `packs`", "did you mean `pack`?"),
            ("drift: {every: 0s}", "gitinfra.yaml:1:16: `0s` is no time", ""),
            ("rules: [{stacks: ['*'], drift: {every: 0h}}]", "`0h` is no time", ""),
            ("include: [", "gitinfra.yaml:1:", "schema config"),
        ];
        for (text, expected, hint) in cases {
            let failure = Config::read(text).expect_err("it is wrong");
            assert!(failure.message.contains(expected) && failure.hints.concat().contains(hint), "{text}: {failure:?}");
        }
    }

    /// The keys that the reader knows, out of its own words.
    fn keys(text: &str) -> BTreeSet<&'static str> {
        match serde_saphyr::from_str::<Config>(text).expect_err("it is wrong").without_snippet() {
            serde_saphyr::Error::SerdeUnknownField { expected, .. } => expected.iter().copied().collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_backend_has_its_limit() {
        let text = "concurrency: [{backends: ['s3://a', 's3://b/**'], most: 2}, {backends: ['s3://**'], most: 5}]";
        let config = Config::read(text).expect("a configuration");
        let cases = [("s3://a", Some(2)), ("s3://b/c/d", Some(2)), ("s3://c", Some(5)), ("file:///x", None)];
        for (backend, expected) in cases {
            assert_eq!(config.most_at_once(backend), expected, "{backend}");
        }
        assert!(Config::read("concurrency: [{backends: ['**'], most: 0}]").is_err());
    }

    #[test]
    fn a_rule_that_fits_no_stack_is_told_with_its_place() {
        let text = "rules:\n- {stacks: ['nte/*', '*/prod'], approvals: {count: 2}}\n- {stacks: [billing/dev]}\n\
                    - {stacks: ['old/*'], branch: release}\n- {stacks: [web/prdo], after: ['nett/*']}\n";
        let config = Config::read(text).expect("a configuration");
        assert_eq!(
            config.idle(&found(), "main"),
            [
                "gitinfra.yaml:2:13: `nte/*` fits no stack: did you mean `net/*`?",
                "gitinfra.yaml:3:13: `billing/dev` fits no stack",
                "gitinfra.yaml:5:13: `web/prdo` fits no stack: did you mean `web/prod`?",
                "gitinfra.yaml:5:32: `nett/*` fits no stack: did you mean `net/*`?",
            ]
        );
        assert_eq!(config.idle(&found(), "release").len(), 5);
    }

    #[test]
    fn the_schema_has_the_same_keys() {
        let schema: serde_json::Value = serde_json::from_str(SCHEMA).expect("JSON");
        for (place, text) in [("/properties", "x: 1"), ("/properties/rules/items/properties", "rules: [{x: 1}]")] {
            let documented = schema.pointer(place).and_then(|keys| keys.as_object()).expect("an object");
            assert_eq!(documented.keys().map(String::as_str).collect::<BTreeSet<_>>(), keys(text), "{place}");
        }
    }
}
