"""Enrol: a one-time code turns this machine into the kiosk of one counter."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from filelock import FileLock

from kiosk.base.private_file import write_private
from kiosk.domain.instant import Clock
from sync.agent.device.keys import adopt_key, load_key, obtain_key
from sync.agent.errors import DeviceUnusable, EnrolmentRefused, NotEnrolled
from sync.agent.transparency.kept import Source, begin_log
from sync.agent.wire.client import CollectorClient
from sync.agent.wire.route import Identity, Route
from sync.protocol.messages import CODE_LENGTH_MAX, SHORT_TEXT_MAX, EnrolmentRequest
from sync.protocol.own_key import Move, public_text
from sync.protocol.tlog.errors import NoteWrong
from sync.protocol.tlog.messages import LogRoots

DEVICE_LOCK_S_MAX = 10.0


@dataclass(frozen=True, slots=True)
class KioskFiles:
    """Where the agent's files lie: beside the journal."""

    directory: Path

    @property
    def device(self) -> Path:
        """Who this kiosk is."""
        return self.directory / "device.json"

    @property
    def key(self) -> Path:
        """The private key."""
        return self.directory / "device.key"

    @property
    def new_key(self) -> Path:
        """The key that is to take its place, until the collector is known to have taken it."""
        return self.directory / "device.key.new"

    @property
    def state(self) -> Path:
        """What the agent last knew."""
        return self.directory / "agent.json"

    @property
    def log(self) -> Path:
        """What is known of the collector's public log."""
        return self.directory / "log.json"

    @property
    def device_lock(self) -> Path:
        """The lock that is held while the device file is read and written again."""
        return self.directory / "device.lock"

    @property
    def lock(self) -> Path:
        """The lock that the one agent at work holds."""
        return self.directory / "agent.lock"


class Device(msgspec.Struct, frozen=True):
    """Who this kiosk is to which collector."""

    url: str
    device_id: str
    counter: str
    counter_name: str = ""
    unit_name: str = ""
    code: str = ""
    """The one-time code that still has to reach the collector, by an exported file; then the id is not known yet."""
    collector_key: str = ""
    """The collector's own public key, by which it is known again; empty until it was told."""
    move: Move | None = None
    """Where the collector said it will be; its signature was checked."""
    left: tuple[str, ...] = ()
    """Addresses that the collector had before: settings that still name one of them are passed over."""


def enroll_kiosk(
    directory: Path,
    url: str,
    code: str,
    journal_id: str,
    clock: Clock,
    *,
    info: dict[str, str] | None = None,
    proxy: str | None = None,
    ca_file: Path | None = None,
    new_key: bool = False,
    log: LogRoots | None = None,
) -> Device:
    """Make the kiosk known to the collector at ``url``; after a lost answer the same code works again.

    The key is on disk before the code is spent, the device file before this returns. ``new_key`` makes
    another key, for a kiosk whose access was withdrawn; it takes the old one's place once the code is spent.
    ``log`` is by which keys a setup file knows the collector's public log; it wins over what the collector says.
    Raises SettingInvalid, EnrolmentRefused, DeliveryError or DeviceUnusable.
    """
    files = KioskFiles(directory)
    route = Route(url, proxy, ca_file)
    route.check()
    code = _checked(code)
    key = obtain_key(files.new_key if new_key else files.key)
    request = EnrolmentRequest(code, public_text(key), journal_id, _shortened(info or {}))
    with CollectorClient(route, Identity(request.public_key, key), clock) as collector:
        answer = collector.enrol(request)
    if new_key:
        adopt_key(files.new_key, files.key)
    device = Device(
        url, answer.device_id, answer.counter, answer.counter_name, answer.unit_name, collector_key=answer.collector_key
    )
    if log is not None or answer.log is not None:
        _begin_log(files, log, answer.log, clock)
    keep_device(files, device)
    return device


