//! What the program asks of an instance.

use std::collections::BTreeSet;

use pulumi_plugin::{Fault, Faults, Order, Property, Secret};

use crate::aws::Tags;
use crate::types::Arn;

/// The inputs of an instance.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct InstanceInputs {
    /// The id of the AMI (Amazon Machine Image) that the instance is started from. This or `imageSsmParameter` is needed.
    #[prop(replace, computed, stable)]
    pub image_id: Option<String>,
    /// The name of the parameter of Systems Manager that names the AMI, such as
    /// `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64`. It is looked up when the instance is started: a newer AMI is no
    /// difference; another parameter takes a new instance.
    #[prop(keep, min = 1)]
    pub image_ssm_parameter: Option<String>,
    /// The instance type, such as `t4g.nano`. A change stops and starts the instance; between ARM and x86 it takes a new one, of another AMI.
    #[prop(min = 1)]
    pub instance_type: String,
    /// The id of the subnet that the instance is in. Default: one of the default VPC.
    #[prop(replace, computed, stable)]
    pub subnet_id: Option<String>,
    /// The ids of the security groups of the instance. Default: the VPC's default security group.
    #[prop(computed, stable, min = 1)]
    pub security_group_ids: Option<BTreeSet<String>>,
    /// Whether the instance gets a public IPv4 address of AWS's. Default: what the subnet says.
    #[prop(replace, computed, stable)]
    pub associate_public_ip_address: Option<bool>,
    /// The private IPv4 address of the instance in its subnet. Default: one that AWS chooses.
    #[prop(replace, computed, stable)]
    pub private_ip_address: Option<String>,
    /// The number of IPv6 addresses of the instance. Default: what the subnet says.
    #[prop(replace, computed, stable)]
    pub ipv6_address_count: Option<u32>,
    /// The availability zone of the instance. Default: its subnet's.
    #[prop(replace, computed, stable)]
    pub availability_zone: Option<String>,
    /// The name of the placement group of the instance.
    #[prop(replace)]
    pub placement_group_name: Option<String>,
    /// The tenancy of the instance: whose hardware it runs on. Default: what the VPC says.
    #[prop(replace, computed, stable)]
    pub tenancy: Option<InstanceTenancy>,
    /// The id of the dedicated host that the instance runs on. Needs `tenancy: host`. Default: any that the account has.
    #[prop(replace, computed, stable)]
    pub host_id: Option<String>,
    /// The affinity with its dedicated host: whether the instance starts on the same one again. Default: it does not.
    #[prop(replace, computed, stable)]
    pub affinity: Option<Affinity>,
    /// The enclave options: whether AWS Nitro Enclaves can run on the instance.
    #[prop(replace, default)]
    pub enclave_options: EnclaveOptions,
    /// The hibernation options: whether the instance can hibernate. Needs an encrypted root volume.
    #[prop(replace, default)]
    pub hibernation_options: HibernationOptions,
    /// The name of the key pair for SSH. Session Manager needs none. Default: none.
    #[prop(replace)]
    pub key_name: Option<String>,
    /// The instance profile, by its name or ARN: the role of what runs on the instance. Default: none.
    pub iam_instance_profile: Option<String>,
    /// The user data, up to 16384 bytes: a script that runs when the instance is first started, or a configuration of cloud-init. Not encoded.
    /// A change stops and starts the instance, on which cloud-init by itself does not run it again. Always secret in the state.
    pub user_data: Option<Secret<String>>,
    /// Whether other user data takes a new instance, instead of stopping and starting this one. Default: false.
    #[prop(default)]
    pub user_data_replace_on_change: Order<bool>,
    /// The root block device: the volume that the instance starts from.
    #[prop(default)]
    pub root_block_device: RootBlockDevice,
    /// The metadata options: how what runs on the instance reaches the instance metadata service (IMDS).
    #[prop(default)]
    pub metadata_options: MetadataOptions,
    /// The CPU options: the cores and threads of the instance. Default: those of its type.
    #[prop(replace, computed, stable)]
    pub cpu_options: Option<CpuOptions>,
    /// The credit specification of a burstable type (`t3`, `t4g`). Default: AWS's own for the type.
    #[prop(computed)]
    pub credit_specification: Option<CreditSpecification>,
    /// Whether the instance is optimized for EBS. Newer types always are. A change stops and starts the instance. Default: what its type says.
    #[prop(computed)]
    pub ebs_optimized: Option<bool>,
    /// Whether detailed monitoring is on: metrics each minute, for money. Default: false.
    #[prop(default = false)]
    pub monitoring: bool,
    /// The source/destination check: whether traffic that is neither from nor for the instance is dropped. A NAT instance needs false. Default: true.
    #[prop(default = true)]
    pub source_dest_check: bool,
    /// Whether termination is disabled: AWS terminates the instance only after this is turned off. Default: false.
    #[prop(default = false)]
    pub disable_api_termination: bool,
    /// Whether stopping is disabled: AWS stops the instance only after this is turned off. Default: false.
    #[prop(default = false)]
    pub disable_api_stop: bool,
    /// The shutdown behavior: what happens when the instance shuts itself down. Default: `stop`.
    #[prop(default = ShutdownBehavior::Stop)]
    pub instance_initiated_shutdown_behavior: ShutdownBehavior,
    /// Tags of the instance.
    #[prop(default)]
    pub tags: Tags,
}

