"""Days: through which day the log was kept, and whether that day can be over.

The day stands in a file beside the log and once more in the database, for pages. Nothing rests on the database's: who
writes there could otherwise have the log wait for years. A day that is not over by this machine's clock, or by that of
the witnesses who cosigned, means that a clock is wrong, or was, or that somebody set the day.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, tzinfo

from sync.collector.proof.wrong import Finding, What, Wrong
from sync.collector.settings.log import Witness
from sync.collector.store.database import Database
from sync.collector.transparency.disk.folder import Folder, Signed
from sync.collector.transparency.disk.tree import Tree
from sync.collector.transparency.errors import LogAhead, LogDamaged, LogDoubtful
from sync.collector.transparency.leaves.index import State, read_state
from sync.collector.transparency.public import PublicLog
from sync.protocol.tlog.errors import LogWrong
from sync.protocol.tlog.leaf import RESTART, Leaf
from sync.protocol.tlog.tiles import TILE_WIDTH

GRACE = timedelta(hours=1)
"""A clock may be set back by so much around midnight, and two clocks may differ by it, before anybody is told."""


def last_over(now: datetime, zone: tzinfo) -> date:
    """The newest day of the office that can be over at ``now``."""
    return (now + GRACE).astimezone(zone).date() - timedelta(days=1)


def require_over(folder: Folder, over: date) -> None:
    """That the day through which the log was kept is over. Raises LogAhead."""
    day = folder.day()
    if day is not None and day > over:
        raise LogAhead(
            "the file {file} says that {day} is logged, and by this machine's clock that day is not over: nothing is "
            "signed until it is. Put the clock right; if it is right, and was wrong then: collector log rebuild",
            file=folder.day_file, day=day.isoformat(),
        )  # fmt: skip


def noted_ahead(state: State | None, over: date) -> LogDoubtful | None:
    """What is told of a day in the database that is not over. The log does not wait for it, and writes it anew."""
    if state is None or state.day is None or state.day <= over:
        return None
    return LogDoubtful(
        "the column day of log_state in the database said that {day} is logged, and by this machine's clock that day "
        "is not over: somebody set it. The log went on and the column is set right; find out by whom",
        day=state.day.isoformat(),
    )


def cosigned_ahead(folder: Folder, signed: Signed, witnesses: Sequence[Witness], zone: tzinfo) -> LogDoubtful | None:
    """What is told where the newest leaf is of a day that was not over by the clock of any witness who cosigned it."""
    held = signed.note.verified_by([one.verifier for one in witnesses])
    at = max((one.time for one in held if one.time is not None), default=None)
    day = newest_day(folder.tree, signed.checkpoint.size)
    if at is None or day is None or day <= last_over(datetime.fromtimestamp(at, UTC), zone):
        return None
    return LogDoubtful(
        "the newest leaf is of {day}, and by the clock of the witness who cosigned it last, {at}, that day was not "
        "over: this machine's clock is ahead, or the witnesses' are behind. Put it right, then: collector log rebuild",
        day=day.isoformat(), at=datetime.fromtimestamp(at, zone).isoformat(timespec="minutes"),
    )  # fmt: skip


def newest_day(tree: Tree, size: int) -> date | None:
    """The day of the newest of the first ``size`` leaves.

    None where there is none, or only the one with which a log begins: that is of the day on which it began.
    """
    if size == 0:
        return None
    leaf = Leaf.parse(tree.leaves((size - 1) // TILE_WIDTH, size)[-1])
    return None if leaf.kind == RESTART else leaf.day


def days_ahead(database: Database, log: PublicLog, over: date) -> Iterator[Finding]:
    """Which days that are not over the log is said to have reached, each with where that stands."""
    with database.reading() as connection:
        state = read_state(connection)
    newest = None
    # What cannot be read is told with the rest.
    with suppress(LogWrong, LogDamaged):
        published = log.newest()
        newest = None if published is None else newest_day(Tree(log.folder), published.checkpoint.size)
    said = {
        "log_state.day": None if state is None else state.day,
        "day": Folder(log.place).day(),
        "tile/entries": newest,
    }
    for where, day in said.items():
        if day is not None and day > over:
            yield Finding.of(Wrong(What.LOG_FUTURE, day=day.isoformat(), where=where))
