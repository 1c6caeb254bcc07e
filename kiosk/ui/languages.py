"""Languages: each is a folder with words, and where it needs them a font, a script and recorded audio.

``assets/locale`` holds the shipped ones; an office drops others into a folder of its own:

    ede/language.toml              name = "Êđê", and [font] where Be Vietnam Pro lacks its letters
    ede/LC_MESSAGES/kiosk.mo       words; what is missing is said in Vietnamese
    ede/audio/sipas-5-overall.ogg  the spoken question
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kiosk.resources import resource
from kiosk.texts import Texts, texts
from kiosk.ui.errors import LanguageInvalid

WEIGHTS = ("Regular", "SemiBold", "Bold")
SPOKEN = ("ogg", "wav")


@dataclass(frozen=True)
class Fonts:
    """One family in three weights, and how it is set."""

    files: Mapping[str, str]
    """The file of each weight."""
    script: str = ""
    """ISO 15924, such as "Khmr", where letters must be shaped; empty for Latin."""
    line: float = 1.26
    """The height of the font's own line, in font sizes."""
    spare: bool = False
    """Whether it stands in for files that are missing."""


def shipped_fonts() -> Fonts:
    """Be Vietnam Pro, for every language written in Latin letters; where a file is missing, the font Kivy brings."""
    files = {weight: resource("assets", "fonts", f"BeVietnamPro-{weight}.ttf") for weight in WEIGHTS}
    if all(file.is_file() for file in files.values()):
        return Fonts({weight: str(file) for weight, file in files.items()})
    return Fonts({"Regular": "Roboto", "SemiBold": "Roboto", "Bold": "Roboto"}, line=1.18, spare=True)


@dataclass(frozen=True)
class Language:
    """One language on the screen."""

    code: str
    name: str
    """Its own name for itself."""
    folder: Path
    fonts: Fonts = field(default_factory=shipped_fonts)

    @property
    def texts(self) -> Texts:
        """The screen's words."""
        return texts("kiosk", self.code, self.folder.parent)

    def recording(self, name: str) -> Path | None:
        """What is spoken: recorded by the office, or else made when the assets were built."""
        folders = (self.folder / "audio", resource("assets", "generated", "audio", self.code))
        files = (folder / f"{name}.{ending}" for folder in folders for ending in SPOKEN)
        return next((file for file in files if file.is_file()), None)


def load_languages(codes: tuple[str, ...], own_folder: Path | None = None) -> tuple[Language, ...]:
    """The languages, each from the office's own folder or else from the shipped ones.

    Raises LanguageInvalid when one has no folder or its ``language.toml`` cannot be used.
    """
    return tuple(_load_language(code, own_folder) for code in codes)


def _load_language(code: str, own_folder: Path | None) -> Language:
    places = [folder / code for folder in (own_folder, resource("assets", "locale")) if folder is not None]
    folder = next((place for place in places if (place / "language.toml").is_file()), None)
    if folder is None:
        raise LanguageInvalid(
            "there is no language {code!r}: {folder} has no language.toml", code=code, folder=places[0]
        )
    file = folder / "language.toml"
    try:
        written = tomllib.loads(file.read_text("utf-8"))
        fonts = _read_fonts(folder, written["font"]) if "font" in written else shipped_fonts()
        return Language(code, str(written["name"]), folder, fonts)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise LanguageInvalid("{file}: the language cannot be read ({why})", file=file, why=error) from error


def _read_fonts(folder: Path, font: dict[str, Any]) -> Fonts:
    regular = folder / font["regular"]
    files = {weight: str(folder / font.get(weight.lower(), regular)) for weight in WEIGHTS}
    missing = [file for file in files.values() if not Path(file).is_file()]
    if missing:
        raise ValueError(f"{missing[0]} is missing")
    return Fonts(files, str(font.get("script", "")), float(font.get("line", 1.26)))
