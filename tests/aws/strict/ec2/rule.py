"""Security group rules in AWS's canonical form: protocols, ports, peers, and the words for what is wrong with them."""

import ipaddress
import re

from moto.ec2.models.security_groups import GroupedSecurityRuleView, SecurityGroupRule

from ..response import Refusal

PROTOCOLS = {
    "-1": "-1",
    "all": "-1",
    "tcp": "tcp",
    "6": "tcp",
    "udp": "udp",
    "17": "udp",
    "icmp": "icmp",
    "1": "icmp",
    "icmpv6": "icmpv6",
    "58": "icmpv6",
}
DESCRIPTION = re.compile(r"^[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}$")
# Where a request keeps each kind of peer, and the peer's own key.
PEERS = (
    ("IpRanges", "CidrIp", "ipv4"),
    ("Ipv6Ranges", "CidrIpv6", "ipv6"),
    ("UserIdGroupPairs", "GroupId", "group"),
    ("PrefixListIds", "PrefixListId", "prefix"),
)


class Rule(SecurityGroupRule):
    """moto's rule, with a peer of one kind and a description whatever the peer."""

    def __init__(self, backend, group, protocol, ports, peer, egress):
        self.kind, self.peer, self.text = peer
        where = {
            "ipv4": {"ip_range": {"CidrIp": self.peer}},
            "ipv6": {"ip_range": {"CidrIpv6": self.peer}},
            "group": {"ip_range": None, "source_group": {"GroupId": self.peer, "UserId": backend.account_id}},
            "prefix": {"ip_range": None, "prefix_list_id": {"PrefixListId": self.peer}},
        }[self.kind]
        super().__init__(backend, "-1", group.id, None, None, is_egress=egress, **where)
        self.ip_protocol = protocol
        self.from_port, self.to_port = ports

    @property
    def key(self):
        return self.ip_protocol, self.from_port, self.to_port, self.kind, self.peer


def key_of(rule):
    """What makes two rules the same to AWS; moto makes the first rules of a group itself."""
    if isinstance(rule, Rule):
        return rule.key
    kind, peer = peer_of(rule)
    return rule.ip_protocol, rule.from_port, rule.to_port, kind, peer


def peer_of(rule):
    if rule.ip_range.get("CidrIp"):
        return "ipv4", rule.ip_range["CidrIp"]
    if rule.ip_range.get("CidrIpv6"):
        return "ipv6", rule.ip_range["CidrIpv6"]
    if rule.source_group:
        return "group", rule.source_group["GroupId"]
    return "prefix", rule.prefix_list_id


def text_of(rule):
    return rule.text if isinstance(rule, Rule) else rule.ip_range.get("Description")


def view(rule):
    """The rule as DescribeSecurityGroupRules shows it."""
    kind, peer = peer_of(rule)
    backend = rule.ec2_backend
    seen = {
        "SecurityGroupRuleId": rule.id,
        "GroupId": rule.group_id,
        "GroupOwnerId": backend.account_id,
        "IsEgress": rule.is_egress,
        "IpProtocol": rule.ip_protocol,
        "FromPort": -1 if rule.from_port is None else rule.from_port,
        "ToPort": -1 if rule.to_port is None else rule.to_port,
        "Description": text_of(rule),
        "Tags": rule.get_tags(),
        "SecurityGroupRuleArn": f"arn:aws:ec2:{backend.region_name}:{backend.account_id}:security-group-rule/{rule.id}",
    }
    seen |= {
        "ipv4": {"CidrIpv4": peer},
        "ipv6": {"CidrIpv6": peer},
        "prefix": {"PrefixListId": peer},
        "group": {"ReferencedGroupInfo": {"GroupId": peer, "UserId": backend.account_id}},
    }[kind]
    return seen


def permissions(rules):
    """Rules as DescribeSecurityGroups shows them: those with the same protocol and ports together."""
    views = {}
    for rule in rules:
        ports = (rule.ip_protocol, rule.from_port, rule.to_port)
        shown = views.setdefault(ports, GroupedSecurityRuleView(rule.from_port, rule.to_port, rule.ip_protocol))
        kind, peer = peer_of(rule)
        text = {"Description": text_of(rule)} if text_of(rule) else {}
        if kind == "group":
            shown.source_groups.append({"GroupId": peer, "UserId": rule.ec2_backend.account_id, **text})
        elif kind == "prefix":
            shown.prefix_list_ids.append({"PrefixListId": peer, **text})
        else:
            shown.all_ip_ranges.append({"CidrIp" if kind == "ipv4" else "CidrIpv6": peer, **text})
    return list(views.values())


def protocol(given):
    """AWS's spelling of a protocol: names for the common ones, else the number."""
    if given is None:
        raise Refusal(
            "InvalidParameterValue",
            "Invalid value 'null' for protocol. VPC security group rules must specify protocols explicitly.",
        )
    known = PROTOCOLS.get(str(given).lower())
    if known:
        return known
    if str(given).isdigit() and int(given) <= 255:
        return str(given)
    raise Refusal("InvalidParameterValue", f"Invalid value '{given}' for IP protocol. Unknown protocol.")


def ports(kind, low, high):
    """The ports that AWS keeps for a protocol: none unless it has them."""
    if kind in ("tcp", "udp"):
        if low is None or high is None:
            raise Refusal(
                "InvalidParameterValue", "Invalid value for portRange. Must specify both from and to ports with TCP/UDP."
            )
        for port in (low, high):
            if not 0 <= port <= 65535:
                raise Refusal("InvalidParameterValue", f"TCP/UDP port ({port}) out of range")
        if low > high:
            raise Refusal("InvalidParameterValue", f"Invalid TCP/UDP port range ({low}:{high})")
        return low, high
    if kind in ("icmp", "icmpv6"):
        low, high = -1 if low is None else low, -1 if high is None else high
        for name, number in (("type", low), ("code", high)):
            if not -1 <= number <= 255:
                raise Refusal("InvalidParameterValue", f"ICMP {name} ({number}) out of range")
        return low, high
    return None, None


def cidr(given, version):
    network = ipaddress.IPv4Network if version == "ipv4" else ipaddress.IPv6Network
    try:
        if "/" not in given:
            raise ValueError
        return str(network(given, strict=False))
    except ValueError:
        raise Refusal("InvalidParameterValue", f"CIDR block {given} is malformed") from None


def check_description(text):
    if text is not None and not DESCRIPTION.match(text):
        raise Refusal(
            "InvalidParameterValue",
            "Invalid rule description. Valid descriptions are strings less than 256 characters from "
            "the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
        )


def words(rule):
    """The rule as AWS words it when it exists already."""
    if rule.ip_protocol == "-1":
        return f"peer: {rule.peer}, ALL, ALLOW"
    if rule.from_port is None:
        return f"peer: {rule.peer}, {rule.ip_protocol}, ALLOW"
    names = ("type", "code") if rule.ip_protocol.startswith("icmp") else ("from port", "to port")
    return f"peer: {rule.peer}, {rule.ip_protocol.upper()}, {names[0]}: {rule.from_port}, {names[1]}: {rule.to_port}, ALLOW"
