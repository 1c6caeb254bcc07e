"""Route: as whom a kiosk signs to its collector, and how it gets there."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.journal.reader import Batch
from sync.agent.errors import SettingInvalid
from sync.protocol.cuts import SignedCuts
from sync.protocol.vouched import append_target

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signs: the device id, or before enrolment the public key itself, and the private key."""

    keyid: str
    private_key: Ed25519PrivateKey

    def append_target(self, journal_id: str, batch: Batch) -> str:
        """Path and query of an append, with the root over the journal's cuts signed where it may have changed."""
        cuts = None if batch.cuts is None else SignedCuts.sign(self.private_key, journal_id, batch.cuts).member
        return append_target(journal_id, batch.start, batch.end.head, cuts)


@dataclass(frozen=True, slots=True)
class Route:
    """How to get to the collector; the times are those of the protocol and shorter in tests only."""

    url: str
    proxy: str | None = None
    ca_file: Path | None = None
    connect_s_max: float = 5.0
    read_s_max: float = 30.0
    total_s_max: float = 60.0

    def check(self) -> None:
        """Raise SettingInvalid unless this can lead to a collector."""
        _check_url(self.url, ("https", "http"))
        if self.proxy is not None:
            _check_url(self.proxy, ("http", "https"))
        if urlsplit(self.url).scheme == "http" and urlsplit(self.url).hostname not in _LOOPBACK:
            raise SettingInvalid("{url} is not encrypted; the collector's address begins with https://", url=self.url)
        if self.ca_file is not None and not self.ca_file.is_file():
            raise SettingInvalid("the CA file {path} is not there", path=self.ca_file)


def _check_url(url: str, schemes: tuple[str, ...]) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment:
        raise SettingInvalid("{url} is not an address; one looks like https://gop-y.example.gov.vn", url=url)
