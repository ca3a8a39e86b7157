//! What previews and roll-outs of a stack see and may take: variables, by value or by reference, and time.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::de::{Error as _, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;

use super::FILE;
use crate::digest::Key;
use crate::environment::{Environment, is_of_session, is_own};
use crate::failure::{Failure, Result};
use crate::scrub::Scrubber;
use crate::secret::Secret;

/// What is about to be done with a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    Preview,
    RollOut,
}

impl Work {
    fn other(self) -> Work {
        match self {
            Work::Preview => Work::RollOut,
            Work::RollOut => Work::Preview,
        }
    }
}

/// Variables by name, with the places of their values.
pub(super) type Variables = BTreeMap<Name, Spanned<Value>>;

/// What one place of the file says of one kind of work.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Side {
    environment: Variables,
    /// After so long it is stopped in order.
    #[serde(deserialize_with = "time")]
    timeout: Option<Duration>,
}

/// What one place of the file says.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub environment: &'a Variables,
    pub preview: &'a Side,
    pub rollout: &'a Side,
}

/// The name of a variable that may be set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(pub(super) String);

/// What a variable is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(String),
    /// A variable of gitinfra's own.
    FromEnvironment(String),
    /// What a file holds on the machine where gitinfra runs.
    FromFile(PathBuf),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Reference {
    from_environment: Option<String>,
    from_file: Option<PathBuf>,
}

/// The surroundings of one stack's work.
#[derive(Clone)]
pub struct Surroundings {
    /// The environment that the engine sees.
    pub environment: Environment,
    /// What came by reference.
    secrets: Vec<String>,
    /// Variables that the configuration sets.
    set: BTreeSet<String>,
    /// Variables that the other kind of work is given otherwise.
    own: BTreeSet<String>,
    work: Work,
    pub timeout: Option<Duration>,
}

impl<'a> Said<'a> {
    /// What is named by reference, by the key that names it.
    pub fn references(self) -> impl Iterator<Item = (String, &'a Value)> {
        let parts =
            [("", self.environment), ("preview.", &self.preview.environment), ("rollout.", &self.rollout.environment)];
        let each = |(place, variables): (&'static str, &'a Variables)| {
            variables.iter().map(move |(Name(name), value)| (format!("{place}environment.{name}"), &value.value))
        };
        parts.into_iter().flat_map(each).filter(|(_, value)| !matches!(value, Value::Text(_)))
    }

    fn of(self, work: Work) -> &'a Side {
        match work {
            Work::Preview => self.preview,
            Work::RollOut => self.rollout,
        }
    }
}

/// Where references lead.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// The environment that the engine sees of every stack.
    pub engine: &'a Environment,
    /// gitinfra's own.
    pub own: &'a Environment,
    /// Where worktrees are: nothing in them may be named, for strangers write there.
    pub state_dir: &'a Path,
}

impl Surroundings {
    /// What several places say together, of which the last word counts.
    pub(super) fn of<'a>(
        parts: impl Iterator<Item = Said<'a>>,
        stack: &str,
        work: Work,
        sources: Sources<'_>,
    ) -> Result<Surroundings> {
        let parts: Vec<Said<'_>> = parts.collect();
        let variables = said(&parts, work);
        let mut surroundings = Surroundings {
            environment: sources.engine.clone(),
            secrets: Vec::new(),
            set: variables.keys().map(|Name(name)| name.clone()).collect(),
            own: own(&variables, &said(&parts, work.other())),
            work,
            timeout: timeout(&parts, work),
        };
        let mut missing = Vec::new();
        for (Name(name), Spanned { value, referenced, .. }) in variables {
            match value.read(sources) {
                Ok(text) => surroundings.set(name, value, text),
                Err(failure) => {
                    missing.push((format!("{FILE}:{}:{}: {name}", referenced.line(), referenced.column()), failure))
                }
            }
        }
        match missing.is_empty() {
            true => Ok(surroundings),
            false => Err(lacking(stack, &missing)),
        }
    }

    fn set(&mut self, name: &str, value: &Value, text: String) {
        if !matches!(value, Value::Text(_)) {
            self.secrets.push(text.clone());
        }
        self.environment.insert(name.to_owned(), text);
    }

    /// Keyed digests of the variables that may decide what is done, by name. What previews are given otherwise than roll-outs has none
    /// in a preview: it tells nothing of what the roll-out is given.
    pub fn digests(&self, key: &Key) -> BTreeMap<String, Option<String>> {
        let counts = |name: &String| self.set.contains(name) || !is_of_session(name, &self.environment);
        let digest = |name: &String, value: &String| {
            let is_known = self.work == Work::RollOut || !self.own.contains(name);
            is_known.then(|| key.digest("environment", value))
        };
        let given = self.environment.iter().filter(|(name, _)| counts(name));
        let mut digests: BTreeMap<_, _> = given.map(|(name, value)| (name.clone(), digest(name, value))).collect();
        if self.work == Work::Preview {
            digests.extend(self.own.iter().map(|name| (name.clone(), None)));
        }
        digests
    }

    /// Lets a scrubber know what must not be printed: whatever came by reference, and what the names of variables say is secret.
    pub fn teach(&self, scrubber: &mut Scrubber) {
        scrubber.add_environment(&self.environment);
        self.secrets.iter().for_each(|secret| scrubber.add(secret));
    }
}

