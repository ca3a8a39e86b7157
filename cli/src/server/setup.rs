//! What a configuration comes to: people, other servers that say who somebody is, and repositories. All that is wrong is told at
//! once. Whoever asks takes the one that is in force, and keeps it until they are done.

use std::path::Path;
use std::sync::Arc;

use super::Watched;
use super::config::Config;
use super::notify::Told;
use super::people::People;
use super::sign_in::Elsewhere;
use super::traces::Traces;
use crate::context::Context;
use crate::failure::{Failure, Faults, Result};
use crate::ledger::Ledger;

pub(super) struct Setup {
    pub config: Config,
    pub people: People,
    /// Other servers that say who somebody is.
    pub elsewhere: Vec<Elsewhere>,
    pub watched: Vec<Arc<Watched>>,
    pub traces: Arc<Traces>,
}

impl Setup {
    /// Opens all that the configuration in a file names. A repository of which nothing changed since before is the same one.
    pub async fn open(
        context: &Context,
        ledger: &Ledger,
        file: &Path,
        before: Option<&Setup>,
    ) -> Result<(Setup, Told)> {
        let shown = file.display().to_string();
        let text = std::fs::read_to_string(file);
        let text = text.map_err(|error| Failure::input(format!("reading {shown}: {error}")))?;
        let config = Config::parse(&shown, &text)?;
        let mut faults = Faults::default();
        faults.keep(config.check());
        let people = faults.keep(People::read(context, &config, before.map(|before| &before.people)));
        let providers = config.places.spot().at("signIn");
        let elsewhere = config.sign_in.iter().enumerate();
        let elsewhere = elsewhere.filter_map(|(at, one)| faults.keep(Elsewhere::open(context, one, providers.at(at))));
        let elsewhere = elsewhere.collect();
        let watched = before.map(|before| &before.watched[..]).unwrap_or_default();
        let watched = faults.keep(Watched::all(context, ledger, &config, watched).await);
        let (base, places) = (config.url.as_deref().unwrap_or_default(), config.places.spot().at("notify"));
        let told = faults.keep(Told::open(context, &config.notify, base, places));
        let (here, traces) = (config.places.spot().at("traces"), before.map(|before| &before.traces));
        let traces = faults.keep(here.of(Traces::open(context, config.traces.as_ref(), traces)));
        faults.end()?;
        // Without a fault there is all of it.
        let (Some(people), Some(watched), Some(told), Some(traces)) = (people, watched, told, traces) else {
            return Err(Failure::bug("a configuration was neither taken nor refused"));
        };
        Ok((Setup { config, people, elsewhere, watched, traces }, told))
    }

    pub fn of_label(&self, label: &str) -> Option<&Arc<Watched>> {
        self.watched.iter().find(|watched| watched.label == label)
    }

    pub fn of_name(&self, name: &str) -> Option<&Arc<Watched>> {
        self.watched.iter().find(|watched| watched.name == name)
    }

    /// What is other than before, in words.
    pub fn news_since(&self, before: &Setup) -> String {
        let names = |of: &Setup, is_it: &dyn Fn(&Arc<Watched>) -> bool| -> String {
            let names: Vec<&str> = of.watched.iter().filter(|one| is_it(one)).map(|one| one.name.as_str()).collect();
            crate::text::list(&names, 10)
        };
        let added = names(self, &|one| before.of_name(&one.name).is_none());
        let removed = names(before, &|one| self.of_name(&one.name).is_none());
        let changed = names(self, &|one| before.of_name(&one.name).is_some_and(|old| !Arc::ptr_eq(old, one)));
        let all = [("added", added), ("changed", changed), ("removed", removed)];
        let told: Vec<String> =
            all.iter().filter(|(_, names)| !names.is_empty()).map(|(what, names)| format!("{what}: {names}")).collect();
        if told.is_empty() { "its repositories are the same".to_owned() } else { told.join("; ") }
    }
}
