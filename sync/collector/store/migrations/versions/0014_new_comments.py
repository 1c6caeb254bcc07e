"""An index of the comments that nobody has looked at: every page tells how many there are."""

from alembic import op
from sqlalchemy import text

revision = "0014"
down_revision = "0013"

_IS_NEW = text("state = 'new'")


def upgrade() -> None:
    """One index, of the new ones alone."""
    op.create_index(
        "ix_comment_new", "comment", ["unit_id"], sqlite_where=_IS_NEW, postgresql_where=_IS_NEW, if_not_exists=True
    )
