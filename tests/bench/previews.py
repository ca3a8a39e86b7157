"""How long a server takes to preview a thousand pull requests and to tell them, by an engine that does nothing and against a forge (as Gitea speaks) that
has a limit."""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REQUESTS = 1000
# Previews of one stack wait for each other.
STACKS = 50
# What the forge takes in a second, and at once.
RATE, BURST = 400, 1000
PAGE = 50
# No more is waited for.
PATIENCE = 600
# No stack needs the files of the others.
SPARSE = "rules: [{stacks: ['**'], sparse: true}]\n"
# What the forge signs webhooks with.
SECRET = "a-secret-of-the-forge-and-the-server"

ENGINE = """#!/bin/sh
case "$1 $2" in
    version*) echo v3.259.0 ;;
    "stack ls") echo '[{"name":"dev"}]' ;;
    "stack export") echo '{"version":3,"deployment":{}}' ;;
    "config "*) echo '{}' ;;
    about*) echo '{"cliAbout":{"version":"3.259.0"}}' ;;
esac
"""


def page_of(query: str) -> int:
    return int((re.search(r"(?:^|&)page=(\d+)", query) or [0, 1])[1])


class Forge:
    """Pull requests with their comments and statuses, and a bucket of requests that fills up again."""

    def __init__(self, heads: list[str]) -> None:
        self.heads, self.base = heads, ""
        self.comments: dict[int, list[dict]] = {}
        self.statuses: dict[str, list[dict]] = {}
        self.begun: dict[str, float] = {}
        self.lock, self.left, self.filled, self.refused, self.asked = threading.Lock(), float(BURST), time.monotonic(), 0, 0
        forge = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # A head and a body in two packets would wait for each other.
            wbufsize = -1

            def log_message(self, *_: object) -> None:
                pass

            def do(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length) or "null")
                status, said = forge.answer(self.command, self.path.removeprefix("/api/v1/"), body)
                text = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                if status == 429:
                    self.send_header("Retry-After", "1")
                if following := forge.following(self.path, said):
                    self.send_header("Link", f'<{forge.base_url}{following}>; rel="next"')
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PATCH = do_DELETE = do

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self.server.server_port}"
        self.url = f"{self.base_url}/acme/infra"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, method: str, path: str, body: dict | None) -> tuple[int, object]:
        with self.lock:
            now = time.monotonic()
            self.left = min(BURST, self.left + (now - self.filled) * RATE)
            self.filled = now
            if self.left < 1:
                self.refused += 1
                return 429, {"message": "slower"}
            self.left -= 1
            self.asked += 1
            return self.answered(method, path, body)

    def answered(self, method: str, path: str, body: dict | None) -> tuple[int, object]:
        path, _, query = path.partition("?")
        parts = path.split("/")[3:] if path.startswith("repos/") else path.split("/")
        match method, *parts:
            case "GET", "user":
                return 200, {"id": 7, "login": "bot"}
            case "GET", "pulls":
                page = page_of(query)
                shown = range(PAGE * (page - 1), min(PAGE * page, len(self.heads)))
                return 200, [self.pull(at + 1) for at in shown]
            case "GET", "pulls", number:
                return 200, self.pull(int(number))
            case "GET", "issues", number, "comments":
                return 200, self.comments.get(int(number), [])
            case "POST", "issues", number, "comments":
                comment = {"id": int(number), "body": body["body"], "user": {"id": 7, "login": "bot"}, "created_at": None, "updated_at": None}
                self.comments.setdefault(int(number), []).append(comment)
                return 201, comment
            case "GET", "commits", commit, "statuses":
                return 200, self.statuses.get(commit, [])
            case "POST", "statuses", commit:
                status = {"id": self.asked, "context": body["context"], "status": body["state"]}
                self.statuses.setdefault(commit, []).append(status)
                if body["state"] == "pending":
                    self.begun.setdefault(commit, time.monotonic())
                return 201, status
        return 404, {"message": f"{method} {path}"}

    def following(self, path: str, said: object) -> str | None:
        """Where a listing of pull requests goes on."""
        where, _, query = path.partition("?")
        if not where.endswith("/pulls") or not isinstance(said, list) or len(said) < PAGE:
            return None
        rest = "&".join(part for part in query.split("&") if not part.startswith("page="))
        return f"{where}?{rest}&page={page_of(query) + 1}"

    def pull(self, number: int) -> dict:
        head = {"ref": f"change-{number}", "sha": self.heads[number - 1], "repo": {"id": 1}}
        base = {"ref": "main", "sha": self.base, "repo": {"id": 1}}
        return {"number": number, "title": f"Change {number}", "state": "open", "html_url": f"{self.url}/pulls/{number}", "head": head, "base": base}

    def told(self) -> int:
        """How many have their comment, and a status that is not pending."""
        with self.lock:
            newest = lambda head: next((s["status"] for s in reversed(self.statuses.get(head, [])) if s["context"] == "gitinfra"), "")  # noqa: E731
            return sum(1 for at, head in enumerate(self.heads) if self.comments.get(at + 1) and newest(head) == "success")


