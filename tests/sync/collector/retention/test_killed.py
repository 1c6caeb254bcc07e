"""Files of lines: killed anywhere, written twice, at once, altered, empty: no line goes that a file does not hold."""

import gzip
import os
import signal
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from sync.collector.errors import NotAllowed, UsageWrong
from sync.collector.replica.ingest import Appended
from sync.collector.retention.lines import archive, file
from sync.collector.retention.lines import drop as drop_module
from sync.collector.retention.lines.archive import Source, check_file, keep_archive, write_archive
from sync.collector.retention.lines.drop import Dropping
from sync.collector.retention.lines.months import due_months, statements_of, withdraw
from sync.collector.retention.lines.reread import reread
from sync.collector.retention.steps import Pace
from sync.collector.store import schema
from sync.collector.store.database import open_database
from sync.collector.store.partitions import parts_of
from tests.kiosk_in_memory import run
from tests.sync.collector.retention.test_lines import (
    CONFIG,
    DAY,
    LATER,
    OCTOBER,
    ON_POSTGRESQL,
    ON_SQLITE,
    Old,
    border_in,
    database_url,
    old,
    written,
)

__all__ = ["database_url", "old", "written"]
NOVEMBER = date(2026, 11, 1)
BY = ("command line: it", "thu", "hết hạn")
STEPS = ("put", "sync", "digest", "check", "rename", "folder", "clear", "statements", "month")


def archive_month(old: Old, month: date, out: Path) -> archive.Archived:
    archived = write_archive(Source(old.services.config, old.database, old.services.surveys), month, out)
    keep_archive(old.database.transact, month, archived, out, BY, LATER)
    return archived


def states(old: Old) -> list[tuple[date, int, str, int]]:
    c = schema.dropped_month.c
    with old.database.reading() as connection:
        rows = connection.execute(select(c.month, c.part, c.state, c.lines).order_by(c.month, c.part)).all()
    return [tuple(row) for row in rows]


def _kill_at(step: str) -> None:
    """From here on the process is killed as it comes to a step, by the kernel."""
    at: dict[str, tuple[Any, str]] = {
        "put": (archive, "put"), "sync": (os, "fsync"), "digest": (archive, "digest_of"),
        "check": (archive, "check_file"), "rename": (Path, "rename"), "folder": (file, "sync_directory"),
        "clear": (archive, "forget_archives"), "statements": (archive, "_keep_statements"), "month": (archive, "note"),
    }  # fmt: skip
    where, name = at[step]
    setattr(where, name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))


def _in_a_child(work: Any) -> int:
    child = os.fork()
    if not child:
        try:
            work()
        finally:
            os._exit(7)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("step", STEPS)
@ON_SQLITE
def test_killed_while_a_file_is_made_nothing_can_be_dropped_by_it(old: Old, tmp_path: Path, step: str) -> None:
    url, out, surveys = old.database.writer.url.render_as_string(hide_password=False), tmp_path / "october.gz", {}
    surveys |= old.services.surveys

    def make() -> None:
        database = open_database(url)
        _kill_at(step)
        archived = write_archive(Source(CONFIG, database, surveys), OCTOBER, out)
        keep_archive(database.transact, OCTOBER, archived, out, BY, LATER)

    ended = [_in_a_child(make) for _ in range(2)]

    # Where the whole file is there already, the second one is refused and ends by itself.
    assert ended[0] == -signal.SIGKILL
    assert ended[1] == (7 if out.exists() else -signal.SIGKILL)
    assert states(old) == []
    if out.exists():
        with pytest.raises(UsageWrong, match="not the file"):
            old.decide(file.digest_of(out))
    assert old.dropping().run() == 0
    assert (old.count("segment"), old.prove()) == (5, [])
    old.drop(tmp_path / "again.gz")
    assert old.count("segment") == 3
    assert old.prove() == []


