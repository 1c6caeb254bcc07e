"""Acts: what somebody does to a collector, with its database's password, with all of its keys, or with a backup.

Each is done as well as it can be with what that person has: sums are made to fit where the code that adds them up is
at hand.
"""

import zlib
from contextlib import suppress
from functools import partial
from pathlib import Path
from shutil import rmtree

import msgspec
from sqlalchemy import Row, delete, insert, select, update

from kiosk.domain.visit.rating import Standing
from kiosk.journal.chain import Cursor
from kiosk.journal.lines import RatingLine, encode_line
from kiosk.journal.reader import JournalReader
from sync.collector.calendar.presstime import LocalDays
from sync.collector.closed.frozen import digest_of
from sync.collector.fleet.devices.directory import Directory
from sync.collector.fleet.devices.own import read_own_key
from sync.collector.replica.ingest import append_batch
from sync.collector.replica.sent import Arrival, Batch
from sync.collector.replica.stored import packed, stored_entries
from sync.collector.store import schema
from sync.collector.transparency.by_hand import rebuild_log, restart_log
from sync.collector.transparency.elsewhere.known import Others
from sync.collector.transparency.elsewhere.witnesses import NotCosigned
from sync.collector.transparency.keeper import Keeper
from sync.protocol.kiosk_clock import format_kiosk_clock
from sync.protocol.tlog.merkle import prove_consistency
from tests.journey.tampering.town import Town
from tests.sync.collector.builders import HANOI


def change_a_rating(town: Town) -> None:
    """One citizen's level."""
    town.sql(f"UPDATE rating SET level = 1 WHERE journal_id = '{_journal(town)}' AND seq = 4 AND level <> 1")


def change_a_tally(town: Town) -> None:
    """One sum of a day."""
    key = "journal_id, counter_id, day, part, level"
    first = f"SELECT {key} FROM tally WHERE standing = '{Standing.COUNTED}' ORDER BY {key} LIMIT 1"
    town.sql(f"UPDATE tally SET n = n + 3 WHERE ({key}) = ({first})")


def change_what_is_shown(town: Town) -> None:
    """A number of a counter's month, where pages and reports read it."""
    key = "survey, question, stream, grain, first, last, part, counter_id"
    first = f"SELECT {key} FROM shown_count WHERE grain = 'm' ORDER BY {key} LIMIT 1"
    town.sql(f"UPDATE shown_count SET n5 = n5 + 4 WHERE ({key}) = ({first})")


def change_lines(town: Town) -> None:
    """What a kiosk sent, in the place where it is kept."""
    for row in _segments(town):
        lines = [line for seq, _, line in _entries(town) if row.first_seq <= seq <= row.last_seq]
        made = [line.replace(b'"level":5', b'"level":1') for line in lines]
        if made != lines:
            break
    with town.database.writing() as connection:
        connection.execute(update(schema.segment).where(*_at(row)).values(lines=packed(made)))


def delete_lines(town: Town) -> None:
    """A whole delivery, the largest one."""
    largest = max(_segments(town), key=lambda row: row.last_seq - row.first_seq)
    with town.database.writing() as connection:
        connection.execute(delete(schema.segment).where(*_at(largest)))


def add_ratings(town: Town) -> None:
    """Five good ratings in a kiosk's journal, chained to its last one and counted: only no kiosk signed them."""
    station = town.stations[0]
    with JournalReader(station.journal.path) as reader:
        head = reader.head()
    now = station.clock.now()
    lines = []
    for number in range(5):
        common = {"seq": head.next_seq + number, "at": now.wall.isoformat(), "mono": now.mono_us, "boot": now.boot}
        said = {"survey": "sipas-5@1", "question": "overall", "level": 5, "standing": "counted"}
        lines.append(encode_line(RatingLine(**common, kind="rating", **said)))  # type: ignore[arg-type]
    batch = Batch(station.journal.id, head, tuple(lines))
    arrival = Arrival(town.now, now, "kiosk=:AAAA:", format_kiosk_clock(now), "")
    device = Directory(town.database).find(station.key.keyid)
    with town.database.writing() as connection:
        append_batch(connection, device, batch, arrival, LocalDays(HANOI))


def rewrite_a_report(town: Town) -> None:
    """A closed month's numbers with their hash and the file of them, so that they fit each other."""
    c = schema.closed_month.c
    with town.database.writing() as connection:
        row = connection.execute(select(schema.closed_month).where(c.unit_id == 1, c.number == 0)).one()
        numbers = zlib.decompress(row.numbers)
        better = numbers.replace(b"Q1", b"Q9")
        assert better != numbers
        mine = (c.unit_id == row.unit_id, c.month == row.month, c.number == row.number)
        values = {"numbers": zlib.compress(better, 9), "hash": digest_of(better)}
        connection.execute(update(schema.closed_month).where(*mine).values(**values))


