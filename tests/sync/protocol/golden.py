"""Writes tests/golden/v1 anew: ``python -m tests.sync.protocol.golden``; a released version never changes."""

import base64
import json
from datetime import datetime
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain.maintenance import Maintenance, Work
from kiosk.domain.numbers.blocks import Cut
from kiosk.domain.numbers.statement import Order
from kiosk.domain.visit.rating import Fact, Rating, Reasons, Revised, Standing
from kiosk.journal.chain import Cursor
from kiosk.journal.lines import OpenedLine, SettingsLine, carried_line, encode_line, head, line_of
from kiosk.journal.stated import InForce
from kiosk.journal.tree import Tree, statement_in
from kiosk.journal.uncut import Noted, Setting, Uncut, block_line
from sync.protocol import problems
from sync.protocol.acknowledgement import AcknowledgedJournal, AcknowledgedKiosk, Acknowledgement
from sync.protocol.batch import pack_batch
from sync.protocol.cuts import SignedCuts, cuts_text
from sync.protocol.messages import (
    CommandDone,
    CursorMessage,
    DeviceCommand,
    DeviceSettings,
    DeviceStatus,
    EnclosureMessage,
    EnrolmentAnswer,
    EnrolmentRequest,
    HashMessage,
    KeyAnswer,
    KeyRequest,
    OpeningHours,
    Problem,
    StatusAnswer,
    UpgradeRefused,
    encode_message,
)
from sync.protocol.own_key import READY, announce_move, answer_as_collector, public_text
from sync.protocol.signature import prove_key, sign_request
from sync.protocol.vouched import append_target
from tests.builders import FrozenClock

GOLDEN = Path(__file__).parents[2] / "golden" / "v1"
JOURNAL = "7c0e1f6a-2d3b-4c5d-8e9f-0a1b2c3d4e5f"
DEVICE = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
COMMAND = "9b2d6c1e-7a40-4f0e-8d55-1c2b3a4f5e60"
COLLECTOR = "https://gop-y.example.gov.vn"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OWN_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
"""The collector's."""
MOVES_TO = "https://y-kien.example.gov.vn"
MOVES_AT = datetime.fromisoformat("2026-12-15T00:00:00+07:00")
NONCE = "00112233445566778899aabbccddeeff"


def lines() -> list[bytes]:
    """A journal's first lines, one of each kind, and one of a kind that version 1 does not know."""
    clock = FrozenClock()
    opened = clock.now()
    first = OpenedLine(1, opened.wall.isoformat(), opened.mono_us, opened.boot, "opened", software="hailong 0.1.0")
    facts = []
    for seq, step in enumerate((12, 7, 31, 480), start=2):
        clock.advance(step)
        match seq:
            case 2:
                fact = Rating(clock.now(), "sipas-5@1", "overall", 2, Standing.COUNTED)
            case 3:
                fact = Reasons(clock.now(), 2, ("waiting", "paperwork"))
            case 4:
                fact = Revised(clock.now(), 2, 3)
            case _:
                fact = Rating(clock.now(), "sipas-5@1", "overall", 5, Standing.REPEAT, counter="03")
        facts.append(encode_line(line_of(seq, fact)))
    later = clock.now()
    unknown = (
        f'{{"seq":6,"at":"{later.wall.isoformat()}","mono":{later.mono_us},"boot":"{later.boot}",'
        '"kind":"from_the_future","words":"Cảm ơn Ông/Bà"}'
    )
    return [encode_line(first), *facts, unknown.encode()]


def continued() -> list[bytes]:
    """A journal that continues the first: its rating was carried over, what speaks of the one before was too."""
    clock = FrozenClock()
    old = lines()
    opened = OpenedLine(
        *head(1, clock.now(), "opened"), software="hailong 0.1.0", why="diverged", continues=JOURNAL, continues_seq=6,
        continues_head=Cursor.start(JOURNAL).after(old).head.hex(), carried=2, carried_after=3,
    )  # fmt: skip
    carried = [
        carried_line(old[seq - 1], new, (JOURNAL, seq, Cursor.start(JOURNAL).after(old[:seq]).head.hex()), {})
        for new, seq in ((2, 4), (3, 5))
    ]
    settings = SettingsLine(*head(4, clock.now(), "settings"), survey="sipas-5@1", settings='"9f86d081884c7d65"')
    test = line_of(5, Maintenance(clock.now(), Work.TEST, (1, 1, 1, 1, 1)))
    return [encode_line(opened), *carried, encode_line(settings), encode_line(test)]


