"""WAF as strict as AWS. moto keeps what an update leaves out, and refuses next to nothing."""

import ipaddress
import json
import sys
import uuid

from .clock import CLOCK
from .own import Own, Tags
from .response import Refusal

# Groups that name the rules of others: never inside another statement, nor in a rule group.
GROUPS = ("ManagedRuleGroupStatement", "RuleGroupReferenceStatement")
# What a vendor's groups take of a web ACL's capacity.
MANAGED = {"AWSManagedRulesCommonRuleSet": 700, "AWSManagedRulesKnownBadInputsRuleSet": 200, "AWSManagedRulesSQLiRuleSet": 200}
REFERENCES = {"IPSetReferenceStatement": "ip_sets", "RegexPatternSetReferenceStatement": "regex_pattern_sets", "RuleGroupReferenceStatement": "rule_groups"}
REDACTABLE = {"UriPath", "QueryString", "SingleHeader", "Method"}
# How long a new thing may be unknown to others, in AWS's seconds.
UNAVAILABLE = 30.0
REQUIRED_ACTIONS = "Your statement has multiple values set for an argument that requires exactly one value."


def invalid(field, parameter, reason):
    refusal = Refusal("WAFInvalidParameterException", f"Error reason: {reason}, field: {field}, parameter: {parameter}")
    refusal.more = {"Field": field, "Parameter": str(parameter)[:200], "Reason": reason}
    return refusal


def missing():
    return Refusal("WAFNonexistentItemException", "AWS WAF couldn’t perform the operation because your resource doesn’t exist.")


KINDS = {"ip_sets": "ipset", "regex_pattern_sets": "regexpatternset", "web_acls": "webacl", "rule_groups": "rulegroup"}


