"""Which counters a kiosk may speak for, and what is known of when: the bounds of times that were not measured."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Id, Moment, Serial

revision = "0017"
down_revision = "0016"

USED_DAYS = 90
_USED = """
    SELECT j.device_id, u.counter_id, max(u.day) AS last_day,
        CASE WHEN used.unit_id = own.unit_id THEN NULL ELSE (
            SELECT max(p.until) FROM placement AS p JOIN counter AS stood ON stood.counter_id = p.counter_id
            WHERE p.device_id = j.device_id AND stood.unit_id = used.unit_id
        ) END AS until,
        (SELECT max(p.until) FROM placement AS p
         WHERE p.device_id = j.device_id AND p.counter_id = u.counter_id) AS left_at
    FROM (
        SELECT journal_id, counter_id, day FROM tally WHERE day BETWEEN :since AND :until AND n > 0
        UNION SELECT journal_id, counter_id, day FROM transaction_count WHERE day BETWEEN :since AND :until
    ) AS u
    JOIN journal AS j ON j.journal_id = u.journal_id
    JOIN device AS d ON d.device_id = j.device_id
    JOIN counter AS used ON used.counter_id = u.counter_id
    JOIN counter AS own ON own.counter_id = d.counter_id
    WHERE u.counter_id <> d.counter_id AND d.revoked_at IS NULL
    GROUP BY j.device_id, u.counter_id, used.unit_id, own.unit_id
    ORDER BY j.device_id, u.counter_id
"""


def upgrade() -> None:
    """Two tables and two columns; kiosks of halls are granted the counters they served in the last 90 days."""
    inspected = sa.inspect(op.get_bind())
    if "device_grant" not in inspected.get_table_names():
        _make()
        _grant_what_was_used(datetime.now(UTC))
    _add("journal", sa.Column("measured_us", sa.BigInteger(), nullable=True))
    _add("enrolment_code", sa.Column("grants", sa.JSON(), nullable=True))
    op.create_index("ix_unread_received_at", "unread", ["received_at"], if_not_exists=True)


def _make() -> None:
    op.create_table(
        "device_grant",
        sa.Column("device_id", Id, nullable=False),
        sa.Column("counter_id", Serial, nullable=False),
        sa.Column("granted_at", Moment(), nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("until", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("device_id", "counter_id", name="pk_device_grant"),
        sa.ForeignKeyConstraint(["device_id"], ["device.device_id"], name="fk_device_grant_device_id_device"),
        sa.ForeignKeyConstraint(["counter_id"], ["counter.counter_id"], name="fk_device_grant_counter_id_counter"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "undated_count",
        sa.Column("journal_id", Id, nullable=False),
        sa.Column("counter_id", Serial, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("journal_id", "counter_id", "day", name="pk_undated_count"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_undated_count_day_counter_id", "undated_count", ["day", "counter_id"])


def _add(table: str, column: "sa.Column[object]") -> None:
    if column.name not in {known["name"] for known in sa.inspect(op.get_bind()).get_columns(table)}:
        op.add_column(table, column)


def _grant_what_was_used(now: datetime) -> None:
    run, today = op.get_bind().execute, now.date()
    days = {"since": today - timedelta(days=USED_DAYS), "until": today + timedelta(days=1)}
    used = sa.text(_USED).bindparams(
        sa.bindparam("since", type_=sa.Date()), sa.bindparam("until", type_=sa.Date())
    ).columns(device_id=Id, counter_id=Serial, last_day=sa.Date(), until=Moment(), left_at=Moment())  # fmt: skip
    grant = sa.table("device_grant", sa.column("device_id", Id), sa.column("counter_id", Serial),
                     sa.column("granted_at", Moment()), sa.column("granted_by", sa.Text()),
                     sa.column("until", Moment()))  # fmt: skip
    audit = sa.table("audit", sa.column("at", Moment()), sa.column("actor", sa.Text()),
                     sa.column("action", sa.Text()), sa.column("subject", sa.Text()),
                     sa.column("details", sa.JSON()))  # fmt: skip
    counter = sa.table("counter", sa.column("counter_id", Serial), sa.column("code", sa.Text()))
    codes = {row.counter_id: row.code for row in run(sa.select(counter)).all()}
    for device_id, counter_id, last_day, until, left_at in run(used, days).all():
        # Where it stood itself it needs no grant for what was pressed till then; a zone is a day ahead at most.
        if left_at is not None and last_day <= (left_at + timedelta(days=1)).date():
            continue
        row = {"device_id": device_id, "counter_id": counter_id, "granted_at": now, "until": until}
        run(sa.insert(grant).values(**row, granted_by="collector"))
        said = {"subject": str(device_id), "details": {"counter": codes[counter_id], "used_days": USED_DAYS}}
        run(sa.insert(audit).values(at=now, actor="collector", action="device.granted", **said))