def cut(*, days: bool = False) -> list[bytes]:
    """A journal whose kiosk cuts: a block over two half days and, at the end of the month, a tail.

    One from before trees does not say the ``days`` of its cuts.
    """
    clock = FrozenClock(datetime.fromisoformat("2026-11-30T08:00:00+07:00"))
    opened = OpenedLine(*head(1, clock.now(), "opened"), software="hailong 0.3.0")
    in_force = InForce("sipas-5@1", '"9f86d081884c7d65"', {"overall": (1, 2, 3, 4, 5)}, "03")
    found = [encode_line(opened), encode_line(in_force.line(2, clock.now()))]
    uncut = Uncut(Noted(1, Setting()))

    def said(*facts: Fact) -> None:
        found.extend(encode_line(line_of(seq, fact)) for seq, fact in enumerate(facts, len(found) + 1))

    def cuts() -> None:
        for seq, line in enumerate(found[uncut.next_seq - 1 :], uncut.next_seq):
            uncut.read(seq, line)
        for one in uncut.due(clock.wall.isoformat()):
            stated = one if days else Cut(one.stream, one.last, one.is_tail, one.sums)
            found.append(encode_line(block_line(len(found) + 1, clock.now(), stated)))

    rating = partial(Rating, survey="sipas-5@1", question="overall")
    said(rating(clock.now(), level=4, standing=Standing.COUNTED), Reasons(clock.now(), 3, ("waiting", "paperwork")))
    said(*(rating(clock.now(), level=level, standing=Standing.COUNTED) for level in (5, 5)))
    clock.advance(5 * 3600)
    said(rating(clock.now(), level=2, standing=Standing.COUNTED), Revised(clock.now(), 7, 3))
    said(*(rating(clock.now(), level=n, standing=of) for n, of in ((5, Standing.COUNTED), (1, Standing.REPEAT))))
    said(rating(clock.now(), level=4, standing=Standing.COUNTED, counter="04"))
    clock.advance(11.5 * 3600)
    cuts()
    return found


def tree() -> Tree:
    """The tree of the cuts in ``cut_days.ndjson``."""
    found, end = Tree(), Cursor.start(JOURNAL)
    for seq, line in enumerate(cut(days=True), start=1):
        end = end.after([line])
        found.read(seq, line, end.head)
    return found


def stated() -> bytes:
    """What an auditor is shown of it: the statements, what the kiosk signed of them, and the signature."""
    chain_hashes = [Cursor.start(JOURNAL).after(cut(days=True)[:seq]).head for seq in (12, 13)]
    found, order = [], Order()
    for seq, chain_hash in zip((12, 13), chain_hashes, strict=True):
        said = statement_in(seq, cut(days=True)[seq - 1], chain_hash, order)
        assert said is not None
        found.append(said[0].decode())
        order = said[1]
    text = cuts_text(JOURNAL, tree().root)
    signature = base64.b64encode(SignedCuts.sign(KEY, JOURNAL, tree().root).signature).decode()
    return json.dumps({"statements": found, "text": text.decode(), "signature": signature}, indent=1).encode() + b"\n"


