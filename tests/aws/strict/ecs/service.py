"""Services: refused where AWS refuses, merged as AWS merges, drained before they are gone. moto overwrites a service of the same name."""

import copy

from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends

from .. import loaded
from ..clock import CLOCK
from ..response import Refusal
from . import deployment
from .task_definition import client, now

# The steps of the strategies that have some, with AWS's defaults.
STEPS = {
    "LINEAR": ("linearConfiguration", {"stepPercent": 10.0, "stepBakeTimeInMinutes": 6}),
    "CANARY": ("canaryConfiguration", {"canaryPercent": 5.0, "canaryBakeTimeInMinutes": 10}),
}
ZONE = "attribute:ecs.availability-zone"
BREAKER = {
    "enable": False,
    "rollback": False,
    "resetOnHealthyTask": True,
    "thresholdConfiguration": {"type": "BOUNDED_PERCENT", "value": 50},
}
NO_ALARMS = {"alarmNames": [], "enable": False, "rollback": False}
# What the answer to a look does not hold, or holds elsewhere.
INTERNAL = (
    "arn",
    "runs",
    "underway",
    "good",
    "drains",
    "token",
    "given",
    "cluster",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)
PLAIN = (
    "desiredCount",
    "healthCheckGracePeriodSeconds",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "propagateTags",
    "availabilityZoneRebalancing",
    "placementConstraints",
    "placementStrategy",
    *deployment.PARTS,
)


def parameter(words):
    return Refusal("InvalidParameterException", words)


def is_fixed(service):
    """Whether its tasks can't be moved from zone to zone."""
    first = (service["placementStrategy"] or [{"type": "spread", "field": ZONE}])[0]
    return (
        service["schedulingStrategy"] == "DAEMON"
        or service["deploymentConfiguration"]["maximumPercent"] <= 100
        or service.get("launchType") == "EXTERNAL"
        or any(balancer.get("loadBalancerName") for balancer in service["loadBalancers"])
        or any(ZONE in constraint.get("expression", "") for constraint in service["placementConstraints"])
        or (first["type"], first.get("field")) != ("spread", ZONE)
    )


