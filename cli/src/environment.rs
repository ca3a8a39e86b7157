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
    "GOGC",
    "GOMEMLIMIT",
    "GOMAXPROCS",
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

/// Variables that hold paths although their names don't end like it.
const PATHS: &[&str] = &[
    "HOME",
    "TMPDIR",
    "TEMP",
    "TMP",
    "VIRTUAL_ENV",
    "KUBECONFIG",
    "GOROOT",
    "GOCACHE",
    "GOMODCACHE",
    "DOTNET_ROOT",
    "NODE_EXTRA_CA_CERTS",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "NPM_CONFIG_USERCONFIG",
    "NPM_CONFIG_GLOBALCONFIG",
    "NPM_CONFIG_CACHE",
    "NPM_CONFIG_PREFIX",
    "npm_config_userconfig",
    "npm_config_globalconfig",
    "npm_config_cache",
    "npm_config_prefix",
];

/// How names of variables end that hold paths, such as PULUMI_CONFIG_PASSPHRASE_FILE.
const PATH_ENDINGS: &[&str] = &["PATH", "_FILE", "_DIR", "_DIRS", "_HOME", "_BUNDLE"];

/// Those that mean a place in the program's folder.
const IN_PROGRAM: &[&str] = &["PULUMI_NODEJS_TSCONFIG_PATH"];

const NOT_PASSED: &[&str] = &[
    "GITINFRA_LEDGER",
    "GITINFRA_PENDING_CREATES",
    "GITINFRA_FORGE_TOKEN",
    "GITINFRA_TOKEN",
    "GITINFRA_MARK_SECRET",
    "GITINFRA_APP_KEY_FILE",
];

/// What every engine is started with, whatever anybody else says.
const SET: &[(&str, &str)] = &[
    // The event log's flag exists only with this.
    ("PULUMI_DEBUG_COMMANDS", "1"),
    ("PULUMI_SKIP_UPDATE_CHECK", "1"),
    ("PULUMI_SKIP_CONFIRMATIONS", "1"),
    // A fresh worktree never holds a salt that wasn't committed; the stack's state does.
    ("PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER", "1"),
    ("NO_COLOR", "1"),
];

/// What is another in each session or on each start, and decides nothing; and what gitinfra or the engine sets anew for each run.
const OF_SESSION: &[&str] = &[
    "TERM",
    "SHELL",
    "TMPDIR",
    "TEMP",
    "TMP",
    "XDG_RUNTIME_DIR",
    "PULUMI_HOME",
    // Who is signed in until when. It is another word each time, for the same rights.
    "PULUMI_ACCESS_TOKEN",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_EXPIRATION",
    "AWS_CREDENTIAL_EXPIRATION",
    "ARM_OIDC_TOKEN",
    "ARM_OIDC_REQUEST_TOKEN",
    "GOOGLE_OAUTH_ACCESS_TOKEN",
];

/// Beginnings of names of the same kind.
const OF_SESSION_PREFIXES: &[&str] = &["GITINFRA_", "SSH_", "XDG_SESSION_"];

