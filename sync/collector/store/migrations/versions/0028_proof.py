"""What is needed to check again what kiosks signed: their keys, and what they signed with each batch."""

from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Hash, Id, Moment, Seq

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """What came before this stays without it, and is vouched for by its chain alone."""
    for column in (
        sa.Column("key_id", sa.BigInteger), sa.Column("request", sa.Text), sa.Column("by_file", sa.Boolean),
    ):  # fmt: skip
        op.add_column("segment", column)
    _keep_keys()
    _make_marks()


def _make_marks() -> None:
    journal, device = sa.ForeignKey("journal.journal_id"), sa.ForeignKey("device.device_id")
    _make(
        "proof_mark",
        sa.Column("journal_id", Id, journal, nullable=False),
        sa.Column("next_seq", Seq, nullable=False),
        sa.Column("head", Hash, nullable=False),
        sa.Column("signed_seq", Seq, nullable=False),
        sa.Column("signs", sa.Boolean, nullable=False),
        sa.Column("rated", sa.BigInteger, nullable=False),
    )
    _make(
        "proof_look",
        sa.Column("device_id", Id, device, nullable=False),
        sa.Column("looked_at", Moment, nullable=False),
        sa.Column("whole_at", Moment, nullable=False),
        sa.Column("found", sa.Text),
    )
    _make(
        "proof_state",
        sa.Column("row_id", sa.SmallInteger, nullable=False, autoincrement=False),
        sa.Column("looked_at", Moment, nullable=False),
        sa.Column("held_at", Moment),
        sa.Column("found", sa.Text),
    )


def _make(name: str, key: sa.Column[Any], *columns: sa.Column[Any]) -> None:
    op.create_table(name, key, *columns, sa.PrimaryKeyConstraint(key.name, name=f"pk_{name}"), sqlite_with_rowid=False)


def _keep_keys() -> None:
    keys = op.create_table(
        "device_key",
        sa.Column("device_id", Id, sa.ForeignKey("device.device_id"), nullable=False),
        sa.Column("key_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("public_key", sa.String(44), nullable=False),
        sa.Column("since", Moment, nullable=False),
        sa.Column("until", Moment),
        sa.Column("request", sa.Text),
        sa.Column("signature", sa.Text),
        sa.Column("body", sa.LargeBinary),
        sa.PrimaryKeyConstraint("device_id", "key_id", name="pk_device_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_device_key_public_key", "device_key", ["public_key"])
    device = sa.table("device", sa.column("device_id", Id), sa.column("public_key"), sa.column("enrolled_at", Moment))
    rows = [
        {"device_id": row.device_id, "key_id": _key_id(row.public_key), "public_key": row.public_key,
         "since": row.enrolled_at}
        for row in op.get_bind().execute(sa.select(device))
    ]  # fmt: skip
    op.bulk_insert(keys, rows)


def _key_id(public_key: str) -> int:
    return int.from_bytes(sha256(public_key.encode()).digest()[:8], signed=True)
