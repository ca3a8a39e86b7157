//! That a command may roll a pull request out before its merge, where `gitinfra.yaml` at its base says so.

use super::Reviewer;
use crate::comment::Preview;
use crate::config::Config;
use crate::failure::Result;
use crate::forge::Pull;
use crate::record::Offer;
use crate::text::short;

impl Reviewer {
    /// What it may roll out. Only a server reads commands.
    pub(super) async fn offers_up(&self, pull: &Pull, preview: &Preview) -> Result<Option<Offer>> {
        if self.branch.as_ref() != Some(&pull.base) {
            return Ok(None);
        }
        let mirror = &self.previewer.mirror;
        let config = mirror.config(&preview.base_commit)?;
        let is_current = mirror.has(&preview.head_commit, &preview.base_commit).await?;
        Ok(offer(pull, preview, &config, is_current))
    }
}

/// `is_current` says that the head has all of its base.
fn offer(pull: &Pull, preview: &Preview, config: &Config, is_current: bool) -> Option<Offer> {
    let stacks = preview.stacks.iter().filter(|stack| stack.failure.is_none() && config.is_by_command(&stack.name));
    let stacks: Vec<String> = stacks.map(|stack| stack.name.clone()).collect();
    let head = if pull.is_fork { &pull.head } else { short(&pull.head) }.to_owned();
    (!stacks.is_empty()).then_some(Offer { head, stacks, is_current })
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
        let said = |pull: &Pull, text: &str| {
            let offer = offer(pull, &preview, &Config::read(text).expect("a configuration"), true);
            offer.map(|offer| format!("{} {}", offer.head, offer.stacks.join(" "))).unwrap_or_default()
        };
        assert_eq!(said(&pull, "apply: command"), "9f31c2a net/dev web/dev");
        let web = "rules: [{stacks: ['web/*'], apply: command}]";
        assert_eq!(said(&pull, web), "9f31c2a web/dev");
        assert_eq!(said(&Pull { is_fork: true, ..pull.clone() }, web), "9f31c2a000 web/dev");
        assert_eq!(said(&pull, ""), "");
    }
}
