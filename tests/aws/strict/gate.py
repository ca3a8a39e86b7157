"""The front door of the server: keeps the list of calls, carries out faults, and answers the tests' admin paths."""

import contextlib
import io
import json
import os
import pathlib
import re
import signal
import threading
import time
import traceback
import uuid
from dataclasses import asdict
from urllib.parse import parse_qsl

from moto.core.base_backend import BackendDict, backend_lock
from moto.core.model_instances import reset_model_data

from . import account, allowed, answer, cache, call, cbor, model, own, permission, zone
from .clock import CLOCK
from .faults import Faults, Rule

REQUEST_ID = re.compile(rb"(<request[iI][dD]>|<RequestI[dD]>)[^<]*")

# What the provider's clients call themselves.
OURS = "aws-sdk-rust"


class Dropped(Exception):
    """The connection ends here, without an answer."""


class Gate:
    def __init__(self, aws, log=None):
        account.install()
        cache.install()
        self.aws = aws
        self.log = log
        # The accounts in which a session may do only what its role's policies allow.
        self.enforced = set()
        # The calls of each account, in order.
        self.calls = {}
        self.faults = Faults()
        # moto's models are not made for threads. One call at a time keeps each one whole, and costs nothing: it is Python.
        self.lock = threading.RLock()

    def answer(self, environ):
        """(status, headers, body) of a request, or Dropped."""
        # A chunked body says where it ends; any other has a length.
        body = environ["wsgi.input"].read(
            *([] if environ.get("wsgi.input_terminated") else [int(environ.get("CONTENT_LENGTH") or 0)])
        )
        handle = self.admin if environ["PATH_INFO"].startswith("/_gitinfra/") else self.serve
        status, headers, content = handle(environ, body)
        if environ["REQUEST_METHOD"] == "HEAD":
            return status, headers, b""
        return (
            status,
            [*(pair for pair in headers if pair[0].lower() != "content-length"), ("Content-Length", str(len(content)))],
            content,
        )

    def serve(self, environ, body):
        model, body = cbor.call(environ, body)
        answered = self.noted(environ, body)
        return cbor.told(model, *answered) if model else answered

    def noted(self, environ, body):
        made = call.of(environ, body)
        # `seconds` is all of the call's time here; `busy` leaves out the wait for other calls, and is what moto itself took.
        entry = {
            "service": made.service,
            "operation": made.operation,
            "region": made.region,
            "account": made.account,
            "mutating": made.mutating,
            "ours": OURS in environ.get("HTTP_USER_AGENT", ""),
            "actions": permission.needed(made, body, f"{environ['PATH_INFO']}?{environ.get('QUERY_STRING', '')}"),
            "status": 0,
            "time": time.time(),
            "seconds": 0.0,
            "busy": 0.0,
        }
        try:
            status, headers, content = self.faulty(made, environ, body, entry)
            entry["status"] = status
            return status, headers, content
        finally:
            entry["seconds"] = round(time.time() - entry["time"], 6)
            self.calls.setdefault(made.account, []).append(entry)
            if self.log:
                self.log.write(json.dumps(entry) + "\n")

    def faulty(self, made, environ, body, entry):
        """Answers the call, with the fault that a test asked for."""
        rule = self.faults.take(made)
        kind = rule.kind if rule else None
        if kind == "drop-before":
            raise Dropped
        if kind == "throttle":
            return answer.throttle(made.service)
        if kind == "error500":
            return answer.error(made.service, 500, "InternalError", "An internal error has occurred")
        if kind == "error":
            return answer.error(made.service, rule.status, rule.code, rule.message)
        if kind == "slow":
            time.sleep(rule.seconds)
        answered = self.carry_out(made, environ, body, entry)
        if kind == "kill":
            os.kill(rule.pid or caller(environ), signal.SIGKILL)
        if kind in ("kill", "lose-answer"):
            raise Dropped
        return answered

    def carry_out(self, made, environ, body, entry):
        fault = account.fault(made.access_key)
        if fault:
            return answer.no_credentials(made.service, fault)
        if made.account in self.enforced:
            asked = f"{environ.get('QUERY_STRING', '')}&{permission.plain(body)}"
            refused = allowed.refusal(made, entry["actions"], environ["PATH_INFO"], asked)
            if refused:
                return answer.denied(made.service, refused)
        # The provider's own requests; boto3 holds its own against the same model.
        wrong = model.faults(made.service, environ, body) if entry["ours"] else []
        if wrong:
            code = "ValidationError" if answer.protocol(made.service) in ("query", "ec2") else "ValidationException"
            words = f"{len(wrong)} validation error{'s'[: len(wrong) != 1]} detected: {'; '.join(wrong)}"
            return answer.error(made.service, 400, code, f"{words} ({made.operation})")
        environ["wsgi.input"] = io.BytesIO(body)
        head = []

        def start_response(status, headers, exc_info=None):
            head[:] = [int(status.split(" ", 1)[0]), headers]

        with self.lock:
            begun = time.time()
            try:
                if made.service in own.SERVICES:
                    return own.serve(made, environ, body)
                content = b"".join(self.aws(environ, start_response))
            except Exception as error:
                # moto stops with a Python exception at what it doesn't know; 501 is not retried, so the test sees it at once.
                if self.log:
                    self.log.write(traceback.format_exc())
                return answer.error(made.service, 501, "NotImplemented", f"{made.operation}: {type(error).__name__}: {error}")
            finally:
                entry["busy"] = round(time.time() - begun, 6)
        # moto's placeholder stands in some services' bodies; a call has one id, in the body and in the header.
        request_id = str(uuid.uuid4())
        headers = [pair for pair in head[1] if pair[0].lower() != "x-amzn-requestid"]
        content = REQUEST_ID.sub(rb"\g<1>" + request_id.encode(), content)
        return head[0], [*headers, ("x-amzn-RequestId", request_id)], content

    def admin(self, environ, body):
        route = (environ["REQUEST_METHOD"], environ["PATH_INFO"].removeprefix("/_gitinfra/"))
        query = dict(parse_qsl(environ.get("QUERY_STRING", "")))
        owner = query.get("account")
        try:
            asked = json.loads(body) if body else None
            if route == ("GET", "health"):
                return said({"status": "ok"})
            if route == ("GET", "calls"):
                return said(self.since(owner, int(query.get("after", 0))))
            if route == ("POST", "reset"):
                return said(self.reset(owner))
            if route == ("POST", "faults"):
                self.faults.add([Rule(**rule) for rule in (asked if isinstance(asked, list) else [asked])])
                return said({"rules": len(self.faults.rules)})
            if route == ("GET", "faults"):
                return said([asdict(rule) for rule in self.faults.rules if owner in (None, rule.account)])
            if route == ("DELETE", "faults"):
                self.faults.clear(owner)
                return said({"rules": len(self.faults.rules)})
            if route == ("POST", "permissions"):
                return said(self.enforce(owner, **asked))
            if route == ("POST", "zones"):
                return said(zone.mark(owner, asked or {}))
            if route == ("POST", "clock"):
                return said(self.set_clock(**asked))
            return said({"error": f"no such admin path: {route[0]} {environ['PATH_INFO']}"}, 404)
        except (TypeError, ValueError) as error:
            return said({"error": str(error)}, 400)

    def since(self, owner, after):
        """The calls of one account or of all, after the first so many."""
        if owner:
            return self.calls.get(owner, [])[after:]
        return sorted((entry for calls in list(self.calls.values()) for entry in calls), key=lambda entry: entry["time"])[after:]

    def reset(self, owner=None):
        """Forgets everything, or all of one account. moto resets by building every backend anew; dropping them lets the next call
        build what it needs."""
        with self.lock, backend_lock:
            for backends in list(BackendDict._instances):
                backends.pop(owner, None) if owner else backends.clear()
            if not owner:
                BackendDict._instances.clear()
                reset_model_data()
            own.reset(owner)
            zone.reset(owner)
            self.enforced = self.enforced - {owner} if owner else set()
            self.calls = {account: calls for account, calls in self.calls.items() if owner and account != owner}
            self.faults.clear(owner)
        return {"status": "ok"}

    def enforce(self, owner, enforced):
        if not owner:
            raise ValueError("which account?")
        (self.enforced.add if enforced else self.enforced.discard)(owner)
        return {"enforced": sorted(self.enforced)}

    @staticmethod
    def set_clock(timeScale=None, eventual=None, zoneBusy=None):
        CLOCK.scale = CLOCK.scale if timeScale is None else float(timeScale)
        CLOCK.eventual = CLOCK.eventual if eventual is None else bool(eventual)
        CLOCK.zone_busy = CLOCK.zone_busy if zoneBusy is None else float(zoneBusy)
        return {"timeScale": CLOCK.scale, "eventual": CLOCK.eventual, "zoneBusy": CLOCK.zone_busy}


def caller(environ):
    """The process at the other end of the connection."""
    port = f":{int(environ['REMOTE_PORT']):04X}"
    with open("/proc/net/tcp") as table:
        sockets = [line.split() for line in table]
    inode = next(fields[9] for fields in sockets if fields[1].endswith(port) and fields[9] != "0")
    for link in pathlib.Path("/proc").glob("[0-9]*/fd/*"):
        # Processes and their files come and go meanwhile.
        with contextlib.suppress(OSError):
            if os.readlink(link) == f"socket:[{inode}]":
                return int(link.parts[2])
    raise LookupError(f"no process has the connection from port {environ['REMOTE_PORT']}")


def said(value, status=200):
    return status, [("Content-Type", "application/json")], json.dumps(value).encode()
