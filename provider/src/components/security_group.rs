//! A security group with its rules.

use std::collections::BTreeMap;

use pulumi_plugin::{Component, Fault, Knobs, Output, Outputs, Path, Property, Result, Scope};

use crate::aws::{Aws, Tags};
use crate::components::{Report, SharedArgs, SharedInputs};
use crate::ec2::security_group::{self, SecurityGroupOutputs};
use crate::ec2::security_group_egress_rule::SecurityGroupEgressRule;
use crate::ec2::security_group_ingress_rule::SecurityGroupIngressRule;
use crate::ec2::security_group_rule::SecurityGroupRuleArgs;
use crate::types::{Cidr, Cidr6, GroupDescription, Protocol};

/// What the program asks of a security group with its rules.
#[derive(Debug, Clone, Property)]
pub struct SecurityGroupInputs {
    /// The id of the VPC.
    pub vpc_id: Output<String>,
    /// What the security group is for. Default: the component's name.
    pub description: Option<GroupDescription>,
    /// The inbound traffic that is allowed, each kind by a name of its own. Default: none.
    #[prop(default)]
    pub allow_from: BTreeMap<String, Peer>,
    /// The outbound traffic that is allowed, each kind by a name of its own. Default: HTTPS to everywhere.
    #[prop(default = https())]
    pub allow_to: BTreeMap<String, Peer>,
    /// What every component takes.
    #[prop(flatten)]
    pub shared: SharedInputs,
}

/// Traffic from or to somewhere: exactly one of `cidr`, `cidr6`, `securityGroupId` and `prefixListId`.
#[derive(Debug, Clone, Property)]
pub struct Peer {
    /// The IPv4 range that it comes from, or goes to.
    pub cidr: Option<Cidr>,
    /// The IPv6 range.
    pub cidr6: Option<Cidr6>,
    /// The id of the security group of those that it comes from, or goes to.
    pub security_group_id: Option<Output<String>>,
    /// The id of a prefix list.
    pub prefix_list_id: Option<Output<String>>,
    /// The IP protocol: `tcp`, `udp`, `icmp`, `-1` for all. Default: `tcp`.
    pub protocol: Option<Protocol>,
    /// The port, or the first of several; for ICMP the type. Default for ICMP: -1, which is all types.
    #[prop(min = -1, max = 65535)]
    pub port: Option<i32>,
    /// The last port; for ICMP the code. Default: `port`; for ICMP -1, which is all codes.
    #[prop(min = -1, max = 65535)]
    pub to_port: Option<i32>,
    /// What the rule is for. Default: its name.
    pub description: Option<GroupDescription>,
}

/// A security group with its rules. Nothing is allowed but what is named, and each rule is a child of its own.
#[derive(Clone, Outputs)]
pub struct SecurityGroup {
    /// The security group's id.
    pub security_group_id: Output<String>,
    /// The security group's ARN.
    pub arn: Output<String>,
    /// What every component gives.
    #[prop(flatten)]
    pub report: Report,
}

impl Component for SecurityGroup {
    const TOKEN: &'static str = "gitinfra:index:SecurityGroup";
    type Session = Aws;
    type Inputs = SecurityGroupInputs;
    type Facts = ();

    fn check(inputs: &SecurityGroupInputs) -> Vec<Fault> {
        let from = faults("allowFrom", &inputs.allow_from);
        from.into_iter().chain(faults("allowTo", &inputs.allow_to)).collect()
    }

    fn knobs(inputs: &SecurityGroupInputs) -> Knobs {
        inputs.shared.knobs()
    }

    async fn look(_: &Aws, _: &SecurityGroupInputs) -> Result<()> {
        Ok(())
    }

