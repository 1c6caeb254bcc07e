"""Comments: comments appear when their week is over and their texts go when their time is, without anybody asking."""

from datetime import date

from sync.collector.care.comments.forget import forget_texts
from sync.collector.care.comments.publish import publish_comments
from sync.collector.services.services import Services
from sync.collector.store.writer import Transact


def run_comment_round(services: Services, transact: Transact) -> int:
    """Publish what is ripe and forget what is over; how many may be read from now on."""
    now, config = services.now(), services.config
    today = date.fromisoformat(services.days.today(now)[0])
    published = transact(lambda connection: publish_comments(connection, today, config.policy))
    transact(lambda connection: forget_texts(connection, config.comments.keep_days, today, now))
    return published
