"""Looked: what a page must hold however it is looked at."""

from functools import cache

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page

_RUN = """async () => {
    const found = await axe.run(document, {resultTypes: ["violations"]});
    return found.violations.map(one => [one.id, one.nodes[0].html.slice(0, 160)]);
}"""


@cache
def _axe() -> str:
    return AXE_FILE_PATH.read_text("utf-8")


def look(page: Page, width: int, theme: str = "light", medium: str = "screen") -> None:
    """Look at the page that is open so wide, in this theme, on glass or on paper."""
    page.emulate_media(color_scheme=theme, media=medium)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 1123 if medium == "print" else 900})


def violations(page: Page) -> list[list[str]]:
    """What axe finds by all of its rules: the rule's name and the first of the places."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    return list(page.evaluate(_RUN))


def too_wide(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
