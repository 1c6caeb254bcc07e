"""Witnesses: asks those of other offices to cosign a checkpoint, and which one they know (c2sp.org/tlog-witness)."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sync.collector.settings.log import Witness
from sync.collector.transparency.elsewhere.call import Answer, Caller, NoAnswer
from sync.protocol.tlog.errors import LogWrong
from sync.protocol.tlog.note import Note, Signature, read_signatures

TRIES = 3
"""A witness whose checkpoint is another than we thought says which: then it is asked once more from there."""

Prove = Callable[[int], Sequence[bytes]]
"""The proof that a tree of so many leaves is the beginning of the one to be cosigned."""


class NotCosigned(Exception):
    """A witness did not cosign; ``str()`` says why."""


class KnowsMore(NotCosigned):
    """A witness has cosigned a larger checkpoint of this log than we show it."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks one witness."""

    witness: Witness
    caller: Caller

    def known(self, origin: str) -> str | None:
        """The note of the checkpoint that it cosigned last, of which nothing is believed; None where it has none.

        Raises NoAnswer.
        """
        place = sha256(origin.encode()).hexdigest()
        answer = self.caller.get(f"{self.witness.url}/{place}/checkpoint")
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise NoAnswer(f"it answered {answer.status}")
        return _text(answer.body)

    def cosign(self, note: Note, size: int, since: int, prove: Prove) -> Signature:
        """Its cosignature of a checkpoint of ``size`` leaves, which it is thought to know up to ``since``.

        Raises NoAnswer or NotCosigned.
        """
        for _ in range(TRIES):
            proof = "".join(f"{base64.b64encode(one).decode()}\n" for one in prove(since)) if since else ""
            answer = self._ask(f"old {since}\n{proof}\n{note.format()}")
            if answer.status == 200:
                return self._cosignature(note, _text(answer.body))
            if answer.status >= 500:
                raise NoAnswer(f"it answered {answer.status}")
            if answer.status != 409:
                raise NotCosigned(f"it answered {answer.status}: {answer.body[:200].decode(errors='replace').strip()}")
            since = _size(answer.body)
            if since > size:
                raise KnowsMore(f"it has cosigned {since} leaves, and is shown {size}")
        raise NotCosigned("it names another size each time")

    def _ask(self, body: str) -> Answer:
        return self.caller.post(f"{self.witness.url}/add-checkpoint", body.encode())

    def _cosignature(self, note: Note, lines: str) -> Signature:
        """Its own line among those it answered, once it holds."""
        verifier = self.witness.verifier
        try:
            own = [one for one in read_signatures(lines) if (one.name, one.key_id) == (verifier.name, verifier.key_id)]
            for one in own:
                verifier.verify(note.text, one.signature)
        except LogWrong as error:
            raise NotCosigned(str(error)) from error
        if not own:
            raise NotCosigned("its answer holds no signature by its key")
        return own[0]


def with_line(note: Note, line: Signature) -> Note:
    """The note with one more cosignature, in place of an earlier one of that key."""
    others = tuple(one for one in note.signatures if (one.name, one.key_id) != (line.name, line.key_id))
    return Note(note.text, (*others, line))


def _size(body: bytes) -> int:
    text = body.decode("ascii", "replace").strip()
    if not text.isascii() or not text.isdigit() or len(text) > 19:
        raise NotCosigned("it names no size")
    return int(text)


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NoAnswer("its answer is no text") from error
