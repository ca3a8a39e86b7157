"""The cache folder of tools/get: parts by key, a folder of programs per set of pins, locks between runs."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import hashlib
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import official
from parts import PARTS, Part, go_version
from talk import Failed, Talk

# Least version, how to ask for it, and where to get the program.
PROGRAMS: dict[str, tuple[tuple[int, int], Callable[[], str], str]] = {
    "go": ((1, 26), go_version, "https://go.dev/dl"),
    "node": ((20, 0), lambda: answer(["node", "--version"]), "https://nodejs.org"),
    "cc": ((1, 0), lambda: answer(["cc", "-dumpversion"]), "your system's packages, such as gcc"),
}


class Cache:
    """Layout: `parts/KEY/` (whole once its file `ready` is there), `sets/KEY/bin/` (links), `locks/`, `scratch/`."""

    def __init__(self) -> None:
        self.root = root()
        names = "\n".join(part.key for part in PARTS)
        self.bin = self.root / "sets" / hashlib.sha256(names.encode()).hexdigest()[:12] / "bin"
        self.python = self.folder("aws") / "bin" / "python"

    def folder(self, name: str) -> Path:
        return next(self.root / "parts" / part.key for part in PARTS if part.name == name)

    def ready(self, part: Part) -> bool:
        return (self.folder(part.name) / "ready").exists()

    @functools.cached_property
    def cli(self) -> official.Cli | None:
        return official.find(self.root)

    def official(self, part: Part) -> Path | None:
        """The folder of the official CLI, if it has all of this part's programs."""
        return self.cli.folder_with(part.programs) if self.cli else None

    def require_programs(self, parts: list[Part]) -> None:
        needed = {
            program for part in parts if not self.official(part) and not self.ready(part) for program in part.needs
        }
        hints = []
        for program in sorted(needed):
            least, ask, source = PROGRAMS[program]
            found = ask()
            if numbers(found) < least:
                least_words = ".".join(map(str, least))
                hints.append(
                    f"{program} {least_words} or newer is needed ({found or 'not on PATH'}): get it from {source}"
                )
        if hints:
            raise Failed("programs are missing on this machine", hints=hints)

    def get(self, part: Part, talk: Talk) -> None:
        folder = self.official(part)
        if folder is not None and self.cli is not None:
            talk.begin(part.name, self.cli.version if part.name == "pulumi" else "official")
            talk.ready(f" (the official one in {folder})")
            return
        talk.begin(part.name, part.version)
        if part.name == "pulumi" and self.cli is not None and not self.cli.fits:
            talk.aside(f"{self.cli.path} is {self.cli.version}, {official.RANGE} is needed: building one")
        if self.ready(part):
            talk.ready("")
            return
        with self.locked(part.key, talk) as lock:
            if self.ready(part):
                talk.ready("")
            else:
                self.build(part, lock, talk)

    def build(self, part: Part, lock: IO[str], talk: Talk) -> None:
        # Built in place, because a virtual environment holds absolute paths; without `ready`, which comes last,
        # nothing in the folder counts.
        folder = self.folder(part.name)
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "bin").mkdir(parents=True)
        log = folder / "build.log"
        talk.building(part.verb, part.usual_time)

        def run(command: list[str], directory: Path, environment: dict[str, str]) -> None:
            with log.open("a") as output:
                print("$", *command, file=output, flush=True)
                code = follow(
                    command, directory, environment, output, lock, lambda: talk.tick(part.verb, part.usual_time)
                )
            if code != 0:
                words = " ".join(command[:3])
                raise Failed(f"{part.verb} {part.name} {part.version}: `{words}` ended with exit code {code}", log)

        part.build(folder, run, self.root / "scratch")
        (folder / "ready").touch()
        talk.took()

    def link(self) -> None:
        """Fills the set's folder with what is ready.

        What was built is hard-linked: the engine looks for language hosts beside its own real file, and warns in every
        run about those that it finds elsewhere on PATH.
        """
        self.bin.mkdir(parents=True, exist_ok=True)
        with self.locked("links", None):
            for part in PARTS:
                official_folder = self.official(part)
                folder = official_folder or (self.folder(part.name) / "bin" if self.ready(part) else None)
                for program in part.programs:
                    point(self.bin / program, folder / program if folder else None, hard=official_folder is None)

    @contextlib.contextmanager
    def locked(self, name: str, talk: Talk | None) -> Iterator[IO[str]]:
        path = self.root / "locks" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if talk:
                    talk.waiting()
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield lock


def root() -> Path:
    given = os.environ.get("GITINFRA_TOOLS")
    base = os.environ.get("XDG_CACHE_HOME")
    folder = Path(given) if given else (Path(base) if base else Path.home() / ".cache") / "gitinfra" / "tools"
    return folder.absolute()


def follow(
    command: list[str],
    directory: Path,
    environment: dict[str, str],
    output: IO[str],
    lock: IO[str],
    tick: Callable[[], None],
) -> int:
    # The child holds the lock too: if this process is killed, nobody builds in that folder until the child has ended.
    child = subprocess.Popen(
        command,
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        pass_fds=[lock.fileno()],
        start_new_session=True,
    )
    try:
        while True:
            try:
                return child.wait(timeout=1)
            except subprocess.TimeoutExpired:
                tick()
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGTERM)
            child.wait()


def point(link: Path, target: Path | None, hard: bool) -> None:
    """Makes `link` stand for `target`, in one step, so that a run beside this one never misses it."""
    if target is None:
        link.unlink(missing_ok=True)
        return
    if link.exists() and link.samefile(target) and link.is_symlink() != hard:
        return
    fresh = link.with_name(f".{link.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    if hard:
        fresh.hardlink_to(target)
    else:
        fresh.symlink_to(target)
    fresh.replace(link)


def answer(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])
