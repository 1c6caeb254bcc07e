"""Behind the staff door: who comes in, what is shown, and what can be done there."""

from typing import Any

import pytest

from kiosk.base.resources import resource
from kiosk.domain.maintenance import Work
from kiosk.domain.visit.door import Room
from kiosk.domain.visit.rating import Standing
from kiosk.domain.visit.visit import Step
from sync.collector.fleet.devices import devices
from tests.staff_door import EMPTY, PIN, Office, come_in, go, knock, said, type_pin

pytestmark = pytest.mark.window


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def kiosk(open_kiosk: Any, office: Office) -> Any:
    return open_kiosk(more={"desk": office.desk()})


def test_both_corners_and_the_pin_open_the_desk(kiosk: Any):
    assert "42" in said(come_in(kiosk))


def test_holding_the_corners_is_not_a_vote(kiosk: Any):
    knock(kiosk)

    assert kiosk.levels == []


def test_without_a_pin_there_is_no_door(open_kiosk: Any):
    kiosk = open_kiosk()
    knock(kiosk)

    assert kiosk.app.step_shown is Step.QUESTION


def test_wrong_pin_is_told_and_must_wait(kiosk: Any):
    knock(kiosk)
    kiosk.until_step(Room.PIN)
    type_pin(kiosk, "000000")

    assert "Xin thử lại sau 5 giây" in said(kiosk.app.page)
    assert kiosk.app.step_shown is Room.PIN


def test_pin_can_be_corrected_and_is_never_shown(kiosk: Any):
    knock(kiosk)
    kiosk.until_step(Room.PIN)
    kiosk.tap(kiosk.app.page.pad_key("9"))
    assert "9 " not in said(kiosk.app.page).replace("7 8 9", "")
    kiosk.tap(kiosk.app.page.pad_key("erase"))
    assert kiosk.app.page.ids.dots.on == 0
    type_pin(kiosk, PIN)

    kiosk.until_step(Room.DESK)


def test_desk_shows_the_tally_with_numerator_denominator_and_notice(kiosk: Any):
    words = said(come_in(kiosk))

    assert "71,4%" in words
    assert "30/42" in words
    assert "Để riêng 4 lượt: bấm lặp 4" in words
    assert "766" in words


def test_desk_hides_what_would_give_single_ratings_away(kiosk: Any, office: Office):
    office.tally = EMPTY
    words = said(come_in(kiosk))

    assert "chưa" in words.lower()
    assert "%" not in words.replace("0%", "")


def test_desk_tells_the_delivery_coarsely(kiosk: Any):
    words = said(come_in(kiosk))

    assert "Mục chờ gửi: 5" in words
    assert "chưa đến 1 giờ trước" in words


def test_nothing_behind_the_door_shows_what_a_citizen_just_pressed(kiosk: Any):
    kiosk.press_face(1)
    kiosk.until_step(Step.REASONS)
    before = said(come_in(kiosk))
    kiosk.tap(kiosk.app.page.ids.close)
    kiosk.until_step(Step.QUESTION if kiosk.app.flow.view.step is Step.QUESTION else Step.THANKS)
    kiosk.pass_time(5)
    kiosk.until_step(Step.QUESTION)
    kiosk.press_face(5)
    kiosk.until_step(Step.REASONS)

    assert said(come_in(kiosk)) == before


def test_visit_that_the_staff_interrupt_keeps_what_was_given(kiosk: Any):
    kiosk.press_face(2)
    kiosk.until_step(Step.REASONS)
    kiosk.tap(kiosk.app.page.reason_tile(0))
    come_in(kiosk)

    assert len(kiosk.disk.facts) == 2


def test_cleaning_ignores_the_glass_for_thirty_seconds(kiosk: Any):
    page = go(kiosk, "cleaning", Room.CLEANING)
    kiosk.app._tick(0)
    assert page.seconds == "30"

    kiosk.tap_at(640, 400)
    kiosk.clock.advance(15)
    kiosk.app._tick(0)
    assert kiosk.app.step_shown is Room.CLEANING
    assert 13 <= int(page.seconds) <= 15

    kiosk.clock.advance(16)
    kiosk.app._tick(0)
    kiosk.until(lambda: kiosk.app.step_shown in (Step.QUESTION, Step.RESTING))
    assert [fact.work for fact in kiosk.disk.facts] == [Work.CLEANING]


def test_touch_test_passes_with_one_press_on_each_face(kiosk: Any):
    page = go(kiosk, "touch_test", Room.TOUCH_TEST)
    for level in range(1, 6):
        kiosk.tap(page.face_tile(level))

    assert page.passed
    assert "mỗi khuôn\u00a0mặt nhận đúng một lượt" in page.result
    assert [page.face_tile(level).ids.number.text for level in range(1, 6)] == ["1"] * 5
    kiosk.tap(page.ids.done)
    kiosk.app._tick(0)
    assert [(fact.work, fact.hits, fact.strays) for fact in kiosk.disk.facts] == [(Work.TEST, (1, 1, 1, 1, 1), 0)]


def test_touch_test_fails_with_a_stray_touch_or_a_second_press(kiosk: Any):
    page = go(kiosk, "touch_test", Room.TOUCH_TEST)
    kiosk.tap_at(10, 10)
    for level in (1, 2, 3, 4, 5):
        kiosk.tap(page.face_tile(level))
    assert not page.passed
    assert page.strays.endswith("1")

    kiosk.tap(page.ids.again)
    for level in (1, 2, 3, 4, 5, 5):
        kiosk.tap(page.face_tile(level))

    assert page.result == "1, 1, 1, 1, 2"
    assert not page.passed


