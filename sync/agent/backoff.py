"""Back-off: how long to wait before the next try. Pure; chance is an argument in [0, 1).

Full jitter, so that thousands of kiosks which lost the collector in one moment do not
come back in one moment. Nothing ever gives up: there is no last try.
"""

FIRST_S_MAX = 10.0
WAIT_S_MIN = 5.0
WAIT_S_MAX = 15 * 60.0
RETRY_AFTER_S_MIN = 1.0
RETRY_AFTER_S_MAX = 3600.0
START_DELAY_S_MAX = 60.0
BETWEEN_PART_MIN = 0.75


def wait_after_failures(failures: int, chance: float) -> float:
    """Seconds after the n-th failure in a row: anything from 5 s up to a ceiling that doubles from 10 s to 15 min."""
    # The exponent is capped: after a year without a network 2 ** failures is no float any more.
    ceiling = min(WAIT_S_MAX, FIRST_S_MAX * 2.0 ** min(failures - 1, 10))
    return WAIT_S_MIN + chance * (ceiling - WAIT_S_MIN)


def wait_as_asked(retry_after_s: float, chance: float) -> float:
    """Seconds after an answer with Retry-After: as asked within 1 s … 1 h, and up to a tenth longer within the hour."""
    asked = min(max(retry_after_s, RETRY_AFTER_S_MIN), RETRY_AFTER_S_MAX)
    return min(asked * (1 + chance / 10), RETRY_AFTER_S_MAX)


def wait_for_people(chance: float) -> float:
    """Seconds until the next try where only a person can change the outcome: 15 min … 1 h."""
    return WAIT_S_MAX + chance * (RETRY_AFTER_S_MAX - WAIT_S_MAX)


def wait_at_start(chance: float, delay_s_max: float = START_DELAY_S_MAX) -> float:
    """Seconds before the first call, so that a town whose power returns does not call in one second."""
    return chance * delay_s_max


def wait_between(period_s: float, chance: float) -> float:
    """Seconds between two cycles while all is well: three quarters of the period to nineteen twentieths of it.

    Never all of it: what the office sets is to reach a kiosk within the period, its own call and answer included.
    """
    return period_s * (BETWEEN_PART_MIN + 0.2 * chance)
