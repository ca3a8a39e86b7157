//! AWS as the tests meet it: the emulator, an account of one's own in it, and boto3 to look and to meddle.

mod acting;
mod boto;
mod config;
mod server;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use serde_json::{Value, json};

pub use self::acting::PATH as ACTING;
use self::boto::Boto;
pub use self::boto::Look;
use self::server::Server;
use crate::pulumi::Project;
use crate::tools::{self, Plugin};

/// The region of every test that says nothing else.
pub const REGION: &str = "ap-northeast-1";
/// Another one, for what is in two.
pub const ELSEWHERE: &str = "us-east-1";

/// The provider of AWS resources.
pub fn gitinfra() -> Plugin {
    Plugin { name: "gitinfra", program: tools::program("pulumi-resource-gitinfra") }
}

/// An AWS account that nobody else uses.
#[derive(Clone)]
pub struct Aws {
    server: Arc<Server>,
    boto: Arc<Boto>,
    /// The account's twelve digits.
    pub account: String,
}

impl Aws {
    /// A new account on the emulator that all tests share. It waits a hundredth of what AWS waits.
    pub fn new() -> Aws {
        static SHARED: OnceLock<(Arc<Server>, Arc<Boto>)> = OnceLock::new();
        let (server, boto) = SHARED.get_or_init(|| started(0.01));
        Aws::on(server.clone(), boto.clone())
    }

    /// A new account on an emulator that many lives share, in which a database takes a third of a second.
    pub fn hurried() -> Aws {
        static SHARED: OnceLock<(Arc<Server>, Arc<Boto>)> = OnceLock::new();
        let (server, boto) = SHARED.get_or_init(|| started(0.001));
        Aws::on(server.clone(), boto.clone())
    }

    /// A new account on an emulator of its own, for tests that change how time passes there.
    pub fn alone(time_scale: f64) -> Aws {
        let (server, boto) = started(time_scale);
        Aws::on(server, boto)
    }

    fn on(server: Arc<Server>, boto: Arc<Boto>) -> Aws {
        static NEXT: AtomicU64 = AtomicU64::new(300_000_000_001);
        let account = NEXT.fetch_add(1, Ordering::Relaxed).to_string();
        Aws { server, boto, account }
    }

    /// Another account on the same emulator.
    pub fn another(&self) -> Aws {
        Aws::on(self.server.clone(), self.boto.clone())
    }

    /// The id of an access key of the account's administrator. Any secret fits it.
    pub fn access_key(&self) -> String {
        format!("AKIA{}TEST", self.account)
    }

    /// The address of the emulator.
    pub fn url(&self) -> &str {
        &self.server.url
    }

    /// What a process needs in its environment to reach this account.
    pub fn env(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT_URL", self.url().to_owned()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", self.access_key()),
            ("AWS_SECRET_ACCESS_KEY", "secret".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ("GITINFRA_TIME_SCALE", "0.01".to_owned()),
        ]
    }

    /// A scratch project of YAML in this account.
    pub fn project(&self, program: &str) -> Project {
        self.reached_by(Project::yaml(&[gitinfra()], program))
    }

    /// The project, with this account in its environment.
    pub fn reached_by(&self, project: Project) -> Project {
        let env = self.env().into_iter();
        env.fold(project, |project, (name, value)| project.env(name, value))
    }

    /// What boto3 answers to a call in the usual region: `aws.call("ec2", "describe_vpcs", json!({}))`.
    #[track_caller]
    pub fn call(&self, service: &str, operation: &str, parameters: Value) -> Value {
        self.call_in(REGION, service, operation, parameters)
    }

    /// The same in another region.
    #[track_caller]
    pub fn call_in(&self, region: &str, service: &str, operation: &str, parameters: Value) -> Value {
        self.boto.ask(&json!({
            "account": self.account, "region": region,
            "service": service, "operation": operation, "parameters": parameters,
        }))
    }

    /// What boto3 answers to a look; null where AWS says that there is no such thing.
    #[track_caller]
    pub fn seen_in(&self, region: &str, service: &str, operation: &str, parameters: Value) -> Value {
        self.boto.ask(&json!({
            "account": self.account, "region": region, "lenient": true,
            "service": service, "operation": operation, "parameters": parameters,
        }))
    }

    /// Everything that is in the account, in both regions.
    #[track_caller]
    pub fn look(&self) -> Look {
        let regions = [REGION, ELSEWHERE];
        Look(self.boto.ask(&json!({"account": self.account, "look": regions})))
    }

    /// The calls that were made in the account so far, in order.
    pub fn calls(&self) -> Vec<Value> {
        let calls = self.server.get(&format!("calls?account={}", self.account));
        calls.as_array().cloned().unwrap_or_default()
    }

    /// How many calls were made in the account so far, and the IAM actions that the provider needs for those after the first so many.
    pub fn actions_after(&self, calls: usize) -> (usize, BTreeSet<String>) {
        let later = self.server.get(&format!("calls?account={}&after={calls}", self.account));
        let later = later.as_array().map(Vec::as_slice).unwrap_or_default();
        let own = later.iter().filter(|call| call["ours"] == true);
        let actions = own.flat_map(|call| call["actions"].as_array().into_iter().flatten());
        (calls + later.len(), actions.filter_map(|action| Some(action.as_str()?.to_owned())).collect())
    }

    /// The operations that change something, of the calls after the first so many.
    pub fn writes_after(&self, calls: usize) -> Vec<String> {
        let later = self.calls().into_iter().skip(calls);
        let writes = later.filter(|call| call["mutating"] == true);
        writes.filter_map(|call| Some(call["operation"].as_str()?.to_owned())).collect()
    }

    /// Makes the account's next calls fail: `{"kind": "throttle", "operation": "CreateVpc", "times": 2}`.
    pub fn fault(&self, rule: Value) -> &Aws {
        let mut rule = rule;
        rule["account"] = self.account.clone().into();
        self.server.post("faults", &rule);
        self
    }

    /// Several such rules at once, each of which names its account.
    pub fn faults(&self, rules: Vec<Value>) -> &Aws {
        self.server.post("faults", &rules.into());
        self
    }

    /// From now on, an availability zone is in another state, as the account sees it.
    pub fn mark_zone(&self, zone: &str, state: &str) -> &Aws {
        self.server.post(&format!("zones?account={}", self.account), &json!({zone: state}));
        self
    }

    /// From now on, no call fails that would not fail in AWS.
    pub fn heal(&self) -> &Aws {
        let path = format!("faults?account={}", self.account);
        self.server.send("DELETE", &path, None);
        self
    }

    /// From now on, what has just been made is not seen everywhere: only where nobody shares the emulator.
    pub fn eventual(&self) -> &Aws {
        self.server.post("clock", &json!({"eventual": true}));
        self
    }

    /// How fast time passes from now on, for every account of the emulator: only where nobody shares it.
    pub fn time_scale(&self, scale: f64) -> &Aws {
        self.server.post("clock", &json!({"timeScale": scale}));
        self
    }
}

fn started(time_scale: f64) -> (Arc<Server>, Arc<Boto>) {
    let server = Server::start(time_scale);
    let boto = Boto::start(&server.url);
    (Arc::new(server), Arc::new(boto))
}
