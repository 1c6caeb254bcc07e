"""``collector lines``: months of which the time is over: list them, write their lines to a file, let them go.

What does the work is imported by each command, so that ``--help`` does not load the tables.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kiosk.base.terminal.terminal import terminal_texts
from sync.collector.commands.shared import ConfigFile, DataDir, Yes, actor, ask, granted, services_of, tell
from sync.collector.errors import CollectorError, NotAllowed, UsageWrong
from sync.collector.settings.collector import load_config

if TYPE_CHECKING:
    from sync.collector.services.services import Services

EVERYWHERE = ""
"""A month's lines are those of every unit: who grants them is over all of it."""
Month = Annotated[str, typer.Option(help="2025-01, a month in which lines came, in UTC.")]
Second = Annotated[
    str, typer.Option(help="Account of an auditor or administrator who types their password here.", metavar="NAME")
]
Purpose = Annotated[str, typer.Option(help="Why; it stands in the audit log.")]
LinesFile = Annotated[Path, typer.Argument(help="File with the month's lines.", metavar="FILE")]
lines_app = typer.Typer(
    help="What kiosks sent, line by line, once its time is over (retention.lines_months).", no_args_is_help=True
)


@lines_app.command("list", epilog="Example: collector lines list")
def lines_list(config: ConfigFile = None, data_dir: DataDir = None) -> None:
    """The months that are due to be dropped, and those of which the lines went, with who decided it."""
    from sqlalchemy import select

    from sync.collector.retention.lines.months import due_months
    from sync.collector.store.schema import dropped_month

    services = services_of(load_config(config, data_dir))
    with services.database.reading() as connection:
        due = due_months(connection, services.config, services.now())
        known = connection.execute(select(dropped_month).order_by(dropped_month.c.month, dropped_month.c.part)).all()
    _close(services)
    t, waiting = terminal_texts("collector"), {row.month for row in known if row.state != "done"}
    for row in known:
        typer.echo(_known(row, t))
    for month in due:
        if month not in waiting:
            tell("{month}: due", month=f"{month:%Y-%m}")
    if not due and not known:
        tell("Nothing is due: lines are kept for ever, or none is old enough.")


@lines_app.command(
    "archive",
    epilog="Example: collector lines archive dong-2025-01.gz --month 2025-01 --second-person thu --purpose 'Het han'",
)
def lines_archive(
    file: LinesFile,
    month: Month,
    second_person: Second = "",
    purpose: Purpose = "",
    config: ConfigFile = None,
    data_dir: DataDir = None,
) -> None:
    """Write all lines of a month that would go to a new file, verbatim, with all that kiosks signed.

    They are single ratings: a second person grants it. Nothing is deleted. Lines on which something still rests are
    not in it and stay; why is told.
    """
    from sync.collector.chores.every import transact
    from sync.collector.retention.lines.archive import Source, keep_archive, write_archive
    from sync.collector.retention.lines.months import require_due

    services, day = services_of(load_config(config, data_dir)), _month(month)
    with services.database.reading() as connection:
        require_due(connection, services.config, day, services.now())
    grant = granted(services, second_person, purpose, EVERYWHERE)
    source = Source(services.config, services.database, services.surveys)
    by, at_once = (actor(), grant["second"], grant["purpose"]), partial(transact, services)
    with _turn(at_once) as is_mine:
        if not is_mine:
            raise _taken(services)
        archived = write_archive(source, day, file)
        if archived.statements:
            keep_archive(at_once, day, archived, file, by, services.now())
    _close(services)
    t = terminal_texts("collector")
    if archived.statements:
        tell(
            "{lines} entries of {journals} journals are in {file}. Nothing was deleted.",
            lines=t.number(archived.lines), journals=t.number(len(archived.statements)), file=file,
        )  # fmt: skip
    else:
        tell("No line of {month} may go: no file was made, and the month stays due.", month=month)
    for reason, n in sorted(Counter(one.why for one in archived.kept).items()):
        tell("{n} journals stay: {why}", n=t.number(n), why=t(reason))


