"""The line that the upgrade leaves is read as it is, and nothing else is taken for one."""

from datetime import datetime

import pytest

from kiosk.base.texts import texts
from kiosk.doctor.looks import look_at_upgrade
from kiosk.office.upgrade import Refusal, read_refusal

AT = "2026-11-21T18:09:33+07:00"
ENGLISH = texts("kiosk", "en")


def test_line_of_the_upgrade_is_read(tmp_path):
    (tmp_path / "refusal").write_text(f"0.2.0-1 {AT} the screen was away for 90 s\n")

    found = read_refusal(tmp_path / "refusal")

    assert found == Refusal("0.2.0-1", datetime.fromisoformat(AT), "the screen was away for 90 s")


@pytest.mark.parametrize(
    "text", ["", "\n", "0.2.0", f"0.2.0 {AT}", "0.2.0 yesterday why", "0.2.0 2026-11-21T18:09:33 why"]
)
def test_anything_else_is_no_refusal(tmp_path, text):
    (tmp_path / "refusal").write_text(text)

    assert read_refusal(tmp_path / "refusal") is None


def test_no_line_is_no_refusal(tmp_path):
    assert read_refusal(tmp_path / "refusal") is None


def test_doctor_tells_a_refused_upgrade_with_what_to_do():
    refusal = Refusal("0.2.0", datetime.fromisoformat(AT), "the journal does not verify")

    (finding,) = look_at_upgrade(refusal, ENGLISH)

    assert finding.state == "WARN"
    assert finding.said.startswith("The upgrade to 0.2.0 was refused on ")
    assert finding.said.endswith(": the journal does not verify")
    assert "update --again" in finding.remedy


def test_doctor_finds_nothing_wrong_where_no_upgrade_was_refused():
    assert [finding.state for finding in look_at_upgrade(None, ENGLISH)] == ["OK"]
