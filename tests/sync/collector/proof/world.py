"""An office with something in every table that verify looks at: as it came, nothing of it was altered."""

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import delete, insert, update

from kiosk.journal.lines import CountLine, encode_line
from sync.collector.care.signals.decide import set_aside, withdraw
from sync.collector.care.signals.keep import keep_findings
from sync.collector.care.signals.watched import FoundSign, Sign
from sync.collector.closed.kept import Key, keep_files, keep_numbers
from sync.collector.profiles.typed import FILE, WEB, Served, Source, keep_served
from sync.collector.replica.served import add_up_served
from sync.collector.services.services import Services
from sync.collector.store.schema import cut_state, remainder, uncut_count
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.care.signals.test_decide import CHAIR, THAT_DAY
from tests.sync.collector.leaving import deliver, leave

BAD_DAY = NOON - timedelta(days=2, hours=2)
BEFORE = NOON - timedelta(days=60)
"""When there were no blocks yet."""
OCTOBER = date(2026, 10, 1)


def fill(office: Office, services: Services) -> None:
    """Tails in a pool, presses that were found suspect, unions, transactions, closed months, and what came before."""
    tell_before(office)
    leave(office, "Q1", (1, 4, (2, "repeat"), 4))
    leave(office, "Q2", (2, 5))
    bad = press_too_much(office)
    press_beside(office)
    services.release()
    with office.database.writing() as connection:
        day = BAD_DAY.date().isoformat()
        (sign,) = keep_findings(connection, [FoundSign(1, Sign.BURST, day, day, "am", {"quick": 9})], NOON)
        set_aside(connection, sign, THAT_DAY, CHAIR)
        withdraw(connection, sign, "Đã hỏi lại.", CHAIR)
        set_aside(connection, sign, THAT_DAY, replace(CHAIR, now=NOON + timedelta(hours=1)))
        served = [Served(1, NOON.date(), 40), Served(1, BAD_DAY.date(), 31)]
        for one in served:
            keep_served(connection, [one], Source("huong", NOON, WEB, "Q1"))
        keep_served(connection, [Served(2, NOON.date(), 7), Served(2, BAD_DAY.date(), 8)],
                    Source("huong", NOON, FILE, "so.csv"))  # fmt: skip
        for number in (0, 1):
            keep_numbers(connection, Key(1, OCTOBER), number, NOON, b"numbers %d" % number)
            keep_files(connection, Key(1, OCTOBER), number, "vi", {"csv": b"file"})
    assert bad.lines


def tell_before(office: Office) -> None:
    """Three ratings that were not told when cutting began: they remain, and are in no block."""
    pen = Pen()
    for _ in range(3):
        pen.rating(4)
    deliver(office, pen, 1, BEFORE, BEFORE)
    series = next(iter(office.rows("block", "series")), ("sipas-5:12345",))[0]
    with office.database.writing() as connection:
        of_it = (uncut_count.c.journal_id == pen.journal_id,)
        connection.execute(delete(uncut_count).where(*of_it))
        connection.execute(update(cut_state).where(cut_state.c.journal_id == pen.journal_id).values(begun_seq=4))
        half = {"day": BEFORE.date(), "part": "pm", "counter_id": 1}
        row = {"survey": series, "question": "overall", "standing": "counted", "n": 3, **half}
        connection.execute(insert(remainder), row)
        add_up_served(connection, {(1, BEFORE.date())})


def press_too_much(office: Office) -> Pen:
    """A bad morning, with some that its kiosk set aside; transactions; a line that nobody can read."""
    pen = Pen()
    for number in range(10):
        seq = pen.rating(5)
        if number < 4:
            pen.reasons(seq, "wait", "deadline")
    pen.rating(5, "repeat")
    seq = len(pen.lines) + 1
    pen.mono_us += 1_000_000
    said = CountLine(seq=seq, at="2026-11-18T10:00:00+07:00", mono=pen.mono_us, boot=pen.boot, kind="count",
                     day="2026-11-17", n=25)  # fmt: skip
    pen.raw(encode_line(said))
    pen.raw(b"not a line")
    office.append(pen, received_at=BAD_DAY)
    return pen


def press_beside(office: Office) -> None:
    """A block whose ratings set aside are enough to be told, and one of nobody knows when."""
    pen = Pen()
    for level in (1, 2, 3, 4, 5, 5):
        pen.rating(level)
        pen.rating(level, "repeat")
    pen.rating(3, at="1970-01-01T07:00:00+07:00", boot="0b4e28ba-2fa1-41d2-883f-0016d3cca100", mono=5)
    office.append(pen, received_at=BAD_DAY - timedelta(days=1))
