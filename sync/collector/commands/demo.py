"""``collector demo-data``: a believable province to look at.

What does the work is imported by each command, so that ``--help`` does not load the tables, pages and exports.
"""

from datetime import UTC, datetime
from pathlib import Path
from shlex import quote
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
    counters: Annotated[
        int | None, typer.Option(help="How many counters, with a kiosk each; default: some 55.", min=1, max=4000)
    ] = None,
    until: Annotated[datetime | None, typer.Option(help="Pretend that it is this moment (UTC).")] = None,
    accounts: Annotated[
        bool, typer.Option("--accounts", help="Make accounts too and print their one-time passwords; needed for "
                                              "comments and cases, which are shown to nobody without an account.")
    ] = False,
) -> None:  # fmt: skip
    """Write a believable province into an empty database: some 60 kiosks, months of ratings, comments, stories.

    Past months are closed. With --data-dir the profile of Circular 01/2018 is switched on there too, by a drop-in of
    that folder alone, and a public log begins that is called the demo's, so that auditors' bundles can be checked.
    """
    from sync.collector.fleet.surveys.library import shipped_surveys
    from sync.collector.run.demo_data import add_people, close_months, tell_stories, write_province
    from sync.collector.services.services import make_services

    settings = load_config(config, data_dir)
    database = open_ready(settings, begin=True)
    now = until.replace(tzinfo=UTC) if until else datetime.now(UTC)
    survey = shipped_surveys()["sipas-5@1"]
    with faults_named(database):
        written = write_province(
            database, province, months, seed, now, LocalDays(settings.zone), survey,
            lambda name, n: tell("{name}: {n} ratings", name=name, n=n), counters,
        )  # fmt: skip
        people = add_people(database, province, now) if accounts else []
        services = make_services(settings, database, lambda: now)
        tell_stories(database, services, now, seed)
        # What shows single presses is kept for good nowhere.
        reports = 0 if settings.demo else close_months(database, services)
        services.writer.close()
    database.close()
    if data_dir is not None:
        switch_on(data_dir)
    if data_dir is not None and settings.log.keep and not settings.demo:
        tell("Key of the demo's public log: {vkey}", vkey=_begin_log(config, data_dir, now))
    for person in people:
        tell("{name} ({full_name}): {password}", name=person.name, full_name=person.full_name, password=person.password)
    tell("Reports kept: {n}", n=reports)
    tell("Ratings counted: {n}. Look at them: {command}", n=written, command=look_at(data_dir))


def look_at(data_dir: Path | None) -> str:
    """The command that serves the folder into which the province was written."""
    return "collector serve" if data_dir is None else f"collector serve --data-dir {quote(str(data_dir))}"


def switch_on(data_dir: Path) -> None:
    """Let the demo's folder, and no installation, show the page whose kiosks it has, and name the log the demo's."""
    from sync.collector.run.demo_data.proof import LOG_NAME

    folder = data_dir / "collector" / f"collector.toml{DROP_INS}"
    said = f'[reports]\ntt01 = true\n\n[log]\nname = "{LOG_NAME}"\n'
    write_private(folder / "demo.toml", said.encode(), durable=False)


def _begin_log(config: Path | None, data_dir: Path, now: datetime) -> str:
    """Begin the log of the demo's folder, under the name that it has from now on; its key."""
    from sync.collector.run.demo_data import begin_log
    from sync.collector.services.services import make_services

    settings = load_config(config, data_dir)
    database = open_ready(settings)
    services = make_services(settings, database, lambda: now)
    with faults_named(database):
        vkey = begin_log(database, services)
    services.writer.close()
    database.close()
    return vkey
