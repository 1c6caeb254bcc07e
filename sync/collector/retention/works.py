"""Works: the pieces of upkeep by name, as people are told of them and as programs are."""

from enum import StrEnum


class Work(StrEnum):
    """One piece of upkeep; its sentence's message id."""

    PARTS = "parts of tables made for the months to come"
    DROPS = "months whose lines were dropped, as two people decided"
    SESSIONS = "sessions that are over"
    FORMS = "forms kept for whoever signs in again"
    FAILURES = "names with wrong passwords"
    CODES = "one-time codes that ran out"
    CODE_HOURS = "hours with wrong codes"
    DELIVERIES = "deliveries of old letters"
    LETTERS = "old letters"
    FAULTS = "faults that are over"
    MAILED = "notes of reports that were mailed"
    COMMANDS = "commands to kiosks"
    SIGN_DAYS = "days on which signs were looked for"
    HEARD_DAYS = "days on which kiosks were heard"
    SIGNS = "signs in which nothing was found"
    AUDIT = "lines of the audit log"
    STATISTICS = "statistics of tables renewed"

    @property
    def code(self) -> str:
        """The name for programs."""
        return self.name.lower()
