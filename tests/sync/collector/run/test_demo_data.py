"""The demo province is believable, the same from the same seed, and never mixed with real numbers."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import func, select

from kiosk.base.texts import texts
from sync.collector.commands.demo import look_at, switch_on
from sync.collector.errors import UsageWrong
from sync.collector.figures.book import Rules
from sync.collector.figures.places import read_places
from sync.collector.figures.queries.grains import Days, to_the_end
from sync.collector.fleet.places.unit_list import import_units, plan_import
from sync.collector.kit.bundle import Wanted, make_bundle
from sync.collector.kit.months import read_proven
from sync.collector.people.rights import ANYBODY
from sync.collector.profiles.index766 import ratios
from sync.collector.profiles.reading import read_months, read_scored
from sync.collector.profiles.tt01 import load_profile
from sync.collector.run.demo_data import add_people, begin_log, close_months, tell_stories
from sync.collector.run.demo_data.places import make_counters, provinces_for
from sync.collector.run.demo_data.proof import LOG_NAME
from sync.collector.services.closed import find_shelf
from sync.collector.services.reports import Query, read_book
from sync.collector.services.services import Services, make_services
from sync.collector.settings.collector import CollectorConfig, load_config
from sync.collector.settings.log import Log
from sync.collector.store import schema
from sync.collector.store.database import Database, open_database
from tests.journey.bundles import VERIFY
from tests.sync.collector.builders import NOON
from tests.sync.collector.conftest import postgres_database
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.parquet import check_files, notebook, written
from tests.sync.collector.sharing import demo_province, migrated_copy, open_migrated, province

WEEK = date(2026, 11, 16)


@pytest.fixture(params=["sqlite", "postgresql"])
def demo(request: pytest.FixtureRequest) -> Iterator[tuple[Database, int]]:
    """The demo province, and how many of its ratings count; on SQLite a copy of one that others look at, too."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            path, written = province()
            database = open_database(stack.enter_context(migrated_copy(path)))
        else:
            url = stack.enter_context(postgres_database(request.getfixturevalue("postgres"), "template_hailong"))
            database = open_database(url)
            written = demo_province(database)
        stack.callback(database.close)
        yield database, written


def test_the_command_that_is_named_at_the_end_is_of_the_same_folder() -> None:
    assert look_at(None) == "collector serve"
    assert look_at(Path("./mau")) == "collector serve --data-dir mau"
    assert look_at(Path("/srv/hai long")) == "collector serve --data-dir '/srv/hai long'"


def test_the_province_comes_through_the_real_ingest_adds_up_and_is_cared_for(
    demo: tuple[Database, int], tmp_path: Path
) -> None:
    database, written = demo
    services = make_services(CollectorConfig(public_url=URL, data_dir=tmp_path), database, lambda: NOON)

    with database.reading() as connection:
        tallied = connection.execute(
            select(func.sum(schema.tally.c.n)).where(schema.tally.c.standing == "counted")
        ).scalar_one()
        unread = connection.execute(select(func.count()).select_from(schema.unread)).scalar_one()
        outside = connection.execute(
            select(func.count()).select_from(schema.tally).where(schema.tally.c.day > NOON.date())
        ).scalar_one()
    assert (int(tallied), unread, outside) == (written, 0, 0)
    with database.reading() as connection:
        told = [connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (schema.device, schema.device_status)]  # fmt: skip
    assert told[0] == told[1] > 50
    _no_kiosk_says_what_had_not_been_when_it_was_heard(database)
    assert written > 5000
    with pytest.raises(UsageWrong, match="folder of its own"):
        demo_province(database)
    book = read_book(services, ANYBODY, Query(period="2026-11"))
    assert book.me.share is not None
    assert len(book.children) == 19
    assert sum(kiosk.silent for _, kiosk in book.kiosks) >= 1

    _the_other_rules_have_their_numbers(database, services)
    _files_for_analysts_say_the_same(services, tmp_path)

    people = add_people(database, "20", NOON)
    tell_stories(database, services, NOON, 1)

    assert len({person.name for person in people}) == len(people) == 11
    with database.reading() as connection:
        states = Counter(connection.execute(select(schema.comment.c.state)).scalars())
        unseen = select(func.count()).where(schema.comment.c.published_on.is_(None), schema.comment.c.week < WEEK)
        assert connection.execute(unseen).scalar_one() == 0
        cases = connection.execute(select(schema.follow_up)).all()
    assert set(states) == {"new", "doing", "done", "spam"}
    assert "closed" in {case.state for case in cases}
    assert all(case.bad * 100 > 15 * case.n and case.n >= 30 for case in cases)

    _an_auditor_proves_a_closed_month(database, services, tmp_path)


