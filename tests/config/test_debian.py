"""The Debian packages' own files: complete, sound, and careful with ratings. ``make trial`` installs the packages."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "config" / "packaging"))

from deb import COLLECTOR, KIOSK, SCRIPTS, Package, fill  # noqa: E402 - beside the other programs of the builder

DEBIAN = ROOT / "config" / "debian"
PACKAGES = pytest.mark.parametrize("package", [KIOSK, COLLECTOR], ids=["kiosk", "collector"])


def script(package: Package, name: str) -> str:
    return fill((DEBIAN / name).read_text("utf-8"), package.words)


@PACKAGES
@pytest.mark.parametrize("name", [*SCRIPTS, "run-as-hailong"])
def test_script_is_sound_for_the_shell_of_the_system(package, name, tmp_path):
    text = script(package, name)
    (tmp_path / name).write_text(text, "utf-8")

    assert text.startswith("#!/bin/sh\n")
    assert not re.search("@[A-Z]+@", text)
    subprocess.run(["sh", "-n", str(tmp_path / name)], check=True)


@pytest.mark.parametrize("program", KIOSK.programs)
def test_program_of_a_unit_is_sound_for_the_shell_of_the_system(program):
    subprocess.run(["sh", "-n", str(DEBIAN / "kiosk" / program)], check=True)


@PACKAGES
def test_control_file_says_what_debian_asks_for(package):
    control = (DEBIAN / package.command / "control").read_text("utf-8")

    fields = dict(re.findall(r"^(\w[\w-]*): (.+)$", control, re.MULTILINE))
    needed = {"Package", "Version", "Architecture", "Section", "Priority", "Maintainer", "Depends", "Description"}
    assert needed <= fields.keys()
    assert fields["Package"] == package.name
    assert "debconf" in fields["Depends"], "the question before deleting ratings needs it"


@PACKAGES
def test_ratings_are_deleted_only_on_purge_and_only_by_a_yes(package):
    after = script(package, "postrm")

    before_deleting, _, _ = after.partition("rm -rf")
    assert after.count("rm -rf /var/lib/hailong") == 1
    assert re.search(r'if \[ "\$1" = purge \]', before_deleting)
    assert f'db_get {package.name}/delete-data && [ "$RET" = true ]' in before_deleting
    question = (DEBIAN / package.command / "templates").read_text("utf-8")
    assert "Default: false" in question
    assert "Description-vi.UTF-8:" in question
    assert not any("/var/lib/hailong" in line and "rm " in line for name in SCRIPTS if name != "postrm"
                   for line in script(package, name).splitlines())  # fmt: skip


def test_packages_leave_each_other_s_data_alone():
    assert not set(KIOSK.data) & set(COLLECTOR.data)


@PACKAGES
def test_every_file_that_is_packed_is_there(package):
    ours = [ROOT / "config" / ours for ours, _ in package.files]
    ours += [DEBIAN / package.command / program for program in package.programs]
    ours += [ROOT / "config" / "systemd" / unit for unit in (*package.units, *package.enabled, *package.offered)]

    assert [str(path) for path in ours if not path.is_file()] == []


@PACKAGES
def test_settings_that_are_packed_name_the_folder_of_the_data(package):
    assert '#data_dir = "/var/lib/hailong"' in (ROOT / "config" / f"{package.command}.toml").read_text("utf-8")


def test_upgrade_starts_again_whatever_it_stopped_and_the_office_had_enabled():
    stopped = set(KIOSK.words["UNITS"].split()) - {"hailong-maintenance.service"}  # once a night, by its timer

    (started,) = re.findall(r"deb-systemd-invoke restart (.+) >", script(KIOSK, "postinst"))

    assert stopped == set(started.split())
