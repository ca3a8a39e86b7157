//! What of gitinfra's own environment the engine may see: an allow-list, so that a shell's stray variables don't steer roll-outs.

use std::collections::BTreeMap;
use std::path::Path;

/// Variables by name.
pub type Environment = BTreeMap<String, String>;

/// Whole names that programs need to run at all, and those that language toolchains look at.
const NAMES: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "TMPDIR",
    "TEMP",
    "TMP",
    "TZ",
    "LANG",
    "LANGUAGE",
    "TERM",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "all_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "VIRTUAL_ENV",
    "JAVA_HOME",
    "DOTNET_ROOT",
    "KUBECONFIG",
    "GOPATH",
    "GOROOT",
    "GOCACHE",
    "GOMODCACHE",
    "GOPROXY",
    "GOFLAGS",
    "GONOSUMDB",
    "GONOSUMCHECK",
    "GOPRIVATE",
    "GOTOOLCHAIN",
    "GOSUMDB",
];

/// Beginnings of names. What a user sets for Pulumi, AWS or a package registry is meant for the engine.
const PREFIXES: &[&str] = &[
    "PULUMI_",
    "GITINFRA_",
    "AWS_",
    "LC_",
    "XDG_",
    "SSH_",
    "NODE_",
    "NPM_CONFIG_",
    "npm_config_",
    "PIP_",
    "UV_",
    "GOOGLE_",
    "ARM_",
];

/// Names of variables that hold a path, or several as PATH does. The engine runs in a checkout: read from there, a relative
/// one would name what somebody has committed.
const PATHS: &[&str] = &[
    "PATH",
    "PULUMI_HOME",
    "PULUMI_CONFIG_PASSPHRASE_FILE",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CA_BUNDLE",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "KUBECONFIG",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "NODE_PATH",
    "VIRTUAL_ENV",
    "JAVA_HOME",
    "DOTNET_ROOT",
    "GOPATH",
    "GOROOT",
    "GOCACHE",
    "GOMODCACHE",
];

const NOT_PASSED: &[&str] = &["GITINFRA_LEDGER", "GITINFRA_PENDING_CREATES"];

/// The environment of every `pulumi` that gitinfra starts.
pub fn for_engine(all: &Environment, also: &[String], cwd: &Path) -> Environment {
    let allowed = |name: &str| {
        NAMES.contains(&name)
            || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
            || also.iter().any(|wanted| wanted == name)
    };
    // The ledger's address may hold a password, and no program needs it. Of pending creates each run is told its own.
    let mut kept: Environment = all
        .iter()
        .filter(|(name, _)| allowed(name) && !NOT_PASSED.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    for (name, value) in [
        // The event log's flag exists only with this.
        ("PULUMI_DEBUG_COMMANDS", "1"),
        ("PULUMI_SKIP_UPDATE_CHECK", "1"),
        ("PULUMI_SKIP_CONFIRMATIONS", "1"),
        // A fresh worktree never holds a salt that wasn't committed; the stack's state does.
        ("PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER", "1"),
        ("NO_COLOR", "1"),
    ] {
        kept.insert(name.to_owned(), value.to_owned());
    }
    for (_, value) in kept.iter_mut().filter(|(name, _)| PATHS.contains(&name.as_str())) {
        *value = absolute_paths(value, cwd);
    }
    if let Some(url) = kept.get("PULUMI_BACKEND_URL").and_then(|url| absolute_backend(url, cwd)) {
        kept.insert("PULUMI_BACKEND_URL".to_owned(), url);
    }
    kept
}

/// The same paths, read from a folder. A home's `~` is left to whoever knows it, and nothing stays nothing.
fn absolute_paths(paths: &str, cwd: &Path) -> String {
    if paths.is_empty() {
        return String::new();
    }
    let absolute = |path: &str| match path.starts_with(['/', '~']) {
        true => path.to_owned(),
        false => cwd.join(path.trim_start_matches("./")).display().to_string(),
    };
    paths.split(':').map(absolute).collect::<Vec<_>>().join(":")
}

/// `file://./state` as an absolute URL; `None` when it needs no change.
fn absolute_backend(url: &str, cwd: &Path) -> Option<String> {
    let path = url.strip_prefix("file://")?;
    let is_relative = !path.starts_with('/') && !path.starts_with('~');
    is_relative.then(|| format!("file://{}", cwd.join(path.trim_start_matches("./")).display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_listed_reaches_the_engine() {
        let all: Environment = [
            "PATH",
            "AWS_REGION",
            "PULUMI_HOME",
            "LD_PRELOAD",
            "GITINFRA_LEDGER",
            "GITINFRA_PENDING_CREATES",
            "MY_TOKEN",
            "HTTPS_PROXY",
        ]
        .into_iter()
        .map(|name| (name.to_owned(), "x".to_owned()))
        .collect();
        let kept = for_engine(&all, &["MY_TOKEN".to_owned()], Path::new("/home/ada"));
        for name in ["PATH", "AWS_REGION", "PULUMI_HOME", "MY_TOKEN", "HTTPS_PROXY", "PULUMI_DEBUG_COMMANDS"] {
            assert!(kept.contains_key(name), "{name} is kept");
        }
        for name in ["LD_PRELOAD", "GITINFRA_LEDGER", "GITINFRA_PENDING_CREATES"] {
            assert!(!kept.contains_key(name), "{name} is left out");
        }
    }

    #[test]
    fn relative_paths_are_read_from_where_gitinfra_was_started() {
        let cases = [
            ("PULUMI_CONFIG_PASSPHRASE_FILE", "./pass", "/home/ada/pass"),
            ("PULUMI_CONFIG_PASSPHRASE_FILE", "../pass", "/home/ada/../pass"),
            ("PULUMI_HOME", "/opt/pulumi", "/opt/pulumi"),
            ("AWS_CONFIG_FILE", "~/aws", "~/aws"),
            ("AWS_CONFIG_FILE", "", ""),
            ("PATH", "/usr/bin:node_modules/.bin", "/usr/bin:/home/ada/node_modules/.bin"),
            ("AWS_REGION", "eu-central-1", "eu-central-1"),
        ];
        for (name, value, expected) in cases {
            let all = [(name.to_owned(), value.to_owned())].into();
            assert_eq!(for_engine(&all, &[], Path::new("/home/ada"))[name], expected, "{name}={value}");
        }
    }

    #[test]
    fn a_relative_backend_becomes_absolute() {
        let cases = [
            ("file://./state", Some("file:///home/ada/state")),
            ("file://state", Some("file:///home/ada/state")),
            ("file:///state", None),
            ("file://~", None),
            ("s3://bucket", None),
        ];
        for (url, expected) in cases {
            assert_eq!(absolute_backend(url, Path::new("/home/ada")).as_deref(), expected, "{url}");
        }
    }
}
