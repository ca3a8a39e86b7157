//! What flows between boxes: requests, what security groups let through, names, logs and alarms.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use super::kinds::Lane;
use super::model::{Model, serves};
use super::owner::Index;
use super::stock::{Stock, Thing};
use super::words;

/// What flows, in the order in which lines are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Request,
    Guards,
    WayOut,
    Allowed,
    Names,
    Logs,
    Alarms,
}

impl Kind {
    pub const ALL: [Kind; 7] =
        [Kind::Request, Kind::Allowed, Kind::WayOut, Kind::Names, Kind::Guards, Kind::Logs, Kind::Alarms];

    pub fn word(self) -> &'static str {
        match self {
            Kind::Request => "request",
            Kind::Allowed => "allowed",
            Kind::WayOut => "way out",
            Kind::Names => "names",
            Kind::Guards => "guards",
            Kind::Logs => "logs",
            Kind::Alarms => "alarms",
        }
    }
}

/// Where a flow begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    Visitors,
    Node(usize),
    /// A subnet, by its thing.
    Subnet(usize),
    Vpc(usize),
    /// Slack, where alarms arrive.
    Chat,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    pub from: End,
    pub to: End,
    pub kind: Kind,
    /// Ports, or in a word what it is.
    pub label: String,
    /// Whether the label is ports, which stand where they are open.
    pub is_port: bool,
}

/// What is open from one end to another.
type Open = BTreeMap<(End, End), BTreeSet<Port>>;

/// Ports in the order of their numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Port(i64, String);

/// What is looked through.
struct Search<'a> {
    stock: &'a Stock,
    model: &'a Model,
    index: Index<'a>,
}

/// Every flow, and of the boxes that a request passes the order in which it does.
pub fn flows(stock: &Stock, model: &Model) -> (Vec<Flow>, BTreeMap<End, usize>) {
    let search = Search { stock, model, index: Index::of(stock) };
    let mut flows = search.requests();
    flows.extend(search.open(&flows));
    let steps = steps(model, &flows);
    flows.extend(search.ways_out());
    flows.extend(search.names());
    flows.extend(search.guards());
    flows.extend(search.logs());
    flows.extend(search.alarms());
    flows.sort_by_key(|flow| flow.kind);
    let mut seen = BTreeSet::new();
    flows.retain(|flow| flow.from != flow.to && seen.insert((flow.from, flow.to, flow.kind)));
    (flows, steps)
}

fn flow(from: End, to: End, kind: Kind, label: &str) -> Flow {
    Flow { from, to, kind, label: label.to_owned(), is_port: false }
}

fn with_ports(from: End, to: End, kind: Kind, ports: &BTreeSet<Port>) -> Flow {
    let mut words: Vec<&str> = ports.iter().map(|port| port.1.as_str()).filter(|port| !port.is_empty()).collect();
    let more = words.len().saturating_sub(3);
    words.truncate(3);
    let more = if more > 0 { format!(" +{more}") } else { String::new() };
    Flow { from, to, kind, label: format!("{}{more}", words.join(", ")), is_port: true }
}

fn port(word: &str) -> Port {
    Port(word.split('-').next().and_then(|first| first.parse().ok()).unwrap_or(i64::MAX), word.to_owned())
}

