"""Every call of the whole stack fails in every way, and the provider and the engine are killed at every call that changes something.

The places are not written down: the stack lives once without a fault, and its calls are read. Each of them is one place, in rolling out and in
destroying: the so-manieth call of an operation in a region. A round lives the stack once more in a new account, with several faults that were
dealt out to it; `up` is run until it succeeds. Then nothing may be left to do, boto3 must count exactly what stands after a life without a fault,
and `destroy` must leave what was there before. A round that fails is taken apart, until it is known which of its faults it was.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from typing import NamedTuple

from standing import Account

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
KINDS = ["throttle", "error500", "drop-before", "lose-answer"]
KILLS = ["kill provider", "kill engine"]
WORDS = {"throttle": "throttled", "error500": "500", "drop-before": "dropped before", "lose-answer": "answer lost"}
# How many times an `up` or a `destroy` may be needed: each kill ends one, and so may a fault that the SDK does not repeat.
PATIENCE = 6


class Place(NamedTuple):
    """One call in the stack's life."""

    phase: str
    region: str
    service: str
    operation: str
    nth: int

    def __str__(self) -> str:
        if self.operation == "*":
            return f"{self.phase:8}change #{self.nth + 1}"
        return f"{self.phase:8}{self.service}:{self.operation} #{self.nth + 1} in {self.region}"


class Fault(NamedTuple):
    place: Place
    kind: str

    def __str__(self) -> str:
        return f"{str(self.place):72}{WORDS.get(self.kind, self.kind):16}"

    def rule(self, account: str, pid: int, again: bool) -> dict:
        place = self.place
        # A run that goes on where another one ended makes only the calls that were left: the next of the kind will do.
        skip = 0 if again else place.nth
        where = {"region": place.region, "service": place.service, "operation": place.operation, "skip": skip}
        # A place of any operation is among the calls that change something.
        mutating = True if place.operation == "*" else None
        return {**where, "mutating": mutating, "kind": self.kind.split()[0], "account": account, "pid": pid}


class Wrong(Exception):
    """A life that did not end as one without a fault."""


