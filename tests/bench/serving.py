"""What a server costs that has nothing to do, how soon a push is answered by a status, and what open pages cost."""

import hashlib
import hmac
import json
import pathlib
import re
import socket
import sqlite3
import subprocess
import threading
import time
import urllib.request

import previews

STACKS = 1000
# Pull requests, each of which is pushed to once.
REQUESTS = 50
# So many pushes a second.
PUSHES = 2
PAGES = 50
# How long the pages are open while nothing happens, in seconds.
WATCHED = 20


def settle(served: previews.Served) -> None:
    """All stacks stand at the head of main, so that nothing has to be rolled out."""
    repo, state = served.place / "repo", served.place / "state"
    command = [served.program, "sync", "--dry-run", "--repo", repo, "--state-dir", state]
    subprocess.run(command, env=served.env, check=True, capture_output=True)
    head = subprocess.run(["git", "-C", repo, "rev-parse", "main"], check=True, capture_output=True, text=True).stdout.strip()
    with sqlite3.connect(state / "ledger.db") as ledger:
        ledger.execute("INSERT INTO repositories VALUES ('r', ?, 0)", [str(repo.resolve())])
        rows = [(f"s{i}", f"web{i}/dev", f"web{i}", head) for i in range(STACKS)]
        columns = "id, repository_id, name, folder, runtime, rolled_out_commit, rolled_out_at, created_at"
        ledger.executemany(f"INSERT INTO stacks ({columns}) VALUES (?, 'r', ?, ?, 'yaml', ?, 0, 0)", rows)


def mib(pid: int) -> float:
    return int(pathlib.Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()[0]) / 1024


def cpu(pid: int) -> float:
    """Seconds of the process and of all that it started and that ended."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(int(field) for field in fields[11:15]) / 100


def push(url: str, number: int, head: str) -> None:
    """Tells the server of a new head, as Gitea does."""
    body = json.dumps({"action": "synchronized", "number": number, "pull_request": {"number": number, "head": {"sha": head}}}).encode()
    signature = hmac.new(previews.SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Gitea-Event": "pull_request", "X-Gitea-Delivery": head, "X-Gitea-Signature": signature}
    with urllib.request.urlopen(urllib.request.Request(f"{url}/hooks/infra", body, headers)) as answer:
        assert answer.status == 202, answer.status


def pushes(board, served: previews.Served, url: str) -> None:
    forge, sent = served.forge, {}
    forge.heads = previews.repository(served.place / "repo", STACKS, REQUESTS, round=2)
    for number, head in enumerate(forge.heads, 1):
        sent[head] = time.monotonic()
        push(url, number, head)
        time.sleep(max(0, sent[head] + 1 / PUSHES - time.monotonic()))
    served.until(lambda: forge.told() == REQUESTS, "the last status")
    took = sorted(forge.begun[head] - at for head, at in sent.items())
    board.row("a push until `pending`, median", took[len(took) // 2], None, "s", None)
    board.row("a push until `pending`, 99 of 100", took[len(took) * 99 // 100 - 1], None, "s", 2)


def opened(address: tuple[str, int]) -> socket.socket:
    """A page that is open in a browser: it hears what changes."""
    page = socket.create_connection(address)
    page.sendall(b"GET /live?of=%2Fstacks HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n")
    assert b" 200 " in page.recv(65536).split(b"\r\n")[0]

    def hear() -> None:
        try:
            while page.recv(65536):
                pass
        except OSError:
            pass

    threading.Thread(target=hear, daemon=True).start()
    return page


def pages(board, served: previews.Served, address: tuple[str, int]) -> None:
    pid = served.process.pid
    begun = cpu(pid)
    time.sleep(WATCHED)
    idle = cpu(pid) - begun
    all = [opened(address) for _ in range(PAGES)]
    # What they see first is made once.
    time.sleep(5)
    begun = cpu(pid)
    time.sleep(WATCHED)
    busy = cpu(pid) - begun
    board.row("with nothing to do", idle / WATCHED * 100, None, "%", None)
    board.row(f"and {PAGES} open pages", busy / WATCHED * 100, None, "%", 5)
    for page in all:
        page.close()


def serving(board, args, folder: pathlib.Path) -> None:
    served = previews.Served(folder / "serving", args.target / "gitinfra", STACKS, REQUESTS, openToRead=True)
    settle(served)
    served.start()
    try:
        served.until(lambda: served.forge.told() == REQUESTS, "the last comment and status")
        found = re.search(r'"address":"([^":]+):(\d+)"', served.log())
        address = (found[1], int(found[2]))
        board.head(f"A server of {STACKS:,} stacks, with {REQUESTS} pull requests")
        pages(board, served, address)
        board.row("memory, with nothing to do", mib(served.process.pid), None, "MiB", 100)
        pushes(board, served, f"http://{found[1]}:{found[2]}")
        board.row("memory, after all were pushed to", mib(served.process.pid), None, "MiB", None)
    finally:
        served.stop()
