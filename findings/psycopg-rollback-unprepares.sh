#!/usr/bin/env bash
# psycopg 3.3.9 and SQLAlchemy 2.1: a statement that is only read with is never prepared, however often it is asked.
# psycopg prepares at the server what was asked five times (prepare_threshold), but a ROLLBACK makes it forget its
# counts and what it prepared; and SQLAlchemy ends each connection that was not committed with a ROLLBACK. So twenty
# reads through a pool prepare nothing, twenty that are committed do: a reader pays for parsing each time, and through
# PgBouncer only the connections that commit meet "prepared statement does not exist".
# Seen: "rolled back: 0 prepared", "committed: 1 prepared".
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
from sqlalchemy import text

engine = sqlalchemy.create_engine(f"postgresql+psycopg://postgres@/postgres?host={sys.argv[1]}")


def prepared(end):
    for number in range(20):
        with engine.connect() as connection:
            connection.execute(text("SELECT 1 WHERE 1 = :number"), {"number": number}).all()
            if end == "committed":
                connection.commit()
    with engine.connect() as connection:
        counted = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT 1 WHERE%'")
        return connection.execute(counted).scalar_one()


found = {end: prepared(end) for end in ("rolled back", "committed")}
for end, n in found.items():
    print(f"{end}: {n} prepared")
sys.exit(found != {"rolled back": 0, "committed": 1})
PYTHON