impl Search<'_> {
    fn of<'s>(&'s self, token: &'s str) -> impl Iterator<Item = (usize, &'s Thing)> {
        let things = self.stock.things.iter().enumerate();
        things.filter(move |(_, thing)| thing.is_ours() && thing.kind == token)
    }

    fn node(&self, thing: usize) -> Option<End> {
        self.model.node_of[thing].map(End::Node)
    }

    fn named(&self, name: &str, token: &str) -> Option<End> {
        self.node(self.index.find(name, token)?)
    }

    /// From visitors to what serves them, and on to the targets of load balancers.
    fn requests(&self) -> Vec<Flow> {
        let (mut flows, mut fronted) = (Vec::new(), BTreeSet::new());
        for (at, distribution) in self.of("cloudfront:Distribution") {
            let Some(end) = self.node(at) else { continue };
            flows.push(with_ports(End::Visitors, end, Kind::Request, &[port("443")].into()));
            for (id, origin) in distribution.get("origins").as_object().into_iter().flatten() {
                flows.extend(self.origin(distribution, end, id, origin, &mut fronted));
            }
        }
        for (at, balancer) in self.of("elb:LoadBalancer") {
            let Some(end) = self.node(at) else { continue };
            let ports: BTreeSet<Port> = self.listeners(at);
            let is_public = balancer.text("scheme") != "internal";
            let gate = self.gate(end).filter(|_| is_public);
            let is_fronted = fronted.contains(&end);
            let before = if is_fronted { None } else { Some(End::Visitors).filter(|_| is_public) };
            flows.extend(before.map(|from| with_ports(from, gate.unwrap_or(end), Kind::Request, &ports)));
            flows.extend(gate.map(|gate| with_ports(gate, end, Kind::Request, &ports)));
        }
        flows.extend(self.targets());
        // Where there is a gate, its own number is of no use.
        for flow in &mut flows {
            flow.is_port &= !self.is_gate(flow.to);
        }
        flows
    }

    /// From a distribution to an origin.
    fn origin(&self, of: &Thing, from: End, id: &str, origin: &Value, fronted: &mut BTreeSet<End>) -> Vec<Flow> {
        let paths: Vec<&str> = of
            .items("cacheBehaviors")
            .into_iter()
            .filter(|behavior| behavior["targetOriginId"] == id)
            .filter_map(|behavior| behavior["pathPattern"].as_str())
            .collect();
        let label = paths.join(", ");
        if let Some((bucket, _)) = self.of("s3:Bucket").find(|(_, bucket)| serves(origin, bucket)) {
            // What serves some paths only is beside the way.
            let kind = if paths.is_empty() { Kind::Request } else { Kind::Allowed };
            return self.node(bucket).map(|to| flow(from, to, kind, &label)).into_iter().collect();
        }
        let Some(balancer) = self.balancer(origin) else { return Vec::new() };
        fronted.insert(balancer);
        let to = self.gate(balancer).unwrap_or(balancer);
        vec![flow(from, to, Kind::Request, &label)]
    }

    /// The load balancer that an origin means: by its own name, by a record's, or through a VPC origin.
    fn balancer(&self, origin: &Value) -> Option<End> {
        let domain = origin["domainName"].as_str().unwrap_or_default();
        let record = self.of("route53:Record").find(|(_, record)| record.text("name").trim_end_matches('.') == domain);
        let alias = record.map(|(_, record)| record.text("alias.name")).unwrap_or_default();
        let through = origin["vpcOriginConfig"]["vpcOriginId"].as_str().unwrap_or_default();
        let vpc_origin = self.index.find(through, "cloudfront:VpcOrigin").map(|at| self.stock.things[at].text("arn"));
        let is_it = |balancer: &Thing| {
            let name = balancer.text("dnsName");
            let is_named = !name.is_empty() && (domain == name || same_host(alias, name));
            is_named || vpc_origin.is_some_and(|arn| !arn.is_empty() && arn == balancer.text("arn"))
        };
        self.of("elb:LoadBalancer").find(|(_, thing)| is_it(thing)).and_then(|(at, _)| self.node(at))
    }

    fn listeners(&self, balancer: usize) -> BTreeSet<Port> {
        let own = self.of("elb:Listener").filter(|(at, _)| self.model.owners[*at] == balancer);
        let answers = |listener: &Thing| {
            let actions = listener.items("defaultActions");
            actions.is_empty() || actions.iter().any(|action| action["type"] != "redirect")
        };
        own.filter(|(_, listener)| answers(listener))
            .filter_map(|(_, listener)| listener.get("port").as_i64())
            .map(|number| Port(number, number.to_string()))
            .collect()
    }

    fn targets(&self) -> Vec<Flow> {
        let mut open = Open::new();
        for (at, service) in self.of("ecs:Service") {
            for target in service.items("loadBalancers") {
                let group = target["targetGroupArn"].as_str().unwrap_or_default();
                let number = target["containerPort"].as_i64().unwrap_or_default();
                if let (Some(from), Some(to)) = (self.named(group, "elb:TargetGroup"), self.node(at)) {
                    open.entry((from, to)).or_default().insert(Port(number, number.to_string()));
                }
            }
        }
        for (at, group) in self.of("elb:TargetGroup") {
            for target in group.items("targets") {
                let id = target["id"].as_str().unwrap_or_default();
                let number = target["port"].as_i64().or(group.get("port").as_i64()).unwrap_or_default();
                if let (Some(from), Some(to)) = (self.node(at), self.named(id, "ec2:Instance")) {
                    open.entry((from, to)).or_default().insert(Port(number, number.to_string()));
                }
            }
        }
        open.iter().map(|((from, to), ports)| with_ports(*from, *to, Kind::Request, ports)).collect()
    }

    /// The internet gateway of a box's VPC.
    fn gate(&self, end: End) -> Option<End> {
        let End::Node(node) = end else { return None };
        let vpc = self.model.nodes[node].vpc?;
        let is_it = |node: &super::model::Node| node.token == "ec2:InternetGateway" && node.vpc == Some(vpc);
        self.model.nodes.iter().position(is_it).map(End::Node)
    }

    fn is_gate(&self, end: End) -> bool {
        matches!(end, End::Node(node) if self.model.nodes[node].lane == Lane::Gate)
    }

    /// What security groups let through between boxes. What a request reaches passes it on.
    fn open(&self, requests: &[Flow]) -> Vec<Flow> {
        let open = self.rules();
        let asked: BTreeSet<(End, End)> = requests.iter().map(|flow| (flow.from, flow.to)).collect();
        let mut reached: BTreeSet<End> = requests.iter().map(|flow| flow.to).collect();
        let mut passed = BTreeSet::new();
        loop {
            let next = open.keys().filter(|(from, _)| reached.contains(from)).copied();
            let before = passed.len();
            passed.extend(next);
            if passed.len() == before {
                break;
            }
            reached.extend(passed.iter().map(|(_, to)| *to));
        }
        let kind = |ends: &(End, End)| if passed.contains(ends) { Kind::Request } else { Kind::Allowed };
        let new = open.iter().filter(|(ends, _)| !asked.contains(ends));
        new.map(|(ends, ports)| with_ports(ends.0, ends.1, kind(ends), ports)).collect()
    }

    fn rules(&self) -> Open {
        let mut open = Open::new();
        for token in ["ec2:SecurityGroupIngressRule", "ec2:SecurityGroupEgressRule"] {
            for (_, rule) in self.of(token) {
                let (own, other) = (rule.text("securityGroupId"), rule.text("referencedSecurityGroupId"));
                let (from, to) = if token.contains("Ingress") { (other, own) } else { (own, other) };
                for from in self.users(from) {
                    for to in self.users(to).into_iter().filter(|to| *to != from) {
                        open.entry((from, to)).or_default().insert(port(&words::ports(rule)));
                    }
                }
            }
        }
        open
    }

    /// The boxes that a security group guards.
    fn users(&self, group: &str) -> Vec<End> {
        let nodes = self.model.nodes.iter().enumerate();
        let uses = |at: &usize| self.stock.things[*at].mentions(group);
        let guarded = nodes.filter(|(_, node)| {
            !group.is_empty()
                && matches!(node.lane, Lane::Inside | Lane::Door | Lane::Path)
                && node.things.iter().any(uses)
        });
        guarded.map(|(at, _)| End::Node(at)).collect()
    }

    fn ways_out(&self) -> Vec<Flow> {
        let mut flows = Vec::new();
        for vpc in &self.model.vpcs {
            for subnet in &vpc.subnets {
                let nat = subnet.way_out.and_then(|nat| self.node(nat));
                flows.extend(nat.map(|nat| flow(End::Subnet(subnet.thing), nat, Kind::WayOut, "")));
            }
        }
        let used = self.model.vpcs.iter().flat_map(|vpc| vpc.subnets.iter().filter_map(|subnet| subnet.way_out));
        let nats: BTreeSet<usize> = self.of("ec2:NatGateway").map(|(at, _)| at).chain(used).collect();
        for at in nats {
            let nat = self.node(at);
            let gate = nat.and_then(|nat| self.gate(nat));
            flows.extend(nat.zip(gate).map(|(nat, gate)| flow(nat, gate, Kind::WayOut, "")));
        }
        flows
    }

    /// Aliases and delegations.
    fn names(&self) -> Vec<Flow> {
        let mut flows = Vec::new();
        let records = self.of("route53:Record").chain(self.of("route53:SharedRecord"));
        for (at, record) in records {
            let Some(from) = self.node(at) else { continue };
            let alias = record.text("alias.name");
            let named = |(_, thing): &(usize, &Thing)| {
                [thing.text("dnsName"), thing.text("domainName")]
                    .iter()
                    .any(|name| !name.is_empty() && same_host(alias, name))
            };
            let target = self.of("cloudfront:Distribution").chain(self.of("elb:LoadBalancer")).find(named);
            let target = target.filter(|_| !alias.is_empty()).and_then(|(at, _)| self.node(at));
            // The name of an origin is on the way of a request already.
            let is_origin = self.is_origin(record.text("name"));
            flows.extend(target.filter(|_| !is_origin).map(|to| flow(from, to, Kind::Names, "alias")));
            let zone = self.of("route53:Zone").find(|(_, zone)| {
                record.text("type") == "NS"
                    && same_host(zone.text("name"), record.text("name"))
                    && zone.items("vpcs").is_empty()
            });
            let zone = zone.and_then(|(at, _)| self.node(at));
            flows.extend(zone.map(|to| flow(from, to, Kind::Names, "NS")));
        }
        flows
    }

    fn is_origin(&self, name: &str) -> bool {
        let origins = self.of("cloudfront:Distribution").flat_map(|(_, thing)| thing.items("origins"));
        let mut names = origins.filter_map(|origin| origin["domainName"].as_str());
        names.any(|origin| same_host(origin, name))
    }

    /// Web ACLs and certificates, and what they serve.
    fn guards(&self) -> Vec<Flow> {
        let mut flows = Vec::new();
        let mut add = |from: Option<End>, to: Option<End>| {
            flows.extend(from.zip(to).map(|(from, to)| flow(from, to, Kind::Guards, "")));
        };
        for (at, distribution) in self.of("cloudfront:Distribution") {
            add(self.named(distribution.text("webAclId"), "wafv2:WebAcl"), self.node(at));
            let certificate = distribution.text("viewerCertificate.acmCertificateArn");
            add(self.named(certificate, "acm:Certificate"), self.node(at));
        }
        for (_, association) in self.of("wafv2:WebAclAssociation") {
            let guarded = self.named(association.text("resourceArn"), "");
            add(self.named(association.text("webAclArn"), "wafv2:WebAcl"), guarded);
        }
        for (at, listener) in self.of("elb:Listener") {
            add(self.named(listener.text("certificateArn"), "acm:Certificate"), self.node(at));
        }
        flows
    }

    fn logs(&self) -> Vec<Flow> {
        let mut flows = Vec::new();
        for (_, logging) in self.of("wafv2:LoggingConfiguration") {
            let from = self.named(logging.text("resourceArn"), "wafv2:WebAcl");
            for target in logging.texts("logDestinationConfigs") {
                let to = self.destination(target);
                flows.extend(from.zip(to).map(|(from, to)| flow(from, to, Kind::Logs, "logs")));
            }
        }
        for (at, stream) in self.of("firehose:DeliveryStream") {
            let to = self.destination(stream.text("extendedS3DestinationConfiguration.bucketArn"));
            flows.extend(self.node(at).zip(to).map(|(from, to)| flow(from, to, Kind::Logs, "")));
        }
        for (_, log) in self.of("ec2:FlowLog") {
            let resource = log.text("resourceId");
            let vpc = self.model.vpcs.iter().position(|vpc| self.stock.things[vpc.thing].id == resource);
            let to = self.destination(log.text("logDestination"));
            flows.extend(vpc.zip(to).map(|(vpc, to)| flow(End::Vpc(vpc), to, Kind::Logs, "flow log")));
        }
        flows
    }

    /// What an ARN of logs means, which may end in `:*`.
    fn destination(&self, arn: &str) -> Option<End> {
        self.named(arn.trim_end_matches(":*"), "")
    }

    fn alarms(&self) -> Vec<Flow> {
        let mut flows = Vec::new();
        let alarms = self.of("cloudwatch:MetricAlarm").chain(self.of("cloudwatch:CompositeAlarm"));
        for (at, alarm) in alarms {
            for topic in alarm.texts("alarmActions") {
                let ends = self.node(at).zip(self.named(topic, "sns:Topic"));
                flows.extend(ends.map(|(from, to)| flow(from, to, Kind::Alarms, "")));
            }
        }
        for (at, channel) in self.of("chatbot:SlackChannelConfiguration") {
            let Some(end) = self.node(at) else { continue };
            let topics = channel.texts("snsTopicArns").into_iter().filter_map(|topic| self.named(topic, "sns:Topic"));
            flows.extend(topics.map(|from| flow(from, end, Kind::Alarms, "")));
            flows.push(flow(end, End::Chat, Kind::Alarms, ""));
        }
        flows
    }
}

