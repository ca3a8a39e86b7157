"""Smithy RPC v2 in CBOR, which CloudWatch's clients speak, put into JSON for everyone else here, and back."""

import datetime
import json
import re

from botocore.parsers import RpcV2CBORParser
from botocore.serialize import RpcV2CBORSerializer
from moto.core.utils import get_service_model

PATH = re.compile(r"^/service/(\w+)/operation/(\w+)$")
# The name by which a service's path calls it.
SERVICES = {"GraniteServiceVersion20100801": "cloudwatch"}


class Reader(RpcV2CBORParser):
    def __init__(self):
        super().__init__(timestamp_parser=lambda seconds: seconds)

    def read(self, body):
        return self.parse_data_item(self.get_peekable_stream_from_bytes(body)) if body else {}


class Writer(RpcV2CBORSerializer):
    def write(self, value, shape):
        out = bytearray()
        self._serialize_data_item(out, value, shape)
        return bytes(out)


def call(environ, body):
    """The operation's model of a call in CBOR, and what is asked as JSON. None for any other call."""
    path = PATH.match(environ.get("PATH_INFO", ""))
    if not path or environ.get("HTTP_SMITHY_PROTOCOL") != "rpc-v2-cbor":
        return None, body
    target, operation = path.groups()
    environ["HTTP_X_AMZ_TARGET"] = f"{target}.{operation}"
    model = get_service_model(SERVICES[target]).operation_model(operation)
    return model, json.dumps(Reader().read(body)).encode()


def told(model, status, headers, body):
    """An answer in JSON as one in CBOR."""
    said = json.loads(body or b"{}")
    kept = [pair for pair in headers if pair[0].lower() not in ("content-type", "x-amzn-errortype")]
    kept += [("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")]
    if status != 200:
        code = said["__type"]
        fault = "Receiver" if status >= 500 else "Sender"
        kept.append(("x-amzn-query-error", f"{code};{fault}"))
        return status, kept, texts({"__type": code, "message": said.get("message", "")})
    shape = model.output_shape
    return status, kept, Writer().write(timed(said, shape), shape) if shape else texts({})


def timed(value, shape):
    """Numbers of seconds as the times that they are in the model."""
    if shape.type_name == "timestamp":
        return datetime.datetime.fromtimestamp(value, datetime.UTC)
    if shape.type_name == "structure":
        return {name: timed(inner, shape.members[name]) for name, inner in value.items()}
    return [timed(item, shape.member) for item in value] if shape.type_name == "list" else value


def texts(value):
    """A map of texts."""
    writer, out = Writer(), bytearray([0xA0 | len(value)])
    for pair in value.items():
        for text in pair:
            writer._serialize_type_string(out, text, None, None)
    return bytes(out)
