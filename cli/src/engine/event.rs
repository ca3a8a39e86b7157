//! The engine's own events as the event log sends them (`EngineEvent` of Pulumi's API types), as far as gitinfra reads them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// One event; exactly one field is set, or none when its kind is of no interest here.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EngineEvent {
    pub diagnostic_event: Option<Diagnostic>,
    pub resource_pre_event: Option<ResourceEvent>,
    pub res_outputs_event: Option<ResourceEvent>,
    pub res_op_failed_event: Option<ResourceEvent>,
    pub policy_event: Option<Policy>,
    pub progress_event: Option<Progress>,
    pub summary_event: Option<Summary>,
    pub error_event: Option<EngineError>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Diagnostic {
    pub urn: String,
    pub prefix: String,
    pub message: String,
    /// `info`, `info#err`, `warning`, `error` or `debug`.
    pub severity: String,
    pub ephemeral: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ResourceEvent {
    pub metadata: Step,
    pub planning: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Step {
    pub op: String,
    pub urn: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub old: Option<State>,
    pub new: Option<State>,
    /// Properties that force a replacement.
    pub keys: Option<Vec<String>>,
    /// Top-level properties that differ.
    pub diffs: Option<Vec<String>>,
    pub detailed_diff: Option<BTreeMap<String, PropertyDiff>>,
    /// Whether this is a step in the program's logic, not one of the engine's parts of it.
    pub logical: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PropertyDiff {
    /// `add`, `update`, `delete`, each also with `-replace`.
    pub diff_kind: String,
    /// Whether old inputs were compared; else old outputs.
    pub input_diff: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct State {
    pub custom: bool,
    pub id: String,
    /// The URN of the resource that it belongs to; empty for the stack itself.
    pub parent: String,
    pub protect: bool,
    pub retain_on_delete: bool,
    pub inputs: Value,
    pub outputs: Value,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Policy {
    pub resource_urn: String,
    pub message: String,
    pub policy_name: String,
    pub policy_pack_name: String,
    /// `warning`, `mandatory`, `remediate` or `none`.
    pub enforcement_level: String,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Progress {
    pub id: String,
    pub message: String,
    pub received: u64,
    pub total: u64,
    pub done: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Summary {
    pub maybe_corrupt: bool,
    pub resource_changes: BTreeMap<String, u64>,
    pub result: String,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct EngineError {
    pub error: String,
}