/// The tenancy of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum InstanceTenancy {
    /// Shared hardware.
    #[prop(rename = "default")]
    Default,
    /// Hardware that only this account uses.
    #[prop(rename = "dedicated")]
    Dedicated,
    /// A dedicated host.
    #[prop(rename = "host")]
    Host,
}

/// Whether an instance starts on the same dedicated host again.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum Affinity {
    /// It starts on any.
    #[prop(rename = "default")]
    Default,
    /// It starts on the same one.
    #[prop(rename = "host")]
    Host,
}

/// Whether enclaves can run on an instance.
#[derive(Debug, Clone, Copy, PartialEq, Default, Property)]
pub struct EnclaveOptions {
    /// Whether AWS Nitro Enclaves can run on the instance. Default: false.
    #[prop(default = false)]
    pub enabled: bool,
}

/// Whether an instance can hibernate.
#[derive(Debug, Clone, Copy, PartialEq, Default, Property)]
pub struct HibernationOptions {
    /// Whether the instance can hibernate. Default: false.
    #[prop(default = false)]
    pub configured: bool,
}

/// What happens when an instance shuts itself down.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum ShutdownBehavior {
    /// It is stopped, and can be started again.
    #[prop(rename = "stop")]
    Stop,
    /// It is terminated.
    #[prop(rename = "terminate")]
    Terminate,
}

/// The root volume of an instance.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct RootBlockDevice {
    /// The volume size in GiB. It grows in place; a smaller one takes a new instance. Default: the AMI's.
    #[prop(min = 1, max = 65536)]
    pub volume_size: Option<u32>,
    /// The volume type. Default: `gp3`, whatever the AMI says.
    #[prop(default = VolumeType::Gp3)]
    pub volume_type: VolumeType,
    /// The IOPS: reads and writes a second. Needed by `io1` and `io2`. Default for `gp3`: 3000.
    #[prop(min = 100, max = 256000)]
    pub iops: Option<u32>,
    /// The throughput in MiB a second, of `gp3`. Default: 125.
    #[prop(min = 125, max = 2000)]
    pub throughput: Option<u32>,
    /// Whether the volume is encrypted. A change takes a new instance. AWS's own default is false. Default: true.
    #[prop(default = true)]
    pub encrypted: bool,
    /// The ARN of the KMS key that encrypts the volume. Another one takes a new instance. Default: the account's key for EBS.
    pub kms_key_id: Option<Arn>,
    /// Whether the volume is deleted when the instance is terminated. Default: true.
    #[prop(default = true)]
    pub delete_on_termination: bool,
}

