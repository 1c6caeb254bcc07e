import json
from datetime import date
from pathlib import Path

import pytest

from kiosk.numbers.language_count import STEP, LanguageCount


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kiosk" / "languages.json"


def counting(file: Path, day: date = date(2026, 11, 23)) -> LanguageCount:
    return LanguageCount(file, lambda: day)


def test_file_moves_by_several_visits_at_once(file: Path):
    count = counting(file)
    for _ in range(STEP - 1):
        count.count("vi")
    assert not file.exists()

    count.count("en")

    assert json.loads(file.read_text()) == {"2026-11-23": {"vi": 4, "en": 1}}


def test_what_is_left_is_written_at_the_end_and_added_to_what_is_there(file: Path):
    for language in ("vi", "en"):
        count = counting(file)
        count.count(language)
        count.write()

    assert json.loads(file.read_text()) == {"2026-11-23": {"vi": 1, "en": 1}}


def test_days_are_kept_apart(file: Path):
    for day in (23, 24):
        count = counting(file, date(2026, 11, day))
        count.count("vi")
        count.write()

    assert set(json.loads(file.read_text())) == {"2026-11-23", "2026-11-24"}


def test_file_that_cannot_be_read_or_written_stops_nothing(tmp_path: Path):
    broken = tmp_path / "languages.json"
    broken.write_text("{")
    count = counting(broken)
    count.count("vi")
    count.write()
    assert json.loads(broken.read_text()) == {"2026-11-23": {"vi": 1}}

    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    count = counting(in_the_way / "languages.json")
    count.count("vi")
    count.write()
