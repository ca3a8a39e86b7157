//! Where each thing is: account, region, VPC, tier and zones.

use std::collections::BTreeMap;

use super::kinds::is_global;
use super::owner::Index;
use super::stock::{Stock, Thing};

/// What has no region.
pub const GLOBAL: &str = "global";

/// An account's region.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Region {
    pub account: String,
    pub name: String,
}

/// A VPC with its subnets in rows and columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Vpc {
    pub thing: usize,
    pub region: Region,
    /// In the order of their names.
    pub zones: Vec<String>,
    /// From the top: public, app, data, others by name.
    pub tiers: Vec<String>,
    pub subnets: Vec<Subnet>,
}

/// A subnet in its cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subnet {
    pub thing: usize,
    pub tier: String,
    pub zone: String,
    /// The NAT gateway that its default route leads to.
    pub way_out: Option<usize>,
}

pub fn region(stock: &Stock, thing: &Thing) -> Region {
    Region { account: account(thing), name: region_name(stock, thing) }
}

fn account(thing: &Thing) -> String {
    let of_arn = |arn: &str| arn.split(':').nth(4).unwrap_or_default().to_owned();
    let known =
        [thing.text("__account").to_owned(), of_arn(thing.text("arn")), of_arn(thing.text("assumeRole.roleArn"))];
    known.into_iter().find(|account| !account.is_empty()).unwrap_or_default()
}

fn region_name(stock: &Stock, thing: &Thing) -> String {
    if thing.kind == "route53:Zone"
        && let Some(vpc) = thing.items("vpcs").first()
    {
        let region = vpc["vpcRegion"].as_str().map(str::to_owned);
        return region.or_else(|| stock.region.clone()).unwrap_or_default();
    }
    if is_global(&thing.kind) {
        return GLOBAL.to_owned();
    }
    if thing.text("scope") == "CLOUDFRONT" {
        return "us-east-1".to_owned();
    }
    let of_arn = thing.text("arn").split(':').nth(3).unwrap_or_default();
    let known = [thing.text("region"), of_arn, stock.region.as_deref().unwrap_or_default()];
    known.into_iter().find(|region| !region.is_empty()).unwrap_or("unknown region").to_owned()
}

/// Every VPC with its subnets.
pub fn vpcs(stock: &Stock, index: &Index<'_>) -> Vec<Vpc> {
    let all = stock.things.iter().enumerate().filter(|(_, thing)| thing.is_ours() && thing.kind == "ec2:Vpc");
    all.map(|(at, thing)| vpc(stock, index, at, thing)).collect()
}

fn vpc(stock: &Stock, index: &Index<'_>, at: usize, thing: &Thing) -> Vpc {
    let here = |other: &&(usize, &Thing)| other.1.kind == "ec2:Subnet" && other.1.text("vpcId") == thing.id;
    let listed: Vec<(usize, &Thing)> = stock.things.iter().enumerate().collect();
    let subnets: Vec<Subnet> = listed.iter().filter(here).map(|(at, thing)| subnet(stock, index, *at, thing)).collect();
    let mut zones: Vec<String> = subnets.iter().map(|subnet| subnet.zone.clone()).collect();
    let mut tiers: Vec<String> = subnets.iter().map(|subnet| subnet.tier.clone()).collect();
    zones.sort();
    zones.dedup();
    tiers.sort_by_key(|tier| (tier_rank(tier), tier.clone()));
    tiers.dedup();
    Vpc { thing: at, region: region(stock, thing), zones, tiers, subnets }
}

fn tier_rank(tier: &str) -> usize {
    ["public", "app", "data"].iter().position(|known| *known == tier).unwrap_or(3)
}

fn subnet(stock: &Stock, index: &Index<'_>, at: usize, thing: &Thing) -> Subnet {
    let routes = default_routes(stock, &thing.id);
    let way_out = routes.iter().find_map(|route| nat(stock, index, route));
    let is_public = routes.iter().any(|route| route.text("gatewayId").starts_with("igw-"));
    let tag = ["tier", "Tier"].iter().find_map(|tag| thing.get("tags").get(tag)).and_then(|tag| tag.as_str());
    let tier = match (tag, is_public, way_out) {
        (Some(tier), ..) => tier.to_lowercase(),
        (None, true, _) => "public".to_owned(),
        (None, false, Some(_)) => "app".to_owned(),
        (None, false, None) => named_tier(thing),
    };
    let zone = [thing.text("availabilityZone"), thing.text("availabilityZoneId")];
    let zone = zone.into_iter().find(|zone| !zone.is_empty()).unwrap_or("…").to_owned();
    Subnet { thing: at, tier, zone, way_out }
}

