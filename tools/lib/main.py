"""The command line of tools/get: which parts are wanted, what to print, the exit code."""

from __future__ import annotations

import argparse
import signal
import sys

from cache import Cache
from parts import PARTS, Part
from talk import Failed, Talk

ABOUT = """\
parts:
{parts}

Without a PART, all are got but peer. What is there is kept: a second run only looks.
A fitting official `pulumi` on PATH is used, with the language hosts beside it; what is missing is built.

environment:
  GITINFRA_TOOLS  the cache folder (default: $XDG_CACHE_HOME/gitinfra/tools, else ~/.cache/gitinfra/tools)
"""


def arguments() -> argparse.Namespace:
    parts = "\n".join(f"  {part.name:<8} {part.about}" for part in PARTS)
    parser = argparse.ArgumentParser(
        prog="tools/get",
        description="Gets the outside programs of gitinfra's demo and tests, into a cache folder outside the clone.",
        epilog=ABOUT.format(parts=parts),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="a part to get (default: all but peer)")
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--print-bin", action="store_true", help="print the folder to put on PATH, get nothing")
    shown.add_argument("--print-python", action="store_true", help="print the environment's python, get nothing")
    given = parser.parse_args()
    known = [part.name for part in PARTS]
    unknown = [name for name in given.parts if name not in known]
    if unknown:
        parser.error(f"no part is called {' or '.join(unknown)}\nhint: the parts are {', '.join(known)}")
    return given


def wanted(names: list[str]) -> list[Part]:
    if not names:
        return [part for part in PARTS if part.usual]
    return [part for part in PARTS if part.name in names]


def get(cache: Cache, parts: list[Part], talk: Talk) -> None:
    # All that the machine lacks is said before the first long build, not one by one between builds.
    cache.require_programs(parts)
    for part in parts:
        cache.get(part, talk)
        # Linked one by one, so that the first parts can be used while the others are still being built.
        cache.link()
    talk.done(cache.bin)


def stop(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    given = arguments()
    talk = Talk()
    signal.signal(signal.SIGTERM, stop)
    try:
        cache = Cache()
        if given.print_bin:
            print(cache.bin)
        elif given.print_python:
            print(cache.python)
        else:
            get(cache, wanted(given.parts), talk)
    except Failed as failure:
        talk.failed(failure)
        return 1
    except OSError as error:
        hint = "set GITINFRA_TOOLS to a folder that you can write to"
        talk.failed(Failed(f"the cache folder cannot be used: {error}", hints=[hint]))
        return 1
    except KeyboardInterrupt:
        talk.interrupted()
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
