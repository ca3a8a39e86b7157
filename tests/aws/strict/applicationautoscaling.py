"""Application Auto Scaling as strict as AWS, kept whole: targets of ECS services that stand, policies of targets that stand, one policy of target
tracking for each metric. moto adopts what exists, forgets half of it, and answers other codes for what is not there."""

import datetime
import uuid

from moto.applicationautoscaling import urls
from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.core.responses import ActionResult, EmptyResult

from .clock import CLOCK
from .response import Refusal, Strict, serve

ROLE = "arn:aws:iam::{}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService"
CONFIGS = {
    "TargetTrackingScaling": "TargetTrackingScalingPolicyConfiguration",
    "StepScaling": "StepScalingPolicyConfiguration",
    "PredictiveScaling": "PredictiveScalingPolicyConfiguration",
}


class Store:
    """What stands in an account's region. It belongs to moto's backend, so that a reset drops it."""

    def __init__(self):
        self.targets, self.policies, self.actions, self.tags = {}, {}, {}, {}

    @staticmethod
    def of(account, region):
        return applicationautoscaling_backends[account][region].__dict__.setdefault("strict", Store())


def forget(account, region, resource):
    """Drops what belongs to a resource that is gone."""
    store = Store.of(account, region)
    for things in (store.targets, store.policies, store.actions):
        for key in [key for key in things if key[1] == resource]:
            del things[key]


def invalid(words):
    return Refusal("ValidationException", words)


def now():
    return datetime.datetime.fromtimestamp(CLOCK.now(), tz=datetime.timezone.utc)