/// A key that belongs to a session's token is as short-lived as that.
const OF_TOKEN: &[&str] = &["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

/// Whether a variable that the engine sees may be another one each time without anything being another thing.
pub fn is_of_session(name: &str, all: &Environment) -> bool {
    OF_SESSION.contains(&name)
        || OF_SESSION_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || (OF_TOKEN.contains(&name) && all.contains_key("AWS_SESSION_TOKEN"))
}

/// Whether nobody but gitinfra sets a variable.
pub fn is_own(name: &str) -> bool {
    name.starts_with("GITINFRA_") || SET.iter().any(|(own, _)| *own == name)
}

/// The environment of every `pulumi` that gitinfra starts.
pub fn for_engine(all: &Environment, also: &[String], cwd: &Path) -> Environment {
    let allowed = |name: &str| {
        NAMES.contains(&name)
            || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
            || also.iter().any(|wanted| wanted == name)
    };
    // The ledger's address may hold a password, and no program needs it, nor what we speak to a forge with. Of pending
    // creates each run is told its own.
    let mut kept: Environment = all
        .iter()
        .filter(|(name, _)| allowed(name) && !NOT_PASSED.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    for (name, value) in SET {
        kept.insert((*name).to_owned(), (*value).to_owned());
    }
    // The engine runs elsewhere, where a committed file would be taken for the one that is meant.
    for (name, value) in kept.iter_mut().filter(|(name, _)| holds_paths(name)) {
        *value = absolute_paths(value, cwd, is_list(name));
    }
    if let Some(url) = kept.get("PULUMI_BACKEND_URL").and_then(|url| absolute_backend(url, cwd)) {
        kept.insert("PULUMI_BACKEND_URL".to_owned(), url);
    }
    kept
}

/// Whether a variable holds a path, or several with colons between them.
fn holds_paths(name: &str) -> bool {
    PATHS.contains(&name)
        || (PATH_ENDINGS.iter().any(|end| name.to_ascii_uppercase().ends_with(end)) && !IN_PROGRAM.contains(&name))
}

fn is_list(name: &str) -> bool {
    name.ends_with("PATH") || name == "KUBECONFIG" || name.starts_with("XDG_")
}

/// Relative paths as seen from where gitinfra was started. A shell has expanded `~` already; an empty one in a list means
/// the folder itself.
fn absolute_paths(value: &str, cwd: &Path, is_list: bool) -> String {
    let is_relative = |path: &str| !path.starts_with('/') && !path.starts_with('~') && !path.contains("://");
    let absolute = |path: &str| match is_relative(path) {
        true => cwd.join(path.trim_start_matches("./")).display().to_string(),
        false => path.to_owned(),
    };
    match value {
        "" => String::new(),
        one if !is_list || one.contains("://") => absolute(one),
        list => list.split(':').map(absolute).collect::<Vec<_>>().join(":"),
    }
}

/// `file://./state` as an absolute URL; `None` when it needs no change.
fn absolute_backend(url: &str, cwd: &Path) -> Option<String> {
    let path = url.strip_prefix("file://")?;
    let is_relative = !path.starts_with('/') && !path.starts_with('~');
    is_relative.then(|| format!("file://{}", cwd.join(path.trim_start_matches("./")).display()))
}

/// The user's folder. What is relative would be another one in each folder, so it counts as if it were not set.
pub fn home(environment: &Environment) -> Option<&Path> {
    environment.get("HOME").map(Path::new).filter(|home| home.is_absolute())
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
    fn what_belongs_to_a_session_is_known() {
        let keys = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), "x".to_owned())).collect();
        let (long, short): (Environment, Environment) = (keys(&[]), keys(&["AWS_SESSION_TOKEN"]));
        for name in ["TERM", "SSH_AUTH_SOCK", "XDG_SESSION_ID", "GITINFRA_RUN", "PULUMI_HOME", "AWS_SESSION_TOKEN"] {
            assert!(is_of_session(name, &long), "{name}");
        }
        for name in ["AWS_REGION", "AWS_PROFILE", "AWS_ROLE_ARN", "HOME", "USER", "PULUMI_CONFIG_PASSPHRASE", "MINE"] {
            assert!(!is_of_session(name, &short), "{name}");
        }
        let of_keys =
            |all: &Environment| ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map(|name| is_of_session(name, all));
        assert_eq!((of_keys(&long), of_keys(&short)), ([false; 2], [true; 2]));
    }

    #[test]
    fn relative_paths_are_read_from_where_gitinfra_was_started() {
        let cases = [
            ("PULUMI_CONFIG_PASSPHRASE_FILE", "./pass", "/home/ada/pass"),
            ("PULUMI_CONFIG_PASSPHRASE_FILE", "../pass", "/home/ada/../pass"),
            ("PULUMI_CONFIG_PASSPHRASE_FILE", "/pass", "/pass"),
            ("PULUMI_CONFIG_PASSPHRASE", "./pass", "./pass"),
            ("AWS_CONFIG_FILE", "aws", "/home/ada/aws"),
            ("AWS_CA_BUNDLE", "ca.pem", "/home/ada/ca.pem"),
            ("PULUMI_HOME", "~/p", "~/p"),
            ("PATH", "/bin:node_modules/.bin::.", "/bin:/home/ada/node_modules/.bin:/home/ada/:/home/ada/."),
            ("KUBECONFIG", "a:/b", "/home/ada/a:/b"),
            ("PULUMI_NODEJS_TSCONFIG_PATH", "tsconfig.json", "tsconfig.json"),
            ("NODE_OPTIONS", "--require ./x", "--require ./x"),
        ];
        for (name, value, expected) in cases {
            let all = Environment::from([(name.to_owned(), value.to_owned())]);
            let kept = for_engine(&all, &[], Path::new("/home/ada"));
            assert_eq!(kept.get(name).map(String::as_str), Some(expected), "{name}={value}");
        }
    }

    #[test]
    fn a_home_that_is_relative_or_empty_is_none() {
        for (value, expected) in [("/home/ada", Some("/home/ada")), ("", None), ("ada", None), ("./ada", None)] {
            let all = Environment::from([("HOME".to_owned(), value.to_owned())]);
            assert_eq!(home(&all), expected.map(Path::new), "{value}");
        }
        assert_eq!(home(&Environment::new()), None);
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
