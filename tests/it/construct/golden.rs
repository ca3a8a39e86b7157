//! State that a version wrote: every later version finds nothing to do in it, and reads all of it.
//!
//! `tests/it/construct/golden` has a folder for each version that wrote some. A later version must not need another text of an older one:
//! whoever has such a stack would see changes that nobody asked for. UPDATE=1 writes this version's.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use super::built;
use super::standing::Standing;
use crate::aws::{Aws, gitinfra};
use crate::components::dns_zone::Parent;
use crate::components::lived::configured;
use crate::life::provider::Provider;
use crate::pulumi::Project;
use crate::tools;

/// What a file has in the place of what each emulator numbers otherwise.
const ACCOUNT: &str = "111111111111";
const PARENT: &str = "222222222222";
const ZONE: &str = "Z0123456789EXAMPLE";
const EDGES: &str = "pl-0123456789abcdef0";

/// The examples whose state is kept, each with the component in it.
const KEPT: [(&str, &str, &str); 2] =
    [("reference-stack", "gitinfra:index:ReferenceStack", "web"), ("network", "gitinfra:index:Network", "network")];

/// An account, the one with the parent's zone, and the list of CloudFront's addresses.
struct Place {
    aws: Aws,
    parent: Parent,
    edges: String,
}

impl Place {
    fn new(aws: Aws) -> Place {
        let parent = Parent::of(&aws);
        let name = json!([{"Name": "prefix-list-name", "Values": ["com.amazonaws.global.cloudfront.origin-facing"]}]);
        let lists = aws.call("ec2", "describe_managed_prefix_lists", json!({"Filters": name}));
        let edges = lists["PrefixLists"][0]["PrefixListId"].as_str().expect("CloudFront has a list").to_owned();
        Place { aws, parent, edges }
    }

    fn names(&self) -> [(&str, &str); 4] {
        let (ours, parents) = (&self.aws.account, &self.parent.aws.account);
        [(ours, ACCOUNT), (parents, PARENT), (&self.parent.zone, ZONE), (&self.edges, EDGES)]
    }

    /// A file of the state as it would have been in this place.
    fn stands(&self, file: &Path) -> Standing {
        let text = fs::read_to_string(file).expect("the file can be read");
        let text = self.names().iter().fold(text, |text, (here, kept)| text.replace(kept, here));
        Standing::exported(&serde_json::from_str(&text).expect("it holds an export"))
    }

    /// Rolls an example out, and keeps its state.
    fn write(&self, example: &str, file: &Path) {
        let folder = if example == "network" { "network/yaml" } else { example };
        let project = self.aws.reached_by(Project::example(folder, &[gitinfra()]));
        if example == "reference-stack" {
            let ids = [("parentZoneId", self.parent.zone.as_str()), ("parentRole", self.parent.role.as_str())];
            configured(&project, example, &ids);
        }
        project.up().expect_ok();
        let export = project.command(&["stack", "export", "--show-secrets"]).expect_ok().stdout;
        let text = written(&serde_json::from_str(&export).expect("the export is JSON"));
        let text = self.names().iter().fold(text, |text, (here, kept)| text.replace(here, kept));
        fs::create_dir_all(file.parent().expect("a file lies in a folder")).expect("the folder can be made");
        fs::write(file, text).expect("the file can be written");
    }
}

/// An export with a line for each resource, and only what the provider is told of it.
fn written(export: &Value) -> String {
    let all = export.pointer("/deployment/resources").and_then(Value::as_array).into_iter().flatten();
    let line = |resource: &Value| {
        let own: &[&str] = if resource["custom"] == true { &["id", "outputs"] } else { &[] };
        let told = |name: &str| ["custom", "inputs", "type", "urn"].contains(&name) || own.contains(&name);
        let fields = resource.as_object().into_iter().flatten().filter(|(name, _)| told(name));
        json!(fields.collect::<BTreeMap<_, _>>()).to_string()
    };
    let own = all.filter(|it| !it["type"].as_str().unwrap_or_default().starts_with("pulumi:"));
    let lines: Vec<_> = own.map(line).collect();
    format!("{{\"version\":3,\"deployment\":{{\"resources\":[\n{}\n]}}}}\n", lines.join(",\n"))
}

/// The folders of all versions.
fn folder() -> PathBuf {
    tools::repository().join("tests/it/construct/golden")
}

/// The files of an example, one of each version that wrote it.
fn files(example: &str) -> Vec<PathBuf> {
    let versions = fs::read_dir(folder()).expect("there is state of some version");
    let files = versions.map(|version| version.expect("it can be read").path().join(format!("{example}.json")));
    files.filter(|file| file.exists()).collect()
}

#[test]
fn state_of_every_version_previews_clean() {
    for (example, token, name) in KEPT {
        if std::env::var("UPDATE").is_ok() {
            let version = folder().join(env!("CARGO_PKG_VERSION"));
            // A bucket's name is taken for all accounts of an emulator: what is written stands in another one.
            Place::new(Aws::alone(0.001)).write(example, &version.join(format!("{example}.json")));
        }
        for file in files(example) {
            let place = Place::new(Aws::hurried());
            let standing = Arc::new(place.stands(&file));
            let urn = format!("urn:pulumi:{}::{}::{token}::{name}", standing.stack, standing.project);
            standing.asked(&urn);
            let inputs = &standing.resources[&urn].inputs;
            let made = built(&place.aws, standing.clone(), token, name, inputs);
            assert!(made.is_ok(), "{}: {:?}", file.display(), made.err());
            let changes = standing.changes();
            assert!(
                changes.is_empty(),
                "{}: a stack of that version would change:\n{}",
                file.display(),
                changes.join("\n")
            );
            assert_eq!(place.aws.writes_after(0), [""; 0]);
            refreshed(&place.aws, &standing);
        }
    }
}

/// A refresh takes one resource of each type: in an empty account it finds nothing of them, and stumbles over none.
#[track_caller]
fn refreshed(aws: &Aws, standing: &Standing) {
    let mut provider = Provider::start(aws, None);
    let types: BTreeMap<_, _> =
        standing.resources.iter().filter(|(_, old)| old.custom).map(|it| (kind(it.0), it)).collect();
    for (urn, old) in types.into_values() {
        let read = provider.read(urn, &old.id, &old.inputs, &old.outputs);
        assert!(read.is_ok(), "{urn}: {:?}", read.err());
    }
}

/// The type of a resource, out of its URN.
fn kind(urn: &str) -> &str {
    let types = urn.split("::").nth(2).unwrap_or_default();
    types.rsplit('$').next().unwrap_or_default()
}
