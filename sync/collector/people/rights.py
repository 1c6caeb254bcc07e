"""Rights: who may do what, and over which units. One table, asked by every door.

An account sees its unit and everything under it, never a neighbour: a unit it may not see
is to it as one that does not exist.
"""

from dataclasses import dataclass
from enum import StrEnum


class Right(StrEnum):
    """One thing that a person may be allowed to do."""

    READ = "read"
    """See numbers, as far as disclosure lets anybody see them."""
    EXPORT = "export"
    """Take numbers out of the system; every file and mail is written down, and what is read by the API once an hour."""
    FOLLOW = "follow"
    """See the cases: what was too much, who takes care of it, what came of it."""
    DECIDE = "decide"
    """Read comments, handle them, cases and suspicions."""
    ACCOUNTS = "accounts"
    """Make, reset and disable accounts."""
    FLEET = "fleet"
    """See and manage kiosks."""
    SETTINGS = "settings"
    """Set what kiosks show and when, and write surveys."""
    COUNTS = "counts"
    """Hand in counts that another system gave; they replace those of the same unit and month."""
    SERVED = "served"
    """Type in how many transactions a counter served on a day; a later number corrects an earlier one."""
    AUDIT = "audit"
    """Read who did what."""


class Role(StrEnum):
    """What an account is for."""

    VIEWER = "viewer"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    IT = "it"
    AUDITOR = "auditor"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.VIEWER: frozenset({Right.READ, Right.FOLLOW}),
    Role.SUPERVISOR: frozenset({Right.READ, Right.EXPORT, Right.FOLLOW, Right.DECIDE, Right.SERVED}),
    Role.ADMINISTRATOR: frozenset(
        {
            *(Right.READ, Right.EXPORT, Right.FOLLOW, Right.DECIDE, Right.SERVED),
            *(Right.ACCOUNTS, Right.SETTINGS, Right.COUNTS),
        }
    ),
    # Whoever mends kiosks needs no opinion of any citizen's.
    Role.IT: frozenset({Right.FLEET, Right.SETTINGS}),
    Role.AUDITOR: frozenset({Right.READ, Right.EXPORT, Right.FOLLOW, Right.AUDIT}),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever makes a request: a person with an account, or anybody where the settings let anybody read."""

    name: str
    """For the audit log."""
    full_name: str
    role: Role | None
    """None without an account."""
    rights: frozenset[Right]
    path: str
    """The path of the unit whose subtree may be seen; empty is every unit."""
    form_key: str = ""
    """What this person's forms carry, so that no other page can send them."""
    one_time: bool = False
    """The password must be changed first."""

    def may(self, right: Right) -> bool:
        """Whether this person has the right."""
        return right in self.rights

    def sees(self, path: str) -> bool:
        """Whether a unit with this path lies in this person's subtree."""
        return path.startswith(self.path)


ANYBODY = Reader("anybody", "", None, frozenset({Right.READ, Right.EXPORT}), "")
"""Where the settings let anybody read; nothing else is open without an account."""
