"""A citizen's words lie beside the chain; with the collector's key they are sealed before they touch the disk."""

from hashlib import sha256

import pytest

from kiosk.base.sealed_box import key_id_of, make_key, unseal
from kiosk.domain.visit.rating import Comment
from kiosk.journal.lines import CommentLine, decode_line
from sync.protocol.messages import EnclosureMessage, decode_message
from tests.builders import make_rating
from tests.kiosk.journal.test_journal import raise_once_after

WORDS = "Chờ lâu quá, cán bộ hướng dẫn chưa rõ."


def write(journal, clock, reader) -> tuple[CommentLine, EnclosureMessage]:
    rating = journal.append(make_rating(clock))
    journal.append(Comment(clock.now(), rating.seq, WORDS))
    batch = reader.batch_after(reader.anchor(), 500, 10**6)
    line = decode_line(batch.lines[-1])
    assert isinstance(line, CommentLine)
    (enclosure,) = batch.enclosures
    return line, decode_message(EnclosureMessage, enclosure)


def test_without_a_key_words_are_enclosed_as_they_were_written(journal, clock, reader):
    line, enclosed = write(journal, clock, reader)

    assert (line.sealed, enclosed.payload.decode()) == (None, WORDS)


def test_with_a_key_the_disk_never_holds_the_words_and_the_entry_commits_to_what_is_sealed(journal, clock, reader):
    private, public = make_key()
    journal.seal_words(public)

    line, enclosed = write(journal, clock, reader)

    assert line.sealed == key_id_of(public)
    assert line.enclosure == sha256(enclosed.salt + enclosed.payload).hexdigest()
    assert unseal(private, enclosed.payload).decode() == WORDS
    on_disk = b"".join(file.read_bytes() for file in journal.path.parent.iterdir() if file.is_file())
    assert enclosed.payload in on_disk
    assert "Chờ lâu".encode() not in on_disk


@pytest.mark.parametrize("what", ["commit", "rollback"])
def test_sealed_words_are_written_once_whatever_became_of_a_doubtful_commit(journal, clock, reader, what):
    private, public = make_key()
    journal.seal_words(public)
    rating = journal.append(make_rating(clock))
    raise_once_after(journal, what)

    entry = journal.append(Comment(clock.now(), rating.seq, WORDS))

    batch = reader.batch_after(reader.anchor(), 500, 10**6)
    assert batch.lines[-1] == entry.line
    (enclosure,) = batch.enclosures
    enclosed = decode_message(EnclosureMessage, enclosure)
    assert decode_line(entry.line).enclosure == sha256(enclosed.salt + enclosed.payload).hexdigest()
    assert unseal(private, enclosed.payload).decode() == WORDS
