"""``collector unit`` and ``collector counter``: places are made, named, moved and ended.

What does the work is imported by each command, so that ``--help`` does not load the tables, pages and exports.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from sync.collector.calendar.presstime import LocalDays
from sync.collector.commands.shared import ConfigFile, DataDir, Yes, actor, ask, in_transaction, open_ready, tell
from sync.collector.commands.unit_import import unit_import
from sync.collector.errors import UsageWrong
from sync.collector.settings.collector import load_config

unit_app = typer.Typer(help="Administrative units.", no_args_is_help=True)
counter_app = typer.Typer(help="Counters.", no_args_is_help=True)

Table = Annotated[
    Path | None, typer.Option("--from", metavar="CSV", help="A table of many, one a line; shown before it is done.")
]
Since = Annotated[str | None, typer.Option(metavar="DAY", help="From which day on, as 2026-07-01; default: today.")]
CounterCode = Annotated[str | None, typer.Argument(help="The counter's code.", metavar="CODE")]
UnitCode = Annotated[str | None, typer.Argument(help="The unit's code.", metavar="CODE")]
NewName = Annotated[str | None, typer.Argument(help="The name, as reports show it.", metavar="NAME")]


class Given(NamedTuple):
    """The arguments of one change, or a table of many in their place."""

    needed: dict[str, str | None]
    """Each by its name; None was not given."""
    more: dict[str, str | None]
    """What has a default."""
    table: Path | None
    yes: bool

    def change(self) -> dict[str, str]:
        """What was given of one change. Raises UsageWrong where it is not clear what is to be done."""
        found = {name: value for name, value in (self.needed | self.more).items() if value is not None}
        if self.table is not None and found:
            raise UsageWrong("give a table with --from, or one change by its own arguments, not both")
        if self.table is None and self.yes:
            raise UsageWrong("--yes belongs to a table (--from): one change is not asked about")
        if self.table is None and None in self.needed.values():
            raise UsageWrong(
                "say what is to change: {wanted}; or give a table with --from", wanted=", ".join(self.needed)
            )
        return found


@counter_app.command("new", epilog="Example: collector counter new HC-02 'Quầy 2' --unit 06040")
def counter_new(
    code: Annotated[str, typer.Argument(help="The counter's code, unique in this collector.", metavar="CODE")],
    name: Annotated[str, typer.Argument(help="Its name, as reports show it.", metavar="NAME")],
    unit: Annotated[str, typer.Option(help="Code of its unit.")],
    unit_name: Annotated[str | None, typer.Option(help="Makes the unit, with this name, if it is missing.")] = None,
    config: ConfigFile = None,
    data_dir: DataDir = None,
) -> None:
    """Make a counter."""
    from sync.collector.fleet.places import units

    settings, now = load_config(config, data_dir), datetime.now(UTC)
    database = open_ready(settings, begin=unit_name is not None)

    def make(connection: Any) -> None:
        units.new_counter(connection, code, name, units.unit_for(connection, unit, unit_name), now, actor())

    in_transaction(database, make)
    tell("Counter {code} is there.", code=code)


@counter_app.command("move", epilog="Example: collector counter move HC-02 --unit 06001 --since 2026-07-01")
def counter_move(
    code: CounterCode = None,
    unit: Annotated[str | None, typer.Option(help="Code of the unit where it stands from then on.")] = None,
    since: Since = None,
    table: Table = None,
    yes: Yes = False,
    config: ConfigFile = None,
    data_dir: DataDir = None,
) -> None:
    """Let a counter stand in another unit from a day on; what was pressed before stays where it was pressed.

    A table has the columns counter, unit, since and, where the counter gets another name with it, name.
    """
    from sync.collector.services.place_changes import CounterMove

    given = Given({"counter": code, "unit": unit}, {"since": since}, table, yes)
    _change(CounterMove, given, (config, data_dir), _moved)


@counter_app.command("rename", epilog="Example: collector counter rename HC-02 'Quầy 2 – Hộ tịch'")
def counter_rename(
    code: CounterCode = None,
    name: NewName = None,
    table: Table = None,
    yes: Yes = False,
    config: ConfigFile = None,
    data_dir: DataDir = None,
) -> None:
    """Name a counter anew. A table has the columns counter and name."""
    from sync.collector.services.place_changes import CounterName

    given = Given({"counter": code, "name": name}, {}, table, yes)
    _change(CounterName, given, (config, data_dir), _named)


@unit_app.command("new", epilog="Example: collector unit new 06040.TC 'Tổ tiếp công dân' --below 06040")
def unit_new(
    code: UnitCode = None,
    name: NewName = None,
    below: Annotated[str | None, typer.Option(help="Code of the unit above it; default: none.")] = None,
    table: Table = None,
    yes: Yes = False,
    config: ConfigFile = None,
    data_dir: DataDir = None,
) -> None:
    """Make a unit. A table has the columns unit, name and above."""
    from sync.collector.services.place_changes import UnitNew

    given = Given({"unit": code, "name": name}, {"above": below}, table, yes)
    _change(UnitNew, given, (config, data_dir), _made)


@unit_app.command("rename", epilog="Example: collector unit rename 06040 'Xã Thất Khê'")
def unit_rename(
    code: UnitCode = None,
    name: NewName = None,
    table: Table = None,
    yes: Yes = False,
    config: ConfigFile = None,
    data_dir: DataDir = None,
) -> None:
    """Name a unit anew. A table has the columns unit and name."""
    from sync.collector.services.place_changes import UnitName

    given = Given({"unit": code, "name": name}, {}, table, yes)
    _change(UnitName, given, (config, data_dir), _named)


@unit_app.command("end", epilog="Example: collector unit end 06040 --into 06001 --since 2026-07-01")
def unit_end(
    code: UnitCode = None,
    into: Annotated[list[str] | None, typer.Option(help="Code of a unit that follows it; may be repeated.")] = None,
    since: Since = None,
    table: Table = None,
    yes: Yes = False,
    config: ConfigFile = None,
    data_dir: DataDir = None,
) -> None:
    """End a unit on a day, the first on which it is no more, and say which units follow it.

    Its counters move into the one that follows; where several do, move each counter before. A table has the columns
    unit, since and into, with blanks between several.
    """
    from sync.collector.services.place_changes import UnitEnd

    given = Given({"unit": code}, {"since": since, "into": " ".join(into) if into else None}, table, yes)
    _change(UnitEnd, given, (config, data_dir), _ended)


@unit_app.command("reopen", epilog="Example: collector unit reopen 06040")
def unit_reopen(
    code: Annotated[str, typer.Argument(help="The unit's code.", metavar="CODE")],
    config: ConfigFile = None,
    data_dir: DataDir = None,
) -> None:
    """Take the end of a unit back; the counters that moved into the one that follows come back with all since then."""
    from sync.collector.services.moves import Act, reopen_unit

    settings = load_config(config, data_dir)
    act = Act(datetime.now(UTC), actor(), LocalDays(settings.zone))
    moved = in_transaction(open_ready(settings), lambda connection: reopen_unit(connection, code, act))
    tell(
        "Unit {code} goes on. Counters that came back: {counters}; ratings that go along: {n}",
        code=code,
        counters=_codes(moved.counters),
        n=moved.ratings,
    )


unit_app.command("import", epilog="Example: collector unit import --province 20 --province 01")(unit_import)


def _change(kind: Any, given: Given, files: tuple[Path | None, Path | None], say: Callable[[Any], None]) -> None:
    """One change by its arguments, or many by a table: tried, shown, asked about, done."""
    from sync.collector.services import place_changes as changes
    from sync.collector.services.moves import Act

    values, config = given.change(), load_config(*files)
    begin = kind is changes.UnitNew
    act = Act(datetime.now(UTC), actor(), LocalDays(config.zone))
    if "since" in given.more:
        values.setdefault("since", act.today.isoformat())
    file = given.table
    if file is None:
        row = _row(kind, values)
        say(in_transaction(open_ready(config, begin=begin), lambda connection: changes.change(connection, row, act)))
        return
    rows = changes.read_changes(file, kind)
    database, work = open_ready(config, begin=begin), partial(changes.carry_out, file=file, rows=rows, act=act)
    for each in changes.try_out(database.writing, work):
        say(each)
    ask(yes=given.yes)
    tell("Done: {n}", n=len(in_transaction(database, work)))


def _row(kind: Any, given: dict[str, str]) -> Any:
    if "since" in given:
        try:
            given["since"] = date.fromisoformat(given["since"]).isoformat()
        except ValueError as error:
            raise UsageWrong("{day!r} is no day: write it as 2026-07-01", day=given["since"]) from error
    return kind(**given)


def _moved(done: Any) -> None:
    row = done.row
    tell(
        "Counter {code}: unit {before} until {day}, from then on {unit}; ratings that go along: {n}",
        code=row.counter,
        before=done.before,
        day=row.since,
        unit=row.unit,
        n=done.moved.ratings,
    )


def _named(done: Any) -> None:
    code = getattr(done.row, "counter", "") or done.row.unit
    tell("{code}: {before} is named {name}", code=code, before=done.before, name=done.row.name)


def _made(done: Any) -> None:
    tell("Unit {code} {name} is there.", code=done.row.unit, name=" ".join(done.row.name.split()))


def _ended(done: Any) -> None:
    into = list(dict.fromkeys(done.row.into.split()))
    tell(
        "Unit {code} ended on {day}, followed by: {into}. Counters that moved: {counters}; ratings that go along: {n}",
        code=done.row.unit,
        day=done.row.since,
        into=_codes(into),
        counters=len(done.moved.counters),
        n=done.moved.ratings,
    )
    if done.moved.accounts:
        tell(
            "These accounts see only what was pressed there before; give them another unit on the page of accounts: "
            "{accounts}",
            accounts=_codes(done.moved.accounts),
        )


def _codes(codes: Sequence[str]) -> str:
    return ", ".join(codes) or "–"