/// The type of a volume.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum VolumeType {
    /// General purpose SSD, whose IOPS and throughput are chosen.
    #[prop(rename = "gp3")]
    Gp3,
    /// General purpose SSD, whose IOPS depend on its size.
    #[prop(rename = "gp2")]
    Gp2,
    /// Provisioned IOPS SSD.
    #[prop(rename = "io1")]
    Io1,
    /// Provisioned IOPS SSD, of higher durability.
    #[prop(rename = "io2")]
    Io2,
    /// Magnetic, of the previous generation.
    #[prop(rename = "standard")]
    Standard,
}

/// How the instance metadata service is reached.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct MetadataOptions {
    /// Whether requests need a token (IMDSv2). AWS's own default depends on the AMI and the account. Default: `required`.
    #[prop(default = Tokens::Required)]
    pub http_tokens: Tokens,
    /// The hop limit of answers with a token: 1 reaches the instance itself, 2 its containers as well. Default: 1.
    #[prop(default = 1, min = 1, max = 64)]
    pub http_put_response_hop_limit: u32,
    /// Whether the service answers at all. Default: `enabled`.
    #[prop(default = Switch::Enabled)]
    pub http_endpoint: Switch,
    /// Whether the service has an IPv6 address as well. Default: `disabled`.
    #[prop(default = Switch::Disabled)]
    pub http_protocol_ipv6: Switch,
    /// Whether the service tells the tags of the instance. Default: `disabled`.
    #[prop(default = Switch::Disabled)]
    pub instance_metadata_tags: Switch,
}

/// Whether requests need a token.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum Tokens {
    /// Each request needs one (IMDSv2).
    #[prop(rename = "required")]
    Required,
    /// Requests without one are answered, too (IMDSv1).
    #[prop(rename = "optional")]
    Optional,
}

/// Whether something is on.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum Switch {
    /// It is on.
    #[prop(rename = "enabled")]
    Enabled,
    /// It is off.
    #[prop(rename = "disabled")]
    Disabled,
}

/// The cores and threads of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub struct CpuOptions {
    /// The number of cores.
    #[prop(min = 1)]
    pub core_count: u32,
    /// The number of threads of each core: 1 or 2.
    #[prop(min = 1, max = 2)]
    pub threads_per_core: u32,
}

/// The credit specification of a burstable instance.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub struct CreditSpecification {
    /// The CPU credits.
    pub cpu_credits: CpuCredits,
}

/// How a burstable instance uses CPU credits.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum CpuCredits {
    /// It slows down when they are used up.
    #[prop(rename = "standard")]
    Standard,
    /// It goes on, for money.
    #[prop(rename = "unlimited")]
    Unlimited,
}

impl Default for RootBlockDevice {
    fn default() -> Self {
        let (volume_type, kms_key_id) = (VolumeType::Gp3, None);
        let (volume_size, iops, throughput) = (None, None, None);
        RootBlockDevice {
            volume_size,
            volume_type,
            iops,
            throughput,
            encrypted: true,
            kms_key_id,
            delete_on_termination: true,
        }
    }
}

impl Default for MetadataOptions {
    fn default() -> Self {
        MetadataOptions {
            http_tokens: Tokens::Required,
            http_put_response_hop_limit: 1,
            http_endpoint: Switch::Enabled,
            http_protocol_ipv6: Switch::Disabled,
            instance_metadata_tags: Switch::Disabled,
        }
    }
}

impl MetadataOptions {
    pub(super) fn faults(&self) -> Vec<Fault> {
        let off = self.http_endpoint == Switch::Disabled;
        let says = |name: &str| format!("{name} mean nothing with `httpEndpoint: disabled`");
        Faults::of(self)
            .when(off && self.instance_metadata_tags == Switch::Enabled, "instanceMetadataTags", says("tags"))
            .when(off && self.http_protocol_ipv6 == Switch::Enabled, "httpProtocolIpv6", says("addresses"))
            .into_vec()
    }
}

