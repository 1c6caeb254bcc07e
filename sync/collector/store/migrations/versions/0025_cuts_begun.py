"""From which line on a journal is cut: what came before was told by then, and no cut may hold it again."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Seq

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """A journal that was never read on since whole blocks begins where it stands, as ``0022_whole_blocks`` left it."""
    op.add_column("cut_state", sa.Column("begun_seq", Seq, nullable=False, server_default="1"))
    op.execute("UPDATE cut_state SET begun_seq = next_seq WHERE state = ''")
