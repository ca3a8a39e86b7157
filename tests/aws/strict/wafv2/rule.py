"""Rules of web ACLs and rule groups: what WAF refuses, how it tells them, and what they take of the capacity."""

import base64

from ..clock import CLOCK
from ..response import Refusal

# Groups that name the rules of others: never inside another statement, nor in a rule group.
GROUPS = ("ManagedRuleGroupStatement", "RuleGroupReferenceStatement")
# What a vendor's groups take of a web ACL's capacity.
MANAGED = {
    "AWSManagedRulesCommonRuleSet": 700,
    "AWSManagedRulesKnownBadInputsRuleSet": 200,
    "AWSManagedRulesSQLiRuleSet": 200,
    "AWSManagedRulesAmazonIpReputationList": 25,
    "AWSManagedRulesAnonymousIpList": 50,
    "AWSManagedRulesAdminProtectionRuleSet": 100,
    "AWSManagedRulesLinuxRuleSet": 200,
    "AWSManagedRulesUnixRuleSet": 100,
    "AWSManagedRulesWindowsRuleSet": 200,
    "AWSManagedRulesPHPRuleSet": 100,
    "AWSManagedRulesWordPressRuleSet": 100,
    "AWSManagedRulesBotControlRuleSet": 50,
    "AWSManagedRulesATPRuleSet": 50,
    "AWSManagedRulesACFPRuleSet": 50,
    "AWSManagedRulesAntiDDoSRuleSet": 50,
}
REFERENCES = {
    "IPSetReferenceStatement": "ip_sets",
    "RegexPatternSetReferenceStatement": "regex_pattern_sets",
    "RuleGroupReferenceStatement": "rule_groups",
}
# How long a new thing may be unknown to others, in AWS's seconds.
UNAVAILABLE = 30.0


def invalid(field, parameter, reason):
    refusal = Refusal("WAFInvalidParameterException", f"Error reason: {reason}, field: {field}, parameter: {parameter}")
    refusal.more = {"Field": field, "Parameter": str(parameter)[:200], "Reason": reason}
    return refusal


def missing():
    return Refusal("WAFNonexistentItemException", "AWS WAF couldn’t perform the operation because your resource doesn’t exist.")


def unavailable():
    return Refusal(
        "WAFUnavailableEntityException", "AWS WAF couldn’t retrieve the resource that you requested. Retry your request."
    )


class Rules:
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
        if kind == "ByteMatchStatement" and len(base64.b64decode(inner["SearchString"])) > 200:
            raise invalid("BYTE_MATCH_STATEMENT", "SearchString", "The search string is too long.")
        priorities = [each["Priority"] for each in inner.get("TextTransformations", [])]
        if len(set(priorities)) < len(priorities):
            raise invalid("TEXT_TRANSFORMATION", "Priority", "Duplicate priority")
        if kind == "RateBasedStatement":
            needs = {"FORWARDED_IP": "ForwardedIPConfig", "CUSTOM_KEYS": "CustomKeys", "CONSTANT": "ScopeDownStatement"}
            needed = needs.get(inner["AggregateKeyType"])
            if needed and not inner.get(needed):
                raise invalid("RATE_BASED_STATEMENT", needed, f"{inner['AggregateKeyType']} needs {needed}")
        if kind == "ManagedRuleGroupStatement" and inner["VendorName"] == "AWS" and inner["Name"] not in MANAGED:
            raise missing()
        if kind in REFERENCES:
            thing = self.known(REFERENCES[kind], inner["ARN"])
            if not CLOCK.passed(thing["_born"], UNAVAILABLE if CLOCK.eventual else 0):
                raise unavailable()

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
        costs = {
            "RegexMatchStatement": 3,
            "RegexPatternSetReferenceStatement": 25,
            "SqliMatchStatement": 20,
            "XssMatchStatement": 40,
            "ByteMatchStatement": 10 if "CONTAINS" in inner.get("PositionalConstraint", "") else 2,
        }
        changes = sum(10 for each in inner.get("TextTransformations", []) if each["Type"] != "NONE")
        return costs.get(kind, 1) + changes

    def within(self, rules, most, field):
        used = self.weight(rules)
        if used > most:
            raise invalid(field, used, "You exceeded the capacity limit for a rule group or web ACL.")
        return used

    def check_capacity(self, asked):
        return {"Capacity": self.weight(self.rules(asked, group=True))}
