import json
from datetime import time
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import pytest
from msgspec import field

from kiosk.base.settings.reading import Section, Settings, SettingsInvalid, read_settings
from kiosk.base.settings.rules import between, known_zone, private_address, web_address


class Break(Section, frozen=True):
    start: time
    guests: tuple[str, ...] = ()


class Kitchen(Section, frozen=True):
    cups: Annotated[int, between(1, 12)] = 4
    sugar_g: Annotated[float, between(0, 9.5)] = 0.5
    open: bool = True
    tea: Literal["green", "black"] = "green"
    shelf: Path | None = None
    names: dict[str, str] = field(default_factory=dict)
    breaks: tuple[Break, ...] = ()


class House(Settings, frozen=True):
    environment: ClassVar[str] = "HAILONG_TEST_HOUSE_"

    street: str = ""
    time_zone: Annotated[str, known_zone] = "Asia/Ho_Chi_Minh"
    page: Annotated[str, web_address] = ""
    post: Annotated[str, private_address] = ""
    kitchen: Kitchen = Kitchen()


@pytest.fixture
def house(tmp_path):
    def load(text: str = "", **overrides: object) -> House:
        path = tmp_path / "house.toml"
        path.write_text(text, "utf-8")
        return read_settings(House, path, overrides=overrides).settings

    return load


def faults(load, *given, **overrides) -> dict[str, str]:
    with pytest.raises(SettingsInvalid) as refused:
        load(*given, **overrides)
    return {fault.key: fault.message.format(**fault.values) for fault in refused.value.faults}


def test_file_is_read_into_its_sections(house):
    read = house(
        "[kitchen]\ncups = 2\nsugar_g = 3\nopen = false\ntea = 'black'\nshelf = '/top'\nnames = { vi = 'Bếp' }\n"
        "[[kitchen.breaks]]\nstart = '07:30'\n[[kitchen.breaks]]\nstart = 13:30:00\nguests = ['An']\n"
    ).kitchen

    assert (read.cups, read.sugar_g, read.open, read.tea, read.shelf) == (2, 3.0, False, "black", Path("/top"))
    assert read.names == {"vi": "Bếp"}
    assert read.breaks == (Break(time(7, 30)), Break(time(13, 30), ("An",)))


def test_settings_cannot_be_changed_afterwards(house):
    with pytest.raises(AttributeError):
        house().kitchen.cups = 5


def test_caller_wins_over_the_environment_and_that_over_the_file(house, monkeypatch):
    text = "street = 'file'\n[kitchen]\ncups = 1\nsugar_g = 1"
    monkeypatch.setenv("HAILONG_TEST_HOUSE_KITCHEN__CUPS", "2")
    monkeypatch.setenv("HAILONG_TEST_HOUSE_KITCHEN__SUGAR_G", "2.5")

    read = house(text, kitchen={"cups": 3})

    assert (read.street, read.kitchen.cups, read.kitchen.sugar_g) == ("file", 3, 2.5)


@pytest.mark.parametrize(
    ("name", "text", "key", "value"),
    [
        ("CUPS", "7", "cups", 7),
        ("SUGAR_G", "1", "sugar_g", 1.0),
        ("OPEN", "false", "open", False),
        ("OPEN", "1", "open", True),
        ("TEA", "black", "tea", "black"),
        ("SHELF", "/7", "shelf", Path("/7")),
        ("NAMES__VI", "12", "names", {"vi": "12"}),
        ("BREAKS", json.dumps([{"start": "07:30"}]), "breaks", (Break(time(7, 30)),)),
    ],
)
def test_environment_variable_is_read_as_its_settings_kind(house, monkeypatch, name, text, key, value):
    monkeypatch.setenv(f"HAILONG_TEST_HOUSE_KITCHEN__{name}", text)

    assert getattr(house().kitchen, key) == value


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("cups", "'two'", "must be a whole number, not 'two'"),
        ("cups", "'2'", "must be a whole number, not '2'"),
        ("cups", "true", "must be a whole number, not True"),
        ("cups", "0", "must be at least 1, not 0"),
        ("cups", "13", "must be at most 12, not 13"),
        ("sugar_g", "'much'", "must be a number, not 'much'"),
        ("sugar_g", "nan", "must be at least 0, not nan"),
        ("sugar_g", "9.6", "must be at most 9.5, not 9.6"),
        ("open", "1", "must be true or false, not 1"),
        ("tea", "'red'", "must be one of 'green', 'black', not 'red'"),
        ("tea", "1", "must be one of 'green', 'black', not 1"),
        ("shelf", "1", "must be a text, not 1"),
        ("names", "'Bếp'", "must be a table of keys, not 'Bếp'"),
        ("names.vi", "1", "must be a text, not 1"),
        ("breaks", "{ start = '07:30' }", "must be a list, not {'start': '07:30'}"),
        ("breaks", "7", "must be a list, not 7"),
        ("colour", "1", "unknown key; see the commented settings file for the known ones"),
    ],
)
def test_faulty_value_is_told_with_its_remedy(house, key, value, sentence):
    assert faults(house, f"[kitchen]\n{key} = {value}") == {f"kitchen.{key}": sentence}


