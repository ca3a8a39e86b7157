"""WAF as strict as AWS. moto keeps what an update leaves out, and refuses next to nothing."""

import ipaddress
import json
import uuid

from .. import loaded
from ..clock import CLOCK
from ..own import Own, Tags
from ..response import Refusal
from .log import Associations, Logs
from .rule import Rules, invalid, missing

KINDS = {"ip_sets": "ipset", "regex_pattern_sets": "regexpatternset", "web_acls": "webacl", "rule_groups": "rulegroup"}


class Service(Rules, Associations, Logs, Tags, Own):
    model = "wafv2"
    arn, unknown = "ResourceARN", "WAFNonexistentItemException"

    def before(self, operation, asked):
        if asked.get("Scope") == "CLOUDFRONT" and self.region != "us-east-1":
            raise invalid("SCOPE_VALUE", "CLOUDFRONT", "The scope is not valid.")

    def things(self, kind, scope):
        return self.all(kind, "global" if scope == "CLOUDFRONT" else self.region)

    def make(self, kind, asked, more):
        things, name = self.things(kind, asked["Scope"]), asked["Name"]
        if any(thing["Name"] == name for thing in things.values()):
            raise Refusal(
                "WAFDuplicateItemException",
                "AWS WAF couldn’t perform the operation because some resource in your request is a duplicate of an existing one.",
            )
        identity = str(uuid.uuid4())
        place = "global" if asked["Scope"] == "CLOUDFRONT" else "regional"
        arn = f"arn:{self.partition}:wafv2:{self.region}:{self.account}:{place}/{KINDS[kind]}/{name}/{identity}"
        thing = {"Name": name, "Id": identity, "ARN": arn, "Description": asked.get("Description", ""), **more}
        things[identity] = thing
        thing["_token"], thing["_born"] = str(uuid.uuid4()), CLOCK.now()
        self.tag(arn, asked.get("Tags"))
        return {"Summary": self.summary(thing)}

    @staticmethod
    def summary(thing):
        return {key: thing[key] for key in ("Name", "Id", "Description", "ARN")} | {"LockToken": thing["_token"]}

    def found(self, kind, asked):
        if asked.get("ARN"):
            return self.by_arn(kind, asked["ARN"])
        thing = self.things(kind, asked["Scope"]).get(asked["Id"])
        if not thing or thing["Name"] != asked["Name"]:
            raise missing()
        return thing

    def by_arn(self, kind, arn):
        for place in ("global", self.region):
            for thing in self.all(kind, place).values():
                if thing["ARN"] == arn:
                    return thing
        raise missing()

    def told(self, thing):
        return {key: value for key, value in thing.items() if not key.startswith("_")}

    def changed(self, kind, asked, more):
        """An update replaces everything; what is left out goes."""
        thing = self.locked(kind, asked)
        fixed = {key: thing[key] for key in ("Name", "Id", "ARN", "_born", "IPAddressVersion", "LabelNamespace") if key in thing}
        if kind == "rule_groups":
            fixed["Capacity"] = thing["Capacity"]
        thing.clear()
        thing.update(fixed, Description=asked.get("Description", ""), **more)
        thing["_token"] = str(uuid.uuid4())
        return {"NextLockToken": thing["_token"]}

    def locked(self, kind, asked):
        thing = self.found(kind, asked)
        if asked["LockToken"] != thing["_token"]:
            raise Refusal(
                "WAFOptimisticLockException",
                "AWS WAF couldn’t save your changes because someone changed the resource after you started to edit it.",
            )
        return thing

    def drop(self, kind, asked):
        thing = self.locked(kind, asked)
        if self.is_held(kind, thing):
            raise Refusal(
                "WAFAssociatedItemException",
                "AWS WAF couldn’t perform the operation because your resource is being used by another resource or it’s "
                "associated with another resource.",
            )
        del self.things(kind, asked["Scope"])[thing["Id"]]
        self.tags().pop(thing["ARN"], None)

    def is_held(self, kind, thing):
        arn = thing["ARN"]
        if kind == "web_acls":
            return arn in self.associations().values() or self.distributions(arn)
        places = [self.all(each, place) for each in ("web_acls", "rule_groups") for place in ("global", self.region)]
        return any(json.dumps(arn) in json.dumps(other.get("Rules", [])) for place in places for other in place.values())

    def distributions(self, arn):
        cloudfront = loaded.models("cloudfront")
        backends = cloudfront.cloudfront_backends if cloudfront else {}
        here = backends[self.account]["aws"].distributions if self.account in backends else {}
        return any(arn in str(getattr(each, "__dict__", each)) for each in here.values())

    def listed(self, kind, asked, key):
        things = [self.summary(thing) for thing in self.things(kind, asked["Scope"]).values()]
        start, limit = int(asked.get("NextMarker") or 0), asked.get("Limit") or 100
        after = start + limit
        return {key: things[start:after], **({"NextMarker": str(after)} if after < len(things) else {})}

    def list_tags_for_resource(self, asked):
        return {"TagInfoForResource": {"ResourceARN": asked["ResourceARN"], "TagList": self.listed_tags(asked["ResourceARN"])}}

    # IP sets

    def addresses(self, asked, version):
        for text in asked["Addresses"]:
            try:
                net = ipaddress.ip_network(text)
            except ValueError:
                net = None
            if not net or "/" not in text or net.prefixlen == 0 or f"IPV{net.version}" != version:
                raise invalid("IP_ADDRESS", text, "Your statement has an invalid IP address.")
        # AWS tells them in another order, and IPv6 in full.
        return [f"{n.exploded}" for n in sorted((ipaddress.ip_network(text) for text in asked["Addresses"]), reverse=True)]

    def create_ip_set(self, asked):
        version = asked["IPAddressVersion"]
        return self.make("ip_sets", asked, {"IPAddressVersion": version, "Addresses": self.addresses(asked, version)})

    def get_ip_set(self, asked):
        thing = self.found("ip_sets", asked)
        return {"IPSet": self.told(thing), "LockToken": thing["_token"]}

    def update_ip_set(self, asked):
        version = self.found("ip_sets", asked)["IPAddressVersion"]
        return self.changed("ip_sets", asked, {"Addresses": self.addresses(asked, version)})

    def delete_ip_set(self, asked):
        return self.drop("ip_sets", asked)

    def list_ip_sets(self, asked):
        return self.listed("ip_sets", asked, "IPSets")

    # Regex pattern sets

    def patterns(self, asked):
        patterns = asked["RegularExpressionList"]
        if len(patterns) > 10:
            raise Refusal(
                "WAFLimitsExceededException",
                "AWS WAF couldn’t perform the operation because you exceeded your resource limit.",
            )
        if any(len(each["RegexString"]) > 200 for each in patterns):
            raise invalid("REGEX_PATTERN", "RegexString", "The regular expression is too long.")
        return {"RegularExpressionList": patterns}

    def create_regex_pattern_set(self, asked):
        return self.make("regex_pattern_sets", asked, self.patterns(asked))

    def get_regex_pattern_set(self, asked):
        thing = self.found("regex_pattern_sets", asked)
        return {"RegexPatternSet": self.told(thing), "LockToken": thing["_token"]}

    def update_regex_pattern_set(self, asked):
        return self.changed("regex_pattern_sets", asked, self.patterns(asked))

    def delete_regex_pattern_set(self, asked):
        return self.drop("regex_pattern_sets", asked)

    def list_regex_pattern_sets(self, asked):
        return self.listed("regex_pattern_sets", asked, "RegexPatternSets")

    # Rule groups

    def create_rule_group(self, asked):
        rules = self.rules(asked, group=True)
        self.within(rules, asked["Capacity"], "RULE_GROUP")
        namespace = f"awswaf:{self.account}:rulegroup:{asked['Name']}:"
        more = {"Capacity": asked["Capacity"], "LabelNamespace": namespace, **self.of_group(asked, rules)}
        return self.make("rule_groups", asked, more)

    def of_group(self, asked, rules):
        return {"Rules": rules, **{name: asked[name] for name in ("VisibilityConfig", "CustomResponseBodies") if name in asked}}

    def get_rule_group(self, asked):
        thing = self.found("rule_groups", asked)
        return {"RuleGroup": self.told(thing), "LockToken": thing["_token"]}

    def update_rule_group(self, asked):
        rules = self.rules(asked, group=True)
        self.within(rules, self.found("rule_groups", asked)["Capacity"], "RULE_GROUP")
        return self.changed("rule_groups", asked, self.of_group(asked, rules))

    def delete_rule_group(self, asked):
        return self.drop("rule_groups", asked)

    def list_rule_groups(self, asked):
        return self.listed("rule_groups", asked, "RuleGroups")

    # Web ACLs

    PARTS = (
        "DefaultAction", "VisibilityConfig", "CustomResponseBodies", "CaptchaConfig", "ChallengeConfig", "TokenDomains",
        "AssociationConfig", "DataProtectionConfig", "ApplicationConfig",
    )

    def of_acl(self, asked):
        if len(asked["DefaultAction"]) != 1:
            raise invalid("DEFAULT_ACTION", "DefaultAction", "EXACTLY_ONE_CONDITION_REQUIRED")
        rules = self.rules(asked)
        return {
            "Rules": rules,
            "Capacity": self.within(rules, 5000, "WEB_ACL"),
            "OnSourceDDoSProtectionConfig": asked.get("OnSourceDDoSProtectionConfig", {"ALBLowReputationMode": "ACTIVE_UNDER_DDOS"}),
            **{name: asked[name] for name in self.PARTS if name in asked},
        }

    def create_web_acl(self, asked):
        namespace = f"awswaf:{self.account}:webacl:{asked['Name']}:"
        return self.make("web_acls", asked, {"LabelNamespace": namespace, **self.of_acl(asked)})

    def get_web_acl(self, asked):
        thing = self.found("web_acls", asked)
        return {"WebACL": self.told(thing), "LockToken": thing["_token"]}

    def update_web_acl(self, asked):
        return self.changed("web_acls", asked, self.of_acl(asked))

    def delete_web_acl(self, asked):
        arn = self.found("web_acls", asked)["ARN"]
        self.drop("web_acls", asked)
        self.all("logging").pop(arn, None)

    def list_web_acls(self, asked):
        return self.listed("web_acls", asked, "WebACLs")
