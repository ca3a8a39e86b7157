"""What the whole reference stack costs: its roll-out and its end beside the critical path of the same graph, its empty preview beside the engine's
floor, the provider's memory meanwhile, and how long its component takes to be built."""

import json
import os
import pathlib
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, resource_pb2, resource_pb2_grpc

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "faults"))
from standing import Account  # noqa: E402

# What stands for a value that is not known yet.
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
OURS, PARENTS = 123456789012, 222222222222
PROGRAM = {
    "domain": "app.example.com",
    "profile": "dev",
    "service": {"image": "public.ecr.aws/nginx/nginx:1.27", "port": 8080},
    "slack": {"workspaceId": "T07EA123LEP", "channelId": "C07EZ1ABC23"},
}


def stack(board, args, folder: pathlib.Path) -> None:
    from bench import PHASES, Emulator, Stack, many, rounds  # The rows of all parts are made alike.

    place = folder / "whole"
    place.mkdir()
    emulator = Emulator(place, "0.01")
    try:
        ours = Account(emulator.url, OURS)
        values = Account(emulator.url, PARENTS).parent_zone(ours)
        parent = {"zoneId": values["parentZoneId"], "assumeRole": {"roleArn": values["parentRole"]}}
        inputs = {**PROGRAM, "parentZone": parent}
        env = {
            "AWS_ENDPOINT_URL": emulator.url, "AWS_REGION": "ap-northeast-1", "AWS_ACCESS_KEY_ID": ours.key,
            "AWS_SECRET_ACCESS_KEY": "x", "AWS_EC2_METADATA_DISABLED": "true", "GITINFRA_TIME_SCALE": "0.01", "PULUMI_PARALLEL": "64",
            "PULUMI_DEBUG_COMMANDS": "1",
        }  # fmt: skip
        program = {"resources": {"web": {"type": "gitinfra:index:ReferenceStack", "properties": inputs}}}
        provider = args.target / "pulumi-resource-gitinfra"
        web = Stack(place / "web", args.bin, program, {"gitinfra": provider}, env)
        memory = Memory(provider)
        up, steps_up = timed(web, "up", place)
        resources = web.state()
        needs = graph(resources)
        count = sum(1 for it in resources if it.get("custom"))
        root = place / "root"
        root.mkdir()
        tiny = many("notes:index:Note", "name", "f{}", "text", count)
        tiny["config"] = {"notes:folder": {"value": str(root)}}
        floor = Stack(place / "floor", args.bin, tiny, {"notes": args.target / "examples/pulumi-resource-notes"}, {})
        preview = min(web.run(*PHASES["empty preview"]) for _ in range(args.rounds))
        (least,) = rounds([floor], args.rounds)
        destroy, steps_destroy = timed(web, "destroy", place)
        peak = memory.stop()
        earlier = len(emulator.calls())
        wall, own = constructed(provider, env, inputs)
        calls = emulator.calls()[earlier:]
        board.head(f"The whole stack of {count} resources in two regions and two accounts, a hundred times as fast as AWS")
        before = reversed_of(needs)
        board.row("up, beside its critical path", steps_up.whole(needs), steps_up.critical(needs), "s", 1.1)
        board.row("up, the whole command", up, None, "s", None)
        board.row("destroy, beside the engine's rounds", steps_destroy.whole(before), steps_destroy.rounds(before), "s", 1.1)
        board.row("destroy, beside its critical path", steps_destroy.whole(before), steps_destroy.critical(before), "s", 1.1)
        board.row("destroy, the whole command", destroy, None, "s", None)
        board.row(f"empty preview, beside {count} tiny ones", preview, least["empty preview"], "s", 1.2)
        board.row("the provider's memory at most", peak, None, "MiB", 60)
        board.row("Construct, the provider's own time", own * 1000, None, "ms", 150)
        board.row("Construct, with this engine of Python", wall * 1000, None, "ms", None)
        board.row("  AWS writes in it", float(sum(1 for call in calls if call["mutating"])), None, "", 0)
    finally:
        emulator.stop()


