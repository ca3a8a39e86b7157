//! What a preview of a stack rests on besides its files: its configuration, its state, and who is at work. Of secrets there
//! are only keyed digests.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde_json::{Map, Value};

use super::home;
use super::pulumi::{ProgramFile, Pulumi, STACK_NOT_FOUND, failed, on_path};
use super::value::{SECRET, SIGNATURE};
use crate::digest::Key;
use crate::failure::{Failure, Result};
use crate::scrub::PLACEHOLDER;
use crate::text::timestamp;

/// What is the same as long as nothing has changed that a preview depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Digests of the stack's configuration by key.
    pub configuration: BTreeMap<String, String>,
    /// The digest of its state, as `pulumi stack export` tells it.
    pub state: String,
    /// Versions by name: `pulumi`, the language, the plugins.
    pub versions: BTreeMap<String, String>,
}

/// What a preview rests on, and the programs that were there when it was asked.
pub struct Basis {
    pub identity: Identity,
    programs: Programs,
}

#[derive(Debug, PartialEq, Eq)]
struct Programs {
    cli: Option<ProgramFile>,
    plugins: Vec<OsString>,
}

/// What of a resource changes without anybody changing it.
const VOLATILE: [&str; 4] = ["created", "modified", "sourcePosition", "stackTrace"];

/// What of a deployment is about the file, not about what stands.
const OF_FILE: [&str; 3] = ["manifest", "secrets_providers", "metadata"];

impl Pulumi {
    /// What a preview of the stack rests on now. A stack that the backend doesn't have is like an empty one.
    pub async fn identity(&self, folder: &Path, stack: &str, key: &Key) -> Result<Identity> {
        let (configuration, state, versions) = tokio::try_join!(
            self.configuration(folder, stack, key),
            self.state(folder, stack, key),
            self.versions(folder)
        )?;
        Ok(Identity { configuration, state, versions })
    }

    /// Whether a preview rests on the same as before. The configuration lies in a checkout that nobody else works in, so it is asked
    /// for again only where it `imports` what others change; a version is another one only where the program or its plugins are.
    pub async fn rests_on(&self, before: &Basis, folder: &Path, stack: &str, key: &Key, imports: bool) -> Result<bool> {
        let configuration = async {
            match imports {
                true => self.configuration(folder, stack, key).await.map(Some),
                false => Ok(None),
            }
        };
        let (configuration, state) = tokio::try_join!(configuration, self.state(folder, stack, key))?;
        let known = &before.identity;
        let is_same = state == known.state && configuration.is_none_or(|told| told == known.configuration);
        // Another preview may have installed what this one has nothing to do with.
        Ok(is_same && (self.programs() == before.programs || self.versions(folder).await? == known.versions))
    }

    /// What a preview of the stack rests on now, so that it can be said later whether it still does.
    pub async fn basis(&self, folder: &Path, stack: &str, key: &Key) -> Result<Basis> {
        let programs = self.programs();
        Ok(Basis { identity: self.identity(folder, stack, key).await?, programs })
    }

    /// The digest of what a stack puts out, of which the engine's events told all but secrets; `None` where that is nothing.
    pub async fn put_out(
        &self,
        folder: &Path,
        stack: &str,
        told: &BTreeMap<String, Value>,
        key: &Key,
    ) -> Result<Option<String>> {
        let text = match told.values().any(holds_secret) {
            false if told.is_empty() => return Ok(None),
            false => Value::from_iter(told.clone()).to_string(),
            true => {
                let args = ["stack", "output", "--json", "--show-secrets", "--stack", stack, "--non-interactive"];
                let whole = self.demand(folder, &args, "reading the stack's outputs").await?;
                read::<Value>(&whole, "outputs")?.to_string()
            }
        };
        Ok(Some(key.digest("outputs", &text)))
    }

    /// The CLI, and the plugins that are installed.
    fn programs(&self) -> Programs {
        let plugins = home::of_user(&self.environment).map(|home| home.join("plugins"));
        let entries = plugins.and_then(|folder| std::fs::read_dir(folder).ok());
        let mut names: Vec<OsString> = entries.into_iter().flatten().flatten().map(|entry| entry.file_name()).collect();
        names.sort_unstable();
        Programs { cli: self.file(), plugins: names }
    }

    async fn configuration(&self, folder: &Path, stack: &str, key: &Key) -> Result<BTreeMap<String, String>> {
        let args = ["config", "--json", "--show-secrets", "--stack", stack, "--non-interactive"];
        let told = self.demand(folder, &args, "reading the stack's configuration").await?;
        let entries: Map<String, Value> = read(&told, "configuration")?;
        Ok(entries.into_iter().map(|(name, entry)| (name, key.digest("configuration", &entry.to_string()))).collect())
    }

