//! Holds as `get` and `describe` show them.

use serde_json::Value;

use super::stack::whole_name;
use super::{Record, Wanted};
use crate::approval::without_type;
use crate::commands::shell::Shell;
use crate::failure::Result;
use crate::judge;
use crate::ledger::{HoldFilter, Ledger};
use crate::record::{Hold, HoldState};
use crate::text::{age, ago, short, timestamp};
use crate::ui::Show::{Always, Described, Wide};
use crate::ui::{Column, Table};

const COLUMNS: &[Column<Hold>] = &[
    Column { head: "NAME", show: Always, path: "name", cell: |hold, _| hold.name.clone().into(), detail: None },
    Column { head: "STACK", show: Always, path: "stack", cell: |hold, _| hold.stack.clone().into(), detail: None },
    Column {
        head: "COMMIT",
        show: Always,
        path: "commit",
        cell: |hold, _| short(&hold.commit).to_owned().into(),
        detail: Some(|hold, _| Some(hold.commit.clone())),
    },
    Column {
        head: "STATE",
        show: Always,
        path: "state",
        cell: |hold, _| hold.state.word().to_owned().into(),
        detail: Some(|hold, now| Some(state(hold, now))),
    },
    Column { head: "WHY", show: Always, path: "objections", cell: |hold, _| hold.case.whys().into(), detail: None },
    Column { head: "SEAL", show: Always, path: "seal", cell: |hold, _| hold.seal.clone().into(), detail: None },
    Column {
        head: "APPROVALS",
        show: Wide,
        path: "approvals",
        cell: |hold, _| given(hold).into(),
        detail: Some(|hold, _| Some(approvals(hold))),
    },
    Column { head: "RUN", show: Wide, path: "run", cell: |hold, _| hold.run.clone().into(), detail: None },
    Column { head: "BRANCH", show: Wide, path: "branch", cell: |hold, _| hold.branch.clone().into(), detail: None },
    Column {
        head: "REPOSITORY",
        show: Described,
        path: "repository",
        cell: |hold, _| hold.repository.clone().into(),
        detail: None,
    },
    Column {
        head: "AGE",
        show: Always,
        path: "createdAt",
        cell: |hold, now| age(now - hold.created_at).into(),
        detail: Some(|hold, now| Some(format!("{} ({})", timestamp(hold.created_at), ago(now - hold.created_at)))),
    },
];

fn state(hold: &Hold, now: i64) -> String {
    let who = hold.decided_by.as_ref().map(|who| format!(" by {who}")).unwrap_or_default();
    let when = hold.decided_at.map(|at| format!(" {}", ago(now - at))).unwrap_or_default();
    let why = hold.reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    format!("{}{who}{when}{why}", hold.state)
}

fn given(hold: &Hold) -> String {
    format!("{}/{}", judge::given(&hold.approvals, &hold.case.from), hold.case.needed)
}

fn approvals(hold: &Hold) -> String {
    let who = if hold.approvals.is_empty() { "nobody yet".to_owned() } else { hold.approvals.join(", ") };
    let from = if hold.case.from.is_empty() { "anybody".to_owned() } else { hold.case.from.join(", ") };
    format!("{} ({who}; who may: {from})", given(hold))
}

impl Record for Hold {
    const TABLE: Table<Hold> = Table { what: "holds", name: |hold| format!("hold/{}", hold.name), columns: COLUMNS };

    /// Those that are over come only by their names.
    async fn list(_: &Shell, ledger: &Ledger, wanted: &Wanted<'_>) -> Result<Vec<Hold>> {
        if wanted.names.is_empty() {
            let stack = match &wanted.stack {
                Some(name) => Some(whole_name(&ledger.stack_records().await?, name)?.to_owned()),
                None => None,
            };
            let filter = HoldFilter { stack, limit: wanted.limit, ..HoldFilter::default() };
            let mut holds = ledger.holds(&filter).await?;
            holds.retain(|hold| !hold.state.is_over());
            return Ok(holds);
        }
        let mut found = Vec::new();
        for name in &wanted.names {
            found.push(ledger.hold_named(without_type(name)).await?);
        }
        Ok(found)
    }

    async fn rest(&self, _: &Shell, _: &Ledger) -> Result<Vec<String>> {
        Ok(parts(self).into_iter().flat_map(|(head, lines)| part(&head, &lines)).chain(whats_next(self)).collect())
    }

    async fn more(&self, ledger: &Ledger) -> Result<(&'static str, Value)> {
        let plan = ledger.find_seal(&self.seal).await?.map(|sealed| sealed.seal.plan);
        Ok(("changes", serde_json::to_value(plan).unwrap_or_default()))
    }

