"""Target groups: made once by name and settings, attributes of their kind, held by listeners and rules."""

import re

from moto.core.responses import ActionResult, EmptyResult
from moto.elbv2.models import elbv2_backends

from ..response import Refusal

HEALTH = {
    "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
    "target_group_health.dns_failover.minimum_healthy_targets.count": "1",
    "target_group_health.dns_failover.minimum_healthy_targets.percentage": "off",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": "1",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
}
COOKIES = {
    "slow_start.duration_seconds": "0",
    "stickiness.type": "lb_cookie",
    "stickiness.lb_cookie.duration_seconds": "86400",
    "stickiness.app_cookie.duration_seconds": "86400",
    "stickiness.app_cookie.cookie_name": "",
    "load_balancing.algorithm.type": "round_robin",
    "load_balancing.algorithm.anomaly_mitigation": "off",
}
DELAY = {"deregistration_delay.timeout_seconds": "300"}
STICKY = {"lb_cookie": "HTTP", "app_cookie": "HTTP", "source_ip": "TCP"}


def attributes(kind, protocol):
    """What a group of a kind has, and how it begins."""
    own = {"stickiness.enabled": "false", **HEALTH}
    if kind == "lambda":
        rest = {key: value for key, value in COOKIES.items() if key != "slow_start.duration_seconds"}
        return {**own, **rest, "lambda.multi_value_headers.enabled": "false"}
    if protocol in ("HTTP", "HTTPS"):
        return {**own, **DELAY, **COOKIES}
    more = {
        "deregistration_delay.connection_termination.enabled": "false",
        "stickiness.type": "source_ip",
        "preserve_client_ip.enabled": "false" if kind == "ip" and protocol in ("TCP", "TLS") else "true",
        "proxy_protocol_v2.enabled": "false",
        "target_health_state.unhealthy.draining_interval_seconds": "0",
    }
    if protocol in ("TCP", "TLS"):
        more["target_health_state.unhealthy.connection_termination.enabled"] = "true"
    return {**own, **DELAY, **more}


def arns_of(self):
    """The load balancers whose listeners and rules send requests to a group; moto never forgets one."""
    backend = elbv2_backends[self.account_id][self.region_name]
    return [arn for arn, balancer in backend.load_balancers.items() if self.arn in groups_of(balancer)]


def groups_of(balancer):
    """The groups that a load balancer sends requests to."""
    return {
        arn
        for listener in balancer.listeners.values()
        for rule in listener.rules.values()
        for action in rule.actions
        for arn in arns_in(action.data)
    }


def arns_in(action):
    groups = (action.get("ForwardConfig") or {}).get("TargetGroups") or []
    return {each["TargetGroupArn"] for each in groups} | ({action["TargetGroupArn"]} if action.get("TargetGroupArn") else set())


