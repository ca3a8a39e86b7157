"""Services that this server answers by itself, without moto: each keeps plain values, and every request is held to botocore's model."""

import base64
import importlib
import json
import re
import uuid

from moto.core.utils import get_service_model

from . import cbor
from .response import Refusal

# The name that signs a call -> our module.
SERVICES = {"chatbot": "chatbot", "firehose": "firehose", "monitoring": "cloudwatch", "wafv2": "wafv2"}


class Own:
    """One call of a service. A subclass has a method for each operation, named as boto3 names it, from the request to the answer."""

    # botocore's name of the service, and the code of a request that its model does not allow.
    model = ""
    invalid = "ValidationException"
    # What the service keeps, by account and kind. Forgotten by a reset.
    kept = None

    def __init_subclass__(cls, **more):
        super().__init_subclass__(**more)
        cls.kept = {}

    def __init__(self, account, region):
        self.account, self.region = account, region
        self.partition = "aws-cn" if region.startswith("cn-") else "aws"

    def all(self, kind, region=None):
        """The things of a kind of the account in this region, or in the one where all are kept."""
        return self.kept.setdefault(self.account, {}).setdefault((kind, region or self.region), {})

    def before(self, operation, asked):
        """Sees every call first."""

    def answer(self, operation, asked):
        model = get_service_model(self.model).operation_model(operation)
        faults = wrong(model.input_shape, asked, "") if model.input_shape else []
        if faults:
            count = f"{len(faults)} validation error{'s' if len(faults) > 1 else ''} detected: "
            raise Refusal(self.invalid, count + "; ".join(faults))
        self.before(operation, asked)
        return getattr(self, snake(operation))(asked) or {}


def snake(operation):
    """`CreateIPSet` as `create_ip_set`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", operation)
    return words.lower().replace("ac_ls", "acls")


def serve(made, environ, body):
    """(status, headers, body) of a call of such a service."""
    module = importlib.import_module(f"{__package__}.{SERVICES[made.service]}")
    service = module.Service(made.account, made.region)
    shape = get_service_model(service.model)
    if not hasattr(service, snake(made.operation)):
        raise NotImplementedError(f"{made.service} has no {made.operation} here")
    try:
        status, said = 200, plain(service.answer(made.operation, json.loads(body or b"{}")))
    except Refusal as refusal:
        error = shape.shape_for_error_code(refusal.code)
        traits = (error.metadata if error else {}).get("error", {})
        status = traits.get("httpStatusCode", 500 if error and error.metadata.get("fault") else 400)
        said = {"__type": refusal.code, "message": refusal.message, **getattr(refusal, "more", {})}
    headers = [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-RequestId", str(uuid.uuid4()))]
    if status != 200:
        headers.append(("x-amzn-ErrorType", said["__type"]))
    return status, headers, json.dumps(said).encode()


def plain(value):
    """An answer without what is not there."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items() if inner is not None}
    return [plain(item) for item in value] if isinstance(value, list) else value


def reset(owner=None):
    for module in set(SERVICES.values()):
        loaded = importlib.import_module(f"{__package__}.{module}")
        loaded.Service.kept.pop(owner, None) if owner else loaded.Service.kept.clear()


def wrong(shape, value, at):
    """What the model does not allow of a value: AWS's own words."""
    check = KINDS.get(shape.type_name)
    return check(shape, value, at) if check else []


def said(value, at, rule):
    return [f"Value '{str(value)[:80]}' at '{at}' failed to satisfy constraint: {rule}"]


def structure(shape, value, at):
    if not isinstance(value, dict):
        return said(value, at, "Member must be an object")
    faults = []
    for name in shape.required_members:
        if value.get(name) is None:
            faults += said("null", inside(at, name), "Member must not be null")
    for name, inner in value.items():
        member = next((m for n, m in shape.members.items() if name in (n, m.serialization.get("name"))), None)
        if member is None:
            faults += said(inner, inside(at, name), "Member is not one that the model knows")
        elif inner is not None:
            faults += wrong(member, inner, inside(at, name))
    return faults


def listed(shape, value, at):
    if not isinstance(value, list):
        return said(value, at, "Member must be a list")
    faults = sized(shape, len(value), value, at, "Member must have length")
    for number, item in enumerate(value):
        faults += wrong(shape.member, item, f"{at}.{number + 1}.member")
    return faults


def mapped(shape, value, at):
    faults = sized(shape, len(value), value, at, "Map value must have length")
    for key, item in value.items():
        faults += wrong(shape.key, key, f"{at} key") + wrong(shape.value, item, inside(at, key))
    return faults


def text(shape, value, at):
    if not isinstance(value, str):
        return said(value, at, "Member must be text")
    faults = sized(shape, len(value), value, at, "Member must have length")
    pattern = shape.metadata.get("pattern")
    if shape.enum and value not in shape.enum:
        faults += said(value, at, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")
    if pattern and not fits(pattern, value):
        faults += said(value, at, f"Member must satisfy regular expression pattern: {pattern}")
    return faults


def fits(pattern, value):
    try:
        return re.fullmatch(pattern, value, re.DOTALL) is not None
    except re.error:
        # Java's classes of letters, which Python does not have.
        return True


def number(shape, value, at):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return said(value, at, "Member must be a number")
    return sized(shape, value, value, at, "Member must have value")


def blob(shape, value, at):
    return sized(shape, len(base64.b64decode(value)), value, at, "Member must have length")


def flag(_shape, value, at):
    return [] if isinstance(value, bool) else said(value, at, "Member must be true or false")


def sized(shape, size, value, at, words):
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        return said(value, at, f"{words} greater than or equal to {least}")
    if most is not None and size > most:
        return said(value, at, f"{words} less than or equal to {most}")
    return []


def inside(at, name):
    return f"{at}.{name}" if at else name[:1].lower() + name[1:]


KINDS = {
    "structure": structure,
    "list": listed,
    "map": mapped,
    "string": text,
    "character": text,
    "integer": number,
    "long": number,
    "float": number,
    "double": number,
    "blob": blob,
    "boolean": flag,
}


class Tags:
    """The tags of things by ARN, for a service whose calls are ListTagsForResource, TagResource and UntagResource."""

    arn, unknown = "ResourceARN", "ResourceNotFoundException"
    key, value = "Key", "Value"

    def tags(self):
        return self.all("tags", "every")

    def tag(self, arn, tags):
        for pair in tags or []:
            if pair[self.key].lower().startswith("aws:"):
                raise Refusal(self.invalid, "aws: prefixed tag key names are not allowed for external use.")
        self.tags().setdefault(arn, {}).update({pair[self.key]: pair[self.value] for pair in tags or []})

    def tags_of(self, arn):
        if arn not in self.tags():
            raise Refusal(self.unknown, f"{arn} does not exist")
        return self.tags()[arn]

    def listed_tags(self, arn):
        return [{self.key: key, self.value: value} for key, value in self.tags_of(arn).items()]

    def list_tags_for_resource(self, asked):
        return {"Tags": self.listed_tags(asked[self.arn])}

    def tag_resource(self, asked):
        self.tags_of(asked[self.arn])
        self.tag(asked[self.arn], asked["Tags"])

    def untag_resource(self, asked):
        for key in asked["TagKeys"]:
            self.tags_of(asked[self.arn]).pop(key, None)
