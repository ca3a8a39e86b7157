//! `gitinfra wait`: until stacks or runs are as one wants them.

use std::str::FromStr;
use std::time::Duration;

use clap::Args as Arguments;

use super::get::labelled;
use super::several::none_fits;
use super::shell::Shell;
use super::types::{Record, Type, Wanted, as_json, in_vain, named, of_type};
use super::words;
use super::{Reach, Verb};
use crate::failure::{Failure, Kind, Result, nearest};
use crate::jsonpath::Field;
use crate::ledger::Ledger;
use crate::record::{
    Drift, DriftState, Hold, HoldState, Job, JobState, Lock, Repository, Run, RunState, SealRecord, SealState,
    StackRecord, Standing,
};
use crate::select::{LabelSelector, shown};
use crate::text::count;

const EXAMPLES: &str = "\
Conditions of a stack: Ready (it stands as its branch says), Failing, Destroyed
Conditions of a run: Complete (it has ended), Ready (it succeeded), Failed
Conditions of a hold: Decided, Approved, Rejected
Conditions of a drift: Clean, Drifted
Conditions of a preview: Used (it was rolled out), Rejected
Conditions of a job: Running, Failed; a job that is done is gone (delete)

Examples:
  gitinfra wait stack/net/dev --for=condition=Ready --timeout 10m
  gitinfra wait run/k3x9 --for=condition=Complete
  gitinfra wait stack/net/dev --for=jsonpath='{.isBehind}'=false

Exit codes: 0 when all are so, 1 when the time is up; else as everywhere";

/// Wait until stacks or runs are as wanted
#[derive(Debug, Arguments)]
#[command(after_help = EXAMPLES)]
pub struct Wait {
    /// stack/PROJECT/STACK or run/NAME, as often as you like. A stack may be named alone, as PROJECT/STACK; or stacks, with --selector
    #[arg(value_name = "TYPE/NAME", required = true)]
    names: Vec<String>,
    /// Those stacks whose labels are so, as kubectl has it: team=a,env!=prod,tier in (web,api),!old
    #[arg(short = 'l', long, value_name = "TERMS", value_parser = str::parse::<LabelSelector>)]
    selector: Option<LabelSelector>,
    /// condition=NAME, condition=NAME=false, jsonpath='{.FIELD}'=VALUE, or delete (it is forgotten)
    #[arg(long = "for", value_name = "WHAT", default_value = "condition=Ready")]
    wanted: Goal,
    /// How long at most; 0 looks once
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = words::patience)]
    timeout: Duration,
}

/// How often it is looked.
const GLANCE: Duration = Duration::from_millis(300);

/// What is waited for.
#[derive(Debug, Clone, PartialEq)]
enum Goal {
    /// A condition, and whether it is to hold.
    Condition(String, bool),
    Field(Field, String),
    Gone,
}

impl FromStr for Goal {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "write it as condition=NAME, jsonpath='{.FIELD}'=VALUE or delete".to_owned();
        if text == "delete" {
            return Ok(Goal::Gone);
        }
        match text.split_once('=').ok_or_else(wrong)? {
            ("condition", rest) => {
                let (name, value) = rest.split_once('=').unwrap_or((rest, "true"));
                let wanted =
                    value.to_ascii_lowercase().parse().map_err(|_| format!("`{value}` is neither true nor false"))?;
                Ok(Goal::Condition(name.to_ascii_lowercase(), wanted))
            }
            ("jsonpath", rest) => {
                let (path, value) = rest.rsplit_once('=').ok_or_else(wrong)?;
                Ok(Goal::Field(path.parse()?, value.to_owned()))
            }
            _ => Err(wrong()),
        }
    }
}

/// What can be waited for: whether a condition holds, and how it stands in a word.
trait Conditions: Record {
    const NAMES: &'static [&'static str];

    /// `None` for a condition that there is none of.
    fn holds(&self, condition: &str) -> Option<bool>;

    fn stands(&self) -> String;
}

impl Conditions for StackRecord {
    const NAMES: &'static [&'static str] = &["ready", "failing", "destroyed"];

    fn holds(&self, condition: &str) -> Option<bool> {
        match condition {
            "ready" => Some(self.standing == Standing::UpToDate),
            "failing" => Some(self.standing == Standing::Failing),
            "destroyed" => Some(self.standing == Standing::Destroyed),
            _ => None,
        }
    }

    fn stands(&self) -> String {
        word(self, "status")
    }
}