def messages() -> dict[str, bytes]:
    """Every JSON body of the version by its file name."""
    end = Cursor.start(JOURNAL).after(lines())
    return {
        "cursor.json": encode_message(CursorMessage.of(end)),
        "cursor_of_nothing.json": encode_message(CursorMessage.of(Cursor.start(JOURNAL))),
        "hash.json": encode_message(HashMessage(3, Cursor.start(JOURNAL).after(lines()[:3]).head.hex())),
        "enrolment_request.json": encode_message(
            EnrolmentRequest("BCDF-GHJK-LM", public_text(KEY), JOURNAL, {"software": "hailong 0.1.0"})
        ),
        "enrolment_answer.json": encode_message(EnrolmentAnswer(DEVICE, "03", "Quầy số 3", "Phường Bình An")),
        "enclosure.json": encode_message(EnclosureMessage(6, bytes(16), "Cảm ơn".encode())),
        "settings.json": encode_message(
            DeviceSettings("03", "sipas-5@1", [OpeningHours([1, 2, 3, 4, 5], "07:30", "11:30")], {}, "0.1.0")
        ),
        "status_answer.json": encode_message(StatusAnswer(7, end.head.hex(), '"9f86d081884c7d65"')),
        "status_answer_commands.json": encode_message(
            StatusAnswer(7, end.head.hex(), commands=[DeviceCommand(COMMAND, "log"), DeviceCommand(DEVICE, "restart")])
        ),
        "status_done.json": encode_message(
            DeviceStatus(
                "hailong 0.1.0",
                JOURNAL,
                7,
                end.head.hex(),
                0,
                done=[CommandDone(COMMAND, "done", "up_to_date\n"), CommandDone(DEVICE, "handed to the screen")],
            )
        ),
        "status_upgrade_refused.json": encode_message(
            DeviceStatus(
                "hailong 0.1.0",
                JOURNAL,
                7,
                end.head.hex(),
                0,
                upgrade_refused=UpgradeRefused(
                    "0.2.0", datetime.fromisoformat("2026-11-21T18:09:33+07:00"), "the screen was away for 90 s"
                ),
            )
        ),
        "key_request.json": encode_message(KeyRequest(public_text(KEY), prove_key(KEY, DEVICE))),
        "key_answer.json": encode_message(KeyAnswer(public_text(KEY))),
        "acknowledgement.json": encode_message(
            Acknowledgement(
                1,
                [
                    AcknowledgedKiosk(
                        public_text(KEY),
                        EnrolmentAnswer(DEVICE, "03", "Quầy số 3", "Phường Bình An"),
                        [AcknowledgedJournal(JOURNAL, end.next_seq, end.head.hex())],
                    )
                ],
            )
        ),
        "status.json": encode_message(
            DeviceStatus(
                "hailong 0.1.0",
                JOURNAL,
                7,
                end.head.hex(),
                2,
                61,
                10**9,
                touch_test="1,1,1,1,1+2 2026-11-21T09:12:33+07:00",
            )
        ),
        "problem_cursor_mismatch.json": encode_message(Problem.of(problems.CURSOR_MISMATCH, "it moved on", end)),
        "enrolment_answer_key.json": encode_message(
            EnrolmentAnswer(DEVICE, "03", "Quầy số 3", "Phường Bình An", public_text(OWN_KEY))
        ),
        "settings_move.json": encode_message(
            DeviceSettings("03", collector_key=public_text(OWN_KEY), move=announce_move(OWN_KEY, MOVES_TO, MOVES_AT))
        ),
        "status_move.json": encode_message(
            DeviceStatus("hailong 0.2.0", JOURNAL, 7, end.head.hex(), 0, address=COLLECTOR, move=READY)
        ),
        "own_key_answer.json": encode_message(answer_as_collector(OWN_KEY, MOVES_TO, DEVICE, NONCE, MOVES_AT)),
        "problem_address.json": encode_message(Problem.of(problems.SIGNATURE_INVALID, "elsewhere", address=COLLECTOR)),
        "problem_storage_full.json": encode_message(Problem.of(problems.STORAGE_FULL)),
    }


def signed(method: str, target: str, headers: dict[str, str], body: bytes, keyid: str) -> bytes:
    """A request as HTTP/1.1 text without its body."""
    clock = FrozenClock().now()
    added = sign_request(
        method=method, url=COLLECTOR + target, headers=headers, body=body, keyid=keyid, private_key=KEY, clock=clock
    )
    fields = {"Host": COLLECTOR.removeprefix("https://"), "Content-Length": str(len(body)), **headers, **added}
    return "".join(
        [f"{method} {target} HTTP/1.1\n", *(f"{name}: {value}\n" for name, value in fields.items())]
    ).encode()


def write() -> None:
    """Write every sample."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    start = Cursor.start(JOURNAL)
    batch = pack_batch(lines(), [messages()["enclosure.json"]])
    enrolment = messages()["enrolment_request.json"]
    ndjson = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
    samples = {
        **messages(),
        "key.json": json.dumps({"seed": bytes(range(32)).hex(), "public_key": public_text(KEY)}).encode(),
        "journal.ndjson": b"".join(line + b"\n" for line in lines()),
        "continuation.ndjson": b"".join(line + b"\n" for line in continued()),
        "cut.ndjson": b"".join(line + b"\n" for line in cut()),
        "cut_days.ndjson": b"".join(line + b"\n" for line in cut(days=True)),
        "batch_cuts.ndjson.gz": pack_batch(cut(days=True)),
        "statements.json": stated(),
        "batch.ndjson.gz": batch,
        "get_cursor.http": signed("GET", f"/v1/journals/{JOURNAL}", {}, b"", DEVICE),
        "append.http": signed(
            "POST", f"/v1/journals/{JOURNAL}/entries?from=1&prev={start.head.hex()}", ndjson, batch, DEVICE
        ),
        "append_head.http": signed(
            "POST", append_target(JOURNAL, start, start.after(lines()).head), ndjson, batch, DEVICE
        ),
        "append_cuts.http": signed(
            "POST",
            append_target(
                JOURNAL, start, start.after(cut(days=True)).head, SignedCuts.sign(KEY, JOURNAL, tree().root).member
            ),
            ndjson,
            pack_batch(cut(days=True)),
            DEVICE,
        ),
        "enrolment.http": signed(
            "POST", "/v1/enrolments", {"Content-Type": "application/json"}, enrolment, public_text(KEY)
        ),
    }
    for name, content in samples.items():
        (GOLDEN / name).write_bytes(content)


if __name__ == "__main__":
    write()
