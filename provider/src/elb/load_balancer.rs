//! A load balancer.

mod attributes;
mod inputs;
mod interfaces;
mod places;

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types::{
    EnablePrefixForIpv6SourceNatEnum, EnforceSecurityGroupInboundRulesOnPrivateLinkTrafficEnum,
    IpAddressType as AwsIpAddressType, IpamPools, LoadBalancer as AwsLoadBalancer, LoadBalancerAttribute,
    LoadBalancerSchemeEnum, LoadBalancerStateEnum, LoadBalancerTypeEnum, MinimumLoadBalancerCapacity,
    RemoveIpamPoolEnum,
};
use pulumi_plugin::{Error, Fault, Id, Made, Progress, Property, Resource, Result, Wait};

pub use self::attributes::*;
pub use self::inputs::*;
use crate::aws::number::signed;
use crate::aws::{Aws, Doing as _, Tags, list};
use crate::ec2::same_vpc;
use crate::elb::attributes as pairs;
use crate::elb::{suffix, tags};

/// How many attributes AWS takes in one call.
const MOST: usize = 20;

/// A load balancer of Elastic Load Balancing: an Application Load Balancer for HTTP, a Network Load Balancer for TCP and UDP, or a Gateway Load Balancer
/// for appliances.
///
/// One that faces the internet needs the internet gateway of its VPC: give it the option `dependsOn` with the gateway. Its deletion ends when its
/// network interfaces are gone, so that its subnets and security groups can be deleted.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct LoadBalancer {
    /// The inputs, as AWS has them.
    #[prop(inputs)]
    pub inputs: LoadBalancerInputs,
    /// The ARN.
    #[prop(stable)]
    pub arn: String,
    /// The end of the ARN, by which CloudWatch's metrics know the load balancer: `app/web/50dc6c495c0c9188`.
    #[prop(stable)]
    pub arn_suffix: String,
    /// The DNS name.
    #[prop(stable)]
    pub dns_name: String,
    /// The id of the hosted zone for Route 53 alias records that point to the load balancer.
    #[prop(stable)]
    pub zone_id: String,
    /// The id of the VPC that the load balancer is in.
    #[prop(stable)]
    pub vpc_id: String,
}

/// What one look shows: the load balancer, or what is left of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    /// It is there.
    Balancer(Box<AwsLoadBalancer>),
    /// It is deleted, and so many of its network interfaces are still there.
    Interfaces(usize),
}

impl Resource for LoadBalancer {
    const TOKEN: &'static str = "gitinfra:elb:LoadBalancer";
    const WAIT: Wait = Wait::seconds(150, 2100);
    type Session = Aws;
    type Inputs = LoadBalancerInputs;
    type Seen = Seen;

    fn check(new: &LoadBalancerInputs) -> Vec<Fault> {
        inputs::faults(new)
    }

