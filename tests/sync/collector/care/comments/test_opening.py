"""Words that kiosks sealed are opened with keys that lie in a file; without its key a text waits, and nothing else."""

import stat
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from kiosk.base.sealed_box import key_id_of, make_key, seal
from sync.collector.care.comments import opening
from sync.collector.care.comments.opening import KeyFile, count_left_closed, forget_closed, needs_key, open_words
from sync.collector.chores.comments import have_words_key, open_sealed
from sync.collector.chores.every import transact
from sync.collector.errors import UsageWrong
from sync.collector.fleet.devices.own import read_words_key
from sync.collector.fleet.rollouts.effective import read_in_force, settings_for
from sync.collector.services.services import Services, make_services
from sync.collector.settings.care import Comments
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.schema import comment
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.care.comments.test_arrive import texts
from tests.sync.collector.replica.test_continued import continued

TODAY = date(2026, 11, 20)


@pytest.fixture
def pen() -> Pen:
    pen = Pen()
    pen.opened()
    return pen


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "words.keys")


def renew(office: Office, file: KeyFile, minutes: int = 0) -> bytes:
    """Another key; its public half, as kiosks are told it."""
    with office.database.writing() as connection:
        opening.renew_key(connection, file, NOON + timedelta(minutes=minutes), "it")
        public = read_words_key(connection)
    assert public is not None
    return public


def write(pen: Pen, public: bytes, text: str, **values: object) -> int:
    """Words on a new rating, sealed."""
    return pen.comment(pen.rating(), seal(public, text.encode()), sealed=key_id_of(public), **values)


def open_all(office: Office, keys: dict[str, bytes]) -> int:
    with office.database.writing() as connection:
        return open_words(connection, keys, TODAY)


def test_words_lie_sealed_in_the_database_until_they_are_opened(office: Office, pen: Pen, file: KeyFile) -> None:
    write(pen, renew(office, file), "Chờ lâu quá, gọi 0912345678.")
    office.append(pen)

    ((text, folded, sealed),) = office.rows("comment", "text", "folded", "sealed")
    assert (text, folded) == (None, None)
    assert isinstance(sealed, bytes)
    assert "lâu".encode() not in sealed + b"".join(line for (line,) in office.rows("enclosure", "line"))

    assert open_all(office, file.read()) == 1
    assert office.rows("comment", "text", "folded", "sealed") == [
        ("Chờ lâu quá, gọi ••••••••••.", "cho lau qua, goi ••••••••••.", None)
    ]
    assert open_all(office, file.read()) == 0


def test_after_a_new_key_words_that_were_on_their_way_are_opened_with_the_old_one(
    office: Office, pen: Pen, file: KeyFile
) -> None:
    first = renew(office, file)
    second = renew(office, file, 1)
    write(pen, first, "cũ")
    write(pen, second, "mới")
    office.append(pen)

    assert first != second
    assert open_all(office, file.read()) == 2
    assert texts(office) == ["cũ", "mới"]


def test_without_its_key_a_text_waits_and_is_told_and_ratings_count(office: Office, pen: Pen, file: KeyFile) -> None:
    public = renew(office, file)
    lost = file.read()
    file.path.unlink()
    write(pen, public, "đợi khóa")
    office.append(pen)

    assert open_all(office, {**file.read(), "0" * 16: make_key()[0]}) == 0
    with office.database.reading() as connection:
        assert [key.closed for key in opening.read_keys(connection)] == [1]
        assert count_left_closed(connection, "", date(2026, 11, 23)) == 1
        assert count_left_closed(connection, "XB/", date(2026, 11, 23)) == 0
        assert count_left_closed(connection, "", date(2026, 11, 16)) == 0
        assert opening.count_closed(connection) == 1
    assert len(office.rows("rating")) == 1
    assert open_all(office, lost) == 1
    assert texts(office) == ["đợi khóa"]


def test_what_no_key_came_for_is_deleted_when_its_time_is_over(office: Office, pen: Pen, file: KeyFile) -> None:
    write(pen, renew(office, file), "không ai mở")
    office.append(pen)
    with office.database.writing() as connection:
        assert forget_closed(connection, 90, date(2026, 11, 16) + timedelta(days=97)) == 0
        assert forget_closed(connection, 90, date(2026, 11, 16) + timedelta(days=98)) == 1

    office.append(pen, replace(pen.batch(4), enclosures=tuple(pen.enclosures.values())))

    assert office.rows("comment", "text", "sealed") == [(None, None)]


