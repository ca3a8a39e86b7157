//! An instance.

mod change;
mod inputs;
mod launch;
mod profile;
mod restart;
mod state;
mod volume;

use aws_sdk_ec2::types::{Instance as AwsInstance, InstanceMetadataOptionsState, InstanceStateName, ResourceType};
use pulumi_plugin::{Again, Error, Fault, Faults, Id, Made, Progress, Property, Resource, Result, Wait};

pub use self::inputs::{
    Affinity, CpuCredits, CpuOptions, CreditSpecification, EnclaveOptions, HibernationOptions, InstanceArgs,
    InstanceInputs, InstanceTenancy, MetadataOptions, RootBlockDevice, ShutdownBehavior, Switch, Tokens, VolumeType,
    is_arm,
};
use crate::aws::{Aws, Doing as _, Tags};
use crate::ec2::filter;
use crate::ec2::tags::{earlier, retag};

/// The parts of a creation: AWS has taken the call, and then has given the instance up.
const LAUNCH: &str = "launch";
const GIVEN_UP: &str = "given up";

/// How much user data there can be, in bytes.
const USER_DATA: usize = 16 * 1024;

/// An instance: a virtual machine, such as a jump host or a small server.
///
/// Its type, its user data and `ebsOptimized` change in place: the instance is stopped, changed and started again, and a public address of AWS's
/// is another one after that. One that was stopped before stays stopped.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct Instance {
    /// The inputs as AWS has them.
    #[prop(inputs)]
    pub inputs: InstanceInputs,
    /// The ARN of the instance.
    #[prop(stable)]
    pub arn: String,
    /// The state of the instance: `running` or `stopped`.
    pub instance_state: String,
    /// The public IPv4 address of the instance, if it has one. After it was stopped it is another one, unless it is an Elastic IP address.
    pub public_ip: Option<String>,
    /// The public DNS name of the instance, if it has one.
    pub public_dns_name: Option<String>,
    /// The private DNS name of the instance.
    pub private_dns_name: String,
    /// The IPv6 addresses of the instance.
    pub ipv6_addresses: Vec<String>,
    /// The id of the primary network interface of the instance.
    #[prop(stable)]
    pub primary_network_interface_id: String,
    /// The id of the root volume of the instance.
    #[prop(stable)]
    pub root_volume_id: String,
    /// The id of the VPC that the instance is in.
    #[prop(stable)]
    pub vpc_id: String,
}

impl Resource for Instance {
    const TOKEN: &'static str = "gitinfra:ec2:Instance";
    const WAIT: Wait = Wait::seconds(45, 900);
    const HOLDS_ON: &'static [(&'static str, &'static str)] = &[("iamInstanceProfile", "gitinfra:iam:InstanceProfile")];
    type Session = Aws;
    type Inputs = InstanceInputs;
    type Seen = AwsInstance;

    fn check(new: &InstanceInputs) -> Vec<Fault> {
        let long = new.user_data.as_ref().is_some_and(|data| data.expose().len() > USER_DATA);
        let credits = new.credit_specification.is_some() && !inputs::is_burstable(&new.instance_type);
        let why = format!("`{}` has no CPU credits; only types that begin with `t` have", new.instance_type);
        Faults::of(new)
            .one_of(&["imageId", "imageSsmParameter"])
            .when(long, "userData", "is longer than 16384 bytes")
            .when(credits, "creditSpecification", why)
            .part("metadataOptions", new.metadata_options.faults())
            .part("rootBlockDevice", new.root_block_device.faults())
            .into_vec()
    }

    fn collides(old: &InstanceInputs, new: &InstanceInputs) -> bool {
        old.subnet_id == new.subnet_id
            && old.private_ip_address.is_some()
            && old.private_ip_address == new.private_ip_address
    }