/// Host names are the same with a dot at their end, in capitals, and with AWS's `dualstack.` before them.
fn same_host(a: &str, b: &str) -> bool {
    let plain =
        |host: &str| host.trim_end_matches('.').to_ascii_lowercase().trim_start_matches("dualstack.").to_owned();
    !a.is_empty() && plain(a) == plain(b)
}

/// Boxes that a request passes, numbered as it spreads. A gateway is passed without a number.
fn steps(model: &Model, flows: &[Flow]) -> BTreeMap<End, usize> {
    let (mut order, mut queue) = (BTreeMap::new(), VecDeque::from([End::Visitors]));
    let mut seen = BTreeSet::from([End::Visitors]);
    let is_asked = flows.iter().any(|flow| flow.from == End::Visitors);
    while let Some(end) = queue.pop_front().filter(|_| is_asked) {
        let is_gate = matches!(end, End::Node(node) if model.nodes[node].lane == Lane::Gate);
        if !is_gate {
            order.insert(end, order.len() + 1);
        }
        let next = flows.iter().filter(|flow| flow.from == end && flow.kind == Kind::Request);
        for to in next.map(|flow| flow.to).filter(|to| *to != End::Chat) {
            if seen.insert(to) {
                queue.push_back(to);
            }
        }
    }
    order
}
