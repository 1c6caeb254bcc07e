"""``collector maintain``: everything that is due for the database, beside a collector that serves or without one.

What does the work is imported by the command, so that ``--help`` does not load the tables.
"""

import json
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kiosk.base.terminal.terminal import terminal_texts
from kiosk.base.texts import Texts
from sync.collector.commands.shared import AsJson, ConfigFile, DataDir, services_of, tell
from sync.collector.settings.collector import load_config
from sync.collector.store.database import faults_named

if TYPE_CHECKING:
    from sync.collector.retention.maintain import Site, Told

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what is due and how much; change nothing.")]
Check = Annotated[
    bool, typer.Option("--check", help="Look through the whole embedded file besides, whether it is sound.")
]
Compact = Annotated[
    bool, typer.Option("--compact", help="Write the embedded file anew without its free room; ratings wait meanwhile.")
]


def maintain(
    config: ConfigFile = None,
    data_dir: DataDir = None,
    dry_run: DryRun = False,
    check: Check = False,
    compact: Compact = False,
    as_json: AsJson = False,
) -> None:
    """Do what is due: parts of tables for the months to come, what may be forgotten, statistics.

    A serving collector does the same once a day by itself. While it runs or not, twice or at once: one works at it at
    a time, and what was broken off is gone on with. Exit code 1: the file is not sound.
    """
    from sync.collector.retention.engine import check_file
    from sync.collector.retention.engine import compact as write_anew

    services = services_of(load_config(config, data_dir))
    site = _site(services)
    with faults_named(services.database):
        told = list(_look(site) if dry_run else _work(site, as_json=as_json))
        wrong = check_file(services.database) if check else None
        if compact and not dry_run:
            write_anew(services.database)
    if as_json:
        typer.echo(json.dumps({"done": not dry_run, **_counted(told), "wrong": wrong, **_room(site)}))
    else:
        _say_rest(site, told, wrong, dry_run=dry_run, check=check)
    services.writer.close()
    services.database.close()
    raise typer.Exit(1 if wrong else 0)


def _site(services: Any) -> "Site":
    from sync.collector.chores.every import transact
    from sync.collector.retention.maintain import Site
    from sync.collector.retention.steps import Pace

    return Site(services.config, services.database, partial(transact, services), services.now, Pace())


def _look(site: "Site") -> "Iterator[Told]":
    from sync.collector.retention.maintain import look

    return look(site)


def _work(site: "Site", *, as_json: bool) -> "Iterator[Told]":
    """Do what is due, and say each piece that had anything to do once it is done."""
    from sync.collector.retention.maintain import maintain as do_what_is_due

    t = terminal_texts("collector")
    for told in do_what_is_due(site):
        if told.n and not as_json:
            typer.echo(_line(t, told))
        yield told


def _say_rest(site: "Site", told: "list[Told]", wrong: str | None, *, dry_run: bool, check: bool) -> None:
    t = terminal_texts("collector")
    if dry_run:
        for one in told:
            typer.echo(_line(t, one))
    elif not any(one.n for one in told):
        tell("Nothing was due.")
    if check:
        tell("The file is not sound: {why}. Restore a backup that is.", why=wrong) if wrong else tell(
            "The file is sound."
        )
    room = _room(site)
    size, free = (t.number(room[name] // 1_000_000) for name in ("bytes", "free_bytes"))
    tell("The database takes {size} MB; {free} MB of it are free and are used first.", size=size, free=free)


def _line(t: Texts, told: "Told") -> str:
    return f"{t(told.piece.work)}: {t.number(told.n)}"


def _counted(told: "list[Told]") -> dict[str, Any]:
    return {"pieces": {one.piece.work.code: one.n for one in told}}


def _room(site: "Site") -> dict[str, int]:
    from sync.collector.retention.engine import read_room

    room = read_room(site.database)
    return {"bytes": room.size, "free_bytes": room.free}
