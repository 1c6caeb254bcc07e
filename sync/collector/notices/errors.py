"""What can be wrong when something is delivered, one class per next action.

DeliveryTrouble
├── ChannelDown   nobody answers there, or not us: leave the whole channel for a while
├── NotNow        this one was not taken now: try it again later
└── Refused       this one is never taken: give it up and say so
"""

from sync.collector.errors import CollectorError


class DeliveryTrouble(CollectorError):
    """Something was not delivered; it stays in the outbox with what was said."""


class ChannelDown(DeliveryTrouble):
    """The mail server or the webhook does not answer, or does not let us in; all that is meant for it waits."""


class NotNow(DeliveryTrouble):
    """This letter was not taken now; others may be."""


class Refused(DeliveryTrouble):
    """This letter will never be taken: the address is not there, or what it holds is not wanted."""
