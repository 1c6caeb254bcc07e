"""Round: every check at once, each in a thread of its own; one that hangs is told and holds up nothing."""

import threading
import time
from collections.abc import Iterator, Sequence

from kiosk.base.texts import Texts
from kiosk.doctor.finding import Check, Finding, failing

SECONDS_MAX = 5.0
"""After so long the round ends, whatever still hangs: with the program's start it stays below ten seconds."""


def examine(checks: Sequence[Check], t: Texts, seconds_max: float = SECONDS_MAX) -> Iterator[Finding]:
    """The findings of all checks in their order; a hanging check, or a broken one, is a finding itself."""
    ends_at = time.monotonic() + seconds_max
    looks = [_Look(check) for check in checks]
    for look in looks:
        look.start()
    for look in looks:
        look.join(max(0.0, ends_at - time.monotonic()))
        yield from look.findings(t, seconds_max)


class _Look(threading.Thread):
    """One check under way. A daemon: the process may end while it hangs."""

    def __init__(self, check: Check) -> None:
        super().__init__(name=f"doctor {check.about}", daemon=True)
        self._check = check
        self._found: list[Finding] = []
        self._fault: Exception | None = None

    def run(self) -> None:
        try:
            for finding in self._check.look():
                self._found.append(finding)
        except Exception as fault:  # noqa: BLE001 - the edge of this thread: a broken check must not hide the others
            self._fault = fault

    def findings(self, t: Texts, seconds: float) -> list[Finding]:
        """What was found by now."""
        about, found = self._check.about, list(self._found)
        if self.is_alive():
            said = t("{about}: no answer within {n} s", about=about, n=t.number(round(seconds)))
            return [*found, failing(about, said, t("find out what hangs there: a disk, a network, a device"))]
        if self._fault is not None:
            said = t("{about}: could not be looked at ({why})", about=about, why=repr(self._fault))
            return [*found, failing(about, said, t("tell IT staff, with this line"))]
        return found
