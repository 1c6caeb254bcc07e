import json
import re
import stat

import msgspec
import pytest
from werkzeug import Request, Response

from sync.agent.device.enroll import KioskFiles, enroll_kiosk, load_device
from sync.agent.errors import (
    CollectorUnavailable,
    DeviceUnusable,
    EnrolmentRefused,
    NotEnrolled,
    SettingInvalid,
)
from sync.agent.transparency.kept import Source, load_kept
from sync.protocol import problems
from sync.protocol.messages import EnrolmentRequest, Problem, decode_message, encode_message
from sync.protocol.tlog.messages import LogRoots
from tests.fakes import InMemoryJournal
from tests.sync.protocol.tlog.samples import NEXT_LOG, ROOTS

JOURNAL = InMemoryJournal().id
DEVICE = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"


class EnrollingCollector:
    """Takes one code, gives the same pair the same answer, and may lose an answer."""

    def __init__(self) -> None:
        self.holder: str | None = None
        self.lose_next = False
        self.seen: list[EnrolmentRequest] = []
        self.log: LogRoots | None = None

    def __call__(self, request: Request) -> Response:
        message = decode_message(EnrolmentRequest, request.data)
        self.seen.append(message)
        if message.code != "BCDF-GHJK" or self.holder not in {None, message.public_key}:
            problem = encode_message(Problem.of(problems.CODE_REFUSED))
            return Response(problem, 403, content_type="application/problem+json")
        self.holder = message.public_key
        if self.lose_next:
            self.lose_next = False
            return Response("<html>bad gateway", 502)
        answer = {"device_id": DEVICE, "counter": "01", "counter_name": "Quầy 1", "unit_name": "Phường Bến Nghé"}
        if self.log is not None:
            answer["log"] = msgspec.to_builtins(self.log)
        return Response(json.dumps(answer), content_type="application/json")


@pytest.fixture
def enrolling(httpserver) -> EnrollingCollector:
    collector = EnrollingCollector()
    httpserver.expect_request(re.compile(".*"), method="POST").respond_with_handler(collector)
    return collector


@pytest.fixture
def url(httpserver) -> str:
    return httpserver.url_for("").rstrip("/")


def test_kiosk_knows_who_it_is_after_enrolment(tmp_path, url, enrolling, clock):
    device = enroll_kiosk(tmp_path, url, " BCDF-GHJK\n", JOURNAL, clock, info={"host": "h" * 300})

    assert load_device(KioskFiles(tmp_path)) == device
    assert (device.device_id, device.counter_name, device.url) == (DEVICE, "Quầy 1", url)
    assert stat.S_IMODE((tmp_path / "device.json").stat().st_mode) == 0o600
    assert enrolling.seen[0].info == {"host": "h" * 200}


def test_log_is_known_from_enrolment_on_and_a_setup_file_has_the_say(tmp_path, url, enrolling, clock):
    enrolling.log = LogRoots(NEXT_LOG.vkey)
    files = KioskFiles(tmp_path)

    enroll_kiosk(tmp_path, url, "BCDF-GHJK", JOURNAL, clock)
    kept = load_kept(files.log)
    assert (kept.roots, kept.source, kept.since) == (enrolling.log, Source.ENROLMENT, "2026-11-23")

    enroll_kiosk(tmp_path, url, "BCDF-GHJK", JOURNAL, clock, log=ROOTS)
    kept = load_kept(files.log)
    assert (kept.roots, kept.source) == (ROOTS, Source.SETUP)


def test_kiosk_is_not_enrolled_where_the_logs_keys_are_none(tmp_path, url, enrolling, clock):
    enrolling.log = LogRoots("nonsense")

    with pytest.raises(EnrolmentRefused, match="keys of the public log"):
        enroll_kiosk(tmp_path, url, "BCDF-GHJK", JOURNAL, clock)

    with pytest.raises(NotEnrolled):
        load_device(KioskFiles(tmp_path))


def test_lost_answer_burns_nothing(tmp_path, url, enrolling, clock):
    enrolling.lose_next = True
    with pytest.raises(CollectorUnavailable):
        enroll_kiosk(tmp_path, url, "BCDF-GHJK", JOURNAL, clock)
    with pytest.raises(NotEnrolled):
        load_device(KioskFiles(tmp_path))

    assert enroll_kiosk(tmp_path, url, "BCDF-GHJK", JOURNAL, clock).device_id == DEVICE


def test_used_code_is_refused_and_the_kiosk_stays_as_it_was(tmp_path, url, enrolling, clock):
    enroll_kiosk(tmp_path / "first", url, "BCDF-GHJK", JOURNAL, clock)

    with pytest.raises(EnrolmentRefused, match="used up"):
        enroll_kiosk(tmp_path / "second", url, "BCDF-GHJK", JOURNAL, clock)

    with pytest.raises(NotEnrolled):
        load_device(KioskFiles(tmp_path / "second"))


@pytest.mark.parametrize("code", ["", "   ", "x" * 65])
def test_impossible_code_is_refused_without_calling(tmp_path, url, enrolling, clock, code):
    with pytest.raises(EnrolmentRefused):
        enroll_kiosk(tmp_path, url, code, JOURNAL, clock)

    assert enrolling.seen == []


def test_wrong_address_makes_no_key(tmp_path, clock):
    with pytest.raises(SettingInvalid):
        enroll_kiosk(tmp_path, "gop-y.example", "BCDF-GHJK", JOURNAL, clock)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff"])
def test_damaged_device_file_is_named(tmp_path, content):
    (tmp_path / "device.json").write_bytes(content)

    with pytest.raises(DeviceUnusable, match=r"device\.json is damaged"):
        load_device(KioskFiles(tmp_path))
