"""No page can be forgotten: every address of the app that people look at is in the list of pages."""

from pathlib import Path

from sync.collector.run.app import create_app
from sync.collector.services.services import make_services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.database import open_database
from tests.browser.acts import ACTS
from tests.browser.listed import PAGES, is_page
from tests.sync.collector.api.test_api_access import doors


def test_every_page_of_the_app_is_in_the_list(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'collector.db'}", create=True)
    services = make_services(CollectorConfig(), database)

    routes = {path for method, path in doors(create_app(services)) if method == "GET"}

    assert {route for route in routes if is_page(route)} == {page.route for page in PAGES}
    services.writer.close()
    database.close()


def test_no_two_pages_share_a_picture() -> None:
    names = [page.name for page in (*PAGES, *ACTS)]

    assert sorted(set(names)) == sorted(names)
