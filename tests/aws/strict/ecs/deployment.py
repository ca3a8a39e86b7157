"""Deployments of services: what becomes of one is worked out of its age. Tasks of an image tagged `broken` never start."""

import uuid

from .. import loaded
from ..clock import CLOCK

# AWS's seconds until a deployment is through, until the circuit breaker trips, and until a deleted service's tasks are gone.
STEADY, BREAKING, DRAIN = 65.0, 40.0, 30.0
# What a deployment is made of: a change of any of these starts a new one.
PARTS = (
    "taskDefinition",
    "networkConfiguration",
    "platformVersion",
    "loadBalancers",
    "serviceRegistries",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)
SHOWN = (
    "taskDefinition",
    "networkConfiguration",
    "platformVersion",
    "launchType",
    "capacityProviderStrategy",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)
# Strategies that move traffic from one target group to another.
SHIFTING = ("BLUE_GREEN", "LINEAR", "CANARY")
TRIPPED = "Service deployment rolled back because the circuit breaker threshold was exceeded."


def number():
    return str(uuid.uuid4().int)[:19]


def begin(service, when, run=None, definition=None):
    """A new PRIMARY deployment: of the service as it is, or a rollback within the run of another one."""
    ident = number()
    parts = {name: service[name] for name in SHOWN if service.get(name)} | ({"taskDefinition": definition} if definition else {})
    if service.get("launchType"):
        parts["platformVersion"] = "1.4.0"
    for older in service["deployments"]:
        older["status"] = "ACTIVE"
    if not run:
        for other in service["runs"]:
            if other["status"] in ("PENDING", "IN_PROGRESS"):
                other |= {"status": "STOPPED", "statusReason": "Superseded by a newer service deployment.", "finishedAt": when}
        run = {
            "serviceDeploymentArn": service["arn"].replace(":service/", ":service-deployment/") + f"/{ident}",
            "serviceArn": service["arn"],
            "clusterArn": service["clusterArn"],
            "targetServiceRevisionArn": service["arn"].replace(":service/", ":service-revision/") + f"/{ident}",
            "createdAt": when,
            "startedAt": when,
            "status": "IN_PROGRESS",
        }
        service["runs"].insert(0, run)
    deployment = {
        "id": f"ecs-svc/{ident}",
        "status": "PRIMARY",
        "desiredCount": service["desiredCount"],
        "pendingCount": service["desiredCount"],
        "runningCount": 0,
        "failedTasks": 0,
        "createdAt": when,
        "updatedAt": when,
        "rolloutState": "IN_PROGRESS",
        "rolloutStateReason": f"ECS deployment ecs-svc/{ident} in progress.",
        **parts,
    }
    service["deployments"].insert(0, deployment)
    service["underway"] = (deployment, run, CLOCK.now())


def over(run, state, reason, when):
    run |= {"status": state, "finishedAt": when, **({"statusReason": reason} if reason else {})}


def swap(service, balancer):
    """Traffic has moved to the other target group, by the weights of the rules."""
    advanced = balancer.get("advancedConfiguration")
    if advanced:
        group, advanced = balancer["targetGroupArn"], dict(advanced)
        balancer["targetGroupArn"], advanced["alternateTargetGroupArn"] = advanced["alternateTargetGroupArn"], group
        balancer["advancedConfiguration"] = advanced
        for rule in (advanced.get("productionListenerRule"), advanced.get("testListenerRule")):
            reroute(service["arn"].split(":"), rule, {balancer["targetGroupArn"]: 100, group: 0})


def reroute(place, rule, weights):
    """Writes the weights of two groups into what a rule, or a Network Load Balancer's listener, forwards to."""
    elbv2 = loaded.models("elbv2")
    balancers = elbv2.elbv2_backends[place[4]][place[3]].load_balancers.values() if elbv2 else []
    listeners = [listener for balancer in balancers for listener in balancer.listeners.values()]
    owners = [(listener.arn, listener.default_actions) for listener in listeners]
    owners += [(each.arn, each.actions) for listener in listeners for each in listener.rules.values()]
    for arn, actions in owners:
        for action in actions:
            if arn == rule and action.type == "forward":
                action.data.pop("TargetGroupArn", None)
                action.__dict__.pop("TargetGroupArn", None)
                action.data["ForwardConfig"]["TargetGroups"] = [
                    {"TargetGroupArn": group, "Weight": weight} for group, weight in weights.items()
                ]


def settle(service, when):
    """The deployment under way is through."""
    deployment, run, _ = service["underway"]
    service["underway"] = None
    deployment |= {"rolloutState": "COMPLETED", "rolloutStateReason": f"ECS deployment {deployment['id']} completed."}
    service["deployments"] = [deployment]
    service["good"] = service["taskDefinition"] = deployment["taskDefinition"]
    rolled = run["status"] == "ROLLBACK_IN_PROGRESS"
    if service["deploymentConfiguration"]["strategy"] in SHIFTING and len(service["runs"]) > 1 and not rolled:
        for balancer in service["loadBalancers"]:
            swap(service, balancer)
    over(run, "ROLLBACK_SUCCESSFUL" if rolled else "SUCCESSFUL", TRIPPED if rolled else None, when)


def trip(service, when):
    """The circuit breaker gives the deployment up, and goes back to the last one that was through."""
    deployment, run, _ = service["underway"]
    service["underway"] = None
    deployment |= {
        "rolloutState": "FAILED",
        "rolloutStateReason": "ECS deployment circuit breaker: tasks failed to start.",
        "failedTasks": 3,
    }
    if service["deploymentConfiguration"]["deploymentCircuitBreaker"]["rollback"] and service.get("good"):
        run |= {"status": "ROLLBACK_IN_PROGRESS", "statusReason": TRIPPED}
        service["deployments"] = [each for each in service["deployments"] if each is not deployment]
        begin(service, when, run, service["good"])
    else:
        over(run, "STOPPED", "Service deployment stopped because the circuit breaker threshold was exceeded.", when)


def go_on(service, when, is_broken):
    """Lets time pass over one service."""
    if service["status"] == "DRAINING" and CLOCK.passed(service["drains"], DRAIN):
        service |= {"status": "INACTIVE", "deployments": [], "runningCount": 0, "pendingCount": 0}
    if service["status"] != "ACTIVE":
        return
    while service.get("underway"):
        deployment, _, since = service["underway"]
        if is_broken(deployment["taskDefinition"]):
            breaker = service["deploymentConfiguration"]["deploymentCircuitBreaker"]
            if not breaker["enable"] or not CLOCK.passed(since, BREAKING):
                break
            trip(service, when)
        elif CLOCK.passed(since, STEADY):
            settle(service, when)
        else:
            break
    primary = service["deployments"][0]
    primary["desiredCount"] = service["desiredCount"]
    through = primary["rolloutState"] == "COMPLETED"
    primary["runningCount"], primary["pendingCount"] = (service["desiredCount"], 0) if through else (0, service["desiredCount"])
    service["runningCount"], service["pendingCount"] = primary["runningCount"], primary["pendingCount"]
