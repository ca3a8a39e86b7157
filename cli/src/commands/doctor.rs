//! `gitinfra doctor`: what is wrong here, and what to do about it.

use clap::Args as Arguments;

use super::shell::Shell;
use super::{Reach, Verb};
use crate::doctor::{Finding, Verdict, examine};
use crate::environment::for_engine;
use crate::failure::{Kind, Result};
use crate::ui::{Stream, Tone};

/// Look for what is wrong on this machine, and say what to do about it
#[derive(Debug, Arguments)]
pub struct Doctor {
    /// An environment variable that the engine may see besides the usual ones; may be given several times
    #[arg(long = "pass-env", value_name = "NAME")]
    pass_env: Vec<String>,
    /// text, or json
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    output: Stream,
}

impl Verb for Doctor {
    fn reach(&self) -> Reach {
        Reach::Alone
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        let environment = for_engine(&shell.context.environment, &self.pass_env, &shell.context.cwd);
        let findings = examine(&shell.context, &environment, shell.ledger().await).await;
        match self.output {
            Stream::Json => shell.ui.data(&shell.ui.json(&findings)?),
            Stream::Text => findings.iter().for_each(|finding| shell.ui.data(&lines(shell, finding))),
        }
        let is_failed = findings.iter().any(|finding| finding.verdict == Verdict::Failed);
        Ok(if is_failed { Kind::Setup.exit_code() } else { 0 })
    }
}

fn lines(shell: &Shell, finding: &Finding) -> String {
    let paint = shell.ui.paint;
    let word = format!("{:<8}", finding.verdict.word());
    let word = match finding.verdict {
        Verdict::Ok => paint.tone(Tone::Good, &word),
        Verdict::Warning => paint.tone(Tone::Note, &word),
        Verdict::Failed => paint.tone(Tone::Bad, &word),
    };
    let message = finding.message.replace('\n', "\n                       ");
    let hints: String = finding.hints.iter().map(|hint| format!("\n                       hint: {hint}")).collect();
    format!("{word}  {:<12} {message}{hints}", finding.check)
}