    async fn state(&self, folder: &Path, stack: &str, key: &Key) -> Result<String> {
        let args = ["stack", "export", "--show-secrets", "--stack", stack, "--non-interactive"];
        let answer = self.ask(folder, &args).await?;
        match answer.code {
            Some(0) => Ok(digest_of(read(&answer.stdout, "state")?, key)),
            Some(STACK_NOT_FOUND) => Ok(digest_of(Value::Null, key)),
            _ => Err(failed("exporting the stack's state", &answer)),
        }
    }

    async fn versions(&self, folder: &Path) -> Result<BTreeMap<String, String>> {
        let told = self.demand(folder, &["about", "--json", "--non-interactive"], "asking for versions").await?;
        let installed = |kind: &str, name: &str| self.installed(kind, name);
        Ok(versions_in(&read(&told, "versions")?, installed))
    }

    /// What the engine chooses from where a program names no version of a plugin: one on the PATH, else the newest that is installed.
    fn installed(&self, kind: &str, name: &str) -> Option<String> {
        let plugin = format!("{kind}-{name}");
        if let Some(file) = on_path(&self.environment, &format!("pulumi-{plugin}")) {
            let made = std::fs::metadata(file).and_then(|found| found.modified()).ok()?;
            let at = made.duration_since(UNIX_EPOCH).ok()?.as_millis();
            return Some(format!("on the PATH, of {}", timestamp(i64::try_from(at).ok()?)));
        }
        let all = self.programs().plugins;
        let all = all.iter().filter_map(|name| name.to_str()?.strip_prefix(&plugin)?.strip_prefix("-v"));
        // Beside each lies its lock.
        let versions: Vec<&str> = all.filter(|version| !version.ends_with(".lock")).collect();
        (!versions.is_empty()).then(|| format!("one of {}", versions.join(", ")))
    }
}

/// Whether something of a value was not told since it is a secret.
fn holds_secret(value: &Value) -> bool {
    match value {
        Value::String(text) => text == PLACEHOLDER,
        Value::Array(items) => items.iter().any(holds_secret),
        Value::Object(fields) => fields.values().any(holds_secret),
        _ => false,
    }
}

/// What Pulumi tells as JSON. Its words are not repeated where it tells none: there may be a secret among them.
fn read<T: serde::de::DeserializeOwned>(told: &str, what: &str) -> Result<T> {
    serde_json::from_str(told)
        .map_err(|_| Failure::setup(format!("reading the {what} that pulumi tells: it is no JSON")))
}

/// `installed` says what a plugin may be of which no version is named, by its kind and name.
fn versions_in(about: &Value, installed: impl Fn(&str, &str) -> Option<String>) -> BTreeMap<String, String> {
    const UNKNOWN: &str = "unknown";
    let text = |value: &Value| value.as_str().unwrap_or(UNKNOWN).to_owned();
    let mut versions = BTreeMap::from([("pulumi".to_owned(), text(&about["cliAbout"]["version"]))]);
    for plugin in about["plugins"].as_array().into_iter().flatten() {
        let (kind, name) = (plugin["kind"].as_str().unwrap_or("resource"), text(&plugin["name"]));
        let version = plugin["version"].as_str().map(str::to_owned).or_else(|| installed(kind, &name));
        let name = if kind == "resource" { name } else { format!("{kind} {name}") };
        versions.insert(name, version.unwrap_or_else(|| UNKNOWN.to_owned()));
    }
    // Programs of Node.js, Python and Go have an interpreter or a compiler with a version of its own.
    if let Some(version) = about["runtime"]["version"].as_str() {
        versions.insert(text(&about["runtime"]["language"]), version.to_owned());
    }
    versions
}

