//! `gitinfra api-resources`: the types that there are, and what can be done with them.

use clap::Args as Arguments;

use super::shell::Shell;
use super::types::Type;
use super::{Reach, Verb};
use crate::failure::Result;
use crate::ui::aligned;

/// List the types that `get` and its like know
#[derive(Debug, Arguments)]
#[command(name = "api-resources")]
pub struct ApiResources {
    /// A table without its line of headings
    #[arg(long)]
    no_headers: bool,
    /// How to print: name, or wide with the verbs [default: a table]
    #[arg(short, long, value_name = "FORMAT", value_parser = ["name", "wide"])]
    output: Option<String>,
}

impl Verb for ApiResources {
    fn reach(&self) -> Reach {
        Reach::Alone
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        let format = self.output.as_deref();
        if format == Some("name") {
            let names: Vec<&str> = Type::ALL.iter().map(|kind| kind.names()[0]).collect();
            shell.ui.data(&names.join("\n"));
            return Ok(0);
        }
        let row = |cells: [&str; 4]| {
            cells[..if format == Some("wide") { 4 } else { 3 }].iter().map(|cell| (*cell).to_owned()).collect()
        };
        let mut rows: Vec<Vec<String>> = Vec::new();
        if !self.no_headers {
            rows.push(row(["NAME", "SHORTNAMES", "KIND", "VERBS"]));
        }
        for kind in Type::ALL.iter().copied() {
            let [plural, _, short] = kind.names();
            rows.push(row([plural, short, kind.kind(), kind.verbs()]));
        }
        shell.ui.data(&aligned(&rows));
        Ok(0)
    }
}
