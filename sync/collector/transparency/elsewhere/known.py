"""Known: holds what lies here to every checkpoint of this log that anybody can show, before anything is signed.

A log that was restored from a backup is smaller than what others have seen of it. To sign on from there would be a
second story under one name, which is what a log must never tell.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import structlog

from sync.collector.settings.log import Log, Witness
from sync.collector.transparency.disk.folder import Folder, Signed, open_own
from sync.collector.transparency.disk.names import Identity
from sync.collector.transparency.elsewhere.call import Caller, NoAnswer
from sync.collector.transparency.elsewhere.mirrors import Mirror
from sync.collector.transparency.elsewhere.witnesses import Asking
from sync.collector.transparency.errors import LogBehind, LogDamaged, LogForked, LogUnsure
from sync.collector.transparency.witnessing import Answered, Outcome
from sync.protocol.tlog.errors import NoteWrong

_log = structlog.get_logger("collector.log")


class Claim(NamedTuple):
    """A checkpoint of this log that somebody showed."""

    who: str
    signed: Signed


class Heard(NamedTuple):
    """What witnesses, mirrors and kiosks said of the log."""

    claims: list[Claim]
    sizes: dict[str, int]
    """By witness' key, the size that it has cosigned, 0 where it knows nothing of the log.

    One that did not answer is not in it.
    """
    answers: dict[str, Answered]
    """By witness' key, how it ended to ask it."""

    @property
    def newest(self) -> Claim | None:
        """The largest that was shown."""
        return max(self.claims, key=lambda claim: claim.signed.checkpoint.size, default=None)


@dataclass(frozen=True, slots=True)
class Others:
    """Everybody who may know the log."""

    settings: Log
    folder: Folder
    keys: Identity

    @property
    def caller(self) -> Caller:
        """By which they are called."""
        return Caller(self.settings.ca_file)

    @property
    def witnesses(self) -> list[Asking]:
        """The witnesses of the settings."""
        return [Asking(one, self.caller) for one in self.settings.witnesses]

    @property
    def mirrors(self) -> list[Mirror]:
        """The mirrors of the settings."""
        return [Mirror(one, self.caller) for one in self.settings.mirrors]

    def hear(self) -> Heard:
        """Ask everybody."""
        shown = self.folder.shown(self.keys)
        claims = [] if shown is None else [Claim("kiosk", shown)]
        claims += self._mirrored()
        heard = Heard(claims, {}, {})
        for asking in self.witnesses:
            name, vkey = asking.witness.verifier.name, asking.witness.vkey
            try:
                text = asking.known(self.keys.origin)
                claim = None if text is None else Claim(name, open_own(text, self.keys))
            except (NoAnswer, NoteWrong) as error:
                outcome = Outcome.SILENT if isinstance(error, NoAnswer) else Outcome.STRANGE
                heard.answers[vkey] = Answered(outcome, detail=str(error))
                _log.warning("witness did not say what it knows", witness=name, why=str(error))
                continue
            heard.sizes[vkey] = 0 if claim is None else claim.signed.checkpoint.size
            heard.answers[vkey] = Answered(Outcome.KNOWS, heard.sizes[vkey])
            claims += [claim] if claim else []
        return heard

    def _mirrored(self) -> Iterator[Claim]:
        for mirror in self.mirrors:
            try:
                text = mirror.checkpoint()
                if text is not None:
                    yield Claim(mirror.place, open_own(text, self.keys))
            except (NoAnswer, NoteWrong) as error:
                _log.warning("mirror did not say what it has", mirror=mirror.place, why=str(error))


def require_newest(here: Signed | None, folder: Folder, heard: Heard) -> None:
    """That what lies here is whole, and that nobody showed a checkpoint which does not lie on its way.

    Raises LogDamaged, LogBehind or LogForked.
    """
    size = 0 if here is None else here.checkpoint.size
    if here is not None and folder.tree.root(size) != here.checkpoint.root:
        raise LogDamaged("the log's tiles are damaged: {why}", why="their root is not the one that was signed")
    require_on_the_way(folder, size, heard.claims)


def require_on_the_way(folder: Folder, size: int, claims: Sequence[Claim]) -> None:
    """That every checkpoint shown is a beginning of the ``size`` leaves that lie here. See :func:`require_newest`."""
    for who, signed in claims:
        said = signed.checkpoint
        if said.size <= size and folder.tree.root(said.size, size) != said.root:
            raise LogForked("{who} holds another story of {size} leaves under this log's name", who=who, size=said.size)
    newest = max(claims, key=lambda claim: claim.signed.checkpoint.size, default=None)
    if newest is not None and newest.signed.checkpoint.size > size:
        raise LogBehind(
            "{who} knows {theirs} leaves of this log, and here are {size}: rebuild it with collector log rebuild, or "
            "begin another one with collector log restart",
            who=newest.who,
            theirs=newest.signed.checkpoint.size,
            size=size,
        )


def is_new_to(witness: Witness, here: Signed | None) -> bool:
    """Whether a witness that knows nothing of the log may simply be new to it: what lies here has no line of its."""
    mine = (witness.verifier.name, witness.verifier.key_id)
    return here is None or mine not in {(line.name, line.key_id) for line in here.note.signatures}


def require_heard(settings: Log, heard: Heard, here: Signed | None, *, is_published: bool) -> None:
    """That enough witnesses answered to know whether a newer checkpoint exists. Raises LogUnsure.

    One that knows nothing of a log that it cosigned has forgotten, and of a log that is published it may have.
    """
    said = [one for one in settings.witnesses if one.vkey in heard.sizes]
    n = sum(heard.sizes[one.vkey] > 0 or (not is_published and is_new_to(one, here)) for one in said)
    if n < settings.needed_to_sign:
        raise LogUnsure(
            "{n} of the witnesses said what they know of the log, and {needed} must, to know that nothing newer was "
            "signed. One that is new to the log is shown it by collector log run",
            n=n,
            needed=settings.needed_to_sign,
        )
