"""``collector audit-bundle``: a closed month as an auditor takes it away, with all that proves it.

What does the work is imported by the command, so that ``--help`` does not load the tables, pages and exports.
"""

from pathlib import Path
from typing import Annotated

import typer

from kiosk.base.texts import texts
from sync.collector.commands.shared import (
    ClosedMonth,
    ConfigFile,
    DataDir,
    Language,
    OfUnit,
    Purpose,
    SecondPerson,
    granted,
    note_down,
    services_of,
    write_file,
)
from sync.collector.errors import UsageWrong
from sync.collector.people.rights import ANYBODY
from sync.collector.settings.collector import load_config
from sync.protocol.tlog.checkpoint import Checkpoint
from sync.protocol.tlog.errors import NoteWrong
from sync.protocol.tlog.note import Note


def audit_bundle(
    out: Annotated[Path, typer.Argument(help="File to write, a zip.", metavar="FILE")],
    period: ClosedMonth,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    unit: OfUnit = None,
    since: Annotated[
        Path | None,
        typer.Option(help="A checkpoint that the auditor has: prove that the log goes on from it.", metavar="FILE"),
    ] = None,
    number: Annotated[
        int | None,
        typer.Option(help="Which report: 0 is the first, 1 the first correction; otherwise the newest.", min=0),
    ] = None,
    language: Language = "vi",
    lines: Annotated[
        bool, typer.Option("--lines", help="With every line of the month: single ratings. A second person grants it.")
    ] = False,
    second_person: SecondPerson = None,
    purpose: Purpose = "",
) -> None:
    """Write a bundle with which an auditor checks a closed month away from here; the audit log tells of it.

    Without --lines it holds no lines, and nothing that rests on fewer than five ratings. hailong-verify.py reads it.
    """
    from sync.collector.kit.bundle import Wanted, make_bundle
    from sync.collector.services.closed import find_shelf

    settings, known = load_config(config, data_dir), None if since is None else _checkpoint(since)
    services = services_of(settings)
    shelf = find_shelf(services, ANYBODY, unit, period)
    wanted = Wanted(shelf, texts("collector", language), known, lines, number)
    details = {"form": "zip", "period": shelf.period.code, "closed": wanted.numbered}
    if lines:
        details |= granted(services, second_person, purpose, shelf.place.key)
    body = make_bundle(services, wanted)
    services.writer.close()
    action, subject = "audit lines" if lines else "audit bundle", shelf.place.key or "*"
    # Written down before the file is: whoever takes it away cannot have it without that.
    note_down(services.database, action, subject, details)
    write_file(out, body)


def _checkpoint(path: Path) -> Checkpoint:
    try:
        return Checkpoint.parse(Note.parse(path.read_text("utf-8")).text)
    except (OSError, UnicodeDecodeError, NoteWrong) as error:
        raise UsageWrong("{file} is no checkpoint: {why}", file=path, why=error) from error
