"""What is written to find out whether the database takes anything."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """One table of one row."""
    op.create_table(
        "probe",
        sa.Column("probe_id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("filler", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
        if_not_exists=True,
    )
