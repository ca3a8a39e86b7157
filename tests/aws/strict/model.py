"""Holds a request against the service's own model, as botocore has it: what is required, how long, how much, which pattern, which words."""

import functools
import io
import re

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model

# Services that sign with another name than their model has.
MODELS = {"elasticloadbalancing": "elbv2", "monitoring": "cloudwatch"}


def faults(service, environ, body):
    """What the service's model does not allow in a request, in AWS's words. Nothing for what has no model."""
    name = MODELS.get(service, service)
    try:
        request = Request({**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))})
        model = get_service_model(name)
        operation, path = get_service_router(name).match(request)
        parser = PROTOCOL_PARSERS[determine_request_protocol(model, request.content_type)](operation)
        asked = {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": path,
        }
        shape, value = operation.input_shape, parser.parse(asked)
    except Exception:
        # moto knows neither the service nor the path; it says so itself.
        return []
    return list(wrong(shape, value, "")) if shape else []


def wrong(shape, value, at):
    """Everything that is wrong with a value of a shape."""
    if value is None:
        return
    if shape.type_name == "structure":
        for name in shape.required_members:
            if value.get(name) is None:
                yield f"Value null at '{inside(at, name)}' failed to satisfy constraint: Member must not be null"
        for name, member in shape.members.items():
            yield from wrong(member, value.get(name), inside(at, name))
        return
    yield from (f"Value at '{at}' failed to satisfy constraint: Member must {must}" for must in broken(shape, value))
    if shape.type_name == "list":
        for number, item in enumerate(value, 1):
            yield from wrong(shape.member, item, inside(at, f"{number}.member"))
    if shape.type_name == "map":
        for key, item in value.items():
            yield from wrong(shape.key, key, f"{at} key")
            yield from wrong(shape.value, item, inside(at, key))


def broken(shape, value):
    """Which limits a single value, a list or a map does not keep."""
    limits = shape.metadata
    numeric = shape.type_name in ("integer", "long", "float", "double")
    size = value if numeric else len(value) if hasattr(value, "__len__") else None
    kind = "have value" if numeric else "have length"
    if size is not None and "min" in limits and size < limits["min"]:
        yield f"{kind} greater than or equal to {limits['min']}"
    if size is not None and "max" in limits and size > limits["max"]:
        yield f"{kind} less than or equal to {limits['max']}"
    if shape.type_name == "string":
        pattern = regular(limits.get("pattern"))
        if pattern and not pattern.search(value):
            yield f"satisfy regular expression pattern: {limits['pattern']}"
        if limits.get("enum") and value not in limits["enum"]:
            yield f"satisfy enum value set: [{', '.join(limits['enum'])}]"


@functools.cache
def regular(pattern):
    """A pattern of the model; nothing for one that Python writes otherwise."""
    try:
        return re.compile(rf"^(?:{pattern})$", re.DOTALL) if pattern else None
    except re.error:
        return None


def inside(at, name):
    return f"{at}.{name}" if at else name
