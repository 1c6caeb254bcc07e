"""Pages: builds the screen of a step and ties what the citizen means to the flow.

Each page's module is imported when it is first needed, so that the question is on the
glass as early as it can be.
"""

from typing import TYPE_CHECKING

from kiosk.domain.visit import Step
from kiosk.ui.screens.page import Page

if TYPE_CHECKING:
    from kiosk.ui.stage import KioskApp


def build_page(step: Step, app: "KioskApp") -> Page:
    """The page of a step, saying the words of the app's language."""
    page = _BUILDERS[step](app)
    page.say(app.t, app.words)
    return page


def _question(app: "KioskApp") -> Page:
    from kiosk.ui.screens.question import QuestionPage

    page = QuestionPage(app.setup.survey.questions[0])
    page.bind(
        on_face=lambda _page, level: app.flow.press_face(level),
        on_listen=lambda _page: app.listen(),
        on_text_size=lambda _page: app.turn_text_size(),
        on_contrast=lambda _page: app.turn_contrast(),
        on_language=lambda _page: app.turn_language(),
    )
    return page


def _reasons(app: "KioskApp") -> Page:
    from kiosk.ui.screens.reasons import ReasonsPage

    page = ReasonsPage(app.setup.survey)
    page.bind(
        on_reason=lambda _page, reason: app.flow.toggle_reason(reason),
        on_skip=lambda _page: app.flow.skip_reasons(),
        on_done=lambda _page: app.flow.finish_reasons(),
        on_choose_again=lambda _page: app.flow.choose_again(),
    )
    return page


def _thanks(_app: "KioskApp") -> Page:
    from kiosk.ui.screens.thanks import ThanksPage

    return ThanksPage()


def _not_recorded(app: "KioskApp") -> Page:
    from kiosk.ui.screens.not_recorded import NotRecordedPage

    page = NotRecordedPage()
    page.bind(on_end=lambda _page: app.flow.give_up(), on_retry=lambda _page: app.flow.retry())
    return page


_BUILDERS = {
    Step.QUESTION: _question,
    Step.REASONS: _reasons,
    Step.THANKS: _thanks,
    Step.NOT_RECORDED: _not_recorded,
}
