"""Schema: the collector's tables, the same on SQLite and PostgreSQL.

Whatever one batch writes has ``journal_id`` first in its primary key, so that an append
touches one shard only. ``segment`` and ``rating`` carry the moment of arrival in their
key, for on PostgreSQL they are partitioned by its month. Migrations make the tables;
a test holds them and this module together.

No table is read or written here. Each family of tables has a file of its own, so there are more than elsewhere; whoever
needs a table imports it from here.
"""

from sync.collector.store.schema.blocks import (
    UNKNOWN,
    block,
    block_piece,
    block_reason,
    cut_due,
    cut_leaf,
    cut_signed,
    cut_state,
    cut_tree,
    pool,
    pool_piece,
    uncut_count,
)
from sync.collector.store.schema.cases import follow_up, follow_up_step
from sync.collector.store.schema.chores import chore_turn, kiosk_count
from sync.collector.store.schema.columns import EPOCH, Hash, Id, Moment, Seq, Serial, metadata, micros
from sync.collector.store.schema.comments import comment, comment_step
from sync.collector.store.schema.fleet import (
    device_command,
    device_day,
    device_picture,
    kiosk_incident,
    kiosk_trouble,
    known_fault,
)
from sync.collector.store.schema.imported import index766_count
from sync.collector.store.schema.journals import (
    boot_clock,
    carried,
    duplicate,
    enclosure,
    journal,
    probe,
    segment,
    unread,
)
from sync.collector.store.schema.log import log_journal, log_leaf, log_state, log_witness
from sync.collector.store.schema.months import closed_basis, closed_file, closed_look, closed_month, first_closed
from sync.collector.store.schema.notices import delivery, incident, mailed_report, notice
from sync.collector.store.schema.own import own_address, own_key, own_move, words_key
from sync.collector.store.schema.people import account, audit, kept_form, signed_in, signin_failure, token
from sync.collector.store.schema.places import (
    counter,
    device,
    device_grant,
    device_key,
    device_status,
    enrolment_code,
    enrolment_failure,
    fleet_change,
    placement,
    unit,
    unit_follower,
)
from sync.collector.store.schema.proof import proof_look, proof_mark, proof_state
from sync.collector.store.schema.ratings import (
    rating,
    reason_choice,
    reason_tally,
    receipt,
    tally,
    transaction_count,
    typed_count,
    undated_count,
)
from sync.collector.store.schema.rollouts import rollout, rollout_device, survey_text
from sync.collector.store.schema.shown import (
    aside_union,
    demonstration,
    outgoing,
    release_rule,
    remainder,
    series_version,
    served_count,
    shown_count,
    shown_stream,
    shown_unit_count,
    told_later,
)
from sync.collector.store.schema.signals import signal, signal_run, suspicion
from sync.collector.store.schema.upkeep import dropped_lines, dropped_month

__all__ = [
    "DISTRIBUTION",
    "EPOCH",
    "PARTITIONED",
    "UNKNOWN",
    "Hash",
    "Id",
    "Moment",
    "Seq",
    "Serial",
    "account",
    "aside_union",
    "audit",
    "block",
    "block_piece",
    "block_reason",
    "boot_clock",
    "carried",
    "chore_turn",
    "closed_basis",
    "closed_file",
    "closed_look",
    "closed_month",
    "comment",
    "comment_step",
    "counter",
    "cut_due",
    "cut_leaf",
    "cut_signed",
    "cut_state",
    "cut_tree",
    "delivery",
    "demonstration",
    "device",
    "device_command",
    "device_day",
    "device_grant",
    "device_key",
    "device_picture",
    "device_status",
    "dropped_lines",
    "dropped_month",
    "duplicate",
    "enclosure",
    "enrolment_code",
    "enrolment_failure",
    "first_closed",
    "fleet_change",
    "follow_up",
    "follow_up_step",
    "incident",
    "index766_count",
    "journal",
    "kept_form",
    "kiosk_count",
    "kiosk_incident",
    "kiosk_trouble",
    "known_fault",
    "log_journal",
    "log_leaf",
    "log_state",
    "log_witness",
    "mailed_report",
    "metadata",
    "micros",
    "notice",
    "outgoing",
    "own_address",
    "own_key",
    "own_move",
    "placement",
    "pool",
    "pool_piece",
    "probe",
    "proof_look",
    "proof_mark",
    "proof_state",
    "rating",
    "reason_choice",
    "reason_tally",
    "receipt",
    "release_rule",
    "remainder",
    "rollout",
    "rollout_device",
    "segment",
    "series_version",
    "served_count",
    "shown_count",
    "shown_stream",
    "shown_unit_count",
    "signal",
    "signal_run",
    "signed_in",
    "signin_failure",
    "survey_text",
    "suspicion",
    "tally",
    "token",
    "told_later",
    "transaction_count",
    "typed_count",
    "uncut_count",
    "undated_count",
    "unit",
    "unit_follower",
    "unread",
    "words_key",
]

PARTITIONED = ("segment", "rating")
DISTRIBUTION = "journal_id"
"""By this column what appends write is spread over the machines of a distributed database."""
