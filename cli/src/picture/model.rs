//! What is drawn, before anybody knows where: boxes, frames and flows.

use std::collections::{BTreeMap, BTreeSet};

use super::kinds::{self, Glyph, Lane};
use super::owner::{Index, owners};
use super::place::{self, Inside, Region, Vpc};
use super::stock::{Health, Stock, Thing};
use super::words;

/// A picture without places.
#[derive(Debug, Default)]
pub struct Model {
    pub nodes: Vec<Node>,
    pub vpcs: Vec<Vpc>,
    /// Of each thing the node that shows it; `None` for frames, components and other packages' things.
    pub node_of: Vec<Option<usize>>,
    pub owners: Vec<usize>,
    /// Things of other packages, most first.
    pub others: Vec<Package>,
}

/// A box.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its id in the drawing: the same as long as its things are called the same.
    pub key: String,
    /// What has this box, first, and what is in its rows.
    pub things: Vec<usize>,
    pub token: String,
    pub glyph: Glyph,
    pub lane: Lane,
    pub region: Region,
    pub inside: Option<Inside>,
    pub vpc: Option<usize>,
    pub name: String,
    pub id: String,
    pub note: String,
    pub rows: Vec<Row>,
    /// Its instances, each in its zone.
    pub members: Vec<Member>,
    pub health: Health,
    pub flag: Option<String>,
    pub why: Option<String>,
    pub is_protected: bool,
    pub is_group: bool,
    /// Whether security groups guard it.
    pub has_wall: bool,
}

/// A line in a box.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub name: String,
    pub note: String,
    pub health: Health,
    pub is_protected: bool,
}

/// An instance of a cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub name: String,
    pub zone: Option<String>,
    pub health: Health,
}

/// Things of another package, by type.
#[derive(Debug, Clone, PartialEq)]
pub struct Package {
    pub name: String,
    pub rows: Vec<Row>,
    pub count: usize,
}

/// Types of which several in one place are one box with rows.
const GROUPED: [Lane; 6] = [Lane::Names, Lane::Logs, Lane::Identity, Lane::Guard, Lane::Door, Lane::Inside];

/// So many things of a type side by side in a subnet are one box.
const CROWD: usize = 5;

/// So many things of a type stand alone where each has rows or arrows of its own.
const ALONE: &[(&str, usize)] =
    &[("route53:Zone", 4), ("firehose:DeliveryStream", 3), ("s3:Bucket", 3), ("sns:Topic", 3), ("wafv2:WebAcl", 3)];

pub fn model(stock: &Stock) -> Model {
    let index = Index::of(stock);
    let owners = owners(stock, &index);
    let vpcs = place::vpcs(stock, &index);
    let boxed = (0..stock.things.len()).filter(|at| owners[*at] == *at);
    let boxed = boxed.filter(|at| stock.things[*at].is_ours() && !stock.things[*at].is_component);
    let drawn: Vec<Drawn> = boxed.filter_map(|at| drawn(stock, &vpcs, at)).collect();
    let mut model = Model { node_of: vec![None; stock.things.len()], owners, vpcs, ..Model::default() };
    for group in groups(stock, drawn) {
        let node = node(stock, &model.owners, &group);
        model.nodes.push(node);
    }
    keys(stock, &mut model.nodes);
    for (at, node) in model.nodes.iter().enumerate() {
        for thing in 0..stock.things.len() {
            if node.things.contains(&model.owners[thing]) {
                model.node_of[thing] = Some(at);
            }
        }
    }
    model.others = others(stock);
    model
}

/// A thing that has a box, and where.
struct Drawn {
    thing: usize,
    lane: Lane,
    region: Region,
    inside: Option<Inside>,
    vpc: Option<usize>,
}

/// `None` for what is a frame.
fn drawn(stock: &Stock, vpcs: &[Vpc], at: usize) -> Option<Drawn> {
    let thing = &stock.things[at];
    let inside = place::inside(stock, vpcs, thing);
    let vpc = inside.as_ref().map(|inside| inside.vpc).or_else(|| place::vpc_of(stock, vpcs, thing));
    let lane = match kinds::of(&thing.kind).lane {
        Lane::Vpc => return None,
        // A subnet or a gateway of a VPC that another stack has.
        Lane::Subnet if vpc.is_some() => return None,
        Lane::Subnet => Lane::Names,
        Lane::Gate | Lane::Door if vpc.is_none() => Lane::Names,
        Lane::Inside if inside.is_none() => Lane::Path,
        Lane::Logs if is_origin(stock, thing) => Lane::Path,
        lane => lane,
    };
    let region = vpc.map_or_else(|| place::region(stock, thing), |vpc| vpcs[vpc].region.clone());
    let region = if kinds::of(&thing.kind).lane == Lane::Names { place::region(stock, thing) } else { region };
    Some(Drawn { thing: at, lane, region, inside, vpc })
}

