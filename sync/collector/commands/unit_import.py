"""``collector unit import``: the State's list of provinces and communes is taken over.

What does the work is imported by each command, so that ``--help`` does not load the tables, pages and exports.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from sync.collector.commands.shared import ConfigFile, DataDir, Yes, actor, ask, in_transaction, open_ready, tell
from sync.collector.errors import UsageWrong
from sync.collector.settings.collector import load_config


def unit_import(
    config: ConfigFile = None,
    data_dir: DataDir = None,
    province: Annotated[
        list[str] | None, typer.Option(help="Code of a province, two digits; may be repeated. Default: all.")
    ] = None,
    yes: Yes = False,
) -> None:
    """Take over provinces and communes by the State's codes.

    What it would change of units where counters stand is shown, and asked about. A repeat changes nothing.
    """
    from sync.collector.fleet.places import unit_list

    settings = load_config(config, data_dir)
    database, now = open_ready(settings, begin=True), datetime.now(UTC)
    with database.reading() as connection:
        plan = unit_list.plan_import(connection, province or [])
    for change in plan.grave:
        _show_change(change)
    if plan.grave:
        ask(yes=yes)
    show: unit_list.Progress = lambda name, n: tell("{name}: {n} communes", name=name, n=n)  # noqa: E731
    today = now.astimezone(settings.zone).date()

    def take(connection: Any) -> None:
        # The list that was shown: whoever changed a unit meanwhile is asked anew.
        if unit_list.plan_import(connection, province or []).grave != plan.grave:
            raise UsageWrong("somebody changed units meanwhile: look at the list again")
        unit_list.import_units(connection, plan, now, today, actor(), show)

    in_transaction(database, take)
    n = sum(map(len, plan.communes.values()))
    tell("Provinces there: {provinces}. Communes there: {communes}.", provinces=len(plan.provinces), communes=n)


def _show_change(change: Any) -> None:
    values = {"code": change.code, "name": change.name, "to": change.to, "n": change.counters}
    match change.what:
        case "renamed":
            tell("{code} {name} would be named {to} (counters: {n})", **values)
        case "moved":
            tell("{code} {name} would lie below {to} (counters: {n})", **values)
        case "doubled":
            tell(
                "{to} would be made beside {code}, which has the same name {name} (counters: {n}); "
                "afterwards: collector unit end {code} --into {to}",
                **values,
            )
        case _:
            tell(
                "{code} {name} is in the list no more and would stay (counters: {n}); "
                "afterwards: collector unit end {code} --into …",
                **values,
            )
