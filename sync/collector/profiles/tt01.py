"""TT01: the points of Circular 01/2018/TT-VPCP, of which a kiosk can give three indicators of nine. Pure."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from kiosk.base.resources import resource
from kiosk.domain.numbers.measures import round_half_up

INDICATORS = 9
POINTS_MAX = 2


class Indicator(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An indicator of the circular that a kiosk can ask about."""

    id: int
    question: str
    name: dict[str, str]


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a sum of points is called."""

    least: Decimal = msgspec.field(name="from")
    name: dict[str, str]


class Rated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By which indicators a unit or a staff member is rated, and how."""

    uses: tuple[int, ...]
    band: tuple[Band, ...]
    """By the sum of all these indicators, the highest first; a part of them is never rescaled."""


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rule as its file has it."""

    id: str
    survey: str
    label: dict[str, str]
    indicator: tuple[Indicator, ...]
    unit: Rated
    staff: Rated


def load_profile() -> Profile:
    """The shipped rule."""
    table: dict[str, Any] = tomllib.loads(resource("config", "profiles", "tt01-2018.toml").read_text("utf-8"))
    return msgspec.convert(table, Profile)


def score(points: int, dossiers: int) -> Decimal | None:
    """An indicator: the mean of its dossiers' points, to one decimal, half up; None without any."""
    return round_half_up(Decimal(points) / dossiers, 1) if dossiers else None


def points_of(levels: Mapping[int, int]) -> int:
    """The points that ratings give: 0 for the lowest of three levels, 2 for the highest."""
    return sum((level - 1) * n for level, n in levels.items())
