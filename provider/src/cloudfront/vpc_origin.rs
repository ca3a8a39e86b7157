//! A VPC origin.

use std::collections::BTreeSet;

use aws_sdk_cloudfront::operation::get_vpc_origin::GetVpcOriginOutput;
use aws_sdk_cloudfront::types::{DistributionSummary, OriginSslProtocols, VpcOriginEndpointConfig};
use pulumi_plugin::{Again, Error, Fault, Faults, Id, Made, Progress, Property, Resource, Result, Wait};

use super::distribution::{OriginProtocolPolicy, SslProtocol};
use crate::aws::list::{count, some};
use crate::aws::{Aws, Doing as _, Tags, word, word_or};
use crate::cloudfront::{built, holders, tags};
use crate::ec2::filter;
use crate::ec2::groups::{self, SERVICE_GROUP};
use crate::types::Arn;

/// What the program asks of a VPC origin.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct VpcOriginInputs {
    /// The name, unique in the account. Default: made from the resource's name, so that a replacement can be made before the old one is deleted.
    #[prop(replace, unique, autoname = 64, min = 1, max = 64)]
    pub name: String,
    /// The ARN of what the VPC origin leads to: an internal application or network load balancer, or an EC2 instance.
    #[prop(replace)]
    pub arn: Arn,
    /// The HTTP port: 80, 443 or from 1024 to 65535.
    #[prop(replace, default = 80, min = 80, max = 65535)]
    pub http_port: i32,
    /// The HTTPS port: 80, 443 or from 1024 to 65535.
    #[prop(replace, default = 443, min = 80, max = 65535)]
    pub https_port: i32,
    /// The origin protocol policy: whether CloudFront connects by HTTP or HTTPS. Default: `https-only`.
    #[prop(replace, default = OriginProtocolPolicy::HttpsOnly)]
    pub origin_protocol_policy: OriginProtocolPolicy,
    /// The SSL and TLS versions that CloudFront may use with the origin. Default: TLS 1.2, which also allows 1.3.
    #[prop(replace, default = BTreeSet::from([SslProtocol::Tls12]), min = 1)]
    pub origin_ssl_protocols: BTreeSet<SslProtocol>,
    /// The IP addresses of the origin that CloudFront connects to.
    #[prop(replace, default = VpcIpAddressType::Ipv4)]
    pub ip_address_type: VpcIpAddressType,
    /// Tags.
    #[prop(default)]
    pub tags: Tags,
}

/// The IP addresses of a VPC origin that CloudFront connects to.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum VpcIpAddressType {
    /// IPv4.
    #[prop(rename = "ipv4")]
    Ipv4,
    /// IPv4 and IPv6.
    #[prop(rename = "dualstack")]
    DualStack,
}

/// A CloudFront VPC origin: lets distributions reach a load balancer or an instance in private subnets. The VPC needs an internet gateway, which
/// nothing is routed to. CloudFront refuses to change one that a distribution uses, so that everything but tags takes a new resource; a
/// rule of a security group that names `serviceSecurityGroupId` must go before the last VPC origin of the VPC.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct VpcOrigin {
    /// What the program asks for, as AWS has it.
    #[prop(inputs)]
    pub inputs: VpcOriginInputs,
    /// The ARN of the VPC origin.
    #[prop(stable)]
    pub vpc_origin_arn: String,
    /// The id of the security group `CloudFront-VPCOrigins-Service-SG`, which CloudFront makes in the VPC and connects from: what a rule of the load balancer's
    /// or the instance's security group lets in. Not known where these are of another account.
    #[prop(stable)]
    pub service_security_group_id: Option<String>,
    /// The status: `Deployed` once it can be used.
    pub status: String,
}

impl Resource for VpcOrigin {
    const TOKEN: &'static str = "gitinfra:cloudfront:VpcOrigin";
    const WAIT: Wait = Wait::seconds(300, 2400);
    const FIXED: &'static [(&'static str, &'static str)] = crate::aws::GLOBAL;
    type Session = Aws;
    type Inputs = VpcOriginInputs;
    type Seen = GetVpcOriginOutput;

