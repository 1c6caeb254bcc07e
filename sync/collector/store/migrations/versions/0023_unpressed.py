"""The sign of a counter that nobody presses any more has a word of its own: "silent" is a kiosk that is not heard."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Name it anew."""
    op.execute("UPDATE signal SET sign = 'unpressed' WHERE sign = 'silent'")
