"""An official Pulumi CLI on PATH: its version, whether it fits, and what is in its folder."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

LEAST = (3, 259)
BELOW = (4, 0)
RANGE = ">= 3.259 and < 4"


@dataclass(frozen=True)
class Cli:
    """The first `pulumi` on PATH that tools/get did not build itself."""

    path: Path
    version: str

    @property
    def fits(self) -> bool:
        found = re.match(r"v?(\d+)\.(\d+)\.", self.version)
        return found is not None and LEAST <= (int(found[1]), int(found[2])) < BELOW

    def folder_with(self, programs: tuple[str, ...]) -> Path | None:
        """The CLI's folder, as PATH names it or behind its link, that has all of `programs`."""
        if not self.fits or not programs:
            return None
        for folder in (self.path.parent, self.path.resolve().parent):
            if all(os.access(folder / program, os.X_OK) for program in programs):
                return folder
        return None


def find(cache: Path) -> Cli | None:
    for folder in os.get_exec_path():
        path = Path(folder).absolute() / "pulumi"
        # Our own links may be on PATH already; they must not be taken for an official CLI and linked to themselves.
        if path.is_file() and os.access(path, os.X_OK) and not path.resolve().is_relative_to(cache.resolve()):
            return Cli(path, version_of(path))
    return None


def version_of(path: Path) -> str:
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "1"}
    try:
        told = subprocess.run([path, "version"], env=environment, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return "broken"
    return told.stdout.strip() or "broken"
