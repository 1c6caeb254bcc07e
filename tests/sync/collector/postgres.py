"""A PostgreSQL server of our own for a test run, on a private socket, gone afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ROOM_BYTES_MIN = 2 << 30
_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin")


@contextmanager
def postgres_server(*, durable: bool = False, connections_max: int = 60) -> Iterator[str]:
    """The URL of a running server, with ``{database}`` in the place of a database's name.

    initdb and postgres refuse root, so as root both run as the user postgres. ``durable``
    keeps fsync on, for measurements.
    """
    folder = Path(tempfile.mkdtemp(prefix="hailong-pg-", dir=None if durable else memory()))
    try:
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        _run(_binary("initdb"), "-D", f"{folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        settings = "" if durable else "-c fsync=off -c full_page_writes=off"
        options = f"-k {folder} -c listen_addresses='' -c max_connections={connections_max} {settings}"
        _run(_binary("pg_ctl"), "-D", f"{folder}/data", "-l", f"{folder}/log", "-o", options, "-w", "start")
        try:
            yield f"postgresql://postgres@/{{database}}?host={folder}"
        finally:
            _run(_binary("pg_ctl"), "-D", f"{folder}/data", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def memory() -> str | None:
    """A file system in memory with room, or None: there a database is made and dropped in no time."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > _ROOM_BYTES_MIN else None


def _binary(name: str) -> str:
    for place in _PLACES:
        for found in sorted(Path("/").glob(f"{place.lstrip('/')}/{name}"), reverse=True):
            return str(found)
    found_in_path = shutil.which(name)
    if found_in_path is None:
        raise RuntimeError(f"these tests need a PostgreSQL server, and {name} is missing: apt install postgresql")
    return found_in_path


def _run(*command: str) -> None:
    as_postgres = ("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups") if os.geteuid() == 0 else ()
    # Its output goes to a file: the server inherits it and would hold a pipe open for ever.
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run([*as_postgres, *command], cwd="/", stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        said.seek(0)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed: {said.read()}")
