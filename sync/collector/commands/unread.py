"""``collector unread``: what is kept of kiosks' entries and not counted, and why.

What does the work is imported by the command, so that ``--help`` does not load the tables.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kiosk.base.terminal.terminal import UNUSABLE, terminal_texts
from kiosk.base.texts import Texts
from sync.collector.commands.shared import AsJson, ConfigFile, DataDir, open_ready
from sync.collector.errors import UsageWrong
from sync.collector.settings.collector import load_config

if TYPE_CHECKING:
    from sync.collector.services.unread_list import Group, Wanted

OfKiosk = Annotated[str | None, typer.Option(help="Of one kiosk: its id or the beginning of it.", metavar="ID")]
OfJournal = Annotated[str | None, typer.Option(help="Of one journal.", metavar="ID")]
InUnit = Annotated[str | None, typer.Option(help="Of the kiosks of a unit.", metavar="CODE")]
ForReason = Annotated[str | None, typer.Option(help="For one reason, as --json names it.", metavar="REASON")]


def unread(
    kiosk: OfKiosk = None,
    journal: OfJournal = None,
    unit: InUnit = None,
    reason: ForReason = None,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List the entries that are kept and not counted, with why and what to do; of half days that are over.

    Nothing of them is lost: the lines are kept as they came. Exit code 0: there are none. 1: there are. 2: nothing was
    looked at.
    """
    from sync.collector.services.unread_list import read_unread

    settings = load_config(config, data_dir)
    database, now = open_ready(settings), datetime.now(UTC)
    with database.reading() as connection:
        groups, more = read_unread(connection, _wanted(connection, kiosk, journal, unit, reason), now, settings.zone)
    database.close()
    t = terminal_texts("collector")
    typer.echo(_json_of(groups, more, t) if as_json else "\n".join(_sentences(groups, more, t)))
    raise typer.Exit(1 if groups else 0)


def _wanted(connection: Any, kiosk: str | None, journal: str | None, unit: str | None, reason: str | None) -> "Wanted":
    """What is asked for; raises UsageWrong for what is not there."""
    from sync.collector.fleet.devices.credentials import find_device
    from sync.collector.fleet.places.units import find_unit
    from sync.collector.proof.run import kiosks_of
    from sync.collector.replica.projection_rows import UnreadReason
    from sync.collector.services.unread_list import Wanted

    known = [str(each) for each in UnreadReason]
    try:
        if reason is not None and reason not in known:
            raise UsageWrong("there is no reason {reason}; there are {known}", reason=reason, known=", ".join(known))
        device_id = find_device(connection, kiosk) if kiosk else ""
        if journal:
            kiosks_of(connection, journal, None)
        path = find_unit(connection, unit).path if unit else ""
    except UsageWrong as error:
        # Whoever counts on the exit code must not take a mistyped name for entries that are set aside.
        error.exit_code = UNUSABLE
        raise
    return Wanted(path, device_id, journal or "", reason or "")


def _sentences(groups: "Sequence[Group]", more: int, t: Texts) -> Iterator[str]:
    from sync.collector.words.set_aside import what_to_do, why_aside

    for one in groups:
        yield t(
            "{counter} ({name}), kiosk {kiosk}, journal {journal}, from entry {first} on, {kind}: {n}",
            counter=one.counter, name=one.counter_name, kiosk=one.device_id[:8], journal=one.journal_id[:8],
            first=t.number(one.first), kind=one.kind,
            n=t.several("{n} entry since {day}", "{n} entries since {day}", one.n, day=_day(t, one.since)),
        )  # fmt: skip
        yield f"  {why_aside(t, one.reason, one.for_counter, '')}"
    for reason in sorted({one.reason for one in groups}):
        yield f"{reason}: {what_to_do(t, reason)}"
    if more:
        yield t("and {n} others", n=t.number(more))
    if not groups:
        yield t("Everything that came in half days that are over was read and counted.")


def _json_of(groups: "Sequence[Group]", more: int, t: Texts) -> str:
    from sync.collector.words.set_aside import what_to_do, why_aside

    said = [
        {**asdict(one), "why": why_aside(t, one.reason, one.for_counter, ""), "remedy": what_to_do(t, one.reason)}
        for one in groups
    ]
    entries = sum(one.n for one in groups)
    return json.dumps(
        {"entries": entries, "groups": said, "left_out": more}, ensure_ascii=False, default=date.isoformat
    )


def _day(t: Texts, half: tuple[date, str]) -> str:
    return t.day(half[0])
