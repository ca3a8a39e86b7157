//! `gitinfra draw`: a picture of what stands.

use std::io::Read as _;

use clap::{Args as Arguments, ValueEnum};
use serde_json::Value;

use super::Verb;
use super::shell::Shell;
use super::types::stack::the_one;
use crate::draw;
use crate::environment::for_engine;
use crate::failure::{Failure, Result};
use crate::picture::{self, About};

const EXAMPLES: &str = "\
Examples:
  gitinfra draw stack/web/prod > web.html
  pulumi stack export | gitinfra draw --state - -o svg > web.svg";

/// Draw a picture of what stands, from a stack's state
#[derive(Debug, Arguments)]
#[command(after_help = EXAMPLES)]
pub struct Draw {
    /// The stack, as stack/PROJECT/STACK
    #[arg(value_name = "STACK", required_unless_present = "state")]
    name: Option<String>,
    /// Its repository, where several have it
    #[arg(long, value_name = "PATH|URL")]
    repo: Option<String>,
    /// Draw the state in this file, as `pulumi stack export` writes it; - reads standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "repo"])]
    state: Option<String>,
    /// What to print: html, a page by itself; svg; or mermaid, for Markdown
    #[arg(short, long, value_name = "FORMAT", default_value = "html")]
    output: Form,
    /// An environment variable that Pulumi may see besides the usual ones; may be given several times
    #[arg(long = "pass-env", value_name = "NAME")]
    pass_env: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Html,
    Svg,
    Mermaid,
}

impl Verb for Draw {
    async fn run(&self, shell: &Shell) -> Result<u8> {
        let (state, about) = match (&self.state, &self.name) {
            (Some(file), _) => (read(shell, file)?, About::default()),
            (None, name) => self.of_stack(shell, name.as_deref().unwrap_or_default()).await?,
        };
        let form = match self.output {
            Form::Html => picture::Form::Html,
            Form::Svg => picture::Form::Svg,
            Form::Mermaid => picture::Form::Mermaid,
        };
        let picture = picture::draw(&state, &about, form).ok_or_else(|| {
            Failure::input("this is no exported state: it has no `deployment`").hint("`pulumi stack export` writes one")
        })?;
        shell.ui.data(&picture);
        Ok(0)
    }
}

impl Draw {
    async fn of_stack(&self, shell: &Shell, name: &str) -> Result<(Value, About)> {
        let ledger = shell.ledger().await?;
        let all = ledger.stack_records().await?;
        let record = the_one(&all, name, shell.label(self.repo.as_ref(), &all).as_deref())?;
        let environment = for_engine(&shell.context.environment, &self.pass_env, &shell.context.cwd);
        Ok((draw::state(record, &environment).await?, draw::about(record, &ledger).await?))
    }
}

fn read(shell: &Shell, file: &str) -> Result<Value> {
    let mut text = String::new();
    let read = match file {
        "-" => std::io::stdin().read_to_string(&mut text).map(drop),
        file => std::fs::read_to_string(shell.context.cwd.join(file)).map(|read| text = read),
    };
    read.map_err(|error| Failure::input(format!("reading {file}: {error}")))?;
    serde_json::from_str(&text).map_err(|error| {
        Failure::input(format!("{file} is no JSON: {error}")).hint("`pulumi stack export` writes the state as JSON")
    })
}
