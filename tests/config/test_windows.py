"""The Windows script: no Windows runs it here, but what it says of the kiosk is so."""

import re
import tomllib
from pathlib import Path

import typer

from kiosk.base.settings.reading import read_settings
from kiosk.base.system import system_file
from kiosk.commands.main import commands
from kiosk.office.settings import KioskSettings

SCRIPT = (Path(__file__).parents[2] / "config" / "windows" / "install-kiosk.ps1").read_text("utf-8")


def test_script_starts_commands_that_exist():
    known = typer.main.get_command(commands).commands.keys()

    started = set(re.findall(r'-Argument "(\w+)"', SCRIPT)) | set(re.findall(r'`"\$Kiosk`" (\w+)', SCRIPT))

    assert started == {"run", "sync"}
    assert started <= known


def test_script_writes_settings_that_the_kiosk_reads_where_it_looks_for_them(tmp_path):
    (said,) = re.findall(r'WriteAllText\(\$File, "(.+)`n"\)', SCRIPT)
    written = re.sub(r"\$\(.+?\)", "C:/ProgramData/hailong/data", said).replace('`"', '"')
    (tmp_path / "kiosk.toml").write_text(written, "utf-8")

    assert tomllib.loads(written) == {"data_dir": "C:/ProgramData/hailong/data"}
    read = read_settings(KioskSettings, tmp_path / "kiosk.toml").settings
    assert read.data_dir == Path("C:/ProgramData/hailong/data")
    assert system_file("kiosk.toml", "win32", {}) == Path("C:/ProgramData/hailong/kiosk.toml")
    assert 'Join-Path $env:ProgramData "hailong"' in SCRIPT
    assert 'Join-Path $Settings "kiosk.toml"' in SCRIPT


def test_script_deletes_no_data():
    assert "Remove-Item" not in SCRIPT
    assert "The data stays in $Data." in SCRIPT
