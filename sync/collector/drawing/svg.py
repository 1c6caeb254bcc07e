"""SVG: marks with classes and never a style, so that the strict policy holds and themes recolour them."""

from collections.abc import Iterable

from markupsafe import Markup, escape

# A page draws thousands of marks: Markup.format() would look at every number for what is to be escaped. Roles are our
# own words, numbers need nothing, and words are escaped.


def rect(x: float, y: float, width: float, height: float, role: str) -> Markup:
    """A bar."""
    size = f'width="{max(width, 0):.1f}" height="{max(height, 0):.1f}"'
    return Markup(f'<rect class="{role}" x="{x:.1f}" y="{y:.1f}" {size}/>')  # noqa: S704 - numbers and our own words


def line(x1: float, y1: float, x2: float, y2: float, role: str) -> Markup:
    """A straight line."""
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return Markup(f'<line class="{role}" {ends}/>')  # noqa: S704 - numbers and our own words


def text(x: float, y: float, words: str, role: str = "") -> Markup:
    """Words."""
    return Markup(f'<text class="{role}" x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>')  # noqa: S704 - escaped


def dot(x: float, y: float, radius: float, role: str = "dot") -> Markup:
    """A dot."""
    return Markup(f'<circle class="{role}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}"/>')  # noqa: S704 - numbers


def path(points: Iterable[tuple[float, float]], role: str, *, closed: bool = False) -> Markup:
    """A line through points, or the area inside it."""
    way = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return Markup(f'<path class="{role}" d="M{way}{"z" if closed else ""}"/>')  # noqa: S704 - numbers


def picture(width: float, height: float, marks: Iterable[Markup], label: str, role: str = "") -> Markup:
    """A drawing of its own size, with a sentence for whoever cannot see it."""
    size = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
    named = f'role="img" aria-label="{escape(label)}"'
    return Markup(f'<svg class="{role}" {size} {named}>{"".join(marks)}</svg>')  # noqa: S704 - marks, and escaped
