//! That a command may roll a pull request out before its merge, where `gitinfra.yaml` at its base says so.

use super::Reviewer;
use crate::comment::Preview;
use crate::config::{self, Config};
use crate::failure::Result;
use crate::forge::Pull;
use crate::text::{list, short};

impl Reviewer {
    /// What to write for that, as a note of the preview. Only a server reads commands.
    pub(super) async fn offers_up(&self, pull: &Pull, preview: &Preview) -> Result<Option<String>> {
        if self.branch.as_ref() != Some(&pull.base) {
            return Ok(None);
        }
        let mirror = &self.previewer.mirror;
        let config = Config::read(&mirror.file(&preview.base_commit, config::FILE)?.unwrap_or_default())?;
        let is_current = mirror.has(&preview.head_commit, &preview.base_commit).await?;
        Ok(offer(pull, preview, &config, is_current))
    }
}

/// `is_current` says that the head has all of its base.
fn offer(pull: &Pull, preview: &Preview, config: &Config, is_current: bool) -> Option<String> {
    let stacks = preview.stacks.iter().filter(|stack| stack.failure.is_none() && config.is_by_command(&stack.name));
    let names: Vec<&str> = stacks.map(|stack| stack.name.as_str()).collect();
    let head = if pull.is_fork { &pull.head } else { short(&pull.head) };
    let (names, base) = (Some(list(&names, 5)).filter(|_| !names.is_empty())?, &pull.base);
    Some(match is_current {
        true => format!("a comment with /gitinfra up {head} rolls {names} out before the merge"),
        false => format!("once {base} is merged into it, /gitinfra up rolls {names} out before the merge"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comment::StackPreview;

    #[test]
    fn what_may_be_rolled_out_before_the_merge_is_offered() {
        let stack = |name: &str, failure: Option<&str>| StackPreview {
            name: name.to_owned(),
            reason: String::new(),
            failure: failure.map(str::to_owned),
            changes: Default::default(),
            objections: Vec::new(),
            seal: None,
        };
        let preview = Preview {
            base: "main".to_owned(),
            base_commit: "b".to_owned(),
            head: "change".to_owned(),
            head_commit: "h".to_owned(),
            stacks: vec![stack("net/dev", None), stack("web/dev", None), stack("old/dev", Some("no"))],
            untouched: Vec::new(),
            gone: Vec::new(),
            notes: Vec::new(),
        };
        let pull = Pull { head: "9f31c2a000".to_owned(), base: "main".to_owned(), ..Pull::sample(7) };
        let said = |pull: &Pull, text: &str, is_current| {
            offer(pull, &preview, &Config::read(text).expect("a configuration"), is_current).unwrap_or_default()
        };
        let all = "apply: command";
        assert_eq!(
            said(&pull, all, true),
            "a comment with /gitinfra up 9f31c2a rolls net/dev, web/dev out before the merge"
        );
        let web = "rules: [{stacks: ['web/*'], apply: command}]";
        assert!(said(&pull, web, false).starts_with("once main is merged into it, /gitinfra up rolls web/dev out"));
        assert!(said(&Pull { is_fork: true, ..pull.clone() }, web, true).contains("up 9f31c2a000 rolls"));
        assert_eq!(said(&pull, "", true), "");
    }
}
