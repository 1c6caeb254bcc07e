"""Upkeep: what the recorder does between presses, and the weekly look at the whole journal.

Pruning and forgetting run on the recorder's thread, one short transaction at a time; the
full check reads beside it, so that no press ever waits for it.
"""

import json
import logging
import os
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from kiosk.domain.instant import Clock
from kiosk.journal.errors import JournalError, JournalUnwritable
from kiosk.journal.journal import Journal
from kiosk.journal.prune import CHUNK_MAX
from kiosk.journal.reader import JournalReader
from kiosk.journal.recovery.acknowledged import acknowledged_by_collector, parted_from_collector
from kiosk.journal.tree import HeldTree
from kiosk.journal.upkeep.behind import start_behind
from kiosk.journal.upkeep.cuts import Checked
from kiosk.journal.upkeep.forgetting import forget_aside
from kiosk.journal.upkeep.verify import known_heads
from kiosk.journal.upkeep.whole import verify_whole

CHECK_EVERY = timedelta(days=7)

_log = logging.getLogger(__name__)


class Upkeep:
    """Keeps one journal small and checked."""

    def __init__(self, path: Path, clock: Clock, retention: timedelta, least: int = 0) -> None:
        """For the journal at ``path``; acknowledged entries older than ``retention`` are deleted.

        ``least`` raises the five counted ratings that a block has at least.
        """
        self._path = path
        self._clock = clock
        self._retention = retention
        self._least = least
        self._notes_changed_at: int | None = None
        self._checking: threading.Thread | None = None
        self._forgetting: threading.Thread | None = None
        self._is_forgotten_aside = False

    def tidy(self, journal: Journal) -> bool:
        """One short piece of work on the recorder's thread; whether there is more to do at once."""
        acknowledged = acknowledged_by_collector(self._path.parent, journal.id)
        try:
            pruned = journal.maintain(acknowledged, self._retention, self._clock.now())
        except JournalUnwritable as error:
            _log.warning("upkeep: %s", error)
            return False
        self._check_if_due()
        self._forget_aside_if_due()
        return pruned == CHUNK_MAX

    def cut(self, journal: Journal) -> bool:
        """A short piece of cutting on the recorder's thread, while no visit is under way; whether there is more."""
        try:
            return journal.cut(self._clock.now(), self._least)
        except Exception:  # noqa: BLE001 - whatever becomes of a cut, the thread must live: presses are kept by it
            _log.exception("the half day was not cut")
            return False

    def look(self, journal: Journal) -> None:
        """Continue the journal in a new one as soon as the agent found that the collector's copy took another course.

        On the recorder's thread, between two presses; it costs a stat while the agent's notes are as they were.
        """
        changed_at = _changed_at(self._path.with_name("agent.json"))
        if changed_at == self._notes_changed_at:
            return
        if parted_from_collector(self._path.parent, journal.id) is not None:
            try:
                journal.continue_parted(self._clock.now())
                self._is_forgotten_aside = False
            except JournalError as error:
                _log.error("the journal parted from the collector's copy and could not be continued: %s", error)
                return
        self._notes_changed_at = changed_at

    def _forget_aside_if_due(self) -> None:
        if self._is_forgotten_aside or not self._path.with_name("aside").is_dir():
            return
        if self._forgetting is None or not self._forgetting.is_alive():
            self._forgetting = start_behind(self._forget_aside, "forget aside")

    def _forget_aside(self) -> None:
        self._is_forgotten_aside = forget_aside(self._path)

    def _check_if_due(self) -> None:
        if self._checking is not None and self._checking.is_alive():
            return
        now = self._clock.now().wall
        checked_at = last_check(self._path).get("at")
        age = now - datetime.fromisoformat(checked_at) if checked_at else CHECK_EVERY
        # A clock that was set back must not put the check off for years.
        if timedelta(0) <= age < CHECK_EVERY:
            return
        self._checking = start_behind(lambda: check_whole(self._path, now), "full check")


def check_whole(path: Path, now: datetime) -> dict[str, Any]:
    """Check every page, every link of the chain and every cut; the result is logged, kept and returned."""
    cuts: dict[str, Any] = {}
    try:
        with JournalReader(path) as reader:
            damage = reader.integrity()
            fault, checked, tree = verify_whole(reader, known_heads(path, reader.id))
            cuts = _told(checked, tree) if damage is None and fault is None else {}
        found = damage or (f"entry {fault.seq} was {fault.wrong}" if fault else None)
    except JournalError as error:
        found = str(error)
    if found is not None:
        _log.error("full check of the journal: %s", found)
    result = {"at": now.isoformat(timespec="seconds"), "fault": found, **cuts}
    _keep(_result_path(path), result)
    return result


def _told(checked: Checked, tree: HeldTree) -> dict[str, Any]:
    for one in checked.faults:
        _log.error("full check of the journal: the cut in entry %d does not hold (%s)", one.seq, one.wrong)
    if tree.wrong_from is not None:
        _log.error("full check of the journal: the tree of cuts is not what the entries give at %d", tree.wrong_from)
    bad_tree = {} if tree.wrong_from is None else {"bad_tree": tree.wrong_from}
    return {"cuts": checked.n, "bad_cuts": [one.seq for one in checked.faults], **bad_tree}


def last_check(path: Path) -> dict[str, Any]:
    """The last full check's ``at``, ``fault``, ``cuts``, ``bad_cuts``, perhaps ``bad_tree``; empty before the first."""
    try:
        kept = json.loads(_result_path(path).read_bytes())
        datetime.fromisoformat(kept["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return dict(kept)


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _result_path(path: Path) -> Path:
    return path.with_suffix(".check")


def _keep(path: Path, result: dict[str, Any]) -> None:
    unfinished = path.with_suffix(".check.new")
    try:
        file = os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as writing:
            json.dump(result, writing)
        unfinished.replace(path)
    except OSError as error:
        _log.warning("the result of the full check could not be kept: %s", error.strerror)
