"""Trust policies: what makes one well formed, how AWS keeps it, and whether it lets a caller take the role."""

import fnmatch
import json
import re

from moto.iam.models import iam_backends

from .response import Refusal

# In lower case: the case of an action means nothing.
ACTIONS = {
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:tagsession",
    "sts:setsourceidentity",
    "sts:setcontext",
}
FIELDS = {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Condition"}
ACCOUNT = re.compile(r"^\d{12}$")
ENTITY = re.compile(r"^arn:aws:iam::(\d{12}):(root|role/(?:.*/)?([^/]+)|user/(?:.*/)?([^/]+))$")
SESSION = re.compile(r"^arn:aws:sts::(\d{12}):assumed-role/([^/]+)/([^/]+)$")


def malformed(words):
    return Refusal("MalformedPolicyDocument", words)


def listed(value):
    return value if isinstance(value, list) else [value]


def kept(document):
    """The document as AWS keeps it, or a refusal. moto takes any text for a new role."""
    try:
        policy = json.loads(document)
    except ValueError:
        raise malformed("This policy contains invalid Json") from None
    if not isinstance(policy, dict) or not policy.get("Statement") or set(policy) - {"Version", "Id", "Statement"}:
        raise malformed("Syntax errors in policy.")
    if policy.get("Version", "2008-10-17") not in ("2008-10-17", "2012-10-17"):
        raise malformed("Syntax error at position (1,13)")
    for statement in listed(policy["Statement"]):
        check_statement(statement)
    return json.dumps(policy, separators=(",", ":"))


def check_statement(statement):
    if not isinstance(statement, dict):
        raise malformed("Syntax errors in policy.")
    for field in ("Resource", "NotResource"):
        if field in statement:
            raise malformed(f"Has prohibited field {field}")
    if set(statement) - FIELDS or statement.get("Effect") not in ("Allow", "Deny"):
        raise malformed("Syntax errors in policy.")
    if "Principal" not in statement and "NotPrincipal" not in statement:
        raise malformed("Missing required field Principal")
    if "Action" not in statement and "NotAction" not in statement:
        raise malformed("Missing required field Action")
    for action in listed(statement.get("Action", [])):
        if action.lower() not in ACTIONS and "*" not in action:
            raise malformed("AssumeRole policy may only specify STS AssumeRole actions.")
    if isinstance(statement.get("Principal"), dict):
        statement["Principal"] = {kind: kept_principals(kind, listed(names)) for kind, names in statement["Principal"].items()}
    elif statement.get("Principal", "*") != "*":
        raise malformed("Invalid principal in policy.")


def kept_principals(kind, names):
    """AWS writes an account as its root's arn and a list of one as the one, and wants roles and users to exist."""
    if kind not in ("AWS", "Service", "Federated", "CanonicalUser"):
        raise malformed("Invalid principal in policy.")
    if kind == "Service" and any(not re.search(r"\.amazonaws\.com(\.cn)?$", name) for name in names):
        raise malformed(f'Invalid principal in policy: "SERVICE":"{names[0]}"')
    if kind == "AWS":
        names = [f"arn:aws:iam::{name}:root" if ACCOUNT.match(name) else name for name in names]
        for name in names:
            if not principal_exists(name):
                raise malformed(f'Invalid principal in policy: "AWS":"{name}"')
    return names[0] if len(names) == 1 else names


def principal_exists(name):
    if name == "*" or SESSION.match(name):
        return True
    entity = ENTITY.match(name)
    if not entity:
        return False
    account, _, role, user = entity.groups()
    if role:
        return any(each.arn == name for each in iam_backends[account]["aws"].roles.values())
    # The user of the test credentials is nowhere in moto.
    return not user or user == TESTER or user in iam_backends[account]["aws"].users


TESTER = "tester"


def lets_in(document, caller, external_id):
    """Whether the policy lets the caller (its arn) assume the role: a Deny wins, an Allow is needed."""
    values = {
        "sts:externalid": external_id,
        "aws:principalarn": caller,
        "aws:principalaccount": caller.split(":")[4],
        "aws:securetransport": "true",
        "aws:multifactorauthpresent": None,
    }
    fits = [
        statement["Effect"]
        for statement in listed(json.loads(document)["Statement"])
        if any(fnmatch.fnmatchcase("sts:assumerole", action.lower()) for action in listed(statement.get("Action", [])))
        and is_principal(statement.get("Principal"), caller)
        and all(
            holds(operator, key, wanted, values)
            for operator, keys in (statement.get("Condition") or {}).items()
            for key, wanted in keys.items()
        )
    ]
    return "Allow" in fits and "Deny" not in fits


def is_principal(principal, caller):
    if principal == "*":
        return True
    names = listed((principal or {}).get("AWS", [])) if isinstance(principal, dict) else []
    session = SESSION.match(caller)
    account = caller.split(":")[4]
    same = {"*", caller, account, f"arn:aws:iam::{account}:root"}
    if session:
        same |= {role.arn for role in iam_backends[account]["aws"].roles.values() if role.name == session.group(2)}
    return any(name in same for name in names)


def holds(operator, key, wanted, values):
    """One condition, of what is known by the keys in lower case. An operator or key that isn't known here never holds, so that a test notices."""
    value, wanted = values.get(key.lower()), [str(item) for item in listed(wanted)]
    negated = operator.removesuffix("IfExists") in ("StringNotEquals", "StringNotLike", "ArnNotEquals", "ArnNotLike")
    if operator == "Null":
        return (value is None) == (wanted[0].lower() == "true")
    if value is None:
        return negated or operator.endswith("IfExists")
    base = operator.removesuffix("IfExists").replace("Not", "")
    if base in ("StringEquals", "ArnEquals", "Bool"):
        return (value in wanted) != negated
    if base in ("StringLike", "ArnLike"):
        return any(fnmatch.fnmatchcase(value, pattern) for pattern in wanted) != negated
    return False
