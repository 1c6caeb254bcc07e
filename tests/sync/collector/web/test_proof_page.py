"""The auditors' page: hashes, the log, corrections and bundles of the units that somebody may see, and of no others."""

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import delete
from starlette.testclient import TestClient

from sync.collector.people.rights import Role
from sync.collector.proof.nightly import keep_shown
from sync.collector.proof.wrong import Finding
from sync.collector.store.schema import proof_state
from sync.collector.transparency.leaves.index import keep_state
from tests.journey.bundles import VERIFY
from tests.sync.collector.closed.test_closed_pages import corrected, person
from tests.sync.collector.closing import Closed
from tests.sync.collector.people.test_accounts import CHOSEN, Person, settle


@pytest.fixture(scope="module")
def closed() -> Iterator[Closed]:
    """A corrected month with changes that wait; nobody writes to it but the audit log."""
    with corrected() as made:
        yield made


@pytest.fixture(scope="module")
def auditor(closed: Closed) -> TestClient:
    return person(closed, Role.AUDITOR, "XA")


def hashes(closed: Closed) -> list[str]:
    with closed.office.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT hash FROM closed_month WHERE unit_id = 1 ORDER BY number")
        return [bytes(row[0]).hex() for row in rows]


def test_every_report_stands_with_its_hash(auditor: TestClient, closed: Closed) -> None:
    page = " ".join(auditor.get("/kiem-toan").text.split())

    assert all(one in page for one in hashes(closed))
    assert "Đính chính lần 1" in page
    assert "chưa: báo cáo vào sổ khi hết ngày" in page
    assert "chưa chứng minh được mọi người đều thấy cùng một nội dung" in page
    assert "Tải gói bằng chứng của báo cáo lần đầu" in page
    assert "Tải gói bằng chứng của đính chính lần 1" in page
    ways = re.findall('href="(/kiem-toan-goi/[^"]*)"', page)
    assert [one.replace("&amp;", "&") for one in ways] == [f"/kiem-toan-goi/XA?ky=2026-11&lan={n}" for n in (1, 0)]
    assert "one story is not proven" in auditor.get("/kiem-toan?lang=en").text


def test_the_page_says_how_to_check_without_a_witness_and_what_its_words_mean(auditor: TestClient) -> None:
    page = " ".join(auditor.get("/kiem-toan").text.split())

    assert "hailong-kiem-toan-XA-2026-11-dinh-chinh-1-20261211.zip</code>" in page
    assert "--witness" not in page
    assert all(f"<dt>{word}</dt>" in page for word in ("Mã băm", "Mục", "Điểm kiểm", "Nhân chứng"))
    assert "Tải tệp kiểm tra (hailong-verify.py)" in page


def test_the_first_report_can_be_taken_after_a_correction(auditor: TestClient, closed: Closed, tmp_path: Path) -> None:
    answer = auditor.get("/kiem-toan-goi/XA?ky=2026-11&lan=0")
    path = tmp_path / "b.zip"
    path.write_bytes(answer.content)

    bundle, told = VERIFY.verify(path)

    assert re.search(r"hailong-kiem-toan-XA-2026-11-\d{8}\.zip", answer.headers["content-disposition"])
    assert (bundle.about["number"], bundle.about["basis"], told.differs) == (0, "kept", [])
    assert sha256(bundle.report_bytes).hexdigest() == hashes(closed)[0]
    assert closed.office.rows("audit", "details")[-1] == ({"form": "zip", "period": "2026-11", "closed": 0},)
    assert auditor.get("/kiem-toan-goi/XA?ky=2026-11&lan=2").status_code == 404


def test_a_hash_from_paper_is_looked_up(auditor: TestClient, closed: Closed) -> None:
    first, corrected_one = hashes(closed)

    assert "mã băm của báo cáo số 0 tháng 2026-11" in auditor.get(f"/kiem-toan/XA?sha256={first}").text
    assert "báo cáo số 1 tháng" in auditor.get(f"/kiem-toan/XA?sha256={corrected_one.upper()}").text
    assert "Không báo cáo nào" in auditor.get(f"/kiem-toan/XA?sha256={'0' * 64}").text


