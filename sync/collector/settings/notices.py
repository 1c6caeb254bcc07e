"""Settings of notices: by which roads people are told, and when they sleep."""

import re
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from kiosk.base.settings.reading import Section
from kiosk.base.settings.rules import Unfit, between, secret

ADDRESS_CHARS_MAX = 254
_ADDRESS = re.compile(r"[!-;=?A-~]{1,64}@[0-9A-Za-z.-]+", re.ASCII)
_HERE = ("127.0.0.1", "localhost", "::1")


def is_mail_address(text: str) -> bool:
    """Whether mail can be sent there: ASCII, one @, nothing that could be a second address or header."""
    plain = _ADDRESS.fullmatch(text) and not set(text) & set('",:;()[]\\')
    return bool(plain) and text.count("@") == 1 and len(text) <= ADDRESS_CHARS_MAX


def mail_address(text: str) -> str:
    """The rule of a mail address, or of none."""
    if text and not is_mail_address(text):
        raise Unfit("must be a mail address such as tiepdan@example.gov.vn, not {input!r}")
    return text


def hook_address(url: str) -> str:
    """The rule of an address that is called by HTTPS (HTTP on this machine only), or of none."""
    try:
        parts = urlsplit(url)
        usable = parts.hostname and parts.port != 0 and not parts.username and parts.scheme in ("http", "https")
    except ValueError:
        usable = False
    if url and not usable:
        raise Unfit("must be a web address such as https://example.gov.vn/hook, not {input!r}")
    if url and parts.scheme == "http" and parts.hostname not in _HERE:
        raise Unfit("must begin with https:// (plain http:// is taken for this machine only)")
    return url


class Mail(Section, frozen=True):
    """The mail server."""

    host: str = ""
    port: Annotated[int, between(1, 65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: Annotated[str, secret] = ""
    password_file: Path | None = None
    sender: Annotated[str, mail_address] = ""

    @property
    def from_address(self) -> str:
        """Who writes."""
        return self.sender or (self.user if is_mail_address(self.user) else "hailong@localhost")


class Webhook(Section, frozen=True):
    """A program that is told too."""

    url: Annotated[str, hook_address] = ""
    key: Annotated[str, secret] = ""
    key_file: Path | None = None


class Notices(Section, frozen=True):
    """Who is told, by which road, and when nobody is."""

    to: tuple[Annotated[str, mail_address], ...] = ()
    quiet_from: time = time(20, 0)
    quiet_until: time = time(6, 30)
    again_minutes: Annotated[int, between(0, 10_080)] = 60
    gap_minutes: Annotated[int, between(0, 1440)] = 5
    give_up_hours: Annotated[int, between(1, 720)] = 72
    keep_days: Annotated[int, between(1, 3650)] = 90
    ca_file: Path | None = None
    mail: Mail = Mail()
    webhook: Webhook = Webhook()

    def after_quiet(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The first moment from ``now`` on at which people may be told."""
        local = now.astimezone(zone)
        at, start, end = local.time(), self.quiet_from, self.quiet_until
        quiet = start <= at < end if start <= end else at >= start or at < end
        if not quiet:
            return now
        day = local.date() if at < end else local.date() + timedelta(days=1)
        return datetime.combine(day, end, zone).astimezone(now.tzinfo)
