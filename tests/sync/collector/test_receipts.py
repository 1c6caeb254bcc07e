"""A receipt tells whether a rating is still there and how it counts: once it is in the public log, and nothing else."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from kiosk.domain.visit.rating import Standing
from kiosk.domain.visit.receipt import digest_of, draw_code
from sync.collector.run.app import create_app
from sync.collector.services.receipts import AT_ONCE, Found, Pace, find_receipt
from sync.collector.services.services import make_services
from sync.collector.store.schema import rating
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.replica.test_continued import continued
from tests.sync.collector.transparency.logs import Kept


@pytest.fixture
def kept(office: Office, tmp_path: Path) -> Kept:
    return Kept(office, tmp_path / "log")


@pytest.fixture
def pen() -> Pen:
    pen = Pen()
    pen.opened()
    return pen


def rate(pen: Pen, **values: object) -> tuple[str, int]:
    """A rating with a receipt: its code and seq."""
    code = draw_code()
    return code, pen.rating(receipt=digest_of(code), **values)  # type: ignore[arg-type]


def found(kept: Kept, code: str) -> Found | None:
    with kept.office.database.reading() as connection:
        return find_receipt(connection, code, kept.public.newest())


def test_a_receipt_is_found_once_the_rating_is_in_the_published_log(kept: Kept, pen: Pen) -> None:
    code, _ = rate(pen)
    assert found(kept, code) is None
    kept.office.append(pen)
    assert found(kept, code) is None

    kept.run()

    day = kept.now.date() - timedelta(days=1)
    assert found(kept, code) == Found(day, Standing.COUNTED)
    assert found(kept, draw_code()) is None


def test_what_came_after_the_last_publication_is_as_unknown_as_what_never_came(kept: Kept, pen: Pen) -> None:
    rate(pen)
    kept.office.append(pen)
    kept.run()
    later, _ = rate(pen)
    kept.office.append(pen, pen.batch(3))

    assert found(kept, later) is None
    kept.run()
    assert found(kept, later) is not None


@pytest.mark.parametrize("standing", ["counted", "repeat", "out_of_hours", "test"])
def test_it_tells_how_the_rating_counts(kept: Kept, pen: Pen, standing: str) -> None:
    code, _ = rate(pen, standing=standing)
    kept.office.append(pen)
    kept.run()

    answer = found(kept, code)

    assert answer is not None
    assert answer.standing == standing


def test_a_decision_shows_as_well(kept: Kept, pen: Pen) -> None:
    code, seq = rate(pen)
    kept.office.append(pen)
    kept.run()
    with kept.office.database.writing() as connection:
        connection.execute(update(rating).where(rating.c.seq == seq).values(standing="suspect"))

    answer = found(kept, code)

    assert answer is not None
    assert answer.standing is Standing.SUSPECT


def test_a_rating_that_was_carried_over_is_found_where_it_counts(kept: Kept, pen: Pen) -> None:
    code, _ = rate(pen)
    other = continued(pen, 1)
    kept.office.append(other)
    kept.office.append(pen)
    kept.run()

    assert found(kept, code) is not None
    assert len(kept.office.rows("receipt")) == 1


def test_who_claims_a_known_hash_later_changes_nothing(kept: Kept, pen: Pen) -> None:
    code, _ = rate(pen)
    kept.office.append(pen)
    thief = Pen(journal_id=str(UUID(int=1)))
    thief.opened()
    thief.rating(receipt=digest_of(code), standing="test")
    kept.office.append(thief, received_at=NOON + timedelta(minutes=1))
    kept.run()

    answer = found(kept, code)

    assert answer is not None
    assert answer.standing is Standing.COUNTED


def test_a_bad_hash_costs_the_receipt_and_not_the_rating(kept: Kept, pen: Pen) -> None:
    pen.rating(receipt="no hash")
    pen.rating(receipt="")
    kept.office.append(pen)

    assert len(kept.office.rows("rating")) == 2
    assert kept.office.rows("receipt") == []
    assert kept.office.rows("unread") == []


def test_so_many_are_answered_at_once_and_more_as_time_goes() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])

    assert sum(pace.lets_in() for _ in range(1000)) == AT_ONCE
    now[0] = 1.0
    assert [pace.lets_in() for _ in range(6)] == [True] * 5 + [False]


@pytest.fixture
def page(kept: Kept) -> Iterator[TestClient]:
    """The page as a stranger anywhere opens it."""
    services = make_services(kept.config, kept.office.database, lambda: NOON)
    with TestClient(create_app(services), base_url=URL, client=("203.0.113.7", 50000)) as opened:
        yield opened


def asked(page: TestClient, code: str) -> str:
    return page.post("/bien-nhan?lang=vi", data={"ma": code}).text


def test_strangers_look_a_code_up_and_unknown_and_not_yet_are_one_answer(
    kept: Kept, pen: Pen, page: TestClient
) -> None:
    code, _ = rate(pen)
    never, waits = draw_code(), code
    kept.office.append(pen)
    assert asked(page, waits).replace(waits, "") == asked(page, never).replace(never, "")
    assert "chưa có trong sổ công khai" in asked(page, waits)
    assert "có thể tra cứu từ ngày mai" in asked(page, waits)
    assert f'value="{waits}"' in asked(page, waits)
    kept.run()

    told = asked(page, code.lower().replace("-", " "))

    assert "đã được ghi nhận" in told
    assert 'value=""' in told
    assert "được tính vào kết quả" in told
    assert "Q1" not in told
    assert "2026-11-20T" not in told


def test_a_wrong_code_is_said_and_too_many_wait(page: TestClient) -> None:
    wrong = asked(page, '7K3M">')
    assert "17 ký tự" in wrong
    assert 'value="7K3M&#34;&gt;"' in wrong
    for _ in range(int(AT_ONCE)):
        page.app.state.services.receipts.lets_in()  # type: ignore[attr-defined]

    busy = page.post("/bien-nhan", data={"ma": draw_code()})

    assert (busy.status_code, "Retry-After" in busy.headers) == (429, True)


def test_the_page_sets_no_cookie_and_takes_no_code_from_an_address(kept: Kept, pen: Pen, page: TestClient) -> None:
    code, _ = rate(pen)
    kept.office.append(pen)
    kept.run()

    shown = page.get(f"/bien-nhan?ma={code}")

    assert (shown.status_code, "set-cookie" in shown.headers) == (200, False)
    assert "đã được ghi nhận" not in shown.text
    assert (
        page.post("/bien-nhan", data={"ma": code}, headers={"Origin": "https://elsewhere.example"}).status_code == 403
    )