def timed(stack, verb: str, place: pathlib.Path) -> tuple[float, "Steps"]:
    """Runs a verb: how long the command took, and its steps."""
    steps = Steps(place / f"{verb}.json")
    took = stack.run(verb, "--yes", "--skip-preview", "--event-log", str(steps.log))
    return took, steps.stop()


class Memory:
    """The most memory that a process of a program has while it is watched."""

    def __init__(self, program: pathlib.Path) -> None:
        self.program, self.most, self.over = str(program.resolve()), 0.0, threading.Event()
        self.watching = threading.Thread(target=self.watch)
        self.watching.start()

    def watch(self) -> None:
        while not self.over.wait(0.1):
            for process in pathlib.Path("/proc").glob("[0-9]*"):
                try:
                    if os.readlink(process / "exe") == self.program:
                        peak = (process / "status").read_text().split("VmHWM:")[1].split()[0]
                        self.most = max(self.most, int(peak) / 1024)
                except (OSError, IndexError):
                    continue

    def stop(self) -> float:
        self.over.set()
        self.watching.join()
        return self.most


class Steps:
    """The steps of a run, each with the moment in which it was told that it began and that it ended: the log itself has whole seconds."""

    def __init__(self, log: pathlib.Path) -> None:
        self.log, self.over = log, threading.Event()
        self.begun: dict[str, float] = {}
        self.ended: dict[str, float] = {}
        self.reading = threading.Thread(target=self.read)
        self.reading.start()

    def read(self) -> None:
        at, rest = 0, ""
        while True:
            is_last = self.over.wait(0.005)
            if self.log.exists():
                with self.log.open() as file:
                    file.seek(at)
                    rest += file.read()
                    at = file.tell()
                *lines, rest = rest.split("\n")
                for line in lines:
                    self.note(json.loads(line))
            if is_last:
                return

    def note(self, event: dict) -> None:
        for kind, times in (("resourcePreEvent", self.begun), ("resOutputsEvent", self.ended)):
            metadata = event.get(kind, {}).get("metadata")
            if metadata and metadata["op"] in ("create", "delete"):
                times[metadata["urn"]] = time.monotonic()

    def stop(self) -> "Steps":
        self.over.set()
        self.reading.join()
        return self

    def critical(self, needs: dict[str, set[str]]) -> float:
        """The longest chain of steps, as long as each took: seconds."""
        longest: dict[str, float] = {}

        def until(urn: str) -> float:
            if urn not in longest:
                took = self.ended.get(urn, 0) - self.begun.get(urn, 0)
                longest[urn] = took + max((until(each) for each in needs[urn]), default=0)
            return longest[urn]

        return max(until(urn) for urn in needs)

    def rounds(self, needs: dict[str, set[str]]) -> float:
        """What the engine needs at least to delete: it goes in rounds, each of what nothing that is left depends on, and waits for the longest of each."""
        longest: list[float] = []
        left = dict(needs)
        while left:
            this = [urn for urn, first in left.items() if not first & left.keys()]
            longest.append(max(self.ended.get(urn, 0) - self.begun.get(urn, 0) for urn in this))
            for urn in this:
                del left[urn]
        return sum(longest)

    def whole(self, needs: dict[str, set[str]]) -> float:
        """From the first step of a resource to the last one's end: seconds."""
        return max(self.ended[urn] for urn in needs) - min(self.begun[urn] for urn in needs)


