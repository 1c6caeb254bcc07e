"""What a kiosk believes of its collector's public log, through the agent as it runs; ratings are always delivered."""

from datetime import date
from typing import Any

import msgspec
import pytest

from sync.agent.errors import CollectorUnavailable
from sync.agent.transparency.kept import Doubt, Source, begin_log, load_kept, require_sound
from sync.agent.troubles import Trouble
from sync.protocol.own_key import sign_log_roots
from sync.protocol.tlog.errors import NoteWrong
from sync.protocol.tlog.leaf import note_hash, restart_leaf
from sync.protocol.tlog.messages import LogAnswer, LogRoots
from sync.protocol.tlog.note import Cosigner, Note, Signer
from tests.fakes import FakeCollector, InMemoryJournal
from tests.sync.agent.fake_log import FakeLog
from tests.sync.agent.watching import DAY, Guide
from tests.sync.protocol.golden import COLLECTOR, KEY, OWN_KEY
from tests.sync.protocol.tlog.samples import LOG, NEXT_LOG, RESTARTED_LOG, WITNESS, signed_note


def test_kiosk_finds_its_journal_in_the_log_and_tells_how_far(kiosk):
    kiosk.live()
    first = kiosk.collector.statuses[-1].log
    kiosk.live()

    assert (first.origin, first.size, first.seq) == (LOG.name, 0, 0)
    told = kiosk.collector.statuses[-1].log
    assert (told.origin, told.size, told.witnesses, told.seq) == (LOG.name, 3, 1, 3)
    assert kiosk.doubt is None


def test_log_that_grows_is_believed_each_day(kiosk):
    for days in range(5):
        kiosk.live()
        kiosk.log.add_journal(kiosk.journal, date.fromordinal(DAY.toordinal() + days))
        kiosk.log.add(b"x%d" % days)
        kiosk.live()

        assert kiosk.doubt is None
        assert (kiosk.kept.checkpoint.size, kiosk.kept.proven.seq) == (len(kiosk.log.leaves), 4 + 2 * days)


def test_what_was_seen_outlives_the_agent_and_answers_none_of_which_is_new(kiosk):
    kiosk.live()
    kiosk.live()
    before = kiosk.files.log.read_bytes()

    kiosk.live()

    assert kiosk.collector.statuses[-1].log.size == 3
    assert kiosk.files.log.read_bytes() == before


def test_rewritten_past_is_named_and_the_evidence_is_kept(kiosk):
    """Another tree under the log's own key, cosigned by its own witness: the kiosk's checkpoint alone shows it."""
    kiosk.live()
    was = kiosk.kept.note
    kiosk.log.leaves[0] = b"rewritten"
    kiosk.log.add(b"grown")

    kiosk.live()

    assert kiosk.doubt is Doubt.CONSISTENCY
    assert kiosk.kept.note == was
    assert kiosk.kept.fault.kept == was
    assert kiosk.log.note() == msgspec.json.decode(kiosk.kept.fault.said, type=LogAnswer).checkpoint
    assert kiosk.told_fault() == "consistency"


def test_failed_proof_stays_told_though_the_log_is_good_again(kiosk):
    kiosk.live()
    honest = list(kiosk.log.leaves)
    kiosk.log.leaves[0] = b"rewritten"
    kiosk.log.add(b"grown")
    kiosk.live()
    kiosk.log.leaves[:] = [*honest, b"grown"]

    kiosk.live()

    assert (kiosk.doubt, kiosk.kept.checkpoint.size) == (Doubt.CONSISTENCY, 4)
    assert kiosk.kept.trouble is None


def other_tree(answer: LogAnswer) -> LogAnswer:
    note = signed_note([b"another", b"tree", b"of three"], LOG, WITNESS).format()
    return LogAnswer(note)


def test_first_proof_that_failed_stays_with_its_evidence_whatever_comes_after(kiosk):
    kiosk.live()
    kiosk.change = broken({}, {"index": 2})
    kiosk.log.add(b"grown")
    kiosk.live()
    first = kiosk.kept.fault
    kiosk.change = lambda _: LogAnswer(signed_note([b"other", b"tree", b"of", b"four"], LOG, WITNESS).format())

    kiosk.live()

    assert first.code is Doubt.LEAF
    assert kiosk.kept.fault == first


def test_two_trees_of_one_size_are_named(kiosk):
    kiosk.live()
    kiosk.change = other_tree

    kiosk.live()

    assert kiosk.doubt is Doubt.ROOT


def test_older_checkpoint_that_is_played_again_changes_nothing(kiosk):
    kiosk.live()
    kiosk.change = lambda _: LogAnswer(signed_note(kiosk.log.leaves[:2], LOG, WITNESS).format())

    kiosk.live()

    assert (kiosk.doubt, kiosk.kept.checkpoint.size, kiosk.kept.fault) == (Doubt.OLDER, 3, None)