class Groups:
    def group(self, arn=None):
        found = self.elbv2_backend.target_groups.get(arn or self.params.get("TargetGroupArn"))
        if not found:
            raise Refusal("TargetGroupNotFound", "One or more target groups not found")
        return found

    def create_target_group(self):
        params, backend = self.params, self.elbv2_backend
        name = params["Name"]
        if not re.match(r"^(?!-)[A-Za-z0-9-]{1,32}(?<!-)$", name):
            raise Refusal("ValidationError", f"Target group name '{name}' is not valid")
        self.check_tags(params.get("Tags") or [])
        settings = {key: value for key, value in params.items() if key != "Tags"}
        twin = next((each for each in backend.target_groups.values() if each.name == name), None)
        if twin and twin.settings == settings:
            return ActionResult({"TargetGroups": [twin]})
        if twin:
            raise Refusal("DuplicateTargetGroupName", f"A target group with the same name '{name}' exists, but with different settings")
        self.check_health(params, params.get("Protocol"), params.get("HealthCheckIntervalSeconds"), params.get("HealthCheckTimeoutSeconds"))
        made = super().create_target_group().result["TargetGroups"][0]
        made.settings = settings
        made.attributes = attributes(made.target_type, made.protocol)
        made.health_check_enabled = params.get("HealthCheckEnabled", made.target_type != "lambda")
        made.target_control_port = params.get("TargetControlPort")
        made.unhealthy_threshold_count = params.get("UnhealthyThresholdCount", 2)
        if made.target_type == "lambda":
            made.health_check_timeout_seconds = params.get("HealthCheckTimeoutSeconds", 30)
            made.health_check_interval_seconds = params.get("HealthCheckIntervalSeconds", 35)
        if params.get("ProtocolVersion") == "GRPC":
            made.matcher = params.get("Matcher") or {"GrpcCode": "12"}
            made.health_check_path = params.get("HealthCheckPath", "/AWS.ALB/healthcheck")
        if made.health_check_protocol == "TCP":
            made.health_check_path = made.matcher = None
        elif made.protocol not in ("HTTP", "HTTPS", None):
            made.health_check_path = params.get("HealthCheckPath", "/")
            made.matcher = params.get("Matcher") or {"HttpCode": "200-399"}
            made.health_check_timeout_seconds = params.get("HealthCheckTimeoutSeconds", 6 if made.health_check_protocol == "HTTP" else 10)
        return ActionResult({"TargetGroups": [made]})

    @staticmethod
    def check_health(params, protocol, interval, timeout):
        http = protocol in ("HTTP", "HTTPS")
        checked = params.get("HealthCheckProtocol")
        if http and checked == "TCP":
            raise Refusal("ValidationError", "Health check protocol 'TCP' is not supported for target groups with the HTTP protocol")
        if not http and protocol and checked in (None, "TCP") and (params.get("Matcher") or params.get("HealthCheckPath")):
            raise Refusal("ValidationError", "Health check matcher and path are not supported for health checks with protocol 'TCP'")
        if interval and timeout and (int(interval) < int(timeout) or (http and int(interval) == int(timeout))):
            raise Refusal("ValidationError", f"Health check timeout '{timeout}' must be smaller than the interval '{interval}'")

    def modify_target_group(self):
        found, params = self.group(), self.params
        if params.get("HealthCheckEnabled") is False and found.target_type != "lambda":
            raise Refusal("ValidationError", "Health check enabled must be true for target groups with this target type")
        interval = params.get("HealthCheckIntervalSeconds", found.health_check_interval_seconds)
        timeout = params.get("HealthCheckTimeoutSeconds", found.health_check_timeout_seconds)
        checked = {"HealthCheckProtocol": found.health_check_protocol, **params}
        self.check_health(checked, found.protocol, interval, timeout)
        for name, attribute in (
            ("HealthCheckEnabled", "health_check_enabled"),
            ("HealthCheckProtocol", "health_check_protocol"),
            ("HealthCheckPort", "health_check_port"),
            ("HealthCheckPath", "health_check_path"),
            ("HealthCheckIntervalSeconds", "health_check_interval_seconds"),
            ("HealthCheckTimeoutSeconds", "health_check_timeout_seconds"),
            ("HealthyThresholdCount", "healthy_threshold_count"),
            ("UnhealthyThresholdCount", "unhealthy_threshold_count"),
            ("Matcher", "matcher"),
        ):
            if params.get(name) is not None:
                setattr(found, attribute, params[name])
        if found.health_check_protocol == "TCP":
            found.health_check_path = found.matcher = None
        return ActionResult({"TargetGroups": [found]})

    def modify_target_group_attributes(self):
        found, wanted = self.group(), {pair["Key"]: pair.get("Value", "") for pair in self.params.get("Attributes") or []}
        for key, value in wanted.items():
            if key not in found.attributes:
                raise Refusal("InvalidConfigurationRequest", f"The attribute '{key}' is not supported by the target group")
            if key == "deregistration_delay.timeout_seconds" and not 0 <= int(value) <= 3600:
                raise Refusal("ValidationError", f"'{key}' value '{value}' must be between '0-3600' inclusive")
            if key == "slow_start.duration_seconds" and value != "0" and not 30 <= int(value) <= 900:
                raise Refusal("ValidationError", f"'{key}' value '{value}' must be 0 or between '30-900' inclusive")
        after = {**found.attributes, **wanted}
        family = "HTTP" if found.protocol in ("HTTP", "HTTPS", None) else "TCP"
        if STICKY.get(after["stickiness.type"]) != family:
            raise Refusal(
                "InvalidConfigurationRequest",
                f"Stickiness type '{after['stickiness.type']}' is not supported for target groups with the {found.protocol} protocol",
            )
        if after["stickiness.type"] == "app_cookie" and not after["stickiness.app_cookie.cookie_name"]:
            raise Refusal("InvalidConfigurationRequest", "You must set an application cookie name to enable stickiness of type 'app_cookie'")
        if after.get("slow_start.duration_seconds", "0") != "0" and after["load_balancing.algorithm.type"] != "round_robin":
            raise Refusal("InvalidConfigurationRequest", "Slow start is only supported with the round robin algorithm")
        if after.get("load_balancing.algorithm.anomaly_mitigation") == "on" and after["load_balancing.algorithm.type"] != "weighted_random":
            raise Refusal("InvalidConfigurationRequest", "Anomaly mitigation is only supported with the weighted random algorithm")
        found.attributes = after
        return ActionResult({"Attributes": after})

    def delete_target_group(self):
        found = self.elbv2_backend.target_groups.get(self.params["TargetGroupArn"])
        if not found:
            return EmptyResult()
        if arns_of(found):
            raise Refusal("ResourceInUse", f"Target group '{found.arn}' is currently in use by a listener or a rule")
        del self.elbv2_backend.target_groups[found.arn]
        return EmptyResult()