/// What a route leads through: a NAT gateway, or an instance in its place.
fn nat(stock: &Stock, index: &Index<'_>, route: &Thing) -> Option<usize> {
    let interface = route.text("networkInterfaceId");
    let has_it = |thing: &Thing| !interface.is_empty() && thing.text("primaryNetworkInterfaceId") == interface;
    let instance = || stock.things.iter().position(|thing| thing.kind == "ec2:Instance" && has_it(thing));
    index
        .find(route.text("natGatewayId"), "ec2:NatGateway")
        .or_else(|| index.find(route.text("instanceId"), "ec2:Instance"))
        .or_else(instance)
}

/// The tier of a subnet without a way out: by the name that the network component gives, else the inmost.
fn named_tier(thing: &Thing) -> String {
    let words: Vec<&str> = thing.name.split('-').collect();
    let after = words.iter().position(|word| *word == "subnet").and_then(|at| words.get(at + 1..words.len() - 1));
    let named = after.map(|words| words.join("-")).filter(|name| !name.is_empty());
    named.unwrap_or_else(|| "data".to_owned())
}

/// The routes to everywhere of the table that a subnet is associated with.
fn default_routes<'a>(stock: &'a Stock, subnet: &str) -> Vec<&'a Thing> {
    let of_kind = |kind: &'static str| stock.things.iter().filter(move |thing| thing.kind == kind);
    let tables: Vec<&str> = of_kind("ec2:RouteTableAssociation")
        .filter(|association| association.text("subnetId") == subnet)
        .map(|association| association.text("routeTableId"))
        .collect();
    of_kind("ec2:Route")
        .filter(|route| {
            tables.contains(&route.text("routeTableId")) && route.text("destinationCidrBlock") == "0.0.0.0/0"
        })
        .collect()
}

/// Where a thing stands in a VPC: in which tier, and in which zones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inside {
    pub vpc: usize,
    pub tier: String,
    pub zones: Vec<String>,
}

/// The subnets of a thing, its own or its subnet group's.
fn subnet_ids(stock: &Stock, thing: &Thing) -> Vec<String> {
    let lists = ["subnets", "subnetIds", "networkConfiguration.awsvpcConfiguration.subnets"];
    let mut found: Vec<String> = lists.iter().flat_map(|path| thing.texts(path)).map(str::to_owned).collect();
    let mappings = thing.items("subnetMappings").into_iter().filter_map(|mapping| mapping["subnetId"].as_str());
    found.extend(mappings.map(str::to_owned));
    found.extend(Some(thing.text("subnetId")).filter(|id| !id.is_empty()).map(str::to_owned));
    let group = thing.text("subnetGroupName");
    let is_group =
        |other: &&Thing| other.kind.ends_with(":SubnetGroup") && [other.text("name"), &other.id].contains(&group);
    if !group.is_empty()
        && let Some(group) = stock.things.iter().find(is_group)
    {
        found.extend(group.texts("subnetIds").iter().map(|id| (*id).to_owned()));
    }
    found
}

pub fn inside(stock: &Stock, vpcs: &[Vpc], thing: &Thing) -> Option<Inside> {
    let ids = subnet_ids(stock, thing);
    let at = vpcs.iter().position(|vpc| {
        let own = &stock.things[vpc.thing].id;
        vpc.subnets.iter().any(|subnet| ids.contains(&stock.things[subnet.thing].id)) || thing.text("vpcId") == own
    })?;
    let vpc = &vpcs[at];
    let subnets: Vec<&Subnet> =
        vpc.subnets.iter().filter(|subnet| ids.contains(&stock.things[subnet.thing].id)).collect();
    let mut tiers: BTreeMap<&str, usize> = BTreeMap::new();
    for subnet in &subnets {
        *tiers.entry(&subnet.tier).or_default() += 1;
    }
    let rank = |tier: &str| vpc.tiers.iter().position(|known| known == tier).unwrap_or_default();
    let tier = tiers.into_iter().max_by_key(|(tier, count)| (*count, rank(tier))).map(|(tier, _)| tier)?.to_owned();
    let mut zones: Vec<String> =
        subnets.iter().filter(|subnet| subnet.tier == tier).map(|subnet| subnet.zone.clone()).collect();
    zones.sort();
    zones.dedup();
    Some(Inside { vpc: at, tier, zones })
}

