"""The staff's numbers: the days week by week, what is typed in, what is carried away, what is never shown."""

from concurrent.futures import Future
from datetime import date, timedelta
from typing import Any

import pytest

from kiosk.domain.visit.door import Room
from kiosk.domain.visit.rating import Count
from kiosk.ui.wiring.desk import Counted
from tests.staff_door import NOW, Office, come_in, go, of_today, said
from tests.tallies import FRIDAY_EVENING, Rows, a_month, a_tally, terms

pytestmark = pytest.mark.window

FRIDAY = FRIDAY_EVENING.date()
HALL = {"Q1": {"vi": "1 · Hộ tịch"}, "Q2": {"vi": "2 · Đất đai"}, "Q3": {"vi": "3 · Trả kết quả"}}


@pytest.fixture
def office() -> Office:
    office = Office()
    office.tally = a_tally()
    return office


@pytest.fixture
def kiosk(open_kiosk: Any, office: Office) -> Any:
    return open_kiosk(more={"desk": office.desk()})


def to_days(kiosk: Any) -> Any:
    return go(kiosk, "days", Room.DAYS)


def type_number(kiosk: Any, digits: str) -> None:
    for digit in digits:
        kiosk.tap(kiosk.app.page.pad_key(digit))


def shown_day(kiosk: Any) -> date:
    return kiosk.app.staff.seen.day


def counts(kiosk: Any) -> list[Count]:
    return [fact for fact in kiosk.disk.facts if isinstance(fact, Count)]


def test_strip_has_the_week_with_today_marked(kiosk: Any):
    page = to_days(kiosk)

    assert [tile.name[-5:] for tile in page.tiles] == [f"{day}/11" for day in range(16, 23)]
    assert [tile.chosen for tile in page.tiles] == [False] * 4 + [True] + [False] * 2
    assert [tile.off for tile in page.tiles] == [False] * 5 + [True] * 2
    assert "Tuần 16/11 – 22/11 · ghi nhận 228 lượt · hài lòng 72,4% (165/228)" in said(page)


def test_touching_a_day_shows_its_numbers(kiosk: Any):
    page = to_days(kiosk)
    kiosk.tap(page.tiles[0])

    assert shown_day(kiosk) == date(2026, 11, 16)
    assert "Thứ Hai 16/11/2026" in said(page)
    assert page.tiles[0].chosen


def test_a_day_to_come_cannot_be_touched(kiosk: Any):
    page = to_days(kiosk)
    kiosk.tap(page.tiles[6])

    assert shown_day(kiosk) == FRIDAY


def test_each_of_the_last_31_days_can_be_reached_and_none_before(kiosk: Any):
    page = to_days(kiosk)
    reached = set()
    for _ in range(6):
        for tile in page.tiles:
            if not tile.off:
                kiosk.tap(tile)
                reached.add(shown_day(kiosk))
        kiosk.tap(page.ids.earlier)

    assert reached == {FRIDAY - timedelta(days=back) for back in range(32)}
    assert page.ids.earlier not in list(page.targets())


def test_week_after_leads_back_to_today(kiosk: Any):
    page = to_days(kiosk)
    kiosk.tap(page.ids.earlier)
    assert shown_day(kiosk) == date(2026, 11, 13)
    kiosk.tap(page.ids.later)

    assert shown_day(kiosk) == FRIDAY
    assert page.ids.later not in list(page.targets())


def test_desk_shows_today_whichever_day_was_looked_at(kiosk: Any):
    page = to_days(kiosk)
    kiosk.tap(page.tiles[0])
    kiosk.tap(page.ids.close)
    kiosk.until_step(Room.DESK)

    assert "Thứ Sáu 20/11/2026" in said(kiosk.app.page)