def test_two_that_write_at_once_do_not_mix(old: Old, tmp_path: Path) -> None:
    source = Source(old.services.config, old.database, old.services.surveys)
    out = tmp_path / "october.gz"
    with file.new_file(out), pytest.raises(UsageWrong, match="another program"):
        write_archive(source, OCTOBER, out)
    first, second = (write_archive(source, OCTOBER, tmp_path / name) for name in ("a.gz", "b.gz"))

    for each, name in ((first, "a.gz"), (second, "b.gz")):
        keep_archive(old.database.transact, OCTOBER, each, tmp_path / name, BY, LATER)

    assert [state[:3] for state in states(old)] == [(OCTOBER, 1, "archived")]
    old.decide(second.digest)
    assert old.dropping().run() == 1
    with pytest.raises(NotAllowed, match="meanwhile"):
        keep_archive(old.database.transact, OCTOBER, first, tmp_path / "a.gz", BY, LATER)
    assert old.prove() == []


@ON_SQLITE
def test_two_months_wait_for_each_other(old: Old, tmp_path: Path) -> None:
    archive_month(old, OCTOBER, tmp_path / "october.gz")

    with pytest.raises(NotAllowed, match=r"2026-10 are in october\.gz"):
        archive_month(old, NOVEMBER, tmp_path / "november.gz")
    assert not (tmp_path / "november.gz").exists()
    old.database.transact(lambda connection: withdraw(connection, OCTOBER, "it", LATER))
    every = archive_month(old, NOVEMBER, tmp_path / "november.gz")

    assert [state[:3] for state in states(old)] == [(NOVEMBER, 1, "archived")]
    assert every.lines == sum(len(pen.lines) for pen in old.pens[:2])


def test_months_go_one_after_another_and_what_is_left_with_a_further_part(old: Old, tmp_path: Path) -> None:
    old.drop(tmp_path / "october.gz")
    pen, at = old.pens[1], LATER.replace(year=2026, month=10, day=30)
    n = len(pen.lines)
    pen.lines = [*pen.lines, *run([*DAY, *DAY]).lines[n:]]
    # The collector's own clock was wrong, or its backup is from before: they come in a month that was dropped.
    outcome = old.send(1, n + 1, None, at)
    old.services.release()
    assert isinstance(outcome, Appended)
    assert old.prove() == []
    with old.database.reading() as connection:
        assert OCTOBER in due_months(connection, CONFIG, LATER)

    old.drop(tmp_path / "october-2.gz")

    assert [state[:3] for state in states(old)] == [(OCTOBER, 1, "done"), (OCTOBER, 2, "done")]
    assert states(old)[1][3] == len(pen.lines) - n
    assert old.prove() == []
    archived = archive_month(old, NOVEMBER, tmp_path / "november.gz")
    assert [one.journal_id for one in archived.statements] == [old.pens[0].journal_id]


@ON_SQLITE
def test_a_month_of_which_nothing_may_go_is_not_closed_by_an_empty_file(old: Old, tmp_path: Path) -> None:
    out = tmp_path / "september.gz"

    with pytest.raises(NotAllowed, match="no line"):
        archive_month(old, date(2026, 9, 1), out)

    assert (out.exists(), list(tmp_path.iterdir()), states(old)) == (False, [], [])
    old.drop(tmp_path / "october.gz")


@ON_SQLITE
@pytest.mark.parametrize("harm", ["cut", "byte", "line", "end", "journal"])
def test_a_file_that_is_not_whole_is_refused(old: Old, tmp_path: Path, harm: str) -> None:
    archived = archive_month(old, OCTOBER, out := tmp_path / "october.gz")
    body = out.read_bytes()
    lines = gzip.decompress(body).splitlines(keepends=True)
    ids = sorted({one.journal_id for one in archived.statements})
    of_last = [line for line in lines if ids[-1].encode() not in line]
    harmed = {
        "cut": body[:-20], "byte": body[:200] + bytes([body[200] ^ 1]) + body[201:],
        "line": gzip.compress(b"".join([*lines[:1], *lines[2:]])), "end": gzip.compress(b"".join(lines[:-1])),
        "journal": gzip.compress(b"".join(of_last)),
    }[harm]  # fmt: skip
    out.write_bytes(harmed)
    with old.database.reading() as connection:
        wanted = statements_of(connection, OCTOBER, 1)

    with pytest.raises(UsageWrong):
        check_file(out, OCTOBER, 1, wanted)


