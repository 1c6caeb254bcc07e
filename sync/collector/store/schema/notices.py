"""Tables of what people are told: the outbox, its deliveries, and the incidents that are told of once."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from sync.collector.store.schema.columns import Moment, Serial, clustered, metadata

notice = Table(
    "notice",
    metadata,
    Column("notice_id", Serial, primary_key=True),
    Column("created_at", Moment, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    # The same for programs; never a single rating.
    Column("facts", JSON, nullable=False),
    Column("file_name", Text),
    Column("file_type", Text),
    Column("file", LargeBinary),
)

delivery = Table(
    "notice_delivery",
    metadata,
    Column("notice_id", Serial, ForeignKey("notice.notice_id"), primary_key=True),
    Column("channel", String(10), primary_key=True),
    # A mail address; the webhook's stands in the settings alone, for it may hold a secret.
    Column("address", String(254), primary_key=True),
    Column("state", String(10), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("not_before", Moment, nullable=False),
    # The process that delivers it now has so long; after a crash another one takes it.
    Column("claimed_until", Moment),
    Column("done_at", Moment),
    # What was said when it did not go out the last time.
    Column("trouble", Text),
    Index(None, "state", "not_before"),
)

# Each report of a finished period that went out by mail, so that it goes once.
mailed_report = clustered(
    "mailed_report",
    # Unit, period, form and whoever gets it, as one text.
    Column("report", String(200), primary_key=True),
    Column("mailed_at", Moment, nullable=False),
)

incident = clustered(
    "incident",
    Column("incident", String(200), primary_key=True),
    Column("opened_at", Moment, nullable=False),
    Column("recovered_at", Moment),
    # The notice that told of it; none for one that came back too soon after its recovery.
    Column("notice_id", Serial),
    # The last notice that told of its growth.
    Column("grown_id", Serial),
)