def test_trouble_of_one_answer_is_over_with_the_next_good_one(kiosk):
    kiosk.change = lambda _: {"checkpoint": 7}
    kiosk.live()
    assert kiosk.doubt is Doubt.UNREADABLE
    kiosk.change = lambda answer: answer

    kiosk.live()

    assert kiosk.doubt is None
    assert kiosk.told_fault() is None


def broken(members: dict[str, Any], leaf: dict[str, Any] | None = None) -> Any:
    def change(answer: LogAnswer) -> LogAnswer:
        inner = {"leaf": msgspec.structs.replace(answer.leaf, **leaf)} if leaf else {}
        return msgspec.structs.replace(answer, **members, **inner)

    return change


HASH = "A" * 43 + "="


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        (broken({"checkpoint": "garbage"}), Doubt.UNREADABLE),
        (lambda _: {"checkpoint": "x" * 100_000}, Doubt.UNREADABLE),
        (lambda _: [1, 2], Doubt.UNREADABLE),
        (lambda _: {"checkpoint": "a\n", "consistency": ["?"]}, Doubt.UNREADABLE),
        (lambda _: {"checkpoint": "a\n", "consistency": [HASH] * 100}, Doubt.UNREADABLE),
        (lambda _: LogAnswer(signed_note([b"a"], NEXT_LOG).format()), Doubt.SIGNATURE),
        (lambda _: LogAnswer(signed_note([b"a"], RESTARTED_LOG).format()), Doubt.SIGNATURE),
        (broken({}, {"proof": []}), Doubt.LEAF),
        (broken({}, {"proof": [HASH, HASH]}), Doubt.LEAF),
        (broken({}, {"index": 2}), Doubt.LEAF),
        (broken({}, {"index": 9}), Doubt.LEAF),
        (broken({}, {"seq": 2}), Doubt.LEAF),
        (broken({}, {"kind": "ended"}), Doubt.LEAF),
        (broken({}, {"date": "2026-11-20"}), Doubt.LEAF),
        (broken({}, {"date": "2026-13-20"}), Doubt.LEAF),
        (broken({}, {"cuts_size": 1, "cuts_root": HASH}), Doubt.LEAF),
        (broken({}, {"cuts_size": 1}), Doubt.LEAF),
    ],
)
def test_whatever_does_not_hold_is_one_clear_state_and_stops_no_rating(kiosk, change, doubt):
    kiosk.change = change

    kiosk.live()

    assert kiosk.doubt is doubt
    assert kiosk.told_fault() == str(doubt)


def test_leaf_of_another_head_is_named_and_the_checkpoint_kept_all_the_same(kiosk):
    kiosk.live()
    kiosk.live()
    kiosk.log.add_journal(kiosk.journal, DAY, seq=4, head=bytes(32))

    kiosk.live()

    assert kiosk.doubt is Doubt.LEAF
    assert (kiosk.kept.checkpoint.size, kiosk.kept.proven.seq) == (4, 3)


def test_checkpoint_without_its_witness_is_kept_and_said_to_have_none(kiosk):
    kiosk.log.witnesses = ()

    kiosk.live()

    assert (kiosk.doubt, kiosk.kept.witnessed, kiosk.kept.checkpoint.size) == (None, 0, 3)


def test_witness_that_comes_later_is_taken_and_one_that_is_lost_again_is_not_missed(kiosk):
    kiosk.log.witnesses = ()
    kiosk.live()
    with_witness = LogAnswer(signed_note(kiosk.log.leaves, LOG, WITNESS).format())
    kiosk.change = lambda _: with_witness
    kiosk.live()
    assert kiosk.kept.witnessed == 1
    kiosk.change = lambda _: LogAnswer(signed_note(kiosk.log.leaves, LOG).format())

    kiosk.live()

    assert (kiosk.kept.witnessed, kiosk.doubt) == (1, None)


def test_forged_cosignature_in_a_known_name_is_not_believed(kiosk):
    note = signed_note(kiosk.log.leaves, LOG, WITNESS)
    real, other = note.signatures[1], signed_note([b"x"], LOG, WITNESS).signatures[1]
    forged = Note(note.text, (note.signatures[0], other))
    kiosk.change = lambda _: LogAnswer(forged.format())

    kiosk.live()

    assert real.key_id == other.key_id
    assert (kiosk.doubt, kiosk.kept.checkpoint) == (Doubt.WITNESS, None)


def test_cosignature_of_an_unknown_witness_counts_for_nothing(kiosk):
    kiosk.log.witnesses = (Cosigner.generate("nobody.example/w"),)

    kiosk.live()

    assert (kiosk.kept.witnessed, kiosk.doubt) == (0, None)