    /// The subnets of a load balancer are all of one VPC, so subnets of which it has none yet may be another VPC's. A Network Load Balancer does not
    /// exchange the subnets of all its zones, and one that was made without security groups never gets any.
    fn replaces(old: &LoadBalancerInputs, new: &LoadBalancerInputs) -> Vec<&'static str> {
        let (was, is) = (places::subnets(old), places::subnets(new));
        let mut replaced = match was.is_disjoint(&is) || places::exchanges(old, new) {
            true if !new.subnets.is_empty() => vec!["subnets"],
            true => vec!["subnetMappings"],
            false => Vec::new(),
        };
        let some = |of: &LoadBalancerInputs| of.security_groups.as_ref().is_some_and(|groups| !groups.is_empty());
        if new.r#type == LoadBalancerType::Network && new.security_groups.is_some() && some(old) != some(new) {
            replaced.push("securityGroups");
        }
        replaced
    }

    async fn in_place(aws: &Aws, old: &LoadBalancerInputs, new: &LoadBalancerInputs) -> Result<Vec<&'static str>> {
        let (was, is) = (places::subnets(old), places::subnets(new));
        let same = !was.is_disjoint(&is) || same_vpc(aws, was, is).await?;
        // The subnets of a Gateway Load Balancer stay.
        let moves = same && new.r#type != LoadBalancerType::Gateway;
        let moves = moves && places::way(aws, old, new).await? != places::Way::Closed;
        Ok(if moves { vec!["subnets", "subnetMappings"] } else { Vec::new() })
    }

    /// Two load balancers can't have the same Elastic IP addresses. One that is protected is refused to be deleted, which nobody wants to hear when all
    /// else has moved to the new one.
    fn collides(old: &LoadBalancerInputs, new: &LoadBalancerInputs) -> bool {
        if protected(old) {
            return true;
        }
        let addresses = |of: &LoadBalancerInputs| {
            of.subnet_mappings.iter().filter_map(|it| it.allocation_id.clone()).collect::<Vec<_>>()
        };
        let old = addresses(old);
        addresses(new).iter().any(|address| old.contains(address))
    }

    async fn prevents(_: &Aws, id: &Id, old: &LoadBalancerInputs, _: &LoadBalancerInputs) -> Result<()> {
        if !protected(old) {
            return Ok(());
        }
        let hint = "to go on, first set `attributes.deletionProtectionEnabled: false` (of a component, `deletionProtection: false`) and run `pulumi up`";
        Err(Error::new(format!("load balancer `{id}` can't be replaced: it is protected from deletion")).hint(hint))
    }

    /// AWS takes a second creation of the same name and settings for the first one, whoever made that.
    async fn standing(aws: &Aws, new: &LoadBalancerInputs) -> Result<Option<Id>> {
        let named = aws.elb().describe_load_balancers().names(new.name.as_str()).send().await;
        let named = named.unless(&["LoadBalancerNotFound"]).doing("looking for load balancer", &new.name)?;
        let first = named.and_then(|answer| answer.load_balancers?.into_iter().next());
        Ok(first.and_then(|balancer| balancer.load_balancer_arn).map(Id::from))
    }

    async fn create(aws: &Aws, new: &LoadBalancerInputs) -> Result<Made> {
        let gateway = new.r#type == LoadBalancerType::Gateway;
        let pools = new.ipv4_ipam_pool_id.as_ref().map(|pool| IpamPools::builder().ipv4_ipam_pool_id(pool).build());
        let prefix =
            (new.enable_prefix_for_ipv6_source_nat == OnOff::On).then_some(EnablePrefixForIpv6SourceNatEnum::On);
        let create = aws
            .once()
            .elb()
            .create_load_balancer()
            .name(new.name.as_str())
            .r#type(LoadBalancerTypeEnum::from(new.r#type.as_str()))
            .set_scheme((!gateway).then(|| LoadBalancerSchemeEnum::from(new.scheme.as_str())))
            .set_subnets(list::some(new.subnets.iter().cloned()))
            .set_subnet_mappings(list::some(new.subnet_mappings.iter().map(places::mapping)))
            .set_security_groups(new.security_groups.as_ref().and_then(|groups| list::some(groups.iter().cloned())))
            .ip_address_type(AwsIpAddressType::from(new.ip_address_type.as_str()))
            .set_ipam_pools(pools)
            .set_customer_owned_ipv4_pool(new.customer_owned_ipv4_pool.clone())
            .set_enable_prefix_for_ipv6_source_nat(prefix)
            .set_tags(Some(aws.newborn(&new.tags)));
        let made = create.send().await.unless(&["DuplicateLoadBalancerName"]);
        match made.doing("creating load balancer", &new.name)? {
            Some(made) => Made::new(made.load_balancers.and_then(|made| made.into_iter().next()?.load_balancer_arn)),
            None => match Self::standing(aws, new).await? {
                Some(id) => Ok(Made::Exists(id)),
                None => Err(Error::new(format!("a load balancer `{}` exists, but can't be seen", new.name))),
            },
        }
    }

    async fn ours(aws: &Aws, id: &Id, _: &Seen, _: &LoadBalancerInputs) -> Result<Option<Id>> {
        Ok(aws.bears_token(tags::list(aws, id.as_str()).await?).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<Seen>> {
        let asked = aws.elb().describe_load_balancers().load_balancer_arns(id).send().await;
        let answer = asked.unless(&["LoadBalancerNotFound"]).doing("reading load balancer", id)?;
        let found = answer.and_then(|answer| answer.load_balancers?.into_iter().next());
        match found {
            Some(balancer) => Ok(Some(Seen::Balancer(Box::new(balancer)))),
            None => Ok(interfaces::left(aws, id).await?.map(Seen::Interfaces)),
        }
    }

    fn progress(seen: &Seen) -> Progress {
        let state = match seen {
            Seen::Balancer(balancer) => balancer.state.clone(),
            Seen::Interfaces(left) => return Progress::Leaving(format!("{left} of its network interfaces are left")),
        };
        let why = state.as_ref().and_then(|state| state.reason.clone());
        match state.and_then(|state| state.code) {
            Some(LoadBalancerStateEnum::Active | LoadBalancerStateEnum::ActiveImpaired) => Progress::Done,
            Some(LoadBalancerStateEnum::Failed) => {
                Progress::Failed(why.unwrap_or_else(|| "AWS does not say why".into()))
            }
            other => Progress::Pending(other.map_or("provisioning", |_| "provisioning").into()),
        }
    }

    async fn read(aws: &Aws, id: &Id, seen: Seen) -> Result<Self> {
        let Seen::Balancer(seen) = seen else { return Err(Error::new(format!("load balancer `{id}` is gone"))) };
        let (told, tags, capacity) =
            futures::try_join!(attributes_of(aws, id), tags::visible(aws, id.as_str()), capacity_of(aws, id))?;
        let mut inputs = inputs::read(&seen)?;
        inputs.attributes = pairs::read(&told, &attributes::table(&inputs))?;
        inputs.access_logs = attributes::logs("access_logs", &told);
        inputs.connection_logs = attributes::logs("connection_logs", &told);
        inputs.health_check_logs = attributes::logs("health_check_logs", &told);
        inputs.minimum_load_balancer_capacity = capacity;
        inputs.tags = tags;
        Ok(LoadBalancer {
            inputs,
            arn: id.to_string(),
            arn_suffix: suffix(id.as_str()).to_owned(),
            dns_name: seen.dns_name.unwrap_or_default(),
            zone_id: seen.canonical_hosted_zone_id.unwrap_or_default(),
            vpc_id: seen.vpc_id.unwrap_or_default(),
        })
    }

    fn respell(&mut self, given: &LoadBalancerInputs) {
        let table = attributes::table(&self.inputs);
        pairs::respell(&mut self.inputs.attributes, &given.attributes, &table);
        places::respell(&mut self.inputs, given);
        if self.inputs.r#type == LoadBalancerType::Gateway {
            self.inputs.scheme = given.scheme;
        }
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &LoadBalancerInputs) -> Result<()> {
        let old = &old.inputs;
        bring_groups(aws, id, old, new).await?;
        places::bring(aws, id, old, new).await?;
        if old.ip_address_type != new.ip_address_type {
            let set = aws.elb().set_ip_address_type().load_balancer_arn(id);
            let set = set.ip_address_type(AwsIpAddressType::from(new.ip_address_type.as_str())).send().await;
            set.done("setting the IP address type of load balancer", id)?;
        }
        if old.ipv4_ipam_pool_id != new.ipv4_ipam_pool_id {
            let modify = aws.elb().modify_ip_pools().load_balancer_arn(id);
            let modify = match &new.ipv4_ipam_pool_id {
                Some(pool) => modify.ipam_pools(IpamPools::builder().ipv4_ipam_pool_id(pool).build()),
                None => modify.remove_ipam_pools(RemoveIpamPoolEnum::Ipv4),
            };
            modify.send().await.done("changing the IP pools of load balancer", id)?;
        }
        bring_capacity(aws, id, old, new).await?;
        bring_attributes(aws, id, old, new).await
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        interfaces::expect_gone(aws, id);
        let deleted = aws.elb().delete_load_balancer().load_balancer_arn(id).send().await;
        let done = deleted.unless(&["LoadBalancerNotFound"]).done("deleting load balancer", id);
        done.map_err(|error| match error.message() {
            said if said.contains("OperationNotPermitted") && said.contains("protection") => {
                error.hint("first set `attributes.deletionProtectionEnabled` to false, and run `pulumi up`")
            }
            said if said.contains("ResourceInUse") => error.hint(
                "an endpoint service, an API Gateway VPC link or Global Accelerator has it: take it out of that first",
            ),
            _ => error,
        })
    }
}

