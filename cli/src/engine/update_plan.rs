//! The engine's update plan, which tells what its events only mask. It stays in memory, so that no secret of it is on a disk.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Map, Value};
use tempfile::TempPath;

use super::changes::{ChangeSet, PropertyChange};
use super::urn;
use super::value::{self, Shown, UNKNOWN_WORDS};
use crate::digest::Key;
use crate::failure::{Failure, Result};

/// What secrets would be set to: keyed digests by URN and property path, or the words for what is known only when the change is made.
/// The secrets among a stack's outputs have the URN of the stack itself.
pub type Secrets = BTreeMap<String, BTreeMap<String, String>>;

/// The outputs that a stack would have, secrets among them.
#[derive(Clone, Default, PartialEq)]
pub struct PlannedOutputs(pub(super) Map<String, Value>);

impl std::fmt::Debug for PlannedOutputs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Where the engine writes its update plan, and gitinfra reads it: a file in memory, which is gone with both.
pub struct PlanFile {
    file: File,
    pub(super) place: PathBuf,
    /// Removes what is no file in memory.
    _named: Option<TempPath>,
}

impl PlanFile {
    pub(super) fn new() -> Result<PlanFile> {
        PlanFile::make().map_err(|error| Failure::setup(format!("making a file in memory for the plan: {error}")))
    }

    #[cfg(target_os = "linux")]
    fn make() -> std::io::Result<PlanFile> {
        use std::os::fd::AsRawFd as _;
        let file = File::from(rustix::fs::memfd_create("plan", rustix::fs::MemfdFlags::CLOEXEC)?);
        let place = format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd());
        Ok(PlanFile { file, place: place.into(), _named: None })
    }

    /// Elsewhere a file has a name, and nobody else may read it.
    #[cfg(not(target_os = "linux"))]
    fn make() -> std::io::Result<PlanFile> {
        let (file, named) = tempfile::NamedTempFile::new()?.into_parts();
        Ok(PlanFile { file, place: named.to_path_buf(), _named: Some(named) })
    }

    /// The plan that an engine wrote which has ended; `None` where it wrote none.
    pub(super) fn read(mut self) -> Option<UpdatePlan> {
        let mut text = Vec::new();
        self.file.read_to_end(&mut text).ok()?;
        serde_json::from_slice(&text).ok()
    }
}

/// What is read of it: no more than the events leave open.
#[derive(Deserialize)]
pub(super) struct UpdatePlan {
    #[serde(rename = "resourcePlans")]
    resources: BTreeMap<String, ResourcePlan>,
}

#[derive(Deserialize)]
struct ResourcePlan {
    goal: Option<Goal>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Goal {
    input_diff: Differences,
    output_diff: Differences,
}

/// Whole values of the properties that are new or other ones.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Differences {
    adds: Map<String, Value>,
    updates: Map<String, Value>,
}

impl Differences {
    fn all(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.adds.iter().chain(&self.updates)
    }

    fn secrets(&self, key: &Key) -> BTreeMap<String, String> {
        let told = |text: &str| match text.contains(value::UNKNOWN) {
            true => UNKNOWN_WORDS.to_owned(),
            false => key.digest("set", text),
        };
        let of = |(name, value): (&String, &Value)| value::secrets(&value::join("", name), value);
        self.all().flat_map(of).map(|(path, text)| (path, told(&text))).collect()
    }
}

impl ChangeSet {
    /// Completes what the events told by what they mask: which secrets among the outputs change, and what secrets would be set to.
    pub(super) fn complete(&mut self, plan: &UpdatePlan, key: &Key) {
        let goals = plan.resources.iter().filter_map(|(urn, resource)| Some((urn, resource.goal.as_ref()?)));
        for (urn, goal) in goals {
            let secrets = match urn::is_stack(urn) {
                true => {
                    self.complete_outputs(&goal.output_diff);
                    goal.output_diff.secrets(key)
                }
                false if self.changes_resource(urn) => goal.input_diff.secrets(key),
                false => continue,
            };
            if !secrets.is_empty() {
                self.secrets.insert(urn.clone(), secrets);
            }
        }
    }

    /// They are in the order of their URNs.
    fn changes_resource(&self, urn: &str) -> bool {
        self.resources.binary_search_by(|change| change.urn.as_str().cmp(urn)).is_ok()
    }

    fn complete_outputs(&mut self, differences: &Differences) {
        let masked = std::mem::take(&mut self.masked);
        for (name, value) in differences.all().filter(|(_, value)| value::holds_secret(&value::read(value))) {
            let path = value::join("", name);
            // Which part of it is another one the plan does not tell, so each secret in it may be.
            self.outputs.extend(masked.iter().filter(|part| super::changes::covers(&path, &part.path)).cloned());
            if !self.outputs.iter().any(|change| super::changes::covers(&path, &change.path)) {
                let secret = || Some(Shown::Secret);
                self.outputs.push(PropertyChange { path, before: secret(), after: secret() });
            }
            if let Some(planned) = self.planned.as_mut().and_then(|planned| planned.0.get_mut(name)) {
                *planned = value.clone();
            }
        }
        self.outputs.sort_by(|a, b| a.path.cmp(&b.path));
    }
}

#[cfg(test)]
mod tests {
    use super::super::value::{SECRET, SIGNATURE};
    use super::*;
    use serde_json::json;

    const STACK: &str = "urn:pulumi:dev::net::pulumi:pulumi:Stack::net-dev";
    const WEB: &str = "urn:pulumi:dev::net::a:b:C::web";