class Service(Tags, Own):
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
            raise Refusal("WAFDuplicateItemException", "AWS WAF couldn’t perform the operation because some resource in your request is a duplicate of an existing one.")
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
        cloudfront = sys.modules.get("moto.cloudfront.models")
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
            raise Refusal("WAFLimitsExceededException", "AWS WAF couldn’t perform the operation because you exceeded your resource limit.")
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

    # Rules

    def rules(self, asked, group=False):
        rules = sorted(asked.get("Rules", []), key=lambda rule: rule["Priority"])
        if len({rule["Priority"] for rule in rules}) < len(rules):
            raise invalid("RULE", "Priority", "Duplicate priority")
        if len({rule["Name"] for rule in rules}) < len(rules):
            raise invalid("RULE", "Name", "Duplicate rule name")
        for rule in rules:
            kind = self.statement(rule["Statement"], True, group)
            if (kind in GROUPS) != ("OverrideAction" in rule) or ("Action" in rule) == ("OverrideAction" in rule):
                raise invalid("RULE", "Statement", "A reference in your rule statement is not valid.")
            for action in ("Action", "OverrideAction"):
                if action in rule and len(rule[action]) != 1:
                    raise invalid("RULE_ACTION", action, "EXACTLY_ONE_CONDITION_REQUIRED")
            bodies = asked.get("CustomResponseBodies", {})
            key = rule.get("Action", {}).get("Block", {}).get("CustomResponse", {}).get("CustomResponseBodyKey")
            if key and key not in bodies:
                raise invalid("CUSTOM_RESPONSE", key, "The custom response body is not defined.")
        return [self.normal(rule) for rule in rules]

    def statement(self, statement, top, group):
        if len(statement) != 1:
            raise invalid("STATEMENT", ", ".join(statement), "EXACTLY_ONE_CONDITION_REQUIRED")
        [(kind, inner)] = statement.items()
        if not top and kind in (*GROUPS, "RateBasedStatement"):
            raise invalid("STATEMENT", kind, "The statement can't be nested.")
        if group and kind in GROUPS:
            raise invalid("STATEMENT", kind, "A rule group can't have it.")
        if kind in ("AndStatement", "OrStatement"):
            if len(inner["Statements"]) < 2:
                raise invalid("STATEMENT", kind, "You haven't met a minimum requirement for a threshold setting.")
            for each in inner["Statements"]:
                self.statement(each, False, group)
        if kind == "NotStatement":
            self.statement(inner["Statement"], False, group)
        if inner.get("ScopeDownStatement"):
            self.statement(inner["ScopeDownStatement"], False, group)
        self.check_leaf(kind, inner)
        return kind

    def check_leaf(self, kind, inner):
        field = inner.get("FieldToMatch")
        if field is not None and len(field) != 1:
            raise invalid("FIELD_TO_MATCH", ", ".join(field), "EXACTLY_ONE_CONDITION_REQUIRED")
        if field is not None:
            for name in ("Body", "JsonBody"):
                if name in field and "OversizeHandling" not in field[name]:
                    raise Refusal("WAFConfigurationWarningException", f"{name} needs OversizeHandling")
        priorities = [each["Priority"] for each in inner.get("TextTransformations", [])]
        if len(set(priorities)) < len(priorities):
            raise invalid("TEXT_TRANSFORMATION", "Priority", "Duplicate priority")
        if kind == "RateBasedStatement":
            needs = {"FORWARDED_IP": "ForwardedIPConfig", "CUSTOM_KEYS": "CustomKeys", "CONSTANT": "ScopeDownStatement"}
            needed = needs.get(inner["AggregateKeyType"])
            if needed and not inner.get(needed):
                raise invalid("RATE_BASED_STATEMENT", needed, f"{inner['AggregateKeyType']} needs {needed}")
        if kind in REFERENCES:
            thing = self.known(REFERENCES[kind], inner["ARN"])
            if not CLOCK.passed(thing["_born"], UNAVAILABLE if CLOCK.eventual else 0):
                raise Refusal("WAFUnavailableEntityException", "AWS WAF couldn’t retrieve the resource that you requested. Retry your request.")

    def known(self, kind, arn):
        try:
            return self.by_arn(kind, arn)
        except Refusal:
            raise invalid("RULE", "Statement", "A reference in your rule statement is not valid.") from None

    def normal(self, value, key=None):
        """As AWS tells it: transformations by priority, header names in lower case, defaults filled in."""
        if isinstance(value, list):
            items = [self.normal(item) for item in value]
            return sorted(items, key=lambda item: item["Priority"]) if key == "TextTransformations" else items
        if not isinstance(value, dict):
            return value
        told = {name: self.normal(inner, name) for name, inner in value.items()}
        for name in ("SingleHeader", "SingleQueryArgument"):
            if name in told:
                told[name] = {"Name": told[name]["Name"].lower()}
        if "RateBasedStatement" in told:
            told["RateBasedStatement"].setdefault("EvaluationWindowSec", 300)
        if "ManagedRuleGroupStatement" in told:
            for name in ("RuleActionOverrides", "ManagedRuleGroupConfigs"):
                told["ManagedRuleGroupStatement"].setdefault(name, [])
        return told

    def weight(self, rules):
        return sum(self.cost(rule["Statement"]) for rule in rules)

    def cost(self, statement):
        [(kind, inner)] = statement.items()
        if kind in ("AndStatement", "OrStatement"):
            return sum(self.cost(each) for each in inner["Statements"])
        if kind == "NotStatement":
            return self.cost(inner["Statement"])
        below = self.cost(inner["ScopeDownStatement"]) if inner.get("ScopeDownStatement") else 0
        if kind == "ManagedRuleGroupStatement":
            return MANAGED.get(inner["Name"], 25) + below
        if kind == "RuleGroupReferenceStatement":
            return self.by_arn("rule_groups", inner["ARN"])["Capacity"]
        if kind == "RateBasedStatement":
            return 2 + 30 * len(inner.get("CustomKeys", [])) + below
        costs = {"RegexMatchStatement": 3, "RegexPatternSetReferenceStatement": 25, "SqliMatchStatement": 20, "XssMatchStatement": 40}
        costs["ByteMatchStatement"] = 10 if "CONTAINS" in inner.get("PositionalConstraint", "") else 2
        changes = sum(10 for each in inner.get("TextTransformations", []) if each["Type"] != "NONE")
        return costs.get(kind, 1) + changes

    def within(self, rules, most, field):
        used = self.weight(rules)
        if used > most:
            raise invalid(field, used, "You exceeded the capacity limit for a rule group or web ACL.")
        return used

    def check_capacity(self, asked):
        return {"Capacity": self.weight(self.rules(asked, group=True))}

    # Rule groups

    def create_rule_group(self, asked):
        rules = self.rules(asked, group=True)
        self.within(rules, asked["Capacity"], "RULE_GROUP")
        namespace = f"awswaf:{self.account}:rulegroup:{asked['Name']}:"
        return self.make("rule_groups", asked, {"Capacity": asked["Capacity"], "LabelNamespace": namespace, **self.of_group(asked, rules)})

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

    # Associations

    def associations(self):
        return self.all("associations")

    def associate_web_acl(self, asked):
        arn, acl = asked["ResourceArn"], asked["WebACLArn"]
        if ":cloudfront:" in arn or "/global/" in acl or ":global/" in acl:
            raise invalid("RESOURCE_ARN", arn, "The ARN isn't valid. A valid ARN begins with arn: and includes other information separated by colons or slashes.")
        thing = self.by_arn("web_acls", acl)
        if CLOCK.eventual and not CLOCK.passed(thing["_born"], UNAVAILABLE):
            raise Refusal("WAFUnavailableEntityException", "AWS WAF couldn’t retrieve the resource that you requested. Retry your request.")
        self.check_resource(arn)
        # It moves; what the resource had before is gone.
        self.associations()[arn] = acl

    def check_resource(self, arn):
        if arn.split(":")[3] != self.region:
            raise invalid("RESOURCE_ARN", arn, "The ARN isn't valid.")
        if ":elasticloadbalancing:" not in arn:
            return
        elb = sys.modules.get("moto.elbv2.models")
        backends = elb.elbv2_backends if elb else {}
        if self.account not in backends or arn not in backends[self.account][self.region].load_balancers:
            raise missing()

    def get_web_acl_for_resource(self, asked):
        acl = self.associations().get(asked["ResourceArn"])
        return {"WebACL": self.told(self.by_arn("web_acls", acl))} if acl else {}

    def disassociate_web_acl(self, asked):
        self.associations().pop(asked["ResourceArn"], None)

    def list_resources_for_web_acl(self, asked):
        kind = asked.get("ResourceType", "APPLICATION_LOAD_BALANCER")
        words = {"APPLICATION_LOAD_BALANCER": ":elasticloadbalancing:", "API_GATEWAY": ":apigateway:", "APPSYNC": ":appsync:"}
        fits = words.get(kind, kind)
        return {"ResourceArns": [arn for arn, acl in self.associations().items() if acl == asked["WebACLArn"] and fits in arn]}

    # Logging

    def put_logging_configuration(self, asked):
        wanted = asked["LoggingConfiguration"]
        self.by_arn("web_acls", wanted["ResourceArn"])
        self.check_destinations(wanted["LogDestinationConfigs"])
        for field in wanted.get("RedactedFields", []):
            if len(field) != 1 or not set(field) <= REDACTABLE:
                raise invalid("FIELD_TO_MATCH", ", ".join(field), "The field can't be redacted.")
        kept = {"LogScope": "CUSTOMER", "LogType": "WAF_LOGS", "ManagedByFirewallManager": False, **self.normal(wanted)}
        kept["RedactedFields"] = sorted(kept.get("RedactedFields", []), key=json.dumps)
        if not kept["RedactedFields"]:
            del kept["RedactedFields"]
        self.all("logging")[wanted["ResourceArn"]] = kept
        return {"LoggingConfiguration": kept}

    def check_destinations(self, arns):
        if len(arns) != 1:
            raise invalid("LOG_DESTINATION", arns, "Exactly one destination is required.")
        arn = arns[0]
        parts = arn.split(":", 5)
        service = parts[2]
        name = parts[5].removeprefix("deliverystream/").removeprefix("log-group:").split("/")[0] if service != "logs" else parts[5].removeprefix("log-group:")
        if service not in ("firehose", "s3", "logs") or not name.startswith("aws-waf-logs-") or arn.endswith(":*"):
            raise invalid("LOG_DESTINATION", arn, "The ARN isn't valid. A valid ARN begins with arn: and includes other information separated by colons or slashes.")
        if parts[3] not in ("", self.region):
            raise invalid("LOG_DESTINATION", arn, "The ARN isn't valid: it is in another region.")
        if not self.stands(service, name):
            raise Refusal("WAFLogDestinationPermissionIssueException", "The operation failed because you don't have the permissions that your logging configuration requires.")

    def stands(self, service, name):
        if service == "firehose":
            from .firehose import Service as Firehose

            return Firehose(self.account, self.region).stream(name, must=False) is not None
        module = sys.modules.get(f"moto.{service}.models")
        backends = getattr(module, f"{service}_backends", {}) if module else {}
        if service == "s3":
            return self.account in backends and name in backends[self.account]["aws"].buckets
        return self.account in backends and name in backends[self.account][self.region].groups

    def logged(self, arn):
        if arn not in self.all("logging"):
            raise missing()
        return self.all("logging")[arn]

    def get_logging_configuration(self, asked):
        return {"LoggingConfiguration": self.logged(asked["ResourceArn"])}

    def delete_logging_configuration(self, asked):
        self.logged(asked["ResourceArn"])
        del self.all("logging")[asked["ResourceArn"]]

    def list_logging_configurations(self, asked):
        return {"LoggingConfigurations": list(self.all("logging").values())}
