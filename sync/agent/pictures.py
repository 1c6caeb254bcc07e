"""Pictures: brings what the screen laid beside the journal, at a moment that says nothing of who was there.

The screen makes a picture when nobody is at it, so one that was made late would tell that somebody was. It goes out
with the first status that comes 40 s or more after it was asked for: a visit of the usual length delays nothing.
"""

from contextlib import suppress
from pathlib import Path

import structlog

from kiosk.domain.instant import Clock
from kiosk.office.picture import PICTURE_BYTES_MAX, PICTURE_FILE
from sync.agent.errors import DeliveryError, RequestRefused
from sync.agent.upload import ReportedCollector

BROUGHT_AFTER_S = 40.0
TOO_OLD_S = 600.0
"""A picture is to show what the screen shows now: after so long it is let go."""

_log = structlog.get_logger("agent")


class Pictures:
    """The one picture that waits, if any."""

    def __init__(self, directory: Path, clock: Clock) -> None:
        self._file, self._clock = directory / PICTURE_FILE, clock
        self._asked_us: int | None = None
        """When the screen was asked last, by this process."""

    def note_asked(self) -> None:
        """The screen is about to be asked for a picture; one that was made before is another question's."""
        self._asked_us = self._clock.now().mono_us
        self._forget()

    def bring(self, collector: ReportedCollector) -> None:
        """Bring the picture if there is one and it is time; what fails is tried again with a later status."""
        # Asked for by an agent before this one: nobody knows any more when.
        waited_s = TOO_OLD_S if self._asked_us is None else (self._clock.now().mono_us - self._asked_us) / 1_000_000
        if waited_s >= TOO_OLD_S:
            self._forget()
        elif waited_s >= BROUGHT_AFTER_S and (png := self._read()) is not None:
            self._show(collector, png)

    def _show(self, collector: ReportedCollector, png: bytes) -> None:
        try:
            collector.show(png)
        except RequestRefused as error:
            _log.warning("picture_refused", detail=str(error))
        except DeliveryError as error:
            _log.warning("picture_not_brought", detail=str(error))
            return
        self._forget()

    def _forget(self) -> None:
        # A disk that lets nothing go must not keep ratings waiting.
        with suppress(OSError):
            self._file.unlink()

    def _read(self) -> bytes | None:
        try:
            with self._file.open("rb") as file:
                png = file.read(PICTURE_BYTES_MAX + 1)
        except OSError:
            return None
        return png if len(png) <= PICTURE_BYTES_MAX else None
