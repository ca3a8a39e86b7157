//! A stack that stands, as an export tells it, and what a program would change of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use gitinfra_proto::pulumirpc as rpc;
use rpc::resource_provider_client::ResourceProviderClient;
use serde_json::{Value, json};
use tonic::Status;
use tonic::transport::Channel;

use crate::life::wire::{SECRET, SIGNATURE, secret, written};

/// What the state holds of a resource; of a component, its inputs are what the program gave.
pub struct Old {
    pub id: String,
    pub inputs: Value,
    pub outputs: Value,
    pub custom: bool,
}

/// The resources of a stack, by their URNs, and what has been found of them.
pub struct Standing {
    pub project: String,
    pub stack: String,
    pub resources: BTreeMap<String, Old>,
    asked: Mutex<BTreeSet<String>>,
    changes: Mutex<Vec<String>>,
}

impl Default for Standing {
    /// Nothing stands.
    fn default() -> Standing {
        Standing::of("test", "test", BTreeMap::new())
    }
}

impl Standing {
    fn of(project: &str, stack: &str, resources: BTreeMap<String, Old>) -> Standing {
        let (project, stack) = (project.to_owned(), stack.to_owned());
        Standing { project, stack, resources, asked: Mutex::default(), changes: Mutex::default() }
    }

    /// What `pulumi stack export --show-secrets` wrote, without the engine's own resources.
    pub fn exported(export: &Value) -> Standing {
        let all = export.pointer("/deployment/resources").and_then(Value::as_array).into_iter().flatten();
        let own = all.filter(|it| !text(it, "type").starts_with("pulumi:"));
        let resources: BTreeMap<_, _> = own.map(|it| (text(it, "urn").to_owned(), old(it))).collect();
        let first = resources.keys().next().expect("the export holds resources").clone();
        let parts: Vec<_> = first.split("::").collect();
        Standing::of(parts[1], parts[0].rsplit(':').next().unwrap_or_default(), resources)
    }

    /// The URN of the stack itself.
    pub fn stack(&self) -> String {
        let (project, stack) = (&self.project, &self.stack);
        format!("urn:pulumi:{stack}::{project}::pulumi:pulumi:Stack::{project}-{stack}")
    }

    /// The program has this resource.
    pub fn asked(&self, urn: &str) {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(urn.to_owned());
    }

    /// Notes what the provider would change of a resource, if anything.
    pub async fn compare(
        &self,
        provider: &ResourceProviderClient<Channel>,
        old: &Old,
        urn: &str,
        inputs: &Value,
    ) -> Result<(), Status> {
        let check = rpc::CheckRequest {
            urn: urn.into(),
            olds: Some(written(&old.inputs)),
            news: Some(written(inputs)),
            random_seed: vec![7; 16],
            ..Default::default()
        };
        let checked = provider.clone().check(check).await?.into_inner();
        let diff = rpc::DiffRequest {
            id: old.id.clone(),
            urn: urn.into(),
            old_inputs: Some(written(&old.inputs)),
            olds: Some(written(&old.outputs)),
            news: checked.inputs,
            ..Default::default()
        };
        let answer = provider.clone().diff(diff).await?.into_inner();
        let refused = checked.failures.iter().map(|it| format!("refuse {urn}: {}: {}", it.property, it.reason));
        let changed = (answer.changes == rpc::diff_response::DiffChanges::DiffSome as i32)
            .then(|| format!("change {urn}: {:?}", answer.detailed_diff.keys()));
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).extend(refused.chain(changed));
        Ok(())
    }

    /// All that the program would do to the stack.
    pub fn changes(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let created = asked.iter().filter(|urn| !self.resources.contains_key(*urn)).map(|urn| format!("create {urn}"));
        let deleted = self.resources.keys().filter(|urn| !asked.contains(*urn)).map(|urn| format!("delete {urn}"));
        let changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner).clone();
        changes.into_iter().chain(created).chain(deleted).collect()
    }
}

fn text<'a>(resource: &'a Value, name: &str) -> &'a str {
    resource[name].as_str().unwrap_or_default()
}

fn old(resource: &Value) -> Old {
    let properties = |name: &str| wired(resource.get(name).unwrap_or(&json!({})));
    let (inputs, outputs) = (properties("inputs"), properties("outputs"));
    Old { id: text(resource, "id").to_owned(), inputs, outputs, custom: resource["custom"] == true }
}

/// A value of the state as the provider gets it: an export has the text of a secret in JSON.
fn wired(value: &Value) -> Value {
    match value {
        Value::Object(map) if map.get(SIGNATURE) == Some(&json!(SECRET)) => {
            let plain = map.get("plaintext").and_then(Value::as_str).expect("the export shows its secrets");
            secret(wired(&serde_json::from_str(plain).expect("a secret's text is JSON")))
        }
        Value::Object(map) => {
            map.iter().map(|(name, value)| (name.clone(), wired(value))).collect::<serde_json::Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(wired).collect(),
        other => other.clone(),
    }
}
