"""The parts that tools/get can get: what pins each, what it gives, and how it is built."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TOOLS = Path(__file__).resolve().parent.parent

# Runs one command of a build with its output in the part's log; raises Failed unless it succeeds.
Run = Callable[[list[str], Path, dict[str, str]], None]


@dataclass(frozen=True)
class Part:
    """One thing to get. Its key is a hash of all that decides what is built, so a changed pin makes a new folder."""

    name: str
    about: str
    programs: tuple[str, ...]
    usual_time: str
    needs: tuple[str, ...]
    usual: bool = True
    verb: str = "building"

    @property
    def folder(self) -> Path:
        return TOOLS / self.name

    @property
    def version(self) -> str:
        raise NotImplementedError

    def pins(self) -> list[Path]:
        raise NotImplementedError

    def recipe(self) -> str:
        """Tool chain and command line, as far as they decide the result."""
        raise NotImplementedError

    def build(self, into: Path, run: Run, scratch: Path) -> None:
        raise NotImplementedError

    @functools.cached_property
    def key(self) -> str:
        digest = hashlib.sha256(self.recipe().encode())
        for pin in self.pins():
            digest.update(hashlib.sha256(pin.read_bytes()).digest())
        return f"{self.name}-{self.version}-{digest.hexdigest()[:12]}"


@dataclass(frozen=True)
class GoTool(Part):
    """A Go program, built from the module of its own in its folder; go.sum holds the hash of every module."""

    module: str = ""
    package: str = "."
    stamp: str = ""

    @property
    def version(self) -> str:
        return pinned(self.folder / "go.mod", rf"{re.escape(self.module)} (v\S+)")

    def pins(self) -> list[Path]:
        return [self.folder / "go.mod", self.folder / "go.sum", *sorted(self.folder.glob("*.go"))]

    def recipe(self) -> str:
        return " ".join([go_version(), *self.flags(), self.package])

    def flags(self) -> list[str]:
        stamp = f" -X {self.stamp}={self.version}" if self.stamp else ""
        return ["-trimpath", "-ldflags", f"-s -w{stamp}"]

    def build(self, into: Path, run: Run, scratch: Path) -> None:
        out = into / "bin" / self.programs[0]
        run(["go", "build", *self.flags(), "-o", str(out), self.package], self.folder, go_environment(scratch))


@dataclass(frozen=True)
class PythonHost(GoTool):
    """The Python host starts programs through a script of today's SDK, which understands today's engine."""

    script: str = "pulumi-language-python-exec"

    def pins(self) -> list[Path]:
        sdk = TOOLS / "pulumi"
        return [*super().pins(), sdk / "go.mod", sdk / "go.sum"]

    def build(self, into: Path, run: Run, scratch: Path) -> None:
        super().build(into, run, scratch)
        environment = go_environment(scratch)
        sdk = "github.com/pulumi/pulumi/sdk/v3"
        run(["go", "mod", "download", sdk], TOOLS / "pulumi", environment)
        source = output(["go", "list", "-m", "-f", "{{.Dir}}", sdk], TOOLS / "pulumi", environment)
        script = into / "bin" / self.script
        shutil.copyfile(Path(source) / "python" / "cmd" / self.script, script)
        script.chmod(0o755)


@dataclass(frozen=True)
class Forge(GoTool):
    """Gitea: a database in C comes in with cgo, and what it shows lies beside the program, which knows where."""

    shown: tuple[str, ...] = ("templates", "options", "public")

    def recipe(self) -> str:
        return " ".join([super().recipe(), *self.shown])

    def flags(self) -> list[str]:
        return ["-trimpath", "-tags", "sqlite sqlite_unlock_notify", "-ldflags", "-s -w"]

    def build(self, into: Path, run: Run, scratch: Path) -> None:
        environment = {**go_environment(scratch), "CGO_ENABLED": "1"}
        static = into / "share"
        run(["go", "mod", "download", self.module], self.folder, environment)
        source = Path(output(["go", "list", "-m", "-f", "{{.Dir}}", self.module], self.folder, environment))
        for name in self.shown:
            # The module cache is write-protected, folders included; a copy must be removable.
            shutil.copytree(source / name, static / name, copy_function=shutil.copyfile)
        for folder in [static, *(path for path in static.rglob("*") if path.is_dir())]:
            folder.chmod(0o755)
        flags = self.flags()
        flags[-1] += f" -X {self.module}/modules/setting.StaticRootPath={static}"
        run(["go", "build", *flags, "-o", str(into / "bin" / self.programs[0]), self.package], self.folder, environment)


@dataclass(frozen=True)
class PackageFile(Part):
    """One file out of a package of npm's, which is far larger than that; the package is known by its hash."""

    @property
    def pin(self) -> dict[str, str]:
        return json.loads((self.folder / "package.json").read_text())

    @property
    def version(self) -> str:
        return self.pin["version"]

    def pins(self) -> list[Path]:
        return [self.folder / "package.json"]

    def recipe(self) -> str:
        return "one file"

    def build(self, into: Path, run: Run, scratch: Path) -> None:
        pin = self.pin
        run(["npm", "pack", "--ignore-scripts", f"{pin['name']}@{pin['version']}"], into, dict(os.environ))
        package = next(into.glob("*.tgz"))
        digest = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
        # The words are npm's own, whose meaning is known.
        run(["sh", "-c", f"test sha512-{digest} = {pin['integrity']} || {{ echo checksum mismatch; exit 1; }}"], into, {})
        with tarfile.open(package) as packed:
            file = packed.extractfile(pin["file"])
            assert file is not None, f"{pin['name']} has no {pin['file']}"
            (into / "bin" / self.programs[0]).write_bytes(file.read())
        package.unlink()


