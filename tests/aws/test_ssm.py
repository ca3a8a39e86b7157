"""The refusals of Systems Manager documents, and the life of the session preferences, against the running server."""

import json

import pytest

from conftest import refused

NAME = "SSM-SessionManagerRunShell"


def preferences(**inputs):
    return json.dumps({"schemaVersion": "1.0", "description": "d", "sessionType": "Standard_Stream", "inputs": inputs})


def make(aws, content=None):
    return aws.ssm.create_document(Name=NAME, DocumentType="Session", Content=content or preferences())["DocumentDescription"]


def update(aws, content, version="$LATEST"):
    return aws.ssm.update_document(Name=NAME, Content=content, DocumentVersion=version)["DocumentDescription"]


def describe(aws):
    return aws.ssm.describe_document(Name=NAME)["Document"]


def share(aws, accounts):
    return aws.ssm.modify_document_permission(Name=NAME, PermissionType="Share", AccountIdsToAdd=accounts)


REFUSALS = [
    ("a document twice", "DocumentAlreadyExists", lambda a: [make(a) for _ in range(2)]),
    ("a name of AWS", "ValidationException", lambda a: a.ssm.create_document(Name="aws-x", Content=preferences())),
    (
        "a document that is shared",
        "InvalidDocumentOperation",
        lambda a: [make(a), share(a, ["222222222222"]), a.ssm.delete_document(Name=NAME)],
    ),
    ("too many accounts", "DocumentPermissionLimit", lambda a: [make(a), share(a, [str(222222222222 + i) for i in range(21)])]),
    ("content that isn't JSON", "InvalidDocumentContent", lambda a: make(a, "{")),
    ("content without a schema", "InvalidDocumentContent", lambda a: make(a, "{}")),
    (
        "another schema",
        "InvalidDocumentSchemaVersion",
        lambda a: make(a, '{"schemaVersion": "9.9", "sessionType": "Standard_Stream"}'),
    ),
    ("another session type", "InvalidDocumentContent", lambda a: make(a, '{"schemaVersion": "1.0", "sessionType": "x"}')),
    ("an unknown input", "InvalidDocumentContent", lambda a: make(a, preferences(bucket="b"))),
    ("the same content", "DuplicateDocumentContent", lambda a: make(a) and update(a, preferences())),
    (
        "an old version",
        "InvalidDocumentVersion",
        lambda a: make(a) and update(a, preferences(s3BucketName="b")) and update(a, preferences(s3BucketName="c"), "1"),
    ),
    (
        "an unknown default version",
        "InvalidDocumentVersion",
        lambda a: make(a) and a.ssm.update_document_default_version(Name=NAME, DocumentVersion="9"),
    ),
    ("an unknown version", "InvalidDocumentVersion", lambda a: make(a) and a.ssm.get_document(Name=NAME, DocumentVersion="9")),
    ("an unknown document", "InvalidDocument", lambda a: describe(a)),
    ("an unknown document to update", "InvalidDocument", lambda a: update(a, preferences())),
    ("an unknown document to delete", "InvalidDocument", lambda a: a.ssm.delete_document(Name=NAME)),
]


