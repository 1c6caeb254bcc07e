"""The shipped units: systemd reads them without a word, and finds them as closed as they are promised to be."""

import re
import subprocess
from pathlib import Path

import pytest

from kiosk.journal.upkeep.behind import BEHIND

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "config" / "systemd"
EXPOSURE_MAX = {
    "hailong-agent": 2.5,
    "hailong-collector": 2.5,
    "hailong-maintenance": 2.5,
    "hailong-witness": 2.5,
    # It needs the graphics card and the X server's door.
    "hailong-kiosk": 2.5,
}
DATA_DIR = "/var/lib/hailong"


def unit(name: str) -> str:
    return (UNITS / name).read_text("utf-8")


def test_systemd_understands_every_unit(tmp_path):
    for path in UNITS.iterdir():
        # What the units start is there only once the packages are installed.
        text = re.sub(
            r"^(Exec(?:Start(?:Pre)?|Reload))=\S+", r"\1=/bin/true", path.read_text("utf-8"), flags=re.MULTILINE
        )
        (tmp_path / path.name).write_text(text, "utf-8")

    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *sorted(str(path) for path in tmp_path.iterdir())],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    ours = [line for line in checked.stderr.splitlines() if "hailong" in line]
    assert (checked.returncode, ours) == (0, []), checked.stderr


@pytest.mark.parametrize("name", EXPOSURE_MAX)
def test_unit_is_as_closed_as_promised(name):
    told = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", str(UNITS / f"{name}.service")],
        capture_output=True, text=True, timeout=60, check=False,
    ).stdout  # fmt: skip

    exposure = re.search(r"exposure level for \S+ ([\d.]+)", told)
    assert exposure is not None, told
    assert float(exposure[1]) <= EXPOSURE_MAX[name]


@pytest.mark.parametrize(
    "name",
    ["hailong-kiosk.service", "hailong-agent.service", "hailong-collector.service", "hailong-witness.service"],
)
def test_program_that_stands_still_or_ends_is_started_again(name):
    text = unit(name)

    assert "Type=notify" in text
    assert re.search(r"^WatchdogSec=\d+$", text, re.MULTILINE)
    assert "Restart=always" in text
    assert "StartLimitIntervalSec=0" in text, "systemd would give up after five starts, and somebody must drive there"


def test_every_program_may_write_where_the_data_lies_and_nowhere_else():
    for name in EXPOSURE_MAX:
        text = unit(f"{name}.service")

        assert "ProtectSystem=strict" in text
        assert f"StateDirectory={Path(DATA_DIR).name}\n" in text
        assert "User=hailong" in text


def test_screen_goes_before_everything_else_of_the_kiosks():
    first, *others = (places(f"hailong-{name}.service") for name in ("kiosk", "agent", "update", "maintenance"))

    for other in others:
        assert first["Nice"] < other["Nice"]
        assert first["CPUWeight"] >= 50 * other["CPUWeight"]
        assert first["IOWeight"] >= 50 * other["IOWeight"]
    # The X server runs in a group of logind's; what is drawn must not wait there.
    assert places("hailong-screen.service")["Nice"] == first["Nice"]


def test_upkeep_behind_the_screen_is_before_the_agent():
    assert places("hailong-kiosk.service")["Nice"] + BEHIND < places("hailong-agent.service")["Nice"]


def places(name: str) -> dict[str, int]:
    """How urgent the unit's programs are."""
    return {key: int(n) for key, n in re.findall(r"^(Nice|CPUWeight|IOWeight)=(-?\d+)$", unit(name), re.MULTILINE)}
