//! What the file comes to for one stack: every rule that fits, and each setting as its last word has it. Of variables it tells
//! where a value comes from, and never the value.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;
use serde::Serialize;
use serde_saphyr::Spanned;

use super::guard::{Approvals, Budget, Pack};
use super::noise::{Noise, Then};
use super::surroundings::{Name, Said, Value, Work, said, timeout};
use super::{Apply, Concurrency, Config, FILE};
use crate::repo::Stack;

/// What holds for one stack.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Effective {
    pub stack: String,
    pub folder: String,
    /// Why it is not rolled out from this branch; `None` when it is.
    pub left_out: Option<String>,
    /// The rules that fit it, in their order.
    pub rules: Vec<Fitting>,
    pub labels: BTreeMap<String, String>,
    /// The only branch from which it is rolled out, where a rule names one.
    pub branch: Option<String>,
    pub tags: Vec<String>,
    pub triggers: Vec<String>,
    /// Globs of the stacks that come before it.
    pub after: Vec<String>,
    pub sparse: bool,
    pub sealed: bool,
    pub apply: Apply,
    pub approvals: Option<Approvals>,
    /// Of several that fit a type the last one decides. The first one is gitinfra's own, for what holds data.
    pub budgets: Vec<Budget>,
    /// Programs, with their arguments.
    pub policies: Vec<Vec<String>>,
    /// Policy packs.
    pub packs: Vec<Pack>,
    pub drift: Option<LooksForDrift>,
    pub preview: OfWork,
    pub rollout: OfWork,
}

/// A rule that fits a stack, by the glob that does.
#[derive(Debug, Serialize)]
pub struct Fitting {
    pub at: String,
    pub stacks: String,
}

/// How often a stack is looked at, in the words of the file.
#[derive(Debug, Serialize)]
pub struct LooksForDrift {
    pub every: String,
    pub jitter: String,
    pub then: Then,
}

/// What holds for previews or for roll-outs.
#[derive(Debug, Serialize)]
pub struct OfWork {
    pub timeout: Option<String>,
    pub environment: Vec<Variable>,
}

/// A variable that the engine sees, and where its value comes from.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Variable {
    pub name: String,
    pub from: String,
    pub at: String,
}

/// What holds for no stack alone.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OfAll<'a> {
    concurrency: &'a [Concurrency],
    ignored_drift: &'a [Noise],
}

impl OfAll<'_> {
    /// The same in words, a line for each rule.
    pub fn in_words(&self) -> impl Iterator<Item = String> {
        let limit = |rule: &Concurrency| format!("at most {} at once with {}", rule.most, rule.backends.join(", "));
        let ignored = |noise: &Noise| match noise.paths.is_empty() {
            true => format!("no drift counts of {}", noise.types.join(", ")),
            false => format!("no drift counts in {} of {}", noise.paths.join(", "), noise.types.join(", ")),
        };
        self.concurrency.iter().map(limit).chain(self.ignored_drift.iter().map(ignored))
    }
}

impl Config {
    /// What holds for no stack alone.
    pub fn of_all(&self) -> OfAll<'_> {
        OfAll { concurrency: &self.concurrency, ignored_drift: &self.drift.ignore }
    }

    /// What holds for a stack that is rolled out from a branch.
    pub fn effective(&self, stack: &Stack, branch: &str) -> Effective {
        let name = stack.name();
        let Stack { triggers, after, sparse, tags, folder, .. } = self.ruled(stack.clone());
        let guard = self.guard(&name);
        let schedule = self.schedule(&name);
        Effective {
            left_out: self.why_left_out(stack, branch),
            rules: self.fitting(&name),
            labels: self.labels(&name),
            branch: self.branch_of(&name).map(str::to_owned),
            apply: self.apply_of(&name),
            sealed: guard.sealed,
            budgets: guard.budgets().to_vec(),
            approvals: guard.approvals,
            packs: guard.packs,
            policies: guard.policies.into_iter().map(|policy| policy.command).collect(),
            drift: schedule.map(|schedule| LooksForDrift {
                every: millis(schedule.every),
                jitter: millis(schedule.jitter),
                then: schedule.then,
            }),
            preview: self.of_work(&name, Work::Preview),
            rollout: self.of_work(&name, Work::RollOut),
            stack: name,
            folder,
            tags,
            triggers,
            after,
            sparse,
        }
    }

    fn fitting(&self, name: &str) -> Vec<Fitting> {
        let glob = |glob: &Spanned<String>| Fitting { at: place(glob), stacks: glob.value.clone() };
        let rules = self.rules.iter().filter_map(|rule| rule.glob_of(name));
        rules.map(glob).collect()
    }

    fn of_work(&self, name: &str, work: Work) -> OfWork {
        let parts: Vec<Said<'_>> = self.said(name).collect();
        let variables = said(&parts, work).into_iter();
        let variable = |(Name(name), value): (&Name, &Spanned<Value>)| Variable {
            name: name.clone(),
            from: source(&value.value),
            at: place(value),
        };
        OfWork { timeout: timeout(&parts, work).map(span), environment: variables.map(variable).collect() }
    }
}