    fn build(here: &mut Scope, inputs: SecurityGroupInputs, (): ()) -> Result<Self> {
        let open = open_to_all(&inputs.allow_from);
        let group = Group {
            key: "sg",
            vpc_id: inputs.vpc_id,
            described: inputs.description.is_some(),
            description: inputs.description.unwrap_or_else(|| GroupDescription::about(here.name())),
            allow_from: inputs.allow_from,
            allow_to: inputs.allow_to,
        };
        let group = group.tell(here);
        let report =
            Report::of(here).meets_if(open.is_empty(), "EC2.19", &format!("open to everywhere: {}", open.join(", ")));
        Ok(SecurityGroup { security_group_id: group.id, arn: group.arn, report })
    }
}

/// A security group in a component: the group, and a child for each rule.
pub struct Group {
    /// The key of the group; those of its rules begin with it.
    pub key: &'static str,
    /// The id of the VPC.
    pub vpc_id: Output<String>,
    /// What it is for. AWS can't change it: one that is of the component's own words stays as the group was made, also under another name of the component.
    pub description: GroupDescription,
    /// Whether the description is the program's, another one of which takes a new group.
    pub described: bool,
    /// The inbound traffic that is allowed, by name.
    pub allow_from: BTreeMap<String, Peer>,
    /// The outbound traffic that is allowed, by name.
    pub allow_to: BTreeMap<String, Peer>,
}

impl Group {
    /// Adds the group and its rules.
    pub fn tell(self, here: &mut Scope) -> SecurityGroupOutputs {
        self.with_rules(here).0
    }

    /// The same, and the URNs of the rules.
    pub fn with_rules(self, here: &mut Scope) -> (SecurityGroupOutputs, Vec<Output<String>>) {
        let tags = Tags::from([("Name".into(), format!("{}-{}", here.name(), self.key))]);
        let args = security_group::SecurityGroupArgs {
            vpc_id: self.vpc_id.into(),
            description: self.description.into(),
            tags: tags.into(),
            ..Default::default()
        };
        let place = here.child(self.key);
        let place = if self.described { place } else { place.initial(["description"]) };
        let group = place.add::<security_group::SecurityGroup>(args);
        let mut rules = Vec::new();
        for (name, peer) in self.allow_from {
            let rule = peer.rule(&group.id, &name);
            rules.push(here.add::<SecurityGroupIngressRule>(format!("{}-from-{name}", self.key), rule).urn);
        }
        for (name, peer) in self.allow_to {
            let rule = peer.rule(&group.id, &name);
            rules.push(here.add::<SecurityGroupEgressRule>(format!("{}-to-{name}", self.key), rule).urn);
        }
        (group, rules)
    }
}

impl Peer {
    /// TCP traffic from or to whatever has a security group.
    pub fn group(id: impl Into<Output<String>>, port: i32) -> Peer {
        Peer { security_group_id: Some(id.into()), ..Peer::port(port) }
    }

    /// The same at a port that is said elsewhere.
    pub fn of_group(id: impl Into<Output<String>>) -> Peer {
        Peer { port: None, ..Peer::group(id, 0) }
    }

    /// TCP traffic from or to an IPv4 range.
    pub fn range(cidr: Cidr, port: i32) -> Peer {
        Peer { cidr: Some(cidr), ..Peer::port(port) }
    }

    /// All traffic from or to an IPv4 range.
    pub fn all_of(cidr: Cidr) -> Peer {
        let all = Protocol::parse("-1").unwrap_or_else(|why| unreachable!("{why}"));
        Peer { protocol: Some(all), port: None, ..Peer::range(cidr, 0) }
    }

    /// TCP traffic from or to the ranges of a prefix list.
    pub fn prefix_list(id: impl Into<Output<String>>, port: i32) -> Peer {
        Peer { prefix_list_id: Some(id.into()), ..Peer::port(port) }
    }

    fn port(port: i32) -> Peer {
        let (cidr, cidr6, security_group_id, prefix_list_id) = (None, None, None, None);
        let port = Some(port);
        Peer { cidr, cidr6, security_group_id, prefix_list_id, protocol: None, port, to_port: None, description: None }
    }

