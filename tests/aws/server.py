"""The AWS API that the project's tests and demo run on: moto's server, made as strict as AWS by `strict/`."""

import argparse
import gc
import importlib
import os
import pathlib
import signal
import socket
import sys
import threading
import time
from http import HTTPStatus

# moto reads these when it is imported. Managed policies exist in every real account; the CORS layer only costs time here.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
# No resource starts an instance yet, and a thousand images take most of a second after each reset, in every region.
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
os.environ.setdefault("MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION", "true")
os.environ.setdefault("MOTO_ENABLE_AMI_VALIDATION", "true")
os.environ.setdefault("MOTO_ACM_VALIDATION_WAIT", "2")
os.environ.setdefault("MOTO_DISABLE_GLOBAL_CORS", "true")
# boto3 inside moto must never look at the developer's own AWS settings.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"}

from moto.core.utils import get_service_model  # noqa: E402
from moto.moto_server.werkzeug_app import (  # noqa: E402
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server  # noqa: E402

import strict  # noqa: E402
from strict import own  # noqa: E402
from strict.clock import CLOCK  # noqa: E402
from strict.gate import Dropped, Gate  # noqa: E402


# botocore's name of a service, where it is not moto's.
BOTOCORE = {"applicationautoscaling": "application-autoscaling"}


class Handler(MotoRequestHandler):
    """Keeps connections open, as AWS does. Werkzeug closes them, since an application may leave a part of a request unread; the gate
    leaves none. The gate keeps the log, too."""

    protocol_version = "HTTP/1.1"
    # An answer leaves in one piece.
    wbufsize = -1
    disable_nagle_algorithm = True

    def run_wsgi(self):
        try:
            status, headers, content = self.server.app.answer(self.make_environ())
        except Dropped:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(status, HTTPStatus(status).phrase)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def handle_expect_100(self):
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def log(self, *_args, **_kwargs):
        pass


def strict_app(service):
    """Makes moto's application for one service, with our refusals in place before its first call."""
    strict.install(service)
    return create_backend_app(service)


def arguments(argv):
    parser = argparse.ArgumentParser(prog="server.py", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="TCP port on 127.0.0.1; 0 lets the system choose")
    parser.add_argument("--port-file", type=pathlib.Path, help="file that gets the port's number once the server answers")
    parser.add_argument("--time-scale", type=float, default=0.01, help="1.0 waits as long as AWS; 0 is at once (default 0.01)")
    parser.add_argument(
        "--eventual", action="store_true", help="new VPCs, subnets and roles are not found for a short (scaled) time"
    )
    parser.add_argument("--log", type=pathlib.Path, help="file for one JSON line a call, and tracebacks")
    return parser.parse_args(argv)


def die_with(parent):
    """Ends this process when the process that started it is gone. The kernel's own death signal fires when the starting
    thread ends, which a test runner's threads do all the time; so the parent's process id is watched instead."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


def warm():
    """Imports what the first calls need. It takes a second, which the program under test needs for its own start."""
    for service in strict.SERVICES:
        importlib.import_module(f"moto.{service}.models")
        get_service_model(BOTOCORE.get(service, service))
    for service in own.SERVICES.values():
        get_service_model(service)
    # What is imported stays; looking through it for garbage again and again would be a tenth of the server's work.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def write_whole(path, text):
    """Writes a file so that a reader sees either nothing or all of it."""
    part = path.with_name(path.name + ".part")
    part.write_text(text)
    part.replace(path)


def main(argv=None):
    args = arguments(argv)
    parent = os.getppid()
    CLOCK.scale = args.time_scale
    CLOCK.eventual = args.eventual
    log = args.log.open("a", buffering=1) if args.log else None
    gate = Gate(DomainDispatcherApplication(strict_app), log)
    server = make_server("127.0.0.1", args.port, gate, threaded=True, request_handler=Handler)
    server.daemon_threads = True
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: os._exit(0))
    threading.Thread(target=die_with, args=(parent,), daemon=True).start()
    # The listening socket already queues connections, so a reader of the port is never refused.
    if args.port_file:
        write_whole(args.port_file, str(server.port))
    print(server.port, flush=True)
    threading.Thread(target=warm, daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
