"""The refusals of WAF, and what it keeps, against the running server."""

import pytest

from conftest import refused

METRIC = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "web"}
LOCK = {"LockToken": "00000000-0000-0000-0000-000000000000"}
INVALID = "WAFInvalidParameterException"


def ip_set(aws, name="s", scope="REGIONAL", addresses=("192.0.2.0/24",), region="ap-northeast-1", version="IPV4", **more):
    waf = aws.client("wafv2", region)
    return waf.create_ip_set(Name=name, Scope=scope, IPAddressVersion=version, Addresses=list(addresses), **more)["Summary"]


def rule(statement, priority=0, action=True, **more):
    kind = {"Action": {"Block": {}}} if action else {"OverrideAction": {"None": {}}}
    return {"Name": f"r{priority}", "Priority": priority, "Statement": statement, "VisibilityConfig": METRIC, **kind, **more}


def acl(aws, *rules, name="w", default=None, **more):
    return aws.wafv2.create_web_acl(
        Name=name, Scope="REGIONAL", DefaultAction={"Allow": {}} if default is None else default, VisibilityConfig=METRIC, Rules=list(rules), **more
    )["Summary"]


def group(aws, *rules, capacity=10, name="g"):
    return aws.wafv2.create_rule_group(
        Name=name, Scope="REGIONAL", Capacity=capacity, VisibilityConfig=METRIC, Rules=list(rules)
    )["Summary"]


def key(summary):
    return {"Name": summary["Name"], "Scope": "REGIONAL", "Id": summary["Id"]}


GEO = {"GeoMatchStatement": {"CountryCodes": ["JP"]}}
NOWHERE = {"IPSetReferenceStatement": {"ARN": "arn:aws:wafv2:ap-northeast-1:111111111111:regional/ipset/none/1"}}
CORE = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}}
BALANCER = "arn:aws:elasticloadbalancing:ap-northeast-1:111111111111:loadbalancer/app/web/1"
API = "arn:aws:apigateway:ap-northeast-1::/restapis/a/stages/b"


def match(field, kind="NONE"):
    transformations = [{"Priority": 0, "Type": kind}]
    return {"RegexMatchStatement": {"RegexString": "a", "FieldToMatch": field, "TextTransformations": transformations}}


def text(sought):
    transformations = [{"Priority": 0, "Type": "NONE"}]
    about = {"PositionalConstraint": "CONTAINS", "FieldToMatch": {"Method": {}}, "TextTransformations": transformations}
    return {"ByteMatchStatement": {"SearchString": sought.encode(), **about}}


def log(aws, destination, **more):
    arn = acl(aws)["ARN"]
    wanted = {"ResourceArn": arn, "LogDestinationConfigs": [destination], **more}
    aws.wafv2.put_logging_configuration(LoggingConfiguration=wanted)


