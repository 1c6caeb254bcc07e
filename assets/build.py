"""Builds the assets: PNG pictures from SVG for every theme and size, sounds, .mo catalogues from .po, the table of
public days off, and, where espeak-ng is installed, the spoken questions.

Run as ``python assets/build.py``; hatchling runs it too, when the package is built or
installed. Only what is older than its sources is made again, and each file is put in
place whole, so that a reader never meets half a picture.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import wave
from array import array
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from io import BytesIO
from math import exp, pi, sin
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from resvg_py import svg_to_bytes

ASSETS = Path(__file__).resolve().parent
GENERATED = ASSETS / "generated"

FACE_SIZES = (120, 190, 280, 520)
ICON_SIZES = (48, 96, 192)
SHADOW_SIZE = 132
SCENES = {"hills": 1280, "sun": 512}

# Line weight by use: a small sign needs a heavier line than a large one to look as strong.
ICON_WEIGHTS = {"check": 7.5, "kept": 5.1, "not_kept": 3.2}
ICON_WEIGHTS |= dict.fromkeys(("listen", "text_size", "contrast", "language", "private", "redo"), 4.5)
ICON_WEIGHTS |= dict.fromkeys(("touch", "close", "unsure", "shift", "backspace"), 4.5)
ICON_WEIGHT = 4.0

Note = tuple[float, float, float]
"""Hertz, seconds, loudness from 0 to 1."""
SAMPLE_RATE = 22_050
# The same for every level: a sound that differed would tell the hall what was pressed.
SOUNDS: dict[str, tuple[Note, ...]] = {
    "press": ((660.0, 0.07, 0.20),),
    "thanks": ((523.3, 0.16, 0.22), (659.3, 0.42, 0.22)),
}
SURVEYS = ASSETS.parent / "config" / "surveys"
VOICES = {"vi": "vi", "en": "en-gb"}
COUNTER, FORGOTTEN = "Which counter served you?", "I do not remember"
TICKET = "The counter's number stands on your ticket and on the sign above the counter."
REASONS, AS_MANY = "What influenced your rating?", "Choose up to {n}. You may also skip this."
"""Message ids of the kiosk's catalogue, in what is read out."""
# Not from earlier on: a clock that lost its battery begins on 1 January of 1970 or 2000, and that is no day off.
YEARS_OFF = range(2024, 2061)


class AssetsMissing(Exception):
    """A source file is not there or cannot be read: get the whole source tree again."""


@dataclass(frozen=True)
class Picture:
    """One PNG to be made from one SVG."""

    source: Path
    target: Path
    width: int
    style: str
    inputs: tuple[Path, ...]


def build(announce: bool = True) -> int:
    """Make everything that is out of date; returns how many files were written."""
    made = 0
    for picture in pictures():
        if _is_stale(picture.target, picture.inputs):
            _put(picture.target, _drawn(picture))
            made += 1
    for name, notes in SOUNDS.items():
        target = GENERATED / "sounds" / f"{name}.wav"
        if _is_stale(target, (Path(__file__),)):
            _put(target, synthesised(notes))
            made += 1
    made += write_days_off()
    for catalogue in sorted((ASSETS / "locale").glob("*/LC_MESSAGES/*.po")):
        made += compile_catalogue(catalogue)
    made += speak_questions()
    if announce:
        print(f"assets: {made} files made")
    return made


def pictures() -> Iterator[Picture]:
    """Every picture that the screens use."""
    for theme in sorted((ASSETS / "themes").glob("*.toml")):
        colours = _read_theme(theme).get("colour")
        if colours:
            yield from _theme_pictures(theme, colours)
    for source in sorted(_sources("icons")):
        weight = ICON_WEIGHTS.get(source.stem, ICON_WEIGHT)
        style = f"svg{{stroke-width:{weight};stroke:#fff}}.solid{{fill:#fff}}"
        for size in ICON_SIZES:
            yield _picture(source, f"icons/{source.stem}_{size}.png", size, style)
    yield _picture(ASSETS / "scenes" / "shadow_tile.svg", "shadow_tile.png", SHADOW_SIZE, "")


