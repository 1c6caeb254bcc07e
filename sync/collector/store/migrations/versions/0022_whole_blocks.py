"""Whole blocks: what is shown stands under its series, in rows from which a period adds up what lies inside it."""

from contextlib import suppress
from typing import Any

import sqlalchemy as sa
from alembic import op

from kiosk.base.resources import resource
from kiosk.base.survey_file import load_survey
from kiosk.domain.numbers.blocks import Series
from kiosk.domain.visit.survey import Survey, SurveyInvalid, read_survey
from sync.collector.store.schema import Id, Seq, Serial

revision = "0022"
down_revision = "0021"

_LEVELS = [f"n{level}" for level in range(1, 6)]
_TEXTS = ["survey", "question", "stream"]
_STARTS = {
    "sqlite": ("date({0}, 'weekday 0', '-6 days')", "date({0}, 'weekday 0')", "date({0}, 'start of month')",
               "date({0}, 'start of month', '+1 month', '-1 day')", "max", "min"),
    "postgresql": ("date_trunc('week', {0})::date", "date_trunc('week', {0})::date + 6",
                   "date_trunc('month', {0})::date",
                   "(date_trunc('month', {0}) + interval '1 month')::date - 1", "greatest", "least"),
}  # fmt: skip


def upgrade() -> None:
    """What was shown stays what it was, its weeks parted where a month ends; what waited goes on waiting."""
    _change_block()
    for name in ("shown_count", "shown_unit_count", "served_count", "shown_stream"):
        op.rename_table(name, f"old_{name}")
    _make_tables()
    _map_versions()
    _take_over()
    _begin_now()
    for name in ("shown_count", "shown_unit_count", "served_count", "shown_stream"):
        op.drop_table(f"old_{name}")
    for name in ("waiting_count", "leftover_count", "shown_rule"):
        op.drop_table(name)


def _change_block() -> None:
    op.add_column("block", sa.Column("grain", sa.String(1)))
    op.add_column("block", sa.Column("is_suspect", sa.Boolean, nullable=False, server_default=sa.false()))
    op.drop_index("ix_block_waiting", "block")
    waits, untold, crosses = (
        sa.text(where) for where in ("shown_at IS NULL", "grain IS NULL", "grain IN ('x', 'y', 'z')")
    )
    for name, columns, where in (
        ("ix_block_waiting", ["last_day", "first_day"], waits),
        ("ix_block_untold", ["journal_id", "last_seq"], untold),
        ("ix_block_crossing", ["grain", "first_day"], crosses),
    ):
        op.create_index(name, "block", columns, postgresql_where=where, sqlite_where=where)
    op.create_index("ix_block_counter_id_last_day", "block", ["counter_id", "last_day"])


