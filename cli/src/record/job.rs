//! What is to be done next, as the queue holds it.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::StackRecord;
use crate::moment;
use crate::process::Process;
use crate::text::short;

/// What is to be done. Written in lower case, in the ledger as in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Bring the stacks of a branch to its head. The subject is the branch, and behind it the stacks that are to be tried again,
    /// if it is about some alone.
    RollOut,
    /// Say on a pull request what it would change. The subject is `pr/NUMBER`.
    Review,
    /// Do what a comment asks for. The subject is `pr/NUMBER COMMENT`.
    Command,
    /// Roll a pull request out before its merge, as a comment asked. The subject is `pr/NUMBER COMMENT HEAD WHO`.
    Apply,
}

impl Task {
    pub const ALL: [Task; 4] = [Task::RollOut, Task::Review, Task::Command, Task::Apply];

    pub fn word(self) -> &'static str {
        match self {
            Task::RollOut => "roll-out",
            Task::Review => "review",
            Task::Command => "command",
            Task::Apply => "apply",
        }
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Task {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|task| task.word() == text);
        known.ok_or_else(|| format!("`{text}` is nothing that a queue holds"))
    }
}

/// How far a job has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// It waits for its turn.
    Queued,
    /// Somebody works on it.
    Running,
    /// It failed, and is tried again later.
    Retrying,
    /// It failed so often that it waits until it is asked for again.
    Failed,
}

impl JobState {
    pub fn word(self) -> &'static str {
        match self {
            JobState::Queued => "queued",
            JobState::Running => "running",
            JobState::Retrying => "retrying",
            JobState::Failed => "failed",
        }
    }
}

/// A job in the queue. Times are milliseconds since 1970; in JSON RFC 3339.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    pub name: String,
    pub repository: String,
    pub task: Task,
    /// What it is about, in the words of its task.
    pub subject: String,
    pub state: JobState,
    /// The newest commit that was asked for, where one was named.
    pub commit: Option<String>,
    /// Commits that a newer one came after before their turn.
    pub skipped: Vec<String>,
    /// The stacks that somebody wants previewed anew, `*` for all of them; none where nobody does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stacks: Vec<String>,
    /// How often in a row it failed.
    pub attempts: i64,
    /// Why it failed last.
    pub message: Option<String>,
    #[serde(serialize_with = "moment::serialize")]
    pub queued_at: i64,
    /// When it is tried again; `None` when only somebody's word does that.
    #[serde(serialize_with = "moment::serialize_some")]
    pub due_at: Option<i64>,
    /// Who works on it, or did so last.
    pub holder: Option<Process>,
}

impl Job {
    /// The stacks that a roll-out is about alone; none where it is about all of its branch. None of the names has a space.
    pub fn named(&self) -> impl Iterator<Item = &str> {
        self.subject.split(' ').skip(1).filter(|_| self.task == Task::RollOut)
    }

    /// What it is about, as people read it: the numbers that forges give comments say nothing to anybody.
    pub fn about(&self) -> String {
        let mut words = self.subject.splitn(4, ' ');
        let (first, _, head, who) = (words.next(), words.next(), words.next(), words.next());
        let (first, head) = (first.unwrap_or_default(), short(head.unwrap_or_default()));
        match (self.task, who) {
            (Task::Command, _) => format!("a comment on {first}"),
            (Task::Apply, Some(who)) => format!("{first} at {head} for {who}"),
            (Task::Apply, None) => format!("{first} at {head}"),
            (Task::RollOut | Task::Review, _) => self.subject.clone(),
        }
    }

    /// Whether it may roll out a stack.
    pub fn rolls_out(&self, stack: &StackRecord) -> bool {
        let is_of = |branch: &String| self.subject.split(' ').next() == Some(branch);
        let is_named = self.named().next().is_none() || self.named().any(|name| name == stack.name);
        let is_there = self.repository == stack.repository && stack.branch.as_ref().is_none_or(is_of);
        self.task == Task::RollOut && is_there && is_named
    }
}

#[cfg(test)]
impl Job {
    /// A review that waits, to try out what is done with jobs.
    pub fn sample(subject: &str) -> Job {
        Job {
            name: "j1".to_owned(),
            repository: "infra".to_owned(),
            task: Task::Review,
            subject: subject.to_owned(),
            state: JobState::Queued,
            commit: None,
            skipped: Vec::new(),
            stacks: Vec::new(),
            attempts: 0,
            message: None,
            queued_at: 0,
            due_at: None,
            holder: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_says_what_it_is_about() {
        let about = |task, subject: &str| Job { task, ..Job::sample(subject) }.about();
        assert_eq!(about(Task::Command, "pr/10 70"), "a comment on pr/10");
        assert_eq!(about(Task::Apply, "pr/10 70 da5ad734ffff Ada L"), "pr/10 at da5ad73 for Ada L");
        assert_eq!(about(Task::Apply, "pr/10 70 da5ad734ffff"), "pr/10 at da5ad73");
        assert_eq!(about(Task::RollOut, "main net/dev"), "main net/dev");
    }

    #[test]
    fn a_roll_out_is_about_all_of_its_branch_or_some_stacks() {
        let stack = |branch: Option<&str>| StackRecord {
            name: "web/dev".to_owned(),
            repository: "infra".to_owned(),
            branch: branch.map(str::to_owned),
            ..StackRecord::default()
        };
        let cases = [
            (Task::RollOut, "main", Some("main"), true),
            (Task::RollOut, "main", None, true),
            (Task::RollOut, "main", Some("release"), false),
            (Task::RollOut, "main net/dev web/dev", Some("main"), true),
            (Task::RollOut, "main net/dev", Some("main"), false),
            (Task::Review, "pr/7", Some("main"), false),
        ];
        for (task, subject, branch, expected) in cases {
            let job = Job { task, ..Job::sample(subject) };
            assert_eq!(job.rolls_out(&stack(branch)), expected, "{subject} {branch:?}");
        }
        let elsewhere = StackRecord { repository: "other".to_owned(), ..stack(None) };
        assert!(!Job { task: Task::RollOut, ..Job::sample("main") }.rolls_out(&elsewhere));
    }
}
