//! What the file of `serve` says: which repositories, where pages are, and who may do what. Pure.

mod schema;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use super::place::Proxy;
use crate::config::wrong;
use crate::failure::{Failure, Result};
use crate::forge::Kind;
use crate::places::{Places, Spot};

pub use schema::SCHEMA;

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// Where it listens.
    #[serde(default = "listen")]
    pub listen: SocketAddr,
    /// What links lead to, as people reach it.
    pub url: Option<String>,
    /// What stands in front of it, and says where requests come from.
    pub proxy: Option<Proxy>,
    pub repositories: Vec<Repository>,
    /// Who may see and do what on the page.
    #[serde(default)]
    pub people: Vec<Person>,
    /// Groups of another server's whose members may see and do something.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// Other servers that say who somebody is.
    #[serde(default)]
    pub sign_in: Vec<Provider>,
    /// Whom to tell what happens.
    #[serde(default)]
    pub notify: Vec<Notify>,
    /// Where traces of what it does go; none are made without.
    pub traces: Option<Traces>,
    /// What people are called on forges, by the name that they have here: `{ada: [ada-lovelace, '{5f1c…}']}`. So their words in
    /// comments and on the page are one person's. Bitbucket has no other names than UUIDs.
    #[serde(default)]
    pub names: BTreeMap<String, Vec<String>>,
    /// Whether whoever can reach the page may read it without signing in.
    #[serde(default)]
    pub open_to_read: bool,
    /// Where each of it stands.
    #[serde(skip)]
    pub places: Places,
}

/// A repository that is watched.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Repository {
    /// What it is called in addresses, logs and metrics.
    pub name: String,
    /// A path, or an https or ssh URL.
    pub repo: String,
    /// The branch that is rolled out.
    #[serde(default = "main")]
    pub branch: String,
    /// Where its pull requests are; without it none is reviewed.
    pub forge: Option<Forge>,
    /// How often it is looked at, whether or not anything was delivered.
    #[serde(default = "minute", deserialize_with = "interval")]
    pub interval: Duration,
    /// How many stacks are rolled out, and how many are previewed, side by side.
    #[serde(default = "four")]
    pub jobs: usize,
    /// How many pull requests are reviewed side by side.
    #[serde(default = "two")]
    pub reviews: usize,
    /// How many runs of each stack are kept; 0 for all.
    #[serde(default = "runs")]
    pub keep_runs: u32,
    /// Variables that the engine may see besides the usual ones.
    #[serde(default)]
    pub pass_env: Vec<String>,
}

/// Where pull requests are, and who speaks to it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Forge {
    pub url: String,
    #[serde(default, deserialize_with = "kind")]
    pub kind: Option<Kind>,
    /// The file that holds the token.
    pub token_file: Option<PathBuf>,
    /// A GitHub App's id, and the file that holds its private key.
    pub app: Option<u64>,
    pub app_key_file: Option<PathBuf>,
    /// The file with the secret that the forge signs deliveries with; without it none is taken.
    pub webhook_secret_file: Option<PathBuf>,
}

/// Where news go: an address that gets them signed, one of Slack's, which is itself a secret, or people by email.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Notify {
    pub url: Option<String>,
    /// The file with the secret that news are signed with.
    pub secret_file: Option<PathBuf>,
    /// The file with the address of an incoming webhook of Slack's.
    pub slack_url_file: Option<PathBuf>,
    pub email: Option<Email>,
    /// Which news; all but `succeeded` where none is named.
    #[serde(default)]
    pub on: Vec<When>,
}

/// A server that takes traces by OpenTelemetry's protocol (OTLP) over HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Traces {
    /// What its addresses begin with, such as http://localhost:4318; `/v1/traces` comes behind.
    pub url: String,
    /// The file with headers that every request bears, a line each: `NAME: VALUE`.
    pub headers_file: Option<PathBuf>,
}

