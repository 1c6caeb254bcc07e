"""What the manuals say is so: their commands, options, units, links and targets exist.

The files, functions and settings that they name are held by ``tests/test_documents.py``.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from kiosk.commands.main import commands as kiosk
from sync.collector.commands.main import app as collector
from sync.collector.fleet.devices.devices import CODE_ALPHABET, CODE_LENGTH

ROOT = Path(__file__).parents[2]
MANUALS = {
    "README.md": 0, "ARCHITECTURE.md": 1, "CONTRIBUTING.md": 1, "SECURITY.md": 5,
    "config/OPERATIONS.md": 100, "config/HUONG-DAN-NHANH.md": 8, "config/SO-LIEU.md": 3,
    "config/KIEMTOAN.md": 3,
}  # fmt: skip
"""The documents, and how many commands of ours each names at least."""
MANY = 8
PROGRAMS = {"kiosk": typer.main.get_command(kiosk), "collector": typer.main.get_command(collector)}


def text(manual: str) -> str:
    return (ROOT / manual).read_text("utf-8")


def commands(manual: str) -> Iterator[list[str]]:
    """Each command of ours, as words: in code, alone on a line or between back-ticks, without what follows a #."""
    lines = [line for line in text(manual).splitlines() if line.startswith("    ")]
    said = [line.partition("#")[0] for line in lines] + re.findall(r"`([^`\n]+)`", text(manual))
    for one in said:
        words = one.split()
        if words and words[0] in PROGRAMS and all(re.match(r"[\w<\"'…/:*.-]", word) for word in words):
            yield words


def fault_of(words: list[str]) -> str | None:
    """What is wrong with a command; nothing if its subcommand and its options exist."""
    command: Any = PROGRAMS[words[0]]
    rest = words[1:]
    while hasattr(command, "commands") and rest and not rest[0].startswith("-"):
        if rest[0] not in command.commands:
            return f"{words[0]} has no command {rest[0]}"
        command = command.commands[rest.pop(0)]
    known = {name for each in command.params for name in (*each.opts, *each.secondary_opts)} | {"--help"}
    return next((f"no option {word}" for word in rest if word.startswith("--") and word not in known), None)


@pytest.mark.parametrize("manual", MANUALS)
def test_every_command_of_the_manual_exists(manual):
    found = list(commands(manual))

    assert len(found) >= MANUALS[manual]
    assert {" ".join(words): fault for words in found if (fault := fault_of(words))} == {}


@pytest.mark.parametrize("wrong", ["kiosk fly", "kiosk sync --never", "collector device vanish 3f"])
def test_command_that_does_not_exist_is_found(wrong):
    assert fault_of(wrong.split()) is not None


@pytest.mark.parametrize("manual", MANUALS)
def test_every_link_of_the_manual_leads_somewhere(manual):
    folder = (ROOT / manual).parent
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text(manual)) if "://" not in link]

    assert [link for link in links if not (folder / link).exists()] == []


def test_units_that_the_manual_names_are_shipped():
    named = set(re.findall(r"hailong-\w+\.(?:service|timer)", text("config/OPERATIONS.md")))

    assert named <= {path.name for path in (ROOT / "config" / "systemd").iterdir()}


@pytest.mark.parametrize("manual", MANUALS)
def test_targets_that_the_manual_names_are_in_the_makefile(manual):
    makefile = text("Makefile")
    named = set(re.findall(r"(?:^    |`)make ([\w-]+)", text(manual), re.MULTILINE))

    assert [target for target in named if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []


def test_commands_that_the_trial_takes_from_the_manual_stand_there():
    parts = "".join(path.read_text("utf-8") for path in (ROOT / "tests" / "trial" / "parts").iterdir())
    titles = re.findall(r"manual '([^']+)'", parts)

    assert len(titles) >= 2
    assert [
        title for title in titles if not re.search(rf"{re.escape(title)}.*\n\n    \w", text("config/OPERATIONS.md"))
    ] == []


CODE_SHOWN = re.compile(r"\b[A-Z]{4}-[A-Z]{2,4}(?:-[A-Z]+)*\b")


@pytest.mark.parametrize(
    "place",
    [
        *MANUALS,
        "kiosk/commands/sync.py",
        "kiosk/commands/setup.py",
        "kiosk/setup/wishes.py",
        "assets/locale/vi/LC_MESSAGES/kiosk.po",
    ],
)
def test_every_code_that_is_shown_has_the_form_of_a_real_one(place):
    groups = f"[{CODE_ALPHABET}]{{{CODE_LENGTH // 2}}}"

    shown = CODE_SHOWN.findall(text(place))

    assert shown or MANUALS.get(place, MANY) < MANY
    assert [code for code in shown if not re.fullmatch(f"{groups}-{groups}", code)] == []
