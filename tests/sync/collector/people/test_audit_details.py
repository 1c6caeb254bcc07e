"""Details of the audit log are words and numbers as people write them."""

import json
from typing import Any

import pytest

from kiosk.base.texts import texts
from sync.collector.people.audit_log import AuditLine
from sync.collector.web.people.audit_details import parts_in
from sync.collector.words.phrases import Phrases
from tests.sync.collector.builders import HANOI, NOON


@pytest.mark.parametrize(
    ("action", "details", "said"),
    [
        ("device.code", {"valid_hours": 72.0}, [("hiệu lực", "72 giờ")]),
        ("case close", {"from": "new", "to": "closed"}, [("trước đó", "mới"), ("nay là", "đã đóng")]),
        ("case open", {"period": "2026-11", "due": "2026-11-27"}, [("kỳ", "tháng 11/2026"), ("hạn", "27/11/2026")]),
        ("account new", {"role": "supervisor", "unit": None}, [("vai trò", "Giám sát")]),
        ("collector.move", {"at": "2026-11-30T00:14:00+00:00"}, [("từ lúc", "07:14 30/11/2026")]),
        ("export", {"form": "csv", "period": "2026-10"}, [("", "tệp csv"), ("", "tháng 10/2026")]),
        ("survey.draft", {"from": "sipas-5@1"}, [("trước đó", "sipas-5@1")]),
    ],
)
def test_details_are_words(action: str, details: dict[str, Any], said: list[tuple[str, str]]) -> None:
    line = AuditLine(1, NOON, "huong", action, "XA", json.dumps(details))

    assert parts_in(Phrases(texts("collector", "vi"), HANOI, NOON), line) == said
