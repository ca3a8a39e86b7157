//! Acting as a role that may do what its policies say, and nothing else.

use serde_json::{Value, json};

use super::{Aws, REGION};
use crate::pulumi::poll;

/// What roles of tests are called after, so that a look at all roles can leave them out.
pub const PATH: &str = "/acting/";

impl Aws {
    /// Attaches managed policies to a role.
    #[track_caller]
    pub fn allow(&self, role: &str, policies: &[String]) {
        for (number, policy) in policies.iter().enumerate() {
            let name = format!("{role}-{number}");
            let policy = json!({"PolicyName": name, "PolicyDocument": policy, "Path": PATH});
            let arn = self.call("iam", "create_policy", policy)["Policy"]["Arn"].clone();
            self.call("iam", "attach_role_policy", json!({"RoleName": role, "PolicyArn": arn}));
        }
    }

    /// From now on, sessions of the account's roles may do only what their policies allow.
    pub fn enforce_policies(&self) {
        self.server.post(&format!("permissions?account={}", self.account), &json!({"enforced": true}));
    }

    /// What a process needs in its environment to act as a new role of this account, which has these policies.
    #[track_caller]
    pub fn acting(&self, role: &str, policies: &[String]) -> [(&'static str, String); 3] {
        let trust = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": self.account}, "Action": "sts:AssumeRole"}
        ]});
        let asked = json!({"RoleName": role, "AssumeRolePolicyDocument": trust.to_string(), "Path": PATH});
        let arn = self.call("iam", "create_role", asked)["Role"]["Arn"].clone();
        self.allow(role, policies);
        self.enforce_policies();
        let assume = || {
            self.boto.ask(&json!({
                "account": self.account, "region": REGION, "unless": "AccessDenied",
                "service": "sts", "operation": "assume_role",
                "parameters": {"RoleArn": arn, "RoleSessionName": "tests"},
            }))
        };
        // A new role can't be assumed everywhere at once.
        poll("the new role", || assume() != Value::Null);
        let session = assume();
        let of = |name: &str| session["Credentials"][name].as_str().unwrap_or_default().to_owned();
        [
            ("AWS_ACCESS_KEY_ID", of("AccessKeyId")),
            ("AWS_SECRET_ACCESS_KEY", of("SecretAccessKey")),
            ("AWS_SESSION_TOKEN", of("SessionToken")),
        ]
    }
}