def test_what_waits_is_told_with_why_and_has_no_level(kiosk: Any, office: Office):
    rows = Rows()
    rows.press(NOW.date(), "am", {5: 17, 4: 13, 3: 8}, counter="Q1")
    rows.press(NOW.date(), "am", {1: 3}, counter="Q2")
    office.tally = a_tally(NOW, rows)
    page = come_in(kiosk)

    bars = {bar.name.replace("\xa0", " "): bar.number for bar in page.panel.levels}
    assert bars == {
        "Rất hài lòng": "17", "Hài lòng": "13", "Bình thường": "8", "Không hài lòng": "0", "Rất không hài lòng": "0",
    }  # fmt: skip
    assert "Theo mức đánh giá: 38/41 lượt" in said(page)
    assert "3 lượt chờ đến khi đủ ít nhất 5 lượt" in said(page)


def test_day_of_few_has_no_levels_and_says_why(kiosk: Any, office: Office):
    office.tally = of_today({1: 3})
    page = come_in(kiosk)

    assert "dưới 5 lượt thì lộ từng đánh giá" in said(page)
    assert "3 lượt chờ" in said(page)


def test_demonstration_says_on_the_screen_that_it_is_one(kiosk: Any, office: Office):
    rows = Rows()
    rows.press(NOW.date(), "pm", {1: 1})
    office.tally = a_tally(NOW, rows, terms(demo=True))

    assert "Bản trình diễn: mọi số hiện ngay" in said(come_in(kiosk))


def test_unknown_transactions_are_not_guessed(kiosk: Any, office: Office):
    office.tally = of_today({5: 40})

    assert "không xác định" in said(come_in(kiosk))


def test_typed_number_is_recorded_for_the_day_that_is_looked_at(kiosk: Any, office: Office):
    page = to_days(kiosk)
    kiosk.tap(page.tiles[1])
    kiosk.tap(page.ids.served)
    kiosk.until_step(Room.SERVED)
    type_number(kiosk, "096")
    kiosk.tap(kiosk.app.page.ids.keep)
    kiosk.until(lambda: not kiosk.app.staff.busy)
    kiosk.frames(2)

    (count,) = counts(kiosk)
    assert (count.day, count.n, count.counter) == ("2026-11-17", 96, None)
    assert "Đã ghi: 96 giao dịch." in said(kiosk.app.page)
    kiosk.tap(kiosk.app.page.ids.back)
    kiosk.until_step(Room.DAYS)
    assert shown_day(kiosk) == date(2026, 11, 17)


def test_number_typed_before_is_told_and_corrected_by_another(kiosk: Any, office: Office):
    office.tally = of_today({5: 40}, typed=69)
    page = go(kiosk, "served", Room.SERVED)
    assert "Đã nhập: 69" in said(page)
    type_number(kiosk, "96")
    kiosk.tap(page.ids.keep)

    assert [count.n for count in counts(kiosk)] == [96]


def test_without_a_number_nothing_is_recorded(kiosk: Any):
    page = go(kiosk, "served", Room.SERVED)
    type_number(kiosk, "5")
    kiosk.tap(page.pad_key("erase"))
    kiosk.tap(page.ids.keep)

    assert counts(kiosk) == []


def test_number_that_the_disk_refuses_is_not_called_written(kiosk: Any):
    page = go(kiosk, "served", Room.SERVED)
    kiosk.disk.answers = "refused"
    type_number(kiosk, "96")
    kiosk.tap(page.ids.keep)
    kiosk.until(lambda: not kiosk.app.staff.busy)
    kiosk.frames(2)

    assert "Chưa ghi được" in said(page)
    assert "Đã ghi" not in said(page)


def test_number_is_called_written_only_when_the_disk_has_it(kiosk: Any):
    page = go(kiosk, "served", Room.SERVED)
    kiosk.disk.answers = "later"
    type_number(kiosk, "96")
    kiosk.tap(page.ids.keep)
    kiosk.frames(3)
    assert "Đã ghi" not in said(page)
    kiosk.disk.answer("kept")
    kiosk.until(lambda: not kiosk.app.staff.busy)
    kiosk.frames(2)

    assert "Đã ghi: 96" in said(page)


