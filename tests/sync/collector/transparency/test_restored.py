"""A log that was restored goes on from what was signed, or says that another one begins: never two stories."""

from contextlib import suppress
from pathlib import Path
from shutil import rmtree

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete

from sync.collector.errors import NotAllowed
from sync.collector.settings.log import Log
from sync.collector.store import schema
from sync.collector.transparency.by_hand import change_key, rebuild_log, restart_log
from sync.collector.transparency.check import check_log, check_rest
from sync.collector.transparency.errors import LogAltered, LogBehind, LogDamaged, LogElsewhere
from sync.collector.transparency.leaves.lacking import check_files
from sync.collector.transparency.shown import keep_shown
from sync.protocol.tlog.leaf import note_hash, restart_leaf
from sync.protocol.tlog.messages import LogAnswer
from sync.protocol.tlog.note import Note, Verifier
from sync.protocol.tlog.statement import KeyChange, Restarted
from tests.sync.collector.builders import Office, Pen
from tests.sync.collector.one_engine import database_url  # noqa: F401 - a fixture
from tests.sync.collector.transparency import logs
from tests.sync.collector.transparency.logs import ORIGIN, Kept
from tests.sync.collector.transparency.restored import World, own_key


def test_a_restored_database_gets_its_index_again_from_the_files(world: World) -> None:
    sources = world.kept.sources()
    world.restore_database()
    world.grow()

    world.kept.run()

    assert world.kept.sources()[:2] == sources
    assert world.kept.newest().checkpoint.size == 3


def test_a_restored_folder_signs_nothing_until_it_is_rebuilt_from_a_mirror(world: World) -> None:
    newest = world.kept.newest()
    world.restore_folder()
    with pytest.raises(LogBehind):
        world.kept.run()
    world.kept.settings = Log(mirrors=(str(world.mirror),))

    done = rebuild_log(world.kept.keeper, own_key(world), "somebody")
    world.grow()
    world.kept.run()

    assert (done.size, done.added) == (2, 1)
    assert done.signed is not None
    assert done.signed.note.format() == newest.text
    assert world.kept.newest().checkpoint.size == 3
    assert world.kept.public.root(2, 3) == newest.checkpoint.root


def test_where_all_was_restored_the_leaves_of_a_mirror_are_known_again_by_the_lines(world: World) -> None:
    sources = world.kept.sources()
    world.restore_folder()
    world.restore_database()
    world.kept.settings = Log(mirrors=(str(world.mirror),))

    rebuild_log(world.kept.keeper, own_key(world), "somebody")
    world.kept.run()

    assert world.kept.sources() == sources
    assert list(check_log(world.office.database, world.kept.public)) == []
    assert world.kept.newest().checkpoint.size == len(sources)


@pytest.mark.parametrize("gone", ["public", "public/tile", "public/tile/0", "public/tile/entries"])
def test_files_that_are_gone_are_fetched_back_from_a_mirror(world: World, gone: str) -> None:
    newest = world.kept.newest()
    rmtree(world.kept.root / gone)
    world.kept.settings = Log(mirrors=(str(world.mirror),))

    done = rebuild_log(world.kept.keeper, own_key(world), "somebody")
    world.kept.keeper.run(at_once=True)

    assert (done.size, done.added) == (2, 2)
    assert world.kept.newest() == newest
    assert list(check_log(world.office.database, world.kept.public)) == []
    with world.office.database.reading() as connection:
        assert check_files(connection, world.kept.config) == []


def test_a_mirror_that_changed_a_leaf_gives_nothing_back(world: World) -> None:
    world.restore_folder()
    file = world.mirror / "tile/entries/000.p/2"
    raw = file.read_bytes()
    file.write_bytes(raw[:-2] + (b"E=" if raw.endswith(b"A=") else b"A="))
    world.kept.settings = Log(mirrors=(str(world.mirror),))

    with pytest.raises(LogBehind, match="name a copy of the log's folder public in"):
        rebuild_log(world.kept.keeper, own_key(world), "somebody")

    assert world.kept.newest().checkpoint.size == 1


