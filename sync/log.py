"""Log: what agent and collector note goes the kiosk's one way; never a secret, a code or a citizen's words."""

import logging
import threading
from collections.abc import MutableMapping
from typing import Any

import structlog

from kiosk.base.log import FIELDS, write_log

INFO = logging.INFO
NOTHING = logging.CRITICAL


def start_log(level: int = INFO, **always: object) -> None:
    """Send our own log and that of the libraries, from ``level`` on, to standard error; ours says ``always`` too."""

    def said_always(_logger: Any, _method: str, noted: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {**noted, **always}

    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, said_always, _as_record],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    write_log(level, anew=True)
    # Warnings and what ends a thread would stand as bare text between lines that programs read.
    logging.captureWarnings(True)
    threading.excepthook = _log_end_of_thread
    for talkative in ("alembic", "apscheduler"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def _log_end_of_thread(end: threading.ExceptHookArgs) -> None:
    if end.exc_type is SystemExit or end.exc_value is None:
        return
    name = end.thread.name if end.thread else "?"
    exc_info = (end.exc_type, end.exc_value, end.exc_traceback)
    logging.getLogger("thread").error("thread %s ended by a fault", name, exc_info=exc_info)


def _as_record(_logger: Any, _method: str, noted: MutableMapping[str, Any]) -> dict[str, Any]:
    event, exc_info = noted.pop("event"), noted.pop("exc_info", None)
    return {"msg": str(event), "exc_info": exc_info, "extra": {FIELDS: dict(noted)}}
