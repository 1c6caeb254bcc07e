"""A page that is refused says what is really wrong."""

from dataclasses import replace
from pathlib import Path

from starlette.testclient import TestClient

from sync.collector.run.app import create_app
from sync.collector.services.services import make_services
from sync.collector.settings.collector import CollectorConfig
from tests.sync.collector.builders import NOON
from tests.sync.collector.sharing import open_migrated


def test_on_the_machine_itself_an_account_is_missing_and_elsewhere_the_place_is_wrong(tmp_path: Path) -> None:
    database = open_migrated(tmp_path / "collector.db")
    services = make_services(CollectorConfig(data_dir=tmp_path), database, lambda: NOON)
    here, there = (
        TestClient(create_app(replace(services)), base_url="http://localhost:8000", client=(host, 1))
        for host in ("127.0.0.1", "10.0.0.7")
    )

    on_it, elsewhere = here.get("/may"), there.get("/may")
    services.writer.close()
    database.close()

    assert (on_it.status_code, elsewhere.status_code) == (403, 403)
    assert "chưa có tài khoản nào" in on_it.text
    assert "trên chính máy chủ, tại địa chỉ http://localhost:8600" in elsewhere.text