def test_where_all_was_restored_a_kiosk_shows_what_it_keeps_and_nothing_is_signed(world: World) -> None:
    newest = world.kept.newest()
    world.restore_folder()
    world.restore_database()
    assert world.answer(ORIGIN, 2) == LogAnswer(show=True)

    keep_shown(world.kept.config, newest.text)

    with pytest.raises(LogBehind):
        world.kept.run()


def test_what_this_log_never_signed_cannot_stop_it(world: World) -> None:
    text = world.kept.newest().text
    world.kept.keeper.config.log_directory.mkdir(exist_ok=True)

    for forged in (text.replace("\n2\n", "\n9\n"), "nonsense", text.replace(ORIGIN, "elsewhere.example/log")):
        keep_shown(world.kept.config, forged)
    world.grow()

    assert world.kept.run().checkpoint.size == 3


def test_another_log_begins_with_the_last_checkpoint_of_the_lost_one(world: World) -> None:
    newest = world.kept.newest()
    world.restore_folder()
    world.restore_database()
    keep_shown(world.kept.config, newest.text)
    old = world.kept.folder.key_files.read().signer.verifier

    said = restart_log(world.kept.keeper, own_key(world), "somebody")
    published = world.kept.run()

    assert published.checkpoint.origin == f"{ORIGIN}/2"
    first = world.kept.leaves()[0]
    assert first == restart_leaf(said.day, note_hash(newest.text), 2)
    statement = Restarted.open(Note.parse(world.kept.public.restarted() or ""), old)
    assert (statement.last_size, statement.new.name) == (2, f"{ORIGIN}/2")
    # The journal is in the new log as it is now, and whoever looks at the old one finds it beside the new one.
    assert [leaf.kind for leaf in world.kept.leaves()] == ["restart", "journal"]
    assert (world.kept.root / "public-1" / "checkpoint").exists()


def test_a_kiosk_of_the_lost_log_is_led_to_the_new_one_by_a_signed_statement(world: World) -> None:
    restart_log(world.kept.keeper, own_key(world), "somebody", although_whole=True)
    world.kept.run()

    answer = world.answer(ORIGIN, 2)

    assert answer is not None
    assert answer.consistency == []
    assert [Note.parse(one).text.split("\n")[0] for one in answer.statements] == ["hailong-log/1 restarted"]
    assert len(answer.first) == 1


def test_where_the_key_is_lost_too_the_collectorsown_key_says_so(world: World) -> None:
    old = world.kept.folder.key_files.read().signer.verifier
    world.kept.folder.key_files.key_file.unlink()
    with pytest.raises(LogElsewhere):
        world.kept.run()
    own = own_key(world)

    restart_log(world.kept.keeper, own, "somebody")

    note = Note.parse(world.kept.public.restarted() or "")
    assert Restarted.open(note, old, own.public_key().public_bytes_raw()).last_size == 2
    assert world.kept.run().checkpoint.origin == f"{ORIGIN}/2"


def test_no_other_log_begins_where_nothing_was_lost_unless_it_is_said(world: World) -> None:
    with pytest.raises(NotAllowed):
        restart_log(world.kept.keeper, own_key(world), "somebody")
    assert world.kept.run().checkpoint.origin == ORIGIN
    old = world.kept.folder.key_files.read().signer.verifier

    assert restart_log(world.kept.keeper, own_key(world), "somebody", although_whole=True).was_whole

    assert Restarted.open(Note.parse(world.kept.public.restarted() or ""), old).was_whole
    assert [action for (action,) in world.office.rows("audit", "action")][-1] == "log.restart.whole"


