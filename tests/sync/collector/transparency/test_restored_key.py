"""A folder that was restored from before a change of the key: the key of then signs nothing any more."""

import json
from pathlib import Path
from shutil import copytree, rmtree

import pytest
from sqlalchemy import update

from sync.collector.settings.log import Log
from sync.collector.store import schema
from sync.collector.transparency.by_hand import change_key, rebuild_log, restart_log
from sync.collector.transparency.errors import LogBehind, LogDamaged, LogElsewhere
from sync.protocol.tlog.note import Note, Signer, Verifier
from sync.protocol.tlog.statement import KeyChange, Restarted
from tests.sync.collector.builders import NOON
from tests.sync.collector.one_engine import database_url  # noqa: F401 - a fixture
from tests.sync.collector.transparency.logs import ORIGIN
from tests.sync.collector.transparency.restored import World, own_key


def test_a_folder_from_before_another_key_signs_nothing_until_that_key_is_back(world: World) -> None:
    new = change_key(world.kept.keeper, "somebody")
    world.kept.run()
    key = world.kept.folder.key_files.key_file
    safe = {file.name: file.read_bytes() for file in (key, world.kept.folder.key_files.old_file)}
    _mirror_all(world)
    world.restore_folder()
    world.restore_database()

    with pytest.raises(LogDamaged, match="newest key") as stopped:
        rebuild_log(world.kept.keeper, own_key(world), "somebody")
    assert stopped.value.values["key"] == new.rpartition("+")[0]
    with pytest.raises(LogDamaged, match="newest key"):
        world.kept.run()
    assert world.kept.newest().checkpoint.size == 1
    assert world.kept.public.statements() == _statements(world.mirror)

    for name, raw in safe.items():
        key.with_name(name).write_bytes(raw)
    done = rebuild_log(world.kept.keeper, own_key(world), "somebody")
    world.grow()
    assert done.added == 2
    assert Note.parse(world.kept.run().text).verified_by([Verifier.from_text(new)])


def test_a_key_that_the_database_names_convinces_nobody_where_the_logs_own_lies_here(world: World) -> None:
    strange, next_ = Signer.generate(ORIGIN), Signer.generate(ORIGIN)
    text = KeyChange(strange.verifier, next_.verifier, NOON.date()).sign(strange).format()
    world.mirror.joinpath("keys").write_text(json.dumps({"statements": [text]}))
    world.kept.settings = Log(mirrors=(str(world.mirror),))
    with world.office.database.writing() as connection:
        connection.execute(update(schema.log_state).values(vkey=strange.vkey))

    with pytest.raises(LogElsewhere):
        rebuild_log(world.kept.keeper, own_key(world), "somebody")

    assert world.kept.public.statements() == []


@pytest.mark.parametrize("later", ["key", "log"])
def test_a_log_whose_mirror_knows_a_later_key_signs_nothing_with_the_older(world: World, later: str) -> None:
    if later == "key":
        change_key(world.kept.keeper, "somebody")
    else:
        restart_log(world.kept.keeper, own_key(world), "somebody", although_whole=True)
    # The change was mirrored before anything was signed with it, so no checkpoint tells of it.
    told = (world.kept.folder.public / "keys").read_bytes()
    world.restore_folder()
    world.restore_database()
    world.mirror.joinpath("keys").write_bytes(told)
    world.mirror.joinpath("checkpoint").unlink()
    world.kept.settings = Log(mirrors=(str(world.mirror),))
    world.grow()

    with pytest.raises(LogBehind, match="a later key"):
        world.kept.run()

    assert world.kept.newest().checkpoint.size == 1


def test_a_mirror_with_strange_keys_stops_nothing(world: World) -> None:
    strange, next_ = Signer.generate(ORIGIN), Signer.generate(ORIGIN)
    text = KeyChange(strange.verifier, next_.verifier, NOON.date()).sign(strange).format()
    world.mirror.joinpath("keys").write_text(json.dumps({"statements": [text]}))
    world.kept.settings = Log(mirrors=(str(world.mirror),))
    world.grow()

    assert world.kept.run().checkpoint.size == 3


def test_where_the_newest_key_is_lost_the_next_log_follows_that_key(world: World) -> None:
    new = Verifier.from_text(change_key(world.kept.keeper, "somebody"))
    size = world.kept.run().checkpoint.size
    _mirror_all(world)
    world.restore_folder()
    world.restore_database()
    own = own_key(world)

    restart_log(world.kept.keeper, own, "somebody")

    note = Note.parse(world.kept.public.restarted() or "")
    assert Restarted.open(note, new, own.public_key().public_bytes_raw()).last_size == size
    assert len(world.kept.public.statements()) == 2


@pytest.mark.parametrize("begins", ["with a strange key", "with a torn statement"])
def test_a_mirrors_statements_that_do_not_follow_from_this_log_change_nothing(world: World, begins: str) -> None:
    strange, next_ = Signer.generate(ORIGIN), Signer.generate(ORIGIN)
    text = KeyChange(strange.verifier, next_.verifier, NOON.date()).sign(strange).format()
    _mirror_all(world)
    told = {"statements": [text if begins == "with a strange key" else "nonsense"]}
    (world.mirror / "keys").write_text(json.dumps(told))

    assert rebuild_log(world.kept.keeper, own_key(world), "somebody").added == 0
    assert world.kept.public.statements() == []


def _mirror_all(world: World) -> None:
    rmtree(world.mirror)
    copytree(world.kept.folder.public, world.mirror)
    world.kept.settings = Log(mirrors=(str(world.mirror),))


def _statements(mirror: Path) -> list[str]:
    return [str(one) for one in json.loads((mirror / "keys").read_bytes())["statements"]]