/// Whether a distribution gets from this bucket what it serves.
pub fn is_origin(stock: &Stock, bucket: &Thing) -> bool {
    let distributions = stock.things.iter().filter(|thing| thing.kind == "cloudfront:Distribution");
    bucket.kind == "s3:Bucket"
        && distributions.flat_map(|thing| thing.items("origins")).any(|origin| serves(origin, bucket))
}

/// Whether an origin is this bucket.
pub fn serves(origin: &serde_json::Value, bucket: &Thing) -> bool {
    let domain = origin["domainName"].as_str().unwrap_or_default();
    let known = [bucket.text("bucketRegionalDomainName"), bucket.text("bucketDomainName")];
    !domain.is_empty() && (known.contains(&domain) || domain.starts_with(&format!("{}.s3", bucket.id)))
}

/// Boxes in the order of the table of types, then of names; several of a type in one place together.
fn groups(stock: &Stock, mut drawn: Vec<Drawn>) -> Vec<Vec<Drawn>> {
    let order = |drawn: &Drawn| {
        let thing = &stock.things[drawn.thing];
        (drawn.lane, kinds::rank(&thing.kind), words::name(thing), thing.urn.clone())
    };
    drawn.sort_by_cached_key(order);
    let key = |drawn: &Drawn| {
        let kind = stock.things[drawn.thing].kind.clone();
        let inside = drawn.inside.as_ref().filter(|_| drawn.lane == Lane::Inside);
        let cell = inside.map(|inside| (inside.tier.clone(), inside.zones.clone()));
        (drawn.lane, kind, drawn.region.clone(), drawn.vpc, cell)
    };
    let mut counts = BTreeMap::new();
    for one in &drawn {
        *counts.entry(key(one)).or_insert(0_usize) += 1;
    }
    let mut grouped: Vec<Vec<Drawn>> = Vec::new();
    let mut places = BTreeMap::new();
    for one in drawn {
        let key = key(&one);
        let least = ALONE.iter().find(|(token, _)| *token == key.1).map_or(2, |(_, least)| *least);
        let least = match one.lane {
            Lane::Door => 1,
            Lane::Inside => CROWD,
            _ => least,
        };
        let is_grouped = GROUPED.contains(&one.lane) && counts[&key] >= least;
        match places.get(&key).filter(|_| is_grouped) {
            Some(at) => Vec::push(&mut grouped[*at], one),
            None => {
                places.insert(key, grouped.len());
                grouped.push(vec![one]);
            }
        }
    }
    grouped
}

fn node(stock: &Stock, owners: &[usize], group: &[Drawn]) -> Node {
    let first = &group[0];
    let thing = &stock.things[first.thing];
    let kind = kinds::of(&thing.kind);
    let is_group = group.len() > 1 || first.lane == Lane::Door;
    let things: Vec<usize> = group.iter().map(|drawn| drawn.thing).collect();
    let parts =
        |of: usize| owners.iter().enumerate().filter(move |(at, owner)| **owner == of && *at != of).map(|(at, _)| at);
    let mut node = Node {
        key: String::new(),
        token: thing.kind.clone(),
        glyph: kind.glyph,
        lane: first.lane,
        region: first.region.clone(),
        inside: first.inside.clone(),
        vpc: first.vpc,
        name: if is_group { kind.plural.to_owned() } else { words::name(thing) },
        id: if is_group { String::new() } else { words::short_id(&thing.id) },
        note: if is_group { String::new() } else { words::note(thing) },
        rows: Vec::new(),
        members: Vec::new(),
        health: Health::Ok,
        flag: None,
        why: None,
        is_protected: !is_group && thing.is_protected,
        is_group,
        has_wall: has_wall(stock, first.lane, &things),
        things,
    };
    match is_group {
        true => node.rows = node.things.iter().map(|at| row(&stock.things[*at])).collect(),
        false => {
            let all: Vec<&Thing> = parts(first.thing).map(|at| &stock.things[at]).collect();
            node.rows = rows(thing, &all);
            node.members = members(thing, &all);
        }
    }
    let parts: Vec<&Thing> = node.things.iter().flat_map(|at| parts(*at)).map(|at| &stock.things[at]).collect();
    judge(stock, &mut node, &parts);
    node
}

