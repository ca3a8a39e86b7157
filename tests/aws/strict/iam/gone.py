"""What becomes of a deleted role in the policies of others: they name the very role, and not whatever bears its name later. AWS shows its unique id."""

import json

from .. import loaded


def forget(account, role):
    """Puts the role's unique id in the place of its ARN, wherever a policy of the account has it as a principal."""
    arn, unique = json.dumps(role.arn), json.dumps(role.id)
    for holder, name in holders(account):
        text = getattr(holder, name)
        if isinstance(text, bytes):
            setattr(holder, name, text.replace(arn.encode(), unique.encode()))
        elif isinstance(text, dict):
            setattr(holder, name, json.loads(json.dumps(text).replace(arn, unique)))
        elif text:
            setattr(holder, name, text.replace(arn, unique))


def holders(account):
    """All that has a policy with principals, and the name of the attribute in which it stands."""
    for service, kept, name in (
        ("iam", "roles", "assume_role_policy_document"),
        ("s3", "buckets", "policy"),
        ("sns", "topics", "_policy_json"),
        ("kms", "keys", "policy"),
        ("ecr", "repositories", "policy"),
        ("secretsmanager", "secrets", "policy"),
        ("ec2", "vpc_end_points", "policy"),
    ):
        models = loaded.models(service)
        backends = getattr(models, f"{service}_backends")[account] if models else {}
        for backend in list(backends.values()):
            things = getattr(backend, kept, {}).values()
            yield from ((thing, name) for thing in list(things) if hasattr(thing, name))
