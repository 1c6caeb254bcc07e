"""Runs every ``bench_*.py`` here and prints one table; ``python tests/bench/run.py [topic …]``.

Each of them has ``figures()``. The table also goes to ``build/bench.json``. Exits 1 when a budget is missed.
"""

import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent)]

from harness import Figure  # noqa: E402 - the path comes first


def main(topics: list[str]) -> int:
    print(f"{'figure':<58}{'value':>14}  {'baseline':>14}  {'ratio':>7}  {'budget':>8}")
    figures = []
    for figure in all_figures(topics):
        figures.append(figure)
        print(row(figure), flush=True)
    build = HERE.parent.parent / "build"
    build.mkdir(exist_ok=True)
    (build / "bench.json").write_text(json.dumps([figure.as_json() for figure in figures], indent=1))
    return 0 if all(figure.ok for figure in figures) else 1


def all_figures(topics: list[str]) -> Iterator[Figure]:
    for path in sorted(HERE.glob("bench_*.py")):
        if topics and path.stem.removeprefix("bench_") not in topics:
            continue
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        # A process that a bench starts finds the bench's functions by its name.
        sys.modules[path.stem] = module
        spec.loader.exec_module(module)
        yield from module.figures()


def row(figure: Figure) -> str:
    bound = "" if figure.budget is None else f"{'≤' if figure.at_most else '≥'} {figure.budget:g}"
    verdict = "" if figure.budget is None else ("ok" if figure.ok else "SHORT")
    value, baseline = f"{figure.value:,.4g} {figure.unit}", f"{figure.baseline:,.4g} {figure.unit}"
    return f"{figure.name:<58}{value:>14}  {baseline:>14}  {figure.ratio:>7.3f}  {bound:>8}  {verdict}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