/// Whether security groups of this stack guard something that stands in a VPC.
fn has_wall(stock: &Stock, lane: Lane, things: &[usize]) -> bool {
    let mut groups = stock.things.iter().filter(|thing| thing.is_ours() && thing.kind == "ec2:SecurityGroup");
    let is_guarded = |group: &Thing| things.iter().any(|at| stock.things[*at].mentions(&group.id));
    matches!(lane, Lane::Inside | Lane::Door | Lane::Path) && groups.any(is_guarded)
}

fn row(thing: &Thing) -> Row {
    Row { name: words::name(thing), note: words::fact(thing), health: thing.health, is_protected: thing.is_protected }
}

/// Parts that are worth a line in their owner's box.
fn rows(thing: &Thing, parts: &[&Thing]) -> Vec<Row> {
    let shown: &[&str] = match thing.kind.as_str() {
        "route53:Zone" => &["route53:Record", "route53:SharedRecord"],
        _ => &[],
    };
    let zone = format!(".{}", words::name(thing));
    let mut rows: Vec<Row> = Vec::new();
    for part in parts.iter().filter(|part| shown.contains(&part.kind.as_str())) {
        let mut next = row(part);
        next.name = next.name.strip_suffix(&zone).map_or(next.name.clone(), str::to_owned);
        // A name with several records is one line.
        match rows.iter_mut().find(|row| row.name == next.name) {
            Some(row) => {
                row.note = format!("{}, {}", row.note, next.note);
                row.health = row.health.min(next.health);
            }
            None => rows.push(next),
        }
    }
    rows
}

fn members(thing: &Thing, parts: &[&Thing]) -> Vec<Member> {
    let instances = parts.iter().filter(|part| part.kind == "rds:ClusterInstance").map(|part| Member {
        name: part.name.clone(),
        zone: Some(part.text("availabilityZone").to_owned()).filter(|zone| !zone.is_empty()),
        health: part.health,
    });
    let nodes = thing.texts("memberClusters");
    let nodes = nodes.iter().map(|name| Member { name: (*name).to_owned(), zone: None, health: Health::Ok });
    instances.chain(nodes).collect()
}

/// How a box is: as its worst thing or part, which is named where it is not the box itself.
fn judge(stock: &Stock, node: &mut Node, parts: &[&Thing]) {
    let own = node.things.iter().map(|at| &stock.things[*at]);
    let all: Vec<&Thing> = own.chain(parts.iter().copied()).collect();
    let Some(worst) = all.iter().min_by_key(|thing| thing.health).filter(|thing| thing.health != Health::Ok) else {
        return;
    };
    let is_part = parts.iter().any(|part| part.urn == worst.urn);
    let count = all.iter().filter(|thing| thing.health == worst.health).count();
    let word = worst.health.word();
    node.health = worst.health;
    node.why.clone_from(&worst.why);
    node.flag = Some(match (is_part, node.is_group) {
        (_, true) => format!("{count} {word}"),
        (true, false) => format!("{word}: {}", words::fact_name(worst)),
        (false, false) => word.to_owned(),
    });
}

/// Names of boxes for links: by type and name, told apart where several have one.
fn keys(stock: &Stock, nodes: &mut [Node]) {
    let mut taken = BTreeSet::new();
    for node in nodes {
        let thing = &stock.things[node.things[0]];
        let name = if node.is_group { format!("{}-{}", node.name, node.region.name) } else { thing.name.clone() };
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        let base: String = format!("{}-{name}", thing.noun()).chars().map(plain).collect();
        let mut key = base.clone();
        let mut count = 2;
        while !taken.insert(key.clone()) {
            key = format!("{base}-{count}");
            count += 1;
        }
        node.key = key;
    }
}

fn others(stock: &Stock) -> Vec<Package> {
    let mut packages: BTreeMap<&str, BTreeMap<&str, Vec<&Thing>>> = BTreeMap::new();
    for thing in stock.things.iter().filter(|thing| !thing.is_ours() && !thing.is_component) {
        packages.entry(&thing.package).or_default().entry(thing.noun()).or_default().push(thing);
    }
    let row = |(noun, things): (&&str, &Vec<&Thing>)| Row {
        name: (*noun).to_owned(),
        note: things.len().to_string(),
        health: things.iter().map(|thing| thing.health).min().unwrap_or(Health::Ok),
        is_protected: things.iter().any(|thing| thing.is_protected),
    };
    let mut all: Vec<Package> = packages
        .iter()
        .map(|(name, kinds)| Package {
            name: (*name).to_owned(),
            rows: kinds.iter().map(row).collect(),
            count: kinds.values().map(Vec::len).sum(),
        })
        .collect();
    all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    all
}
