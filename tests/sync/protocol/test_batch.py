import contextlib
import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.journal.lines import LINE_BYTES_MAX
from sync.protocol.batch import pack_batch, unpack_batch
from sync.protocol.errors import (
    BatchUnreadable,
    BodyTooLarge,
    EncodingUnsupported,
    InflatesTooLarge,
    LinesTooMany,
    LineTooLong,
    WireError,
)
from sync.protocol.messages import BATCH_BYTES_MAX, INFLATED_BYTES_MAX, LINES_PER_BATCH_MAX

ENCLOSURE = b'{"enclosure":1,"salt":"AAAA","payload":"AAAA"}'
entry = st.binary(min_size=1, max_size=80).filter(lambda line: b"\n" not in line and not line.startswith(b'{"encl'))


@given(st.lists(entry, max_size=30), st.integers(0, 5))
def test_batch_comes_out_as_it_went_in(lines, enclosed):
    body = pack_batch(lines, [ENCLOSURE] * enclosed)

    assert unpack_batch(body, "gzip") == (tuple(lines), (ENCLOSURE,) * enclosed)


def test_same_lines_always_give_the_same_bytes():
    assert pack_batch([b'{"seq":1}']) == pack_batch([b'{"seq":1}'])
    assert gzip.decompress(pack_batch([b'{"seq":1}'])) == b'{"seq":1}\n'


def test_plain_body_is_taken_as_well():
    assert unpack_batch(b'{"seq":1}\n', None) == ((b'{"seq":1}',), ())
    assert unpack_batch(b'{"seq":1}\n', "Identity") == ((b'{"seq":1}',), ())
    assert unpack_batch(b"", None) == ((), ())


def test_lines_are_not_decoded():
    lines = (b"not json at all", b"\xff\xfe", b'{"seq":1')

    assert unpack_batch(pack_batch(lines), "gzip")[0] == lines


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "deflate", "zstd", "x"])
def test_other_encoding_is_refused(encoding):
    with pytest.raises(EncodingUnsupported):
        unpack_batch(b"x\n", encoding)


def test_body_at_the_limit_is_taken_and_one_byte_more_is_refused():
    body = (b"x" * 1023 + b"\n") * (BATCH_BYTES_MAX // 1024)

    assert len(unpack_batch(body, None)[0]) == BATCH_BYTES_MAX // 1024
    with pytest.raises(BodyTooLarge):
        unpack_batch(b"x" + body, None)


def test_bomb_is_stopped_at_the_limit():
    bomb = gzip.compress(b"\n" * 50_000_000)
    assert len(bomb) < BATCH_BYTES_MAX

    with pytest.raises(InflatesTooLarge):
        unpack_batch(bomb, "gzip")


def test_bomb_costs_little_memory():
    bomb = gzip.compress(b"\n" * 50_000_000)

    tracemalloc.start()
    with pytest.raises(InflatesTooLarge):
        unpack_batch(bomb, "gzip")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 4 * INFLATED_BYTES_MAX


def test_inflated_body_at_the_limit_is_taken_and_one_byte_more_is_refused():
    line = b"x" * 8191 + b"\n"
    count = INFLATED_BYTES_MAX // len(line)

    assert len(unpack_batch(gzip.compress(line * count), "gzip")[0]) == count
    with pytest.raises(InflatesTooLarge):
        unpack_batch(gzip.compress(b"x" + line * count), "gzip")


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(b"a\n") + gzip.compress(b"b\n"),
        gzip.compress(b"a\n") + b"x",
        gzip.compress(b"a\n")[:-1],
        gzip.compress(b"a\n")[:-8] + b"\0" * 8,
        gzip.compress(b"a\n")[:12],
        zlib.compress(b"a\n"),
        b"plain\n",
        b"",
    ],
    ids=["two members", "rest", "cut in the end", "wrong checksum", "cut early", "zlib", "plain", "empty"],
)
def test_anything_but_one_whole_gzip_member_is_refused(body):
    with pytest.raises(BatchUnreadable):
        unpack_batch(body, "gzip")


@pytest.mark.parametrize("plain", [b"a", b"a\nb", b"\n", b"a\n\nb\n", b"\na\n"])
def test_unended_or_empty_line_is_refused(plain):
    with pytest.raises(BatchUnreadable):
        unpack_batch(plain, None)


def test_500_lines_are_taken_and_501_are_refused():
    assert len(unpack_batch(b"x\n" * LINES_PER_BATCH_MAX, None)[0]) == 500
    with pytest.raises(LinesTooMany):
        unpack_batch(b"x\n" * (LINES_PER_BATCH_MAX + 1), None)


def test_each_entry_may_have_its_enclosure_but_no_more():
    body = pack_batch([b"x"] * LINES_PER_BATCH_MAX, [ENCLOSURE] * LINES_PER_BATCH_MAX)

    assert [len(part) for part in unpack_batch(body, "gzip")] == [500, 500]
    with pytest.raises(LinesTooMany):
        unpack_batch(pack_batch([b"x"], [ENCLOSURE] * (LINES_PER_BATCH_MAX + 1)), "gzip")
    with pytest.raises(LinesTooMany):
        unpack_batch(gzip.compress(b"\n" * INFLATED_BYTES_MAX), "gzip")


def test_line_at_the_limit_is_taken_and_one_byte_more_is_refused():
    assert unpack_batch(b"x" * LINE_BYTES_MAX + b"\n", None)
    with pytest.raises(LineTooLong):
        unpack_batch(b"x" * (LINE_BYTES_MAX + 1) + b"\n", None)


@given(st.binary(max_size=400), st.sampled_from(["gzip", None]))
def test_any_bytes_are_taken_apart_or_refused_in_an_orderly_way(body, encoding):
    try:
        lines, enclosures = unpack_batch(body, encoding)
    except WireError:
        return

    assert all(lines)
    assert all(enclosures)


@given(st.data())
def test_damaged_gzip_never_gives_other_lines(data):
    lines = tuple(b'{"seq":%d,"kind":"rating"}' % seq for seq in range(20))
    body = bytearray(pack_batch(lines))
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] ^= 1 << data.draw(st.integers(0, 7))

    with contextlib.suppress(WireError):
        # Some bits say the same in another way, such as the compressor's own hints in the header.
        assert unpack_batch(bytes(body), "gzip") == (lines, ())