/// A server that takes email, and who gets it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Email {
    pub to: Vec<String>,
    pub from: String,
    /// HOST:PORT. At port 465 it is encrypted from the beginning, at others by STARTTLS; only on this machine it need not be.
    pub server: String,
    pub user: Option<String>,
    /// The file that holds the user's password.
    pub password_file: Option<PathBuf>,
}

/// Kinds of news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    Failed,
    Held,
    Succeeded,
}

impl When {
    pub fn word(self) -> &'static str {
        match self {
            When::Failed => "failed",
            When::Held => "held",
            When::Succeeded => "succeeded",
        }
    }
}

/// What somebody may do. Whoever may more may less as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// May read.
    Viewer,
    /// May say yes and no, cancel and retry.
    Approver,
    /// May free other people's locks as well.
    Admin,
}

/// Somebody who may sign in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Person {
    /// What approvals are recorded under; the name on the forge, if there is one.
    pub name: String,
    pub role: Role,
    /// The file that holds the token that only this person knows.
    pub token_file: Option<PathBuf>,
    /// The entry of `signIn` that says who this is. Where there is one entry, it is that for whoever has no token.
    pub sign_in: Option<String>,
    /// The repositories by name; all where none is named.
    #[serde(default)]
    pub repositories: Vec<String>,
}

/// Those whom another server names as members of a group.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Group {
    /// As the other server writes it, such as ORGANIZATION:TEAM on Gitea and GitHub.
    pub group: String,
    /// The entry of `signIn` that names it; the only one where there is one.
    pub sign_in: Option<String>,
    pub role: Role,
    /// The repositories by name; all where none is named.
    #[serde(default)]
    pub repositories: Vec<String>,
}

/// Another server that says who somebody is. It takes them back to `URL/sign-in/NAME/back`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Provider {
    /// What it is called on the page and in addresses.
    pub name: String,
    #[serde(default)]
    pub kind: Speaks,
    /// As its own description writes it, which lies at ISSUER/.well-known/openid-configuration; GitHub's address for GitHub.
    pub issuer: String,
    pub client_id: String,
    /// The file with the client's secret; none for a client that has none.
    pub client_secret_file: Option<PathBuf>,
    /// What is asked for besides `openid`, such as `groups` on Gitea; on GitHub `read:org` has the teams told.
    pub scopes: Option<Vec<String>>,
    /// What it calls the name that people are known by here. Nobody may be able to choose another's there.
    #[serde(default = "name_claim")]
    pub name_claim: String,
    #[serde(default = "groups_claim")]
    pub groups_claim: String,
}

/// How another server says who somebody is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Speaks {
    /// OpenID Connect: Gitea, GitLab and most others.
    #[default]
    Oidc,
    /// OAuth, and an API that is asked.
    Github,
}

fn name_claim() -> String {
    "preferred_username".to_owned()
}

fn groups_claim() -> String {
    "groups".to_owned()
}

fn listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8080))
}

fn main() -> String {
    "main".to_owned()
}

fn minute() -> Duration {
    Duration::from_secs(60)
}

fn two() -> usize {
    2
}

fn four() -> usize {
    4
}

fn runs() -> u32 {
    200
}

fn interval<'a, D: Deserializer<'a>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    let span: Option<jiff::SignedDuration> = text.parse().ok();
    let span = span.filter(|span| *span >= jiff::SignedDuration::from_secs(1));
    let words = "write an interval as 30s, 5m or 1h; a second is the least";
    span.map(jiff::SignedDuration::unsigned_abs).ok_or_else(|| serde::de::Error::custom(words))
}

fn kind<'a, D: Deserializer<'a>>(deserializer: D) -> Result<Option<Kind>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let known = [
        ("github", Kind::Github),
        ("gitlab", Kind::Gitlab),
        ("gitea", Kind::Gitea),
        ("forgejo", Kind::Forgejo),
        ("bitbucket", Kind::Bitbucket),
    ];
    let found = known.into_iter().find(|(word, _)| *word == text).map(|(_, kind)| Some(kind));
    found.ok_or_else(|| serde::de::Error::custom("the kinds of forges are github, gitlab, gitea, forgejo, bitbucket"))
}

