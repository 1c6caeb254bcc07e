from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from kiosk.domain.maintenance import Maintenance, Work
from kiosk.office.upgrade import Refusal
from sync.agent.agent import PERIOD_S, Agent
from sync.agent.backoff import wait_between
from sync.agent.device.enroll import KioskFiles
from sync.agent.errors import CollectorUnavailable, DeviceNotRecognised, NotEnrolled
from sync.agent.heartbeat import HEARTBEAT_S_MIN
from sync.agent.state import load_state
from sync.agent.troubles import Trouble
from sync.protocol.messages import SHORT_TEXT_MAX
from tests.builders import FrozenClock, make_rating
from tests.fakes import FakeCollector, InMemoryJournal

LITTLE_BEFORE_THE_END = 1 - 2**-53


class Kiosk:
    """A kiosk whose journal lies in memory; its file is touched as SQLite would when a press is written."""

    def __init__(self, directory, journal, collector, clock) -> None:
        self.files = KioskFiles(directory)
        self.path = directory / "journal.db"
        self.path.write_bytes(b"")
        self.journal, self.collector, self.clock = journal, collector, clock
        self.chance = 0.5

    def start(self, start_delay_s_max: float = 0, read_refusal: Callable[[], Refusal | None] = lambda: None) -> Agent:
        return Agent(
            self.files,
            self.path,
            lambda: self.journal,
            self.collector.open,
            self.clock,
            chance=lambda: self.chance,
            period_s=60,
            start_delay_s_max=start_delay_s_max,
            read_refusal=read_refusal,
        )

    def press(self) -> None:
        self.journal.append(make_rating(self.clock))
        self.path.write_bytes(self.path.read_bytes() + b"x")

    @property
    def delivered(self) -> bool:
        return self.collector.copies.get(self.journal.id, []) == self.journal.lines


@pytest.fixture
def kiosk(tmp_path, journal: InMemoryJournal, collector: FakeCollector, clock: FrozenClock) -> Kiosk:
    return Kiosk(tmp_path, journal, collector, clock)


def unavailable(retry_after_s: int | None = None) -> CollectorUnavailable:
    return CollectorUnavailable(Trouble.BUSY, "503", retry_after_s)


def wait_of(agent: Agent, clock: FrozenClock) -> int:
    """Seconds until the agent is due by the timer alone."""
    for second in range(4000):
        if agent.due():
            return second
        clock.advance(1)
    raise AssertionError("never due")


def test_cycle_delivers_and_remembers(kiosk):
    agent = kiosk.start()

    agent.run_cycle()

    assert kiosk.delivered
    state = load_state(kiosk.files.state)
    assert state.acknowledged(kiosk.journal.id) == kiosk.journal.head()
    assert state.contact is not None


def test_first_call_is_spread_over_the_start_delay(kiosk, clock):
    agent = kiosk.start(start_delay_s_max=60)

    assert wait_of(agent, clock) == 30


def test_next_call_comes_with_the_timer(kiosk, clock):
    agent = kiosk.start()
    agent.run_cycle()

    assert wait_of(agent, clock) == wait_between(PERIOD_S, 0.5)


def test_press_wakes_the_agent_at_once_while_all_is_well(kiosk):
    agent = kiosk.start()
    agent.run_cycle()
    assert not agent.due()

    kiosk.press()

    assert agent.due()


def test_write_that_brought_nothing_new_does_not_call(kiosk):
    agent = kiosk.start()
    agent.run_cycle()

    kiosk.path.write_bytes(b"checkpointed")

    assert not agent.due()


def test_press_during_a_cycle_is_not_forgotten(kiosk, clock):
    class PressedMeanwhile(FakeCollector):
        def append(self, journal_id, batch):
            cursor = super().append(journal_id, batch)
            kiosk.press()
            return cursor

    kiosk.collector = PressedMeanwhile()
    agent = kiosk.start()
    agent.run_cycle()

    assert agent.due()


def test_press_does_not_undo_the_back_off(kiosk, clock):
    agent = kiosk.start()
    kiosk.collector.trouble = unavailable()
    agent.run_cycle()

    kiosk.press()

    assert not agent.due()
    assert wait_of(agent, clock) == 8


def test_wait_grows_with_each_failure_and_ends_with_the_first_success(kiosk, clock):
    agent = kiosk.start()
    kiosk.chance = LITTLE_BEFORE_THE_END
    kiosk.collector.trouble = unavailable()
    waits = []
    for _ in range(9):
        agent.run_cycle()
        waits.append(wait_of(agent, clock))
    kiosk.collector.trouble = None
    agent.run_cycle()

    assert waits == [10, 20, 40, 80, 160, 320, 640, 900, 900]
    assert kiosk.delivered
    assert load_state(kiosk.files.state).failures == 0


@pytest.mark.parametrize(("asked", "kept"), [(0, 1), (120, 120), (10**9, 3600)])
def test_retry_after_is_kept_within_its_bounds(kiosk, clock, asked, kept):
    kiosk.chance = 0
    agent = kiosk.start()
    kiosk.collector.trouble = unavailable(asked)

    agent.run_cycle()

    assert wait_of(agent, clock) == kept


def test_unknown_device_is_tried_again_slowly(kiosk, clock):
    agent = kiosk.start()
    kiosk.collector.trouble = DeviceNotRecognised(Trouble.DEVICE_UNKNOWN, "401")

    agent.run_cycle()

    assert wait_of(agent, clock) >= 15 * 60


def test_back_off_outlives_a_restart_of_the_agent_but_not_of_the_machine(kiosk, clock):
    kiosk.collector.trouble = unavailable(600)
    kiosk.start().run_cycle()

    clock.advance(100)
    assert not kiosk.start().due()
    clock.boot = "next boot"
    assert kiosk.start().due()


