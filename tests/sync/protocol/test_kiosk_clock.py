import contextlib
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.instant import Instant
from sync.protocol.errors import ClockUnreadable
from sync.protocol.kiosk_clock import format_kiosk_clock, parse_kiosk_clock
from tests.sync.protocol.signed import MOMENT


def test_field_states_three_clocks():
    assert format_kiosk_clock(MOMENT) == (
        "wall=2026-11-21T09:12:33.250+07:00;mono=8123456;boot=1b4e28ba-2fa1-11d2-883f-0016d3cca427"
    )


@given(
    st.datetimes(min_value=datetime(1900, 1, 1)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
    st.integers(0, 10**18 - 1),
    st.uuids(),
)
def test_field_reads_back_as_written(wall, offset, mono, boot):
    wall = wall.replace(microsecond=wall.microsecond // 1000 * 1000, tzinfo=timezone(timedelta(minutes=offset)))
    moment = Instant(wall, mono, str(boot))

    assert parse_kiosk_clock(format_kiosk_clock(moment)) == moment


@pytest.mark.parametrize(
    "value",
    [
        "",
        "wall=2026-11-21T09:12:33;mono=1;boot=a",
        "wall=2026-13-21T09:12:33Z;mono=1;boot=a",
        "wall=2026-11-21T09:12:33+99:99;mono=1;boot=a",
        "wall=2026-11-21T09:12:33Z;mono=-1;boot=a",
        "wall=2026-11-21T09:12:33Z;mono=1e9;boot=a",
        "wall=2026-11-21T09:12:33Z;mono=1;boot=",
        "wall=2026-11-21T09:12:33Z;mono=1;boot=a;more=1",
        "wall=2026-11-21T09:12:33Z, mono=1, boot=a",
        "wall=2026-11-21T09:12:33Z;mono=١;boot=a",
        "wall=2026-11-21T09:12:33Z;mono=" + "9" * 19 + ";boot=a",
        "wall=2026-11-21T09:12:33Z;mono=1;boot=a\n",
    ],
)
def test_other_forms_are_refused(value):
    with pytest.raises(ClockUnreadable):
        parse_kiosk_clock(value)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_in_an_orderly_way(value):
    with contextlib.suppress(ClockUnreadable):
        parse_kiosk_clock(value)
