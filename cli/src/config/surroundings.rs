//! What previews and roll-outs of a stack see and may take: variables, by value or by reference, and time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::de::{Error as _, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;

use super::FILE;
use crate::environment::{Environment, is_own};
use crate::failure::{Failure, Result};
use crate::scrub::Scrubber;
use crate::secret::Secret;

/// What is about to be done with a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    Preview,
    RollOut,
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
pub struct Name(String);

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
        let (mut variables, mut timeout) = (BTreeMap::new(), None);
        for part in parts {
            let side = part.of(work);
            variables.extend(part.environment.iter().chain(&side.environment));
            timeout = side.timeout.or(timeout);
        }
        let mut surroundings = Surroundings { environment: sources.engine.clone(), secrets: Vec::new(), timeout };
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

    /// Lets a scrubber know what must not be printed: whatever came by reference, and what the names of variables say is secret.
    pub fn teach(&self, scrubber: &mut Scrubber) {
        scrubber.add_environment(&self.environment);
        self.secrets.iter().for_each(|secret| scrubber.add(secret));
    }
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
