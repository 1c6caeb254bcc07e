"""Recording: the file operations of a run with their bytes, in the order in which they were complete.

strace writes every call down; here its lines become operations. A call that changes a
file below the recorded folder and is not known here is an error, never overlooked.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.rig.kiosk_runs import KioskRuns, Run, Tracer
from tests.faults.rig.operations import (
    Create,
    Link,
    MakeFolder,
    Operation,
    Remove,
    Rename,
    Reserve,
    Resize,
    Say,
    Sync,
    Write,
)

_TRACED = (
    "open,openat,creat,close,lseek,dup,dup2,dup3,write,writev,pwrite64,pwritev,pwritev2,sendfile,copy_file_range,"
    "splice,fsync,fdatasync,sync_file_range,ftruncate,truncate,fallocate,unlink,unlinkat,rmdir,rename,renameat,"
    "renameat2,link,linkat,symlink,symlinkat,mkdir,mkdirat"
)
_CALL = re.compile(r"^(?P<pid>\d+)\s+(?P<name>\w+)\((?P<arguments>.*)\)\s+= (?P<result>-?\d+)")
_UNFINISHED = re.compile(r"^(?P<pid>\d+)\s+(?P<start>\w+\(.*?),? <unfinished \.\.\.>$")
_RESUMED = re.compile(r"^(?P<pid>\d+)\s+<\.\.\. \w+ resumed>(?P<rest>.*)$")
_HEX = re.compile(r"(?:\\x[0-9a-f]{2})+")
_DESCRIPTOR = re.compile(r"^(\d+|AT_FDCWD)<(.*?)>(?:\(deleted\))?$")
_HARMLESS = {"close", "lseek"}


def record(
    runs: KioskRuns, folder: Path, journal: str, plan: list[str], **order: object
) -> tuple[Run, list[Operation]]:
    """Run ``plan`` on the journal at ``folder / journal``; the run, and from its first ``stop`` on the operations."""
    trace = folder.with_name(folder.name + ".trace")
    options = ("-y", "-xx", "-s", "262144", "-e", f"trace={_TRACED}", "-e", "signal=none", "-o", str(trace))
    run = runs.run(folder / journal, plan, [Tracer(*options)], **order)
    with trace.open() as lines:
        operations = list(Parser(folder).operations(lines))
    trace.unlink()
    return run, operations


@dataclass(frozen=True, slots=True)
class Call:
    """One system call: its arguments as strace prints them, its result."""

    name: str
    arguments: list[str]
    result: int


@dataclass
class Parser:
    """Knows which of the calls concern the folder, and where each descriptor stands."""

    folder: Path
    _positions: dict[str, int] = field(default_factory=dict)
    _sizes: dict[str, int] = field(default_factory=dict)

    def operations(self, lines: Iterable[str]) -> Iterator[Operation]:
        """The operations of a trace."""
        for call in calls(lines):
            if call.result >= 0:
                yield from self._operation(call)

    def _operation(self, call: Call) -> Iterator[Operation]:  # noqa: C901, PLR0912 - a table with one row a call
        match call.name, call.arguments:
            case "openat", [_, path, flags, *_]:
                yield from self._opened(path, flags, call.result)
            case "write", [file, content, _] if path := self._of(file):
                yield self._written(path, file, content, call.result)
            case "pwrite64", [file, content, _, offset] if path := self._of(file):
                yield self._wrote(path, int(offset), unescaped(content)[: call.result])
            case "writev", [file, *parts] if file.startswith("2<"):
                yield Say(
                    b"".join(map(unescaped, re.findall(r'iov_base="([^"]*)"', ",".join(parts)))).decode().rstrip("\n")
                )
            case "lseek", [file, *_] if self._of(file):
                self._positions[file] = call.result
            case "fsync" | "fdatasync", [file] if path := self._of(file):
                yield Sync(path)
            case "ftruncate", [file, size] if path := self._of(file):
                self._sizes[path] = int(size, 0)
                yield Resize(path, int(size, 0))
            case "fallocate", [file, "0", offset, size] if path := self._of(file):
                yield Reserve(path, int(offset, 0) + int(size, 0))
            case "unlink" | "rmdir", [name] if path := self._at(name):
                yield Remove(path)
            case "unlinkat", [where, name, _] if path := self._at(name, where):
                yield Remove(path)
            case "rename" | "link", [old, new] if (path := self._at(new)) or self._at(old):
                yield (Rename if call.name == "rename" else Link)(self._at(old), path)
            case "mkdir", [name, _] if (path := self._at(name)) is not None:
                yield MakeFolder(path)
            case _ if call.name not in _HARMLESS and any(self._mentions(argument) for argument in call.arguments):
                raise NotImplementedError(f"the model does not know {call}")

    def _opened(self, path: str, flags: str, descriptor: int) -> Iterator[Operation]:
        name = self._at(path)
        if not name:
            return
        file = f"{descriptor}<{path.strip(chr(34))}>"
        self._positions[file] = self._sizes.get(name, 0) if "O_APPEND" in flags else 0
        if "O_CREAT" in flags:
            yield Create(name)
        if "O_TRUNC" in flags:
            self._sizes[name] = 0
            yield Resize(name, 0)

    def _written(self, path: str, file: str, content: str, length: int) -> Write:
        offset = self._positions.get(file, 0)
        self._positions[file] = offset + length
        return self._wrote(path, offset, unescaped(content)[:length])

    def _wrote(self, path: str, offset: int, content: bytes) -> Write:
        self._sizes[path] = max(self._sizes.get(path, 0), offset + len(content))
        return Write(path, offset, content)

    def _of(self, file: str) -> str | None:
        """The path of an open file, relative to the folder; None for one elsewhere."""
        found = _DESCRIPTOR.match(file)
        return self._relative(unescaped(found[2]).decode()) if found else None

    def _at(self, name: str, where: str = "") -> str | None:
        path = Path(unescaped(name).decode())
        if not path.is_absolute() and (found := _DESCRIPTOR.match(where)):
            path = Path(unescaped(found[2]).decode()) / path
        return self._relative(str(path))

    def _relative(self, path: str) -> str | None:
        inside = Path(path).is_relative_to(self.folder)
        return str(Path(path).relative_to(self.folder)) if inside else None

    def _mentions(self, argument: str) -> bool:
        return str(self.folder).encode() in unescaped(argument) or str(self.folder) in argument


def calls(lines: Iterable[str]) -> Iterator[Call]:
    """The calls of a trace in the order of their completion; those that never returned are left out."""
    begun: dict[str, str] = {}
    for line in lines:
        text = line.rstrip("\n")
        if unfinished := _UNFINISHED.match(text):
            begun[unfinished["pid"]] = unfinished["start"]
            continue
        if resumed := _RESUMED.match(text):
            text = f"{resumed['pid']} {begun.pop(resumed['pid'], '?(')}{resumed['rest']}"
        if call := _CALL.match(text):
            yield Call(call["name"], _split(call["arguments"]), int(call["result"]))


def unescaped(text: str) -> bytes:
    """The bytes that strace's ``-xx`` wrote as ``\\x..``."""
    if text.rstrip('"').endswith("..."):
        raise ValueError("strace cut a string short")
    return b"".join(
        bytes.fromhex(part.replace("\\x", "")) if part.startswith("\\x") else part.encode()
        for part in re.split(r"((?:\\x[0-9a-f]{2})+)", text.strip('"'))
    )


def _split(arguments: str) -> list[str]:
    # With -xx no text holds a comma or a quotation mark of its own.
    return arguments.split(", ") if arguments else []
