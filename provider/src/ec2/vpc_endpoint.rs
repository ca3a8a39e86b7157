//! A VPC endpoint.

mod changes;
mod inputs;

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{
    DnsEntry as AwsDnsEntry, IpAddressType as AwsIpAddressType, PrefixList, ResourceType,
    VpcEndpoint as AwsVpcEndpoint, VpcEndpointType as AwsType,
};
use pulumi_plugin::{Again, Error, Fault, Faults, Id, Made, Progress, Property, Resource, Result, Wait};

pub use self::inputs::{
    DnsOptions, DnsRecordIpType, IpAddressType, PrivateDnsPreference, VpcEndpointArgs, VpcEndpointInputs,
    VpcEndpointType,
};
use crate::aws::list::{filled, some};
use crate::aws::{Aws, Doing as _, Tags, word, word_or};
use crate::ec2::tags::{earlier, newborn, retag};
use crate::ec2::{all_done, filter};

/// A VPC endpoint: lets a VPC reach a service of AWS, or somebody else's, without the internet.
///
/// A gateway endpoint (S3, DynamoDB) is a route in route tables, and costs nothing. An interface endpoint is a network interface in each of its
/// subnets. Route tables list a gateway endpoint in the endpoint only, never as a route of their own.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct VpcEndpoint {
    /// The inputs as AWS has them.
    #[prop(inputs)]
    pub inputs: VpcEndpointInputs,
    /// The ARN of the VPC endpoint.
    #[prop(stable)]
    pub arn: String,
    /// The DNS entries of an interface endpoint: the names by which it is reached, that of the whole region first.
    pub dns_entries: Vec<DnsEntry>,
    /// The ids of the network interfaces of the VPC endpoint, one in each subnet.
    pub network_interface_ids: Vec<String>,
    /// The id of the prefix list of a gateway endpoint's service, for rules of security groups.
    #[prop(stable)]
    pub prefix_list_id: Option<String>,
    /// The IPv4 ranges of a gateway endpoint's service.
    pub cidr_blocks: Vec<String>,
    /// The id of the account that owns the VPC endpoint.
    #[prop(stable)]
    pub owner_id: String,
}

/// A DNS entry of an interface endpoint.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct DnsEntry {
    /// The DNS name.
    pub dns_name: String,
    /// The id of the hosted zone of the name, for alias records.
    pub hosted_zone_id: Option<String>,
}

impl Resource for VpcEndpoint {
    const TOKEN: &'static str = "gitinfra:ec2:VpcEndpoint";
    const WAIT: Wait = Wait::seconds(90, 900);
    type Session = Aws;
    type Inputs = VpcEndpointInputs;
    type Seen = AwsVpcEndpoint;

    fn check(new: &VpcEndpointInputs) -> Vec<Fault> {
        let gateway = new.vpc_endpoint_type == VpcEndpointType::Gateway;
        let faults = Faults::of(new).one_of(&["serviceName", "resourceConfigurationArn", "serviceNetworkArn"]);
        let private = new.private_dns_enabled == Some(true);
        let specified = new.dns_options.as_ref().is_some_and(|dns| {
            let preference = dns.private_dns_preference;
            !dns.private_dns_specified_domains.is_empty() && !preference.is_some_and(PrivateDnsPreference::specifies)
        });
        let only = "only an endpoint of another type than `Gateway` has it; set `vpcEndpointType`";
        faults
            .when(gateway && !new.subnet_ids.is_empty(), "subnetIds", only)
            .when(gateway && new.security_group_ids.is_some(), "securityGroupIds", only)
            .when(gateway && private, "privateDnsEnabled", only)
            .when(!gateway && !new.route_table_ids.is_empty(), "routeTableIds", "only a `Gateway` endpoint has it")
            .when(
                specified,
                "dnsOptions.privateDnsSpecifiedDomains",
                "needs a `privateDnsPreference` that names specified domains",
            )
            .into_vec()
    }

