"""What can keep the log from going on, one class per next action.

    LogStopped
    ├── LogBehind     somebody knows a newer checkpoint of this log: rebuild it from a mirror, or begin another log
    ├── LogForked     somebody holds another story under this log's name: find out who signed it
    ├── LogUnsure     too few witnesses answered to know whether a newer one exists: wait, or mend the way to them
    ├── LogUnwitnessed  it grows, and too few witnesses cosigned for long: mend the way to them
    ├── LogDamaged    its own files do not fit each other: rebuild it
    ├── LogAhead      it was kept through a day that is not over: put the clock right, or the day
    ├── LogDoubtful   it goes on, and a day that it names cannot be right: find out whose clock was wrong, or who set it
    ├── LogAltered    its index in the database is not the one that was kept: find out who altered it
    └── LogElsewhere  another key or another collector keeps this database's log: keep one

Nothing was signed where one of these is raised. What is told of a log that went on is returned, and not raised.
"""

from typing import ClassVar

from sync.collector.errors import CollectorError


class LogStopped(CollectorError):
    """Nothing was signed; ``code`` is kept for pages and measures."""

    code: ClassVar[str] = "stopped"


class LogBehind(LogStopped):
    """A newer checkpoint of this log is known than the one that lies here: what lies here was restored."""

    code = "behind"


class LogForked(LogStopped):
    """A checkpoint that this log signed does not follow from its tiles, or they not from it."""

    code = "forked"


class LogUnsure(LogStopped):
    """Whether a newer checkpoint exists cannot be known by now."""

    code = "unsure"


class LogUnwitnessed(LogStopped):
    """What was signed was not published for want of witnesses."""

    code = "unwitnessed"


class LogDamaged(LogStopped):
    """The files of the log are missing or do not fit each other."""

    code = "damaged"


class LogFileMissing(LogDamaged):
    """One file of the log is not there; ``file`` is its path below the public folder."""

    def __init__(self, file: str) -> None:
        super().__init__("the log's file {file} is missing: put it back, or run: collector log rebuild", file=file)
        self.file = file


class LogAhead(LogStopped):
    """The day through which the log was kept is not over by some clock: nothing would be signed until it is."""

    code = "ahead"


class LogDoubtful(LogStopped):
    """The log went on, and names a day that was not over; never raised, only told."""

    code = "doubtful"


class LogAltered(LogStopped):
    """What the database says that leaves are about is not what was kept beside the log when they were signed."""

    code = "altered"


class LogElsewhere(LogStopped):
    """The database belongs to a log with another key."""

    code = "elsewhere"