def test_lines_that_are_not_as_in_the_file_stay(old: Old, tmp_path: Path) -> None:
    old.decide(old.archive(tmp_path / "october.gz").digest)
    s, mine = schema.segment.c, old.pens[1].journal_id
    with old.database.writing() as connection:
        connection.execute(update(schema.segment).where(s.journal_id == mine).values(kiosk_clock="altered"))

    assert old.dropping().run() == 1

    assert old.count("segment", s.journal_id == mine) == 1
    assert [state[:3] for state in states(old)] == [(OCTOBER, 1, "done")]
    assert states(old)[0][3] == border_in(old.pens[0])


@ON_SQLITE
def test_a_disk_that_is_full_leaves_neither_file_nor_month(
    old: Old, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(UsageWrong, match="No space"):
        archive_month(old, OCTOBER, tmp_path / "october.gz")

    assert (list(tmp_path.iterdir()), states(old)) == ([], [])


@ON_SQLITE
def test_the_check_reads_what_was_dropped_from_files_and_says_what_it_could_not(old: Old, tmp_path: Path) -> None:
    old.drop(out := tmp_path / "october.gz")
    with old.database.reading() as connection:
        (unread,), (held,) = list(reread(connection, None)), list(reread(connection, tmp_path))
        out.write_bytes(out.read_bytes()[:-9])
        (harmed,) = reread(connection, tmp_path)

    assert (unread.is_read, unread.lines, unread.findings) == (False, held.lines, [])
    assert (held.is_read, held.findings) == (True, [])
    assert held.lines == border_in(old.pens[0]) + len(old.pens[1].lines)
    assert [each.code for each in harmed.findings] == ["archive_changed"]


def test_two_that_drop_at_once_drop_once(old: Old, tmp_path: Path) -> None:
    old.decide(old.archive(tmp_path / "october.gz").digest)
    url = old.database.writer.url.render_as_string(hide_password=False)
    children = [os.fork() for _ in range(2)]
    if not all(children):
        ended = 1
        try:
            database = open_database(url)
            Dropping(database, database.transact, Pace(sleep=lambda _: None), LATER).run()
            ended = 0
        finally:
            os._exit(ended)

    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]
    assert states(old)[0][2:] == ("done", border_in(old.pens[0]) + len(old.pens[1].lines))
    assert old.prove() == []


@ON_POSTGRESQL
def test_killed_while_a_months_table_is_dropped_it_is_whole_or_gone(old: Old, tmp_path: Path) -> None:
    for table in ("segment", "rating"):
        c = schema.metadata.tables[table].c
        with old.database.writing() as connection:
            connection.execute(delete(schema.metadata.tables[table]).where(c.journal_id == old.pens[2].journal_id))
    # Of the third kiosk lines are lacking now, which is told as ever: before and after.
    wrong = old.prove()
    old.decide(old.archive(tmp_path / "october.gz").digest)
    url = old.database.writer.url.render_as_string(hide_password=False)

    def drop() -> None:
        database, do = open_database(url), drop_module._drop_whole

        def do_and_die(*some: Any, **named: Any) -> None:
            do(*some, **named)
            os.kill(os.getpid(), signal.SIGKILL)

        drop_module._drop_whole = do_and_die
        Dropping(database, database.transact, Pace(sleep=lambda _: None), LATER).run()

    ended = [_in_a_child(drop) for _ in range(2)]

    assert ended == [-signal.SIGKILL] * 2
    with old.database.reading() as connection:
        assert "rating_2026_10" in {part.name for part in parts_of(connection, "rating")}
    assert old.prove() == wrong
    assert old.dropping().run() == 1
    with old.database.reading() as connection:
        assert "rating_2026_10" not in {part.name for part in parts_of(connection, "rating")}
    assert old.prove() == wrong
