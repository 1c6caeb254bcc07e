"""What the office sets on the web is in force on the kiosk after its next contacts, and gone again when taken back."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from kiosk.config import KioskSettings, load_kiosk_settings
from kiosk.office import with_office
from sync.collector.database import open_database
from sync.collector.rollouts.change import Change
from sync.collector.rollouts.store import plan_rollout, read_rollout, undo
from sync.collector.rollouts.watch import watch_rollouts
from sync.collector.surveys.library import shipped_surveys
from sync.collector.surveys.store import begin_draft, publish
from tests.live import LiveCollector, LiveKiosk


def decide(collector: LiveCollector, work: Callable[[Connection], Any]) -> Any:
    """What somebody decides at the office; the collector that serves is started again, as its memory of it is short."""
    collector.stop()
    database = open_database(f"sqlite:///{collector.path}")
    with database.writing() as connection:
        result = work(connection)
    database.close()
    collector.start()
    return result


def in_force(kiosk: LiveKiosk) -> KioskSettings:
    """What the screen of the kiosk follows once it rests."""
    return with_office(load_kiosk_settings(None, kiosk.folder.parent))[0]


def test_own_survey_and_theme_reach_the_kiosk_and_are_taken_back(kiosk: LiveKiosk, collector: LiveCollector) -> None:
    def set_it(connection: Connection) -> int:
        now = datetime.now(UTC)
        shipped = shipped_surveys()
        begin_draft(connection, shipped["tt32-3@1"], "cua-toi", shipped, "huong", now)
        publish(connection, "cua-toi@1", "huong", now)
        change = Change(survey="cua-toi@1", theme="dark", texts={"vi": {"office": "Xã mới"}})
        number = plan_rollout(connection, None, "Phiếu mới", change, now, "huong", now, at_once=True)
        assert watch_rollouts(connection, now, stage_time=now - now, faults_percent_max=5)
        return number

    kiosk.sync()
    number = decide(collector, set_it)
    kiosk.sync()

    followed = in_force(kiosk)
    assert (followed.load_survey().ref, followed.screen.theme) == ("cua-toi@1", "dark")
    assert followed.office.name == {"vi": "Xã mới"}

    decide(collector, lambda connection: undo(connection, read_rollout(connection, number), "huong", datetime.now(UTC)))
    kiosk.sync()
    assert (in_force(kiosk).load_survey().ref, in_force(kiosk).screen.theme) == ("sipas-5@1", "light")
