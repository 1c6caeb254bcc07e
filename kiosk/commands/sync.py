"""Commands of the way to the collector: enrolment, the sync agent, and files for a kiosk without a network.

Every command imports what it needs when it runs: the agent without Kivy, and nothing of it for other commands.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from kiosk.__about__ import SOFTWARE
from kiosk.base.clock import SystemClock
from kiosk.base.lifeline import hold_on
from kiosk.commands.own_journal import own_journal_id, settings_of_kiosk
from kiosk.commands.shared import AsJson, Config, DataDir, t
from kiosk.office.settings import KioskSettings, load_kiosk_settings

sync_commands = typer.Typer()


@sync_commands.command(
    help=t("Make this kiosk known to a collector with a one-time code.")
    + "\n\n"
    + t("Example: kiosk enroll https://danhgia.example.vn BCDF-GHJK")
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
    from sync.agent.device.enroll import enroll_kiosk, enroll_offline

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
        own_journal_id(settings, clock),
        clock,
        info={"software": SOFTWARE},
        proxy=settings.collector.proxy,
        ca_file=settings.collector.ca_file,
        new_key=new_key,
    )
    typer.echo(t("Enrolled: {unit}, {counter}.", unit=device.unit_name, counter=device.counter_name or device.counter))


@sync_commands.command(
    "rotate-key",
    help=t("Take a new key, known to the collector by the old one.") + "\n\n" + t("Example: kiosk rotate-key"),
)
def rotate(data_dir: DataDir = None, config: Config = None) -> None:
    """A new key pair; ratings that wait go on waiting."""
    from sync.agent.device.rotate import rotate_key

    settings = settings_of_kiosk(config, data_dir)
    reach = settings.collector
    rotate_key(
        settings.folder, SystemClock(settings.zone), url=reach.url or None, proxy=reach.proxy, ca_file=reach.ca_file
    )
    typer.echo(t("The kiosk signs with a new key from now on."))


@sync_commands.command(
    help=t("Carry ratings to the collector until stopped.") + "\n\n" + t("Example: kiosk sync --status")
)
def sync(
    data_dir: DataDir = None,
    config: Config = None,
    once: Annotated[bool, typer.Option("--once", help=t("Upload what is waiting, then end"))] = False,
    status: Annotated[bool, typer.Option("--status", help=t("Say how it goes, then end"))] = False,
    compare: Annotated[
        bool, typer.Option("--compare", help=t("Ask which of this disk's ratings the collector has, then end"))
    ] = False,
    as_json: AsJson = False,
) -> None:
    """The sync agent."""
    # The agent waits for a kiosk that is not there yet; whoever asks is told.
    read = settings_of_kiosk if status or compare or once else load_kiosk_settings
    settings = read(config, data_dir)
    clock = SystemClock(settings.zone)
    if status:
        _say_status(settings, clock, as_json)
        return
    if compare:
        _say_compared(settings, clock, as_json)
        return
    from sync.agent.run import run_agent, sync_once  # the scheduler: whoever only asks does not wait for it
    from sync.log import INFO, NOTHING, start_log

    hold_on()
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
        after_cycle=lambda: _write_metrics(settings, clock),
    )


@sync_commands.command(
    help=t("Say where the collector is called from now on; nobody enrols again, and nothing that waits is lost.")
    + "\n\n"
    + t("Example: kiosk server https://gop-y.example.gov.vn")
)
def server(
    url: Annotated[str, typer.Argument(metavar="URL", help=t("Address of the collector"))],
    unproven: Annotated[
        bool,
        typer.Option("--unproven", help=t("Also where it cannot prove to be the same collector: you vouch for it")),
    ] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Follow the collector by hand."""
    from sync.agent.asked.by_hand import call_at

    settings = settings_of_kiosk(config, data_dir)
    reach, folder, journal = settings.collector, settings.folder, settings.journal_path
    clock, old = SystemClock(settings.zone), reach.url or None
    gone = call_at(
        folder, journal, url, clock, configured=old, proxy=reach.proxy, ca_file=reach.ca_file, vouched=unproven
    )
    counts = {"has": t.number(gone.has), "of": t.number(gone.of)}
    typer.echo(
        t("The collector at {url} has {has} of {of} entries; this kiosk calls it there.", url=gone.url, **counts)
    )
    if reach.url and reach.url.rstrip("/") != gone.url:
        typer.echo(t("The settings still name {url}: that is passed over from now on.", url=reach.url))


