//! Sealed previews as `get` and `describe` show them.

use serde_json::Value;

use super::stack::whole_name;
use super::{Record, Wanted};
use crate::commands::shell::Shell;
use crate::failure::{Failure, Result};
use crate::ledger::Ledger;
use crate::record::{SealRecord, SealState};
use crate::text::{age, ago, short, timestamp};
use crate::ui::Show::{Always, Wide};
use crate::ui::{Column, Table};

const COLUMNS: &[Column<SealRecord>] = &[
    Column { head: "NAME", show: Always, path: "name", cell: |seal, _| seal.name.clone().into(), detail: None },
    Column { head: "STACK", show: Always, path: "stack", cell: |seal, _| seal.stack.clone().into(), detail: None },
    Column {
        head: "STATE",
        show: Always,
        path: "state",
        cell: |seal, _| seal.state.word().to_owned().into(),
        detail: Some(|seal, _| Some(state(seal))),
    },
    Column {
        head: "HEAD",
        show: Always,
        path: "head",
        cell: |seal, _| short(&seal.head).to_owned().into(),
        detail: Some(|seal, _| Some(seal.head.clone())),
    },
    Column {
        head: "BASE",
        show: Wide,
        path: "base",
        cell: |seal, _| short(&seal.base).to_owned().into(),
        detail: Some(|seal, _| Some(seal.base.clone())),
    },
    Column { head: "CHANGES", show: Always, path: "plan", cell: |seal, _| seal.plan.in_words().into(), detail: None },
    Column {
        head: "APPROVALS",
        show: Wide,
        path: "approvals",
        cell: |seal, _| seal.approvals.len().to_string().into(),
        detail: Some(|seal, _| Some(who(&seal.approvals))),
    },
    Column {
        head: "REPOSITORY",
        show: Wide,
        path: "repository",
        cell: |seal, _| seal.repository.clone().into(),
        detail: None,
    },
    Column {
        head: "AGE",
        show: Always,
        path: "createdAt",
        cell: |seal, now| age(now - seal.created_at).into(),
        detail: Some(|seal, now| Some(format!("{} ({})", timestamp(seal.created_at), ago(now - seal.created_at)))),
    },
];

fn state(seal: &SealRecord) -> String {
    let word = seal.state.word();
    match (seal.state, &seal.used_by, &seal.rejected_by, &seal.rejected_why) {
        (SealState::Used, Some(run), ..) => format!("{word} by run/{run}"),
        (SealState::Rejected, _, Some(who), Some(why)) => format!("{word} by {who}: {why}"),
        _ => word.to_owned(),
    }
}

fn who(approvals: &[String]) -> String {
    if approvals.is_empty() { "nobody yet".to_owned() } else { approvals.join(", ") }
}

/// A seal's id, without `preview/` before it.
pub fn without_type(name: &str) -> &str {
    ["preview/", "previews/", "pv/"].iter().find_map(|kind| name.strip_prefix(kind)).unwrap_or(name)
}

impl Record for SealRecord {
    const TABLE: Table<SealRecord> =
        Table { what: "previews", name: |seal| format!("preview/{}", seal.name), columns: COLUMNS };

    async fn list(_: &Shell, ledger: &Ledger, wanted: &Wanted<'_>) -> Result<Vec<SealRecord>> {
        let stack = match &wanted.stack {
            Some(name) => Some(whole_name(&ledger.stack_records().await?, name)?.to_owned()),
            None => None,
        };
        if wanted.names.is_empty() {
            return ledger.seals(stack.as_deref(), None, wanted.limit).await;
        }
        let mut found = Vec::new();
        for name in &wanted.names {
            let mut all = ledger.seals(stack.as_deref(), Some(without_type(name)), 2).await?;
            match all.len() {
                0 => {
                    return Err(Failure::input(format!("there is no sealed preview `{name}`"))
                        .hint("`gitinfra preview --seal` makes one; `gitinfra get previews` lists them"));
                }
                1 => found.append(&mut all),
                _ => {
                    return Err(Failure::input(format!("several previews begin with `{name}`")).hint("give more of it"));
                }
            }
        }
        Ok(found)
    }

    async fn rest(&self, _: &Shell, _: &Ledger) -> Result<Vec<String>> {
        let approve = (self.state == SealState::Sealed).then(|| format!("`gitinfra approve {}` allows it.", self.name));
        Ok(self.plan.lines().into_iter().chain(approve).collect())
    }

    async fn more(&self, _: &Ledger) -> Result<(&'static str, Value)> {
        Ok(("changes", self.plan.in_words().into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::types::tests::check_paths;
    use crate::seal::Plan;

    #[test]
    fn a_preview_says_what_came_of_it() {
        let text = |text: &str| text.to_owned();
        let seal = SealRecord {
            name: text("abcdef"),
            stack: text("net/dev"),
            repository: text("here"),
            state: SealState::Rejected,
            head: text("aaaaaaaaa"),
            base: text("bbbbbbbbb"),
            plan: Plan::default(),
            approvals: Vec::new(),
            rejected_by: Some(text("ada")),
            rejected_why: Some(text("not today")),
            used_by: None,
            created_at: 1,
        };
        check_paths(&seal);
        assert_eq!(
            (state(&seal).as_str(), who(&seal.approvals).as_str()),
            ("rejected by ada: not today", "nobody yet")
        );
        let used = SealRecord { state: SealState::Used, used_by: Some(text("r1")), ..seal };
        assert_eq!(state(&used), "used by run/r1");
    }
}
