"""What can be wrong with a journal, one class per next action.

JournalError
├── JournalUnwritable    the disk refuses: nothing was kept; say so on the screen, try again with the next press
├── JournalInUse         another process is writing it: stop that one, or do not start
├── JournalUnusable      it cannot be opened where or as it is: mend the place, or install the right version
├── JournalDamaged       the file is not what was written: move it aside and carry over what is readable
└── Diverged             the collector's copy is not a past of this journal: open a continuation
"""

from kiosk.base.errors import SpokenError


class JournalError(SpokenError):
    """Something is wrong with the journal."""


class JournalUnwritable(JournalError):
    """The disk refuses: nothing was kept; say so on the screen and try again with the next press."""


class JournalInUse(JournalError):
    """Another process is writing this journal: stop that one first."""


class JournalUnusable(JournalError):
    """The journal cannot be opened where it is or as it is: mend the place, or install the right version."""


class JournalDamaged(JournalError):
    """The file is not what was written: keep it aside whole and carry over what is readable."""


class Diverged(JournalError):
    """The cursor is not a past of this journal: its file was restored or cloned. Open a continuation."""
