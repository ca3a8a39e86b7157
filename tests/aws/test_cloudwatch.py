"""The refusals of CloudWatch's alarms, and what it keeps, against the running server."""

import pytest

from conftest import refused

TOPIC = "arn:aws:sns:ap-northeast-1:111111111111:alarms"
BASE = {
    "AlarmName": "a",
    "Namespace": "AWS/ELB",
    "MetricName": "Errors",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 5,
    "Threshold": 0.0,
    "ComparisonOperator": "GreaterThanThreshold",
}
MATH = ("Namespace", "MetricName", "Statistic", "Period")


def put(aws, **more):
    aws.cloudwatch.put_metric_alarm(**{key: value for key, value in {**BASE, **more}.items() if value is not None})


def math(aws, metrics, **more):
    put(aws, **dict.fromkeys(MATH), Metrics=metrics, **more)


def composite(aws, name="c", rule="ALARM(a)", **more):
    aws.cloudwatch.put_composite_alarm(AlarmName=name, AlarmRule=rule, **more)


REFUSALS = [
    ("an odd period", "ValidationError", lambda a: put(a, Period=7)),
    ("a period of a minute and a half", "ValidationError", lambda a: put(a, Period=90)),
    ("more than a day", "ValidationError", lambda a: put(a, Period=300, EvaluationPeriods=289)),
    ("a range without a band", "ValidationError", lambda a: put(a, ComparisonOperator="LessThanLowerThreshold")),
    ("no threshold", "ValidationError", lambda a: put(a, Threshold=None)),
    ("two statistics", "ValidationError", lambda a: put(a, ExtendedStatistic="p90")),
    ("no statistic", "ValidationError", lambda a: put(a, Statistic=None)),
    ("an odd statistic", "ValidationError", lambda a: put(a, Statistic=None, ExtendedStatistic="q90")),
    ("an unknown statistic", "ValidationError", lambda a: put(a, Statistic="Most")),
    ("six actions", "ValidationError", lambda a: put(a, AlarmActions=[f"{TOPIC}{n}" for n in range(6)])),
    (
        "31 dimensions",
        "ValidationError",
        lambda a: put(a, Dimensions=[{"Name": f"n{n}", "Value": "v"} for n in range(31)]),
    ),
    ("a topic elsewhere", "ValidationError", lambda a: put(a, OKActions=["arn:aws:sns:us-east-1:1:alarms"])),
    ("a metric and metrics", "ValidationError", lambda a: put(a, Metrics=[{"Id": "m", "Expression": "1"}])),
    (
        "two values to watch",
        "ValidationError",
        lambda a: math(a, [{"Id": "m", "Expression": "1"}, {"Id": "n", "Expression": "2"}]),
    ),
    ("an upper case id", "ValidationError", lambda a: math(a, [{"Id": "M", "Expression": "1"}])),
    ("nothing in a query", "ValidationError", lambda a: math(a, [{"Id": "m"}])),
    ("more datapoints than periods", "ValidationError", lambda a: put(a, DatapointsToAlarm=6)),
    ("an odd treatment", "ValidationError", lambda a: put(a, TreatMissingData="drop")),
    ("an alarm that is none", "ResourceNotFound", lambda a: a.cloudwatch.delete_alarms(AlarmNames=["none"])),
    (
        "the tags of none",
        "ResourceNotFoundException",
        lambda a: a.cloudwatch.list_tags_for_resource(ResourceARN="arn:aws:cloudwatch:ap-northeast-1:1:alarm:none"),
    ),
    ("a rule over none", "ValidationError", lambda a: composite(a)),
    ("a rule of nothing", "ValidationError", lambda a: composite(a, rule="AND")),
    (
        "a suppressor without its periods",
        "ValidationError",
        lambda a: [put(a), composite(a, ActionsSuppressor="a")],
    ),
    (
        "an alarm that a composite holds",
        "ValidationError",
        lambda a: [put(a), composite(a), a.cloudwatch.delete_alarms(AlarmNames=["a"])],
    ),
    (
        "a composite and another at once",
        "ValidationError",
        lambda a: [put(a), composite(a), a.cloudwatch.delete_alarms(AlarmNames=["a", "c"])],
    ),
    ("a composite in a metric alarm's place", "ValidationError", lambda a: [put(a), composite(a, "a", "TRUE")]),
]


@pytest.mark.parametrize("code, call", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refuses(aws, code, call):
    refused(lambda: call(aws), code)


def test_a_put_replaces_all_but_state_and_tags(aws):
    put(aws, AlarmDescription="d", Tags=[{"Key": "a", "Value": "1"}], AlarmActions=[TOPIC])
    put(aws, Tags=[{"Key": "b", "Value": "2"}])
    [alarm] = aws.cloudwatch.describe_alarms()["MetricAlarms"]
    assert "AlarmDescription" not in alarm and alarm["AlarmActions"] == []
    assert (alarm["StateValue"], alarm["Threshold"]) == ("INSUFFICIENT_DATA", 0.0)
    tags = aws.cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
    assert tags == [{"Key": "a", "Value": "1"}]


def test_composites_are_told_only_when_asked_for(aws):
    put(aws)
    composite(aws)
    told = aws.cloudwatch.describe_alarms()
    assert ([it["AlarmName"] for it in told["MetricAlarms"]], told.get("CompositeAlarms", [])) == (["a"], [])
    told = aws.cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])
    assert ([it["AlarmName"] for it in told["CompositeAlarms"]], told.get("MetricAlarms", [])) == (["c"], [])
    told = aws.cloudwatch.describe_alarms(ParentsOfAlarmName="a", AlarmTypes=["CompositeAlarm", "MetricAlarm"])
    assert [it["AlarmName"] for it in told["CompositeAlarms"]] == ["c"]


def test_faults_speak_the_callers_protocol(aws):
    aws.admin("POST", "faults", {"kind": "throttle", "operation": "PutMetricAlarm"})
    refused(lambda: put(aws), "ThrottlingException")
    put(aws)
    assert aws.operations() == ["PutMetricAlarm", "PutMetricAlarm"]
