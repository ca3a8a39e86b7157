//! Policy packs, ready for the engine: the files of the commits that name them, with the packages that they need.

use std::collections::BTreeMap;

use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::config::Pack;
use crate::engine::{PolicyPack, Pulumi, Shelf, missing_of_pack};
use crate::failure::{Failure, Result};
use crate::git::Mirror;
use crate::text::short;

/// What makes a folder a policy pack.
const PROJECT: &str = "PulumiPolicy.yaml";

/// They are there as long as it is.
#[derive(Default)]
pub struct Packs {
    /// A folder with all files of each commit that names one.
    folders: BTreeMap<String, TempDir>,
    ready: Vec<PolicyPack>,
    ids: BTreeMap<String, String>,
}

/// With what packs are installed: the CLI, the packages that are kept, and who may stop it.
pub struct Installing<'a> {
    pub pulumi: &'a Pulumi,
    pub shelf: &'a Shelf,
    pub cancel: &'a CancellationToken,
}

impl Packs {
    pub async fn of(packs: &[&Pack], mirror: &Mirror, installing: &Installing<'_>) -> Result<Packs> {
        let mut all = Packs::default();
        for pack in packs {
            all.add(pack, mirror, installing).await?;
        }
        Ok(all)
    }

    /// Ids of what judges, by the pack's folder.
    pub fn ids(&self) -> &BTreeMap<String, String> {
        &self.ids
    }

    pub fn is_empty(&self) -> bool {
        self.ready.is_empty()
    }

    /// The CLI whose engine asks them.
    pub fn judge(&self, pulumi: &Pulumi) -> Pulumi {
        pulumi.judged_by(&self.ready)
    }

    /// Words about them as the repository calls them: where their files lie for now tells nobody anything.
    pub fn told(&self, words: &str) -> String {
        let folders = self.folders.values().map(|folder| format!("{}/", folder.path().display()));
        folders.fold(words.to_owned(), |words, folder| words.replace(&folder, ""))
    }

    async fn add(&mut self, pack: &Pack, mirror: &Mirror, installing: &Installing<'_>) -> Result<()> {
        let commit = pack.commit.as_deref().ok_or_else(|| Failure::bug("a policy pack of no commit"))?;
        let id = id(pack, commit, mirror)?;
        // Two commits may name the same.
        let known = self.ids.entry(pack.folder.clone()).or_default();
        if known.split(' ').any(|known| known == id) {
            return Ok(());
        }
        *known = format!("{known} {id}").trim().to_owned();
        if !self.folders.contains_key(commit) {
            self.folders.insert(commit.to_owned(), mirror.files(commit)?);
        }
        let root = self.folders.get(commit).map(|folder| folder.path().to_owned()).unwrap_or_default();
        let folder = root.join(&pack.folder);
        if !folder.join(PROJECT).is_file() {
            return Err(Failure::input(format!("{} is no policy pack: it has no {PROJECT}", named(pack))));
        }
        if let Some(missing) = missing_of_pack(&root, &folder, PROJECT) {
            let Installing { pulumi, shelf, cancel } = installing;
            pulumi.install(&missing, &folder, shelf, cancel).await.map_err(|failure| of_pack(failure, pack))?;
        }
        let config = pack.config.as_ref().map(|config| root.join(config));
        self.ready.push(PolicyPack { folder, config });
        Ok(())
    }
}

fn named(pack: &Pack) -> String {
    format!("the policy pack `{}` of gitinfra.yaml", pack.folder)
}

fn of_pack(mut failure: Failure, pack: &Pack) -> Failure {
    failure.message = failure.message.replace("the program's packages", &format!("the packages of {}", named(pack)));
    failure
}

/// By what it is told from another one: its folder and its configuration, as Git knows them. A link is neither.
fn id(pack: &Pack, commit: &str, mirror: &Mirror) -> Result<String> {
    let missing = |what: &str, path: &str| {
        Failure::input(format!("{}: there is no {what} `{path}` in {}", named(pack), short(commit)))
            .hint("it is a path from the repository's root; links are not followed")
    };
    let folder = mirror.folder_id(commit, &pack.folder)?.ok_or_else(|| missing("folder", &pack.folder))?;
    let Some(config) = &pack.config else {
        return Ok(folder);
    };
    let config = mirror.file_id(commit, config)?.ok_or_else(|| missing("file", config))?;
    Ok(format!("{folder}+{config}"))
}
