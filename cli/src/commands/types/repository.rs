//! Repositories whose stacks are known, as `get` and `describe` show them.

use serde_json::Value;

use super::{Record, Wanted};
use crate::commands::shell::Shell;
use crate::failure::{Failure, Result, nearest};
use crate::ledger::Ledger;
use crate::record::{Repository, StackRecord};
use crate::text::{age, ago};
use crate::ui::Show::Always;
use crate::ui::{Column, Table};

const COLUMNS: &[Column<Repository>] = &[
    Column { head: "NAME", show: Always, path: "name", cell: |it, _| it.name.clone().into(), detail: None },
    Column { head: "STACKS", show: Always, path: "stacks", cell: |it, _| it.stacks.to_string().into(), detail: None },
    Column {
        head: "RUNNING",
        show: Always,
        path: "running",
        cell: |it, _| it.running.to_string().into(),
        detail: None,
    },
    Column { head: "FAILED", show: Always, path: "failed", cell: |it, _| it.failed.to_string().into(), detail: None },
    Column {
        head: "LAST RUN",
        show: Always,
        path: "lastStartedAt",
        cell: |it, now| it.last_started_at.map(|at| ago(now - at)).into(),
        detail: None,
    },
    Column {
        head: "AGE",
        show: Always,
        path: "createdAt",
        cell: |it, now| age(now - it.created_at).into(),
        detail: None,
    },
];

impl Record for Repository {
    const TABLE: Table<Repository> =
        Table { what: "repositories", name: |it| format!("repository/{}", it.name), columns: COLUMNS };

    async fn list(_: &Shell, ledger: &Ledger, wanted: &Wanted<'_>) -> Result<Vec<Repository>> {
        let stacks = ledger.stack_records().await?;
        let all = ledger.repositories().await?.into_iter().map(|(name, created_at)| {
            let own: Vec<&StackRecord> = stacks.iter().filter(|stack| stack.repository == name).collect();
            Repository::of(name, created_at, &own)
        });
        let mut all: Vec<Repository> = all.collect();
        if let Some(stack) = &wanted.stack {
            all.retain(|it| stacks.iter().any(|known| known.repository == it.name && known.name == *stack));
        }
        if wanted.names.is_empty() {
            return Ok(all);
        }
        wanted.names.iter().map(|name| one(&all, name).cloned()).collect()
    }

    async fn rest(&self, _: &Shell, ledger: &Ledger) -> Result<Vec<String>> {
        let stacks = self.stacks(ledger).await?;
        Ok(std::iter::once("Stacks:".to_owned()).chain(stacks.iter().map(|name| format!("  {name}"))).collect())
    }

    async fn more(&self, ledger: &Ledger) -> Result<(&'static str, Value)> {
        Ok(("stackNames", self.stacks(ledger).await?.into()))
    }
}

impl Repository {
    async fn stacks(&self, ledger: &Ledger) -> Result<Vec<String>> {
        let all = ledger.stack_records().await?;
        Ok(all.into_iter().filter(|stack| stack.repository == self.name).map(|stack| stack.name).collect())
    }
}

/// The repository of a name, or the only one whose name ends so: `net` is `https://git.example.com/team/net`.
fn one<'a>(all: &'a [Repository], name: &str) -> Result<&'a Repository> {
    if let Some(exact) = all.iter().find(|it| it.name == name) {
        return Ok(exact);
    }
    let end = format!("/{name}");
    let ends: Vec<&Repository> =
        all.iter().filter(|it| it.name.trim_end_matches(".git").ends_with(&end) || it.name.ends_with(&end)).collect();
    match ends[..] {
        [one] => Ok(one),
        [] => Err(Failure::input(format!("no repository is called `{name}`"))
            .hint_some(nearest(name, all.iter().map(|it| it.name.as_str())))
            .hint("`gitinfra get repositories` lists them")),
        _ => Err(Failure::input(format!("several repositories end with `/{name}`")).hint("give more of its name")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::types::tests::check_paths;

    fn sample(name: &str) -> Repository {
        Repository::of(name.to_owned(), 1, &[])
    }

    #[test]
    fn columns_are_fields() {
        check_paths(&Repository { last_started_at: Some(1), ..sample("here") });
    }

    #[test]
    fn a_repository_is_found_by_the_end_of_its_name() {
        let all = ["https://a.example/x/net.git", "/srv/y/net2", "/srv/web", "/opt/web"].map(sample);
        let found = |name: &str| one(&all, name).map_or_else(|failure| failure.message, |it| it.name.clone());
        assert_eq!(found("net"), "https://a.example/x/net.git");
        assert_eq!(found("x/net"), "https://a.example/x/net.git");
        assert_eq!(found("/srv/web"), "/srv/web");
        assert_eq!(found("web"), "several repositories end with `/web`");
        assert_eq!(found("et"), "no repository is called `et`");
    }
}
