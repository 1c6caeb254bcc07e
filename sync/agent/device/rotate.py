"""Rotate: the kiosk takes a new key; the collector learns it by a request that the old one signed.

The new key is on disk before it is handed in, and takes the old one's place only when the
collector has it. Where that answer was lost, both are there, and whichever the collector
takes is the kiosk's.
"""

from pathlib import Path

from kiosk.domain.instant import Clock
from sync.agent.device.enroll import KioskFiles, address_of, load_device, touch_device
from sync.agent.device.keys import adopt_key, load_key, obtain_key
from sync.agent.errors import DeviceNotRecognised
from sync.agent.wire.client import CollectorClient
from sync.agent.wire.route import Identity, Route
from sync.protocol.messages import KeyRequest
from sync.protocol.own_key import public_text
from sync.protocol.signature import prove_key


def rotate_key(
    directory: Path, clock: Clock, *, url: str | None = None, proxy: str | None = None, ca_file: Path | None = None
) -> None:
    """Sign with a new key from now on; after a lost answer, repeat it.

    Raises NotEnrolled, DeviceUnusable, SettingInvalid or DeliveryError.
    """
    files = KioskFiles(directory)
    device = load_device(files)
    route = Route(address_of(device, url), proxy, ca_file)
    new = obtain_key(files.new_key)
    request = KeyRequest(public_text(new), prove_key(new, device.device_id))
    try:
        _hand_in(route, Identity(device.device_id, load_key(files.key)), request, clock)
    except DeviceNotRecognised:
        # An earlier answer may have been lost: then the collector knows the new key already.
        _hand_in(route, Identity(device.device_id, new), request, clock)
    _adopt(files)


def settle_key(
    files: KioskFiles, clock: Clock, *, url: str | None = None, proxy: str | None = None, ca_file: Path | None = None
) -> bool:
    """Take the new key into use if there is one and the collector knows it by now; whether that was so.

    Raises NotEnrolled, DeviceUnusable, SettingInvalid or DeliveryError.
    """
    if not files.new_key.exists():
        return False
    device, new = load_device(files), load_key(files.new_key)
    route = Route(address_of(device, url), proxy, ca_file)
    request = KeyRequest(public_text(new), prove_key(new, device.device_id))
    _hand_in(route, Identity(device.device_id, new), request, clock)
    _adopt(files)
    return True


def _hand_in(route: Route, identity: Identity, request: KeyRequest, clock: Clock) -> None:
    with CollectorClient(route, identity, clock) as collector:
        collector.change_key(request)


def _adopt(files: KioskFiles) -> None:
    adopt_key(files.new_key, files.key)
    # The agent watches this file: one that was refused with the old key calls again at once.
    touch_device(files)