def repository(folder: pathlib.Path, stacks: int, requests: int, round: int = 1) -> list[str]:
    """Stacks on main, and branches each of which changes one; in a later round each branch changes it once more. Their heads."""
    who = "committer gitinfra <gitinfra@example.com> 1700000000 +0000\n"
    data = lambda text: f"data {len(text)}\n{text}\n"  # noqa: E731
    program = lambda at: f"name: web{at}\nruntime: yaml\n"  # noqa: E731
    lines = [f"commit refs/heads/main\nmark :1\n{who}{data('Begin')}"] if round == 1 else []
    if round == 1:
        lines.append(f"M 100644 inline gitinfra.yaml\n{data(SPARSE)}")
    for at in range(stacks if round == 1 else 0):
        for name, text in (("Pulumi.yaml", program(at)), ("Pulumi.dev.yaml", "config: {}\n")):
            lines.append(f"M 100644 inline web{at}/{name}\n{data(text)}")
    for number in range(1, requests + 1):
        branch = f"refs/heads/change-{number}"
        head = f"commit {branch}\n{who}{data(f'Change {number}')}from {':1' if round == 1 else f'{branch}^0'}\n"
        at = number % stacks
        lines.append(f"{head}M 100644 inline web{at}/Pulumi.yaml\n{data(f'{program(at)}description: change {number}.{round}{chr(10)}')}")
    git = ["git", "-C", folder]
    if round == 1:
        subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
    subprocess.run([*git, "fast-import", "--quiet"], input="".join(lines), text=True, check=True)
    refs = [f"refs/heads/change-{number}" for number in range(1, requests + 1)]
    return subprocess.run([*git, "rev-parse", *refs], check=True, capture_output=True, text=True).stdout.split()


class Served:
    """A server of a repository with pull requests, its forge and an engine that does nothing."""

    def __init__(self, place: pathlib.Path, program: pathlib.Path, stacks: int, requests: int, **more: object) -> None:
        for name in ("bin", "repo", "home", "backend"):
            (place / name).mkdir(parents=True)
        engine = place / "bin/pulumi"
        engine.write_text(ENGINE)
        engine.chmod(0o755)
        self.place, self.program, self.process = place, program, None
        self.forge = Forge(repository(place / "repo", stacks, requests))
        for name, text in (("token", "hush-token"), ("ada", "hush-token-of-ada"), ("hook", SECRET)):
            (place / name).write_text(text)
        forge = {"url": self.forge.url, "kind": "gitea", "tokenFile": "token", "webhookSecretFile": "hook"}
        config = {
            "listen": "127.0.0.1:0",
            "repositories": [{"name": "infra", "repo": str(place / "repo"), "interval": "1h", "reviews": 16, "forge": forge}],
            "people": [{"name": "ada", "role": "admin", "tokenFile": "ada"}],
            **more,
        }
        (place / "serve.yaml").write_text(json.dumps(config))
        self.env = {
            **os.environ, "PATH": f"{place / 'bin'}:{os.environ['PATH']}", "HOME": str(place / "home"), "PULUMI_HOME": str(place / "home"),
            "PULUMI_BACKEND_URL": f"file://{place}/backend", "PULUMI_CONFIG_PASSPHRASE": "x",
        }  # fmt: skip

    def start(self) -> None:
        command = [self.program, "serve", "--config", "serve.yaml", "--state-dir", self.place / "state"]
        log = (self.place / "log").open("w")
        self.process = subprocess.Popen(command, cwd=self.place, env=self.env, stdout=log, stderr=subprocess.STDOUT)

    def log(self) -> str:
        return (self.place / "log").read_text()

    def until(self, is_so, what: str) -> None:
        begun = time.perf_counter()
        while not is_so():
            if self.process.poll() is not None or time.perf_counter() - begun > PATIENCE:
                sys.exit(f"{what} did not come:\n{self.log()[-3000:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.forge.server.shutdown()


def previews(board, args, folder: pathlib.Path) -> None:
    served = Served(folder / "previews", args.target / "gitinfra", STACKS, REQUESTS)
    forge = served.forge
    begun = time.perf_counter()
    served.start()
    try:
        served.until(lambda: forge.told() == REQUESTS, "the last comment and status")
        took = time.perf_counter() - begun
    finally:
        served.stop()
    twins = sum(1 for comments in forge.comments.values() if len(comments) > 1)
    board.head(f"{REQUESTS} pull requests previewed by an engine that does nothing, on a forge that takes {RATE} requests a second")
    board.row("from the first look to the last status", took, None, "s", 60)
    board.row("  requests to the forge", float(forge.asked), None, "", None)
    board.row("  of them refused for its limit", float(forge.refused), None, "", None)
    board.row("  comments that are there twice", float(twins), None, "", 0)
