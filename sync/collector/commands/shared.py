"""What the collector's commands share: options, the open database, one transaction, and words.

Migrations are imported where they are needed: ``--help`` does not load them.
"""

import getpass
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kiosk.base.private_file import write_private
from kiosk.base.terminal.terminal import terminal_texts
from sync.collector.errors import NotAllowed, UsageWrong
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.database import Database, faults_named, open_database

if TYPE_CHECKING:
    from sync.collector.services.services import Services

ConfigFile = Annotated[Path | None, typer.Option("--config", help="Settings file; see config/collector.toml.")]
DataDir = Annotated[
    Path | None, typer.Option(help="Folder of the embedded database: DIR/collector/collector.db.", metavar="DIR")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print the result alone.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do what is shown without asking.")]
OfUnit = Annotated[str | None, typer.Option(help="Code of a unit; default: all units together.")]
ClosedMonth = Annotated[str, typer.Option(help="2026-11, a month that was closed.")]
Language = Annotated[str, typer.Option(help="vi or en.")]
SecondPerson = Annotated[
    str | None,
    typer.Option(help="Account of an auditor or administrator who types their password here.", metavar="NAME"),
]
Purpose = Annotated[str, typer.Option(help="What the lines are for; it stands in the audit log.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


PURPOSE_MAX = 300


def open_ready(settings: CollectorConfig, *, begin: bool = False, quiet: bool = False) -> Database:
    """The database with this version's schema; with ``begin`` a new embedded one is made first, and that is said.

    Only commands that put the first things into a database begin one. All others refuse where there is none, and make
    no file: what they would say of an empty database that a mistyped ``--data-dir`` made would be about nothing.
    Raises DatabaseUnusable, SchemaOutdated or SchemaNewer.
    """
    from sync.collector.store.migrate import is_empty, migrate, require_current

    may_begin = begin and settings.embedded
    database = open_database(settings.database, create=may_begin)
    if may_begin and is_empty(database):
        migrate(database)
        if not quiet:
            tell("Made the database {path}", path=database.writer.url.database)
    require_current(database)
    return database


def services_of(settings: CollectorConfig) -> "Services":
    """What a request has, for a command: over the database that is there; ``writer.close()`` ends them."""
    from sync.collector.services.services import make_services

    return make_services(settings, open_ready(settings))


def granted(services: "Services", second_person: str | None, purpose: str, place: str) -> dict[str, Any]:
    """Ask the second person for their password, who lets single ratings of the unit at the path ``place`` out.

    What the audit log keeps of the grant. Raises NotAllowed, and UsageWrong where nobody or no purpose is named.
    """
    from sync.collector.chores.every import transact
    from sync.collector.people.second import require_second

    if not second_person or not purpose.strip():
        raise UsageWrong("lines are single ratings: name a second person and the purpose (--second-person, --purpose)")
    words = terminal_texts("collector")
    password = typer.prompt(words("Password of {name}", name=second_person), hide_input=True)
    at_once = partial(transact, services)
    require_second(services.database, at_once, second_person, password, place, services.now())
    return {"second": second_person, "purpose": purpose.strip()[:PURPOSE_MAX]}


def in_transaction(database: Database, work: Callable[[Any], Any]) -> Any:
    """What ``work`` returns, once its transaction is committed; the database is closed."""
    with faults_named(database), database.writing() as connection:
        done = work(connection)
    database.close()
    return done


def note_down(database: Database, action: str, subject: str, details: dict[str, Any]) -> None:
    """Write into the audit log what is about to be handed out; the database is closed."""
    from sync.collector.people.audit import note

    now = datetime.now(UTC)
    in_transaction(database, lambda connection: note(connection, now, actor(), action, subject, details))


def write_file(out: Path, body: bytes) -> None:
    """Write a file for this user alone, whole or not at all, and say so. Raises UsageWrong."""
    try:
        write_private(out, body, durable=True)
    except OSError as error:
        raise UsageWrong("cannot write {file}: {why}", file=out, why=error.strerror) from error
    tell("Wrote {file}", file=out)


def ask(*, yes: bool) -> None:
    """Go on once somebody has said so; ``yes`` says so beforehand.

    Raises UsageWrong where nobody can be asked, and NotAllowed where the answer is no: then nothing was changed.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageWrong("nobody can be asked here: look at what is shown, and repeat with --yes")
    t = terminal_texts("collector")
    if not typer.confirm(t("Do this?"), default=False):
        raise NotAllowed("nothing was changed")


def actor() -> str:
    """Who works here, for the audit log."""
    with suppress(OSError, KeyError, ImportError):
        return f"command line: {getpass.getuser()}"
    return "command line"


def moment(at: datetime, zone: tzinfo) -> str:
    """A moment by the clock of ``zone``, as pages show it."""
    local = at.astimezone(zone)
    return f"{local:%H:%M} {terminal_texts('collector').day(local.date())}"


def tell(message: str, **values: object) -> None:
    """Print a sentence in the terminal's language."""
    typer.echo(terminal_texts("collector")(message, **values))
