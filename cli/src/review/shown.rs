//! What a pull request is told, as a server's page shows it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::found::in_words;
use super::{Reviewed, Reviewer};
use crate::comment::StackPreview;
use crate::record::{PullRecord, PullStack};

impl Reviewer {
    /// What came of one, without anything secret.
    pub(super) fn record(&self, reviewed: &Reviewed) -> PullRecord {
        let Reviewed { pull, base, found, offer, .. } = reviewed;
        let text = |text: &str| self.scrubber.scrub(text);
        let one = |stack: &StackPreview| PullStack {
            name: stack.name.clone(),
            reason: text(&stack.reason),
            words: in_words(std::iter::once(&stack.changes)),
            failure: stack.failure.as_deref().map(text),
            objections: stack.objections.iter().map(|objection| text(objection)).collect(),
            seal: stack.seal.as_ref().map(crate::seal::Seal::id),
        };
        let preview = found.preview();
        PullRecord {
            repository: self.previewer.mirror.source.label.clone(),
            number: pull.number,
            title: text(&pull.title),
            url: pull.url.clone(),
            branch: text(&pull.branch),
            base: pull.base.clone(),
            head: pull.head.clone(),
            base_commit: base.clone(),
            state: found.word().to_owned(),
            words: text(&found.words()),
            stacks: preview.map(|preview| preview.stacks.iter().map(one).collect()).unwrap_or_default(),
            gone: preview.map(|preview| preview.gone.clone()).unwrap_or_default(),
            untouched: preview.map(|preview| preview.untouched.len()).unwrap_or_default(),
            offer: offer.clone(),
            end: None,
        }
    }
}

/// The address of a run's or a hold's page, by `run/NAME` or `hold/NAME`.
pub(super) fn link_to(base: &str, at: &str) -> String {
    format!("{}/{at}", base.trim_end_matches('/'))
}

/// The address of a pull request's page. What is in a path and would mean something in an address or in Markdown is encoded.
pub(super) fn link(base: &str, repository: &str, number: u64) -> String {
    const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'/');
    format!("{}/pull/{}/{number}", base.trim_end_matches('/'), utf8_percent_encode(repository, PLAIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_one_whatever_a_repository_is_called() {
        assert_eq!(
            link("https://infra.example/", "acme/infra.web_1", 7),
            "https://infra.example/pull/acme/infra.web_1/7"
        );
        assert_eq!(link("https://i.example", "a/b) [x](y", 7), "https://i.example/pull/a/b%29%20%5Bx%5D%28y/7");
    }
}
