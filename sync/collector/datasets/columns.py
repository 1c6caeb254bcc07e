"""Columns: what stands in each kind of file, what it means, and what a file says of itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

SCHEMA = 1
"""Rises with every change that a reader of the files would have to know of."""


class Column(NamedTuple):
    """One column of a file."""

    name: str
    kind: str
    """Its type, as DuckDB writes it."""
    means: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file."""

    name: str
    columns: tuple[Column, ...]
    method: str

    @property
    def file(self) -> str:
        """What each file of it is called, in the folder of its month."""
        return f"{self.name}.parquet"


_PLACE = (
    Column("unit", "VARCHAR", "Code of the unit; none where several units without one above them have it together."),
    Column("unit_name", "VARCHAR", "What the unit was called at the end of the month."),
    Column("unit_path", "VARCHAR", "Codes from the top, 20/06040/: what lies below a unit begins with its path."),
    Column("counter", "VARCHAR", "Code that the counter had then; none for what several counters of the unit have "
           "together: blocks of several, and a month's leavings that were pooled."),
    Column("counter_name", "VARCHAR", "What the counter was called at the end of the month."),
)  # fmt: skip

SUMS = Kind(
    "sums",
    (
        *_PLACE,
        Column("series", "VARCHAR", "What is added up together: a survey with its levels, whatever the version."),
        Column("question", "VARCHAR", "Id of the question."),
        Column("first_day", "DATE", "First day of the blocks that are added up here."),
        Column("last_day", "DATE", "Last day: a period has those rows of which both days lie in it."),
        Column("part", "VARCHAR", "am or pm where they are of one half day; none otherwise."),
        Column("what", "VARCHAR", "level: counted ratings by level. reason: counted ratings that name it. standing: "
               "ratings set aside, by why. aside: ratings set aside, by level, as far as they may be told."),
        Column("level", "TINYINT", "1 is the least, 5 the most; of level and aside."),
        Column("standing", "VARCHAR", "Why they were set aside: repeat, out_of_hours, test or suspect; of standing."),
        Column("reason", "VARCHAR", "Id of the reason; of reason. A rating may name several."),
        Column("n", "BIGINT", "How many ratings."),
    ),
    "Sums of whole blocks, pools and unions of five ratings or more. Rows of one kind (what) hold each rating once. "
    "What waits is in none of them. top2box: levels 4 and 5 of all levels.",
)  # fmt: skip

LINES = Kind(
    "lines",
    (
        *_PLACE,
        Column("survey", "VARCHAR", "Survey and version, id@version."),
        Column("question", "VARCHAR", "Id of the question."),
        Column("day", "DATE", "The office's day."),
        Column("part", "VARCHAR", "am or pm: nothing finer leaves."),
        Column("standing", "VARCHAR", "counted, or why it was set aside: repeat, out_of_hours, test or suspect."),
        Column("level", "TINYINT", "The level that counts, 1 is the least."),
        Column("first_level", "TINYINT", "The first one, where another face was chosen after it."),
        Column("reasons", "VARCHAR[]", "Ids of the reasons, in the order of their letters."),
    ),
    "Single ratings, each once, whatever became of them. Rows are in the order of what stands in them.",
)


def described(kind: Kind) -> str:
    """The columns of a kind as a Markdown table, as manuals have it."""
    rows = [f"| `{column.name}` | {column.kind} | {column.means} |" for column in kind.columns]
    return "\n".join(["| column | type | means |", "|---|---|---|", *rows])


def about(kind: Kind, said: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What a file says of itself: its kind, schema and method, each column's meaning, and ``said``."""
    yield "hailong.kind", kind.name
    yield "hailong.schema", str(SCHEMA)
    yield "hailong.method", kind.method
    yield from ((f"hailong.{name}", words) for name, words in said.items())
    yield from ((f"hailong.column.{column.name}", column.means) for column in kind.columns)
