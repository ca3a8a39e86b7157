//! A repository that a server watches: its forge, its mirrors, and who follows it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex;

use super::config::{Config, Forge, Repository, refuse_twice};
use super::trouble::Troubles;
use crate::context::Context;
use crate::environment::for_engine;
use crate::failure::{Failure, Faults, Result};
use crate::follow::{Follow, Untried, Wishes};
use crate::forge::mark::Marks;
use crate::forge::webhook::Signer;
use crate::forge::{self, Address, App, Credential, Kind, Pull, Secret};
use crate::git::{Mirror, Source};
use crate::ledger::Ledger;
use crate::places::Spot;
use crate::preview::Previewer;
use crate::review::{Crowded, Reviewer};
use crate::scrub::Scrubber;

/// How long a fetch may take.
const FETCH: Duration = Duration::from_secs(600);

/// One repository.
pub struct Watched {
    ground: Ground,
    pub name: String,
    /// What the ledger calls it.
    pub label: String,
    pub branch: String,
    pub interval: Duration,
    pub reviews: usize,
    /// Where pull requests are told; none where there is no forge.
    pub reviewer: Option<Reviewer>,
    /// Who may deliver, and how it proves itself.
    pub hook: Option<(Kind, Signer)>,
    pub follow: Mutex<Follow>,
    /// Whose turn it is to go over the branch. It is handed on to what the repository is by the next configuration.
    pub turn: Arc<Mutex<()>>,
    pub troubles: Troubles,
    /// Commits that the ledger names and the branch does not have.
    pub absent: Absent,
    pub faces: Faces,
}

/// The open pull requests by number.
#[derive(Default)]
pub struct Faces(std::sync::Mutex<BTreeMap<u64, Face>>);

#[derive(Default)]
struct Face {
    /// The branch that it would be merged into.
    base: String,
    /// What people saw of it when it was looked last; nothing where nobody looked yet.
    seen: Option<String>,
}

impl Faces {
    fn all(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Face>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// These are the open ones, and no others.
    pub fn keep(&self, open: &[Pull]) {
        self.all().retain(|number, _| open.iter().any(|pull| pull.number == *number));
        open.iter().for_each(|pull| self.note(pull));
    }

    pub fn note(&self, pull: &Pull) {
        match pull.is_open {
            true => self.all().entry(pull.number).or_default().base.clone_from(&pull.base),
            false => drop(self.all().remove(&pull.number)),
        }
    }

    pub fn numbers(&self) -> Vec<u64> {
        self.all().keys().copied().collect()
    }

    pub fn is_open(&self, number: u64) -> bool {
        self.all().contains_key(&number)
    }

    /// Those that would be merged into a branch.
    pub fn of_base(&self, branch: &str) -> Vec<u64> {
        self.all().iter().filter(|(_, face)| face.base == branch).map(|(number, _)| *number).collect()
    }

    /// Notes what they see now, and says whether that is another thing. What nobody looked at yet is news where there `is_more` than a
    /// preview.
    pub fn is_news(&self, number: u64, face: String, is_more: bool) -> bool {
        let mut all = self.all();
        let Some(known) = all.get_mut(&number) else {
            return false;
        };
        let before = known.seen.replace(face.clone());
        before.map_or(is_more, |before| before != face)
    }
}

/// Commits that were looked for in vain: they are not looked for again.
#[derive(Default)]
pub struct Absent(std::sync::Mutex<BTreeSet<String>>);

impl Absent {
    pub fn has(&self, commit: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(commit)
    }

