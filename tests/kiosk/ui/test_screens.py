"""Real touches on the real widgets, from a face to the thanks."""

import re
from typing import Any

import pytest

from kiosk.base.resources import resource
from kiosk.domain.visit.rating import Rating, Reasons, Revised, Standing
from kiosk.domain.visit.receipt import digest_of
from kiosk.domain.visit.visit import Step
from kiosk.ui.app import tell_doubt

pytestmark = pytest.mark.window


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_pressed_face_records_its_level(kiosk: Any, level: int):
    kiosk.press_face(level)

    assert kiosk.levels == [level]


@pytest.mark.parametrize(("level", "face"), [(1, 2), (2, 4), (3, 5)])
def test_three_levels_are_three_faces(open_kiosk: Any, level: int, face: int):
    kiosk = open_kiosk(survey="tt32-3")
    assert kiosk.app.page.face_tile(level).face == face

    kiosk.press_face(level)

    assert kiosk.levels == [level]


def test_face_answers_on_the_next_frame_and_forgets_on_release(kiosk: Any):
    tile = kiosk.app.page.face_tile(4)
    finger = kiosk.fingers.down(tile.center)
    kiosk.frames()
    assert tile.pressed

    kiosk.fingers.up(finger)
    kiosk.until_step(Step.REASONS)

    assert not tile.pressed


def test_skip_leads_to_thanks_and_back_to_the_question(kiosk: Any):
    kiosk.press_face(5)
    kiosk.until_step(Step.REASONS)
    kiosk.tap(kiosk.app.page.ids.skip)
    kiosk.until_step(Step.THANKS)

    kiosk.pass_time(4.1)
    kiosk.until_step(Step.QUESTION)

    assert [type(fact) for fact in kiosk.disk.facts] == [Rating]


def test_chosen_reasons_are_recorded_in_the_order_of_the_survey(kiosk: Any):
    kiosk.press_face(2)
    kiosk.until_step(Step.REASONS)
    for place in (3, 0):
        kiosk.tap(kiosk.app.page.reason_tile(place))
    assert kiosk.app.page.ids.count.text == "Đã chọn 2/3"

    kiosk.tap(kiosk.app.page.ids.done)
    kiosk.until_step(Step.THANKS)

    reasons = kiosk.disk.facts[-1]
    assert isinstance(reasons, Reasons)
    assert reasons.reasons == tuple(
        reason.id for reason in kiosk.app.wiring.survey.reasons if reason.id in reasons.reasons
    )
    assert len(reasons.reasons) == 2


def test_another_face_is_a_revision(kiosk: Any):
    kiosk.press_face(1)
    kiosk.until_step(Step.REASONS)
    kiosk.tap(kiosk.app.page.ids.again)
    kiosk.until_step(Step.QUESTION)
    assert not any(tile.pressed for tile in kiosk.app.page.targets())

    kiosk.press_face(4)
    kiosk.until_step(Step.REASONS)

    assert isinstance(kiosk.disk.facts[-1], Revised)
    assert kiosk.levels == [1]


def test_receipt_is_shown_with_the_thanks_and_goes_with_the_citizen(open_kiosk: Any):
    kiosk = open_kiosk(receipt=True, receipt_s=25.0, more={"receipt_url": "https://danh-gia.example.vn/bien-nhan"})
    kiosk.press_face(1)
    kiosk.until_step(Step.REASONS)
    kiosk.tap(kiosk.app.page.ids.skip)
    kiosk.until_step(Step.THANKS)
    page = kiosk.app.page
    (rating,) = kiosk.disk.facts
    code = page.ids.card.code

    assert digest_of(code) == rating.receipt
    assert page.ids.card.ids.signs.text == code
    assert page.ids.card.texture.size == (33 + 8, 33 + 8)
    kiosk.pass_time(4.1)
    assert kiosk.app.step_shown is Step.THANKS

    kiosk.tap(page.ids.done)
    kiosk.until_step(Step.QUESTION)

    assert (page.receipt, page.ids.card.code, page.ids.card.texture) == ("", "", None)


def test_thanks_are_not_shown_before_the_commit(kiosk: Any):
    kiosk.disk.answers = "later"
    kiosk.press_face(4)
    kiosk.until_step(Step.REASONS)
    assert kiosk.app.page.ids.chip.words == ""
    kiosk.tap(kiosk.app.page.ids.skip)
    kiosk.frames(30)
    assert kiosk.app.step_shown is Step.REASONS
    assert kiosk.app.page.ids.chip.words == "Đang ghi nhận đánh giá…"

    kiosk.disk.answer("kept")

    kiosk.until_step(Step.THANKS)


