"""Area: a rectangle that is cut into pieces, the way one lays out a page by hand.

Pixels; y grows upwards, as Kivy has it. Cutting takes a piece away from the area.
"""

from dataclasses import dataclass


@dataclass(slots=True)
class Area:
    """A rectangle still free."""

    x: float
    y: float
    width: float
    height: float

    @property
    def top(self) -> float:
        """The upper edge."""
        return self.y + self.height

    def cut_top(self, height: float, gap: float = 0.0) -> "Area":
        """Take a strip off the top; the gap under it is lost."""
        piece = Area(self.x, self.top - height, self.width, height)
        self.height -= height + gap
        return piece

    def cut_bottom(self, height: float, gap: float = 0.0) -> "Area":
        """Take a strip off the bottom; the gap over it is lost."""
        piece = Area(self.x, self.y, self.width, height)
        self.y += height + gap
        self.height -= height + gap
        return piece

    def cut_left(self, width: float, gap: float = 0.0) -> "Area":
        """Take a strip off the left; the gap beside it is lost."""
        piece = Area(self.x, self.y, width, self.height)
        self.x += width + gap
        self.width -= width + gap
        return piece

    def cut_right(self, width: float, gap: float = 0.0) -> "Area":
        """Take a strip off the right; the gap beside it is lost."""
        piece = Area(self.x + self.width - width, self.y, width, self.height)
        self.width -= width + gap
        return piece

    def inset(self, across: float, down: float = 0.0) -> "Area":
        """What is left inside margins."""
        return Area(self.x + across, self.y + down, self.width - 2 * across, self.height - 2 * down)

    def middle(self, width: float, height: float) -> "Area":
        """A piece of this size in the middle."""
        return Area(self.x + (self.width - width) / 2, self.y + (self.height - height) / 2, width, height)

    def grid(self, columns: int, rows: int, gap: float) -> list["Area"]:
        """Equal cells, left to right and top to bottom."""
        width = (self.width - gap * (columns - 1)) / columns
        height = (self.height - gap * (rows - 1)) / rows
        return [
            Area(self.x + column * (width + gap), self.top - height - row * (height + gap), width, height)
            for row in range(rows)
            for column in range(columns)
        ]
