"""What is in force is shown with where it comes from, and no secret with it."""

import json
import tomllib
from pathlib import Path
from typing import ClassVar

import pytest
from msgspec import structs, to_builtins

from kiosk.base.settings.layers import Origin, Source
from kiosk.base.settings.listing import Overlay, list_settings, setting_line
from kiosk.base.settings.reading import Section, Settings, read_settings
from kiosk.base.texts import texts
from kiosk.commands.config import _named
from kiosk.office.settings import KioskSettings, load_kiosk_settings, read_kiosk_settings
from sync.collector.settings.collector import read_config

ENGLISH = texts("kiosk", "en")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "kiosk").mkdir()
    return tmp_path


def write(folder: Path, text: str) -> None:
    (folder / "kiosk" / "kiosk.toml").write_text(text, "utf-8")


def shown(folder: Path) -> dict[str, object]:
    return {setting.key: setting.value for setting in list_settings(read_kiosk_settings(None, folder))}


def nested(table: dict[str, object], keys: str) -> object:
    for key in keys.split("."):
        table = table[key]  # type: ignore[assignment]
    return table


def test_every_key_is_listed_with_its_value(folder):
    listed = shown(folder)
    plain = to_builtins(read_kiosk_settings(None, folder).settings, enc_hook=str)

    sections = {field.name for field in structs.fields(KioskSettings) if isinstance(plain[field.name], dict)}
    expected = {name for name in plain if name not in sections}
    expected |= {f"{section}.{name}" for section in sections for name in plain[section]}
    assert set(listed) == expected
    assert all(value == nested(plain, key) for key, value in listed.items())


def test_lines_are_settings_again(folder):
    write(
        folder,
        "[office.name]\nvi = 'Xã \"Bắc Sơn\"'\n[visit]\nhours = [{days = ['mon'], start = '07:30', end = '11:30'}]\n",
    )
    own = read_kiosk_settings(None, folder)

    lines = [setting_line(setting, ENGLISH) for setting in list_settings(own)]

    (folder / "again.toml").write_text("\n".join(lines), "utf-8")
    assert load_kiosk_settings(folder / "again.toml", None) == own.settings
    assert tomllib.loads("\n".join(lines))["office"]["name"]["vi"] == 'Xã "Bắc Sơn"'


@pytest.mark.parametrize("password", ["geheim", "ge@heim", "ge/heim", "ge:heim"])
def test_passwords_in_addresses_are_masked(folder, password):
    write(folder, f"[collector]\nproxy = 'http://user:{password}@proxy:3128'")

    assert shown(folder)["collector.proxy"] == "http://user:***@proxy:3128"


def test_secrets_of_both_sides_are_masked(folder, monkeypatch):
    monkeypatch.setenv("HAILONG_KIOSK_STAFF__PIN_HASH", "$argon2id$geheim")
    monkeypatch.setenv("HAILONG_COLLECTOR_DATABASE_URL", "postgresql://h:geheim@db/x?password=geheim")

    kiosk, collector = shown(folder), list_settings(read_config(None, folder))

    assert kiosk["staff.pin_hash"] == "***"
    assert "postgresql://h:***@db/x?***" in [setting.value for setting in collector]
    assert "geheim" not in json.dumps([setting.as_dict() for setting in collector]) + json.dumps(kiosk)


def test_what_the_office_set_is_shown_as_the_offices(folder):
    write(folder, "survey = 'sipas-5'\n[screen]\ntheme = 'dark'")
    reading = read_kiosk_settings(None, folder)
    office = Origin(Source.OFFICE, "7")
    overlay = Overlay(structs.replace(reading.settings, survey="tt32-3"), office)

    origins = {setting.key: setting.origin for setting in list_settings(reading, overlay)}

    assert origins["survey"] == office
    assert origins["screen.theme"].source is Source.FILE
    assert origins["screen.sound"].source is Source.DEFAULT


def test_everything_that_the_settings_name_is_looked_for(folder):
    write(
        folder,
        "survey = 'nps'\n[office]\nlogo = '/no/logo.png'\ncolours = { accent = 'red' }\n"
        "[collector]\nca_file = '/no/ca.pem'\n[screen]\nlanguages = ['vi', 'xx']",
    )

    told = {fault.key: str(fault) for fault in _named(load_kiosk_settings(None, folder))}

    assert set(told) == {"survey", "office.logo", "office.colours", "collector.ca_file", "screen.languages"}
    assert told["collector.ca_file"] == "settings: collector.ca_file: /no/ca.pem is not there"


class Mail(Section, frozen=True):
    mail_password: str = ""
    password_file: str = ""


class Post(Settings, frozen=True):
    environment: ClassVar[str] = "HAILONG_TEST_POST_"
    mail: Mail = Mail()


def test_key_named_like_a_secret_is_masked_even_where_nobody_said_so():
    reading = read_settings(Post, None, overrides={"mail": {"mail_password": "geheim", "password_file": "/etc/p"}})

    values = {setting.key: setting.value for setting in list_settings(reading)}

    assert values == {"mail.mail_password": "***", "mail.password_file": "/etc/p"}
