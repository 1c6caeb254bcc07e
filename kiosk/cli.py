"""The ``kiosk`` command: the one place that wires the app, the journal and the sync agent together.

Every command imports what it needs when it runs: the screen without the web, the agent without Kivy.
"""

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from kiosk.__about__ import SOFTWARE, VERSION
from kiosk.clock import SystemClock
from kiosk.config import KioskSettings, load_kiosk_settings
from kiosk.errors import SpokenError
from kiosk.terminal import run_commands, terminal_texts
from kiosk.texts import texts

t = terminal_texts("kiosk")

if TYPE_CHECKING:
    from kiosk.ui.desk import Errands

commands = typer.Typer(
    help=t("The kiosk at the counter: the citizen's screen, its journal and its sync agent."),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", metavar="DIR", help=t("Folder of the data; the kiosk's files are then DIR/kiosk/…")),
]
Config = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help=t("Settings file; see the commented config/kiosk.toml"))
]
AsJson = Annotated[bool, typer.Option("--json", help=t("Print JSON for programs"))]


class ChainBroken(SpokenError):
    """The journal was altered: keep the file and tell IT staff."""


def main() -> None:
    """The installed command ``kiosk``."""
    run_commands(commands, t)


@commands.callback(invoke_without_command=True)
def show_version(version: Annotated[bool, typer.Option("--version", help=t("Print the version"))] = False) -> None:
    """Options before the command."""
    if version:
        typer.echo(VERSION)
        raise typer.Exit


@commands.command(
    help=t("Show the citizen's screen.") + "\n\n" + t("Example: kiosk run --config /etc/hailong/kiosk.toml")
)
def run(data_dir: DataDir = None, config: Config = None) -> None:
    """Start the app at the counter."""
    from kiosk.log import write_log
    from kiosk.start import show_kiosk

    settings = load_kiosk_settings(config, data_dir)
    write_log()
    if show_kiosk(settings, *_place_names(settings), errands=_errands(settings)):
        # The staff want a fresh start: the same program in the same place, as its supervisor knows it.
        os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606


@commands.command(
    help=t("Set the PIN of the staff door on this kiosk.") + "\n\n" + t("Example: kiosk pin --config kiosk.toml")
)
def pin(
    data_dir: DataDir = None,
    config: Config = None,
    print_only: Annotated[
        bool, typer.Option("--print", help=t("Print the hash for the settings of other kiosks; change nothing here"))
    ] = False,
) -> None:
    """Ask for it twice, keep its hash."""
    from kiosk.pin import hash_pin, keep_hash

    settings = load_kiosk_settings(config, data_dir)
    hashed = hash_pin(typer.prompt(t("New PIN (6 digits)"), hide_input=True, confirmation_prompt=True, err=True))
    if print_only:
        typer.echo(hashed)
        return
    keep_hash(settings.pin_path, hashed)
    typer.echo(t("The PIN is set. Hold both upper corners of the screen, then type it; restart the kiosk first."))


@commands.command(
    help=t("Try everything on this machine.") + "\n\n" + t("Example: kiosk demo --presses 6 --exit-when-synced")
)
def demo(
    data_dir: DataDir = None,
    config: Config = None,
    presses: Annotated[
        int | None, typer.Option(min=0, max=100_000, help=t("Press this many faces by itself, with real touches"))
    ] = None,
    exit_when_synced: Annotated[
        bool, typer.Option("--exit-when-synced", help=t("End when the collector has everything"))
    ] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help=t("Port of the demo's collector"))] = 8600,
) -> None:
    """Collector, enrolment, agent and window in one command."""
    from kiosk.demo import run_demo

    raise typer.Exit(run_demo(t, data_dir, config, presses, exit_when_synced, port))


