"""The upgrade, against an apt, a dpkg and a systemd of the test's: what is refused is told, held and gone back from."""

import os
import subprocess
from pathlib import Path

import pytest

from kiosk.office.upgrade import Refusal, read_refusal

ROOT = Path(__file__).parents[2]
PROGRAMS = {
    "apt-get": """
        case "$*" in
            *" update") ! [ -e no-ring ] || { cat no-ring >&2; exit 100; } ;;
            *" download "*)
                ! [ -e "$HAILONG_UPDATE_ROOT/no-way-back" ] || exit 100
                echo package >"hailong-kiosk_${*##*=}_amd64.deb" ;;
            *--simulate*) ! [ -e uninstallable ] || { echo 'E: Unable to correct problems' >&2; exit 100; } ;;
            *--download-only*) ! [ -e no-download ] || { cat no-download >&2; exit 100; } ;;
            *)
                version=${*##*[=_]}
                version=${version%.deb}
                echo "$version" >>installs
                ! [ -e "breaks-$version" ] || { echo "dpkg: error processing package hailong-kiosk" >&2; exit 100; }
                echo "$version" >installed ;;
        esac""",
    "apt-cache": """
        case $1 in
            policy) echo "  Candidate: $(cat offered)" ;;
            madison) [ -e gone ] || echo "hailong-kiosk | 1 | https://goi.example.vn stable/main amd64 Packages" ;;
        esac""",
    "dpkg-query": "cat installed",
    "dpkg": '[ "$1" = --configure ] || [ "$2" -gt "$4" ]',
    "systemctl": 'read -r version <installed; case $1 in show) echo 0 ;; *) ! [ -e "dark-$version" ] ;; esac',
    "kiosk": '! [ -e "damages-$(cat installed)" ]',
    "sleep": "! [ -e power-cut ] || kill -9 $PPID",
}  # fmt: skip