    fn markdown(&self) -> Option<String> {
        let mut text = format!("### {} is {}: hold/{}\n", self.stack, self.state, self.name);
        for (head, lines) in parts(self) {
            let longest = lines.iter().map(|line| backticks(line)).max().unwrap_or_default();
            let fence = "`".repeat(longest.max(2) + 1);
            text += &format!("\n**{head}**\n\n{fence}text\n{}\n{fence}\n", lines.join("\n"));
        }
        let next: Vec<String> = whats_next(self).collect();
        Some(format!("{text}\n{}\n", next.join("\n\n")))
    }
}

/// The longest run of backticks in a line.
fn backticks(line: &str) -> usize {
    line.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

/// What a person reads before the decision, each part with its heading. An empty one is not there.
fn parts(hold: &Hold) -> Vec<(String, Vec<String>)> {
    let case = &hold.case;
    let objections = case.objections.iter().map(|objection| format!("{}: {}", objection.why.word(), objection.words));
    let nothing = |lines: &[String]| match lines.is_empty() {
        true => vec!["nothing".to_owned()],
        false => lines.to_vec(),
    };
    let mut parts = vec![("Why".to_owned(), objections.collect())];
    if !case.others.is_empty() {
        parts.push(("What is another thing now".to_owned(), case.others.clone()));
    }
    if !case.difference.is_empty() {
        parts.push(("What differs from what was shown".to_owned(), case.difference.clone()));
    }
    if let Some(shown) = &hold.shown_seal {
        parts.push((format!("What seal {shown} showed"), nothing(&case.shown)));
    }
    parts.push(("What would happen now".to_owned(), nothing(&case.now)));
    parts
}

fn part(head: &str, lines: &[String]) -> Vec<String> {
    let indented = lines.iter().flat_map(|line| line.lines()).map(|line| format!("  {line}"));
    std::iter::once(format!("{head}:")).chain(indented).collect()
}

fn whats_next(hold: &Hold) -> impl Iterator<Item = String> {
    let seal = &hold.seal;
    let words = match hold.state {
        HoldState::Held => {
            vec![
                format!(
                    "`gitinfra approve {seal}` allows this and nothing else; then {}.",
                    hold.case.next(&hold.stack)
                ),
                match hold.case.is_aside() {
                    true => format!("`gitinfra reject {seal} --reason WORDS` refuses it; the stack stays as it is."),
                    false => format!(
                        "`gitinfra reject {seal} --reason WORDS` keeps it from that until somebody approves it or a newer commit comes."
                    ),
                },
            ]
        }
        HoldState::Approved => vec![format!("It is allowed: {}.", hold.case.next(&hold.stack))],
        HoldState::Rejected => vec![format!("`gitinfra approve {seal}` ends the refusal, whoever says so.")],
        HoldState::Used | HoldState::Overtaken => Vec::new(),
    };
    words.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::types::tests::check_paths;
    use crate::record::{Case, Objection, Why};

    fn hold() -> Hold {
        let text = |text: &str| text.to_owned();
        Hold {
            name: text("abc"),
            stack: text("net/dev"),
            repository: text("here"),
            branch: text("main"),
            commit: text("1a2b3c4d5e"),
            state: HoldState::Held,
            seal: text("f00d"),
            shown_seal: Some(text("beef")),
            run: text("xyz"),
            approvals: vec![text("ada"), text("eve")],
            decided_by: None,
            reason: None,
            decided_at: None,
            created_at: 1_000,
            case: Case {
                objections: vec![Objection { why: Why::Changed, words: text("it would do other than was shown") }],
                others: vec![text("the stack's state changed")],
                difference: vec![text("a:b:C `````x would be deleted, which was not shown")],
                shown: Vec::new(),
                now: vec![text("- delete a:b:C x")],
                needed: 2,
                from: vec![text("ada")],
                is_reconciling: false,
                is_destroying: false,
                is_rolling_back: false,
                is_before_merge: false,
            },
        }
    }

    #[test]
    fn columns_are_fields() {
        check_paths(&hold());
    }

    #[test]
    fn a_hold_says_why_and_what_then() {
        let described = Hold::TABLE.describe(&hold(), 61_000, crate::ui::Paint::new(false));
        for line in ["State:       held", "Approvals:   1/2 (ada, eve; who may: ada)", "Why:         changed"] {
            assert!(described.contains(line), "{described}");
        }
        let text = hold().markdown().expect("it has a form in Markdown");
        for part in
            ["### net/dev is held: hold/abc", "``````text\n", "**What seal beef showed**\n\n```text\nnothing\n```"]
        {
            assert!(text.contains(part), "{text}");
        }
    }
}
