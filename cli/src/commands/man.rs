//! `gitinfra man`: the manual's pages, out of the same declaration as the help.

use std::path::PathBuf;

use clap::{Args as Arguments, Command};
use clap_mangen::Man as Page;

use super::init::write;
use super::shell::Shell;
use super::{Args, Reach, Verb, reference};
use crate::failure::{Failure, Result, nearest};

/// Print a page of the manual, or write all of them into a folder
#[derive(Debug, Arguments)]
pub struct Man {
    /// The verb that the page is about; gitinfra itself when there is none
    #[arg(value_name = "VERB", conflicts_with_all = ["dir", "markdown"])]
    verb: Option<String>,
    /// Write every page into this folder, such as ~/.local/share/man/man1
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Print every verb with its options as Markdown
    #[arg(long, conflicts_with = "dir")]
    markdown: bool,
}

impl Verb for Man {
    fn reach(&self) -> Reach {
        Reach::Alone
    }

    async fn run(&self, shell: &Shell) -> Result<u8> {
        if self.markdown {
            shell.ui.data(&reference::markdown());
            return Ok(0);
        }
        let pages = pages();
        if let Some(dir) = &self.dir {
            let dir = shell.context.cwd.join(dir);
            for (name, command) in &pages {
                write(&dir.join(format!("{name}.1")), &render(command)?)?;
            }
            shell.ui.talk(&format!("{} pages written to {}", pages.len(), dir.display()));
            return Ok(0);
        }
        let wanted = self.verb.as_ref().map_or_else(|| "gitinfra".to_owned(), |verb| format!("gitinfra-{verb}"));
        let page = pages.iter().find(|(name, _)| *name == wanted);
        let (_, command) = page.ok_or_else(|| {
            let verb = self.verb.as_deref().unwrap_or_default();
            Failure::input(format!("there is no verb `{verb}`"))
                .hint_some(nearest(verb, pages.iter().filter_map(|(name, _)| name.strip_prefix("gitinfra-"))))
        })?;
        shell.ui.data(&String::from_utf8_lossy(&render(command)?));
        Ok(0)
    }
}

/// The program's page and each verb's, by their names.
fn pages() -> Vec<(String, Command)> {
    let mut root = Args::declaration().disable_help_subcommand(true);
    root.build();
    let of_verb = |verb: &Command| {
        let name = format!("gitinfra-{}", verb.get_name());
        (name.clone(), verb.clone().display_name(name))
    };
    let verbs: Vec<(String, Command)> =
        root.get_subcommands().filter(|verb| !verb.is_hide_set()).map(of_verb).collect();
    std::iter::once(("gitinfra".to_owned(), root.clone())).chain(verbs).collect()
}

fn render(command: &Command) -> Result<Vec<u8>> {
    let mut page = Vec::new();
    let rendered = Page::new(command.clone()).render(&mut page);
    rendered.map(|()| page).map_err(|error| Failure::bug(format!("writing a page of the manual: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_has_a_page() {
        let pages = pages();
        assert!(pages.len() > 15, "{}", pages.len());
        for (name, command) in pages {
            let page = String::from_utf8(render(&command).expect("a page")).expect("text");
            assert!(page.contains(".SH SYNOPSIS"), "{name}: {page}");
        }
    }
}
