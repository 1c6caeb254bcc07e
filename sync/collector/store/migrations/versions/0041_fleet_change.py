"""Fleet change: a number that each change of kiosks and places raises, for whoever remembers them."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    """A table with one row."""
    made = op.create_table(
        "fleet_change",
        sa.Column("change_id", sa.SmallInteger, autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("change_id", name="pk_fleet_change"),
        sqlite_with_rowid=False,
    )
    op.bulk_insert(made, [{"change_id": 1, "n": 0}])
