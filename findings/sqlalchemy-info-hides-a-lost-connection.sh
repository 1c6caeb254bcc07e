#!/usr/bin/env bash
# SQLAlchemy 2.1 with psycopg 3.3.9: a listener of "rollback" that looks into Connection.info hides a lost connection.
# Where the server ends a connection in the middle of a transaction, the engine rolls back, and calls such listeners
# with a connection that is invalidated. There .info is no dictionary to look into: it raises PendingRollbackError
# ("Can't reconnect until invalid transaction is rolled back"), out of the very rollback, and in the place of the
# OperationalError by which whoever called would know to try again. Without the listener the OperationalError comes.
# Seen: "without a listener: OperationalError, lost", "with one: PendingRollbackError, not lost".
# Needs a PostgreSQL server's programs (Debian: apt install postgresql); it starts one of its own and removes it.
set -euo pipefail
folder=$(mktemp -d)
programs=$(dirname "$(ls /usr/lib/postgresql/*/bin/initdb | tail -1)")
as_postgres() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --init-groups "$@"; else "$@"; fi; }
[ "$(id -u)" != 0 ] || chown postgres "$folder"
trap 'cd /; as_postgres "$programs/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null || true; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'psycopg[binary]==3.3.9' 'sqlalchemy>=2.1,<2.2'
cd "$folder"
as_postgres "$programs/initdb" -D "$folder/data" -U postgres -A trust --no-sync >/dev/null
as_postgres "$programs/pg_ctl" -D "$folder/data" -l "$folder/data/log" -o "-k $folder -c listen_addresses=''" -w start >/dev/null
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import sys

import sqlalchemy
from sqlalchemy import event, text


def told(listens):
    engine = sqlalchemy.create_engine(f"postgresql+psycopg://postgres@/postgres?host={sys.argv[1]}")
    if listens:
        event.listen(engine, "rollback", lambda connection: connection.info.pop("mine", None))
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    except sqlalchemy.exc.SQLAlchemyError as error:
        lost = getattr(error, "connection_invalidated", False)
        return f"{type(error).__name__}, {'lost' if lost else 'not lost'}"


found = {"without a listener": told(False), "with one": told(True)}
for how, what in found.items():
    print(f"{how}: {what}")
wanted = {"without a listener": "OperationalError, lost", "with one": "PendingRollbackError, not lost"}
sys.exit(found != wanted)
PYTHON
