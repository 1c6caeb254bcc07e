"""Files that people hand in are read as their editor saved them: with a byte-order mark, or in UTF-16."""

import codecs
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from assets.build import compile_catalogue
from kiosk.base.handed_in import handed_in
from kiosk.base.resources import resource
from kiosk.base.settings.reading import read_settings
from kiosk.base.survey_file import load_survey
from kiosk.domain.visit.survey import read_survey
from kiosk.office.settings import KioskSettings
from kiosk.setup.drop_in import drop_in_of
from kiosk.setup.wishes import read_wishes
from kiosk.ui.look.languages import load_languages
from sync.collector.fleet.places.counter_table import read_table
from sync.collector.profiles.counts_file import COLUMNS, read_counts
from sync.collector.settings.collector import CollectorConfig
from tests import started

SAVED_AS: dict[str, Callable[[str], bytes]] = {
    "utf-8": str.encode,
    "notepad": lambda text: codecs.BOM_UTF8 + text.replace("\n", "\r\n").encode(),
    "powershell": lambda text: codecs.BOM_UTF16_LE + text.replace("\n", "\r\n").encode("utf-16-le"),
}
PIN_HASH = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$MDEyMzQ1Njc4OWFiY2RlZg"


@pytest.fixture(params=SAVED_AS.values(), ids=SAVED_AS)
def save(request, tmp_path) -> Callable[[str, str], Path]:
    """Write a text as an editor does."""

    def write(name: str, text: str) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(request.param(text))
        return file

    return write


def test_kiosk_settings_and_their_drop_ins(save):
    main = save("kiosk.toml", 'time_zone = "Asia/Ho_Chi_Minh"\n[office]\nname = { vi = "UBND xã Bắc Sơn" }\n')
    save(f"{drop_in_of(main).parent.name}/60-own.toml", '[office]\ncounter = { vi = "Quầy Hộ tịch" }\n')

    read = read_settings(KioskSettings, main).settings

    assert (read.office.name, read.office.counter) == ({"vi": "UBND xã Bắc Sơn"}, {"vi": "Quầy Hộ tịch"})


def test_collector_settings_and_the_file_of_a_secret(save, tmp_path):
    secret = save("mail-password", "mật-khẩu\n")
    secret.chmod(0o600)
    toml = f'listen_port = 8802\n[notices.mail]\nhost = "mail"\nsender = "a@example.vn"\npassword_file = "{secret}"\n'
    main = save("collector.toml", toml)

    read = read_settings(CollectorConfig, main).settings

    assert (read.listen_port, read.notices.mail.password) == (8802, "mật-khẩu")


def test_setup_file(save):
    file = save("hailong-setup.toml", 'server = "http://127.0.0.1:8801"\ncode = "FFCM-ZBHF"\ncounter = "HK1"\n')

    wishes = read_wishes(file, {})

    assert (wishes.server, wishes.code, wishes.counter) == ("http://127.0.0.1:8801", "FFCM-ZBHF", "HK1")


def test_survey_as_a_file_and_as_text(save):
    text = resource("config", "surveys", "sipas-5.toml").read_text("utf-8")
    file = save("own.toml", text)

    assert load_survey(file) == read_survey(handed_in(file.read_bytes()), "own") == read_survey("\ufeff" + text, "own")


def test_language_of_the_offices_own(save, tmp_path):
    save("ede/language.toml", 'name = "Êđê"\n')

    (language,) = load_languages(("ede",), tmp_path)

    assert language.name == "Êđê"


def test_tables_of_counters_and_of_counts(save):
    table = save("counters.csv", "counter,unit,name\nHK1,TTHC-A,Quầy Hộ tịch\n")
    counts = save("counts.csv", ";".join(COLUMNS) + "\n")

    assert [numbered.row.name for numbered in read_table(table, ())] == ["Quầy Hộ tịch"]
    assert [fault.line for fault in read_counts(counts.read_bytes(), date(2026, 11, 30)).faults] == [2]


def test_catalogue_of_a_translator(tmp_path):
    source = tmp_path / "kiosk.po"
    source.write_bytes(
        codecs.BOM_UTF8
        + 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Save"\nmsgstr "Lưu"\n'.encode()
    )

    assert compile_catalogue(source) == 1
    assert "Lưu".encode() in source.with_suffix(".mo").read_bytes()


@pytest.mark.parametrize("body", [b"\xff", b"\xc3", b"\xff\xfe\x00\xd8"])
def test_what_is_no_text_is_refused(body):
    with pytest.raises(UnicodeDecodeError):
        handed_in(body)


@pytest.mark.parametrize(("program", "name"), [("kiosk", "kiosk.toml"), ("collector", "collector.toml")])
def test_config_check_takes_what_notepad_saved(program, name, tmp_path):
    example = resource("config", name).read_bytes()
    (tmp_path / name).write_bytes(codecs.BOM_UTF8 + example)

    checked = started.run(program, ["config", "check", "--config", tmp_path / name], os.environ)

    assert "TOML" not in checked.stdout + checked.stderr
    assert checked.returncode == 0, checked.stdout + checked.stderr
