"""What lies behind the door of a real kiosk: numbers from its journal, files on its stick, nothing without a PIN."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.domain.visit.rating import Count
from kiosk.journal.journal import Journal
from kiosk.journal.stated import InForce
from kiosk.office.pin import hash_pin
from kiosk.office.settings import load_kiosk_settings
from kiosk.office.usb import NoStick
from kiosk.run.staff_desk import staff_desk
from kiosk.ui.wiring.desk import Desk, Errands
from tests.builders import FrozenClock, make_rating


@pytest.fixture
def desk(tmp_path: Path, clock: FrozenClock) -> Desk:
    settings = load_kiosk_settings(None, tmp_path, {"staff": {"pin_hash": hash_pin("314159")}})
    with Journal.open(settings.journal_path, clock, "test", allow_any_disk=True) as journal:
        journal.state_settings(InForce.of(settings.load_survey(), None, None), clock.now())
        for _ in range(40):
            journal.append(make_rating(clock, 5))
        journal.append(Count(clock.now(), clock.wall.date().isoformat(), 96))
        clock.wall += timedelta(days=1)
        journal.cut(clock.now())
    opened = staff_desk(settings, "Phường Bình An · Quầy 3", clock, Errands(), threading.Event())
    assert opened is not None
    return opened


def test_desk_has_the_numbers_of_the_journal(desk: Desk, clock: FrozenClock):
    tally = desk.tally()
    day = tally.of(clock.wall.date() - timedelta(days=1))

    assert (day.told.n, day.served, tally.days[-1].day) == (40, 96, clock.wall.date())
    assert day.answered is not None
    assert day.answered.numerator == 40


def test_numbers_are_saved_to_the_stick(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    stick = tmp_path / "stick"
    stick.mkdir()
    monkeypatch.setattr("kiosk.run.staff_desk.find_stick", lambda: stick)

    said = desk.save() if desk.save else ""

    names = sorted(file.name for file in stick.iterdir())
    assert names == ["hailong-2026-10-24-2026-11-24.csv", "hailong-2026-10-24-2026-11-24.xlsx"]
    assert names[1] in said
    assert "Phường Bình An · Quầy 3" in (stick / names[0]).read_text("utf-8-sig")


def test_without_a_stick_the_staff_are_told(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("kiosk.office.usb.find_stick.__defaults__", ((),))

    assert desk.save is not None
    with pytest.raises(NoStick):
        desk.save()


def test_without_a_pin_there_is_no_desk(tmp_path: Path, clock: FrozenClock):
    settings = load_kiosk_settings(None, tmp_path)

    assert staff_desk(settings, "", clock, Errands(), threading.Event()) is None