def test_new_key_that_the_old_one_signed_is_followed_and_told(kiosk):
    kiosk.live()
    kiosk.log = kiosk.log.with_new_key(NEXT_LOG, DAY)
    kiosk.log.add(b"new")

    kiosk.live()
    kiosk.log.add(b"newer")
    kiosk.live()

    assert (kiosk.doubt, kiosk.kept.vkey, kiosk.kept.checkpoint.size) == (None, NEXT_LOG.vkey, 5)
    assert [change.kind for change in kiosk.kept.changes] == ["key"]


def test_new_key_that_nobody_signed_is_not_followed(kiosk):
    kiosk.live()
    kiosk.log.signer = NEXT_LOG
    kiosk.log.add(b"new")

    kiosk.live()

    assert (kiosk.doubt, kiosk.kept.vkey) == (Doubt.SIGNATURE, LOG.vkey)


def test_log_that_was_lost_is_told_as_restarted_and_never_as_altered(kiosk):
    kiosk.live()
    last = kiosk.kept.note
    kiosk.log = kiosk.log.restarted(RESTARTED_LOG, DAY)
    kiosk.log.add_journal(kiosk.journal, DAY)

    kiosk.live()

    kept = kiosk.kept
    assert (kept.doubt, kept.log.name, kept.checkpoint.size) == (None, RESTARTED_LOG.name, 2)
    assert (kept.restarted.kind, kept.restarted.note) == ("restarted", last)
    assert kept.proven.seq == 4
    assert kiosk.told_fault() is None
    assert kiosk.collector.statuses[-1].log.origin == RESTARTED_LOG.name


def test_kiosk_that_was_away_follows_a_new_key_and_two_new_starts(kiosk):
    kiosk.live()
    third = Signer.generate("gop-y.example.gov.vn/log/3")
    log = kiosk.log.with_new_key(NEXT_LOG, DAY).restarted(RESTARTED_LOG, DAY).restarted(third, DAY)
    log = log.with_new_key(Signer.generate(third.name), DAY)
    kiosk.log = log

    kiosk.live()

    assert (kiosk.doubt, kiosk.kept.vkey) == (None, log.signer.vkey)
    assert [change.kind for change in kiosk.kept.changes] == ["key", "restarted", "restarted", "key"]


def test_new_start_does_not_hide_a_journal_that_was_rewritten(kiosk):
    kiosk.live()
    kiosk.log = kiosk.log.restarted(RESTARTED_LOG, DAY)
    kiosk.log.add_journal(kiosk.journal, DAY, head=bytes(32))

    kiosk.live()

    assert kiosk.doubt is Doubt.LEAF


def test_new_start_that_does_not_begin_with_its_statement_is_refused(kiosk):
    kiosk.live()
    kiosk.log = kiosk.log.restarted(RESTARTED_LOG, DAY)
    kiosk.log.leaves[0] = restart_leaf(DAY, note_hash("another\n"), 7).raw

    kiosk.live()

    assert (kiosk.doubt, kiosk.kept.log.name) == (Doubt.RESTART, LOG.name)


def test_new_start_that_nobody_signed_is_no_new_start(kiosk):
    kiosk.live()
    stranger = Signer(LOG.name, KEY)
    kiosk.log = FakeLog(stranger, leaves=kiosk.log.leaves).restarted(RESTARTED_LOG, DAY)

    kiosk.live()

    assert (kiosk.doubt, kiosk.kept.log.name) == (Doubt.SIGNATURE, LOG.name)


def test_new_start_whose_old_key_is_lost_is_vouched_for_by_the_collector(kiosk):
    kiosk.live()
    restarted = kiosk.log.restarted(RESTARTED_LOG, DAY)
    said = Note.parse(restarted.statements[0]).text
    restarted.statements = [Note.of(said, Signer("collector", OWN_KEY).sign(said)).format()]
    kiosk.log = restarted

    kiosk.live()

    assert (kiosk.doubt, kiosk.kept.log.name) == (None, RESTARTED_LOG.name)


def test_leaf_must_be_of_the_kiosks_own_cuts_where_it_knows_them(kiosk):
    kiosk.log.add_journal(kiosk.journal, DAY, cuts=(2, bytes(32)))
    kiosk.live()
    assert (kiosk.doubt, kiosk.kept.proven.seq) == (None, 3)
    kiosk.journal.cuts = {4: (3, bytes(32))}
    kiosk.log.add_journal(kiosk.journal, DAY, cuts=(2, bytes(32)))

    kiosk.live()

    assert kiosk.doubt is Doubt.LEAF