    fn check(new: &VpcOriginInputs) -> Vec<Fault> {
        let wrong = |port: i32| !matches!(port, 80 | 443 | 1024..);
        const PORTS: &str = "is none of 80, 443, 1024 to 65535";
        let service = ["elasticloadbalancing", "ec2"].contains(&new.arn.service());
        Faults::of(new)
            .when(!service, "arn", "is neither a load balancer's nor an instance's")
            .when(wrong(new.http_port), "httpPort", PORTS)
            .when(wrong(new.https_port), "httpsPort", PORTS)
            .into_vec()
    }

    async fn prevents(aws: &Aws, id: &Id, _: &VpcOriginInputs, new: &VpcOriginInputs) -> Result<()> {
        holders::prevents(aws, &format!("VPC origin `{}`", new.name), |each| uses(each, id)).await
    }

    async fn create(aws: &Aws, new: &VpcOriginInputs) -> Result<Made> {
        let create = aws.once().cloudfront().create_vpc_origin().tags(tags::newborn(aws, &new.tags));
        let made = create.vpc_origin_endpoint_config(new.write()?).send().await.unless(&["EntityAlreadyExists"]);
        match made.doing("creating VPC origin", &new.name)? {
            Some(made) => Made::new(made.vpc_origin.map(|origin| origin.id)),
            None => named(aws, &new.name).await.map(Made::Exists),
        }
    }

    async fn ours(aws: &Aws, id: &Id, seen: &GetVpcOriginOutput, _: &VpcOriginInputs) -> Result<Option<Id>> {
        let arn = seen.vpc_origin.as_ref().map(|origin| origin.arn.as_str()).unwrap_or_default();
        let answer = aws.cloudfront().list_tags_for_resource().resource(arn).send().await;
        let tags = answer.doing("reading the tags of", arn)?.tags.and_then(|tags| tags.items).unwrap_or_default();
        Ok(aws.bears_token(tags).then(|| id.clone()))
    }

    async fn find(aws: &Aws, id: &Id) -> Result<Option<GetVpcOriginOutput>> {
        let got = aws.cloudfront().get_vpc_origin().id(id).send().await;
        got.unless(&["EntityNotFound"]).doing("reading VPC origin", id)
    }

    fn progress(seen: &GetVpcOriginOutput) -> Progress {
        match seen.vpc_origin.as_ref().map(|origin| origin.status.as_str()) {
            Some("Deployed") => Progress::Done,
            Some("Failed") => Progress::Failed("CloudFront does not say why; the VPC needs an internet gateway and free addresses, and the load balancer must be active".into()),
            state => Progress::Pending(state.unwrap_or("Deploying").to_owned()),
        }
    }

    async fn read(aws: &Aws, id: &Id, seen: GetVpcOriginOutput) -> Result<Self> {
        let origin = seen.vpc_origin.ok_or_else(|| Error::new(format!("AWS says nothing of `{id}`")))?;
        let config = origin.vpc_origin_endpoint_config;
        let config = config.ok_or_else(|| Error::new(format!("`{id}` has no configuration")))?;
        let protocols = config.origin_ssl_protocols.map(|protocols| protocols.items).unwrap_or_default();
        let arn: Arn = word(config.arn)?;
        Ok(VpcOrigin {
            service_security_group_id: service_group(aws, &arn).await?,
            inputs: VpcOriginInputs {
                name: config.name,
                arn,
                http_port: config.http_port,
                https_port: config.https_port,
                origin_protocol_policy: word(config.origin_protocol_policy)?,
                origin_ssl_protocols: protocols.into_iter().map(word).collect::<Result<_>>()?,
                ip_address_type: word_or(config.ip_address_type, VpcIpAddressType::Ipv4)?,
                tags: tags::visible(aws, &origin.arn).await?,
            },
            vpc_origin_arn: origin.arn,
            status: origin.status,
        })
    }

