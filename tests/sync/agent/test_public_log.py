"""What a person is told of the public log: status, doctor, ``kiosk log``, the staff's page; and seeing to a fault."""

import json
import stat
from datetime import date

import msgspec
import pytest
from typer.testing import CliRunner

from kiosk.base.texts import texts
from kiosk.commands.errands import staff_errands
from kiosk.commands.sync import sync_commands
from kiosk.doctor.finding import Health
from kiosk.office.public_log import log_is_doubted
from kiosk.office.settings import load_kiosk_settings
from sync.agent.asked.doctor import Way, network_checks
from sync.agent.asked.public_log import DOUBTS, log_lines, log_seen, see_to, write_evidence
from sync.agent.device.enroll import KioskFiles
from sync.agent.errors import FileUnusable
from sync.agent.transparency.kept import (
    CONCERNS,
    PROOFS_FAILED,
    Change,
    Doubt,
    Fault,
    KeptLog,
    Proven,
    Source,
    keep_log,
    load_kept,
)
from sync.protocol.tlog.messages import LogRoots
from sync.protocol.tlog.note import Signer
from sync.protocol.tlog.statement import Restarted
from tests.builders import FrozenClock
from tests.sync.protocol.tlog.samples import DAY, LOG, ROOTS, WITNESS, signed_note

EN = texts("kiosk", "en")
LATER = date(2026, 11, 25)
KEPT = KeptLog(
    ROOTS, Source.ENROLMENT, "2026-11-21", LOG.vkey, signed_note([b"a", b"b"], LOG, WITNESS).format(),
    Proven("j", 12, DAY.isoformat()),
)  # fmt: skip


def fault(code: Doubt) -> Fault:
    return Fault(code, "2026-11-22T08:00:00+07:00", "why it is so", "kept note", "said")


@pytest.fixture
def folder(tmp_path):
    keep_log(KioskFiles(tmp_path).log, KEPT)
    return tmp_path


def said(folder) -> str:
    return "\n".join(log_lines(log_seen(KioskFiles(folder).log), EN))


def changed(folder, **members) -> None:
    keep_log(KioskFiles(folder).log, msgspec.structs.replace(KEPT, **members))


def test_staff_read_how_far_the_journal_is_in_the_log(folder, tmp_path):
    assert f"entries to the end of {EN.day(DAY)} are in it" in said(folder)
    assert "Other offices that signed the log: 1." in said(folder)
    changed(folder, proven=None)
    assert "are not in it yet" in said(folder)
    assert log_lines(None, EN) == ["No public log is known to this kiosk."]


def test_log_without_its_quorum_is_said_not_to_be_proven_one_story(folder):
    changed(folder, note=signed_note([b"a"], LOG).format())

    assert "One story is not proven: too few other offices have signed the log (0 of 1)." in said(folder)


def test_nothing_is_said_of_witnesses_before_a_checkpoint_was_seen(folder):
    changed(folder, note="", proven=None)

    assert "One story" not in said(folder)
    assert "public_log_witnesses" not in looked(folder)


def test_kiosk_that_knows_no_witness_tells_an_unwitnessed_log_from_witnesses_it_does_not_know(folder):
    unknown = LogRoots(ROOTS.vkey)
    changed(folder, roots=unknown, note=signed_note([b"a"], LOG).format())
    assert "no other office witnesses this log" in said(folder)

    changed(folder, roots=unknown)
    assert "this kiosk does not know them; it was enrolled before they were named" in said(folder)
    assert "too few" not in said(folder)
    assert looked(folder)["public_log_witnesses"] is Health.WARN


def test_keys_told_late_a_new_key_and_a_new_start_are_told(folder):
    at = "2026-11-25T08:00:00+07:00"
    changed(folder, source=Source.COLLECTOR, changes=(Change("key", at, ""), Change("restarted", at, "")))

    assert f"first told by the collector itself, on {EN.day(DAY)}" in said(folder)
    assert f"The log changed its key on {EN.day(LATER)}" in said(folder)
    assert f"The log was restarted on {EN.day(LATER)}" in said(folder)
    assert "rewritten" not in said(folder)


def test_a_new_start_without_need_is_told_as_such(folder):
    new = Signer.generate(f"{LOG.name}/2")
    said_so = Restarted(LOG.verifier, new.verifier, date(2026, 11, 25), bytes(32), 7, was_whole=True)
    assert Restarted.open(said_so.sign(LOG), LOG.verifier) == said_so
    changed(folder, changes=(Change("restarted", "2026-11-25T08:00:00+07:00", said_so.sign(LOG).format()),))

    assert f"restarted on {EN.day(LATER)}, although nothing of the old one was lost." in said(folder)


@pytest.mark.parametrize("code", Doubt)
def test_whatever_does_not_hold_is_said_with_what_to_do(folder, code):
    kept_as = "fault" if code in PROOFS_FAILED else "concern" if code in CONCERNS else "trouble"
    changed(folder, **{kept_as: fault(code)})

    assert f"{EN(DOUBTS[code][0])}." in said(folder)
    assert f"What to do: {EN(DOUBTS[code][1])}" in said(folder)
    assert "why it is so" in said(folder)
    assert log_is_doubted(folder) is (code in PROOFS_FAILED)


