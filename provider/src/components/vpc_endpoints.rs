//! VPC endpoints for services of AWS.

use std::collections::{BTreeMap, BTreeSet};

use pulumi_plugin::{Component, Error, Fault, Faults, Knobs, Output, Outputs, Path, Property, Result, Scope};

use crate::aws::{Aws, Tags};
use crate::components::security_group::{Group, Peer};
use crate::components::{Report, SharedArgs, SharedInputs};
use crate::ec2::security_group_ingress_rule::SecurityGroupIngressRule;
use crate::ec2::security_group_rule::SecurityGroupRuleArgs;
use crate::ec2::vpc_endpoint::{VpcEndpoint, VpcEndpointArgs, VpcEndpointType};
use crate::types::{Cidr, GroupDescription, PolicyJson, Protocol, Region};

/// What the program asks of VPC endpoints.
#[derive(Debug, Clone, Property)]
pub struct VpcEndpointsInputs {
    /// The id of the VPC. Private DNS needs its `enableDnsSupport` and `enableDnsHostnames`, which a Network has.
    pub vpc_id: Output<String>,
    /// The IPv4 range of the VPC, from which the endpoints are reached.
    pub vpc_cidr: Output<Cidr>,
    /// Further IPv4 ranges from which the endpoints are reached, by names of your choice: those of the VPC beside `vpcCidr`. Default: none.
    #[prop(default)]
    pub additional_cidrs: BTreeMap<String, Cidr>,
    /// The ids of the subnets that interface endpoints have a network interface in, one for each availability zone: `${network.appSubnetIds}`.
    /// Needed by all services but S3 and DynamoDB.
    pub subnet_ids: Option<Output<Vec<String>>>,
    /// The ids of the route tables that get routes to gateway endpoints, by any key: `${network.routeTableIds}`.
    /// Needed by S3 and DynamoDB.
    pub route_table_ids: Option<Output<BTreeMap<String, String>>>,
    /// What is said of the endpoints themselves.
    #[prop(flatten)]
    pub settings: VpcEndpointsSettings,
    /// What every component takes.
    #[prop(flatten)]
    pub shared: SharedInputs,
}

/// What can be said of VPC endpoints.
#[derive(Debug, Clone, Property)]
pub struct VpcEndpointsSettings {
    /// Services that are often needed together. Default: `ssm`, unless `services` are given.
    pub presets: Option<BTreeSet<Preset>>,
    /// Further services, such as `sqs`, or with their full names, such as `com.amazonaws.ap-northeast-1.sqs`.
    #[prop(default)]
    pub services: BTreeSet<String>,
    /// The endpoint policy of every endpoint: what may be done through it, whatever else allows it. Default: everything.
    pub policy: Option<Output<PolicyJson>>,
}

/// Services that are often needed together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Property)]
pub enum Preset {
    /// What Session Manager needs: `ssm`, `ssmmessages`, `ec2messages` and `s3`.
    #[prop(rename = "ssm")]
    Ssm,
    /// What Fargate tasks need without NAT: `ecr.api`, `ecr.dkr`, `logs`, `s3` and `secretsmanager`.
    #[prop(rename = "ecs")]
    Ecs,
    /// Both, and `ec2`, `kms`, `monitoring`, `sts` and `dynamodb`.
    #[prop(rename = "all")]
    All,
}

const SSM: [&str; 4] = ["ssm", "ssmmessages", "ec2messages", "s3"];
const ECS: [&str; 5] = ["ecr.api", "ecr.dkr", "logs", "s3", "secretsmanager"];
const FURTHER: [&str; 5] = ["ec2", "kms", "monitoring", "sts", "dynamodb"];

/// Services whose endpoints are routes, which cost nothing.
const GATEWAYS: [&str; 2] = ["s3", "dynamodb"];

/// Controls of services that are to be reached through an endpoint.
const CONTROLS: [(&str, &str); 4] =
    [("EC2.10", "ec2"), ("EC2.55", "ecr.api"), ("EC2.56", "ecr.dkr"), ("EC2.57", "ssm")];

