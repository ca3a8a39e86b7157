//! Programs that gitinfra needs: git, pulumi, and the hosts of the languages that programs are written in.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use super::{Finding, Verdict};
use crate::engine::{Backend, Pulumi, language_host};
use crate::environment::Environment;
use crate::git;

/// `git merge-tree --write-tree`, which previews are made with, came with this one.
const GIT: (u32, u32) = (2, 38);
/// How long a backend may think.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) async fn git(environment: &Environment, cwd: &Path) -> Finding {
    let said = match git::version(environment, cwd).await {
        Ok(said) => said,
        Err(failure) => return Finding::failed("git", &failure),
    };
    match version(&said) {
        Some(found) if found >= GIT => Finding::ok("git", said),
        Some(_) => Finding::warning(
            "git",
            format!("{said} is too old for previews"),
            format!("git {}.{} or newer is needed: it merges as the forge does", GIT.0, GIT.1),
        ),
        None => Finding::warning("git", format!("it does not say its version: {said}"), "is that git?"),
    }
}

/// `git version 2.39.5 (Apple Git-154)` as two numbers.
fn version(said: &str) -> Option<(u32, u32)> {
    let number = said.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let mut parts = number.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

pub(super) async fn pulumi(environment: &Environment) -> Finding {
    match Pulumi::find(environment).await {
        Ok(pulumi) => match pulumi.version().await {
            Ok(version) => Finding::ok("pulumi", format!("{version} at {}", pulumi.place().display())),
            Err(failure) => Finding::failed("pulumi", &failure),
        },
        Err(failure) => Finding::failed("pulumi", &failure),
    }
}

/// A host for each language that a known stack is written in; where none is known, those that there are.
pub(super) fn hosts(environment: &Environment, runtimes: &BTreeSet<&str>) -> Vec<Finding> {
    if runtimes.is_empty() {
        let all = ["yaml", "nodejs", "python", "go", "dotnet", "java"];
        let found: Vec<&str> =
            all.into_iter().filter(|runtime| language_host(environment, runtime).is_some()).collect();
        return vec![match &found[..] {
            [] => Finding::warning(
                "hosts",
                "no language host is on the PATH",
                "Pulumi's own download has them beside `pulumi`",
            ),
            names => Finding::ok("hosts", format!("for {}", names.join(", "))),
        }];
    }
    runtimes.iter().map(|runtime| of_runtime(environment, runtime)).collect()
}

fn of_runtime(environment: &Environment, runtime: &str) -> Finding {
    match language_host(environment, runtime) {
        Some(path) => Finding::ok("hosts", format!("{runtime}: {}", path.display())),
        None => Finding {
            hints: vec![format!(
                "put `pulumi-language-{runtime}` on the PATH; Pulumi's own download has it beside `pulumi`"
            )],
            ..Finding::new("hosts", Verdict::Failed, format!("nothing on the PATH runs programs in {runtime}"))
        },
    }
}

/// Whether there is one, and whether it answers.
pub(super) async fn backend(environment: &Environment) -> Finding {
    let found = named_backend(environment);
    // Where there is no CLI, another finding says so.
    let (Ok(pulumi), true) = (Pulumi::find(environment).await, found.verdict != Verdict::Failed) else {
        return found;
    };
    match tokio::time::timeout(PATIENCE, pulumi.reaches_backend()).await {
        Ok(Ok(())) => found,
        Ok(Err(failure)) if Backend::chosen(environment).is_ok() => Finding::failed("backend", &failure),
        Ok(Err(_)) => found,
        Err(_) => Finding {
            hints: vec!["is it reached from here, with these credentials?".to_owned()],
            ..Finding::new("backend", Verdict::Failed, format!("it gives no answer within {} s", PATIENCE.as_secs()))
        },
    }
}

fn named_backend(environment: &Environment) -> Finding {
    let backend = match Backend::chosen(environment) {
        Ok(backend) => backend,
        Err(failure) => return Finding { verdict: Verdict::Warning, ..Finding::failed("backend", &failure) },
    };
    if let Err(failure) = backend.check(environment) {
        return Finding::failed("backend", &failure);
    }
    let shown = backend.shown();
    let is_own = backend.0.starts_with("https://");
    let has_phrase = ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"]
        .iter()
        .any(|name| environment.contains_key(*name));
    match is_own || has_phrase {
        true => Finding::ok("backend", shown),
        false => Finding::warning(
            "backend",
            format!("{shown}, and no passphrase is set"),
            "stacks whose secrets a passphrase encrypts need PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_git_are_read() {
        let cases = [
            ("git version 2.39.5", Some((2, 39))),
            ("git version 2.50.1 (Apple Git-155)", Some((2, 50))),
            ("git version 2.45.0.windows.1", Some((2, 45))),
            ("what?", None),
        ];
        for (said, expected) in cases {
            assert_eq!(version(said), expected, "{said}");
        }
    }

    #[test]
    fn a_language_without_a_host_is_told() {
        let none = Environment::from([("PATH".to_owned(), "/nowhere".to_owned())]);
        let found = hosts(&none, &BTreeSet::from(["python"]));
        assert_eq!(found[0].verdict, Verdict::Failed);
        assert_eq!(hosts(&none, &BTreeSet::new())[0].verdict, Verdict::Warning);
    }

    #[test]
    fn a_backend_is_told_with_what_it_lacks() {
        let set = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let cases: [(Environment, Verdict); 4] = [
            (Environment::new(), Verdict::Warning),
            (set(&[("PULUMI_BACKEND_URL", "file:///nowhere")]), Verdict::Failed),
            (set(&[("PULUMI_BACKEND_URL", "s3://b")]), Verdict::Warning),
            (set(&[("PULUMI_BACKEND_URL", "s3://b"), ("PULUMI_CONFIG_PASSPHRASE", "")]), Verdict::Ok),
        ];
        for (environment, expected) in cases {
            assert_eq!(named_backend(&environment).verdict, expected, "{environment:?}");
        }
    }
}