@dataclass(frozen=True)
class VirtualEnvironment(Part):
    """A Python virtual environment with exactly the packages of requirements.txt."""

    @property
    def folder(self) -> Path:
        return TOOLS / "python"

    @property
    def version(self) -> str:
        return "moto-" + pinned(self.folder / "requirements.txt", r"moto(?:\[\S+\])?==(\S+)")

    def pins(self) -> list[Path]:
        return [self.folder / "requirements.txt"]

    def recipe(self) -> str:
        # A virtual environment points at the python that made it, so that one belongs to the key.
        return f"{sys.version} {sys.base_prefix}"

    def build(self, into: Path, run: Run, scratch: Path) -> None:
        environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
        run([sys.executable, "-m", "venv", str(into)], self.folder, environment)
        python = str(into / "bin" / "python")
        run([python, "-m", "pip", "install", "--no-deps", "-r", "requirements.txt"], self.folder, environment)


def pinned(file: Path, pattern: str) -> str:
    found = re.search(rf"^\s*(?:require )?{pattern}", file.read_text(), re.MULTILINE)
    if found is None:
        raise AssertionError(f"{file} pins nothing like {pattern}")
    return found.group(1)


@functools.cache
def go_version() -> str:
    # Asked outside any module and for the installed tool chain, so that asking never downloads another one.
    environment = {**os.environ, "GOTOOLCHAIN": "local"}
    try:
        return output(["go", "env", "GOVERSION"], Path("/"), environment)
    except FileNotFoundError:
        return "no go"


@functools.cache
def go_environment(scratch: Path) -> dict[str, str]:
    """Go's own caches are used where they can be written, else folders in `scratch` (HOME is read-only or missing)."""
    fixed = {"CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly -buildvcs=false", "GOWORK": "off"}
    environment = {**os.environ, **fixed}
    for name in ("GOCACHE", "GOMODCACHE"):
        told = output(["go", "env", name], Path("/"), environment)
        if not writable(told):
            environment[name] = str(scratch / name.lower())
            # Go write-protects its module cache; in our own folder that would only be in the way of deleting it.
            environment["GOFLAGS"] = fixed["GOFLAGS"] + " -modcacherw"
    return environment


def output(command: list[str], directory: Path, environment: dict[str, str]) -> str:
    return subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True).stdout.strip()


def writable(folder: str) -> bool:
    if not os.path.isabs(folder):
        return False
    try:
        os.makedirs(folder, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


SDK = "github.com/pulumi/pulumi/sdk/v3"
PKG = "github.com/pulumi/pulumi/pkg/v3"
YAML = "github.com/pulumi/pulumi-yaml"

# In the order of use: what the first stack needs comes first.
PARTS: list[Part] = [
    GoTool(
        "pulumi",
        "the Pulumi CLI",
        ("pulumi",),
        "4 min",
        ("go",),
        module=PKG,
        package=f"{PKG}/cmd/pulumi",
        stamp=f"{SDK}/go/common/version.Version",
    ),
    GoTool(
        "yaml",
        "the language host for YAML",
        ("pulumi-language-yaml",),
        "1 min",
        ("go",),
        module=YAML,
        package=f"{YAML}/cmd/pulumi-language-yaml",
        stamp=f"{YAML}/pkg/version.Version",
    ),
    VirtualEnvironment(
        "aws",
        "a Python environment with moto's AWS server, boto3, Pulumi's SDK and mypy",
        (),
        "1 min",
        (),
        verb="installing",
    ),
    GoTool(
        "nodejs",
        "the language host for Node.js",
        ("pulumi-language-nodejs",),
        "20 s",
        ("go", "node"),
        module=SDK,
        package=f"{SDK}/nodejs/cmd/pulumi-language-nodejs",
        stamp=f"{SDK}/go/common/version.Version",
    ),
    PythonHost(
        "python",
        "the language host for Python",
        ("pulumi-language-python", "pulumi-language-python-exec"),
        "20 s",
        ("go",),
        module=SDK,
        package=f"{SDK}/python/cmd/pulumi-language-python",
        stamp=f"{SDK}/go/common/version.Version",
    ),
    GoTool(
        "go",
        "the language host for Go",
        ("pulumi-language-go",),
        "20 s",
        ("go",),
        module=SDK,
        package=f"{SDK}/go/pulumi-language-go",
        stamp=f"{SDK}/go/common/version.Version",
    ),
    GoTool("sdkgen", "the generator of SDKs from a schema", ("pulumi-sdkgen",), "30 s", ("go",), module=PKG),
    Forge(
        "gitea",
        "Gitea, a forge with pull requests",
        ("gitea",),
        "3 min",
        ("go", "cc"),
        module="code.gitea.io/gitea",
        package="code.gitea.io/gitea",
    ),
    PackageFile(
        "openapi",
        "GitHub's description of its API",
        ("github-openapi.json",),
        "20 s",
        ("node",),
        verb="getting",
    ),
    GoTool(
        "peer",
        "a tiny provider on pulumi-go-provider, to measure against",
        ("pulumi-resource-peer",),
        "30 s",
        ("go",),
        usual=False,
        module="github.com/pulumi/pulumi-go-provider",
    ),
]