impl Preset {
    fn services(self) -> Vec<&'static str> {
        match self {
            Preset::Ssm => SSM.to_vec(),
            Preset::Ecs => ECS.to_vec(),
            Preset::All => [&SSM[..], &ECS, &FURTHER].concat(),
        }
    }
}

/// VPC endpoints: subnets reach services of AWS without the internet, by the services' own names.
#[derive(Clone, Outputs)]
pub struct VpcEndpoints {
    /// The id of each endpoint, by its service: `endpointIds.ssm`.
    pub endpoint_ids: Output<BTreeMap<String, String>>,
    /// The id of the security group of the interface endpoints, if there are any.
    pub security_group_id: Option<Output<String>>,
    /// What every component gives.
    #[prop(flatten)]
    pub report: Report,
}

impl Component for VpcEndpoints {
    const TOKEN: &'static str = "gitinfra:index:VpcEndpoints";
    type Session = Aws;
    type Inputs = VpcEndpointsInputs;
    /// The region of the services.
    type Facts = Region;

    fn check(inputs: &VpcEndpointsInputs) -> Vec<Fault> {
        let settings = &inputs.settings;
        let all = settings.all();
        let odd = settings.services.iter().enumerate().filter(|(_, service)| !is_name(service));
        let odd = odd.map(|(i, service)| Fault {
            at: Path::root().key("services").index(i),
            why: format!("`{service}` is not the name of a service such as `sqs` or `com.amazonaws.us-east-1.sqs`"),
        });
        let needs =
            |property| move |service: &String| format!("missing: the endpoint of `{service}` needs `{property}`");
        let interface = all.iter().find(|service| !is_gateway(service)).filter(|_| inputs.subnet_ids.is_none());
        let gateway = all.iter().find(|service| is_gateway(service)).filter(|_| inputs.route_table_ids.is_none());
        Faults::of(inputs)
            .when(all.is_empty(), "services", "no service is left; give a name, or leave `presets` out")
            .and(odd)
            .and(interface.map(needs("subnetIds")).map(|why| Fault::new("subnetIds", why)))
            .and(gateway.map(needs("routeTableIds")).map(|why| Fault::new("routeTableIds", why)))
            .into_vec()
    }

    fn knobs(inputs: &VpcEndpointsInputs) -> Knobs {
        inputs.shared.knobs()
    }

    async fn look(aws: &Aws, _: &VpcEndpointsInputs) -> Result<Region> {
        Region::parse(aws.region()).map_err(Error::new)
    }

    fn build(here: &mut Scope, inputs: VpcEndpointsInputs, region: Region) -> Result<Self> {
        let services = inputs.settings.all();
        let interfaces = services.iter().any(|service| !is_gateway(service));
        let group = interfaces.then(|| inputs.group(here));
        let endpoints: Vec<_> = services
            .iter()
            .map(|service| (service.clone(), inputs.endpoint(here, service, &region, group.as_ref())))
            .collect();
        let report = CONTROLS.iter().fold(Report::of(here), |report, (control, service)| {
            report.meets_if(services.contains(*service), control, &format!("there is no endpoint for `{service}`"))
        });
        Ok(VpcEndpoints { endpoint_ids: Output::all_by_key(endpoints), security_group_id: group, report })
    }
}

/// Whether it looks like the name of a service.
fn is_name(service: &str) -> bool {
    let part =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    service.split('.').all(part)
}

/// The short name of a service, which its endpoint's key is made of.
fn short(service: &str) -> &str {
    let full = service.strip_prefix("com.amazonaws.").and_then(|rest| rest.split_once('.'));
    full.map_or(service, |(_, name)| name)
}

fn is_gateway(service: &str) -> bool {
    GATEWAYS.contains(&short(service))
}

impl VpcEndpointsSettings {
    /// Every service, once.
    fn all(&self) -> BTreeSet<String> {
        let usual = || if self.services.is_empty() { BTreeSet::from([Preset::Ssm]) } else { BTreeSet::new() };
        let presets = self.presets.clone().unwrap_or_else(usual);
        let preset = presets.into_iter().flat_map(Preset::services).map(str::to_owned);
        preset.chain(self.services.iter().cloned()).collect()
    }

