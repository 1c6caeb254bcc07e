"""``kiosk setup``: settings, PIN, enrolment and doctor in one go; repeating it is safe."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from kiosk.__about__ import SOFTWARE
from kiosk.base.clock import SystemClock
from kiosk.base.settings.layers import merge_tables
from kiosk.commands.doctor import examine_kiosk, exit_code_of, say_findings
from kiosk.commands.own_journal import own_journal_id
from kiosk.commands.shared import AsJson, Config, DataDir, t
from kiosk.office.settings import KioskSettings, load_kiosk_settings, settings_file
from kiosk.setup.drop_in import drop_in_of, keep_drop_in, write_whole
from kiosk.setup.errors import SettingsNotKept, WrongCounter, WrongUser
from kiosk.setup.wishes import Wishes, find_setup_file, read_wishes

setup_commands = typer.Typer()

SetupFile = Annotated[
    Path | None,
    typer.Option("--from", metavar="FILE", help=t("Setup file; else hailong-setup.toml on the stick, if there is one")),
]
Server = Annotated[str, typer.Option(metavar="URL", help=t("Address of the collector"))]
Code = Annotated[str, typer.Option(metavar="CODE", help=t("The code that IT staff gave you"))]
Counter = Annotated[
    str, typer.Option(metavar="CODE", help=t("Code of the counter; a one-time code of another is noticed"))
]


@setup_commands.command(
    help=t("Make this machine the kiosk of a counter: settings, PIN, enrolment, then the doctor.")
    + "\n\n"
    + t("Example: kiosk setup --server https://danhgia.example.vn --code BCDF-GHJK --theme dark")
)
def setup(
    from_file: SetupFile = None,
    server: Server = "",
    code: Code = "",
    counter: Counter = "",
    ca_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help=t("PEM file of a private authority of certificates"))
    ] = None,
    proxy: Annotated[str, typer.Option(metavar="URL", help=t("Proxy on the way to the collector"))] = "",
    survey: Annotated[str, typer.Option(help=t("Survey: sipas-5, tt32-3, or the path of a .toml file"))] = "",
    theme: Annotated[str, typer.Option(help=t("light, dark or high-contrast"))] = "",
    rotation_deg: Annotated[
        int | None, typer.Option(help=t("How far the screen is turned clockwise: 0, 90, 180, 270"))
    ] = None,
    width_px: Annotated[int | None, typer.Option(help=t("Width of the screen in pixels"))] = None,
    height_px: Annotated[int | None, typer.Option(help=t("Height of the screen in pixels"))] = None,
    panel_inch: Annotated[float | None, typer.Option(help=t("Diagonal of the glass in inches"))] = None,
    no_input: Annotated[bool, typer.Option("--no-input", help=t("Ask nothing: for scripts"))] = False,
    data_dir: DataDir = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """What is not given and not on the stick is asked, where somebody sits at the terminal."""
    screen = {"theme": theme, "rotation_deg": rotation_deg, "panel_inch": panel_inch}
    screen |= {"width_px": width_px, "height_px": height_px}
    said = {"server": server, "code": code, "counter": counter, "settings": _given(survey, screen, ca_file)}
    file = from_file or (None if server else find_setup_file(counter))
    if file is not None:
        _tell(t("Setup file: {file}", file=file), quiet=as_json)
    settings = load_kiosk_settings(config, data_dir)
    _require_own(settings)
    wishes = read_wishes(file, said)
    if not no_input and _is_somebody_there():
        wishes = read_wishes(file, merge_tables(said, _asked(wishes, settings)))
    pin_hash = _hash(wishes.pin)
    _make_folder(settings)
    _keep_settings(wishes, proxy, settings, config or settings_file(data_dir), quiet=as_json)
    settings = load_kiosk_settings(config, data_dir)
    if pin_hash:
        from kiosk.office.pin import keep_hash  # argon2, as below

        keep_hash(settings.pin_path, pin_hash)
    _enrol(wishes, settings, quiet=as_json)
    findings = list(examine_kiosk(settings))
    say_findings(findings, as_json=as_json)
    raise typer.Exit(exit_code_of(findings))


def _is_somebody_there() -> bool:
    """Whether a person sits at a terminal and can be asked."""
    return sys.stdin.isatty()


def _given(survey: str, screen: dict[str, Any], ca_file: Path | None) -> dict[str, Any]:
    """The options as the tables of kiosk.toml; what was not given is not there."""
    tables = {
        "screen": {key: value for key, value in screen.items() if value not in ("", None)},
        "collector": {} if ca_file is None else {"ca_file": str(ca_file.absolute())},
    }
    return {**({"survey": survey} if survey else {}), **{name: table for name, table in tables.items() if table}}


def _asked(wishes: Wishes, settings: KioskSettings) -> dict[str, Any]:
    """What the installer answers; an empty answer leaves it as it is."""
    answers: dict[str, Any] = {}
    if not wishes.server:
        answers["server"] = typer.prompt(t("Address of the collector"), default=settings.collector.url, err=True)
    if not wishes.code and not (settings.folder / "device.json").exists():
        answers["code"] = typer.prompt(
            t("One-time code (empty: enrol later)"), default="", show_default=False, err=True
        )
    if answers.get("code") and not wishes.counter:
        ask = t("Code of the counter (empty: whichever the code is for)")
        answers["counter"] = typer.prompt(ask, default="", show_default=False, err=True)
    if screen := _asked_screen(wishes, settings):
        answers["settings"] = {"screen": screen}
    if not wishes.pin and not settings.staff.pin_hash and not settings.pin_path.exists():
        answers["pin"] = typer.prompt(
            t("PIN of the staff door, 6 digits (empty: no staff door)"),
            default="",
            hide_input=True,
            confirmation_prompt=t("The PIN again"),
            show_default=False,
            err=True,
        )
    return answers


def _asked_screen(wishes: Wishes, settings: KioskSettings) -> dict[str, Any]:
    """What of the screen is to be otherwise than it is; a setup file or an option has the say where it speaks."""
    questions = {
        "theme": (t("Theme: light, dark or high-contrast"), str),
        "rotation_deg": (t("Screen turned clockwise by degrees: 0, 90, 180 or 270"), int),
        "panel_inch": (t("Diagonal of the glass in inches"), float),
    }
    given = wishes.settings.get("screen", {})
    now = {name: getattr(settings.screen, name) for name in questions}
    said = {
        name: typer.prompt(words, default=now[name], type=kind, err=True)
        for name, (words, kind) in questions.items()
        if name not in given
    }
    return {name: value for name, value in said.items() if value != now[name]}


def _require_own(settings: KioskSettings) -> None:
    """Do nothing if this user may own the kiosk's data."""
    folder = settings.folder
    if hasattr(os, "getuid") and folder.exists() and folder.stat().st_uid != os.getuid():
        raise WrongUser(
            "the data in {folder} belongs to another user; run this as that one: sudo -u '#{uid}' kiosk setup",
            folder=folder,
            uid=folder.stat().st_uid,
        )