def test_kept_is_said_on_the_reasons_once_it_is_true(kiosk: Any):
    kiosk.disk.answers = "later"
    kiosk.press_face(4)
    kiosk.until_step(Step.REASONS)

    kiosk.disk.answer("kept")
    kiosk.frames(2)

    assert kiosk.app.page.ids.chip.words == "Đã ghi nhận đánh giá"


def test_refused_commit_shows_not_recorded(kiosk: Any):
    kiosk.disk.answers = "refused"

    kiosk.press_face(4)

    kiosk.until_step(Step.NOT_RECORDED)
    assert "chưa ghi nhận được" in kiosk.app.page.title


def test_refusal_comes_up_while_the_reasons_are_open_and_may_be_tried_again(kiosk: Any):
    kiosk.disk.answers = "later"
    kiosk.press_face(4)
    kiosk.until_step(Step.REASONS)
    kiosk.disk.answer("refused")
    kiosk.until_step(Step.NOT_RECORDED)

    kiosk.disk.answers = "kept"
    kiosk.tap(kiosk.app.page.ids.retry)
    kiosk.until_step(Step.QUESTION)
    kiosk.press_face(4)
    kiosk.until_step(Step.REASONS)
    kiosk.tap(kiosk.app.page.ids.skip)

    kiosk.until_step(Step.THANKS)


def test_press_that_slides_off_is_not_a_vote(kiosk: Any):
    tile = kiosk.app.page.face_tile(4)
    finger = kiosk.fingers.down(tile.center)
    kiosk.frames()
    kiosk.fingers.slide(finger, (tile.center_x, tile.y - 30))
    kiosk.frames()
    assert not tile.pressed
    kiosk.fingers.up(finger)
    kiosk.frames(2)

    assert kiosk.levels == []


def test_wipe_over_all_faces_is_not_a_vote(kiosk: Any):
    finger = kiosk.fingers.down(kiosk.app.page.face_tile(1).center)
    for level in (2, 3, 4, 5):
        kiosk.fingers.slide(finger, kiosk.app.page.face_tile(level).center)
        kiosk.frames()
    kiosk.fingers.up(finger)
    kiosk.frames(2)

    assert kiosk.levels == []


def test_wipe_between_two_frames_is_not_a_vote(kiosk: Any):
    tile = kiosk.app.page.face_tile(4)
    finger = kiosk.fingers.down((20, 20))
    kiosk.fingers.slide(finger, tile.center)
    kiosk.fingers.up(finger)
    kiosk.frames(2)

    assert not tile.pressed
    assert kiosk.levels == []


def test_right_click_is_not_a_vote(kiosk: Any):
    finger = kiosk.fingers.down(kiosk.app.page.face_tile(4).center, button="right")
    kiosk.fingers.up(finger)
    kiosk.frames(2)

    assert kiosk.levels == []


def test_second_tap_of_a_double_tap_chooses_nothing_on_the_next_screen(kiosk: Any):
    tile = kiosk.app.page.face_tile(3)
    kiosk.fingers.tap(tile.center)
    kiosk.until_step(Step.REASONS)
    kiosk.fingers.tap(tile.center)
    kiosk.frames(2)

    assert kiosk.app.flow.view.chosen == ()


def test_finger_that_was_down_before_the_screen_came_is_not_a_vote(kiosk: Any):
    kiosk.press_face(5)
    kiosk.until_step(Step.REASONS)
    kiosk.tap(kiosk.app.page.ids.skip)
    kiosk.until_step(Step.THANKS)
    finger = kiosk.fingers.down((640, 400))
    kiosk.frames()
    kiosk.pass_time(4.1)
    kiosk.until_step(Step.QUESTION)
    kiosk.fingers.up(finger)
    kiosk.frames(2)

    assert kiosk.levels == [5]


def test_repeat_is_said_as_it_is(kiosk: Any):
    for _ in range(2):
        kiosk.press_face(5)
        kiosk.until_step(Step.REASONS)
        kiosk.tap(kiosk.app.page.ids.skip)
        kiosk.until_step(Step.THANKS)
        sentence = kiosk.app.page.sentence
        kiosk.pass_time(4.1)
        kiosk.until_step(Step.QUESTION)

    assert [fact.standing for fact in kiosk.disk.facts] == [Standing.COUNTED, Standing.REPEAT]
    assert "không tính vào kết quả" in sentence


