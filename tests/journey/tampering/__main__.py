"""The table of who names which tampering: ``python -m tests.journey.tampering [--postgresql] [--language vi]``."""

import argparse
import logging
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy
import structlog

from sync.collector.store.database import open_database
from sync.collector.store.migrate import migrate
from tests.journey.tampering.places import CopyDatabase, Country, copy_postgresql, copy_sqlite
from tests.journey.tampering.stories import Seen, restored, tampered
from tests.sync.collector.postgres import memory, postgres_server
from tests.sync.collector.sharing import migrated
from tests.sync.collector.transparency.witnessing import witness

WIDTH = 100


def main() -> None:
    """Live through every story, and print what was said as it is said."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--postgresql", action="store_true", help="a server of its own instead of SQLite")
    asked.add_argument("--language", choices=("en", "vi"), default="en", help="of what is said")
    given = asked.parse_args()
    logging.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with _engine(postgresql=given.postgresql) as (template, copy), witness() as other, _folder() as root:
        country = Country(root, template, copy, other, given.language)
        kept, backup = country.honest()
        print("Hours are simulated, from the deed on; a day ends at 24.\n")
        for seen in chain(tampered(country, kept), restored(country, kept, backup)):
            print("\n".join(lines_of(seen)), end="\n\n", flush=True)


def lines_of(seen: Seen) -> Iterator[str]:
    """One story: its title, and who said what after how many hours."""
    yield f"{seen.title[0].upper()}{seen.title[1:]}"
    for word in seen.words:
        first, *others = textwrap.wrap(word.words, WIDTH)
        yield f"  {word.hours:>2} h  {word.who:<8}  {first}"
        yield from (f"{'':18}{line}" for line in others)
    if seen.missing():
        yield f"   !    NOT NAMED by {seen.missing()}"


@contextmanager
def _folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="hailong-town-", dir=memory()) as root:
        yield Path(root)


@contextmanager
def _engine(*, postgresql: bool) -> Iterator[tuple[str, CopyDatabase]]:
    """An empty migrated database, and how it is copied."""
    if not postgresql:
        yield f"sqlite:///{migrated()}", copy_sqlite
        return
    with postgres_server() as server:
        template = server.format(database="template_town")
        maintenance = open_database(server.format(database="postgres"))
        orders = maintenance.writer.connect().execution_options(isolation_level="AUTOCOMMIT")
        order = lambda sql: orders.execute(sqlalchemy.text(sql))  # noqa: E731
        order("CREATE DATABASE template_town")
        database = open_database(template)
        migrate(database)
        database.close()
        yield template, copy_postgresql(order, server)
        orders.close()
        maintenance.close()


if __name__ == "__main__":
    main()