REFUSALS = [
    ("a set twice", "WAFDuplicateItemException", lambda a: [ip_set(a), ip_set(a)]),
    ("a global set elsewhere", INVALID, lambda a: ip_set(a, scope="CLOUDFRONT")),
    ("an address without a prefix", INVALID, lambda a: ip_set(a, addresses=["192.0.2.1"])),
    ("host bits", INVALID, lambda a: ip_set(a, addresses=["192.0.2.1/24"])),
    ("all addresses", INVALID, lambda a: ip_set(a, addresses=["0.0.0.0/0"])),
    ("the other family", INVALID, lambda a: ip_set(a, version="IPV6")),
    ("an empty description", "ValidationException", lambda a: ip_set(a, Description="")),
    ("an odd name", "ValidationException", lambda a: ip_set(a, name="a b")),
    ("no tags", "ValidationException", lambda a: ip_set(a, Tags=[])),
    ("a tag of AWS", "ValidationException", lambda a: ip_set(a, Tags=[{"Key": "aws:x", "Value": "1"}])),
    ("a set that is none", "WAFNonexistentItemException", lambda a: a.wafv2.get_ip_set(**key({"Name": "s", "Id": LOCK["LockToken"]}))),
    (
        "an old lock token",
        "WAFOptimisticLockException",
        lambda a: a.wafv2.update_ip_set(**key(ip_set(a)), Addresses=[], **LOCK),
    ),
    ("an old lock token at the end", "WAFOptimisticLockException", lambda a: a.wafv2.delete_ip_set(**key(ip_set(a)), **LOCK)),
    ("two default actions", INVALID, lambda a: acl(a, default={"Allow": {}, "Block": {}})),
    ("no default action", INVALID, lambda a: acl(a, default={})),
    ("two rules of one priority", INVALID, lambda a: acl(a, rule(GEO), rule(GEO))),
    ("an unknown set", INVALID, lambda a: acl(a, rule(NOWHERE))),
    ("two statements", INVALID, lambda a: acl(a, rule({**GEO, **NOWHERE}))),
    ("one of several", INVALID, lambda a: acl(a, rule({"AndStatement": {"Statements": [GEO]}}))),
    ("a managed group below", INVALID, lambda a: acl(a, rule({"NotStatement": {"Statement": CORE}}))),
    ("a managed group with an action", INVALID, lambda a: acl(a, rule(CORE))),
    ("another rule without one", INVALID, lambda a: acl(a, rule(GEO, action=False))),
    ("a managed group in a group", INVALID, lambda a: group(a, rule(CORE, action=False), capacity=1000)),
    ("a body without its handling", "WAFConfigurationWarningException", lambda a: acl(a, rule(match({"Body": {}})))),
    ("a text that is too long", INVALID, lambda a: acl(a, rule(text("é" * 101)))),
    ("two fields", INVALID, lambda a: acl(a, rule(match({"Method": {}, "UriPath": {}})))),
    ("an unknown transformation", "ValidationException", lambda a: acl(a, rule(match({"Method": {}}, "ROT13")))),
    (
        "custom keys that are missing",
        INVALID,
        lambda a: acl(a, rule({"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "CUSTOM_KEYS"}})),
    ),
    (
        "a limit that is too low",
        "ValidationException",
        lambda a: acl(a, rule({"RateBasedStatement": {"Limit": 1, "AggregateKeyType": "IP"}})),
    ),
    (
        "a body that is missing",
        INVALID,
        lambda a: acl(
            a, rule(GEO, Action={"Block": {"CustomResponse": {"ResponseCode": 403, "CustomResponseBodyKey": "no"}}})
        ),
    ),
    ("too much for a group", INVALID, lambda a: group(a, rule(match({"Method": {}}, "LOWERCASE")))),
    (
        "too much for a web ACL",
        INVALID,
        lambda a: acl(a, *(rule(CORE, n, action=False) for n in range(8))),
    ),
    (
        "a set in use",
        "WAFAssociatedItemException",
        lambda a: [
            made := ip_set(a),
            acl(a, rule({"IPSetReferenceStatement": {"ARN": made["ARN"]}})),
            a.wafv2.delete_ip_set(**key(made), LockToken=made["LockToken"]),
        ],
    ),
    (
        "a web ACL in use",
        "WAFAssociatedItemException",
        lambda a: [
            made := acl(a),
            a.wafv2.associate_web_acl(WebACLArn=made["ARN"], ResourceArn=API),
            a.wafv2.delete_web_acl(**key(made), LockToken=made["LockToken"]),
        ],
    ),
    (
        "a load balancer that is none",
        "WAFNonexistentItemException",
        lambda a: a.wafv2.associate_web_acl(WebACLArn=acl(a)["ARN"], ResourceArn=BALANCER),
    ),
    (
        "a distribution",
        INVALID,
        lambda a: a.wafv2.associate_web_acl(
            WebACLArn=acl(a)["ARN"], ResourceArn="arn:aws:cloudfront::111111111111:distribution/E1"
        ),
    ),
    ("a bucket of another name", INVALID, lambda a: log(a, "arn:aws:s3:::logs-of-our-own")),
    ("a log group with an asterisk", INVALID, lambda a: log(a, "arn:aws:logs:ap-northeast-1:1:log-group:aws-waf-logs-a:*")),
    (
        "a stream elsewhere",
        INVALID,
        lambda a: log(a, "arn:aws:firehose:us-east-1:111111111111:deliverystream/aws-waf-logs-a"),
    ),
    (
        "a stream that is none",
        "WAFLogDestinationPermissionIssueException",
        lambda a: log(a, "arn:aws:firehose:ap-northeast-1:111111111111:deliverystream/aws-waf-logs-a"),
    ),
    ("the logs of none", "WAFNonexistentItemException", lambda a: a.wafv2.get_logging_configuration(ResourceArn=acl(a)["ARN"])),
]


@pytest.mark.parametrize("code, call", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refuses(aws, code, call):
    refused(lambda: call(aws), code)


def test_an_update_clears_what_it_leaves_out(aws):
    made = acl(aws, rule(GEO), TokenDomains=["example.com"], Description="for all")
    token = aws.wafv2.update_web_acl(
        **key(made), DefaultAction={"Block": {}}, VisibilityConfig=METRIC, LockToken=made["LockToken"]
    )["NextLockToken"]
    seen = aws.wafv2.get_web_acl(**key(made))
    assert (seen["LockToken"], seen["WebACL"]["Rules"], seen["WebACL"]["Description"]) == (token, [], "")
    assert "TokenDomains" not in seen["WebACL"] and seen["WebACL"]["Capacity"] == 0
    assert seen["WebACL"]["OnSourceDDoSProtectionConfig"] == {"ALBLowReputationMode": "ACTIVE_UNDER_DDOS"}


def test_rules_are_told_in_aws_form(aws):
    header = {"SingleHeader": {"Name": "User-Agent"}}
    transformations = [{"Priority": 1, "Type": "LOWERCASE"}, {"Priority": 0, "Type": "URL_DECODE"}]
    text = {"SearchString": b"bot", "PositionalConstraint": "CONTAINS", "FieldToMatch": header}
    rate = {"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "IP"}}
    made = acl(aws, rule(rate, 2), rule({"ByteMatchStatement": {**text, "TextTransformations": transformations}}, 1))
    first, second = aws.wafv2.get_web_acl(**key(made))["WebACL"]["Rules"]
    told = first["Statement"]["ByteMatchStatement"]
    assert (told["SearchString"], told["FieldToMatch"]) == (b"bot", {"SingleHeader": {"Name": "user-agent"}})
    assert [each["Priority"] for each in told["TextTransformations"]] == [0, 1]
    assert second["Statement"]["RateBasedStatement"]["EvaluationWindowSec"] == 300


def test_an_association_moves(aws):
    one, two = acl(aws, name="one"), acl(aws, name="two")
    for made in (one, two):
        aws.wafv2.associate_web_acl(WebACLArn=made["ARN"], ResourceArn=API)
    assert aws.wafv2.get_web_acl_for_resource(ResourceArn=API)["WebACL"]["Name"] == "two"
    assert aws.wafv2.list_resources_for_web_acl(WebACLArn=two["ARN"])["ResourceArns"] == []
    told = aws.wafv2.list_resources_for_web_acl(WebACLArn=two["ARN"], ResourceType="API_GATEWAY")
    assert told["ResourceArns"] == [API]
    aws.wafv2.disassociate_web_acl(ResourceArn=API)
    assert "WebACL" not in aws.wafv2.get_web_acl_for_resource(ResourceArn=API)


def test_a_new_set_may_be_unavailable(aws):
    aws.clock(1000, eventual=True)
    arn = ip_set(aws)["ARN"]
    refused(lambda: acl(aws, rule({"IPSetReferenceStatement": {"ARN": arn}})), "WAFUnavailableEntityException")
    aws.clock(0, eventual=True)
    assert acl(aws, rule({"IPSetReferenceStatement": {"ARN": arn}}))["Id"]


def test_lists_have_pages(aws):
    for name in "abc":
        ip_set(aws, name)
    first = aws.wafv2.list_ip_sets(Scope="REGIONAL", Limit=2)
    second = aws.wafv2.list_ip_sets(Scope="REGIONAL", Limit=2, NextMarker=first["NextMarker"])
    assert [it["Name"] for it in first["IPSets"] + second["IPSets"]] == ["a", "b", "c"] and "NextMarker" not in second


def test_capacity_is_asked_for(aws):
    told = aws.wafv2.check_capacity(Scope="REGIONAL", Rules=[rule(match({"Method": {}}, "LOWERCASE"))])
    assert told["Capacity"] == 13


def test_managed_groups_take_what_aws_says(aws):
    groups = ["AWSManagedRulesCommonRuleSet", "AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesAnonymousIpList"]
    named = [{"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": name}} for name in groups]
    made = acl(aws, *[rule(statement, at, action=False) for at, statement in enumerate(named)])
    told = aws.wafv2.get_web_acl(Name=made["Name"], Id=made["Id"], Scope="REGIONAL")
    assert told["WebACL"]["Capacity"] == 775
