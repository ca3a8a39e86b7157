//! `gitinfra serve`: a server that watches repositories, tells their pull requests, and rolls out what is merged.

use std::path::PathBuf;

use clap::Args as Arguments;

use super::afar::Served;
use super::shell::Shell;
use super::{EXIT_CODES, Reach, Verb};
use crate::failure::Result;
use crate::server::Server;
use crate::ui::{Events, Stream};

const ABOUT: &str = "\
Watch repositories: review their pull requests, and roll out what is merged

It takes webhooks, and looks by itself as well, so that it needs none. What is to be done is kept in the ledger, so that \
a restart loses nothing. It stops in order on Ctrl-C and SIGTERM: what is under way ends, what waits stays. On SIGHUP it reads the configuration and its secrets anew: what changed begins \
anew, a faulty configuration is refused, and no roll-out is cut.

Secrets are files that the configuration names, never values in it.";

/// Watch repositories: review their pull requests, and roll out what is merged
#[derive(Debug, Arguments)]
#[command(long_about = ABOUT, after_help = EXIT_CODES)]
pub struct Serve {
    /// The file that says which repositories are watched, and who may do what
    #[arg(long, value_name = "FILE", env = "GITINFRA_SERVE_CONFIG")]
    config: PathBuf,
    /// text, or json: one object a line for everything that happens
    #[arg(short, long, value_name = "FORMAT", default_value = "json")]
    output: Stream,
}

impl Verb for Serve {
    fn reach(&self) -> Reach {
        Reach::Alone
    }

    fn events(&self) -> Events {
        self.output.into()
    }

    fn is_server(&self) -> bool {
        true
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        let asked = shell.listen_as_server();
        let file = shell.context.cwd.join(&self.config);
        let server = Server::open(shell.context.clone(), shell.ledger().await?, file, Box::new(Served)).await?;
        server.run(asked).await.map(|()| 0)
    }
}
