"""Refusal: what a disk's or a database's error means for whoever wants something kept."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError

from kiosk.journal.errors import JournalDamaged, JournalUnwritable
from kiosk.journal.reader import translated


def refused(error: DatabaseError) -> JournalUnwritable | JournalDamaged:
    """What a writer's database error means."""
    described = translated(error)
    if isinstance(described, JournalDamaged):
        return described
    return JournalUnwritable("the disk refuses ({why})", why=error.orig)


@contextmanager
def telling_refusals() -> Iterator[None]:
    """Turn the errors of disk and database within the block into JournalUnwritable or JournalDamaged."""
    try:
        yield
    except DatabaseError as error:
        raise refused(error) from error
    except OSError as error:
        raise JournalUnwritable("the disk refuses ({why})", why=error.strerror) from error
