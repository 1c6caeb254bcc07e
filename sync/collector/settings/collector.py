"""The collector's settings: one commented file, ``config/collector.toml``, explains every key."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from msgspec import field

from kiosk.base.settings.disclosure import Disclosure
from kiosk.base.settings.reading import Reading, Section, Settings, read_settings, user_data_dir
from kiosk.base.settings.rules import between, each_day_once, known_zone, secret, web_address
from kiosk.base.system import system_file
from kiosk.domain.numbers.disclosure import OFF, Policy
from sync.collector.settings.care import Cases, Comments, OfficeCalendar
from sync.collector.settings.fleet import Fleet
from sync.collector.settings.log import Log
from sync.collector.settings.notices import Notices, mail_address
from sync.collector.settings.oidc import Oidc
from sync.collector.settings.retention import Retention
from sync.collector.settings.signals import Signals
from sync.collector.settings.tracing import Tracing

SYSTEM_FILE = system_file("collector.toml")

Access = Literal["loopback", "open", "closed"]


class Guarded(Section, frozen=True):
    """Who may read something that is no person's business."""

    access: Access = "loopback"


class MailedReport(Section, frozen=True):
    """A report that goes out by itself when its period is over."""

    to: tuple[Annotated[str, mail_address], ...]
    unit: str = ""
    period: Literal["day", "week", "month", "quarter"] = "month"
    format: Literal["pdf", "xlsx", "csv", "tidy"] = "pdf"


class Reports(Section, frozen=True):
    """Who may read numbers, when a month is closed, and to whom reports are sent."""

    access: Literal["accounts", "loopback", "open", "closed"] = "accounts"
    closed_after_days: Annotated[int, between(1, 28)] = 7
    tt01: bool = False
    mail: tuple[MailedReport, ...] = ()


class Accounts(Section, frozen=True):
    """How people stay signed in."""

    idle_minutes: Annotated[int, between(1, 720)] = 30
    oidc: Oidc = Oidc()


class Enrolment(Section, frozen=True):
    """The life of one-time codes."""

    code_valid_hours: Annotated[int, between(1, 2160)] = 72
    failures_per_hour_max: Annotated[int, between(1, 100_000)] = 100


class Rollouts(Section, frozen=True):
    """How settings that are changed for many kiosks reach them."""

    stage_hours: Annotated[float, between(0, 720)] = 24.0
    faults_percent_max: Annotated[int, between(0, 100)] = 5


class CollectorConfig(Settings, frozen=True):
    """Everything in ``collector.toml``."""

    environment: ClassVar[str] = "HAILONG_COLLECTOR_"

    data_dir: Path = field(default_factory=user_data_dir)
    database_url: Annotated[str, secret] = ""
    database_url_file: Path | None = None
    listen_host: str = "127.0.0.1"
    listen_port: Annotated[int, between(1, 65535)] = 8600
    workers: Annotated[int, between(1, 64)] = 1
    public_url: Annotated[str, web_address] = ""
    time_zone: Annotated[str, known_zone] = "Asia/Ho_Chi_Minh"
    language: Literal["vi", "en"] = "vi"
    demo: bool = False
    reports: Reports = Reports()
    accounts: Accounts = Accounts()
    metrics: Guarded = Guarded()
    tracing: Tracing = Tracing()
    disclosure: Disclosure = Disclosure()
    enrolment: Enrolment = Enrolment()
    rollouts: Rollouts = Rollouts()
    fleet: Fleet = Fleet()
    signals: Signals = Signals()
    notices: Notices = Notices()
    comments: Comments = Comments()
    cases: Cases = Cases()
    retention: Retention = Retention()
    log: Log = Log()
    calendar: Annotated[OfficeCalendar, each_day_once] = OfficeCalendar()

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def url(self) -> str:
        """The address that kiosks call and sign: ``public_url``, or where we listen."""
        host = f"[{self.listen_host}]" if ":" in self.listen_host else self.listen_host
        return self.public_url or f"http://{host}:{self.listen_port}"

    @property
    def database(self) -> str:
        """The database's address: ``database_url``, or the embedded file in the data folder."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'collector' / 'collector.db').absolute()}"

    @property
    def words_key_file(self) -> Path:
        """Where the private keys for citizens' words lie."""
        return self.comments.key_file or self.data_dir / "collector" / "words.keys"

    @property
    def embedded(self) -> bool:
        """Whether the database is the file that the collector makes and migrates by itself."""
        return not self.database_url

    @property
    def log_directory(self) -> Path:
        """Where the transparency log lies: ``log.directory``, or a folder beside the embedded database."""
        return self.log.directory or self.data_dir / "collector" / "log"

    @property
    def log_name(self) -> str:
        """What the transparency log is called when it begins: ``log.name``, or the address without its scheme."""
        return self.log.name or f"{self.url.partition('://')[2]}/log"

    @property
    def log_is_named_locally(self) -> bool:
        """Whether the log would be called by an address that means another machine to everybody else."""
        host = urlsplit(self.url).hostname or ""
        try:
            is_local = ip_address(host).is_loopback or ip_address(host).is_unspecified
        except ValueError:
            is_local = host == "localhost"
        return is_local and not self.log.name

    @property
    def policy(self) -> Policy:
        """What may be shown; the demo shows everything at once and says so on the page."""
        return OFF if self.demo else self.disclosure.policy


def load_config(file: Path | None, data_dir: Path | None, overrides: dict[str, Any] | None = None) -> CollectorConfig:
    """The settings for a command: from ``--config``, or ``collector.toml`` in ``--data-dir``, or the system's file.

    Raises SettingsInvalid with every fault.
    """
    return read_config(file, data_dir, overrides).settings


def read_config(
    file: Path | None, data_dir: Path | None, overrides: dict[str, Any] | None = None
) -> Reading[CollectorConfig]:
    """As :func:`load_config`, with where each value comes from."""
    usual = SYSTEM_FILE if data_dir is None else data_dir / "collector" / "collector.toml"
    where = {} if data_dir is None else {"data_dir": data_dir}
    return read_settings(
        CollectorConfig, file or usual, needed=file is not None, overrides={**where, **(overrides or {})}
    )
