"""What tools/get says: a line a part, live on a terminal and plain on a pipe, and its errors."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

LAST_LINES = 15

# What a log's words mean for the person who reads them; the first that fits is said.
NOT_AS_PINNED = "what was downloaded is not what is pinned: look for a proxy that changes files before you trust it"
PINS_DISAGREE = "go.mod and go.sum do not fit each other: see `How to bump one` in tools/README.md"
HINTS = [
    ("no space left on device", "free some space on the disk of the cache folder, then run this again"),
    ("checksum mismatch", NOT_AS_PINNED),
    ("do not match the hashes", NOT_AS_PINNED),
    ("requires go >=", "install the newer go that the log names, from https://go.dev/dl"),
    ("updates to go.mod needed", PINS_DISAGREE),
    ("missing go.sum entry", PINS_DISAGREE),
    (
        "from versions: none",
        "the package index was out of reach: check the connection and pip's settings, then run this again",
    ),
    (
        "no matching distribution",
        "the package index lacks this version for this python: 3.11, 3.12 and 3.13 were tried",
    ),
    ("dial tcp", "the Go module proxy was out of reach: check the connection and GOPROXY, then run this again"),
    ("timeout", "the network was too slow or out of reach: run this again, it goes on where it stopped"),
    ("connection", "the network was out of reach: check the connection and your proxy settings, then run this again"),
    ("signal: killed", "the machine ran out of memory: close other programs, then run this again"),
]


@dataclass
class Failed(Exception):
    """A part that could not be got: what failed, where its log is, and what to do."""

    what: str
    log: Path | None = None
    hints: list[str] = field(default_factory=list)


class Talk:
    """Talk goes to stderr, so that stdout holds only what was asked for."""

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self.begun = time.monotonic()
        self.row = ""

    def begin(self, name: str, version: str) -> None:
        self.row = f"{name:<8} {version:<12}"
        self.begun = time.monotonic()

    def ready(self, where: str) -> None:
        self._last(f"ready{where}")

    def waiting(self) -> None:
        self._passing("waiting for another run that is getting it")

    def building(self, verb: str, usual_time: str) -> None:
        self._passing(f"{verb} ... (about {usual_time})")

    def tick(self, verb: str, usual_time: str) -> None:
        if self.live:
            self._passing(f"{verb} ... {self._seconds()} s of about {usual_time}")

    def took(self) -> None:
        self._last(f"ready, took {self._seconds()} s")

    def aside(self, words: str) -> None:
        print(words, file=sys.stderr, flush=True)

    def done(self, folder: Path) -> None:
        print(f"programs in {folder}", file=sys.stderr)

    def failed(self, failure: Failed) -> None:
        self._end_live_row()
        print(f"error: {failure.what}", file=sys.stderr)
        hints = failure.hints
        if failure.log is not None:
            text = failure.log.read_text(errors="replace")
            for line in text.splitlines()[-LAST_LINES:]:
                print(f"  | {line}", file=sys.stderr)
            print(f"  the whole log: {failure.log}", file=sys.stderr)
            hints = hints or [meaning(text)]
        for hint in hints:
            print(f"hint: {hint}", file=sys.stderr)

    def interrupted(self) -> None:
        self._end_live_row()
        print("stopped; what is ready stays, run this again to go on", file=sys.stderr)

    def _seconds(self) -> int:
        return round(time.monotonic() - self.begun)

    def _passing(self, words: str) -> None:
        if self.live:
            print(f"\r\x1b[K{self.row} {words}", end="", file=sys.stderr, flush=True)
        else:
            print(f"{self.row} {words}", file=sys.stderr, flush=True)

    def _last(self, words: str) -> None:
        start = "\r\x1b[K" if self.live else ""
        print(f"{start}{self.row} {words}", file=sys.stderr, flush=True)
        self.row = ""

    def _end_live_row(self) -> None:
        if self.live and self.row:
            print(file=sys.stderr)


def meaning(log: str) -> str:
    lower = log.lower()
    for words, hint in HINTS:
        if words in lower:
            return hint
    return "run this again; if it fails again, the log says more"
