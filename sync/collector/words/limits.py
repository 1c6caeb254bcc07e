"""Limits: from how many ratings on numbers are shown, in a sentence for every page of an office where that differs."""

from kiosk.base.texts import Texts
from kiosk.domain.numbers.disclosure import OFF, Policy

USUAL = Policy()
"""What holds where the office raised nothing."""


def limits(t: Texts, policy: Policy) -> str:
    """From how many ratings on numbers are shown, where that is not as usual; empty where it is."""
    if policy == OFF:
        off = t(
            "Minimum counts and privacy delays are off: here every press shows at once, even a single one. In an "
            "office, numbers appear when the half day is over, and small groups are hidden."
        )
        return f"{t('Demonstration.')} {off}"
    if (policy.block_min, policy.percent_min) == (USUAL.block_min, USUAL.percent_min):
        return ""
    return t(
        "This office shows counts from {n} ratings on and percentages from {percent} on; usual are {least} and {most}.",
        n=t.number(policy.block_min),
        percent=t.number(policy.percent_min),
        least=t.number(USUAL.block_min),
        most=t.number(USUAL.percent_min),
    )
