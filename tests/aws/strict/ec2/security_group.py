"""Security groups: names, rules in place, quotas, and what keeps a group from being deleted."""

import functools
import re

from moto.core.responses import ActionResult

from ..response import Refusal
from . import rule as rules
from .network import check_known
from .rule import PEERS, Rule, key_of, peer_of
from .tag import tag_dict

QUOTA = 60
NAME = re.compile(r"^[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}$")


def trusting(create_vpc):
    """AWS's default security group lets its members talk to each other; moto's lets nothing in."""

    @functools.wraps(create_vpc)
    def created(backend, *args, **kwargs):
        vpc = create_vpc(backend, *args, **kwargs)
        group = backend.get_default_security_group(vpc.id)
        group.ingress_rules.append(Rule(backend, group, "-1", (None, None), ("group", group.id, None), egress=False))
        return vpc

    return created


class SecurityGroups:
    def create_security_group(self):
        backend, name, vpc_id = self.ec2_backend, self._get_param("GroupName"), self._get_param("VpcId")
        text = self._get_param("Description")
        if vpc_id:
            backend.get_vpc(vpc_id)
        for parameter, value in (("GroupName", name), ("GroupDescription", text)):
            if not value:
                raise Refusal("MissingParameter", f"The request must contain the parameter {parameter}")
            if not NAME.match(value):
                raise Refusal(
                    "InvalidParameterValue",
                    f"Value ({value}) for parameter {parameter} is invalid. Character sets beyond ASCII are not supported.",
                )
        if name.startswith("sg-"):
            raise Refusal("InvalidParameterValue", f"Invalid value '{name}' for groupName. Group names cannot begin with 'sg-'")
        if name.lower() == "default":
            raise Refusal("InvalidParameterValue", f"Cannot use reserved security group name: {name}")
        owner = vpc_id or backend.default_vpc.id
        if any(group.name == name for group in backend.groups[owner].values()):
            raise Refusal("InvalidGroup.Duplicate", f"The security group '{name}' already exists for VPC '{owner}'")
        return super().create_security_group()

    def delete_security_group(self):
        backend = self.ec2_backend
        group = self.group(self._get_param("GroupId") or self._get_param("GroupName"))
        if group.is_default:
            raise Refusal("CannotDelete", f'the specified group: "{group.id}" name: "default" cannot be deleted by a user')
        # moto deletes a group under the rules and interfaces that use it.
        held = any(
            peer_of(rule) == ("group", group.id)
            for other in self.all_groups()
            if other is not group
            for rule in other.ingress_rules + other.egress_rules
        )
        if held or any(group in eni.group_set for eni in backend.enis.values()):
            raise Refusal("DependencyViolation", f"resource {group.id} has a dependent object")
        for rule in group.ingress_rules + group.egress_rules:
            self.forget_tags_of(rule.id)
        self.forget_tags_of(group.id)
        return super().delete_security_group()

    def all_groups(self):
        return [group for groups in self.ec2_backend.groups.values() for group in groups.values()]

    def group(self, name_or_id):
        group = self.ec2_backend.get_security_group_by_name_or_id(name_or_id)
        if not group:
            raise Refusal("InvalidGroup.NotFound", f"The security group '{name_or_id}' does not exist")
        return group

    def describe_security_groups(self):
        check_known(
            self._get_param("GroupIds"),
            {group.id for group in self.all_groups()},
            "InvalidGroup.NotFound",
            ("The security group '{}' does not exist", "The security groups '{}' do not exist"),
        )
        return super().describe_security_groups()

    def describe_security_group_rules(self):
        # moto shows neither the description of a group's or a prefix list's rule, nor its arn.
        wanted, filters = self._get_param("SecurityGroupRuleIds", []), self._filters_from_querystring()
        found = [rule for group in self.all_groups() for rule in group.ingress_rules + group.egress_rules]
        check_known(
            wanted,
            {rule.id for rule in found},
            "InvalidSecurityGroupRuleId.NotFound",
            ("The security group rule ID '{}' does not exist", "The security group rule IDs '{}' do not exist"),
        )
        found = [rule for rule in found if (not wanted or rule.id in wanted) and rule.matches_filters(filters)]
        return ActionResult({"SecurityGroupRules": [rules.view(rule) for rule in found]})

    def asked_rules(self, group, egress):
        """The rules that a call speaks of: one for each permission and peer."""
        permissions = self._get_param("IpPermissions", [])
        if not permissions:
            flat = {name: self._get_param(name) for name in ("IpProtocol", "FromPort", "ToPort")}
            flat["IpRanges"] = [{"CidrIp": self._get_param("CidrIp")}] if self._get_param("CidrIp") else []
            permissions = [flat]
        made = []
        for permission in permissions:
            peers = [
                (kind, peer.get(key) or self.group(peer.get("GroupName")).id, peer.get("Description"))
                for place, key, kind in PEERS
                for peer in permission.get(place) or []
            ]
            if not peers:
                raise Refusal(
                    "MissingParameter",
                    "The request must contain the parameter ipRanges, ipv6Ranges, userIdGroupPairs or prefixListIds",
                )
            made += [self.made_rule(group, permission, egress, peer) for peer in peers]
        return made

    def made_rule(self, group, permission, egress, peer):
        kind, name, text = peer
        protocol = rules.protocol(permission.get("IpProtocol"))
        ports = rules.ports(protocol, permission.get("FromPort"), permission.get("ToPort"))
        rules.check_description(text)
        if kind in ("ipv4", "ipv6"):
            name = rules.cidr(name, kind)
        elif kind == "group" and self.group(name).vpc_id != group.vpc_id:
            raise Refusal("InvalidGroup.NotFound", "You have specified two resources that belong to different networks.")
        elif kind == "prefix":
            self.check_prefix_list(name)
        return Rule(self.ec2_backend, group, protocol, ports, (kind, name, text), egress)

    def check_prefix_list(self, prefix_list_id):
        if prefix_list_id not in self.ec2_backend.managed_prefix_lists:
            raise Refusal("InvalidPrefixListId.NotFound", f"The prefix list ID '{prefix_list_id}' does not exist")

    def add_rules(self, group, made):
        """Adds all of the rules or none."""
        for egress in (False, True):
            kept = group.egress_rules if egress else group.ingress_rules
            new = [rule for rule in made if rule.is_egress == egress]
            known = {key_of(rule) for rule in kept}
            for rule in new:
                if rule.key in known:
                    raise Refusal("InvalidPermission.Duplicate", f'the specified rule "{rules.words(rule)}" already exists')
                known.add(rule.key)
            # IPv4 and IPv6 are counted apart; a group counts for both, a prefix list with all its entries.
            for family in ("ipv4", "ipv6"):
                if new and sum(self.weight(rule, family) for rule in kept + new) > QUOTA:
                    raise Refusal(
                        "RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached."
                    )
            kept.extend(new)

    def weight(self, rule, family):
        kind, peer = peer_of(rule)
        if kind == "prefix":
            listed = self.ec2_backend.managed_prefix_lists.get(peer)
            same = listed and (listed.address_family or "IPv4").lower() == family
            return int(listed.max_entries or 1) if same else 0
        return int(kind in (family, "group"))

    def authorize(self, egress):
        self.error_on_dryrun()
        group = self.group(self._get_param("GroupId") or self._get_param("GroupName"))
        made = self.asked_rules(group, egress)
        self.add_rules(group, made)
        tags = tag_dict(self._get_param("TagSpecifications", []))
        for rule in made:
            rule.add_tags(tags)
        return ActionResult({"Return": True, "SecurityGroupRules": [rules.view(rule) for rule in made]})

    def authorize_security_group_ingress(self):
        return self.authorize(egress=False)

    def authorize_security_group_egress(self):
        return self.authorize(egress=True)

    def revoke(self, egress):
        self.error_on_dryrun()
        group = self.group(self._get_param("GroupId") or self._get_param("GroupName"))
        kept = group.egress_rules if egress else group.ingress_rules
        wanted = self._get_param("SecurityGroupRuleIds", [])
        if wanted:
            check_known(
                wanted,
                {rule.id for rule in kept},
                "InvalidSecurityGroupRuleId.NotFound",
                ("The security group rule ID '{}' does not exist", "The security group rule IDs '{}' do not exist"),
            )
            gone = [rule for rule in kept if rule.id in wanted]
        else:
            keys = {rule.key for rule in self.asked_rules(group, egress)}
            gone = [rule for rule in kept if key_of(rule) in keys]
            if len(gone) < len(keys):
                raise Refusal("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
        kept[:] = [rule for rule in kept if not any(rule is one for one in gone)]
        for rule in gone:
            self.forget_tags_of(rule.id)
        return ActionResult({"Return": True, "RevokedSecurityGroupRules": [rules.view(rule) for rule in gone]})

    def revoke_security_group_ingress(self):
        return self.revoke(egress=False)

    def revoke_security_group_egress(self):
        return self.revoke(egress=True)

    def modify_security_group_rules(self):
        # moto keeps the peer of groups, prefix lists and IPv6 ranges as it was.
        self.error_on_dryrun()
        group = self.group(self._get_param("GroupId"))
        changes = [
            (change["SecurityGroupRuleId"], change.get("SecurityGroupRule", {}))
            for change in self._get_param("SecurityGroupRules", [])
        ]
        for rule_id, wanted in changes:
            self.modify(group, rule_id, wanted)
        return ActionResult({"Return": True})

    def modify(self, group, rule_id, wanted):
        names = (("CidrIpv4", "ipv4"), ("CidrIpv6", "ipv6"), ("PrefixListId", "prefix"), ("ReferencedGroupId", "group"))
        peers = [(kind, wanted[name], wanted.get("Description")) for name, kind in names if wanted.get(name)]
        if len(peers) != 1:
            raise Refusal(
                "InvalidParameterCombination" if peers else "MissingParameter",
                "The request must contain exactly one of: cidrIp, cidrIpv6, prefixListId, or referencedGroupId",
            )
        kept = next(
            (kept for kept in (group.ingress_rules, group.egress_rules) if any(rule.id == rule_id for rule in kept)), None
        )
        if kept is None:
            raise Refusal("InvalidSecurityGroupRuleId.NotFound", f"The security group rule ID '{rule_id}' does not exist")
        place = next(index for index, rule in enumerate(kept) if rule.id == rule_id)
        old = kept[place]
        if peer_of(old)[0] != peers[0][0]:
            raise Refusal(
                "InvalidParameterValue",
                f"Invalid rule type for security group rule '{rule_id}'. You may not change the type of "
                "an existing rule's source or destination.",
            )
        new = self.made_rule(group, wanted, old.is_egress, peers[0])
        if any(key_of(rule) == new.key for rule in kept if rule is not old):
            raise Refusal("InvalidPermission.Duplicate", f'the specified rule "{rules.words(new)}" already exists')
        new.id = old.id
        kept[place] = new

    def describe_in_place(self, egress):
        group = self.group(self._get_param("GroupId") or self._get_param("GroupName"))
        kept = group.egress_rules if egress else group.ingress_rules
        texts = {
            item["SecurityGroupRuleId"]: item.get("Description") for item in self._get_param("SecurityGroupRuleDescriptions", [])
        }
        keys = {} if texts else {rule.key: rule.text for rule in self.asked_rules(group, egress)}
        for place, rule in enumerate(kept):
            if rule.id in texts or key_of(rule) in keys:
                text = texts[rule.id] if rule.id in texts else keys[key_of(rule)]
                rules.check_description(text)
                new = Rule(
                    self.ec2_backend, group, rule.ip_protocol, (rule.from_port, rule.to_port), (*peer_of(rule), text), egress
                )
                new.id, kept[place] = rule.id, new
        return ActionResult({"Return": True})

    def update_security_group_rule_descriptions_ingress(self):
        return self.describe_in_place(egress=False)

    def update_security_group_rule_descriptions_egress(self):
        return self.describe_in_place(egress=True)
