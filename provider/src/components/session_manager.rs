//! Session Manager: sessions that are logged, and a jump host.

mod inputs;

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Component, Error, Fault, Knobs, Order, Output, Outputs, Result, Scope};
use serde_json::json;

pub use self::inputs::*;
use crate::aws::{Aws, principal};
use crate::components::Report;
use crate::components::account::{Account, arn};
use crate::components::policies::{policy, trust};
use crate::components::security_group::Group;
use crate::ec2::instance::{Instance, InstanceArgs};
use crate::iam::instance_profile::{InstanceProfile, InstanceProfileArgs};
use crate::iam::role::{Role, RoleArgs};
use crate::kms::key::{Key, KeyArgs, KeyOutputs};
use crate::logs::log_group::{LogGroup, LogGroupArgs, LogGroupOutputs};
use crate::ssm::session_preferences::{SessionPreferences, SessionPreferencesArgs, SessionPreferencesOutputs};
use crate::types::{Arn, LogGroupName, PolicyJson, RoleName};

/// Session Manager's preferences of an account and region: sessions are logged, and their logs encrypted; with a jump host that nothing can reach but
/// a session. An account has such preferences once in each region: ones that exist already are adopted, and restored in the end.
#[derive(Clone, Outputs)]
pub struct SessionManager {
    /// The name of the document of preferences.
    pub document_name: Output<String>,
    /// The name of the log group.
    pub log_group_name: Output<String>,
    /// The ARN of the KMS key of the logs; empty where there is none.
    pub key_arn: Output<String>,
    /// The id of the jump host; empty where there is none.
    pub instance_id: Output<String>,
    /// The id of the security group of the jump host, for databases to let it in; empty where there is none.
    pub security_group_id: Output<String>,
    /// The name of the role of the jump host; empty where there is none.
    pub role_name: Output<String>,
    /// The command that starts a session on the jump host.
    pub start_command: Output<String>,
    /// What every component gives.
    #[prop(flatten)]
    pub report: Report,
}

impl Component for SessionManager {
    const TOKEN: &'static str = "gitinfra:index:SessionManager";
    type Session = Aws;
    type Inputs = SessionManagerInputs;
    type Facts = Account;

    fn check(inputs: &SessionManagerInputs) -> Vec<Fault> {
        inputs.faults()
    }

    fn knobs(inputs: &SessionManagerInputs) -> Knobs {
        inputs.shared.knobs()
    }

    async fn look(aws: &Aws, _: &SessionManagerInputs) -> Result<Account> {
        Account::of(aws).await
    }

    fn build(here: &mut Scope, inputs: SessionManagerInputs, account: Account) -> Result<Self> {
        let mut site = Site { here, inputs: &inputs, account: &account };
        let key = inputs.settings.kms.then(|| site.key()).transpose()?;
        let logs = site.log_group(key.as_ref())?;
        let host = site.host(&logs, key.as_ref())?;
        let preferences = site.preferences(&logs, key.as_ref());
        let none = || Output::known(String::new());
        let region = account.region.clone();
        let [instance_id, security_group_id, role_name] = match &host {
            Some(host) => [host.instance_id.clone(), host.security_group_id.clone(), host.role_name.clone()],
            None => [none(), none(), none()],
        };
        let command = move |id: String| format!("aws ssm start-session --target {id} --region {region}");
        let report = Report::of(here);
        let report = match &host {
            Some(_) => report.meets("EC2.3").meets("EC2.8").meets("EC2.9").meets("EC2.17").meets("SSM.1"),
            None => report,
        };
        Ok(SessionManager {
            document_name: preferences.document_name,
            log_group_name: logs.id,
            key_arn: key.map_or_else(none, |key| key.arn),
            start_command: host.map_or_else(none, |host| host.instance_id.map(command)),
            instance_id,
            security_group_id,
            role_name,
            report: report.open("SSM.7", "whether documents can be shared publicly is a setting of the account"),
        })
    }
}

/// A jump host.
struct Host {
    instance_id: Output<String>,
    security_group_id: Output<String>,
    role_name: Output<String>,
}

/// Where the children are added.
struct Site<'a> {
    here: &'a mut Scope,
    inputs: &'a SessionManagerInputs,
    account: &'a Account,
}

