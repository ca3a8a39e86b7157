//! Whether what `gitinfra.yaml` names by reference is on this machine. No value is told.

use std::collections::BTreeMap;

use super::Finding;
use crate::config::{Config, FILE, Sources};
use crate::context::Context;
use crate::failure::Failure;
use crate::git::{Mirror, Source};
use crate::record::StackRecord;
use crate::text::count;

const CHECK: &str = "references";

/// One finding for each repository with references: of those that were followed from here, and of the one that it is asked in.
pub(super) fn references(context: &Context, stacks: &[StackRecord]) -> Vec<Finding> {
    let mut texts = followed(context, stacks);
    if let Ok(source) = Source::parse(".", &context.cwd)
        && let Some(text) = source.committed(FILE)
    {
        texts.entry(source.label).or_insert(text);
    }
    let sources = Sources { engine: &context.environment, own: &context.environment, state_dir: &context.state_dir };
    let findings: Vec<Finding> = texts.iter().filter_map(|(label, text)| found(label, text, sources)).collect();
    match findings.is_empty() {
        true => vec![Finding::ok(CHECK, format!("no {FILE} names a variable or a file of this machine"))],
        false => findings,
    }
}

/// What the branches say that were followed from here, by repository, as they were last seen.
fn followed(context: &Context, stacks: &[StackRecord]) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for stack in stacks.iter().filter(|stack| !stack.repository.is_empty()) {
        let Some(branch) = stack.branch.as_ref().filter(|_| !texts.contains_key(&stack.repository)) else { continue };
        let mirror = Mirror::left(&context.state_dir, &stack.repository, &context.environment);
        let text = mirror.and_then(|mirror| mirror.file(&mirror.head_seen(branch)?, FILE).ok().flatten());
        texts.insert(stack.repository.clone(), text.unwrap_or_default());
    }
    texts
}

/// `None` where nothing is named by reference.
fn found(label: &str, text: &str, sources: Sources<'_>) -> Option<Finding> {
    let config = match Config::read(text) {
        Ok(config) => config,
        Err(failure) => {
            return Some(Finding::failed(
                CHECK,
                &Failure { message: format!("{label}: {}", failure.message), ..failure },
            ));
        }
    };
    let all = config.references(sources);
    let missing: Vec<(&str, &Failure)> =
        all.iter().filter_map(|(key, failure)| Some((key.as_str(), failure.as_ref()?))).collect();
    if all.is_empty() {
        return None;
    }
    if missing.is_empty() {
        return Some(Finding::ok(
            CHECK,
            format!("{} in {FILE} of {label} can be had here", count(all.len(), "reference")),
        ));
    }
    let lines: Vec<String> = missing.iter().map(|(key, failure)| format!("`{key}`: {}", failure.message)).collect();
    let message = format!("{FILE} of {label} names what is not here:\n{}", lines.join("\n"));
    let mut hints: Vec<String> = missing.into_iter().flat_map(|(_, failure)| failure.hints.clone()).collect();
    hints.sort();
    hints.dedup();
    Some(Finding { hints, ..Finding::warning(CHECK, message, "") })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::Verdict;
    use super::*;
    use crate::environment::Environment;

    #[test]
    fn each_reference_is_tried_and_no_value_told() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("token");
        std::fs::write(&file, "hush-file\n").expect("a file");
        let own = Environment::from([("THERE".to_owned(), "hush-variable".to_owned())]);
        let sources = Sources { engine: &own, own: &own, state_dir: Path::new("/no/such/folder") };
        let text = format!(
            "environment: {{A: {{fromEnvironment: THERE}}, PLAIN: text}}\npreview: {{environment: {{B: {{fromFile: {}}}}}}}\n",
            file.display()
        );
        let well = found("net.git", &text, sources).expect("a finding");
        assert_eq!(
            (well.verdict, well.message.as_str()),
            (Verdict::Ok, "2 references in gitinfra.yaml of net.git can be had here")
        );
        let more = "rules: [{stacks: ['*'], environment: {C: {fromEnvironment: GONE}}, rollout: {environment: {D: {fromFile: /no/such}}}}]";
        let bad = found("net.git", &format!("{text}{more}"), sources).expect("a finding");
        assert_eq!(bad.verdict, Verdict::Warning);
        for words in [
            "`rules[0].environment.C`: the variable GONE is not set",
            "`rules[0].rollout.environment.D`: reading /no/such",
        ] {
            assert!(bad.message.contains(words), "{bad:?}");
        }
        assert!(bad.hints.iter().any(|hint| hint.starts_with("set GONE")) && bad.hints.len() == 2, "{bad:?}");
        assert!(!format!("{well:?}{bad:?}").contains("hush"));
        assert_eq!(found("net.git", "environment: {PLAIN: text}", sources), None);
        assert_eq!(found("net.git", "environment: 1", sources).map(|finding| finding.verdict), Some(Verdict::Failed));
    }
}