class AutoScaling(Strict, ApplicationAutoScalingResponse):
    def __init__(self):
        super().__init__()
        # moto parses this service's requests by hand.
        self.automated_parameter_parsing = True

    @property
    def store(self):
        return Store.of(self.current_account, self.region)

    def key(self):
        return tuple(self._get_param(name) for name in ("ServiceNamespace", "ResourceId", "ScalableDimension"))

    def arn(self, kind):
        return f"arn:aws:application-autoscaling:{self.region}:{self.current_account}:{kind}/{uuid.uuid4().hex}"

    def service(self):
        """The ECS service that the call's resource names; None for what is not ECS's."""
        from .ecs import Store as Ecs

        namespace, resource, _ = self.key()
        if namespace != "ecs":
            return None
        parts = resource.split("/")
        found = Ecs.of(self.current_account, self.region).services.get(tuple(parts[1:])) if len(parts) == 3 else None
        if not found or found["status"] != "ACTIVE":
            raise invalid(f"ECS service doesn't exist: {resource}")
        return found

    def target(self):
        found = self.store.targets.get(self.key())
        if not found:
            namespace, resource, dimension = self.key()
            raise Refusal(
                "ObjectNotFoundException",
                f"No scalable target registered for service namespace: {namespace}, resource ID: {resource}, scalable dimension: {dimension}",
            )
        return found

    def register_scalable_target(self):
        key, store, service = self.key(), self.store, self.service()
        standing, tags = store.targets.get(key), self._get_param("Tags")
        if standing and tags:
            raise invalid(
                "The scalable target that you tried to tag already exists. To update tags on an existing scalable target, use TagResource."
            )
        low, high = self._get_param("MinCapacity"), self._get_param("MaxCapacity")
        if not standing and (low is None or high is None):
            raise invalid("Both MinCapacity and MaxCapacity are required to register a scalable target.")
        target = dict(standing or {"CreationTime": now(), "ScalableTargetARN": self.arn("scalable-target")})
        target |= dict(zip(("ServiceNamespace", "ResourceId", "ScalableDimension"), key, strict=True))
        target |= {name: value for name, value in (("MinCapacity", low), ("MaxCapacity", high)) if value is not None}
        if target["MinCapacity"] > target["MaxCapacity"]:
            raise invalid("Maximum capacity cannot be less than minimum capacity")
        suspended = {f"{kind}Suspended": False for kind in ("DynamicScalingIn", "DynamicScalingOut", "ScheduledScaling")}
        target["SuspendedState"] = {**suspended, **target.get("SuspendedState", {}), **(self._get_param("SuspendedState") or {})}
        target["RoleARN"] = ROLE.format(self.current_account) if service else self._get_param("RoleARN") or target.get("RoleARN")
        store.targets[key] = target
        store.tags.setdefault(target["ScalableTargetARN"], {}).update(tags or {})
        if service:
            service["desiredCount"] = min(max(service["desiredCount"], target["MinCapacity"]), target["MaxCapacity"])
        return ActionResult({"ScalableTargetARN": target["ScalableTargetARN"]})

    def matching(self, things):
        """Those of the namespace, and of the resource and the dimension where they are given."""
        wanted, resources = self.key(), self._get_param("ResourceIds")
        return {
            key: thing
            for key, thing in things.items()
            if key[0] == wanted[0]
            and wanted[1] in (None, key[1])
            and wanted[2] in (None, key[2])
            and (not resources or key[1] in resources)
        }

    def describe_scalable_targets(self):
        return ActionResult({"ScalableTargets": list(self.matching(self.store.targets).values())})

    def deregister_scalable_target(self):
        self.target()
        key, store = self.key(), self.store
        del store.targets[key]
        for things in (store.policies, store.actions):
            for each in [each for each in things if each[:3] == key]:
                del things[each]
        return EmptyResult()

    def check_metric(self, name, config):
        metric = {part: config.get(part) for part in ("PredefinedMetricSpecification", "CustomizedMetricSpecification")}
        if len([part for part in metric.values() if part]) != 1:
            raise invalid("You must specify exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification.")
        predefined = metric["PredefinedMetricSpecification"] or {}
        labelled = predefined.get("PredefinedMetricType") == "ALBRequestCountPerTarget"
        if labelled != bool(predefined.get("ResourceLabel")):
            raise invalid("ResourceLabel is required for, and only for, the metric ALBRequestCountPerTarget.")
        for key, policy in self.matching(self.store.policies).items():
            other = policy.get("TargetTrackingScalingPolicyConfiguration")
            if key[3] != name and other and {part: other.get(part) for part in metric} == metric:
                raise invalid("Only one TargetTracking policy for a given metric specification is allowed.")

    def put_scaling_policy(self):
        self.target()
        name, kind = self._get_param("PolicyName"), self._get_param("PolicyType") or "StepScaling"
        config = self._get_param(CONFIGS[kind])
        if not config:
            raise invalid(f"{CONFIGS[kind]} is required for policy type {kind}.")
        if kind == "TargetTrackingScaling":
            self.check_metric(name, config)
        key = (*self.key(), name)
        standing = self.store.policies.get(key)
        alarms = [
            {
                "AlarmName": f"{name}-{end}",
                "AlarmARN": f"arn:aws:cloudwatch:{self.region}:{self.current_account}:alarm:{name}-{end}",
            }
            for end in ("high", "low")
        ]
        self.store.policies[key] = {
            **dict(zip(("ServiceNamespace", "ResourceId", "ScalableDimension", "PolicyName"), key, strict=True)),
            "PolicyARN": standing["PolicyARN"] if standing else self.arn("scalingPolicy"),
            "PolicyType": kind,
            CONFIGS[kind]: config,
            "Alarms": alarms if kind == "TargetTrackingScaling" else [],
            "CreationTime": now(),
        }
        return ActionResult({"PolicyARN": self.store.policies[key]["PolicyARN"], "Alarms": self.store.policies[key]["Alarms"]})

    def describe_scaling_policies(self):
        names = self._get_param("PolicyNames")
        found = [policy for policy in self.matching(self.store.policies).values() if not names or policy["PolicyName"] in names]
        return ActionResult({"ScalingPolicies": found})

    def dropped(self, things, name, what):
        key = (*self.key(), name)
        if key not in things:
            raise Refusal("ObjectNotFoundException", f"No {what} found for the name {name}.")
        del things[key]
        return EmptyResult()

    def delete_scaling_policy(self):
        return self.dropped(self.store.policies, self._get_param("PolicyName"), "scaling policy")

    def put_scheduled_action(self):
        self.target()
        name, bounds = self._get_param("ScheduledActionName"), self._get_param("ScalableTargetAction") or {}
        if not 1 <= len(name) <= 256 or name != name.strip(" ") or any(sign in name for sign in ":/|"):
            raise invalid(f"Value '{name}' at 'scheduledActionName' failed to satisfy constraint")
        key = (*self.key(), name)
        standing = self.store.actions.get(key)
        action = {name: value for name, value in (standing or {}).items() if name not in ("StartTime", "EndTime")}
        if not standing and not bounds:
            raise invalid("ScalableTargetAction is required.")
        if not standing and not self._get_param("Schedule"):
            raise invalid("Schedule is required.")
        action |= dict(zip(("ServiceNamespace", "ResourceId", "ScalableDimension", "ScheduledActionName"), key, strict=True))
        for part in ("Schedule", "Timezone", "StartTime", "EndTime"):
            if self._get_param(part) is not None:
                action[part] = self._get_param(part)
        action["ScalableTargetAction"] = {**action.get("ScalableTargetAction", {}), **bounds}
        action |= {"CreationTime": now(), "ScheduledActionARN": self.arn("scheduledAction")}
        self.store.actions[key] = action
        return EmptyResult()

    def describe_scheduled_actions(self):
        return ActionResult({"ScheduledActions": list(self.matching(self.store.actions).values())})

    def delete_scheduled_action(self):
        return self.dropped(self.store.actions, self._get_param("ScheduledActionName"), "scheduled action")

    def tagged(self):
        arn = self._get_param("ResourceARN")
        if arn not in [target["ScalableTargetARN"] for target in self.store.targets.values()]:
            raise Refusal("ResourceNotFoundException", f"The scalable target with ARN {arn} was not found.")
        return self.store.tags.setdefault(arn, {})

    def tag_resource(self):
        self.tagged().update(self._get_param("Tags") or {})
        return EmptyResult()

    def untag_resource(self):
        tags = self.tagged()
        for key in self._get_param("TagKeys") or []:
            tags.pop(key, None)
        return EmptyResult()

    def list_tags_for_resource(self):
        return ActionResult({"Tags": self.tagged()})


def install():
    serve(urls, AutoScaling)
