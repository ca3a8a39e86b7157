//! Drift as `get` and `describe` show it.

use serde_json::Value;

use super::stack::whole_name;
use super::{Record, Wanted};
use crate::commands::shell::Shell;
use crate::failure::{Failure, Result};
use crate::ledger::Ledger;
use crate::record::Drift;
use crate::text::{age, ago, short, timestamp};
use crate::ui::Show::{Always, Wide};
use crate::ui::{Column, Table};

const COLUMNS: &[Column<Drift>] = &[
    Column { head: "NAME", show: Always, path: "name", cell: |drift, _| drift.name.clone().into(), detail: None },
    Column {
        head: "STATE",
        show: Always,
        path: "state",
        cell: |drift, _| drift.state.word().to_owned().into(),
        detail: None,
    },
    Column {
        head: "RESOURCES",
        show: Always,
        path: "resources",
        cell: |drift, _| drift.findings.resources.to_string().into(),
        detail: None,
    },
    Column {
        head: "IGNORED",
        show: Wide,
        path: "ignored",
        cell: |drift, _| drift.findings.ignored.to_string().into(),
        detail: None,
    },
    Column {
        head: "COMMIT",
        show: Always,
        path: "commit",
        cell: |drift, _| short(&drift.commit).to_owned().into(),
        detail: Some(|drift, _| Some(drift.commit.clone())),
    },
    Column {
        head: "REPOSITORY",
        show: Wide,
        path: "repository",
        cell: |drift, _| drift.repository.clone().into(),
        detail: None,
    },
    Column {
        head: "AGE",
        show: Always,
        path: "checkedAt",
        cell: |drift, now| age(now - drift.checked_at).into(),
        detail: Some(|drift, now| Some(format!("{} ({})", timestamp(drift.checked_at), ago(now - drift.checked_at)))),
    },
];

impl Record for Drift {
    const TABLE: Table<Drift> =
        Table { what: "drifts", name: |drift| format!("drift/{}", drift.name), columns: COLUMNS };

    async fn list(_: &Shell, ledger: &Ledger, wanted: &Wanted<'_>) -> Result<Vec<Drift>> {
        let all = ledger.drifts().await?;
        let wanted = || wanted.names.iter().copied().chain(wanted.stack.as_deref());
        if wanted().next().is_none() {
            return Ok(all);
        }
        let stacks = ledger.stack_records().await?;
        let names = wanted().map(|name| whole_name(&stacks, name)).collect::<Result<Vec<&str>>>()?;
        if let Some(unknown) = names.iter().find(|name| !all.iter().any(|drift| drift.name == **name)) {
            return Err(Failure::input(format!("nobody has looked at `{unknown}` for drift"))
                .hint(format!("`gitinfra drift stack/{unknown}` does")));
        }
        Ok(all.into_iter().filter(|drift| names.contains(&drift.name.as_str())).collect())
    }

    async fn rest(&self, _: &Shell, _: &Ledger) -> Result<Vec<String>> {
        Ok(told(self))
    }

    async fn more(&self, _: &Ledger) -> Result<(&'static str, Value)> {
        Ok(("stack", self.name.clone().into()))
    }
}

/// What a look found, as lines.
pub fn told(drift: &Drift) -> Vec<String> {
    let findings = &drift.findings;
    let message = findings.message.iter().flat_map(|message| message.lines()).map(str::to_owned);
    let mut lines: Vec<String> = message.chain(findings.lines.iter().cloned()).collect();
    if findings.ignored > 0 {
        lines.push(format!("{} more differ in what gitinfra.yaml calls noise", findings.ignored));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::types::tests::check_paths;
    use crate::record::{DriftState, Findings};

    #[test]
    fn columns_are_fields() {
        let text = |text: &str| text.to_owned();
        let findings = Findings { ignored: 2, lines: vec![text("a:b:C x is gone")], ..Findings::default() };
        let (name, repository, commit) = (text("net/dev"), text("here"), text("1a2b3c4d"));
        let drift = Drift { name, repository, state: DriftState::Drifted, commit, checked_at: 1, findings };
        check_paths(&drift);
        assert_eq!(told(&drift), ["a:b:C x is gone", "2 more differ in what gitinfra.yaml calls noise"]);
    }
}