    /// The rule of a group that allows it.
    pub fn rule(self, group: &Output<String>, name: &str) -> SecurityGroupRuleArgs {
        let protocol = self.protocol();
        let all = protocol.has_types().then_some(-1);
        SecurityGroupRuleArgs {
            security_group_id: group.into(),
            from_port: self.port.or(all).into(),
            to_port: self.to_port.or(all).or(self.port).into(),
            ip_protocol: protocol.into(),
            cidr_ipv4: self.cidr.into(),
            cidr_ipv6: self.cidr6.into(),
            referenced_security_group_id: self.security_group_id.into(),
            prefix_list_id: self.prefix_list_id.into(),
            description: self.description.unwrap_or_else(|| GroupDescription::about(name)).into(),
            ..Default::default()
        }
    }

    /// The same, at this port where it names none.
    pub fn rule_at(self, port: &Output<u16>, group: &Output<String>, name: &str) -> SecurityGroupRuleArgs {
        let open = self.port.is_none() && self.protocol().has_ports();
        let (rule, last) = (self.clone().rule(group, name), self.to_port);
        if !open {
            return rule;
        }
        let from = port.map(i32::from);
        let to = last.map_or_else(|| from.clone(), Output::known);
        SecurityGroupRuleArgs { from_port: from.into(), to_port: to.into(), ..rule }
    }

    fn protocol(&self) -> Protocol {
        self.protocol.clone().unwrap_or_else(tcp)
    }

    /// How many sources or destinations it names.
    fn peers(&self) -> usize {
        let named = [
            self.cidr.is_some(),
            self.cidr6.is_some(),
            self.security_group_id.is_some(),
            self.prefix_list_id.is_some(),
        ];
        named.into_iter().filter(|named| *named).count()
    }

    fn everywhere(&self) -> bool {
        self.cidr.is_some_and(|cidr| cidr.0.prefix_len() == 0)
            || self.cidr6.is_some_and(|cidr| cidr.0.prefix_len() == 0)
    }
}

fn tcp() -> Protocol {
    Protocol::parse("tcp").unwrap_or_else(|why| unreachable!("{why}"))
}

/// HTTPS to everywhere.
pub fn https() -> BTreeMap<String, Peer> {
    BTreeMap::from([("https".into(), Peer::range(everywhere(), 443))])
}

/// Every IPv4 address.
pub fn everywhere() -> Cidr {
    Cidr::parse("0.0.0.0/0").unwrap_or_else(|why| unreachable!("{why}"))
}

/// The peers, each with this port where it names none.
pub fn at_port(peers: BTreeMap<String, Peer>, port: u16) -> BTreeMap<String, Peer> {
    let at = |peer: Peer| match peer.protocol().has_ports() {
        true => Peer { port: peer.port.or(Some(port.into())), ..peer },
        false => peer,
    };
    peers.into_iter().map(|(name, peer)| (name, at(peer))).collect()
}

/// What is wrong with rules by themselves.
pub fn faults(at: &'static str, peers: &BTreeMap<String, Peer>) -> Vec<Fault> {
    let each = peers.iter().flat_map(|(name, peer)| {
        let at = Path::root().key(at).key(name);
        let peers =
            (peer.peers() != 1).then_some("needs exactly one of `cidr`, `cidr6`, `securityGroupId` and `prefixListId`");
        let ports = (peer.protocol().has_ports() && peer.port.is_none()).then_some("needs a `port`");
        let order = (peer.protocol().has_ports() && peer.to_port.is_some_and(|last| Some(last) < peer.port))
            .then_some("`toPort` is less than `port`");
        [peers, ports, order].into_iter().flatten().map(move |why| Fault { at: at.clone(), why: why.into() })
    });
    each.collect()
}

/// The names of rules that let everybody in, save to the ports of web servers.
fn open_to_all(peers: &BTreeMap<String, Peer>) -> Vec<String> {
    let open = peers.iter().filter(|(_, peer)| peer.everywhere() && !matches!(peer.port, Some(80 | 443)));
    open.map(|(name, _)| name.clone()).collect()
}
