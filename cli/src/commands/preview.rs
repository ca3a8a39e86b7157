//! `gitinfra preview`: what a merge would change, without changing anything.

use clap::{Args as Arguments, ValueEnum};

use super::shell::Shell;
use super::{EXIT_CODES, Source, Verb};
use crate::comment::comment;
use crate::failure::{Kind, Result};
use crate::preview::{Merge, Previewer};

/// Preview what a merge would change, as the Markdown of a pull request's comment
#[derive(Debug, Arguments)]
#[command(after_help = EXIT_CODES)]
pub struct Preview {
    #[command(flatten)]
    source: Source,
    /// The branch that would receive the merge
    #[arg(long, value_name = "NAME", default_value = "main")]
    base: String,
    /// What would be merged: a branch, a tag, a commit or any other ref
    #[arg(long, value_name = "REF", default_value = "HEAD")]
    head: String,
    /// Only this stack, as PROJECT/STACK or STACK; may be given several times
    #[arg(long = "stack", value_name = "NAME")]
    stacks: Vec<String>,
    /// What to print
    #[arg(short, long, value_name = "FORMAT", default_value = "markdown")]
    output: Report,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Report {
    Markdown,
    Json,
}

impl Verb for Preview {
    async fn run(&self, shell: &Shell) -> Result<u8> {
        shell.listen();
        let previewer = Previewer {
            context: shell.context.clone(),
            mirror: shell.mirror(&self.source).await?,
            environment: shell.engine_environment(&self.source),
        };
        let merge = Merge { base: self.base.clone(), head: self.head.clone(), stacks: self.stacks.clone() };
        let (preview, worst) = previewer.preview(&merge).await?;
        match self.output {
            Report::Markdown => shell.ui.data(&comment(&preview)),
            Report::Json => shell.ui.data(&shell.ui.json(&preview)?),
        }
        Ok(worst.map_or(0, Kind::exit_code))
    }
}
