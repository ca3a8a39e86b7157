//! An IP set.

use std::collections::BTreeSet;

use aws_sdk_wafv2::types::IpSet as AwsIpSet;
use ipnet::IpNet;
use pulumi_plugin::{Error, Fault, Faults, Id, Made, Property, Resource, Result, Wait};

use super::holders::{self, listed};
use super::key::{Key, Scope};
use crate::aws::list::filled;
use crate::aws::{Aws, Doing as _, Tags, word};
use crate::types::{IpRange, WafDescription, WafName};
use crate::wafv2::tags;

/// The inputs of a WAF IP set.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct IpSetInputs {
    /// The IP set's name: 1 to 128 letters, digits, `-` and `_`, unique in its scope and region.
    #[prop(replace, unique, autoname = 128)]
    pub name: WafName,
    /// The scope. `CLOUDFRONT` is in us-east-1 only.
    #[prop(replace, unique)]
    pub scope: Scope,
    /// The IP address version of all addresses.
    #[prop(default = IpAddressVersion::Ipv4, replace)]
    pub ip_address_version: IpAddressVersion,
    /// The IP addresses as CIDR ranges: up to 10,000. A single address is a range such as `192.0.2.1/32`. There may be none.
    #[prop(max = 10000)]
    pub addresses: BTreeSet<IpRange>,
    /// The description, 3 to 256 characters.
    pub description: Option<WafDescription>,
    /// The tags.
    #[prop(default)]
    pub tags: Tags,
}

/// The version of IP addresses.
#[derive(Debug, Clone, Copy, PartialEq, Property)]
pub enum IpAddressVersion {
    /// IPv4.
    #[prop(rename = "IPV4")]
    Ipv4,
    /// IPv6.
    #[prop(rename = "IPV6")]
    Ipv6,
}

/// A WAF IP set: addresses that rules of web ACLs and rule groups can match.
#[derive(Debug, Clone, PartialEq, Property)]
pub struct IpSet {
    /// The inputs, as WAF has them.
    #[prop(inputs)]
    pub inputs: IpSetInputs,
    /// The ARN, by which rules name the IP set.
    #[prop(stable)]
    pub arn: String,
}

impl Resource for IpSet {
    const TOKEN: &'static str = "gitinfra:wafv2:IpSet";
    const WAIT: Wait = Wait::seconds(1, 600);
    type Session = Aws;
    type Inputs = IpSetInputs;
    type Seen = (AwsIpSet, String);

    fn check(new: &IpSetInputs) -> Vec<Fault> {
        let v4 = new.ip_address_version == IpAddressVersion::Ipv4;
        let odd = new.addresses.iter().find(|range| matches!(range.0, IpNet::V4(_)) != v4);
        let why = odd.map(|range| format!("`{range}` is not {}", new.ip_address_version.as_str()));
        Faults::of(new).and(why.map(|why| Fault::new("addresses", why))).into_vec()
    }

    async fn prevents(aws: &Aws, id: &Id, _: &IpSetInputs, _: &IpSetInputs) -> Result<()> {
        match Self::find(aws, id).await? {
            Some((seen, _)) => holders::prevents(aws, &seen.arn, Key::parse(id)?.scope).await,
            None => Ok(()),
        }
    }

    async fn create(aws: &Aws, new: &IpSetInputs) -> Result<Made> {
        new.scope.is_at(aws)?;
        let (name, scope) = (new.name.as_str(), new.scope);
        let create = aws.once().wafv2().create_ip_set().name(name).scope(scope.aws());
        let create = create
            .ip_address_version(new.ip_address_version.as_str().into())
            .set_addresses(Some(addresses(new)))
            .set_description(new.description.as_ref().map(WafDescription::to_string))
            .set_tags(Some(aws.newborn(&new.tags)));
        let made = create.send().await.unless(&["WAFDuplicateItemException"]).doing("creating IP set", name)?;
        match made {
            Some(made) => Made::new(made.summary.and_then(|it| it.id).map(|id| Key::id(id, name, scope).to_string())),
            None => holders::of_name(listed!(aws, list_ip_sets, ip_sets, scope), name, scope).map(Made::Exists),
        }
    }

    async fn ours(aws: &Aws, id: &Id, (seen, _): &Self::Seen, _: &IpSetInputs) -> Result<Option<Id>> {
        Ok(aws.bears_token(tags::list(aws, &seen.arn).await?).then(|| id.clone()))
    }

    /// The IP set, with the lock token that a change of it must name.
    async fn find(aws: &Aws, id: &Id) -> Result<Option<Self::Seen>> {
        let Key { id, name, scope } = Key::parse(id)?;
        let got = aws.wafv2().get_ip_set().id(id).name(&name).scope(scope.aws()).send().await;
        let got = got.unless(&["WAFNonexistentItemException"]).doing("reading IP set", &name)?;
        Ok(got.and_then(|got| got.ip_set.zip(got.lock_token)))
    }

    async fn read(aws: &Aws, id: &Id, (seen, _): Self::Seen) -> Result<Self> {
        Ok(IpSet {
            inputs: IpSetInputs {
                name: seen.name.into(),
                scope: Key::parse(id)?.scope,
                ip_address_version: word(seen.ip_address_version)?,
                addresses: seen.addresses.iter().map(word).collect::<Result<_>>()?,
                description: filled(seen.description).map(Into::into),
                tags: tags::visible(aws, &seen.arn).await?,
            },
            arn: seen.arn,
        })
    }

    async fn update(aws: &Aws, id: &Id, _: &Self, new: &IpSetInputs) -> Result<()> {
        let gone = || Error::new(format!("IP set `{id}` is gone"));
        let (_, token) = Self::find(aws, id).await?.ok_or_else(gone)?;
        let key = Key::parse(id)?;
        let update = aws.wafv2().update_ip_set().id(key.id).name(key.name).scope(key.scope.aws()).lock_token(token);
        let update = update.set_addresses(Some(addresses(new)));
        let update = update.set_description(new.description.as_ref().map(WafDescription::to_string));
        update.send().await.done("changing IP set", id)
    }

    async fn retag(aws: &Aws, _: &Id, old: &Self, set: &Tags, unset: &[String]) -> Result<()> {
        tags::retag(aws, &old.arn, set, unset).await
    }

    async fn delete(aws: &Aws, id: &Id, old: &Self) -> Result<()> {
        let Some((_, token)) = Self::find(aws, id).await? else { return Ok(()) };
        let key = Key::parse(id)?;
        let delete = aws.wafv2().delete_ip_set().id(key.id).name(key.name).scope(key.scope.aws()).lock_token(token);
        match delete.send().await.unless(&["WAFNonexistentItemException"]).done("deleting IP set", id) {
            Err(error) => Err(holders::held(aws, error, &old.arn, key.scope).await),
            Ok(()) => Ok(()),
        }
    }

    fn lingers(_: &Self) -> bool {
        false
    }
}

fn addresses(new: &IpSetInputs) -> Vec<String> {
    new.addresses.iter().map(IpRange::to_string).collect()
}
