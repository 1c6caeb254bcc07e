"""Access: which requests may read numbers where nobody signs in."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request

from sync.collector.api.signed import AccessDenied
from sync.collector.settings.collector import Access, CollectorConfig

_PASSED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
_LOCAL_NAMES = {"localhost", "127.0.0.1", "::1"}


def require_access(request: Request, access: Access, config: CollectorConfig) -> None:
    """Raise AccessDenied unless the setting lets this request read."""
    if access == "open":
        return
    if access == "closed":
        raise AccessDenied("this is closed by the collector's settings")
    if not _is_local(request) or not _is_addressed_locally(request, config):
        raise AccessDenied("this is shown on the collector's own machine only; see [reports] access in collector.toml")


def _is_local(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in _PASSED_ON):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _is_addressed_locally(request: Request, config: CollectorConfig) -> bool:
    # A page anywhere on the web may point its own name at 127.0.0.1; the name then betrays it.
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname
    return host in _LOCAL_NAMES or host == urlsplit(config.url).hostname
