"""An office with something in every table that verify looks at: as it came, nothing of it was altered."""

import base64
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

from sqlalchemy import delete, insert, update

from kiosk.domain.visit.receipt import digest_of
from kiosk.journal.lines import CountLine, encode_line
from sync.collector.care.signals.decide import set_aside, withdraw
from sync.collector.care.signals.keep import keep_findings
from sync.collector.care.signals.watched import FoundSign, Sign
from sync.collector.closed.kept import UnitMonth, keep_files, keep_numbers
from sync.collector.fleet.devices.keys import key_id_of
from sync.collector.profiles.typed import FILE, WEB, Served, Source, keep_served
from sync.collector.replica.ingest import append_batch
from sync.collector.replica.sent import Arrival
from sync.collector.replica.served import add_up_served
from sync.collector.services.services import Services
from sync.collector.store.partitions import ensure_partitions
from sync.collector.store.schema import cut_state, remainder, uncut_count
from sync.protocol.batch import pack_batch
from sync.protocol.kiosk_clock import format_kiosk_clock
from sync.protocol.vouched import Usual, restored
from tests.kiosk_in_memory import run
from tests.sync.collector.builders import DAYS, NOON, Office, Pen
from tests.sync.collector.care.signals.test_decide import CHAIR, THAT_DAY
from tests.sync.collector.kiosk_client import KioskKey, enrolled_key
from tests.sync.collector.leaving import deliver, leave
from tests.sync.collector.transparency.logs import report_numbers

BAD_DAY = NOON - timedelta(days=2, hours=2)
BEFORE = NOON - timedelta(days=60)
"""When there were no blocks yet."""
OCTOBER = date(2026, 10, 1)


def fill(office: Office, services: Services) -> None:
    """Tails in a pool, presses that were found suspect, unions, transactions, closed months, and what came before."""
    office.new_device()
    with office.database.writing() as connection:
        for back in (0, 20, 30, 60):
            ensure_partitions(connection, NOON - timedelta(days=back))
    key = enrolled_key(office.database, office.device.device_id)
    tell_before(office)
    leave(office, "Q1", (1, 4, (2, "repeat"), 4))
    leave(office, "Q2", (2, 5))
    bad = press_too_much(office)
    press_beside(office)
    services.release()
    with office.database.writing() as connection:
        day = BAD_DAY.date().isoformat()
        signs = [FoundSign(1, sign, day, day, "am", {"quick": 9}) for sign in (Sign.BURST, Sign.OUTSIDE)]
        found, *_ = keep_findings(connection, signs, NOON)
        set_aside(connection, found, THAT_DAY, CHAIR)
        withdraw(connection, found, "Đã hỏi lại.", CHAIR)
        set_aside(connection, found, THAT_DAY, replace(CHAIR, now=NOON + timedelta(hours=1)))
        served = [Served(1, NOON.date(), 40), Served(1, BAD_DAY.date(), 31)]
        for one in served:
            keep_served(connection, [one], Source("huong", NOON, WEB, "Q1"))
        keep_served(connection, [Served(2, NOON.date(), 7), Served(2, BAD_DAY.date(), 8)],
                    Source("huong", NOON, FILE, "so.csv"))  # fmt: skip
        for number in (0, 1):
            keep_numbers(connection, UnitMonth(1, OCTOBER), number, NOON, report_numbers(number=number))
            keep_files(connection, UnitMonth(1, OCTOBER), number, "vi", {"csv": b"file"})
    sign(office, key)
    services.release()
    assert bad.lines


def sign(office: Office, key: KioskKey) -> None:
    """A kiosk that cuts and signs: what it chose again, and what no block holds yet."""
    once = [("rate", 2, "counted", None, 6), ("reasons", 1, {"w", "p"}), ("revised", 1, 4), ("wait", 21 * 3600)]
    kiosk = run([*once, ("cut",), ("rate", 3, "counted", None, 2)])
    pen = Pen(boot=kiosk.clock.boot, lines=kiosk.lines, mono_us=kiosk.clock.mono_us)
    batch, clock = pen.batch(), pen.instant()
    batch = replace(batch, body=pack_batch(batch.lines))
    sent = Usual(pen.journal_id, batch.start, pen.cursor().head, key.keyid, format_kiosk_clock(clock))
    digest = base64.b64encode(sha256(batch.body or b"").digest()).decode()
    text = restored(f"127.0.0.1 0 cuts {key.cuts(pen, len(pen.lines))}", sent, digest)
    signature = f"kiosk=:{base64.b64encode(key.private.sign(text.encode())).decode()}:"
    with office.database.writing() as connection:
        arrival = Arrival(NOON, clock, signature, sent.kiosk_clock, text)
        append_batch(connection, replace(office.device, key_id=key_id_of(key.public)), batch, arrival, DAYS)


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
    pen.rating(4, receipt=digest_of("7K3M-9QRT-2HXC-W8ABD"))
    pen.rating(3, at="1970-01-01T07:00:00+07:00", boot="0b4e28ba-2fa1-41d2-883f-0016d3cca100", mono=5)
    office.append(pen, received_at=BAD_DAY - timedelta(days=1))
