//! The component: files that belong together.

use std::collections::BTreeMap;

use pulumi_plugin::{Component, Knobs, Map, Output, Outputs, Property, Result, Scope, Value};

use crate::file::{File, FileArgs};
use crate::folder::Folder;

/// What a site is made of.
#[derive(Clone, Property)]
pub struct SiteSpec {
    /// The heading of every index.
    pub title: Output<String>,
    /// One index for each of these languages.
    #[prop(default = vec!["en".to_owned()])]
    pub languages: Vec<String>,
    /// The text of each page, by its name.
    pub pages: Option<BTreeMap<String, Output<String>>>,
    /// A line at the end of every page.
    pub footer: Option<Output<String>>,
    /// A directory below the provider's root that holds them all.
    pub folder: Option<String>,
    /// Labels of every file.
    pub labels: Option<BTreeMap<String, String>>,
    /// Other wishes for single files, by their key: a merge patch on their inputs.
    pub overrides: Option<BTreeMap<String, Value>>,
    /// The keys of files that are not wanted.
    pub skip: Option<Vec<String>>,
}

/// Files that belong together: an index for each language, the pages, and a map of them all.
#[derive(Clone, Outputs)]
pub struct Site {
    /// The title as it was given.
    pub title: Output<String>,
    /// Where the map is.
    pub map: Output<String>,
    /// The SHA-256 of each page, by its name.
    pub sums: Output<BTreeMap<String, String>>,
    /// The files' URNs by their keys.
    pub child_urns: Output<BTreeMap<String, String>>,
}

impl Component for Site {
    const TOKEN: &'static str = "files:index:Site";
    type Session = Folder;
    type Args = SiteSpec;
    type Facts = ();

    fn knobs(args: &SiteSpec) -> Knobs {
        Knobs {
            defaults: args.folder.iter().map(|f| ("folder".into(), f.as_str().into())).collect(),
            merged: args.labels.as_ref().map(|l| ("labels", encoded(l))),
            overrides: args.overrides.as_ref().map(encoded).unwrap_or_default(),
            skip: args.skip.clone().unwrap_or_default(),
        }
    }

    async fn look(_: &Folder, _: &SiteSpec) -> Result<()> {
        Ok(())
    }

    fn build(here: &mut Scope, args: SiteSpec, (): ()) -> Result<Site> {
        for language in &args.languages {
            let language = language.clone();
            here.add::<File>(
                format!("index-{language}"),
                FileArgs {
                    path: format!("index.{language}.txt").into(),
                    content: args.title.map(move |t| format!("{t} ({language})\n")).into(),
                    ..FileArgs::default()
                },
            );
        }
        let footer = args.footer.unwrap_or_else(|| Output::known(String::new()));
        let mut sums = Vec::new();
        for (page, text) in args.pages.unwrap_or_default() {
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
        Ok(Site { title: args.title, map: map.location, sums, child_urns: here.child_urns() })
    }
}

pub fn listed(sums: BTreeMap<String, String>) -> String {
    sums.iter().map(|(page, sum)| format!("{sum} {page}\n")).collect()
}

pub fn encoded<T: Property>(map: &T) -> Map {
    map.encode().as_object().cloned().unwrap_or_default()
}
