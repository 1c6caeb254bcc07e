"""Looked: what the page Today said when somebody last looked, as small as an address can carry it. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime

from kiosk.base.texts import Texts

_WRITTEN = re.compile(r"([0-9a-f]{16})\.(\d{8})\.(\d{2})(\d{2})\.(\d{1,9})\.(\d{1,9})\.(\d{1,6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the page: by which mark it is known, when it was, and the three numbers that a reader watches."""

    mark: str
    day: str
    time: str
    n: int
    aside: int
    silent: int

    @classmethod
    def now(cls, mark: str, moment: datetime, n: int, aside: int, silent: int) -> "Look":
        """A look at a local moment."""
        return cls(mark, f"{moment:%Y%m%d}", f"{moment:%H:%M}", n, aside, silent)

    @classmethod
    def read(cls, code: str) -> "Look | None":
        """The look that an address carries; None where it carries none."""
        found = _WRITTEN.fullmatch(code)
        if found is None:
            return None
        mark, day, hour, minute, *numbers = found.groups()
        return cls(mark, day, f"{hour}:{minute}", *map(int, numbers))

    @property
    def code(self) -> str:
        """As an address carries it."""
        return f"{self.mark}.{self.day}.{self.time.replace(':', '')}.{self.n}.{self.aside}.{self.silent}"

    def changed_since(self, before: "Look", t: Texts) -> str:
        """What changed between two looks of one day, for people; empty where nothing did, or another day began."""
        if self.mark == before.mark or self.day != before.day:
            return ""
        each = [
            t("{what} {before} → {now}", what=what, before=t.number(then), now=t.number(now))
            for what, then, now in (
                (t("ratings counted"), before.n, self.n),
                (t("set aside"), before.aside, self.aside),
                (t("silent kiosks"), before.silent, self.silent),
            )
            if then != now
        ]
        said = "; ".join(each) or t("single counters")
        return t("Changed since {time}: {what}.", time=before.time, what=said)
