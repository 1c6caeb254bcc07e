"""The npm package oidc-provider with its defaults, where this machine has node and can fetch it."""

import re
import secrets
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlencode, urljoin

from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.people.oidc.provider import CLIENT

HERE = Path(__file__).with_name("real")
BUILT = Path(__file__).parents[5] / "build" / "oidc-provider"


@cache
def installed() -> Path | None:
    """The folder with the package; None where there is no node, or nobody to fetch it from."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return None
    if not (BUILT / "node_modules" / "oidc-provider").is_dir():
        BUILT.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / "package.json", BUILT)
        command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
        fetched = subprocess.run(command, cwd=BUILT, capture_output=True, timeout=120, check=False)
        if fetched.returncode:
            shutil.rmtree(BUILT)
            return None
    shutil.copy(HERE / "provider.js", BUILT)
    return BUILT


class RealProvider:
    """One that runs; people sign in there as a browser sends what they type."""

    def __init__(self, url: str, secret: str) -> None:
        self.url, self.secret = url, secret

    def sign_in(self, there: str, name: str) -> str:
        """The way back to the collector of a person who types ``name`` and allows what is asked."""
        browser = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(), _Back()
        )
        at = there
        for _ in range(9):
            body = None
            if "/interaction/" in at:
                with browser.open(at, timeout=60) as page:
                    form = page.read().decode()
                action = re.search(r'action="([^"]+)"', form)
                assert action, form
                prompt = re.search(r'name="prompt" value="(\w+)"', form)
                assert prompt, form
                at = urljoin(at, action[1])
                body = urlencode({"prompt": prompt[1], "login": name, "password": "any"}).encode()
            try:
                with browser.open(at, body, timeout=60) as answer:
                    at = answer.geturl()
            except urllib.error.HTTPError as moved:
                if moved.code not in (302, 303):
                    raise
                at = urljoin(at, moved.headers["Location"])
            if at.startswith(URL):
                return at.removeprefix(URL)
        raise AssertionError(f"the provider never sent the person back: {at}")


class _Back(urllib.request.HTTPRedirectHandler):
    """Follows nothing: each step is looked at."""

    def redirect_request(self, *_: object) -> None:
        return None


@contextmanager
def real_provider(folder: Path) -> Iterator[RealProvider]:
    """It runs on loopback, on a free port."""
    secret = secrets.token_hex(16)
    command = ["node", "provider.js", f"{URL}/dang-nhap/oidc/ve", CLIENT, secret]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        try:
            assert running.stdout is not None
            yield RealProvider(running.stdout.readline().strip(), secret)
        finally:
            running.kill()