    pub fn note(&self, commit: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(commit.to_owned());
    }
}

/// What a repository rests on: as long as it is the same, so is the repository.
#[derive(Clone, PartialEq, Eq)]
struct Ground {
    of: Repository,
    /// What the addresses of the server's pages begin with, if people reach it.
    page: Option<String>,
    secrets: Secrets,
}

/// What the files of a forge hold.
#[derive(Clone, Default, PartialEq, Eq)]
struct Secrets {
    token: Option<Secret>,
    app_key: Option<Secret>,
    webhook: Option<Secret>,
}

impl Ground {
    fn read(context: &Context, of: &Repository, page: Option<String>, here: Spot<'_>) -> Result<Ground> {
        let secrets = of.forge.as_ref().map(|forge| Secrets::read(context, &of.name, forge, here)).transpose()?;
        let secrets = secrets.unwrap_or_default();
        Ok(Ground { of: of.clone(), page, secrets })
    }
}

impl Secrets {
    fn read(context: &Context, name: &str, forge: &Forge, here: Spot<'_>) -> Result<Secrets> {
        let mut faults = Faults::default();
        let mut at = |key: &str, file: &Option<PathBuf>| {
            let read = Secret::read(&context.cwd.join(file.as_ref()?)).map_err(|failure| named(name, failure));
            faults.keep(here.at(key).of(read))
        };
        let secrets = Secrets {
            token: at("tokenFile", &forge.token_file),
            app_key: at("appKeyFile", &forge.app_key_file),
            webhook: at("webhookSecretFile", &forge.webhook_secret_file),
        };
        faults.end().map(|()| secrets)
    }
}

/// A forge with all that speaks to it.
struct Spoken {
    address: Address,
    credential: Credential,
    hook: Option<(Kind, Signer)>,
}

impl Watched {
    async fn open(
        context: &Context,
        ledger: &Ledger,
        ground: Ground,
        before: Option<&Arc<Watched>>,
    ) -> Result<Arc<Watched>> {
        let (of, page) = (&ground.of, ground.page.clone());
        let spoken = of.forge.as_ref().map(|forge| spoken(forge, &ground.secrets)).transpose()?;
        let mut scrubber = Scrubber::from_environment(&context.environment);
        if let Some(Spoken { credential, .. }) = &spoken {
            scrubber.add(credential.secret().reveal());
        }
        let environment = for_engine(&context.environment, &of.pass_env, &context.cwd);
        let mirror = Arc::new(mirror(context, of).await?);
        let label = mirror.source.label.clone();
        let follow = Follow {
            context: context.clone(),
            mirror: mirror.clone(),
            ledger: ledger.clone(),
            environment: environment.clone(),
            scrubber: scrubber.clone(),
            wishes: wishes(of),
            seen: None,
            untried: Untried::default(),
        };
        let (reviewer, hook) = match spoken {
            Some(spoken) => {
                let previewer = Previewer {
                    context: context.clone(),
                    mirror,
                    environment,
                    jobs: of.jobs,
                    key: Some(ledger.key().await?),
                    ledger: Some(ledger.clone()),
                };
                let mut reviewer = reviewer(context, ledger, &spoken, previewer, scrubber, page)?;
                reviewer.branch = Some(of.branch.clone());
                // The forge's token is another one some day; the ledger's key stays.
                let key = ledger.key().await?.digest("comment marks", "");
                reviewer.marks = Marks::new(&Secret::new(&key)).after(spoken.credential.secret());
                (Some(reviewer), spoken.hook)
            }
            None => (None, None),
        };
        Ok(Arc::new(Watched {
            name: of.name.clone(),
            label,
            branch: of.branch.clone(),
            interval: of.interval,
            reviews: of.reviews,
            reviewer,
            hook,
            follow: Mutex::new(follow),
            turn: before.map(|before| before.turn.clone()).unwrap_or_default(),
            troubles: Troubles::default(),
            absent: Absent::default(),
            faces: Faces::default(),
            ground,
        }))
    }

