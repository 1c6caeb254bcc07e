"""Demo: the whole road on one machine, with the same programs as in an office.

The collector and the sync agent run as processes of their own, started again when they
end, as systemd would; the window runs here. Nothing is faked: presses are touches on
the real widgets, and the numbers at the end come from the disk and from the collector.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import platformdirs
import typer

from kiosk.base.errors import SpokenError
from kiosk.base.texts import Texts
from kiosk.commands.programs import Programs
from kiosk.office.settings import KioskSettings, load_kiosk_settings
from kiosk.run.start import show_kiosk

SYNC_S_MAX = 120.0
"""How long the collector may take to get everything before the demo gives up."""
COMPARE_S = 2.0
"""So long after the last comparison with the disk comes another one, though the report has not changed."""
READY_S_MAX = 30.0
ORPHANS_S_MAX = 5.0
"""How long what a killed demo left behind may take to end."""
_OFFICE = {"vi": "Trung tâm Phục vụ hành chính công phường Bình An"}
_COUNTER = {"vi": "Quầy 3 · Hộ tịch – Chứng thực"}
_OFFSCREEN_PRESSES = 5


class DemoFailed(SpokenError):
    """The demo cannot go on; the sentence names what is missing."""


def run_demo(
    t: Texts, data_dir: Path | None, config: Path | None, presses: int | None, exit_when_synced: bool, port: int
) -> int:
    """Run the demo and return its exit code: 0 when every thanked press is on disk and at the collector."""
    folder = (data_dir or platformdirs.user_data_path("hailong") / "demo").absolute()
    offscreen = _choose_screen()
    _require_free(port)
    os.environ |= _environment(port)
    settings = _settings(config, folder, fullscreen=False, hurried=presses is not None or offscreen)
    with _programs(t, folder, port) as programs:
        address = f"http://127.0.0.1:{port}"
        typer.echo(t("Collector: {address} (data in {folder})", address=address, folder=folder))
        if offscreen:
            typer.echo(t("There is no display: the app runs offscreen, pressed by real touches."))
            presses = _OFFSCREEN_PRESSES if presses is None else presses
        before = _compare(settings, folder)["on_disk"] if exit_when_synced else 0
        thanked = _press(t, settings, presses, folder)
        if exit_when_synced:
            return _report(t, settings, folder, address, thanked, before)
        if offscreen:
            typer.echo(t("The report stays at {address} until you press Ctrl-C.", address=address))
            programs.wait()
        return 0


def _settings(config: Path | None, folder: Path, *, fullscreen: bool, hurried: bool) -> KioskSettings:
    """The demo's settings: a window, everything at once behind the staff door, which says so, and for self-made
    presses no repeat window and short thanks.

    What is pressed on a public day off counts as well: a demo is no office.
    """
    overrides: dict[str, Any] = {
        "demo": True,
        "office": {"name": _OFFICE, "counter": _COUNTER},
        "screen": {"fullscreen": fullscreen},
        "visit": {"public_holidays": "none"},
    }
    if hurried:
        overrides["visit"] |= {"repeat_window_s": 0, "thanks_s": 0.6}
    return load_kiosk_settings(config, folder, overrides)


def _choose_screen() -> bool:
    """Whether there is no display, and the offscreen driver is taken instead."""
    if os.environ.get("SDL_VIDEODRIVER") == "offscreen":
        return True
    if not sys.platform.startswith("linux") or os.environ.get("DISPLAY") or os.environ.get("SDL_VIDEODRIVER"):
        return False
    os.environ["SDL_VIDEODRIVER"] = "offscreen"
    os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
    return True


def _press(t: Texts, settings: KioskSettings, presses: int | None, folder: Path) -> int:
    """Show the window; how many of ``presses`` were thanked for; 0 when people press."""
    if presses == 0:
        return 0
    if presses is None:
        show_kiosk(settings)
        return 0
    driver: Any = None

    def begin(app: Any) -> None:
        nonlocal driver
        from kiosk.ui.stage.made_touches import PressDriver  # importing it needs the window, which is open by now

        driver = PressDriver(presses, folder / "screenshots")
        driver(app)

    show_kiosk(settings, on_started=begin)
    if driver.stuck is not None or driver.thanked < presses:
        message = "only {thanked} of {presses} presses were thanked for (screen: {screen})"
        raise DemoFailed(message, thanked=driver.thanked, presses=presses, screen=driver.stuck or "-")
    typer.echo(t("Screenshots: {folder}", folder=folder / "screenshots"))
    return int(driver.thanked)


def _report(t: Texts, settings: KioskSettings, folder: Path, address: str, thanked: int, before: int) -> int:
    """Wait for the collector, print the three numbers, and judge them.

    All three speak of the ratings that are on this disk: where its image was put back, the collector has others too.
    Raises DemoFailed where the collector's report cannot be had.
    """
    deadline, seen, again = time.monotonic() + SYNC_S_MAX, -1, 0.0
    while True:
        reported, why = _at_the_collector(address)
        if reported != seen or time.monotonic() > again:
            # Not at every look: it starts a program, which takes longer than the agent to bring what is there.
            found, seen, again = _compare(settings, folder), reported, time.monotonic() + COMPARE_S
        on_disk, collected = found["on_disk"], min(found["at_the_collector"], reported)
        if (collected == on_disk and not why) or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    if why:
        message = "the collector's report at {address} cannot be had ({why}); look into {log}"
        raise DemoFailed(message, address=address, why=why, log=folder / "logs" / "collector.log")
    if reported > on_disk:
        more = t.several(
            "{n} more rating is at the collector alone: this disk was put back.",
            "{n} more ratings are at the collector alone: this disk was put back.",
            reported - on_disk,
        )
        typer.echo(more)
    typer.echo(f"presses {thanked}  on disk {on_disk}  at the collector {collected}")
    return 0 if on_disk - before >= thanked and collected == on_disk else 1


def _compare(settings: KioskSettings, folder: Path) -> dict[str, int]:
    """How many ratings are on this disk, in every journal there, and how many of them the collector has."""
    if not settings.journal_path.is_file():
        return {"on_disk": 0, "at_the_collector": 0}
    found: dict[str, int] = json.loads(_output(_command("kiosk", "sync", folder, "--compare", "--json")))
    return found


def _at_the_collector(address: str) -> tuple[int, str]:
    """All ratings in the collector's report, of whatever standing; 0 and why while it does not answer."""
    query = "/v1/tallies?from=1970-01-01&to=2999-12-31"
    try:
        with urllib.request.urlopen(address + query, timeout=10) as answer:  # noqa: S310 - our own loopback address
            return int(json.load(answer)["recorded"]), ""
    except (OSError, ValueError, KeyError) as error:
        return 0, str(error)