@pytest.mark.parametrize("code, call", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refuses(aws, code, call):
    refused(lambda: call(aws), code)


def test_the_life_of_session_preferences(aws):
    aws.clock(1000)
    assert make(aws)["Status"] == "Creating"
    aws.clock(0)
    assert (describe(aws)["Status"], describe(aws)["DefaultVersion"]) == ("Active", "1")
    assert update(aws, preferences(idleSessionTimeout="20"))["DocumentVersion"] == "2"
    assert (describe(aws)["DefaultVersion"], describe(aws)["LatestVersion"]) == ("1", "2")
    aws.ssm.update_document_default_version(Name=NAME, DocumentVersion="2")
    seen = aws.ssm.get_document(Name=NAME)
    assert (seen["DocumentVersion"], json.loads(seen["Content"])["inputs"]) == ("2", {"idleSessionTimeout": "20"})
    aws.ssm.delete_document(Name=NAME)
    refused(lambda: describe(aws), "InvalidDocument")


def test_regions_are_apart(aws):
    make(aws)
    refused(lambda: aws.client("ssm", region="us-east-1").get_document(Name=NAME), "InvalidDocument")


def test_tags(aws):
    make(aws)
    place = {"ResourceType": "Document", "ResourceId": NAME}
    aws.ssm.add_tags_to_resource(**place, Tags=[{"Key": "a", "Value": "1"}])
    assert aws.ssm.list_tags_for_resource(**place)["TagList"] == [{"Key": "a", "Value": "1"}]


def test_versions_are_listed_in_pages(aws):
    make(aws)
    for i in range(3):
        aws.ssm.update_document(
            Name=NAME, Content=preferences(s3BucketName=f"b{i}"), DocumentVersion="$LATEST", VersionName=f"v{i}"
        )
    pages = aws.ssm.get_paginator("list_document_versions").paginate(Name=NAME)
    versions = [version for page in pages for version in page["DocumentVersions"]]
    assert [version.get("VersionName") for version in versions] == ["v2", "v1", "v0", None]
    assert [version["IsDefaultVersion"] for version in versions] == [False, False, False, True]


def put(aws, name="/web/url", value="v", **more):
    return aws.ssm.put_parameter(Name=name, Value=value, **{"Type": "String", **more})


POLICIES = '[{"Type": "NoChangeNotification", "Version": "1.0", "Attributes": {"After": "20", "Unit": "Days"}}]'
PARAMETERS = [
    ("a parameter twice", "ParameterAlreadyExists", lambda a: [put(a), put(a)]),
    ("a long value", "ValidationException", lambda a: put(a, value="v" * 4097)),
    ("a lower tier", "ValidationException", lambda a: [put(a, Tier="Advanced"), put(a, Tier="Standard", Overwrite=True)]),
    ("a value that doesn't fit", "ParameterPatternMismatchException", lambda a: put(a, AllowedPattern="^[0-9]+$")),
    ("policies of the standard tier", "ValidationException", lambda a: put(a, Policies=POLICIES)),
    ("tags in a change", "ValidationException", lambda a: [put(a), put(a, Overwrite=True, Tags=[{"Key": "a", "Value": "b"}])]),
    ("a name of AWS", "ValidationException", lambda a: put(a, "aws-url")),
    ("no AMI", "ValidationException", lambda a: put(a, DataType="aws:ec2:image")),
    ("an unknown parameter", "ParameterNotFound", lambda a: a.ssm.get_parameter(Name="none")),
]


@pytest.mark.parametrize("code, call", [case[1:] for case in PARAMETERS], ids=[case[0] for case in PARAMETERS])
def test_refuses_parameters(aws, code, call):
    refused(lambda: call(aws), code)


def test_policies_come_and_go(aws):
    put(aws, Tier="Advanced", Policies=POLICIES)
    told = lambda: aws.ssm.describe_parameters()["Parameters"][0].get("Policies", [])
    assert json.loads(told()[0]["PolicyText"])["Type"] == "NoChangeNotification"
    put(aws, Tier="Advanced", Overwrite=True)
    assert len(told()) == 1
    put(aws, Tier="Advanced", Overwrite=True, Policies="[{}]")
    assert told() == []


def test_a_change_is_described_late(aws):
    told = lambda: [(it.get("Description"), it["Version"]) for it in aws.ssm.describe_parameters()["Parameters"]]
    aws.clock(1000)
    put(aws, Description="one")
    assert told() == []
    aws.clock(0)
    assert told() == [("one", 1)]
    aws.clock(1000)
    put(aws, Description="two", Overwrite=True)
    assert (told(), aws.ssm.get_parameter(Name="/web/url")["Parameter"]["Version"]) == ([("one", 1)], 2)
    aws.clock(0)
    assert told() == [("two", 2)]


def test_an_ami_is_checked_after_the_answer(aws):
    aws.clock(1000)
    put(aws, value="ami-01234567", DataType="aws:ec2:image")
    refused(lambda: aws.ssm.get_parameter(Name="/web/url"), "ParameterNotFound")
    aws.clock(0)
    value = lambda: aws.ssm.get_parameter(Name="/web/url")["Parameter"]["Value"]
    assert value() == "ami-01234567"
    aws.clock(1000)
    put(aws, value="ami-89abcdef", DataType="aws:ec2:image", Overwrite=True)
    assert value() == "ami-01234567"
    aws.clock(0)
    assert value() == "ami-89abcdef"
