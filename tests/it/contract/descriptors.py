"""Writes the vendor's descriptors, a google.protobuf.FileDescriptorSet, to stdout.

Pulumi's Python SDK holds them: every *_pb2.py in its wheel hands one serialized FileDescriptorProto to AddSerializedFile as a
literal. The wheel named in wheel.txt is downloaded once into the tools' cache folder, and its hash is checked on every use.
Nothing of it is imported or executed: its modules are only parsed.
"""

import ast
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

PIN = pathlib.Path(__file__).with_name("wheel.txt")


def folder():
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    tools = os.environ.get("GITINFRA_TOOLS") or pathlib.Path(cache, "gitinfra", "tools")
    return pathlib.Path(tools, "descriptors")


def download(into):
    """Gets the pinned wheel. It is put in its place by a rename, so that no other process ever sees half of it."""
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into.parent) as scratch:
        # The wheel fits every Python; ours may be too old to run it, and does not have to.
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "download", "--quiet"]
        what = ["--no-deps", "--only-binary=:all:", "--python-version=3.13", "--require-hashes", f"--requirement={PIN}"]
        if subprocess.run([*pip, *what, f"--dest={scratch}"], stdout=sys.stderr).returncode:
            sys.exit(f"downloading the wheel of {PIN.name} with pip failed")
        next(pathlib.Path(scratch).glob("*.whl")).replace(into)


def wheel():
    pin = re.search(r"^(\S+)==(\S+) --hash=sha256:([0-9a-f]{64})$", PIN.read_text(), re.MULTILINE)
    if not pin:
        sys.exit(f"{PIN}: no line of the form NAME==VERSION --hash=sha256:HASH")
    name, version, sha256 = pin.groups()
    path = folder() / f"{name}-{version}.whl"
    if not path.exists():
        download(path)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sha256:
        sys.exit(f"{path}: sha256 is {found}, {PIN.name} says {sha256}; remove the file if it is damaged")
    return path


def descriptors(module):
    for node in ast.walk(ast.parse(module)):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", None) == "AddSerializedFile":
            yield ast.literal_eval(node.args[0])


def varint(number):
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + varint(rest) if rest else bytes([low])


def main():
    with zipfile.ZipFile(wheel()) as archive:
        for name in archive.namelist():
            if name.endswith("_pb2.py"):
                for file in descriptors(archive.read(name)):
                    # Field 1 of the set, length-delimited.
                    sys.stdout.buffer.write(b"\x0a" + varint(len(file)) + file)


main()