impl Conditions for Run {
    const NAMES: &'static [&'static str] = &["complete", "ready", "failed"];

    fn holds(&self, condition: &str) -> Option<bool> {
        match condition {
            "complete" => Some(self.state != RunState::Running),
            "ready" => Some(self.state == RunState::Succeeded),
            "failed" => Some(self.state == RunState::Failed),
            _ => None,
        }
    }

    fn stands(&self) -> String {
        self.state.word().to_owned()
    }
}

impl Conditions for Hold {
    const NAMES: &'static [&'static str] = &["decided", "approved", "rejected"];

    fn holds(&self, condition: &str) -> Option<bool> {
        match condition {
            "decided" => Some(self.state != HoldState::Held),
            "approved" => Some(matches!(self.state, HoldState::Approved | HoldState::Used)),
            "rejected" => Some(self.state == HoldState::Rejected),
            _ => None,
        }
    }

    fn stands(&self) -> String {
        word(self, "state")
    }
}

/// A lock has no conditions: `--for=delete` waits until it is gone.
impl Conditions for Lock {
    const NAMES: &'static [&'static str] = &[];

    fn holds(&self, _: &str) -> Option<bool> {
        None
    }

    fn stands(&self) -> String {
        self.in_words()
    }
}

impl Conditions for Drift {
    const NAMES: &'static [&'static str] = &["clean", "drifted"];

    fn holds(&self, condition: &str) -> Option<bool> {
        match condition {
            "clean" => Some(self.state == DriftState::Clean),
            "drifted" => Some(self.state == DriftState::Drifted),
            _ => None,
        }
    }

    fn stands(&self) -> String {
        word(self, "state")
    }
}

impl Conditions for SealRecord {
    const NAMES: &'static [&'static str] = &["used", "rejected"];

    fn holds(&self, condition: &str) -> Option<bool> {
        match condition {
            "used" => Some(self.state == SealState::Used),
            "rejected" => Some(self.state == SealState::Rejected),
            _ => None,
        }
    }

    fn stands(&self) -> String {
        word(self, "state")
    }
}

/// A repository has no conditions: one waits for a field of it, `--for=jsonpath='{.running}'=0`.
impl Conditions for Repository {
    const NAMES: &'static [&'static str] = &[];

    fn holds(&self, _: &str) -> Option<bool> {
        None
    }

    fn stands(&self) -> String {
        count(self.stacks, "stack")
    }
}

/// A job that is done is gone: `--for=delete` waits for that.
impl Conditions for Job {
    const NAMES: &'static [&'static str] = &["running", "failed"];

    fn holds(&self, condition: &str) -> Option<bool> {
        match condition {
            "running" => Some(self.state == JobState::Running),
            "failed" => Some(self.state == JobState::Failed),
            _ => None,
        }
    }

    fn stands(&self) -> String {
        word(self, "state")
    }
}

/// A word of a record's JSON, as people write it.
fn word<T: Record>(record: &T, field: &str) -> String {
    let json = as_json(record).unwrap_or_default();
    json[field].as_str().map(|word| word.replace('-', " ")).unwrap_or_default()
}

impl Verb for Wait {
    fn reach(&self) -> Reach {
        Reach::Read
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        let ledger = shell.ledger().await?;
        let mut left = Vec::new();
        let selected = self.selected(shell, &ledger).await?;
        for (kind, names) in named(&self.names)? {
            let names = if names.is_empty() { selected.iter().map(String::as_str).collect() } else { names };
            if names.is_empty() {
                return Err(
                    Failure::input("which one is to be waited for?").hint("write it as `wait stack/PROJECT/STACK`")
                );
            }
            left.extend(names.into_iter().map(|name| (kind, name)));
        }
        if self.wanted == Goal::Gone {
            self.refuse_slips(shell, &ledger, &left).await?;
        }
        let end = tokio::time::Instant::now() + self.timeout;
        loop {
            let mut waiting = Vec::new();
            for (kind, name) in left {
                match self.look(shell, &ledger, kind, name).await? {
                    (true, shown) => shell.ui.data(&format!("{shown} {}", self.met())),
                    (false, shown) => waiting.push((kind, name, shown)),
                }
            }
            if waiting.is_empty() {
                return Ok(0);
            }
            if tokio::time::Instant::now() >= end {
                let shown: Vec<&str> = waiting.iter().map(|(_, _, shown)| shown.as_str()).collect();
                return Err(Failure::roll_out(format!("timed out waiting for {}", shown.join(", ")))
                    .hint("`--timeout` waits longer; `gitinfra logs` tells what happens"));
            }
            left = waiting.into_iter().map(|(kind, name, _)| (kind, name)).collect();
            tokio::time::sleep(GLANCE).await;
        }
    }
}