@commands.command(
    help=t("Make this kiosk known to a collector with a one-time code.")
    + "\n\n"
    + t("Example: kiosk enroll https://danhgia.example.vn BCDF-GHJK-LM")
)
def enroll(
    url: Annotated[str, typer.Argument(metavar="URL", help=t("Address of the collector"))],
    code: Annotated[str, typer.Argument(metavar="CODE", help=t("The code that IT staff gave you"))],
    offline: Annotated[
        bool, typer.Option("--offline", help=t("Keep the code for kiosk export, where there is no network"))
    ] = False,
    new_key: Annotated[
        bool, typer.Option("--new-key", help=t("Make a new key, where this kiosk's access was withdrawn"))
    ] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Spend a one-time code."""
    from sync.agent.enroll import enroll_kiosk, enroll_offline

    settings = load_kiosk_settings(config, data_dir)
    clock = SystemClock(settings.zone)
    if offline:
        enroll_offline(settings.folder, url, code)
        typer.echo(t("The code is kept; the next export hands it in."))
        return
    device = enroll_kiosk(
        settings.folder,
        url,
        code,
        _journal_id(settings, clock),
        clock,
        info={"software": SOFTWARE},
        proxy=settings.collector.proxy,
        ca_file=settings.collector.ca_file,
        new_key=new_key,
    )
    typer.echo(t("Enrolled: {unit}, {counter}.", unit=device.unit_name, counter=device.counter_name or device.counter))


@commands.command(
    "rotate-key",
    help=t("Take a new key, known to the collector by the old one.") + "\n\n" + t("Example: kiosk rotate-key"),
)
def rotate(data_dir: DataDir = None, config: Config = None) -> None:
    """A new key pair; ratings that wait go on waiting."""
    from sync.agent.rotate import rotate_key

    settings = load_kiosk_settings(config, data_dir)
    reach = settings.collector
    rotate_key(
        settings.folder, SystemClock(settings.zone), url=reach.url or None, proxy=reach.proxy, ca_file=reach.ca_file
    )
    typer.echo(t("The kiosk signs with a new key from now on."))


@commands.command(help=t("Carry ratings to the collector until stopped.") + "\n\n" + t("Example: kiosk sync --status"))
def sync(
    data_dir: DataDir = None,
    config: Config = None,
    once: Annotated[bool, typer.Option("--once", help=t("Upload what is waiting, then end"))] = False,
    status: Annotated[bool, typer.Option("--status", help=t("Say how it goes, then end"))] = False,
    as_json: AsJson = False,
) -> None:
    """The sync agent."""
    from sync.agent.log import INFO, NOTHING, start_log
    from sync.agent.run import run_agent, sync_once

    settings = load_kiosk_settings(config, data_dir)
    clock = SystemClock(settings.zone)
    if status:
        _say_status(settings, clock, as_json)
        return
    url, proxy, ca_file = settings.collector.url or None, settings.collector.proxy, settings.collector.ca_file
    # A single upload says how it went in a sentence of its own.
    start_log(NOTHING if once else INFO)
    if once:
        cursor = sync_once(settings.folder, settings.journal_path, clock, url=url, proxy=proxy, ca_file=ca_file)
        typer.echo(t("The collector has all {n} entries.", n=t.number(cursor.next_seq - 1)))
        return
    run_agent(
        settings.folder,
        settings.journal_path,
        clock,
        url=url,
        proxy=proxy,
        ca_file=ca_file,
        period_s=settings.sync.period_s,
        start_delay_s_max=settings.sync.start_delay_s_max,
    )


@commands.command(
    help=t("Write what the collector does not have into a file, for a kiosk without a network.")
    + "\n\n"
    + t("Example: kiosk export /media/usb")
)
def export(
    to: Annotated[Path, typer.Argument(metavar="DIR|FILE", help=t("A folder, or the new file"))],
    everything: Annotated[bool, typer.Option("--all", help=t("Write everything, also what the collector has"))] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Signed batches on a stick; collector import takes them."""
    from sync.agent.offline import export_batches

    settings = load_kiosk_settings(config, data_dir)
    clock, url = SystemClock(settings.zone), settings.collector.url or None
    with typer.progressbar(length=1, label=t("Exporting"), file=sys.stderr) as bar:

        def progress(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        file, entries = export_batches(
            settings.folder, settings.journal_path, to, clock, url=url, everything=everything, progress=progress
        )
    typer.echo(t("{n} entries are in {file}; there, run: collector import {file}", n=t.number(entries), file=file))


@commands.command(
    help=t("Take back what the collector has, from a file; only then may old entries be deleted here.")
    + "\n\n"
    + t("Example: kiosk ack /media/usb/hailong.ack")
)
def ack(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=t("A file made by: collector ack-file"))],
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Cursors that prove themselves."""
    from sync.agent.offline import take_acknowledgement

    settings = load_kiosk_settings(config, data_dir)
    has, of = take_acknowledgement(settings.folder, settings.journal_path, file)
    typer.echo(t("The collector has {has} of {of} entries.", has=t.number(has), of=t.number(of)))


@commands.command(
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


@commands.command(help=t("Check that no entry was altered or removed.") + "\n\n" + t("Example: kiosk verify --json"))
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


@commands.command(
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


@commands.command(
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


@commands.command(help=t("Look at everything this kiosk rests on.") + "\n\n" + t("Example: kiosk doctor --json"))
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


def _say_status(settings: KioskSettings, clock: SystemClock, as_json: bool) -> None:
    from sync.agent.status import agent_status, status_lines

    status = agent_status(settings.folder, settings.journal_path, clock)
    typer.echo(json.dumps(status.as_dict(), ensure_ascii=False) if as_json else "\n".join(status_lines(status, t)))


def _journal_id(settings: KioskSettings, clock: SystemClock) -> str:
    """The journal's id; a kiosk that was never started gets its journal now."""
    from kiosk.journal.journal import Journal
    from kiosk.journal.reader import JournalReader

    if not settings.journal_path.is_file():
        any_disk = settings.journal.allow_any_disk
        with Journal.open(settings.journal_path, clock, SOFTWARE, allow_any_disk=any_disk) as journal:
            return journal.id
    with JournalReader(settings.journal_path) as reader:
        return reader.id


class _PlaceNames(msgspec.Struct, frozen=True):
    """What the screen shows of ``device.json``."""

    unit_name: str = ""
    counter_name: str = ""


def _errands(settings: KioskSettings) -> "Errands":
    """What the staff can have done at the kiosk; called on a thread of the screen's, long after the first frame."""
    from kiosk.ui.desk import Delivery, Errands

    clock = SystemClock(settings.zone)

    def delivery() -> Delivery:
        from sync.agent.status import agent_status

        status = agent_status(settings.folder, settings.journal_path, clock)
        return Delivery(status.waiting, status.last_contact_age_s, status.enrolled)

    def enrol(code: str) -> str:
        from sync.agent.enroll import enroll_kiosk

        reach, info = settings.collector, {"software": SOFTWARE}
        journal_id = _journal_id(settings, clock)
        device = enroll_kiosk(
            settings.folder, reach.url, code, journal_id, clock, info=info, proxy=reach.proxy, ca_file=reach.ca_file
        )
        counter = device.counter_name or device.counter
        return _vietnamese("Enrolled: {unit}, {counter}.", unit=device.unit_name, counter=counter)

    def export() -> str:
        from kiosk.usb import find_stick
        from sync.agent.offline import export_batches

        url = settings.collector.url or None
        file, entries = export_batches(settings.folder, settings.journal_path, find_stick(), clock, url=url)
        return _vietnamese("{n} entries are in {file}.", n=entries, file=file.name)

    return Errands(delivery, enrol if settings.collector.url else None, export)


def _vietnamese(message: str, /, **values: object) -> str:
    """What the staff read on the kiosk's own screen."""
    return texts("kiosk", "vi")(message, **values)


def _place_names(settings: KioskSettings) -> tuple[str, str]:
    """Office and counter as the collector named them at enrolment; empty before."""
    # Not with the agent's load_device: all of the agent's network libraries come with it, and the citizen waits.
    try:
        named = msgspec.json.decode((settings.folder / "device.json").read_bytes(), type=_PlaceNames)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return "", ""
    return named.unit_name, named.counter_name


if __name__ == "__main__":
    main()
