"""Comments: words are opened, comments appear when their week is over and their texts go when their time is.

All of it without anybody asking. A collector with a database of its own makes the key for which kiosks seal words by
itself, too; where several share one, somebody makes it and brings it to each (``collector words-key new``).
"""

from datetime import date

import structlog

from sync.collector.care.comments.forget import forget_texts
from sync.collector.care.comments.opening import AT_ONCE_MAX, KeyFile, forget_closed, needs_key, open_words, renew_key
from sync.collector.care.comments.publish import publish_comments
from sync.collector.errors import UsageWrong
from sync.collector.services.services import Services
from sync.collector.store.writer import Transact

_log = structlog.get_logger("collector.comments")


def run_comment_round(services: Services, transact: Transact) -> int:
    """Publish what is ripe and forget what is over; how many may be read from now on."""
    now, config = services.now(), services.config
    today = date.fromisoformat(services.days.today(now)[0])
    published = transact(lambda connection: publish_comments(connection, today, config.policy))
    transact(lambda connection: forget_texts(connection, config.comments.keep_days, today, now))
    transact(lambda connection: forget_closed(connection, config.comments.keep_days, today))
    return published


def have_words_key(services: Services) -> None:
    """Make the key for which kiosks seal words, where the database is this collector's own and nobody has one."""
    if not services.config.embedded:
        return
    file = KeyFile(services.config.words_key_file)
    try:
        with services.database.reading() as connection:
            is_needed = needs_key(connection, file)
        if is_needed:
            with services.database.writing() as connection:
                renew_key(connection, file, services.now(), "collector")
    except UsageWrong as error:
        _log.warning("no key for words", why=str(error))


def open_sealed(services: Services, transact: Transact) -> None:
    """Open every text whose key lies on this machine."""
    today = date.fromisoformat(services.days.today(services.now())[0])
    try:
        keys = KeyFile(services.config.words_key_file).read()
    except UsageWrong as error:
        _log.warning("words stay sealed", why=str(error))
        return
    if keys:
        while transact(lambda connection: open_words(connection, keys, today)) == AT_ONCE_MAX:
            pass