impl Config {
    /// The name under which somebody's words in comments count.
    pub fn named<'a>(&'a self, login: &'a str) -> &'a str {
        let is_it = |known: &String| known.to_lowercase() == login.to_lowercase();
        self.names.iter().find(|(_, logins)| logins.iter().any(is_it)).map_or(login, |(name, _)| name)
    }

    /// `file` is what its faults are told of. Whether all of it fits together is to be asked then.
    pub fn parse(file: &str, text: &str) -> Result<Config> {
        let read: Result<Config, _> = serde_saphyr::from_str(text);
        let mut config = read.map_err(|error| wrong(file, "serve", error.without_snippet()))?;
        config.places = Places::of(file, text);
        Ok(config)
    }

    #[cfg(test)]
    pub fn read(file: &str, text: &str) -> Result<Config> {
        let config = Config::parse(file, text)?;
        config.check().map(|()| config)
    }

    pub fn check(&self) -> Result<()> {
        let faults = self.faults();
        match faults.is_empty() {
            true => Ok(()),
            false => Err(Failure::input(faults.join("; "))),
        }
    }

    /// All that does not fit together, each with its place.
    fn faults(&self) -> Vec<String> {
        let mut faults = self.faults_of_repositories();
        faults.extend(self.faults_of_what_is_seen());
        faults.extend(self.faults_of_names());
        faults.extend(self.faults_of_people());
        faults
    }

    fn faults_of_repositories(&self) -> Vec<String> {
        let (mut faults, mut names) = (Vec::new(), BTreeSet::new());
        let all = self.places.spot().at("repositories");
        if self.repositories.is_empty() {
            faults.push(format!("{all}: no repository is named"));
        }
        for (at, Repository { name, jobs, reviews, .. }) in self.repositories.iter().enumerate() {
            let here = all.at(at);
            if !is_word(name) {
                let name = name.escape_debug();
                faults.push(format!("{}: `{name}` is no name: use letters, digits and -", here.at("name")));
            }
            if !names.insert(name) {
                faults.push(format!("{}: two repositories are called `{name}`", here.at("name")));
            }
            for (key, _) in [("jobs", *jobs), ("reviews", *reviews)].into_iter().filter(|(_, number)| *number == 0) {
                faults.push(format!("{}: `{key}` of `{}` are one at least", here.at(key), name.escape_debug()));
            }
        }
        faults
    }

    /// Whoever may see something may see a repository that there is.
    fn faults_of_what_is_seen(&self) -> Vec<String> {
        let names: BTreeSet<&String> = self.repositories.iter().map(|repository| &repository.name).collect();
        let (people, groups) =
            (self.people.iter().map(|one| &one.repositories), self.groups.iter().map(|one| &one.repositories));
        let all = people.enumerate().map(|(at, seen)| ("people", at, seen));
        let all = all.chain(groups.enumerate().map(|(at, seen)| ("groups", at, seen)));
        let mut faults = Vec::new();
        for (whose, at, seen) in all {
            let here = self.places.spot().at(whose).at(at).at("repositories");
            let unknown = seen.iter().enumerate().filter(|(_, name)| !names.contains(name));
            faults.extend(unknown.map(|(at, name)| {
                format!("{}: somebody may see `{name}`, and no repository is called so", here.at(at))
            }));
        }
        faults
    }

    fn faults_of_names(&self) -> Vec<String> {
        let (mut faults, mut logins) = (Vec::new(), BTreeSet::new());
        for (name, called) in &self.names {
            let here = self.places.spot().at("names").at(name);
            let twice = called.iter().enumerate().filter(|(_, login)| !logins.insert(login.to_lowercase()));
            faults.extend(twice.map(|(at, login)| {
                format!("{}: by `names` two people are called `{}` on a forge", here.at(at), login.escape_debug())
            }));
        }
        faults
    }

