"""Theme sheet: the kiosk's themes as CSS, so that a page draws its screens in their real colours."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache

from kiosk.base.resources import resource

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
FACES = range(1, 6)


@cache
def theme_css(themes: Iterable[str]) -> str:
    """Each theme's colours by role, below ``.screen.<theme>``, and the faces in them."""
    return "\n".join([*(_theme(name) for name in themes), *(_face(face) for face in FACES), ""])


def _theme(name: str) -> str:
    table = tomllib.loads(resource("assets", "themes", f"{name}.toml").read_text("utf-8"))
    colours = {role: value for role, value in table["colour"].items() if _COLOUR.fullmatch(value)}
    roles = "".join(f"--k-{role.replace('_', '-')}:{value};" for role, value in colours.items())
    return f".screen.{name}{{{roles}}}"


def _face(face: int) -> str:
    return (
        f".screen .face-{face} .body{{fill:var(--k-level-{face}-fill);stroke:var(--k-level-{face}-stroke)}}"
        f".screen .face-{face} .line{{stroke:var(--k-face-mark);stroke-width:13}}"
        f".screen .face-{face} .mark{{fill:var(--k-face-mark)}}"
    )
