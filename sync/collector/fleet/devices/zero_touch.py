"""Zero touch: a table of counters becomes one-time codes and setup files, all of them or none.

Each counter gets a folder of its name with ``hailong-setup.toml``: copied to a stick, it makes a kiosk of any
machine (``kiosk setup``, or ``kiosk setup --counter Q17`` where one stick serves many). Repeating the command keeps
codes that are still good, and makes only what is missing.
"""

import os
import secrets
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from typing import NamedTuple

from msgspec import structs
from sqlalchemy import Connection, insert, select, update

from kiosk.base.cells import csv_bytes
from kiosk.base.handed_in import read_handed_in
from kiosk.base.settings.listing import toml_value
from kiosk.base.settings.reading import SettingsInvalid
from kiosk.domain.fault import Fault
from kiosk.domain.visit.survey import FIRST_LANGUAGE
from sync.collector.errors import UsageWrong
from sync.collector.fleet.devices.devices import CODE_ALPHABET, CODE_LENGTH, hash_code
from sync.collector.fleet.devices.grants import ids_of, read_grants
from sync.collector.fleet.places import units
from sync.collector.fleet.places.counter_table import Numbered, Row, faults_of_places
from sync.collector.people.audit import note
from sync.collector.store.database import Database
from sync.collector.store.schema import counter, device, enrolment_code
from sync.protocol.tlog.messages import LogRoots

SETUP_FILE = "hailong-setup.toml"
LIST_FILE = "codes.csv"
Progress = Callable[[int, int], None]
"""Told as codes are made: how many, of how many."""


class Code(NamedTuple):
    """A one-time code as it is typed, and how long it holds."""

    text: str
    until: datetime
    hashed: bytes
    """What is stored of it."""


@dataclass(frozen=True, slots=True)
class Made:
    """How many enrolment codes were made for a table of kiosks, and what became of the others."""

    made: int
    kept: int
    """Codes of an earlier run that are still good."""
    running: int
    """Counters that have a kiosk already, and get no code."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for every code of one run."""

    url: str
    now: datetime
    until: datetime
    actor: str
    log: LogRoots | None = None
    """By which kiosks know the public log, where there is one."""


def make_codes(
    database: Database, rows: list[Numbered], file: Path, to: Path, terms: Terms, progress: Progress
) -> Made:
    """A code and a setup file below ``to`` for every row whose counter has no kiosk, in one transaction.

    Raises SettingsInvalid with every row that does not fit what is there, and UsageWrong where the folder cannot be
    written; then nothing was made.
    """
    with database.reading() as connection:
        running = _running(connection, rows)
        faults = (*faults_of_places(connection, file, rows), *_not_granted(connection, file, rows, running))
    if faults:
        raise SettingsInvalid(faults)
    wanted = [row for _, row in rows if row.counter not in running]
    kept = _still_good(database, to, wanted, terms.now)
    missing = [row for row in wanted if row.counter not in kept]
    codes = dict(zip((row.counter for row in missing), _new_codes(len(missing), progress), strict=True))
    plain = {**kept, **{name: Code(text, terms.until, hashed) for name, (text, hashed) in codes.items()}}
    with database.reading() as connection:
        names = _names(connection, rows)
    staged = _stage(to, wanted, plain, names, terms)
    try:
        with database.writing() as connection:
            for row in missing:
                _keep_code(connection, row, codes[row.counter][1], terms)
            for row in wanted:
                _grant_hall(connection, row, plain[row.counter].hashed)
        _put_in_place(staged, to)
    finally:
        rmtree(staged, ignore_errors=True)
    return Made(len(missing), len(kept), len(running))


def _running(connection: Connection, rows: list[Numbered]) -> set[str]:
    """The counters with a kiosk at work."""
    found = select(counter.c.code).join(device, device.c.counter_id == counter.c.counter_id)
    at_work = set(connection.execute(found.where(device.c.revoked_at.is_(None))).scalars())
    return at_work & {row.counter for _, row in rows}


def _still_good(database: Database, to: Path, rows: list[Row], now: datetime) -> dict[str, Code]:
    """The codes of an earlier run that nobody used and that still hold, by counter."""
    found = {row.counter: code for row in rows if (code := _code_in(to / row.counter / SETUP_FILE))}
    with ThreadPoolExecutor(os.cpu_count()) as hashing:
        hashes = dict(zip(found, hashing.map(hash_code, found.values()), strict=True))
    with database.reading() as connection:
        good = select(enrolment_code.c.code_hash, enrolment_code.c.expires_at).where(
            enrolment_code.c.device_id.is_(None), enrolment_code.c.expires_at > now
        )
        until = {bytes(row.code_hash): row.expires_at for row in connection.execute(good)}
    return {name: Code(found[name], until[hashed], hashed) for name, hashed in hashes.items() if hashed in until}


def _code_in(file: Path) -> str:
    try:
        return str(tomllib.loads(read_handed_in(file)).get("code", ""))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return ""


def _new_codes(n: int, progress: Progress) -> list[tuple[str, bytes]]:
    """Codes and what is stored of them; the hash is slow on purpose, so every core makes some."""
    plain = ["".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH)) for _ in range(n)]
    made: list[tuple[str, bytes]] = []
    with ThreadPoolExecutor(os.cpu_count()) as hashing:
        for code, hashed in zip(plain, hashing.map(hash_code, plain), strict=True):
            made.append((f"{code[:4]}-{code[4:]}", hashed))
            progress(len(made), n)
    return made


