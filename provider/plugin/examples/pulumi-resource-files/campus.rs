//! A component of components: two sites, and the files between them.

use std::collections::BTreeMap;
use std::time::Duration;

use pulumi_plugin::{Component, Knobs, Output, Outputs, Property, Result, Scope};

use crate::file::{File, FileArgs};
use crate::folder::Folder;
use crate::shared::{Report, SharedArgs, SharedInputs};
use crate::site::{Site, SiteArgs};

/// What a campus is made of.
#[derive(Clone, Property)]
pub struct CampusInputs {
    /// The heading of both sites.
    pub title: Output<String>,
    /// The pages of the northern site, by their name.
    pub pages: Option<BTreeMap<String, Output<String>>>,
    /// Whether the gate must not be deleted.
    #[prop(default)]
    pub keep: bool,
    /// How many milliseconds the gate may take.
    pub patience: Option<u32>,
    /// What earlier versions called the gate.
    #[prop(default)]
    pub formerly: Vec<String>,
    /// What every component takes.
    #[prop(flatten)]
    pub shared: SharedInputs,
}

/// Two sites in directories of their own, and a gate between them.
#[derive(Clone, Outputs)]
pub struct Campus {
    /// Where the map of each site is.
    pub maps: Output<BTreeMap<String, String>>,
    /// The SHA-256 of each of the northern site's pages.
    pub sums: Output<BTreeMap<String, String>>,
    /// Where the gate is.
    pub gate: Option<Output<String>>,
    /// What every component gives.
    #[prop(flatten)]
    pub report: Report,
}

impl Component for Campus {
    const TOKEN: &'static str = "files:index:Campus";
    type Session = Folder;
    type Inputs = CampusInputs;
    type Facts = ();

    fn knobs(inputs: &CampusInputs) -> Knobs {
        inputs.shared.knobs()
    }

    async fn look(_: &Folder, _: &CampusInputs) -> Result<()> {
        Ok(())
    }

    fn build(here: &mut Scope, inputs: CampusInputs, (): ()) -> Result<Campus> {
        let shared = &inputs.shared;
        let text = |path: &str, content: Output<String>| FileArgs {
            path: path.into(),
            content: content.into(),
            ..FileArgs::default()
        };
        let north =
            SiteArgs { title: (&inputs.title).into(), pages: inputs.pages.into(), ..shared.below("north").into() };
        let north = here.part::<Site>("north", north);
        let patience = inputs.patience.map(|millis| Duration::from_millis(millis.into()));
        let gate = here
            .child("gate")
            .after(&north)
            .protect(inputs.keep)
            .timeouts(patience, None, None)
            .aliases(&inputs.formerly)
            .add::<File>(text("gate.txt", inputs.title.clone()));
        let pages = BTreeMap::from([
            ("gate".to_owned(), gate.sha256.clone()),
            ("north".to_owned(), north.sums.map(|sums| sums.into_keys().collect::<Vec<_>>().join("\n"))),
        ]);
        let south = SiteArgs { title: (&inputs.title).into(), pages: pages.into(), ..shared.below("south").into() };
        let south = here.part::<Site>("south", south);
        here.child("wall").deleted_with(&gate).add::<File>(text("wall.txt", south.map.clone()));
        Ok(Campus {
            maps: Output::all_by_key([("north".into(), north.map.clone()), ("south".into(), south.map.clone())]),
            sums: north.sums.clone(),
            gate: Some(gate.location),
            report: Report::of(here),
        })
    }
}
