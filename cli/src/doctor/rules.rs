//! Whether the rules of `gitinfra.yaml` are about any stack.

use std::collections::BTreeSet;

use super::Finding;
use crate::config::{Config, FILE};
use crate::context::Context;
use crate::git::Mirror;
use crate::record::StackRecord;
use crate::repo;

/// One finding for each branch that was followed from here, as it was last seen, whose rules are not.
pub(super) fn rules(context: &Context, stacks: &[StackRecord]) -> Vec<Finding> {
    let followed = stacks.iter().filter(|stack| !stack.repository.is_empty());
    let followed = followed.filter_map(|stack| Some((stack.repository.as_str(), stack.branch.as_deref()?)));
    let followed: BTreeSet<(&str, &str)> = followed.collect();
    followed.into_iter().filter_map(|(label, branch)| of_branch(context, label, branch)).collect()
}

fn of_branch(context: &Context, label: &str, branch: &str) -> Option<Finding> {
    let mirror = Mirror::left(&context.state_dir, label, &context.environment)?;
    let head = mirror.head_seen(branch)?;
    // One that can't be read is told with the references.
    let config = Config::read(&mirror.file(&head, FILE).ok()??).ok()?;
    let idle = config.idle(&repo::stacks(&mirror.listing(&head).ok()?), branch);
    let message = format!("{branch} of {label}:\n{}", idle.join("\n"));
    (!idle.is_empty()).then(|| {
        Finding::warning(
            "rules",
            message,
            format!("a rule that fits no stack asks for nothing: mend or drop it in {FILE}"),
        )
    })
}
