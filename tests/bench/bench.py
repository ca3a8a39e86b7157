"""Prints what the provider costs beside a peer on Pulumi's own Go framework, and beside the engine's floor; and what a look
at many stacks costs the command line."""

import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import grpc
import previews
import serving
import whole
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
RESOURCES = 140


class Board:
    """Rows of figures with the bar that each is held to; remembers whether one failed."""

    def __init__(self) -> None:
        self.missed: list[str] = []

    def head(self, title: str) -> None:
        print(f"\n{title}\n{'':38}{'ours':>10}{'other':>10}{'ratio':>8}  bar")

    def row(self, name: str, ours: float, other: float | None, unit: str, bar: float | None) -> None:
        """`bar` is the most that the ratio may be, or `ours` itself where there is no other."""
        figure = ours if other is None else ours / other
        verdict = "" if bar is None else f"<= {bar:g} {'ok' if figure <= bar else 'MISSED'}"
        if bar is not None and figure > bar:
            self.missed.append(name)
        others = "" if other is None else f"{other:.3g} {unit}"
        ratio = "" if other is None else f"{figure:.2f}"
        print(f"{name:38}{f'{ours:.3g} {unit}':>10}{others:>10}{ratio:>8}  {verdict}", flush=True)


class Started:
    """A provider's process, as an engine starts it, up to its answer to Handshake."""

    def __init__(self, program: pathlib.Path) -> None:
        begun = time.perf_counter()
        self.process = subprocess.Popen([program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert self.process.stdout is not None
        port = int(self.process.stdout.readline())
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}", [("grpc.max_receive_message_length", -1)])
        stub = provider_pb2_grpc.ResourceProviderStub(self.channel)
        try:
            stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address="127.0.0.1:1"), timeout=10)
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.UNIMPLEMENTED:
                raise
        self.seconds = time.perf_counter() - begun

    def schema_seconds(self) -> float:
        """The least of several times that GetSchema takes."""
        stub = provider_pb2_grpc.ResourceProviderStub(self.channel)
        times = []
        for _ in range(5):
            begun = time.perf_counter()
            stub.GetSchema(provider_pb2.GetSchemaRequest(), timeout=10)
            times.append(time.perf_counter() - begun)
        return min(times)

    def mib(self) -> float:
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def stop(self) -> None:
        self.channel.close()
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def starts(ours: pathlib.Path, peer: pathlib.Path, times: int) -> tuple[list[Started], list[Started]]:
    """Both, in turns, so that what else the machine does meets both alike."""
    sides: tuple[list[Started], list[Started]] = ([], [])
    for _ in range(times):
        for side, program in zip(sides, (ours, peer)):
            started = Started(program)
            side.append(started)
            started.rss = started.mib()  # type: ignore[attr-defined]
            started.stop()
    return sides