def test_fault_in_a_list_names_the_place(house):
    text = (
        "[[kitchen.breaks]]\nstart = '07:30'\n[[kitchen.breaks]]\nguests = ['An', 1]\n[[kitchen.breaks]]\nstart = '7'"
    )

    assert faults(house, text) == {
        "kitchen.breaks[2].start": "is missing",
        "kitchen.breaks[2].guests[2]": "must be a text, not 1",
        "kitchen.breaks[3].start": "must be a time of day such as 07:30, not '7'",
    }


def test_time_of_day_with_a_zone_of_its_own_is_refused(house):
    text = "[[kitchen.breaks]]\nstart = '07:30+07:00'"

    assert list(faults(house, text)) == ["kitchen.breaks[1].start"]


@pytest.mark.parametrize("text", ["kitchen = 1", "[[kitchen]]\ncups = 1"])
def test_section_that_is_no_table_is_refused(house, text):
    assert "must be a table of keys" in faults(house, text)["kitchen"]


def test_fault_of_the_environment_names_the_variable(house, monkeypatch):
    monkeypatch.setenv("HAILONG_TEST_HOUSE_KITCHEN__CUPS", "99")
    monkeypatch.setenv("HAILONG_TEST_HOUSE_KITCHEN__BREAKS", '[{"start": "late"}]')
    monkeypatch.setenv("HAILONG_TEST_HOUSE_KICHEN__CUPS", "2")

    with pytest.raises(SettingsInvalid) as refused:
        house()

    assert {str(fault) for fault in refused.value.faults} == {
        "environment: HAILONG_TEST_HOUSE_KITCHEN__CUPS: must be at most 12, not '99'",
        "environment: HAILONG_TEST_HOUSE_KITCHEN__BREAKS[1].start: must be a time of day such as 07:30, not 'late'",
        "environment: HAILONG_TEST_HOUSE_KICHEN__CUPS: unknown key; see the commented settings file for the known ones",
    }


@pytest.mark.parametrize("text", ["[", '{"start": "07:30"}', ""])
def test_environment_variable_of_a_list_must_hold_json(house, monkeypatch, text):
    monkeypatch.setenv("HAILONG_TEST_HOUSE_KITCHEN__BREAKS", text)

    assert "must be a list" in faults(house)["HAILONG_TEST_HOUSE_KITCHEN__BREAKS"]


def test_environment_variable_of_a_whole_section_is_refused(house, monkeypatch):
    monkeypatch.setenv("HAILONG_TEST_HOUSE_KITCHEN", "{}")
    monkeypatch.setenv("HAILONG_TEST_HOUSE_KITCHEN__CUPS", "2")

    assert list(faults(house)) == ["HAILONG_TEST_HOUSE_KITCHEN"]


@pytest.mark.parametrize("zone", ["Mars", "", "../etc", "/etc/localtime"])
def test_unknown_time_zone_is_refused(house, zone):
    assert "Asia/Ho_Chi_Minh" in faults(house, f"time_zone = '{zone}'")["time_zone"]


@pytest.mark.parametrize("key", ["page", "post"])
def test_slash_at_the_end_of_an_address_is_taken_off(house, key):
    assert getattr(house(f"{key} = 'https://example.vn:8443/a/'"), key) == "https://example.vn:8443/a"


@pytest.mark.parametrize("key", ["page", "post"])
@pytest.mark.parametrize(
    "url",
    ["example.vn", "ftp://example.vn", "https://", "https://a?b=c", "https://a#b", "https://a:99999", "https://["],
)
def test_address_that_others_cannot_begin_with_is_refused(house, key, url):
    assert "https://" in faults(house, f"{key} = '{url}'")[key]


@pytest.mark.parametrize("url", ["http://127.0.0.1:8600", "http://localhost", "http://[::1]:8600"])
def test_ratings_may_go_to_this_machine_without_encryption(house, url):
    assert house(f"post = '{url}'").post == url


@pytest.mark.parametrize(
    "url", ["http://example.vn", "HTTP://example.vn", "http://127.0.0.1.example.vn", "http://localhost@example.vn"]
)
def test_ratings_go_nowhere_else_without_encryption(house, url):
    assert "must begin with https://" in faults(house, f"post = '{url}'")["post"]
