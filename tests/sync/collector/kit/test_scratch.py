import importlib.util, json, sys
from pathlib import Path
import pytest
from kiosk.base.texts import texts
from sync.collector.kit.bundle import Wanted, make_bundle
from sync.collector.people.rights import ANYBODY
from sync.collector.services.closed import find_shelf
from tests.journey.known_month import known_month
from tests.sync.collector.sharing import compiled_once, quick_hashes  # noqa


def test_it(tmp_path):
    with known_month() as world:
        world.centre.close_months()
        services = world.centre.services
        for unit in ("XA", "XB", None):
            shelf = find_shelf(services, ANYBODY, unit, "2026-10")
            body = make_bundle(services, Wanted(shelf, texts("collector", "vi")))
            Path(f"/tmp/k2-{unit}.zip").write_bytes(body)
            print(unit, len(body))
