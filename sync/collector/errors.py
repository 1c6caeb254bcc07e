"""What can be wrong at the collector, one class per next action.

    CollectorError
    ├── UsageWrong         the command names something that is not there: name another
    │   └── QuestionWrong  a parameter is not what the call takes: write it as the sentence says
    ├── NotAllowed         it is there, and this person or this moment does not allow the change: change what is asked
    ├── ChangedMeanwhile   somebody else decided about it since it was looked at: look at both, then send again
    ├── TurnTaken          another program does it just now: wait until that one is done
    ├── PlaceTaken         the address is in use: stop the other one or choose another port
    ├── DatabaseUnusable   it cannot be opened where or as it is: mend the place or the address
    ├── SchemaOutdated     it was made by an older version: collector migrate
    ├── SchemaNewer        it was made by a newer version: install that one
    └── Refusal            one request is refused and nothing of it is stored
        ├── JournalForeign     another device writes this journal
        ├── SenderGone         the credential was withdrawn: enrol it with a new code
        ├── HeadDiffers        what the kiosk signed is not what its lines lead to: look at its disk
        ├── KeyTaken           another device has this key: make a new one
        ├── CodeRefused        the enrolment code is wrong, used up or expired
        ├── TriesExhausted     too many wrong codes, or calls by one token: wait
        ├── CollectorBusy      too much is waiting for the disk: come again
        └── StorageFull        the disk has no room left: make room, kiosks keep everything

Each holds its sentence as a message id and the values of its places, so that the
edge which shows it can translate it.
"""

from kiosk.base.errors import SpokenError


class CollectorError(SpokenError):
    """Something is wrong; ``message`` is the id of the sentence, ``values`` fill its places."""


class UsageWrong(CollectorError):
    """The command names something that is not there."""

    exit_code = 2


class QuestionWrong(UsageWrong):
    """A parameter of an address is unknown, stands twice or is written wrongly."""


class NotAllowed(CollectorError):
    """What is asked cannot be done as it is asked, or not by this person."""


class ChangedMeanwhile(CollectorError):
    """What a person decided about is no longer as their page showed it; nothing of theirs was kept."""

    exit_code = 2


class TurnTaken(CollectorError):
    """Another program does the same just now."""

    exit_code = 2


class PlaceTaken(CollectorError):
    """Another program listens at the address."""


class DatabaseUnusable(CollectorError):
    """The database cannot be opened where it is or as it is."""


class SchemaOutdated(CollectorError):
    """The database was made by an older version of the program."""


class SchemaNewer(CollectorError):
    """The database was made by a newer version of the program."""


class Refusal(CollectorError):
    """One request is refused; nothing of it was stored."""


class JournalForeign(Refusal):
    """Another device writes this journal."""


class HeadDiffers(Refusal):
    """The head that a kiosk signed is not the one to which the lines of its batch lead."""


class KeyTaken(Refusal):
    """Another device has this key, or had it."""


class CodeRefused(Refusal):
    """The enrolment code is wrong, used up or expired; which of them, nobody is told."""


class TriesExhausted(Refusal):
    """Too many wrong enrolment codes came in this hour, or too many calls by one token."""

    def __init__(self, message: str, /, *, retry_after_s: int, **values: object) -> None:
        super().__init__(message, **values)
        self.retry_after_s = retry_after_s


class CollectorBusy(Refusal):
    """Too many requests wait for the database."""

    def __init__(self, message: str, /, *, retry_after_s: int | None = None, **values: object) -> None:
        """``retry_after_s`` is when there will be room, where that is known."""
        super().__init__(message, **values)
        self.retry_after_s = retry_after_s


class SenderGone(Refusal):
    """The kiosk's credential was withdrawn, or it has another key by now than the one by which it was believed."""


class StorageFull(Refusal):
    """The disk or the database's quota is full; the transaction was rolled back."""