def test_next_citizen_finds_vietnamese_plain_text_and_the_offices_theme(kiosk: Any):
    page = kiosk.app.page
    for tool in (page.ids.language, page.ids.text_size, page.ids.contrast):
        kiosk.tap(tool)
    assert (kiosk.app.t.language, kiosk.app.look.text_scale, kiosk.app.look.theme) == ("en", 1.5, "high-contrast")
    assert page.question.startswith("How satisfied")

    kiosk.pass_time(31)
    kiosk.frames()

    assert (kiosk.app.t.language, kiosk.app.look.text_scale, kiosk.app.look.theme) == ("vi", 1.0, "light")
    assert page.question.startswith("Ông/Bà")


def test_memory_is_given_back_when_nobody_is_there(open_kiosk: Any, monkeypatch: pytest.MonkeyPatch):
    given: list[str] = []
    monkeypatch.setattr("kiosk.ui.stage.transitions.GIVE_BACK_S", 0)
    monkeypatch.setattr("kiosk.ui.stage.transitions.give_back", lambda: given.append(kiosk.app.step_shown))
    kiosk = open_kiosk()
    kiosk.press_face(4)
    kiosk.until_step(Step.REASONS)
    kiosk.tap(kiosk.app.page.ids.skip)
    kiosk.until_step(Step.THANKS)
    kiosk.pass_time(4.1)
    kiosk.until_step(Step.QUESTION)
    assert given == []

    kiosk.pass_time(31)
    kiosk.until(lambda: bool(given))

    assert given == [Step.RESTING]


@pytest.mark.parametrize("recorded", [False, True])
def test_listen_is_offered_only_where_there_is_a_recording(
    open_kiosk: Any, monkeypatch: Any, tmp_path: Any, recorded: bool
):
    path = tmp_path / "question.wav" if recorded else None
    monkeypatch.setattr("kiosk.ui.look.languages.Language.recording", lambda _language, _name: path)
    kiosk = open_kiosk()
    assert bool(kiosk.app.page.ids.listen.opacity) is recorded

    kiosk.tap(kiosk.app.page.ids.listen)

    assert kiosk.levels == []


def places(page: Any) -> dict[str, tuple[float, ...]]:
    """Where the parts of a screen that are seen stand."""
    return {
        name: (*part.pos, *part.size)
        for name, part in page.ids.items()
        if part.opacity and (part.width, part.height) != (100, 100)
    }


@pytest.mark.parametrize("place", [(Step.COUNTER, 0), (Step.QUESTION, 0), (Step.REASONS, 0)])
def test_listening_is_offered_on_every_screen_that_asks_and_has_its_place(open_kiosk: Any, place: Any):
    kiosk = open_kiosk(counters=8)
    app = kiosk.app
    app.transitions.build_ahead(lambda: None)
    page = app.page_cache.page(place)
    app.sounds.silent = True
    app.page_cache.arrange(place, app.look)
    assert not page.ids.listen.opacity

    app.sounds.silent = False
    app.page_cache.arrange(place, app.look)

    listen = page.ids.listen
    assert listen.opacity
    assert min(listen.x, listen.y) > 0
    assert listen.right < app.look.width
    assert listen.ids.word.text == "Nghe"
    assert [target.icon for target in page.targets() if listen.collide_widget(target)] == ["listen"]


def test_question_after_the_counter_of_a_hall_has_no_empty_button(open_kiosk: Any):
    kiosk = open_kiosk(counters=8)
    kiosk.app.transitions.build_ahead(lambda: None)
    kiosk.until(lambda: kiosk.app.page_cache.first_missing([(Step.QUESTION, 0)]) is None)

    kiosk.tap(kiosk.app.page.counter_tile("Q5"))
    kiosk.until_step(Step.QUESTION)

    page = kiosk.app.page
    assert page.ids.listen.words == page.ids.listen.ids.word.text == "Nghe"
    assert not page.ids.listen.collide_widget(page.ids.private)


def watch_arrange(page: Any, seen: list[Any]) -> None:
    arrange = page.arrange
    page.arrange = lambda look: (seen.append(look), arrange(look))