def test_a_log_that_was_lost_is_never_called_whole(world: World) -> None:
    world.mirror.joinpath("checkpoint").rename(world.mirror / "kept")
    world.restore_folder()
    assert not restart_log(world.kept.keeper, own_key(world), "somebody", although_whole=True).was_whole


def test_the_index_of_an_older_log_is_put_back_and_held_too(world: World) -> None:
    restart_log(world.kept.keeper, own_key(world), "somebody", although_whole=True)
    with world.office.database.writing() as connection:
        connection.execute(delete(schema.log_leaf))
    world.kept.run()
    assert list(check_log(world.office.database, world.kept.public)) == []
    with world.office.database.writing() as connection:
        connection.exec_driver_sql("UPDATE log_leaf SET kind = 'logkey' WHERE epoch = 1")
    assert [one.code for one in check_rest(world.office.database, world.kept.public)] == ["log_lost"]
    world.grow()

    with pytest.raises(LogAltered):
        world.kept.run()


def test_no_other_log_begins_before_anything_was_signed(kept: Kept, office: Office) -> None:
    with pytest.raises(NotAllowed):
        restart_log(kept.keeper, Ed25519PrivateKey.generate(), "somebody")


@pytest.mark.parametrize("steps", range(14))
def test_a_restart_that_is_broken_off_is_finished_or_never_began(
    kept: Kept, office: Office, pen: Pen, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    kept.run()
    left = [steps]
    with monkeypatch.context() as patched:
        for module, name in logs.DISK_STEPS:
            patched.setattr(module, name, logs.counted(getattr(module, name), left))
        with suppress(logs.Cut):
            restart_log(kept.keeper, Ed25519PrivateKey.generate(), "somebody", although_whole=True)

    published = kept.run()

    assert published.checkpoint.origin in (ORIGIN, f"{ORIGIN}/2")
    kinds = [leaf.kind for leaf in kept.leaves()]
    assert kinds == (["journal"] if published.checkpoint.origin == ORIGIN else ["restart", "journal"])


def test_a_new_key_is_signed_by_the_old_one_and_logged(world: World) -> None:
    old = world.kept.folder.key_files.read().signer.verifier

    vkey = change_key(world.kept.keeper, "somebody")
    published = world.kept.run()

    new = Verifier.from_text(vkey)
    (statement,) = world.kept.public.statements()
    assert KeyChange.open(Note.parse(statement), old).new == new
    assert world.kept.leaves()[-1].kind == "logkey"
    # For some time both sign, so that whoever knows the old key alone goes on.
    assert len(Note.parse(published.text).verified_by([old, new])) == 2
    world.grow()
    assert [one.verifier for one in Note.parse(world.kept.run(31).text).verified_by([old, new])] == [new]


@pytest.mark.parametrize("steps", range(6))
def test_a_change_of_the_key_that_is_broken_off_leaves_one_key(
    kept: Kept, office: Office, pen: Pen, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    first = kept.run()
    left = [steps]
    with monkeypatch.context() as patched:
        for module, name in logs.DISK_STEPS:
            patched.setattr(module, name, logs.counted(getattr(module, name), left))
        with suppress(logs.Cut):
            change_key(kept.keeper, "somebody")

    published = kept.run()

    keys = kept.folder.key_files.read()
    assert Note.parse(published.text).verified_by([keys.signer.verifier])
    assert Note.parse(first.text).verified_by(keys.verifiers)
    assert len(keys.changes) == len(kept.leaves()) - 1


def test_a_damaged_tile_stops_the_log(world: World) -> None:
    tile = world.kept.folder.public / "tile/0/000.p/2"
    tile.write_bytes(bytes(64))
    world.grow()

    with pytest.raises(LogDamaged):
        world.kept.run()


def test_a_key_put_beside_another_database_signs_nothing(world: World, tmp_path: Path) -> None:
    world.kept.root = tmp_path / "elsewhere"
    world.kept.folder.key_files.make(ORIGIN)

    with pytest.raises(LogElsewhere):
        world.kept.run()
