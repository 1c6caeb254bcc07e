"""The collector's settings: one commented file, ``config/collector.toml``, explains every key."""

from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs
from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from kiosk.domain.disclosure import OFF, Policy
from kiosk.settings import Section, Settings, load_settings

SYSTEM_FILE = Path("/etc/hailong/collector.toml")

Access = Literal["loopback", "open", "closed"]


class Guarded(Section):
    """Who may read something, until accounts exist."""

    access: Access = "loopback"


class Disclosure(Section):
    """How few ratings may be shown, and how soon."""

    cell_min: int = Field(5, ge=0, le=1000)
    percent_min: int = Field(30, ge=0, le=10_000)
    step: int = Field(5, ge=1, le=1000)
    delay: bool = True


class Enrolment(Section):
    """The life of one-time codes."""

    code_valid_hours: int = Field(72, ge=1, le=2160)
    failures_per_hour_max: int = Field(100, ge=1, le=100_000)


class CollectorConfig(Settings):
    """Everything in ``collector.toml``."""

    model_config = SettingsConfigDict(env_prefix="HAILONG_COLLECTOR_")

    data_dir: Path = Field(default_factory=lambda: platformdirs.user_data_path("hailong"))
    database_url: str = ""
    listen_host: str = "127.0.0.1"
    listen_port: int = Field(8600, ge=1, le=65535)
    public_url: str = ""
    time_zone: str = "Asia/Ho_Chi_Minh"
    language: Literal["vi", "en"] = "vi"
    demo: bool = False
    reports: Guarded = Guarded()
    metrics: Guarded = Guarded()
    disclosure: Disclosure = Disclosure()
    enrolment: Enrolment = Enrolment()

    @field_validator("time_zone")
    @classmethod
    def _is_a_known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("is no known time zone; take one such as Asia/Ho_Chi_Minh") from error
        return name

    @field_validator("public_url")
    @classmethod
    def _is_a_web_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
            raise ValueError("must be the address kiosks call, such as https://danhgia.example.gov.vn")
        return url.rstrip("/")

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
    def embedded(self) -> bool:
        """Whether the database is the file that the collector makes and migrates by itself."""
        return not self.database_url

    @property
    def policy(self) -> Policy:
        """What may be shown; the demo shows everything at once and says so on the page."""
        kept = self.disclosure
        return OFF if self.demo else Policy(kept.cell_min, kept.percent_min, kept.step, kept.delay)


def load_config(file: Path | None, data_dir: Path | None, overrides: dict[str, Any] | None = None) -> CollectorConfig:
    """The settings for a command: from ``--config``, or ``collector.toml`` in ``--data-dir``, or the system's file.

    Raises SettingsInvalid with every fault.
    """
    usual = SYSTEM_FILE if data_dir is None else data_dir / "collector" / "collector.toml"
    found = file or (usual if usual.is_file() else None)
    where = {} if data_dir is None else {"data_dir": data_dir}
    return load_settings(CollectorConfig, found, {**where, **(overrides or {})})