STATES = {
    "look": lambda app: app.turn_text_size(),
    "t": lambda app: app.turn_language(),
    "next_language": lambda app: setattr(app, "next_language", "Tiếng Khmer"),
    "office": lambda app: setattr(app, "office", "Ủy ban nhân dân phường Bình An, Trung tâm Phục vụ hành chính công"),
    "counter": lambda app: setattr(app, "counter", "Quầy 12"),
    "logo": lambda app: setattr(app, "logo", app.page.ids.header.ids.mark.texture),
    "high_contrast": lambda app: app.turn_contrast(),
    "doubted": lambda app: setattr(app, "doubted", True),
}
"""What a screen's rules name of the app, and how it changes."""
DRAWN_AS_IT_IS = {"shadow", "shadow_border"}
"""What never changes."""


def test_whatever_the_rules_of_a_screen_name_makes_it_arranged_anew(open_kiosk: Any):
    rules = "".join(path.read_text("utf-8") for path in resource("kiosk", "ui").rglob("*.kv"))
    assert set(re.findall(r"\bapp\.(\w+)", rules)) == STATES.keys() | DRAWN_AS_IT_IS
    for name, change in STATES.items():
        kiosk = open_kiosk(counters=8)
        app = kiosk.app
        arranged: list[Any] = []
        watch_arrange(app.page, arranged)

        change(app)
        kiosk.frames(2)
        assert arranged, name


def test_silence_takes_the_offer_to_listen_away_and_leaves_no_hole(kiosk: Any):
    app = kiosk.app
    before = places(app.page)
    app.sounds.silent = True

    app.listen()
    app._note_silence()

    assert not app.page.ids.listen.opacity
    assert places(app.page)["text_size"] == before["text_size"]
    assert app.page.ids.private.width >= before["private"][2]


def test_f1_and_escape_do_nothing(kiosk: Any, window: Any):
    window.dispatch("on_keyboard", 282, 58, "", [])
    window.dispatch("on_keyboard", 27, 41, "", [])
    kiosk.frames(2)

    assert kiosk.app.step_shown is Step.QUESTION
    assert kiosk.app.root.parent is window


def test_test_mode_says_so_over_every_screen(open_kiosk: Any):
    kiosk = open_kiosk(test=True)

    assert any("Chế độ thử" in getattr(part, "text", "") for part in kiosk.app.root.walk())


def test_screen_reads_one_input_provider(window: Any):
    from kivy.config import Config

    assert Config.options("input") == ["mouse"]
    assert Config.get("input", "mouse") == "mouse,disable_multitouch"


def test_screen_rests_when_nobody_answers_and_the_first_touch_only_wakes(kiosk: Any):
    kiosk.pass_time(31)
    kiosk.until_step(Step.RESTING)

    kiosk.tap_at(640, 400)
    kiosk.until_step(Step.QUESTION)

    assert kiosk.levels == []


def test_double_tap_on_the_resting_screen_does_not_vote(kiosk: Any):
    where = kiosk.app.page.face_tile(3).center
    kiosk.pass_time(31)
    kiosk.until_step(Step.RESTING)

    kiosk.fingers.tap(where)
    kiosk.fingers.tap(where)
    kiosk.frames(20)

    assert kiosk.levels == []


def test_resting_screen_offers_the_other_language(kiosk: Any):
    kiosk.pass_time(31)
    kiosk.until_step(Step.RESTING)

    kiosk.tap(kiosk.app.page.ids.language)
    kiosk.until_step(Step.QUESTION)

    assert kiosk.app.t.language == "en"


def test_failed_proof_of_the_public_log_is_told_in_one_sentence_and_keeps_nobody_from_rating(
    kiosk: Any, monkeypatch: Any
):
    monkeypatch.setattr("kivy.app.App.get_running_app", lambda: kiosk.app)
    kiosk.pass_time(31)
    kiosk.until_step(Step.RESTING)
    words = kiosk.app.page.ids.doubt
    assert words.words == ""

    tell_doubt(doubted=True)
    kiosk.until(lambda: words.words.startswith("Đối chiếu với sổ công khai không khớp"))
    assert words.height > 0
    kiosk.tap(kiosk.app.page.ids.start)
    kiosk.until_step(Step.QUESTION)
    kiosk.press_face(4)

    assert kiosk.levels == [4]
    tell_doubt(doubted=False)
    kiosk.until(lambda: words.words == "")


