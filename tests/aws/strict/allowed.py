"""Whether the policies of a role allow a call of one of its sessions. Asked only where a test wants it; whoever signs with a key of the account is its
administrator.

A call needs the actions that `permission.py` lists. Each has to be allowed, for each resource that the request names: roles that are passed or assumed, buckets,
roles and instance profiles by name, and ARNs of the action's own service. For anything else the resource is `*` here, which only `*` allows."""

import functools
import json
import re
from urllib.parse import parse_qs

from moto.iam.models import iam_backends

from . import loaded, trust
from .clock import CLOCK

# AWS's seconds until everybody knows what a role may do.
SPREADING = 60.0
ARN = re.compile(r"arn:aws[\w-]*:([\w-]+):[\w-]*:\d*:[\w+=,.@/*:-]+")
ROLE = re.compile(r"arn:aws[\w-]*:iam::\d{12}:role/[\w+=,.@/-]+")
# Of the actions on IAM's own things: how the request names one, and the beginning of its ARN.
NAMED = {"RoleName": "role", "InstanceProfileName": "instance-profile", "PolicyName": "policy", "UserName": "user"}

# Who gets a passed role, where it is not the service that is called.
PASSED_TO = {
    ("ec2", "CreateFlowLogs"): "vpc-flow-logs.amazonaws.com",
    ("ecs", "RegisterTaskDefinition"): "ecs-tasks.amazonaws.com",
    ("iam", "AddRoleToInstanceProfile"): "ec2.amazonaws.com",
}
# Whose service-linked role a call makes, where it is not the service that is called.
LINKED_FOR = {
    "application-autoscaling": "ecs.application-autoscaling.amazonaws.com",
    "chatbot": "management.chatbot.amazonaws.com",
    "cloudfront": "vpc-origin.cloudfront.amazonaws.com",
    "kms": "mrk.kms.amazonaws.com",
}


def refusal(call, needed, path, said):
    """AWS's words for the first action that the caller's policies do not allow. None if all are allowed, or an administrator calls."""
    session = session_of(call.access_key)
    if not session:
        return None
    policies = [json.loads(document) for document in documents(session)]
    bounds = [json.loads(session.policy)] if session.policy else []
    for action in needed:
        values = context(call, session, said)
        for resource in resources(call, action, path, said):
            found = judged(policies, action, resource, values)
            kind = "identity-based"
            if found == "allowed" and bounds:
                found, kind = judged(bounds, action, resource, values), "session"
            if found != "allowed":
                return words(session, action, resource, found, kind)
    return None


def words(session, action, resource, found, kind):
    because = f"because no {kind} policy allows the {action} action"
    because = f"with an explicit deny in {'an' if kind[0] == 'i' else 'a'} {kind} policy" if found == "denied" else because
    return f"User: {session.arn} is not authorized to perform: {action} on resource: {resource} {because}"


def session_of(access_key):
    """The session that a key belongs to. None for a key that is no session's."""
    sts = loaded.models("sts")
    for backends in list(sts.sts_backends.values()) if sts and access_key.startswith("ASIA") else []:
        for backend in list(backends.values()):
            found = next((session for session in backend.assumed_roles if session.access_key_id == access_key), None)
            if found:
                return found
    return None


def documents(session):
    """The policies of the session's role, as far as they have spread."""
    roles = iam_backends[session.account_id][session.partition].roles.values()
    role = next((role for role in roles if role.arn == session.role_arn), None)
    return known(role) if role else []


def granting(role):
    """Sees a change of the role's policies first: everybody goes by the old ones for a while."""
    role.granted = (known(role), CLOCK.now())


def known(role):
    """Where time matters, those of before a change that has not spread."""
    before, since = getattr(role, "granted", ([], 0))
    return standing(role) if not CLOCK.eventual or CLOCK.passed(since, SPREADING) else before


def standing(role):
    """A role's own policies, and the default versions of those that are attached."""
    attached = [version for policy in role.managed_policies.values() for version in policy.versions if version.is_default]
    return [*role.policies.values(), *(version.document for version in attached)]


def judged(policies, action, resource, values):
    """`allowed`, `denied` by a statement that says so, or `unsaid`."""
    statements = [statement for policy in policies for statement in trust.listed(policy["Statement"])]
    effects = {statement["Effect"] for statement in statements if fits(statement, action, resource, values)}
    return "denied" if "Deny" in effects else "allowed" if "Allow" in effects else "unsaid"


def fits(statement, action, resource, values):
    """Whether a statement is about an action on a resource, as things are."""
    return (
        about(statement, "Action", action.lower(), str.lower)
        and about(statement, "Resource", resource, str)
        and all(
            trust.holds(operator, key, wanted, values)
            for operator, keys in (statement.get("Condition") or {}).items()
            for key, wanted in keys.items()
        )
    )


def about(statement, element, value, spelled):
    """`Action` and `NotAction`, `Resource` and `NotResource`."""
    if element in statement:
        return any(pattern(spelled(each)).fullmatch(value) for each in trust.listed(statement[element]))
    return not any(pattern(spelled(each)).fullmatch(value) for each in trust.listed(statement[f"Not{element}"]))


@functools.cache
def pattern(wanted):
    """IAM's wildcards: `*` for any text, `?` for one letter."""
    return re.compile("".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in wanted), re.DOTALL)


def resources(call, action, path, said):
    """The resources of an action, as far as the request names them."""
    service, name = action.split(":")
    if action in ("iam:PassRole", "sts:AssumeRole"):
        return sorted(set(ROLE.findall(said))) or named_by(call, said) or ["*"]
    if service == "s3":
        bucket = path.lstrip("/").split("/")[0]
        return [f"arn:aws:s3:::{bucket}"] if bucket and name != "ListAllMyBuckets" else ["*"]
    if service == "iam":
        return named_by(call, said) or ["*"]
    return sorted({found[0] for found in ARN.finditer(said) if found[1] == service}) or ["*"]


def named_by(call, said):
    """Roles, instance profiles and policies that a request to IAM calls by their names."""
    if call.service != "iam":
        return []
    asked = {key: values[0] for key, values in parse_qs(said).items()}
    # A role's own policy has no ARN.
    kind = next((key for key in NAMED if key in asked), None)
    return [f"arn:aws:iam::{call.account}:{NAMED[kind]}/{asked[kind]}"] if kind else []


def context(call, session, said):
    """What conditions can ask for, by their keys in lower case."""
    service = f"{call.service}.amazonaws.com"
    asked = re.search(r"AWSServiceName=([\w.-]+)", said)
    return {
        "aws:requestedregion": call.region,
        "aws:principalarn": session.role_arn,
        "aws:principalaccount": session.account_id,
        "aws:securetransport": "true",
        "iam:passedtoservice": PASSED_TO.get((call.service, call.operation), service),
        "iam:awsservicename": asked[1] if asked else LINKED_FOR.get(call.service, service),
    }
