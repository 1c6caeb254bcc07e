"""Cuts: the root over the cuts of a journal, signed by its kiosk by itself.

The signature of the request would prove the root as well; but whoever is shown that learns the hashes before and after
the batch and its clocks, and can try out the few lines that fit, down to a single rating. So the root has a signature
of its own, and an auditor is shown nothing else.
"""

import base64
import re
from typing import NamedTuple, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kiosk.journal.tree import Root

_MEMBER = re.compile(r"([1-9][0-9]{0,15})\.([0-9a-f]{64})\.([0-9A-Za-z_-]{86})")


class SignedCuts(NamedTuple):
    """A root as it travels with a batch, for the cuts up to the batch's last line."""

    size: int
    """How many cuts are in the tree."""
    root: bytes
    signature: bytes
    """Ed25519, 64 bytes, over ``cuts_text``."""

    @classmethod
    def sign(cls, key: Ed25519PrivateKey, journal_id: str, tree: Root) -> Self:
        """The root, signed with the kiosk's key."""
        return cls(*tree, key.sign(cuts_text(journal_id, tree)))

    @classmethod
    def parse(cls, member: str) -> Self | None:
        """What a query member says; None where it is of no form that a kiosk sends."""
        found = _MEMBER.fullmatch(member)
        if found is None:
            return None
        return cls(int(found[1]), bytes.fromhex(found[2]), base64.urlsafe_b64decode(f"{found[3]}=="))

    @property
    def member(self) -> str:
        """The value of the query member ``cuts``."""
        signature = base64.urlsafe_b64encode(self.signature).decode("ascii").rstrip("=")
        return f"{self.size}.{self.root.hex()}.{signature}"

    @property
    def tree(self) -> Root:
        """What is signed."""
        return self.size, self.root

    def is_by(self, public_key: str, journal_id: str) -> bool:
        """Whether the signature is that of a public key (base64) for this journal."""
        try:
            key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
            key.verify(self.signature, cuts_text(journal_id, self.tree))
        except (ValueError, InvalidSignature):
            return False
        return True


def cuts_text(journal_id: str, tree: Root) -> bytes:
    """What a kiosk signs of the cuts of a journal."""
    size, root = tree
    return f"hailong-cuts/1\n{journal_id}\n{size}\n{root.hex()}\n".encode("ascii")
