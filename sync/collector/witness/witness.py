"""Witness: cosigns a log's next checkpoint if it holds all that the last one held, and keeps it before it says so."""

import re
from collections.abc import Callable

from filelock import Timeout

from sync.collector.witness.asked import Answer, Asked, NotCosigned
from sync.collector.witness.kept import WitnessFiles
from sync.protocol.tlog.errors import NoteWrong
from sync.protocol.tlog.note import Note

_PLACE = re.compile("[0-9a-f]{64}")


class Witness:
    """One witness at work; its calls may come from many threads at once."""

    def __init__(self, files: WitnessFiles, now: Callable[[], int]) -> None:
        """``now`` tells seconds since 1970. Raises UsageWrong where there is no key."""
        self._files = files
        self._cosigner = files.cosigner()
        self._now = now

    def add_checkpoint(self, body: bytes) -> Answer:
        """The cosignature on what was asked, once it is kept, or why there is none."""
        try:
            return self._add(Asked.parse(body))
        except NotCosigned as refused:
            return refused.answer
        except Timeout:
            return Answer(503, "too many ask for this log at once; ask again\n")

    def checkpoint(self, place: str) -> Answer:
        """The newest checkpoint cosigned of the log whose origin has this SHA-256, in hex."""
        note = self._files.note_at(place) if _PLACE.fullmatch(place) else None
        return Answer(404, "no checkpoint of that log was cosigned\n") if note is None else Answer(200, note.format())

    def _add(self, asked: Asked) -> Answer:
        origin = asked.checkpoint.origin
        if not self._files.keys(origin):
            raise NotCosigned(404, "this log is not watched here")
        # Judged and kept as one: of two that ask at once, the second is held to what the first has left.
        with self._files.locked(origin):
            signed = self._signed(asked)
            asked.require_follows(self._files.checkpoint(origin))
            line = self._cosigner.cosign(asked.note.text, self._now())
            self._files.keep(origin, Note.of(asked.note.text, *signed, line))
        return Answer(200, line)

    def _signed(self, asked: Asked) -> list[str]:
        """The signature lines of the log's own keys; raises NotCosigned (403) where none holds."""
        try:
            held = asked.note.verified_by(self._files.keys(asked.checkpoint.origin))
        except NoteWrong as error:
            raise NotCosigned(403, str(error)) from error
        if not held:
            raise NotCosigned(403, "the checkpoint is not signed by a key of its log")
        known = {(one.verifier.name, one.verifier.key_id) for one in held}
        return [one.line for one in asked.note.signatures if (one.name, one.key_id) in known]
