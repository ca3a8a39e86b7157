//! Follows a branch: looks at its head, decides which stacks have to be rolled out, and rolls them out side by side.

mod due;
mod look;
mod readers;
mod schedule;
mod side_by_side;
mod tagged;
mod tally;
mod untried;
mod upstream;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::config::{self, Config};
use crate::context::{Context, Trouble};
use crate::environment::Environment;
use crate::event::Body;
use crate::failure::{Failure, Kind, Result};
use crate::git::{Commit, Mirror};
use crate::ledger::{AllKnown, Ledger};
use crate::repo::path::{is_within, shown};
use crate::repo::{self, Found, Listing, Stack};
use crate::scrub::Scrubber;
use crate::tags::Tag;
use crate::text;

pub use tally::Tally;
pub use untried::Untried;

/// How often a pass begins anew because others roll out the same stacks.
const MOST_PASSES: u32 = 5;

/// A branch that is followed.
pub struct Follow {
    pub context: Context,
    pub mirror: Arc<Mirror>,
    pub ledger: Ledger,
    /// The environment that the engine sees.
    pub environment: Environment,
    pub scrubber: Scrubber,
    pub wishes: Wishes,
    /// The head of the pass before, with the tags where they matter: what was said of them needs no words again.
    pub seen: Option<String>,
    /// What was told of stacks that can't be tried.
    pub untried: Untried,
}

/// What a user may choose.
pub struct Wishes {
    pub branch: String,
    /// Only these stacks, as `PROJECT/STACK` or `STACK`; all when there is none.
    pub stacks: Vec<String>,
    /// Roll them out also when they are up to date.
    pub force: bool,
    /// Look anew at what is held.
    pub retry: bool,
    /// How many stacks roll out side by side at most.
    pub jobs: usize,
    /// How many runs of a stack the ledger keeps.
    pub keep_runs: u32,
    /// Only say what would be rolled out.
    pub dry_run: bool,
    /// While watching, how often it looks: a stack that failed rests for some looks.
    pub interval: Option<Duration>,
}

impl Wishes {
    /// Whether what is held is looked at anew.
    fn look_anew(&self) -> bool {
        self.force || self.retry
    }
}

/// The stacks of a commit, with what declares them.
struct Declared {
    found: Found,
    config: Config,
    listing: Listing,
}

impl Follow {
    /// Looks again and again until it is cancelled. It outlives a network that is away and a file that is broken, since the
    /// next commit may mend it; the same failure is told once.
    /// Between two looks at the branch it looks at a stack that may have drifted, one at a time.
    pub async fn watch(&mut self, interval: Duration) -> Result<()> {
        let mut trouble = Trouble::default();
        while !self.context.cancel.is_cancelled() {
            let done = match self.once().await {
                Ok(_) => self.look_for_drift().await,
                Err(failure) => Err(failure),
            };
            match done {
                Ok(true) => continue,
                Ok(false) => trouble.over(),
                Err(failure) if failure.kind == Kind::Bug => return Err(failure),
                Err(failure) => trouble.tell(&self.context, failure),
            }
            self.context.rest(interval).await;
        }
        Ok(())
    }

    /// Looks once; begins anew while others roll out the same stacks.
    pub async fn once(&mut self) -> Result<Tally> {
        let mut tally = self.pass().await?;
        for _ in 1..MOST_PASSES {
            if !tally.moved {
                break;
            }
            tally = self.pass().await?;
        }
        Ok(tally)
    }

    async fn pass(&mut self) -> Result<Tally> {
        let head = tokio::select! {
            head = self.mirror.fetch_branch(&self.wishes.branch) => head?,
            () = self.context.cancel.cancelled() => return Err(Failure::cancelled()),
        };
        let head = self.scrubbed(head);
        let is_new = self.seen.as_ref().is_none_or(|seen| !seen.starts_with(&head.id));
        if is_new {
            self.tell_head(&head);
            self.seen = Some(head.id.clone());
        }
        let known = self.ledger.all_known(&self.mirror.source.label).await?;
        if is_new {
            self.fetch_standing(&known).await;
        }
        let declared = self.declared(&head, !known.is_empty())?;
        let tags = self.tags(&declared.config).await?;
        let is_new = self.is_new_sight(&head, &tags, is_new);
        if is_new && self.wishes.stacks.is_empty() {
            self.tell_gone(&declared, &known, &head).await?;
            self.tell_elsewhere(&declared.found).await?;
            self.tell_rules(&declared, &known);
        }
        self.bring(declared, known, (&head, &tags), is_new).await
    }

