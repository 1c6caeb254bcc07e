"""A checkpoint is published when enough witnesses have cosigned it, and never before it is known to be the newest."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from sync.collector.settings.log import Log
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
            connection.exec_driver_sql("UPDATE log_state SET size = 1, published_size = 1, day = NULL")
