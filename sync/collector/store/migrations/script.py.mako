"""${message}."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Hash, Id, Moment, Seq, Serial

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """${message}."""
    ${upgrades if upgrades else "pass"}