def test_screen_says_nothing_of_a_file_that_is_not_there_or_torn(tmp_path):
    assert not log_is_doubted(tmp_path)
    (tmp_path / "log.json").write_bytes(b'{"fault":')
    assert not log_is_doubted(tmp_path)


@pytest.mark.parametrize(("kept_as", "code"), [("fault", Doubt.CONSISTENCY), ("concern", Doubt.LEFT_OUT)])
def test_person_who_has_seen_to_it_ends_the_telling_and_keeps_the_evidence(folder, kept_as, code):
    changed(folder, **{kept_as: fault(code)})
    now = FrozenClock().now().wall

    assert see_to(folder, now)

    assert not log_is_doubted(folder)
    (aside,) = folder.glob("hailong-log-evidence-*.json")
    assert json.loads(aside.read_bytes())[kept_as]["kept"] == "kept note"
    assert load_kept(KioskFiles(folder).log) == KEPT
    assert not see_to(folder, now)


def test_evidence_is_written_whole_or_the_reason_is_said(folder, tmp_path):
    changed(folder, fault=fault(Doubt.ROOT))
    file = write_evidence(folder, tmp_path, FrozenClock().now().wall)

    assert msgspec.json.decode(file.read_bytes(), type=KeptLog).fault.said == "said"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(FileUnusable):
        write_evidence(folder, tmp_path / "nowhere", FrozenClock().now().wall)
    assert not (tmp_path / "nowhere").exists(), "a stick that is not in"
    with pytest.raises(FileUnusable):
        see_to(tmp_path / "nowhere", FrozenClock().now().wall)


def looked(folder) -> dict[str, Health]:
    way = Way(folder, folder / "none.db", FrozenClock())
    check = next(one for one in network_checks(way, EN) if one.about == "public_log")
    return {finding.about: finding.state for finding in check.look()}


def test_doctor_tells_what_holds_what_is_late_and_what_failed(folder, tmp_path):
    assert looked(folder) == {"public_log": Health.OK, "public_log_witnesses": Health.OK}
    changed(folder, proven=Proven("j", 12, "2026-11-10"))
    assert looked(folder)["public_log"] is Health.WARN
    changed(folder, trouble=fault(Doubt.OLDER), note=signed_note([b"a"], LOG).format())
    assert looked(folder) == {"public_log": Health.WARN, "public_log_witnesses": Health.WARN}
    changed(folder, concern=fault(Doubt.BEYOND))
    assert looked(folder)["public_log"] is Health.WARN
    changed(folder, fault=fault(Doubt.LEAF))
    assert looked(folder)["public_log"] is Health.FAIL
    assert looked(tmp_path / "none") == {}


def test_command_tells_keeps_evidence_and_ends_the_telling(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("HAILONG_LANGUAGE", "en")
    changed(folder, fault=fault(Doubt.LEAF))

    def run(*words: str) -> str:
        return CliRunner().invoke(sync_commands, ["log", *words, "--data-dir", str(folder.parent / "data")]).output

    data = folder.parent / "data"
    settings = load_kiosk_settings(None, data)
    settings.folder.mkdir(parents=True)
    settings.journal_path.touch()
    KioskFiles(folder).log.rename(KioskFiles(settings.folder).log)

    assert "does not hold this kiosk's entries" in run()
    assert json.loads(run("--json"))["doubt"] == "leaf"
    assert "it holds no ratings" in run("--evidence", str(tmp_path))
    assert "It is told no more" in run("--seen")
    assert "Nothing waits to be seen to." in run("--seen")


def test_staff_page_says_how_far_in_vietnamese(folder, tmp_path):
    settings = load_kiosk_settings(None, tmp_path / "data")
    settings.folder.mkdir(parents=True)
    log = KioskFiles(settings.folder).log

    assert staff_errands(settings).delivery().log == ""
    keep_log(log, KEPT)
    assert staff_errands(settings).delivery().log == "Sổ công khai: đến hết ngày 21/11/2026"
    keep_log(log, msgspec.structs.replace(KEPT, fault=fault(Doubt.CONSISTENCY)))
    assert staff_errands(settings).delivery().log == ("Sổ công khai không khớp: báo bộ phận CNTT (kiosk log)")
    keep_log(log, msgspec.structs.replace(KEPT, concern=fault(Doubt.LOST)))
    assert staff_errands(settings).delivery().log == "Sổ công khai có điểm bất thường: báo bộ phận CNTT (kiosk log)"
    keep_log(log, msgspec.structs.replace(KEPT, trouble=fault(Doubt.OLDER)))
    assert staff_errands(settings).delivery().log.startswith("Sổ công khai: lần gần nhất chưa kiểm tra được")
    keep_log(log, msgspec.structs.replace(KEPT, proven=None))
    assert staff_errands(settings).delivery().log == "Sổ công khai: chưa có"
