"""Boots: our clock minus that of each boot of a kiosk, as it was last heard, for the entries that boot wrote.

A kiosk that comes back after weeks names many boots at once. They are looked up together: the journal's own first,
and only for what these do not have, those in which another journal of the same kiosk was heard.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection

from sync.collector.calendar.presstime import OffsetOf
from sync.collector.calendar.usual import Usual
from sync.collector.replica.writes import Writes
from sync.collector.store.bulk import insert_rows
from sync.collector.store.schema import boot_clock

_BOOT = re.compile(r"[0-9A-Za-z-]{1,64}", re.ASCII)
_NAMED = re.compile(rb'"boot":"([0-9A-Za-z-]{1,64})"')
"""A boot, as a line names it; one that is written otherwise is looked up when it is asked for."""
# Written out: to have it made of its parts each time took the program three times as long as the database takes for it.
_OWN = "SELECT boot, offset_us FROM boot_clock WHERE journal_id = {journal} AND boot {wanted}"
_OF_DEVICE = """SELECT 0 AS age, boot, boot_offset_us FROM journal WHERE device_id = {device} AND boot {wanted}
UNION ALL SELECT 1, boot, offset_us FROM boot_clock
WHERE journal_id IN (SELECT journal_id FROM journal WHERE device_id = {device}) AND boot {wanted} ORDER BY age"""
_HEARD = ("journal_id", "boot", "offset_us")
_HEARD_LAST = "ON CONFLICT (journal_id, boot) DO UPDATE SET offset_us = excluded.offset_us"


def keep_boot(connection: Connection, journal_id: str, boot: str, offset_us: int) -> None:
    """Remember an earlier boot's clock, for entries of it that are still to come."""
    insert_rows(connection, boot_clock, {}, _HEARD, [(journal_id, boot, offset_us)], then=_HEARD_LAST)


def put_boot(writes: Writes, journal_id: str, boot: str, offset_us: int) -> None:
    """The same, once ``writes`` are flushed."""
    writes.insert(boot_clock, {}, _HEARD, [(journal_id, boot, offset_us)], _HEARD_LAST)


def read_boot_offset(connection: Connection, journal_id: str, boot: str) -> int | None:
    """Our clock minus that of an earlier boot of a journal; None for one never heard."""
    return _of_journal(connection, journal_id, [boot]).get(boot)


def boot_of_device(connection: Connection, device_id: str, boot: str) -> int | None:
    """Our clock minus that of a boot that any journal of this kiosk was heard in; None for one never heard."""
    return _of_device(connection, device_id, [boot]).get(boot)


def offsets_heard(
    connection: Connection,
    device_id: str,
    journal_id: str,
    last: tuple[str | None, int | None],
    named: Callable[[], Collection[str]],
) -> OffsetOf:
    """Our clock minus each boot's clock; ``last`` is the boot last heard and its offset.

    The boots that are ``named`` are looked up together, when one of them is asked for.
    """
    known: dict[str, int | None] = {} if last[0] is None else {last[0]: last[1]}

    def offset_of(wanted: str) -> int | None:
        if wanted not in known:
            boots = {wanted, *named()}.difference(known)
            # Of a journal that was never heard, no boot was.
            own = {} if last[0] is None else _of_journal(connection, journal_id, boots)
            others = _of_device(connection, device_id, boots.difference(own))
            known.update({boot: own.get(boot, others.get(boot)) for boot in boots})
        return known[wanted]

    return cache(offset_of)


def boots_in(lines: Sequence[bytes], usual: Mapping[bytes, Usual]) -> set[str]:
    """The boots that the lines name, as far as they are written as is usual; ``usual`` is what is read of them."""
    if len(usual) == len(lines):
        return {each.boot for each in usual.values()}
    return {found.decode() for found in set(_NAMED.findall(b"\n".join(lines)))}


def _of_journal(connection: Connection, journal_id: str, boots: Collection[str]) -> dict[str, int]:
    wanted = _heard_so(boots)
    if not wanted:
        return {}
    return dict(_rows(connection, _OWN, journal_id, wanted))


def _of_device(connection: Connection, device_id: str, boots: Collection[str]) -> dict[str, int]:
    wanted = _heard_so(boots)
    if not wanted:
        return {}
    found: dict[str, int] = {}
    for _, boot, offset_us in _rows(connection, _OF_DEVICE, device_id, wanted):
        if offset_us is not None:
            found.setdefault(boot, offset_us)
    return found


def _rows(connection: Connection, statement: str, whose: str, boots: list[str]) -> Sequence[Any]:
    """What a statement finds that names, before the boots each time, whose they are."""
    values: tuple[Any, ...]
    if connection.dialect.name == "postgresql":
        said, wanted, values = "%s::text::uuid", "= ANY(%s::text[])", (whose, boots)
    else:
        said, wanted, values = "?", f"IN ({', '.join('?' * len(boots))})", (whose, *boots)
    text = statement.format(journal=said, device=said, wanted=wanted)
    return connection.exec_driver_sql(text, values * statement.count("{wanted}")).all()


def _heard_so(boots: Collection[str]) -> list[str]:
    """Those that can have been heard: a request names its boot in this form alone."""
    return sorted(boot for boot in boots if _BOOT.fullmatch(boot))
