"""Acknowledgement: the file that goes back to kiosks without a network, and what it says."""

from typing import Annotated, Any

import msgspec

from kiosk.journal.chain import Cursor
from sync.protocol.messages import EnrolmentAnswer, Hash, JournalId, PublicKey


class AcknowledgedJournal(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far the collector's copy of one journal reaches."""

    journal_id: JournalId
    next: Annotated[int, msgspec.Meta(ge=1)]
    head: Hash
    leaf: Any = None
    """A ``LogLeaf``, its newest one below ``Acknowledgement.log``; read apart, so that its faults are its own."""

    def cursor(self) -> Cursor:
        """The cursor as the journal knows it."""
        return Cursor(self.next, bytes.fromhex(self.head))


class AcknowledgedKiosk(msgspec.Struct, frozen=True):
    """A kiosk, known by its key, and what the collector has of it."""

    public_key: PublicKey
    enrolment: EnrolmentAnswer
    journals: list[AcknowledgedJournal] = []


class Acknowledgement(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="hailong", tag="acknowledgement"):
    """The file that goes back to kiosks without a network."""

    version: int
    kiosks: list[AcknowledgedKiosk]
    log: Any = None
    """A ``CarriedLog``, where the collector keeps a log; never the keys by which a kiosk knows it."""
