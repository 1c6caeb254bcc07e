"""Mail against a real server on loopback: TLS checked, signed in, one address a letter, never past the deadline."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

from kiosk.base.texts import texts
from sync.collector.notices.errors import ChannelDown, NotNow, Refused
from sync.collector.notices.letter import Letter, Sheet
from sync.collector.notices.mail import MailRoad, compose
from sync.collector.notices.outbox import Attached
from sync.collector.settings.notices import Mail, Notices
from tests.sync.collector.builders import NOON
from tests.sync.collector.notices.servers import dripping, nobody

WORDS = texts("collector", "vi")
URL = "https://danhgia.example.gov.vn"
PASSWORD = "thang-tam-mua-rao"


class Inbox:
    """What the server took, and what it answers."""

    def __init__(self, rcpt: str = "250 OK", said: str = "250 OK") -> None:
        self.envelopes: list[Envelope] = []
        self._rcpt, self._said = rcpt, said

    async def handle_RCPT(self, _server: Any, _s: Any, envelope: Envelope, address: str, _o: Any) -> str:  # noqa: N802
        if self._rcpt.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self._rcpt

    async def handle_DATA(self, _server: Any, _s: Any, envelope: Envelope) -> str:  # noqa: N802
        if self._said.startswith("2"):
            self.envelopes.append(envelope)
        return self._said

    @property
    def messages(self) -> list[EmailMessage]:
        """What came, as mails."""
        return [message_from_bytes(bytes(one.content), policy=SMTP) for one in self.envelopes]  # type: ignore[arg-type,misc]


@contextmanager
def mail_server(inbox: Inbox, **settings: Any) -> Iterator[int]:
    """The port of a mail server."""
    # The controller calls itself to see whether it is there, so it must know its port beforehand.
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(inbox, hostname="127.0.0.1", port=port, **settings)
    server.start()
    try:
        yield port
    finally:
        server.stop()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return tmp_path / "ca.pem"


@pytest.fixture
def tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def road(port: int, total_s: float = 10.0, ca_file: Path | None = None, **mail: Any) -> MailRoad:
    """A road to the server on ``port``."""
    mail = {"security": "none", "sender": "hailong@example.gov.vn", **mail}
    settings = Notices(ca_file=ca_file, mail=Mail(host="127.0.0.1", port=port, **mail))
    return MailRoad(settings, WORDS, URL, total_s=total_s)


def sheet(number: int = 7, subject: str = "Quầy 1 im lặng", attached: Attached | None = None) -> Sheet:
    return Sheet(number, "alert", NOON, subject, "Từ 09:10 không có tin.", {}, attached)


def letter(*sheets: Sheet) -> Letter:
    return Letter("huong@example.gov.vn", sheets or (sheet(),))


def test_a_long_subject_arrives_word_for_word() -> None:
    subject = "Im lặng – 1.000 máy ở mọi đơn vị của tỉnh, từ khoảng 11:45 ngày làm việc hôm nay cho đến bây giờ"
    letter = Letter("it@example.vn", (Sheet(1, "alert", NOON, subject, "", {}),))

    sent = message_from_bytes(compose(letter, "hailong@example.vn", WORDS, URL).as_bytes(), policy=SMTP)

    assert sent["Subject"] == f"[hailong] {subject}"
    assert max(map(len, sent.as_bytes().splitlines())) <= 78


def test_a_letter_arrives_with_its_words() -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        road(port).deliver(letter())

    (message,) = inbox.messages
    assert (message["From"], message["To"]) == ("hailong@example.gov.vn", "huong@example.gov.vn")
    assert message["Subject"] == "[hailong] Quầy 1 im lặng"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().startswith("Từ 09:10 không có tin.")
    assert URL in message.get_content()


def test_by_starttls_the_certificate_is_checked_and_the_password_goes_over_it_alone(
    tls: ssl.SSLContext, ca_file: Path
) -> None:
    seen: list[tuple[bool, bytes]] = []

    def check(server: Any, _s: Any, _e: Any, _how: str, data: Any) -> AuthResult:
        seen.append((server._tls_protocol is not None, data.password))
        return AuthResult(success=True)

    inbox = Inbox()
    with mail_server(inbox, tls_context=tls, require_starttls=True, auth_required=True, authenticator=check) as port:
        road(port, security="starttls", user="hailong", password=PASSWORD, ca_file=ca_file).deliver(letter())

    assert seen == [(True, PASSWORD.encode())]
    assert len(inbox.messages) == 1


def test_a_certificate_nobody_vouches_for_gets_neither_letter_nor_password(
    tls: ssl.SSLContext,
) -> None:
    inbox = Inbox()
    with mail_server(inbox, tls_context=tls) as port, pytest.raises(ChannelDown) as caught:
        road(port, security="starttls", user="hailong", password=PASSWORD).deliver(letter())

    assert inbox.messages == []
    assert PASSWORD not in str(caught.value)


def test_a_server_that_offers_no_starttls_is_not_written_to_in_clear() -> None:
    inbox = Inbox()
    with mail_server(inbox) as port, pytest.raises(ChannelDown):
        road(port, security="starttls").deliver(letter())

    assert inbox.messages == []


def test_tls_from_the_first_byte_works_too(tls: ssl.SSLContext, ca_file: Path) -> None:
    inbox = Inbox()
    with mail_server(inbox, ssl_context=tls) as port:
        road(port, security="tls", ca_file=ca_file).deliver(letter())

    assert len(inbox.messages) == 1


def test_a_wrong_password_closes_the_channel_and_is_told_without_it() -> None:
    def refuse(*_: Any) -> AuthResult:
        return AuthResult(success=False, handled=False)

    server = mail_server(Inbox(), authenticator=refuse, auth_require_tls=False)
    with server as port, pytest.raises(ChannelDown, match="535") as caught:
        road(port, user="hailong", password=PASSWORD).deliver(letter())

    assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize(
    ("rcpt", "said", "trouble"),
    [
        ("550 no such user", "250 OK", Refused),
        ("450 try later", "250 OK", NotNow),
        ("250 OK", "552 too large", Refused),
        ("250 OK", "451 later", NotNow),
        ("421 closing", "250 OK", ChannelDown),
    ],
)
def test_what_the_server_says_decides_what_happens_next(rcpt: str, said: str, trouble: type[Exception]) -> None:
    with mail_server(Inbox(rcpt, said)) as port, pytest.raises(trouble):
        road(port).deliver(letter())


def test_a_password_that_smtp_cannot_carry_is_told_without_it() -> None:
    with mail_server(Inbox()) as port, pytest.raises(ChannelDown, match="ASCII") as caught:
        road(port, user="hailong", password="mưa").deliver(letter())

    assert "mưa" not in str(caught.value)


def test_nobody_at_the_port_is_a_channel_that_is_down() -> None:
    with nobody() as port, pytest.raises(ChannelDown, match="refused"):
        road(port).deliver(letter())


def test_a_server_that_drips_does_not_hold_us() -> None:
    with dripping(b"2") as port:
        began = time.monotonic()
        with pytest.raises(ChannelDown):
            road(port, total_s=0.5).deliver(letter())

    assert time.monotonic() - began < 5


def test_several_notices_stand_under_their_own_subjects() -> None:
    message = compose(letter(sheet(1, "Một"), sheet(2, "Hai")), "a@b.vn", WORDS, URL)

    assert message["Subject"] == "[hailong] Một (và 1 việc khác)"
    assert "* Một" in message.get_content()
    assert "* Hai" in message.get_content()


def test_the_same_letter_has_the_same_id_when_it_comes_again() -> None:
    ids = {compose(letter(), "hailong@b.vn", WORDS, URL)["Message-ID"] for _ in range(2)}

    assert ids == {"<notice.7@b.vn>"}


def test_a_file_is_attached() -> None:
    file = Attached("bao-cao.csv", "text/csv; charset=utf-8", "quầy,1".encode())

    (part,) = compose(letter(sheet(attached=file)), "a@b.vn", WORDS, URL).iter_attachments()

    assert (part.get_filename(), part.get_content_type()) == ("bao-cao.csv", "text/csv")
    assert part.get_payload(decode=True) == "quầy,1".encode()


def test_dates_are_those_of_the_notice() -> None:
    message = compose(letter(), "a@b.vn", WORDS, URL)

    assert message["Date"].datetime == datetime.fromisoformat(NOON.isoformat())
