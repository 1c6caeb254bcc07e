"""SVG: marks with classes and never a style, so that the strict policy holds and themes recolour them."""

from collections.abc import Iterable

from markupsafe import Markup, escape


def rect(x: float, y: float, width: float, height: float, role: str) -> Markup:
    """A bar."""
    return Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
        role, x, y, max(width, 0), max(height, 0)
    )


def line(x1: float, y1: float, x2: float, y2: float, role: str) -> Markup:
    """A straight line."""
    return Markup('<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>').format(role, x1, y1, x2, y2)


def text(x: float, y: float, words: str, role: str = "") -> Markup:
    """Words."""
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}">{}</text>').format(role, x, y, words)


def dot(x: float, y: float, radius: float, role: str = "dot") -> Markup:
    """A dot."""
    return Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{}"/>').format(role, x, y, radius)


def path(points: Iterable[tuple[float, float]], role: str, *, closed: bool = False) -> Markup:
    """A line through points, or the area inside it."""
    way = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return Markup('<path class="{}" d="M{}{}"/>').format(role, way, "z" if closed else "")


def picture(width: float, height: float, marks: Iterable[Markup], label: str, role: str = "") -> Markup:
    """A drawing of its own size, with a sentence for whoever cannot see it."""
    body = Markup("").join(marks)
    return Markup(
        '<svg class="{}" viewBox="0 0 {:.0f} {:.0f}" width="{:.0f}" height="{:.0f}" role="img" aria-label="{}">{}</svg>'
    ).format(role, width, height, width, height, escape(label), body)
