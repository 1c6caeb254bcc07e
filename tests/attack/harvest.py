"""Harvest: what a role can read, taken whole from real answers, files and letters.

Nothing is picked out here: ``forms`` takes each sheet apart, ``names`` finds out what each number is about.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pytest
from typer.testing import CliRunner

from kiosk.commands import tally as tally_command
from kiosk.domain.visit.rating import Standing
from kiosk.journal.judged import Judged, judged_cuts
from kiosk.journal.reader import JournalReader
from tests.attack.forms import Pieces, read_form
from tests.attack.kiosk import Kiosk
from tests.attack.world import World

MACHINE = ""
"""Whoever sits at the collector's own machine."""

_SINCE_IT_BEGAN = re.compile(r"hailong_\w+_(total|created|bucket|sum|count)\b")
"""What a process counts since it began, over all worlds of a run: requests, batches, commits and the time they took."""


@dataclass(frozen=True)
class Sheet:
    """Something that was read."""

    who: str
    form: str
    way: str
    pieces: Pieces

    @property
    def source(self) -> str:
        """Who read what."""
        return f"{self.form} {self.way} by {self.who or 'the machine'}"


def read(world: World, way: str, who: str, form: str = "html") -> Sheet:
    """What stands at an address, for somebody."""
    return Sheet(who, form, way, read_form(form, world.centre.read(way, who).content))


page = read
"""A page, as a person sees it."""
file = partial(read, form="csv")
api = partial(read, form="json")


def report(world: World, unit: str, period: str, who: str, *, counter: str = "", **more: str) -> Sheet:
    """``/v1/report`` of a place."""
    asked = {"unit": unit, "counter": counter, "period": period, **more}
    return api(world, "/v1/report?" + "&".join(f"{key}={value}" for key, value in asked.items() if value), who)


def tallies(world: World, first: str, last: str, unit: str, who: str) -> Sheet:
    """``/v1/tallies`` of a unit's days."""
    return api(world, f"/v1/tallies?from={first}&to={last}&unit={unit}", who)


def desk(world: World, name: str, first: str, last: str) -> Sheet:
    """What ``kiosk tally --json`` tells at the desk of a kiosk."""
    said = told_at_desk(world.kiosks[name], "--from", first, "--to", last, "--json")
    return Sheet("an officer", "desk", f"{name} {first}..{last}", read_form("json", said.encode()))


def told_at_desk(kiosk: Kiosk, *arguments: str) -> str:
    """What the command ``kiosk tally`` prints at this kiosk, by its own clock."""
    config, folder = kiosk.path.parent / "kiosk.toml", kiosk.path.parent.parent
    hall = "".join(f'[[hall.counters]]\ncode = "{code}"\nnumber = "{code[1:]}"\n' for code in kiosk.hall)
    config.write_text(hall or "[hall]\n")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tally_command, "SystemClock", lambda _zone: kiosk.clock)
        command = ["--config", str(config), "--data-dir", str(folder), *arguments]
        done = CliRunner().invoke(tally_command.tally_commands, command)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


def metrics(world: World) -> Sheet:
    """What Prometheus is told, as far as it is about the database and not about this process."""
    said = world.centre.read("/metrics", MACHINE).text.splitlines()
    told = [line for line in said if line.startswith("hailong_") and not _SINCE_IT_BEGAN.match(line)]
    return Sheet(MACHINE, "metrics", "/metrics", read_form("text", "\n".join(told).encode()))


def letters(world: World) -> Iterator[Sheet]:
    """Every letter that went out, with the report enclosed, and as a webhook gets it."""
    for number, body in enumerate(world.centre.posts):
        yield Sheet("a program", "webhook", f"post {number + 1}", read_form("json", body))
    for number, (address, sheet) in enumerate(world.centre.letters):
        facts = json.dumps(sheet.facts, sort_keys=True, default=str)
        way = f"letter {number + 1} to {address}"
        yield Sheet(address, "mail", way, read_form("text", f"{sheet.subject}\n{sheet.body}\n{facts}".encode()))
        if sheet.attached is not None:
            form = sheet.attached.name.rpartition(".")[2]
            yield Sheet(address, f"mailed {form}", way, read_form(form, sheet.attached.content))


def whole_cuts(world: World) -> list[Sheet]:
    """What whoever holds the kiosks' lines may tell: the sums of every cut that is believed and is no tail."""
    pieces: dict[tuple[str, ...], str] = {}
    for name, kiosk in world.kiosks.items():
        for judged in cuts_of(kiosk) if kiosk.boots else ():
            counted = judged.cut.sums.get(Standing.COUNTED)
            if not judged.wrong and not judged.cut.is_tail and counted:
                at = (name, str(judged.cut.last), judged.cut.stream[1].key)
                pieces |= {(*at, str(level)): str(counted.levels.get(level, 0)) for level in range(1, 6)}
    return [Sheet("whoever holds the lines", "cuts", "all", pieces)]


def cuts_of(kiosk: Kiosk) -> list[Judged]:
    """Every cut of a kiosk's journal, judged by its lines."""
    with JournalReader(kiosk.path) as reader:
        return list(judged_cuts(((entry.seq, entry.line) for entry in reader.entries()), {}))
