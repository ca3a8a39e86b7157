//! A pull request on a forge is told what it would change: one comment, a status for each stack, and one for all.

mod answers;
mod comments;
mod crowded;
mod end;
mod found;
mod offer;
mod partly;
mod shown;
mod statuses;
mod up;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::comment::{self, Preview};
use crate::context::Context;
use crate::event::Body;
use crate::failure::{Failure, Kind, Result};
use crate::forge::mark::{Mark, Marks};
use crate::forge::{Forge, Pull, State, Status, Told, Trouble, What};
use crate::ledger::Ledger;
use crate::preview::{Merge, Previewer};
use crate::record::Offer;
use crate::scrub::Scrubber;
use crate::standing;
use crate::text::short;

pub use crowded::Crowded;
pub use found::Found;
pub use partly::ALL;
pub use up::{Stacks, Up};
pub use watch::{Looks, Sides};

/// One that is pushed to all the time is told what it was in the end.
const MOST_MOVES: u32 = 3;

/// Previews pull requests of one repository, and tells its forge.
#[derive(Clone)]
pub struct Reviewer {
    pub previewer: Previewer,
    /// Keeps the seals of what is shown, so that a roll-out is held to it.
    pub ledger: Option<Ledger>,
    pub forge: Arc<dyn Forge>,
    pub marks: Marks,
    /// Knows what must not come into a comment, the token before all.
    pub scrubber: Scrubber,
    /// The commit of a fork that may be run, whole.
    pub trusted: Option<String>,
    /// Whether the forge is told nothing.
    pub dry_run: bool,
    /// What the addresses of a server's pages begin with, if there is one.
    pub page: Option<String>,
    /// Commits that can't be told much more.
    pub crowded: Crowded,
    /// The branch that is rolled out, by a server that reads commands in comments; none where no server does.
    pub branch: Option<String>,
    /// Which stacks somebody wants previewed anew, beside what was previewed of the others; all where none is named.
    pub anew: Vec<String>,
    /// Who has it writes comments: each is read first and then written.
    pub pen: Arc<Mutex<()>>,
}

/// How often a forge is asked whether something was merged that its branch has, and how long it is left to that.
const QUESTIONS: u32 = 5;
const BETWEEN_QUESTIONS: Duration = Duration::from_secs(1);

/// What came of a pull request.
pub struct Reviewed {
    pub pull: Pull,
    /// The commit of the branch that it would be merged into.
    pub base: String,
    pub found: Found,
    /// What it may roll out before its merge.
    pub offer: Option<Offer>,
    /// The comment's parts, without their marks.
    pub texts: Vec<String>,
    /// Of which kind the worst failure was.
    pub worst: Option<Kind>,
}

impl Reviewer {
    /// The same, whose previews end when this is cancelled. What the forge is told is told all the same.
    pub fn until(&self, cancel: &CancellationToken) -> Reviewer {
        let mut reviewer = self.clone();
        reviewer.previewer.context.cancel = cancel.clone();
        reviewer
    }

    /// One pull request, by its number.
    pub async fn review(&self, number: u64) -> Result<Reviewed> {
        let pull = self.forge.pull(number).await?;
        if !pull.is_open {
            return Err(Failure::input(format!("pr/{number} is closed")).hint("there is nothing left to preview"));
        }
        self.review_pull(pull).await
    }

    /// A pull request as the forge told it. Whatever happens, none of its statuses stays pending. One that moves on meanwhile is
    /// previewed again, so that its comment is never about what it was.
    pub async fn review_pull(&self, mut pull: Pull) -> Result<Reviewed> {
        for _ in 1..MOST_MOVES {
            let reviewed = self.begun(&pull).await?;
            let now = if self.dry_run { pull.clone() } else { self.or_give_up(&pull, self.now(&pull).await).await? };
            if (&now.head, &now.base) == (&pull.head, &pull.base) || !now.is_open {
                return self.told(reviewed).await;
            }
            let moved = statuses::one(statuses::SUMMARY, State::Error, &format!("moved on to {}", short(&now.head)));
            self.set(&pull, moved).await?;
            pull = now;
        }
        self.told(self.begun(&pull).await?).await
    }

    /// Says that it is being previewed, and previews it.
    async fn begun(&self, pull: &Pull) -> Result<Reviewed> {
        if !self.dry_run && !self.crowded.has(&pull.head) {
            self.set(pull, statuses::begun()).await?;
        }
        self.or_give_up(pull, self.found(pull.clone()).await).await
    }

