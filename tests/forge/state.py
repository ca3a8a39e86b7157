"""What a played forge holds, the same for all kinds, and what a test asks of it."""

import re
from datetime import datetime, timezone
from itertools import count


class Refused(Exception):
    """An answer that is no success, which a vendor's description does not have to know."""

    def __init__(self, status, answer, headers=None):
        super().__init__(status)
        self.status, self.answer, self.headers = status, answer, headers or {}


class State:
    def __init__(self):
        self.ids = count(101)
        self.pulls, self.comments, self.statuses, self.checks = {}, {}, [], {}
        # Every commit that was ever one's head.
        self.heads = set()
        self.wrong, self.faults = [], []
        self.most_per_page = 100
        # The most that a comment may have, by the vendor's own refusal.
        self.longest_comment = 65536
        self.tokens = {}

    def control(self, what, body):
        match what:
            case "pull":
                pull = {"title": "Change", "open": True, "fork": False, **self.pulls.get(body["number"], {}), **body}
                self.pulls[body["number"]] = pull
                self.heads |= {one["head"] for one in (pull, pull.get("then", {})) if "head" in one}
            case "comment":
                return self.comment(body["pull"], body["user"], body["text"])
            case "limits":
                self.most_per_page = body.get("per_page", self.most_per_page)
                self.longest_comment = body.get("comment", self.longest_comment)
            case "fault":
                self.faults.append({"times": 1, **body})
            case "state":
                return {
                    "comments": list(self.comments.values()),
                    "statuses": self.statuses,
                    "checks": list(self.checks.values()),
                    "wrong": self.wrong,
                    "tokens": len(self.tokens),
                }
        return {}

    def fault(self, method, path):
        for fault in self.faults:
            if fault["times"] > 0 and fault["method"] == method and re.search(fault["path"], path):
                fault["times"] -= 1
                return fault
        return None

    def read_pull(self, number):
        """A pull request as it is; what is to be `then` comes true once it was read."""
        pull = self.pulls[int(number)]
        shown = dict(pull)
        pull |= pull.pop("then", {})
        return shown

    def listed(self, wanted):
        """The open ones, or others: nothing is ever merged here."""
        if not wanted.lower().startswith("open"):
            return []
        return [self.read_pull(number) for number, pull in self.pulls.items() if pull["open"]]

    def changed_at(self, number):
        """When something last happened to a pull request: a comment, as far as anybody looks."""
        return max((comment["at"] for comment in self.of_pull(number)), default=datetime(2026, 1, 1, tzinfo=timezone.utc).isoformat())

    def comment(self, pull, user, text):
        comment = {"id": next(self.ids), "pull": pull, "user": user, "text": text, "edits": 0}
        comment["at"] = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        self.comments[comment["id"]] = comment
        return comment

    def of_pull(self, number):
        return [comment for comment in self.comments.values() if comment["pull"] == number]
