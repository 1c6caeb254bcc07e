"""Pages: builds the screen of a place and ties what the citizen means to the flow.

Each page's module is imported when it is first needed, so that the question is on the
glass as early as it can be.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from kiosk.domain.visit.door import Room
from kiosk.domain.visit.visit import Step
from kiosk.flow import Flow
from kiosk.ui.parts.page import Page
from kiosk.ui.staff.pages import StaffTies, build_staff_page
from kiosk.ui.staff.staff import Staff
from kiosk.ui.stage.preferences import Preferences
from kiosk.ui.stage.sounds import Sounds
from kiosk.ui.wiring.wiring import Wiring

Place = tuple[Step | Room, int]
"""Where a screen stands: a step of the visit with the question's place, or a room of the staff's with 0."""


def places_of(wiring: Wiring) -> Iterator[Place]:
    """Every screen that a visit may come to, in its order."""
    yield from ((Step.QUESTION, asked) for asked in range(len(wiring.survey.questions)))
    if wiring.survey.reasons:
        yield Step.REASONS, 0
    if wiring.rules.words:
        yield Step.WORDS, 0
    yield from ((step, 0) for step in (Step.THANKS, Step.RESTING, Step.NOT_RECORDED))
    if wiring.rules.counters:
        yield Step.COUNTER, 0


class Tools(Protocol):
    """What citizens can use on several screens, beside answering."""

    def turn_language(self) -> None:
        """Go on to the next language."""
        ...

    def turn_text_size(self) -> None:
        """Go on to the next size of the letters."""
        ...

    def turn_contrast(self) -> None:
        """Switch high contrast on or off."""
        ...

    def listen(self) -> None:
        """Read the screen out."""
        ...

    def say_full(self) -> None:
        """Say that no more reasons can be chosen."""
        ...


@dataclass(frozen=True, slots=True)
class Ties:
    """What the screens are tied to: each builder takes of it what its screen needs."""

    wiring: Wiring
    flow: Flow
    staff: Staff
    preferences: Preferences
    sounds: Sounds
    tools: Tools


def build_page(place: Place, ties: Ties) -> Page:
    """The page of a place, saying the words of the language that is chosen now."""
    step, asked = place
    if isinstance(step, Room):
        page: Page = build_staff_page(step, StaffTies(ties.staff, ties.wiring.survey, ties.sounds.play_thanks))
    else:
        page = _question(ties, asked) if step is Step.QUESTION else _BUILDERS[step](ties)
    page.say(ties.preferences.language.texts, ties.preferences.words)
    return page


def _resting(ties: Ties) -> Page:
    from kiosk.ui.citizen.resting import RestingPage

    def turn(_page: Page) -> None:
        ties.tools.turn_language()
        ties.flow.wake()

    page = RestingPage()
    page.bind(on_wake=lambda _page: ties.flow.wake(), on_language=turn)
    return page


def _counter(ties: Ties) -> Page:
    from kiosk.ui.citizen.counter import CounterPage

    page = CounterPage(ties.wiring.counters)
    page.bind(
        on_counter=lambda _page, code: ties.flow.choose_counter(code),
        on_listen=lambda _page: ties.tools.listen(),
        on_language=lambda _page: ties.tools.turn_language(),
    )
    return page


def _question(ties: Ties, asked: int) -> Page:
    from kiosk.ui.citizen.question import QuestionPage

    questions = ties.wiring.survey.questions
    page = QuestionPage(questions[asked], asked, len(questions))
    page.bind(
        on_face=lambda _page, level: ties.flow.press_face(level),
        on_listen=lambda _page: ties.tools.listen(),
        on_text_size=lambda _page: ties.tools.turn_text_size(),
        on_contrast=lambda _page: ties.tools.turn_contrast(),
        on_language=lambda _page: ties.tools.turn_language(),
    )
    return page


def _reasons(ties: Ties) -> Page:
    from kiosk.ui.citizen.reasons import ReasonsPage

    page = ReasonsPage(ties.wiring.survey)
    page.bind(
        on_reason=lambda _page, reason: ties.flow.toggle_reason(reason),
        on_full=lambda _page: ties.tools.say_full(),
        on_skip=lambda _page: ties.flow.skip_reasons(),
        on_done=lambda _page: ties.flow.finish_reasons(),
        on_choose_again=lambda _page: ties.flow.choose_again(),
        on_listen=lambda _page: ties.tools.listen(),
    )
    return page


def _words(ties: Ties) -> Page:
    from kiosk.ui.citizen.words import WordsPage

    page = WordsPage()
    page.bind(
        on_text=lambda _page, text: ties.flow.write_words(text),
        on_skip=lambda _page: ties.flow.skip_words(),
        on_done=lambda _page: ties.flow.finish_words(),
    )
    return page


def _thanks(ties: Ties) -> Page:
    from kiosk.ui.citizen.thanks import ThanksPage

    page = ThanksPage(ties.wiring.receipt_url)
    page.bind(on_done=lambda _page: ties.flow.leave())
    return page


def _not_recorded(ties: Ties) -> Page:
    from kiosk.ui.citizen.not_recorded import NotRecordedPage

    page = NotRecordedPage()
    page.bind(on_end=lambda _page: ties.flow.give_up(), on_retry=lambda _page: ties.flow.retry())
    return page


_BUILDERS = {
    Step.RESTING: _resting,
    Step.COUNTER: _counter,
    Step.REASONS: _reasons,
    Step.WORDS: _words,
    Step.THANKS: _thanks,
    Step.NOT_RECORDED: _not_recorded,
}