def _theme_pictures(theme: Path, colours: dict[str, str]) -> Iterator[Picture]:
    for source in _sources("faces"):
        level = source.stem  # level_1 … level_5
        style = (
            f".body{{fill:{colours[level + '_fill']};stroke:{colours[level + '_stroke']}}}"
            f".line,.line path{{stroke:{colours['face_mark']}}}.mark{{fill:{colours['face_mark']}}}"
        )
        for size in FACE_SIZES:
            yield _picture(source, f"{theme.stem}/{level}_{size}.png", size, style, theme)
    parts = ("far", "mid", "near", "field", "sun", "halo_1", "halo_2")
    scene = "".join(f".{part}{{fill:{colours['scene_' + part]}}}" for part in parts)
    for name, width in SCENES.items():
        yield _picture(ASSETS / "scenes" / f"{name}.svg", f"{theme.stem}/{name}.png", width, scene, theme)


def _picture(source: Path, target: str, width: int, style: str, *more: Path) -> Picture:
    return Picture(source, GENERATED / target, width, style, (source, Path(__file__), *more))


def _sources(folder: str) -> list[Path]:
    found = sorted((ASSETS / folder).glob("*.svg"))
    if not found:
        raise AssetsMissing(f"no .svg sources in {ASSETS / folder}")
    return found


def _read_theme(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise AssetsMissing(f"{path} is not valid TOML: {error}") from error


def _drawn(picture: Picture) -> bytes:
    try:
        drawn = svg_to_bytes(
            svg_path=str(picture.source),
            width=picture.width,
            style_sheet=picture.style,
            skip_system_fonts=True,  # looking for fonts costs more than drawing, and no picture holds text
        )
    except ValueError as error:
        raise AssetsMissing(f"{picture.source} cannot be drawn: {error}") from error
    return bytes(drawn)


def synthesised(notes: tuple[Note, ...]) -> bytes:
    """Soft notes one after the other, each a sine that fades, as a WAV file."""
    samples = array("h")
    for pitch, seconds, loudness in notes:
        count = round(seconds * SAMPLE_RATE)
        for n in range(count):
            at = n / SAMPLE_RATE
            swell = min(1.0, at / 0.006) * exp(-5 * at / seconds) * (1 - n / count)
            wave_now = sin(2 * pi * pitch * at) + 0.2 * sin(4 * pi * pitch * at)
            samples.append(round(32767 * loudness * swell * wave_now / 1.2))
    if sys.byteorder == "big":
        samples.byteswap()
    written = BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(samples.tobytes())
    return written.getvalue()


def speak_questions() -> int:
    """Have every question that is shipped read out with its answers; an office replaces them with its own recordings.

    Without espeak-ng there are none, and the screen offers none.
    """
    program = shutil.which("espeak-ng")
    made = 0
    for name, language, sentences, sources in _scripts() if program else ():
        target = GENERATED / "audio" / language / f"{name}.wav"
        if _is_stale(target, (*sources, Path(__file__))):
            # a pause after each
            text = "\n".join(each if each.endswith((".", "?")) else f"{each}." for each in sentences)
            _put(target, _spoken(str(program), language, text.replace("\u00a0", " ")))
            made += 1
    return made


def _scripts() -> Iterator[tuple[str, str, list[str], tuple[Path, ...]]]:
    """Name, language, sentences and sources of all that is read out, in the order of kiosk/ui/stage/script.py."""
    for language in sorted(VOICES):
        catalogue = ASSETS / "locale" / language / "LC_MESSAGES" / "kiosk.po"
        words = _words(catalogue) if catalogue.is_file() else {}
        knows = words.keys() >= {COUNTER, TICKET, FORGOTTEN, REASONS, AS_MANY}
        if knows:
            yield "counter", language, [words[COUNTER], words[TICKET], words[FORGOTTEN]], (catalogue,)
        for survey in sorted(SURVEYS.glob("*.toml")):
            table = tomllib.loads(survey.read_text("utf-8"))
            for question in table["question"]:
                said = [question["text"], *(level["text"] for level in question["level"])]
                yield f"{table['id']}-{question['id']}", language, [text[language] for text in said], (survey,)
            if knows and (reasons := [reason["text"][language] for reason in table.get("reason", ())]):
                hint = words[AS_MANY].format(n=table["reasons_max"])
                yield f"{table['id']}-reasons", language, [words[REASONS], hint, *reasons], (survey, catalogue)


def _words(catalogue: Path) -> dict[str, str]:
    """The kiosk's own words in one language."""
    with catalogue.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file)}