/// Whether AWS refuses to delete it.
fn protected(of: &LoadBalancerInputs) -> bool {
    of.attributes.deletion_protection_enabled == Some(true)
}

async fn attributes_of(aws: &Aws, id: &Id) -> Result<BTreeMap<String, String>> {
    let told = aws.elb().describe_load_balancer_attributes().load_balancer_arn(id).send().await;
    let told = told.doing("reading the attributes of load balancer", id)?.attributes.unwrap_or_default();
    Ok(told.into_iter().filter_map(|pair| Some((pair.key?, pair.value?))).collect())
}

/// Its reserved capacity; asked only where the program reserves any.
async fn capacity_of(aws: &Aws, id: &Id) -> Result<Option<MinimumCapacity>> {
    if !aws.call().gives("minimumLoadBalancerCapacity") {
        return Ok(None);
    }
    let told = aws.elb().describe_capacity_reservation().load_balancer_arn(id).send().await;
    let told = told.doing("reading the reserved capacity of load balancer", id)?.minimum_load_balancer_capacity;
    let units = told.and_then(|capacity| capacity.capacity_units).and_then(|units| u32::try_from(units).ok());
    Ok(units.filter(|units| *units > 0).map(|capacity_units| MinimumCapacity { capacity_units }))
}

async fn bring_capacity(aws: &Aws, id: &Id, old: &LoadBalancerInputs, new: &LoadBalancerInputs) -> Result<()> {
    let (was, is) = (&old.minimum_load_balancer_capacity, &new.minimum_load_balancer_capacity);
    if was == is {
        return Ok(());
    }
    let modify = aws.elb().modify_capacity_reservation().load_balancer_arn(id);
    let modify = match is {
        Some(capacity) => {
            let units = signed(capacity.capacity_units);
            modify.minimum_load_balancer_capacity(MinimumLoadBalancerCapacity::builder().capacity_units(units).build())
        }
        None => modify.reset_capacity_reservation(true),
    };
    modify.send().await.done("reserving the capacity of load balancer", id)
}

