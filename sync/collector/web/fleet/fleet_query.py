"""Fleet query: which kiosks an address asks for; the same for the page, the file and the links in alerts."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from sync.collector.fleet.kiosks.faults import Fault
from sync.collector.fleet.kiosks.roll import Kiosk
from sync.collector.fleet.kiosks.words import FAULTS
from sync.collector.store.search import is_found
from sync.collector.web.shared.query import Query, page_of, said_as

TEXT_MAX = 100
BY_UNIT = "don-vi"
"""As an address asks for the units instead of their kiosks."""
PICTURES = "man-hinh"
"""As an address asks for what the kiosks' screens showed."""
PER_PAGE, PICTURES_PER_PAGE = 50, 24
"""Kiosks on one page: a list's, and pictures of some 40 kB each."""
STATES: dict[str, Callable[[Kiosk], bool]] = {
    "cho-gui": lambda kiosk: bool(kiosk.status.get("pending")),
    "chua-lien-lac": lambda kiosk: kiosk.heard_at is None,
    "so-re-nhanh": lambda kiosk: kiosk.journal_state == "forked",
    "so-hong": lambda kiosk: kiosk.journal_state == "damaged",
    "so-noi-tiep": lambda kiosk: kiosk.journal_state == "continued",
    "quay-can-xem": lambda kiosk: bool(kiosk.unseen_grants),
    "da-biet": lambda kiosk: bool(kiosk.known),
}
"""What a kiosk may be like besides its faults, as an address writes it."""
NONE = "-"
"""The value in an address for a kiosk without a ring, or without a known version."""


@dataclass(frozen=True, slots=True)
class FleetQuery(Query):
    """Which kiosks are wanted."""

    state: str = said_as("loi")
    """A fault or another state."""
    unit: str = said_as("dv")
    """A unit's code; everything below the unit is wanted too."""
    version: str = said_as("pb")
    ring: str = said_as("vong")
    sought: str = said_as("tim")
    view: str = said_as("xem")
    page: int = said_as("trang", 1)

    @property
    def by_unit(self) -> bool:
        """Whether the units are wanted instead of their kiosks."""
        return self.view == BY_UNIT

    @property
    def of_pictures(self) -> bool:
        """Whether pictures of the screens are wanted."""
        return self.view == PICTURES

    @property
    def per_page(self) -> int:
        """How many kiosks a page of them has."""
        return PICTURES_PER_PAGE if self.of_pictures else PER_PAGE

    def on_page(self, kiosks: Sequence[Kiosk]) -> Sequence[Kiosk]:
        """Those among the found ones that the wanted page has."""
        return kiosks[(self.page - 1) * self.per_page : self.page * self.per_page]

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """The query of an address; impossible values are ignored."""
        state = query.get("loi", "")
        unit, version, ring, sought = (query.get(key, "").strip()[:TEXT_MAX] for key in ("dv", "pb", "vong", "tim"))
        state = state if state in FAULTS or state in STATES else ""
        view = query.get("xem", "")
        view = view if view in (BY_UNIT, PICTURES) else ""
        return cls(state, unit, version, ring, sought, view, page_of(query.get("trang", "")))

    def narrow(self, kiosks: Sequence[Kiosk]) -> list[Kiosk]:
        """The kiosks among these that are asked for."""
        return [kiosk for kiosk in self.narrow_but_for_state(kiosks) if _is(kiosk, self.state)]

    def narrow_but_for_state(self, kiosks: Sequence[Kiosk]) -> list[Kiosk]:
        """As :meth:`narrow`, but in any state: the kiosks that the counts beside each state count."""
        return [
            kiosk
            for kiosk in kiosks
            if (not self.unit or self.unit in kiosk.path.split("/"))
            and (not self.version or (kiosk.software or NONE) == self.version)
            and (not self.ring or (kiosk.ring or NONE) == self.ring)
            and is_found(self.sought, _texts(kiosk))
        ]


@dataclass(frozen=True, slots=True)
class UnitRow:
    """The kiosks of one unit."""

    code: str
    name: str
    kiosks: Sequence[Kiosk]
    counts: Mapping[str, int]

    @property
    def waiting(self) -> int:
        """How many entries the unit's kiosks said they have not sent yet."""
        return sum(kiosk.status.get("pending") or 0 for kiosk in self.kiosks)

    @property
    def longest_unheard(self) -> Kiosk | None:
        """The kiosk that was heard from the longest ago."""
        heard = [kiosk for kiosk in self.kiosks if kiosk.heard_at and not kiosk.revoked_at]
        return min(heard, key=lambda kiosk: str(kiosk.heard_at), default=None)


def count_states(kiosks: Sequence[Kiosk]) -> Counter[str]:
    """How many there are in each state, by its name in an address."""
    keys = {fault: key for key, fault in FAULTS.items()}
    found = Counter(keys[fault] for kiosk in kiosks for fault in kiosk.faults)
    living = [kiosk for kiosk in kiosks if not kiosk.revoked_at]
    found.update({key: sum(map(holds, living)) for key, holds in STATES.items()})
    return found


def by_unit(kiosks: Sequence[Kiosk]) -> list[UnitRow]:
    """The kiosks of each unit with its counts, as the tree goes."""
    groups: dict[str, list[Kiosk]] = {}
    for kiosk in sorted(kiosks, key=lambda one: one.path):
        groups.setdefault(kiosk.unit, []).append(kiosk)
    return [UnitRow(code, group[0].unit_name, group, count_states(group)) for code, group in groups.items()]


def _is(kiosk: Kiosk, state: str) -> bool:
    if not state:
        return True
    fault: Fault | None = FAULTS.get(state)
    return fault in kiosk.faults if fault else not kiosk.revoked_at and STATES[state](kiosk)


def _texts(kiosk: Kiosk) -> tuple[str, ...]:
    return kiosk.device_id, kiosk.counter, kiosk.counter_name, kiosk.unit, kiosk.unit_name, kiosk.software
