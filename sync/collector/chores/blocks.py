"""Blocks: judges journals as their lines come, and once all of those from before blocks were kept."""

import structlog

from sync.collector.replica.blocks.filling import fill
from sync.collector.replica.blocks.judging import Surveys
from sync.collector.store.writer import Transact

_log = structlog.get_logger("collector.blocks")


class JudgeJournals:
    """One collector's rounds; a journal that could not be judged is tried again after the next start."""

    def __init__(self, surveys: Surveys, transact: Transact) -> None:
        self._surveys, self._transact = surveys, transact
        self._failed: set[str] = set()

    def run_round(self) -> None:
        """Judge all that is due; it may be broken off at any time, and goes on where it stood."""
        self._failed.update(fill(self._transact, self._surveys, _tell, apart=self._failed))


def _tell(done: int, of: int) -> None:
    _log.info("journals judged", done=done, of=of)