    fn secret(value: &Value) -> Value {
        json!({SIGNATURE: SECRET, "plaintext": value.to_string()})
    }

    fn plan(inputs: Value, outputs: Value) -> UpdatePlan {
        let told = json!({"manifest": {}, "resourcePlans": {
            STACK: {"goal": {"outputDiff": {"updates": outputs}}, "state": {}},
            WEB: {"goal": {"inputDiff": {"adds": inputs}}, "steps": ["update"]},
            "urn:pulumi:dev::net::a:b:C::same": {"goal": {"inputDiff": {"updates": {"x": secret(&json!(1))}}}},
            "urn:pulumi:dev::net::a:b:C::gone": {"goal": null},
        }});
        serde_json::from_value(told).expect("a plan")
    }

    /// What events told of a stack that has these outputs, where `web` is updated.
    fn told(outputs: &Value) -> ChangeSet {
        let side = json!({"inputs": {}, "outputs": outputs});
        let step = |urn: &str, operation: &str| json!({"metadata": {"op": operation, "logical": true, "urn": urn, "type": "", "old": side, "new": side}});
        let events =
            [json!({"resourcePreEvent": step(WEB, "update")}), json!({"resOutputsEvent": step(STACK, "same")})];
        let mut changes = ChangeSet::default();
        events.into_iter().for_each(|event| changes.take(&serde_json::from_value(event).expect("an event")));
        changes
    }

    #[test]
    fn what_events_mask_is_told() {
        let (key, masked) = (Key::fresh(), json!({SIGNATURE: SECRET, "ciphertext": "[secret]"}));
        let mut changes = told(&json!({"token": masked, "size": 1, "same": masked}));
        assert_eq!((changes.outputs.len(), changes.puts_out()), (0, None));
        let inputs =
            json!({"deep": {"list": [secret(&json!("hush"))]}, "open": 1, "later": secret(&json!(value::UNKNOWN))});
        changes.complete(&plan(inputs, json!({"token": secret(&json!("hush-two"))})), &key);
        let outputs: Vec<String> = changes.outputs.iter().map(|output| output.path.clone()).collect();
        assert_eq!(outputs, ["token"]);
        let planned = changes.puts_out().expect("something changes");
        assert_eq!((&planned.0["token"], &planned.0["same"]), (&secret(&json!("hush-two")), &masked));
        assert!(!format!("{changes:?}").contains("hush-two"), "{changes:?}");
        let digest = |value: Value| key.digest("set", &value.to_string());
        let expected = Secrets::from([
            (STACK.to_owned(), BTreeMap::from([("token".to_owned(), digest(json!("hush-two")))])),
            (
                WEB.to_owned(),
                BTreeMap::from([
                    ("deep.list[0]".to_owned(), digest(json!("hush"))),
                    ("later".to_owned(), UNKNOWN_WORDS.to_owned()),
                ]),
            ),
        ]);
        assert_eq!(changes.secrets, expected);
    }

    /// An open value that changes does not hide a secret beside it.
    #[test]
    fn each_secret_in_an_output_that_changes_is_told() {
        let (key, masked) = (Key::fresh(), json!({SIGNATURE: SECRET, "ciphertext": "[secret]"}));
        let output = |user: &str, word: &Value, items: Value| json!({"cfg": {"user": user, "pass": word, "deep": {"key": word}, "list": items}, "same": {"word": word}});
        let before = output("ada", &masked, json!([masked, "x"]));
        let is = |after: &Value, now: Value, expected: &[&str]| {
            let side = |outputs: &Value| json!({"inputs": {}, "outputs": outputs});
            let step = json!({"op": "same", "logical": true, "urn": STACK, "type": "", "old": side(&before), "new": side(after)});
            let event = serde_json::from_value(json!({"resOutputsEvent": {"metadata": step}})).expect("an event");
            let mut changes = ChangeSet::default();
            changes.take(&event);
            changes.complete(&plan(json!({}), now), &key);
            let line = |side: &Option<Shown>| side.as_ref().map_or("nothing".to_owned(), Shown::line);
            let told = changes.outputs.iter();
            let told =
                told.map(|change| format!("{}: {} -> {}", change.path, line(&change.before), line(&change.after)));
            assert_eq!(told.collect::<Vec<_>>(), expected);
        };
        let open = secret(&json!("hush"));
        let all = |user: &str| json!({"cfg": output(user, &open, json!([open, "x"]))["cfg"]});
        let [deep, list, pass] = ["deep.key", "list", "pass"].map(|path| format!("cfg.{path}: [secret] -> [secret]"));
        let user = "cfg.user: \"ada\" -> \"bob\"";
        is(&before, json!({}), &[]);
        is(&before, all("ada"), &[&deep, &list, &pass]);
        is(&output("bob", &masked, json!([masked, "x"])), all("bob"), &[&deep, &list, &pass, user]);
        let opened = "cfg.list: [secret] -> [not a secret]";
        is(&output("bob", &masked, json!(["y"])), all("bob"), &[&deep, opened, &pass, user]);
    }

    #[test]
    fn a_plan_is_read_as_it_was_written() {
        let file = || PlanFile::new().expect("a file");
        let plan = file();
        let text = json!({"resourcePlans": {WEB: {"state": "x".repeat(200_000)}}}).to_string();
        std::fs::write(&plan.place, text).expect("it may be written");
        assert!(plan.read().is_some_and(|plan| plan.resources.contains_key(WEB)));
        assert!(file().read().is_none());
    }
}
