"""Log: one JSON object a line on stderr, from INFO on; never a secret, a code or a citizen's words."""

import logging
import sys

import structlog

INFO = logging.INFO
NOTHING = logging.CRITICAL


def start_log(level: int) -> None:
    """Send what the agent notes from ``level`` on to stderr: standard output is for what was asked for."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