def _spoken(program: str, language: str, text: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "spoken.wav"
        # to a file: what it writes to a pipe has no length in its header
        command = [program, "-v", VOICES[language], "-s", "145", "-w", str(file), text]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        return file.read_bytes()


def compile_catalogue(source: Path) -> int:
    """Make the .mo beside a .po when it is older; returns 1 if it was made."""
    target = source.with_suffix(".mo")
    if not _is_stale(target, (source, Path(__file__))):
        return 0
    try:
        with source.open("rb") as file:
            # Translators' editors may put a byte-order mark before it.
            if file.read(len(BOM_UTF8)) != BOM_UTF8:
                file.seek(0)
            catalogue = read_po(file, abort_invalid=True)
    except (PoFileError, ValueError) as error:
        raise AssetsMissing(f"{source} cannot be read: {error}") from error
    # Else the moment of compiling stands in the file, and the same sources give other bytes.
    catalogue.creation_date = datetime(1980, 1, 1, tzinfo=UTC)
    with tempfile.SpooledTemporaryFile() as compiled:
        write_mo(compiled, catalogue)
        compiled.seek(0)
        _put(target, compiled.read())
    return 1


def write_days_off() -> int:
    """Write the table of public days off anew where it is older than what it is made of.

    Made here, once: a kiosk that asked the package would wait 100 ms for it, and carry 14 MB.
    """
    target, missed = GENERATED / "days" / "vietnam.json", ASSETS / "days" / "vietnam.toml"
    source = f"holidays {version('holidays')}"
    inputs = (missed, Path(__file__))
    if not _is_stale(target, inputs) and json.loads(target.read_text("utf-8"))["source"] == source:
        return 0
    off, worked = _days_known()
    for swap in tomllib.loads(missed.read_text("utf-8"))["swap"]:
        off.add(swap["off"])
        worked[swap["worked"]] = swap["off"]
    table = {
        "source": source,
        "off": sorted(day.isoformat() for day in off),
        "worked": {day.isoformat(): worked[day].weekday() for day in sorted(worked)},
    }
    _put(target, json.dumps(table, indent=1).encode())
    return 1


def _days_known() -> tuple[set[date], dict[date, date]]:
    """The days off that the package knows, and the days that are worked instead of some of them."""
    from holidays import country_holidays  # only here: whoever has the table needs no package

    found = country_holidays("VN", years=YEARS_OFF, language="vi")
    worked = {}
    for day, name in found.items():
        # It gives which day is worked instead in the name alone, "Ngày nghỉ (thay cho ngày 22/08/2026)".
        if swapped := re.search(r"thay cho ngày (\d\d)/(\d\d)/(\d{4})", name):
            worked[date(int(swapped[3]), int(swapped[2]), int(swapped[1]))] = day
    if worked.keys() != {day for day in found.weekend_workdays if day.year in YEARS_OFF}:
        raise AssetsMissing(f"holidays {version('holidays')} names the days that are worked instead in another way")
    return set(found), worked


def _is_stale(target: Path, inputs: tuple[Path, ...]) -> bool:
    for source in inputs:
        if not source.is_file():
            raise AssetsMissing(f"{source} is missing")
    return not target.is_file() or target.stat().st_mtime < max(source.stat().st_mtime for source in inputs)


def _put(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).chmod(0o644)
    Path(name).replace(target)


class AssetsBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling's door to this script."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Make the assets before they are packed."""
        build(announce=False)


if __name__ == "__main__":
    try:
        build()
    except AssetsMissing as missing:
        sys.exit(f"assets/build.py: {missing}")
