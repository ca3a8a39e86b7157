//! Which Slack workspaces the account may use.

use pulumi_plugin::{Error, Function, Property, Result};

use crate::aws::{Aws, Doing as _};
use crate::chatbot::place;

/// The inputs of getSlackWorkspaces.
#[derive(Debug, Clone, PartialEq, Default, Property)]
pub struct GetSlackWorkspacesInputs {}

/// The Slack workspaces that somebody has authorised for the account, in the console.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct GetSlackWorkspacesResult {
    /// The workspaces, by name.
    pub workspaces: Vec<SlackWorkspace>,
}

/// A Slack workspace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct SlackWorkspace {
    /// The workspace's name.
    pub slack_team_name: String,
    /// The workspace's id, such as `T07EA123LEP`.
    pub slack_workspace_id: String,
    /// The state: `ENABLED`, or `DISABLED`.
    pub state: String,
}

/// The function getSlackWorkspaces.
pub struct GetSlackWorkspaces;

impl Function for GetSlackWorkspaces {
    const TOKEN: &'static str = "gitinfra:chatbot:getSlackWorkspaces";
    const DOC: &'static str = "The Slack workspaces that somebody has authorised for the account, in the console.";
    type Session = Aws;
    type Inputs = GetSlackWorkspacesInputs;
    type Outputs = GetSlackWorkspacesResult;

    async fn call(aws: &Aws, _: &GetSlackWorkspacesInputs) -> Result<GetSlackWorkspacesResult> {
        Ok(GetSlackWorkspacesResult { workspaces: workspaces(&place::near(aws)).await? })
    }
}

/// How somebody authorises a workspace.
pub(crate) const HOW: &str = "authorise it once in the console, https://us-east-2.console.aws.amazon.com/chatbot: Configure a chat client, Slack";

/// Refuses a workspace that nobody has authorised for the account.
pub(super) async fn authorised(aws: &Aws, team: &str) -> Result<()> {
    unauthorised(aws, team).await?.map_or(Ok(()), |why| Err(Error::new(why).hint(HOW)))
}

/// Why the account may not use a workspace, if it may not.
pub(crate) async fn unauthorised(aws: &Aws, team: &str) -> Result<Option<String>> {
    let all = workspaces(&place::near(aws)).await?;
    if all.iter().any(|workspace| workspace.slack_workspace_id == team) {
        return Ok(None);
    }
    let known: Vec<_> = all.iter().map(|it| format!("{} ({})", it.slack_workspace_id, it.slack_team_name)).collect();
    let known = if known.is_empty() { "none is".to_owned() } else { format!("there are {}", known.join(", ")) };
    Ok(Some(format!("the account is not authorised for Slack workspace `{team}`; {known}")))
}

/// All workspaces, sorted by name.
async fn workspaces(aws: &Aws) -> Result<Vec<SlackWorkspace>> {
    let pages = aws.chatbot().describe_slack_workspaces().into_paginator().send();
    let pages = pages.collect::<Result<Vec<_>, _>>().await.doing("reading the Slack workspaces", "")?;
    let all = pages.into_iter().flat_map(|page| page.slack_workspaces.unwrap_or_default());
    let mut all: Vec<_> = all
        .map(|told| SlackWorkspace {
            slack_team_name: told.slack_team_name,
            slack_workspace_id: told.slack_team_id,
            state: told.state.unwrap_or_else(|| "ENABLED".to_owned()),
        })
        .collect();
    all.sort();
    Ok(all)
}
