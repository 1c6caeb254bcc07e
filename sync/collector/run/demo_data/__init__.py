"""Demo data: a believable province, written by kiosks of its own through the real ingest.

Seeded, so that the same command writes the same province. Each kiosk keeps a chained journal,
signs what it sends, cuts what is over, stands still at night and at the week's end, and some of them fail: one is
gamed before closing time, one falls silent, one comes back after days without a network. Citizens
write comments, and what is too much becomes cases, which the province's people follow up.

It never goes around the ingest, and never into a database that has other kiosks.
"""

from sync.collector.run.demo_data.proof import begin_log, close_months
from sync.collector.run.demo_data.province import write_province
from sync.collector.run.demo_data.stories import Person, add_people, tell_stories

__all__ = ["Person", "add_people", "begin_log", "close_months", "tell_stories", "write_province"]