    /// How many of the endpoints have network interfaces, which cost something.
    pub fn interfaces(&self) -> usize {
        self.all().iter().filter(|service| !is_gateway(service)).count()
    }
}

impl VpcEndpointsInputs {
    /// The security group of the interface endpoints: HTTPS from the VPC, and nothing else. Known once it lets in: no endpoint answers before.
    fn group(&self, here: &mut Scope) -> Output<String> {
        let group = Group {
            key: "sg",
            vpc_id: self.vpc_id.clone(),
            described: false,
            description: GroupDescription::about(&format!("{}: endpoints", here.name())),
            allow_from: BTreeMap::new(),
            allow_to: BTreeMap::new(),
        };
        let group = group.tell(here).id;
        let ranges = self.additional_cidrs.iter().map(|(name, range)| {
            let rule = Peer::range(*range, 443).rule(&group, name);
            here.add::<SecurityGroupIngressRule>(format!("sg-from-range-{name}"), rule).urn
        });
        let mut rules = ranges.collect::<Vec<_>>();
        let tcp = Protocol::parse("tcp").unwrap_or_else(|why| unreachable!("{why}"));
        let rule = SecurityGroupRuleArgs {
            security_group_id: (&group).into(),
            ip_protocol: tcp.into(),
            from_port: 443.into(),
            to_port: 443.into(),
            cidr_ipv4: (&self.vpc_cidr).into(),
            description: GroupDescription::from("vpc").into(),
            ..Default::default()
        };
        rules.push(here.add::<SecurityGroupIngressRule>("sg-from-vpc", rule).urn);
        rules.iter().fold(group, |group, rule| group.depends_on(rule))
    }

    fn endpoint(
        &self,
        here: &mut Scope,
        service: &str,
        region: &Region,
        group: Option<&Output<String>>,
    ) -> Output<String> {
        let key = format!("endpoint-{}", short(service).replace('.', "-"));
        let name = match service == short(service) {
            true => format!("com.amazonaws.{region}.{service}"),
            false => service.to_owned(),
        };
        let args = VpcEndpointArgs {
            vpc_id: (&self.vpc_id).into(),
            service_name: name.into(),
            policy_document: self.settings.policy.clone().into(),
            tags: Tags::from([("Name".into(), format!("{}-{key}", here.name()))]).into(),
            ..self.kind(service, group)
        };
        here.add::<VpcEndpoint>(key, args).id
    }

    /// What a gateway endpoint, or an interface endpoint, is made of.
    fn kind(&self, service: &str, group: Option<&Output<String>>) -> VpcEndpointArgs {
        if is_gateway(service) {
            let tables = self.route_table_ids.as_ref();
            let tables = tables.map(|tables| tables.map(|tables| tables.into_values().collect::<BTreeSet<_>>()));
            return VpcEndpointArgs {
                vpc_endpoint_type: VpcEndpointType::Gateway.into(),
                route_table_ids: tables.into(),
                ..Default::default()
            };
        }
        let groups = group.map(|group| group.map(|group| BTreeSet::from([group])));
        let subnets = self.subnet_ids.as_ref().map(|ids| ids.map(|ids| ids.into_iter().collect::<BTreeSet<_>>()));
        VpcEndpointArgs {
            vpc_endpoint_type: VpcEndpointType::Interface.into(),
            private_dns_enabled: true.into(),
            subnet_ids: subnets.into(),
            security_group_ids: groups.into(),
            ..Default::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{is_gateway, is_name, short};

    #[test]
    fn services_have_short_names() {
        for (service, name, gateway) in [
            ("ssm", "ssm", false),
            ("ecr.api", "ecr.api", false),
            ("com.amazonaws.us-east-1.ecr.api", "ecr.api", false),
            ("com.amazonaws.us-east-1.s3", "s3", true),
            ("dynamodb", "dynamodb", true),
        ] {
            assert_eq!((short(service), is_gateway(service), is_name(service)), (name, gateway, true), "{service}");
        }
        assert!(!["", "SSM", "a b", "ecr.", "s3_x"].iter().any(|service| is_name(service)));
    }
}
