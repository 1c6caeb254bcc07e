"""The shipped reverse-proxy settings: real servers accept them, and kiosks and readers pass through them."""

import re
import shutil
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from sync.protocol.messages import BATCH_BYTES_MAX
from tests.live import LiveCollector, LiveKiosk

PROXY = Path(__file__).parents[2] / "config" / "proxy"
NAME = "danhgia.example.vn"
DEADLINE_S = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def put_up(folder: Path, collector_port: int) -> tuple[list[str], int, Path]:
    """nginx with the shipped file, on other ports and with a certificate of the test's own."""
    authority, port = trustme.CA(), free_port()
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for pem in certificate.cert_chain_pems:
        pem.write_to_path(folder / "cert.pem", append=True)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    shipped = (PROXY / "nginx.conf").read_text("utf-8")
    here = (
        re.sub(r"    listen \[::\].*\n", "", shipped)
        .replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
        .replace("listen 443", f"listen 127.0.0.1:{port}")
        .replace("127.0.0.1:8600", f"127.0.0.1:{collector_port}")
        .replace(f"/etc/ssl/certs/{NAME}.pem", str(folder / "cert.pem"))
        .replace(f"/etc/ssl/private/{NAME}.key", str(folder / "key.pem"))
        .replace(f"server_name {NAME}", "server_name 127.0.0.1")
    )
    places = "\n".join(
        f"{kind}_temp_path {folder / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off;\npid {folder / 'pid'};\nerror_log {folder / 'error.log'};\nworker_processes 1;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{places}\n{here}\n}}\n",
        "utf-8",
    )
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    command = [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    return command, port, folder / "ca.pem"


@pytest.fixture
def behind_nginx(tmp_path: Path) -> Iterator[tuple[LiveCollector, Path]]:
    folder = tmp_path / "nginx"
    folder.mkdir()
    collector = LiveCollector(tmp_path)
    command, port, ca_file = put_up(folder, collector.port)
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    # The address that kiosks call and sign is the proxy's.
    collector.public_url = collector.url = f"https://127.0.0.1:{port}"
    collector.start()
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as nginx:
        try:
            await_listening(port)
            yield collector, ca_file
        finally:
            nginx.terminate()
            collector.stop()


def await_listening(port: int) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("nginx does not listen")


def answer(url: str, ca_file: Path, body: bytes | None = None) -> int:
    context = ssl.create_default_context(cafile=str(ca_file))
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=60, context=context) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return int(error.code)


def test_kiosk_enrols_and_delivers_through_nginx(tmp_path, behind_nginx):
    collector, ca_file = behind_nginx
    kiosk = LiveKiosk(tmp_path / "kiosk").start()
    kiosk.press(3)

    kiosk.enroll(collector, ca_file=ca_file)
    kiosk.sync(ca_file=ca_file)

    assert sum(collector.reported().values()) == 3
    kiosk.stop()


def test_nginx_keeps_what_is_not_for_the_outside(behind_nginx):
    collector, ca_file = behind_nginx

    assert answer(f"{collector.url}/healthz", ca_file) == 200
    assert answer(f"{collector.url}/dang-nhap", ca_file) == 200
    assert answer(f"{collector.url}/metrics", ca_file) == 404
    assert answer(f"{collector.url}/v1/enrolments", ca_file, b"x" * (BATCH_BYTES_MAX + 1)) == 413


def test_nginx_slows_down_whoever_tries_one_password_after_the_other(behind_nginx):
    collector, ca_file = behind_nginx

    answers = [answer(f"{collector.url}/dang-nhap", ca_file) for _ in range(40)]

    assert answers[0] == 200
    assert answers[-1] == 429


def test_caddy_says_what_nginx_says():
    caddy = (PROXY / "Caddyfile").read_text("utf-8")

    assert f"max_size {BATCH_BYTES_MAX // 1024}KiB" in caddy
    assert "respond /metrics 404" in caddy
    assert "reverse_proxy 127.0.0.1:8600" in caddy