def _keep_code(connection: Connection, row: Row, hashed: bytes, terms: Terms) -> None:
    found = units.counter_id(connection, row.counter)
    if found is None:
        place = units.unit_for(connection, row.unit_code, row.unit_name or None)
        units.new_counter(connection, row.counter, row.name or row.counter, place, terms.now, terms.actor)
        found = units.counter_id(connection, row.counter)
    connection.execute(
        insert(enrolment_code).values(
            code_hash=hashed,
            counter_id=found,
            survey=row.survey or None,
            created_at=terms.now,
            expires_at=terms.until,
        )
    )
    hours = (terms.until - terms.now).total_seconds() / 3600
    note(connection, terms.now, terms.actor, "device.code", row.counter, {"valid_hours": hours})


def _grant_hall(connection: Connection, row: Row, hashed: bytes) -> None:
    """Write with its code which counters the kiosk will be granted; every counter of the table is there by now."""
    mine = enrolment_code.c.code_hash == hashed
    connection.execute(update(enrolment_code).where(mine).values(grants=ids_of(connection, row.hall) or None))


def _not_granted(connection: Connection, file: Path, rows: list[Numbered], running: set[str]) -> Iterator[Fault]:
    """Rows whose kiosk is at work already and may not speak for a counter that they name: no code will change that."""
    granted = read_grants(connection)
    at = select(device.c.device_id, counter.c.code).join_from(device, counter).where(device.c.revoked_at.is_(None))
    kiosks = {row.code: str(row.device_id) for row in connection.execute(at)}
    for line, row in rows:
        if row.counter in running:
            held = {one.code for one in granted.get(kiosks[row.counter], ()) if one.until is None}
            for code in sorted({*row.hall} - held - {row.counter}):
                message = "a kiosk stands at {counter} already; let it serve {code} with: collector device grant"
                yield Fault(f"{file}:{line}", "serves", message, {"counter": row.counter, "code": code})


def _names(connection: Connection, rows: list[Numbered]) -> dict[str, str]:
    """What the counters of the halls are called, by code."""
    wanted = {code for _, row in rows for code in row.hall}
    known = connection.execute(select(counter.c.code, counter.c.name).where(counter.c.code.in_(sorted(wanted))))
    named = {row.counter: row.name for _, row in rows if row.name}
    return {**named, **{row.code: row.name for row in known}}


def _stage(to: Path, rows: list[Row], codes: Mapping[str, Code], names: Mapping[str, str], terms: Terms) -> Path:
    """Every file, whole, in a folder beside where it will lie."""
    if to.exists() and any(to.iterdir()) and not (to / LIST_FILE).is_file():
        raise UsageWrong("{folder} holds other files; name a new or empty folder with --out", folder=to)
    try:
        to.mkdir(mode=0o700, parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(dir=to, prefix=".unfinished-"))
        for row in rows:
            (staged / row.counter).mkdir(mode=0o700)
            _write(staged / row.counter / SETUP_FILE, _setup_text(row, codes[row.counter].text, names, terms).encode())
        head = ("counter", "name", "unit", "code", "valid until")
        lines = [(row.counter, row.name, row.unit_code, *_cells(codes[row.counter])) for row in rows]
        _write(staged / LIST_FILE, csv_bytes([head, *lines], ","))
    except OSError as error:
        raise UsageWrong("{file} cannot be written ({why})", file=to, why=error.strerror) from error
    return staged


def _cells(code: Code) -> tuple[str, str]:
    return code.text, code.until.isoformat(timespec="minutes")


def _setup_text(row: Row, code: str, names: Mapping[str, str], terms: Terms) -> str:
    lines = [f"server = {toml_value(terms.url)}", f"code = {toml_value(code)}", f"counter = {toml_value(row.counter)}"]
    if terms.log is not None:
        lines += [f"log.{name} = {toml_value(value)}" for name, value in structs.asdict(terms.log).items()]
    lines += [f"settings.screen.{name} = {toml_value(value)}" for name, value in row.screen.items()]
    if row.hall:
        asked = [
            {"code": one, "number": _number(one) or str(place), "name": {FIRST_LANGUAGE: names.get(one, one)}}
            for place, one in enumerate(row.hall, 1)
        ]
        lines.append(f"settings.hall.counters = {toml_value(asked)}")
    return "\n".join(lines) + "\n"


def _number(code: str) -> str:
    """The number at the end of a counter's code, as it stands over the counter."""
    digits = code[len(code.rstrip("0123456789")) :]
    return digits.lstrip("0")[:3]


def _write(file: Path, content: bytes) -> None:
    handle = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as writing:
        writing.write(content)


def _put_in_place(staged: Path, to: Path) -> None:
    # The list comes last: where it is, everything is.
    try:
        for folder in sorted(path for path in staged.iterdir() if path.is_dir()):
            (to / folder.name).mkdir(mode=0o700, exist_ok=True)
            (folder / SETUP_FILE).replace(to / folder.name / SETUP_FILE)
        (staged / LIST_FILE).replace(to / LIST_FILE)
    except OSError as error:
        raise UsageWrong("{file} cannot be written ({why})", file=to, why=error.strerror) from error
