"""A round ends in time, and what hangs or breaks in it is told beside what was found."""

import threading
import time

from kiosk.base.texts import texts
from kiosk.doctor.finding import Check, fine
from kiosk.doctor.round import examine

ENGLISH = texts("kiosk", "en")


def test_findings_come_in_the_order_of_the_checks():
    first_may_end = threading.Event()

    def slow():
        first_may_end.wait(60)
        yield fine("slow", "done")

    def quick():
        yield fine("quick", "done")
        first_may_end.set()

    found = examine([Check("slow", slow), Check("quick", quick)], ENGLISH)

    assert [finding.about for finding in found] == ["slow", "quick"]


def test_hanging_checks_are_told_in_time_with_what_they_found_before():
    never = threading.Event()

    def hangs():
        yield fine("first half", "done")
        never.wait()

    began = time.monotonic()
    found = list(examine([Check(f"disk {n}", hangs) for n in range(5)], ENGLISH, seconds_max=0.3))

    assert time.monotonic() - began < 2
    assert [finding.about for finding in found[:2]] == ["first half", "disk 0"]
    assert (found[1].state, found[1].said) == ("FAIL", "disk 0: no answer within 0 s")
    assert len(found) == 10


def test_broken_check_hides_no_other():
    def breaks():
        yield fine("before", "done")
        raise KeyError("board")

    found = list(examine([Check("sensor", breaks), Check("disk", lambda: [fine("disk", "done")])], ENGLISH))

    assert [finding.about for finding in found] == ["before", "sensor", "disk"]
    assert found[1].said == "sensor: could not be looked at (KeyError('board'))"
