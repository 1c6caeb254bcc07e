"""Languages: each is a folder with words, and where it needs them a font, a script and recorded audio.

``assets/locale`` holds the shipped ones; an office drops others into a folder of its own:

    ede/language.toml              name = "Êđê", and [font] where Be Vietnam Pro lacks its letters
    ede/LC_MESSAGES/kiosk.mo       words; what is missing is said in Vietnamese
    ede/audio/sipas-5-overall.ogg  the spoken question and its answers; sipas-5-reasons, counter for those screens
"""

import struct
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kiosk.base.handed_in import read_handed_in
from kiosk.base.resources import resource
from kiosk.base.texts import Texts, texts
from kiosk.ui.look.errors import LanguageInvalid

WEIGHTS = ("Regular", "SemiBold", "Bold")
SPOKEN = ("ogg", "wav")
_FONT_KINDS = (b"\0\1\0\0", b"OTTO", b"true", b"ttcf")
"""How a TrueType or OpenType file begins; the last is a collection, whose fonts have directories of their own."""


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
    """Be Vietnam Pro, for every language written in Latin letters; where a file is missing or broken, Kivy's own."""
    files = {weight: resource("assets", "fonts", f"BeVietnamPro-{weight}.ttf") for weight in WEIGHTS}
    if all(map(is_whole_font, files.values())):
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
        return self.own_recording(name) or _recording(resource("assets", "generated", "audio", self.code), name)

    def own_recording(self, name: str) -> Path | None:
        """What the office recorded."""
        return _recording(self.folder / "audio", name)


def _recording(folder: Path, name: str) -> Path | None:
    return next((file for ending in SPOKEN if (file := folder / f"{name}.{ending}").is_file()), None)


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
        written = tomllib.loads(read_handed_in(file))
        fonts = _read_fonts(folder, written["font"]) if "font" in written else shipped_fonts()
        return Language(code, str(written["name"]), folder, fonts)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise LanguageInvalid("{file}: the language cannot be read ({why})", file=file, why=error) from error


def _read_fonts(folder: Path, font: dict[str, Any]) -> Fonts:
    regular = folder / font["regular"]
    files = {weight: str(folder / font.get(weight.lower(), regular)) for weight in WEIGHTS}
    for file in files.values():
        if not is_whole_font(Path(file)):
            raise ValueError(f"{file} is {'no whole font' if Path(file).is_file() else 'missing'}")
    return Fonts(files, str(font.get("script", "")), float(font.get("line", 1.26)))


def is_whole_font(file: Path) -> bool:
    """Whether every table that the font's directory names is in the file: of half a font, letters would be missing."""
    try:
        with file.open("rb") as font:
            kind, tables = struct.unpack(">4sH6x", font.read(12))
            ends = [sum(struct.unpack(">8x2L", font.read(16))) for _ in range(0 if kind == b"ttcf" else tables)]
        return kind in _FONT_KINDS and max(ends, default=0) <= file.stat().st_size
    except (OSError, struct.error):
        return False
