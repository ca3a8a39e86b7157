//! Whether an account is ready for a whole stack.

mod checks;

use pulumi_plugin::{Function, Property, Result};

use crate::aws::{AssumeRole, Aws};
use crate::types::DomainName;

/// The inputs of checkAccount: what the stack is going to need.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct CheckAccountInputs {
    /// The domain name that CloudFront is to answer for, such as `app.example.com`.
    pub domain: Option<DomainName>,
    /// The hosted zone that is to delegate the domain.
    pub parent_zone: Option<ParentZoneToCheck>,
    /// The id of the Slack workspace that alarms are to reach, such as `T07EA123LEP`.
    pub slack_workspace_id: Option<String>,
    /// How many VPCs are to be created.
    #[prop(default = 1, min = 0, max = 1000)]
    pub vpcs: u32,
    /// How many Elastic IP addresses are to be allocated: one for each NAT gateway.
    #[prop(default = 2, min = 0, max = 1000)]
    pub elastic_ips: u32,
}

/// A hosted zone that is to delegate a domain.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct ParentZoneToCheck {
    /// The hosted zone id.
    pub zone_id: String,
    /// The role to act as there, where the hosted zone is in another account.
    pub assume_role: Option<AssumeRole>,
}

/// What is ready in an account, and what is not.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct CheckAccountResult {
    /// The account, of 12 digits.
    pub account_id: String,
    /// The region.
    pub region: String,
    /// Whether nothing was found that would stop the stack.
    pub ready: bool,
    /// What was found, one of each check.
    pub findings: Vec<Finding>,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Finding {
    /// What was looked at.
    pub check: String,
    /// How it stands.
    pub status: FindingStatus,
    /// What was found.
    pub found: String,
    /// What to do about it; empty where nothing has to be done.
    pub advice: String,
}

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Property)]
pub enum FindingStatus {
    /// It is ready.
    #[prop(rename = "ok")]
    Ok,
    /// The stack can be made; it is worth a look.
    #[prop(rename = "warning")]
    Warning,
    /// The stack can't be made before something is done.
    #[prop(rename = "problem")]
    Problem,
}

/// The function.
pub struct CheckAccount;

impl Function for CheckAccount {
    const TOKEN: &'static str = "gitinfra:index:checkAccount";
    const DOC: &'static str = "Whether the AWS account is ready for a whole stack: the Slack workspace is authorised, the parent zone can be \
                               changed, service-linked roles exist, quotas leave room, no other distribution has the domain, and who wrote the \
                               session preferences. It only reads; each finding says what to do.";
    type Session = Aws;
    type Inputs = CheckAccountInputs;
    type Outputs = CheckAccountResult;

    async fn call(aws: &Aws, asked: &CheckAccountInputs) -> Result<CheckAccountResult> {
        let account_id = aws.account().await?;
        let findings = checks::all(aws, asked).await;
        let ready = findings.iter().all(|finding| finding.status != FindingStatus::Problem);
        Ok(CheckAccountResult { account_id, region: aws.region().to_owned(), ready, findings })
    }
}
