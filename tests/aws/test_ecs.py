"""The refusals of ECS, and how its things come and go, against the running server."""

import datetime

import pytest

from conftest import refused
from test_elbv2 import Balanced

ROLE = "arn:aws:iam::111111111111:role/execution"
IMAGE = "111111111111.dkr.ecr.ap-northeast-1.amazonaws.com/app:1"


def cluster(aws, name="web", **more):
    return aws.ecs.create_cluster(clusterName=name, **more)["cluster"]


def container(**more):
    return {"name": "app", "image": "nginx", "memory": 128, **more}


def definition(aws, *containers, family="app", **more):
    return aws.ecs.register_task_definition(family=family, containerDefinitions=list(containers) or [container()], **more)[
        "taskDefinition"
    ]


def fargate(aws, *containers, cpu="256", memory="512", **more):
    asked = {"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": cpu, "memory": memory}
    return definition(aws, *(containers or [container(memory=None)]), **{**asked, **more})


def service(aws, image="nginx", name="shop", **more):
    if not aws.ecs.describe_clusters(clusters=["web"])["clusters"]:
        cluster(aws)
    arn = definition(aws, container(image=image))["taskDefinitionArn"]
    asked = {"cluster": "web", "serviceName": name, "taskDefinition": arn, "desiredCount": 1, "launchType": "EC2"}
    return aws.ecs.create_service(**{key: value for key, value in {**asked, **more}.items() if value is not None})["service"]


def update(aws, **more):
    return aws.ecs.update_service(cluster="web", service="shop", **more)["service"]


def look(aws):
    return aws.ecs.describe_services(cluster="web", services=["shop"])["services"][0]


SPOT = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
PROVIDERS = ["FARGATE_SPOT", "FARGATE"]
INVALID, CLIENT = "InvalidParameterException", "ClientException"
REFUSALS = [
    ("an odd cluster name", INVALID, lambda a: cluster(a, "a b")),
    ("an odd setting", INVALID, lambda a: cluster(a, settings=[{"name": "containerInsights", "value": "on"}])),
    (
        "logs that are not asked for",
        INVALID,
        lambda a: cluster(
            a, configuration={"executeCommandConfiguration": {"logging": "NONE", "logConfiguration": {"s3BucketName": "b"}}}
        ),
    ),
    ("a tag of AWS", INVALID, lambda a: cluster(a, tags=[{"key": "aws:x", "value": "1"}])),
    ("an unknown cluster", "ClusterNotFoundException", lambda a: a.ecs.update_cluster(cluster="none")),
    (
        "a cluster that is gone",
        "ClusterNotFoundException",
        lambda a: [cluster(a), *(a.ecs.delete_cluster(cluster="web") for _ in range(2))],
    ),
    (
        "an unknown provider",
        INVALID,
        lambda a: (
            cluster(a)
            and a.ecs.put_cluster_capacity_providers(cluster="web", capacityProviders=["x"], defaultCapacityProviderStrategy=[])
        ),
    ),
    (
        "a strategy without its provider",
        INVALID,
        lambda a: (
            cluster(a)
            and a.ecs.put_cluster_capacity_providers(
                cluster="web", capacityProviders=["FARGATE"], defaultCapacityProviderStrategy=SPOT
            )
        ),
    ),
    (
        "a cluster with a service",
        "ClusterContainsServicesException",
        lambda a: service(a) and a.ecs.delete_cluster(cluster="web"),
    ),
    ("no containers", CLIENT, lambda a: a.ecs.register_task_definition(family="x", containerDefinitions=[])),
    ("a role that is none", CLIENT, lambda a: definition(a, taskRoleArn="role")),
    ("a port in capitals", CLIENT, lambda a: definition(a, container(portMappings=[{"containerPort": 80, "name": "Web"}]))),
    ("a container of two words", CLIENT, lambda a: definition(a, container(name="a b"))),
    (
        "variables in a text file",
        CLIENT,
        lambda a: definition(a, container(environmentFiles=[{"type": "s3", "value": "arn:aws:s3:::config/web.txt"}])),
    ),
    ("Fargate without cpu", CLIENT, lambda a: fargate(a, cpu=None)),
    ("Fargate with an odd size", CLIENT, lambda a: fargate(a, memory="513")),
    ("Fargate without awsvpc", CLIENT, lambda a: fargate(a, networkMode="bridge")),
    ("Fargate with the host's processes", CLIENT, lambda a: fargate(a, pidMode="host")),
    ("Fargate with a folder of the host", CLIENT, lambda a: fargate(a, volumes=[{"name": "x", "host": {"sourcePath": "/srv"}}])),
    ("ECR without an execution role", CLIENT, lambda a: fargate(a, container(image=IMAGE, memory=None))),
    ("a container larger than its task", CLIENT, lambda a: fargate(a, container(memory=1024))),
    ("a secret twice", CLIENT, lambda a: definition(a, container(secrets=[{"name": "A", "valueFrom": "a"}] * 2))),
    (
        "a secret that is also plain",
        CLIENT,
        lambda a: definition(a, container(secrets=[{"name": "A", "valueFrom": "a"}], environment=[{"name": "A", "value": "1"}])),
    ),
    ("an unknown definition", CLIENT, lambda a: a.ecs.describe_task_definition(taskDefinition="none:1")),
    ("a service of another content", INVALID, lambda a: [service(a, desiredCount=n) for n in (1, 2)]),
    ("a service in no cluster", "ClusterNotFoundException", lambda a: service(a, cluster="none")),
    ("a service of no definition", CLIENT, lambda a: service(a, taskDefinition="none:1")),
    ("a service without a count", INVALID, lambda a: service(a, desiredCount=None)),
    ("a daemon with a count", INVALID, lambda a: service(a, schedulingStrategy="DAEMON")),
    ("two ways to launch", INVALID, lambda a: service(a, capacityProviderStrategy=SPOT)),
    ("a provider that the cluster lacks", INVALID, lambda a: service(a, launchType=None, capacityProviderStrategy=SPOT)),
    ("exec without a task role", INVALID, lambda a: service(a, enableExecuteCommand=True)),
    ("rebalancing without room", INVALID, lambda a: service(a, deploymentConfiguration={"maximumPercent": 100})),
    ("rebalancing outside of AWS", INVALID, lambda a: service(a, launchType="EXTERNAL")),
    (
        "rebalancing in one zone",
        INVALID,
        lambda a: service(a, placementConstraints=[{"type": "memberOf", "expression": "attribute:ecs.availability-zone == ap-northeast-1a"}]),
    ),
    ("rebalancing by memory", INVALID, lambda a: service(a, placementStrategy=[{"type": "binpack", "field": "memory"}])),
    ("an unknown service", "ServiceNotFoundException", lambda a: service(a) and a.ecs.update_service(cluster="web", service="x")),
    ("a running service without force", INVALID, lambda a: service(a) and a.ecs.delete_service(cluster="web", service="shop")),
]