def graph(resources: list[dict]) -> dict[str, set[str]]:
    """Which resources each one depends on, by its properties and options; whoever depends on a component depends on all in it."""
    custom = {it["urn"] for it in resources if it.get("custom") and not it["type"].startswith("pulumi:")}
    inside: dict[str, set[str]] = {urn: {urn} for urn in custom}
    parents = {it["urn"]: it.get("parent") for it in resources}
    for urn in custom:
        above = parents[urn]
        while above:
            inside.setdefault(above, set()).add(urn)
            above = parents.get(above)
    needs = {}
    for it in resources:
        if it["urn"] in custom:
            by_property = (it.get("propertyDependencies") or {}).values()
            named = {*(it.get("dependencies") or []), *(urn for each in by_property for urn in each or [])}
            needs[it["urn"]] = set().union(*(inside.get(urn, set()) for urn in named)) - {it["urn"]}
    return needs


def reversed_of(needs: dict[str, set[str]]) -> dict[str, set[str]]:
    """What has to be deleted before each."""
    before: dict[str, set[str]] = {urn: set() for urn in needs}
    for urn, depends in needs.items():
        for each in depends:
            before[each].add(urn)
    return before


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    """The engine's part of a preview: has the provider foresee each resource once, and knows it then."""

    def __init__(self, provider: provider_pb2_grpc.ResourceProviderStub) -> None:
        self.provider, self.known, self.address = provider, {}, ""

    def SupportsFeature(self, request, context):  # noqa: N802
        return resource_pb2.SupportsFeatureResponse(hasSupport=True)

    def RegisterResourceOutputs(self, request, context):  # noqa: N802
        return empty_pb2.Empty()

    def RegisterResource(self, request, context):  # noqa: N802
        head, types = request.parent.rsplit("::", 1)[0].rsplit("::", 1)
        chain = request.type if types == "pulumi:pulumi:Stack" else f"{types}${request.type}"
        urn = f"{head}::{chain}::{request.name}"
        if request.remote:
            made = self.construct(request.type, request.name, request.parent, request.object)
            return resource_pb2.RegisterResourceResponse(urn=made.urn, object=made.state)
        if not request.custom:
            return resource_pb2.RegisterResourceResponse(urn=urn, object=request.object)
        if urn not in self.known:
            check = provider_pb2.CheckRequest(urn=urn, news=request.object, randomSeed=bytes(16))
            inputs = self.provider.Check(check).inputs
            self.known[urn] = self.provider.Create(provider_pb2.CreateRequest(urn=urn, properties=inputs, preview=True)).properties
        return resource_pb2.RegisterResourceResponse(urn=urn, id=UNKNOWN, object=self.known[urn])

    def construct(self, token: str, name: str, parent: str, inputs) -> provider_pb2.ConstructResponse:
        request = provider_pb2.ConstructRequest(
            project="test", stack="test", dryRun=True, parallel=64, monitorEndpoint=self.address, type=token, name=name, parent=parent,
            inputs=inputs,
        )  # fmt: skip
        return self.provider.Construct(request)


def constructed(program: pathlib.Path, env: dict, inputs: dict) -> tuple[float, float]:
    """The least wall time that Construct takes and the provider's own time in it, in seconds; no child is checked meanwhile."""
    process = subprocess.Popen([program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, **env})
    server = grpc.server(ThreadPoolExecutor(64))
    try:
        assert process.stdout is not None
        channel = grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}")
        monitor = Monitor(provider_pb2_grpc.ResourceProviderStub(channel))
        monitor.provider.Configure(provider_pb2.ConfigureRequest(acceptSecrets=True))
        monitor.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, server)
        server.start()
        given = struct_pb2.Struct()
        given.update(inputs)
        walls, owns = [], []
        for _ in range(6):
            begun, spent = time.perf_counter(), cpu(process.pid)
            monitor.construct("gitinfra:index:ReferenceStack", "web", "urn:pulumi:test::test::pulumi:pulumi:Stack::test-test", given)
            walls.append(time.perf_counter() - begun)
            owns.append(cpu(process.pid) - spent)
        # The first one foresees every child.
        return min(walls[1:]), sum(owns[1:]) / 5
    finally:
        server.stop(None)
        process.kill()
        process.wait()


def cpu(pid: int) -> float:
    """How many seconds a process has computed."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
