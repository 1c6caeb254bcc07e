"""``collector audit-bundle``: a closed month as an auditor takes it away, with all that proves it.

What does the work is imported by the command, so that ``--help`` does not load the tables, pages and exports.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kiosk.base.terminal.terminal import terminal_texts
from kiosk.base.texts import texts
from sync.collector.commands.shared import (
    ClosedMonth,
    ConfigFile,
    DataDir,
    Language,
    OfUnit,
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

if TYPE_CHECKING:
    from sync.collector.services.services import Services

PURPOSE_MAX = 300


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
    second_person: Annotated[
        str | None,
        typer.Option(help="Account of an auditor or administrator who types their password here.", metavar="NAME"),
    ] = None,
    purpose: Annotated[str, typer.Option(help="What the lines are for; it stands in the audit log.")] = "",
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
        details |= _granted(services, second_person, purpose, shelf.place.key)
    body = make_bundle(services, wanted)
    services.writer.close()
    action, subject = "audit lines" if lines else "audit bundle", shelf.place.key or "*"
    # Written down before the file is: whoever takes it away cannot have it without that.
    note_down(services.database, action, subject, details)
    write_file(out, body)


def _granted(services: "Services", second_person: str | None, purpose: str, place: str) -> dict[str, Any]:
    """Ask the second person for their password; what the audit log keeps of the grant. Raises NotAllowed."""
    from sync.collector.chores.every import transact
    from sync.collector.people.second import require_second

    if not second_person or not purpose.strip():
        raise UsageWrong("lines are single ratings: name a second person and the purpose (--second-person, --purpose)")
    words = terminal_texts("collector")
    password = typer.prompt(words("Password of {name}", name=second_person), hide_input=True)
    at_once = partial(transact, services)
    require_second(services.database, at_once, second_person, password, place, services.now())
    return {"second": second_person, "purpose": purpose.strip()[:PURPOSE_MAX]}


def _checkpoint(path: Path) -> Checkpoint:
    try:
        return Checkpoint.parse(Note.parse(path.read_text("utf-8")).text)
    except (OSError, UnicodeDecodeError, NoteWrong) as error:
        raise UsageWrong("{file} is no checkpoint: {why}", file=path, why=error) from error