async fn bring_groups(aws: &Aws, id: &Id, old: &LoadBalancerInputs, new: &LoadBalancerInputs) -> Result<()> {
    let rules = |of: &LoadBalancerInputs| of.enforce_security_group_inbound_rules_on_private_link_traffic;
    let groups = new.security_groups.as_ref().or(old.security_groups.as_ref());
    let Some(groups) = groups.filter(|groups| !groups.is_empty()) else { return Ok(()) };
    if old.security_groups.as_ref() == Some(groups) && rules(old) == rules(new) {
        return Ok(());
    }
    let enforce = (rules(old) != rules(new))
        .then(|| EnforceSecurityGroupInboundRulesOnPrivateLinkTrafficEnum::from(rules(new).as_str()));
    let set = aws
        .elb()
        .set_security_groups()
        .load_balancer_arn(id)
        .set_security_groups(Some(groups.iter().cloned().collect()))
        .set_enforce_security_group_inbound_rules_on_private_link_traffic(enforce);
    set.send().await.done("setting the security groups of load balancer", id)
}

async fn bring_attributes(aws: &Aws, id: &Id, old: &LoadBalancerInputs, new: &LoadBalancerInputs) -> Result<()> {
    let mut changed = pairs::changes(&old.attributes, &new.attributes, &attributes::table(new));
    changed.extend(attributes::log_changes("access_logs", &old.access_logs, &new.access_logs));
    changed.extend(attributes::log_changes("connection_logs", &old.connection_logs, &new.connection_logs));
    changed.extend(attributes::log_changes("health_check_logs", &old.health_check_logs, &new.health_check_logs));
    for some in changed.chunks(MOST) {
        let some = some.iter().map(|(key, value)| LoadBalancerAttribute::builder().key(*key).value(value).build());
        let modify =
            aws.elb().modify_load_balancer_attributes().load_balancer_arn(id).set_attributes(Some(some.collect()));
        modify.send().await.done("changing the attributes of load balancer", id).map_err(|error| {
            match error.message().contains("Access Denied for bucket") {
                true => error.hint(
                    "the bucket's policy must let `logdelivery.elasticloadbalancing.amazonaws.com`, or the region's account of Elastic Load Balancing, put objects; the bucket can be encrypted with SSE-S3 only",
                ),
                false => error,
            }
        })?;
    }
    Ok(())
}