/// The digest of a state in one form: a run with nothing to do writes it anew, in another order and with other times.
fn digest_of(state: Value, key: &Key) -> String {
    let mut deployment = match state {
        Value::Object(mut state) => state.remove("deployment").unwrap_or_default(),
        _ => Value::Null,
    };
    if let Value::Object(fields) = &mut deployment {
        fields.retain(|name, value| !OF_FILE.contains(&name.as_str()) && !is_empty(value));
        if let Some(Value::Array(resources)) = fields.get_mut("resources") {
            resources.iter_mut().for_each(|resource| settle(resource, key));
            resources.sort_by_cached_key(Value::to_string);
        }
        // What was under way is part of it; when it began is not.
        if let Some(Value::Array(operations)) = fields.get_mut("pending_operations") {
            operations.iter_mut().for_each(|operation| settle(&mut operation["resource"], key));
            operations.sort_by_cached_key(Value::to_string);
        }
    }
    let is_bare = matches!(&deployment, Value::Object(fields) if fields.is_empty());
    let text = if is_bare { Value::Null } else { deployment }.to_string();
    key.digest("state", &text)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// A resource without what is volatile in it, its secrets as digests.
fn settle(resource: &mut Value, key: &Key) {
    if let Value::Object(fields) = resource {
        fields.retain(|name, _| !VOLATILE.contains(&name.as_str()));
    }
    hide(resource, key);
}

fn hide(value: &mut Value, key: &Key) {
    match value {
        Value::Object(fields) if fields.get(SIGNATURE).and_then(Value::as_str) == Some(SECRET) => {
            let plain = fields.remove("plaintext").unwrap_or_default();
            *value = Value::String(key.digest("secret", &plain.to_string()));
        }
        Value::Object(fields) => fields.values_mut().for_each(|field| hide(field, key)),
        Value::Array(items) => items.iter_mut().for_each(|item| hide(item, key)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Environment;
    use serde_json::json;

    fn resource(name: &str, time: &str, secret: &str) -> Value {
        json!({"urn": format!("urn:{name}"), "created": time, "modified": time, "stackTrace": [time], "protect": false,
            "outputs": {"plain": 1, "list": [{SIGNATURE: SECRET, "plaintext": secret}]}})
    }

    fn state(time: &str, resources: &[Value]) -> Value {
        json!({"version": 3, "deployment": {"manifest": {"time": time}, "resources": resources, "pending_operations": []}})
    }

    #[test]
    fn a_state_is_the_same_when_only_times_and_order_differ() {
        let key = Key::fresh();
        let (a, b) = (resource("a", "1", "hush"), resource("b", "1", "hush"));
        let digest = digest_of(state("1", &[a.clone(), b.clone()]), &key);
        assert_eq!(digest, digest_of(state("2", &[resource("b", "2", "hush"), a.clone()]), &key));
        let mut protected = b.clone();
        protected["protect"] = true.into();
        let mut pending = state("1", &[a.clone(), b.clone()]);
        pending["deployment"]["pending_operations"] = json!([{"type": "creating", "resource": {"urn": "urn:c"}}]);
        for other in [
            state("1", std::slice::from_ref(&a)),
            state("1", &[a.clone(), resource("b", "1", "hush2")]),
            state("1", &[a, protected]),
            pending,
        ] {
            assert_ne!(digest, digest_of(other, &key));
        }
    }

    #[test]
    fn a_stack_that_was_just_made_is_like_none() {
        let key = Key::fresh();
        let made = json!({"version": 3, "deployment": {"manifest": {"time": "1"}, "metadata": {},
            "secrets_providers": {"type": "passphrase", "state": {"salt": "v1:x"}}}});
        assert_eq!(digest_of(made, &key), digest_of(Value::Null, &key));
    }

    #[test]
    fn versions_are_read_out_of_what_pulumi_says_about_itself() {
        let about = json!({"cliAbout": {"version": "3.259.0"}, "runtime": {"language": "nodejs", "version": "v22.1.0"},
            "plugins": [{"name": "aws", "version": "7.1.0", "kind": "resource"}, {"name": "files", "version": null},
                {"name": "nodejs", "version": "3.2.0", "kind": "language"}]});
        let installed =
            |kind: &str, name: &str| (kind, name).eq(&("resource", "files")).then(|| "one of 0.1.0".to_owned());
        let found: Vec<String> =
            versions_in(&about, installed).into_iter().map(|(name, version)| format!("{name} {version}")).collect();
        assert_eq!(
            found,
            ["aws 7.1.0", "files one of 0.1.0", "language nodejs 3.2.0", "nodejs v22.1.0", "pulumi 3.259.0"]
        );
    }

    /// What is put beside them, or in the place of one, is noticed.
    #[test]
    fn a_plugin_of_no_version_is_what_is_installed() {
        let home = tempfile::tempdir().expect("a folder");
        let plugins = home.path().join("plugins");
        for name in
            ["resource-files-v0.1.0", "resource-files-v0.2.0", "resource-filesystem-v9.0.0", "language-files-v1.0.0"]
        {
            std::fs::create_dir_all(plugins.join(name)).expect("a folder");
        }
        std::fs::write(plugins.join("resource-files-v0.2.0.lock"), "").expect("a file");
        let text = |path: &Path| path.display().to_string();
        let environment = |path: &str| {
            Environment::from([("PULUMI_HOME".to_owned(), text(home.path())), ("PATH".to_owned(), path.to_owned())])
        };
        let installed = |path: &str, name: &str| Pulumi::idle(&environment(path)).installed("resource", name);
        let versions = installed("", "files").unwrap_or_default();
        assert!(versions.contains("0.1.0") && versions.contains("0.2.0") && !versions.contains("9.0.0"), "{versions}");
        assert!(!versions.contains("lock"), "{versions}");
        assert_eq!(installed("", "aws"), None);
        std::fs::write(home.path().join("pulumi-resource-files"), "").expect("a file");
        let here = installed(&text(home.path()), "files").unwrap_or_default();
        assert!(here.starts_with("on the PATH, of 20"), "{here}");
    }
}