class Stack:
    """A scratch project of YAML that the real engine runs."""

    def __init__(self, folder: pathlib.Path, bin: pathlib.Path, program: dict, plugins: dict, env: dict) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "backend").mkdir()
        listed = [{"name": name, "path": str(path.parent)} for name, path in plugins.items()]
        document = {"name": folder.name, "runtime": "yaml", "plugins": {"providers": listed}, **program}
        (folder / "Pulumi.yaml").write_text(json.dumps(document))
        self.env = {
            **os.environ,
            "PATH": f"{bin}:{os.environ['PATH']}",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{folder}/backend",
            "PULUMI_CONFIG_PASSPHRASE": "x",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "1",
            "PULUMI_DISABLE_REGISTRY_RESOLVE": "1",
            **env,
        }
        self.run("stack", "init", "dev")

    def run(self, *args: str) -> float:
        begun = time.perf_counter()
        done = subprocess.run(["pulumi", *args, "--non-interactive"], cwd=self.folder, env=self.env, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"pulumi {' '.join(args)} failed in {self.folder.name}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        return time.perf_counter() - begun

    def state(self) -> list[dict]:
        done = subprocess.run(["pulumi", "stack", "export"], cwd=self.folder, env=self.env, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)["deployment"]["resources"]


PHASES = {
    "up": ("up", "--yes", "--skip-preview"),
    "empty preview": ("preview", "--expect-no-changes"),
    "destroy": ("destroy", "--yes", "--skip-preview"),
}


def rounds(stacks: list[Stack], times: int) -> list[dict[str, float]]:
    """The least time of each phase for each stack: what the machine's noise only ever adds to."""
    best: list[dict[str, float]] = [{} for _ in stacks]
    for _ in range(times):
        for stack, figures in zip(stacks, best):
            for phase, args in PHASES.items():
                repeats = 3 if phase == "empty preview" else 1
                took = min(stack.run(*args) for _ in range(repeats))
                figures[phase] = min(took, figures.get(phase, took))
    return best


def many(kind: str, place: str, path: str, text: str, count: int = RESOURCES) -> dict:
    """So many small files; `place` and `text` are what the kind calls its path and its content."""
    return {
        "resources": {
            f"f{i}": {"type": kind, "properties": {place: path.format(i), text: f"file {i}"}} for i in range(count)
        }
    }


def same_graph(resources: list[dict]) -> dict:
    """The same resources with the same dependencies, as files."""
    ours = [r for r in resources if r.get("custom") and not r["type"].startswith("pulumi:")]
    names = {r["urn"]: r["urn"].split("::")[-1] for r in ours}
    program = {}
    for r in ours:
        depends = sorted(names[urn] for urn in r.get("dependencies", []) if urn in names)
        properties = {"path": names[r["urn"]], "content": json.dumps(r.get("inputs", {}))}
        program[names[r["urn"]]] = {
            "type": "files:index:File",
            "properties": properties,
            "options": {"dependsOn": [f"${{{d}}}" for d in depends]},
        }
    return {"resources": program}


class Emulator:
    """The AWS emulator, with its own account of the calls that it answered."""

    def __init__(self, folder: pathlib.Path, time_scale: str = "0") -> None:
        port = folder / "port"
        server = [sys.executable, REPOSITORY / "tests/aws/server.py", "--port", "0", "--port-file", port, "--time-scale", time_scale]
        self.process = subprocess.Popen(server, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not (port.exists() and port.read_text().strip()):
            if self.process.poll() is not None:
                sys.exit("the emulator did not start")
            time.sleep(0.05)
        self.url = f"http://127.0.0.1:{port.read_text().strip()}"

    def calls(self) -> list[dict]:
        with urllib.request.urlopen(f"{self.url}/_gitinfra/calls") as answer:
            said = json.load(answer)
        return said["calls"] if isinstance(said, dict) else said

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def processes(board: Board, args: argparse.Namespace) -> None:
    ours, peer = args.target / "pulumi-resource-gitinfra", args.bin / "pulumi-resource-peer"
    board.head(f"The process, median of {args.starts} starts, beside a minimal provider on pulumi-go-provider")
    a, b = starts(ours, peer, args.starts)
    middle = lambda side, what: statistics.median(getattr(s, what) for s in side)  # noqa: E731
    board.row("start to Handshake", middle(a, "seconds") * 1000, middle(b, "seconds") * 1000, "ms", 0.2)
    board.row("idle memory", middle(a, "rss"), None, "MiB", 15)
    board.row("idle memory, beside the peer's", middle(a, "rss"), middle(b, "rss"), "MiB", None)
    board.row("program", ours.stat().st_size / 1e6, None, "MB", 60)
    asked = Started(ours)
    board.row("GetSchema", asked.schema_seconds() * 1000, None, "ms", 20)
    asked.stop()
    if args.symbols:
        services(board, args.symbols)


# A crate of AWS's in a symbol, behind the length of its name.
SERVICE = re.compile(r"(\d\d)aws_sdk_([a-z0-9]+)")


def services(board: Board, program: pathlib.Path) -> None:
    """What each of AWS's services adds to the program: the sizes of the symbols that name its client first, out of the same program with them."""
    listed = subprocess.run(["nm", "--print-size", "--defined-only", program], capture_output=True, text=True, check=True)
    sizes: dict[str, int] = {}
    for line in listed.stdout.splitlines():
        fields = line.split(maxsplit=3)
        found = SERVICE.search(fields[3]) if len(fields) == 4 else None
        if found:
            service = found[2][: int(found[1]) - len("aws_sdk_")]
            sizes[service] = sizes.get(service, 0) + int(fields[1], 16)
    for service, size in sorted(sizes.items(), key=lambda each: -each[1]):
        board.row(f"  of which {service}", size / 1e6, None, "MB", None)


def frameworks(board: Board, args: argparse.Namespace, folder: pathlib.Path) -> None:
    board.head(f"{RESOURCES} resources of the tiny provider, beside the same on pulumi-go-provider")
    root = folder / "root"
    root.mkdir()
    (folder / "peers").mkdir()
    tiny = {**many("notes:index:Note", "name", "f{}", "text"), "config": {"notes:folder": {"value": str(root)}}}
    ours = Stack(folder / "tiny", args.bin, tiny, {"notes": args.target / "examples/pulumi-resource-notes"}, {})
    peers = many("peer:index:File", "path", f"{folder}/peers/f{{}}.txt", "content")
    peer = Stack(folder / "peer", args.bin, peers, {"peer": args.bin / "pulumi-resource-peer"}, {})
    a, b = rounds([ours, peer], args.rounds)
    for phase in PHASES:
        board.row(phase, a[phase], b[phase], "s", 1.0)


def network(board: Board, args: argparse.Namespace, folder: pathlib.Path) -> None:
    emulator = Emulator(folder)
    env = {
        "AWS_ENDPOINT_URL": emulator.url, "AWS_REGION": "ap-northeast-1", "AWS_ACCESS_KEY_ID": "AKIA123456789012TEST",
        "AWS_SECRET_ACCESS_KEY": "x", "AWS_EC2_METADATA_DISABLED": "true", "GITINFRA_TIME_SCALE": "0",
    }
    program = {"resources": {"network": {"type": "gitinfra:index:Network", "properties": {"availabilityZoneCount": 3}}}}
    ours = Stack(folder / "network", args.bin, program, {"gitinfra": args.target / "pulumi-resource-gitinfra"}, env)
    try:
        ours.run(*PHASES["up"])
        graph = same_graph(ours.state())
        before = len(emulator.calls())
        ours.run(*PHASES["empty preview"])
        ours.run("preview", "--diff")
        seen = emulator.calls()[before:]
        ours.run(*PHASES["destroy"])
        root = folder / "floor-root"
        root.mkdir()
        graph["config"] = {"files:root": {"value": str(root)}}
        floor = Stack(folder / "floor", args.bin, graph, {"files": args.target / "examples/pulumi-resource-files"}, {})
        board.head(f"The network of {len(graph['resources'])} resources, beside the same graph of files (the engine's floor)")
        answering: dict[str, float] = {}
        best: dict[str, float] = {}
        for _ in range(args.rounds):
            for phase, command in PHASES.items():
                before = len(emulator.calls())
                took = min(ours.run(*command) for _ in range(3 if phase == "empty preview" else 1))
                if took < best.get(phase, took + 1):
                    best[phase] = took
                    answering[phase] = sum(c["seconds"] for c in emulator.calls()[before:])
        (least,) = rounds([floor], args.rounds)
        for phase in PHASES:
            board.row(phase, best[phase], least[phase], "s", 1.2 if phase == "empty preview" else None)
        for phase in ("up", "destroy"):
            print(f"{'  of which the emulator answered':38}{answering[phase]:>8.3g} s   in {phase}, calls added up")
        writes = [c["operation"] for c in seen if c["mutating"]]
        board.row("AWS writes in previews", float(len(writes)), None, "", 0)
    finally:
        emulator.stop()


VPC = {"type": "gitinfra:ec2:Vpc", "properties": {"cidrBlock": "10.0.0.0/16"}}
ZONE = {"type": "gitinfra:route53:Zone", "properties": {"name": "example.com"}}


def group(i: int) -> dict:
    return {"type": "gitinfra:ec2:SecurityGroup", "properties": {"vpcId": "${around.id}", "description": f"group {i}"}}


def record(i: int) -> dict:
    properties = {"zoneId": "${around.id}", "name": f"r{i}.example.com", "type": "A", "ttl": 60, "records": ["192.0.2.1"]}
    return {"type": "gitinfra:route53:Record", "properties": properties}


# Resources that AWS lists or describes together: what stands around them, one of them, and the most calls for 400 of them.
ALIKE = {
    "security groups": (VPC, group, {}),
    "records": (ZONE, record, {"up": 40, "refresh": 12, "destroy": 40}),
}


def counts(board: Board, args: argparse.Namespace, folder: pathlib.Path) -> None:
    """Calls for many resources of a kind: what grows with their number, and what does not."""
    phases = {**PHASES, "refresh": ("refresh", "--yes", "--skip-preview")}
    for kind, (around, one, most) in ALIKE.items():
        for count in args.counts:
            place = folder / f"{kind.replace(' ', '-')}-{count}"
            place.mkdir()
            emulator = Emulator(place)
            env = {
                "AWS_ENDPOINT_URL": emulator.url, "AWS_REGION": "ap-northeast-1", "AWS_ACCESS_KEY_ID": "AKIA123456789012TEST",
                "AWS_SECRET_ACCESS_KEY": "x", "AWS_EC2_METADATA_DISABLED": "true", "GITINFRA_TIME_SCALE": "0",
            }
            program = {"resources": {"around": around, **{f"r{i}": one(i) for i in range(count)}}}
            plugins = {"gitinfra": args.target / "pulumi-resource-gitinfra"}
            try:
                stack = Stack(place / "stack", args.bin, program, plugins, env)
                board.head(f"{count} {kind} at one place: calls of AWS, and a resource's share of them")
                for phase in ("up", "refresh", "destroy"):
                    before = len(emulator.calls())
                    took = stack.run(*phases[phase])
                    calls = len(emulator.calls()) - before
                    bar = most.get(phase) if count == 400 else None
                    board.row(f"{phase}, calls", float(calls), None, "", bar)
                    board.row(f"{phase}, calls a resource", calls / count, None, "", None)
                    board.row(f"{phase}, time", took, None, "s", None)
            finally:
                emulator.stop()


def rebuilds(board: Board, args: argparse.Namespace) -> None:
    """How long the provider takes to be built for tests once one file of a resource was touched."""
    touched, build = REPOSITORY / "provider/src/ec2/vpc.rs", ["cargo", "build", "--locked", "--workspace", "--bins"]
    took = []
    for _ in range(2):
        touched.touch()
        begun = time.perf_counter()
        subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True)
        took.append(time.perf_counter() - begun)
    board.head("Building the programs for tests, after one resource's file was touched")
    # The first one may have had more to do.
    board.row("cargo build", took[1], None, "s", None)


def commit(repo: pathlib.Path, *first: str) -> str:
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    for args in [[*first] or ["status"], ["add", "-A"], ["commit", "-q", "--allow-empty", "-m", "Change"]]:
        subprocess.run([*git, *args], cwd=repo, check=True, capture_output=True)
    return subprocess.run([*git, "rev-parse", "HEAD"], cwd=repo, check=True, capture_output=True, text=True).stdout.strip()


class Followed:
    """A repository of many stacks, all of which stand at its first commit but the one that its second commit changes."""

    def __init__(self, folder: pathlib.Path, gitinfra: pathlib.Path, stacks: int) -> None:
        self.repo, self.state, self.gitinfra = folder / "repo", folder / "state", gitinfra
        for i in range(stacks):
            project = self.repo / f"teams/t{i % 20}/p{i}"
            project.mkdir(parents=True)
            (project / "Pulumi.yaml").write_text(f"name: p{i}\nruntime: yaml\n")
            (project / "Pulumi.dev.yaml").write_text("config: {}\n")
        first = self.commit("init", "-q", "-b", "main")
        self.look()
        with sqlite3.connect(self.state / "ledger.db") as ledger:
            ledger.execute("INSERT INTO repositories VALUES ('r', ?, 0)", [str(self.repo.resolve())])
            rows = [(f"s{i}", f"p{i}/dev", f"teams/t{i % 20}/p{i}", first) for i in range(stacks)]
            columns = "id, repository_id, name, folder, runtime, rolled_out_commit, rolled_out_at, created_at"
            ledger.executemany(f"INSERT INTO stacks ({columns}) VALUES (?, 'r', ?, ?, 'yaml', ?, 0, 0)", rows)
        (self.repo / "teams/t0/p0/x").write_text("")
        self.commit()
        assert sum("would roll out" in line for line in self.look().splitlines()) == 1

    def commit(self, *first: str) -> str:
        return commit(self.repo, *first)

    def listing(self) -> float:
        """The least of several times that `get stacks` takes."""
        command = [self.gitinfra, "get", "stacks", "--state-dir", self.state]
        times = []
        for _ in range(5):
            begun = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            times.append(time.perf_counter() - begun)
        return min(times)

    def look(self, *words: str) -> str:
        command = [self.gitinfra, "sync", *(words or ["--dry-run"]), "--repo", self.repo, "--state-dir", self.state]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def settle(self) -> None:
        """Everything stands at the head."""
        with sqlite3.connect(self.state / "ledger.db") as ledger:
            ledger.execute("UPDATE stacks SET rolled_out_commit = ?", [self.commit()])

    def idle(self) -> tuple[float, int]:
        """The least of several looks with nothing to do, and by how many bytes they changed the ledger."""
        self.look("--once")
        before = (self.state / "ledger.db").read_bytes()
        times = []
        for _ in range(5):
            begun = time.perf_counter()
            said = self.look("--once")
            times.append(time.perf_counter() - begun)
            assert "nothing to do" in said, said[-300:]
        after = (self.state / "ledger.db").read_bytes()
        return min(times), sum(a != b for a, b in zip(before, after)) + abs(len(before) - len(after))

    def mib(self) -> float:
        """The most memory that a look takes, git's children included."""
        script = (
            "import resource, subprocess, sys\n"
            "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)\n"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        )
        command = [sys.executable, "-c", script, self.gitinfra, "sync", "--repo", self.repo, "--state-dir", self.state]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout) / 1024

    def seconds(self) -> float:
        """The least of several looks, each a process of its own: opening the ledger and a fetch are in it."""
        times = []
        for _ in range(5):
            begun = time.perf_counter()
            self.look()
            times.append(time.perf_counter() - begun)
        return min(times)


