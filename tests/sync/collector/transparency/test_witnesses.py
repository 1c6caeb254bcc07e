"""A checkpoint is published when enough witnesses have cosigned it, and never before it is known to be the newest."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import update

from kiosk.base.settings.reading import SettingsInvalid
from sync.collector.settings.collector import load_config
from sync.collector.settings.log import Log
from sync.collector.store import schema
from sync.collector.transparency.errors import LogBehind, LogForked, LogUnsure
from sync.protocol.tlog.note import Note
from tests.sync.collector.builders import Office, Pen
from tests.sync.collector.one_engine import database_url  # noqa: F401 - a fixture
from tests.sync.collector.transparency.logs import Kept
from tests.sync.collector.transparency.witnessing import FakeWitness, witness


@pytest.fixture
def other() -> Iterator[FakeWitness]:
    with witness() as made:
        yield made


@pytest.fixture
def kept(kept: Kept, other: FakeWitness) -> Kept:
    """A log with one witness, who knows its key."""
    kept.settings = Log(witnesses=(other.setting,))
    folder = kept.folder
    with folder.held():
        other.log = kept.keeper.open_keys(folder).signer.verifier
    return kept


def test_the_published_checkpoint_carries_the_witness_signature(kept: Kept, pen: Pen, other: FakeWitness) -> None:
    published = kept.run()

    (found,) = Note.parse(published.text).verified_by([other.cosigner.verifier])
    assert found.time == other.time
    assert other.size == published.checkpoint.size == 1


def test_what_no_witness_cosigned_is_not_published_and_asked_for_again_each_hour(
    kept: Kept, pen: Pen, other: FakeWitness
) -> None:
    other.log = None  # it does not know this log yet
    keeper = kept.keeper
    keeper.now = lambda: kept.now
    for minute in (0, 5, 60):
        kept.monotonic_s = minute * 60.0
        keeper.run()
    assert (kept.public.newest(), other.asked) == (None, 2)
    other.log = kept.folder.key_files.read().signer.verifier
    kept.monotonic_s = 2 * 3600.0

    keeper.run()

    assert kept.newest().checkpoint.size == 1


def test_a_witness_that_missed_some_days_is_led_on_from_where_it_was(
    kept: Kept, office: Office, pen: Pen, other: FakeWitness
) -> None:
    kept.run()
    real = other.setting
    for is_reached in (False, False, True):
        kept.settings = Log(witnesses=(real if is_reached else replace(real, url="http://127.0.0.1:9"),), quorum=1)
        pen.rating()
        office.append(pen, pen.batch(len(pen.lines)))
        if is_reached:
            kept.run()
        else:
            with pytest.raises(LogUnsure):
                kept.run()

    assert other.size == kept.newest().checkpoint.size == 2


def test_nothing_is_signed_while_no_witness_says_what_it_knows(kept: Kept, pen: Pen, other: FakeWitness) -> None:
    other.is_down = True

    with pytest.raises(LogUnsure):
        kept.run()

    assert kept.folder.signed(kept.folder.key_files.read()) is None


def test_a_folder_older_than_what_the_witness_knows_signs_nothing(
    kept: Kept, office: Office, pen: Pen, other: FakeWitness
) -> None:
    kept.run()
    backup = _copy(kept)
    pen.rating()
    office.append(pen, pen.batch(3))
    kept.run()
    _restore(kept, backup, database_too=True)

    with pytest.raises(LogBehind):
        kept.run()

    assert kept.newest().checkpoint.size == 1


def test_a_witness_with_another_story_stops_the_log(kept: Kept, office: Office, pen: Pen, other: FakeWitness) -> None:
    kept.run()
    keys = kept.folder.key_files.read()
    text = "danhgia.example/log\n1\n" + "A" * 43 + "=\n"
    line = other.cosigner.cosign(text, 1)
    other.files.keep(keys.origin, Note.of(text, keys.signer.sign(text), line))
    pen.rating()
    office.append(pen, pen.batch(3))

    with pytest.raises(LogForked):
        kept.run()


def test_a_restored_log_signs_nothing_while_the_witness_that_knows_more_is_away(
    kept: Kept, office: Office, pen: Pen, other: FakeWitness
) -> None:
    with witness("third-office.example/witness") as third:
        third.log = other.log
        kept.settings = Log(witnesses=(other.setting, third.setting), quorum=1)
        kept.run()
        backup = _copy(kept)
        # It says what it knows and does not cosign, so that the other one alone knows the next checkpoint.
        third.is_refusing = True
        _press(office, pen)
        assert kept.run().checkpoint.size == 2
        assert (other.size, third.size) == (2, 1)
        _restore(kept, backup, database_too=True)
        other.is_down, third.is_refusing = True, False
        _press(office, pen)

        with pytest.raises(LogUnsure):
            kept.run()

        assert kept.newest().checkpoint.size == 1


def test_one_of_three_witnesses_may_be_away_where_two_make_the_quorum(
    kept: Kept, office: Office, pen: Pen, other: FakeWitness
) -> None:
    with witness("third-office.example/witness") as third, witness("fourth-office.example/witness") as fourth:
        third.log = fourth.log = other.log
        kept.settings = Log(witnesses=(other.setting, third.setting, fourth.setting), quorum=2)
        fourth.is_down = True

        assert kept.run().checkpoint.size == 1

        third.is_down = True
        _press(office, pen)
        with pytest.raises(LogUnsure):
            kept.run()


def test_witnesses_of_one_name_are_two(kept: Kept, pen: Pen, other: FakeWitness) -> None:
    with witness() as namesake:
        namesake.log = other.log
        kept.settings = Log(witnesses=(other.setting, namesake.setting))
        namesake.is_down = True
        with pytest.raises(LogUnsure):
            kept.run()
        namesake.is_down = False

        assert len(Note.parse(kept.run().text).verified_by([other.cosigner.verifier, namesake.cosigner.verifier])) == 2


def test_a_witness_that_forgot_the_log_has_not_answered(
    kept: Kept, office: Office, pen: Pen, other: FakeWitness
) -> None:
    kept.run()
    backup = _copy(kept)
    _press(office, pen)
    kept.run()
    _restore(kept, backup, database_too=True)
    other.forget()

    for at_once in (False, True):
        kept.now += timedelta(days=1)
        with pytest.raises(LogUnsure):
            kept.keeper.run(at_once=at_once)

    assert kept.newest().checkpoint.size == 1


def test_a_witness_that_is_new_to_a_published_log_is_shown_it_by_hand(
    kept: Kept, office: Office, pen: Pen, other: FakeWitness
) -> None:
    named, kept.settings = kept.settings, Log()
    kept.run()
    kept.settings = named
    _press(office, pen)
    with pytest.raises(LogUnsure):
        kept.run()

    kept.keeper.run(at_once=True)

    assert other.size == kept.newest().checkpoint.size == 2
    assert kept.run().checkpoint.size == 2


def test_a_witness_that_is_named_twice_is_refused(tmp_path: Path, other: FakeWitness) -> None:
    one = f'{{ vkey = "{other.setting.vkey}", url = "%s" }}'
    file = tmp_path / "collector.toml"
    file.write_text(f"[log]\nwitnesses = [{one % 'https://a.example'}, {one % 'https://b.example'}]\n")

    with pytest.raises(SettingsInvalid) as refused:
        load_config(file, None)

    assert [fault.key for fault in refused.value.faults] == ["log.witnesses"]


def _press(office: Office, pen: Pen) -> None:
    pen.rating()
    office.append(pen, pen.batch(len(pen.lines)))


def _copy(kept: Kept) -> dict[str, bytes]:
    return {str(path.relative_to(kept.root)): path.read_bytes() for path in kept.root.rglob("*") if path.is_file()}


def _restore(kept: Kept, backup: dict[str, bytes], *, database_too: bool) -> None:
    for path in kept.root.rglob("*"):
        if path.is_file():
            path.unlink()
    for name, content in backup.items():
        (kept.root / name).parent.mkdir(parents=True, exist_ok=True)
        (kept.root / name).write_bytes(content)
    if database_too:
        with kept.office.database.writing() as connection:
            connection.exec_driver_sql("DELETE FROM log_leaf WHERE leaf_index > 0")
            known = {"size": 1, "root": kept.newest().checkpoint.root, "published_size": 1, "day": None}
            connection.execute(update(schema.log_state).values(known))
