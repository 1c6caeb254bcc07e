"""Looks: what the screen shows and sounds with: fonts, drawn pictures, a sound card; and which versions these are."""

import platform
from collections.abc import Iterator

from kiosk.__about__ import SOFTWARE
from kiosk.base.resources import resource
from kiosk.base.texts import Texts
from kiosk.doctor.finding import Finding, doubtful, failing, fine
from kiosk.doctor.machine import Machine
from kiosk.office.settings import KioskSettings
from kiosk.office.upgrade import AGAIN, Refusal
from kiosk.ui.look.errors import LanguageInvalid
from kiosk.ui.look.languages import load_languages


def look_at_fonts(settings: KioskSettings, t: Texts) -> Iterator[Finding]:
    """Every language's font is there, and what was drawn for the theme."""
    again = t("install the kiosk's package again")
    try:
        languages = load_languages(settings.screen.languages, settings.screen.language_dir)
    except LanguageInvalid as error:
        yield failing("fonts", error.said(t), t("mend the folder, or take the language out of screen.languages"))
        return
    if any(language.fonts.spare for language in languages):
        yield failing("fonts", t("The shipped fonts are missing: some letters may look wrong"), again)
    elif not any(resource("assets", "generated", settings.screen.theme).glob("*")):
        yield failing("fonts", t("The pictures of the theme {theme} are missing", theme=settings.screen.theme), again)
    else:
        yield fine("fonts", t("Fonts for: {languages}", languages=", ".join(each.name for each in languages)))


def look_at_sound(settings: KioskSettings, machine: Machine, t: Texts) -> Iterator[Finding]:
    """A sound card, where the settings want sound."""
    cards = [line for line in machine.read(machine.proc / "asound" / "cards").splitlines() if "]:" in line]
    if not settings.screen.sound:
        yield fine("sound", t("Sound is off in the settings"))
    elif not cards:
        remedy = t("connect a loudspeaker's card, or set screen.sound = false")
        yield doubtful("sound", t("No sound card: presses and thanks are silent"), remedy)
    else:
        yield fine("sound", t("Sound card: {name}", name=cards[0].partition("]:")[2].strip()))


def look_at_versions(t: Texts) -> Iterator[Finding]:
    """Which program, which Python, which system."""
    python, system = platform.python_version(), platform.platform(terse=True)
    said = t("{software}, Python {python}, {system}", software=SOFTWARE, python=python, system=system)
    yield fine("versions", said)


def look_at_upgrade(refusal: Refusal | None, t: Texts) -> Iterator[Finding]:
    """Whether the last upgrade was gone back from, or could not be installed."""
    if refusal is None:
        yield fine("upgrade", t("No upgrade was refused"))
        return
    version, day, why = refusal.version, t.day(refusal.at.date()), refusal.why
    said = t("The upgrade to {version} was refused on {day}: {why}", version=version, day=day, why=why)
    remedy = t("publish a newer build, or try this one again: {command}", command=AGAIN)
    yield doubtful("upgrade", said, remedy)
