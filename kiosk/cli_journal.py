"""Commands of the journal on this kiosk: its numbers, its proof, its copies, and all it rests on. No network."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from kiosk.__about__ import SOFTWARE
from kiosk.clock import SystemClock
from kiosk.command import AsJson, Config, DataDir, t
from kiosk.config import load_kiosk_settings
from kiosk.errors import SpokenError

journal_commands = typer.Typer()


class ChainBroken(SpokenError):
    """The journal was altered: keep the file and tell IT staff."""


@journal_commands.command(
    help=t("Count the ratings of a day on this kiosk.") + "\n\n" + t("Example: kiosk tally --day 2026-11-21")
)
def tally(
    data_dir: DataDir = None,
    config: Config = None,
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help=t("The local day; today if not given")),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The day's numbers, without a network."""
    from kiosk.journal.reader import JournalReader
    from kiosk.tally import day_tally, tally_lines

    settings = load_kiosk_settings(config, data_dir)
    now = SystemClock(settings.zone).now().wall
    with JournalReader(settings.journal_path) as reader:
        survey = settings.load_survey()
        found = day_tally(reader, day.date() if day else now.date(), now, settings.disclosure.policy, survey)
    typer.echo(
        json.dumps(found.as_dict(survey), ensure_ascii=False) if as_json else "\n".join(tally_lines(found, survey, t))
    )


@journal_commands.command(
    help=t("Check that no entry was altered or removed.") + "\n\n" + t("Example: kiosk verify --json")
)
def verify(data_dir: DataDir = None, config: Config = None, as_json: AsJson = False) -> None:
    """Walk the whole chain."""
    from kiosk.journal.reader import JournalReader
    from kiosk.journal.verify import known_heads, verify_journal

    settings = load_kiosk_settings(config, data_dir)
    with JournalReader(settings.journal_path) as reader:
        fault = verify_journal(reader, known_heads(settings.journal_path, reader.id))
        entries = reader.head().next_seq - reader.anchor().next_seq
    if as_json:
        found = None if fault is None else {"seq": fault.seq, "wrong": fault.wrong}
        typer.echo(json.dumps({"journal": reader.id, "entries": entries, "fault": found}))
        raise typer.Exit(0 if fault is None else 1)
    if fault is not None:
        raise ChainBroken(
            "entry {seq} was {wrong}: the journal is not what the kiosk wrote; keep the file and tell IT staff",
            seq=fault.seq,
            wrong=t(fault.wrong),
        )
    typer.echo(t("All {n} entries are as they were written.", n=t.number(entries)))


@journal_commands.command(
    help=t("Copy the journal into a new file, while the kiosk runs, and verify the copy.")
    + "\n\n"
    + t("Example: kiosk backup /media/usb/journal-2026-11-21.db")
)
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=t("The new file"))],
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """An online, verified copy."""
    from kiosk.journal.backup import back_up

    settings = load_kiosk_settings(config, data_dir)
    entries = back_up(settings.journal_path, file)
    typer.echo(t("{n} entries are in {file}, each as it was written.", n=t.number(entries), file=file))


@journal_commands.command(
    help=t("Continue a backup in a new journal; nothing is rewound or counted twice. Stop the kiosk first.")
    + "\n\n"
    + t("Example: kiosk restore /media/usb/journal-2026-11-21.db")
)
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=t("A file made by: kiosk backup"))],
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """A continuation, never a silent rewind."""
    from kiosk.journal.backup import restore as restore_backup

    settings = load_kiosk_settings(config, data_dir)
    entries = restore_backup(settings.journal_path, file, SystemClock(settings.zone), SOFTWARE)
    typer.echo(t("{n} entries continue in a new journal; the old file is kept aside.", n=t.number(entries)))


@journal_commands.command(
    help=t("Look at everything this kiosk rests on.") + "\n\n" + t("Example: kiosk doctor --json")
)
def doctor(data_dir: DataDir = None, config: Config = None, as_json: AsJson = False) -> None:
    """Each thing: OK, WARN or FAIL, with the remedy; the exit code is 1 if anything fails."""
    from kiosk.doctor import State, examine, finding_line

    settings = load_kiosk_settings(config, data_dir)
    findings = list(examine(settings, SystemClock(settings.zone), t))
    if as_json:
        typer.echo(json.dumps([finding.as_dict() for finding in findings], ensure_ascii=False))
    else:
        typer.echo("\n".join(map(finding_line, findings)))
    raise typer.Exit(1 if any(finding.state is State.FAIL for finding in findings) else 0)