    async fn update(_: &Aws, _: &Id, _: &Self, _: &VpcOriginInputs) -> Result<()> {
        Ok(())
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, &old.vpc_origin_arn, set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Self) -> Result<()> {
        let Some(seen) = Self::find(aws, id).await? else { return Ok(()) };
        if let Progress::Pending(state) = Self::progress(&seen) {
            return Err(Error::new(format!("VPC origin `{id}` can't be deleted yet: {state}")).again(Again::Later));
        }
        let delete = aws.cloudfront().delete_vpc_origin().id(id).set_if_match(seen.e_tag).send().await;
        match delete.unless(&["EntityNotFound"]).done("deleting VPC origin", id) {
            Err(error) => Err(holders::held(aws, id, error, |each| uses(each, id)).await),
            done => done,
        }
    }
}

/// The security group that CloudFront has made in the VPC of what the origin leads to.
async fn service_group(aws: &Aws, endpoint: &Arn) -> Result<Option<String>> {
    let there = aws.at(endpoint.region());
    if there.account().await? != endpoint.account() {
        return Ok(None);
    }
    let vpc = match endpoint.service() {
        "ec2" => vpc_of_instance(&there, endpoint).await?,
        _ => vpc_of_balancer(&there, endpoint).await?,
    };
    let Some(vpc) = vpc else { return Ok(None) };
    Ok(groups::named(&there, &vpc, SERVICE_GROUP).await?.and_then(|group| group.group_id))
}

async fn vpc_of_instance(aws: &Aws, arn: &Arn) -> Result<Option<String>> {
    let id = arn.as_str().rsplit('/').next().unwrap_or_default();
    let ask = aws.ec2().describe_instances().filters(filter("instance-id", [id])).send().await;
    let found = ask.doing("reading the VPC of", id)?.reservations.unwrap_or_default();
    let mut found = found.into_iter().flat_map(|each| each.instances.unwrap_or_default());
    Ok(found.find_map(|instance| instance.vpc_id))
}

async fn vpc_of_balancer(aws: &Aws, arn: &Arn) -> Result<Option<String>> {
    let ask = aws.elb().describe_load_balancers().load_balancer_arns(arn.as_str()).send().await;
    let found = ask.unless(&["LoadBalancerNotFound"]).doing("reading the VPC of", arn)?;
    Ok(found.and_then(|found| found.load_balancers?.into_iter().find_map(|balancer| balancer.vpc_id)))
}

fn uses(distribution: &DistributionSummary, id: &Id) -> bool {
    let mut origins = distribution.origins.iter().flat_map(|origins| origins.items());
    origins.any(|origin| origin.vpc_origin_config().is_some_and(|vpc| vpc.vpc_origin_id == id.as_str()))
}

impl VpcOriginInputs {
    fn write(&self) -> Result<VpcOriginEndpointConfig> {
        let protocols = self.origin_ssl_protocols.iter().map(|protocol| protocol.as_str().into());
        let protocols =
            OriginSslProtocols::builder().quantity(count(&self.origin_ssl_protocols)).set_items(some(protocols));
        VpcOriginEndpointConfig::builder()
            .name(&self.name)
            .arn(self.arn.as_str())
            .http_port(self.http_port)
            .https_port(self.https_port)
            .origin_protocol_policy(self.origin_protocol_policy.as_str().into())
            .origin_ssl_protocols(protocols.build().map_err(built)?)
            .ip_address_type(self.ip_address_type.as_str().into())
            .build()
            .map_err(built)
    }
}

/// The one that has a name already.
async fn named(aws: &Aws, name: &str) -> Result<Id> {
    let mut marker = None;
    loop {
        let list = aws.cloudfront().list_vpc_origins().set_marker(marker);
        let Some(page) = list.send().await.doing("listing VPC origins", "")?.vpc_origin_list else { break };
        if let Some(found) = page.items.unwrap_or_default().into_iter().find(|origin| origin.name == name) {
            return Ok(found.id.into());
        }
        marker = page.next_marker.filter(|marker| !marker.is_empty());
        if marker.is_none() {
            break;
        }
    }
    Err(Error::new(format!("a VPC origin `{name}` exists, but is not listed yet")).again(Again::Soon))
}
