"""Settings of the transparency log: where it lies, what it is called, who witnesses it and who mirrors it."""

from pathlib import Path
from typing import Annotated

from kiosk.base.settings.reading import Section
from kiosk.base.settings.rules import Unfit, between, web_address
from sync.protocol.tlog.errors import NoteWrong
from sync.protocol.tlog.note import COSIGNATURE, Verifier


def origin_name(name: str) -> str:
    """The rule of a log's name, or of none: what a key may be called in a signed note."""
    if "+" in name or any(sign.isspace() or not sign.isprintable() for sign in name):
        raise Unfit("must be a name such as danhgia.example.gov.vn/log, not {input!r}")
    return name


def witness_key(vkey: str) -> str:
    """The rule of a witness' key."""
    try:
        is_fit = Verifier.from_text(vkey).kind == COSIGNATURE
    except NoteWrong:
        is_fit = False
    if not is_fit:
        raise Unfit("must be a witness' key as its operator handed it out, name+number+key, not {input!r}")
    return vkey


class Witness(Section, frozen=True):
    """Somebody else's witness: its key, and where it is asked."""

    vkey: Annotated[str, witness_key]
    url: Annotated[str, web_address]

    @property
    def verifier(self) -> Verifier:
        """By which its cosignatures are known."""
        return Verifier.from_text(self.vkey)


def different(witnesses: tuple[Witness, ...]) -> tuple[Witness, ...]:
    """The rule of witnesses: one that is named twice would count as two."""
    if len({one.verifier.public_key for one in witnesses}) < len(witnesses):
        raise Unfit("names a witness twice")
    return witnesses


class Log(Section, frozen=True):
    """The log to which every day's state of the journals and every closed report is committed."""

    keep: bool = True
    directory: Path | None = None
    key_file: Path | None = None
    name: Annotated[str, origin_name] = ""
    witnesses: Annotated[tuple[Witness, ...], different] = ()
    quorum: Annotated[int, between(0, 32)] = 0
    mirrors: tuple[str, ...] = ()
    ca_file: Path | None = None

    @property
    def needed(self) -> int:
        """So many witnesses must cosign before a checkpoint is published: ``quorum``, or one where any is named."""
        return min(len(self.witnesses), self.quorum or 1)

    @property
    def needed_to_sign(self) -> int:
        """So many witnesses must say what they know before anything is signed.

        Among any so many is one of those that cosigned what was published last.
        """
        return len(self.witnesses) - self.needed + 1 if self.witnesses else 0