@sync_commands.command(
    help=t("Say how far this kiosk's entries are in the collector's public log, and what does not hold.")
    + "\n\n"
    + t("Example: kiosk log --evidence /media/usb")
)
def log(
    evidence: Annotated[
        Path | None, typer.Option(metavar="DIR", help=t("Write what proves it into a file in this folder"))
    ] = None,
    seen: Annotated[
        bool, typer.Option("--seen", help=t("A person has seen to what does not hold: tell of it no more"))
    ] = False,
    data_dir: DataDir = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """The public log."""
    from sync.agent.asked.public_log import log_lines, log_seen, see_to, write_evidence
    from sync.agent.device.enroll import KioskFiles

    settings = settings_of_kiosk(config, data_dir)
    now = SystemClock(settings.zone).now().wall
    if evidence is not None:
        file = write_evidence(settings.folder, evidence, now)
        typer.echo(t("The evidence is in {file}; it holds no ratings.", file=file))
    if seen:
        was = see_to(settings.folder, now)
        typer.echo(
            t("It is told no more; the evidence stays beside the journal.")
            if was
            else t("Nothing waits to be seen to.")
        )
    if evidence is None and not seen:
        found = log_seen(KioskFiles(settings.folder).log)
        said = json.dumps(None if found is None else asdict(found), ensure_ascii=False)
        typer.echo(said if as_json else "\n".join(log_lines(found, t)))


def _write_metrics(settings: KioskSettings, clock: SystemClock) -> None:
    from sync.agent.asked.metrics import write_metrics

    if settings.sync.metrics_file is not None:
        write_metrics(settings.sync.metrics_file, settings.folder, settings.journal_path, clock)


@sync_commands.command(
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
    from sync.agent.asked.offline import export_batches

    settings = settings_of_kiosk(config, data_dir)
    clock, url = SystemClock(settings.zone), settings.collector.url or None
    with typer.progressbar(length=1, label=t("Exporting"), file=sys.stderr) as bar:

        def progress(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        file, entries = export_batches(
            settings.folder, settings.journal_path, to, clock, url=url, everything=everything, progress=progress
        )
    typer.echo(t("{n} entries are in {file}; there, run: collector import {file}", n=t.number(entries), file=file))


@sync_commands.command(
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
    from sync.agent.asked.carried_log import take_carried_log
    from sync.agent.asked.offline import take_acknowledgement
    from sync.agent.asked.public_log import log_lines, log_seen
    from sync.agent.device.enroll import KioskFiles

    settings = settings_of_kiosk(config, data_dir)
    has, of = take_acknowledgement(settings.folder, settings.journal_path, file)
    typer.echo(t("The collector has {has} of {of} entries.", has=t.number(has), of=t.number(of)))
    take_carried_log(settings.folder, settings.journal_path, file, SystemClock(settings.zone))
    for line in log_lines(log_seen(KioskFiles(settings.folder).log), t):
        typer.echo(line)


def _say_compared(settings: KioskSettings, clock: SystemClock, as_json: bool) -> None:
    from sync.agent.asked.compare import compare_ratings

    reach = settings.collector
    found = compare_ratings(
        settings.folder, settings.journal_path, clock, url=reach.url or None, proxy=reach.proxy, ca_file=reach.ca_file
    )
    if as_json:
        typer.echo(json.dumps({"on_disk": found.on_disk, "at_the_collector": found.at_the_collector}))
        return
    numbers = {"n": t.number(found.on_disk), "has": t.number(found.at_the_collector)}
    typer.echo(t("Ratings on this disk: {n}. The collector has {has} of them.", **numbers))


def _say_status(settings: KioskSettings, clock: SystemClock, as_json: bool) -> None:
    from sync.agent.asked.status import agent_status, status_lines

    status = agent_status(settings.folder, settings.journal_path, clock)
    typer.echo(json.dumps(status.as_dict(), ensure_ascii=False) if as_json else "\n".join(status_lines(status, t)))
