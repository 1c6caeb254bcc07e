"""``collector report``: a report as a file, for a schedule or a stick.

What does the work is imported by each command, so that ``--help`` does not load the tables, pages and exports.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from kiosk.base.private_file import write_private
from kiosk.base.texts import texts
from sync.collector.commands.shared import ConfigFile, DataDir, actor, in_transaction, open_ready, tell
from sync.collector.errors import UsageWrong
from sync.collector.settings.collector import load_config


def report(
    out: Annotated[
        Path, typer.Argument(help="File to write; its ending says which kind: .csv, .xlsx or .pdf.", metavar="FILE")
    ],
    config: ConfigFile = None,
    data_dir: DataDir = None,
    period: Annotated[
        str, typer.Option(help="2026-11-20, 2026-W47, 2026-11, 2026-Q4, 2026 or A..B; default: this month")
    ] = "",
    compare: Annotated[str, typer.Option(help="Period to compare with; default: the one before.")] = "",
    unit: Annotated[str | None, typer.Option(help="Code of a unit; default: all.")] = None,
    counter: Annotated[str | None, typer.Option(help="Code of one of its counters.")] = None,
    measure: Annotated[str, typer.Option(help="top2box or mean5.")] = "top2box",
    versus: Annotated[str, typer.Option(help="UNIT or UNIT:COUNTER to put beside it.")] = "",
    language: Annotated[str, typer.Option(help="vi or en.")] = "vi",
) -> None:
    """Write a report of a unit or counter; the audit log tells of it."""
    from sync.collector.export.forms import FORMS
    from sync.collector.people.audit import note
    from sync.collector.people.rights import ANYBODY
    from sync.collector.services.reports import Query, read_book
    from sync.collector.services.services import make_services
    from sync.collector.words.phrases import Phrases

    form = out.suffix.removeprefix(".").lower()
    if form not in FORMS:
        raise UsageWrong("{file} must end in .csv, .xlsx or .pdf", file=out)
    settings = load_config(config, data_dir)
    database, now = open_ready(settings), datetime.now(UTC)
    services = make_services(settings, database)
    book = read_book(services, ANYBODY, Query(unit, counter, period, compare, measure=measure, versus=versus))
    make, _ = FORMS[form]
    body = make(book, Phrases(texts("collector", language), settings.zone, now))
    services.writer.close()
    details = {"form": form, "period": book.period.code}
    in_transaction(
        database, lambda connection: note(connection, now, actor(), "export", book.place.key or "*", details)
    )
    try:
        write_private(out, body, durable=True)
    except OSError as error:
        raise UsageWrong("cannot write {file}: {why}", file=out, why=error.strerror) from error
    tell("Wrote {file}", file=out)
