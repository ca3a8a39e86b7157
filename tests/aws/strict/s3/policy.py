"""Bucket policies; moto takes any text."""

import json
import re

from moto.cloudfront.models import cloudfront_backends
from moto.iam.models import iam_backends

from .checks import Said

LONGEST = 20480
IDENTITY = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity "


def answer(action, bucket, body):
    if action == "GetBucketPolicy":
        if not bucket.policy:
            raise Said(404, "NoSuchBucketPolicy", "The bucket policy does not exist")
        return 200, {"Content-Type": "application/json"}, bucket.policy
    if action == "DeleteBucketPolicy":
        bucket.policy = None
        return 204, {}, b""
    check(bucket, body.decode())
    bucket.policy = body
    return 204, {}, b""


def malformed(words):
    return Said(400, "MalformedPolicy", words)


def listed(value):
    return value if isinstance(value, list) else [value]


def check(bucket, text):
    if not text.startswith("{"):
        raise malformed("Policies must be valid JSON and the first byte must be '{'")
    if len("".join(text.split())) > LONGEST:
        raise Said(400, "PolicyTooLarge", "Policy exceeds the maximum allowed document size")
    try:
        policy = json.loads(text)
    except ValueError:
        raise malformed("This policy contains invalid Json") from None
    if "Statement" not in policy:
        raise malformed("Missing required field Statement")
    for statement in listed(policy["Statement"]):
        check_statement(bucket, statement)
        blocks = bucket.settings.get("PublicAccessBlockConfiguration") or {}
        if is_public(statement) and blocks.get("BlockPublicPolicy"):
            raise Said(
                403,
                "AccessDenied",
                "User is not authorized to perform: s3:PutBucketPolicy because public policies are prevented by the "
                "BlockPublicPolicy setting in S3 Block Public Access.",
            )


def check_statement(bucket, statement):
    own = f"arn:aws:s3:::{bucket.name}"
    for resource in listed(statement.get("Resource") or statement.get("NotResource") or []):
        if resource != own and not resource.startswith(own + "/"):
            raise malformed("Policy has invalid resource")
    principals = statement.get("Principal", statement.get("NotPrincipal"))
    if principals is None:
        raise malformed("Missing required field Principal")
    for principal in listed(principals.get("AWS", [])) if isinstance(principals, dict) else []:
        if not is_known(principal):
            raise malformed("Invalid principal in policy")


def is_public(statement):
    principal = statement.get("Principal")
    everybody = principal == "*" or (isinstance(principal, dict) and "*" in listed(principal.get("AWS", [])))
    return statement.get("Effect") == "Allow" and everybody and not statement.get("Condition")


def is_known(principal):
    if principal == "*" or re.match(r"^\d{12}$", principal) or re.match(r"^arn:aws:iam::\d{12}:root$", principal):
        return True
    if principal.startswith(IDENTITY):
        identity = principal.removeprefix(IDENTITY)
        return any(identity in getattr(backends["aws"], "identities", {}) for backends in cloudfront_backends.values())
    named = re.match(r"^arn:aws:iam::(\d{12}):(role|user)/(?:.*/)?([^/]+)$", principal)
    if not named:
        return False
    account, kind, name = named.groups()
    backend = iam_backends[account]["aws"]
    things = backend.roles.values() if kind == "role" else backend.users.values()
    return any(thing.name == name for thing in things)