def test_sound_and_brightness_can_be_tried(kiosk: Any):
    page = go(kiosk, "checks", Room.CHECKS)
    kiosk.tap(page.ids.play)
    kiosk.tap(page.ids.done)

    kiosk.until_step(Room.DESK)


def test_test_mode_is_switched_on_and_off_at_the_desk(kiosk: Any):
    page = come_in(kiosk)
    kiosk.tap(page.act_tile("test_mode"))
    assert page.act_tile("test_mode").on
    kiosk.tap(page.ids.close)
    kiosk.until_step(Step.QUESTION)
    assert "Chế độ thử" in said(kiosk.app.root)

    kiosk.press_face(4)
    assert kiosk.disk.facts[-1].standing is Standing.TEST


def test_codes_are_typed_as_the_collector_makes_them():
    from kiosk.ui.staff import enrolment  # importing it needs the window

    assert (enrolment.CODE_LETTERS, enrolment.CODE_LENGTH) == (devices.CODE_ALPHABET, devices.CODE_LENGTH)


def test_code_enrols_the_kiosk(kiosk: Any, office: Office):
    page = go(kiosk, "enrolment", Room.ENROLMENT)
    for letter in "BCDFGHJK":
        kiosk.tap(page.pad_key(letter))
    assert page.typed == "BCDF-GHJK"
    kiosk.tap(page.ids.send)
    kiosk.until(lambda: not kiosk.app.staff.busy)
    kiosk.frames(2)

    assert office.did == ["enrol BCDFGHJK"]
    assert "Đã đăng ký." in said(page)


def test_refused_code_is_told(kiosk: Any, office: Office):
    page = go(kiosk, "enrolment", Room.ENROLMENT)
    kiosk.tap(page.pad_key("B"))
    kiosk.tap(page.ids.send)
    kiosk.until(lambda: not kiosk.app.staff.busy)
    kiosk.frames(2)

    assert "Xin Ông/Bà chờ" in said(page)
    assert office.did == []


def test_what_breaks_behind_the_door_is_told_there_and_the_citizens_notice_nothing(kiosk: Any, office: Office, caplog):
    office.do = lambda what: 1 / 0
    page = come_in(kiosk)
    kiosk.tap(page.act_tile("export"))
    kiosk.until(lambda: not kiosk.app.staff.busy)
    kiosk.frames(2)
    assert "Chưa thực hiện được" in said(page)

    kiosk.tap(page.ids.close)
    kiosk.until_step(Step.RESTING)


def test_export_tells_what_it_wrote(kiosk: Any, office: Office):
    page = come_in(kiosk)
    kiosk.tap(page.act_tile("export"))
    kiosk.until(lambda: not kiosk.app.staff.busy)
    kiosk.frames(2)

    assert office.did == ["export"]
    assert "7 mục đã được ghi." in said(page)


@pytest.mark.parametrize(("act", "did"), [("restart", ["restart"]), ("leave", [])])
def test_staff_may_restart_and_leave(kiosk: Any, office: Office, monkeypatch: pytest.MonkeyPatch, act: str, did: list):
    stopped: list[bool] = []
    monkeypatch.setattr(kiosk.app, "stop", lambda: stopped.append(True))
    kiosk.tap(come_in(kiosk).act_tile(act))

    assert stopped == [True]
    assert office.did == did
    assert [fact.work for fact in kiosk.disk.facts] == [Work.SERVICE]


def test_disk_that_refuses_to_note_a_cleaning_keeps_nobody_waiting(kiosk: Any, caplog: pytest.LogCaptureFixture):
    kiosk.disk.answers = "refused"
    go(kiosk, "cleaning", Room.CLEANING)
    kiosk.clock.advance(31)
    kiosk.app._tick(0)

    kiosk.until(lambda: isinstance(kiosk.app.step_shown, Step))
    assert kiosk.app.step_shown is not Step.NOT_RECORDED
    assert "maintenance not recorded" in caplog.text


def test_door_closes_by_itself(kiosk: Any):
    come_in(kiosk)
    kiosk.clock.advance(121)
    kiosk.app._tick(0)

    kiosk.until(lambda: isinstance(kiosk.app.step_shown, Step))


def test_staff_find_vietnamese_whatever_the_citizen_chose(kiosk: Any):
    kiosk.app.turn_language()
    kiosk.app.turn_text_size()
    come_in(kiosk)

    assert (kiosk.app.t.language, kiosk.app.look.text_scale) == ("vi", 1.0)


def test_logo_of_the_office_takes_the_place_of_the_mark(open_kiosk: Any):
    kiosk = open_kiosk(more={"logo": resource("assets", "generated", "light", "hills.png")})
    mark = kiosk.app.page.ids.header.ids.mark

    assert kiosk.app.logo is mark.texture
    assert mark.ink == "plain"
    assert mark.width > 2 * mark.height


def test_broken_logo_is_told_to_the_staff_and_not_to_the_citizens(open_kiosk: Any, office: Office, tmp_path: Any):
    broken = tmp_path / "logo.png"
    broken.write_bytes(b"no picture")
    kiosk = open_kiosk(more={"logo": broken, "desk": office.desk()})
    assert kiosk.app.logo is None
    assert kiosk.app.page.ids.header.ids.mark.ink == "ink"

    assert kiosk.app.missing_parts
    assert "Không đọc được tệp biểu trưng" in said(come_in(kiosk))