    async fn now(&self, pull: &Pull) -> Result<Pull> {
        Ok(self.forge.pull(pull.number).await?)
    }

    async fn told(&self, reviewed: Reviewed) -> Result<Reviewed> {
        if self.dry_run {
            return Ok(reviewed);
        }
        let told = self.tell(&reviewed).await;
        self.or_give_up(&reviewed.pull.clone(), told.map(|()| reviewed)).await
    }

    /// The same; the commit is told of a failure.
    async fn or_give_up<T>(&self, pull: &Pull, done: Result<T>) -> Result<T> {
        if let (Err(failure), false) = (&done, self.dry_run) {
            self.give_up(pull, failure).await;
        }
        done
    }

    /// What a merge would change, or why that can't be found out.
    async fn found(&self, pull: Pull) -> Result<Reviewed> {
        if pull.is_fork && !self.is_trusted(&pull.head).await? {
            let base = self.previewer.mirror.fetch_branch(&pull.base).await?.id;
            return Ok(self.untrusted(pull, base));
        }
        let (base, mut merge) = self.fetch(&pull).await?;
        let before = self.kept(&pull, &base).await?;
        merge.stacks = if before.is_some() { self.anew.clone() } else { Vec::new() };
        let previewed = self.previewer.preview(&merge).await;
        let room = self.forge.abilities().comment;
        Ok(match previewed {
            Ok((mut preview, worst)) => {
                preview.head.clone_from(&pull.branch);
                preview.notes.extend(self.rolls_nothing_out(&pull, &preview));
                if let Some(ledger) = self.ledger.as_ref().filter(|_| !self.dry_run) {
                    ledger.keep_shown(preview.seals(), self.context().now()).await?;
                }
                if let Some(before) = before {
                    preview = partly::replaced(before, preview);
                }
                let offer = self.offers_up(&pull, &preview).await?;
                let texts = comment::parts(&preview, &room).iter().map(|text| self.scrubber.scrub(text)).collect();
                Reviewed {
                    base: preview.base_commit.clone(),
                    found: Found::Previewed(preview),
                    offer,
                    texts,
                    worst,
                    pull,
                }
            }
            // What is wrong with the merge itself is for its author; what is missing here is not.
            Err(failure) if failure.kind == Kind::Input && !failure.is_away => {
                let why = self.scrubber.scrub(&failure.with_hints());
                let texts = vec![comment::refusal(&pull.branch, &pull.base, &why)];
                let found = Found::Refused(self.scrubber.scrub(&failure.message));
                Reviewed { base, found, offer: None, texts, worst: Some(failure.kind), pull }
            }
            Err(failure) => return Err(failure),
        })
    }

    /// That no merge into a branch is rolled out which nobody follows.
    fn rolls_nothing_out(&self, pull: &Pull, preview: &Preview) -> Option<String> {
        let branch = self.branch.as_ref().filter(|branch| **branch != pull.base)?;
        let has_stacks = !preview.stacks.is_empty() || !preview.gone.is_empty();
        has_stacks.then(|| format!("merging this into {} rolls nothing out: only {branch} is rolled out", pull.base))
    }

    /// Whether somebody who may has read a commit of a fork.
    async fn is_trusted(&self, commit: &str) -> Result<bool> {
        match &self.ledger {
            _ if self.trusted.as_deref() == Some(commit) => Ok(true),
            Some(ledger) => ledger.is_trusted(&self.previewer.mirror.source.label, commit).await,
            None => Ok(false),
        }
    }

    /// A stranger's program would run with our credentials.
    fn untrusted(&self, pull: Pull, base: String) -> Reviewed {
        let asks = match &self.branch {
            Some(_) => format!("somebody who may write, and has read it, comments: /gitinfra preview {}", pull.head),
            None => format!("once somebody has read it: gitinfra review pr/{} --trust {}", pull.number, pull.head),
        };
        let why =
            format!("it comes from a fork, whose program would run with the credentials that are here.\nhint: {asks}");
        let texts = vec![comment::refusal(&pull.branch, &pull.base, &why)];
        Reviewed { base, found: Found::Untrusted, offer: None, texts, worst: Some(Kind::Input), pull }
    }