/// What several places say of one kind of work; the last word on each variable counts.
pub(super) fn said<'a>(parts: &[Said<'a>], work: Work) -> BTreeMap<&'a Name, &'a Spanned<Value>> {
    parts.iter().flat_map(|part| part.environment.iter().chain(&part.of(work).environment)).collect()
}

/// After how long one kind of work is stopped.
pub(super) fn timeout(parts: &[Said<'_>], work: Work) -> Option<Duration> {
    parts.iter().filter_map(|part| part.of(work).timeout).next_back()
}

/// What one kind of work is given otherwise than the other.
fn own(these: &BTreeMap<&Name, &Spanned<Value>>, those: &BTreeMap<&Name, &Spanned<Value>>) -> BTreeSet<String> {
    let value = |of: &BTreeMap<&Name, &Spanned<Value>>, name: &Name| of.get(name).map(|said| said.value.clone());
    let names = these.keys().chain(those.keys()).filter(|name| value(these, name) != value(those, name));
    names.map(|Name(name)| name.clone()).collect()
}

/// All that is missing of a stack's variables, as one failure.
fn lacking(stack: &str, missing: &[(String, Failure)]) -> Failure {
    let words: Vec<String> = missing.iter().map(|(at, failure)| format!("{at}: {}", failure.message)).collect();
    let failure = Failure::setup(format!("the environment of {stack}: {}", words.join("; ")));
    let mut hints: Vec<&String> = missing.iter().flat_map(|(_, failure)| &failure.hints).collect();
    hints.dedup();
    hints.into_iter().fold(failure, Failure::hint)
}

impl Value {
    /// Why it can't be had here; nothing where it can.
    pub(super) fn lacks(&self, sources: Sources<'_>) -> Option<Failure> {
        self.read(sources).err()
    }

    fn read(&self, sources: Sources<'_>) -> Result<String> {
        match self {
            Value::Text(text) => Ok(text.clone()),
            Value::FromEnvironment(name) => {
                sources.own.get(name).filter(|value| !value.is_empty()).cloned().ok_or_else(|| {
                    Failure::setup(format!("the variable {name} is not set where gitinfra runs"))
                        .hint(format!("set {name}, or change `fromEnvironment` in {FILE}"))
                })
            }
            Value::FromFile(path) => {
                let hint = || format!("put the file there, or change `fromFile` in {FILE}");
                if std::fs::canonicalize(path).is_ok_and(|path| is_in(&path, sources.state_dir)) {
                    return Err(Failure::setup(format!("{} is in gitinfra's own folder", path.display())).hint(hint()));
                }
                Secret::read(path).map(|secret| secret.reveal().to_owned()).map_err(|failure| failure.hint(hint()))
            }
        }
    }
}

fn is_in(path: &Path, folder: &Path) -> bool {
    std::fs::canonicalize(folder).is_ok_and(|folder| path.starts_with(folder))
}

impl<'a> Deserialize<'a> for Name {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Name, D::Error> {
        let name = String::deserialize(deserializer)?;
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if name.is_empty() || !name.bytes().all(is_letter) || name.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(D::Error::custom(format!("`{}` is no name of a variable", name.escape_debug())));
        }
        match is_own(&name) {
            true => Err(D::Error::custom(format!("`{name}` is gitinfra's own to set"))),
            false => Ok(Name(name)),
        }
    }
}

impl<'a> Deserialize<'a> for Value {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(ValueOf)
    }
}

struct ValueOf;

impl<'a> Visitor<'a> for ValueOf {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text (numbers and true stand in quotes), or {fromEnvironment: NAME}, or {fromFile: /path}")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'a>>(self, map: A) -> Result<Value, A::Error> {
        let wrong = |words: &str| Err(A::Error::custom(words));
        match Reference::deserialize(MapAccessDeserializer::new(map))? {
            Reference { from_environment: Some(name), from_file: None } if is_own(&name) => {
                wrong(&format!("`{name}` is gitinfra's own, and no program's"))
            }
            Reference { from_environment: Some(name), from_file: None } => Ok(Value::FromEnvironment(name)),
            Reference { from_environment: None, from_file: Some(path) } if path.is_absolute() => {
                Ok(Value::FromFile(path))
            }
            Reference { from_file: Some(_), from_environment: None } => {
                wrong("`fromFile` is an absolute path: what is committed is no secret")
            }
            _ => wrong("either `fromEnvironment` or `fromFile`"),
        }
    }
}

