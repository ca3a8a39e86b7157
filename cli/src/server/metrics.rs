//! What is counted, in Prometheus's words. Labels are names of the configuration and of this program, so that there are never
//! more of them than somebody wrote down.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use crate::record::{Job, JobState, Task};

/// A name and its labels, as text.
type Series = (&'static str, String);

/// Counters since the start.
#[derive(Default)]
pub struct Metrics {
    counted: Mutex<BTreeMap<Series, f64>>,
}

/// What each name means.
const HELP: &[(&str, &str, &str)] = &[
    ("gitinfra_deliveries_total", "counter", "Webhooks by what became of them."),
    ("gitinfra_requests_total", "counter", "Requests for pages by the class of their status."),
    ("gitinfra_looks_total", "counter", "Looks for pages that are open; those who see the same share one."),
    ("gitinfra_jobs_total", "counter", "Jobs done by how they ended."),
    ("gitinfra_job_seconds_total", "counter", "How long they took altogether."),
    ("gitinfra_waiting", "gauge", "Jobs that wait or are under way."),
    ("gitinfra_longest_wait_seconds", "gauge", "How long the oldest of them has waited."),
    ("gitinfra_stacks", "gauge", "Stacks by their state, as the page shows it."),
    (
        "gitinfra_repository_well",
        "gauge",
        "1 where a side of a repository, its forge or its branch, is well; 0 where it is in trouble.",
    ),
    ("gitinfra_troubles_total", "counter", "What went wrong at the sides of repositories, by the likely cause."),
    (
        "gitinfra_configuration_well",
        "gauge",
        "1 where the configuration that was read last is in force; 0 where it was refused.",
    ),
    ("gitinfra_configurations_total", "counter", "Configurations that were read anew, by what became of them."),
];

/// What is so right now.
pub struct Is<'a> {
    pub jobs: &'a [Job],
    /// How many stacks are in each state.
    pub stacks: BTreeMap<&'static str, usize>,
    /// Each side of each repository by name, and whether it is well.
    pub repositories: Vec<(String, &'static str, bool)>,
    /// Whether the configuration that was read last is in force.
    pub is_configured: bool,
}

impl Metrics {
    pub fn add(&self, name: &'static str, labels: &[(&str, &str)], by: f64) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        *counted.entry((name, written(labels))).or_default() += by;
    }

    pub fn count(&self, name: &'static str, labels: &[(&str, &str)]) {
        self.add(name, labels, 1.0);
    }

    /// The whole text, with what is so right now.
    pub fn text(&self, is: &Is<'_>, now: i64) -> String {
        let mut all = self.counted.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for task in Task::ALL {
            // What failed for good waits for somebody's word, and for no worker.
            let of_task = || is.jobs.iter().filter(|job| job.task == task && job.state != JobState::Failed);
            let oldest = of_task().map(|job| now - job.queued_at).max().unwrap_or_default();
            let labels = written(&[("task", task.word())]);
            all.insert(("gitinfra_waiting", labels.clone()), number(of_task().count()));
            all.insert(("gitinfra_longest_wait_seconds", labels), crate::text::as_seconds(oldest));
        }
        for (state, count) in &is.stacks {
            all.insert(("gitinfra_stacks", written(&[("state", state)])), number(*count));
        }
        for (name, side, is_well) in &is.repositories {
            let labels = written(&[("repository", name), ("side", side)]);
            all.insert(("gitinfra_repository_well", labels), f64::from(u8::from(*is_well)));
        }
        all.insert(("gitinfra_configuration_well", String::new()), f64::from(u8::from(is.is_configured)));
        let mut text = String::new();
        for (name, kind, help) in HELP {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
            for ((_, labels), value) in all.iter().filter(|((of, _), _)| of == name) {
                let _ = writeln!(text, "{name}{labels} {value}");
            }
        }
        text
    }
}

fn number(count: usize) -> f64 {
    u32::try_from(count).unwrap_or(u32::MAX).into()
}

fn written(labels: &[(&str, &str)]) -> String {
    let each: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    if each.is_empty() { String::new() } else { format!("{{{}}}", each.join(",")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_told() {
        let metrics = Metrics::default();
        for outcome in ["taken", "seen", "taken"] {
            metrics.count("gitinfra_deliveries_total", &[("repository", "infra"), ("outcome", outcome)]);
        }
        let failed = Job { state: JobState::Failed, ..Job::sample("pr/7") };
        let repositories = vec![("infra".to_owned(), "forge", false)];
        let is = Is { jobs: &[failed], stacks: BTreeMap::from([("held", 2)]), repositories, is_configured: true };
        let text = metrics.text(&is, 0);
        for line in [
            "# TYPE gitinfra_deliveries_total counter",
            "gitinfra_deliveries_total{repository=\"infra\",outcome=\"taken\"} 2",
            "gitinfra_waiting{task=\"review\"} 0",
            "gitinfra_stacks{state=\"held\"} 2",
            "gitinfra_repository_well{repository=\"infra\",side=\"forge\"} 0",
            "gitinfra_configuration_well 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
