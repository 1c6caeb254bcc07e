"""Doors: a receipt says the same wherever and whenever somebody pressed, and every command is read or tells nothing."""

from collections.abc import Mapping

import pytest
import typer
from typer.main import get_command

from kiosk.commands.main import commands as kiosk_app
from kiosk.domain.visit.rating import Standing
from sync.collector.commands.main import app as collector_app
from tests.attack.doors import commands, public
from tests.attack.doors.door_plants import TELLS_COUNTER
from tests.attack.world import Voices, World, a_world
from tests.sync.collector.sharing import compiled_once, one_loop, quick_hashes  # noqa: F401 - fixtures


def told_of(voices: Voices, kiosk: str, counter: str | None, hour: float) -> list[bytes]:
    """What is told of a counted rating and of a repeated one that were pressed there and then."""
    with a_world(voices) as world:
        numbers = pressed(world, kiosk, counter, hour)
        world.until(1, 8)
        world.centre.keep_log()
        return [public.receipt(world, number) for number in numbers]


def pressed(world: World, kiosk: str, counter: str | None, hour: float) -> list[int]:
    """The numbers of both."""
    world.until(0, hour)
    counted, *_ = world.press(kiosk, 2, counter)
    return [counted, *world.press(kiosk, 1, counter, Standing.REPEAT)]


@pytest.fixture(scope="module")
def in_the_morning() -> list[bytes]:
    """Whoever was content at the first counter."""
    return told_of(Voices(), "a", None, 8)


@pytest.mark.parametrize(
    ("voices", "kiosk", "counter", "hour"),
    [
        (Voices({0: 1, 2: 1}), "a", None, 8), (Voices(), "a", None, 16),
        (Voices(), "b", None, 8), (Voices(), "hall", "Q3", 8),
    ],
    ids=["level", "time", "counter", "counter of a hall"],
)  # fmt: skip
def test_a_receipt_says_the_same_whatever_was_pressed_and_where(
    in_the_morning: list[bytes], voices: Voices, kiosk: str, counter: str | None, hour: float
) -> None:
    assert "được tính" in in_the_morning[0].decode()
    assert told_of(voices, kiosk, counter, hour) == in_the_morning


def test_a_receipt_that_tells_the_counter_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    for target, instead in TELLS_COUNTER.items():
        monkeypatch.setattr(target, instead)

    assert told_of(Voices(), "b", None, 8) != told_of(Voices(), "a", None, 8)


@pytest.mark.parametrize(
    ("app", "known"), [(collector_app, commands.COLLECTOR), (kiosk_app, commands.KIOSK)], ids=["collector", "kiosk"]
)
def test_every_command_is_read_or_tells_nothing(app: typer.Typer, known: Mapping[str, str]) -> None:
    """Whoever adds a command says in ``commands`` who reads what it prints, or why it tells nothing."""
    assert sorted(named(get_command(app))) == sorted(known)


def named(command: object, above: str = "") -> list[str]:
    """The commands below one, in words as they are typed."""
    below: dict[str, object] = getattr(command, "commands", {})
    found = [(f"{above} {name}".strip(), one) for name, one in below.items()]
    return [each for name, one in found for each in (named(one, name) or [name])]