    fn faults_of_people(&self) -> Vec<String> {
        let (mut faults, mut names, mut providers) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        let all = self.places.spot();
        let (people, groups) = (all.at("people"), all.at("groups"));
        for (at, Person { name, .. }) in self.people.iter().enumerate() {
            if !names.insert(name) {
                faults.push(format!("{}: two people are called `{name}`", people.at(at).at("name")));
            }
        }
        for (at, Provider { name, .. }) in self.sign_in.iter().enumerate() {
            if !is_word(name) || !providers.insert(name) {
                let (here, name) = (all.at("signIn").at(at).at("name"), name.escape_debug());
                let words = "names no entry of `signIn`: use letters, digits and -, and each once";
                faults.push(format!("{here}: `{name}` {words}"));
            }
        }
        let by_person = self.people.iter().enumerate().map(|(at, person)| (people.at(at), &person.sign_in));
        let by_group = self.groups.iter().enumerate().map(|(at, group)| (groups.at(at), &group.sign_in));
        let named = by_person.chain(by_group).filter_map(|(here, name)| Some((here.at("signIn"), name.as_ref()?)));
        for (here, unknown) in named.filter(|(_, name)| !providers.contains(name)) {
            faults.push(format!("{here}: no entry of `signIn` is called `{}`", unknown.escape_debug()));
        }
        for (at, person) in self.people.iter().enumerate() {
            if person.token_file.is_none() && self.says_who(person).is_none() {
                let (here, words) = (people.at(at), "can't sign in: name `tokenFile`, or one entry of `signIn`");
                faults.push(format!("{here}: {} {words}", person.name));
            }
        }
        for (at, group) in self.groups.iter().enumerate().filter(|(_, group)| self.names(group).is_none()) {
            let (here, name) = (groups.at(at), group.group.escape_debug());
            faults.push(format!("{here}: nobody names the group {name}: name one entry of `signIn`"));
        }
        faults
    }

    /// Who says that somebody is a person. Somebody may be called like another at another server, and like one with a token.
    pub(super) fn says_who<'a>(&'a self, person: &'a Person) -> Option<&'a str> {
        let alone = || self.the_only_one().filter(|_| person.token_file.is_none());
        person.sign_in.as_deref().or_else(alone)
    }

    /// Who names the members of a group.
    pub(super) fn names<'a>(&'a self, group: &'a Group) -> Option<&'a str> {
        group.sign_in.as_deref().or_else(|| self.the_only_one())
    }

    fn the_only_one(&self) -> Option<&str> {
        let [one] = &self.sign_in[..] else {
            return None;
        };
        Some(&one.name)
    }
}

