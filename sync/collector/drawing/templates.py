"""Templates: the one environment that pages, sheets and papers are made in, with everything that each may call.

What belongs to one request or one page is handed to the template when it is rendered.
"""

from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from kiosk.base.resources import resource
from kiosk.base.texts import texts
from sync.collector.closed.named import TIDY
from sync.collector.drawing import charts, heat_chart, trend_chart
from sync.collector.drawing.drawing import (
    NARROW_LABELLED_FROM,
    WIDE_LABELLED_FROM,
    level_colour,
    level_segments,
    place_percent,
)
from sync.collector.figures.attention import Why
from sync.collector.figures.points import points_of
from sync.collector.figures.ranks import rank_of

DRAWINGS_MAX = 256
"""So many pictures are remembered, and names of none: whoever writes surveys may name any."""
REASONS_TITLE = "What influenced your rating?"
"""The question above the reasons, as the kiosk's catalogue has it."""


@lru_cache(DRAWINGS_MAX)
def drawing(folder: str, name: str) -> Markup:
    """A picture of ours, to stand in a page and take the theme's colours; nothing where there is none."""
    path = resource("assets", folder, f"{name}.svg")
    if not path.is_file():
        return Markup()
    # A file of ours, by a name that the survey's reader let pass.
    return Markup(path.read_text("utf-8").replace("<svg ", '<svg aria-hidden="true" ', 1))  # noqa: S704


def asked_for_reasons(language: str) -> str:
    """What the kiosk's screen of reasons asks in a language; Vietnamese where nothing else is shipped."""
    return texts("kiosk", language)(REASONS_TITLE)


templates = Environment(
    loader=PackageLoader("sync.collector.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.filters["lower_first"] = lambda words: words[:1].lower() + words[1:]
templates.globals.update(
    charts=charts,
    trend_chart=trend_chart,
    heat_chart=heat_chart,
    level_segments=level_segments,
    level_colour=level_colour,
    place_percent=place_percent,
    WIDE_LABELLED_FROM=WIDE_LABELLED_FROM,
    NARROW_LABELLED_FROM=NARROW_LABELLED_FROM,
    Why=Why,
    points_of=points_of,
    rank_of=rank_of,
    form_words=lambda form: "CSV (tidy)" if form == TIDY else form.upper(),
    drawing=drawing,
    asked_for_reasons=asked_for_reasons,
)