    /// Brings the stacks to the head or to their newest tags, those that have to be.
    async fn bring(
        &self,
        declared: Declared,
        known: AllKnown,
        (head, tags): (&Commit, &[Tag]),
        is_new: bool,
    ) -> Result<Tally> {
        let mut tally = Tally::default();
        let (config, branch) = (&declared.config, &self.wishes.branch);
        config.refuse_left_out(&declared.found, &self.wishes.stacks, branch)?;
        let gone = if is_new { gone(&declared.found, &known) } else { BTreeSet::new() };
        let all = config.apply(declared.found, branch);
        let found = all.clone().select(&self.wishes.stacks)?;
        self.tell_faults(&found.faults, &head.id, is_new, &mut tally);
        let (tagged, stacks) = found.stacks.into_iter().partition(|stack: &Stack| !stack.tags.is_empty());
        let mut looked = self.decided(stacks, &known, head, &declared.listing)?;
        looked.extend(self.decided_by_tags(tagged, &known, (config, head, tags), is_new, &mut tally)?);
        if is_new {
            self.tell_unknown(&looked);
            self.tell_readers_of(&gone, &looked, &declared.listing).await?;
        }
        let kept_back = self.kept_back(&looked, all.stacks, &known, (head, &declared.listing, is_new)).await?;
        let due = self.due((looked, head), kept_back, is_new, &mut tally).await?;
        let worked = due.iter().any(|due| due.rest.is_none() && due.when.is_now());
        match self.wishes.dry_run {
            true => {
                self.foretell(&due, (&declared.listing.files, config), &mut tally).await?;
            }
            false => self.roll_out(&due, (&declared.listing.files, config), &mut tally).await?,
        }
        if (is_new || worked) && !tally.moved && !self.wishes.dry_run {
            self.context.tell(None, tally.finished());
        }
        Ok(tally)
    }

    /// What stands may come from a commit that no branch has and another gitinfra rolled out before its merge. What the source has no
    /// longer can't be compared, and is rolled out anew.
    async fn fetch_standing(&self, known: &AllKnown) {
        let stands = known.iter().filter_map(|(name, (.., known))| Some((name, &known.rolled_out.as_ref()?.0)));
        let mut asked = BTreeSet::new();
        for (name, commit) in stands.filter(|(_, commit)| self.mirror.commit(commit).is_err()) {
            if asked.insert(commit) && self.mirror.fetch_ref(commit).await.is_err() {
                continue;
            }
            // Whether it is kept or not, it is here now.
            let _ = self.mirror.keep_applied(name, commit);
        }
    }

    /// Whoever committed a secret by mistake has it in Git; it need not be in a log and in the ledger as well.
    fn scrubbed(&self, head: Commit) -> Commit {
        Commit { subject: self.scrubber.scrub(&head.subject), ..head }
    }

    fn tell_head(&self, head: &Commit) {
        self.context.tell(
            None,
            Body::Fetched {
                repository: self.mirror.source.label.clone(),
                branch: self.wishes.branch.clone(),
                commit: head.id.clone(),
                subject: head.subject.clone(),
                author: head.author.clone(),
                at: head.at,
            },
        );
    }

