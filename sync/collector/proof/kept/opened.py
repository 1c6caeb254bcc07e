"""Opened: which older journal a journal continues, as its first entry says."""

from typing import Any

from sqlalchemy import Row

from kiosk.journal.lines import OpenedLine
from sync.collector.proof.wrong import What, Wrong
from sync.collector.replica.aside import JOURNAL_ID


def check_opened(row: Row[Any], said: OpenedLine | None) -> None:
    """Hold what is kept of the older journal to the first entry, as far as that was read; raises Wrong."""
    kept: tuple[Any, Any, Any] = (row.continues, row.continues_why, row.continues_seq)
    wanted: tuple[Any, Any, Any] = (None, None, None)
    if said is not None and said.continues is not None and JOURNAL_ID.fullmatch(said.continues):
        why = row.continues_why or ""
        # Of why it does the beginning is kept.
        is_same = (said.why or "").startswith(why) and bool(why) is bool(said.why)
        wanted = (said.continues, row.continues_why if is_same else said.why, said.continues_seq)
    if kept != wanted:
        raise Wrong(What.CONTINUED_CHANGED)
