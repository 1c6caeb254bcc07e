import json
import unicodedata

import pytest

from kiosk.base.private_file import write_private
from kiosk.base.texts import texts
from kiosk.journal.journal import Journal
from kiosk.journal.reader import JournalReader
from sync.agent.asked.status import agent_status, status_lines
from sync.agent.device.enroll import Device, KioskFiles
from sync.agent.errors import CollectorUnavailable
from sync.agent.run import one_agent
from sync.agent.state import AgentState, keep_state, load_state
from sync.agent.troubles import Trouble, trouble_lines
from sync.protocol.messages import encode_message
from tests.builders import make_rating

vi, en = texts("kiosk", "vi"), texts("kiosk", "en")


@pytest.fixture
def files(tmp_path) -> KioskFiles:
    return KioskFiles(tmp_path)


@pytest.fixture
def journal(files, clock):
    with Journal.open(files.directory / "journal.db", clock, "test") as opened:
        yield opened


@pytest.fixture
def enrolled(files) -> None:
    device = Device("https://gop-y.example.gov.vn", "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "03", "Quầy số 3")
    write_private(files.device, encode_message(device), durable=False)


def ask(files, clock):
    return agent_status(files.directory, files.directory / "journal.db", clock)


def test_all_is_well(files, journal, enrolled, clock):
    head = _head(files)
    keep_state(files.state, AgentState().with_contact(journal.id, head, clock.now()))
    clock.advance(180)

    with one_agent(files):
        status = ask(files, clock)

    assert status_lines(status, vi) == [
        "Quầy: Quầy số 3. Máy chủ tổng hợp: https://gop-y.example.gov.vn",
        "Lần liên lạc gần nhất: 08:00:00 23/11/2026 (3 phút trước)",
        "Không còn mục nào chờ gửi: máy chủ tổng hợp đã có đủ.",
    ]


def test_outage_says_since_when_what_waits_and_what_to_do(files, journal, enrolled, clock):
    keep_state(files.state, AgentState().with_contact(journal.id, _head(files), clock.now()))
    clock.advance(3600)
    for _ in range(1200):
        journal.append(make_rating(clock))
    state = load_state(files.state).with_trouble(Trouble.PORTAL, "200 with text/html", clock.now(), 120)
    keep_state(files.state, state)
    clock.advance(20)

    with one_agent(files):
        status = ask(files, clock)

    assert status_lines(status, en) == [
        "Counter: Quầy số 3. Collector: https://gop-y.example.gov.vn",
        "Last contact: 08:00:00 23/11/2026 (1 hour ago)",
        "1,200 entries are waiting. The oldest is from 09:00:00 23/11/2026.",
        "The network answers with a page of its own instead of the collector (a sign-in page, a filter).",
        "Sign this kiosk in to the network, or have IT staff let it through.",
        "It began at 09:00:00 23/11/2026.",
        "In detail: 200 with text/html",
        "The next try is in 100 s.",
    ]


def test_new_kiosk_says_how_to_begin(files, clock):
    lines = status_lines(ask(files, clock), en)

    assert "This kiosk is not enrolled yet." in lines
    assert "Ask IT staff for a one-time code, then run: kiosk enroll URL CODE" in lines
    assert "There was no contact with the collector yet." in lines
    assert "The sync agent is not running; start it with: kiosk sync" in lines
    assert len(lines) == len(set(lines))


def test_damaged_device_file_is_named(files, clock):
    files.device.write_bytes(b"{")

    status = ask(files, clock)

    assert (status.enrolled, status.trouble) == (False, Trouble.SETTING)
    assert "device.json is damaged" in status.trouble_detail


def test_age_is_not_told_by_a_clock_that_began_anew(files, journal, clock):
    keep_state(files.state, AgentState().with_contact(journal.id, _head(files), clock.now()))
    clock.boot = "another"

    status = ask(files, clock)

    assert status.last_contact_age_s is None
    assert "Last contact: 08:00:00 23/11/2026" in status_lines(status, en)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (59, "less than a minute ago"),
        (60, "1 minute ago"),
        (7200, "2 hours ago"),
        (47 * 3600, "47 hours ago"),
        (14 * 86400, "14 days ago"),
    ],
)
def test_age_of_the_last_contact_in_words(files, journal, clock, seconds, words):
    keep_state(files.state, AgentState().with_contact(journal.id, _head(files), clock.now()))
    clock.advance(seconds)

    assert any(words in line for line in status_lines(ask(files, clock), en))


def test_status_for_programs_is_json(files, journal, enrolled, clock):
    told = json.loads(json.dumps(ask(files, clock).as_dict()))

    assert told["waiting"] == 1
    assert told["oldest_waiting_at"] == "2026-11-23T08:00:00+07:00"
    assert told["running"] is False
    assert set(told) >= {"last_contact_at", "last_contact_age_s", "trouble", "trouble_detail", "next_try_s", "counter"}


def test_asking_leaves_the_way_free_for_an_agent(files, clock):
    ask(files, clock)

    with one_agent(files, wait_s=0):
        assert ask(files, clock).running
    assert not ask(files, clock).running


@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_has_its_words_in_vietnamese(trouble):
    for said, meant in zip(trouble_lines(trouble, vi), trouble_lines(trouble, en), strict=True):
        assert said != meant
        assert unicodedata.is_normalized("NFC", said)


def test_error_of_a_delivery_is_said_with_its_remedy():
    error = CollectorUnavailable(Trouble.NO_NETWORK, "connection refused")

    assert error.said(vi).startswith("Không kết nối được với máy chủ tổng hợp. Ông/Bà vui lòng kiểm tra dây mạng")
    assert error.said(en).endswith("(connection refused)")


def _head(files):
    with JournalReader(files.directory / "journal.db") as reader:
        return reader.head()