def _no_kiosk_says_what_had_not_been_when_it_was_heard(database: Database) -> None:
    with database.reading() as connection:
        rows = connection.execute(select(schema.device_status.c.received_at, schema.device_status.c.status)).all()
        came = connection.execute(select(func.max(schema.segment.c.received_at))).scalar_one()
    for heard_at, status in rows:
        touched = datetime.fromisoformat(status["touch_test"].split()[1])
        assert max(touched, datetime.fromisoformat(status["closed"]["said_at"])) <= heard_at
    assert came <= NOON


def test_as_many_counters_as_are_wanted_stand_in_as_many_provinces_as_they_need(tmp_path: Path) -> None:
    assert provinces_for("20", None) == ["20"]
    assert len(provinces_for("20", 4000)) < 34
    database = open_migrated(tmp_path / "collector.db")
    with database.writing() as connection:
        plan = plan_import(connection, provinces_for("20", 150))
        import_units(connection, plan, NOON, NOON.date(), "demo", lambda *_: None)
        made = make_counters(connection, "20", random.Random(1), NOON, 150)
    database.close()

    assert len({code for code, _, _ in made}) == 150


def _files_for_analysts_say_the_same(services: Services, tmp_path: Path) -> None:
    files = written(services, tmp_path / "so-lieu", "2026-10", "2026-11")
    year, months = notebook(tmp_path)

    of_year, *of_months = (read_book(services, ANYBODY, Query("20", period=each)) for each in ("2026", "2026-10"))
    share = of_year.me.share
    assert share is not None
    assert year == [(of_year.me.n, pytest.approx(100 * share.numerator / share.denominator))]
    assert [{level: n for month, level, n in months if month == 10}] == [
        {level: n for level, n in book.me.shown.counts.items() if n} for book in of_months
    ]
    assert check_files(services, files, [Days(WEEK, NOON.date()), Days(date(2026, 11, 1), date(2026, 11, 30))]) > 5000


def _an_auditor_proves_a_closed_month(database: Database, services: Services, tmp_path: Path) -> None:
    october = schema.tally.c.day.between(date(2026, 10, 1), date(2026, 10, 31))
    wanted = select(func.sum(schema.tally.c.n)).where(october, schema.tally.c.standing == "counted")
    with database.reading() as connection:
        counted = int(connection.execute(wanted).scalar_one())

    # Never where this machine's own collector would keep its log.
    config = msgspec.structs.replace(services.config, log=Log(directory=tmp_path / "log", name=LOG_NAME))
    services = replace(services, config=config)
    assert close_months(database, services) == 21
    log = [VERIFY.read_vkey(begin_log(database, services))]

    page = read_proven(services, ANYBODY, "20")
    assert [one.shelf.period.code for one in page.months] == ["2026-10"]
    assert page.log is not None
    assert page.months[0].reports[0].entry is not None
    path, shelf = tmp_path / "20.zip", find_shelf(services, ANYBODY, "20", "2026-10")
    path.write_bytes(make_bundle(services, Wanted(shelf, texts("collector", "vi"))))
    told = VERIFY.verify(path, log)[1]
    assert (told.differs, told.holds, told.open) == ([], True, 0)
    assert told.every == told.proven["n"] + told.proven["tails"] == counted


def _the_other_rules_have_their_numbers(database: Database, services: Services) -> None:
    october, today = Days(date(2026, 10, 1), date(2026, 10, 31)), NOON.date()
    with database.reading() as connection:
        places = read_places(connection, services.missed(connection))
        months = read_months(connection, "20/", october)
        rules = Rules(NOON, today, services.config.policy, services.surveys, services.days.today(NOON))
        scored = read_scored(connection, places, places["20/"], load_profile(), to_the_end(october, today), rules)
    assert len(months.by_unit) == 19
    assert 90 < ratios(months.total)["tthc_satisfied"].percent() < 100  # type: ignore[operator]
    assert all((shown.n or 0) >= 30 for shown in scored[-1].shown.values())


def test_the_demos_folder_alone_shows_the_page_of_the_circular(tmp_path: Path) -> None:
    (tmp_path / "collector").mkdir()

    switch_on(tmp_path)

    assert load_config(None, tmp_path).reports.tt01
    assert not CollectorConfig().reports.tt01