def test_sun_moves_and_the_night_is_dim(kiosk: Any):
    kiosk.pass_time(31)
    kiosk.until_step(Step.RESTING)
    scene, dusk = kiosk.app.page.ids.scene, kiosk.app.page.ids.dusk
    places = set()
    for _ in range(8):
        kiosk.clock.advance(37)
        kiosk.app._tick(0)
        places.add(tuple(scene.drift))
    assert len(places) > 4
    assert dusk.depth == 0

    kiosk.clock.advance(13 * 3600)
    kiosk.app._tick(0)

    assert dusk.depth == pytest.approx(0.8)


def test_hall_asks_for_the_counter_and_the_rating_carries_it(open_kiosk: Any):
    kiosk = open_kiosk(counters=8)
    assert kiosk.app.step_shown is Step.COUNTER

    kiosk.tap(kiosk.app.page.counter_tile("Q5"))
    kiosk.until_step(Step.QUESTION)
    kiosk.press_face(4)

    assert kiosk.disk.facts[0].counter == "Q5"


def test_screens_after_it_name_the_counter_that_the_citizen_chose(open_kiosk: Any):
    kiosk = open_kiosk(counters=8)
    own = kiosk.app.counter

    kiosk.tap(kiosk.app.page.counter_tile("Q5"))
    kiosk.until_step(Step.QUESTION)
    assert kiosk.app.page.ids.header.counter == "Quầy 5 · Đất đai – Môi trường"

    kiosk.tap(kiosk.app.page.ids.language)
    assert kiosk.app.page.ids.header.counter == "Counter 5 · Land – Environment"
    kiosk.press_face(4)
    kiosk.until_step(Step.REASONS)
    assert kiosk.app.page.ids.header.counter == "Counter 5 · Land – Environment"

    kiosk.tap(kiosk.app.page.ids.skip)
    kiosk.until_step(Step.THANKS)
    kiosk.pass_time(4.1)
    kiosk.until_step(Step.COUNTER)
    assert kiosk.app.counter == own


def test_citizen_may_not_remember_the_counter(open_kiosk: Any):
    kiosk = open_kiosk(counters=3)
    kiosk.tap(kiosk.app.page.ids.unsure)
    kiosk.until_step(Step.QUESTION)
    kiosk.press_face(4)

    assert kiosk.disk.facts[0].counter is None


def test_many_counters_are_turned_over(open_kiosk: Any):
    kiosk = open_kiosk(counters=30)
    page = kiosk.app.page
    assert page.counter_tile("Q13") not in list(page.targets())

    kiosk.tap(page.ids.more)
    kiosk.tap(page.counter_tile("Q13"))
    kiosk.until_step(Step.QUESTION)
    kiosk.press_face(4)

    assert kiosk.disk.facts[0].counter == "Q13"


def test_each_question_has_a_screen_and_a_rating(open_kiosk: Any):
    kiosk = open_kiosk(questions=3)
    for place, level in enumerate((5, 1, 3)):
        kiosk.until(lambda place=place: kiosk.app.transitions.place == (Step.QUESTION, place))
        assert kiosk.app.page.progress == f"Câu {place + 1}/3"
        kiosk.press_face(level)
    kiosk.until_step(Step.REASONS)

    assert [(fact.question, fact.level) for fact in kiosk.disk.facts] == [
        ("overall", 5), ("question-1", 1), ("question-2", 3),
    ]  # fmt: skip


def write_words(kiosk: Any, keys: str) -> None:
    kiosk.press_face(4)
    kiosk.until_step(Step.REASONS)
    kiosk.tap(kiosk.app.page.ids.skip)
    kiosk.until_step(Step.WORDS)
    keyboard = kiosk.app.page.keyboard
    for key in keys.split():
        kiosk.tap(keyboard.key(key))


def test_words_are_typed_in_telex_and_recorded(open_kiosk: Any):
    kiosk = open_kiosk(words=True)
    write_words(kiosk, "shift c a m r space o w n")
    assert kiosk.app.page.ids.field.ids.text.text == "Cảm ơn"

    kiosk.tap(kiosk.app.page.ids.done)
    kiosk.until_step(Step.THANKS)

    assert kiosk.disk.facts[-1].text == "Cảm ơn"