def test_hall_takes_a_number_for_each_counter_in_turn(kiosk: Any, office: Office):
    office.tally = a_tally(rows=a_month(counters=HALL), by=terms(counters=HALL))
    page = go(kiosk, "served", Room.SERVED)
    assert "Quầy 1 · Hộ tịch" in said(page)
    for digits in ("30", "41"):
        type_number(kiosk, digits)
        kiosk.tap(page.ids.keep)
        kiosk.until(lambda: not kiosk.app.staff.busy)
        kiosk.frames(2)
    assert "Quầy 3 · Trả kết quả" in said(page)
    kiosk.tap(page.ids.before)
    assert "Quầy 2 · Đất đai" in said(page)

    assert [(count.counter, count.n) for count in counts(kiosk)] == [("Q1", 30), ("Q2", 41)]


def test_hall_tells_how_the_counter_did(kiosk: Any, office: Office):
    rows = Rows(typed={(FRIDAY.isoformat(), "Q1"): 80})
    rows.press(FRIDAY, "am", {5: 40}, counter="Q1")
    rows.press(FRIDAY, "am", {5: 20}, counter="Q2")
    office.tally = a_tally(rows=rows, by=terms(counters=HALL))
    page = go(kiosk, "served", Room.SERVED)

    assert "Số lượt của quầy này: 40" in said(page)


def test_what_was_typed_for_one_counter_is_not_kept_for_another(kiosk: Any, office: Office):
    office.tally = a_tally(rows=a_month(counters=HALL), by=terms(counters=HALL))
    page = go(kiosk, "served", Room.SERVED)
    type_number(kiosk, "30")
    kiosk.tap(page.ids.after)

    assert page.shown == "–"


def test_numbers_are_carried_away_and_the_staff_are_told(kiosk: Any, office: Office):
    page = to_days(kiosk)
    kiosk.tap(page.ids.save)
    kiosk.until(lambda: not kiosk.app.staff.busy)
    kiosk.frames(2)

    assert office.did == ["save"]
    assert "Đã lưu số liệu." in said(page)
    assert "766" in said(page)


def test_kiosk_that_cannot_save_has_no_button_for_it(open_kiosk: Any, office: Office):
    from dataclasses import replace

    kiosk = open_kiosk(more={"desk": replace(office.desk(), save=None)})

    assert to_days(kiosk).ids.save not in list(kiosk.app.page.targets())


def test_days_read_before_and_after_a_press_are_the_same(kiosk: Any, office: Office):
    now = NOW.replace(hour=9)
    before, after = Rows(), Rows()
    before.press(now.date(), "am", {5: 20})
    after.press(now.date(), "am", {5: 20, 1: 1})
    told = []
    for rows in (before, after):
        office.tally = a_tally(now, rows)
        page = to_days(kiosk)
        told.append(said(page))
        kiosk.tap(page.ids.close)
        kiosk.until_step(Room.DESK)
        kiosk.tap(kiosk.app.page.ids.close)
        kiosk.until(lambda: not kiosk.app.staff.inside)
        kiosk.pass_time(40)
        kiosk.frames(3)

    assert told[0] == told[1]


def test_numbers_that_are_read_slowly_do_not_hold_up_a_frame(kiosk: Any, office: Office):
    waiting: Future[Any] = Future()
    kiosk.app.wiring.desk.__dict__["tally"] = waiting.result
    from tests.staff_door import PIN, knock, type_pin

    knock(kiosk)
    kiosk.until_step(Room.PIN)
    type_pin(kiosk, PIN)
    kiosk.until_step(Room.DESK)
    kiosk.frames(2)
    assert "Xin Ông/Bà chờ" in said(kiosk.app.page)
    waiting.set_result(office.tally)
    kiosk.until(lambda: isinstance(kiosk.app.staff.seen.counted, Counted))
    kiosk.frames(2)

    assert "Thứ Sáu 20/11/2026" in said(kiosk.app.page)
