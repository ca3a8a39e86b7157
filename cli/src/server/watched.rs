//! A repository that a server watches: its forge, its mirrors, and who follows it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use super::config::{Config, Forge, Repository, refuse_twice};
use crate::context::Context;
use crate::environment::for_engine;
use crate::failure::{Failure, Result};
use crate::follow::{Follow, Wishes};
use crate::forge::mark::Marks;
use crate::forge::webhook::Signer;
use crate::forge::{self, Address, App, Credential, Kind, Secret};
use crate::git::{Mirror, Source};
use crate::ledger::Ledger;
use crate::preview::Previewer;
use crate::review::{Crowded, Partly, Reviewer};
use crate::scrub::Scrubber;

/// How long a fetch may take.
const FETCH: Duration = Duration::from_secs(600);

/// One repository.
pub struct Watched {
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
}

/// A forge with all that speaks to it.
struct Spoken {
    address: Address,
    credential: Credential,
    hook: Option<(Kind, Signer)>,
}

impl Watched {
    /// `page` is what the addresses of the server's pages begin with, if people reach it.
    pub async fn open(
        context: &Context,
        ledger: &Ledger,
        of: &Repository,
        page: Option<String>,
    ) -> Result<Arc<Watched>> {
        let spoken = of.forge.as_ref().map(|forge| spoken(context, forge)).transpose()?;
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
        };
        let (reviewer, hook) = match spoken {
            Some(spoken) => {
                let previewer = Previewer {
                    context: context.clone(),
                    mirror,
                    environment,
                    jobs: of.jobs,
                    key: Some(ledger.key().await?),
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
        }))
    }

    /// All that a configuration names. Two of its entries are never the same repository.
    pub async fn all(context: &Context, ledger: &Ledger, config: &Config) -> Result<Vec<Arc<Watched>>> {
        let (mut entries, mut all) = (Vec::new(), Vec::new());
        for of in &config.repositories {
            let source = Source::parse(&of.repo, &context.cwd).map_err(|failure| named(of, failure))?;
            entries.push((of.name.as_str(), source.label));
        }
        refuse_twice(&entries)?;
        for of in &config.repositories {
            all.push(
                Watched::open(context, ledger, of, config.url.clone()).await.map_err(|failure| named(of, failure))?,
            );
        }
        Ok(all)
    }
}

fn named(of: &Repository, mut failure: Failure) -> Failure {
    failure.message = format!("{}: {}", of.name, failure.message);
    failure
}

async fn mirror(context: &Context, of: &Repository) -> Result<Mirror> {
    let source = Source::parse(&of.repo, &context.cwd)?;
    Mirror::open(&context.state_dir, source, &context.environment, FETCH).await
}

fn spoken(context: &Context, forge: &Forge) -> Result<Spoken> {
    let address = Address::parse(&forge.url, forge.kind)?;
    let at = |file: &std::path::PathBuf| Secret::read(&context.cwd.join(file));
    let credential = match (&forge.app, &forge.app_key_file, &forge.token_file) {
        (Some(id), Some(key), None) => Credential::App(App { id: *id, key: at(key)? }),
        (None, None, Some(token)) => Credential::Token(at(token)?),
        _ => {
            return Err(Failure::input("nobody speaks to the forge")
                .hint("name `tokenFile`, or `app` with `appKeyFile` for a GitHub App"));
        }
    };
    let signer = forge.webhook_secret_file.as_ref().map(|file| Signer::new(address.kind, &at(file)?)).transpose()?;
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
        partly: Partly::default(),
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