def looks(board: Board, args: argparse.Namespace, folder: pathlib.Path) -> None:
    (folder / "one").mkdir()
    one = Followed(folder / "one", args.target / "gitinfra", 1).seconds()
    # How many stacks, and the most seconds of discovery and decision and of `get stacks`.
    for stacks, decision, listing in ((1000, 0.2, None), (10_000, 1.0, 0.1)):
        (folder / f"{stacks}").mkdir()
        many = Followed(folder / f"{stacks}", args.target / "gitinfra", stacks)
        whole = many.seconds()
        board.head(f"A look at {stacks:,} stacks of which one changed, beside a look at a repository of one")
        board.row("the whole look", whole, one, "s", None)
        board.row("of which discovery and decision", whole - one, None, "s", decision)
        many.settle()
        seconds, written = many.idle()
        board.row("a look with nothing to do", seconds, None, "s", decision + 0.3)
        board.row("bytes that it changes in the ledger", float(written), None, "", 0)
        board.row("memory of it", many.mib(), None, "MiB", 150)
        board.row("get stacks", many.listing(), None, "s", listing)


# A CLI of Pulumi's that does nothing, in the shortest way.
IDLE = """#!/bin/sh
case "$1 $2" in
version*) echo v3.259.0 ;;
"stack export") echo '{"version":3,"deployment":{"manifest":{},"secrets_providers":{"type":"passphrase","state":{"salt":""}},"resources":[]}}' ;;
esac
"""


