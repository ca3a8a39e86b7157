//! What of drift is noise: what changes by itself, or is somebody else's to change. And how often it is looked for.

use serde::{Deserialize, Deserializer, Serialize};

use super::any;
use crate::digest::fraction_of;

/// What is said of drift.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drift {
    #[serde(default)]
    pub(super) ignore: Vec<Noise>,
    #[serde(default, deserialize_with = "interval")]
    every: Option<i64>,
    #[serde(default, deserialize_with = "span")]
    jitter: Option<i64>,
    then: Option<Then>,
}

/// Properties of some types of resources that may differ.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Noise {
    /// Globs of types.
    pub(super) types: Vec<String>,
    /// Globs of the paths of properties; whatever differs when there is none, also that it is gone.
    #[serde(default)]
    pub(super) paths: Vec<String>,
}

/// What one place of the file says of how often drift is looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleParts {
    /// How often it is looked, in milliseconds.
    #[serde(default, deserialize_with = "interval")]
    every: Option<i64>,
    /// By how much later at most, so that not all are looked at at once.
    #[serde(default, deserialize_with = "span")]
    jitter: Option<i64>,
    then: Option<Then>,
}

/// What is done about drift that is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Then {
    Report,
    Reconcile,
}

/// How often a stack is looked at, and what is done about it. Times are milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    pub(super) every: i64,
    pub(super) jitter: i64,
    pub then: Then,
}

impl Schedule {
    /// What several places say together, of which the last word counts; `None` where nobody says how often.
    pub(super) fn of(parts: impl Iterator<Item = ScheduleParts>) -> Option<Schedule> {
        let parts = parts.fold(ScheduleParts::default(), |all, next| ScheduleParts {
            every: next.every.or(all.every),
            jitter: next.jitter.or(all.jitter),
            then: next.then.or(all.then),
        });
        let every = parts.every?;
        Some(Schedule { every, jitter: parts.jitter.unwrap_or(every / 10), then: parts.then.unwrap_or(Then::Report) })
    }

    /// When a stack is looked at after it last was, or was rolled out.
    pub fn next(&self, stack: &str, last: i64) -> i64 {
        let later = (self.jitter as f64 * fraction_of(&format!("{stack} {last}"))) as i64;
        last.saturating_add(self.every).saturating_add(later)
    }
}

/// Reads how often something is done, which is not all the time.
fn interval<'a, D: Deserializer<'a>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let text = String::deserialize(deserializer)?;
    millis(&text).filter(|span| *span >= 1_000).map(Some).ok_or_else(|| no_time(&text))
}

/// Reads `6h` or `30m`.
fn span<'a, D: Deserializer<'a>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let text = String::deserialize(deserializer)?;
    millis(&text).map(Some).ok_or_else(|| no_time(&text))
}

fn millis(text: &str) -> Option<i64> {
    let span: jiff::SignedDuration = text.parse().ok()?;
    i64::try_from(span.as_millis()).ok().filter(|span| *span >= 0)
}

fn no_time<E: serde::de::Error>(text: &str) -> E {
    E::custom(format!("`{text}` is no time: write it as 30m, 6h or 24h"))
}

impl Drift {
    pub(super) fn schedule(&self) -> ScheduleParts {
        ScheduleParts { every: self.every, jitter: self.jitter, then: self.then }
    }

    /// Whether a property of a type may differ.
    pub fn is_noise(&self, kind: &str, path: &str) -> bool {
        self.of(kind).any(|noise| noise.paths.is_empty() || any(&noise.paths, path))
    }

    /// Whether it does not matter at all how a resource of a type differs.
    pub fn is_all_noise(&self, kind: &str) -> bool {
        self.of(kind).any(|noise| noise.paths.is_empty())
    }

    fn of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Noise> {
        self.ignore.iter().filter(|noise| any(&noise.types, kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_told_by_type_and_path() {
        let (types, paths) = (vec!["a:b:*".to_owned()], vec!["tags.*".to_owned(), "size".to_owned()]);
        let whole = Noise { types: vec!["x:**".to_owned()], paths: Vec::new() };
        let drift = Drift { ignore: vec![Noise { types, paths }, whole], ..Drift::default() };
        for (kind, path, expected) in [
            ("a:b:C", "tags.team", true),
            ("a:b:C", "size", true),
            ("a:b:C", "name", false),
            ("z:b:C", "size", false),
            ("x:y:Z", "anything", true),
        ] {
            assert_eq!(drift.is_noise(kind, path), expected, "{kind} {path}");
        }
        assert!(drift.is_all_noise("x:y:Z") && !drift.is_all_noise("a:b:C"));
    }

    #[test]
    fn a_schedule_has_jitter_and_the_last_word_counts() {
        let parts = |text: &str| serde_saphyr::from_str::<Drift>(text).expect("it is sound").schedule();
        let (all, own) = (parts("every: 10h\nthen: reconcile"), parts("{every: 1h, ignore: []}"));
        let schedule = Schedule::of([all, own].into_iter()).expect("a schedule");
        assert_eq!(schedule, Schedule { every: 3_600_000, jitter: 360_000, then: Then::Reconcile });
        let times: Vec<i64> = ["a", "b", "c", "d"].iter().map(|stack| schedule.next(stack, 1_000)).collect();
        assert!(times.iter().all(|at| (3_601_000..3_961_000).contains(at)) && times[0] != times[1], "{times:?}");
        assert_eq!(times[0], schedule.next("a", 1_000));
        assert_eq!(Schedule::of([parts("then: report")].into_iter()), None);
        for wrong in ["every: soon", "every: -1h", "then: nothing", "evry: 1h"] {
            assert!(serde_saphyr::from_str::<Drift>(wrong).is_err(), "{wrong}");
        }
    }
}
