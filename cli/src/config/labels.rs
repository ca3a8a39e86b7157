//! What stacks are labelled with, so that they are found by it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Config;
use crate::select::is_plain;

/// Labels by their keys. Both are words that a selector can name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>")]
pub(super) struct Labels(BTreeMap<String, String>);

impl TryFrom<BTreeMap<String, String>> for Labels {
    type Error = String;

    fn try_from(labels: BTreeMap<String, String>) -> Result<Self, String> {
        let is_wrong = |(key, value): &(&String, &String)| !is_plain(key) || !(value.is_empty() || is_plain(value));
        match labels.iter().find(is_wrong) {
            Some((key, value)) => Err(format!(
                "the label `{key}: {value}` holds more than letters, digits, `-`, `_`, `.` and `/`, or begins or ends with one of these"
            )),
            None => Ok(Labels(labels)),
        }
    }
}

impl Config {
    /// What a stack is labelled with: of a key that several rules have the last one counts.
    pub fn labels(&self, name: &str) -> BTreeMap<String, String> {
        self.rules_of(name).flat_map(|rule| rule.labels.0.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_label_stacks() {
        let text = "rules:\n- {stacks: ['**'], labels: {team: core, tier: back}}\n- {stacks: ['web/*'], labels: {tier: web}}\n";
        let config = Config::read(text).expect("a configuration");
        let told = |name: &str| config.labels(name).into_iter().map(|(key, value)| format!("{key}={value}"));
        assert!(told("net/dev").eq(["team=core", "tier=back"]));
        assert!(told("web/dev").eq(["team=core", "tier=web"]));
        assert!(Config::default().labels("web/dev").is_empty());
        for wrong in ["{a b: c}", "{a: 'b c'}", "{-a: b}", "{'': b}", "{a: 'b,c'}", "{a: [b]}"] {
            let failure = Config::read(&format!("rules:\n- stacks: ['**']\n  labels: {wrong}\n")).expect_err(wrong);
            assert!(failure.message.starts_with("gitinfra.yaml:3:"), "{failure:?}");
        }
    }
}
