"""Mail: one letter to one address by the office's mail server, over verified TLS unless the settings say otherwise."""

import smtplib
import socket
import ssl
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from typing import Any

from kiosk.base.texts import Texts
from sync.collector.notices.deadline import CONNECT_S, TOTAL_S, ending_after
from sync.collector.notices.errors import ChannelDown, NotNow, Refused
from sync.collector.notices.letter import Letter, Sheet
from sync.collector.settings.notices import Notices

_PERMANENT = 500
_WORDS_MAX = 200
# Replies that concern the server or our sign-in, not one letter: sign-in wanted or wrong, closing, TLS wanted.
_OF_THE_CHANNEL = {421, 454, 530, 534, 535, 538}


class _Folding(EmailPolicy):
    """The standard library's, but for a long subject: that one it folds between two words without their space."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The header as its lines."""
        if name != "Subject" or str(value).isascii():
            return super().fold_binary(name, value)
        return f"{name}: {Header(str(value), 'utf-8', header_name=name).encode(linesep=self.linesep)}\r\n".encode()


_LETTERS = _Folding(linesep=SMTP.linesep)


class MailRoad:
    """Delivers by SMTP."""

    def __init__(self, settings: Notices, words: Texts, url: str, *, total_s: float = TOTAL_S) -> None:
        """``words`` are those of the letters, ``url`` is where the collector's pages are."""
        self._settings, self._words, self._url, self._total_s = settings, words, url, total_s

    def deliver(self, letter: Letter) -> None:
        """Hand the letter to the mail server; see :class:`Road`."""
        mail = self._settings.mail
        message = compose(letter, mail.from_address, self._words, self._url)
        try:
            server = self._unconnected()
        except OSError as error:
            raise _down(error, mail.host) from error
        try:
            with ending_after(self._total_s, lambda: server.sock):
                self._converse(server, message, letter.address)
        finally:
            server.close()

    def _unconnected(self) -> smtplib.SMTP:
        """The conversation before it begins, so that even a greeting that drips has its deadline."""
        mail, own_name = self._settings.mail, socket.gethostname()
        server: smtplib.SMTP
        if mail.security == "tls":
            server = smtplib.SMTP_SSL(timeout=CONNECT_S, local_hostname=own_name, context=self._trust())
        else:
            server = smtplib.SMTP(timeout=CONNECT_S, local_hostname=own_name)
        # Else the certificate is checked against the name given to the constructor, and none was given.
        server._host = mail.host  # type: ignore[attr-defined]
        return server

    def _converse(self, server: smtplib.SMTP, message: EmailMessage, address: str) -> None:
        mail = self._settings.mail
        if not (mail.user + mail.password).isascii():
            raise ChannelDown("the mail user or password holds a letter beyond ASCII, which SMTP does not take")
        try:
            server.connect(mail.host, mail.port)
            if mail.security == "starttls":
                server.starttls(context=self._trust())
            if mail.user:
                server.login(mail.user, mail.password)
            server.send_message(message, mail.from_address, [address])
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise _answered(code, said, mail.host) from error
        except smtplib.SMTPSenderRefused as error:
            why = _plain(error.smtp_code, error.smtp_error)
            raise ChannelDown("the mail server {host} did not take it: {why}", host=mail.host, why=why) from error
        except smtplib.SMTPResponseException as error:
            raise _answered(error.smtp_code, error.smtp_error, mail.host) from error
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise _down(error, mail.host) from error

    def _trust(self) -> ssl.SSLContext:
        trust = ssl.create_default_context()
        if self._settings.ca_file is not None:
            trust.load_verify_locations(self._settings.ca_file)
        return trust


def compose(letter: Letter, sender: str, t: Texts, url: str) -> EmailMessage:
    """The letter as a mail; of several notices each stands under its own subject."""
    message = EmailMessage(policy=_LETTERS)
    sheets = letter.sheets
    message["From"], message["To"] = sender, letter.address
    first = sheets[0].subject
    many = t("{subject} (and {n} more)", subject=first, n=len(sheets) - 1)
    message["Subject"] = f"[hailong] {first if len(sheets) == 1 else many}"
    message["Date"] = format_datetime(sheets[-1].created_at)
    # The same letter sent again after a crash has the same id: mail programs show it once.
    domain = sender.rpartition("@")[2]
    message["Message-ID"] = f"<notice.{'.'.join(str(sheet.notice_id) for sheet in sheets[:20])}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_body(sheets, t, url))
    for sheet in sheets:
        if (file := sheet.attached) is not None:
            main, _, sub = file.media_type.partition(";")[0].partition("/")
            message.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
    return message


def _body(sheets: tuple[Sheet, ...], t: Texts, url: str) -> str:
    parts = [sheet.body if len(sheets) == 1 else f"* {sheet.subject}\n\n{sheet.body}" for sheet in sheets]
    foot = t("Sent by hailong, {url}. Nobody reads answers to this address.", url=url)
    return "\n\n".join([*parts, f"-- \n{foot}\n"])


def _answered(code: int, said: bytes | str, host: str) -> ChannelDown | NotNow | Refused:
    why = _plain(code, said)
    if code in _OF_THE_CHANNEL or code < 0:
        return ChannelDown("the mail server {host} did not take it: {why}", host=host, why=why)
    trouble = Refused if code >= _PERMANENT else NotNow
    return trouble("the mail server {host} did not take it: {why}", host=host, why=why)


def _down(error: Exception, host: str) -> ChannelDown:
    # Not what an error of encoding says: it would quote what was to be sent, perhaps the password.
    why = "" if isinstance(error, ValueError) else _first_line(getattr(error, "strerror", None) or str(error))
    return ChannelDown("the mail server {host} cannot be used: {why}", host=host, why=why or type(error).__name__)


def _plain(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {_first_line(text)}"


def _first_line(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return "".join(sign if sign.isprintable() else " " for sign in line)[:_WORDS_MAX]