    /// The merge of exactly the commit that the forge told of. A fork's is under a ref of the forge's own. It is fetched already
    /// here: what is out of reach says nothing about the merge.
    pub async fn fetch(&self, pull: &Pull) -> Result<(String, Merge)> {
        let reading = match &self.ledger {
            Some(ledger) => standing::reading(self.context(), ledger, &self.previewer.mirror.source.label).await?,
            None => Default::default(),
        };
        let reference = self.reference(pull)?;
        let (base, head) = self.previewer.mirror.fetch_both(&pull.base, &reference).await?;
        if head.id != pull.head {
            let message = format!("pr/{} moved on to {} meanwhile", pull.number, short(&head.id));
            return Err(Failure::input(message).hint("read what is new, and trust that commit"));
        }
        let (into, head_id, fetched) = (pull.base.clone(), pull.head.clone(), Some((base.clone(), head)));
        Ok((base.id, Merge { base: into, head: head_id, stacks: Vec::new(), reading, fetched }))
    }

    /// Where the head is found: a fork's is under a ref of the forge's own.
    fn reference(&self, pull: &Pull) -> Result<String> {
        if !pull.is_fork {
            return Ok(pull.head.clone());
        }
        let abilities = self.forge.abilities();
        let reference = abilities.head_ref.map(|form| form.replace("{}", &pull.number.to_string()));
        reference.ok_or_else(|| {
            Failure::input(format!("this forge keeps no ref of a fork's {}", abilities.request))
                .hint("push the branch to the repository itself, and open it from there")
        })
    }

    /// Comment first, statuses next, the one for all at the end: whoever waits for it finds the rest.
    async fn tell(&self, reviewed: &Reviewed) -> Result<()> {
        let Reviewed { pull, found, texts, .. } = reviewed;
        if self.has_come(reviewed).await? {
            let (up, stands) = (self.up(pull.number).await?, self.forge.statuses(&pull.head).await?);
            let all = up.statuses().into_iter().chain([up.summary()]);
            for status in all.filter(|status| !self.is_told_so(status, &stands)) {
                self.set(pull, status).await?;
            }
            return Ok(());
        }
        if let Some(ledger) = &self.ledger {
            ledger.keep_pull(&self.record(reviewed), self.context().now()).await?;
        }
        if let Some(preview) = found.preview() {
            self.keep(pull.number, preview).await?;
        }
        let left_over = self.comment(reviewed).await?;
        let up = self.up_of(reviewed).await?;
        let (all, stands) = (up.statuses(), self.forge.statuses(&pull.head).await?);
        self.look_at_room(pull, &stands);
        match found.preview() {
            Some(_) => self.settle(pull, &all, &stands).await?,
            None => self.take_back(pull, &all, &stands).await?,
        }
        for status in all.into_iter().filter(|status| !self.is_told_so(status, &stands)) {
            self.set(pull, status).await?;
        }
        let details = Some(texts.concat()).filter(|_| left_over);
        let summary = Status { details, ..up.summary() };
        match self.crowded.has(&pull.head) && self.is_told_so(&summary, &stands) {
            true => Ok(()),
            false => Ok(self.set(pull, summary).await?),
        }
    }

    /// Whether it was merged while it was previewed: then nothing is left that it would change, and what was shown before stays.
    async fn has_come(&self, reviewed: &Reviewed) -> Result<bool> {
        let (Some(ledger), pull) = (&self.ledger, &reviewed.pull) else {
            return Ok(false);
        };
        let shown = ledger.pull(&self.previewer.mirror.source.label, pull.number).await?;
        let was_shown = shown.is_some_and(|(shown, _)| shown.head == pull.head && !shown.stacks.is_empty());
        if !was_shown || reviewed.found.preview().is_some_and(|preview| !preview.stacks.is_empty()) {
            return Ok(false);
        }
        // A forge may say so a moment after its branch does.
        let questions = if self.previewer.mirror.has(&reviewed.base, &pull.head).await? { QUESTIONS } else { 1 };
        for question in 1..=questions {
            if !self.now(pull).await?.is_open {
                return Ok(true);
            }
            if question < questions {
                tokio::time::sleep(BETWEEN_QUESTIONS).await;
            }
        }
        Ok(false)
    }

    /// Statuses of an earlier preview that this one says nothing of: what stacks have nothing to do with the change any more.
    async fn settle(&self, pull: &Pull, now: &[Status], stands: &[Told]) -> Result<(), Trouble> {
        for told in self.others(now, stands) {
            let status = statuses::one(&told.name, State::Success, "not touched any more");
            if !self.is_told_so(&status, stands) {
                self.set(pull, status).await?;
            }
        }
        Ok(())
    }