class Postgres:
    """A PostgreSQL of its own in a folder; `url` is empty where there is none on this machine."""

    def __init__(self) -> None:
        self.url, self.process = "", None
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        initdb = shutil.which("initdb") or (found and str(found[-1])) or None
        if initdb is None:
            return
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gitinfra-bench-pg."))
        # PostgreSQL refuses to be root.
        user = {"user": 65534, "group": 65534} if os.getuid() == 0 else {}
        if user:
            os.chown(self.folder, 65534, 65534)
        made = [initdb, "--auth=trust", "--username=ledger", "--no-sync", "-D", self.folder / "data"]
        subprocess.run(made, cwd="/", check=True, capture_output=True, **user)
        server = [pathlib.Path(initdb).parent / "postgres", "-D", self.folder / "data", "-k", self.folder, "-c", "listen_addresses="]
        self.process = subprocess.Popen(server, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **user)
        ready = self.folder / "data/postmaster.pid"
        while not (ready.exists() and "ready" in ready.read_text()):
            if self.process.poll() is not None:
                sys.exit("postgres did not start")
            time.sleep(0.05)
        self.url = f"postgres://ledger@localhost/postgres?host={self.folder}"

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
            shutil.rmtree(self.folder, ignore_errors=True)


def idle_roll_outs(board: Board, args: argparse.Namespace, folder: pathlib.Path) -> None:
    """So many stacks from a commit to what stands, with an engine that does nothing: queue, seals, worktrees and ledger."""
    board.head("1,000 stacks from a commit to what stands, with an engine that does nothing")
    place = folder / "idle"
    repo, bin, backend = place / "repo", place / "bin", place / "backend"
    for made in (bin, backend):
        made.mkdir(parents=True)
    (bin / "pulumi").write_text(IDLE)
    (bin / "pulumi").chmod(0o755)
    for i in range(1000):
        project = repo / f"teams/t{i % 20}/p{i}"
        project.mkdir(parents=True)
        (project / "Pulumi.yaml").write_text(f"name: p{i}\nruntime: yaml\n")
        (project / "Pulumi.dev.yaml").write_text("config: {}\n")
    (repo / "gitinfra.yaml").write_text("rules: [{stacks: ['**'], sparse: true}]\n")
    commit(repo, "init", "-q", "-b", "main")
    env = {
        **os.environ, "PATH": f"{bin}:{os.environ['PATH']}", "PULUMI_HOME": str(place / "home"),
        "PULUMI_BACKEND_URL": f"file://{backend}", "PULUMI_CONFIG_PASSPHRASE": "x",
    }
    postgres = Postgres()
    try:
        for name, ledger in (("SQLite", ""), ("PostgreSQL", postgres.url)):
            if name == "PostgreSQL" and not ledger:
                print(f"{name:38}is not on this machine")
                continue
            command = [args.target / "gitinfra", "sync", "--jobs", "8", "--repo", repo, "--state-dir", place / name]
            begun = time.perf_counter()
            done = subprocess.run([*command, *(["--ledger", ledger] if ledger else [])], env=env, capture_output=True, text=True)
            if done.returncode != 0 or "1000 stacks rolled out" not in done.stdout:
                sys.exit(f"gitinfra sync failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
            board.row(f"with a ledger in {name}", time.perf_counter() - begun, None, "s", 30)
    finally:
        postgres.stop()


def versions(board: Board, args: argparse.Namespace) -> None:
    times = []
    for _ in range(args.starts):
        begun = time.perf_counter()
        subprocess.run([args.target / "gitinfra", "version"], check=True, capture_output=True)
        times.append(time.perf_counter() - begun)
    board.head("The command line's process")
    board.row("gitinfra version", statistics.median(times) * 1000, None, "ms", 10)
    board.row("program", (args.target / "gitinfra").stat().st_size / 1e6, None, "MB", None)


def roll_outs(board: Board, args: argparse.Namespace, folder: pathlib.Path) -> None:
    """Stacks of a file each that takes its time, from a commit to what stands; first one alone, then six side by side."""
    files = str((args.target / "examples/pulumi-resource-files").parent)
    took = []
    for count in (1, 6):
        place = folder / f"roll-{count}"
        for name in ("repo", "backend", "state", "home"):
            (place / name).mkdir(parents=True)
        for i in range(count):
            project = place / "repo" / f"s{i}"
            project.mkdir()
            file = {"type": "files:index:File", "properties": {"path": "a.txt", "content": "a", "slow": 1}}
            plugins = {"providers": [{"name": "files", "path": files}]}
            document = {"name": f"s{i}", "runtime": "yaml", "plugins": plugins, "resources": {"a": file}}
            (project / "Pulumi.yaml").write_text(json.dumps(document))
            (project / "Pulumi.dev.yaml").write_text(json.dumps({"config": {"files:root": str(place / f"root{i}")}}))
        commit(place / "repo", "init", "-q", "-b", "main")
        env = {
            **os.environ, "PATH": f"{args.bin}:{os.environ['PATH']}", "PULUMI_HOME": str(place / "home"), "FILES_PACE": "0.3",
            "PULUMI_BACKEND_URL": f"file://{place}/backend", "PULUMI_CONFIG_PASSPHRASE": "x",
        }
        command = [args.target / "gitinfra", "sync", "--jobs", "4", "--repo", place / "repo", "--state-dir", place / "state"]
        begun = time.perf_counter()
        done = subprocess.run(command, env=env, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"gitinfra sync failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        took.append(time.perf_counter() - begun)
    board.head("Stacks of the real engine, which takes two seconds of a core for each, from a commit to what stands, with --jobs 4")
    board.row("six, beside one", took[1], took[0], "s", None)


def waits(board: Board, args: argparse.Namespace, folder: pathlib.Path) -> None:
    """Stacks whose engine waits for two seconds: what the command line adds, and that it has them wait side by side."""
    took = []
    for count in (1, 6):
        place = folder / f"wait-{count}"
        repo, bin, backend = place / "repo", place / "bin", place / "backend"
        for made in (bin, backend):
            made.mkdir(parents=True)
        (bin / "pulumi").write_text(IDLE.replace("esac", "up*) sleep 2 ;;\nesac"))
        (bin / "pulumi").chmod(0o755)
        for i in range(count):
            (repo / f"s{i}").mkdir(parents=True)
            (repo / f"s{i}/Pulumi.yaml").write_text(f"name: s{i}\nruntime: yaml\n")
            (repo / f"s{i}/Pulumi.dev.yaml").write_text("config: {}\n")
        commit(repo, "init", "-q", "-b", "main")
        env = {
            **os.environ, "PATH": f"{bin}:{os.environ['PATH']}", "PULUMI_HOME": str(place / "home"),
            "PULUMI_BACKEND_URL": f"file://{backend}", "PULUMI_CONFIG_PASSPHRASE": "x",
        }
        command = [args.target / "gitinfra", "sync", "--jobs", "4", "--repo", repo, "--state-dir", place / "state"]
        begun = time.perf_counter()
        done = subprocess.run(command, env=env, capture_output=True, text=True)
        if done.returncode != 0 or "rolled out" not in done.stdout:
            sys.exit(f"gitinfra sync failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        took.append(time.perf_counter() - begun)
    board.head("Stacks whose engine takes two seconds, from a commit to what stands, with --jobs 4")
    board.row("six, beside one", took[1], took[0], "s", None)
    board.row("six", took[1], None, "s", 5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", type=pathlib.Path, required=True, help="folder of our programs")
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="folder of the Pulumi CLI and the peer")
    parser.add_argument("--starts", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--symbols", type=pathlib.Path, help="the provider with its symbols, to say what each service adds")
    parser.add_argument("--counts", type=int, nargs="*", default=[50, 400], help="how many resources of a kind")
    parser.add_argument("--only", action="append", choices=["provider", "stack", "counts", "rebuild", "cli", "previews", "serving"], help="a part of it")
    args = parser.parse_args()
    args.target = args.target.resolve()
    board = Board()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="gitinfra-bench."))
    parts = {
        "stack": lambda: whole.stack(board, args, folder),
        "provider": lambda: (processes(board, args), frameworks(board, args, folder), network(board, args, folder)),
        "counts": lambda: counts(board, args, folder),
        "rebuild": lambda: rebuilds(board, args),
        "cli": lambda: (versions(board, args), looks(board, args, folder), idle_roll_outs(board, args, folder), waits(board, args, folder), roll_outs(board, args, folder)),
        "previews": lambda: previews.previews(board, args, folder),
        "serving": lambda: serving.serving(board, args, folder),
    }
    try:
        for part in args.only or parts:
            parts[part]()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if board.missed:
        sys.exit(f"\nmissed: {', '.join(board.missed)}")


if __name__ == "__main__":
    main()
