//! What Pulumi is asked about one stack besides running the engine: whether it is there, its configuration, its state.

use std::path::Path;

use serde_json::Value;

use super::backend::Backend;
use super::pulumi::{Pulumi, STACK_NOT_FOUND, failed};
use super::state::State;
use crate::failure::{Failure, Result};
use crate::repo::Stack;
use crate::scrub::Scrubber;

impl Pulumi {
    /// Makes the stack in the backend. True when it was not there yet.
    pub async fn create_stack(&self, folder: &Path, stack: &str) -> Result<bool> {
        let args = ["stack", "init", stack, "--no-select", "--non-interactive", "--color", "never"];
        let answer = self.ask(folder, &args).await?;
        match answer.code {
            Some(0) => Ok(true),
            _ if answer.stderr.contains("already exists") => Ok(false),
            _ => {
                let doing = format!("creating the stack `{stack}` in the backend");
                Err(failed(&doing, &answer))
            }
        }
    }

    /// Whether the backend has the stack.
    pub async fn has_stack(&self, folder: &Path, stack: &str) -> Result<bool> {
        let args = ["stack", "ls", "--json", "--non-interactive", "--color", "never"];
        let listed = self.demand(folder, &args, "listing the backend's stacks").await?;
        let listed: Vec<Value> = serde_json::from_str(&listed).unwrap_or_default();
        let name = |value: &Value| value["name"].as_str().map(|name| name.rsplit('/').next() == Some(stack));
        Ok(listed.iter().any(|value| name(value) == Some(true)))
    }

    /// Teaches the scrubber the secrets of the stack's configuration, whose file is `config`. It is no failure when they can't
    /// be read: then the engine can't read them either, and says so better.
    pub async fn learn_secrets(
        &self,
        folder: &Path,
        stack: &str,
        config: &Path,
        scrubber: &mut Scrubber,
    ) -> Result<()> {
        let args = ["config", "--json", "--show-secrets", "--stack", stack, "--non-interactive"];
        let answer = self.ask(folder, &args).await?;
        let text = std::fs::read_to_string(config).unwrap_or_default();
        learn(&serde_json::from_str(&answer.stdout).unwrap_or_default(), &text, scrubber);
        Ok(())
    }

    /// Refuses a passphrase that is not the one the stack was made with. An engine that finds no salt in the stack's file
    /// believes any, and would encrypt the first secret with it. `place` is an empty folder.
    pub async fn check_passphrase(&self, stack: &Stack, backend: &Backend, salt: &str, place: &Path) -> Result<()> {
        let project = format!("name: {}\nruntime: yaml\n", stack.project);
        let config = format!("encryptionsalt: {salt}\n");
        for (name, text) in [("Pulumi.yaml".to_owned(), project), (format!("Pulumi.{}.yaml", stack.stack), config)] {
            let file = place.join(name);
            std::fs::write(&file, text)
                .map_err(|error| Failure::setup(format!("writing {}: {error}", file.display())))?;
        }
        // Only whoever encrypts something has to have the right one.
        let args = ["config", "set", "--secret", "gitinfra:probe", "x", "--stack", &stack.stack, "--non-interactive"];
        let pulumi = self.with("PULUMI_BACKEND_URL", &backend.0);
        pulumi.demand(place, &args, "looking whether the passphrase is the stack's").await.map(drop)
    }

    /// Removes the engine's locks of a stack. Whoever calls this has made sure that nobody holds them.
    pub async fn cancel(&self, folder: &Path, stack: &str) -> Result<()> {
        let args = ["cancel", "--yes", "--stack", stack, "--non-interactive", "--color", "never"];
        self.demand(folder, &args, "removing the left lock (`pulumi cancel`)").await.map(drop)
    }

    /// The stack's state; `None` when the backend doesn't have the stack.
    pub async fn export(&self, folder: &Path, stack: &str) -> Result<Option<State>> {
        let answer = self.ask(folder, &["stack", "export", "--stack", stack, "--non-interactive"]).await?;
        match answer.code {
            Some(0) => {
                let read = State::read(answer.stdout).map(Some);
                read.map_err(|error| Failure::setup(format!("reading the exported state: {error}")))
            }
            Some(STACK_NOT_FOUND) => Ok(None),
            _ => Err(failed("exporting the stack's state", &answer)),
        }
    }

    /// The state of a stack of which there is no checkout. `place` is an empty folder.
    pub async fn export_apart(&self, place: &Path, project: &str, stack: &str) -> Result<Option<State>> {
        // A stack's name alone says nothing without the file of its project beside it.
        let (file, text) = (place.join("Pulumi.yaml"), format!("name: {project}\nruntime: yaml\n"));
        std::fs::write(&file, text).map_err(|error| Failure::setup(format!("writing {}: {error}", file.display())))?;
        self.export(place, stack).await
    }

    /// Puts an exported state back, which drops its pending operations.
    pub async fn import(&self, folder: &Path, stack: &str, state: &State) -> Result<()> {
        let args = ["stack", "import", "--stack", stack, "--non-interactive", "--color", "never"];
        self.give(folder, &args, state.text(), "putting the stack's state back").await
    }
}

/// Learns the secrets of a configuration as `pulumi config --json --show-secrets` tells it. Which parts of an object are
/// secret it doesn't tell; the stack's file does.
fn learn(config: &Value, file: &str, scrubber: &mut Scrubber) {
    let file: Value = serde_saphyr::from_str(file).unwrap_or_default();
    let entries = config.as_object().into_iter().flatten().filter(|(_, entry)| entry["secret"] == true);
    for (key, entry) in entries {
        let name = key.split_once(':').map_or(key.as_str(), |(_, name)| name);
        let encrypted = file["config"].get(key).or_else(|| file["config"].get(name));
        match entry.get("objectValue").filter(|value| !value.is_null()) {
            Some(value) => scrubber.add_configured(value, encrypted),
            None => scrubber.add(entry["value"].as_str().unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_secret_of_a_configuration_is_learned_and_nothing_else() {
        let object = json!({"user": "ada-lovelace", "words": ["hush-one", "plain-one"]});
        let config = json!({
            "net:login": {"value": object.to_string(), "objectValue": object, "secret": true},
            "net:word": {"value": "hush-two", "secret": true},
            "net:region": {"value": "eu-central-1", "secret": false},
            "net:elsewhere": {"value": "{}", "objectValue": {"deep": "hush-three"}, "secret": true},
        });
        let file = "config:\n  net:login:\n    user: ada-lovelace\n    words: [{secure: v1:x}, plain-one]\n  net:word: {secure: v1:y}\n";
        let said = "hush-one plain-one hush-two eu-central-1 ada-lovelace hush-three";
        for (file, expected) in [
            (file, "[secret] plain-one [secret] eu-central-1 ada-lovelace [secret]"),
            // Of what can't be read everything is kept back.
            ("{", "[secret] [secret] [secret] eu-central-1 [secret] [secret]"),
        ] {
            let mut scrubber = Scrubber::default();
            learn(&config, file, &mut scrubber);
            assert_eq!(scrubber.scrub(said), expected);
        }
    }
}
