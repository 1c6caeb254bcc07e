"""What can come of a cycle, one class per next action. None of them ever deletes a rating.

AgentError
├── DeliveryError            nothing is known to have arrived: all of it stays waiting
│   ├── CollectorUnavailable     no usable answer: the next cycle tries again, later each time
│   ├── RequestRefused           it understands us and will not: try again slowly, tell IT staff
│   ├── JournalTaken             another kiosk writes this journal: go on in a new one
│   ├── DeviceNotRecognised      it does not know this kiosk (any more): try again slowly, tell IT staff
│   └── AnotherCollector         it is not the one that this kiosk knows: send nothing, try again slowly, tell IT staff
├── EnrolmentRefused         this code does not enrol this kiosk: ask for a new one
├── NotEnrolled              enrol first
├── DeviceUnusable           the device's own files are damaged or open to others: mend them
├── FileUnusable             the file to write or read cannot be used: name another
├── AgentRunning             another agent is at work: leave it alone
└── SettingInvalid           the address, proxy or CA file cannot be one: correct it
"""

from typing import ClassVar

from kiosk.base.errors import SpokenError
from kiosk.base.texts import Texts
from sync.agent.troubles import Trouble, trouble_lines


class AgentError(SpokenError):
    """Something keeps the agent from delivering."""

    trouble: Trouble = Trouble.FAULT
    """Under which name status, log and heartbeat show it."""


class DeliveryError(AgentError):
    """Nothing is known to have arrived; ``detail`` is for the log and for IT staff, in English."""

    slow: ClassVar[bool] = False
    """Whether trying again soon is pointless: only a person can change the outcome."""

    def __init__(self, trouble: Trouble, detail: str, retry_after_s: int | None = None) -> None:
        super().__init__("{detail}", detail=detail)
        self.trouble = trouble
        self.detail = detail
        self.retry_after_s = retry_after_s

    def said(self, t: Texts) -> str:
        """What is wrong, what to do, and the detail."""
        return " ".join([*trouble_lines(self.trouble, t), f"({self.detail})"])


class CollectorUnavailable(DeliveryError):
    """No usable answer: everything stays waiting and the next cycle tries again."""


class RequestRefused(DeliveryError):
    """The collector understood and will not take it: keep everything, try again slowly, tell IT staff."""

    slow = True


class JournalTaken(DeliveryError):
    """The collector has this journal from another kiosk, as after enrolling anew: go on in a new one.

    Not slow, nor is Diverged: the app may have ended before it could read the parting, and then the agent goes on.
    """


class DeviceNotRecognised(DeliveryError):
    """The collector does not know this kiosk: keep everything, try again slowly, tell IT staff."""

    slow = True


class AnotherCollector(DeliveryError):
    """What answers does not prove to be the collector that this kiosk knows: send it nothing, tell IT staff."""

    slow = True


class EnrolmentRefused(AgentError):
    """The code is wrong, used up or expired: ask for a new one."""


class NotEnrolled(AgentError):
    """The kiosk has no identity yet: enrol first."""

    trouble = Trouble.NOT_ENROLLED


class DeviceUnusable(AgentError):
    """The device file or its key is damaged, or others may read the key: mend that."""

    trouble = Trouble.SETTING


class FileUnusable(AgentError):
    """The file to write or read cannot be used: name another one."""


class AgentRunning(AgentError):
    """Another agent serves this kiosk."""


class SettingInvalid(AgentError):
    """The collector's address, the proxy or the CA file cannot be one: correct the setting."""

    exit_code = 2
    trouble = Trouble.SETTING
