"""Addressed: a request is taken if it was signed for any address that is the collector's own.

A collector has one address, and keeps those that it had before and the one to which it moves. Where a signature holds
for an address that is not one of these, that is said: no key and no kiosk is at fault then.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sync.protocol.errors import AddressWrong, SignatureInvalid
from sync.protocol.signature import Headers, Verified, verify_request


@dataclass(frozen=True, slots=True)
class Addressed:
    """A request that is what its signer sent, and the address for which it was signed."""

    verified: Verified
    address: str


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came."""

    method: str
    target: str
    """Path and query."""
    headers: Headers
    body: bytes
    called: str | None = None
    """The address that the sender seems to have called; a hint and no more."""

    def verify(self, key_of: Callable[[str], bytes], own: str, others: Callable[[], Sequence[str]]) -> Addressed:
        """Whose it is and for which of our addresses; ``others`` is asked only where it is not for ``own``.

        Raises SignatureMissing, DigestMismatch, SignatureInvalid, AddressWrong or ClockUnreadable.
        """
        try:
            return self.verify_for(own, key_of)
        except SignatureInvalid as error:
            refusal = error
        ours = [other for other in others() if other != own]
        for found in self._signed_for(ours, key_of):
            return found
        for wrong in self._signed_for([self.called] if self.called else [], key_of):
            raise AddressWrong(wrong.address, own)
        raise refusal

    def _signed_for(self, addresses: Sequence[str], key_of: Callable[[str], bytes]) -> Iterator[Addressed]:
        for address in addresses:
            with suppress(SignatureInvalid):
                yield self.verify_for(address, key_of)

    def verify_for(self, address: str, key_of: Callable[[str], bytes]) -> Addressed:
        """The request if it was signed for this address alone."""
        url, body = address + self.target, self.body
        found = verify_request(method=self.method, url=url, headers=self.headers, body=body, key_of=key_of)
        return Addressed(found, address)
