"""Rules of settings: what a value must keep beyond its type. Each gives the value back, or raises Unfit."""

from collections.abc import Callable, Iterable
from typing import NewType, Protocol, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kiosk.domain.office_calendar import named_twice

N = TypeVar("N", int, float)
DayOff = NewType("DayOff", str)
"""A kind of setting: a day such as 2026-02-17, or 09-02 for every year."""
DayWorked = NewType("DayWorked", str)
"""A kind of setting: a day that is worked, such as 2026-08-22, or "2026-08-22 as mon" with a Monday's hours."""


class Unfit(ValueError):
    """A value that a setting does not take; ``message`` is its sentence's id, which may also show the ``{input}``."""

    def __init__(self, message: str, /, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.values = values


def between(least: N, most: N) -> Callable[[N], N]:
    """The rule of a number with bounds."""

    def bounded(value: N) -> N:
        # "not … >=" rather than "<": TOML knows nan, which is neither.
        if not value >= least:
            raise Unfit("must be at least {ge}, not {input!r}", ge=least)
        if not value <= most:
            raise Unfit("must be at most {le}, not {input!r}", le=most)
        return value

    return bounded


def secret(text: str) -> str:
    """The rule of what nobody else may read: it is masked wherever settings are shown.

    The key ``x`` with this rule may stand in a file of its own, which the key ``x_file`` names.
    """
    return text


def known_zone(name: str) -> str:
    """The rule of a time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Unfit("is no known time zone; take one such as Asia/Ho_Chi_Minh") from error
    return name


def web_address(url: str) -> str:
    """The rule of an address that others begin with, or of none; a slash at its end is taken off."""
    if url and not _begins_others(url):
        raise Unfit("must be a web address such as https://danhgia.example.gov.vn, not {input!r}")
    return url.rstrip("/")


def private_address(url: str) -> str:
    """The rule of an address to which ratings are sent: nobody may listen on the way."""
    url = web_address(url)
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise Unfit("must begin with https:// (plain http:// is taken for this machine only)")
    return url


def _begins_others(url: str) -> bool:
    try:
        parts = urlsplit(url)
        usable = parts.hostname and parts.port != 0
    except ValueError:
        return False
    return bool(usable) and parts.scheme in ("http", "https") and not parts.query and not parts.fragment


class NamesDays(Protocol):
    """A section that names days off and days worked."""

    @property
    def holidays(self) -> Iterable[str]: ...
    @property
    def worked(self) -> Iterable[str]: ...


D = TypeVar("D", bound=NamesDays)


def each_day_once(section: D) -> D:
    """The rule of days: none is off and worked at once."""
    if twice := named_twice(section.holidays, section.worked):
        raise Unfit("{day} is named as a day off and as a worked day; take it out of one of them", day=twice[0])
    return section