/// Where the value is, and not what it is.
fn source(value: &Value) -> String {
    match value {
        Value::Text(_) => FILE.to_owned(),
        Value::FromEnvironment(name) => format!("the variable {name}"),
        Value::FromFile(path) => format!("the file {}", path.display()),
    }
}

fn place<T>(said: &Spanned<T>) -> String {
    format!("{FILE}:{}:{}", said.referenced.line(), said.referenced.column())
}

fn millis(millis: i64) -> String {
    format!("{:#}", SignedDuration::from_millis(millis))
}

fn span(time: Duration) -> String {
    format!("{:#}", SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::{Listing, TreeFile, stacks};

    const TEXT: &str = "\
exclude: ['*/sandbox']
environment: {REGION: eu, TOKEN: {fromEnvironment: CI_TOKEN}}
drift: {every: 6h, jitter: 30m, ignore: [{types: ['aws:**']}]}
concurrency: [{backends: ['s3://**'], most: 3}]
rules:
- stacks: ['**']
  approvals: {count: 1, from: [ada]}
  preview: {timeout: 20m, environment: {REGION: us}}
- stacks: ['other/*', 'net/*']
  labels: {team: core}
  triggers: ['shared/**']
  after: ['base/*']
  budgets: [{types: ['aws:ec2:*'], deletes: 2, replaces: any}]
  policies: [{command: [sh, judge.sh]}, {pack: ./policies/house}]
  sealed: true
  drift: {then: reconcile}
  rollout: {environment: {KEY: {fromFile: /run/key}}, timeout: 1h}
- {stacks: ['net/prod'], branch: release, tags: ['v*']}
";

    fn of(name: &str) -> serde_json::Value {
        let file = |path: &str, text: &str| TreeFile { path: path.to_owned(), content: text.as_bytes().to_vec() };
        let mut files = vec![file("net/Pulumi.yaml", "name: net\nruntime: yaml")];
        files.extend(["dev", "prod", "sandbox"].map(|stack| file(&format!("net/Pulumi.{stack}.yaml"), "")));
        let found = stacks(&Listing { files, ..Listing::default() });
        let stack = found.stacks.iter().find(|stack| stack.name() == name).expect("a stack");
        let config = Config::read(TEXT).expect("a configuration");
        serde_json::to_value(config.effective(stack, "main")).expect("JSON")
    }

    #[test]
    fn the_last_word_of_each_setting_is_told_with_its_place() {
        let dev = of("net/dev");
        for (pointer, expected) in [
            ("/leftOut", "null"),
            ("/rules/0", r#"{"at":"gitinfra.yaml:6:12","stacks":"**"}"#),
            ("/rules/1", r#"{"at":"gitinfra.yaml:9:23","stacks":"net/*"}"#),
            ("/rules/2", ""),
            ("/labels", r#"{"team":"core"}"#),
            ("/triggers", r#"["shared/**"]"#),
            ("/after", r#"["base/*"]"#),
            ("/sealed", "true"),
            ("/apply", r#""merge""#),
            ("/approvals", r#"{"count":1,"from":["ada"]}"#),
            ("/budgets/1", r#"{"deletes":2,"replaces":"any","types":["aws:ec2:*"]}"#),
            ("/policies", r#"[["sh","judge.sh"]]"#),
            ("/packs", r#"[{"config":null,"folder":"policies/house"}]"#),
            ("/drift", r#"{"every":"6h","jitter":"30m","then":"reconcile"}"#),
            ("/preview/timeout", r#""20m""#),
            ("/rollout/timeout", r#""1h""#),
            ("/preview/environment/0", r#"{"at":"gitinfra.yaml:8:49","from":"gitinfra.yaml","name":"REGION"}"#),
            ("/rollout/environment/0/from", r#""the file /run/key""#),
            ("/rollout/environment/2/from", r#""the variable CI_TOKEN""#),
        ] {
            let found = dev.pointer(pointer).map(ToString::to_string).unwrap_or_default();
            assert_eq!(found, expected, "{pointer}");
        }
        let (prod, sandbox) = (of("net/prod"), of("net/sandbox"));
        assert_eq!((&prod["branch"], &prod["tags"][0]), (&"release".into(), &"v*".into()));
        assert_eq!(prod["leftOut"], "by gitinfra.yaml it is from release");
        assert_eq!(sandbox["leftOut"], "gitinfra.yaml excludes it");
        let all = serde_json::to_string(&Config::read(TEXT).expect("a configuration").of_all()).expect("JSON");
        let expected =
            r#"{"concurrency":[{"backends":["s3://**"],"most":3}],"ignoredDrift":[{"types":["aws:**"],"paths":[]}]}"#;
        assert_eq!(all, expected);
    }
}
