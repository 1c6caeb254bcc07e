"""Lying: what a dishonest owner of a collector would freeze, so that nothing but the lie itself is wrong in a bundle.

The basis is altered, report and printed tables are made to follow from it, and the report is said to have the hash that
it has: whatever the auditor's file names then is the lie. What kiosks signed stays as it is.
"""

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.journey.altered import hide_cut
from tests.journey.bundles import VERIFY, Opened

Lie = Callable[[Opened], Any]


def told_of(opened: Opened, path: Path) -> Any:
    """What the auditor's file finds once the collector's owner made everything follow from the altered basis."""
    _follow(opened, path)
    opened["proofs"]["reports"][0]["sha256"] = sha256(json.dumps(opened["report"]).encode()).hexdigest()
    opened["proofs"]["checkpoint"] = None
    return VERIFY.verify(opened.written(path))[1]


def _follow(opened: Opened, path: Path) -> None:
    bundle, report = _bundle(opened, path), opened["report"]
    for part in report["parts"]:
        for line in (part["me"], *part["children"], *part["counters"]):
            _follow_line(bundle, report, part, line)
    _follow_reasons(bundle, report)

    class Printed(VERIFY.Printed):  # type: ignore[misc, name-defined]
        def _cell(self, where: str, row: dict[str, Any], name: str, wanted: Any) -> None:
            if wanted is not None or not isinstance(row.get(name), dict):
                row[name] = wanted

    tables = Printed(VERIFY.Report(_bundle(opened, path), VERIFY.Told()))
    tables.check()
    for name, rows in tables.tables.items():
        opened["printed"]["tables"][name] = rows


def _bundle(opened: Opened, path: Path) -> Any:
    # Altered bytes are written anew, and no others: these have no hash yet.
    opened.files["report.json"] = opened.files["printed.json"] = b"{}"
    return VERIFY.Bundle(opened.written(path))


def _follow_line(bundle: Any, report: dict[str, Any], part: dict[str, Any], line: dict[str, Any]) -> None:
    found = VERIFY.Line(bundle, *part["series"]["asked"], line["place"], VERIFY.LEAST)
    levels, waits, both = found.levels(), found.waits(), found.both()
    n = sum(levels.values())
    line["shown"] = {"counts": _named(levels), "percent": n >= report["policy"]["percent_min"]}
    line |= {"waits": dict(waits), "aside": dict(found.aside())}
    if both is not None:
        line["both"]["counts"] = _named(both)
    for week in line.get("weeks", ()):
        first = date.fromisoformat(week[0])
        if {f"{day:%Y-%m}" for day in (first, first + timedelta(days=6))} == {found.month}:
            of_week, aside = found.week(first)
            week[1]["counts"] = _named(of_week)
            week[2] = aside if line is part["me"] else week[2]


def _follow_reasons(bundle: Any, report: dict[str, Any]) -> None:
    main = report["parts"][0]
    asked = main["series"]["asked"]
    line = VERIFY.Line(bundle, *asked, report["place"], VERIFY.LEAST)
    chosen, n = line.reasons(), sum(line.levels().values())
    below = {
        one["place"]: VERIFY.Line(bundle, *asked, one["place"], VERIFY.LEAST).reasons() for one in main["children"]
    }
    ranked = VERIFY.ranks({one["id"]: chosen[one["id"]] for one in report["reasons"]})
    for one in report["reasons"]:
        name = one["id"]
        one |= {"n": chosen[name], "rank": ranked[name]}
        one["share"] = {**one["share"], "numerator": chosen[name], "denominator": n}
        one["by_child"] = {place: some[name] for place, some in below.items()}
    for month in report["reason_months"]:
        if month[0].startswith(line.month):
            month[1:] = [n, dict(chosen)]


def _named(levels: dict[int, int]) -> dict[str, int]:
    return {str(level): n for level, n in levels.items()}


def _bad(opened: Opened) -> Iterator[Any]:
    """Some whole blocks of little satisfaction: those that somebody would rather not have in a report."""
    whole = [one for one in opened["basis"]["blocks"] if one[14] and all(piece[3] == "counted" for piece in one[13])]
    yield from sorted(whole, key=lambda one: -sum(one[14][:3]) / sum(one[14]))[:8]


def _cuts(opened: Opened, blocks: list[Any]) -> Iterator[dict[str, Any]]:
    wanted = {(one[0], one[1]) for one in blocks}
    for found in opened["journals"]:
        yield from (cut for cut in found["cuts"] if (found["journal"], cut["last"]) in wanted)


def nothing(opened: Opened) -> None:
    """The control: honest numbers, that follow from the basis as it was."""


def blocks_left_out(opened: Opened) -> None:
    for one in list(_bad(opened)):
        opened["basis"]["blocks"].remove(one)


def cuts_of_one_name(opened: Opened) -> None:
    """Left out, and their cuts said to be other blocks', whose own cuts come after them."""
    gone = list(_bad(opened))
    for found in opened["journals"]:
        mine = [one for one in found["cuts"] if one["last"] is not None]
        names = [one["last"] for one in mine if (found["journal"], one["last"]) not in {(b[0], b[1]) for b in gone}]
        for cut in _cuts(opened, [one for one in gone if one[0] == found["journal"]]):
            cut["last"] = names[-1]
    for one in gone:
        opened["basis"]["blocks"].remove(one)


