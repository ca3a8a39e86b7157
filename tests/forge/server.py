"""Forges that can't be had on one machine, held to their vendors' descriptions: every request and every answer validates.

`server.py --kind github --description FILE` listens on 127.0.0.1, prints its port and ends when its standard input does. Below
`/_gitinfra/` a test says what there is (`pull`, `comment`, `limits`), what goes wrong (`fault`), and asks what came of it (`state`).
"""

import argparse
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from bitbucket import Bitbucket
from description import Description, Wrong
from github import Github
from gitlab import Gitlab
from state import Refused, State

KINDS = {"github": Github, "gitlab": Gitlab, "bitbucket": Bitbucket}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def serve(self):
        server = self.server
        length = int(self.headers.get("content-length") or 0)
        text = self.rfile.read(length)
        body = json.loads(text) if text else None
        url = urlsplit(self.path)
        if url.path.startswith("/_gitinfra/"):
            with server.lock:
                return self.answer(200, server.state.control(url.path.rsplit("/", 1)[1], body))
        with server.lock:
            fault = server.state.fault(self.command, url.path)
            if fault and not fault.get("lose"):
                return self.answer(fault["status"], fault.get("body", {}), fault.get("headers", {}))
            status, answer, headers = self.play(url, body)
        if fault:
            # It is done, and nobody is told.
            self.close_connection = True
            return self.connection.close()
        return self.answer(status, answer, headers)

    def play(self, url, body):
        server, query = self.server, dict(parse_qsl(url.query))
        forge, state = server.forge, server.state
        path = url.path.removeprefix(forge.PREFIX)
        headers = {}
        try:
            if path == "/graphql":
                forge.allowed(state, self.headers, path)
                return 200, forge.graphql(body), headers
            operation = forge.description.request(self.command, path, query, body)
            state.base = base = f"http://{self.headers['host']}{forge.PREFIX}"
            forge.allowed(state, self.headers, path)
            status, answer = forge.answer(state, self.command, path, query, body)
            if isinstance(answer, list):
                answer, headers = forge.page(answer, query, base + path, state.most_per_page)
            forge.description.answer(operation, status, answer)
            return status, answer, headers
        except Refused as refused:
            return refused.status, refused.answer, refused.headers
        except Wrong as wrong:
            state.wrong.append(f"{self.command} {self.path}: {wrong}")
            return 418, {"message": str(wrong)}, headers

    def answer(self, status, answer, headers=None):
        content = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Type": "application/json", "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = serve

    def log_message(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kind", choices=KINDS, required=True)
    parser.add_argument("--description", required=True)
    given = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.lock, server.state = threading.Lock(), State()
    server.forge = KINDS[given.kind](Description(given.description))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