@contextlib.contextmanager
def _programs(t: Texts, folder: Path, port: int) -> Iterator[Programs]:
    logs = folder / "logs"
    try:
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DemoFailed(
            "the folder {folder} cannot be written ({why}); choose another one with --data-dir",
            folder=folder,
            why=error.strerror,
        ) from error
    programs = Programs(t)
    try:
        programs.start(_command("collector", "serve", folder), logs / "collector.log")
        _await_ready(f"http://127.0.0.1:{port}", programs, logs / "collector.log")
        _introduce(f"http://127.0.0.1:{port}", folder)
        programs.start(_command("kiosk", "sync", folder), logs / "agent.log")
        yield programs
    finally:
        programs.stop()


def _environment(port: int) -> dict[str, str]:
    """What the demo's programs are told: hurry, and hide nothing (the page says so)."""
    return {
        "HAILONG_COLLECTOR_LISTEN_PORT": str(port),
        "HAILONG_COLLECTOR_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "HAILONG_COLLECTOR_DEMO": "true",
        "HAILONG_KIOSK_JOURNAL__ALLOW_ANY_DISK": "true",
        "HAILONG_KIOSK_SYNC__PERIOD_S": "2",
        "HAILONG_KIOSK_SYNC__START_DELAY_S_MAX": "0",
    }


def _command(program: str, command: str, folder: Path, *arguments: str) -> list[str]:
    installed = Path(sys.executable).with_name(program)
    if not installed.is_file():
        raise DemoFailed(
            "the command {program} is not installed beside {python}; run: make setup",
            program=program,
            python=sys.executable,
        )
    return [str(installed), *command.split(), "--data-dir", str(folder), *arguments]


def _introduce(address: str, folder: Path) -> None:
    """Let the kiosk know its collector, which may have had another port the last time."""
    file = folder / "kiosk" / "device.json"
    try:
        known = json.loads(file.read_bytes())["url"]
    except FileNotFoundError:
        _enrol(address, folder)
        return
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DemoFailed("{path} is damaged; choose another folder with --data-dir", path=file) from error
    if known != address:
        # We started that very collector, so it need not prove itself.
        _output(_command("kiosk", "server", folder, address, "--unproven"))


def _enrol(address: str, folder: Path) -> None:
    names = ("--create-counter", "--counter-name", _COUNTER["vi"], "--unit-name", _OFFICE["vi"])
    code = _output(_command("collector", "device new", folder, "--counter", "Q3", *names, "--quiet"))
    _output(_command("kiosk", "enroll", folder, address, code))


def _output(command: list[str]) -> str:
    """What the command prints; tried again for a while, since the collector may be just starting again."""
    deadline = time.monotonic() + READY_S_MAX
    while True:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        if ended.returncode == 0:
            return ended.stdout.strip()
        if time.monotonic() > deadline:
            name = f"{Path(command[0]).name} {command[1]}"
            raise DemoFailed("{command} failed: {why}", command=name, why=ended.stderr.strip())
        time.sleep(0.5)


def _await_ready(address: str, programs: Programs, log: Path) -> None:
    deadline = time.monotonic() + READY_S_MAX
    while time.monotonic() < deadline and not programs.gave_up("collector"):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/readyz", timeout=5):  # noqa: S310
            return
        time.sleep(0.1)
    raise DemoFailed("the collector did not start; its last words: {why}", why=_last_line(log))


def _last_line(log: Path) -> str:
    lines = log.read_text("utf-8", errors="replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "-")


def _require_free(port: int) -> None:
    deadline = time.monotonic() + ORPHANS_S_MAX
    while (why := _why_taken(port)) and time.monotonic() < deadline:
        time.sleep(0.2)
    if why:
        raise DemoFailed(
            "port {port} on this machine cannot be used ({why}); stop what uses it, or choose another with --port",
            port=port,
            why=why,
        )


def _why_taken(port: int) -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return error.strerror
    return None