impl Site<'_> {
    fn key(&mut self) -> Result<KeyOutputs> {
        let args = KeyArgs {
            description: format!("logs of sessions, {}", self.here.name()).into(),
            key_policy: key_policy(self.account)?.into(),
            ..Default::default()
        };
        Ok(self.here.child("key").protect(self.inputs.shared.protects()).add::<Key>(args))
    }

    fn log_group(&mut self, key: Option<&KeyOutputs>) -> Result<LogGroupOutputs> {
        let args = LogGroupArgs {
            name: group_name(self.here.name())?.into(),
            retention_in_days: self.inputs.settings.log_retention_in_days.into(),
            kms_key_id: key.map(|key| arn(&key.arn)).into(),
            ..Default::default()
        };
        // What is logged already stays, also under another name of the component.
        let place = self.here.child("logs").initial(["name"]);
        Ok(place.protect(self.inputs.shared.protects()).add::<LogGroup>(args))
    }

    fn preferences(&mut self, logs: &LogGroupOutputs, key: Option<&KeyOutputs>) -> SessionPreferencesOutputs {
        let settings = &self.inputs.settings;
        let session_key = key.filter(|_| settings.encrypt_sessions).map(|key| key.arn.clone());
        let args = SessionPreferencesArgs {
            cloud_watch_log_group_name: (&logs.id).into(),
            cloud_watch_encryption_enabled: key.is_some().into(),
            kms_key_id: session_key.into(),
            idle_session_timeout: settings.idle_timeout_in_minutes.into(),
            max_session_duration: settings.max_duration_in_minutes.into(),
            run_as_enabled: settings.run_as_default_user.is_some().into(),
            run_as_default_user: settings.run_as_default_user.clone().into(),
            overwrite: Order::from(settings.adopt_existing).into(),
            ..Default::default()
        };
        self.here.add::<SessionPreferences>("preferences", args)
    }

    /// The jump host, where there is a place for it.
    fn host(&mut self, logs: &LogGroupOutputs, key: Option<&KeyOutputs>) -> Result<Option<Host>> {
        let settings = &self.inputs.settings.jump_host;
        let (Some(vpc), Some(subnet), true) = (&self.inputs.vpc_id, &self.inputs.subnet_id, settings.enabled) else {
            return Ok(None);
        };
        let group = Group {
            key: "sg",
            vpc_id: vpc.clone(),
            described: false,
            description: "jump host, reached by Session Manager only".into(),
            allow_from: BTreeMap::new(),
            allow_to: settings.allow_to.clone(),
        };
        let group = group.tell(self.here);
        let role = RoleArgs {
            assume_role_policy: trust(&principal("ec2", &self.account.region))?.into(),
            managed_policy_arns: BTreeSet::from([self.managed("AmazonSSMManagedInstanceCore")?]).into(),
            inline_policies: may_log(logs, key).into(),
            ..Default::default()
        };
        let role = self.here.add::<Role>("role", role);
        let args = InstanceProfileArgs { role: role.id.map(RoleName::from).into(), ..Default::default() };
        let profile = self.here.add::<InstanceProfile>("profile", args);
        let args = InstanceArgs {
            image_ssm_parameter: settings.image_ssm_parameter.clone().into(),
            instance_type: settings.instance_type.clone().into(),
            subnet_id: subnet.into(),
            security_group_ids: group.id.map(|id| BTreeSet::from([id])).into(),
            associate_public_ip_address: false.into(),
            iam_instance_profile: profile.id.into(),
            tags: crate::aws::Tags::from([("Name".to_owned(), format!("{}-jump-host", self.here.name()))]).into(),
            ..Default::default()
        };
        let instance = self.here.add::<Instance>("instance", args);
        Ok(Some(Host { instance_id: instance.id, security_group_id: group.id, role_name: role.id }))
    }

    fn managed(&self, name: &str) -> Result<Arn> {
        Arn::parse(&self.account.managed_policy(name)).map_err(Error::new)
    }
}

/// The name of the log group: a `-` stands for what AWS does not take.
fn group_name(component: &str) -> Result<LogGroupName> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_/.#".contains(letter);
    let name: String = component.chars().map(|letter| if fits(letter) { letter } else { '-' }).collect();
    LogGroupName::parse(&format!("/ssm/{name}")).map_err(Error::new)
}

/// What an instance may do so that its sessions are logged.
fn may_log(logs: &LogGroupOutputs, key: Option<&KeyOutputs>) -> Output<BTreeMap<String, PolicyJson>> {
    let key = key.map_or_else(|| Output::known(String::new()), |key| key.arn.clone());
    logs.arn.zip(&key).try_map(|(group, key)| {
        let mut statements = vec![
            json!({
                "Effect": "Allow", "Resource": [group, format!("{group}:*")],
                "Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            }),
            json!({"Effect": "Allow", "Action": "logs:DescribeLogGroups", "Resource": "*"}),
        ];
        if !key.is_empty() {
            statements
                .push(json!({"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": key}));
        }
        Ok(BTreeMap::from([("log".to_owned(), policy(statements)?)]))
    })
}

/// The account's own policies decide who uses the key, but for CloudWatch Logs, which uses it for log groups of the account.
fn key_policy(account: &Account) -> Result<PolicyJson> {
    let Account { id, region, partition } = account;
    let groups = format!("arn:{partition}:logs:{region}:{id}:log-group:*");
    policy([
        json!({"Sid": "Account", "Effect": "Allow", "Principal": {"AWS": account.root()}, "Action": "kms:*", "Resource": "*"}),
        json!({
            "Sid": "Logs", "Effect": "Allow", "Principal": {"Service": principal("logs", region)},
            "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
            "Resource": "*", "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
        }),
    ])
}

#[cfg(test)]
mod tests {
    use super::group_name;

    #[test]
    fn a_log_group_is_named_for_its_component() {
        for (component, name) in
            [("web", "/ssm/web"), ("web.ops/a_b", "/ssm/web.ops/a_b"), ("my web 日本", "/ssm/my-web---")]
        {
            assert_eq!(group_name(component).expect("a name").as_str(), name);
        }
    }
}