    /// Which domains get private DNS is fixed at creation.
    fn replaces(old: &VpcEndpointInputs, new: &VpcEndpointInputs) -> Vec<&'static str> {
        let fixed = |inputs: &VpcEndpointInputs| {
            let dns = inputs.dns_options.as_ref();
            dns.map(|dns| (dns.private_dns_preference, dns.private_dns_specified_domains.clone()))
        };
        match (fixed(old), fixed(new)) {
            (Some(old), Some(new)) if old != new => vec!["dnsOptions"],
            _ => Vec::new(),
        }
    }

    /// A VPC has one private name for a service, and a route table one route to it.
    fn collides(old: &VpcEndpointInputs, new: &VpcEndpointInputs) -> bool {
        let same = old.vpc_id == new.vpc_id && old.service_name == new.service_name;
        let private = old.has_private_dns() && new.has_private_dns();
        same && (private || !old.route_table_ids.is_disjoint(&new.route_table_ids))
    }

    async fn earlier(aws: &Aws, _: &VpcEndpointInputs) -> Result<Option<Id>> {
        let Some(id) = earlier(aws, ResourceType::VpcEndpoint).await?.map(Id::from) else { return Ok(None) };
        let alive = |seen: &AwsVpcEndpoint| !matches!(Self::progress(seen), Progress::Failed(_) | Progress::Leaving(_));
        Ok(Self::find(aws, &id).await?.filter(alive).map(|_| id))
    }

    async fn create(aws: &Aws, new: &VpcEndpointInputs) -> Result<Made> {
        let create = aws
            .once()
            .ec2()
            .create_vpc_endpoint()
            .client_token(&aws.birth().once)
            .vpc_id(&new.vpc_id)
            .set_service_name(new.service_name.clone())
            .set_resource_configuration_arn(new.resource_configuration_arn.as_ref().map(ToString::to_string))
            .set_service_network_arn(new.service_network_arn.as_ref().map(ToString::to_string))
            .set_service_region(new.service_region.clone())
            .vpc_endpoint_type(AwsType::from(new.vpc_endpoint_type.as_str()))
            .set_policy_document(new.policy_document.as_ref().map(ToString::to_string))
            // Left out, AWS would choose it.
            .set_private_dns_enabled((new.vpc_endpoint_type != VpcEndpointType::Gateway).then(|| new.has_private_dns()))
            .set_ip_address_type(new.ip_address_type.map(|kind| AwsIpAddressType::from(kind.as_str())))
            .set_dns_options(new.dns_options.as_ref().map(DnsOptions::written))
            .set_subnet_ids(some(new.subnet_ids.iter().cloned()))
            .set_route_table_ids(some(new.route_table_ids.iter().cloned()))
            .set_security_group_ids(some(new.security_group_ids.iter().flatten().cloned()))
            .tag_specifications(newborn(aws, ResourceType::VpcEndpoint, &new.tags));
        match create.send().await.doing("creating VPC endpoint in", &new.vpc_id) {
            Ok(made) => Made::new(made.vpc_endpoint.and_then(|endpoint| endpoint.vpc_endpoint_id)),
            Err(error) if is_taken(&error) => in_the_way(aws, new, error).await,
            Err(error) => Err(error),
        }
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<AwsVpcEndpoint>> {
        let pages = |aws: &Aws, ids| {
            aws.ec2().describe_vpc_endpoints().filters(filter("vpc-endpoint-id", ids)).into_paginator().items().send()
        };
        let found = aws.one("reading VPC endpoints", id, pages, AwsVpcEndpoint::vpc_endpoint_id).await?;
        Ok(found.filter(|seen| state(seen) != "deleted"))
    }

    fn progress(seen: &AwsVpcEndpoint) -> Progress {
        match state(seen).as_str() {
            // The owner of the service accepts it or does not; nobody knows when.
            "available" | "partial" | "pendingacceptance" => Progress::Done,
            "deleting" => Progress::Leaving("deleting".into()),
            state @ ("failed" | "rejected" | "expired") => Progress::Failed(why(seen, state)),
            _ => Progress::Pending("pending".into()),
        }
    }

    async fn read(aws: &Aws, id: &Id, seen: AwsVpcEndpoint) -> Result<Self> {
        let kind = word_or(seen.vpc_endpoint_type.as_ref(), VpcEndpointType::Gateway)?;
        let prefixes = match (kind, &seen.service_name) {
            (VpcEndpointType::Gateway, Some(service)) => prefix_list(aws, service).await?,
            _ => None,
        };
        let (prefix_list_id, cidrs) = prefixes.map(|list| (list.prefix_list_id, list.cidrs)).unwrap_or_default();
        let owner_id = seen.owner_id.clone().unwrap_or_default();
        Ok(VpcEndpoint {
            arn: aws.arn("ec2", &owner_id, &format!("vpc-endpoint/{id}")),
            dns_entries: seen.dns_entries().iter().map(DnsEntry::of).collect(),
            network_interface_ids: seen
                .network_interface_ids()
                .iter()
                .collect::<BTreeSet<_>>()
                .into_iter()
                .cloned()
                .collect(),
            prefix_list_id,
            cidr_blocks: cidrs.unwrap_or_default(),
            owner_id,
            inputs: VpcEndpointInputs::read(aws, kind, seen)?,
        })
    }

    fn respell(&mut self, given: &VpcEndpointInputs) {
        self.inputs.respell(given);
    }

    async fn update(aws: &Aws, id: &Id, old: &Self, new: &VpcEndpointInputs) -> Result<()> {
        match changes::of(&old.inputs, new) {
            Some(changes) => {
                let modify = aws.ec2().modify_vpc_endpoint().set_vpc_endpoint_id(Some(id.to_string()));
                changes(modify).send().await.done("changing VPC endpoint", id)
            }
            None => Ok(()),
        }
    }

    async fn retag(aws: &Aws, id: &Id, _: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        retag(aws, id.as_str(), set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        const GONE: [&str; 2] = ["InvalidVpcEndpointId.NotFound", "InvalidVpcEndpoint.NotFound"];
        let delete = aws.ec2().delete_vpc_endpoints().vpc_endpoint_ids(id).send().await;
        let answer = delete.unless(&GONE).doing("deleting VPC endpoint", id)?;
        all_done(format!("deleting VPC endpoint `{id}`"), answer.and_then(|answer| answer.unsuccessful), &GONE)
    }
}

impl DnsEntry {
    fn of(seen: &AwsDnsEntry) -> DnsEntry {
        let hosted_zone_id = filled(seen.hosted_zone_id());
        DnsEntry { dns_name: seen.dns_name().unwrap_or_default().to_owned(), hosted_zone_id }
    }
}

/// The state. AWS writes it in other letters than its own model says.
fn state(seen: &AwsVpcEndpoint) -> String {
    seen.state().map(|state| state.as_str().to_lowercase()).unwrap_or_default()
}

/// Why the endpoint has failed, in AWS's words.
fn why(seen: &AwsVpcEndpoint, state: &str) -> String {
    let told = seen.last_error().and_then(|error| error.message()).or(seen.failure_reason());
    told.map_or_else(|| format!("it is {state}"), |why| format!("{state}: {}", why.trim_end_matches('.')))
}

/// Whether it is refused because another endpoint has its place: its private name, or its route.
fn is_taken(error: &Error) -> bool {
    ["conflicting DNS domain", "RouteAlreadyExists"].iter().any(|words| error.message().contains(words))
}

/// The endpoint that has the new one's place. One that is being deleted is waited for.
async fn in_the_way(aws: &Aws, new: &VpcEndpointInputs, refused: Error) -> Result<Made> {
    let ask = aws.ec2().describe_vpc_endpoints().filters(filter("vpc-id", [&new.vpc_id]));
    let ask = ask.filters(filter("service-name", new.service_name.iter()));
    let mut pages = ask.into_paginator().items().send();
    let mut leaving = false;
    while let Some(each) = pages.next().await {
        let each = each.doing("looking for VPC endpoints of", &new.vpc_id)?;
        let shares = each.route_table_ids().iter().any(|table| new.route_table_ids.contains(table));
        if !(shares || new.has_private_dns() && each.private_dns_enabled() == Some(true)) {
            continue;
        }
        match (state(&each).as_str(), each.vpc_endpoint_id) {
            ("deleting" | "deleted", _) => leaving = true,
            (_, Some(id)) => return Ok(Made::Exists(id.into())),
            _ => {}
        }
    }
    Err(if leaving { refused.again(Again::Later) } else { refused })
}

/// The prefix list of a service.
async fn prefix_list(aws: &Aws, service: &str) -> Result<Option<PrefixList>> {
    let pages = |aws: &Aws, names| {
        aws.ec2().describe_prefix_lists().filters(filter("prefix-list-name", names)).into_paginator().items().send()
    };
    aws.one("reading prefix lists", service, pages, PrefixList::prefix_list_name).await
}

/// A word that AWS may write in other letters.
fn lower<T: Property>(aws: Option<impl AsRef<str>>) -> Result<Option<T>> {
    aws.map(|text| word(text.as_ref().to_lowercase())).transpose()
}