def test_journal_that_continues_is_looked_for_anew(kiosk):
    kiosk.live()
    other = InMemoryJournal("11111111-2d3b-4c5d-8e9f-0a1b2c3d4e5f", kiosk.journal.lines[:1])

    assert kiosk.kept.told(kiosk.journal.id).seq == 3
    assert kiosk.kept.told(other.id).seq == 0


def test_kiosk_enrolled_before_learns_the_keys_once_from_its_own_collector(kiosk):
    kiosk.files.log.unlink()
    signed = sign_log_roots(OWN_KEY, kiosk.log.roots, COLLECTOR)
    kiosk.change = lambda answer: answer if kiosk.files.log.exists() else LogAnswer(roots=signed)
    kiosk.live()
    assert kiosk.collector.statuses[-1].log.origin == ""

    kiosk.live()

    assert (kiosk.kept.source, kiosk.kept.since, kiosk.kept.proven.seq) == (Source.COLLECTOR, "2026-11-23", 3)


def test_kiosk_that_does_not_know_its_collector_yet_takes_no_keys_and_finds_no_fault(kiosk, monkeypatch):
    monkeypatch.setattr(Guide, "key", "")
    kiosk.files.log.unlink()
    kiosk.change = lambda _: LogAnswer(roots=sign_log_roots(OWN_KEY, kiosk.log.roots, COLLECTOR))

    kiosk.live()

    assert not kiosk.files.log.exists()
    assert kiosk.told_fault() is None


def test_keys_are_never_taken_again_nor_from_anybody_else(kiosk):
    other = LogRoots(NEXT_LOG.vkey)
    kiosk.change = lambda _: LogAnswer(roots=sign_log_roots(OWN_KEY, other, COLLECTOR))
    kiosk.live()
    assert kiosk.kept.vkey == LOG.vkey
    kiosk.files.log.unlink()

    for signed in (
        sign_log_roots(KEY, other, COLLECTOR),
        sign_log_roots(OWN_KEY, other, "https://elsewhere.example"),
        sign_log_roots(OWN_KEY, LogRoots("?"), COLLECTOR),
        sign_log_roots(OWN_KEY, LogRoots(LOG.vkey, [WITNESS.vkey] * 2, 2), COLLECTOR),
    ):
        kiosk.change = lambda _, signed=signed: LogAnswer(roots=signed)
        kiosk.live()
        assert not kiosk.files.log.exists()
        assert kiosk.told_fault() == "roots"


def test_answer_that_is_too_large_keeps_no_rating_waiting(kiosk):
    class TooLarge(FakeCollector):
        def report(self, status):
            raise CollectorUnavailable(Trouble.WRONG_ANSWER, "an answer over 1048576 bytes")

    kiosk.collector.__class__ = TooLarge

    kiosk.live()

    assert kiosk.doubt is Doubt.UNREADABLE


def test_full_disk_keeps_no_rating_waiting(kiosk, monkeypatch):
    def refuse(*_args, **_named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sync.agent.transparency.kept.write_private", refuse)

    kiosk.live()

    assert kiosk.kept.note == ""


def test_collector_that_is_behind_is_shown_the_checkpoint_once(kiosk):
    kiosk.live()
    kiosk.change = lambda _: LogAnswer(show=True)
    kiosk.live()
    kiosk.change = lambda answer: answer

    kiosk.live()
    kiosk.live()

    assert [each.log.checkpoint for each in kiosk.collector.statuses[1:]] == ["", kiosk.kept.note, ""]


def test_torn_file_is_no_log_and_keys_of_the_same_log_keep_what_was_seen(kiosk):
    kiosk.live()
    begin_log(kiosk.files.log, LogRoots(LOG.vkey), Source.ENROLMENT, DAY)
    assert kiosk.kept.checkpoint.size == 3

    begin_log(kiosk.files.log, LogRoots(NEXT_LOG.vkey), Source.ENROLMENT, DAY)
    assert kiosk.kept.note == ""
    assert load_kept(kiosk.files.log.with_name("log.json.before-1")).checkpoint.size == 3

    kiosk.files.log.write_bytes(kiosk.files.log.read_bytes()[:-5])
    assert load_kept(kiosk.files.log) is None


@pytest.mark.parametrize(
    "roots",
    [
        LogRoots("?"),
        LogRoots(WITNESS.vkey),
        LogRoots(LOG.vkey, [NEXT_LOG.vkey], 1),
        LogRoots(LOG.vkey, [WITNESS.vkey, Cosigner("other.example/w", WITNESS.private_key).vkey], 2),
        LogRoots(LOG.vkey, [WITNESS.vkey], 2),
    ],
)
def test_keys_that_cannot_keep_their_promise_are_refused(roots):
    with pytest.raises(NoteWrong):
        require_sound(roots)