/// The VPC that a thing without subnets belongs to.
pub fn vpc_of(stock: &Stock, vpcs: &[Vpc], thing: &Thing) -> Option<usize> {
    let id = thing.text("vpcId");
    vpcs.iter().position(|vpc| !id.is_empty() && stock.things[vpc.thing].id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::stock::tests::stock;
    use serde_json::json;

    #[test]
    fn a_place_is_found_by_what_is_known() {
        let arn = "arn:aws:elb:eu-west-1:111122223333:x";
        let cases = [
            ("gitinfra:ec2:Vpc", json!({"__account": "1", "region": "eu-west-2"}), ("1", "eu-west-2")),
            ("gitinfra:elb:LoadBalancer", json!({"arn": arn}), ("111122223333", "eu-west-1")),
            ("gitinfra:iam:Role", json!({"__account": "1", "region": "eu-west-2"}), ("1", "global")),
            ("gitinfra:wafv2:WebAcl", json!({"scope": "CLOUDFRONT", "region": "eu-west-2"}), ("", "us-east-1")),
            ("gitinfra:route53:Zone", json!({"vpcs": [{"vpcRegion": "eu-west-3"}]}), ("", "eu-west-3")),
            (
                "gitinfra:sns:Topic",
                json!({"assumeRole": {"roleArn": "arn:aws:iam::9:role/x"}}),
                ("9", "unknown region"),
            ),
        ];
        for (kind, outputs, (account, name)) in cases {
            let stock = stock(&[(kind, "x", "id", outputs)]);
            let expected = Region { account: account.to_owned(), name: name.to_owned() };
            assert_eq!(region(&stock, &stock.things[0]), expected, "{kind}");
        }
    }

    #[test]
    fn tiers_are_told_by_tags_then_routes_then_names() {
        let subnet = |id: &str, zone: &str, more: serde_json::Value| {
            let mut outputs = json!({"vpcId": "vpc-1", "availabilityZone": zone});
            outputs.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            (id.to_owned(), outputs)
        };
        let subnets = [
            subnet("net-subnet-data-a", "a", json!({})),
            subnet("p", "b", json!({})),
            subnet("q", "a", json!({"tags": {"tier": "Edge"}})),
            subnet("r", "a", json!({})),
        ];
        let mut all: Vec<(&str, &str, &str, serde_json::Value)> = vec![("gitinfra:ec2:Vpc", "v", "vpc-1", json!({}))];
        all.extend(
            subnets.iter().map(|(id, outputs)| ("gitinfra:ec2:Subnet", id.as_str(), id.as_str(), outputs.clone())),
        );
        all.extend([
            ("gitinfra:ec2:RouteTableAssociation", "x", "x", json!({"routeTableId": "rtb-1", "subnetId": "p"})),
            (
                "gitinfra:ec2:Route",
                "x",
                "x",
                json!({"routeTableId": "rtb-1", "destinationCidrBlock": "0.0.0.0/0", "gatewayId": "igw-1"}),
            ),
            ("gitinfra:ec2:RouteTableAssociation", "y", "y", json!({"routeTableId": "rtb-2", "subnetId": "r"})),
            (
                "gitinfra:ec2:Route",
                "y",
                "y",
                json!({"routeTableId": "rtb-2", "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": "nat-1"}),
            ),
            ("gitinfra:ec2:NatGateway", "n", "nat-1", json!({"subnetId": "p"})),
            ("gitinfra:elb:LoadBalancer", "lb", "arn:lb", json!({"subnets": ["p", "r", "net-subnet-data-a"]})),
            ("gitinfra:ec2:RouteTableAssociation", "z", "z", json!({"routeTableId": "rtb-3", "subnetId": "q"})),
            (
                "gitinfra:ec2:Route",
                "z",
                "z",
                json!({"routeTableId": "rtb-3", "destinationCidrBlock": "0.0.0.0/0", "networkInterfaceId": "eni-1"}),
            ),
            ("gitinfra:ec2:Instance", "i", "i-1", json!({"primaryNetworkInterfaceId": "eni-1", "subnetId": "p"})),
        ]);
        let stock = stock(&all);
        let vpcs = vpcs(&stock, &Index::of(&stock));
        assert_eq!(vpcs[0].tiers, ["public", "app", "data", "edge"]);
        assert_eq!(vpcs[0].zones, ["a", "b"]);
        assert_eq!(vpcs[0].subnets[3].way_out, Some(9));
        assert_eq!(vpcs[0].subnets[2].way_out, Some(13), "a NAT instance");
        let lb = inside(&stock, &vpcs, &stock.things[10]).expect("it is in the VPC");
        assert_eq!((lb.tier.as_str(), lb.zones), ("data", vec!["a".to_owned()]));
    }
}
