"""Pages: builds the screen of a place and ties what the citizen means to the flow.

Each page's module is imported when it is first needed, so that the question is on the
glass as early as it can be.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kiosk.domain.visit.door import Room
from kiosk.domain.visit.visit import Step
from kiosk.ui.parts.page import Page
from kiosk.ui.wiring.wiring import Setup

if TYPE_CHECKING:
    from kiosk.ui.stage.stage import KioskApp

Place = tuple[Step | Room, int]
"""A step of the citizen's, and which question where it is one; or a room of the staff's."""


def places_of(setup: Setup) -> Iterator[Place]:
    """Every screen that a visit may come to, in its order."""
    yield from ((Step.QUESTION, asked) for asked in range(len(setup.survey.questions)))
    if setup.survey.reasons:
        yield Step.REASONS, 0
    if setup.rules.words:
        yield Step.WORDS, 0
    yield from ((step, 0) for step in (Step.THANKS, Step.RESTING, Step.NOT_RECORDED))
    if setup.rules.counters:
        yield Step.COUNTER, 0


def build_page(place: Place, app: "KioskApp") -> Page:
    """The page of a place, saying the words of the app's language."""
    step, asked = place
    if isinstance(step, Room):
        from kiosk.ui.staff.pages import build_staff_page

        return build_staff_page(step, app.staff, app)
    page = _question(app, asked) if step is Step.QUESTION else _BUILDERS[step](app)
    page.say(app.t, app.words)
    return page


def _resting(app: "KioskApp") -> Page:
    from kiosk.ui.citizen.resting import RestingPage

    def turn(_page: Page) -> None:
        app.turn_language()
        app.flow.wake()

    page = RestingPage()
    page.bind(on_wake=lambda _page: app.flow.wake(), on_language=turn)
    return page


def _counter(app: "KioskApp") -> Page:
    from kiosk.ui.citizen.counter import CounterPage

    page = CounterPage(app.setup.counters)
    page.bind(
        on_counter=lambda _page, code: app.flow.choose_counter(code),
        on_listen=lambda _page: app.listen(),
        on_language=lambda _page: app.turn_language(),
    )
    return page


def _question(app: "KioskApp", asked: int) -> Page:
    from kiosk.ui.citizen.question import QuestionPage

    questions = app.setup.survey.questions
    page = QuestionPage(questions[asked], asked, len(questions))
    page.bind(
        on_face=lambda _page, level: app.flow.press_face(level),
        on_listen=lambda _page: app.listen(),
        on_text_size=lambda _page: app.turn_text_size(),
        on_contrast=lambda _page: app.turn_contrast(),
        on_language=lambda _page: app.turn_language(),
    )
    return page


def _reasons(app: "KioskApp") -> Page:
    from kiosk.ui.citizen.reasons import ReasonsPage

    page = ReasonsPage(app.setup.survey)
    page.bind(
        on_reason=lambda _page, reason: app.flow.toggle_reason(reason),
        on_full=lambda _page: app.say_full(),
        on_skip=lambda _page: app.flow.skip_reasons(),
        on_done=lambda _page: app.flow.finish_reasons(),
        on_choose_again=lambda _page: app.flow.choose_again(),
        on_listen=lambda _page: app.listen(),
    )
    return page


def _words(app: "KioskApp") -> Page:
    from kiosk.ui.citizen.words import WordsPage

    page = WordsPage()
    page.bind(
        on_text=lambda _page, text: app.flow.write_words(text),
        on_skip=lambda _page: app.flow.skip_words(),
        on_done=lambda _page: app.flow.finish_words(),
    )
    return page


def _thanks(_app: "KioskApp") -> Page:
    from kiosk.ui.citizen.thanks import ThanksPage

    return ThanksPage()


def _not_recorded(app: "KioskApp") -> Page:
    from kiosk.ui.citizen.not_recorded import NotRecordedPage

    page = NotRecordedPage()
    page.bind(on_end=lambda _page: app.flow.give_up(), on_retry=lambda _page: app.flow.retry())
    return page


_BUILDERS = {
    Step.RESTING: _resting,
    Step.COUNTER: _counter,
    Step.REASONS: _reasons,
    Step.WORDS: _words,
    Step.THANKS: _thanks,
    Step.NOT_RECORDED: _not_recorded,
}
