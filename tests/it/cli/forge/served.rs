//! `gitinfra serve` beside a repository on the real Gitea.

use std::fs;

use serde_json::json;
use sha2::{Digest, Sha256};

use super::gitea::Hosted;
use super::http::{self, Answer};
use super::server::ADA;
use crate::cli::going::Going;

pub const SECRET: &str = "hush-hook-secret-of-32-characters";

/// A server that goes on, and where it is reached.
pub struct Served {
    pub going: Going,
    pub url: String,
}

impl Served {
    /// `more` is further lines of its configuration. It looks once an hour: what comes sooner was delivered.
    pub fn start(h: &Hosted, more: &str) -> Served {
        let config = config(h, "1h", more);
        fs::write(h.place.path("serve.yaml"), config).expect("the configuration can be written");
        Served::again(h)
    }

    /// With the configuration that is there.
    pub fn again(h: &Hosted) -> Served {
        Served::of(h.place.start("serve --config serve.yaml"))
    }

    /// One that was started.
    pub fn of(going: Going) -> Served {
        let url = going.serves();
        Served { going, url }
    }

    /// Has it read this configuration.
    pub fn reload(&self, h: &Hosted, config: &str) {
        fs::write(h.place.path("serve.yaml"), config).expect("the configuration can be written");
        self.going.signal(rustix::process::Signal::HUP);
    }

    pub fn get(&self, path: &str) -> Answer {
        http::ask(&self.url, "GET", path, &[], b"")
    }

    pub fn text(&self, path: &str) -> String {
        self.get(path).text
    }

    pub fn counts(&self, line: &str) -> bool {
        self.text("/metrics").lines().any(|found| found == line)
    }

    /// How often something of a metric was counted.
    pub fn number(&self, series: &str) -> u64 {
        let text = self.text("/metrics");
        let found = text.lines().find_map(|line| line.strip_prefix(series)?.trim().parse().ok());
        found.unwrap_or_default()
    }

    /// How many looks at the branch are done.
    pub fn looks(&self) -> u64 {
        self.number("gitinfra_jobs_total{task=\"roll-out\",outcome=\"done\"}")
    }

    /// Tells the forge to deliver here.
    pub fn hook(&self, h: &Hosted) -> &Served {
        let config = json!({ "url": format!("{}/hooks/infra", self.url), "content_type": "json", "secret": SECRET });
        let events = ["push", "pull_request", "pull_request_sync", "issue_comment"];
        let body = json!({ "type": "gitea", "active": true, "events": events, "config": config });
        h.server.call(ADA, "POST", &h.at("hooks"), Some(&body));
        self
    }

    /// Delivers something as the forge does.
    pub fn deliver(&self, id: &str, signature: &str, body: &[u8]) -> u16 {
        deliver(&self.url, id, signature, body)
    }

    /// Ends it as systemd does; it has to end well.
    #[track_caller]
    pub fn end(self) -> String {
        self.going.signal(rustix::process::Signal::TERM);
        self.going.finish().expect_code(0).stdout
    }
}

/// Delivers something to a server as the forge does.
pub fn deliver(url: &str, id: &str, signature: &str, body: &[u8]) -> u16 {
    let headers = [("X-Gitea-Delivery", id), ("X-Gitea-Event", "pull_request"), ("X-Gitea-Signature", signature)];
    http::ask(url, "POST", "/hooks/infra", &headers, body).status
}

pub fn config(h: &Hosted, interval: &str, more: &str) -> String {
    for (name, text) in [("forge-token", h.token.as_str()), ("hook-secret", SECRET)] {
        fs::write(h.place.path(name), text).expect("a secret can be written");
    }
    let forge = format!("{}/{}", h.server.url, h.path);
    format!(
        "listen: 127.0.0.1:0\nrepositories:\n  - name: infra\n    repo: {forge}.git\n    interval: {interval}\n    \
         forge: {{url: '{forge}', kind: gitea, tokenFile: forge-token, webhookSecretFile: hook-secret}}\n{more}"
    )
}

/// The signature of a body by the secret.
pub fn signed(body: &[u8]) -> String {
    let mut key = [0_u8; 64];
    key[..SECRET.len()].copy_from_slice(SECRET.as_bytes());
    let pad = |by: u8| key.map(|byte| byte ^ by);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(body).finalize();
    let outer = Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize();
    outer.iter().map(|byte| format!("{byte:02x}")).collect()
}
