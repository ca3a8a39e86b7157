//! Locks that people took, as `get` and `describe` show them.

use serde_json::Value;

use super::stack::whole_name;
use super::{Record, Wanted};
use crate::commands::shell::Shell;
use crate::failure::{Failure, Result};
use crate::ledger::Ledger;
use crate::record::Lock;
use crate::text::{age, timestamp};
use crate::ui::Show::{Always, Wide};
use crate::ui::{Column, Table};

const COLUMNS: &[Column<Lock>] = &[
    Column { head: "NAME", show: Always, path: "name", cell: |lock, _| lock.name.clone().into(), detail: None },
    Column { head: "OWNER", show: Always, path: "owner", cell: |lock, _| lock.owner.clone().into(), detail: None },
    Column {
        head: "LEFT",
        show: Always,
        path: "until",
        cell: |lock, now| age(lock.until - now).into(),
        detail: Some(|lock, now| Some(format!("{} (until {})", age(lock.until - now), timestamp(lock.until)))),
    },
    Column { head: "REASON", show: Always, path: "reason", cell: |lock, _| lock.reason.clone().into(), detail: None },
    Column {
        head: "REPOSITORY",
        show: Wide,
        path: "repository",
        cell: |lock, _| lock.repository.clone().into(),
        detail: None,
    },
    Column {
        head: "AGE",
        show: Always,
        path: "createdAt",
        cell: |lock, now| age(now - lock.created_at).into(),
        detail: None,
    },
];

impl Record for Lock {
    const TABLE: Table<Lock> = Table { what: "locks", name: |lock| format!("lock/{}", lock.name), columns: COLUMNS };

    async fn list(_: &Shell, ledger: &Ledger, wanted: &Wanted<'_>) -> Result<Vec<Lock>> {
        let all = ledger.locks().await?;
        let wanted = || wanted.names.iter().copied().chain(wanted.stack.as_deref());
        if wanted().next().is_none() {
            return Ok(all);
        }
        let stacks = ledger.stack_records().await?;
        let names = wanted().map(|name| whole_name(&stacks, name)).collect::<Result<Vec<&str>>>()?;
        if let Some(free) = names.iter().find(|name| !all.iter().any(|lock| lock.name == **name)) {
            return Err(
                Failure::input(format!("nobody has a lock on `{free}`")).hint("`gitinfra get locks` lists them")
            );
        }
        Ok(all.into_iter().filter(|lock| names.contains(&lock.name.as_str())).collect())
    }

    async fn rest(&self, _: &Shell, _: &Ledger) -> Result<Vec<String>> {
        Ok(vec![format!("`gitinfra unlock stack/{}` gives it back.", self.name)])
    }

    async fn more(&self, _: &Ledger) -> Result<(&'static str, Value)> {
        Ok(("stack", self.name.clone().into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::types::tests::check_paths;

    #[test]
    fn columns_are_fields() {
        check_paths(&Lock::sample("ada"));
    }
}