    /// A stack that left the branch still stands; only a person can mean it to go. It is written down, since one that comes
    /// back may have been removed meanwhile, and so that it is told once for each head.
    async fn tell_gone(&self, declared: &Declared, known: &AllKnown, head: &Commit) -> Result<()> {
        for name in &gone(&declared.found, known) {
            let Some((id, folder, _)) = known.get(name).filter(|(.., known)| known.left_by.as_ref() != Some(&head.id))
            else {
                continue;
            };
            let module = declared.listing.modules.iter().find(|module| is_within(folder, module));
            self.context.note(name, left(name, module));
            if !self.wishes.dry_run {
                self.ledger.leaves(id, &head.id, self.context.now()).await?;
            }
        }
        Ok(())
    }

    /// Which stacks are left to other branches, or to nobody although they stand, and which rules are about none.
    fn tell_rules(&self, declared: &Declared, known: &AllKnown) {
        let Declared { config, found, .. } = declared;
        let branch = &self.wishes.branch;
        let elsewhere: Vec<String> =
            config.elsewhere(found, branch).into_iter().map(|(name, own)| format!("{name} (from {own})")).collect();
        let elsewhere: Vec<&str> = elsewhere.iter().map(String::as_str).collect();
        let left = format!("{} leaves to other branches: {}", config::FILE, text::list(&elsewhere, 5));
        let left = (!elsewhere.is_empty()).then_some(left);
        let mut out = config.taken_out(found);
        out.retain(|name| known.get(name).is_some_and(|(.., known)| known.may_stand()));
        let out: Vec<&str> = out.iter().map(String::as_str).collect();
        let named = text::list(&out, 5);
        let out = (!out.is_empty())
            .then(|| format!("{} takes these out, and what they rolled out stays as it is: {named}", config::FILE));
        for message in left.into_iter().chain(out).chain(config.idle(found, branch)) {
            self.context.tell(None, Body::Note { message });
        }
    }

    /// The same repository by another address is another one to the ledger, and would roll out the same stacks once more.
    async fn tell_elsewhere(&self, found: &Found) -> Result<()> {
        let names: BTreeSet<String> = found.stacks.iter().map(Stack::name).collect();
        let elsewhere = self.ledger.elsewhere(&self.mirror.source.label, &names).await?;
        let mut others: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, label) in &elsewhere {
            others.entry(label).or_default().push(name);
        }
        for (label, names) in others {
            let message = format!(
                "{} stood already as of {label}: if that is the same repository, use one address for it, and end the \
                 other's records with `gitinfra forget --repo {label} stack/NAME`",
                text::list(&names, 3)
            );
            self.context.tell(None, Body::Note { message });
        }
        Ok(())
    }

    /// What a commit declares. One without a stack is a mistake, unless its last one has just left.
    fn declared(&self, head: &Commit, stood: bool) -> Result<Declared> {
        let listing = self.mirror.listing(&head.id)?;
        let found = repo::stacks(&listing);
        if found.stacks.is_empty() && !(stood && found.faults.is_empty()) {
            let none = || Failure::input(format!("{} has no stack at this commit", self.mirror.source.label));
            let hint = "a stack is a Pulumi.yaml with a Pulumi.STACK.yaml beside it";
            return Err(found.failure().unwrap_or_else(|| none().hint(hint)));
        }
        let config = self.mirror.config(&head.id)?;
        Ok(Declared { found, config, listing })
    }
}

/// The names of those that stand and that a commit has not any more.
fn gone(found: &Found, known: &AllKnown) -> BTreeSet<String> {
    let rolled_out = known.iter().filter(|(_, (_, _, known))| known.may_stand());
    let places = rolled_out.map(|(name, (_, folder, _))| (name.as_str(), folder.as_str()));
    found.lacks(places).into_iter().map(str::to_owned).collect()
}

/// What is said of a stack that the branch has no longer; it may only have moved into a submodule.
fn left(name: &str, module: Option<&String>) -> String {
    let why = match module {
        Some(module) => format!(
            "`{}` is a submodule now, which is not followed, and what it rolled out was left standing: commit the files themselves to go on with it; ",
            shown(module)
        ),
        None => "it is no longer on the branch, and what it rolled out was left standing: ".to_owned(),
    };
    format!("{why}`gitinfra destroy stack/{name}` removes it, `gitinfra forget stack/{name}` only its record")
}

#[cfg(test)]
mod tests;