    /// Statuses of stacks that nothing is said of now.
    fn others<'t>(&self, now: &[Status], stands: &'t [Told]) -> impl Iterator<Item = &'t Told> {
        let most = self.forge.abilities().status_name;
        let names: Vec<String> = now.iter().map(|status| crate::forge::fitting(&status.name, most)).collect();
        stands.iter().filter(move |told| told.name.starts_with(statuses::OF_STACKS) && !names.contains(&told.name))
    }

    /// Where nothing was previewed, nothing is known of what stacks have to do with the change: what an earlier preview found good is
    /// not known to be so any more.
    async fn take_back(&self, pull: &Pull, now: &[Status], stands: &[Told]) -> Result<(), Trouble> {
        for told in self.others(now, stands) {
            if matches!(told.state, State::Success | State::Pending) {
                self.set(pull, statuses::one(&told.name, State::Error, statuses::TAKEN_BACK)).await?;
            }
        }
        Ok(())
    }

    /// Whether a commit was told the very same already. GitHub takes so many statuses of a name, and no more.
    fn is_told_so(&self, status: &Status, stands: &[Told]) -> bool {
        let abilities = self.forge.abilities();
        let words = crate::forge::line(&self.scrubber.scrub(&status.words), abilities.status_words);
        let name = crate::forge::fitting(&status.name, abilities.status_name);
        stands.iter().any(|told| (&told.name, told.state, &told.words) == (&name, status.state, &words))
    }

    /// A commit is told that it is being previewed, so that it is previewed anew whatever it was told before.
    pub async fn tell_begun(&self, pull: &Pull) -> Result<()> {
        Ok(self.send(pull, statuses::begun()).await?)
    }

    /// A pull request whose preview will not come: its commit does not wait for it.
    pub async fn end_pending(&self, number: u64, why: &str) -> Result<()> {
        let pull = self.forge.pull(number).await?;
        let stands = self.forge.statuses(&pull.head).await?;
        let waits = stands.iter().any(|told| told.name == statuses::SUMMARY && told.state == State::Pending);
        match waits && !self.dry_run {
            true => Ok(self.set(&pull, statuses::one(statuses::SUMMARY, State::Error, why)).await?),
            false => Ok(()),
        }
    }

    /// After a failure of ours: the commit is told so, as far as the forge can be reached.
    async fn give_up(&self, pull: &Pull, failure: &Failure) {
        let words = match failure.kind {
            Kind::Cancelled => "stopped before it was done".to_owned(),
            _ => failure.message.clone(),
        };
        let status = statuses::one(statuses::SUMMARY, State::Error, &words);
        if let Err(trouble) = self.set(pull, status).await {
            let message = format!("pr/{}: its status stays pending: {}", pull.number, trouble.failure);
            self.context().tell(None, Body::Note { message });
        }
    }

    /// What came of one, as data.
    pub fn json(&self, reviewed: &Reviewed) -> Value {
        let Reviewed { pull, base, found, texts, .. } = reviewed;
        let mut value = json!({
            "pullRequest": pull.number,
            "url": pull.url,
            "headCommit": pull.head,
            "baseCommit": base,
            "state": found.word(),
            "message": found.words(),
            "comments": texts,
            "preview": found.preview(),
        });
        self.scrubber.scrub_json(&mut value);
        value
    }

    /// Sets a status. Where there is no room for another one, the comment says it all the same.
    async fn set(&self, pull: &Pull, status: Status) -> Result<(), Trouble> {
        match self.send(pull, status).await {
            Err(trouble) if trouble.what == What::Full => {
                self.no_room(pull, &trouble);
                Ok(())
            }
            sent => sent,
        }
    }

    /// Sends a status, without anything secret in its words.
    async fn send(&self, pull: &Pull, status: Status) -> Result<(), Trouble> {
        let words = self.scrubber.scrub(&status.words);
        let url = self.link(pull.number).unwrap_or_else(|| pull.url.clone());
        self.forge.set_status(&Pull { url, ..pull.clone() }, &Status { words, ..status }).await
    }

    /// Where a server shows all of a pull request.
    fn link(&self, number: u64) -> Option<String> {
        self.page.as_deref().map(|base| shown::link(base, self.forge.repository(), number))
    }

    fn context(&self) -> &Context {
        &self.previewer.context
    }

    /// What one part of a comment is about.
    fn mark(&self, reviewed: &Reviewed, part: usize, parts: usize) -> Mark {
        let Reviewed { pull, base, found, .. } = reviewed;
        Mark {
            pull: self.key(pull.number),
            part,
            parts,
            head: pull.head.clone(),
            base: base.clone(),
            state: found.word().to_owned(),
        }
    }

    fn key(&self, number: u64) -> String {
        format!("{}#{number}", self.forge.repository())
    }
}

#[cfg(test)]
mod tests;
