//! Why the engine did not do well, as one failure: its kind, its words, and what to do about it.

use super::crash;
use super::lock::holder;
use super::progress::Progress;
use super::pulumi::advice;
use super::run::Ending;
use crate::failure::Failure;

/// What to do about a lock that somebody holds.
pub const WHEN_LOCKED: &str = "wait for it to end; if it is certainly gone, `pulumi cancel` removes its lock";

const WHEN_CRASHED: &str = "the engine itself crashed: another version of pulumi may do better, and `pulumi preview` by hand shows its whole trace";

/// The failure of an engine that ended without success. What ended before it began lacked something that it needs.
pub fn diagnose(ending: &Ending, progress: &Progress) -> Failure {
    let complaint = &ending.complaint;
    if let Some(holder) = holder(complaint) {
        return Failure::busy(format!("the engine's lock is held by {holder}")).hint(WHEN_LOCKED);
    }
    let message = match progress.failure() {
        // What a policy pack prints when it can't start does not say that it is one.
        Some(said) if complaint.starts_with("policy pack ") && !said.contains(complaint) => {
            format!("{complaint}\n{said}")
        }
        Some(said) => said,
        None => complaint.clone(),
    };
    let crash = crash::told(&message);
    let message = crash.as_ref().and_then(|crash| crash.lines().next()).map_or(message.as_str(), str::trim_end);
    let failure = match progress.has_begun || ending.killed {
        true => Failure::roll_out(message),
        false => Failure::setup(message),
    };
    failure.hint_some(advice(message).map(str::to_owned)).hint_some(crash.map(|_| WHEN_CRASHED.to_owned()))
}

/// The stack that the engine looked for in vain to read its outputs.
pub fn unknown_stack(said: &str) -> Option<&str> {
    let (_, rest) = said.split_once("unknown stack \"")?;
    rest.split_once('"').map(|(name, _)| name).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Kind;

    fn event(severity: &str, message: &str) -> String {
        format!(r#"{{"diagnosticEvent":{{"message":"{message}","severity":"{severity}"}}}}"#)
    }

    #[test]
    fn an_ending_has_one_kind_and_a_way_out() {
        let locked =
            "the stack is currently locked by 1 lock(s).\n  s3://b/x.json: created by ada@build-1 (pid 4711) at 2026";
        let cases = [
            (
                "parsing plugin options for 'p': no folder at path '/x'",
                Vec::new(),
                Kind::Setup,
                "a run sees only what is committed",
            ),
            (
                "passphrase must be set with PULUMI_CONFIG_PASSPHRASE",
                Vec::new(),
                Kind::Setup,
                "set PULUMI_CONFIG_PASSPHRASE or",
            ),
            ("read \".pulumi/meta.yaml\": blob: NoSuchBucket", Vec::new(), Kind::Setup, "its credentials"),
            (locked, Vec::new(), Kind::Busy, "wait for it to end"),
            ("panic: no\n\ngoroutine 1 [running]:\nmain.main()", Vec::new(), Kind::Setup, "the engine itself crashed"),
            (
                "noise",
                vec![event("error", "incorrect passphrase")],
                Kind::RollOut,
                "the one that the stack was made with",
            ),
        ];
        for (complaint, events, kind, hint) in cases {
            let ending = Ending { complaint: complaint.to_owned(), ..Ending::default() };
            let mut progress = Progress::default();
            for event in events {
                progress.take(serde_json::from_str(&event).expect("an engine event"), 0);
            }
            let failure = diagnose(&ending, &progress);
            assert_eq!(failure.kind, kind, "{failure:?}");
            assert!(failure.hints.concat().contains(hint) && !failure.message.contains("goroutine"), "{failure:?}");
        }
    }

    #[test]
    fn a_stack_that_is_missed_is_named() {
        let said = "pulumi:pulumi:StackReference r: Preview failed: unknown stack \"organization/net/dev\"";
        assert_eq!(unknown_stack(said), Some("organization/net/dev"));
        assert_eq!(unknown_stack("unknown stack"), None);
    }

    #[test]
    fn an_engine_that_was_killed_before_it_spoke_ran_all_the_same() {
        let ending = Ending { killed: true, ..Ending::default() };
        assert_eq!(diagnose(&ending, &Progress::default()).kind, Kind::RollOut);
    }
}