@lines_app.command(
    "drop",
    epilog="Example: collector lines drop dong-2025-01.gz --month 2025-01 --second-person thu --purpose 'Het han'",
)
def lines_drop(
    file: LinesFile,
    month: Month,
    second_person: Second = "",
    purpose: Purpose = "",
    yes: Yes = False,
    config: ConfigFile = None,
    data_dir: DataDir = None,
) -> None:
    """Decide that a month's lines go, whose file this is, and let them go: for good.

    Sums, blocks, closed months and the public log stay, and what the lines added is written down. Two people decide;
    the audit log has who and why. Broken off, it is gone on with by the service or by collector maintain.
    """
    from sync.collector.chores.every import transact
    from sync.collector.retention.lines.archive import check_file
    from sync.collector.retention.lines.file import digest_of
    from sync.collector.retention.lines.months import Decision, decide, find_archive, require_due, statements_of

    services, day = services_of(load_config(config, data_dir)), _month(month)
    now = services.now()
    with services.database.reading() as connection:
        require_due(connection, services.config, day, now)
    try:
        digest = digest_of(file)
    except OSError as error:
        raise UsageWrong("cannot read {file}: {why}", file=file, why=error.strerror) from error
    with services.database.reading() as connection:
        row = find_archive(connection, day, digest)
        wanted = statements_of(connection, day, row.part)
    if row.state == "done":
        raise NotAllowed("the lines in this file were dropped already; see: collector lines list")
    # Of one that was decided about some may have come to stay: the file has them besides.
    if row.state == "archived":
        check_file(file, day, row.part, wanted)
    tell("The lines of {month} go for good; {file} is then the only place where they are.", month=month, file=file)
    ask(yes=yes)
    grant = granted(services, second_person, purpose, EVERYWHERE)
    decision = Decision(actor(), grant["second"], grant["purpose"], now)
    at_once = partial(transact, services)
    at_once(lambda connection: decide(connection, day, digest, decision))
    _drop(services, at_once)
    _close(services)


@lines_app.command("withdraw", epilog="Example: collector lines withdraw --month 2025-01")
def lines_withdraw(month: Month, config: ConfigFile = None, data_dir: DataDir = None) -> None:
    """Let the file be void in which a month's lines were written, if nobody decided about it: no line goes by it.

    The lines stay where they are, and the file too; another month can be written then.
    """
    from sync.collector.chores.every import transact
    from sync.collector.retention.lines.months import withdraw

    services, day = services_of(load_config(config, data_dir)), _month(month)
    file = transact(services, lambda connection: withdraw(connection, day, actor(), services.now()))
    _close(services)
    tell("{file} is void: nothing can be dropped by it any more. Its lines are still here.", file=file)


def _drop(services: "Services", at_once: Any) -> None:
    from sync.collector.retention.lines.drop import Dropping
    from sync.collector.retention.steps import Pace

    with _turn(at_once) as is_mine:
        if not is_mine:
            tell("It is decided. The service lets them go, or: collector maintain")
            return
        Dropping(services.database, at_once, Pace(), services.now()).run()
    tell("They are gone. What is left can be recomputed with: collector verify --all")


@contextmanager
def _turn(at_once: Any) -> Iterator[bool]:
    """Whether it is this program's turn at upkeep, until it is done."""
    from sync.collector.retention.maintain import TURN
    from sync.collector.store.turns import Turns

    turns = Turns(at_once, [TURN])
    try:
        yield turns.take()
    finally:
        turns.stop()


def _taken(services: "Services") -> CollectorError:
    from sync.collector.retention.maintain import taken_by

    return taken_by(services.database)


def _month(text: str) -> date:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
        raise UsageWrong("{text!r} is no month: write 2025-01", text=text[:40])
    return date.fromisoformat(f"{text}-01")


def _known(row: Any, t: Any) -> str:
    states = {
        "archived": t("written to {file}, nobody decided yet", file=row.archive_name),
        "decided": t("decided by {who} and {second}, being dropped", who=row.decided_by, second=row.second),
        "done": t("dropped, as {who} and {second} decided", who=row.decided_by, second=row.second),
    }
    lines, ratings = t.number(row.lines), t.number(row.ratings)
    return str(t("{month}, part {part}: {lines} entries, {ratings} ratings; {state}", month=f"{row.month:%Y-%m}",
                 part=row.part, lines=lines, ratings=ratings, state=states[row.state]))  # fmt: skip


def _close(services: "Services") -> None:
    services.writer.close()
    services.database.close()
