"""Names the AWS call that an HTTP request makes: service, operation, region, account."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs

from moto.core.request import Request
from moto.core.routing import get_service_router

from . import account

READING = re.compile(
    r"^(Describe|Get|List|Head|Lookup|Search|Select|Query|Scan|BatchGet|Test|Validate|Simulate|AssumeRole|Decode)"
)
SCOPE = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")


@dataclass(frozen=True)
class Call:
    service: str
    operation: str
    region: str
    account: str
    access_key: str

    @property
    def mutating(self):
        return not READING.match(self.operation)


def operation(environ, body, service):
    """The operation's name: Query's Action, JSON's X-Amz-Target, or the REST route of the service's model."""
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return target.rsplit(".", 1)[-1]
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return parse_qs(body.decode("utf-8", "replace")).get("Action", ["Unknown"])[0]
    action = parse_qs(environ.get("QUERY_STRING", "")).get("Action")
    if action:
        return action[0]
    try:
        return get_service_router(service).match(Request(environ, populate_request=False))[0].name
    except Exception:
        # An unknown service or path has no name; moto then refuses it in its own words.
        return "Unknown"


def of(environ, body):
    scope = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if not scope:
        return Call("unsigned", operation(environ, body, "s3"), "", "", "")
    access_key, region, service = scope.groups()
    return Call(service, operation(environ, body, service), region, account.account_of(access_key), access_key)
