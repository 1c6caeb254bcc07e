"""Audiences: who is told of kiosks. A unit's people hear of their own kiosks, the office's of all, each once."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from sync.collector.people.rights import RIGHTS, Right, Role
from sync.collector.store.schema import account, unit


@dataclass(frozen=True, slots=True)
class Audience:
    """The people who look after one part of the office."""

    code: str
    """Of its unit; empty is the whole office, whose addresses in the settings and webhook hear too."""
    path: str
    addresses: tuple[str, ...]

    @property
    def is_office(self) -> bool:
        """Whether this audience is told of every kiosk."""
        return not self.path


def read_audiences(connection: Connection, heard_already: tuple[str, ...]) -> list[Audience]:
    """The office, and each unit with people who look after kiosks; whoever hears of a wider part hears that alone."""
    wanted = (
        select(account.c.email, account.c.role, unit.c.code, unit.c.path)
        .outerjoin(unit, unit.c.unit_id == account.c.unit_id)
        .where(account.c.email.is_not(None), account.c.disabled_at.is_(None))
    )
    places: dict[tuple[str, str], set[str]] = {("", ""): set()}
    for row in connection.execute(wanted):
        if Right.FLEET in RIGHTS[Role(row.role)]:
            places.setdefault((row.path or "", row.code or ""), set()).add(row.email)
    return list(_each_once(places, set(heard_already)))


def _each_once(places: dict[tuple[str, str], set[str]], office: set[str]) -> Iterator[Audience]:
    hears: dict[str, set[str]] = {"": office}
    for path, code in sorted(places):
        wider = set().union(*(people for above, people in hears.items() if path.startswith(above)))
        own = places[path, code] - wider
        hears[path] = hears.get(path, set()) | own
        if own or not path:
            yield Audience(code, path, tuple(sorted(own)))