/// Reads `20m` or `1h`.
fn time<'a, D: Deserializer<'a>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let span: Option<jiff::SignedDuration> = text.parse().ok();
    let span = span.filter(|span| *span >= jiff::SignedDuration::from_secs(1)).map(jiff::SignedDuration::unsigned_abs);
    span.map(Some).ok_or_else(|| D::Error::custom(format!("`{text}` is no time: write it as 30s, 20m or 2h")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn surroundings(text: &str, stack: &str, work: Work, own: &Environment) -> Result<Surroundings> {
        let engine = environment(&[("PATH", "/bin"), ("AWS_REGION", "eu-west-1")]);
        let sources = Sources { engine: &engine, own, state_dir: Path::new("/no/such/folder") };
        Config::read(text).expect("a configuration").surroundings(stack, work, sources)
    }

    #[test]
    fn the_last_word_on_a_variable_counts() {
        let text = "environment: {AWS_REGION: eu-central-1, TEAM: net}\npreview: {environment: {AWS_PROFILE: reader}}\n\
            rules:\n- stacks: ['*/prod']\n  environment: {TEAM: ops}\n  rollout: {environment: {AWS_PROFILE: writer}, timeout: 1h}\n";
        let own = Environment::new();
        let told = |stack: &str, work| -> Vec<Option<String>> {
            let found = surroundings(text, stack, work, &own).expect("all is there");
            ["PATH", "AWS_REGION", "TEAM", "AWS_PROFILE"].map(|name| found.environment.get(name).cloned()).into()
        };
        let some = |texts: [&str; 4]| texts.map(|text| (!text.is_empty()).then(|| text.to_owned())).to_vec();
        assert_eq!(told("net/dev", Work::Preview), some(["/bin", "eu-central-1", "net", "reader"]));
        assert_eq!(told("net/dev", Work::RollOut), some(["/bin", "eu-central-1", "net", ""]));
        assert_eq!(told("net/prod", Work::Preview), some(["/bin", "eu-central-1", "ops", "reader"]));
        assert_eq!(told("net/prod", Work::RollOut), some(["/bin", "eu-central-1", "ops", "writer"]));
        let timeout = |stack, work| surroundings(text, stack, work, &own).expect("all is there").timeout;
        assert_eq!(timeout("net/prod", Work::RollOut), Some(Duration::from_secs(3600)));
        assert_eq!((timeout("net/prod", Work::Preview), timeout("net/dev", Work::RollOut)), (None, None));
    }

    /// What a seal's preview saw, held to what the roll-out sees.
    #[test]
    fn a_variable_that_changed_is_told_by_its_digest() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("db");
        let text = format!(
            "environment: {{DB: {{fromFile: {}}}, TOKEN: {{fromEnvironment: MINE}}, TEAM: net}}\n\
             preview: {{environment: {{AWS_PROFILE: reader}}}}\nrollout: {{environment: {{AWS_PROFILE: writer, ROLE: x}}}}\n",
            file.display()
        );
        let key = Key::fresh();
        let digests = |work, content: &str, mine: &str, text: &str| {
            std::fs::write(&file, content).expect("a file");
            let own = environment(&[("MINE", mine)]);
            surroundings(text, "net/dev", work, &own).expect("all is there").digests(&key)
        };
        let names = |shown: &BTreeMap<String, Option<String>>, now: &BTreeMap<String, Option<String>>| -> Vec<String> {
            let all: BTreeSet<&String> = shown.keys().chain(now.keys()).collect();
            let is_other = |name: &&&String| shown.get(**name) != Some(&None) && shown.get(**name) != now.get(**name);
            all.iter().filter(is_other).map(|name| (*name).clone()).collect()
        };
        let shown = digests(Work::Preview, "hush-1", "hush-a", &text);
        assert!(!format!("{shown:?}").contains("hush"));
        let own =
            |digests: &BTreeMap<String, Option<String>>| ["AWS_PROFILE", "ROLE"].map(|name| digests[name].is_none());
        assert_eq!(own(&shown), [true, true], "a preview tells nothing of what the roll-out is given");
        let now = |content: &str, mine: &str, text: &str| names(&shown, &digests(Work::RollOut, content, mine, text));
        assert_eq!(now("hush-1", "hush-a", &text), [""; 0]);
        assert_eq!(now("hush-1\n", "hush-a", &text), [""; 0], "a line break is no part of it");
        assert_eq!(now("hush-2", "hush-a", &text), ["DB"]);
        assert_eq!(now("hush-1", "hush-b", &text.replace("net}", "ops}")), ["TEAM", "TOKEN"]);
        assert_eq!(now("hush-1", "hush-a", &text.replace("TEAM", "TEAMS")), ["TEAM", "TEAMS"]);
        assert_eq!(now("hush-1", "hush-a", &text.replace("writer", "other")), [""; 0]);
        // What a roll-out saw and held tells all.
        let held = digests(Work::RollOut, "hush-1", "hush-a", &text);
        assert_eq!(own(&held), [false, false]);
        let other = digests(Work::RollOut, "hush-1", "hush-a", &text.replace("writer", "other"));
        assert_eq!(names(&held, &other), ["AWS_PROFILE"]);
    }

    #[test]
    fn what_comes_by_reference_is_read_and_hidden() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("token");
        std::fs::write(&file, "hush-file\n").expect("a file");
        let text = format!(
            "environment: {{A: {{fromEnvironment: MINE}}, B: {{fromFile: {}}}, C: in-plain-sight, SOME_TOKEN: hush-name}}",
            file.display()
        );
        let own = environment(&[("MINE", "hush-variable")]);
        let found = surroundings(&text, "net/dev", Work::RollOut, &own).expect("all is there");
        let values = ["A", "B", "C"].map(|name| found.environment[name].as_str());
        assert_eq!(values, ["hush-variable", "hush-file", "in-plain-sight"]);
        let mut scrubber = Scrubber::default();
        found.teach(&mut scrubber);
        let said = scrubber.scrub("hush-variable hush-file hush-name in-plain-sight");
        assert_eq!(said, "[secret] [secret] [secret] in-plain-sight");
        // A worktree's file is a stranger's.
        let engine = Environment::new();
        let sources = Sources { engine: &engine, own: &own, state_dir: folder.path() };
        let failure = Config::read(&text).expect("a configuration").surroundings("net/dev", Work::RollOut, sources);
        assert!(failure.err().expect("it is refused").message.contains("is in gitinfra's own folder"));
    }

    /// All that is missing is told at once, and of one stack alone.
    #[test]
    fn what_is_missing_fails_its_stack_alone() {
        let text =
            "rules: [{stacks: ['*/prod'], environment: {A: {fromEnvironment: NOPE}, B: {fromFile: /no/such/file}}}]";
        let own = environment(&[("NOPE", "")]);
        assert!(surroundings(text, "net/dev", Work::RollOut, &own).is_ok());
        let failure = surroundings(text, "net/prod", Work::RollOut, &own).err().expect("it is missing");
        assert_eq!(failure.kind, crate::failure::Kind::Setup);
        let words = "the environment of net/prod: gitinfra.yaml:1:47: A: the variable NOPE is not set where gitinfra runs; \
            gitinfra.yaml:1:75: B: reading /no/such/file: ";
        assert!(failure.message.starts_with(words), "{failure:?}");
        assert_eq!(failure.hints.len(), 2, "{failure:?}");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let cases = [
            ("environment: {A-B: x}", "`A-B` is no name of a variable"),
            ("environment: {1A: x}", "`1A` is no name of a variable"),
            ("environment: {GITINFRA_TOKEN: x}", "`GITINFRA_TOKEN` is gitinfra's own to set"),
            ("environment: {A: {fromEnvironment: GITINFRA_LEDGER}}", "`GITINFRA_LEDGER` is gitinfra's own"),
            ("environment: {A: {fromFile: secrets/a}}", "`fromFile` is an absolute path"),
            ("environment: {A: {fromFile: /a, fromEnvironment: B}}", "either `fromEnvironment` or `fromFile`"),
            ("environment: {A: {}}", "either `fromEnvironment` or `fromFile`"),
            ("environment: {A: {fromfile: /a}}", "there is no key `fromfile`"),
            ("environment: {A: 1.10}", "numbers and true stand in quotes"),
            ("rollout: {timeout: soon}", "`soon` is no time"),
            ("rollout: {timeout: 0s}", "`0s` is no time"),
            ("preview: {timout: 1m}", "there is no key `timout`"),
        ];
        for (text, words) in cases {
            let failure = Config::read(text).expect_err(text);
            assert!(
                failure.message.starts_with("gitinfra.yaml:1:") && failure.message.contains(words),
                "{text}: {failure:?}"
            );
        }
    }
}