@pytest.mark.parametrize(("code", "call"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refusals(aws, code, call):
    refused(lambda: call(aws), code)


def test_a_taken_name_answers_what_stands_there(aws):
    cluster(aws, settings=[{"name": "containerInsights", "value": "enhanced"}], tags=[{"key": "a", "value": "b"}])
    again = cluster(aws, settings=[{"name": "containerInsights", "value": "disabled"}])
    assert (again["settings"][0]["value"], again["tags"]) == ("enhanced", [{"key": "a", "value": "b"}])
    aws.ecs.delete_cluster(cluster="web")
    assert aws.ecs.describe_clusters(clusters=["web"])["clusters"][0]["status"] == "INACTIVE"
    assert cluster(aws)["tags"] == []


def test_providers_are_sorted_and_held_by_services(aws):
    cluster(aws)
    put = aws.ecs.put_cluster_capacity_providers
    put(cluster="web", capacityProviders=PROVIDERS, defaultCapacityProviderStrategy=SPOT)
    shown = aws.ecs.describe_clusters(clusters=["web"])["clusters"][0]
    assert shown["capacityProviders"] == sorted(PROVIDERS)
    assert shown["defaultCapacityProviderStrategy"] == [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}]
    assert service(aws, launchType=None)["capacityProviderStrategy"] == shown["defaultCapacityProviderStrategy"]
    refused(lambda: put(cluster="web", capacityProviders=[], defaultCapacityProviderStrategy=[]), "ResourceInUseException")


def test_revisions_are_filled_in_and_never_come_back(aws):
    first = fargate(
        aws,
        container(
            memory=None,
            environment=[{"name": "B", "value": "2"}, {"name": "A", "value": "1"}],
            portMappings=[{"containerPort": 80}],
        ),
        cpu="1 vCPU",
        memory="2 GB",
    )
    assert (first["cpu"], first["memory"], first["revision"]) == ("1024", "2048", 1)
    told = first["containerDefinitions"][0]
    assert [each["name"] for each in told["environment"]] == ["A", "B"]
    assert told["portMappings"] == [{"protocol": "tcp", "containerPort": 80, "hostPort": 80}] and told["essential"] is True
    aws.ecs.deregister_task_definition(taskDefinition="app:1")
    assert definition(aws)["revision"] == 2
    assert aws.ecs.describe_task_definition(taskDefinition="app:1")["taskDefinition"]["status"] == "INACTIVE"
    listed = aws.ecs.list_task_definitions(familyPrefix="app", sort="DESC")["taskDefinitionArns"]
    assert [arn.split(":")[-1] for arn in listed] == ["2"]
    refused(lambda: service(aws, taskDefinition="app:1"), "ClientException", "inactive")


def test_a_deployment_goes_on_and_is_rolled_back(aws):
    aws.clock(1000)
    service(aws, deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": True}})
    assert (look(aws)["deployments"][0]["rolloutState"], look(aws)["runningCount"]) == ("IN_PROGRESS", 0)
    aws.clock(0)
    good = look(aws)
    assert (good["deployments"][0]["rolloutState"], good["runningCount"]) == ("COMPLETED", 1)
    update(aws, taskDefinition=definition(aws, container(image="nginx:broken"))["taskDefinitionArn"])
    assert look(aws)["taskDefinition"] == good["taskDefinition"]
    runs = aws.ecs.list_service_deployments(cluster="web", service="shop")["serviceDeployments"]
    assert [run["status"] for run in runs] == ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"]


def test_an_update_merges(aws):
    service(aws, deploymentConfiguration={"maximumPercent": 150, "minimumHealthyPercent": 50}, tags=[{"key": "a", "value": "b"}])
    before = look(aws)["deployments"][0]["id"]
    config = update(aws, deploymentConfiguration={"maximumPercent": 160}, desiredCount=2)["deploymentConfiguration"]
    assert (config["maximumPercent"], config["minimumHealthyPercent"]) == (160, 50)
    assert look(aws)["deployments"][0]["id"] == before
    update(aws, forceNewDeployment=True)
    assert look(aws)["deployments"][0]["id"] != before


def test_the_steps_of_a_strategy_go_with_it(aws):
    steps = {"stepPercent": 20.0, "stepBakeTimeInMinutes": 1}
    service(aws, deploymentConfiguration={"strategy": "LINEAR", "linearConfiguration": steps})
    config = update(aws, deploymentConfiguration={"strategy": "CANARY"})["deploymentConfiguration"]
    assert "linearConfiguration" not in config
    assert config["canaryConfiguration"] == {"canaryPercent": 5.0, "canaryBakeTimeInMinutes": 10}
    rolling = update(aws, deploymentConfiguration={"strategy": "ROLLING"})["deploymentConfiguration"]
    assert "canaryConfiguration" not in rolling
    refused(lambda: update(aws, deploymentConfiguration={"linearConfiguration": steps}), INVALID)


def test_a_service_drains_before_it_is_gone(aws):
    service(aws)
    aws.clock(1000)
    aws.ecs.delete_service(cluster="web", service="shop", force=True)
    assert look(aws)["status"] == "DRAINING"
    refused(lambda: service(aws), "InvalidParameterException", "still Draining")
    refused(lambda: update(aws, desiredCount=1), "ServiceNotActiveException")
    aws.clock(0)
    assert look(aws)["status"] == "INACTIVE"
    service(aws)
    assert look(aws)["status"] == "ACTIVE"


def test_a_client_token_answers_the_same_service(aws):
    first = service(aws, clientToken="t")["createdAt"]
    assert service(aws, clientToken="t", desiredCount=3)["createdAt"] == first


def test_a_blue_green_deployment_rewrites_the_weights(aws):
    net = Balanced(aws)
    blue, green = net.targets, net.add_group("green")["TargetGroupArn"]
    forward = {"TargetGroups": [{"TargetGroupArn": blue, "Weight": 1}, {"TargetGroupArn": green, "Weight": 0}]}
    rule = net.add_rule(Actions=[{"Type": "forward", "ForwardConfig": forward}])["RuleArn"]
    weights = lambda: [
        (each["TargetGroupArn"], each["Weight"])
        for each in net.elb.describe_rules(RuleArns=[rule])["Rules"][0]["Actions"][0]["ForwardConfig"]["TargetGroups"]
    ]
    advanced = {"alternateTargetGroupArn": green, "productionListenerRule": rule, "roleArn": ROLE}
    balancer = {"targetGroupArn": blue, "containerName": "app", "containerPort": 80, "advancedConfiguration": advanced}
    service(aws, loadBalancers=[balancer], deploymentConfiguration={"strategy": "BLUE_GREEN"})
    look(aws)
    assert weights() == [(blue, 1), (green, 0)]
    for moved, left in ((green, blue), (blue, green)):
        update(aws, forceNewDeployment=True)
        assert look(aws)["loadBalancers"][0]["targetGroupArn"] == moved
        assert weights() == [(moved, 100), (left, 0)]


def test_deployments_are_listed_in_pages(aws):
    service(aws)
    for _ in range(2):
        update(aws, forceNewDeployment=True)
    first = aws.ecs.list_service_deployments(cluster="web", service="shop")
    more = aws.ecs.list_service_deployments(cluster="web", service="shop", nextToken=first["nextToken"])
    assert (len(first["serviceDeployments"]), len(more["serviceDeployments"]), "nextToken" in more) == (2, 1, False)
    since = datetime.datetime.now(tz=datetime.timezone.utc) + datetime.timedelta(hours=1)
    listed = aws.ecs.list_service_deployments(cluster="web", service="shop", createdAt={"after": since})
    assert listed["serviceDeployments"] == []
