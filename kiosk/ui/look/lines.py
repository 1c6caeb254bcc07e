"""Lines: breaks a text so that its lines are about equally long.

A break falls between words only; a no-break space (U+00A0) holds a Vietnamese
compound together.
"""

from collections.abc import Callable, Iterator


def break_lines(text: str, width: float, measure: Callable[[str], float], balanced: bool = True) -> list[str]:
    """The fewest lines that fit into ``width`` and, if balanced, the narrowest block of that many lines.

    A word wider than ``width`` stands alone and sticks out: see ``widest``.
    """
    return [line for part in text.split("\n") for line in _break_part(part, width, measure, balanced)]


def widest(lines: list[str], measure: Callable[[str], float]) -> float:
    """The width of the block."""
    return max((measure(line) for line in lines), default=0.0)


def _break_part(text: str, width: float, measure: Callable[[str], float], balanced: bool) -> list[str]:
    words = [(word, measure(word)) for word in text.split(" ") if word]
    space = measure(" ")
    lines = list(_fill(words, space, width))
    if balanced and len(lines) > 1:
        low, high = max(size for _, size in words), width
        while high - low > 1.0:
            tried = (low + high) / 2
            if len(list(_fill(words, space, tried))) == len(lines):
                high = tried
            else:
                low = tried
        lines = list(_fill(words, space, high))
    return lines or [""]


def _fill(words: list[tuple[str, float]], space: float, width: float) -> Iterator[str]:
    line: list[str] = []
    used = 0.0
    for word, size in words:
        if line and used + space + size > width:
            yield " ".join(line)
            line, used = [], 0.0
        used += (space if line else 0.0) + size
        line.append(word)
    if line:
        yield " ".join(line)