def test_the_bundle_of_a_corrected_month_holds_whatever_came_since(auditor: TestClient, tmp_path: Path) -> None:
    answer = auditor.get("/kiem-toan-goi/XA?ky=2026-11")
    path = tmp_path / "b.zip"
    path.write_bytes(answer.content)

    bundle, told = VERIFY.verify(path)

    assert re.search(r"hailong-kiem-toan-XA-2026-11-dinh-chinh-1-\d{8}\.zip", answer.headers["content-disposition"])
    assert (bundle.about["number"], bundle.about["basis"], told.differs) == (1, "kept", [])
    assert {"word_log", "word_uncut"} <= {one["code"] for one in told.rests}


def test_taking_a_bundle_stands_in_the_audit_log(auditor: TestClient, closed: Closed) -> None:
    auditor.get("/kiem-toan-goi/XA?ky=2026-11")

    assert closed.office.rows("audit", "actor", "action", "subject", "details")[-1] == (
        "lan", "audit bundle", "XA/", {"form": "zip", "period": "2026-11", "closed": 1},
    )  # fmt: skip
    page = " ".join(auditor.get("/nhat-ky").text.split())
    assert "<span>tệp zip</span><span>tháng 11/2026</span><span>đính chính lần 1</span>" in page
    assert '<td title="XA/">Xã Bắc Sơn</td>' in page


def test_a_log_whose_files_are_gone_is_said_to_be(auditor: TestClient, closed: Closed) -> None:
    with closed.office.database.writing() as connection:
        keep_state(connection, origin="danhgia.example/log", vkey="", size=0, root=b"", published_size=0, cosigned=0)

    folder = closed.services.config.log_directory / "public"
    assert f"Không có tệp của sổ công khai tại {folder}" in auditor.get("/kiem-toan").text
    assert "Nothing is published in a public log yet" not in auditor.get("/kiem-toan?lang=en").text


def test_the_file_is_handed_out_as_it_is(auditor: TestClient) -> None:
    assert auditor.get("/kiem-toan-tep/hailong-verify.py").content == Path(str(VERIFY.__file__)).read_bytes()


@pytest.mark.parametrize("way", ["/kiem-toan/XB", "/kiem-toan-goi/XB?ky=2026-11", "/kiem-toan-goi?ky=2026-10"])
def test_what_is_not_theirs_or_was_not_closed_is_refused(auditor: TestClient, way: str) -> None:
    assert auditor.get(way).status_code in (400, 404)


def test_nobody_but_an_auditor_is_let_in(auditor: TestClient, closed: Closed) -> None:
    for role in (Role.SUPERVISOR, Role.ADMINISTRATOR, Role.VIEWER, Role.IT):
        settle(closed.office.database, str(role), role=role, unit=None)
        found = Person(closed.services)
        found.now = closed.clock.now
        found.sign_in(str(role), CHOSEN)
        for way in ("/kiem-toan", "/kiem-toan-goi/XA?ky=2026-11", "/kiem-toan-tep/hailong-verify.py"):
            refused = found.client.get(way)
            assert refused.status_code == 403
            assert "Trang này chỉ dành cho tài khoản kiểm toán viên." in refused.text


@pytest.mark.parametrize("way", ["/kiem-toan?dv=99999", "/kiem-toan?dv=XB"])
def test_a_unit_that_is_not_theirs_is_refused_in_the_list_too(auditor: TestClient, way: str) -> None:
    assert auditor.get(way).status_code == auditor.get("/t/99999").status_code != 200
    assert auditor.get("/kiem-toan?dv=XA").status_code == 200


def test_what_was_not_recomputed_is_not_told_as_what_did_not_hold(auditor: TestClient, closed: Closed) -> None:
    assert "Chưa tính lại lần nào (máy chủ tính lại mỗi đêm)." in auditor.get("/kiem-toan").text

    with closed.office.database.writing() as connection:
        keep_shown(connection, [Finding("tally_wrong", "collector", {"day": "2026-11-20"})], closed.clock.now)
    page = " ".join(auditor.get("/kiem-toan").text.split())

    assert re.search(r"Đã tính lại lúc \d\d:\d\d[^<]*, có chỗ không khớp", page)
    assert "Chưa tính lại" not in page
    with closed.office.database.writing() as connection:
        connection.execute(delete(proof_state))