def _make_folder(settings: KioskSettings) -> None:
    """For this user alone from its first moment."""
    try:
        settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsNotKept("{file} cannot be written: {why}", file=settings.folder, why=error.strerror) from error


def _hash(pin: str) -> str:
    """Before anything is written: a PIN that is refused leaves everything as it was."""
    if not pin:
        return ""
    from kiosk.office.pin import hash_pin  # argon2: no other command waits for it

    return hash_pin(pin)


def _keep_settings(wishes: Wishes, proxy: str, settings: KioskSettings, main: Path, *, quiet: bool) -> None:
    tables = dict(wishes.settings)
    if proxy:
        # It may hold a password: a file of its own, for this user alone.
        secret_file = settings.folder / "proxy.secret"
        try:
            write_whole(secret_file, f"{proxy}\n", 0o600)
        except OSError as error:
            raise SettingsNotKept("{file} cannot be written: {why}", file=secret_file, why=error.strerror) from error
        tables["collector"] = {**tables.get("collector", {}), "proxy_file": str(secret_file.absolute())}
    if not tables:
        return
    file = drop_in_of(main)
    kept = keep_drop_in(file, tables)
    if kept is not None:
        typer.echo(t("{file} was changed by hand; that version is kept in {kept}", file=file, kept=kept), err=True)
    _tell(t("Settings are in {file}", file=file), quiet=quiet)


def _enrol(wishes: Wishes, settings: KioskSettings, *, quiet: bool) -> None:
    if not wishes.code:
        return
    from sync.agent.device.enroll import enroll_kiosk  # the network libraries: only who enrols waits for them
    from sync.protocol.tlog.messages import LogRoots

    said = wishes.log
    log = LogRoots(said.vkey, list(said.witnesses), said.quorum) if said.vkey else None
    clock, reach, info = SystemClock(settings.zone), settings.collector, {"software": SOFTWARE}
    folder, journal_id = settings.folder, own_journal_id(settings, clock)
    device = enroll_kiosk(
        folder, reach.url, wishes.code, journal_id, clock, info=info, proxy=reach.proxy, ca_file=reach.ca_file, log=log
    )
    if wishes.counter and device.counter != wishes.counter:
        raise WrongCounter(
            "the code was for counter {found}, not {wanted}; move the kiosk there with: "
            "collector device move {device} --counter {wanted}",
            found=device.counter,
            wanted=wishes.counter,
            device=device.device_id[:8],
        )
    place = t("Enrolled: {unit}, {counter}.", unit=device.unit_name, counter=device.counter_name or device.counter)
    _tell(place, quiet=quiet)


def _tell(sentence: str, *, quiet: bool) -> None:
    if not quiet:
        typer.echo(sentence)
