"""``collector counts import``: a month's counts go in, or one sentence says why not."""

from pathlib import Path

from sync.collector.profiles.index766 import COLUMNS
from tests.sync.collector.commands.test_cli import run, sentence


def test_a_months_counts_go_in_and_a_wrong_line_keeps_all_out(tmp_path: Path) -> None:
    folder, file = str(tmp_path / "data"), tmp_path / "766.csv"
    made = run("counter", "new", "Q1", "Quầy 1", "--unit", "XA", "--unit-name", "Xã Bắc Sơn", "--data-dir", folder)
    file.write_text(",".join(COLUMNS) + "\nXA,2026-10,1000,12,3,20,32,40,38,4\n", "utf-8")

    taken = run("counts", "import", str(file), "--data-dir", folder)
    file.write_text(",".join(COLUMNS) + "\nXA,2026-10,1000,12,3,20,9,40,38,4\n", "utf-8")
    refused = run("counts", "import", str(file), "--data-dir", folder)

    assert (made.returncode, taken.returncode, taken.stdout) == (0, 0, "Months taken over: 1\n"), taken.stderr
    assert "2: not_satisfied is 9, but must lie from 20 to 35" in sentence(refused, 2)
