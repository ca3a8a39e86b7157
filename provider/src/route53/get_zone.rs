//! Which hosted zone there is of a name.

use aws_sdk_route53::operation::get_hosted_zone::GetHostedZoneOutput;
use aws_sdk_route53::types::HostedZone;
use pulumi_plugin::{Error, Function, Property, Result};

use crate::aws::{Aws, Doing as _, Tags};
use crate::route53::{bare, tags};
use crate::types::DomainName;

/// The inputs of getZone: an id, or a name.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct GetZoneInputs {
    /// The hosted zone id, such as `Z1D633PJN98FT9`.
    pub zone_id: Option<String>,
    /// The domain name of the hosted zone, such as `example.com`.
    pub name: Option<DomainName>,
    /// Whether the hosted zone is a private one. Default: false.
    #[prop(default)]
    pub private_zone: bool,
    /// The id of a VPC in which the private hosted zone answers.
    pub vpc_id: Option<String>,
    /// Tags that the hosted zone has.
    #[prop(default)]
    pub tags: Tags,
}

/// A hosted zone.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct GetZoneResult {
    /// The hosted zone id, such as `Z1D633PJN98FT9`.
    pub zone_id: String,
    /// The ARN.
    pub arn: String,
    /// The domain name, without the dot at its end.
    pub name: String,
    /// Whether it is a private one.
    pub private_zone: bool,
    /// The comment.
    pub comment: String,
    /// The name servers of a public hosted zone, sorted.
    pub name_servers: Vec<String>,
    /// The tags.
    pub tags: Tags,
}

/// The function getZone.
pub struct GetZone;

impl Function for GetZone {
    const TOKEN: &'static str = "gitinfra:route53:getZone";
    const DOC: &'static str = "A Route 53 hosted zone that exists already, by its id or its name.";
    type Session = Aws;
    type Inputs = GetZoneInputs;
    type Outputs = GetZoneResult;

    async fn call(aws: &Aws, asked: &GetZoneInputs) -> Result<GetZoneResult> {
        let id = match (&asked.zone_id, &asked.name) {
            (Some(id), None) => bare(id).to_owned(),
            (None, Some(name)) => named(aws, name, asked).await?,
            _ => return Err(Error::new("one of `zoneId` and `name` is needed, and not both")),
        };
        told(aws, whole(aws, &id).await?).await
    }
}

async fn whole(aws: &Aws, id: &str) -> Result<GetHostedZoneOutput> {
    aws.route53().get_hosted_zone().id(id).send().await.doing("reading hosted zone", id)
}

/// The one zone of a name that is as it is asked for.
async fn named(aws: &Aws, name: &DomainName, asked: &GetZoneInputs) -> Result<String> {
    let private = asked.private_zone || asked.vpc_id.is_some();
    let mut fitting = Vec::new();
    for zone in listed(aws, name).await? {
        let id = bare(&zone.id).to_owned();
        if zone.config.is_some_and(|config| config.private_zone) == private && fits(aws, &id, asked).await? {
            fitting.push(id);
        }
    }
    let kind = if private { "private" } else { "public" };
    match fitting.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(Error::new(format!("there is no {kind} hosted zone `{name}` that fits"))),
        several => Err(Error::new(format!("several {kind} hosted zones `{name}` fit: {}", several.join(", ")))
            .hint("give `zoneId`, or say more of the one that is meant: `vpcId`, `tags`")),
    }
}

/// All zones of a name. Route 53 lists them by name, from the first of that name.
async fn listed(aws: &Aws, name: &DomainName) -> Result<Vec<HostedZone>> {
    let (mut found, mut from) = (Vec::new(), None);
    loop {
        let list = aws.route53().list_hosted_zones_by_name().dns_name(name.as_str()).set_hosted_zone_id(from);
        let page = list.send().await.doing("looking for hosted zone", name)?;
        let of_name = |zone: &HostedZone| DomainName::parse(&zone.name).as_ref() == Ok(name);
        found.extend(page.hosted_zones.into_iter().filter(of_name));
        let more = page.next_dns_name.is_some_and(|next| DomainName::parse(&next).as_ref() == Ok(name));
        match page.next_hosted_zone_id.filter(|_| page.is_truncated && more) {
            Some(next) => from = Some(next),
            None => return Ok(found),
        }
    }
}

/// Whether a zone has the VPC and the tags that are asked for.
async fn fits(aws: &Aws, id: &str, asked: &GetZoneInputs) -> Result<bool> {
    if let Some(vpc) = &asked.vpc_id
        && !whole(aws, id).await?.vpcs().iter().any(|each| each.vpc_id.as_ref() == Some(vpc))
    {
        return Ok(false);
    }
    if asked.tags.is_empty() {
        return Ok(true);
    }
    let tags = tags::visible(aws, id).await?;
    Ok(asked.tags.iter().all(|(key, value)| tags.get(key) == Some(value)))
}

async fn told(aws: &Aws, seen: GetHostedZoneOutput) -> Result<GetZoneResult> {
    let zone = seen.hosted_zone.ok_or_else(|| Error::new("AWS says nothing of the hosted zone"))?;
    let zone_id = bare(&zone.id).to_owned();
    let config = zone.config;
    let mut name_servers = seen.delegation_set.map(|set| set.name_servers).unwrap_or_default();
    name_servers.sort();
    Ok(GetZoneResult {
        arn: format!("arn:{}:route53:::hostedzone/{zone_id}", aws.partition()),
        name: DomainName::parse(&zone.name).map_err(Error::new)?.to_string(),
        private_zone: config.as_ref().is_some_and(|config| config.private_zone),
        comment: config.and_then(|config| config.comment).unwrap_or_default(),
        name_servers,
        tags: tags::visible(aws, &zone_id).await?,
        zone_id,
    })
}
