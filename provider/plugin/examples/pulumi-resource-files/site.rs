//! A component: files that belong together.

use std::collections::BTreeMap;

use pulumi_plugin::{Component, Knobs, Output, Outputs, Property, Result, Scope};

use crate::file::{File, FileArgs};
use crate::folder::Folder;
use crate::shared::{Report, SharedArgs, SharedInputs};

/// What a site is made of.
#[derive(Clone, Property)]
pub struct SiteInputs {
    /// The heading of every index.
    pub title: Output<String>,
    /// One index for each of these languages.
    #[prop(default = vec!["en".to_owned()])]
    pub languages: Vec<String>,
    /// The text of each page, by its name.
    pub pages: Option<BTreeMap<String, Output<String>>>,
    /// A line at the end of every page.
    pub footer: Option<Output<String>>,
    /// What every component takes.
    #[prop(flatten)]
    pub shared: SharedInputs,
}

/// Files that belong together: an index for each language, the pages, and a map of them all.
#[derive(Clone, Outputs)]
pub struct Site {
    /// The title as it was given.
    pub title: Output<String>,
    /// Where the map is.
    pub map: Output<String>,
    /// The SHA-256 of each page, by its name.
    #[prop(early)]
    pub sums: Output<BTreeMap<String, String>>,
    /// What every component gives.
    #[prop(flatten)]
    pub report: Report,
}

impl Component for Site {
    const TOKEN: &'static str = "files:index:Site";
    type Session = Folder;
    type Inputs = SiteInputs;
    type Facts = ();

    fn knobs(inputs: &SiteInputs) -> Knobs {
        inputs.shared.knobs()
    }

    async fn look(_: &Folder, _: &SiteInputs) -> Result<()> {
        Ok(())
    }

    fn build(here: &mut Scope, inputs: SiteInputs, (): ()) -> Result<Site> {
        for language in &inputs.languages {
            let language = language.clone();
            here.add::<File>(
                format!("index-{language}"),
                FileArgs {
                    path: format!("index.{language}.txt").into(),
                    content: inputs.title.map(move |t| format!("{t} ({language})\n")).into(),
                    ..FileArgs::default()
                },
            );
        }
        let footer = inputs.footer.unwrap_or_else(|| Output::known(String::new()));
        let mut sums = Vec::new();
        for (page, text) in inputs.pages.unwrap_or_default() {
            let file = here.add::<File>(
                format!("page-{page}"),
                FileArgs {
                    path: format!("{page}.txt").into(),
                    content: text.zip(&footer).map(|(text, end)| text + &end).into(),
                    ..FileArgs::default()
                },
            );
            sums.push((page, file.sha256));
        }
        let sums = Output::all_by_key(sums);
        let map = here.add::<File>(
            "map",
            FileArgs { path: "map.txt".into(), content: sums.map(listed).into(), ..FileArgs::default() },
        );
        Ok(Site { title: inputs.title, map: map.location, sums, report: Report::of(here) })
    }
}

fn listed(sums: BTreeMap<String, String>) -> String {
    sums.iter().map(|(page, sum)| format!("{sum} {page}\n")).collect()
}