def _make_tables() -> None:
    ends = (*_span(), ("counter_id", Serial))
    _make("shown_count", [*_texts(), ("grain", sa.String(1)), *_span(), ("part", sa.String(2)), ends[-1]], _numbers())
    _make("shown_unit_count", [*_texts(), ("grain", sa.String(1)), *_span(), ("unit_id", Serial)], _numbers())
    _make("shown_stream", _texts(), [])
    of_day = [("grain", sa.String(1)), ("first", sa.Date), ("counter_id", Serial)]
    figures = [(name, sa.BigInteger) for name in ("ratings", "transactions", "known", "days")]
    _make("served_count", [*_texts()[:2], *of_day], figures)
    series = ("series", sa.String(60))
    _make("series_version", [series, ("question", sa.String(40)), ("survey", sa.String(60))], [])
    _make_of_blocks(series)
    half = [("counter_id", Serial), ("day", sa.Date), ("part", sa.String(2))]
    _make("remainder", [*_texts()[:2], *half, ("standing", sa.String(20))], [("n", sa.BigInteger)])
    op.create_table(
        "demonstration",
        sa.Column("row_id", sa.SmallInteger, nullable=False, autoincrement=False),
        sa.Column("mark", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("row_id", name="pk_demonstration"),
        sqlite_with_rowid=False,
    )


def _make_of_blocks(series: tuple[str, Any]) -> None:
    where = [("counter_id", Serial), ("unit_id", Serial)]
    asked = [series, ("question", sa.String(40))]
    _make(
        "outgoing",
        [("journal_id", Id), ("last_seq", Seq), ("grain", sa.String(1))],
        [*asked, *_span(), ("part", sa.String(2)), *where, ("is_suspect", sa.Boolean), ("sign", sa.SmallInteger)],
    )
    halves = [("first_day", sa.Date), ("first_part", sa.String(2)), ("last_day", sa.Date), ("last_part", sa.String(2))]
    _make(
        "aside_union",
        [("journal_id", Id), *asked, ("first_seq", Seq)],
        [("last_seq", Seq), ("is_told", sa.Boolean), *where, *halves, *_numbers()],
    )


def _texts() -> list[tuple[str, Any]]:
    return [("survey", sa.String(60)), ("question", sa.String(40)), ("stream", sa.String(60))]


def _span() -> list[tuple[str, Any]]:
    return [("first", sa.Date), ("last", sa.Date)]


def _numbers() -> list[tuple[str, Any]]:
    return [(name, sa.BigInteger) for name in _LEVELS]


def _make(name: str, keys: list[tuple[str, Any]], others: list[tuple[str, Any]]) -> None:
    columns = [sa.Column(each, kind, nullable=False) for each, kind in (*keys, *others)]
    key = sa.PrimaryKeyConstraint(*(each for each, _ in keys), name=f"pk_{name}")
    _forget_key(f"old_{name}", f"pk_{name}")
    op.create_table(name, *columns, key, sqlite_with_rowid=False)


def _forget_key(table: str, key: str) -> None:
    """PostgreSQL keeps a key's name when its table is renamed."""
    if op.get_bind().dialect.name == "postgresql" and sa.inspect(op.get_bind()).has_table(table):
        op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {key} TO old_{key}")


def _map_versions() -> None:
    """The series of every version of the shipped and published surveys."""
    texts = sa.table("survey_text", sa.column("ref"), sa.column("text"), sa.column("published_at"))
    rows = op.get_bind().execute(sa.select(texts.c.ref, texts.c.text).where(texts.c.published_at.is_not(None)))
    surveys: dict[str, Survey] = {**_shipped(), **{row.ref: read_survey(row.text, row.ref) for row in rows}}
    found = [
        {
            "series": Series(survey.id, question.id, tuple(level.value for level in question.levels)).key,
            "question": question.id,
            "survey": ref,
        }
        for ref, survey in surveys.items()
        for question in survey.questions
    ]
    op.bulk_insert(sa.table("series_version", *map(sa.column, ("series", "question", "survey"))), found)


def _shipped() -> dict[str, Survey]:
    """Those that can be read."""
    found = {}
    for path in sorted(resource("config", "surveys").glob("*.toml")):
        with suppress(SurveyInvalid):
            survey = load_survey(path)
            found[survey.ref] = survey
    return found


def _take_over() -> None:
    run = op.get_bind().exec_driver_sql
    known = "LEFT JOIN series_version v ON v.survey = o.survey AND v.question = o.question"
    of = "coalesce(v.series, o.survey)"
    levels, sums = ", ".join(_LEVELS), ", ".join(f"sum(o.{name})" for name in _LEVELS)
    for grain, first, last, part in _spans("o.first"):
        by = f"{of}, o.question, o.stream, {first}, {last}"
        run(
            f"INSERT INTO shown_count (survey, question, stream, grain, first, last, part, counter_id, {levels}) "  # noqa: S608
            f"SELECT {of}, o.question, o.stream, '{grain}', {first}, {last}, {part or chr(39) * 2}, "
            f"o.counter_id, {sums} "
            f"FROM old_shown_count o {known} WHERE o.grain = 'd' GROUP BY {by}, o.counter_id{part and ', ' + part}"
        )
    by = "o.survey, o.question, o.stream, o.grain, o.first, o.last, c.unit_id"
    run(
        f"INSERT INTO shown_unit_count (survey, question, stream, grain, first, last, unit_id, {levels}) "  # noqa: S608
        f"SELECT {by}, {sums} FROM shown_count o JOIN counter c ON c.counter_id = o.counter_id "
        f"WHERE o.grain <> 'h' GROUP BY {by}"
    )
    run(
        f"INSERT INTO shown_stream (survey, question, stream) SELECT DISTINCT {of}, o.question, o.stream "  # noqa: S608
        f"FROM old_shown_stream o {known}"
    )
    _take_over_served(of, known)
    _take_over_rest(of, known)


def _take_over_served(of: str, known: str) -> None:
    run = op.get_bind().exec_driver_sql
    names = "survey, question, grain, first, counter_id, ratings, transactions, known, days"
    # Of two versions on one day it is one day all the same.
    figures = "sum(o.ratings), max(o.transactions), max(o.known), max(o.days)"
    by = f"{of}, o.question, o.first, o.counter_id"
    run(
        f"INSERT INTO served_count ({names}) SELECT {of}, o.question, 'd', o.first, o.counter_id, {figures} "  # noqa: S608
        f"FROM old_served_count o {known} WHERE o.grain = 'd' GROUP BY {by}"
    )
    sums = "sum(s.ratings), sum(s.transactions), sum(s.known), sum(s.days)"
    for grain, first, _, _ in _spans("s.first")[2:]:
        run(
            f"INSERT INTO served_count ({names}) SELECT s.survey, s.question, '{grain}', {first}, s.counter_id, {sums} "  # noqa: S608
            f"FROM served_count s WHERE s.grain = 'd' GROUP BY s.survey, s.question, {first}, s.counter_id"
        )


def _take_over_rest(of: str, known: str) -> None:
    """What had not been shown: how many. What a reason or a level was of them is told no more."""
    counted = "o.stream NOT LIKE 'reason:%%' AND o.stream <> 'aside'"
    place = "survey, question, stream, counter_id, day, part, n"
    op.get_bind().exec_driver_sql(
        "INSERT INTO remainder (survey, question, counter_id, day, part, standing, n) "  # noqa: S608
        f"SELECT {of}, o.question, o.counter_id, o.day, o.part, o.stream, sum(o.n) FROM ("
        f"SELECT {place} FROM waiting_count UNION ALL SELECT {place} FROM leftover_count) o {known} WHERE {counted} "
        f"GROUP BY {of}, o.question, o.counter_id, o.day, o.part, o.stream HAVING sum(o.n) > 0"
    )


def _begin_now() -> None:
    """What had come by now is shown as it was told, or remains; cuts are read from the next line on."""
    op.execute(
        "INSERT INTO cut_state (journal_id, next_seq, state) SELECT journal_id, next_seq, '' FROM journal "
        "WHERE next_seq > 1 AND journal_id NOT IN (SELECT journal_id FROM cut_state)"
    )


def _spans(day: str) -> list[tuple[str, str, str, str]]:
    """By grain, the first and the last day of the row to which a day belongs, and the part."""
    dialect = op.get_bind().dialect.name
    monday, sunday, first, last, greatest, least = (each.format(day) for each in _STARTS[dialect])
    week = f"{greatest}({monday}, {first})", f"{least}({sunday}, {last})"
    return [("h", day, day, "o.part"), ("d", day, day, ""), ("w", *week, ""), ("m", first, last, "")]
