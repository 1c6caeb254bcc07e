"""Vouched: what a kiosk signed with a batch, kept small and read again, so that anybody can check it later.

Nearly every batch is sent in one form and kept as it came. Of those only the address and the moment are kept: the rest
of what was signed follows from the batch. Of any other the signed text is kept as it is.
"""

import re
from typing import NamedTuple
from urllib.parse import parse_qs

from kiosk.journal.chain import Cursor

_SHORT = re.compile(r'"@authority": (\S+)\n.*"content-digest": sha-256=:([^:]{44}):\n.*;created=(\d+);', re.DOTALL)
_CUTS = re.compile(r"&cuts=([^&\s]+)$", re.MULTILINE)
_KEYID = re.compile(r';keyid="([^"]*)"')
_PARAMETERS = (
    '("@method" "@authority" "@path" "@query" "content-type" "content-encoding" "content-digest" "kiosk-clock")'
    ';created={created};keyid="{keyid}";alg="ed25519";tag="hailong-v1"'
)


class SignedBatch(NamedTuple):
    """What a kiosk said of a batch that it signed."""

    journal_id: str
    start: Cursor
    head: bytes | None
    """The chain's hash after its last line; None where an older kiosk did not sign it."""
    keyid: str
    digest: str
    """Of its body, as the header has it."""


class Usual(NamedTuple):
    """A batch as nearly every one is sent, and is kept: what is signed follows from it."""

    journal_id: str
    start: Cursor
    head: bytes
    """After its last line."""
    keyid: str
    kiosk_clock: str


def append_target(journal_id: str, start: Cursor, head: bytes, cuts: str | None = None) -> str:
    """Path and query of an append; ``head`` is the chain's hash after the last line, which is signed with them.

    ``cuts`` is what the kiosk says of its cuts up to there (``sync.protocol.cuts``), if any may be among the lines.
    """
    query = f"from={start.next_seq}&prev={start.head.hex()}&head={head.hex()}"
    return f"/v1/journals/{journal_id}/entries?{query}{'' if cuts is None else f'&cuts={cuts}'}"


def shortened(base: str, batch: Usual) -> str:
    """What of a signature base is kept for a batch whose body is kept; ``restored`` makes it whole again."""
    found = _SHORT.search(base)
    if found is None:
        return base
    cuts = _CUTS.search(base) if "&cuts=" in base else None
    for kind in ("head", "open") if cuts is None else (f"cuts {cuts[1]}",):
        short = f"{found[1]} {found[3]} {kind}"
        if restored(short, batch, found[2]) == base:
            return short
    return base


def restored(kept: str, batch: Usual, digest: str) -> str:
    """The signature base of which this was kept; ``digest`` is the SHA-256 of the batch's body, base64."""
    if kept.startswith('"'):
        return kept
    authority, created, kind, *cuts = kept.split(" ")
    path, _, query = append_target(batch.journal_id, batch.start, batch.head, *cuts).partition("?")
    if kind == "open":
        query = query.rpartition("&")[0]
    return (
        f'"@method": POST\n"@authority": {authority}\n"@path": {path}\n"@query": ?{query}\n'
        f'"content-type": application/x-ndjson\n"content-encoding": gzip\n'
        f'"content-digest": sha-256=:{digest}:\n"kiosk-clock": {batch.kiosk_clock}\n'
        f'"@signature-params": {_PARAMETERS.format(created=created, keyid=batch.keyid)}'
    )


def cuts_said(kept: str) -> str | None:
    """What the kiosk said of its cuts, in what is kept of a signature base; None where nothing."""
    if kept.startswith('"'):
        found = _CUTS.search(kept)
        return None if found is None else found[1]
    _, cuts, said = kept.partition(" cuts ")
    return said if cuts else None


def read_base(base: str) -> SignedBatch:
    """What was signed, by the signature base of an append; raises ValueError for any other text."""
    said = dict(line.split(": ", 1) for line in base.split("\n"))
    try:
        _, _, _, journal_id, last = said['"@path"'].split("/")
        query = parse_qs(said['"@query"'].removeprefix("?"))
        start = Cursor(int(query["from"][0]), bytes.fromhex(query["prev"][0]))
        head = bytes.fromhex(query["head"][0]) if "head" in query else None
        keyid = _KEYID.search(said['"@signature-params"'])
        digest = said['"content-digest"']
    except (LookupError, ValueError) as error:
        raise ValueError(f"the text is not what a kiosk signs with a batch: {error!r}") from error
    if last != "entries" or keyid is None or said['"@method"'] != "POST":
        raise ValueError("the text is not what a kiosk signs with a batch")
    return SignedBatch(journal_id, start, head, keyid[1], digest)
