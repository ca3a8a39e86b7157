"""Requests held against the services' own models."""

import json
from urllib.parse import urlencode

import pytest

from strict import model


def query(**parameters):
    return {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/x-www-form-urlencoded"}, urlencode(parameters).encode()


def target(operation, **parameters):
    head = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/x-amz-json-1.1", "HTTP_X_AMZ_TARGET": operation}
    return head, json.dumps(parameters).encode()


ROLE = {"Action": "CreateRole", "Version": "2010-05-08", "RoleName": "web", "AssumeRolePolicyDocument": "{}"}
GROUP = {"logGroupName": "web"}


@pytest.mark.parametrize(
    "service, request_, words",
    [
        ("iam", query(**ROLE), []),
        ("iam", query(**{**ROLE, "RoleName": "a b"}), ["'RoleName'", "regular expression pattern"]),
        ("iam", query(**{**ROLE, "RoleName": "a" * 65}), ["'RoleName'", "length less than or equal to 64"]),
        ("iam", query(**{**ROLE, "MaxSessionDuration": "60"}), ["'MaxSessionDuration'", "value greater than or equal to 3600"]),
        ("iam", query(Action="CreateRole", Version="2010-05-08", RoleName="web"), ["'AssumeRolePolicyDocument'", "must not be null"]),
        ("iam", query(**ROLE, **{"Tags.member.1.Key": "a"}), ["'Tags.1.member.Value'", "must not be null"]),
        ("logs", target("Logs_20140328.CreateLogGroup", **GROUP), []),
        ("logs", target("Logs_20140328.CreateLogGroup", **GROUP, logGroupClass="CHEAP"), ["enum value set: [STANDARD"]),
        ("no-such-service", query(Action="Do"), []),
    ],
)
def test_faults(service, request_, words):
    head, body = request_
    environ = {"PATH_INFO": "/", "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "wsgi.url_scheme": "http", **head}
    found = model.faults(service, environ, body)
    assert len(found) == (1 if words else 0), found
    assert all(word in found[0] for word in words), found