class Services:
    def pass_time(self):
        for service in self.store.services.values():
            deployment.go_on(service, now(), self.is_broken)

    def is_broken(self, arn):
        containers = self.store.definitions[arn]["containerDefinitions"]
        return any(container["image"].endswith(":broken") for container in containers)

    def living_services(self, cluster):
        return [
            each for each in self.store.services.values() if each["clusterArn"] == cluster["arn"] and each["status"] != "INACTIVE"
        ]

    def service(self):
        cluster = (self._get_param("cluster") or "default").split("/")[-1]
        if cluster not in self.store.clusters:
            raise Refusal("ClusterNotFoundException", "Cluster not found.")
        found = self.store.services.get((cluster, (self._get_param("service") or "").split("/")[-1]))
        if not found:
            raise Refusal("ServiceNotFoundException", "Service not found.")
        return found

    def active_definition(self, name):
        found = self.definition(name)
        if found["status"] != "ACTIVE":
            raise client("TaskDefinition is inactive")
        return found

    def check_network(self, definition, network):
        if definition.get("networkMode") != "awsvpc":
            if network:
                raise parameter("Network Configuration is not valid for the given networkMode of this task definition.")
            return
        given = (network or {}).get("awsvpcConfiguration")
        if not given or not given.get("subnets"):
            raise parameter("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
        ec2 = ec2_backends[self.current_account][self.region]
        subnets = {subnet.id for subnet in ec2.describe_subnets()}
        for subnet in given["subnets"]:
            if subnet not in subnets:
                raise parameter(
                    f"Error retrieving subnet information for [{subnet}]: The subnet ID '{subnet}' does not exist (ErrorCode: InvalidSubnetID.NotFound)"
                )
        groups = {group.id for group in ec2.describe_security_groups()}
        for group in given.get("securityGroups") or []:
            if group not in groups:
                raise parameter(f"Error retrieving security group information for [{group}]: (ErrorCode: InvalidGroup.NotFound)")

    def check_balancers(self, definition, balancers):
        elbv2 = loaded.models("elbv2")
        groups = elbv2.elbv2_backends[self.current_account][self.region].target_groups if elbv2 else {}
        names = [container["name"] for container in definition["containerDefinitions"]]
        for balancer in balancers:
            group = balancer.get("targetGroupArn")
            if not group or group not in groups:
                raise parameter(f"Unable to assume role and validate the specified targetGroupArn {group}: it does not exist.")
            if not groups[group].load_balancer_arns:
                raise parameter(f"The target group with targetGroupArn {group} does not have an associated load balancer.")
            if balancer.get("containerName") not in names:
                raise parameter(f"The container {balancer.get('containerName')} does not exist in the task definition.")

    def check_service(self, service):
        """What a service may be, whole."""
        definition = self.definition(service["taskDefinition"])
        if service.get("launchType") and service.get("capacityProviderStrategy"):
            raise parameter(
                "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again."
            )
        self.check_strategy(
            service.get("capacityProviderStrategy", []), self.store.clusters[service["cluster"]]["capacityProviders"]
        )
        self.check_network(definition, service.get("networkConfiguration"))
        self.check_balancers(definition, service["loadBalancers"])
        if service["enableExecuteCommand"] and not definition.get("taskRoleArn"):
            raise parameter(
                "The service couldn't be created because a valid taskRoleArn is not being used. Specify a valid task role in your task definition and try again."
            )
        if service["availabilityZoneRebalancing"] == "ENABLED":
            if is_fixed(service):
                raise parameter("Availability Zone rebalancing is not supported with this configuration.")
        config = service["deploymentConfiguration"]
        for strategy, (name, _) in STEPS.items():
            if config.get(name) and config["strategy"] != strategy:
                raise parameter(f"{name} is only supported with the {strategy} deployment strategy.")

    def merged(self, service, given):
        """Takes what a call gives and keeps what it leaves out; empty lists and objects clear."""
        for name in PLAIN:
            if given.get(name) is not None:
                service[name] = given[name]
        if "propagateTags" in given and given["propagateTags"] == "NONE":
            service.pop("propagateTags", None)
        if given.get("capacityProviderStrategy") is not None:
            items = [{"base": 0, "weight": 0, **item} for item in given["capacityProviderStrategy"]]
            service["capacityProviderStrategy"] = items
            service.pop("launchType", None)
            if not items:
                service.pop("capacityProviderStrategy")
                service["launchType"] = service["given"].get("launchType") or "EC2"
        if given.get("taskDefinition"):
            service["taskDefinition"] = self.active_definition(given["taskDefinition"])["taskDefinitionArn"]
        if (service.get("networkConfiguration") or {}).get("awsvpcConfiguration"):
            network = {
                "securityGroups": [],
                "assignPublicIp": "DISABLED",
                **service["networkConfiguration"]["awsvpcConfiguration"],
            }
            service["networkConfiguration"] = {"awsvpcConfiguration": network}
        wished = dict(given.get("deploymentConfiguration") or {})
        breaker = wished.pop("deploymentCircuitBreaker", None)
        config = {**service["deploymentConfiguration"], **wished}
        if breaker:
            kept = {name: config["deploymentCircuitBreaker"][name] for name in ("resetOnHealthyTask", "thresholdConfiguration")}
            config["deploymentCircuitBreaker"] = {**kept, "rollback": False, **breaker}
        # The steps of another strategy are dropped with it, those of its own filled in.
        for strategy, (name, usual) in STEPS.items():
            if config["strategy"] == strategy:
                config[name] = {**usual, **(config.get(name) or {})}
            elif name not in wished:
                config.pop(name, None)
        service["deploymentConfiguration"] = config

    def create_service(self):
        given = {key: value for key, value in self._get_params().items() if value is not None}
        token, tags = given.pop("clientToken", None), given.pop("tags", [])
        cluster, store = self.cluster(), self.store
        key = (cluster["clusterName"], given["serviceName"])
        standing = store.services.get(key)
        if standing and standing["status"] == "DRAINING":
            raise parameter("Unable to Start a service that is still Draining.")
        if standing and standing["status"] == "ACTIVE":
            if (token and standing["token"] == token) or standing["given"] == given:
                return ActionResult({"service": self.shown_service(standing)})
            raise parameter("Creation of service was not idempotent.")
        daemon = given.get("schedulingStrategy") == "DAEMON"
        if daemon == ("desiredCount" in given):
            raise parameter(
                "The daemon scheduling strategy does not support desired count."
                if daemon
                else "The desired count cannot be empty."
            )
        service = self.newborn(cluster, given, daemon) | {"given": copy.deepcopy(given)}
        self.merged(service, given)
        self.check_service(service)
        service["token"] = token
        deployment.begin(service, now())
        store.services[key] = service
        store.tags.pop(service["arn"], None)
        self.keep_tags(service["arn"], tags)
        self.pass_time()
        return ActionResult({"service": self.shown_service(service)})

    def newborn(self, cluster, given, daemon):
        arn = self.arn(f"service/{cluster['clusterName']}/{given['serviceName']}")
        default = cluster["defaultCapacityProviderStrategy"]
        chosen = "launchType" not in given and "capacityProviderStrategy" not in given
        service = {
            "arn": arn,
            "serviceArn": arn,
            "serviceName": given["serviceName"],
            "cluster": cluster["clusterName"],
            "clusterArn": cluster["arn"],
            "status": "ACTIVE",
            "schedulingStrategy": "DAEMON" if daemon else "REPLICA",
            "deploymentController": given.get("deploymentController") or {"type": "ECS"},
            "desiredCount": 0,
            "runningCount": 0,
            "pendingCount": 0,
            "loadBalancers": [],
            "serviceRegistries": [],
            "placementConstraints": [],
            "placementStrategy": [],
            "healthCheckGracePeriodSeconds": 0,
            "enableECSManagedTags": False,
            "enableExecuteCommand": False,
            "availabilityZoneRebalancing": "DISABLED" if daemon else "ENABLED",
            "deploymentConfiguration": {
                "maximumPercent": 100 if daemon else 200,
                "minimumHealthyPercent": 0 if daemon else 100,
                "strategy": "ROLLING",
                "bakeTimeInMinutes": 0,
                "deploymentCircuitBreaker": dict(BREAKER),
                "alarms": dict(NO_ALARMS),
            },
            "deployments": [],
            "runs": [],
            "events": [],
            "createdAt": now(),
            "createdBy": f"arn:aws:iam::{self.current_account}:root",
        }
        if given.get("launchType"):
            service["launchType"] = given["launchType"]
        elif chosen and default:
            service["capacityProviderStrategy"] = default
        elif chosen:
            service["launchType"] = "EC2"
        if "FARGATE" in self.definition(given["taskDefinition"]).get("requiresCompatibilities", []):
            service["platformVersion"] = "LATEST"
        return service

    def shown_service(self, service, tags=True):
        shown = {key: value for key, value in service.items() if key not in INTERNAL}
        return {**shown, "tags": self.tags_of(service["arn"])} if tags else shown

    def describe_services(self):
        cluster, names = (self._get_param("cluster") or "default").split("/")[-1], self._get_param("services") or []
        if cluster not in self.store.clusters:
            raise Refusal("ClusterNotFoundException", "Cluster not found.")
        keys = [(cluster, name.split("/")[-1]) for name in names]
        found = [
            self.shown_service(self.store.services[key], "TAGS" in (self._get_param("include") or []))
            for key in keys
            if key in self.store.services
        ]
        missing = [
            {"arn": self.arn("service/" + "/".join(key)), "reason": "MISSING"} for key in keys if key not in self.store.services
        ]
        return ActionResult({"services": found, "failures": missing})

    def list_services(self):
        cluster = self.cluster()
        return ActionResult(
            {"serviceArns": [each["arn"] for each in self.living_services(cluster) if each["status"] == "ACTIVE"]}
        )

    def list_tasks(self):
        return ActionResult({"taskArns": []})

    def update_service(self):
        given, service = self._get_params(), self.service()
        if service["status"] != "ACTIVE":
            raise Refusal("ServiceNotActiveException", "Service was not ACTIVE.")
        if service["schedulingStrategy"] == "DAEMON" and given.get("desiredCount") is not None:
            raise parameter("The daemon scheduling strategy does not support desired count.")
        wished = {key: copy.deepcopy(value) for key, value in service.items() if key not in ("deployments", "runs", "underway")}
        self.merged(wished, {key: value for key, value in given.items() if key not in ("cluster", "service")})
        self.check_service(wished)
        service.pop("launchType", None)
        service.pop("capacityProviderStrategy", None)
        service.pop("propagateTags", None)
        service.update(wished)
        if given.get("forceNewDeployment") or any(given.get(name) is not None for name in deployment.PARTS):
            deployment.begin(service, now())
        self.pass_time()
        return ActionResult({"service": self.shown_service(service)})

    def delete_service(self):
        service = self.service()
        if service["status"] != "ACTIVE":
            raise Refusal("ServiceNotActiveException", "Service was not ACTIVE.")
        if service["desiredCount"] and not self._get_param("force"):
            raise parameter("The service cannot be stopped while it is scaled above 0.")
        service |= {"status": "DRAINING", "drains": CLOCK.now(), "desiredCount": 0}
        self.forget_scaling(service)
        self.pass_time()
        return ActionResult({"service": self.shown_service(service)})

    def forget_scaling(self, service):
        """Application Auto Scaling drops what belongs to a service that is gone."""
        from .. import applicationautoscaling

        applicationautoscaling.forget(self.current_account, self.region, f"service/{service['cluster']}/{service['serviceName']}")

    def list_service_deployments(self):
        """In pages of two."""
        after = (self._get_param("createdAt") or {}).get("after")
        runs = [run for run in self.service()["runs"] if after is None or run["createdAt"].replace(tzinfo=None) >= after]
        since = int(self._get_param("nextToken") or 0)
        more = {"nextToken": str(since + 2)} if since + 2 < len(runs) else {}
        return ActionResult({"serviceDeployments": runs[since : since + 2], **more})

    def describe_service_deployments(self):
        wanted = self._get_param("serviceDeploymentArns") or []
        runs = [
            run for service in self.store.services.values() for run in service["runs"] if run["serviceDeploymentArn"] in wanted
        ]
        return ActionResult({"serviceDeployments": runs, "failures": []})
