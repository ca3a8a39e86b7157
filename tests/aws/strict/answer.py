"""Error answers in each service's own wire form, for the refusals that never reach moto."""

import json
import uuid
from xml.sax.saxutils import escape

from moto.core.utils import get_service_model

# Names that sign calls, where they are not botocore's.
SIGNED = {"monitoring": "cloudwatch"}
THROTTLES = {
    "query": (400, "Throttling", "Rate exceeded"),
    "ec2": (503, "RequestLimitExceeded", "Request limit exceeded."),
    "json": (400, "ThrottlingException", "Rate exceeded"),
    "rest-json": (429, "TooManyRequestsException", "Rate exceeded"),
    "rest-xml": (400, "Throttling", "Rate exceeded"),
}


def protocol(service):
    try:
        kind = get_service_model(SIGNED.get(service, service)).metadata["protocol"]
    except Exception:
        return "query"
    # What is asked in CBOR is answered in JSON here, and put into CBOR at the front door.
    return "json" if kind == "smithy-rpc-v2-cbor" else kind


def throttle(service):
    return error(service, *THROTTLES.get(protocol(service), THROTTLES["query"]))


def no_credentials(service, fault):
    """The refusal of an access key that is unknown or expired, which each family of services words in its own way."""
    kind = protocol(service)
    if fault == "expired":
        return error(
            service,
            403,
            {"ec2": "RequestExpired", "json": "ExpiredTokenException"}.get(kind, "ExpiredToken"),
            "The security token included in the request is expired",
        )
    if kind == "ec2":
        return error(service, 401, "AuthFailure", "AWS was not able to validate the provided access credentials")
    return error(
        service,
        403,
        "UnrecognizedClientException" if kind == "json" else "InvalidClientTokenId",
        "The security token included in the request is invalid.",
    )


def denied(service, words):
    """The refusal of a call that the caller's policies do not allow, by the code that each family of services gives it."""
    if service == "sns":
        return error(service, 403, "AuthorizationError", words)
    kind = protocol(service)
    if kind == "ec2":
        encoded = f"Encoded authorization failure message: {uuid.uuid4().hex}"
        return error(service, 403, "UnauthorizedOperation", f"You are not authorized to perform this operation. {words}. {encoded}")
    if kind == "json":
        return error(service, 400, "AccessDeniedException", words)
    return error(service, 403, "AccessDeniedException" if kind == "rest-json" else "AccessDenied", words)


def error(service, status, code, message):
    """(status, headers, body) of an AWS error."""
    kind, request_id = protocol(service), str(uuid.uuid4())
    if kind in ("json", "rest-json"):
        body, content = json.dumps({"__type": code, "message": message}), "application/x-amz-json-1.1"
        headers = [("x-amzn-ErrorType", code)]
    else:
        fault = "Sender" if status < 500 else "Receiver"
        inner = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
        if kind == "ec2":
            body = f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>{request_id}</RequestID></Response>"
        elif service == "s3":
            body = f"<Error>{inner}<RequestId>{request_id}</RequestId></Error>"
        else:
            body = f"<ErrorResponse><Error><Type>{fault}</Type>{inner}</Error><RequestId>{request_id}</RequestId></ErrorResponse>"
        content, headers = "text/xml", []
    return status, [("Content-Type", content), ("x-amzn-RequestId", request_id), *headers], body.encode()
