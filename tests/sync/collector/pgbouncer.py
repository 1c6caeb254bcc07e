"""A PgBouncer of our own before a test server: few servers, lent by transaction, so that any mistake shows."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SETTINGS = """\
[databases]
* = host={server} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
max_client_conn = 100
server_login_retry = 1
server_reset_query = DISCARD ALL
logfile = {folder}/log
pidfile = {folder}/pid
"""
"""What the manual tells; ``ignore_startup_parameters`` is not in it, for nothing need be ignored."""


@contextmanager
def pgbouncer(server: str) -> Iterator[str]:
    """The URL of a running one before ``server``, with ``{database}`` in the place of a database's name."""
    program = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
    if not Path(program).is_file():
        raise RuntimeError("these tests need PgBouncer: apt install pgbouncer")
    folder = Path(tempfile.mkdtemp(prefix="hailong-pgb-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "ini").write_text(SETTINGS.format(server=server.partition("host=")[2], port=port, folder=folder))
    as_postgres: list[str] = []
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    running = subprocess.Popen(
        [*as_postgres, program, "-q", folder / "ini"], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _await(port)
        yield f"postgresql://postgres@127.0.0.1:{port}/{{database}}"
    finally:
        running.kill()
        running.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _await(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("PgBouncer did not start")
