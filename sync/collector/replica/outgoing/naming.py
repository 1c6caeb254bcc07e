"""Naming: which versions belong to which series, and what stood under a version alone goes under its series.

Ratings may come, and be shown, before the collector knows their survey: it comes with a later upgrade, or is published
here under the name that a kiosk used already. Until then such a version is a series of its own, under its exact
``id@version``. From the moment in which it is known, whatever stood there stands under the series: the same blocks,
pools and unions, added to those of other versions, so nothing is told that was not told before.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, select, text, update

from kiosk.domain.visit.survey import Survey
from sync.collector.replica.blocks.series import series_of
from sync.collector.replica.blocks.sums import Doubtful
from sync.collector.replica.outgoing.pools import mark_loose
from sync.collector.replica.outgoing.sums import BLOCK, OF_COUNTER, OF_UNIT
from sync.collector.replica.outgoing.unions import add_unions, take_apart
from sync.collector.replica.shown import LEVEL_NAMES
from sync.collector.store.bulk import insert_rows
from sync.collector.store.schema import (
    UNKNOWN,
    aside_union,
    block,
    pool,
    remainder,
    series_version,
    shown_count,
    shown_stream,
    shown_unit_count,
)

Surveys = Mapping[str, Survey]
_NAMES = ("series", "question", "survey")
_OF_REST = ("survey", "question", "counter_id", "day", "part", "standing")
_SUMS: Sequence[tuple[Any, Sequence[str], Sequence[str]]] = (
    (shown_count, OF_COUNTER, LEVEL_NAMES),
    (shown_unit_count, OF_UNIT, LEVEL_NAMES),
    (shown_stream, ("survey", "question", "stream"), ()),
    (remainder, _OF_REST, ("n",)),
)
"""Tables of sums by series, their keys and what is added up in them."""


def knows_versions(connection: Connection, surveys: Surveys) -> bool:
    """Whether the versions that are known are those that were written down: what a version asks never changes."""
    return set(connection.execute(select(series_version.c.survey).distinct()).scalars()) == set(surveys)


def doubted_journals(connection: Connection) -> list[str]:
    """Journals with cuts that were not believed because of their survey: a version that is known by now may hold."""
    b = block.c
    doubted = select(b.journal_id).where(b.shown_at.is_(None), b.fault == str(Doubtful.SERIES)).distinct()
    return sorted(map(str, connection.execute(doubted).scalars()))


def keep_versions(connection: Connection, surveys: Surveys, least: int) -> bool:
    """Write down to which series each known version's questions belong, and put under it what stands elsewhere.

    ``least`` ratings at least are told together. Whether anything changed. Releases are to be locked before.
    """
    known = {(series_of(surveys, ref, each.id), each.id, ref) for ref in surveys for each in surveys[ref].questions}
    kept = {tuple(row) for row in connection.execute(select(*(series_version.c[name] for name in _NAMES)))}
    if known != kept:
        connection.execute(delete(series_version))
        insert_rows(connection, series_version, {}, _NAMES, sorted(known))
    names = {(ref, question): series for series, question, ref in known if series != ref}
    misplaced = [name for name in _names_of_versions(connection, with_rest=known != kept) if name in names]
    for ref, question in misplaced:
        _rename(connection, ref, question, names[ref, question], least)
    return known != kept or bool(misplaced)


def _names_of_versions(connection: Connection, *, with_rest: bool) -> list[tuple[str, str]]:
    """The versions and questions under which anything stands by itself.

    What remained from before blocks is looked through only ``with_rest``: nothing comes to it any more.
    """
    tables = [(block, "series"), (shown_stream, "survey"), *([(remainder, "survey")] if with_rest else [])]
    found = set[tuple[str, str]]()
    for table, name in tables:
        wanted = select(table.c[name], table.c.question).where(text(UNKNOWN.replace("series", name))).distinct()
        found |= {tuple(row) for row in connection.execute(wanted)}
    return sorted(found)


def _rename(connection: Connection, ref: str, question: str, series: str, least: int) -> None:
    """Put all that stands under a version's question under its series."""
    waiting = take_apart(connection, _blocks(connection, ref, question))
    mark_loose(connection, [one for one in _blocks(connection, ref, question) if one.is_tail and one.grain])
    for table in (block, pool, aside_union):
        here = (table.c.series == ref) & (table.c.question == question)
        connection.execute(update(table).where(here).values(series=series))
    for table, key, sums in _SUMS:
        _add_up(connection, table.name, key, sums, {"was": ref, "question": question, "series": series})
    add_unions(connection, list(_again(connection, waiting)), least)


def _blocks(connection: Connection, ref: str, question: str) -> Sequence[Row[Any]]:
    b = block.c
    return connection.execute(select(*BLOCK).where(text(UNKNOWN), b.series == ref, b.question == question)).all()


def _again(connection: Connection, blocks: Iterable[Row[Any]]) -> Iterable[Row[Any]]:
    for one in blocks:
        here = (block.c.journal_id == one.journal_id) & (block.c.last_seq == one.last_seq)
        yield connection.execute(select(*BLOCK).where(here)).one()


def _add_up(
    connection: Connection, table: str, key: Sequence[str], sums: Sequence[str], values: Mapping[str, str]
) -> None:
    """Add the rows of a version's question to those of its series."""
    rest = ", ".join((*key[2:], *sums))
    here = f"FROM {table} WHERE survey = :was AND question = :question"
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in sums)
    connection.execute(
        text(
            f"INSERT INTO {table} (survey, question, {rest}) SELECT CAST(:series AS varchar), question, {rest} {here} "
            f"ON CONFLICT ({', '.join(key)}) DO {f'UPDATE SET {added}' if sums else 'NOTHING'}"
        ),
        values,
    )
    connection.execute(text(f"DELETE {here}"), values)