class Emulator:
    def __init__(self, folder: pathlib.Path) -> None:
        port = folder / "port"
        server = [sys.executable, REPOSITORY / "tests/aws/server.py", "--port", "0", "--port-file", port, "--time-scale", "0.001"]
        self.process = subprocess.Popen(server, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not (port.exists() and port.read_text().strip()):
            if self.process.poll() is not None:
                sys.exit("the emulator did not start")
            time.sleep(0.05)
        self.url = f"http://127.0.0.1:{port.read_text().strip()}"

    def ask(self, method: str, path: str, body: object = None) -> object:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_gitinfra/{path}", data, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def calls(self, account: str) -> list[dict]:
        """The calls that the provider made."""
        return [call for call in self.ask("GET", f"calls?account={account}") if call["ours"]]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


class Life:
    """The stack in an account of its own: rolled out and destroyed, with faults."""

    def __init__(self, args: argparse.Namespace, emulator: Emulator, folder: pathlib.Path, number: int) -> None:
        self.args, self.emulator, self.folder = args, emulator, folder
        self.aws, self.parent = Account(emulator.url, number), Account(emulator.url, number + 1)
        values = {**self.parent.parent_zone(self.aws), "profile": "dev"}
        (folder / "backend").mkdir(parents=True)
        program = (REPOSITORY / "examples/reference-stack/Pulumi.yaml").read_text()
        plugins = {"providers": [{"name": "gitinfra", "path": str(args.target)}]}
        (folder / "Pulumi.yaml").write_text(f"{program}\nplugins: {json.dumps(plugins)}\n")
        self.env = {
            **os.environ,
            "PATH": f"{args.bin}:{os.environ['PATH']}",
            "PULUMI_HOME": str(folder / "home"), "PULUMI_BACKEND_URL": f"file://{folder}/backend", "PULUMI_CONFIG_PASSPHRASE": "x",
            "PULUMI_SKIP_UPDATE_CHECK": "1", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "1", "PULUMI_DISABLE_REGISTRY_RESOLVE": "1",
            "AWS_ENDPOINT_URL": emulator.url, "AWS_REGION": "ap-northeast-1", "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCESS_KEY_ID": self.aws.key, "AWS_SECRET_ACCESS_KEY": "secret", "GITINFRA_TIME_SCALE": "0.001",
        }
        self.pulumi("stack", "init", "dev")
        config = "".join(f"  reference-stack:{name}: {value}\n" for name, value in values.items())
        with (folder / "Pulumi.dev.yaml").open("a") as file:
            file.write(f"config:\n{config}")
        self.met: set[Fault] = set()
        self.before = self.aws.standing()

    def started(self, words: tuple[str, ...], more: dict) -> subprocess.Popen:
        command = ["pulumi", *words, "--non-interactive", "--color=never"]
        out = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return subprocess.Popen(command, cwd=self.folder, env={**self.env, **more}, text=True, **out)

    def pulumi(self, *words: str) -> str:
        process = self.started(words, {})
        said = process.communicate()[0]
        if process.returncode != 0:
            raise Wrong(f"pulumi {' '.join(words)} failed\n{said[-2000:]}")
        return said

    def order(self, engine: int, faults: list[Fault], again: bool) -> None:
        """Tells the emulator which calls fail. Without a process, a kill is the caller's: the provider's."""
        pids = {"kill engine": engine}
        rules = [fault.rule(account, pids.get(fault.kind, 0), again) for fault in faults for account in self.accounts()]
        self.emulator.ask("POST", "faults", rules)

    def accounts(self) -> tuple[str, str]:
        return self.aws.number, self.parent.number

    def heal(self, faults: list[Fault], again: bool) -> None:
        """Drops the rules, and notes which of the faults were met."""
        hits = set()
        for account in self.accounts():
            for rule in self.emulator.ask("GET", f"faults?account={account}"):
                if rule["hits"] > rule["skip"]:
                    hits.add(tuple(rule[part] for part in ("kind", "region", "service", "operation", "skip")))
            self.emulator.ask("DELETE", f"faults?account={account}")
        for fault in faults:
            rule = fault.rule("", 0, again)
            if tuple(rule[part] for part in ("kind", "region", "service", "operation", "skip")) in hits:
                self.met.add(fault)

    def run(self, verb: str, faults: list[Fault]) -> None:
        """Runs a verb until it succeeds. Kills come one to a run, for each ends it."""
        kills = [fault for fault in faults if fault.kind in KILLS]
        pending: dict[str, str] = {}
        for times in range(PATIENCE + len(kills)):
            again = times > 0
            others = [fault for fault in faults if fault.kind not in KILLS and fault not in self.met]
            now = [*others, *kills[times : times + 1]]
            process = self.started((verb, "--yes", "--skip-preview"), pending)
            # The engine takes longer to come to its first call.
            self.order(process.pid, now, again)
            said = process.communicate()[0]
            self.heal(now, again)
            if process.returncode == 0:
                if pending:
                    self.forget()
                return
            pending = self.interrupted()
        raise Wrong(f"{verb} fails again and again\n{said[-2000:]}")

    def interrupted(self) -> dict[str, str]:
        """What the README says to do after a kill."""
        for attributes in (self.folder / "backend").rglob("*.attrs"):
            if attributes.stat().st_size == 0:
                attributes.unlink()
        self.started(("cancel", "--yes"), {}).communicate()
        (self.folder / "state.json").write_text(self.pulumi("stack", "export"))
        return {"GITINFRA_PENDING_CREATES": str(self.folder / "state.json")}

    def forget(self) -> None:
        (self.folder / "state.json").write_text(self.pulumi("stack", "export"))
        self.pulumi("stack", "import", "--file", "state.json")

    def live(self, faults: list[Fault], stands: dict[str, int] | None) -> dict[str, int]:
        """Rolls out, looks, destroys, looks; what stood in between."""
        of = lambda phase: [fault for fault in faults if fault.place.phase == phase]  # noqa: E731
        self.run("up", of("up"))
        self.rolled_out = len(self.emulator.calls(self.aws.number))
        seen = self.aws.standing()
        differs(seen, stands or seen, "stands after up")
        if faults:
            self.pulumi("preview", "--expect-no-changes")
        self.rested = len(self.emulator.calls(self.aws.number))
        self.run("destroy", of("destroy"))
        differs(self.aws.standing(), self.before, "is left after destroy")
        return seen

    def places(self) -> list[Place]:
        """Every call of a life without a fault."""
        calls = self.emulator.calls(self.aws.number)
        found = []
        for phase, part in (("up", calls[: self.rolled_out]), ("destroy", calls[self.rested :])):
            counts = collections.Counter((c["region"], c["service"], c["operation"], c["mutating"]) for c in part)
            # How often something is read depends on how long it takes: the first few of a kind are there in every life.
            for (region, service, operation, mutating), count in sorted(counts.items()):
                few = count if mutating else min(count, 3)
                found += [(Place(phase, region, service, operation, nth), mutating) for nth in range(few)]
        self.mutating = {place for place, mutating in found if mutating}
        return [place for place, _ in found]


def differs(seen: dict[str, int], wanted: dict[str, int], when: str) -> None:
    odd = [f"{kind}: {seen[kind]} and not {wanted[kind]}" for kind in seen if seen[kind] != wanted[kind]]
    if odd:
        raise Wrong(f"what {when} is not what should be: {'; '.join(odd)}")


class Trial:
    """Lives one round after another, and keeps the table."""

    def __init__(self, args: argparse.Namespace, folder: pathlib.Path) -> None:
        self.args, self.folder, self.emulator, self.next = args, folder, Emulator(folder), 100_000_000_001
        self.bad: list[tuple[Fault, str]] = []
        self.stands: dict[str, int] | None = None

    def learn(self) -> None:
        """Lives without a fault: which calls there are, and what stands then."""
        first = self.life()
        self.stands = first.live([], None)
        self.all = first.places()
        self.mutating = first.mutating
        self.end(first)

    def life(self) -> Life:
        """A new life in accounts of its own."""
        self.next += 2
        return Life(self.args, self.emulator, self.folder / str(self.next), self.next)

    def end(self, life: Life) -> None:
        """Forgets the accounts, so that the next life finds the domain free, whatever this one left."""
        for account in (life.aws.number, life.parent.number):
            self.emulator.ask("POST", f"reset?account={account}", {})
        shutil.rmtree(life.folder, ignore_errors=True)

    def faults(self) -> list[Fault]:
        kinds = lambda place: [*KINDS, *(KILLS if place in self.mutating else [])]  # noqa: E731
        return [Fault(place, kind) for place in self.all for kind in kinds(place)]

    def round(self, faults: list[Fault]) -> None:
        life = self.life()
        wrong = None
        try:
            life.live(faults, self.stands)
        except Wrong as failure:
            wrong = str(failure)
        self.end(life)
        if wrong is None:
            for fault in faults:
                # What depends on time, such as how often something is read, may come to fewer calls.
                print(f"{fault}{'ok' if fault in life.met else 'ok, not met'}", flush=True)
        elif len(faults) == 1:
            self.bad.append((faults[0], wrong))
            print(f"{faults[0]}WRONG: {wrong}", flush=True)
        else:
            print(f"a round of {len(faults)} faults went wrong, and is taken apart: {wrong}", flush=True)
            middle = len(faults) // 2
            found = len(self.bad)
            self.round(faults[:middle])
            self.round(faults[middle:])
            if len(self.bad) == found:
                print("each half by itself is ok: it takes faults of both, or luck", flush=True)
                self.bad.append((faults[0], f"together with others: {wrong}"))


def sample(seed: int) -> list[Fault]:
    """Some faults anywhere in a life that nobody has seen yet: an orphan or a twin still stands after its destroy.

    A provider that is killed alone while it creates is left out: the engine forgets what it had asked for, and nobody knows the token.
    """
    draw = random.Random(seed)
    faults = []
    for phase, most, kinds in (("up", 160, [*KINDS * 3, "kill engine"]), ("destroy", 110, [*KINDS, *KILLS])):
        numbers = draw.sample(range(most), len(kinds))
        faults += [Fault(Place(phase, "*", "*", "*", nth), kind) for nth, kind in zip(numbers, kinds)]
    return faults


def dealt(faults: list[Fault], together: int, seed: int) -> list[list[Fault]]:
    """The faults in rounds: no call twice in one, and kills spread evenly."""
    random.Random(seed).shuffle(faults)
    faults.sort(key=lambda fault: fault.kind not in KILLS)
    count = max(1, -(-len(faults) // together))
    rounds: list[dict[Place, Fault]] = [{} for _ in range(count)]
    for at, fault in enumerate(faults):
        free = next((rounds[(at + step) % count] for step in range(count) if fault.place not in rounds[(at + step) % count]), None)
        if free is None:
            rounds.append(free := {})
        free[fault.place] = fault
    return [list(each.values()) for each in rounds]


def every(trial: Trial, args: argparse.Namespace) -> list[list[Fault]]:
    """The rounds that are asked for, of all that there are."""
    trial.learn()
    only = [fault for fault in trial.faults() if args.only in str(fault)]
    rounds = dealt(only, args.together, args.seed)
    chosen = rounds[: args.rounds or None]
    print(f"{len(trial.all)} calls, {len(only)} faults in {len(rounds)} rounds, of which {len(chosen)} are lived (seed {args.seed})")
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", type=pathlib.Path, required=True, help="folder of our programs")
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="folder of the Pulumi CLI")
    parser.add_argument("--rounds", type=int, default=0, help="so many rounds of all; 0 for all")
    parser.add_argument("--together", type=int, default=24, help="faults in one round; 1 for each by itself")
    parser.add_argument("--seed", type=int, default=1, help="how they are dealt out")
    parser.add_argument("--sample", action="store_true", help="a few faults anywhere, without a life before that shows where")
    parser.add_argument("--only", default="", help="only faults whose line in the table has these words")
    args = parser.parse_args()
    args.target = args.target.resolve()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="gitinfra-faults."))
    begun = time.monotonic()
    trial = None
    try:
        trial = Trial(args, folder)
        if args.sample:
            chosen = [sample(args.seed + round) for round in range(args.rounds or 1)]
        else:
            chosen = every(trial, args)
        for each in chosen:
            trial.round(each)
    finally:
        if trial:
            trial.emulator.stop()
        shutil.rmtree(folder, ignore_errors=True)
    tried = sum(map(len, chosen))
    print(f"{tried} faults in {time.monotonic() - begun:.0f} s: {len(trial.bad)} went wrong")
    if trial.bad:
        sys.exit(1)


if __name__ == "__main__":
    main()
