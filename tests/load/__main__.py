"""The load of a whole country: ``python -m tests.load [--kiosks 200 --minutes 1 --outage 20 --sqlite]``.

Simulated kiosks call as real agents do: all of them at rest, with a change of settings in between; then a tenth comes
back at once after two weeks. On PostgreSQL two processes serve, on SQLite one. Exits 1 where a limit is missed.
"""

import argparse
import json
import logging
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import structlog

from tests.load.plan import FLEET, Plan
from tests.load.run import run
from tests.load.table import Row, rows_of

_BUILD = Path(__file__).resolve().parents[2] / "build"


def main(arguments: list[str]) -> int:
    """Run, and print."""
    # As Ctrl-C does: collectors and database are processes of their own, and must not stay behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    logging.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    began, rows = time.monotonic(), []
    for plan in plans(arguments):
        print(f"\n{plan.engine}, {plan.processes} processes, {plan.kiosks:,} kiosks", flush=True)
        found = _lived_through(plan)
        print(*found, sep="\n", flush=True)
        rows += [{"engine": plan.engine, **_as_json(row)} for row in found]
    _BUILD.mkdir(exist_ok=True)
    (_BUILD / "load.json").write_text(json.dumps(rows, indent=1))
    bound = [row for row in rows if row["limit"] is not None]
    failed = [row for row in bound if not row["ok"]]
    print(f"\n{len(bound) - len(failed)} limits kept, {len(failed)} missed, {time.monotonic() - began:.0f} s")
    return 1 if failed else 0


def _lived_through(plan: Plan) -> list[Row]:
    """The table of one engine; of a run that broke off its fault, so that the other engine is still tried."""
    try:
        return list(rows_of(run(plan, lambda said: print(f"  … {said}", flush=True))))
    except Exception:
        traceback.print_exc()
        return [Row("runs that broke off", 1, "", 0)]


def plans(arguments: list[str]) -> Iterator[Plan]:
    """What is asked for: both engines where none is named."""
    asked = argparse.ArgumentParser(prog="make load", description=__doc__)
    asked.add_argument("--kiosks", type=int, default=FLEET)
    asked.add_argument("--minutes", type=float, default=1.5, help="at rest, after the minute in which all come")
    asked.add_argument("--outage", type=int, help="how many were away; a tenth by default")
    asked.add_argument("--entries", type=int, default=850, help="that each of them brings")
    asked.add_argument("--sqlite", action="store_true", help="SQLite alone")
    asked.add_argument("--postgresql", action="store_true", help="PostgreSQL alone")
    asked.add_argument("--generators", type=int, default=1, help="processes that play kiosks")
    given = asked.parse_args(arguments)
    outage = given.kiosks // 10 if given.outage is None else given.outage
    plan = Plan(given.kiosks, given.minutes * 60, outage, given.entries, sqlite=False, generators=given.generators)
    if given.postgresql or not given.sqlite:
        yield plan
    if given.sqlite or not given.postgresql:
        # At rest both engines do the same; of SQLite the outage is what tells.
        yield replace(plan, sqlite=True, rest_s=plan.rest_s if given.sqlite else 0.0)


def _as_json(row: Row) -> dict[str, object]:
    return {"name": row.name, "value": row.value, "unit": row.unit, "limit": row.limit, "ok": row.ok}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