impl RootBlockDevice {
    pub(super) fn faults(&self) -> Vec<Fault> {
        let kind = self.volume_type;
        let provisioned = matches!(kind, VolumeType::Io1 | VolumeType::Io2);
        let none = !provisioned && kind != VolumeType::Gp3 && self.iops.is_some();
        let low = kind == VolumeType::Gp3 && self.iops.is_some_and(|iops| iops < 3000);
        Faults::of(self)
            .when(provisioned && self.iops.is_none(), "iops", "missing: `io1` and `io2` need it")
            .when(none, "iops", "only `gp3`, `io1` and `io2` have it")
            .when(low, "iops", "a `gp3` volume has 3000 or more")
            .when(self.throughput.is_some() && kind != VolumeType::Gp3, "throughput", "only `gp3` has it")
            .when(self.kms_key_id.is_some() && !self.encrypted, "kmsKeyId", "needs `encrypted: true`")
            .into_vec()
    }

    /// The IOPS, where they are chosen.
    pub(super) fn iops(&self) -> Option<u32> {
        self.iops.or((self.volume_type == VolumeType::Gp3).then_some(3000))
    }

    /// The throughput, where it is chosen.
    pub(super) fn throughput(&self) -> Option<u32> {
        self.throughput.or((self.volume_type == VolumeType::Gp3).then_some(125))
    }

    /// Whether the new one takes another volume.
    pub(super) fn is_another(&self, new: &RootBlockDevice) -> bool {
        let smaller = self.volume_size.zip(new.volume_size).is_some_and(|(old, new)| new < old);
        smaller || self.encrypted != new.encrypted || (new.kms_key_id.is_some() && self.kms_key_id != new.kms_key_id)
    }
}

impl InstanceInputs {
    /// Says as the program does what it leaves to AWS, and the instance profile by the name or the ARN.
    pub(super) fn respell(&mut self, given: &InstanceInputs) {
        let (root, asked) = (&mut self.root_block_device, &given.root_block_device);
        root.volume_size = root.volume_size.filter(|_| asked.volume_size.is_some());
        root.kms_key_id = root.kms_key_id.take().filter(|_| asked.kms_key_id.is_some());
        // Where the account encrypts every volume, it takes this one for encrypted although it was not asked to.
        root.encrypted &= asked.encrypted;
        if root.iops() == asked.iops() {
            root.iops = asked.iops;
        }
        if root.throughput() == asked.throughput() {
            root.throughput = asked.throughput;
        }
        let name = |profile: &Option<String>| profile.as_deref().and_then(|p| p.rsplit('/').next()).map(str::to_owned);
        if name(&self.iam_instance_profile) == name(&given.iam_instance_profile) {
            self.iam_instance_profile.clone_from(&given.iam_instance_profile);
        }
    }
}

/// Whether a type has CPU credits.
pub(super) fn is_burstable(kind: &str) -> bool {
    kind.starts_with('t') && kind[1..].starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a type is of AWS's own ARM processors: there is a `g` after the number of its generation.
pub fn is_arm(kind: &str) -> bool {
    let family = kind.split('.').next().unwrap_or_default();
    let after = family.find(|c: char| c.is_ascii_digit()).map_or("", |at| &family[at..]);
    family == "a1" || after.contains('g')
}

#[cfg(test)]
mod tests {
    use super::{is_arm, is_burstable};

    #[test]
    fn tells_types_apart() {
        for (kind, arm, burstable) in [
            ("t4g.nano", true, true),
            ("t3.micro", false, true),
            ("m7gd.large", true, false),
            ("c5.large", false, false),
            ("g5.xlarge", false, false),
            ("g5g.xlarge", true, false),
            ("im4gn.large", true, false),
            ("trn1.2xlarge", false, false),
            ("a1.medium", true, false),
        ] {
            assert_eq!((is_arm(kind), is_burstable(kind)), (arm, burstable), "{kind}");
        }
    }
}