    fn replaces(old: &InstanceInputs, new: &InstanceInputs) -> Vec<&'static str> {
        let other = |old: &Option<String>, new: &Option<String>| old.is_some() && new.is_some() && old != new;
        let data = new.user_data_replace_on_change.value() && old.user_data != new.user_data;
        let architecture = inputs::is_arm(&old.instance_type) != inputs::is_arm(&new.instance_type);
        [
            (other(&old.image_ssm_parameter, &new.image_ssm_parameter), "imageSsmParameter"),
            (architecture, "instanceType"),
            (data, "userData"),
            (old.root_block_device.is_another(&new.root_block_device), "rootBlockDevice"),
        ]
        .into_iter()
        .filter_map(|(replaces, name)| replaces.then_some(name))
        .collect()
    }

    async fn earlier(aws: &Aws, _: &InstanceInputs) -> Result<Option<Id>> {
        let Some(id) = earlier(aws, ResourceType::Instance).await?.map(Id::from) else { return Ok(None) };
        // AWS keeps what was terminated, with its tags, for about an hour.
        let alive = |seen: &AwsInstance| !matches!(Self::progress(seen), Progress::Leaving(_));
        Ok(Self::find(aws, &id).await?.filter(alive).map(|_| id))
    }

    async fn create(aws: &Aws, new: &InstanceInputs) -> Result<Made> {
        let run = launch::of(aws, new).await?;
        let made = run.send().await.doing("starting instance", &aws.call().name)?;
        aws.call().once(LAUNCH, async { Ok(()) }).await?;
        Made::new(made.instances.and_then(|mut all| all.pop()).and_then(|instance| instance.instance_id))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsInstance>> {
        let by_id = async |aws: Aws, ids: Vec<String>| {
            let ask = aws.ec2().describe_instances().filters(filter("instance-id", ids));
            let found = ask.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
            let found =
                found.doing("reading instances", "")?.into_iter().flat_map(|it| it.instances.unwrap_or_default());
            Ok(found.filter_map(|instance| Some((instance.instance_id.clone()?, instance))).collect())
        };
        let Some(mut found) = aws.asked(id, by_id).await? else { return Ok(None) };
        let why = gave_up(&found);
        // What was launched a moment ago, and was given up, is told once as a failure: what is left of it is cleared away then.
        if why.is_some() && aws.call().did(LAUNCH) && !aws.call().did(GIVEN_UP) {
            aws.call().once(GIVEN_UP, async { Ok(()) }).await?;
            return Ok(Some(found));
        }
        found.state_reason = None;
        if state_of(&found) != Some(&InstanceStateName::Terminated) {
            return Ok(Some(found));
        }
        if let Some(why) = why.filter(|_| !aws.call().did(GIVEN_UP)) {
            aws.call().warn(format!("AWS has terminated instance `{id}`: {why}")).await;
        }
        Ok(None)
    }

    fn progress(seen: &AwsInstance) -> Progress {
        use InstanceStateName::{Pending, Running, ShuttingDown, Stopped, Stopping, Terminated};
        let metadata = seen.metadata_options().and_then(|options| options.state());
        match state_of(seen) {
            Some(Running | Stopped) if metadata == Some(&InstanceMetadataOptionsState::Pending) => {
                Progress::Pending("changing its metadata options".into())
            }
            Some(Running | Stopped) => Progress::Done,
            Some(state @ (ShuttingDown | Terminated)) => match gave_up(seen) {
                Some(why) => Progress::Failed(why),
                None => Progress::Leaving(state.as_str().to_owned()),
            },
            Some(state @ (Pending | Stopping)) => Progress::Pending(state.as_str().to_owned()),
            _ => Progress::Pending("pending".into()),
        }
    }

    async fn read(aws: &Aws, id: &Id, seen: AwsInstance) -> Result<Self> {
        state::read(aws, id, seen).await
    }

    fn respell(&mut self, given: &InstanceInputs) {
        self.inputs.respell(given);
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &InstanceInputs) -> Result<()> {
        // A run that was killed half-way may have changed some of it already, and turned on what is in the way of doing it again.
        let now = state::now(aws, id, old, new).await?;
        change::unlock(aws, id, &now.inputs, new).await?;
        volume::change(aws, id, &now, new).await?;
        change::online(aws, id, &now, new).await?;
        profile::bring(aws, id, &now.inputs, new).await?;
        restart::change(aws, id, old, &now, new).await?;
        change::lock(aws, id, &now.inputs, new).await
    }

    async fn put_back(aws: &Aws, id: &Id, old: &Self, new: &InstanceInputs, error: Error) -> Error {
        restart::put_back(aws, id, old, new, error).await
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        retag(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        let terminate = aws.ec2().terminate_instances().instance_ids(id).send().await;
        let ended = terminate.unless(&["InvalidInstanceID.NotFound"]).done("terminating instance", id);
        let protected = |error: &Error| error.message().contains("OperationNotPermitted");
        ended.map_err(|error| match old.inputs.disable_api_termination && protected(&error) {
            true => error
                .again(Again::Never)
                .hint("set `disableApiTermination: false`, run `pulumi up`, and then delete it"),
            false => error,
        })
    }
}

/// The state of an instance.
fn state_of(seen: &AwsInstance) -> Option<&InstanceStateName> {
    seen.state().and_then(|state| state.name())
}

/// Why AWS terminates or has terminated an instance that nobody wanted to end, in its words.
fn gave_up(seen: &AwsInstance) -> Option<String> {
    use InstanceStateName::{ShuttingDown, Terminated};
    const WANTED: [&str; 2] = ["Client.UserInitiatedShutdown", "Client.InstanceInitiatedShutdown"];
    if !matches!(state_of(seen), Some(ShuttingDown | Terminated)) {
        return None;
    }
    let reason = seen.state_reason()?;
    let code = reason.code().filter(|code| !WANTED.contains(code))?;
    Some(reason.message().unwrap_or(code).trim_end_matches('.').to_owned())
}
