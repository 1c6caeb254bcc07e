#!/usr/bin/env bash
# SQLAlchemy 2.1.9 with Python's own sqlite3: a number that no column of SQLite holds comes out as a bare
# OverflowError, which is no SQLAlchemyError, although the row is refused by the driver as a wrong type is, and that
# one comes out wrapped (ProgrammingError). The driver raises OverflowError outside its own sqlite3.Error, and
# SQLAlchemy wraps only what belongs to that. With psycopg the same statement gives sqlalchemy.exc.DataError.
# So a program for both engines that sets rows aside on DBAPIError stops at such a number on SQLite alone.
#
# Seen: 9223372036854775807 taken; 9223372036854775808 -> builtins.OverflowError, wrapped: False;
#       object() -> sqlalchemy.exc.ProgrammingError, wrapped: True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'sqlalchemy==2.1.9'
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import sqlalchemy as sa

seen = []
numbers = sa.Table("numbers", sa.MetaData(), sa.Column("n", sa.BigInteger))
for value in (2**63 - 1, 2**63, object()):
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        numbers.create(connection)
        try:
            connection.execute(numbers.insert().values(n=value))
        except Exception as error:
            seen.append((type(error).__name__, isinstance(error, sa.exc.SQLAlchemyError)))
        else:
            seen.append(("taken", None))
    print(value if isinstance(value, int) else "object()", *seen[-1])
sys.exit(seen != [("taken", None), ("OverflowError", False), ("ProgrammingError", True)])
PYTHON