class Machine:
    """A kiosk with version 1, as its upgrade sees it; a file in its folder makes something fail."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "var/lib/hailong-update"
        (folder / "bin").mkdir()
        for name, text in PROGRAMS.items():
            (folder / "bin" / name).write_text(f"#!/bin/sh\n{text}\n", "utf-8")
            (folder / "bin" / name).chmod(0o755)
        self.put("installed", "1")
        self.put("offered", "1")

    def put(self, name: str, text: str = "") -> None:
        (self.folder / name).write_text(text + "\n", "utf-8")

    def upgrade(self, *options: str) -> int:
        """One run of the script; what it returns."""
        environment = {"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "HAILONG_UPDATE_WATCH_S": "100",
                       "HAILONG_UPDATE_ROOT": str(self.folder)}  # fmt: skip
        script = ROOT / "config" / "debian" / "kiosk" / "update"
        return subprocess.run(
            ["sh", script, *options], cwd=self.folder, env=environment, timeout=60, check=False, capture_output=True
        ).returncode

    @property
    def installed(self) -> str:
        return (self.folder / "installed").read_text("utf-8").strip()

    @property
    def installs(self) -> list[str]:
        """Every version that was put on the disk, in order."""
        found = self.folder / "installs"
        return found.read_text("utf-8").split() if found.exists() else []

    @property
    def refusal(self) -> Refusal | None:
        return read_refusal(self.state / "refusal")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_build_that_is_well_stays_and_nothing_is_told(machine: Machine) -> None:
    machine.put("offered", "2")

    assert machine.upgrade() == 0

    assert (machine.installed, machine.refusal) == ("2", None)


@pytest.mark.parametrize(
    ("fails", "why"),
    [
        ("dark-2", "the screen was away for 90 s"),
        ("damages-2", "the journal does not verify"),
        ("breaks-2", "dpkg: error processing package hailong-kiosk"),
    ],
)
def test_build_that_is_not_well_is_gone_back_from_and_told(machine: Machine, fails: str, why: str) -> None:
    machine.put("offered", "2")
    machine.put(fails)

    assert machine.upgrade() == 1

    refusal = machine.refusal
    assert refusal is not None
    assert (machine.installed, refusal.version, refusal.why) == ("1", "2", why)
    assert (machine.state / "refusal").stat().st_mode & 0o777 == 0o644, "the agent is another user"


def test_build_that_was_gone_back_from_is_not_tried_every_night(machine: Machine) -> None:
    machine.put("offered", "2")
    machine.put("dark-2")
    machine.upgrade()

    for _night in range(3):
        assert machine.upgrade() == 0

    assert machine.installs == ["2", "1"]
    assert machine.refusal is not None, "it still stands"


def test_newer_build_is_taken_and_ends_the_refusal(machine: Machine) -> None:
    machine.put("offered", "2")
    machine.put("dark-2")
    machine.upgrade()
    machine.put("offered", "3")

    assert machine.upgrade() == 0

    assert (machine.installed, machine.refusal) == ("3", None)


@pytest.mark.parametrize("order", [["--again"], []], ids=["by the administrator", "by the office"])
def test_held_build_is_tried_again_when_somebody_says_so(machine: Machine, order: list[str]) -> None:
    machine.put("offered", "2")
    machine.put("dark-2")
    machine.upgrade()
    (machine.folder / "dark-2").unlink()
    if not order:
        (machine.folder / "var/lib/hailong/kiosk").mkdir(parents=True)
        machine.put("var/lib/hailong/kiosk/upgrade-again")

    assert machine.upgrade(*order) == 0

    assert (machine.installed, machine.refusal) == ("2", None)
    assert not (machine.folder / "var/lib/hailong/kiosk/upgrade-again").exists()


def test_refusal_ends_when_the_build_is_no_longer_offered(machine: Machine) -> None:
    machine.put("offered", "2")
    machine.put("dark-2")
    machine.upgrade()
    machine.put("offered", "1")

    assert machine.upgrade() == 0

    assert machine.refusal is None


def test_held_build_that_is_offered_again_is_told_again_and_not_tried(machine: Machine) -> None:
    machine.put("offered", "2")
    machine.put("dark-2")
    for offered in ("2", "1", "2"):
        machine.put("offered", offered)
        machine.upgrade()

    refusal = machine.refusal
    assert refusal is not None
    assert (machine.installs, refusal.version, refusal.why) == (["2", "1"], "2", "it was gone back from before")


def test_package_that_cannot_be_installed_is_told_and_nothing_is_changed(machine: Machine) -> None:
    machine.put("offered", "2")
    machine.put("uninstallable")

    assert machine.upgrade() == 1

    refusal = machine.refusal
    assert refusal is not None
    assert (machine.installs, refusal.why) == ([], "it cannot be installed: E: Unable to correct problems")


def test_altered_package_is_told_without_the_repository_s_password(machine: Machine) -> None:
    machine.put("offered", "2")
    machine.put("no-download", "E: Failed to fetch https://may:bi-mat@goi.example.vn/hailong.deb  Hash Sum mismatch")

    machine.upgrade()

    refusal = machine.refusal
    assert refusal is not None
    assert "Hash Sum mismatch" in refusal.why
    assert "bi-mat" not in (machine.state / "refusal").read_text("utf-8")


def test_network_that_breaks_off_refuses_nothing(machine: Machine) -> None:
    machine.put("offered", "2")
    machine.put("no-download", "E: Failed to fetch https://goi.example.vn/hailong.deb  Connection timed out")
    assert machine.upgrade() == 1
    assert (machine.installs, machine.refusal) == ([], None)

    (machine.folder / "no-download").unlink()

    assert machine.upgrade() == 0
    assert machine.installed == "2"


def test_build_that_was_being_watched_when_the_power_went_is_watched_to_the_end(machine: Machine) -> None:
    machine.put("offered", "2")
    machine.put("dark-2")
    machine.put("power-cut")
    machine.upgrade()
    assert machine.installed == "2"
    (machine.folder / "power-cut").unlink()

    assert machine.upgrade() == 1

    refusal = machine.refusal
    assert refusal is not None
    assert (machine.installed, refusal.version) == ("1", "2")


def test_previous_build_that_cannot_be_had_any_more_is_told(machine: Machine) -> None:
    machine.put("offered", "2")
    machine.put("dark-2")
    machine.put("breaks-1")

    assert machine.upgrade() == 1

    refusal = machine.refusal
    assert refusal is not None
    assert refusal.why.startswith("the screen was away for 90 s; and it could not be gone back to 1")


def test_going_back_needs_neither_the_network_nor_the_ring_that_the_way_back_came_from(machine: Machine) -> None:
    machine.upgrade()
    machine.put("offered", "2")
    machine.put("dark-2")
    machine.put("no-way-back")
    machine.put("gone")

    machine.upgrade()

    assert machine.installs == ["2", "1"]


def test_nothing_is_tried_that_could_not_be_gone_back_from(machine: Machine) -> None:
    machine.put("offered", "2")
    machine.put("no-way-back")
    machine.put("gone")

    assert machine.upgrade() == 1

    refusal = machine.refusal
    assert refusal is not None
    assert (machine.installs, refusal.why) == ([], "there is no way back: the repository has no 1")


def with_ring(machine: Machine, ring: str | None) -> str:
    """The suite that a kiosk follows after one upgrade with this ring set by the office."""
    settings = machine.folder / "var/lib/hailong/kiosk/settings.json"
    source = machine.folder / "etc/apt/sources.list.d/hailong.sources"
    for file in (settings, source):
        file.parent.mkdir(parents=True, exist_ok=True)
    if not source.exists():
        source.write_text("Types: deb\nSuites: stable extra\nComponents: main\n", "utf-8")
    settings.write_text("{\n" + (f'  "ring": "{ring}"\n' if ring else "") + "}\n", "utf-8")
    machine.upgrade()
    return source.read_text("utf-8").splitlines()[1]


def test_ring_that_the_office_takes_back_leaves_the_kiosk_s_own(machine: Machine) -> None:
    followed = [with_ring(machine, ring) for ring in (None, "canary", "early", None, None)]

    assert followed == [
        f"Suites: {suite}" for suite in ("stable extra", "canary", "early", "stable extra", "stable extra")
    ]


def test_ring_that_the_repository_does_not_have_is_told_until_it_is_mended(machine: Machine) -> None:
    machine.put("no-ring", "E: The repository 'https://goi.example.vn cannary Release' does not have a Release file.")
    assert machine.upgrade() == 1
    refusal = machine.refusal
    assert refusal is not None
    assert refusal.version == "1"
    assert "cannary" in refusal.why

    (machine.folder / "no-ring").unlink()

    assert machine.upgrade() == 0
    assert machine.refusal is None


def test_ring_that_has_the_way_back_is_not_left_before_that_is_at_hand(machine: Machine) -> None:
    machine.put("no-way-back")
    assert with_ring(machine, "canary") == "Suites: stable extra"

    (machine.folder / "no-way-back").unlink()

    assert with_ring(machine, "canary") == "Suites: canary"
