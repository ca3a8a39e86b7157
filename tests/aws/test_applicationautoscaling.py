"""The refusals of Application Auto Scaling, and what goes with what, against the running server."""

import pytest

from conftest import refused
from test_ecs import service

KEY = {"ServiceNamespace": "ecs", "ResourceId": "service/web/shop", "ScalableDimension": "ecs:service:DesiredCount"}
CPU = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}


def client(aws):
    return aws.client("application-autoscaling")


def register(aws, stands=True, **more):
    if stands and not aws.ecs.describe_clusters(clusters=["web"])["clusters"]:
        service(aws)
    return client(aws).register_scalable_target(**{**KEY, "MinCapacity": 2, "MaxCapacity": 4, **more})


def put(aws, name="cpu", metric=CPU, **more):
    config = {"TargetValue": 60, "PredefinedMetricSpecification": metric}
    return client(aws).put_scaling_policy(
        **KEY, PolicyName=name, PolicyType="TargetTrackingScaling", TargetTrackingScalingPolicyConfiguration=config, **more
    )


def schedule(aws, **more):
    return client(aws).put_scheduled_action(**KEY, ScheduledActionName="night", Schedule="cron(0 22 * * ? *)", **more)


def names(aws, call, what):
    return [each for each in getattr(client(aws), call)(ServiceNamespace="ecs")[what]]


INVALID, MISSING = "ValidationException", "ObjectNotFoundException"
REFUSALS = [
    ("a service that is not there", INVALID, lambda a: service(a) and register(a, ResourceId="service/web/none")),
    ("crossed bounds", INVALID, lambda a: register(a, MinCapacity=5)),
    ("tags of a target that stands", INVALID, lambda a: register(a) and register(a, Tags={"a": "b"})),
    ("a policy without a target", MISSING, lambda a: service(a) and put(a)),
    ("a second policy of a metric", INVALID, lambda a: register(a) and put(a) and put(a, "more")),
    (
        "a metric without its label",
        INVALID,
        lambda a: register(a) and put(a, metric={"PredefinedMetricType": "ALBRequestCountPerTarget"}),
    ),
    (
        "a label without its metric",
        INVALID,
        lambda a: register(a) and put(a, metric={**CPU, "ResourceLabel": "app/a/1/targetgroup/b/2"}),
    ),
    (
        "an action with a slash in its name",
        INVALID,
        lambda a: register(a) and client(a).put_scheduled_action(
            **KEY, ScheduledActionName="a/b", Schedule="rate(1 day)", ScalableTargetAction={"MinCapacity": 0}
        ),
    ),
    ("an action without bounds", INVALID, lambda a: register(a) and schedule(a)),
    ("an unknown target", MISSING, lambda a: service(a) and client(a).deregister_scalable_target(**KEY)),
    ("an unknown policy", MISSING, lambda a: register(a) and client(a).delete_scaling_policy(**KEY, PolicyName="none")),
    (
        "an unknown action",
        MISSING,
        lambda a: register(a) and client(a).delete_scheduled_action(**KEY, ScheduledActionName="none"),
    ),
    (
        "the tags of nothing",
        "ResourceNotFoundException",
        lambda a: service(a) and client(a).list_tags_for_resource(ResourceARN="arn:x"),
    ),
]


@pytest.mark.parametrize(("code", "call"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refusals(aws, code, call):
    refused(lambda: call(aws), code)


def test_a_registration_pulls_the_count_and_keeps_what_it_leaves_out(aws):
    register(aws, SuspendedState={"ScheduledScalingSuspended": True}, Tags={"a": "b"})
    assert aws.ecs.describe_services(cluster="web", services=["shop"])["services"][0]["desiredCount"] == 2
    client(aws).register_scalable_target(**KEY, MaxCapacity=8)
    (target,) = names(aws, "describe_scalable_targets", "ScalableTargets")
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 8)
    assert target["SuspendedState"]["ScheduledScalingSuspended"] is True
    assert "AWSServiceRoleForApplicationAutoScaling_ECSService" in target["RoleARN"]
    assert client(aws).list_tags_for_resource(ResourceARN=target["ScalableTargetARN"])["Tags"] == {"a": "b"}


def test_a_put_keeps_the_arn(aws):
    register(aws)
    assert put(aws)["PolicyARN"] == put(aws)["PolicyARN"]
    schedule(aws, ScalableTargetAction={"MinCapacity": 0, "MaxCapacity": 1})
    schedule(aws, ScalableTargetAction={"MinCapacity": 1})
    (action,) = names(aws, "describe_scheduled_actions", "ScheduledActions")
    assert action["ScalableTargetAction"] == {"MinCapacity": 1, "MaxCapacity": 1}


@pytest.mark.parametrize("end", ["deregister", "delete"])
def test_policies_go_with_their_target_and_targets_with_their_service(aws, end):
    register(aws)
    put(aws)
    schedule(aws, ScalableTargetAction={"MinCapacity": 0})
    if end == "deregister":
        client(aws).deregister_scalable_target(**KEY)
    else:
        aws.ecs.delete_service(cluster="web", service="shop", force=True)
    for call, what in [
        ("describe_scalable_targets", "ScalableTargets"),
        ("describe_scaling_policies", "ScalingPolicies"),
        ("describe_scheduled_actions", "ScheduledActions"),
    ]:
        assert names(aws, call, what) == []