def cuts_hidden(opened: Opened) -> None:
    gone = list(_bad(opened))
    for cut in list(_cuts(opened, gone)):
        hide_cut(cut, None)
    for one in gone:
        opened["basis"]["blocks"].remove(one)


def cuts_called_otherwise(opened: Opened) -> None:
    """Another reason than those that a collector may have."""
    cuts_hidden(opened)
    for found in opened["journals"]:
        for cut in found["cuts"]:
            cut["why"] = "elsewhere" if cut["statement"] is None else cut["why"]


def made_before_the_month_ended(opened: Opened) -> None:
    opened["report"]["today"] = "2026-10-31"


def blocks_not_shown(opened: Opened) -> None:
    for one in _bad(opened):
        one[8:10], one[14:16] = [False, False], [None, {}]


def blocks_not_believed(opened: Opened) -> None:
    for one in _bad(opened):
        one[7:10], one[14:16] = ["sums", False, True], [None, {}]


def blocks_of_another_month(opened: Opened) -> None:
    for one in _bad(opened):
        one[12] = ["2026-09-30", "2026-10-01"]


def blocks_of_no_unit(opened: Opened) -> None:
    for one in _bad(opened):
        one[11] = None


def blocks_of_another_counter(opened: Opened) -> None:
    for one in _bad(opened):
        one[11] = one[11][:-1] + ("1" if one[11].endswith("2") else "2")


def blocks_of_another_unit(opened: Opened) -> None:
    for one in _bad(opened):
        one[11] = "TINH/XB/:Q1"


def blocks_in_a_pool(opened: Opened) -> None:
    pool = opened["basis"]["pools"][0]
    for one in _bad(opened):
        pool[4][4] += sum(one[14])
        one[10], one[14], one[15] = pool[0], None, {}


def blocks_of_another_week(opened: Opened) -> None:
    for one in _bad(opened):
        one[12] = ["2026-10-05", "2026-10-05"]


def the_unit(opened: Opened) -> None:
    opened["bundle"]["unit"] |= {"name": "Xã XB", "code": "XB"}


def an_unknown_table(opened: Opened) -> None:
    opened["printed"]["tables"]["more"] = [{"n": 1}]


def an_unknown_column(opened: Opened) -> None:
    opened["printed"]["tables"]["figures"][0]["best"] = "99.9"


def names_of_places(opened: Opened) -> None:
    one, two, *_ = opened["printed"]["tables"]["places"]
    one["place"], two["place"] = two["place"], one["place"]


def a_label_of_a_week(opened: Opened) -> None:
    opened["printed"]["tables"]["weeks"][1]["week"] = "01/01/2026"


def names_of_levels(opened: Opened) -> None:
    low, *_, high, _ = opened["printed"]["tables"]["levels"]
    low["level"], high["level"] = high["level"], low["level"]


LIES: list[tuple[Lie, set[str]]] = [
    (nothing, set()),
    (blocks_left_out, {"cut_unused"}),
    (cuts_of_one_name, {"cut_twice"}),
    (cuts_hidden, {"cut_hidden"}),
    (cuts_called_otherwise, {"cut_hidden"}),
    (made_before_the_month_ended, {"report_early"}),
    (blocks_not_shown, {"block_hidden"}),
    (blocks_not_believed, {"block_faulty"}),
    (blocks_of_another_month, {"block_when"}),
    (blocks_of_no_unit, {"block_beyond"}),
    (blocks_of_another_counter, {"block_where"}),
    (blocks_of_another_unit, {"block_where"}),
    (blocks_in_a_pool, {"block_pooled"}),
    (blocks_of_another_week, {"block_when"}),
    (the_unit, {"wrong_unit"}),
    (an_unknown_table, {"printed_unknown"}),
    (an_unknown_column, {"printed_unknown"}),
    (names_of_places, {"number"}),
    (names_of_levels, {"number"}),
    (a_label_of_a_week, {"number"}),
]
"""Each with all that the auditor's file may say of it."""


def blocks_of_a_corrected_month(opened: Opened) -> None:
    for one in _bad(opened):
        one[12], one[13] = ["2026-11-02"] * 2, [[piece[0], "2026-11-02", *piece[2:]] for piece in one[13]]


def blocks_of_a_higher_minimum(opened: Opened) -> None:
    opened["report"]["policy"]["step"] = 1000
    blocks_not_shown(opened)


def blocks_of_several_units(opened: Opened) -> None:
    gone = list(_bad(opened))
    for cut in list(_cuts(opened, gone)):
        hide_cut(cut, "unit")
    for one in gone:
        one[11] = None


SAID: list[tuple[Lie, str]] = [
    (blocks_of_a_corrected_month, "word_month"),
    (blocks_of_a_higher_minimum, "word_minimum"),
    (blocks_of_several_units, "word_beyond"),
]
"""What may be true and may be a lie: it is said with how many ratings it is of."""
