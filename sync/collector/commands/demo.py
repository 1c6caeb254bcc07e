"""``collector demo-data``: a believable province to look at.

What does the work is imported by each command, so that ``--help`` does not load the tables, pages and exports.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from kiosk.base.private_file import write_private
from kiosk.base.settings.layers import DROP_INS
from sync.collector.calendar.presstime import LocalDays
from sync.collector.commands.shared import ConfigFile, DataDir, open_ready, tell
from sync.collector.settings.collector import load_config
from sync.collector.store.database import faults_named


def demo_data(
    config: ConfigFile = None,
    data_dir: DataDir = None,
    province: Annotated[str, typer.Option(help="Code of the province, two digits.")] = "20",
    months: Annotated[int, typer.Option(help="How many months up to now.", min=1, max=36)] = 6,
    seed: Annotated[int, typer.Option(help="The same seed writes the same province.")] = 1,
    until: Annotated[datetime | None, typer.Option(help="Pretend that it is this moment (UTC).")] = None,
    accounts: Annotated[
        bool, typer.Option("--accounts", help="Make accounts too and print their one-time passwords; needed for "
                                              "comments and cases, which are shown to nobody without an account.")
    ] = False,
) -> None:  # fmt: skip
    """Write a believable province into an empty database: some 60 kiosks, months of ratings, comments, stories.

    With --data-dir the profile of Circular 01/2018 is switched on there too, by a drop-in of that folder alone.
    """
    from sync.collector.fleet.surveys.library import shipped_surveys
    from sync.collector.run.demo_data import add_people, tell_stories, write_province
    from sync.collector.services.services import make_services

    settings = load_config(config, data_dir)
    database = open_ready(settings, begin=True)
    now = until.replace(tzinfo=UTC) if until else datetime.now(UTC)
    survey = shipped_surveys()["sipas-5@1"]
    with faults_named(database):
        written = write_province(
            database, province, months, seed, now, LocalDays(settings.zone), survey,
            lambda name, n: tell("{name}: {n} ratings", name=name, n=n),
        )  # fmt: skip
        people = add_people(database, province, now) if accounts else []
        services = make_services(settings, database, lambda: now)
        tell_stories(database, services, now, seed)
        services.writer.close()
    database.close()
    if data_dir is not None:
        switch_on_tt01(data_dir)
    for person in people:
        tell("{name} ({full_name}): {password}", name=person.name, full_name=person.full_name, password=person.password)
    tell("Ratings counted: {n}. Look at them: collector serve", n=written)


def switch_on_tt01(data_dir: Path) -> None:
    """Let the demo's folder, and no installation, show the page whose kiosks the demo has."""
    folder = data_dir / "collector" / f"collector.toml{DROP_INS}"
    write_private(folder / "demo.toml", b"[reports]\ntt01 = true\n", durable=False)
