//! What the program asks of Session Manager.

use std::collections::BTreeMap;

use pulumi_plugin::{Fault, Faults, Output, Path, Property};

use crate::components::security_group::{Peer, https};
use crate::components::{SharedArgs, SharedInputs};
use crate::logs::log_group::RETENTION;

/// What the program asks of Session Manager.
#[derive(Debug, Clone, Property)]
pub struct SessionManagerInputs {
    /// The id of the VPC of the jump host. Left out together with `subnetId`: there is none.
    pub vpc_id: Option<Output<String>>,
    /// The id of the subnet of the jump host: a private one, from which Systems Manager can be reached through NAT or by VPC endpoints.
    pub subnet_id: Option<Output<String>>,
    /// How sessions are, and the jump host.
    #[prop(flatten)]
    pub settings: SessionManagerSettings,
    /// What every component takes.
    #[prop(flatten)]
    pub shared: SharedInputs,
}

/// How sessions are, and the jump host.
#[derive(Debug, Clone, Property)]
pub struct SessionManagerSettings {
    /// The retention of the logs of sessions in days: one of the numbers that CloudWatch Logs takes. Default: 365.
    #[prop(default = 365, min = 1, max = 3653)]
    pub log_retention_in_days: u32,
    /// Whether a KMS key of their own encrypts the logs. Without one, they are encrypted with AWS's. Default: true.
    #[prop(default = true)]
    pub kms: bool,
    /// Whether that key also encrypts the data of sessions, in addition to TLS: then whoever starts a session needs `kms:GenerateDataKey` for it.
    /// Default: false.
    #[prop(default = false)]
    pub encrypt_sessions: bool,
    /// Whether preferences that exist already, such as those that the console makes, are adopted and in the end restored. Else they are refused.
    /// Default: true.
    #[prop(default = true)]
    pub adopt_existing: bool,
    /// The operating system user that sessions run as (Run As), for callers without the tag `SSMSessionRunAs`. The user must exist on the instance.
    /// Default: `ssm-user`, which Systems Manager makes.
    #[prop(min = 1)]
    pub run_as_default_user: Option<String>,
    /// The idle session timeout in minutes: 1 to 60. Default: 20.
    #[prop(default = 20, min = 1, max = 60)]
    pub idle_timeout_in_minutes: u32,
    /// The maximum session duration in minutes, 1 to 1440. Default: no limit.
    #[prop(min = 1, max = 1440)]
    pub max_duration_in_minutes: Option<u32>,
    /// The jump host: a small instance in `subnetId`, from which sessions reach what is in the VPC.
    #[prop(default = JumpHost::default())]
    pub jump_host: JumpHost,
}

/// A jump host: no address of the internet reaches it, it has no SSH key, and its volume is encrypted.
#[derive(Debug, Clone, Property)]
pub struct JumpHost {
    /// Whether there is one. Default: true, if `subnetId` says where.
    #[prop(default = true)]
    pub enabled: bool,
    /// The instance type. Default: `t4g.nano`.
    #[prop(default = TYPE.to_owned(), min = 1)]
    pub instance_type: String,
    /// The name of the parameter of Systems Manager that names the AMI. A newer AMI is no difference. Default: Amazon Linux 2023 for ARM.
    #[prop(default = IMAGE.to_owned(), min = 1)]
    pub image_ssm_parameter: String,
    /// The outbound traffic that is allowed, each kind by a name of its own. Default: HTTPS to everywhere, which Systems Manager needs. Add databases
    /// here, by their security groups, and let them take what comes from `securityGroupId`.
    #[prop(default = https())]
    pub allow_to: BTreeMap<String, Peer>,
}

const TYPE: &str = "t4g.nano";
const IMAGE: &str = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";

impl Default for JumpHost {
    fn default() -> Self {
        JumpHost {
            enabled: true,
            instance_type: TYPE.to_owned(),
            image_ssm_parameter: IMAGE.to_owned(),
            allow_to: https(),
        }
    }
}

impl SessionManagerInputs {
    /// Everything that is wrong.
    pub fn faults(&self) -> Vec<Fault> {
        let settings = &self.settings;
        let days = settings.log_retention_in_days;
        let all = RETENTION.map(|days| days.to_string()).join(", ");
        let at = || Path::root().key("jumpHost").key("allowTo");
        let peers = crate::components::security_group::faults("allowTo", &settings.jump_host.allow_to);
        Faults::of(self)
            .needs("subnetId", "vpcId")
            .needs("vpcId", "subnetId")
            .when(!RETENTION.contains(&days), "logRetentionInDays", format!("`{days}` is not one of {all}"))
            .when(settings.encrypt_sessions && !settings.kms, "encryptSessions", "needs `kms: true`")
            .when(
                settings.jump_host.enabled && settings.jump_host.allow_to.is_empty(),
                at(),
                "empty: Systems Manager needs HTTPS; leave it out, or give `https`",
            )
            .and(peers.into_iter().map(|fault| fault.below("jumpHost")))
            .into_vec()
    }
}