/// Two entries of one repository would take each other's jobs and roll out the same stacks. Each is a name, the ledger's label, and its
/// place.
pub(super) fn refuse_twice(entries: &[(&str, String, Spot<'_>)]) -> Result<()> {
    for (at, (name, label, here)) in entries.iter().enumerate() {
        if let Some((other, ..)) = entries[..at].iter().find(|(_, other, _)| other == label) {
            let words = format!("`{other}` and `{name}` are the same repository, {label}");
            let failure = Failure::input(words).hint("keep one of them: one branch of a repository is rolled out");
            return here.at("repo").of(Err(failure));
        }
    }
    Ok(())
}

/// What may stand in an address and in a metric's label as it is.
fn is_word(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !name.is_empty() && name.len() <= 60 && name.bytes().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "the configuration";

    #[test]
    fn little_need_be_said() {
        let config = Config::read(FILE, "repositories: [{name: infra, repo: /srv/infra}]").expect("a configuration");
        let infra = &config.repositories[0];
        assert_eq!((infra.branch.as_str(), infra.interval, infra.jobs), ("main", Duration::from_secs(60), 4));
        assert_eq!((config.listen.to_string().as_str(), config.open_to_read), ("127.0.0.1:8080", false));
        let all = "listen: 0.0.0.0:80\nurl: https://infra.example\nrepositories:\n  - name: infra\n    repo: https://git.example/acme/infra\n    \
            interval: 30s\n    forge: {url: 'https://git.example/acme/infra', kind: forgejo, tokenFile: t, webhookSecretFile: w}\n\
            people: [{name: ada, role: admin, tokenFile: ada, repositories: [infra]}]";
        let config = Config::read(FILE, all).expect("a configuration");
        assert_eq!(config.repositories[0].forge.as_ref().and_then(|forge| forge.kind), Some(Kind::Forgejo));
        assert_eq!((config.people[0].role, Role::Admin > Role::Viewer), (Role::Admin, true));
    }

    /// Somebody may be called like another at another server.
    #[test]
    fn who_says_who_somebody_is() {
        let read = |providers: &str, person: &str| {
            let text = format!(
                "repositories: [{{name: i, repo: x}}]\nsignIn: [{providers}]\npeople: [{{name: ada, role: viewer, {person}}}]"
            );
            Config::read(FILE, &text).map(|config| config.says_who(&config.people[0]).map(str::to_owned))
        };
        let (a, b) = ("{name: a, issuer: x, clientId: y}", "{name: b, issuer: x, clientId: y}");
        let both = format!("{a}, {b}");
        assert_eq!(read(a, "").expect("one"), Some("a".to_owned()));
        assert_eq!(read(a, "tokenFile: t").expect("by a token alone"), None);
        assert_eq!(read(a, "tokenFile: t, signIn: a").expect("by both"), Some("a".to_owned()));
        assert_eq!(read(&both, "signIn: b").expect("one of two"), Some("b".to_owned()));
        assert!(read(&both, "").is_err());
    }

    #[test]
    fn a_person_is_one_on_every_forge() {
        let text = "repositories: [{name: i, repo: x}]\nnames: {ada: [Ada-L, '{5f1c}'], lee: [lee-anne]}\n";
        let config = Config::read(FILE, text).expect("a configuration");
        let named: Vec<&str> = ["ada-l", "{5F1C}", "Lee-Anne", "eve", "ada"].map(|login| config.named(login)).into();
        assert_eq!(named, ["ada", "ada", "lee", "eve", "ada"]);
        let twice = "repositories: [{name: i, repo: x}]\nnames: {ada: [a], lee: [A]}\n";
        assert!(
            Config::read(FILE, twice)
                .expect_err("two have it")
                .message
                .contains("two people are called `A` on a forge")
        );
    }

    #[test]
    fn a_repository_has_one_entry() {
        let places = Places::of(FILE, "{repo: x}");
        let [a, b, c] = [("a", "/srv/a"), ("b", "/srv/b"), ("c", "/srv/a")]
            .map(|(name, label)| (name, label.to_owned(), places.spot()));
        assert!(refuse_twice(&[a.clone(), b.clone()]).is_ok());
        let failure = refuse_twice(&[a, b, c]).expect_err("the same twice");
        assert!(failure.message.starts_with("the configuration:1:8: `a` and `c` are the same repository"), "{failure}");
        assert_eq!(failure.hints.len(), 1);
    }

    /// What is shipped to begin with, and how a cluster asks whether it is well.
    #[test]
    fn what_is_shipped_holds_together() {
        let config = Config::read(FILE, include_str!("../../../deploy/serve.yaml")).expect("a configuration");
        assert_eq!((config.people.len(), config.repositories.len()), (2, 1));
        let cluster = include_str!("../../../deploy/kubernetes.yaml");
        for part in cluster.split("\n---\n") {
            let read: Result<serde_json::Value, _> = serde_saphyr::from_str(part);
            let read = read.expect("a manifest");
            assert!(read["kind"].is_string() && read["metadata"]["name"] == "gitinfra", "{read}");
        }
        assert!(cluster.contains("path: /healthz") && cluster.contains("path: /readyz"));
        for line in ["serve --config serve.yaml", "KillSignal=SIGTERM", "ExecReload=/bin/kill -HUP $MAINPID"] {
            assert!(include_str!("../../../deploy/gitinfra.service").contains(line), "{line}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let one = |rest: &str| format!("repositories: [{{name: infra, repo: x{rest}}}]");
        let cases = [
            ("repositories: []".to_owned(), "no repository is named"),
            ("repositories: [{name: a/b, repo: x}]".to_owned(), "`a/b` is no name"),
            ("repositories: [{name: a, repo: x}, {name: a, repo: y}]".to_owned(), "two repositories are called `a`"),
            (one(", interval: 1ms"), "a second is the least"),
            (one(", jobs: 0"), "one at least"),
            (one(", colour: red"), "the configuration:1:39: there is no key `colour`"),
            (format!("{}\npeople: [{{name: ada, role: viewer}}]", one("")), "ada can't sign in"),
            (format!("{}\ngroups: [{{group: g, role: viewer}}]", one("")), "nobody names the group g"),
            (
                format!("{}\npeople: [{{name: ada, role: viewer, signIn: elsewhere}}]", one("")),
                "no entry of `signIn` is called `elsewhere`",
            ),
            (
                format!(
                    "{}\npeople: [{{name: ada, role: viewer, tokenFile: t}}, {{name: ada, role: admin, tokenFile: u}}]",
                    one("")
                ),
                "two people are called `ada`",
            ),
            (
                format!("{}\ngroups: [{{group: g, role: viewer, repositories: [web]}}]", one("")),
                "no repository is called so",
            ),
            (format!("{}\nsignIn: [{{name: a/b, issuer: x, clientId: y}}]", one("")), "names no entry of `signIn`"),
            (format!("{}\nproxy: {{header: 'a b', from: []}}", one("")), "`a b` is no header's name"),
            (format!("{}\nproxy: {{header: x-real-ip, from: [10.0.0.0/40]}}", one("")), "is no range of addresses"),
            (one(", forge: {url: x, kind: svn}"), "the kinds of forges are"),
            (
                format!("{}\npeople: [{{name: ada, role: viewer, tokenFile: t, repositories: [web]}}]", one("")),
                "no repository is called so",
            ),
        ];
        for (text, words) in cases {
            let failure = Config::read(FILE, &text).expect_err(&text);
            assert!(failure.message.contains(words), "{text}: {failure}");
            let has_place = [1, 2].iter().any(|line| failure.message.starts_with(&format!("{FILE}:{line}:")));
            assert!(has_place, "{text}: {failure}");
        }
        let many = Config::read(
            FILE,
            "repositories: [{name: a/b, repo: x, jobs: 0}]\npeople: [{name: ada, role: viewer, repositories: [c]}]",
        );
        assert_eq!(
            many.expect_err("four are wrong").message,
            "the configuration:1:23: `a/b` is no name: use letters, digits and -; \
            the configuration:1:43: `jobs` of `a/b` are one at least; \
            the configuration:2:51: somebody may see `c`, and no repository is called so; \
            the configuration:2:10: ada can't sign in: name `tokenFile`, or one entry of `signIn`"
        );
        let slip = Config::read(FILE, "repositories:\n- name: infra\n  repo: x\n  forge: {url: x, tokenfile: t}\n");
        let failure = slip.expect_err("there is no such key");
        assert_eq!(failure.message, "the configuration:4:19: there is no key `tokenfile`");
        assert_eq!(failure.hints[0], "did you mean `tokenFile`?");
        assert!(failure.hints[2].contains("gitinfra schema serve"), "{failure:?}");
    }
}