def test_wall_clock_does_not_matter(kiosk, clock):
    agent = kiosk.start()
    agent.run_cycle()

    clock.wall = clock.wall.replace(year=1970)
    assert not agent.due()
    clock.mono_us += 61_000_000
    assert agent.due()


def test_enrolment_wakes_the_waiting_agent(kiosk):
    agent = kiosk.start()
    kiosk.collector.trouble = NotEnrolled("this kiosk is not enrolled yet; run: kiosk enroll URL CODE")
    agent.run_cycle()
    assert not agent.due()

    kiosk.files.device.write_bytes(b"{}")

    assert agent.due()


def test_diverged_copy_is_noted_and_nothing_is_sent(kiosk, clock):
    kiosk.collector.copies[kiosk.journal.id] = [b"another past"]
    agent = kiosk.start()

    agent.run_cycle()

    assert load_state(kiosk.files.state).trouble.trouble is Trouble.DIVERGED
    assert kiosk.collector.copies[kiosk.journal.id] == [b"another past"]


def test_unforeseen_fault_is_noted_and_waits(kiosk):
    agent = kiosk.start()

    agent.note_trouble(ZeroDivisionError("division by zero"))

    assert load_state(kiosk.files.state).trouble.trouble is Trouble.FAULT
    assert not agent.due()


def test_full_disk_does_not_stop_delivery(kiosk, monkeypatch):
    agent = kiosk.start()

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sync.agent.state.write_private", refuse)
    agent.run_cycle()

    assert kiosk.delivered


def test_each_acknowledged_batch_is_a_sign_of_life(kiosk, clock):
    for _ in range(1000):
        kiosk.journal.append(make_rating(clock))
    signs: list[int] = []

    kiosk.start().run_cycle(lambda: signs.append(1))

    assert len(signs) == 3


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_every_call_at_rest_tells_the_status_and_comes_within_the_period(kiosk, clock, chance):
    kiosk.chance = chance
    agent = kiosk.start()
    for _ in range(5):
        agent.run_cycle()
        clock.advance(wait_between(PERIOD_S, chance))

    assert len(kiosk.collector.statuses) == 5
    assert wait_between(PERIOD_S, chance) < PERIOD_S


def test_status_is_told_with_the_first_question_and_not_with_every_press(kiosk, clock):
    agent = kiosk.start()
    for _ in range(4):
        kiosk.press()
        agent.run_cycle()
        clock.advance(20)

    first, second = kiosk.collector.statuses
    assert (first.pending, first.next_seq) == (4, 5)
    assert (second.pending, second.oldest_pending_s) == (1, 0)
    assert kiosk.collector.calls.count("cursor") == 4


@pytest.mark.parametrize("pressed_after_s", [5, 20, 44])
def test_a_press_neither_hastens_nor_delays_the_next_status(kiosk, clock, pressed_after_s):
    kiosk.chance = 0.0
    agent = kiosk.start()
    agent.run_cycle()
    clock.advance(pressed_after_s)
    kiosk.press()
    assert agent.due()
    agent.run_cycle()
    assert kiosk.collector.calls.count("cursor") == 2
    clock.advance(wait_between(PERIOD_S, 0.0) - pressed_after_s)

    assert len(kiosk.collector.statuses) == 1
    assert agent.due()
    agent.run_cycle()
    assert len(kiosk.collector.statuses) == 2


def test_trouble_that_passed_is_told_with_the_next_status(kiosk, clock):
    agent = kiosk.start()
    kiosk.collector.trouble = unavailable()
    agent.run_cycle()
    clock.advance(3600)
    kiosk.collector.trouble = None
    agent.run_cycle()
    clock.advance(3600)
    agent.run_cycle()

    assert [status.last_error for status in kiosk.collector.statuses[-2:]] == ["busy: 503", None]


def test_status_that_was_put_off_is_told_with_the_next_call(kiosk, clock):
    agent = kiosk.start()
    kiosk.collector.trouble = unavailable()
    agent.run_cycle()
    clock.advance(HEARTBEAT_S_MIN / 4)
    kiosk.collector.trouble = None
    heard = len(kiosk.collector.statuses)

    agent.run_cycle()

    assert len(kiosk.collector.statuses) == heard + 1


def test_collector_that_takes_no_status_gets_the_ratings_all_the_same(kiosk):
    kiosk.collector.takes_status = False

    kiosk.start().run_cycle()

    assert kiosk.delivered
    assert load_state(kiosk.files.state).trouble is None


def test_refused_upgrade_is_told_for_as_long_as_it_stands(kiosk, clock):
    at = datetime(2026, 11, 21, 18, 9, tzinfo=UTC)
    stands = [Refusal("0.2.0", at, "E: http://may:bi-mat@goi.example.vn " + "x" * 300), None]
    agent = kiosk.start(read_refusal=lambda: stands.pop(0))

    for _ in range(2):
        agent.run_cycle()
        clock.advance(61)

    told, later = (status.upgrade_refused for status in kiosk.collector.statuses)
    assert (told.version, told.at, len(told.why)) == ("0.2.0", at, SHORT_TEXT_MAX)
    assert "bi-mat" not in told.why
    assert later is None


def test_last_touch_test_is_told_with_the_status(kiosk, clock):
    kiosk.journal.append(Maintenance(clock.now(), Work.TEST, (1, 1, 1, 1, 1)))

    kiosk.start().run_cycle()

    assert [status.touch_test for status in kiosk.collector.statuses] == ["1,1,1,1,1 2026-11-23T08:00:00+07:00"]