def _begin_log(files: KioskFiles, by_file: LogRoots | None, by_answer: LogRoots | None, clock: Clock) -> None:
    """Know the log from now on; a collector that names keys which are none is not enrolled with."""
    roots, source = (by_file, Source.SETUP) if by_file else (by_answer, Source.ENROLMENT)
    try:
        if roots is not None:
            begin_log(files.log, roots, source, clock.now().wall.date())
    except NoteWrong as error:
        raise EnrolmentRefused("the keys of the public log cannot be used: {why}", why=str(error)) from error
    except OSError as error:
        raise DeviceUnusable("{file} cannot be written: {why}", file=files.log, why=error.strerror) from error


def enroll_offline(directory: Path, url: str, code: str) -> None:
    """Keep the code for a kiosk without a network: each export hands it in, until ``kiosk ack`` brings the answer.

    Raises SettingInvalid, EnrolmentRefused or DeviceUnusable.
    """
    files = KioskFiles(directory)
    Route(url).check()
    obtain_key(files.key)
    keep_device(files, Device(url, "", "", code=_checked(code)))


def keep_device(files: KioskFiles, device: Device) -> None:
    """Put the device file in its place, durably."""
    with _device_lock(files):
        _write_device(files, device)


def change_device(files: KioskFiles, device_id: str, change: Callable[[Device], Device]) -> Device:
    """Change what is kept of this device, and nothing where the kiosk was enrolled anew meanwhile; what is kept then.

    Raises NotEnrolled or DeviceUnusable.
    """
    with _device_lock(files):
        known = load_device(files)
        changed = change(known) if known.device_id == device_id else known
        if changed != known:
            _write_device(files, changed)
        return changed


def touch_device(files: KioskFiles) -> None:
    """Write the device file again as it is: an agent that waits for something calls at once."""
    with _device_lock(files):
        _write_device(files, load_device(files))


def _device_lock(files: KioskFiles) -> FileLock:
    files.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return FileLock(files.device_lock, timeout=DEVICE_LOCK_S_MAX, mode=0o600)


def _write_device(files: KioskFiles, device: Device) -> None:
    write_private(files.device, msgspec.json.format(msgspec.json.encode(device)), durable=True)


def address_of(device: Device, configured: str | None) -> str:
    """Where to call: as the settings say, unless the collector has left that address; else where it is known to be."""
    wanted = (configured or "").rstrip("/")
    return device.url if not wanted or wanted in device.left else wanted


def load_device(files: KioskFiles) -> Device:
    """Who this kiosk is; raises NotEnrolled or DeviceUnusable."""
    try:
        return msgspec.json.decode(files.device.read_bytes(), type=Device)
    except FileNotFoundError as error:
        raise NotEnrolled("this kiosk is not enrolled yet; run: kiosk enroll URL CODE") from error
    except OSError as error:
        raise DeviceUnusable("{path} cannot be read: {why}", path=files.device, why=error.strerror) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DeviceUnusable("{path} is damaged; enrol this kiosk again", path=files.device) from error


def connect(
    files: KioskFiles, clock: Clock, *, url: str | None = None, proxy: str | None = None, ca_file: Path | None = None
) -> CollectorClient:
    """A client that signs as this kiosk; ``url`` is what the settings say, which an address that was left never is.

    Raises NotEnrolled, DeviceUnusable or SettingInvalid.
    """
    device = load_device(files)
    if not device.device_id:
        raise NotEnrolled("this kiosk was enrolled without a network; bring it the collector's answer: kiosk ack FILE")
    identity = Identity(device.device_id, load_key(files.key))
    return CollectorClient(Route(address_of(device, url), proxy, ca_file), identity, clock)


def _checked(code: str) -> str:
    code = code.strip()
    if not 1 <= len(code) <= CODE_LENGTH_MAX:
        raise EnrolmentRefused("an enrolment code has 1 to {most} characters", most=CODE_LENGTH_MAX)
    return code


def _shortened(info: dict[str, str]) -> dict[str, str]:
    return {name: words[:SHORT_TEXT_MAX] for name, words in info.items()}