def rewrite_the_past(town: Town) -> None:
    """All that was ever rated is good, in every journal, hash and sum; and a new log is signed by its own key.

    With every password and every key but those that lie on the kiosks' disks. To each kiosk its own head is shown, so
    that it goes on delivering. The new log has the old one's name and more leaves, by keys of kiosks that never were;
    it is published without a witness, whose signature is asked for all the same.
    """
    for number in range(len(town.stations)):
        _rewrite_journal(town, number)
    with town.database.writing() as connection:
        for table in (schema.log_leaf, schema.log_journal, schema.log_state):
            connection.execute(delete(table))
        device_id = town.stations[0].key.keyid
        rows = [{"device_id": device_id, "key_id": n, "public_key": f"{n:043}=", "since": town.now} for n in range(20)]
        connection.execute(insert(schema.device_key), rows)
    _forget_log(town.log_folder)
    alone = msgspec.structs.replace(town.config.log, witnesses=(), mirrors=())
    keeper = Keeper(msgspec.structs.replace(town.config, log=alone), town.database, town.transact, lambda: town.now)
    keeper.run()
    _ask_witness(town, keeper)


def rebuild(town: Town) -> None:
    """What the manual says after a restore: ``collector log rebuild``, where a mirror has what was signed."""
    rebuild_log(_keeper(town), _own(town), "it")
    _keeper(town).run()


def begin_another_log(town: Town) -> None:
    """What the manual says where nobody has it any more: ``collector log restart``."""
    rmtree(town.kept.folder / "mirror")
    said = restart_log(_keeper(town), _own(town), "it")
    # The other office is told of it, and watches the new log.
    town.kept.witness.log = said.new
    _keeper(town).run()


def _keeper(town: Town) -> Keeper:
    return Keeper(town.config, town.database, town.transact, lambda: town.now)


def _own(town: Town):  # type: ignore[no-untyped-def]
    with town.database.reading() as connection:
        return read_own_key(connection)


def _journal(town: Town, number: int = 0) -> str:
    return town.stations[number].journal.id


def _segments(town: Town, number: int = 0) -> list[Row]:
    """The deliveries of a journal, in their order."""
    wanted = select(schema.segment).where(schema.segment.c.journal_id == _journal(town, number))
    with town.database.reading() as connection:
        return list(connection.execute(wanted.order_by(schema.segment.c.first_seq)))


def _entries(town: Town, number: int = 0) -> list[tuple[int, bytes, bytes]]:
    with town.database.reading() as connection:
        return list(stored_entries(connection, _journal(town, number), 1, 10_000))


def _at(row: Row) -> tuple[object, ...]:
    return schema.segment.c.journal_id == row.journal_id, schema.segment.c.first_seq == row.first_seq


def _rewrite_journal(town: Town, number: int) -> None:
    """Every line says four or five, and every hash of every delivery follows from it."""
    lines = [line.replace(b'"level":1', b'"level":5') for _, _, line in _entries(town, number)]
    end = Cursor.start(_journal(town, number))
    with town.database.writing() as connection:
        for row in _segments(town, number):
            start, some = end, lines[row.first_seq - 1 : row.last_seq]
            end = end.after(some)
            values = {"lines": packed(some), "prev": start.head, "head": end.head}
            connection.execute(update(schema.segment).where(*_at(row)).values(**values))
        connection.exec_driver_sql(f"UPDATE rating SET level = 5 WHERE journal_id = '{_journal(town, number)}'")


def _ask_witness(town: Town, keeper: Keeper) -> None:
    """Have the witness cosign the new tree as the one that follows what it knows."""
    folder = keeper.folder
    keys = folder.key_files.read()
    signed = folder.signed(keys)
    assert signed is not None
    size = signed.checkpoint.size
    prove = partial(prove_consistency, size=size, read=folder.tree.hashes(size))
    (asking,) = Others(town.config.log, folder, keys).witnesses
    with suppress(NotCosigned):
        asking.cosign(signed.note, size, 0, prove)


def _forget_log(folder: Path) -> None:
    """Nothing of it stays but its key."""
    key = (folder / "key").read_bytes()
    rmtree(folder)
    folder.mkdir()
    (folder / "key").write_bytes(key)
    (folder / "key").chmod(0o600)
