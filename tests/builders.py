"""Builders: the ordinary thing in one call, so that a test names only what it is about."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kiosk.domain.instant import Instant
from kiosk.domain.visit.rating import Rating, Standing

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=ZONE)
BOOT = "6a5f1b1e-0d5c-4f5e-9c57-0f3a3a0c5b11"


class FrozenClock:
    """A clock that moves only when told to; each reading is one microsecond later, as the real one promises."""

    def __init__(self, wall: datetime = MORNING, mono_us: int = 1_000_000_000, boot: str = BOOT) -> None:
        self.wall = wall
        self.mono_us = mono_us
        self.boot = boot

    def now(self) -> Instant:
        self.mono_us += 1
        return Instant(self.wall, self.mono_us, self.boot)

    def advance(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.mono_us += round(seconds * 1_000_000)


def make_rating(clock: FrozenClock, level: int = 4, **others: object) -> Rating:
    fields = {"survey": "sipas-5@1", "question": "overall", "standing": Standing.COUNTED, **others}
    return Rating(clock.now(), level=level, **fields)  # type: ignore[arg-type]
