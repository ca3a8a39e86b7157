"""Faults that a test asks for: the next calls that fit a rule are throttled, broken, dropped, delayed or refused."""

import threading
from dataclasses import dataclass, field

KINDS = ("throttle", "error500", "drop-before", "lose-answer", "kill", "slow", "error")


@dataclass
class Rule:
    kind: str
    operation: str = "*"
    service: str = "*"
    account: str = "*"
    region: str = "*"
    mutating: bool | None = None
    pid: int = 0
    times: int = 1
    skip: int = 0
    seconds: float = 0.0
    status: int = 400
    code: str = "InternalError"
    message: str = "a fault that the test asked for"
    hits: int = field(default=0, compare=False)

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind {self.kind!r}, want one of {', '.join(KINDS)}")

    def fits(self, call):
        return self.mutating in (None, call.mutating) and all(
            want in ("*", got)
            for want, got in (
                (self.operation, call.operation),
                (self.service, call.service),
                (self.account, call.account),
                (self.region, call.region),
            )
        )


class Faults:
    def __init__(self):
        self.lock = threading.Lock()
        self.rules = []

    def add(self, rules):
        with self.lock:
            self.rules += rules

    def clear(self, owner=None):
        """Drops all rules, or those for one account."""
        with self.lock:
            self.rules = [rule for rule in self.rules if owner and rule.account != owner]

    def take(self, call):
        """The first rule that wants this call, counted down; None lets the call through."""
        with self.lock:
            for rule in self.rules:
                if not rule.fits(call) or rule.hits >= rule.skip + rule.times:
                    continue
                rule.hits += 1
                if rule.hits > rule.skip:
                    return rule
        return None
