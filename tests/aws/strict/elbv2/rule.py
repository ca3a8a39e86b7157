"""Rules: actions read back in both spellings, values counted, priorities judged by the order that a call leads to."""

import copy

from moto.core.responses import ActionResult, EmptyResult
from moto.elbv2.models import FakeAction

from ..response import Refusal

LAST = ("forward", "redirect", "fixed-response")
FIRST = ("authenticate-cognito", "authenticate-oidc", "jwt-validation")
REDIRECT = {"Protocol": "#{protocol}", "Host": "#{host}", "Port": "#{port}", "Path": "/#{path}", "Query": "#{query}"}
LOGIN = {
    "SessionCookieName": "AWSELBAuthSessionCookie",
    "Scope": "openid",
    "SessionTimeout": 604800,
    "OnUnauthenticatedRequest": "authenticate",
}
SINGLE = ("host-header", "path-pattern", "http-request-method", "source-ip")


def kept(action):
    """An action as AWS keeps it: a group by itself and in a list, what was left out filled in, no secret."""
    action = copy.deepcopy(action)
    if action["Type"] == "forward":
        config = action.setdefault("ForwardConfig", {})
        if action.get("TargetGroupArn") and not config.get("TargetGroups"):
            config["TargetGroups"] = [{"TargetGroupArn": action["TargetGroupArn"]}]
        for group in config["TargetGroups"]:
            group.setdefault("Weight", 1)
        config.setdefault("TargetGroupStickinessConfig", {"Enabled": False})
        if len(config["TargetGroups"]) == 1:
            action["TargetGroupArn"] = config["TargetGroups"][0]["TargetGroupArn"]
    if action["Type"] == "redirect":
        action["RedirectConfig"] = {**REDIRECT, **action["RedirectConfig"]}
    if action["Type"] == "fixed-response":
        action["FixedResponseConfig"].setdefault("ContentType", "text/plain")
    for name in ("AuthenticateOidcConfig", "AuthenticateCognitoConfig"):
        if name in action:
            action[name] = {**LOGIN, **action[name]}
    return action


def shown(action):
    """An action as AWS tells it."""
    config = action.get("AuthenticateOidcConfig")
    if config:
        action["AuthenticateOidcConfig"] = {
            key: value for key, value in config.items() if key not in ("ClientSecret", "UseExistingClientSecret")
        }
    return action


def told(condition):
    """A condition as AWS tells it: the short form beside the long one."""
    condition = copy.deepcopy(condition)
    for name in ("HostHeaderConfig", "PathPatternConfig"):
        if (condition.get(name) or {}).get("Values"):
            condition["Values"] = condition[name]["Values"]
    return condition


def count(condition):
    configs = [value for value in condition.values() if isinstance(value, dict)]
    lists = [values for config in configs for key, values in config.items() if key in ("Values", "RegexValues")]
    return sum(len(values) for values in lists) or len(condition.get("Values") or [])


class Rules:
    def made(self, actions):
        return [FakeAction(shown(action)) for action in actions]

    def rule(self, arn=None):
        arn = arn or self.params.get("RuleArn")
        for balancer in self.elbv2_backend.load_balancers.values():
            for listener in balancer.listeners.values():
                for rule in listener.rules.values():
                    if rule.arn == arn:
                        return listener, rule
        raise Refusal("RuleNotFound", "One or more rules not found")

    def check_actions(self, actions, protocol):
        ordered = sorted(actions, key=lambda action: action.get("Order", 0))
        if [action["Type"] in LAST for action in ordered] != [False] * (len(ordered) - 1) + [True]:
            raise Refusal("InvalidLoadBalancerAction", "An action that ends is needed, once, and as the last one")
        for action in ordered:
            if action["Type"] not in LAST + FIRST:
                raise Refusal("InvalidLoadBalancerAction", f"The action type '{action['Type']}' is not valid")
            if action["Type"] in FIRST and protocol != "HTTPS":
                raise Refusal("InvalidLoadBalancerAction", f"Actions of type '{action['Type']}' are supported only on HTTPS listeners")
            oidc = action.get("AuthenticateOidcConfig")
            if oidc and not oidc.get("ClientSecret") and not oidc.get("UseExistingClientSecret"):
                raise Refusal("InvalidLoadBalancerAction", "A client secret must be specified")

    @staticmethod
    def check_conditions(conditions):
        if sum(count(condition) for condition in conditions) > 5:
            raise Refusal("ValidationError", "A rule can only have '5' condition values")
        fields = [condition["Field"] for condition in conditions]
        if any(fields.count(field) > 1 for field in SINGLE):
            raise Refusal("ValidationError", "A rule can only have one condition of a field")
        if any(not count(condition) for condition in conditions):
            raise Refusal("ValidationError", "A condition value must be specified")

    def create_rule(self):
        params, listener = self.params, self.listener()
        self.check_tags(params.get("Tags") or [])
        if any(str(rule.priority) == str(params["Priority"]) for rule in listener.rules.values()):
            raise Refusal("PriorityInUse", f"Priority '{params['Priority']}' is currently in use")
        self.check_conditions(params["Conditions"])
        actions = [kept(action) for action in params["Actions"]]
        self.check_actions(actions, listener.protocol)
        self.check_groups(self.balancer(listener.load_balancer_arn), actions)
        params["Actions"], params["Conditions"] = actions, [told(condition) for condition in params["Conditions"]]
        rule = super().create_rule().result["Rules"][0]
        rule.actions, rule.transforms = self.made(actions), params.get("Transforms") or []
        return ActionResult({"Rules": [rule]})

    def describe_rules(self):
        for arn in self.params.get("RuleArns") or []:
            self.rule(arn)
        if self.params.get("ListenerArn"):
            self.listener()
        return super().describe_rules()

    def modify_rule(self):
        params, (listener, rule) = self.params, self.rule()
        if rule.is_default:
            raise Refusal("OperationNotPermitted", f"Default rule '{rule.arn}' cannot be modified")
        if params.get("Conditions"):
            self.check_conditions(params["Conditions"])
        if params.get("Actions"):
            actions = [kept(action) for action in params["Actions"]]
            self.check_actions(actions, listener.protocol)
            self.check_groups(self.balancer(listener.load_balancer_arn), actions)
            rule.actions = self.made(actions)
        if params.get("Conditions"):
            rule.conditions = [told(condition) for condition in params["Conditions"]]
        if params.get("ResetTransforms"):
            rule.transforms = []
        elif params.get("Transforms"):
            rule.transforms = params["Transforms"]
        return ActionResult({"Rules": [rule]})

    def set_rule_priorities(self):
        wanted = {pair["RuleArn"]: pair["Priority"] for pair in self.params.get("RulePriorities") or []}
        found = [self.rule(arn) for arn in wanted]
        if any(rule.is_default for _, rule in found):
            raise Refusal("OperationNotPermitted", "The priority of a default rule cannot be set")
        for listener, _ in found:
            after = [str(wanted.get(rule.arn, rule.priority)) for rule in listener.rules.values()]
            taken = next((priority for priority in after if after.count(priority) > 1), None)
            if taken:
                raise Refusal("PriorityInUse", f"Priority '{taken}' is currently in use")
        for _, rule in found:
            rule.priority = wanted[rule.arn]
        return ActionResult({"Rules": [rule for _, rule in found]})

    def delete_rule(self):
        listener, rule = self.rule()
        if rule.is_default:
            raise Refusal("OperationNotPermitted", f"Default rule '{rule.arn}' cannot be deleted")
        listener.remove_rule(rule.arn)
        return EmptyResult()
