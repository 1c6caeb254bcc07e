"""Troubles: what may stand between a kiosk and its collector, and what a person can do about each."""

from enum import StrEnum

from kiosk.base.texts import Texts


class Trouble(StrEnum):
    """What is wrong, as status, log and heartbeat name it."""

    NO_NETWORK = "no_network"
    NO_ANSWER = "no_answer"
    PROXY = "proxy"
    CERTIFICATE = "certificate"
    CLOCK = "clock"
    PORTAL = "portal"
    BUSY = "busy"
    FULL = "full"
    WRONG_ANSWER = "wrong_answer"
    REFUSED = "refused"
    DEVICE_UNKNOWN = "device_unknown"
    ADDRESS = "address"
    SIGNATURE = "signature"
    STRANGER = "stranger"
    NOT_ENROLLED = "not_enrolled"
    SETTING = "setting"
    DIVERGED = "diverged"
    JOURNAL = "journal"
    FAULT = "fault"


def trouble_lines(trouble: Trouble, t: Texts) -> list[str]:
    """What is wrong and what to do, in two sentences."""
    what, remedy = _WORDS[trouble]
    return [t(what), t(remedy)]


_WORDS: dict[Trouble, tuple[str, str]] = {
    Trouble.NO_NETWORK: (
        "The collector cannot be reached.",
        "Check the network cable or Wi-Fi of this kiosk, and that the collector is switched on.",
    ),
    Trouble.NO_ANSWER: (
        "The collector was reached but gave no complete answer.",
        "The network is slow or breaks off; the kiosk keeps trying. If this goes on, tell IT staff.",
    ),
    Trouble.PROXY: (
        "The network's proxy does not let the kiosk through.",
        "Check the proxy in the kiosk's configuration.",
    ),
    Trouble.CERTIFICATE: (
        "The collector's certificate is not accepted, so nothing is sent.",
        "Check the collector's address and certificate, and the CA file in the kiosk's configuration.",
    ),
    Trouble.CLOCK: (
        "The collector's certificate is not valid yet by this kiosk's clock, so nothing is sent.",
        "Set the date and time of this kiosk.",
    ),
    Trouble.PORTAL: (
        "The network answers with a page of its own instead of the collector (a sign-in page, a filter).",
        "Sign this kiosk in to the network, or have IT staff let it through.",
    ),
    Trouble.BUSY: (
        "The collector is busy or being maintained.",
        "Nothing needs to be done; the kiosk tries again by itself.",
    ),
    Trouble.FULL: (
        "The collector has no room left.",
        "Tell IT staff to make room on the collector; the kiosk keeps all ratings.",
    ),
    Trouble.WRONG_ANSWER: (
        "What answers at the collector's address does not answer as the collector would.",
        "Check the collector's address; something between kiosk and collector may be changing answers.",
    ),
    Trouble.REFUSED: (
        "The collector refuses what this kiosk sends.",
        "Tell IT staff; kiosk and collector may need the same software version.",
    ),
    Trouble.DEVICE_UNKNOWN: (
        "The collector does not know this kiosk, or its access was withdrawn.",
        "Tell IT staff; enrol this kiosk again with a new code: kiosk enroll URL CODE",
    ),
    Trouble.ADDRESS: (
        "The collector takes requests for another address than the one that this kiosk calls.",
        "Nobody need enrol again. Here: kiosk server URL; or correct public_url in the collector's settings.",
    ),
    Trouble.SIGNATURE: (
        "The collector does not accept this kiosk's signature.",
        "Compare the address called here with the collector's public_url; if they are the same: kiosk enroll --new-key",
    ),
    Trouble.STRANGER: (
        "What answers is not the collector that this kiosk knows, so it is sent nothing.",
        "Check the address. If the server is known to be the right one, set up anew: kiosk server URL --unproven",
    ),
    Trouble.NOT_ENROLLED: (
        "This kiosk is not enrolled yet.",
        "Ask IT staff for a one-time code, then run: kiosk enroll URL CODE",
    ),
    Trouble.SETTING: (
        "A setting or a file of this kiosk's connection is wrong.",
        "Correct what is named below.",
    ),
    Trouble.DIVERGED: (
        "The collector holds another continuation of this journal: the disk was restored or copied.",
        "Tell IT staff; the ratings of both are kept.",
    ),
    Trouble.JOURNAL: (
        "The kiosk's journal cannot be read.",
        "Start the kiosk once; if it was running, check its disk.",
    ),
    Trouble.FAULT: (
        "The sync agent itself failed.",
        "Tell IT staff; the log says more. The kiosk tries again by itself.",
    ),
}