def test_english_words_stand_as_they_were_struck(open_kiosk: Any):
    kiosk = open_kiosk(words=True)
    kiosk.app.turn_language()
    write_words(kiosk, "i t space w a s space f a i r")
    assert kiosk.app.page.ids.field.ids.text.text == "it was fair"
    kiosk.tap(kiosk.app.page.ids.done)
    kiosk.until_step(Step.THANKS)
    kiosk.pass_time(4.1)
    kiosk.until_step(Step.QUESTION)

    write_words(kiosk, "w a s")

    assert kiosk.app.page.ids.field.ids.text.text == "ứa"


def test_keys_may_be_struck_fast(open_kiosk: Any):
    kiosk = open_kiosk(words=True)
    write_words(kiosk, "")
    for name in "nhanh":
        kiosk.clock.advance(0.1)
        kiosk.fingers.tap(kiosk.app.page.keyboard.key(name).center)
        kiosk.frames(2)

    assert kiosk.app.page._draft.text == "nhanh"


def test_words_that_were_typed_and_never_sent_go_with_their_citizen(open_kiosk: Any):
    kiosk = open_kiosk(words=True)
    write_words(kiosk, "a b")
    kiosk.pass_time(61)
    kiosk.until_step(Step.THANKS)
    kiosk.pass_time(4.1)
    kiosk.until_step(Step.QUESTION)

    assert [type(fact) for fact in kiosk.disk.facts] == [Rating]


def test_digits_are_masked_on_the_glass_and_on_the_disk_and_the_citizen_is_told(open_kiosk: Any):
    kiosk = open_kiosk(words=True)
    write_words(kiosk, "layer 0 9 1 2 3 4 5 6 7 8")

    assert kiosk.app.page.ids.field.ids.text.text == "•" * 10
    assert "đã che" in kiosk.app.page.warning

    kiosk.tap(kiosk.app.page.ids.done)
    assert kiosk.disk.facts[-1].text == "•" * 10


def test_words_are_forgotten_with_their_citizen(open_kiosk: Any):
    kiosk = open_kiosk(words=True)
    write_words(kiosk, "a b")
    page = kiosk.app.page
    kiosk.tap(page.ids.skip)
    kiosk.until_step(Step.THANKS)
    kiosk.pass_time(4.1)
    kiosk.until_step(Step.QUESTION)

    assert page._draft.text == ""
    assert page.ids.field.ids.text.text == ""
    assert [type(fact) for fact in kiosk.disk.facts] == [Rating]


def test_palm_on_the_glass_is_not_a_vote(kiosk: Any):
    down = [kiosk.fingers.down(kiosk.app.page.face_tile(level).center) for level in (3, 4, 5)]
    kiosk.frames()
    for finger in down:
        kiosk.fingers.up(finger)
    kiosk.frames(2)

    assert kiosk.levels == []


def test_cloth_that_rubs_over_one_face_is_not_a_vote(kiosk: Any):
    x, y = kiosk.app.page.face_tile(3).center
    finger = kiosk.fingers.down((x - 60, y))
    for place in ((x + 70, y), (x - 60, y)):
        kiosk.fingers.slide(finger, place)
        kiosk.frames()
    kiosk.fingers.up(finger)
    kiosk.frames(2)

    assert kiosk.levels == []


def test_finger_that_stays_on_a_face_is_not_a_vote(kiosk: Any):
    finger = kiosk.fingers.down(kiosk.app.page.face_tile(3).center)
    kiosk.frames()
    kiosk.clock.advance(3.5)
    kiosk.fingers.up(finger)
    kiosk.frames(2)

    assert kiosk.levels == []


def test_language_of_a_visit_is_counted_once_it_left_a_rating(open_kiosk: Any):
    counted: list[str] = []
    kiosk = open_kiosk(more={"count_language": counted.append})
    kiosk.tap(kiosk.app.page.ids.language)
    kiosk.press_face(4)
    kiosk.until_step(Step.REASONS)
    kiosk.tap(kiosk.app.page.ids.skip)
    kiosk.until_step(Step.THANKS)
    kiosk.pass_time(4.1)
    kiosk.until_step(Step.QUESTION)
    kiosk.pass_time(31)

    assert counted == ["en"]
    assert not hasattr(kiosk.disk.facts[0], "language")


def test_alt_f4_does_nothing_on_a_kiosk_but_closes_a_window_on_a_desk(open_kiosk: Any, window: Any):
    from kiosk.ui.wiring.wiring import WindowOptions

    assert open_kiosk().app._refuse_close()
    assert not open_kiosk(more={"window": WindowOptions(fullscreen=False)}).app._refuse_close()
