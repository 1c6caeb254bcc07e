"""``kiosk doctor``: puts the checks of this machine and those of the way to the collector together.

The checks are imported when it runs: they bring the database and the network libraries, which the screen does
not wait for.
"""

import json
from collections.abc import Iterator

import typer

from kiosk.base.clock import SystemClock
from kiosk.commands.shared import AsJson, Config, DataDir, t
from kiosk.doctor.finding import Check, Finding, Health, finding_line
from kiosk.doctor.machine import Machine
from kiosk.doctor.round import examine
from kiosk.office.settings import KioskSettings, load_kiosk_settings
from kiosk.office.upgrade import read_refusal

doctor_commands = typer.Typer()


@doctor_commands.command(help=t("Look at everything this kiosk rests on.") + "\n\n" + t("Example: kiosk doctor --json"))
def doctor(data_dir: DataDir = None, config: Config = None, as_json: AsJson = False) -> None:
    """Each thing: OK, WARN or FAIL, with the remedy; the exit code is 1 if anything fails."""
    findings = list(examine_kiosk(load_kiosk_settings(config, data_dir)))
    say_findings(findings, as_json=as_json)
    raise typer.Exit(exit_code_of(findings))


def examine_kiosk(settings: KioskSettings) -> Iterator[Finding]:
    """What is found on this machine and on the way to the collector; it ends in time, whatever hangs."""
    return examine(kiosk_checks(settings, Machine()), t)


def say_findings(findings: list[Finding], *, as_json: bool) -> None:
    """Print them, for a person or for a program."""
    if as_json:
        typer.echo(json.dumps([finding.as_dict() for finding in findings], ensure_ascii=False))
    else:
        typer.echo("\n".join(map(finding_line, findings)))


def exit_code_of(findings: list[Finding]) -> int:
    """1 if anything fails."""
    return 1 if any(finding.state is Health.FAIL for finding in findings) else 0


def kiosk_checks(settings: KioskSettings, machine: Machine) -> list[Check]:
    """Every check, in the order in which they are told."""
    from kiosk.doctor import clock, journal, looks, screen, storage
    from sync.agent.asked.doctor import Way, network_checks

    now, reach = SystemClock(settings.zone), settings.collector
    hall = tuple(counter.code for counter in settings.hall.counters)
    way = Way(settings.folder, settings.journal_path, now, reach.url, reach.proxy, reach.ca_file, hall)
    return [
        Check("versions", lambda: looks.look_at_versions(t)),
        Check("upgrade", lambda: looks.look_at_upgrade(read_refusal(), t)),
        Check("sqlite", lambda: storage.look_at_sqlite(t)),
        Check("disk", lambda: storage.look_at_disk(settings, t)),
        Check("room", lambda: storage.look_at_room(settings, t)),
        Check("rights", lambda: storage.look_at_rights(settings, t)),
        Check("journal", lambda: journal.look_at_journal(settings, t)),
        Check("clock", lambda: clock.look_at_clock(settings, now, t)),
        Check("time_server", lambda: clock.look_at_time_server(machine, t)),
        Check("screen", lambda: screen.look_at_screen(settings, machine, t)),
        Check("window", lambda: screen.look_at_window(settings, machine, t)),
        Check("touch", lambda: screen.look_at_touch(settings, machine, t)),
        Check("sound", lambda: looks.look_at_sound(settings, machine, t)),
        Check("fonts", lambda: looks.look_at_fonts(settings, t)),
        *network_checks(way, t),
    ]
