"""Notes, keys and cosignatures, with the examples of c2sp.org/signed-note and of Go's own tests."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.protocol.tlog.checkpoint import Checkpoint, open_checkpoint
from sync.protocol.tlog.errors import NoteWrong
from sync.protocol.tlog.note import Cosigner, Note, Signer, Verifier, read_signatures
from tests.sync.protocol.tlog.samples import COSIGNED_AT, LOG, NEXT_LOG, WITNESS, signed_note


def signed(text: str, *signatures: str) -> str:
    return f"{text}\n" + "".join(f"— {line}\n" for line in signatures)


SPECIFICATION = (
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    signed(
        "This is an example message.\n",
        "example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=",
    ),
)
GO = (
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    signed(
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
        "PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=",
    ),
)
GO_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
COSIGNED = signed(
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
    "example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=",
    "witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==",
)


@pytest.mark.parametrize(("vkey", "note"), [SPECIFICATION, GO])
def test_note_of_others_is_read_written_and_verified(vkey, note):
    verifier = Verifier.from_text(vkey)

    parsed = Note.parse(note)

    parsed.check(verifier)
    assert parsed.format() == note
    assert verifier.vkey == vkey
    with pytest.raises(NoteWrong):
        Note.parse(note.replace(" is ", " was ", 1)).check(verifier)


def test_private_key_of_go_signs_the_same_note():
    signer = Signer.from_text(GO_SECRET)
    vkey, note = GO

    assert (signer.vkey, signer.secret_text) == (vkey, GO_SECRET)
    assert Note.of(Note.parse(note).text, signer.sign(Note.parse(note).text)).format() == note


def test_example_of_a_cosigned_checkpoint_is_read_and_written():
    parsed = Note.parse(COSIGNED)
    checkpoint = Checkpoint.parse(parsed.text)

    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert (checkpoint.text, parsed.format()) == (parsed.text, COSIGNED)
    assert int.from_bytes(parsed.signatures[1].signature[:8]) == 1679315147


def test_text_may_hold_empty_lines_and_several_sign_it():
    text = "Ognuno sta solo\n\ned è subito sera.\n"
    note = Note.parse(Note.of(text, LOG.sign(text), NEXT_LOG.sign(text)).format())

    assert note.text == text
    assert [one.verifier for one in note.verified_by([NEXT_LOG.verifier, LOG.verifier])] == [
        NEXT_LOG.verifier,
        LOG.verifier,
    ]


def test_cosignature_says_when_and_holds_for_no_other_time_text_or_key():
    note = signed_note([b"a"], LOG, WITNESS)
    (found,) = note.verified_by([WITNESS.verifier])
    signature = note.signatures[1].signature
    other = Cosigner(WITNESS.name, Ed25519PrivateKey.generate()).verifier

    assert found.time == COSIGNED_AT
    for text, tried, verifier in (
        (note.text, (1).to_bytes(8) + signature[8:], WITNESS.verifier),
        (note.text.replace("\n1\n", "\n2\n"), signature, WITNESS.verifier),
        (note.text, signature, other),
        (note.text, signature[:20], WITNESS.verifier),
    ):
        with pytest.raises(NoteWrong):
            verifier.verify(text, tried)


def test_cosignature_without_a_time_is_refused_though_it_is_signed():
    text = signed_note([b"a"]).text
    signature = WITNESS.private_key.sign(f"cosignature/v1\ntime 0\n{text}".encode())

    with pytest.raises(NoteWrong, match="no time"):
        WITNESS.verifier.verify(text, bytes(8) + signature)
    with pytest.raises(ValueError, match="no time"):
        WITNESS.cosign(text, 0)


def test_cosignature_is_never_taken_for_the_logs_own_signature():
    """The same key and name: only the kind differs, and with it the number of the key and what is signed."""
    cosigner = Cosigner(LOG.name, LOG.private_key)
    text = signed_note([b"a"]).text
    note = Note.of(text, cosigner.cosign(text, COSIGNED_AT))

    with pytest.raises(NoteWrong, match="not signed"):
        open_checkpoint(note, LOG.verifier)


def test_lines_of_unknown_keys_are_passed_over_and_a_false_line_of_a_known_one_spoils_the_note():
    note = signed_note([b"a"], LOG, WITNESS)
    lines = note.format().splitlines(keepends=True)
    false = lines[-1][:-20] + "A" * 14 + lines[-1][-6:]

    assert note.verified_by([NEXT_LOG.verifier]) == []
    with pytest.raises(NoteWrong, match="false"):
        Note.parse("".join([*lines[:-1], false])).verified_by([LOG.verifier, WITNESS.verifier])


def test_sixteen_signatures_are_read_and_a_hundred_are_not():
    text = "a\n"
    signers = [Signer(f"s{n}", LOG.private_key) for n in range(100)]

    assert len(Note.parse(Note.of(text, *(one.sign(text) for one in signers[:16])).format()).signatures) == 16
    with pytest.raises(NoteWrong):
        Note.of(text, *(one.sign(text) for one in signers))


@pytest.mark.parametrize(
    "note",
    [
        "",
        "a\n",
        "a\n\n",
        "a\n\n— b c\n",
        "a\n\n— b AAAA\n",
        "a\n\n- b AAAAAAAA\n",
        "a\n\n— b AAAAAAAA",
        "a\n\n—  AAAAAAAA\n",
        "a\n\n— b+c AAAAAAAA\n",
        "a\n\n— b\u00a0c AAAAAAAA\n",
        "a\t\n\n— b AAAAAAAA\n",
        "a\r\n\n— b AAAAAAAA\n",
        "a\ud800\n\n— b AAAAAAAA\n",
        "a\n\n— b AAAAAAAA\n\n",
        "a" * 200_000 + "\n\n— b AAAAAAAA\n",
    ],
)
def test_anything_else_is_no_note(note):
    with pytest.raises(NoteWrong):
        Note.parse(note)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+BukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+Aeky",
        "a b+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    ],
)
def test_anything_else_is_no_key(vkey):
    with pytest.raises(NoteWrong):
        Verifier.from_text(vkey)


def test_kept_key_of_another_kind_is_refused():
    with pytest.raises(NoteWrong):
        Cosigner.from_text(GO_SECRET)
    with pytest.raises(NoteWrong):
        Signer.from_text(SPECIFICATION[0])
    assert Cosigner.from_text(WITNESS.secret_text).vkey == WITNESS.vkey
    assert Signer.generate("a").vkey != Signer.generate("a").vkey


@pytest.mark.parametrize(
    "text",
    [
        "a\n1\n",
        "\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "a\n01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "a\n-1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "a\n9223372036854775808\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "a\n1\nAAAA\n",
        "a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n",
        "a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n",
        "a\n1\n\u0660AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
    ],
)
def test_anything_else_is_no_checkpoint(text):
    with pytest.raises(NoteWrong):
        Checkpoint.parse(text)


def test_checkpoint_of_another_origin_is_refused_though_the_log_signed_it():
    text = Checkpoint("elsewhere.example/log", 0, bytes(32)).text

    with pytest.raises(NoteWrong, match="is of"):
        open_checkpoint(Note.of(text, LOG.sign(text)), LOG.verifier)


def test_extension_lines_are_kept_and_signed():
    text = Checkpoint(LOG.name, 0, bytes(32), ("more",)).text

    assert open_checkpoint(Note.of(text, LOG.sign(text)), LOG.verifier).extension == ("more",)


def test_witness_answer_may_hold_several_lines():
    text = signed_note([b"a"]).text

    assert len(read_signatures(WITNESS.cosign(text, 1) + WITNESS.cosign(text, 2))) == 2
