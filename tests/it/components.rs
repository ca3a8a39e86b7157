//! Components against the emulator, by the real engine.

mod aurora_postgres;
mod dns_zone;
mod private_bucket;
mod redis;
mod security_group;
mod vpc_endpoints;

use serde_json::Value;

use crate::pulumi::State;

/// The controls that a component of the program says it meets, and those that it says it doesn't, without the reasons.
pub fn controls(state: &State, name: &str) -> (Vec<String>, Vec<String>) {
    let list = |output: &str| {
        let list = state.get(name, &format!("/outputs/{output}")).as_array().cloned().unwrap_or_default();
        let ids = list.iter().filter_map(Value::as_str).map(|it| it.split(':').next().unwrap_or_default().to_owned());
        ids.collect()
    };
    (list("controls"), list("controlsOpen"))
}