    /// All that a configuration names, those of before where nothing of them changed. Two of its entries are never the same
    /// repository.
    pub async fn all(
        context: &Context,
        ledger: &Ledger,
        config: &Config,
        before: &[Arc<Watched>],
    ) -> Result<Vec<Arc<Watched>>> {
        let (mut faults, mut entries, mut all) = (Faults::default(), Vec::new(), Vec::new());
        let places = config.places.spot().at("repositories");
        for (at, of) in config.repositories.iter().enumerate() {
            let (here, named) = (places.at(at), |failure| named(&of.name, failure));
            let source = here.at("repo").of(Source::parse(&of.repo, &context.cwd).map_err(named));
            let ground = Ground::read(context, of, config.url.clone(), here.at("forge"));
            if let (Some(source), Some(ground)) = (faults.keep(source), faults.keep(ground)) {
                entries.push((of.name.as_str(), source.label, here));
                all.push(ground);
            }
        }
        faults.keep(refuse_twice(&entries));
        let mut opened = Vec::new();
        for (ground, (_, label, here)) in all.into_iter().zip(&entries) {
            let old = before.iter().find(|old| old.label == *label);
            if let Some(same) = old.filter(|old| old.ground == ground) {
                opened.push(same.clone());
                continue;
            }
            let of = ground.of.clone();
            let watched = Watched::open(context, ledger, ground, old).await.map_err(|failure| named(&of.name, failure));
            opened.extend(faults.keep(here.of(watched)));
        }
        faults.end().map(|()| opened)
    }
}

fn named(name: &str, mut failure: Failure) -> Failure {
    failure.message = format!("{name}: {}", failure.message);
    failure
}

async fn mirror(context: &Context, of: &Repository) -> Result<Mirror> {
    let source = Source::parse(&of.repo, &context.cwd)?;
    Mirror::open(&context.state_dir, source, &context.environment, FETCH).await
}

fn spoken(forge: &Forge, secrets: &Secrets) -> Result<Spoken> {
    let address = Address::parse(&forge.url, forge.kind)?;
    let credential = match (forge.app, &secrets.app_key, &secrets.token) {
        (Some(id), Some(key), None) => Credential::App(App { id, key: key.clone() }),
        (None, None, Some(token)) => Credential::Token(token.clone()),
        _ => {
            return Err(Failure::input("nobody speaks to the forge")
                .hint("name `tokenFile`, or `app` with `appKeyFile` for a GitHub App"));
        }
    };
    let signer = secrets.webhook.as_ref().map(|secret| Signer::new(address.kind, secret)).transpose()?;
    let hook = signer.map(|signer| (address.kind, signer));
    Ok(Spoken { address, credential, hook })
}

fn reviewer(
    context: &Context,
    ledger: &Ledger,
    spoken: &Spoken,
    previewer: Previewer,
    scrubber: Scrubber,
    page: Option<String>,
) -> Result<Reviewer> {
    Ok(Reviewer {
        previewer,
        ledger: Some(ledger.clone()),
        forge: forge::open(context, &spoken.address, &spoken.credential)?.into(),
        marks: Marks::new(spoken.credential.secret()),
        scrubber,
        trusted: None,
        dry_run: false,
        page,
        crowded: Crowded::default(),
        branch: None,
        anew: Vec::new(),
        pen: Arc::default(),
    })
}

fn wishes(of: &Repository) -> Wishes {
    Wishes {
        branch: of.branch.clone(),
        stacks: Vec::new(),
        force: false,
        retry: false,
        jobs: of.jobs,
        keep_runs: of.keep_runs,
        dry_run: false,
        interval: Some(of.interval),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_see_is_news_once() {
        let faces = Faces::default();
        let is_news = |number, face: &str, is_more| faces.is_news(number, face.to_owned(), is_more);
        assert!(!is_news(1, "a", true), "nobody knows that it is open");
        faces.keep(&[Pull::sample(1), Pull::sample(2)]);
        assert!(is_news(1, "a", true) && !is_news(2, "a", false), "a preview alone was told");
        faces.note(&Pull::sample(1));
        assert!(!is_news(1, "a", true) && is_news(1, "b", false) && !is_news(1, "b", false));
        faces.note(&Pull { is_open: false, ..Pull::sample(1) });
        assert_eq!(faces.numbers(), [2]);
        faces.note(&Pull { base: "dev".to_owned(), ..Pull::sample(3) });
        assert_eq!((faces.of_base("main"), faces.of_base("dev")), (vec![2], vec![3]));
        faces.note(&Pull { base: "main".to_owned(), ..Pull::sample(3) });
        assert_eq!(faces.of_base("main"), [2, 3], "it was retargeted");
    }
}
