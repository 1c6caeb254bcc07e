"""The collector's own key, the addresses under which it was called, and the ones to which it moves."""

from alembic import op
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text, insert, select

from sync.collector.store.schema.columns import Moment

revision = "0020"
down_revision = "0019"

_SERIAL = BigInteger().with_variant(Integer, "sqlite")


def upgrade() -> None:
    """Three tables, and the key: made once, here, so that no two processes each make one."""
    own_key = op.create_table(
        "own_key",
        Column("key_id", _SERIAL, nullable=False),
        Column("private_key", LargeBinary(32), nullable=False),
        PrimaryKeyConstraint("key_id", name="pk_own_key"),
        if_not_exists=True,
    )
    op.create_table(
        "own_address",
        Column("url", Text, nullable=False),
        Column("first_at", Moment, nullable=False),
        PrimaryKeyConstraint("url", name="pk_own_address"),
        if_not_exists=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "own_move",
        Column("move_id", _SERIAL, nullable=False),
        Column("url", Text, nullable=False),
        Column("at", Moment, nullable=False),
        Column("made_at", Moment, nullable=False),
        Column("made_by", Text, nullable=False),
        Column("withdrawn_at", Moment),
        PrimaryKeyConstraint("move_id", name="pk_own_move"),
        if_not_exists=True,
    )
    _make_key(own_key)


def _make_key(own_key: Table) -> None:
    connection = op.get_bind()
    if connection.execute(select(own_key.c.key_id)).first() is None:
        row = {"key_id": 1, "private_key": Ed25519PrivateKey.generate().private_bytes_raw()}
        connection.execute(insert(own_key).values(row))