impl Wait {
    /// What is said of one that is as wanted.
    fn met(&self) -> &'static str {
        if self.wanted == Goal::Gone { "deleted" } else { "condition met" }
    }

    /// The names of the stacks that are selected by their labels.
    async fn selected(&self, shell: &Shell, ledger: &Ledger) -> Result<Vec<String>> {
        let Some(selector) = &self.selector else {
            return Ok(Vec::new());
        };
        if !matches!(named(&self.names)?[..], [(Type::Stack, ref names)] if names.is_empty()) {
            return Err(Failure::input("labels select stacks alone, and none that are named")
                .hint("write it as `wait stacks --selector TERMS`"));
        }
        let mut stacks = StackRecord::list(shell, ledger, &Wanted::default()).await?;
        labelled(&mut stacks, selector)?;
        match stacks.is_empty() {
            true => Err(none_fits()),
            false => Ok(stacks.into_iter().map(|stack| stack.name).collect()),
        }
    }

    /// What is named without a type and is not there may be a slip of either: nobody knows that it is gone.
    async fn refuse_slips(&self, shell: &Shell, ledger: &Ledger, left: &[(Type, &str)]) -> Result<()> {
        if matches!(self.names.first().map(|word| Type::parse(word)), Some(Ok((_, None)))) {
            return Ok(());
        }
        let is_alone =
            |(kind, name): &&(Type, &str)| *kind == Type::Stack && self.names.iter().any(|word| word == name);
        let names: Vec<&str> = left.iter().filter(is_alone).map(|(_, name)| *name).collect();
        if !names.is_empty() {
            let wanted = Wanted { names, ..Wanted::default() };
            StackRecord::list(shell, ledger, &wanted).await.map_err(|failure| in_vain(&self.names, failure))?;
        }
        Ok(())
    }

    /// Whether one is as wanted, and how it stands.
    async fn look(&self, shell: &Shell, ledger: &Ledger, kind: Type, name: &str) -> Result<(bool, String)> {
        let found = of_type!(kind, Records => self.of::<Records>(shell, ledger, name).await);
        found.map_err(|failure| in_vain(&self.names, failure))
    }

    async fn of<T: Conditions>(&self, shell: &Shell, ledger: &Ledger, name: &str) -> Result<(bool, String)> {
        let wanted = Wanted { names: vec![name], ..Wanted::default() };
        let found = match T::list(shell, ledger, &wanted).await {
            Err(failure) if failure.kind == Kind::Input && self.wanted == Goal::Gone => {
                return Ok((true, name.to_owned()));
            }
            found => found?,
        };
        let mut is_met = true;
        let mut stand = Vec::new();
        for record in &found {
            is_met &= self.is_met(record)?;
            stand.push(format!("{} ({})", (T::TABLE.name)(record), record.stands()));
        }
        Ok((is_met, stand.join(", ")))
    }

    fn is_met<T: Conditions>(&self, record: &T) -> Result<bool> {
        match &self.wanted {
            Goal::Gone => Ok(false),
            Goal::Field(field, value) => Ok(shown(field.of(&as_json(record)?)) == *value),
            Goal::Condition(name, wanted) => match record.holds(name) {
                Some(holds) => Ok(holds == *wanted),
                None => Err(Failure::input(format!("{} have no condition `{name}`", T::TABLE.what))
                    .hint_some(nearest(name, T::NAMES.iter().copied()))
                    .hint(format!("there are: {}", T::NAMES.join(", ")))),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_waited_for_reads_as_kubectl_reads_it() {
        let condition = |name: &str, wanted| Ok(Goal::Condition(name.to_owned(), wanted));
        let cases = [
            ("condition=Ready", condition("ready", true)),
            ("condition=ready=False", condition("ready", false)),
            ("delete", Ok(Goal::Gone)),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<Goal>(), expected, "{text}");
        }
        let Ok(Goal::Field(field, value)) = "jsonpath={.status}=current".parse() else { panic!("a field") };
        assert_eq!(value, "current");
        assert_eq!(shown(field.of(&serde_json::json!({"status": "current"}))), value);
        for wrong in ["Ready", "jsonpath={.x}", "condition=Ready=maybe", "what=Ready"] {
            assert!(wrong.parse::<Goal>().is_err(), "{wrong}");
        }
    }
}
