from dataclasses import replace
from pathlib import Path
from datetime import timedelta
from functools import partial

import msgspec
from kiosk.base.texts import texts
from sync.collector.chores.every import transact
from sync.collector.kit.bundle import Wanted, make_bundle
from sync.collector.people.rights import ANYBODY
from sync.collector.services.closed import find_shelf
from sync.collector.settings.log import Log
from sync.collector.transparency.keeper import Keeper
from tests.journey.known_month import known_month
from tests.sync.collector.sharing import compiled_once, quick_hashes  # noqa

def test_it(tmp_path):
    with known_month() as world:
        world.centre.close_months()
        services = world.centre.services
        config = msgspec.structs.replace(services.config, log=Log(directory=tmp_path / "log", name="danhgia.example/log"))
        services = replace(services, config=config)
        keeper = Keeper(config, services.database, partial(transact, services), lambda: services.now() + timedelta(days=1))
        keeper.run()
        print(keeper.open_keys(keeper.folder).signer.vkey)
        for unit in ("XA", "XB", None):
            shelf = find_shelf(services, ANYBODY, unit, "2026-10")
            body = make_bundle(services, Wanted(shelf, texts("collector", "vi")))
            Path(f"/tmp/k2-{unit}.zip").write_bytes(body)
            print(unit, len(body))
