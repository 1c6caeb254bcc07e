"""``collector audit-bundle``: a closed month as an auditor takes it away, with all that proves it.

What does the work is imported by the command, so that ``--help`` does not load the tables, pages and exports.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.base.private_file import write_private
from kiosk.base.texts import texts
from sync.collector.commands.shared import ConfigFile, DataDir, actor, in_transaction, open_ready, tell
from sync.collector.errors import UsageWrong
from sync.collector.settings.collector import load_config

if TYPE_CHECKING:
    from sync.protocol.tlog.checkpoint import Checkpoint


def audit_bundle(
    out: Annotated[Path, typer.Argument(help="File to write, a zip.", metavar="FILE")],
    period: Annotated[str, typer.Option(help="2026-11, a month that was closed.")],
    config: ConfigFile = None,
    data_dir: DataDir = None,
    unit: Annotated[str | None, typer.Option(help="Code of a unit; default: all units together.")] = None,
    since: Annotated[
        Path | None,
        typer.Option(help="A checkpoint that the auditor has: prove that the log goes on from it.", metavar="FILE"),
    ] = None,
    language: Annotated[str, typer.Option(help="vi or en.")] = "vi",
) -> None:
    """Write a bundle with which an auditor checks a closed month away from here; the audit log tells of it.

    It holds no lines, and nothing that rests on fewer than five ratings. hailong-verify.py reads it.
    """
    from sync.collector.kit.bundle import Wanted, make_bundle
    from sync.collector.people.audit import note
    from sync.collector.people.rights import ANYBODY
    from sync.collector.services.closed import find_shelf
    from sync.collector.services.services import make_services

    settings, known = load_config(config, data_dir), None if since is None else _checkpoint(since)
    database, now = open_ready(settings), datetime.now(UTC)
    services = make_services(settings, database)
    shelf = find_shelf(services, ANYBODY, unit, period)
    body = make_bundle(services, Wanted(shelf, texts("collector", language), known))
    services.writer.close()
    details = {"form": "zip", "period": shelf.period.code, "closed": shelf.closing.number}
    subject = shelf.place.key or "*"
    in_transaction(database, lambda connection: note(connection, now, actor(), "audit bundle", subject, details))
    _write(out, body)


def _checkpoint(path: Path) -> "Checkpoint":
    from sync.protocol.tlog.checkpoint import Checkpoint
    from sync.protocol.tlog.errors import NoteWrong
    from sync.protocol.tlog.note import Note

    try:
        return Checkpoint.parse(Note.parse(path.read_text("utf-8")).text)
    except (OSError, UnicodeDecodeError, NoteWrong) as error:
        raise UsageWrong("{file} is no checkpoint: {why}", file=path, why=error) from error


def _write(out: Path, body: bytes) -> None:
    try:
        write_private(out, body, durable=True)
    except OSError as error:
        raise UsageWrong("cannot write {file}: {why}", file=out, why=error.strerror) from error
    tell("Wrote {file}", file=out)
