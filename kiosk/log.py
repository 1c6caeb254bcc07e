"""The log: lines on standard error, for the journal of the system; never a rating, a text or a secret."""

import logging
import sys


def write_log() -> None:
    """Begin to write what the program does to standard error, where nobody else has set that up."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        datefmt="%FT%T%z",
    )
