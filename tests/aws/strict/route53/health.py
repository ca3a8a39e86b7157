"""Health checks: made once by reference, changed by version, reset where they are told to; moto forgets what is left out."""

import copy
import uuid

from moto.core.responses import ActionResult, EmptyResult

from ..response import Refusal

ASKING = ("HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP")
# What each kind begins with where nothing is said.
ASKED = {"RequestInterval": 30, "FailureThreshold": 3, "MeasureLatency": False}
FIXED = ("Type", "RequestInterval", "MeasureLatency", "RoutingControlArn")
RESETS = ("FullyQualifiedDomainName", "Regions", "ResourcePath", "ChildHealthChecks")


def checked(config):
    kind = config["Type"]
    wrong = lambda words: Refusal("InvalidInput", words)
    if kind in ASKING:
        if not config.get("IPAddress") and not config.get("FullyQualifiedDomainName"):
            raise wrong("Basic health checks must specify an IP address or a fully qualified domain name.")
        if kind == "TCP" and not config.get("Port"):
            raise wrong("TCP health checks must specify a port.")
        if config.get("Regions") is not None and len(config["Regions"]) < 3:
            raise wrong("At least 3 regions must be specified.")
        if config.get("RequestInterval") not in (None, 10, 30):
            raise wrong("The request interval must be 10 or 30.")
    else:
        for name in ("IPAddress", "Port", "FullyQualifiedDomainName", "RequestInterval", "FailureThreshold", "MeasureLatency", "Regions", "ResourcePath"):
            if config.get(name):
                raise wrong(f"{kind} health checks cannot specify {name}.")
    if kind.endswith("STR_MATCH") != bool(config.get("SearchString")):
        raise wrong("Only string matching health checks can, and must, specify a search string.")
    if kind == "CALCULATED" and config.get("HealthThreshold") is None:
        raise wrong("Calculated health checks must specify a health threshold.")
    if kind == "CLOUDWATCH_METRIC" and not config.get("AlarmIdentifier"):
        raise wrong("CloudWatch metric health checks must specify an alarm.")
    return config


def filled(config):
    kind, made = config["Type"], {"Inverted": False, "Disabled": False, **config}
    if kind in ASKING:
        made = {**ASKED, **made}
    if kind.startswith("HTTP"):
        made.setdefault("Port", 443 if kind.startswith("HTTPS") else 80)
        made.setdefault("EnableSNI", kind.startswith("HTTPS"))
    if kind == "CLOUDWATCH_METRIC":
        made.setdefault("InsufficientDataHealthStatus", "LastKnownStatus")
    return made


class Health:
    @property
    def checks(self):
        """By id. Route 53 looks here for what records name; moto's own are never made."""
        return self.backend.health_checks

    def health_check(self):
        found = self.checks.get(self._get_param("HealthCheckId"))
        if not found:
            raise Refusal("NoSuchHealthCheck", f"The specified health check {self._get_param('HealthCheckId')} does not exist.")
        return found

    def create_health_check(self):
        reference, config = self._get_param("CallerReference"), copy.deepcopy(self._get_param("HealthCheckConfig"))
        if not 1 <= len(reference) <= 64:
            raise Refusal("InvalidInput", "The caller reference must have 1 to 64 characters.")
        references = self.backend.__dict__.setdefault("health_references", {})
        if reference in references:
            before = self.checks.get(references[reference][0])
            if before and references[reference][1] == config:
                return ActionResult({"HealthCheck": before, "Location": "x"})
            raise Refusal("HealthCheckAlreadyExists", "A health check with this caller reference has already been created.")
        self.check_children(config)
        made = {
            "Id": str(uuid.uuid4()),
            "CallerReference": reference,
            "HealthCheckConfig": filled(checked(copy.deepcopy(config))),
            "HealthCheckVersion": 1,
        }
        self.checks[made["Id"]] = made
        references[reference] = (made["Id"], config)
        return ActionResult({"HealthCheck": made, "Location": f"https://route53.amazonaws.com/2013-04-01/healthcheck/{made['Id']}"})

    def check_children(self, config):
        for child in config.get("ChildHealthChecks") or []:
            if child not in self.checks:
                raise Refusal("InvalidInput", f"The health check {child} does not exist.")

    def get_health_check(self):
        return ActionResult({"HealthCheck": self.health_check()})

    def list_health_checks(self):
        return ActionResult({"HealthChecks": list(self.checks.values()), "IsTruncated": False, "Marker": "", "MaxItems": "100"})

    def update_health_check(self):
        found = self.health_check()
        given = {key: value for key, value in self.params.items() if key in CHANGEABLE}
        version = self._get_param("HealthCheckVersion")
        if version is not None and int(version) != found["HealthCheckVersion"]:
            raise Refusal("HealthCheckVersionMismatch", "The health check version is not the current one.")
        config = copy.deepcopy(found["HealthCheckConfig"])
        if config["Type"] == "RECOVERY_CONTROL":
            raise Refusal("InvalidInput", "Update is not supported for this health check type.")
        if given.get("Regions") == [] or bool(given.get("IPAddress")) > bool(config.get("IPAddress")):
            raise Refusal("InvalidInput", "That cannot be changed.")
        self.check_children(given)
        config.update(copy.deepcopy(given))
        for element in self._get_param("ResetElements") or []:
            config.pop(element, None)
        found["HealthCheckConfig"] = filled(checked(config))
        found["HealthCheckVersion"] += 1
        return ActionResult({"HealthCheck": found})

    def delete_health_check(self):
        found = self.health_check()
        del self.checks[found["Id"]]
        self.backend.resource_tags.pop(found["Id"], None)
        return EmptyResult()


CHANGEABLE = (
    "IPAddress",
    "Port",
    "ResourcePath",
    "FullyQualifiedDomainName",
    "SearchString",
    "FailureThreshold",
    "Inverted",
    "Disabled",
    "HealthThreshold",
    "ChildHealthChecks",
    "EnableSNI",
    "Regions",
    "AlarmIdentifier",
    "InsufficientDataHealthStatus",
)