def test_what_was_not_sealed_for_the_named_key_is_forgotten_and_holds_nothing_up(
    office: Office, pen: Pen, file: KeyFile
) -> None:
    public, other = renew(office, file), make_key()[1]
    pen.comment(pen.rating(), seal(other, b"x"), sealed=key_id_of(public))
    pen.comment(pen.rating(), b"not sealed at all", sealed=key_id_of(public))
    write(pen, public, "tốt")
    office.append(pen)

    assert open_all(office, file.read()) == 3
    assert texts(office) == [None, None, "tốt"]
    assert office.rows("comment", "forgotten_on") == [(TODAY,), (TODAY,), (None,)]
    assert open_all(office, file.read()) == 0


def test_an_entry_that_names_no_possible_key_is_set_aside(office: Office, pen: Pen) -> None:
    pen.comment(pen.rating(), "x", sealed="../../key")

    office.append(pen)

    assert [reason for (reason,) in office.rows("unread", "reason")] == ["bad_value"]


def test_sealed_words_that_came_in_a_continuation_are_opened_once(office: Office, pen: Pen, file: KeyFile) -> None:
    public = renew(office, file)
    seq = write(pen, public, "một lần")
    other = continued(pen, seq - 2)
    office.append(other)
    office.append(pen)

    open_all(office, file.read())

    assert [text for text in texts(office) if text is not None] == ["một lần"]


def services_of(office: Office, folder: Path, **settings: object) -> Services:
    config = CollectorConfig(data_dir=folder, **settings)  # type: ignore[arg-type]
    return make_services(config, office.database, lambda: NOON)


def test_the_minutely_round_opens_and_a_bad_key_file_stops_nothing_else(
    office: Office, pen: Pen, tmp_path: Path
) -> None:
    services = services_of(office, tmp_path)
    have_words_key(services)
    with office.database.reading() as connection:
        public = read_words_key(connection)
    assert public is not None
    write(pen, public, "qua vòng")
    office.append(pen)
    good = services.config.words_key_file.read_bytes()

    services.config.words_key_file.write_bytes(b"{}")
    open_sealed(services, lambda work: transact(services, work))
    assert texts(office) == [None]

    services.config.words_key_file.write_bytes(good)
    open_sealed(services, lambda work: transact(services, work))
    assert texts(office) == ["qua vòng"]
    services.writer.close()


def test_a_collector_with_its_own_database_has_a_key_and_another_when_the_file_was_lost(
    office: Office, tmp_path: Path
) -> None:
    services = services_of(office, tmp_path)
    file = KeyFile(services.config.words_key_file)

    have_words_key(services)
    have_words_key(services)

    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert len(file.read()) == len(office.rows("words_key")) == 1
    file.path.unlink()
    have_words_key(services)
    assert len(file.read()) == 1
    assert len(office.rows("words_key")) == 2
    services.writer.close()


def test_where_several_share_a_database_nobody_makes_a_key_unasked(office: Office, tmp_path: Path) -> None:
    services = services_of(office, tmp_path, database_url="postgresql://db/hailong")

    have_words_key(services)

    assert office.rows("words_key") == []
    services.writer.close()


def test_kiosks_are_told_the_newest_public_key_and_never_a_private_one(office: Office, file: KeyFile) -> None:
    with office.database.reading() as connection:
        assert settings_for(connection, office.device.device_id, read_in_force(connection)).words_key is None
    renew(office, file)
    newest = renew(office, file, 1)

    with office.database.reading() as connection:
        told = settings_for(connection, office.device.device_id, read_in_force(connection))
    assert told.words_key == newest
    assert not {newest, *(public for (public,) in office.rows("words_key", "public_key"))} & set(file.read().values())


def test_the_file_may_lie_elsewhere(tmp_path: Path) -> None:
    config = CollectorConfig(data_dir=tmp_path, comments=Comments(key_file=tmp_path / "safe" / "k"))

    assert config.words_key_file == tmp_path / "safe" / "k"


@pytest.mark.parametrize("content", [b"words", b'{"key_id":"a"}', b'{"key_id":"a","private_key":"AAAA","made_at":1}'])
def test_a_file_that_is_none_of_keys_is_named(office: Office, file: KeyFile, content: bytes) -> None:
    file.path.write_bytes(content)

    with pytest.raises(UsageWrong, match="no file of keys"):
        renew(office, file)
    with pytest.raises(UsageWrong, match="no file of keys"), office.database.reading() as connection:
        needs_key(connection, file)
    assert file.path.read_bytes() == content
    assert office.rows("words_key") == []


def test_the_query_of_every_minute_reads_an_index(office: Office) -> None:
    if office.database.writer.dialect.name != "sqlite":
        return
    with office.database.reading() as connection:
        wanted = select(func.count()).where(comment.c.sealed.is_not(None), comment.c.key_id.in_(["a"]))
        compiled = wanted.compile(connection, compile_kwargs={"literal_binds": True})
        plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all())
    assert "ix_comment_sealed" in plan
